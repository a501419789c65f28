"""When a meeting costs least, and which series of meetings cost what and bring what."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tandem.governance.models import Meeting
from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.reports.queries import meeting_times as reads
from tandem.reports.queries import meetings as value_reads
from tandem.reports.queries.scope import below
from tandem.web import doors
from tandem.web.governance import risks

WEEKS = (4, 13, 26, 52)


@login_required
@require_safe
def times(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Meeting.objects.select_related("series", "space"), request.user, pk=id)
    text = request.GET.get("from", "")
    try:
        first = parse_date(text)
    except ValueError:
        first = None
    offered = reads.offered(row, first)
    context = {
        "row": row, "offered": [{"moment": one, "price": one.price.total, "parts": _parts(one)} for one in offered], "first": reads.beginning(first),
        "may_edit": row.is_open and may(request.user, Permission.EDIT_WORK, row.space_id), "days": reads.DAYS,
    }  # fmt: skip
    return render(request, "governance/meeting_times.html", context)


def _parts(one: reads.Moment) -> list[str]:
    """Where the price comes from, in words."""
    found = []
    if one.absent:
        found.append(_("cannot come: %(names)s") % {"names": ", ".join(one.absent)})
    if one.price.focus:
        found.append(_("breaks %(time)s of focus time") % {"time": _time(one.price.focus)})
    if one.price.load:
        found.append(_("%(time)s on days that are full of meetings") % {"time": _time(one.price.load)})
    return found or [_("breaks nobody’s focus time")]


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (_("%(n)s h") % {"n": hours} if hours else "", _("%(n)s min") % {"n": rest} if rest else "") if part)


@login_required
@require_safe
def value(request: HttpRequest) -> HttpResponse:
    """Over the last weeks, of everything that the reader sees or of one place."""
    weeks = next((n for n in WEEKS if str(n) == request.GET.get("weeks")), 26)
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    now = clock.now()
    rows = value_reads.values(request.user, now - timedelta(weeks=weeks), now, below(request.user, space.pk) if space else None)
    idle = [row for row in rows if row.decides_nothing]
    context: dict[str, Any] = {
        "rows": rows, "weeks": weeks, "choices": WEEKS, "places": risks.places(request), "place": key, "hours": sum(row.hours for row in rows), "idle": idle,
        "sentence": _sentence(rows, idle),
    }  # fmt: skip
    return render(request, "governance/meeting_value.html", context)


def _sentence(rows: list[value_reads.Value], idle: list[value_reads.Value]) -> str:
    if not rows:
        return ""
    held = sum(row.held for row in rows)
    words = ngettext("%(n)s meeting took %(hours)s h of people’s time", "%(n)s meetings took %(hours)s h of people’s time", held) % {"n": held, "hours": round(sum(row.hours for row in rows))}
    if not idle:
        return words
    lost = {"n": len(idle), "hours": round(sum(row.hours for row in idle))}
    return words + " · " + ngettext("%(n)s series decided nothing, in %(hours)s h", "%(n)s series decided nothing, in %(hours)s h", len(idle)) % lost


urls = [
    path("meetings/value/", value, name="meeting_value"),
    path("meetings/<int:id>/times/", times, name="meetings_times"),
]
