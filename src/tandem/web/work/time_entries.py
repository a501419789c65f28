"""Time on a work item's page: logging it as one types it, changing and removing one's own, the way back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit import clock
from tandem.kit.dates import parse_day, parse_minutes
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.web.templating import day, hours
from tandem.web.work import inline
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry, WorkItem

SHOWN = 100
_CELLS = ("minutes", "day", "note")


def of(user: Any, item: WorkItem) -> dict[str, Any]:
    """What the page shows: the entries, who may change which, and for whom else one may log."""
    rows = TimeEntry.objects.visible_to(user).present().filter(item=item).select_related("user", "recorded_by").newest_first()
    found = list(rows[: SHOWN + 1]) if item.entered_minutes else []
    may_plan = may(user, Permission.EDIT_PLAN, item.space_id)
    return {
        "times": [(row, row.user_id == user.pk or may_plan) for row in found[:SHOWN]], "more_times": len(found) > SHOWN,
        "time_people": choices_of(user, item.space_id) if may_plan else [], "today": clock.today(),
    }  # fmt: skip


@login_required
@require_POST
def time(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: log (with `time`, `day`, `note`, `remaining`, `person`), remove, which names the `entry`."""
    item = doors.find(WorkItem.objects, request.user, key=key)
    if request.POST.get("do", "log") == "log":
        left = request.POST.get("remaining", "").strip()
        row = time_entries.log(
            actor=request.user, item=item, minutes=read_minutes(request.POST.get("time", ""), "time"), day=_day(request.POST.get("day", "")),
            note=request.POST.get("note", ""), user=_person(request), remaining_minutes=read_minutes(left, "remaining") if left else None,
        )  # fmt: skip
        said = _("Logged %(time)s.") % {"time": hours(row.minutes)}
        return _done(request, item, said, reverse("time_entry_removals", kwargs={"id": row.pk}))
    if request.POST.get("do") != "remove":
        raise Refused("change_unknown")
    number = whole_number(request.POST.get("entry", "")) or 0
    row = doors.find(TimeEntry.objects.select_related("user"), request.user, pk=number, item=item)
    time_entries.remove(actor=request.user, entry=row, version=doors.version_in(request))
    return _done(request, item, _("The entry was removed."), reverse("time_entry_restorations", kwargs={"id": row.pk}))


@login_required
@require_POST
def undo(request: HttpRequest, id: int, what: str) -> HttpResponse:
    """The address behind “Undo”: what was just logged goes away, what was removed comes back."""
    row = doors.find(TimeEntry.objects.select_related("item", "user"), request.user, pk=id)
    if what == "remove":
        time_entries.remove(actor=request.user, entry=row)
    else:
        time_entries.restore(actor=request.user, entry=row)
    return _done(request, row.item, _("Taken back."))


@login_required
def entry(request: HttpRequest, id: int) -> HttpResponse:
    """A cell of an entry, changed where it stands: `{"minutes": "1h 30m"}`, `{"day": day}`, `{"note": …}` with If-Match."""
    row = doors.find(TimeEntry.objects.select_related("user"), request.user, pk=id)
    sent = inline.sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    name = next((n for n in _CELLS if isinstance(given, dict) and n in given), "")
    try:
        if not name:
            raise Refused("change_unknown")
        row = time_entries.change(actor=request.user, entry=row, version=version, **{name: _read(name, given[name])})
    except Stale as problem:
        answer = {"message": words.refusal("stale", {}), "theirs": _shown(problem.current, name), **_answer(problem.current, name)}
        return JsonResponse(answer, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    return JsonResponse(_answer(row, name))


def read_minutes(text: Any, field: str) -> int:
    try:
        return parse_minutes(str(text)[:60])
    except ValueError:
        raise Refused("time_unreadable", field=field) from None


def _read(name: str, value: Any) -> Any:
    if name == "minutes":
        return read_minutes(value, name)
    if name == "note":
        return str(value)[:500]
    found = _day(str(value))
    if found is None:
        raise Refused("date_unreadable")
    return found


def _day(text: str) -> Any:
    try:
        return parse_day(text) if text.strip() else None
    except ValueError:
        raise Refused("date_unreadable", field="day") from None


def _person(request: HttpRequest) -> User | None:
    given = request.POST.get("person", "")
    if not given:
        return None
    found = User.objects.visible_to(request.user).filter(pk=whole_number(given) or 0).first()
    if found is None:
        raise Refused("reference_unknown", field="person")
    return found  # type: ignore[no-any-return]


def _shown(row: TimeEntry, name: str) -> str:
    return hours(row.minutes) if name == "minutes" else day(row.day) if name == "day" else row.note


def _answer(row: TimeEntry, name: str) -> dict[str, Any]:
    return {"value": _shown(row, name), "shown": _shown(row, name) or "–", "version": row.version}


def _done(request: HttpRequest, item: WorkItem, said: str, undo: str = "") -> HttpResponse:
    return doors.done(request, reverse("work_item", kwargs={"key": item.key}) + "#time", said, undo)


urls = [
    path("work-items/<str:key>/time/", time, name="work_item_time"),
    path("time-entries/<int:id>/", require_http_methods(["PATCH"])(entry), name="time_entry"),
    path("time-entries/<int:id>/removals/", undo, {"what": "remove"}, name="time_entry_removals"),
    path("time-entries/<int:id>/restorations/", undo, {"what": "restore"}, name="time_entry_restorations"),
]
