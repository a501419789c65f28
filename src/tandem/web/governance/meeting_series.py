"""Series of meetings: what each is for, who is asked, when the next ones are and what the last ones brought."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.governance.actions import meeting_series
from tandem.governance.models import Meeting, MeetingSeries
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import risks
from tandem.web.governance.meeting_forms import MeetingSeriesForm, rhythm_in_words

_SHAPES = {"running": "in_progress", "ended": "done"}


def create(*, actor: Any, home: Any, **values: Any) -> MeetingSeries:
    return meeting_series.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: MeetingSeries, version: int | None, **values: Any) -> MeetingSeries:
    return meeting_series.change(actor=actor, meeting_series=row, version=version, **values)


def remove(*, actor: Any, row: MeetingSeries, version: int | None) -> None:
    meeting_series.remove(actor=actor, meeting_series=row, version=version)


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    rows = Meeting.objects.visible_to(request.user).filter(series=row).select_related("series")
    seats = list(row.attendees.select_related("user"))
    return {
        "ahead": list(rows.planned().filter(ends_at__gt=clock.now()).order_by("starts_at")[:6]), "past": list(rows.filter(ends_at__lte=clock.now()).order_by("-starts_at")[:12]),
        "needed": [seat.user.name for seat in seats if seat.is_needed], "welcome": [seat.user.name for seat in seats if not seat.is_needed],
        "may_edit": may(request.user, Permission.EDIT_WORK, row.space_id), "rhythm": rhythm_in_words(row),
    }  # fmt: skip


noun = Noun(
    slug="meeting_series", model=MeetingSeries, one=_("series of meetings"), many=_("Series of meetings"),
    purpose=_("Meetings that come again: what each is for, who is asked, and by which rhythm."),
    columns=(
        Column("title", _("Meeting"), lambda r: r.title, "title", is_title=True),
        Column("rhythm", _("Rhythm"), rhythm_in_words),
        Column("at", _("Begins"), lambda r: f"{r.at:%H:%M}", "at"),
        Column("minutes", _("Minutes"), lambda r: r.minutes, "minutes", is_number=True),
        Column("state", _("State"), lambda r: cells.state(_SHAPES[r.state], r.get_state_display()), "state"),
        Column("space", _("Of"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("Purpose"), lambda r: r.purpose), Fact(_("Owner"), lambda r: cells.person(r.owner)), Fact(_("Of"), lambda r: r.space.name), Fact(_("Rhythm"), rhythm_in_words),
        Fact(_("First day"), lambda r: cells.date(r.starts_on)), Fact(_("Begins"), lambda r: f"{r.at:%H:%M} · {r.zone}"), Fact(_("Minutes"), lambda r: r.minutes), Fact(_("Place or link"), lambda r: r.place or "–"),
        Fact(_("The agenda fills itself"), lambda r: now_("%(n)s days before") % {"n": r.gather_days} if r.is_gathered else now_("No")), Fact(_("State"), lambda r: r.get_state_display()),
    ),
    filters=(Filter("in", _("Where"), risks.places, narrow_for=risks.within), Filter("state", _("State"), lambda request: list(MeetingSeries.State.choices))),
    search=("title", "purpose"), order="title", related=("owner", "space"), permission=Permission.EDIT_WORK, form=MeetingSeriesForm, create=create, change=change, remove=remove,
    home_kinds=risks.KINDS, detail=detail, detail_template="governance/meeting_series.html", names={"new": pgettext_lazy("button", "Ask for a meeting"), "home": _("Of")},
)  # fmt: skip


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(MeetingSeries.objects, request.user, pk=id)
    does = {"ended": meeting_series.end, "running": meeting_series.resume}.get(request.POST.get("state", ""))
    if does is None:
        raise Refused("choice_unknown", field="state")
    does(actor=request.user, meeting_series=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("Saved."))


urls = [*generic.urls(noun), path("meeting-series/<int:id>/moves/", moves, name="meeting_series_moves")]
