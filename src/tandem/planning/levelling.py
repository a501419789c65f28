"""The plan of the whole organisation: read all open work, level it on its people, keep the plan and the dates.

After a change only what it forces moves, in the order of the plan that stands; a search for a better order runs at
night or when somebody asks for it, and its plan replaces the other only where it is better."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tandem.collaboration.actions.jobs import Cancelled, Progress
from tandem.kit import clock
from tandem.kit.jobs import Interrupted
from tandem.people.models import Space
from tandem.planning import (
    open_work,
    plan_conflicts,
    plan_moves,
    plan_problem,
    plan_solver,
    plan_trials,
    runs,
)
from tandem.planning.calendars import day_of
from tandem.planning.models import LevelledDates, LevelledPlan, PlanDraft, Run
from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_inputs import ITEM, Ints, PlanInputs, packed, unpacked
from tandem.planning.plan_problem import Made
from tandem.planning.plan_solver import Found
from tandem.planning.plan_why import KeptPlan

KEPT_DAYS = 30
Step = Callable[[str, int, int], Any]
Conflicts = plan_conflicts.Conflicts


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A plan whose dates stand in the rows, and what it was made of; `now` is None where only its figures are left."""

    plan: LevelledPlan
    made: Made
    now: KeptPlan | None


def compute() -> LevelledPlan | None:
    """The plan of what stands in the rows now, and then what it is in conflict with: the dates do not wait for that.

    None where there is no organisation yet."""
    found = compute_whole()
    return found[0].plan if found else None


def compute_whole() -> tuple[Published, Conflicts] | None:
    """The same with all that it was made of, for whoever goes on from there."""
    with runs.alone(Run.Kind.LEVEL, 0):
        found = publish()
        return None if found is None else (found, judge(found))


def publish() -> Published | None:
    """The dates of the plan. Nothing is computed when nothing changed."""
    root = Space.objects.filter(parent=None).first()
    if root is None:
        return None
    with runs.one_at_a_time(Run.Kind.LEVEL, 0):
        begun = perf_counter()
        made = plan_problem.make(open_work.read(), clock.today())
        inputs_hash = digest(made.inputs)
        newest = LevelledPlan.objects.newest_first().without_inputs().first()
        before = kept(newest.pk) if newest else None
        said = _accepted(newest, made) if newest else {}
        if newest and newest.inputs_hash == inputs_hash and not said:
            return Published(newest, made, before)
        found = plan_solver.first(made.inputs, before, said)
        return _store(root, made, found, inputs_hash, perf_counter() - begun)


def judge(found: Published) -> Conflicts:
    """What a plan is in conflict with; also where no date moved, for what people can do and what they asked for may be a conflict."""
    if found.now is None:
        return {}
    made, now = found.made, found.now
    with transaction.atomic():
        conflicts = plan_conflicts.find(made.work, made.inputs, now.starts, now.finishes, made.axis, made.people)
        if changed := plan_conflicts.write(conflicts):  # pages that show them were made since the dates were told
            runs.tell(found.plan.run, changed)
    return conflicts


def _accepted(newest: LevelledPlan, made: Made) -> dict[int, int]:
    """Where work begins by the ways out that were accepted since that plan, of what is still planned so: code → slot."""
    drafts = PlanDraft.objects.accepted_of(newest.pk)
    starts = {pk: start for draft in drafts for pk, start in (draft.way.get("starts", {}) | {pk: span[0] for pk, span in draft.dates.items()}).items()}
    dates = {int(pk): datetime.fromisoformat(start) for pk, start in starts.items()}
    planned = {4 * item.id + ITEM: dates[item.id] for item in made.work.items if item.id in dates and item.planned_start == day_of(dates[item.id])}
    return {code: _slot(made, k, planned[code]) for k, code in enumerate(made.inputs.code.tolist()) if code in planned}


def _slot(made: Made, k: int, start: datetime) -> int:
    """The slot that was told as this moment, by the hours of the work's own calendar or by those of an office."""
    hours, base = made.hours_of[max(int(made.inputs.calendar[k]), 0)], made.axis.slot_of(start.date())
    moment = start.replace(tzinfo=None)
    return next((slot for slot in range(base, base + SLOTS) if made.axis.starts_at(slot, hours) == moment), made.axis.slot_at(moment))


def search(seconds: float, cancelled: Callable[[], bool], step: Step) -> LevelledPlan | None:
    """Looks for a better order for so long. What is better is published at the end, unless the work has changed or a way out was
    accepted meanwhile: then the next plan starts from there."""
    newest = compute()
    root = Space.objects.filter(parent=None).first()
    if newest is None or root is None or not newest.items:
        return newest
    plan = kept(newest.pk)
    if plan is None:
        return newest
    begun = perf_counter()
    best: Found | None = None
    for one in plan_solver.better(plan, seconds, cancelled):
        best = one
        step("levelling", min(round(10 * (perf_counter() - begun)), round(10 * seconds) - 1), round(10 * seconds))
    if best is None or (best.broken, best.tardiness, best.makespan) >= (newest.broken, newest.tardiness, newest.makespan):
        if best is not None and best.bound is not None:
            LevelledPlan.objects.filter(pk=newest.pk).update(bound=best.bound)
        return newest
    with runs.alone(Run.Kind.LEVEL, 0):
        with transaction.atomic():
            made = plan_problem.make(open_work.read(), clock.today())
            # planned dates that were accepted are not in the inputs: the next plan puts the work there, and this order knows nothing of it
            if digest(made.inputs) != newest.inputs_hash or PlanDraft.objects.accepted_of(newest.pk).exists():
                return newest
            found = _store(root, made, best, newest.inputs_hash, perf_counter() - begun)
        judge(found)
    return found.plan


def carry_out(progress: Progress) -> str:
    """The search as a job that somebody watches and may stop; what was found before stays."""
    stopped: list[BaseException] = []
    at = ("levelling", 0, 10 * settings.LEVELLING_SECONDS)

    def step(phase: str, done: int, total: int) -> None:
        nonlocal at
        at = (phase, done, total)
        if not stopped:
            try:
                progress.step(phase, done, total)
            except (Cancelled, Interrupted) as problem:
                stopped.append(problem)

    def is_cancelled() -> bool:
        step(*at)
        return bool(stopped)

    search(settings.LEVELLING_SECONDS, is_cancelled, step)
    if stopped:
        raise stopped[0]
    return "/plan/"


def kept(plan_id: int) -> KeptPlan | None:
    """What a plan was computed from, and every start; None where only its figures are left."""
    data = LevelledPlan.objects.filter(pk=plan_id).values_list("kept", flat=True).first()
    return KeptPlan(*unpacked(data)) if data else None


def digest(inputs: PlanInputs) -> str:
    told = hashlib.sha256(f"{runs.program()}:{runs.RULES}:{inputs.first}".encode())
    for one in fields(inputs):
        value = getattr(inputs, one.name)
        if one.name not in ("first", "ordinals"):
            told.update(np.ascontiguousarray(value, np.int64).tobytes())
    return told.hexdigest()


def _store(root: Space, made: Made, found: Found, inputs_hash: str, seconds: float) -> Published:
    inputs, today = made.inputs, clock.today()
    ends = plan_solver.finishes(inputs.arrays(), found.starts) if inputs.n else found.starts
    run = runs.finish(
        kind=Run.Kind.LEVEL, space_id=root.pk, as_of=today, inputs_hash=inputs_hash, problem={}, seed=runs.seed_of("level", inputs.first), refused=False
    )
    rows = plan_trials.moments_of(made, found.starts, ends)
    now = KeptPlan(inputs, found.starts, ends)
    since, moves = _moves(now, made, today)
    plan = LevelledPlan.objects.create(
        space=root, run=run, as_of=today, inputs_hash=inputs_hash, broken=found.broken, tardiness=found.tardiness, bound=found.bound,
        makespan=found.makespan, evaluations=found.evaluations, seconds=round(seconds, 3), items=len(rows[0]), assumed=made.assumed,
        dropped=made.dropped[:100], ends=_by_space(*rows), moves=moves, moved_since=since, kept=packed(inputs, found.starts, ends),
    )  # fmt: skip
    changed = _write(plan, rows)
    _forget(plan)
    runs.tell(run, changed)
    return Published(plan, made, now)


def _by_space(_items: Ints, spaces: Ints, firsts: Ints, lasts: Ints) -> dict[str, Any]:
    """For each space its first start, last finish and number of items."""
    known, where, count = np.unique(spaces, return_inverse=True, return_counts=True)
    first, last = np.full(len(known), np.iinfo(np.int64).max), np.full(len(known), np.iinfo(np.int64).min)
    np.minimum.at(first, where, firsts)
    np.maximum.at(last, where, lasts)
    told = zip(known.tolist(), first.tolist(), last.tolist(), count.tolist(), strict=True)
    return {str(space): [datetime.fromtimestamp(a, UTC).isoformat(), datetime.fromtimestamp(b, UTC).isoformat(), n] for space, a, b, n in told}


def _write(plan: LevelledPlan, rows: tuple[Ints, Ints, Ints, Ints]) -> int:
    """Only what differs is written, and what is no longer open goes. Gives how many rows changed.

    Moments go as seconds: twenty thousand of them as dates would take longer than the plan."""
    table = LevelledDates._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT item_id, space_id, extract(epoch FROM start)::bigint, extract(epoch FROM finish)::bigint FROM {table}")  # noqa: S608  our own table
        known, now = set(cursor.fetchall()), list(zip(*(column.tolist() for column in rows), strict=True))
        changed, gone = [row for row in now if row not in known], list({row[0] for row in known} - set(rows[0].tolist()))
        if gone:
            cursor.execute(f"DELETE FROM {table} WHERE item_id = ANY(%s::bigint[])", [gone])  # noqa: S608  our own table
        cursor.execute(
            f"INSERT INTO {table} (item_id, space_id, plan_id, start, finish) "  # noqa: S608  our own table
            "SELECT i, s, %s, to_timestamp(a), to_timestamp(b) FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS t(i, s, a, b) "
            "ON CONFLICT (item_id) DO UPDATE SET space_id = excluded.space_id, plan_id = excluded.plan_id, start = excluded.start, finish = excluded.finish",
            [plan.pk, *([row[k] for row in changed] for k in range(4))],
        )
    return len(changed) + len(gone)


def _moves(now: KeptPlan, made: Made, today: date) -> tuple[date | None, list[Any]]:
    """Against the last plan of the day before; of none, nothing."""
    earlier = LevelledPlan.objects.filter(as_of__lt=today).exclude(kept=None).newest_first().without_inputs().first()
    before = kept(earlier.pk) if earlier else None
    if earlier is None or before is None:
        return None, []
    return earlier.as_of, plan_moves.since(before, now, made.axis)


def _forget(plan: LevelledPlan) -> None:
    """Of each day the last plan is kept whole, for a month; of the others only the figures, and of old ones nothing.
    Dates that did not move hang on the plan that gave them: only plans without dates go."""
    days = LevelledPlan.objects.exclude(kept=None).exclude(pk=plan.pk)
    days.filter(as_of=plan.as_of).update(kept=None)
    old = date.fromordinal(plan.as_of.toordinal() - KEPT_DAYS)
    days.filter(as_of__lt=old).update(kept=None)
    LevelledPlan.objects.filter(as_of__lt=old, dates=None).delete()
