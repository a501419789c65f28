"""Finished items with what had been estimated before they began and what they took: read once, for every page and plan that learns
from it.

What an item took is the time logged on it; the estimate is the one that stood at the end of the day on which work began, and one
that was taken over from this very history counts as what it was before."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet

from tandem.compute.forecasting.estimates import Case
from tandem.history.models import Event
from tandem.work.models import Assignment, TimeEntry, WorkItem

_CHANGED, _MOVED, TAKEN_OVER = "work_item.changed", "work_item.moved", "work_item.estimate_taken"
"A move is the event of everything that was written with it."


class Line(NamedTuple):
    """A finished item, with who worked on it and what it says."""

    id: int
    key: str
    title: str
    space_id: int
    type: str
    who: frozenset[int]
    on: date
    case: Case


@dataclass
class Lines:
    """`unlogged`: finished with an estimate and without time; `unsaid`: with no estimate of one's own when work began."""

    items: list[Line] = field(default_factory=list)
    unlogged: int = 0
    unsaid: int = 0
    is_cut: bool = False


def finished(rows: QuerySet[WorkItem], since: date, most: int) -> Lines:
    """Of these rows the last `most` that were finished since that day, in four queries."""
    found = Lines()
    parts = WorkItem.objects.present().filter(parent=OuterRef("pk"))
    rows = rows.filter(estimate_minutes__gt=0, is_summary=False, is_milestone=False, actual_finish__date__gte=since)
    rows = rows.exclude(Exists(parts)).order_by("-actual_finish", "-id")
    shown = ("id", "key", "title", "space_id", "type__name", "estimate_minutes", "logged_minutes", "actual_start", "actual_finish")
    lines = list(rows.values(*shown)[: most + 1])
    found.is_cut = len(lines) > most
    logged = [line for line in lines[:most] if line["logged_minutes"]]
    found.unlogged = len(lines[:most]) - len(logged)
    if not logged:
        return found
    ids = [line["id"] for line in logged]
    people, first_days = _people(ids)
    said = _changes(ids)
    for line in logged:
        began = min(filter(None, (line["actual_start"] and line["actual_start"].date(), first_days.get(line["id"]))), default=line["actual_finish"].date())
        minutes = _estimated(line["estimate_minutes"], said.get(line["id"], ()), began)
        if not minutes:
            found.unsaid += 1
            continue
        ended = max(line["actual_finish"].date(), began)
        case = Case(minutes / 60, line["logged_minutes"] / 60, began.toordinal(), ended.toordinal())
        found.items.append(Line(line["id"], line["key"], line["title"], line["space_id"], line["type__name"], people.get(line["id"], frozenset()), ended, case))
    return found


def team_of(who: Iterable[int], teams: dict[int, list[int]]) -> int | None:
    """Where most of them belong; the first team of as many. `teams`: person → teams."""
    counts = Counter(team for person in who for team in teams.get(person, ()))
    return min(counts, key=lambda team: (-counts[team], team)) if counts else None


def ladder(type_: str, team: int | None, space_id: int) -> list[Hashable]:
    """The classes in which likes are looked for, the nearest first."""
    first: list[Hashable] = [("team", type_, team)] if team is not None else []
    return [*first, ("project", type_, space_id), ("all", "", space_id), ("type", type_, 0)]


def said_of(item: WorkItem) -> int | None:
    """The estimate of an item that is open, as people said it: before it was taken over, if nobody wrote another since."""
    own: int | None = item.estimate_minutes
    for _at, is_taken_over, before in reversed(_changes([item.pk]).get(item.pk, [])):
        if not is_taken_over:
            break
        own = before
    return own


def _people(ids: list[int]) -> tuple[dict[int, frozenset[int]], dict[int, date]]:
    """Who worked on each, and its first day with time; where time came with an import, those to whom it was given."""
    who: dict[int, set[int]] = defaultdict(set)
    first: dict[int, date] = {}
    entries = TimeEntry.objects.present().filter(item__in=ids)
    for item, person, day in entries.order_by("-day").values_list("item_id", "user_id", "day"):
        who[item].add(person)
        first[item] = day
    given = Assignment.objects.filter(item__in=[pk for pk in ids if pk not in who])
    for item, person in given.values_list("item_id", "user_id"):
        who[item].add(person)
    return {item: frozenset(people) for item, people in who.items()}, first


def _changes(ids: list[int]) -> dict[int, list[tuple[datetime, bool, Any]]]:
    """Of each item the changes of its estimate in their order: when, whether it was taken over, and what stood before."""
    events = Event.objects.filter(subject_kind=WorkItem._meta.label_lower, subject_id__in=ids, verb__in=(_CHANGED, _MOVED, TAKEN_OVER), changes__has_key="estimate_minutes")
    found: dict[int, list[tuple[datetime, bool, Any]]] = defaultdict(list)
    for item, at, verb, pair in events.order_by("occurred_at", "id").annotate(pair=F("changes__estimate_minutes")).values_list("subject_id", "occurred_at", "verb", "pair"):
        found[item].append((at, verb == TAKEN_OVER, pair[0]))
    return found


def _estimated(now: int, changes: Iterable[tuple[datetime, bool, Any]], began: date) -> int | None:
    """What people themselves had said at the end of the day on which work began."""
    own: int | None = now
    is_later = False
    last: tuple[bool, Any] = (False, None)
    for at, is_taken_over, before in changes:
        if at.date() > began:
            own, is_later = before, True
            break
        last = (is_taken_over, last[1] if is_taken_over and last[0] else before)
    if last[0]:
        return last[1]  # type: ignore[no-any-return]
    return own if own or not is_later else None
