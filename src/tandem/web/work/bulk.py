"""The same change to many work items, all or none, and the way back."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.kit import http
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.web import doors
from tandem.web.work import bulk_moves, bulk_preview, bulk_types
from tandem.work.actions import bulk as changes
from tandem.work.actions import undoing
from tandem.work.models import State, WorkItem

MOST = 500


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """`do` says what: state:NAME, priority:N, assignee:ID, due:DATE, label:TEXT, unlabel:TEXT, type:NAME, space:ID (to another project), remove:, archive:, unarchive:. With
    `preview` nothing is done: a page shows what would change, and its button sends the same with the versions that were seen (`ids=12:3`)."""
    seen = _ids(request)
    what, _colon, value = request.POST.get("do", "").partition(":")
    value = value or request.POST.get(what, "")
    target, reason = request.POST.get("next", ""), request.POST.get("override_reason", "")
    back = target if http.is_local_path(target) else reverse("work_items")
    run = uuid.uuid4()
    try:
        if len(seen) > MOST:
            raise Refused("rows_too_many", most=MOST)
        if what == "space":
            return bulk_moves.answer(request, seen, value, back)
        if what == "type":
            return bulk_types.answer(request, seen, value, back)
        rows = WorkItem.objects.visible_to(request.user).present().filter(pk__in=seen)
        items = list(rows.select_related("state", "space", "type"))
        steps = [changes.Step(item, seen[item.pk], values) for item, values in _steps(request, items, what, value)]
        if request.POST.get("preview"):
            outcomes = changes.rehearse(actor=request.user, steps=steps, override_reason=reason)
            return bulk_preview.shown(request, outcomes, what, value, back)
        changes.apply(actor=request.user, steps=steps, run=run, override_reason=reason)
    except Refused as problem:
        messages.error(request, words.refusal(problem.code, problem.params))
        return doors.go_to(request, back)
    said = ngettext("Changed %(n)s work item", "Changed %(n)s work items", len(items))
    if what == "remove":
        said = ngettext("Removed %(n)s work item", "Removed %(n)s work items", len(items))
    undo_at = reverse("work_items_undo", kwargs={"run": run})
    messages.success(request, said % {"n": len(items)}, extra_tags=f"undo={undo_at}")
    return doors.go_to(request, back)


def _ids(request: HttpRequest) -> dict[int, int | None]:
    """`12`, or `12:3` for the item 12 as it stood at version 3."""
    pairs = [text.partition(":") for text in request.POST.getlist("ids")]
    return {pk: whole_number(version, 9) for text, _colon, version in pairs if (pk := whole_number(text)) is not None}


def _steps(request: HttpRequest, items: list[WorkItem], what: str, value: str) -> list[tuple[WorkItem, dict[str, Any] | None]]:
    """What becomes of each item; no values: it goes."""
    if what == "state":
        rows = State.objects.visible_to(request.user).active().filter(name=value, space__in={i.space_id for i in items})
        by_space = {s.space_id: s for s in rows}
        if any(item.space_id not in by_space for item in items):
            raise Refused("other_space", field="state")
        return [(item, {"state": by_space[item.space_id]}) for item in items]
    if what in ("label", "unlabel"):
        return [(item, _labelled(item, value.strip()[:200], what == "label")) for item in items]
    if what == "remove":
        return [(item, None) for item in items]
    if what in ("archive", "unarchive"):
        return [(item, {"is_archived": what == "archive"}) for item in items]
    values = _same(request.user, what, value)
    return [(item, dict(values)) for item in items]


def _labelled(item: WorkItem, label: str, is_added: bool) -> dict[str, Any]:
    rest = [one for one in item.labels if one != label]
    labels = [*rest, label] if is_added and label else rest
    return {"labels": labels} if set(labels) != set(item.labels) else {}


def _same(actor: Any, what: str, value: str) -> dict[str, Any]:
    if what == "priority":
        number = _number(value)
        if number is not None and number not in WorkItem.Priority.values:
            raise Refused("choice_unknown", field="priority")
        return {"priority": number}
    if what == "assignee":
        number = _number(value)
        person = User.objects.visible_to(actor).filter(pk=number).first()
        if number is not None and person is None:
            raise Refused("choice_unknown", field="assignees")
        return {"assignees": [person] if person else []}
    if what == "due":
        return {"due_on": _day(value)}
    raise Refused("change_unknown")


def _number(value: str) -> int | None:
    """Nothing clears the field; what cannot be read changes nothing."""
    if not value:
        return None
    number = whole_number(value)
    if number is None:
        raise Refused("choice_unknown")
    return number


def _day(value: str) -> Any:
    try:
        return parse_day(value) if value else None
    except ValueError:
        raise Refused("date_unreadable") from None


@login_required
@require_POST
def undo(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    again = uuid.uuid4()
    stays: list[str] = []
    back, left = undoing.undo(actor=request.user, run=run, again=again, stays=stays)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", back) % {"n": back}
    if left:
        said += " · " + ngettext(
            "%(n)s was changed since and stays", "%(n)s were changed since and stay", left
        ) % {"n": left}
        said += f": {', '.join(stays[:8])}{'…' if left > 8 else ''}" if stays else ""
    if "application/json" in request.headers.get("Accept", ""):
        redo = reverse("work_items_undo", kwargs={"run": again}) if undoing.is_known(actor=request.user, run=again) else ""
        return JsonResponse({"message": said, "redo": redo})
    return doors.go_to(request, reverse("work_items"), said)
