"""The timeline layout edited by hand: the bars as columns, a bar moved or drawn out, a due day, a name; and the way back."""

import hashlib
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, spaces_where
from tandem.planning.actions import bars
from tandem.reports.queries import plan_reasons, work_item_bars, work_item_spans
from tandem.reports.queries.work_item_table import Asked
from tandem.web import doors
from tandem.work.actions import undoing
from tandem.work.models import WorkItem

_EPOCH, _FARTHEST = date(1970, 1, 1), 250 * 366


def data(request: HttpRequest, asked: Asked, most: int) -> HttpResponse:
    """The columns; 304 when nothing changed since the reader's copy."""
    found, _more, _undated = work_item_spans.spans(asked.rows, most)
    body = orjson.dumps(work_item_bars.columns(request.user, found, spaces_where(request.user, Permission.EDIT_WORK)))
    headers = {"ETag": f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@login_required
@require_http_methods(["PATCH"])
def change(request: HttpRequest, id: int) -> HttpResponse:
    """`{"start": 20500, "finish": 20505, "deadline": 20510, "name": "…", "version": 3}`: any of the four, days since 1970,
    the finish being the day after the last."""
    item = doors.find(WorkItem.objects.present().select_related("space", "parent"), request.user, pk=id)
    try:
        given = orjson.loads(request.body)
        version = int(given.pop("version"))
        wanted = {name: _READERS[name](value) for name, value in given.items()}
        if not wanted:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    run = uuid.uuid4()
    try:
        bars.move(actor=request.user, item=item, version=version, run=run, **wanted)
    except Stale as problem:
        who = plan_reasons.last_change(request.user, problem.current)
        said = _("%(who)s Your change was not made: the row shows theirs.") % {"who": who} if who else words.refusal("stale", {})
        return JsonResponse({"message": said, "rows": _rows(request, item.pk)}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    return JsonResponse({"rows": _rows(request, item.pk), "back": {"run": str(run)}})


def _rows(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = work_item_spans.of(WorkItem.objects.visible_to(request.user).filter(pk=pk))
    return work_item_bars.rows(request.user, found, spaces_where(request.user, Permission.EDIT_WORK))


def _day(value: Any) -> date:
    number = float(value)
    if not abs(number) < _FARTHEST:
        raise ValueError
    return _EPOCH + timedelta(days=int(number // 1))


def _moment(value: Any) -> datetime:
    return datetime.combine(_day(value), time())


def _end(value: Any) -> datetime:
    """Half a day drawn out is that day."""
    number = float(value)
    return _moment(number if number == number // 1 else number // 1 + 1)


_READERS = {
    "start": _moment, "finish": _end, "deadline": lambda value: None if value is None else _day(value), "name": lambda value: str(value)[:1000],
}  # fmt: skip


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """`{"run": "…"}`: one's own change is taken back; an item that somebody changed since is left alone."""
    try:
        run = uuid.UUID(str(orjson.loads(request.body)["run"]))
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    back, _left = undoing.undo(actor=request.user, run=run)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", back) % {"n": back}
    return JsonResponse({"reload": True, "message": said if back else _("Somebody changed it since: nothing was taken back.")})


urls = [
    path("work-items/bars/<int:id>/", change, name="work_items_bar"),
    path("work-items/bars/undos/", undo, name="work_items_bar_undos"),
]
