"""The board of a project: states as columns, moved by mouse, touch and keyboard, live for everybody who looks."""

import uuid
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.planning.models import Forecast
from tandem.portfolio.models import Project
from tandem.reports.queries import boards as stacks_of
from tandem.reports.queries import filter_language, set_here
from tandem.reports.queries.card_ages import CardAges
from tandem.reports.queries.flow import now_of
from tandem.web import doors
from tandem.web.work import (
    approvals,
    board_lanes,
    board_layouts,
    board_picture,
    board_top,
    filtering,
    own_fields,
    same_picture,
)
from tandem.work.actions import work_items
from tandem.work.models import Block, FlowClock, State, WorkItem

MORE = 120


@login_required
def boards(request: HttpRequest) -> HttpResponse:
    """The projects, each with the way to its board; one project alone opens at once."""
    return chooser(request, "board", _("Boards"), _("Each project has a board: its states are the columns."))


def chooser(request: HttpRequest, target: str, title: str, purpose: str) -> HttpResponse:
    rows = list(Project.objects.visible_to(request.user).select_related("space").order_by("name")[:200])
    context = {
        "rows": [{"row": p, "url": reverse(target, kwargs={"key": p.space.key})} for p in rows],
        "title": title,
        "purpose": purpose,
    }
    return render(request, "work/chooser.html", context)


@login_required
def board(request: HttpRequest, key: str) -> HttpResponse:
    """The page, and its parts: all who look at the same board get the same `part=board`."""
    if request.GET.get("part") == "board" and not request.GET.get("q"):
        space = doors.find(Space.objects, request.user, key=key)
        mine = board_layouts.is_personal(request, space) if request.GET.get("lanes") == "query" else False
        return same_picture.of(request, space.pk, lambda: _board(request, key), reader=request.user.pk if mine else None)
    return _board(request, key)


def _board(request: HttpRequest, key: str) -> HttpResponse:
    has_clock = Exists(FlowClock.objects.visible_to(request.user).filter(space=OuterRef("pk")))
    layout = board_layouts.beside(request.user, "pk")
    space = doors.find(Space.objects.annotate(has_clock=has_clock, **layout, **set_here.beside("pk")), request.user, key=key)
    project = doors.find(Project.objects, request.user, space=space)
    topic, text, problem = f"space:{space.pk}", request.GET.get("q", ""), None
    request.live_topics = [topic]  # type: ignore[attr-defined]
    try:
        condition = filter_language.listed(text, request.user)
    except Refused as refused:
        text, condition = "", filter_language.listed("", request.user)
        problem = filtering.problem_of(refused)
    lanes = request.GET.get("lanes", "")
    own = [(own_fields.lane_code(f), f.name) for f in set_here.fields_of(space) if own_fields.is_lane(f)]
    lanes = lanes if lanes in board_lanes.LANES or lanes in dict(own) else ""
    now = now_of(project)
    if request.GET.get("part") == "cards":
        return _more(request, space, condition, lanes, now)
    part = request.GET.get("part")
    picture = board_picture.drawn(request, space, condition, lanes, now, with_cards=part != "top")
    context = {
        "space": space, "project": project, "topic": topic, "lanes": lanes, "q": request.GET.get("q", ""), "problem": problem,
        "lane_choices": [("", _("No lanes")), *((n, t) for n, t in board_lanes.LANES.items() if n != "query" or board_layouts.lanes_of(space)), *own],
        "chips": filtering.chips(request, text), "terms": filtering.terms(), "help": filtering.guide(),
        "may_edit": may(request.user, Permission.EDIT_WORK, space.pk), "may_set": may(request.user, Permission.EDIT_PLAN, space.pk),
        "src": request.get_full_path(), "patch": reverse("board_card", kwargs={"key": key, "id": 0}).replace("/0/", "/{id}/"),
        "with_": lambda **k: filtering.changed(request, **k), "kinds": [[v, str(label)] for v, label in Block.Kind.choices], **picture,
    }  # fmt: skip
    if part == "board":
        return render(request, "work/board_body.html", context)
    forecast = Forecast.objects.visible_to(request.user).of(project).filter(is_current=True).first()
    context |= board_top.shown(request.user, space, picture, forecast, now)
    page = "work/board_top.html" if part == "top" else "work/board.html"
    return render(request, page, context)


def _more(request: HttpRequest, space: Space, condition: Any, kind: str, now: Any) -> HttpResponse:
    """The next cards of one column, by lane: `half` says which, `first` how many are there."""
    key, first = whole_number(request.GET.get("half", "")), whole_number(request.GET.get("first", ""), 5) or 0
    every = [h for stack in stacks_of.stacks(request.user, space.pk) for h in stack.halves]
    halves, extra = [h for h in every if h.key == key and h.states], board_picture.CardExtra.of(request.user, space, every, kind)
    most = max(0, min(MORE, board_picture.MOST_CARDS - first))
    found = stacks_of.cards(request.user, space.pk, halves, condition, {h.key: most + 1 for h in halves}, first, with_fields=extra.has_fields)
    items = next(iter(found.values()), [])
    holds, ages = stacks_of.holds(request.user, now, items=items), CardAges(request.user, space.pk, now, has_clock=getattr(space, "has_clock", True))
    cards = board_picture.cards_of(request.user, items[:most], now, holds, ages, extra)
    parents = board_lanes.parents_of(request.user, items) if kind == "parent" else {}
    lanes: dict[str, list[Any]] = {}
    for item in items[:most]:
        lanes.setdefault(board_lanes.lane_of(item, cards[item.pk], kind, parents, extra)[0], []).append(cards[item.pk])
    context = {"lanes_of": lanes, "half": key, "is_rest": len(items) > most, "space": space}
    return render(request, "work/board_cards.html", context)


@login_required
@require_http_methods(["PATCH"])
def card(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """Move a card: `{"state": 3, "after": 17 | null, "from": 2, "lane": "…"}` with the card's version; 409 when
    somebody moved it first. A change of other fields meanwhile does not stand in the way. A limit that stops is
    crossed with an `override_reason`."""
    item = doors.find(WorkItem.objects.present(), request.user, pk=id, space__key=key)
    try:
        given = orjson.loads(request.body)
        state_id, after_id, version = int(given["state"]), given.get("after"), int(given["version"])
        after_id, seen = int(after_id) if after_id else None, given.get("from")
        lane, reason = str(given.get("lane") or ""), str(given.get("override_reason") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    state = doors.find(State.objects, request.user, pk=state_id, space=item.space_id)
    stacks = stacks_of.stacks(request.user, item.space_id)
    halves = {one.pk: half.key for stack in stacks for half in stack.halves for one in half.states}
    after = doors.find(WorkItem.objects, request.user, pk=after_id, space=item.space_id) if after_id else None
    run = uuid.uuid4()
    try:
        more = {**board_lanes.put(request, item, lane), "override_reason": reason}
        try:
            item = work_items.move(
                actor=request.user, item=item, version=version, state=_landing(item, state, halves, stacks, more), after=after, to_top=after is None, run=run, **more
            )  # fmt: skip
        except Stale as problem:
            current = problem.current
            if seen is None or halves.get(current.state_id) != halves.get(whole_number(str(seen)) or 0) or current.removed_at:
                raise
            more |= board_lanes.put(request, current, lane)
            item = work_items.move(
                actor=request.user, item=current, version=current.version, state=_landing(current, state, halves, stacks, more), after=after, to_top=after is None, run=run, **more
            )  # fmt: skip
    except Stale as problem:
        current = problem.current
        return JsonResponse(
            {"message": words.refusal("stale", {}), "version": current.version, "state": current.state_id},
            status=409,
        )
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    if item.awaiting is not None:
        return JsonResponse({"version": item.version, "state": item.state_id, "message": approvals.waits(item), "is_back": True})
    undo = reverse("work_items_undo", kwargs={"run": run})
    return JsonResponse({"version": item.version, "state": item.state_id, "undo": undo})


def _landing(item: WorkItem, state: State, halves: dict[int, int], stacks: list[stacks_of.Stack], more: dict[str, Any]) -> State:
    """A card that stays where it is keeps its state, when several states stand there; else it comes into the first there that
    its type uses. `halves`: state → the half in which it stands, by its key."""
    kind = more.get("type", item.type)
    if halves.get(item.state_id) == halves.get(state.pk) and kind.uses(item.state_id):
        return item.state
    return stacks_of.landing(stacks, state, kind)


urls = [
    path("boards/", boards, name="boards"),
    path("boards/<slug:key>/", board, name="board"),
    path("boards/<slug:key>/cards/<int:id>/", card, name="board_card"),
]
