"""The board layout of work items: cards of many projects in columns by category or name of their states, moved within the workflow of each."""

import uuid
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, spaces_where
from tandem.people.models import SpaceKind
from tandem.reports.queries import boards as stacks_of
from tandem.reports.queries import filter_language, wide_boards
from tandem.reports.queries.card_ages import RecordedAges
from tandem.reports.queries.moves import Moves
from tandem.reports.queries.own_fields import OwnFields
from tandem.reports.queries.wide_boards import Place
from tandem.reports.queries.work_item_table import Asked
from tandem.web import doors
from tandem.web.work import approvals, board_lanes, board_layouts, board_picture, filtering, own_fields
from tandem.work.actions import work_items
from tandem.work.models import Block, FieldDefinition, FlowClock, State, WorkItem

MOST, MORE, MOST_TOPICS, MOST_NAMES = 1000, 120, 200, 20
"""Cards of a column that come into the page at all, and at once; spaces that a page hears of; names of states in one filter."""


def shown(request: HttpRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    """`by=state|category`, `lanes=project|assignee|…`, `more=COLUMN:120`. One project alone has its own board."""
    if asked.space and asked.space.kind == SpaceKind.PROJECT:
        q = request.GET.get("q", "")
        return redirect(reverse("board", kwargs={"key": asked.space.key}) + (f"?{urlencode({'q': q})}" if q else ""))
    part, lanes = request.GET.get("part", ""), request.GET.get("lanes", "")
    lanes = lanes if lanes in board_lanes.WIDE else ""
    columns, by = wide_boards.places(request.user, asked.space.pk if asked.space else None, request.GET.get("by", ""))
    if part == "cards":
        return _more(request, asked, columns, lanes)
    most = {place.key: min(MOST, board_picture.shown_of(request, place)) for place in columns}
    found = wide_boards.cards(asked.rows, columns, asked.sort, most, with_fields=True)
    counts = wide_boards.counts(asked.rows, columns)
    cards = _cards(request.user, [i for rows in found.values() for i in rows], columns, lanes)
    rows = board_lanes.rows_of(request.user, columns, found, cards, lanes)
    if lanes:
        _count(request.user, asked, rows, lanes, found, counts)
    context |= {
        "columns": [_column(request, place, counts.get(place.key, 0), len(found.get(place.key, ())), most[place.key]) for place in columns],
        "rows": rows, "lanes": lanes, "by": by, "src": request.get_full_path(), "kinds": [[v, str(label)] for v, label in Block.Kind.choices],
        "patch": reverse("work_items_card", kwargs={"id": 0}).replace("/0/", "/{id}/"), "may_edit": bool(spaces_where(request.user, Permission.EDIT_WORK)),
        "lane_choices": [("", _("No lanes")), *board_lanes.WIDE.items()],
        "by_choices": [("category", _("Three categories")), ("state", _("States by name"))], "is_empty": not cards,
    }  # fmt: skip
    if not asked.space:  # a page over everything is live for the spaces of what it shows, then for others as far as there is room
        seen = dict.fromkeys([*sorted({card["item"].space_id for card in cards.values()}), *sorted({pk for place in columns for pk in place.open_to})])
        topics = [f"space:{pk}" for pk in seen][:MOST_TOPICS]
        request.live_topics = topics  # type: ignore[attr-defined]
        context["live_topic"] = " ".join(topics)
    return render(request, "work/items_board_body.html" if part == "board" else "work/items_board.html", context)


def _more(request: HttpRequest, asked: Asked, columns: list[Place], lanes: str) -> HttpResponse:
    """The next cards of one column, by lane: `half` says which, `first` how many are there."""
    key, first = request.GET.get("half", ""), whole_number(request.GET.get("first", ""), 5) or 0
    those, most = [place for place in columns if place.key == key], max(0, min(MORE, MOST - first))
    items = wide_boards.cards(asked.rows, those, asked.sort, {key: most + 1}, first, with_fields=True).get(key, [])
    cards = _cards(request.user, items[:most], columns, lanes)
    by_lane: dict[str, list[Any]] = {}
    for item in items[:most]:
        by_lane.setdefault(board_lanes.lane_of(item, cards[item.pk], lanes, {})[0], []).append(cards[item.pk])
    context = {"lanes_of": by_lane, "half": key, "is_rest": len(items) > most and first + most < MOST}
    return render(request, "work/board_cards.html", context)


class _Extra:
    """What the projects of the cards set: fields that stand on them, and the columns into which each may go."""

    has_approvals, lane = True, None

    def __init__(self, user: Any, items: list[Any], columns: list[Place], lanes: str) -> None:
        self.face, self._columns, self._names_project = board_layouts.Face(), columns, lanes != "project"
        spaces = {i.space_id for i in items}
        rows = FieldDefinition.objects.visible_to(user).active().filter(space_id__among=frozenset(spaces), is_on_cards=True)
        self._own = OwnFields(rows.with_types().in_order())
        self._moves, self._editable = Moves.of(user, spaces), spaces_where(user, Permission.EDIT_WORK)

    def meet(self, items: list[Any]) -> None:
        self._own.meet(items)

    def values(self, item: Any) -> list[dict[str, str]]:
        own = [{"label": one.label, "shown": one.shown} for one in own_fields.of_item(item, self._own) if one.shown]
        return [*([{"label": _("Project"), "shown": item.space.name}] if self._names_project else []), *own[: board_layouts.MOST_FIELDS]]

    def ways(self, item: Any) -> str | None:
        """The keys of the columns, blanks between; None when it may go everywhere."""
        if item.space_id not in self._editable:
            return ""
        ways = self._moves.ways(item)
        keys = [place.key for place in self._columns if any(self._fits(item, pk, ways) for pk in place.open_to.get(item.space_id, ()))]
        return None if len(keys) == len(self._columns) else " ".join(keys)

    def _fits(self, item: Any, state_id: int, ways: set[int] | None) -> bool:
        return self._moves.uses(item.type_id, state_id) and (ways is None or state_id in ways)


def _cards(user: Any, items: list[Any], columns: list[Place], lanes: str) -> dict[int, dict[str, Any]]:
    now = clock.now()
    cards = board_picture.cards_of(user, items, now, stacks_of.holds(user, now, items=items), RecordedAges(now), _Extra(user, items, columns, lanes))
    spaces = frozenset(i.space_id for i in items)
    own_clock = set(FlowClock.objects.visible_to(user).filter(space_id__among=spaces).values_list("space_id", flat=True))
    several = {place.key for place in columns if len(place.names) > 1}
    where = {pk: place.key for place in columns for pk in place.states}
    for card in cards.values():
        item = card["item"]
        card["state"] = item.state.name if where.get(item.state_id) in several else ""
        if item.space_id in own_clock and not item.is_done:  # it counts otherwise than the recorded start does
            card["age"] = None
    return cards


def _count(user: Any, asked: Asked, rows: list[board_lanes.Lane], lanes: str, found: dict[str, list[Any]], counts: dict[str, int]) -> None:
    """A lane counts what is not shown as well, as long as that is not without end."""
    if max(counts.values(), default=0) > wide_boards.MOST_COUNTED:
        for lane in rows:
            lane.count = f"{lane.count}+"
    elif sum(map(len, found.values())) < sum(counts.values()):
        board_lanes.count(user, asked.rows, rows, lanes)


def _column(request: HttpRequest, place: Place, count: int, there: int, most: int) -> dict[str, Any]:
    said = f"{wide_boards.MOST_COUNTED}+" if count > wide_boards.MOST_COUNTED else str(count)
    column = {"key": place.key, "title": place.title, "count": said, "names": [], "more": "", "more_url": "", "is_here": False}
    if len(place.names) > 1:
        names = sorted(place.names.items(), key=lambda one: (-one[1], one[0].casefold()))
        column["names"] = [(name, ngettext("%(n)s project", "%(n)s projects", n) % {"n": n}, _narrower(request, [name])) for name, n in names]
    if count > there and most < MOST:
        kept = [p for p in request.GET.getlist("more") if p.rpartition(":")[0] != place.key]
        column |= {
            "more": ngettext("Show %(n)s more", "Show %(n)s more", min(count - there, most)) % {"n": min(count - there, most)},
            "more_url": filtering.changed(request, more=[*kept, f"{place.key}:{most * 2}"], half="", first=""), "is_here": True,
        }  # fmt: skip
    elif count > there:
        column |= {"more": _("Show all in the table"), "more_url": _whole(request, place)}
    return column


def _whole(request: HttpRequest, place: Place) -> str:
    """All that stands in a column, in the table. Of very many names it is the category: more, but nothing is left out."""
    is_short = len(place.names) <= MOST_NAMES and sum(map(len, place.names)) < filter_language.LONGEST // 2
    names = sorted(place.names) if is_short else [place.category]
    return _narrower(request, names, layout="")


def _narrower(request: HttpRequest, names: list[str], **more: Any) -> str:
    states = ",".join(filter_language.quoted(name) for name in names)
    return filtering.changed(request, q=f"{request.GET.get('q', '')} state:{states}".strip(), more="", **more)


@login_required
@require_http_methods(["PATCH"])
def card(request: HttpRequest, id: int) -> HttpResponse:
    """Move a card: `{"state": "in_progress~", "from": "to_do~", "lane": "…", "version": 3}`; where several states fit,
    422 with `choices`, and `choice` says which. 409 when somebody moved it first; a change of other fields meanwhile does
    not stand in the way. A limit that stops is crossed with an `override_reason`."""
    item = doors.find(WorkItem.objects.present(), request.user, pk=id)
    try:
        given = orjson.loads(request.body)
        key, seen, version = str(given["state"]), str(given.get("from") or ""), int(given["version"])
        lane, reason, choice = str(given.get("lane") or ""), str(given.get("override_reason") or ""), whole_number(str(given.get("choice") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    run = uuid.uuid4()
    try:
        found, every = wide_boards.fitting(request.user, item, key)
        state = _chosen(item, found, every, choice)
        if state is None:
            names = ", ".join(s.name for s in found)
            said = {"message": words.refusal("which_state", {"key": item.key, "names": names}), "code": "which_state"}
            return JsonResponse({**said, "choices": [[str(s.pk), s.name] for s in found]}, status=422)
        more = {"override_reason": reason}
        try:
            item = work_items.move(actor=request.user, item=item, version=version, state=state, run=run, **board_lanes.put(request, item, lane), **more)
        except Stale as problem:
            current = problem.current
            if current.removed_at or (seen and current.state_id not in {s.pk for s in wide_boards.fitting(request.user, current, seen)[1]}):
                raise
            lane_of = board_lanes.put(request, current, lane)
            item = work_items.move(actor=request.user, item=current, version=current.version, state=state, run=run, **lane_of, **more)
    except Stale as problem:
        return JsonResponse({"message": words.refusal("stale", {}), "version": problem.current.version}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    if item.awaiting is not None:
        return JsonResponse({"version": item.version, "message": approvals.waits(item), "is_back": True})
    return JsonResponse({"version": item.version, "undo": reverse("work_items_undo", kwargs={"run": run})})


def _chosen(item: WorkItem, found: list[State], every: list[State], choice: int | None) -> State | None:
    """The state into which the card comes; None where a choice is needed. What stands in that column already stays as it is."""
    if choice is not None:
        found = [s for s in found if s.pk == choice]
    if item.state_id in {s.pk for s in found}:
        return item.state
    if not found and not every:
        raise Refused("no_state_there", key=item.key)
    if not found:
        raise Refused("no_way_there", key=item.key, state=item.state.name)
    return found[0] if len(found) == 1 else None


urls = [path("work-items/cards/<int:id>/", card, name="work_items_card")]
