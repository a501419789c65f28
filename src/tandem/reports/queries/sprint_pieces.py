"""The items of sprints with everything that happened to them there: into it, out of it, done, estimated anew."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from tandem.compute.flow.sprint import BEGINNING, Piece
from tandem.history.models import Event
from tandem.work.models import Sprint, SprintChange, State, StateChange, WorkItem

ADDED, CARRIED, REMOVED, ESTIMATED = "added", "carried", "removed", "estimated"
_GONE, _BACK = ("work_item.removed", "work_item.relocated"), "work_item.restored"


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changed the scope: `before` and `after` are points."""

    at: datetime
    kind: str
    item: int
    by: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One sprint's items: as steps over time, by key and title, and the deeds that changed what it holds."""

    pieces: tuple[Piece, ...]
    names: dict[int, tuple[str, str]]
    deeds: tuple[Deed, ...]
    undated: int


@dataclass(slots=True)
class _Row:
    key: str
    title: str
    points: float | None
    finished: datetime | None
    is_done: bool
    removed_at: datetime | None


def held_by(user: Any, sprints: Iterable[Sprint], by_points: bool) -> dict[int, Held]:
    """Sprint id → what it held over time. Four queries, however many sprints."""
    sprints = {s.pk: s for s in sprints}
    rows = SprintChange.objects.visible_to(user).filter(sprint__in=sprints)
    changes: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    columns = ("sprint_id", "item_id", "is_added", "is_dated", "at", "by__name", "carried_from_id", "points")
    for sprint, *change in rows.order_by("at", "id").values_list(*columns):
        changes[sprint][change[0]].append(change)
    ids = {item for of in changes.values() for item in of}
    items = _items(user, ids)
    done, told = _done(user, items), _told(user, items)
    found = {}
    for pk in sprints:
        known = {i: steps for i, steps in changes[pk].items() if i in items}
        pieces = [_piece(i, steps, items[i], done.get(i, ()), told.get(i, ()), by_points) for i, steps in known.items()]
        deeds = [d for i, steps in known.items() for d in _deeds(i, steps, told.get(i, ()))]
        names = {i: (items[i].key, items[i].title) for i in known}
        undated = sum(1 for steps in known.values() if not steps[0][2])
        found[pk] = Held(tuple(pieces), names, tuple(sorted(deeds, key=lambda d: d.at)), undated)
    return found


def _items(user: Any, ids: set[int]) -> dict[int, _Row]:
    rows = WorkItem.objects.visible_to(user).filter(pk__in=ids)
    columns = ("pk", "key", "title", "estimate_points", "actual_finish", "state__category", "removed_at")
    return {
        pk: _Row(key, title, points, finished, category == State.Category.DONE, removed)
        for pk, key, title, points, finished, category, removed in rows.values_list(*columns)
    }


def _done(user: Any, items: dict[int, _Row]) -> dict[int, list[tuple[datetime, bool]]]:
    """Every passage into and out of done; of items whose source tells none, the day on which they were finished."""
    found: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    passages = StateChange.objects.visible_to(user).filter(item__in=items)
    for item, at, category in passages.order_by("at", "id").values_list("item_id", "at", "to_state__category"):
        is_done = category == State.Category.DONE
        if is_done != (found[item][-1][1] if found[item] else False):
            found[item].append((at, is_done))
    for pk, row in items.items():
        if not found.get(pk) and row.is_done and row.finished:
            found[pk] = [(row.finished, True)]
    return found


def _told(user: Any, items: dict[int, _Row]) -> dict[int, list[tuple[str, datetime, str, Any]]]:
    """Item id → (verb, moment, by whom, [points before, after]), ascending: removals, returns and new estimates."""
    events = Event.objects.visible_to(user).filter(
        subject_kind=WorkItem._meta.label_lower, subject_id__in=items
    ).exclude(verb="work_item.created")  # fmt: skip
    events = events.filter(Q(verb__in=(*_GONE, _BACK)) | Q(changes__has_key="estimate_points"))
    found: dict[int, list[tuple[str, datetime, str, Any]]] = defaultdict(list)
    columns = ("subject_id", "verb", "occurred_at", "actor__name", "changes__estimate_points")
    for item, verb, at, by, points in events.order_by("occurred_at", "id").values_list(*columns):
        found[item].append((verb, at, by or "", points))
    return found


def _piece(item: int, steps: list[Any], row: _Row, done: Any, told: Any, by_points: bool) -> Piece:
    # an import knows no moment: what it said first was always so, what it says later holds from when it was said
    toggles = [
        (at if is_dated or n else BEGINNING, "in", is_added) for n, (_i, is_added, is_dated, at, *_) in enumerate(steps)
    ]
    toggles += [(at, "there", verb == _BACK) for verb, at, _by, _points in told if verb in (*_GONE, _BACK)]
    if row.removed_at and not any(kind == "there" for _, kind, _v in toggles):
        toggles.append((row.removed_at, "there", False))
    held, is_in, is_there = [], False, True
    for at, kind, value in sorted(toggles, key=lambda t: t[0]):
        is_in, is_there = (value, is_there) if kind == "in" else (is_in, value)
        held.append((at, is_in and is_there))
    return Piece(item, tuple(held), tuple(done), _sizes(row, told) if by_points else ((BEGINNING, 1.0),))


def _sizes(row: _Row, told: Any) -> tuple[tuple[datetime, float], ...]:
    estimates = [(at, points) for _verb, at, _by, points in told if points]
    first = estimates[0][1][0] if estimates else row.points
    return ((BEGINNING, first or 0.0), *((at, new or 0.0) for at, (_old, new) in estimates))


def _deeds(item: int, steps: list[Any], told: Any) -> list[Deed]:
    found = []
    for _i, is_added, is_dated, at, by, carried, points in steps:
        kind = (CARRIED if carried else ADDED) if is_added else REMOVED
        if is_dated:
            found.append(Deed(at, kind, item, by or "", None if is_added else points, points if is_added else None))
    for verb, at, by, points in told:
        kind = REMOVED if verb in _GONE else ADDED if verb == _BACK else ESTIMATED
        before, after = points or (None, None)
        found.append(Deed(at, kind, item, by, before, after))
    return found
