"""Would ranges like today's have held? Each past baseline is reckoned as of its own day, from what was known then, against what came.

Its work is what was planned in it and not done yet, without what was given up or removed since; lengths are those of the baseline, links
those that stood, and how far estimates are off is learnt from items finished before. Risks of those days are not known any more, and
what a throughput counts has a back-test of its own: here every item is a task."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from tandem.kit import clock
from tandem.kit.types import Json
from tandem.planning import network_ranges, runs, workdays
from tandem.planning.calendars import Calendars, day_of
from tandem.planning.models import RangeCase
from tandem.planning.network_ranges import Past, TooLittle
from tandem.planning.range_work import DAY, Arrow, RangeWork, Task, type_of
from tandem.work.models import Assignment, Baseline, BaselineDate, Link, State

TRIALS, FEW, MOST = 5_056, 3, 400
"A baseline with fewer open items says nothing about a network; so many baselines at a time."
_LEAST = 0.5
"Days that are left of what should be done already."


@dataclass(slots=True)
class _Then:
    work: RangeWork
    ended_on: date | None


def renew() -> int:
    """Reckons the baselines that were not reckoned yet, and looks again at those whose work was open. Gives how many were written."""
    known = {row.baseline_id: row for row in RangeCase.objects.all()}
    waiting = [one for one in Baseline.objects.order_by("-created_at", "-id")[:MOST] if (row := known.get(one.pk)) is None or (row.ended_on is None and not row.refusal)]
    pasts: dict[date, Past] = {}
    written = 0
    for baseline in waiting:
        on = baseline.created_at.date()
        if on >= clock.today():
            continue
        then = _then(baseline, on)
        row = known.get(baseline.pk)
        if then is None:
            continue
        if row is not None:
            written += RangeCase.objects.filter(pk=row.pk, ended_on=None).update(ended_on=then.ended_on) if then.ended_on else 0
            continue
        if on not in pasts:
            pasts[on] = Past([baseline.space_id], on)
        RangeCase.objects.create(space_id=baseline.space_id, baseline=baseline, as_of=on, items=len(then.work.tasks), ended_on=then.ended_on, **_told(then.work, pasts[on], baseline.pk))
        written += 1
    return written


def _told(work: RangeWork, past: Past, seed: int) -> Json:
    from tandem.compute.forecasting.network_risk import simulate

    try:
        built = network_ranges.build(work, past)
    except TooLittle as too_little:
        return {"refusal": too_little.detail}
    found = simulate(built.network, trials=TRIALS, seed=runs.seed_of("range case", seed))
    days = [work.days.at(ceil(one.value - built.offset - 1e-4)) for one in found.end.percentiles]
    return dict(zip(("p50", "p80", "p95"), days, strict=True))


def _then(baseline: Baseline, on: date) -> _Then | None:
    """What was planned in it and open on that day; None where that is too little."""
    rows = [row for row in _rows(baseline) if row["item__actual_finish"] is None or row["item__actual_finish"].date() > on]
    parents = {row["item__parent_id"] for row in rows}
    rows = [row for row in rows if row["item_id"] not in parents and (not row["item__is_summary"] or row["item__is_milestone"])]
    if sum(not row["item__is_milestone"] for row in rows) < FEW:
        return None
    calendars = Calendars([baseline.space_id], clock.today())
    work = RangeWork(on, workdays.after(calendars.of_space(baseline.space_id), on))
    ids = {row["item_id"] for row in rows}
    people: dict[int, list[int]] = defaultdict(list)
    for item, who in Assignment.objects.filter(item__in=ids).order_by("id").values_list("item_id", "user_id"):
        people[item].append(who)
    for row in rows:
        work.tasks[row["item_id"]] = _task(row, work, tuple(sorted(people[row["item_id"]])))
    work.arrows = list(_arrows(ids, on))
    ends = [row["item__actual_finish"].date() if row["item__state__category"] == State.Category.DONE and row["item__actual_finish"] else None for row in rows]
    return _Then(work, None if None in ends else max(day for day in ends if day))


def _rows(baseline: Baseline) -> list[dict[str, Any]]:
    columns = (
        "item_id", "start", "finish", "duration_minutes", "item__space_id", "item__type__name", "item__is_milestone", "item__is_summary", "item__parent_id",
        "item__actual_start", "item__actual_finish", "item__state__category",
    )  # fmt: skip
    found = BaselineDate.objects.filter(baseline=baseline, item__removed_at=None, item__is_given_up=False).order_by("item_id")
    return list(found.values(*columns))


def _task(row: dict[str, Any], work: RangeWork, who: tuple[int, ...]) -> Task:
    start, finish = day_of(row["start"]), day_of(row["finish"])
    is_begun = row["item__actual_start"] is not None and row["item__actual_start"].date() <= work.on
    days = 0.0 if row["item__is_milestone"] else _length(row, start, finish, work)
    if is_begun and days:
        days = min(days, max(float(work.days.until(finish)), _LEAST)) if finish else days
    earliest = 0 if is_begun or start is None else max(work.days.until(start) - 1, 0)
    return Task(row["item_id"], row["item__space_id"], row["item__type__name"], days, earliest, row["item__is_milestone"], who, is_begun)


def _length(row: dict[str, Any], start: date | None, finish: date | None, work: RangeWork) -> float | None:
    if row["duration_minutes"] is not None:
        return float(row["duration_minutes"] / DAY)
    if start is None or finish is None or finish < start:
        return None
    return float(work.days.calendar.working_days(start, finish).sum())


def _arrows(ids: set[int], on: date) -> Iterable[Arrow]:
    rows = Link.objects.dependencies().filter(source_id__in=ids, target_id__in=ids, created_at__date__lte=on).order_by("id")
    for source, target, kind, lag, percent, elapsed in rows.values_list("source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed"):
        days = lag / DAY * (5 / 21 if elapsed else 1)
        yield Arrow(source, target, type_of(kind), 0.0 if percent is not None else days, percent / 100 if percent is not None else None)
