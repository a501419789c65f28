"""All open work of the organisation as rows: what is to be done, by whom, after what, by when. One query per table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from math import gcd
from typing import NamedTuple

from django.db.models import Case, Q, When
from django.db.models.functions import Least

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.calendars import Calendars, day_in, wall_clock
from tandem.portfolio.models import Project
from tandem.product.models import Promise, Scope
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.models import Assignment, Constraint, Link, State, WorkItem

_WEIGHTS = {1: 8, 2: 4, 3: 2}
_RESTING = (Project.State.ON_HOLD, Project.State.DONE, Project.State.CANCELLED)


class OpenItem(NamedTuple):
    """One open work item that is not a container; `minutes` is what is left to work, None where nobody said."""

    id: int
    space_id: int
    minutes: float | None
    effort: float | None
    calendar_id: int | None
    release: date | None
    pinned: datetime | None
    due: date | None
    weight: int
    is_begun: bool
    is_milestone: bool
    planned_start: date | None
    planned_finish: date | None
    rank: float


@dataclass(slots=True)
class OpenWork:
    """`people`: shares of those who do an item. `below`: container → open items below it, at any depth. `above` gives
    a container's due date and its weight. `equipment`: what an item needs of which there are `pieces` at a time, in the largest part of one that divides all. `links`: (source, target, kind, minutes, per cent, whether elapsed)."""

    items: list[OpenItem] = field(default_factory=list)
    people: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    links: list[tuple[int, int, str, int, float | None, bool]] = field(default_factory=list)
    below: dict[int, list[int]] = field(default_factory=dict)
    due_above: dict[int, tuple[date, int]] = field(default_factory=dict)
    promises: list[tuple[int, date, list[int]]] = field(default_factory=list)
    done_on: dict[int, datetime] = field(default_factory=dict)
    starts: dict[int, date] = field(default_factory=dict)
    priorities: dict[int, int] = field(default_factory=dict)
    equipment: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    usable: dict[int, set[int]] = field(default_factory=dict)
    """Of an item the calendars of what it holds: it is worked on when all of them do."""
    pieces: dict[int, int] = field(default_factory=dict)
    calendars: Calendars | None = None


def read() -> OpenWork:
    """Everything that is open in projects that run or are proposed, and in products."""
    found = OpenWork()
    resting = set()
    for space_id, state, starts_on, priority in Project.objects.order_by("space_id").values_list("space_id", "state", "starts_on", "priority"):
        if state in _RESTING:
            resting.add(space_id)
        elif starts_on:
            found.starts[space_id] = starts_on
        if priority:
            found.priorities[space_id] = priority
    rows = [row for row in _open_rows() if row.space_id not in resting]
    containers = set(WorkItem.objects.present().exclude(parent=None).order_by().values_list("parent_id", flat=True).distinct())
    _items(found, rows, containers)
    _people(found)
    _equipment(found)
    _usable(found)
    _links(found)
    _promises(found)
    found.calendars = Calendars({item.space_id for item in found.items} | set(Space.objects.filter(parent=None).values_list("id", flat=True)), clock.today())
    return found


class _Row(NamedTuple):
    """An open item as its table has it; its days are those that plans say, which rows keep as UTC."""

    id: int
    space_id: int
    parent_id: int | None
    duration_minutes: int | None
    is_duration_elapsed: bool
    remaining_minutes: int | None
    percent_complete: int
    calendar_id: int | None
    is_begun: bool
    is_milestone: bool
    is_summary: bool
    priority: int | None
    rank: float
    release: date | None
    pinned: datetime | None
    due: date | None
    starts: date | None
    ends: date | None


def _open_rows() -> Iterable[_Row]:
    told = WorkItem.objects.open().annotate(
        is_begun=Q(actual_start__isnull=False), starts=day_in("planned_start"), ends=day_in("planned_finish"),
        release=Case(When(constraint__in=(Constraint.SNET, Constraint.FNET), then=day_in("constraint_at"))),
        due=Least(day_in("deadline_at"), "due_on", Case(When(constraint__in=(Constraint.FNLT, Constraint.MFO), then=day_in("constraint_at")))),
        pinned=Case(When(constraint=Constraint.MSO, constraint_at__isnull=False, then="constraint_at"), When(is_manual=True, then="planned_start")),
    )  # fmt: skip
    return map(_Row._make, told.order_by("space_id", "rank", "id").values_list(*_Row._fields))


def _items(found: OpenWork, rows: Iterable[_Row], containers: set[int]) -> None:
    rows = list(rows)
    above = {row.id: row for row in rows if row.id in containers}
    for row in rows:
        if row.id in containers or (row.is_summary and not row.is_milestone):
            if row.due:
                found.due_above[row.id] = (row.due, _weight(row))
            continue
        release = row.release
        if row.parent_id in above:
            for parent in _parents(row.parent_id, above):
                found.below.setdefault(parent.id, []).append(row.id)
                if parent.release and (release is None or parent.release > release):
                    release = parent.release
        found.items.append(OpenItem(
            row.id, row.space_id, _left(row), row.remaining_minutes, row.calendar_id, release, wall_clock(row.pinned), row.due, _weight(row),
            row.is_begun, row.is_milestone, row.starts, row.ends, row.rank,
        ))  # fmt: skip


def _parents(parent_id: int | None, above: dict[int, _Row]) -> Iterator[_Row]:
    seen: set[int] = set()
    while parent_id in above and parent_id not in seen:
        seen.add(parent_id)
        yield above[parent_id]
        parent_id = above[parent_id].parent_id


def _left(row: _Row) -> float | None:
    """The plan's own duration less what is complete; without one the effort that is left; None: nobody said."""
    if row.duration_minutes is not None:
        left = row.duration_minutes * (100 - row.percent_complete) / 100
        return left * (5 / 7) * (8 / 24) if row.is_duration_elapsed else left
    if row.is_milestone:
        return 0.0
    return None if row.remaining_minutes is None else float(row.remaining_minutes)


def _weight(row: _Row) -> int:
    """What a slot of delay beyond the due date costs: a milestone as much as an urgent item."""
    return 8 if row.is_milestone else _WEIGHTS.get(row.priority or 4, 1)


def _people(found: OpenWork) -> None:
    wanted = {item.id for item in found.items}
    rows = Assignment.objects.filter(item__removed_at=None, item__state__category__in=[s for s in State.Category.values if s != State.Category.DONE])
    for item_id, user_id, share in rows.order_by("id").values_list("item_id", "user_id", "share"):
        if item_id in wanted:
            found.people.setdefault(item_id, []).append((user_id, share))


def _equipment(found: OpenWork) -> None:
    """Equipment of which there is only so much. Material is taken, not held; where more is wanted than there is, all of it."""
    wanted = {item.id for item in found.items}
    needs = EquipmentNeed.objects.standing().filter(equipment__kind=Equipment.Kind.EQUIPMENT, equipment__available__isnull=False)
    sums: dict[tuple[int, int], int] = defaultdict(int)
    for item, equipment, amount, available in needs.order_by("id").values_list("item_id", "equipment_id", "amount", "equipment__available"):
        if item in wanted:
            found.pieces[equipment] = int(available * 100)
            sums[item, equipment] = min(max(sums[item, equipment], int(amount * 100)), found.pieces[equipment])
    grain = dict(found.pieces)
    for (_item, equipment), amount in sums.items():
        grain[equipment] = gcd(grain[equipment], amount)
    found.pieces = {equipment: count // grain[equipment] for equipment, count in found.pieces.items()}
    for (item, equipment), amount in sums.items():
        found.equipment.setdefault(item, []).append((equipment, amount // grain[equipment]))


def _usable(found: OpenWork) -> None:
    """Also of equipment of which there is any number."""
    wanted = {item.id for item in found.items}
    needs = EquipmentNeed.objects.standing().filter(equipment__kind=Equipment.Kind.EQUIPMENT, equipment__calendar__isnull=False)
    for item, calendar in needs.order_by("id").values_list("item_id", "equipment__calendar_id"):
        if item in wanted:
            found.usable.setdefault(item, set()).add(calendar)


def _links(found: OpenWork) -> None:
    """Dependencies between what is open; what is done still holds others by its lag."""
    known = {item.id for item in found.items} | found.below.keys()
    rows = Link.objects.dependencies().exclude(target__state__category=State.Category.DONE).filter(target__removed_at=None, source__removed_at=None)
    late = set()
    for link in rows.order_by("id").values_list("source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed"):
        if link[1] not in known:
            continue
        if link[0] in known:
            found.links.append(link)
        elif link[3] > 0 and link[2] in ("FS", "blocks"):
            found.links.append(link)
            late.add(link[0])
    done = WorkItem.objects.filter(id__in=late).exclude(actual_finish=None)
    found.done_on = {pk: moment for pk, at in done.values_list("id", "actual_finish") if (moment := wall_clock(at))}


def _promises(found: OpenWork) -> None:
    """Each open promise with the open items that it waits for."""
    rows = Promise.objects.open().order_by("id").values_list("id", "date", "feature_id", "release_id")
    promises = list(rows)
    features = {f for _pk, _on, f, _r in promises if f}
    releases = {r for _pk, _on, _f, r in promises if r}
    scopes = Scope.objects.filter(Q(feature__in=features) | Q(release__in=releases) | Q(feature__release__in=releases))
    known = {item.id for item in found.items}
    items: dict[tuple[str, int], set[int]] = defaultdict(set)
    for feature, release, of_feature, item in scopes.values_list("feature_id", "release_id", "feature__release_id", "item_id"):
        below = found.below.get(item, [item] if item in known else [])
        for key in (("f", feature), ("r", release), ("r", of_feature)):
            items[key].update(below)  # type: ignore[index]
    for pk, on, feature, release in promises:
        held = items.get(("f", feature) if feature else ("r", release))  # type: ignore[arg-type]
        if held:
            found.promises.append((pk, on, sorted(held)))
