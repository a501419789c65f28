"""Writing in a meeting: points, their order and minutes, decisions and actions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.governance.actions import meeting_points
from tandem.governance.models import Meeting, MeetingPoint
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import Space, User
from tandem.web import doors
from tandem.web.governance.meetings import noun


@login_required
@require_POST
def add(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects.select_related("series", "space"), request.user, pk=id)
    meeting_points.add(actor=request.user, meeting=row, title=request.POST.get("title", ""), minutes=whole_number(request.POST.get("minutes", "5"), 3) or 0)
    return doors.done(request, noun.url(row))


@login_required
@require_POST
def change(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: note, time, place, drop, return, decide, act."""
    row = _point(request, id)
    does = _DEEDS.get(request.POST.get("do", ""))
    if does is None:
        raise Refused("change_unknown", field="do")
    said = does(request, row) or ""
    return doors.done(request, f"{noun.url(row.meeting)}#point-{row.pk}", said)


def _point(request: HttpRequest, id: int) -> MeetingPoint:
    return doors.find(MeetingPoint.objects.select_related("meeting__series", "meeting__space"), request.user, pk=id)


def _note(request: HttpRequest, row: MeetingPoint) -> None:
    meeting_points.note(actor=request.user, meeting_point=row, text=request.POST.get("notes", ""), base=request.POST.get("was", ""))


def _time(request: HttpRequest, row: MeetingPoint) -> None:
    minutes = whole_number(request.POST.get("minutes", ""), 3)
    if minutes is None:
        raise Refused("out_of_range", field="minutes")
    meeting_points.change(actor=request.user, meeting_point=row, version=doors.version_in(request), minutes=minutes)


def _place(request: HttpRequest, row: MeetingPoint) -> None:
    meeting_points.place(actor=request.user, meeting_point=row, version=doors.version_in(request), to=whole_number(request.POST.get("to", ""), 3) or 0)


def _drop(request: HttpRequest, row: MeetingPoint) -> None:
    meeting_points.drop(actor=request.user, meeting_point=row, version=doors.version_in(request))


def _return(request: HttpRequest, row: MeetingPoint) -> None:
    meeting_points.drop(actor=request.user, meeting_point=row, version=doors.version_in(request), is_dropped=False)


def _decide(request: HttpRequest, row: MeetingPoint) -> str:
    given = request.POST
    meeting_points.decide(
        actor=request.user, meeting_point=row, question=given.get("question", ""), chosen=given.get("chosen", ""), why=given.get("why", ""), effect=given.get("effect", ""),
        born=whole_number(given.get("born", "")),
    )  # fmt: skip
    return _("The decision stands in the log.")


def _act(request: HttpRequest, row: MeetingPoint) -> str:
    given, user = request.POST, request.user
    space = doors.find(Space.objects.filter(kind="project"), user, pk=whole_number(given.get("space", "")) or 0)
    person = whole_number(given.get("assignee", ""))
    assignee: Any = doors.find(User.objects.active(), user, pk=person) if person else None
    due = given.get("due_on", "")
    made = meeting_points.act(
        actor=user, meeting_point=row, space=space, title=given.get("title", ""), assignee=assignee, due_on=parse_day(due) if due else None,
        born=whole_number(given.get("born", "")),
    )  # fmt: skip
    return _("%(key)s was added") % {"key": made.item.key if made.item else ""}


_DEEDS = {"note": _note, "time": _time, "place": _place, "drop": _drop, "return": _return, "decide": _decide, "act": _act}

urls = [
    path("meetings/<int:id>/points/", add, name="meetings_points"),
    path("meeting-points/<int:id>/changes/", change, name="meeting_point_changes"),
]
