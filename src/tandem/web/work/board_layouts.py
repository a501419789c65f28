"""A board's own layout on its page: what cards show, and in which lane by filters each of them stands."""

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tandem.kit.dates import short_day
from tandem.kit.errors import Refused
from tandem.people.models import Space
from tandem.reports.queries import filter_language, set_here
from tandem.reports.queries.filter_words import ME
from tandem.web.templating import hours
from tandem.web.work import setting
from tandem.work.actions import board_layouts
from tandem.work.models import BoardLayout, FieldDefinition, WorkItem
from tandem.work.models.board_layout import OWN, PARTS, USUAL

MOST_FIELDS = 4
"""Own fields of a card whose board has no layout."""


class Face:
    """What cards show, and the lanes by filters. A board without a layout shows what is usual."""

    def __init__(self, layout: dict[str, Any] | None = None, conditions: list[Any] | None = None, user: Any = None) -> None:
        self._on = list(layout["on_cards"]) if layout else None
        self._lanes: list[dict[str, str]] = layout["lanes"] if layout else []
        self.conditions, self._user = conditions or [], user
        self._in: dict[int, int] = {}

    def has(self, part: str) -> bool:
        return part in (USUAL if self._on is None else self._on)

    def fields(self, there: list[FieldDefinition]) -> list[FieldDefinition]:
        """The own fields that stand on cards, in the order of the layout."""
        if self._on is None:
            return [f for f in there if f.is_on_cards][:MOST_FIELDS]
        by_code = {OWN + f.word: f for f in there}
        return [by_code[code] for code in self._on if code in by_code]

    def values(self, item: Any) -> list[dict[str, str]]:
        """The built-in facts that are no marks of their own."""
        return [{"label": str(PARTS[part]), "shown": text} for part in self._on or () if part in _SAID and (text := _SAID[part](item))]

    def meet(self, items: list[Any]) -> None:
        """Which lane each of these stands in: one query per lane, on the items that are shown alone."""
        rest = {item.pk for item in items}
        for number, condition in enumerate(self.conditions):
            if condition is None or not rest:
                continue
            rows = WorkItem.objects.visible_to(self._user).filter(condition, pk__in=rest).values_list("pk", flat=True)
            found = set(rows)
            self._in |= dict.fromkeys(found, number)
            rest -= found

    def lane_of(self, item: Any) -> tuple[str, str]:
        number = self._in.get(item.pk)
        return ("query:", _("Everything else")) if number is None else (f"query:{number}", self._lanes[number]["name"])


_SAID: dict[str, Callable[[Any], str]] = {
    "type": lambda i: i.type.name, "priority": lambda i: i.get_priority_display() or "", "due": lambda i: short_day(i.due_on) if i.due_on else "",
    "points": lambda i: "" if i.estimate_points is None else f"{i.estimate_points:g}", "estimate": lambda i: _hours(i.estimate_minutes),
    "logged": lambda i: _hours(i.logged_minutes), "remaining": lambda i: _hours(i.remaining_minutes),
    "parent": lambda i: f"{i.parent.key} {i.parent.title}" if i.parent else "", "reporter": lambda i: i.reporter.name if i.reporter else "",
}  # fmt: skip


def _hours(minutes: int | None) -> str:
    return hours(minutes) if minutes else ""


def beside(user: Any, space: str) -> dict[str, Any]:
    """For `annotate`: the layout of the row's space along with it."""
    rows = BoardLayout.objects.visible_to(user).filter(space=OuterRef(space))
    return {"layout_there": Subquery(rows.values(row=set_here.row("on_cards lanes"))[:1])}


def lanes_of(space: Space) -> list[dict[str, str]]:
    layout = getattr(space, "layout_there", None)
    return layout["lanes"] if layout else []


def face_of(user: Any, space: Space, lanes: str) -> Face:
    conditions = [_condition(one["query"], user) for one in lanes_of(space)] if lanes == "query" else []
    return Face(getattr(space, "layout_there", None), conditions, user)


def _condition(query: str, user: Any) -> Any:
    """A filter that cannot be read any more (a field was retired) finds nothing."""
    try:
        return filter_language.condition(query, user)
    except Refused:
        return None


def is_personal(request: HttpRequest, space: Space) -> bool:
    """Whether a lane says “me”: then everybody has lanes of their own."""
    layout = BoardLayout.objects.visible_to(request.user).filter(space=space).first()
    return any(_says_me(one["query"]) for one in layout.lanes) if layout else False


def _says_me(query: str) -> bool:
    try:
        return any(value.casefold() in ME for term in filter_language.terms(query) for value in term.values)
    except Refused:
        return False


# ── on the page of settings ──


def choices(user: Any, space: Space) -> dict[str, Any]:
    """What may stand on cards and whether it does, the lanes with room for two more."""
    layout = BoardLayout.objects.visible_to(user).filter(space=space).first()
    on = layout.on_cards if layout else board_layouts.usual(space.pk)
    own = FieldDefinition.objects.visible_to(user).active().filter(space=space).in_order()
    parts = [*((name, str(label)) for name, label in PARTS.items()), *((OWN + f.word, f.name) for f in own)]
    order = {code: place for place, code in enumerate(on)}
    return {
        "row": layout, "parts": [(code, label, code in order) for code, label in parts],
        "lanes": layout.lanes if layout else [], "said": [label for code, label in sorted(parts, key=lambda p: order.get(p[0], 0)) if code in order],
    }  # fmt: skip


def take(request: HttpRequest, space: Space) -> None:
    """What the form says: what was chosen before keeps its order, what is new stands behind it."""
    there = BoardLayout.objects.visible_to(request.user).filter(space=space).first()
    wanted = request.POST.getlist("on_cards")
    before = there.on_cards if there else board_layouts.usual(space.pk)
    on = [*(one for one in before if one in wanted), *(one for one in wanted if one not in before)]
    pairs = zip(request.POST.getlist("lane_name"), request.POST.getlist("lane_query"), strict=False)
    lanes = [{"name": name, "query": query} for name, query in pairs if name.strip() or query.strip()]
    for one in lanes:
        filter_language.condition(one["query"], request.user)
    if there is not None:
        board_layouts.change(actor=request.user, layout=there, version=setting.version_seen(request), on_cards=on, lanes=lanes)
    else:
        board_layouts.create(actor=request.user, space=space, on_cards=on, lanes=lanes)
