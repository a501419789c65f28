"""A week of time as a grid: typed cell by cell, sent in, answered; the weeks that wait for an answer; the running clock."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.kit import clock
from tandem.kit.dates import day_and_month, parse_day
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.reports.queries import time_sheets as reads
from tandem.reports.queries.time_sheets import Row, Week
from tandem.resources.actions import time_rows, time_sheets
from tandem.resources.models import TimeSheet
from tandem.web import doors
from tandem.web.templating import day
from tandem.web.work.time_entries import read_minutes
from tandem.work.actions import time_cells, timers
from tandem.work.models import Timer, WorkItem
from tandem.work.models.time_lock import monday

_S = TimeSheet.State
MOST_CELLS = 700
"Of a hundred rows seven each."


@login_required
def own(request: HttpRequest) -> HttpResponse:
    return _page(request, request.user)


@login_required
def of_person(request: HttpRequest, id: int) -> HttpResponse:
    return _page(request, _person(request, id))


def _page(request: HttpRequest, person: Any) -> HttpResponse:
    first = _week(request.GET.get("week", ""))
    is_own = person.pk == request.user.pk
    found = _read(request, person, first)
    sheet = found.sheet
    decides = found.is_whole and not is_own
    acts = found.is_whole
    context: dict[str, Any] = {
        "person": person, "is_own": is_own, "first": first, "found": found, "sheet": sheet, "sentence": _sentence(found), "days": _days(found), "groups": _groups(found),
        "hidden": clock_times(found.hidden) if any(found.hidden) else [], "here": reverse("person_time", kwargs={"id": person.pk}), "base": reverse("time") if is_own else reverse("person_time", kwargs={"id": person.pk}),
        "back": _at(first - timedelta(7)), "on": _at(first + timedelta(7)), "is_now": first == monday(clock.today()), "state": (sheet.get_state_display() if sheet else _S.OPEN.label) if found.is_whole else "",
        "steps": reads.steps(sheet) if sheet and acts else [], "may_submit": acts and not found.is_standing and first <= clock.today(), "may_withdraw": acts and sheet is not None and sheet.state == _S.SUBMITTED,
        "may_answer": decides and sheet is not None and sheet.state == _S.SUBMITTED and time_sheets.sent_in_by(sheet) != request.user.pk, "may_reopen": decides and sheet is not None and sheet.state == _S.APPROVED,
        "may_arrange": not found.is_standing and (is_own or decides), "sums": _sums(found), "waiting": len(reads.waiting(request.user)) if is_own else 0, "unsent": _unsent(person, first) if is_own else None,
    }  # fmt: skip
    if context["may_arrange"]:
        context["proposed"] = [_proposed(one) for one in reads.proposed(request.user, person, first, {row.item.pk for row in found.rows})]
    if is_own:
        context |= _timer(request.user)
    return render(request, "resources/time_sheet.html", context)


def _read(request: HttpRequest, person: Any, first: date) -> Week:
    """The whole of it is for the person, and for who would answer it."""
    place = TimeSheet.objects.filter(person=person, week=first).values_list("space_id", flat=True).first()  # house: reads — of whose sheet it asks
    sees_all = person.pk == request.user.pk or time_sheets.answers(request.user, person, first, place)
    return reads.week(request.user, person, first, sees_all=sees_all)


def clock_time(minutes: int) -> str:
    """`1:30`, as narrow as a cell is; nothing for nothing."""
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""


def clock_times(minutes: list[int]) -> list[str]:
    return [clock_time(n) for n in minutes]


def _sentence(found: Week) -> str:
    if not found.is_whole:
        return _("%(time)s in the projects that you plan.") % {"time": clock_time(found.total) or "0:00"}
    total, expected = found.total, sum(found.expected)
    said = {"time": clock_time(total) or "0:00", "expected": clock_time(expected) or "0:00"}
    text = _("%(time)s of %(expected)s that the calendar gives.") % said
    away = sum(found.away)
    if away:
        text += " " + _("%(time)s are time off.") % {"time": clock_time(away)}
    return text


def _days(found: Week) -> list[dict[str, Any]]:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    today = clock.today()
    return [
        {"n": n, "name": names[n], "date": day_and_month(one), "number": one.day, "iso": day(one), "is_today": one == today, "is_off": found.is_whole and not found.expected[n], "is_ahead": one > today,
         "expected": clock_time(found.expected[n]) or "–", "away": clock_time(found.away[n])}
        for n, one in enumerate(found.days)
    ]  # fmt: skip


def _groups(found: Week) -> list[dict[str, Any]]:
    """By project, with its sum."""
    groups: list[dict[str, Any]] = []
    for row in found.rows:
        if not groups or groups[-1]["id"] != row.item.space_id:
            groups.append({"id": row.item.space_id, "name": row.item.space.name, "rows": [], "minutes": 0})
        groups[-1]["rows"].append(_row(found, row))
        groups[-1]["minutes"] += row.total
    return [{**group, "total": clock_time(group["minutes"]) or "–"} for group in groups]


def _row(found: Week, row: Row) -> dict[str, Any]:
    today = clock.today()
    cells = [
        {"n": n, "iso": day(found.days[n]), "minutes": row.minutes[n], "text": clock_time(row.minutes[n]), "note": " · ".join(row.notes[n])[:300], "count": row.entries[n],
         "is_off": found.is_whole and not found.expected[n], "may_write": row.may_write and not found.is_standing and found.days[n] <= today}
        for n in range(reads.DAYS)
    ]  # fmt: skip
    return {"item": row.item, "cells": cells, "total": clock_time(row.total) or "–", "may_leave": row.is_pinned and not row.total and not found.is_standing}


def _sums(found: Week) -> dict[str, Any]:
    return {"days": [clock_time(n) or "–" for n in found.sums], "total": clock_time(found.total) or "0:00", "expected": clock_time(sum(found.expected)) or "0:00"}


def _proposed(one: reads.Proposed) -> dict[str, Any]:
    why = [_("planned this week")] if one.is_planned else []
    why += [_("booked for %(percent)s %%") % {"percent": one.percent}] if one.percent else []
    return {"item": one.item, "why": " · ".join(why) or _("given to you")}


def _unsent(person: Any, first: date) -> str:
    found = reads.unsent(person, clock.today())
    return _at(found) if found and found != first else ""


def _timer(user: Any) -> dict[str, Any]:
    found = reads.timer(user)
    if found is None:
        return {"timer": None}
    minutes = found.minutes(clock.now())
    return {"timer": found, "timer_minutes": minutes, "timer_text": clock_time(minutes) or "0:00", "is_forgotten": minutes > Timer.LONGEST_MINUTES, "timer_since": timezone.localtime(found.started_at)}


@login_required
@require_POST
def cells(request: HttpRequest, id: int) -> HttpResponse:
    """Fields `cell-<item>-<day>` as typed, `seen-…` what stood there in minutes. All of them or none."""
    person = _person(request, id)
    typed = [(name, text) for name, text in request.POST.items() if name.startswith("cell-")]
    if len(typed) > MOST_CELLS:
        raise Refused("week_cells_too_many", most=MOST_CELLS)
    wanted = [(name, *_place(name), text) for name, text in typed]
    items = {row.pk: row for row in WorkItem.objects.visible_to(request.user).filter(pk__in={item for _name, item, _day, _text in wanted})}
    written = []
    with transaction.atomic():
        for name, item_id, on, text in wanted:
            seen = whole_number(request.POST.get(f"seen{name[4:]}", ""), 5) or 0
            minutes = read_minutes(text, name) if text.strip() else 0
            if item_id not in items:
                raise Hidden
            if minutes != seen:
                time_cells.fill(actor=request.user, item=items[item_id], user=person, day=on, minutes=minutes, seen=seen)
                written.append((name[5:], minutes))
    first = _week(request.POST.get("week", ""))
    if "application/json" not in request.headers.get("Accept", ""):
        return doors.go_to(request, _back(request, person, first), _("Saved."))
    found = _read(request, person, first)
    rows = {str(row.item.pk): clock_time(row.total) or "–" for row in found.rows}
    groups = {str(group["id"]): group["total"] for group in _groups(found)}
    return JsonResponse({
        "cells": {name: {"text": clock_time(minutes), "minutes": minutes} for name, minutes in written}, "rows": rows, "groups": groups,
        "days": [clock_time(n) or "–" for n in found.sums], "total": clock_time(found.total) or "0:00", "sentence": _sentence(found),
    })  # fmt: skip


def _place(name: str) -> tuple[int, date]:
    _cell, item, on = [*name.split("-", 2), "", ""][:3]
    number = whole_number(item)
    try:
        if number is None:
            raise ValueError(name)
        return number, parse_day(on)
    except ValueError:
        raise Refused("change_unknown") from None


@login_required
@require_POST
def rows(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: add (with `item`, a key or words of the title), leave (with `item`, its number), copy."""
    person, first = _person(request, id), _week(request.POST.get("week", ""))
    do, given = request.POST.get("do", "add"), request.POST.get("item", "").strip()
    about: dict[str, Any] = {"actor": request.user, "person": person, "week": first}
    said = ""
    if do == "copy":
        count = time_rows.copy_last(**about)
        said = ngettext("%(n)s row was copied.", "%(n)s rows were copied.", count) % {"n": count} if count else _("Nothing to copy: the week before has no open items that are not here.")
    elif do == "leave":
        time_rows.remove(**about, item_id=whole_number(given) or 0)
    elif do == "add":
        time_rows.add(**about, items=[_named(request, given)])
    else:
        raise Refused("change_unknown")
    return doors.done(request, _back(request, person, first), said)


def _named(request: HttpRequest, text: str) -> WorkItem:
    """By key, else the only one whose title has these words."""
    items = WorkItem.objects.visible_to(request.user).present()
    key = text.split()[0].upper() if text else ""
    found = items.filter(key=key).first() if key else None
    if found is None and len(text) > 1:
        alike = list(items.open().filter(title__icontains=text[:100]).order_by("id")[:2])
        if len(alike) == 2:
            raise Refused("item_ambiguous", field="item")
        found = alike[0] if alike else None
    if found is None:
        raise Refused("reference_unknown", field="item")
    return found


@login_required
@require_POST
def steps(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: submit, withdraw, approve, return, reopen; the last two with a `reason`."""
    person, first = _person(request, id), _week(request.POST.get("week", ""))
    do, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    sheet = time_sheets.open_week(actor=request.user, person=person, week=first)
    about: dict[str, Any] = {"actor": request.user, "time_sheet": sheet, "version": doors.version_in(request)}
    if do == "submit":
        time_sheets.submit(**about)
    elif do == "withdraw":
        time_sheets.withdraw(**about)
    elif do in ("approve", "return"):
        time_sheets.decide(**about, is_approved=do == "approve", reason=reason)
    elif do == "reopen":
        time_sheets.reopen(**about, reason=reason)
    else:
        raise Refused("choice_unknown", field="do")
    behind = reverse("time_waiting") if do in ("approve", "return") and reads.waiting(request.user, 1) else _back(request, person, first)
    return doors.go_to(request, behind, _("Saved."))


@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    found = reads.waiting(request.user)
    lines = [
        {"name": one.sheet.person.name, "week": f"{day(one.sheet.week)} – {day(one.sheet.ends_on)}", "time": clock_time(one.minutes) or "0:00", "sent": one.sent_at,
         "href": reverse("person_time", kwargs={"id": one.sheet.person_id}) + _at(one.sheet.week)}
        for one in found
    ]  # fmt: skip
    return render(request, "resources/time_waiting.html", {"lines": lines, "most": reads.WAITING if len(found) == reads.WAITING else 0})


@login_required
def sheet(request: HttpRequest, id: int) -> HttpResponse:
    """The address that news have: the week itself."""
    row = doors.find(TimeSheet.objects.all(), request.user, pk=id)
    return redirect(_back(request, row.person, row.week))


@login_required
@require_POST
def timer(request: HttpRequest) -> HttpResponse:
    """`do`: start (with `item`, its key), stop (perhaps with `time`), discard."""
    do, behind = request.POST.get("do", ""), request.POST.get("next", "")
    behind = behind if behind.startswith("/work-items/") else reverse("time")
    if do == "start":
        item = doors.find(WorkItem.objects, request.user, key=request.POST.get("item", "").strip().upper())
        timers.start(actor=request.user, item=item)
        return doors.done(request, behind, _("The timer runs on %(key)s.") % {"key": item.key})
    running = Timer.objects.visible_to(request.user).select_related("item").first()
    if running is None:
        return doors.done(request, behind, _("No timer runs."))
    if do == "discard":
        timers.discard(actor=request.user, timer=running)
        return doors.done(request, behind, _("The timer was thrown away; nothing was logged."))
    if do != "stop":
        raise Refused("change_unknown")
    given = request.POST.get("time", "").strip()
    made = timers.stop(actor=request.user, timer=running, minutes=read_minutes(given, "time") if given else None, version=doors.version_in(request))
    total = sum(row.minutes for row in made)
    return doors.done(request, behind, _("Logged %(time)s.") % {"time": clock_time(total)} if total else _("Less than half a minute: nothing was logged."))


def _person(request: HttpRequest, id: int) -> Any:
    person = doors.find(User.objects, request.user, pk=id)
    if not reads.may_look(request.user, person):
        raise Hidden
    return person


def _week(text: str) -> date:
    try:
        on = parse_day(text)
    except ValueError:
        on = clock.today()
    return monday(on if 2000 < on.year < 2150 else clock.today())


def _at(week: date) -> str:
    return "?" + urlencode({"week": day(week)})


def _back(request: HttpRequest, person: Any, week: date) -> str:
    base = reverse("time") if person.pk == request.user.pk else reverse("person_time", kwargs={"id": person.pk})
    return base + _at(week)


urls = [
    path("time/", own, name="time"), path("time/waiting/", waiting, name="time_waiting"), path("time/timer/", timer, name="timer"), path("time/sheets/<int:id>/", sheet, name="time_sheet"),
    path("people/<int:id>/time/", of_person, name="person_time"), path("people/<int:id>/time/cells/", cells, name="person_time_cells"),
    path("people/<int:id>/time/rows/", rows, name="person_time_rows"), path("people/<int:id>/time/steps/", steps, name="person_time_steps"),
]  # fmt: skip
