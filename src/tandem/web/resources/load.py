"""Load: people, job roles and teams by week, what they have to do against the time they have; each cell leads to its causes."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.kit.errors import Hidden
from tandem.people.access import Permission, may_somewhere
from tandem.people.models import Team, User
from tandem.reports.queries import load as reads
from tandem.reports.queries import load_groups as groups
from tandem.resources.models import Booking, Department, JobRole, Skill
from tandem.web import doors, standing
from tandem.web.charts import day_and_month
from tandem.web.paging import page_of
from tandem.web.templating import day as day_text

PEOPLE, MOST_CAUSES = 40, 200
VIEWS = ("people", "roles", "teams")


@login_required
def load(request: HttpRequest) -> HttpResponseBase:
    """`by` people, roles or teams; `on` says from which week; `role`, `team`, `skill` and `department` narrow."""
    return standing.of(request, _load, personal=not sees_others(request.user))


def _load(request: HttpRequest) -> HttpResponse:
    first, by = first_day(request), request.GET.get("by", "people")
    by = by if by in VIEWS else "people"
    asked = {name: request.GET.get(name, "") for name in ("role", "team", "skill", "department")}
    rows = groups.chosen(request.user, **asked, on=max(first, clock.today()))
    rows = rows if sees_others(request.user) else rows.filter(pk=request.user.pk)
    context = {
        "by": by, "views": [{"label": label, "href": with_(request, by=value, cursor=""), "current": by == value} for value, label in _labels()],
        "filters": filters_of(request), "asked": asked, "is_narrowed": any(asked.values()), "first": first,
        "back_url": with_(request, on=day_text(first - timedelta(weeks=4)), cursor=""), "on_url": with_(request, on=day_text(first + timedelta(weeks=4)), cursor=""),
        "today_url": with_(request, on="", cursor=""), "may_book": may_somewhere(request.user, Permission.EDIT_PLAN),
    }  # fmt: skip
    if by == "people":
        context |= _people(request, rows, first)
    else:
        context |= _groups(request, rows, first, by)
    return render(request, "resources/load.html", context)


def sees_others(user: Any) -> bool:
    """Whose hours are taken is the business of those who work or decide here; everybody else sees their own."""
    return may_somewhere(user, Permission.EDIT_WORK) or may_somewhere(user, Permission.EDIT_STRATEGY)


def _labels() -> list[tuple[str, str]]:
    return [("people", _("People")), ("roles", _("Job roles")), ("teams", _("Teams"))]


def _people(request: HttpRequest, rows: Any, first: date) -> dict[str, Any]:
    page = page_of(rows, sort="name", cursor=request.GET.get("cursor", ""), size=PEOPLE)
    found = reads.of(request.user, [person.pk for person in page.rows], first)
    lines = []
    for person in page.rows:
        course = found.courses[person.pk]
        url = reverse("person_load", kwargs={"id": person.pk})
        cells = [_cell(course.load[n], course.time[n], f"{url}?on={day_text(week)}", course.away[n], course.soft[n], course.met[n]) for n, week in enumerate(found.weeks)]
        lines.append({"name": person.name, "url": f"{url}?on={day_text(first)}", "cells": cells, "is_placeholder": person.is_placeholder, "total": _share(course.load.sum(), course.time.sum())})
    names = {person.pk: person.name for person in page.rows}
    over = [(names[one.person_id], one.over_weeks, reverse("person_load", kwargs={"id": one.person_id})) for one in groups.uneven(found)[:8]]
    return {"weeks": _weeks(found.weeks), "lines": lines, "uneven": over, "unsized": found.unsized, "is_cut": found.is_cut,
            "next": with_(request, cursor=page.next) if page.next else "", "previous": with_(request, cursor=page.previous) if page.previous else ""}  # fmt: skip


def _groups(request: HttpRequest, rows: Any, first: date, by: str) -> dict[str, Any]:
    people = list(rows.order_by("pk").values_list("pk", flat=True)[: groups.MOST_PEOPLE + 1])
    found = reads.of(request.user, people[: groups.MOST_PEOPLE], first)
    on = max(first, clock.today())
    made = groups.by_role(request.user, found.courses, found, on) if by == "roles" else groups.by_team(request.user, found.courses, found)
    name = "role" if by == "roles" else "team"
    lines = []
    for one in made:
        url = with_(request, by="people", cursor="", **{name: str(one.id)})
        cells = [_cell(one.load[n], one.time[n], url, 0.0, one.open_[n]) for n in range(len(found.weeks))]
        lines.append({"name": one.name, "url": url, "cells": cells, "people": one.people, "total": _share(one.load.sum(), one.time.sum())})
    return {"weeks": _weeks(found.weeks), "lines": lines, "unsized": found.unsized, "is_cut": found.is_cut or len(people) > groups.MOST_PEOPLE, "next": "", "previous": "", "uneven": []}


def _cell(load_: float, time: float, url: str, away: float, soft: float, met: float = 0.0) -> dict[str, Any]:
    """Ground by the share of the time that is taken: nothing, up to 80 %, up to 100 %, up to 120 %, more."""
    share = load_ / time if time > 0.05 else (float("inf") if load_ > 0.05 else 0.0)
    step = 0 if share < 0.01 else 1 if share <= 0.8 else 2 if share <= 1.001 else 3 if share <= 1.2 else 4
    text = "–" if time <= 0.05 and load_ <= 0.05 else f"{round(100 * share)} %" if share != float("inf") else _("%(n)s h") % {"n": round(load_)}
    said = [_("%(load)s h of %(time)s h") % {"load": round(load_), "time": round(time)}]
    if away > 0.05:
        said.append(_("away %(n)s h") % {"n": round(away)})
    if met > 0.05:
        said.append(_("in meetings %(n)s h") % {"n": round(met)})
    if soft > 0.05:
        said.append(_("not settled: %(n)s h") % {"n": round(soft)})
    return {"text": text, "step": step, "url": url, "said": " · ".join(said), "is_away": away > 0.05}


def _share(load_: float, time: float) -> str:
    return f"{round(100 * load_ / time)} %" if time > 0.05 else "–"


def _weeks(weeks: list[date]) -> list[tuple[str, str, bool]]:
    return [(day_and_month(week), day_text(week), week <= clock.today() < week + timedelta(days=7)) for week in weeks]


def filters_of(request: HttpRequest) -> list[tuple[str, str, list[tuple[str, str]]]]:
    kinds = (("role", _("Job role"), JobRole), ("team", _("Team"), Team), ("skill", _("Skill"), Skill), ("department", _("Department"), Department))
    return [
        (name, label, [(str(pk), text) for pk, text in model.objects.visible_to(request.user).order_by("name").values_list("pk", "name")[:200]])
        for name, label, model in kinds
    ]


@login_required
def person_load(request: HttpRequest, id: int) -> HttpResponse:
    """What makes somebody's load, week by week: each booking and item that the reader sees; what they do not see as a sum."""
    person, first = doors.find(User.objects, request.user, pk=id), first_day(request)
    if person != request.user and not sees_others(request.user):
        raise Hidden
    found = reads.of(request.user, [person.pk], first)
    course = found.courses[person.pk]
    series, busy = reads.meetings(request.user, found, person.pk)
    seen = [one for one in course.causes if one.is_seen and one.hours.any()]
    hidden = sum((one.hours for one in course.causes if not one.is_seen), start=course.time * 0)
    shown = sorted(seen, key=lambda one: (one.kind, -float(one.hours.sum())))[:MOST_CAUSES]
    context = {
        "person": person, "weeks": _weeks(found.weeks), "causes": [_cause(one) for one in shown], "left_out": len(seen) - len(shown),
        "cells": [_cell(course.load[n], course.time[n], "", course.away[n], course.soft[n], course.met[n]) for n in range(len(found.weeks))],
        "rows": [(_("Time"), _hours(course.time)), (_("Away"), _hours(course.away)), (_("In meetings"), _hours(course.met))],
        "series": [(one.title, reverse("meeting_series_detail", kwargs={"id": one.id}), _hours(one.hours)) for one in series[:MOST_CAUSES]], "busy": _hours(busy) if busy.any() else [],
        "hidden": [round(n) for n in hidden] if hidden.any() else [], "back_url": with_(request, on=day_text(first - timedelta(weeks=4))),
        "on_url": with_(request, on=day_text(first + timedelta(weeks=4))), "today_url": with_(request, on=""), "first": first, "unsized": found.unsized,
        "may_book": may_somewhere(request.user, Permission.EDIT_PLAN), "bookings": _bookings(request, person, first),
        "new_url": f"{reverse('bookings_new')}?{urlencode({'person': person.pk, 'starts_on': day_text(first)})}",
    }  # fmt: skip
    return render(request, "resources/person_load.html", context)


def _hours(weeks: Any) -> list[float]:
    """In whole hours, and what is less than one in tenths: a short meeting is not nothing."""
    return [round(n) if n >= 1 or n < 0.05 else round(float(n), 1) for n in weeks]


def _cause(one: reads.Cause) -> dict[str, Any]:
    url = reverse("work_item", kwargs={"key": one.key}) if one.kind == "item" else reverse("bookings_detail", kwargs={"id": one.row_id})
    return {"key": one.key, "title": one.title, "url": url, "kind": one.kind, "is_hard": one.is_hard, "unsized": one.unsized, "hours": [round(n) for n in one.hours]}


def _bookings(request: HttpRequest, person: User, first: date) -> list[Any]:
    rows = Booking.objects.visible_to(request.user).filter(person=person, ends_on__gte=first).select_related("space", "job_role")
    return list(rows.order_by("starts_on", "pk")[:50])


def first_day(request: HttpRequest) -> date:
    try:
        on = parse_day(request.GET.get("on", ""))
    except ValueError:
        on = clock.today()
    return reads.monday(on if 1990 < on.year < 2150 else clock.today())


def with_(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"


urls = [path("load/", load, name="load"), path("people/<int:id>/load/", person_load, name="person_load")]
