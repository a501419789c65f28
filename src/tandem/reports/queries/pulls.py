"""What to pull next into each column that has room, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from tandem.reports.queries.boards import Half, Stack, Standing
from tandem.reports.queries.card_ages import CardAges
from tandem.reports.queries.work_items import assignees, listed
from tandem.work.models import Block, Link, ServiceClass, State, WorkItem

CANDIDATES, SHOWN = 60, 3
_ORDER = {ServiceClass.EXPEDITE: 0, ServiceClass.FIXED_DATE: 1, ServiceClass.STANDARD: 2, ServiceClass.INTANGIBLE: 3}
SOON = 7  # days before its date at which an item is pressing when nobody knows how long work takes


@dataclass
class Pull:
    """`why` is a code: expedite, due, late, next, intangible."""

    item: Any
    why: str
    days: int = 0


@dataclass
class Room:
    """A column with room for `free` items, and what should come next."""

    stack: Stack
    free: int
    pulls: list[Pull]


def rooms(
    user: Any, space_id: int, stacks: list[Stack], limits: list[Standing], ages: CardAges, now: datetime
) -> list[Room]:
    """From the right to the left, as work is pulled. Only columns with a limit have a known room."""
    free = {one.limit.column_id: one.limit.most - one.count for one in limits if one.is_whole_column}
    wanted: list[tuple[Stack, Half]] = []
    for before, stack in pairwise(stacks):
        column = stack.column
        if column and free.get(column.pk, 0) > 0 and stack.halves[0].is_begun and before.halves[-1].states:
            wanted.append((stack, before.halves[-1]))
    found = _candidates(user, space_id, [half for _stack, half in wanted])
    is_personal = any(one.limit.stops and one.limit.person_id and one.count >= one.limit.most for one in limits)
    people = assignees([item for items in found.values() for item in items]) if is_personal else {}
    ages.meet(item for items in found.values() for item in items)
    made = []
    for stack, half in reversed(wanted):
        column = stack.column
        assert column is not None
        items = [i for i in found[half.key] if not _would_be_stopped(i, people.get(i.pk, []), column.pk, limits)]
        pulls = sorted((_judged(i, ages, now) for i in items), key=_urgency)
        if pulls:
            made.append(Room(stack, free[column.pk], pulls[: min(SHOWN, free[column.pk])]))
    return made


def _candidates(user: Any, space_id: int, halves: list[Half]) -> dict[int, list[Any]]:
    """Half → its unblocked items, the pressing ones first; two queries however many halves."""
    if not halves:
        return {}
    held = Link.objects.filter(kind="blocks", source__removed_at=None)  # house: reads — narrows items that visible_to has chosen
    held = held.exclude(source__state__category=State.Category.DONE)
    place = Case(*(When(service_class=c, then=Value(n)) for c, n in _ORDER.items()), default=Value(2), output_field=IntegerField())
    rows = WorkItem.objects.visible_to(user).present().filter(space=space_id)
    rows = rows.exclude(pk__in=Block.objects.visible_to(user).open().values("item")).exclude(pk__in=held.values("target"))
    parts = [
        rows.filter(state__in=[s.pk for s in half.states]).order_by(place, "rank", "id").values_list("pk", flat=True)[:CANDIDATES]
        for half in halves
    ]
    ids = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    found: dict[int, list[Any]] = {half.key: [] for half in halves}
    where = {state.pk: half.key for half in halves for state in half.states}
    for item in listed(user).filter(pk__in=ids):
        found[where[item.state_id]].append(item)
    return found


def _would_be_stopped(item: Any, people: list[dict[str, Any]], column_id: int, limits: list[Standing]) -> bool:
    """Whether a full limit that stops would refuse it there."""
    for one in limits:
        limit = one.limit
        if not limit.stops or one.count < limit.most or limit.column_id not in (None, column_id):
            continue
        if limit.column_id is None and item.state.category == State.Category.IN_PROGRESS:
            continue  # it is counted already
        if limit.person_id and limit.person_id not in {p["id"] for p in people}:
            continue
        if _in_lane(item, *limit.lane_parts):
            return True
    return False


def _in_lane(item: Any, kind: str, value: str) -> bool:
    own = {
        "": True, "class": item.service_class == value, "priority": str(item.priority or "") == value,
        "type": str(item.type_id) == value, "parent": str(item.parent_id or "") == value, "label": value in item.labels,
    }  # fmt: skip
    return bool(own[kind])


def _judged(item: Any, ages: CardAges, now: datetime) -> Pull:
    if item.service_class == ServiceClass.EXPEDITE:
        return Pull(item, "expedite")
    if item.service_class == ServiceClass.FIXED_DATE and item.due_on:
        left = (item.due_on - _day(now)).days  # as people say it; what presses is asked in the days of the clock
        if (ages.days_until(item.due_on) <= ages.expected) if ages.expected else left <= SOON:
            return Pull(item, "due", left)
    age = ages.of(item) or 0
    if ages.expected and age > ages.expected:
        return Pull(item, "late", age)
    return Pull(item, "intangible" if item.service_class == ServiceClass.INTANGIBLE else "next")


def _day(now: datetime) -> date:
    return now.date()


def _urgency(pull: Pull) -> tuple[int, float, float, int]:
    """Expedite, dates that press, the oldest past the expectation, then the order of the backlog, intangible last."""
    place = ("expedite", "due", "late", "next", "intangible").index(pull.why)
    first = {"due": pull.days, "late": -pull.days}.get(pull.why, 0)
    return place, first, pull.item.rank, pull.item.pk
