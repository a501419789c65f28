"""A plan scenario computed: its changes are really carried out, read as the plan reads them, and taken back; then both plans are compared."""

import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from tandem.history.record import taken_back
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.planning import levelling, open_work, plan_problem, plan_solver, plan_trials
from tandem.planning.actions import plan_changes, plan_scenarios
from tandem.planning.actions.plan_scenarios import Carrier
from tandem.planning.models import PlanChange, PlanScenario
from tandem.planning.plan_problem import Made
from tandem.planning.plan_trials import Trial
from tandem.planning.plan_why import KeptPlan
from tandem.product.models import Promise

_T = TypeVar("_T")
_USUAL = 480.0
SECONDS = 5.0
Load = dict[tuple[int, int, str], float]
Also = Callable[[Made, bool], Any]
Loading = tuple[int, str, float, list[tuple[int, int]]]


@dataclass(eq=False)
class Tried:
    """Both plans, which changes could not be carried out, and what was read beside each of the two."""

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
    """`also` reads more beside each of the two plans, of the one that stands knowing whether its conflicts are; beside the other while the changes stand there, before anything is computed."""
    stood = levelling.compute_whole()
    plan, before = (stood[0].plan, stood[0].now) if stood else (None, None)
    order = _searched if any(change.kind == PlanChange.Kind.PROJECT and "priority" in change.values for change in changes) else _as_found
    stands = order(_as_it_stands(*stood) if stood and before else plan_trials.tried(open_work.read(), clock.today(), before))
    was = also(stands.made, stands.conflicts is not None) if also else None
    (made, now), refused = with_them(changes, carrier, lambda: _read(also))
    return Tried(stands, order(plan_trials.solved(made, before)), refused, plan.pk if plan else None, was, now)


def _read(also: Also | None) -> tuple[Made, Any]:
    made = plan_problem.make(open_work.read(), clock.today())
    return made, also(made, False) if also else None


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


def with_them(changes: list[PlanChange], carrier: Carrier | None, read: Callable[[], _T]) -> tuple[_T, list[list[Any]]]:
    """What `read` finds with the changes, each carried out as who wrote it or as `carrier` says, and which could not be; nothing of it stays.
    What they change is held meanwhile as by a decision, in the same order: so `read` reads, and computes nothing."""
    refused: list[list[Any]] = []
    run = uuid.uuid4()
    with taken_back(), transaction.atomic():
        plan_scenarios.lock(changes)
        for change in changes:
            try:
                with transaction.atomic():
                    plan_changes.carry_out(actor=carrier(change) if carrier else change.by, change=change, run=run, reason="–")
            except Refused as problem:
                refused.append([change.pk, problem.code, {name: str(value) for name, value in problem.params.items()}])
            except (Denied, Hidden):
                refused.append([change.pk, "row_not_yours", {}])
        found = read()
        transaction.set_rollback(True)
    return found, refused


def compared(stands: Trial, trial: Trial, same: dict[int, int] | None = None, then: dict[int, date] | None = None) -> dict[str, Any]:
    """`same`: of promises that the changes revise the new number → the one that stands; `then`: the day of each of those afterwards."""
    ends, will = plan_trials.spans_of(stands.moments), plan_trials.spans_of(trial.moments)
    projects = [[space, *_told(ends.get(space)), *_told(will.get(space))] for space in sorted(ends.keys() | will.keys()) if ends.get(space) != will.get(space)]
    projects.sort(key=lambda row: -abs(_days(row[2], row[4])))
    load, loaded = _loads(stands, trial)
    return {
        "projects": projects, "promises": _promises(stands, trial, same or {}, then or {}),
        "load": [[*key, round(load.get(key, 0)), round(loaded.get(key, 0))] for key in sorted(load.keys() | loaded.keys()) if round(load.get(key, 0)) != round(loaded.get(key, 0))],
        "tardiness": [int(stands.found.tardiness), int(trial.found.tardiness)],
    }  # fmt: skip


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


def _loads(stands: Trial, trial: Trial) -> tuple[Load, Load]:
    """Minutes of each person for each project, in the month in which the work ends, of the projects in which any is otherwise."""
    before, after = _loading(stands), _loading(trial)
    spaces = {row[0] for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk) for row in (before.get(pk), after.get(pk)) if row}
    return _load(before, spaces), _load(after, spaces)


def _loading(trial: Trial) -> dict[int, Loading]:
    """Of each item that somebody does its project, the month in which it ends, its minutes in all, and whose it is."""
    work, months, found = trial.made.work, plan_trials.months_of(trial.moments), dict[int, Loading]()
    for item in work.items:
        if people := work.people.get(item.id):
            minutes = item.effort if item.effort is not None else (item.minutes if item.minutes is not None else _USUAL) * len(people)
            found[item.id] = (item.space_id, months[item.id], minutes, people)
    return found


def _load(rows: dict[int, Loading], spaces: set[int]) -> Load:
    found: Load = defaultdict(float)
    for space, month, minutes, people in rows.values():
        if space in spaces:
            together = sum(share for _who, share in people)
            for who, share in people:
                found[who, space, month] += minutes * share / together
    return found
