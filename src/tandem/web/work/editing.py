"""Two people in one field of a work item: each hears of the other, and of what the other saved meanwhile."""

from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.history.models import Event
from tandem.kit.text import whole_number
from tandem.web import doors
from tandem.web.templating import moment
from tandem.web.work import inline, own_fields
from tandem.work.actions import editing
from tandem.work.models import WorkItem


@login_required
@require_http_methods(["GET", "POST"])
def open_field(request: HttpRequest, key: str) -> HttpResponse:
    """POST `{"field": "title"}` (and `"over": true`) says that the field stands open; GET `?field=title` says what it
    holds now and who last wrote it."""
    items = WorkItem.objects.select_related("state", "type", "parent")  # house: reads — found for the asker in the next line
    number = whole_number(key)  # a sheet knows its rows by number; no key is one
    item = doors.find(items, request.user, **({"key": key} if number is None else {"pk": number}))
    if request.method == "GET":
        name = request.GET.get("field", "title")
        if not _is_known(name):
            return _unknown(name)
        if name.startswith("field:"):
            own_fields.defined(request, name, item.space_id)
        return JsonResponse(inline.answer_of(item, name) | _last(request.user, item, name))
    try:
        given = orjson.loads(request.body)
        name, is_over = str(given["field"]), given.get("over") is True
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if not _is_known(name):
        return _unknown(name)
    editing.tell(actor=request.user, item=item, field=name, is_over=is_over)
    return JsonResponse({})


def _is_known(name: str) -> bool:
    return name in inline.READERS or (name.startswith("field:") and name[6:].isascii() and name[6:].isdigit() and len(name) < 25)


def _unknown(name: str) -> JsonResponse:
    return JsonResponse({"message": words.refusal("field_unknown", {"fields": name[:100]})}, status=422)


def _last(user: Any, item: WorkItem, name: str) -> dict[str, str]:
    """Who wrote this field last, and when; nothing when nobody did since the item was made."""
    column = "fields" if name.startswith("field:") else name
    named = Q(changes__has_key=column) | Q(text__changes__has_key=column)
    event = Event.objects.visible_to(user).of(item).filter(named).select_related("actor").newest_first()[:1].first()
    return {"by": event.actor.name if event and event.actor else "", "at": moment(event.occurred_at) if event else ""}


urls = [path("work-items/<str:key>/editing/", open_field, name="work_item_editing")]
