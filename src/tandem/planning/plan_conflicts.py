"""Conflicts of a levelled plan with what people said, and of the plan in force with the people there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Q

from tandem.kit import clock
from tandem.planning import plan_people, plan_staffing
from tandem.planning.availability import Availability
from tandem.planning.capacity import Capacity
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.planning.plan_inputs import ITEM, Ints, PlanInputs
from tandem.planning.plan_people import Found, Key
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release, Scope

Conflicts = dict[Key, Found]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a plan is held against, read in one go, so that it can be held against it when the rows are otherwise again. `projects`: space →
    number; `homes`: promise → space; `scope`: feature and windowed release → items; `windows`: kind, number, space and last day."""

    projects: dict[int, int]
    homes: dict[int, int]
    scope: dict[tuple[str, int], set[int]]
    windows: list[tuple[str, int, int, date]]
    have: Availability | None
    staffing: plan_staffing.Rows


def read(work: OpenWork, axis: PlanAxis, people: Capacity) -> Rows:
    """One query per table."""
    over = (Feature.State.SHIPPED, Feature.State.DECLINED)
    windows = [("product.feature", *row) for row in Feature.objects.exclude(planned_to=None).exclude(state__in=over).values_list("id", "space_id", "planned_to")]
    planned = Release.objects.filter(state=Release.State.PLANNED).exclude(planned_on=None)
    windows += [("product.release", *row) for row in planned.values_list("id", "space_id", "planned_on")]
    return Rows(
        dict(Project.objects.values_list("space_id", "id")), dict(Promise.objects.filter(pk__in=[pk for pk, _on, _items in work.promises]).values_list("id", "space_id")),
        in_windows(work), windows, plan_people.time_of(work, axis, people), plan_staffing.read(work, axis),
    )  # fmt: skip


def find(work: OpenWork, inputs: PlanInputs, starts: Ints, finishes: Ints, axis: PlanAxis, people: Capacity, rows: Rows | None = None) -> Conflicts:
    """What a plan is in conflict with, whether or not it was stored. `rows`: what was read with it, else what stands there now."""
    rows = rows or read(work, axis, people)
    ends = _ends(inputs, finishes, axis)
    found: dict[Key, Found] = {}
    _projects(work, rows, ends, found)
    _dated(work, rows, ends, found)
    plan_people.overloads(work, axis, rows.have, found)
    plan_people.leavers(work, ends, people, found)
    plan_staffing.skills(work, rows.staffing, ends, axis, people.left, found)
    plan_staffing.leaves(work, rows.staffing, inputs, starts, finishes, ends, axis, found)
    return found


def _ends(inputs: PlanInputs, finishes: Ints, axis: PlanAxis) -> dict[int, date]:
    """The day on which each item ends."""
    items = inputs.code % 4 == ITEM
    return dict(zip((inputs.code[items] // 4).tolist(), axis.days(np.maximum(finishes[items] - 1, 0) // SLOTS), strict=True))


def _projects(work: OpenWork, rows: Rows, ends: dict[int, date], found: dict[Key, Found]) -> None:
    """Of a project its computed end against the planned one."""
    planned: dict[int, date] = {}
    computed: dict[int, date] = {}
    for item in work.items:
        if item.planned_finish:
            planned[item.space_id] = max(item.planned_finish, planned.get(item.space_id, item.planned_finish))
        if item.id in ends:
            computed[item.space_id] = max(ends[item.id], computed.get(item.space_id, ends[item.id]))
    for space, pk in rows.projects.items():
        if space in planned and space in computed and computed[space] > planned[space]:
            days = (computed[space] - planned[space]).days
            found[PlanConflict.Kind.PROJECT, "portfolio.project", pk, space] = Found(days, planned[space], computed[space], {"spaces": [space]})


def _dated(work: OpenWork, rows: Rows, ends: dict[int, date], found: dict[Key, Found]) -> None:
    """Open promises, and the windows of features and releases on the roadmap, against the computed end of their work."""
    space_of = {item.id: item.space_id for item in work.items}
    for pk, on, items in work.promises:
        _compare((PlanConflict.Kind.PROMISE, "product.promise", pk, rows.homes[pk]), on, items, ends, space_of, found)
    for kind, pk, space, on in rows.windows:
        _compare((PlanConflict.Kind.DRIFT, kind, pk, space), on, rows.scope.get((kind, pk), ()), ends, space_of, found)


def in_windows(work: OpenWork) -> dict[tuple[str, int], set[int]]:
    """Of features and releases with a window the open items of their scope."""
    here = {item.id for item in work.items}
    has_window = Q(feature__planned_to__isnull=False) | Q(release__planned_on__isnull=False) | Q(feature__release__planned_on__isnull=False)
    members: dict[tuple[str, int], set[int]] = defaultdict(set)
    for feature, release, through, item in Scope.objects.filter(has_window).values_list("feature_id", "release_id", "feature__release_id", "item_id"):
        for key in (("product.feature", feature), ("product.release", release or through)):
            members[key].update(work.below.get(item, [item] if item in here else []))  # type: ignore[index]
    return members


def _compare(key: Key, on: date, items: Iterable[int], ends: dict[int, date], space_of: dict[int, int], found: dict[Key, Found]) -> None:
    known = {pk: ends[pk] for pk in items if pk in ends}
    if not known or max(known.values()) <= on:
        return
    last = max(known.values())
    late = sorted({space_of[pk] for pk, end in known.items() if end > on})
    found[key] = Found((last - on).days, on, last, {"spaces": late, "item": max(known, key=lambda pk: known[pk])})


def write(found: Conflicts) -> int:
    """What is found, and when it was gone. Gives how many came, went or differ."""
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
    new = [
        PlanConflict(kind=kind, subject_kind=of, subject_id=pk, space_id=space, days=one.days, wanted_on=one.wanted, computed_on=one.computed, detail=one.detail)
        for (kind, of, pk, space), one in found.items()
        if (kind, of, pk, space) not in known
    ]
    PlanConflict.objects.bulk_create(new, batch_size=500)
    return len(gone) + len(changed) + len(new)
