"""Finished items with what was estimated before they began and what they took: the past from which estimates learn.

What an item took is the time logged on it. Where none is logged there is only its cycle time, which holds waiting and nights
and is no effort: such items are counted and left out. The estimate is the one that stood at the end of the day on which work
began; what came later knew the answer. An estimate that was itself taken over from this history counts as what it was before."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from tandem.compute.forecasting.estimates import Case
from tandem.history.models import Event
from tandem.kit import clock
from tandem.people.models import Space, Team
from tandem.work.models import Assignment, TimeEntry, WorkItem

MOST = 2000
"Items, the last that were finished."
YEARS = 2
_CHANGED, _MOVED, TAKEN_OVER = "work_item.changed", "work_item.moved", "work_item.estimate_taken"
"A move is the event of everything that was written with it."


@dataclass(frozen=True)
class Finished:
    """`who`: the people who logged time on it; where its time came with an import, those to whom it was given. `team`: where
    most of them belong."""

    id: int
    key: str
    title: str
    space_id: int
    type: str
    team: int | None
    who: frozenset[int]
    on: date
    case: Case


@dataclass
class Past:
    """`unlogged`: finished with an estimate and without time; `unsaid`: with no estimate of one's own when work began."""

    since: date
    items: list[Finished] = field(default_factory=list)
    unlogged: int = 0
    unsaid: int = 0
    is_cut: bool = False
    teams: dict[int, str] = field(default_factory=dict)
    spaces: dict[int, str] = field(default_factory=dict)


def past(user: Any, *, narrowed: Q | None = None, since: date | None = None, most: int = MOST) -> Past:
    """At most seven queries. `narrowed`: only such items, of those that the asker sees."""
    found = Past(since or clock.today() - timedelta(days=366 * YEARS))
    parts = WorkItem.objects.visible_to(user).present().filter(parent=OuterRef("pk"))
    rows = WorkItem.objects.visible_to(user).made().filter(narrowed or Q(), estimate_minutes__gt=0, is_summary=False, is_milestone=False)
    rows = rows.filter(actual_finish__date__gte=found.since).exclude(Exists(parts)).order_by("-actual_finish", "-id")
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
    teams, found.teams = teams_of_people(user)
    found.spaces = dict(Space.objects.visible_to(user).filter(pk__in={line["space_id"] for line in logged}).values_list("pk", "name"))
    for line in logged:
        began = min(filter(None, (line["actual_start"] and line["actual_start"].date(), first_days.get(line["id"]))), default=line["actual_finish"].date())
        minutes = _estimated(line["estimate_minutes"], said.get(line["id"], ()), began)
        if not minutes:
            found.unsaid += 1
            continue
        who = people.get(line["id"], frozenset())
        ended = max(line["actual_finish"].date(), began)
        case = Case(minutes / 60, line["logged_minutes"] / 60, began.toordinal(), ended.toordinal())
        found.items.append(Finished(line["id"], line["key"], line["title"], line["space_id"], line["type__name"], team_of(who, teams), who, ended, case))
    return found


def team_of(who: Iterable[int], teams: dict[int, list[int]]) -> int | None:
    """Where most of them belong; the first team of as many."""
    counts = Counter(team for person in who for team in teams.get(person, ()))
    return min(counts, key=lambda team: (-counts[team], team)) if counts else None


def teams_of_people(user: Any) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Person → the teams that the asker sees; team → its name."""
    found: dict[int, list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    for pk, name, person in Team.objects.visible_to(user).order_by("pk").values_list("pk", "name", "members"):
        names[pk] = name
        if person:
            found[person].append(pk)
    return found, names


def _people(ids: list[int]) -> tuple[dict[int, frozenset[int]], dict[int, date]]:
    """Who worked on each, and its first day with time."""
    who: dict[int, set[int]] = defaultdict(set)
    first: dict[int, date] = {}
    entries = TimeEntry.objects.present().filter(item__in=ids)  # house: reads — of items that visible_to has chosen; only counted
    for item, person, day in entries.order_by("-day").values_list("item_id", "user_id", "day"):
        who[item].add(person)
        first[item] = day
    given = Assignment.objects.filter(item__in=[pk for pk in ids if pk not in who])  # house: reads — as above
    for item, person in given.values_list("item_id", "user_id"):
        who[item].add(person)
    return {item: frozenset(people) for item, people in who.items()}, first


def _changes(ids: list[int]) -> dict[int, list[tuple[datetime, bool, Any]]]:
    """Of each item the changes of its estimate in their order: when, whether it was taken over, and what stood before."""
    events = Event.objects.filter(subject_kind=WorkItem._meta.label_lower, subject_id__in=ids, verb__in=(_CHANGED, _MOVED, TAKEN_OVER), changes__has_key="estimate_minutes")  # house: reads — as above
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


def said_of(item: WorkItem) -> int | None:
    """The estimate of an item that is open, as people said it: before it was taken over, if nobody wrote another since."""
    own: int | None = item.estimate_minutes
    for _at, is_taken_over, before in reversed(_changes([item.pk]).get(item.pk, [])):
        if not is_taken_over:
            break
        own = before
    return own
