"""Cells that are edited where they stand: PATCH with If-Match, the answer is the cell as it is now."""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.kit.dates import parse_day, parse_minutes
from tandem.kit.errors import Refused, Stale
from tandem.kit.http import version_of
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.web import doors
from tandem.web.field_words import FIELDS
from tandem.web.markdown import rendered
from tandem.web.templating import day, hours
from tandem.web.work import approvals, own_fields
from tandem.work.actions import time_entries, work_items
from tandem.work.models import ServiceClass, State, WorkItem, WorkItemType

Reader = Callable[[Any, HttpRequest, WorkItem], Any]
MAX_LABELS, MAX_TEXT = 50, 100_000
_WORDS = ("title", "description")


def _title(value: Any, request: HttpRequest, item: WorkItem) -> str:
    return str(value)[:1000]


def _description(value: Any, request: HttpRequest, item: WorkItem) -> str:
    return str(value)[:MAX_TEXT]


def _state(value: Any, request: HttpRequest, item: WorkItem) -> State:
    return doors.find(State.objects, request.user, pk=_number(value), space=item.space_id)


def _type(value: Any, request: HttpRequest, item: WorkItem) -> WorkItemType:
    return doors.find(WorkItemType.objects, request.user, pk=_number(value), space=item.space_id)


def _priority(value: Any, request: HttpRequest, item: WorkItem) -> int | None:
    if value in ("", None):
        return None
    number = _number(value)
    if number not in WorkItem.Priority.values:
        raise Refused("number_unreadable")
    return number


def _service_class(value: Any, request: HttpRequest, item: WorkItem) -> str:
    if value not in ServiceClass.values:
        raise Refused("choice_unknown")
    return str(value)


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


def _minutes(value: Any, request: HttpRequest, item: WorkItem) -> int | None:
    if value in ("", None):
        return None
    try:
        return parse_minutes(str(value)[:60])
    except ValueError:
        raise Refused("time_unreadable") from None


def _expected(value: Any, request: HttpRequest, item: WorkItem) -> int | None:
    """What is left is typed, what it takes in all is kept: so it shrinks with what is logged."""
    return time_entries.expected(item, _minutes(value, request, item))


def _assignees(value: Any, request: HttpRequest, item: WorkItem) -> list[User]:
    """One id, several between commas or in a list, or nobody."""
    given = value if isinstance(value, list) else str(value or "").split(",")
    ids = [_number(v) for v in given if v not in ("", None)][:50]
    people = list(User.objects.visible_to(request.user).filter(pk__in=ids))
    if len(people) != len(set(ids)):
        raise Refused("reference_unknown")
    return people


def _labels(value: Any, request: HttpRequest, item: WorkItem) -> list[str]:
    given = value if isinstance(value, list) else str(value or "").replace("，", ",").split(",")
    labels = list(dict.fromkeys(str(v).strip()[:200] for v in given if str(v).strip()))
    return labels[:MAX_LABELS]


def _parent(value: Any, request: HttpRequest, item: WorkItem) -> WorkItem | None:
    key = str(value or "").strip().upper()
    if not key:
        return None
    row = WorkItem.objects.visible_to(request.user).present().filter(key=key).first()
    if row is None:
        raise Refused("items_unknown", keys=key)
    return row


def _given_up(value: Any, request: HttpRequest, item: WorkItem) -> bool:
    return str(value) in ("True", "1")


def _number(value: Any) -> int:
    number = whole_number(str(value))
    if number is None:
        raise Refused("number_unreadable")
    return number


READERS: dict[str, Reader] = {
    "title": _title, "state": _state, "priority": _priority, "due_on": _due, "estimate_points": _points, "assignees": _assignees,
    "description": _description, "type": _type, "labels": _labels, "parent": _parent, "service_class": _service_class,
    "estimate_minutes": _minutes, "expected_minutes": _expected, "is_given_up": _given_up,
}  # fmt: skip


def sent_by(request: HttpRequest) -> tuple[Any, int] | JsonResponse:
    """What a cell that was changed where it stands says, and the version it rests on (If-Match); else the answer that
    says what is missing."""
    try:
        given = orjson.loads(request.body)
        version = version_of(request.headers.get("If-Match"))
    except ValueError:
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if version is None:
        return JsonResponse({"message": _("This change does not say on which version it rests.")}, status=428)
    return given, version


def patch(request: HttpRequest, item: WorkItem) -> HttpResponse:
    """`{"title": "…"}` with the version in If-Match; 409 with their value when somebody was faster.

    `was` may name the value that the writer saw: when only other fields changed meanwhile, nothing is lost and the
    change is taken; when this one did, it is theirs first, whatever version the page has learned since.
    `override_reason` lets it in over a limit that stops.
    """
    sent = sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    was = given.pop("was", None) if isinstance(given, dict) else None
    reason = str(given.pop("override_reason", None) or "") if isinstance(given, dict) else ""
    if not isinstance(given, dict) or not given or {n for n in given if not n.startswith("field:")} - set(READERS):
        return JsonResponse(
            {"message": words.refusal("field_unknown", {"fields": ", ".join(map(str, given))})}, status=422
        )
    name, run, stood = next(iter(given)), uuid.uuid4(), item.version
    try:
        values = _read(request, item, given)
        if was is not None and len(given) == 1 and not same(item, name, was):
            return _stale(item, name)
        try:
            item = work_items.change(actor=request.user, item=item, version=version, run=run, override_reason=reason, **values)
        except Stale as problem:
            current = problem.current
            if was is None or len(given) > 1 or not same(current, name, was):
                return _stale(current, name)
            values = _read(request, current, given)
            stood = current.version
            item = work_items.change(actor=request.user, item=current, version=stood, run=run, override_reason=reason, **values)
    except Stale as problem:
        return _stale(problem.current, name)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    said = {"message": approvals.waits(item)} if item.awaiting is not None else _way_back(item, name, run) if item.version > stood else {}
    return JsonResponse(answer_of(item, name) | said)


def _way_back(item: WorkItem, name: str, run: uuid.UUID) -> dict[str, str]:
    """One's own last change is taken back with a press, or `u`; while nobody has changed the field since."""
    label = own_fields.one(item, name).label if name.startswith("field:") else FIELDS[name]
    return {"message": _("Changed %(field)s of %(key)s") % {"key": item.key, "field": label}, "undo": reverse("work_items_undo", kwargs={"run": run})}


def same(item: WorkItem, name: str, was: Any) -> bool:
    """Whether the field still holds what the writer saw, however that was written."""
    now = value_of(item, name)
    if name in ("assignees", "labels"):
        return _parts(now) == _parts(was)
    first, second = ("" if one is None else str(one).replace("\r\n", "\n").strip() for one in (now, was))
    with contextlib.suppress(ValueError):
        return first == second or (name not in _WORDS and float(first) == float(second))
    return False


def _parts(value: Any) -> set[str]:
    return {part.strip() for part in str(value or "").split(",")} - {""}


def _read(request: HttpRequest, item: WorkItem, given: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in given.items() if name.startswith("field:")}
    values = {field: READERS[field](value, request, item) for field, value in given.items() if field not in own}
    return values | ({"fields": own_fields.with_values(request, item, own)} if own else {})


def _stale(current: WorkItem, name: str) -> JsonResponse:
    answer = {"message": words.refusal("stale", {}), "theirs": value_of(current, name), **answer_of(current, name)}
    return JsonResponse(answer, status=409)


def answer_of(item: WorkItem, name: str) -> dict[str, Any]:
    if name.startswith("field:"):
        now = own_fields.one(item, name)
        return {"value": now.value, "shown": now.shown or "–", "version": item.version}
    answer = {"value": value_of(item, name), "shown": shown_of(item, name), "version": item.version}
    if name == "description":
        answer["html"] = str(rendered(item.description, item.description_format))
    return answer


def value_of(item: WorkItem, name: str) -> Any:
    if name.startswith("field:"):
        return own_fields.one(item, name).value
    if name in ("state", "type"):
        return getattr(item, f"{name}_id")
    if name == "parent":
        return item.parent.key if item.parent else ""
    if name == "assignees":
        return ",".join(str(n) for n in item.assignments.values_list("user_id", flat=True))
    if name == "labels":
        return ", ".join(item.labels)
    if name in _TIMES:
        return _time(item, name)
    if name == "is_given_up":
        return "1" if item.is_given_up else ""
    value = getattr(item, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


_TIMES = ("estimate_minutes", "expected_minutes")


def _time(item: WorkItem, name: str) -> str:
    item.refresh_from_db(fields=["estimate_minutes", "remaining_minutes"])
    return hours(item.estimate_minutes if name == "estimate_minutes" else item.remaining_minutes)


def shown_of(item: WorkItem, name: str) -> str:
    if name in ("state", "type"):
        return str(getattr(item, name).name)
    if name == "is_given_up":
        return _("Closed without a result") if item.is_given_up else _("Finished")
    if name == "priority":
        return str(item.get_priority_display() or "–")
    if name == "service_class":
        return str(item.get_service_class_display())
    if name == "due_on":
        return day(item.due_on) or "–"
    if name == "assignees":
        return ", ".join(item.assignments.values_list("user__name", flat=True)) or "–"
    if name == "estimate_points":
        return f"{item.estimate_points:g}" if item.estimate_points is not None else "–"
    if name == "labels":
        return ", ".join(item.labels) or "–"
    if name == "parent":
        return f"{item.parent.key} {item.parent.title}" if item.parent else "–"
    if name in _TIMES:
        return _time(item, name) or "–"
    return str(getattr(item, name))
