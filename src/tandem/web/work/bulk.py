"""The same change to many work items, all or none, and the way back."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
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
from tandem.work.actions import work_items
from tandem.work.models import State, WorkItem

MOST = 500


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """`do` says what: state:NAME, priority:N, assignee:ID, due:DATE, label:TEXT, unlabel:TEXT, remove:."""
    ids = {n for n in map(whole_number, request.POST.getlist("ids")) if n is not None}
    what, _colon, value = request.POST.get("do", "").partition(":")
    run = uuid.uuid4()
    target = request.POST.get("next", "")
    back = target if http.is_local_path(target) else reverse("work_items")
    try:
        if len(ids) > MOST:
            raise Refused("rows_too_many", most=MOST)
        rows = WorkItem.objects.visible_to(request.user).present().filter(pk__in=ids)
        items = list(rows.select_related("state", "space"))
        with transaction.atomic():
            _apply(request, items, what, value or request.POST.get(what, ""), run)
    except Refused as problem:
        messages.error(request, words.refusal(problem.code, problem.params))
        return doors.go_to(request, back)
    said = ngettext("Changed %(n)s work item", "Changed %(n)s work items", len(items))
    if what == "remove":
        said = ngettext("Removed %(n)s work item", "Removed %(n)s work items", len(items))
    undo_at = reverse("work_items_undo", kwargs={"run": run})
    messages.success(request, said % {"n": len(items)}, extra_tags=f"undo={undo_at}")
    return doors.go_to(request, back)


def _apply(request: HttpRequest, items: list[WorkItem], what: str, value: str, run: uuid.UUID) -> None:
    actor: Any = request.user
    pairs = [(item, None) for item in items]
    reason = request.POST.get("override_reason", "")
    if what == "state":
        rows = State.objects.visible_to(actor).active().filter(name=value, space__in={i.space_id for i in items})
        by_space = {s.space_id: s for s in rows}
        for item in items:
            if item.space_id not in by_space:
                raise Refused("other_space", field="state")
            work_items.change(actor=actor, item=item, version=None, run=run, override_reason=reason, state=by_space[item.space_id])
    elif what == "priority":
        number = _number(value)
        if number is not None and number not in WorkItem.Priority.values:
            raise Refused("choice_unknown", field="priority")
        work_items.change_many(actor=actor, items=pairs, run=run, override_reason=reason, priority=number)
    elif what == "assignee":
        number = _number(value)
        person = User.objects.visible_to(actor).filter(pk=number).first()
        if number is not None and person is None:
            raise Refused("choice_unknown", field="assignees")
        work_items.change_many(actor=actor, items=pairs, run=run, override_reason=reason, assignees=[person] if person else [])
    elif what == "due":
        work_items.change_many(actor=actor, items=pairs, run=run, due_on=_day(value))
    elif what in ("label", "unlabel"):
        for item in items:
            rest = [one for one in item.labels if one != value.strip()]
            labels = [*rest, value.strip()[:200]] if what == "label" and value.strip() else rest
            if set(labels) != set(item.labels):
                work_items.change(actor=actor, item=item, version=None, run=run, override_reason=reason, labels=labels)
    elif what == "remove":
        # parts before what they are parts of
        for item in sorted(items, key=lambda i: -i.pk):
            work_items.remove(actor=actor, item=item, version=None, run=run)
    else:
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
    back, left = work_items.undo(actor=request.user, run=run)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", back) % {"n": back}
    if left:
        said += " · " + ngettext(
            "%(n)s was changed since and stays", "%(n)s were changed since and stay", left
        ) % {"n": left}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said})
    return doors.go_to(request, reverse("work_items"), said)
