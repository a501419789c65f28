"""A plan scenario computed: its changes are really carried out, read as the plan reads them, and taken back; then both plans are compared."""

import uuid
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.planning import levelling, open_work, plan_problem, plan_solver, plan_trials
from tandem.planning.actions import plan_changes, plan_scenarios
from tandem.planning.models import PlanChange, PlanScenario
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_problem import Made
from tandem.planning.plan_trials import Span, Trial
from tandem.planning.plan_why import KeptPlan
from tandem.product.models import Promise

_USUAL = 480.0
SECONDS = 5.0
Load = dict[tuple[int, int, str], float]
Ends = dict[int, tuple[date, date]]


def compute(scenario: PlanScenario) -> dict[str, Any]:
    """What would be otherwise: first and last day of projects, promises, minutes of people by month and project; and which
    changes cannot be carried out, with the rule that refuses them."""
    if scenario.state != PlanScenario.State.OPEN:  # decided in the meantime: the figures that were decided on stay
        return scenario.outcome or {}
    plan = levelling.compute()
    changes = list(scenario.changes.select_related("by").order_by("id"))
    before = levelling.kept(plan.pk) if plan else None
    here = open_work.read()
    stands = plan_trials.tried(here, clock.today(), before)
    made, refused = read_with(changes)
    trial = plan_trials.solved(made, before)
    if any(change.kind == PlanChange.Kind.PROJECT and "priority" in change.values for change in changes):
        stands, trial = _searched(stands), _searched(trial)
    outcome = compared(stands, trial) | {"refused": refused, "plan": plan.pk if plan else None}
    scenario.write(expected=None, outcome=outcome, computed_of=plan_scenarios.digest(changes), computed_at=clock.now())
    return outcome


def _searched(trial: Trial) -> Trial:
    """The priority of a project forces nothing to move: the search for a better order follows it, on both sides as long."""
    if not trial.made.inputs.n:
        return trial
    best = trial.found
    for found in plan_solver.better(KeptPlan(trial.made.inputs, best.starts, trial.ends), SECONDS, lambda: False):
        if (found.broken, found.tardiness, found.makespan) < (best.broken, best.tardiness, best.makespan):
            best = found
    return Trial(trial.made, best, plan_solver.finishes(trial.made.inputs.arrays(), best.starts))


def read_with(changes: list[PlanChange]) -> tuple[Made, list[list[Any]]]:
    """The arrays of the plan with the changes, each carried out as who wrote it; nothing of it stays."""
    refused: list[list[Any]] = []
    run = uuid.uuid4()
    with transaction.atomic():
        for change in changes:
            try:
                with transaction.atomic():
                    plan_changes.carry_out(actor=change.by, change=change, run=run)
            except Refused as problem:
                refused.append([change.pk, problem.code, {name: str(value) for name, value in problem.params.items()}])
            except (Denied, Hidden):
                refused.append([change.pk, "row_not_yours", {}])
        made = plan_problem.make(open_work.read(), clock.today())
        transaction.set_rollback(True)
    return made, refused


def compared(stands: Trial, trial: Trial) -> dict[str, Any]:
    first, second = stands.dates(), trial.dates()
    ends, then = _spans(stands.made, first), _spans(trial.made, second)
    projects = [[space, *_told(ends.get(space)), *_told(then.get(space))] for space in sorted(ends.keys() | then.keys()) if ends.get(space) != then.get(space)]
    projects.sort(key=lambda row: -abs(_days(row[2], row[4])))
    load, loaded = _load(stands.made.work, first), _load(trial.made.work, second)
    return {
        "projects": projects, "promises": _promises(stands, trial),
        "load": [[*key, round(load.get(key, 0)), round(loaded.get(key, 0))] for key in sorted(load.keys() | loaded.keys()) if round(load.get(key, 0)) != round(loaded.get(key, 0))],
        "tardiness": [int(stands.found.tardiness), int(trial.found.tardiness)],
    }  # fmt: skip


def _spans(made: Made, dates: dict[int, Span]) -> Ends:
    found: Ends = {}
    for item in made.work.items:
        first, last = (moment.date() for moment in dates[item.id])
        known = found.get(item.space_id, (first, last))
        found[item.space_id] = (min(first, known[0]), max(last, known[1]))
    return found


def _told(span: tuple[date, date] | None) -> list[str | None]:
    return [None, None] if span is None else [span[0].isoformat(), span[1].isoformat()]


def _days(first: str | None, second: str | None) -> int:
    return 9999 if first is None or second is None else (date.fromisoformat(second) - date.fromisoformat(first)).days


def _promises(stands: Trial, trial: Trial) -> list[list[Any]]:
    """[number, promised for, computed in the plan that stands, computed here] of each promise whose end differs; None: no
    work for it is planned."""
    was, now = stands.end_days(), trial.end_days()
    on = dict(Promise.objects.open().values_list("id", "date"))
    found = []
    for kind, pk in was.keys() | now.keys():
        before, after = was.get((kind, pk)), now.get((kind, pk))
        if kind == "promise" and pk in on and before != after:
            found.append([pk, on[pk].isoformat(), before.isoformat() if before else None, after.isoformat() if after else None])
    return sorted(found, key=lambda row: row[0])


def _load(work: OpenWork, dates: dict[int, Span]) -> Load:
    """Minutes of each person for each project, in the month in which the work ends."""
    found: Load = defaultdict(float)
    for item in work.items:
        people = work.people.get(item.id, ())
        together = sum(share for _who, share in people)
        minutes = item.effort if item.effort is not None else (item.minutes if item.minutes is not None else _USUAL) * max(len(people), 1)
        for who, share in people:
            found[who, item.space_id, _month(dates[item.id][1])] += minutes * share / together
    return found


def _month(moment: datetime) -> str:
    return moment.strftime("%Y-%m")
