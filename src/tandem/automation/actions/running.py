"""Running rules: once per rule and event, as their owner, within their owner's rights; what came of it is written down.
The run and what it does are one transaction: a worker that dies leaves both undone or both done."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from tandem.automation import triggers
from tandem.automation.actions import steps
from tandem.automation.models import Rule, RuleRun
from tandem.automation.spaces import below, ways_up
from tandem.history.models import Event
from tandem.history.record import within
from tandem.kit import clock, jobs
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, may
from tandem.reports.queries import filter_language
from tandem.work.models import WorkItem

JOB = "automation.run"
DEEPEST = 3
"So often may rules answer to what rules did, one after the other."
KEPT = timedelta(days=30)
_BACK = 3
"Days for which a date that passed is looked for: the worker may have been away."
_OUT = RuleRun.Outcome
_SPENT = (_OUT.DONE, _OUT.ASKED)


def queue(events: list[Event]) -> None:
    """The rules that these events set off, each once: those of their space and of the spaces above it."""
    above = ways_up()
    ways = {event.space_id: above.get(event.space_id or 0, set()) for event in events}
    rules: dict[int, list[Rule]] = {}
    for rule in Rule.objects.on().filter(space__in=set().union(*ways.values())):
        rules.setdefault(rule.space_id, []).append(rule)
    categories = triggers.categories_of(events) if rules else {}
    hit = [
        (rule, event)
        for event in events
        for space in sorted(ways[event.space_id])
        for rule in rules.get(space, ())
        if event.recorded_at >= rule.created_at and triggers.sets_off(rule, event, categories)
    ]
    if not hit:
        return
    items = triggers.items_of(event for _rule, event in hit)
    before = _chains({event.run for _rule, event in hit if event.run})
    rows = []
    for rule, event in hit:
        if event.pk not in items:
            continue
        depth, origin = before.get(event.run, (-1, event.pk))
        rows.append(
            RuleRun(
                space_id=event.space_id, rule=rule, item_id=items[event.pk], event=event, mark=f"event:{event.pk}",
                depth=depth + 1, origin=origin,
            )
        )  # fmt: skip
    _queue(rows)


def _chains(runs: set[Any]) -> dict[Any, tuple[int, int | None]]:
    """Of the runs that rules made, how deep each was and with which event its chain began."""
    if not runs:
        return {}
    rows = RuleRun.objects.filter(run__in=runs).values_list("pk", "run", "depth", "origin")
    # a chain that a date began has no event: it goes by the run with which it began
    return {run: (depth, -pk if origin is None else origin) for pk, run, depth, origin in rows}


def queue_dates() -> None:
    """The rules that a passing due date sets off; each date of an item once."""
    for rule in Rule.objects.on().filter(trigger=Rule.Trigger.DUE):
        first, last = triggers.due_days(rule, clock.today(), _BACK)
        # what had passed before the rule was there does not set it off
        first = max(first, triggers.due_days(rule, rule.created_at.date(), 1)[1] + timedelta(days=1))
        items = WorkItem.objects.open().filter(space_id__among=below(rule.space_id), due_on__gte=first, due_on__lte=last)
        rows = [
            RuleRun(space_id=space, rule=rule, item_id=pk, mark=triggers.mark_of_day(due, pk))
            for pk, space, due in items.values_list("pk", "space_id", "due_on")
        ]
        with transaction.atomic():
            _queue(rows)


def _queue(rows: list[RuleRun]) -> None:
    there = RuleRun.objects.filter(rule_id__in={r.rule_id for r in rows}, mark__in={r.mark for r in rows})
    known = set(there.values_list("rule_id", "mark"))
    new = [row for row in rows if (row.rule_id, row.mark) not in known]
    deep = {row.origin for row in new if row.depth and row.origin}
    spent = RuleRun.objects.filter(origin__in=deep, outcome__in=_SPENT) if deep else RuleRun.objects.none()
    done = set(spent.values_list("rule_id", "origin"))
    for row in new:
        if row.depth > DEEPEST or (row.depth and (row.rule_id, row.origin) in done):
            row.outcome, row.ended_at = _OUT.TOO_DEEP, clock.now()
    for row in RuleRun.objects.bulk_create(new, batch_size=1000, ignore_conflicts=False):
        if row.outcome == _OUT.WAITING:
            jobs.enqueue(JOB, lock=f"rules:{row.item_id}", lane=jobs.SHORT, run_id=row.pk)


def run(run_id: int) -> None:
    """Look at the rule for its work item and do what it says, or write down why not."""
    try:
        with transaction.atomic():
            row = _waiting(run_id)
            if row is not None:
                outcome = _run(row)
                _end(row, outcome)
    except (Refused, Denied, Hidden) as problem:
        with transaction.atomic():
            row = _waiting(run_id)
            if row is not None:
                _end(row, _OUT.REFUSED, *_reason(problem))


def _waiting(run_id: int) -> RuleRun | None:
    rows = RuleRun.objects.waiting().select_for_update(of=("self",))
    return rows.select_related("rule__owner", "rule__space").filter(pk=run_id).first()


def _run(row: RuleRun) -> str:
    rule = row.rule
    if not rule.is_on:
        return _OUT.OFF
    if not may(rule.owner, Permission.AUTOMATE, rule.space_id):
        raise Refused("rule_owner", name=rule.owner.name)
    if row.depth and row.origin and _is_spent(row):
        return _OUT.TOO_DEEP
    # first held, then looked at: what the filter finds is what the steps change
    WorkItem.objects.select_for_update(no_key=True, of=("self",)).filter(pk=row.item_id).first()
    found = WorkItem.objects.visible_to(rule.owner).present().filter(space_id__among=below(rule.space_id), pk=row.item_id)
    item = found.filter(filter_language.condition(rule.condition, rule.owner)).select_related("state").first()
    if item is None:
        return _OUT.UNMATCHED
    with within(row.run):
        is_asked = steps.take(rule, item, row)
    return _OUT.ASKED if is_asked else _OUT.DONE


def _is_spent(row: RuleRun) -> bool:
    """Whether the rule has had its turn in this chain since the run was queued."""
    return RuleRun.objects.filter(rule=row.rule_id, origin=row.origin, outcome__in=_SPENT).exists()


def _end(row: RuleRun, outcome: str, why: str = "", params: dict[str, Any] | None = None) -> None:
    RuleRun.objects.filter(pk=row.pk).update(
        outcome=outcome, why=why, params=params or {}, ended_at=clock.now()
    )


def _reason(problem: Exception) -> tuple[str, dict[str, Any]]:
    if isinstance(problem, Refused):
        plain = {k: v for k, v in problem.params.items() if isinstance(v, (str, int, float))}
        return problem.code[:60], plain
    return "rule_may_not", {}


def forget_old() -> int:
    """The log is kept for a month."""
    return RuleRun.objects.filter(ended_at__lt=clock.now() - KEPT).delete()[0]
