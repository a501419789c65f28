"""A plan scenario computed: its changes are really carried out, read as the plan reads them, and taken back; then both plans are compared."""

import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.planning import levelling, open_work, plan_problem, plan_solver, plan_trials
from tandem.planning.actions import plan_changes, plan_scenarios
from tandem.planning.actions.plan_scenarios import Carrier
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
Also = Callable[[Trial], Any]


@dataclass(eq=False)
class Tried:
    """Both plans, which changes could not be carried out, and what was read before and with the changes."""

    stands: Trial
    trial: Trial
    refused: list[list[Any]]
    plan: int | None
    before: Any = None
    after: Any = None


def compute(scenario: PlanScenario) -> dict[str, Any]:
    """What would be otherwise: first and last day of projects, promises, minutes of people by month and project; and which
    changes cannot be carried out, with the rule that refuses them."""
    if scenario.state != PlanScenario.State.OPEN:  # decided in the meantime: the figures that were decided on stay
        return scenario.outcome or {}
    changes = list(scenario.changes.select_related("by").order_by("id"))
    found = tried(changes)
    return keep(scenario, changes, found, compared(found.stands, found.trial))


def keep(scenario: PlanScenario, changes: list[PlanChange], found: Tried, told: dict[str, Any]) -> dict[str, Any]:
    """The picture stands with the scenario, with the digest of what it shows. It takes the place of none that shows what stands there
    now: of two that were computed at once the one of the newer changes stays."""
    outcome, of = told | {"refused": found.refused, "plan": found.plan}, plan_scenarios.digest(changes)
    with transaction.atomic():
        held = plan_scenarios.hold(scenario)
        if held.state != scenario.state:
            return held.outcome or {}
        now = plan_scenarios.digest(list(held.changes.order_by("id")))
        if of == now or held.computed_of != now:
            held.write(expected=None, outcome=outcome, computed_of=of, computed_at=clock.now())
    for name in ("outcome", "computed_of", "computed_at", "version"):
        setattr(scenario, name, getattr(held, name))
    return held.outcome or {}


def tried(changes: list[PlanChange], carrier: Carrier | None = None, also: Also | None = None) -> Tried:
    """`also` reads more of each of the two plans, with the changes while they stand there."""
    stood = levelling.compute_whole()
    plan, before = (stood[0].plan, stood[0].now) if stood else (None, None)
    order = _searched if any(change.kind == PlanChange.Kind.PROJECT and "priority" in change.values for change in changes) else _as_found
    stands = order(_as_it_stands(*stood) if stood and before else plan_trials.tried(open_work.read(), clock.today(), before))
    was = also(stands) if also else None

    def with_them(made: Made) -> tuple[Trial, Any]:
        trial = order(plan_trials.solved(made, before))
        return trial, also(trial) if also else None

    made, refused, told = read_with(changes, carrier, with_them if also else None)
    trial, now = told or with_them(made)
    return Tried(stands, trial, refused, plan.pk if plan else None, was, now)


def _as_it_stands(published: levelling.Published, conflicts: levelling.Conflicts) -> Trial:
    """What was just computed is not computed once more."""
    plan, now = published.plan, published.now
    assert now is not None
    found = plan_solver.Found(now.starts, plan.tardiness, plan.makespan, 0, plan.bound, plan.broken)
    return Trial(published.made, found, now.finishes, conflicts)


def _as_found(trial: Trial) -> Trial:
    return trial


def _searched(trial: Trial) -> Trial:
    """The priority of a project forces nothing to move: the search for a better order follows it, on both sides as long."""
    if not trial.made.inputs.n:
        return trial
    best = trial.found
    for found in plan_solver.better(KeptPlan(trial.made.inputs, best.starts, trial.ends), SECONDS, lambda: False):
        if (found.broken, found.tardiness, found.makespan) < (best.broken, best.tardiness, best.makespan):
            best = found
    return Trial(trial.made, best, plan_solver.finishes(trial.made.inputs.arrays(), best.starts))


def read_with(
    changes: list[PlanChange], carrier: Carrier | None = None, also: Callable[[Made], Any] | None = None
) -> tuple[Made, list[list[Any]], Any]:
    """The arrays of the plan with the changes, each carried out as who wrote it or as `carrier` says; nothing of it stays."""
    refused: list[list[Any]] = []
    run = uuid.uuid4()
    with transaction.atomic():
        for change in changes:
            try:
                with transaction.atomic():
                    plan_changes.carry_out(actor=carrier(change) if carrier else change.by, change=change, run=run, reason="–")
            except Refused as problem:
                refused.append([change.pk, problem.code, {name: str(value) for name, value in problem.params.items()}])
            except (Denied, Hidden):
                refused.append([change.pk, "row_not_yours", {}])
        made = plan_problem.make(open_work.read(), clock.today())
        told = also(made) if also else None
        transaction.set_rollback(True)
    return made, refused, told


def compared(stands: Trial, trial: Trial, same: dict[int, int] | None = None, then: dict[int, date] | None = None) -> dict[str, Any]:
    """`same`: of promises that the changes revise the new number → the one that stands; `then`: the day of each of those afterwards."""
    first, second = stands.dates(), trial.dates()
    ends, will = _spans(stands.made, first), _spans(trial.made, second)
    projects = [[space, *_told(ends.get(space)), *_told(will.get(space))] for space in sorted(ends.keys() | will.keys()) if ends.get(space) != will.get(space)]
    projects.sort(key=lambda row: -abs(_days(row[2], row[4])))
    load, loaded = _load(stands.made.work, first), _load(trial.made.work, second)
    return {
        "projects": projects, "promises": _promises(stands, trial, same or {}, then or {}),
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


def _promises(stands: Trial, trial: Trial, same: dict[int, int], then: dict[int, date]) -> list[list[Any]]:
    """[number, promised for, computed in the plan that stands, computed here] of each promise whose end differs, and the day that it
    is promised for then where that differs; None: no work for it is planned."""
    was = {pk: day for (kind, pk), day in stands.end_days().items() if kind == "promise"}
    now = {same.get(pk, pk): day for (kind, pk), day in trial.end_days().items() if kind == "promise"}
    on = dict(Promise.objects.open().values_list("id", "date"))
    found: list[list[Any]] = []
    for pk in sorted((was.keys() | now.keys()) & on.keys()):
        before, after = was.get(pk), now.get(pk)
        revised = [then[pk].isoformat()] if then.get(pk, on[pk]) != on[pk] else []
        if before != after or revised:
            found.append([pk, on[pk].isoformat(), before.isoformat() if before else None, after.isoformat() if after else None, *revised])
    return found


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
