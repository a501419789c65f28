"""Meetings: those ahead and those that were, and each with agenda, minutes and what came of them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tandem.governance.actions import meetings
from tandem.governance.models import Meeting
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.http import attachment_header
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, User
from tandem.reports.exports import ical_meetings
from tandem.reports.queries import meetings as reads
from tandem.web import cells, doors, generic
from tandem.web.collaboration import references
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import risks
from tandem.web.templating import moment

_SHAPES = {"planned": "to_do", "held": "done", "cancelled": "to_do"}
_WHICH = {"mine": _("I am asked to"), "ahead": _("still to come"), "unsent": _("minutes not sent")}


def _which(request: HttpRequest, rows: Any, what: str) -> Any:
    if what == "mine":
        return rows.of_person(request.user)
    return rows.planned().filter(ends_at__gt=clock.now()) if what == "ahead" else rows.held().filter(sent_at=None)


def detail(request: HttpRequest, row: Meeting) -> dict[str, Any]:
    user: Any = request.user
    host = request.get_host()
    found, named = reads.points(user, row, host)
    points = [one for one in found if not one.row.is_dropped]
    request.live_topics = references.topics(named, row.space_id)  # type: ignore[attr-defined]
    may_write, may_edit = meetings.may_write(user, row), may(user, Permission.EDIT_WORK, row.space_id)
    seats, absent = row.seats(), set(row.absences.values_list("user", flat=True))
    total = sum(one.row.minutes for one in points)
    born = [one for point in found for one in point.outcomes]
    return {
        "points": [_shown(one, named, host) for one in points], "dropped": [_shown(one, named, host) for one in found if one.row.is_dropped], "topics": " ".join(request.live_topics),  # type: ignore[attr-defined]
        "may_write": may_write and row.state != Meeting.State.CANCELLED, "may_arrange": may_write and row.is_open, "may_edit": may_edit, "seats": seats, "absent": absent,
        "may_answer": row.is_open and row.ends_at > clock.now() and any(seat.user_id == user.pk for seat in seats),
        "present": set(row.presences.values_list("user", flat=True)), "total": total, "over": total - row.minutes, "decisions": sum(one.kind == "decision" for one in born),
        "actions": sum(one.kind == "action" for one in born), "is_begun": row.starts_at <= clock.now(), "projects": _projects(user, row) if may_write else [],
        "people": list(User.objects.visible_to(user).filter(pk__in=[seat.user_id for seat in seats]).order_by("name").values_list("pk", "name")), "lede": _lede(row, total),
    }  # fmt: skip


def _shown(one: reads.Point, named: Any, host: str) -> dict[str, Any]:
    return {
        "row": one.row, "title": "" if one.is_hidden else one.row.title, "chip": references.chip(one.named, "") if one.named else "", "is_hidden": one.is_hidden, "outcomes": [{"kind": born.kind, "chip": references.chip(born.named, now_("something that you cannot see"))} for born in one.outcomes],
        "notes": references.dressed(one.row.notes.replace("\n", "  \n"), named, host),  # in minutes a line is a line
    }  # fmt: skip


def _lede(row: Meeting, total: int) -> str:
    if row.state == Meeting.State.CANCELLED:
        return now_("Cancelled: %(reason)s") % {"reason": row.reason}
    return ngettext("%(n)s minute of %(all)s is planned", "%(n)s minutes of %(all)s are planned", total) % {"n": total, "all": row.minutes}


def _projects(user: Any, row: Meeting) -> list[tuple[int, str]]:
    """Where an action may go: the meeting's own project first."""
    rows = Space.objects.visible_to(user).filter(id__among=spaces_where(user, Permission.EDIT_WORK), kind="project").order_by("name")
    found = list(rows.values_list("pk", "name")[:300])
    return sorted(found, key=lambda one: one[0] != row.space_id)


class Meetings(Noun):
    def behind(self, row: Any) -> str:
        return reverse("meetings")


noun = Meetings(
    slug="meetings", model=Meeting, one=_("meeting"), many=_("Meetings"), purpose=_("What is talked about when, what was decided, and who does what until when."),
    columns=(
        Column("title", _("Meeting"), lambda r: r.series.title, "series__title", is_title=True),
        Column("starts_at", _("Begins"), lambda r: moment(r.starts_at), "starts_at"),
        Column("minutes", _("Minutes"), lambda r: r.minutes, is_number=True),
        Column("state", _("State"), lambda r: cells.state(_SHAPES[r.state], r.get_state_display()), "state"),
        Column("space", _("Of"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.series.owner)),
    ),
    facts=(
        Fact(_("Purpose"), lambda r: r.series.purpose), Fact(_("Begins"), lambda r: moment(r.starts_at)), Fact(_("Minutes"), lambda r: r.minutes), Fact(_("Place or link"), lambda r: r.series.place or "–"),
        Fact(_("Owner"), lambda r: cells.person(r.series.owner)), Fact(_("Of"), lambda r: r.space.name), Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Minutes sent"), lambda r: moment(r.sent_at) if r.sent_at else "–"),
    ),
    filters=(
        Filter("in", _("Where"), risks.places, narrow_for=risks.within), Filter("state", _("State"), lambda request: list(Meeting.State.choices)),
        Filter("which", _("Which"), lambda request: list(_WHICH.items()), narrow_for=_which),
    ),
    search=("series__title", "series__purpose"), order="-starts_at", related=("series__owner", "space"), permission=Permission.EDIT_WORK, detail=detail,
    list_template="governance/meetings.html", detail_template="governance/meeting.html",
    list_extra=lambda request: {"may_ask": bool(spaces_where(request.user, Permission.EDIT_WORK)), "series_url": reverse("meeting_series_new")},
)  # fmt: skip


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    """`state`: held (with `present`), cancelled (with `reason`), planned."""
    row = doors.find(Meeting.objects, request.user, pk=id)
    given = request.POST
    state = given.get("state", "")
    present = None
    if state == Meeting.State.HELD and "present_said" in given:
        ids = [pk for text in given.getlist("present") if (pk := whole_number(text))]
        present = list(User.objects.visible_to(request.user).filter(pk__in=ids))
    meetings.move(actor=request.user, meeting=row, version=doors.version_in(request), state=state, reason=given.get("reason", ""), present=present)
    return doors.go_to(request, noun.url(row), now_("Saved."))


@login_required
@require_POST
def reschedulings(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects, request.user, pk=id)
    meetings.reschedule(actor=request.user, meeting=row, version=doors.version_in(request), starts_at=_moment(request.POST.get("starts_at", "")), minutes=whole_number(request.POST.get("minutes", "")))
    return doors.go_to(request, noun.url(row), now_("The meeting was moved."))


def _moment(text: str) -> datetime:
    """On the clock of whoever writes, unless it says another."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("meeting_past", field="starts_at")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


@login_required
@require_POST
def gatherings(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects, request.user, pk=id)
    count = meetings.gather(actor=request.user, meeting=row)
    return doors.go_to(request, noun.url(row), ngettext("%(n)s point joined the agenda", "%(n)s points joined the agenda", count) % {"n": count})


@login_required
@require_POST
def answers(request: HttpRequest, id: int) -> HttpResponse:
    """`comes`: yes or no, of oneself."""
    row = doors.find(Meeting.objects, request.user, pk=id)
    comes = request.POST.get("comes", "") != "no"
    meetings.answer(actor=request.user, meeting=row, comes=comes)
    return doors.go_to(request, noun.url(row), now_("You are expected.") if comes else now_("Your time is free for something else."))


@login_required
@require_POST
def minutes_sendings(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects, request.user, pk=id)
    meetings.send(actor=request.user, meeting=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("The minutes were sent to everybody who is asked."))


@login_required
@require_safe
def ics(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects.select_related("series", "space"), request.user, pk=id)
    text = ical_meetings.calendar(row.series.title, [row], request.build_absolute_uri("/").rstrip("/"))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = attachment_header(f"{row.series.title}.ics")
    return response


urls = [
    *generic.urls(noun),
    path("meetings/<int:id>/moves/", moves, name="meetings_moves"),
    path("meetings/<int:id>/reschedulings/", reschedulings, name="meetings_reschedulings"),
    path("meetings/<int:id>/gatherings/", gatherings, name="meetings_gatherings"),
    path("meetings/<int:id>/answers/", answers, name="meetings_answers"),
    path("meetings/<int:id>/sendings/", minutes_sendings, name="meetings_sendings"),
    path("meetings/<int:id>/meeting.ics", ics, name="meetings_ics"),
]
