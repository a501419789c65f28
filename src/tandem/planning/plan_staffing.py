"""Conflicts of plans with what people can do, and with the leave that they have or have asked for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from tandem.planning.models import ComputedDates, PlanConflict
from tandem.planning.open_work import OpenItem, OpenWork
from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.planning.plan_inputs import ITEM, Ints, PlanInputs
from tandem.planning.plan_people import Found, Key, monday
from tandem.planning.plan_rules import FAR, latest_starts
from tandem.resources.models import PersonSkill, SkillNeed, TimeOff
from tandem.work.models import WorkItem

AHEAD = timedelta(weeks=26)
_MOST_ITEMS, _WEIGHTS = 50, 64
Levels = dict[tuple[int, int], int]


def _open_ids() -> "QuerySet[WorkItem, dict[str, Any]]":
    """Asked for in the database: thousands of numbers in a query cost more than what they find."""
    return WorkItem.objects.open().order_by().values("id")


def levels(skills: Iterable[int], on: date) -> Levels:
    """(person, skill) → the level that everybody with an active account has on that day."""
    rows = PersonSkill.objects.filter(skill__in=set(skills), since__lte=on, person__is_active=True)
    newest = rows.order_by("person_id", "skill_id", "-since", "-id").distinct("person_id", "skill_id")
    return {(person, skill): level for person, skill, level in newest.values_list("person_id", "skill_id", "level")}


@dataclass(frozen=True, slots=True)
class Rows:
    """`wanted`: item → (skill, level) that it asks for; `have`: who can do how much of it. `away`: number, person, from, to and state of
    each leave, asked for or approved; `critical`: items on which the end of their project rests by its own network."""

    wanted: dict[int, list[tuple[int, int]]]
    have: Levels
    away: list[tuple[int, int, date, date, str]]
    critical: frozenset[int]


def read(work: OpenWork, axis: PlanAxis) -> Rows:
    wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item_id, skill, level in SkillNeed.objects.filter(item__in=_open_ids()).order_by("id").values_list("item_id", "skill_id", "level"):
        wanted[item_id].append((skill, level))
    have = levels({skill for needs in wanted.values() for skill, _level in needs}, axis.first) if wanted else {}
    people = {who for given in work.people.values() for who, _share in given}
    away = TimeOff.objects.filter(state__in=(TimeOff.State.ASKED, TimeOff.State.APPROVED), person__in=people).during(axis.first, axis.first + AHEAD)
    rows = list(away.order_by("id").values_list("id", "person_id", "starts_on", "ends_on", "state"))
    critical = ComputedDates.objects.filter(item__in=_open_ids(), is_critical=True).values_list("item_id", flat=True) if rows else ()
    return Rows(wanted, have, rows, frozenset(critical))


def skills(work: OpenWork, rows: Rows, ends: dict[int, date], axis: PlanAxis, left: dict[int, date], found: dict[Key, Found]) -> None:
    """Open items that ask for what nobody on them can do; of an item without names, nobody who works in its project."""
    wanted, have = rows.wanted, rows.have
    if not wanted:
        return
    teams: dict[int, set[int]] = defaultdict(set)
    for item in work.items:
        teams[item.space_id].update(who for who, _share in work.people.get(item.id, ()))
    for item in work.items:
        if item.id not in wanted:
            continue
        team = {who for who, _share in work.people.get(item.id, ())} or teams[item.space_id]
        missing = [[skill, level] for skill, level in wanted[item.id] if not any(have.get((who, skill), 0) >= level for who in team)]
        if missing:
            others = [who for who, skill in have if all(have.get((who, s), 0) >= level for s, level in missing) and left.get(who, date.max) >= axis.first]
            detail = {"spaces": [item.space_id], "item": item.id, "skills": missing, "others": len(set(others))}
            days = max(1, -(-round(item.minutes or 0) // 480))
            found[PlanConflict.Kind.SKILL, WorkItem._meta.label_lower, item.id, item.space_id] = Found(days, None, ends.get(item.id), detail)


def leaves(
    work: OpenWork, told: Rows, inputs: PlanInputs, starts: Ints, finishes: Ints, ends: dict[int, date], axis: PlanAxis, found: dict[Key, Found]
) -> None:
    """Leave, approved or asked for, in whose weeks its person has work on which the end of a project or a date to keep rests.

    Work is critical where the network of its project says so, or where less time is left until the latest end that keeps every
    date behind it than the leave takes; approved leave is in the computed dates already."""
    if not told.away:
        return
    mine: dict[int, list[OpenItem]] = {who: [] for _pk, who, *_ in told.away}
    for item in work.items:
        for who, _share in work.people.get(item.id, ()):
            if who in mine:
                mine[who].append(item)
    latest = -(-latest_starts(inputs) // _WEIGHTS)
    slack = {code // 4: int(latest[k]) + int(inputs.slots[k]) - int(finishes[k]) for k, code in enumerate(inputs.code.tolist()) if code % 4 == ITEM and latest[k] < FAR // 2}
    items = inputs.code % 4 == ITEM
    begins = dict(zip((inputs.code[items] // 4).tolist(), axis.days(starts[items] // SLOTS), strict=True))
    resting_on: dict[int, list[int]] = defaultdict(list)
    for promise, _on, members in work.promises:
        for item_id in members:
            resting_on[item_id].append(promise)
    for pk, who, first, last, state in told.away:
        asked = state == TimeOff.State.ASKED
        days = int(((axis.ordinals >= first.toordinal()) & (axis.ordinals <= last.toordinal())).sum())
        weeks = (monday(first), monday(last) + timedelta(days=6))
        hit = [
            item for item in mine[who]
            if days and (item.id in told.critical or slack.get(item.id, FAR) < (days * SLOTS if asked else 1)) and _in(weeks, item, begins, ends)
        ]  # fmt: skip
        _leave(resting_on, (pk, who, first, last), hit, days, asked, found)


def _in(weeks: tuple[date, date], item: OpenItem, begins: dict[int, date], ends: dict[int, date]) -> bool:
    """Whether an item is worked on in these weeks, as computed or as planned."""
    spans = [(begins.get(item.id), ends.get(item.id)), (item.planned_start, item.planned_finish)]
    return any(a is not None and b is not None and a <= weeks[1] and b >= weeks[0] for a, b in spans)


def _leave(resting_on: dict[int, list[int]], row: tuple[int, int, date, date], hit: list[OpenItem], days: int, asked: bool, found: dict[Key, Found]) -> None:
    pk, who, first, last = row
    spaces = sorted({item.space_id for item in hit})
    for space in spaces:
        items = sorted(item.id for item in hit if item.space_id == space)
        promises = sorted({promise for item_id in items for promise in resting_on.get(item_id, ())})
        detail = {"spaces": spaces, "user": who, "count": len(items), "items": items[:_MOST_ITEMS], "promises": promises[:_MOST_ITEMS], "asked": asked}
        found[PlanConflict.Kind.LEAVE, TimeOff._meta.label_lower, pk, space] = Found(days, first, last, detail)
