"""Cells that are edited where they stand: PATCH with If-Match, the answer is the cell as it is now."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused, Stale
from tandem.kit.http import version_of
from tandem.people.models import User
from tandem.web import doors
from tandem.web.templating import day
from tandem.work.actions import work_items
from tandem.work.models import State, WorkItem

Reader = Callable[[Any, HttpRequest, WorkItem], Any]


def _title(value: Any, request: HttpRequest, item: WorkItem) -> str:
    return str(value)[:1000]


def _state(value: Any, request: HttpRequest, item: WorkItem) -> State:
    return doors.find(State.objects, request.user, pk=_number(value), space=item.space_id)


def _priority(value: Any, request: HttpRequest, item: WorkItem) -> int | None:
    return _number(value) if value not in ("", None) else None


def _due(value: Any, request: HttpRequest, item: WorkItem) -> Any:
    try:
        return parse_day(str(value)) if value else None
    except ValueError:
        raise Refused("date_unreadable") from None


def _points(value: Any, request: HttpRequest, item: WorkItem) -> float | None:
    try:
        points = float(value) if value not in ("", None) else None
    except (TypeError, ValueError):
        raise Refused("number_unreadable") from None
    if points is not None and not 0 <= points < 1e6:
        raise Refused("number_unreadable")
    return points


def _assignees(value: Any, request: HttpRequest, item: WorkItem) -> list[User]:
    return [doors.find(User.objects, request.user, pk=_number(value))] if value else []


def _number(value: Any) -> int:
    text = str(value)
    if not text.isdigit() or len(text) > 18:
        raise Refused("number_unreadable")
    return int(text)


READERS: dict[str, Reader] = {
    "title": _title, "state": _state, "priority": _priority, "due_on": _due, "estimate_points": _points, "assignees": _assignees,
}  # fmt: skip


def patch(request: HttpRequest, item: WorkItem) -> HttpResponse:
    """`{"title": "…"}` with the version in If-Match; 409 with their value when somebody was faster."""
    try:
        given = orjson.loads(request.body)
        version = version_of(request.headers.get("If-Match"))
    except ValueError:
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if version is None:
        return JsonResponse({"message": _("This change does not say on which version it rests.")}, status=428)
    if not isinstance(given, dict) or not given or set(given) - set(READERS):
        return JsonResponse(
            {"message": words.refusal("field_unknown", {"fields": ", ".join(map(str, given))})}, status=422
        )
    name = next(iter(given))
    try:
        values = {field: READERS[field](value, request, item) for field, value in given.items()}
        item = work_items.change(actor=request.user, item=item, version=version, **values)
    except Stale as problem:
        theirs = _shown(problem.current, name)
        return JsonResponse(
            {"message": words.refusal("stale", {}), "theirs": theirs, "version": problem.current.version},
            status=409,
        )
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"value": _value(item, name), "shown": _shown(item, name), "version": item.version})


def _value(item: WorkItem, name: str) -> Any:
    if name == "state":
        return item.state_id
    if name == "assignees":
        return item.assignments.values_list("user_id", flat=True).first() or ""
    value = getattr(item, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _shown(item: WorkItem, name: str) -> str:
    if name == "state":
        return item.state.name
    if name == "priority":
        return str(item.get_priority_display() or "–")
    if name == "due_on":
        return day(item.due_on) or "–"
    if name == "assignees":
        return ", ".join(item.assignments.values_list("user__name", flat=True)) or "–"
    if name == "estimate_points":
        return f"{item.estimate_points:g}" if item.estimate_points is not None else "–"
    return str(getattr(item, name))
