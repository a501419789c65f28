"""Conflicts of a levelled plan with what people said, and of the plan in force with the people there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.kit import clock
from tandem.people.models import User
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_axis import PlanAxis
from tandem.planning.plan_inputs import ITEM, Ints, PlanInputs
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release, Scope

Key = tuple[str, str, int, int]
_DAY = 480.0
_TOO_MUCH = 1.05
"""Up to a twentieth over capacity is rounding, not a conflict."""


@dataclass(slots=True)
class Found:
    days: int
    wanted: date | None = None
    computed: date | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def renew(work: OpenWork, inputs: PlanInputs, finishes: Ints, axis: PlanAxis) -> int:
    """Writes what is found, and when it was gone. Gives how many are open."""
    ends = _ends(inputs, finishes, axis)
    found: dict[Key, Found] = {}
    _projects(work, ends, found)
    _dated(work, ends, found)
    _overloads(work, axis, found)
    _write(found)
    return len(found)


def _ends(inputs: PlanInputs, finishes: Ints, axis: PlanAxis) -> dict[int, date]:
    """The day on which each item ends."""
    rows = zip(inputs.code.tolist(), finishes.tolist(), strict=True)
    return {code // 4: axis.day(max(end - 1, 0) // 8) for code, end in rows if code % 4 == ITEM}


def _projects(work: OpenWork, ends: dict[int, date], found: dict[Key, Found]) -> None:
    """Of a project its computed end against the planned one."""
    planned: dict[int, date] = {}
    computed: dict[int, date] = {}
    for item in work.items:
        if item.planned_finish:
            planned[item.space_id] = max(item.planned_finish, planned.get(item.space_id, item.planned_finish))
        if item.id in ends:
            computed[item.space_id] = max(ends[item.id], computed.get(item.space_id, ends[item.id]))
    for space, pk in Project.objects.filter(space_id__in=planned).values_list("space_id", "id"):
        if space in computed and computed[space] > planned[space]:
            days = (computed[space] - planned[space]).days
            found[PlanConflict.Kind.PROJECT, "portfolio.project", pk, space] = Found(days, planned[space], computed[space], {"spaces": [space]})


def _dated(work: OpenWork, ends: dict[int, date], found: dict[Key, Found]) -> None:
    """Open promises, and the windows of features and releases on the roadmap, against the computed end of their work."""
    space_of = {item.id: item.space_id for item in work.items}
    homes = dict(Promise.objects.filter(pk__in=[pk for pk, _on, _items in work.promises]).values_list("id", "space_id"))
    for pk, on, items in work.promises:
        _compare((PlanConflict.Kind.PROMISE, "product.promise", pk, homes[pk]), on, items, ends, space_of, found)
    has_window = Q(feature__planned_to__isnull=False) | Q(release__planned_on__isnull=False) | Q(feature__release__planned_on__isnull=False)
    members: dict[tuple[str, int], set[int]] = defaultdict(set)
    for feature, release, through, item in Scope.objects.filter(has_window).values_list("feature_id", "release_id", "feature__release_id", "item_id"):
        for key in (("product.feature", feature), ("product.release", release or through)):
            members[key].update(work.below.get(item, [item] if item in space_of else []))  # type: ignore[index]
    over = (Feature.State.SHIPPED, Feature.State.DECLINED)
    rows = [("product.feature", *row) for row in Feature.objects.exclude(planned_to=None).exclude(state__in=over).values_list("id", "space_id", "planned_to")]
    planned = Release.objects.filter(state=Release.State.PLANNED).exclude(planned_on=None)
    rows += [("product.release", *row) for row in planned.values_list("id", "space_id", "planned_on")]
    for kind, pk, space, on in rows:
        _compare((PlanConflict.Kind.DRIFT, kind, pk, space), on, members.get((kind, pk), ()), ends, space_of, found)


def _compare(key: Key, on: date, items: Iterable[int], ends: dict[int, date], space_of: dict[int, int], found: dict[Key, Found]) -> None:
    known = {pk: ends[pk] for pk in items if pk in ends}
    if not known or max(known.values()) <= on:
        return
    last = max(known.values())
    late = sorted({space_of[pk] for pk, end in known.items() if end > on})
    found[key] = Found((last - on).days, on, last, {"spaces": late, "item": max(known, key=lambda pk: known[pk])})


def _overloads(work: OpenWork, axis: PlanAxis, found: dict[Key, Found]) -> None:
    """Of each person the worst week of the plan in force: planned work against the working days of the week."""
    capacity: dict[date, float] = defaultdict(float)
    for number in axis.ordinals[axis.rows[0]].tolist():
        capacity[_monday(date.fromordinal(number))] += _DAY
    load: dict[tuple[int, date], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for item in work.items:
        people = work.people.get(item.id)
        if people and item.minutes and item.planned_start and item.planned_finish and item.planned_finish >= axis.first:
            _spread(item, people, axis, load)
    worst: dict[int, tuple[float, date, int]] = {}
    for (user, week), spaces in load.items():
        total = sum(spaces.values())
        if total > capacity.get(week, 0.0) * _TOO_MUCH:
            over, on, weeks = worst.get(user, (0.0, week, 0))
            excess = total - capacity.get(week, 0.0)
            worst[user] = (excess, week, weeks + 1) if excess > over else (over, on, weeks + 1)
    for user, (excess, week, weeks) in worst.items():
        spaces = load[user, week]
        detail = {
            "spaces": sorted(spaces), "weeks": weeks, "hours": round(sum(spaces.values()) / 60), "capacity": round(capacity.get(week, 0.0) / 60),
        }  # fmt: skip
        for space in spaces:
            found[PlanConflict.Kind.OVERLOAD, User._meta.label_lower, user, space] = Found(max(1, round(excess / _DAY)), week, None, detail)


def _spread(item: Any, people: list[tuple[int, int]], axis: PlanAxis, load: dict[tuple[int, date], dict[int, float]]) -> None:
    """Evenly over the days of the plan in force; what lies in the past is due now."""
    first, last = max(item.planned_start, axis.first), max(item.planned_finish, axis.first)
    begin, end = axis.slot_of(first) // 8, axis.end_of(last) // 8
    days = [date.fromordinal(int(n)) for n in axis.ordinals[begin:end]] or [first]
    together = sum(share for _who, share in people)
    minutes = item.effort if item.effort is not None else item.minutes * len(people)
    for who, share in people:
        for day in days:
            load[who, _monday(day)][item.space_id] += minutes * share / together / len(days)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _write(found: dict[Key, Found]) -> None:
    known = {(one.kind, one.subject_kind, one.subject_id, one.space_id): one for one in PlanConflict.objects.open()}
    gone = [one.pk for key, one in known.items() if key not in found]
    PlanConflict.objects.filter(pk__in=gone).update(gone_at=clock.now())
    changed = []
    for key, now in found.items():
        row = known.get(key)
        if row is not None and (row.days, row.wanted_on, row.computed_on, row.detail) != (now.days, now.wanted, now.computed, now.detail):
            row.days, row.wanted_on, row.computed_on, row.detail = now.days, now.wanted, now.computed, now.detail
            changed.append(row)
    PlanConflict.objects.bulk_update(changed, ["days", "wanted_on", "computed_on", "detail"], batch_size=500)
    PlanConflict.objects.bulk_create(
        [
            PlanConflict(kind=kind, subject_kind=of, subject_id=pk, space_id=space, days=one.days, wanted_on=one.wanted, computed_on=one.computed, detail=one.detail)
            for (kind, of, pk, space), one in found.items()
            if (kind, of, pk, space) not in known
        ],
        batch_size=500,
    )
