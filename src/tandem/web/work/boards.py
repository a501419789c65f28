"""The board of a project: states as columns, moved by mouse, touch and keyboard, live for everybody who looks."""

from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.planning.models import Forecast
from tandem.portfolio.models import Project
from tandem.reports.queries import work_items as reads
from tandem.web import doors
from tandem.work.actions import work_items
from tandem.work.models import Link, State, WorkItem

CARDS_PER_COLUMN = 60


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
    space = doors.find(Space.objects, request.user, key=key)
    project = doors.find(Project.objects, request.user, space=space)
    topic = f"space:{space.pk}"
    request.live_topics = [topic]  # type: ignore[attr-defined]
    states = list(State.objects.visible_to(request.user).filter(space=space).in_order())
    columns = [_column(request, space, state) for state in states]
    items = [i for c in columns for i in c["items"]]
    people, blocked, expected = (
        reads.assignees(items),
        _blocked(request.user, items),
        reads.expected_days(request.user, space.pk),
    )
    for column in columns:
        column["cards"] = [_card(i, people, blocked, expected) for i in column.pop("items")]
    context = {
        "space": space, "project": project, "columns": columns, "topic": topic,
        "may_edit": may(request.user, Permission.EDIT_WORK, space.pk),
        "forecast": Forecast.objects.visible_to(request.user).of(project).filter(is_current=True).first(),
        "src": request.get_full_path(), "patch": reverse("board_card", kwargs={"key": key, "id": 0}).replace("/0/", "/{id}/"),
    }  # fmt: skip
    return render(
        request, "work/board_body.html" if request.GET.get("part") == "board" else "work/board.html", context
    )


def _column(request: HttpRequest, space: Space, state: State) -> dict[str, Any]:
    """Backlog order; a done column shows what was finished last."""
    rows = reads.listed(request.user).filter(space=space, state=state)
    order = ("-actual_finish", "-id") if state.is_done else ("rank", "id")
    found = list(rows.order_by(*order)[: CARDS_PER_COLUMN + 1])
    more = len(found) > CARDS_PER_COLUMN
    shown = found[:CARDS_PER_COLUMN]
    text = f"{CARDS_PER_COLUMN}+" if more else str(len(shown))
    return {
        "state": state,
        "items": shown,
        "text": text,
        "more": more,
        "more_url": f"{reverse('work_items')}?space={space.pk}&q=state:%22{state.name}%22",
    }


def _card(
    item: WorkItem, people: dict[int, list[dict[str, Any]]], blocked: dict[int, str], expected: float | None
) -> dict[str, Any]:
    who = people.get(item.pk, [None])[0]
    return {"item": item, "who": who, "age": _age(item, expected), "blocked": blocked.get(item.pk, "")}


def _age(item: WorkItem, expected: float | None) -> dict[str, Any] | None:
    """Days since work on it began, against the time within which 85 % of the finished items were done."""
    if item.actual_start is None or item.state.category != State.Category.IN_PROGRESS:
        return None
    days = (clock.now() - item.actual_start).days
    text = ngettext("%(n)s d", "%(n)s d", days) % {"n": days}
    if not expected:
        return {"text": text}
    share = days / expected * 100
    return {"text": text, "percent": share, "tone": "late" if share > 100 else "warn" if share >= 70 else ""}


def _blocked(user: Any, items: list[WorkItem]) -> dict[int, str]:
    """Open items that must be finished first, named as far as the reader may see them."""
    rows = Link.objects.filter(
        target__in=items, kind__in=["blocks", "FS"], source__removed_at=None
    )  # house: reads — ends are masked below
    rows = rows.exclude(source__state__category=State.Category.DONE).exclude(
        target__state__category=State.Category.DONE
    )
    seen = user.visible_space_ids()
    found: dict[int, str] = {}
    for target, kind, key, space_id in rows.values_list(
        "target_id", "kind", "source__key", "source__space_id"
    ):
        name = key if space_id in seen else _("an item that you cannot see")
        if kind == "blocks":
            found[target] = _("blocked by %(key)s") % {"key": name}
    return found


@login_required
@require_http_methods(["PATCH"])
def card(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """Move a card: `{"state": 3, "after": 17 | null}` with the card's version; 409 when somebody was faster."""
    item = doors.find(WorkItem.objects.present(), request.user, pk=id, space__key=key)
    try:
        given = orjson.loads(request.body)
        state_id, after_id, version = int(given["state"]), given.get("after"), int(given["version"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    state = doors.find(State.objects, request.user, pk=state_id, space=item.space_id)
    after = (
        doors.find(WorkItem.objects, request.user, pk=int(after_id), space=item.space_id)
        if after_id
        else None
    )
    try:
        item = work_items.move(
            actor=request.user, item=item, version=version, state=state, after=after, to_top=after is None
        )
    except Stale as problem:
        current = problem.current
        return JsonResponse(
            {"message": words.refusal("stale", {}), "version": current.version, "state": current.state_id},
            status=409,
        )
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"version": item.version, "state": item.state_id})


urls = [
    path("boards/", boards, name="boards"),
    path("boards/<slug:key>/", board, name="board"),
    path("boards/<slug:key>/cards/<int:id>/", card, name="board_card"),
]
