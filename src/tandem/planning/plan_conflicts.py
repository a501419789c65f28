"""Conflicts of a levelled plan with what people said, and of the plan in force with the people there are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from tandem.kit import clock
from tandem.planning import plan_people, plan_staffing
from tandem.planning.capacity import Capacity
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_axis import PlanAxis
from tandem.planning.plan_inputs import ITEM, Ints, PlanInputs
from tandem.planning.plan_people import Found, Key
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release, Scope

Conflicts = dict[Key, Found]


def find(work: OpenWork, inputs: PlanInputs, starts: Ints, finishes: Ints, axis: PlanAxis, people: Capacity) -> Conflicts:
    """What a plan is in conflict with, whether or not it was stored."""
    ends = _ends(inputs, finishes, axis)
    found: dict[Key, Found] = {}
    _projects(work, ends, found)
    _dated(work, ends, found)
    plan_people.overloads(work, axis, found)
    plan_people.leavers(work, ends, people, found)
    plan_staffing.skills(work, ends, axis, people.left, found)
    plan_staffing.leaves(work, inputs, starts, finishes, ends, axis, found)
    return found


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
    members = in_windows(work)
    over = (Feature.State.SHIPPED, Feature.State.DECLINED)
    rows = [("product.feature", *row) for row in Feature.objects.exclude(planned_to=None).exclude(state__in=over).values_list("id", "space_id", "planned_to")]
    planned = Release.objects.filter(state=Release.State.PLANNED).exclude(planned_on=None)
    rows += [("product.release", *row) for row in planned.values_list("id", "space_id", "planned_on")]
    for kind, pk, space, on in rows:
        _compare((PlanConflict.Kind.DRIFT, kind, pk, space), on, members.get((kind, pk), ()), ends, space_of, found)


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
