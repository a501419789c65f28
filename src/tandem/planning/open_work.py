"""All open work of the organisation as rows: what is to be done, by whom, after what, by when. One query per table."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.calendars import Calendars, day_of, wall_clock
from tandem.portfolio.models import Project
from tandem.product.models import Promise, Scope
from tandem.work.models import Assignment, Constraint, Link, State, WorkItem

_FIELDS = (
    "id", "space_id", "parent_id", "duration_minutes", "is_duration_elapsed", "remaining_minutes", "percent_complete", "calendar_id", "constraint",
    "constraint_at", "deadline_at", "due_on", "actual_start", "planned_start", "planned_finish", "is_manual", "is_milestone", "is_summary",
    "priority", "rank",
)  # fmt: skip
_RESTING = (Project.State.ON_HOLD, Project.State.DONE, Project.State.CANCELLED)


@dataclass(frozen=True, slots=True)
class OpenItem:
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
    a container's due date and its weight. `links`: (source, target, kind, minutes, per cent, whether elapsed)."""

    items: list[OpenItem] = field(default_factory=list)
    people: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    links: list[tuple[int, int, str, int, float | None, bool]] = field(default_factory=list)
    below: dict[int, list[int]] = field(default_factory=dict)
    due_above: dict[int, tuple[date, int]] = field(default_factory=dict)
    promises: list[tuple[int, date, list[int]]] = field(default_factory=list)
    done_on: dict[int, datetime] = field(default_factory=dict)
    starts: dict[int, date] = field(default_factory=dict)
    calendars: Calendars | None = None


def read() -> OpenWork:
    """Everything that is open in projects that run or are proposed, and in products."""
    found = OpenWork()
    resting = set()
    for space_id, state, starts_on in Project.objects.order_by("space_id").values_list("space_id", "state", "starts_on"):
        if state in _RESTING:
            resting.add(space_id)
        elif starts_on:
            found.starts[space_id] = starts_on
    rows = [row for row in WorkItem.objects.open().order_by("space_id", "rank", "id").values_list(*_FIELDS) if row[1] not in resting]
    containers = set(WorkItem.objects.present().exclude(parent=None).order_by().values_list("parent_id", flat=True).distinct())
    _items(found, rows, containers)
    _people(found)
    _links(found)
    _promises(found)
    found.calendars = Calendars({item.space_id for item in found.items} | set(Space.objects.filter(parent=None).values_list("id", flat=True)), clock.today())
    return found


def _items(found: OpenWork, rows: list[Any], containers: set[int]) -> None:
    named = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
    above = {row["id"]: row for row in named if row["id"] in containers}
    for row in named:
        parents = list(_parents(row["parent_id"], above))
        if row["id"] in containers or (row["is_summary"] and not row["is_milestone"]):
            due = _due(row)
            if due:
                found.due_above[row["id"]] = (due, _weight(row))
            continue
        released = [day for one in (row, *parents) if (day := _release(one))]
        found.items.append(_item(row, max(released, default=None)))
        for parent in parents:
            found.below.setdefault(parent["id"], []).append(row["id"])


def _parents(parent_id: int | None, above: dict[int, dict[str, Any]]) -> Any:
    seen: set[int] = set()
    while parent_id in above and parent_id not in seen:
        seen.add(parent_id)
        yield above[parent_id]
        parent_id = above[parent_id]["parent_id"]


def _item(row: dict[str, Any], release: date | None) -> OpenItem:
    start = wall_clock(row["planned_start"])
    pinned = start if row["is_manual"] and start else None
    if row["constraint"] == Constraint.MSO and row["constraint_at"]:
        pinned = wall_clock(row["constraint_at"])
    return OpenItem(
        id=row["id"], space_id=row["space_id"], minutes=_left(row), effort=row["remaining_minutes"], calendar_id=row["calendar_id"],
        release=release, pinned=pinned, due=_due(row), weight=_weight(row), is_begun=row["actual_start"] is not None,
        is_milestone=row["is_milestone"], planned_start=day_of(row["planned_start"]), planned_finish=day_of(row["planned_finish"]), rank=row["rank"],
    )  # fmt: skip


def _left(row: dict[str, Any]) -> float | None:
    """The plan's own duration less what is complete; without one the effort that is left; None: nobody said."""
    if row["is_milestone"] and row["duration_minutes"] is None:
        return 0.0
    if row["duration_minutes"] is not None:
        left = row["duration_minutes"] * (100 - row["percent_complete"]) / 100
        return left * (5 / 7) * (8 / 24) if row["is_duration_elapsed"] else left
    return None if row["remaining_minutes"] is None else float(row["remaining_minutes"])


def _release(row: dict[str, Any]) -> date | None:
    return day_of(row["constraint_at"]) if row["constraint"] in (Constraint.SNET, Constraint.FNET) else None


def _due(row: dict[str, Any]) -> date | None:
    bound = row["constraint_at"] if row["constraint"] in (Constraint.FNLT, Constraint.MFO) else None
    days = [day for day in (day_of(row["deadline_at"]), row["due_on"], day_of(bound)) if day]
    return min(days, default=None)


def _weight(row: dict[str, Any]) -> int:
    """What a slot of delay beyond the due date costs: a milestone as much as an urgent item."""
    return 8 if row["is_milestone"] else {1: 8, 2: 4, 3: 2}.get(row["priority"] or 4, 1)


def _people(found: OpenWork) -> None:
    wanted = {item.id for item in found.items}
    rows = Assignment.objects.filter(item__removed_at=None, item__state__category__in=[s for s in State.Category.values if s != State.Category.DONE])
    for item_id, user_id, share in rows.order_by("id").values_list("item_id", "user_id", "share"):
        if item_id in wanted:
            found.people.setdefault(item_id, []).append((user_id, share))


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
