"""Computed start, finish and slack of a project's items: read the network, compute, write what changed."""

from datetime import UTC, datetime
from typing import Any

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.dates import Dates
from tandem.kit import clock
from tandem.kit.types import Json
from tandem.people.models import Space
from tandem.planning import network, runs
from tandem.planning.models import ComputedDates, Run

_COLUMNS = ("start", "finish", "total_slack_minutes", "free_slack_minutes", "is_critical", "driven_by_id")


def compute(space: Space) -> Run | None:
    """One run for a project that has a plan. What compute refuses stays on the run as a code, the old dates stay."""
    with runs.one_at_a_time(Run.Kind.SCHEDULE, space.pk):
        problem: Json = {}
        try:
            plan = network.read(space)
            if plan is None:
                ComputedDates.objects.in_spaces([space.pk]).delete()
                return None
            inputs_hash = runs.digest_of(_inputs(plan))
            before = runs.unchanged(Run.Kind.SCHEDULE, space.pk, inputs_hash)
            if before:
                return before
            # the compiler behind it takes half a second to load: only the job that computes waits for it
            from tandem.compute.scheduling.critical_path import schedule

            dates = schedule(plan.network, plan.start)
            problem = {"conflicts": [_conflict(c) for c in dates.conflicts]} if dates.conflicts else {}
        except Uncomputable as refusal:
            return _refuse(space, refusal)
        run = runs.finish(
            kind=Run.Kind.SCHEDULE, space_id=space.pk, as_of=clock.today(), inputs_hash=inputs_hash, problem=problem,
            seed=0, refused=False,
        )  # fmt: skip
        runs.tell(run, _store(run, plan, dates))
    return run


def _refuse(space: Space, refusal: Uncomputable) -> Run:
    problem = {"code": refusal.code, **{k: _plain(v) for k, v in refusal.params.items()}}
    inputs_hash = runs.digest_of(problem)
    before = runs.unchanged(Run.Kind.SCHEDULE, space.pk, inputs_hash)
    if before:
        return before
    run = runs.finish(
        kind=Run.Kind.SCHEDULE, space_id=space.pk, as_of=clock.today(), inputs_hash=inputs_hash, problem=problem,
        seed=0, refused=True,
    )  # fmt: skip
    runs.tell(run, 0)
    return run


def _inputs(plan: network.Plan) -> Any:
    parts = plan.network
    return [repr(plan.start), repr(parts.activities), repr(parts.links), repr(sorted(parts.calendars.items())), parts.calendar]


def _store(run: Run, plan: network.Plan, dates: Dates) -> int:
    """Upsert of the rows that differ, in one statement per thousand; rows of items that are gone are deleted."""
    rows = ComputedDates.objects.in_spaces([run.space_id])
    known = {item_id: tuple(values) for item_id, *values in rows.values_list("item_id", *_COLUMNS)}
    gone = known.keys() - plan.own
    if gone:
        rows.filter(item_id__in=gone).delete()
    changed = []
    for row in dates:
        item_id = int(row.id)
        values = (moment(row.start), moment(row.finish), row.total_slack, row.free_slack, row.critical, row.driven_by and int(row.driven_by))
        if item_id in plan.own and known.get(item_id) != values:
            named = dict(zip(_COLUMNS, values, strict=True))
            changed.append(ComputedDates(item_id=item_id, space_id=run.space_id, run=run, **named))
    ComputedDates.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["item"], update_fields=["space", "run", *_COLUMNS[:-1], "driven_by"], batch_size=1000
    )
    return len(changed) + len(gone)


def moment(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _conflict(found: Any) -> Json:
    return {"item": int(found.activity), "rule": found.rule, "minutes": found.minutes, "other": found.other and int(found.other)}


def _plain(value: Any) -> Any:
    return [str(v) for v in value] if isinstance(value, (list, tuple)) else value if isinstance(value, int) else str(value)
