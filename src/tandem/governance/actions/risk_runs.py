"""Computing what the risks of a scope come to, and what they do to the end of a project; one row for each day."""

import logging
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.governance import threats
from tandem.governance.actions.risks import COMPUTE
from tandem.governance.models import Issue, IssueItem, Risk, RiskRun
from tandem.history.record import record
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.planning import risked, runs
from tandem.portfolio.actions.benefits import currency_of

_log = logging.getLogger("tandem.governance")
_LOCK = 0x5217
_K = RiskRun.Kind
FIRST_STEP = 2
"What the hash of the inputs begins with: raised when the same rows are computed differently."


def ask(*, actor: Any, space: Space, title: str) -> Job:
    """Seconds, in the background; whoever sees the risks may ask."""
    require(actor, Permission.COMMENT, space.pk)
    running = Job.objects.filter(space=space, kind=COMPUTE).running().first()
    return running or jobs.start(actor=actor, space=space, kind=COMPUTE, title=title, space_id=space.pk)


def compute(space: Space) -> list[RiskRun]:
    """The exposure of the scope, and of a project what its risks do to its end. What was computed today from the same is kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, space.pk % 2**31])
        found = [_exposure(space)]
        if space.kind == SpaceKind.PROJECT:
            found.append(_network(space))
    return [one for one in found if one is not None]


def compute_all() -> int:
    """Every space that has a risk, and those above it."""
    parents = dict(Space.objects.values_list("id", "parent_id"))
    wanted: set[int] = set()
    for space_id in Risk.objects.order_by().values_list("space_id", flat=True).distinct():
        at: int | None = space_id
        while at is not None and at not in wanted:
            wanted.add(at)
            at = parents.get(at)
    return _each(Space.objects.filter(pk__in=wanted).order_by("id"), compute)


def effects_anew() -> int:
    """Of every open issue that holds work up: the plan moves also without it."""
    rows = list(Issue.objects.open().exclude(delay_days=None).filter(blocked__isnull=False).distinct().select_related("space").order_by("id"))
    return _each(rows, effect_of)


def _each(rows: Iterable[Any], do: Callable[[Any], Any]) -> int:
    """What fails for one is told to who looks after the server, and stops none of the others."""
    done = 0
    for row in rows:
        try:
            do(row)
            done += 1
        except Exception:
            _log.exception("risks: %s %s could not be computed", row._meta.label_lower, row.pk)
    return done


def effect_of(issue: Issue) -> Issue:
    """By how many working days the end of its project moves for what it holds up; nothing where it names no open item or no days.
    It is no change of the issue: its version stays, and only another figure is on record."""
    held = dict.fromkeys(IssueItem.objects.filter(issue=issue).values_list("item_id", flat=True), float(issue.delay_days or 0))
    work = risked.read(issue.space, [risked.hold_up(held)]) if held and issue.delay_days else None
    digest = runs.digest_of([FIRST_STEP, work.inputs()]) if work is not None else ""
    if issue.plan_of == digest and (issue.plan_days is None) == (work is None):
        return issue
    days = risked.delay(work) if work is not None else None
    after = None if days is None else Decimal(str(days)).quantize(Decimal("0.01"))
    with transaction.atomic():
        held_now = Issue.objects.select_for_update(of=("self",)).filter(pk=issue.pk, delay_days=issue.delay_days).first()
        if held_now is None:
            return issue
        before = held_now.plan_days
        Issue.objects.filter(pk=issue.pk).update(plan_days=after, plan_of=digest)
        if before != after:
            record("issue.computed", held_now, actor=None, changes={"plan_days": [before, after]})
    issue.plan_days, issue.plan_of = after, digest
    return issue


def _exposure(space: Space) -> RiskRun | None:
    rows = threats.open_risks(space)
    before = RiskRun.objects.filter(space=space, kind=_K.EXPOSURE).newest_first().first()
    if not rows and before is None:
        return None
    currency, today = currency_of(space), clock.today()
    known, unknown = threats.read(rows, currency, today)
    digest = runs.digest_of([FIRST_STEP, currency, [repr(one) for one in known]])
    if before is not None and before.inputs_hash == digest:
        # the same of another day: its point on the course, without drawing it again
        return before if before.as_of == today else _keep(space, _K.EXPOSURE, digest, before.seed, before.trials, len(known), unknown, before.figures)
    seed = runs.seed_of("exposure", space.pk)
    found = risked.exposure(known, seed)
    figures = {
        "currency": currency, "days": _span(found.days), "money": _span(found.money), "together": round(found.together, 4),
        "threats": sum(one.sign > 0 for one in known), "chances": sum(one.sign < 0 for one in known),
    }  # fmt: skip
    return _keep(space, _K.EXPOSURE, digest, seed, found.trials, len(known), unknown, figures)


def _network(space: Space) -> RiskRun | None:
    rows = threats.open_risks(space)
    known, _unknown = threats.read(rows, currency_of(space), clock.today())
    work = risked.read(space, [risked.event(one) for one in known]) if rows else None
    if work is None:
        RiskRun.objects.filter(space=space, kind=_K.NETWORK, as_of=clock.today()).delete()
        return None
    digest = runs.digest_of([FIRST_STEP, str(work.work.on), str(work.work.days.calendar), [repr(one) for one in known], work.inputs()])
    before = RiskRun.objects.filter(space=space, kind=_K.NETWORK).newest_first().first()
    if before is not None and before.as_of == clock.today() and before.inputs_hash == digest:
        return before
    seed = runs.seed_of("risks", space.pk)
    figures = risked.effects(work, known, seed)
    return _keep(space, _K.NETWORK, digest, seed, figures["trials"], len(known), sum(not any(one.days) for one in known), figures)


def _keep(space: Space, kind: str, digest: str, seed: int, trials: int, risks: int, left_out: int, figures: dict[str, Any]) -> RiskRun:
    values = {"made_at": clock.now(), "inputs_hash": digest, "seed": seed, "trials": trials, "risks": risks, "left_out": left_out, "figures": figures}
    row, _is_new = RiskRun.objects.update_or_create(space=space, kind=kind, as_of=clock.today(), defaults=values)
    record("risk_run.made", row, actor=None, changes={"kind": [None, kind], "rows": [None, risks]})
    return row


def _span(one: risked.Span) -> dict[str, Any]:
    return {"mean": one.mean, "p50": one.p50, "p80": one.p80, "p80_between": [one.p80_low, one.p80_high]}
