"""What each field of the filter language finds: a value as a condition on work items."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tandem.kit import clock
from tandem.kit.dates import parse_minutes
from tandem.kit.errors import Refused
from tandem.kit.text import search_grams
from tandem.reports.queries import filter_links, filter_own, scope
from tandem.reports.queries.filter_dates import DATES, dated
from tandem.reports.queries.filter_terms import Part, refused
from tandem.reports.queries.filter_words import (
    ARCHIVED,
    AWAITING,
    CATEGORIES,
    CLASSES,
    DESCRIPTION,
    ME,
    NAMES,
    NO,
    NONE,
    OVERDUE,
    PARTS,
    PRIORITIES,
    SORT_NAMES,
    SORTS,
    SPRINTS,
    WITHOUT_RESULT,
    YES,
)
from tandem.work.models import Assignment, Block, Link, MoveRequest, State, WorkItem
from tandem.work.models.work_item import GIVEN_UP

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}-\d+", re.ASCII)
_COMPARED = re.compile(r"(<=|>=|<|>)?(.+)", re.DOTALL)
_SIDES = {"": "", "<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}
_DONE = Q(state__category=State.Category.DONE)


@dataclass(frozen=True)
class Asked:
    """One value of one term, and who asks."""

    field: str
    part: Part
    user: Any

    @property
    def value(self) -> str:
        return self.part.value

    @property
    def low(self) -> str:
        return self.part.value.casefold()

    def unknown(self, allowed: str) -> Refused:
        return refused(
            "filter_value_unknown", self.part.at, self.part.length, text=self.value, allowed=allowed
        )


def matching(asked: Asked) -> Q:
    if asked.low in NONE and asked.field in EMPTY:
        return EMPTY[asked.field]()
    return (_dated if asked.field in DATES else _READERS[asked.field])(asked)


def _free(asked: Asked) -> Q:
    found = search_grams(asked.value)
    # signs alone are looked for as they stand; a lone minus is a term that somebody has begun to write
    signs = Q() if not asked.value.strip("-") else Q(title__icontains=asked.value)
    words = Q(grams__contains=found) if found else signs
    return words & Q(key__istartswith=asked.value) if _KEY.fullmatch(asked.value) else words


def _state(asked: Asked) -> Q:
    low = asked.low
    return Q(state__category__in=CATEGORIES[low]) if low in CATEGORIES else Q(state__name__iexact=asked.value)


def _named(before: str, asked: Asked) -> Q:
    return Q(**{f"{before}name__icontains": asked.value}) | Q(**{f"{before}pinyin__contains": asked.low})


def _assigned(asked: Asked) -> Q:
    rows = Assignment.objects  # house: reads — narrows items that visible_to has chosen
    people = rows.filter(user=asked.user) if asked.low in ME else rows.filter(_named("user__", asked))
    return Q(pk__in=people.values("item_id"))


def _reported(asked: Asked) -> Q:
    return Q(reporter=asked.user) if asked.low in ME else _named("reporter__", asked)


def _prioritised(asked: Asked) -> Q:
    if asked.low not in PRIORITIES:
        raise asked.unknown("urgent, high, medium, low, none")
    return Q(priority=PRIORITIES[asked.low])


def _in_project(asked: Asked) -> Q:
    return Q(space__key__iexact=asked.value) | Q(space__name__iexact=asked.value)


def _in_scope(asked: Asked) -> Q:
    """A portfolio, programme or project by key or name, with everything below it."""
    return Q(space_id__among=scope.named(asked.user, asked.value))


def _in_sprint(asked: Asked) -> Q:
    chosen = (
        {"sprint__state": SPRINTS[asked.low]}
        if asked.low in SPRINTS
        else {"sprint__name__iexact": asked.value}
    )
    rows = WorkItem.sprints.through.objects.filter(**chosen)  # type: ignore[attr-defined]  # house: reads — narrows items that visible_to has chosen
    return Q(pk__in=rows.values("workitem_id"))


def _number(column: str, most: float, example: str) -> Callable[[Asked], Q]:
    """`points:>=3`, `points:1..5`."""

    def read(text: str) -> float:
        number = float(text)
        if not math.isfinite(number) or abs(number) > most:
            raise ValueError
        return number

    return _measured(column, read, example)


def _time(column: str) -> Callable[[Asked], Q]:
    """`logged:>4h`, `remaining:1d..3d`."""
    return _measured(column, lambda text: min(parse_minutes(text), 2**31 - 1), ">4h, <=1h30m, 1d..3d, none")


def _measured(column: str, read: Callable[[str], float], example: str) -> Callable[[Asked], Q]:

    def condition(asked: Asked) -> Q:
        try:
            if ".." in asked.value:
                first, last = asked.value.split("..", 1)
                if not first and not last:
                    raise ValueError
                found = Q(**{f"{column}__gte": read(first)}) if first else Q()
                return found & Q(**{f"{column}__lte": read(last)}) if last else found
            match = _COMPARED.fullmatch(asked.value)
            return Q(**{f"{column}{_SIDES[match[1] or '']}": read(match[2])})  # type: ignore[index]
        except ValueError:
            raise asked.unknown(example) from None

    return condition


def _blocked(asked: Asked) -> Q:
    """People said so, or something open that must be finished first blocks it."""
    if asked.low not in YES | NO:
        raise asked.unknown("yes, no")
    open_ends = Link.objects.filter(  # house: reads — narrows items that visible_to has chosen
        kind="blocks", source__removed_at=None
    ).exclude(source__state__category=State.Category.DONE)
    said = Block.objects.open()  # house: reads — narrows items that visible_to has chosen
    held = (Q(pk__in=open_ends.values("target_id")) | Q(pk__in=said.values("item_id"))) & ~_DONE
    return held if asked.low in YES else ~held


def _linked(asked: Asked) -> Q:
    """`linked:causes`, `linked:POR-12`."""
    found = filter_links.matching(asked.value, asked.user)
    if found is None:
        raise asked.unknown(filter_links.allowed(asked.user))
    return found


def _is(asked: Asked) -> Q:
    """`is:archived`, which lists leave out otherwise; `is:awaiting` an approval; `is:without_result` is over and was not made."""
    if asked.low in ARCHIVED:
        return Q(archived_at__isnull=False)
    if asked.low in WITHOUT_RESULT:
        return GIVEN_UP
    if asked.low not in AWAITING:
        raise asked.unknown("archived, awaiting, without_result")
    waiting = MoveRequest.objects.waiting()  # house: reads — narrows items that visible_to has chosen
    return Q(pk__in=waiting.values("item_id"))


def _classed(asked: Asked) -> Q:
    if asked.low not in CLASSES:
        raise asked.unknown("expedite, fixed, standard, intangible")
    return Q(service_class=CLASSES[asked.low])


def _dated(asked: Asked) -> Q:
    if asked.low in OVERDUE and asked.field == "due":
        return Q(due_on__lt=clock.today()) & ~_DONE
    found = dated(asked.field, asked.value)
    if found is None:
        raise refused("filter_date_unreadable", asked.part.at, asked.part.length, text=asked.value)
    return found


def _has(asked: Asked) -> Q:
    """`has:due`: the field holds something; `no:` is its opposite."""
    name = NAMES.get(asked.low, "")
    if asked.low in PARTS:
        empty = ~Exists(
            WorkItem.objects.filter(parent=OuterRef("pk"), removed_at=None)
        )  # house: reads — narrows items that visible_to has chosen
        found = Q(empty)
    elif asked.low in DESCRIPTION:
        found = Q(description="")
    elif name in EMPTY:
        found = EMPTY[name]()
    elif not name and (own := filter_own.found(asked.user, asked.value)):
        found = filter_own.empty(own)
    else:
        raise asked.unknown(", ".join([*EMPTY, "parts", "description"]))
    return found if asked.field == "no" else ~found


def _sorted(asked: Asked) -> Q:
    sort_of(asked.part, asked.user)
    return Q()


def sort_of(part: Part, user: Any) -> tuple[str, bool]:
    """The column that it is sorted by, and whether backwards."""
    typed = part.value.removeprefix("-")
    name = SORT_NAMES.get(typed.casefold())
    if name is None:
        if user is not None and (own := filter_own.found(user, typed)):
            return filter_own.sort_column(own), part.value.startswith("-")
        allowed = ", ".join(sorted(set(SORT_NAMES.values())))
        raise refused("filter_value_unknown", part.at, part.length, text=part.value, allowed=allowed)
    return SORTS[name], part.value.startswith("-")


def _plain(column: str) -> Callable[[Asked], Q]:
    return lambda asked: Q(**{f"{column}__iexact": asked.value})


def _keyed(column: str) -> Callable[[Asked], Q]:
    """As typed or in capitals, which an index answers."""
    return lambda asked: Q(**{f"{column}__in": (asked.value, asked.value.upper())})


def _without(rows: Any, column: str) -> Callable[[], Q]:
    return lambda: Q(~Exists(rows.filter(**{column: OuterRef("pk")})))


def _null(column: str) -> Callable[[], Q]:
    return lambda: Q(**{f"{column}__isnull": True})


EMPTY: dict[str, Callable[[], Q]] = {
    "linked": filter_links.none,
    "assignee": _without(Assignment.objects, "item"),  # house: reads — narrows items that visible_to has chosen
    "sprint": _without(WorkItem.sprints.through.objects, "workitem"),  # type: ignore[attr-defined]  # house: reads — as above
    "label": lambda: Q(labels=[]), "reporter": _null("reporter"), "priority": _null("priority"), "parent": _null("parent"),
    "points": _null("estimate_points"), "estimate": _null("estimate_minutes"), "logged": lambda: Q(logged_minutes=0), "remaining": _null("remaining_minutes"), "due": _null("due_on"), "start": _null("planned_start"), "finish": _null("planned_finish"),
    "started": _null("actual_start"), "finished": _null("actual_finish"),
}  # fmt: skip
_READERS: dict[str, Callable[[Asked], Q]] = {
    "": _free, "state": _state, "assignee": _assigned, "reporter": _reported, "label": lambda a: Q(labels__contains=[a.value]),
    "priority": _prioritised, "project": _in_project, "in": _in_scope, "parent": _keyed("parent__key"), "sprint": _in_sprint,
    "points": _number("estimate_points", 1e9, "3, >=3, 1..5, none"),
    "estimate": _time("estimate_minutes"), "logged": _time("logged_minutes"), "remaining": _time("remaining_minutes"), "progress": _number("percent_complete", 1e4, "50, >=50, 1..99"),
    "blocked": _blocked, "linked": _linked, "is": _is, "class": _classed, "type": _plain("type__name"), "key": _keyed("key"), "has": _has, "no": _has, "sort": _sorted,
}  # fmt: skip
