"""The calendar layout of work items: a month or a week, by due date; an item is moved by pointer or keys."""

import uuid
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, spaces_where
from tandem.reports.queries import work_item_days
from tandem.web import doors
from tandem.web.templating import day as day_text
from tandem.web.work import filtering
from tandem.work.actions import work_items
from tandem.work.models import WorkItem

A_DAY, A_DAY_OF_A_WEEK, MOST_UNDATED = 5, 60, 1000
_WEEK = timedelta(days=7)


def shown(request: HttpRequest, rows: Any, context: dict[str, Any]) -> HttpResponse:
    """`on=2026-11-21` says where one looks, `span=week` how much."""
    today = clock.today()
    on, is_week = _on(request, today), request.GET.get("span") == "week"
    first, last = _span(on, is_week)
    most = A_DAY_OF_A_WEEK if is_week else A_DAY
    days = work_item_days.due_between(rows, first, last, most)
    undated = work_item_days.undated(rows, MOST_UNDATED)
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    back, on_from_here = _neighbours(on, is_week)
    switch = [("month", _("Month"), not is_week), ("week", _("Week"), is_week)]
    context |= {
        "weeks": [[_day(request, first + timedelta(days=7 * w + d), days, on, is_week, today, may_edit) for d in range(7)] for w in range(((last - first).days + 1) // 7)],
        "heading": _heading(on, is_week, first), "today_url": filtering.changed(request, on=""),
        "back_url": filtering.changed(request, on=day_text(back)), "on_url": filtering.changed(request, on=day_text(on_from_here)),
        "spans": [{"label": label, "href": filtering.changed(request, span="" if name == "month" else name), "current": now} for name, label, now in switch],
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "undated": f"{undated}+" if undated == MOST_UNDATED else str(undated) if undated else "",
        "undated_url": _narrower(request, "no:due"), "is_week": is_week, "is_empty": not days,
        "patch": reverse("work_items_day", kwargs={"id": 0}).replace("/0/", "/{id}/"),
    }  # fmt: skip
    return render(request, "work/items_calendar.html", context)


def _on(request: HttpRequest, today: date) -> date:
    try:
        on = parse_day(request.GET.get("on", ""))
    except ValueError:
        return today
    return on if on and 1900 < on.year < 2200 else today


def _span(on: date, is_week: bool) -> tuple[date, date]:
    """Whole weeks, from Monday: the one, or those that hold a day of the month."""
    first = on if is_week else on.replace(day=1)
    last = on if is_week else _month_after(on) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _month_after(on: date) -> date:
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)


def _neighbours(on: date, is_week: bool) -> tuple[date, date]:
    if is_week:
        return on - _WEEK, on + _WEEK
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1), _month_after(on)


def _heading(on: date, is_week: bool, first: date) -> str:
    if is_week:
        return _("Week %(n)s, %(year)s") % {"n": first.isocalendar()[1], "year": first.isocalendar()[0]}
    if get_language() == "zh-hans":
        return f"{on.year}年{on.month}月"
    return f"{MONTHS[on.month]} {on.year}"


def _day(
    request: HttpRequest, day: date, days: dict[date, work_item_days.Day], on: date, is_week: bool, today: date, may_edit: set[int]
) -> dict[str, Any]:
    found = days.get(day, work_item_days.Day())
    return {
        "day": day, "items": [(i, i.space_id in may_edit, not i.is_done and day < today) for i in found.items],
        "rest": found.count - len(found.items), "url": _narrower(request, f"due:{day_text(day)}"), "count": found.count,
        "is_today": day == today, "is_other": not is_week and day.month != on.month,
    }  # fmt: skip


def _narrower(request: HttpRequest, term: str) -> str:
    """The table of what this filter and one more term find."""
    kept = {name: request.GET[name] for name in ("space",) if request.GET.get(name)}
    return "?" + urlencode({"q": f"{request.GET.get('q', '')} {term}".strip(), **kept})


@login_required
@require_http_methods(["PATCH"])
def move(request: HttpRequest, id: int) -> HttpResponse:
    """`{"due": "2027-02-12", "from": "2027-02-10", "version": 3}`. Somebody's change of another field meanwhile does not
    stand in the way; of the date it does: 409 with theirs."""
    item = doors.find(WorkItem.objects.present(), request.user, pk=id)
    try:
        given = orjson.loads(request.body)
        due, seen, version = parse_day(str(given["due"])), str(given.get("from") or ""), int(given["version"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    run = uuid.uuid4()
    try:
        try:
            item = work_items.change(actor=request.user, item=item, version=version, run=run, due_on=due)
        except Stale as problem:
            current = problem.current
            if day_text(current.due_on) != seen or current.removed_at:
                raise
            item = work_items.change(actor=request.user, item=current, version=current.version, run=run, due_on=due)
    except Stale as problem:
        theirs = problem.current
        return JsonResponse({"message": words.refusal("stale", {}), "version": theirs.version, "due": day_text(theirs.due_on)}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
    said = _("%(key)s is now due on %(day)s") % {"key": item.key, "day": day_text(item.due_on)}
    undo = reverse("work_items_undo", kwargs={"run": run})
    return JsonResponse({"version": item.version, "due": day_text(item.due_on), "undo": undo, "message": said})


urls = [path("work-items/days/<int:id>/", move, name="work_items_day")]
