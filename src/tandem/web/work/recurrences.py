"""Templates of a project and the work that recurs by them: one page to make, use, pause and end them."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.collaboration.models.notification_rules import local_time
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, User
from tandem.people.scoping import members_of
from tandem.web import doors
from tandem.web.work import inline
from tandem.work.actions import item_templates, recurrences
from tandem.work.actions.recurrence_rules import following, parts
from tandem.work.models import ItemTemplate, Recurred, Recurrence, WorkItem, WorkItemType

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


@login_required
@require_http_methods(["GET", "POST"])
def templates(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: create, change, remove, use (a template); recur, pause, resume, end (a recurrence)."""
    user: Any = request.user
    space = doors.find(Space.objects, user, key=key)
    if request.method == "POST":
        require(user, Permission.EDIT_WORK, space.pk)
        return _do(request, space)
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    rows = Recurrence.objects.visible_to(user).filter(space=space).select_related("template", "assignee", "owner").order_by("-id")[:100]
    people = User.objects.visible_to(user).active().filter(pk__in=members_of(space.pk).values("user")).order_by("name")[:200]
    may_edit = may(user, Permission.EDIT_WORK, space.pk)
    return render(request, "work/templates.html", {
        "space": space, "topic": f"space:{space.pk}", "may_edit": may_edit, "recurring": _listed(user, rows),
        "templates": list(ItemTemplate.objects.visible_to(user).filter(space=space).select_related("type")),
        "types": WorkItemType.objects.visible_to(user).active().filter(space=space), "priorities": WorkItem.Priority.choices,
        "people": people if may_edit else [], "weekdays": [(code, WEEKDAYS[n]) for n, code in enumerate(_DAYS)], "today": local_time(user).date(),
        "units": [("DAILY", _("days")), ("WEEKLY", _("weeks")), ("MONTHLY", _("months")), ("YEARLY", _("years"))],
    })  # fmt: skip


def _listed(user: Any, rows: Any) -> list[dict[str, Any]]:
    """All of them, and in one query the last three items of each."""
    order = Window(RowNumber(), partition_by=F("recurrence"), order_by=F("on").desc())
    newest = Recurred.objects.filter(recurrence__in=[row.pk for row in rows]).annotate(place=order).filter(place__lte=3)  # house: reads — items are asked for below
    of = dict(newest.values_list("item", "recurrence"))
    made: dict[int, list[WorkItem]] = {}
    for item in WorkItem.objects.visible_to(user).filter(pk__in=of).order_by("-id"):
        made.setdefault(of[item.pk], []).append(item)
    return [_shown(row, made.get(row.pk, [])) for row in rows]


def _shown(row: Recurrence, made: list[WorkItem]) -> dict[str, Any]:
    """What it does in words, its next dates, and the last items that came of it."""
    today = local_time(row.owner).date()
    after = max(today - timedelta(days=1), row.last_on or today - timedelta(days=1))
    return {
        "row": row, "words": in_words(row.rule), "made": made, "problem": words.refusal(row.problem, {}) if row.problem in words.REFUSALS else row.problem,
        "next": following(row.rule, row.starts_on, after, 3) if row.state == Recurrence.State.ACTIVE else [],
    }  # fmt: skip


def in_words(rule: str) -> str:
    """“every 2 weeks on Monday, Thursday”; what the page cannot make, but the API can, shows its rule."""
    found = parts(rule)
    count = int(found.get("INTERVAL", 1))
    each = {
        "DAILY": ngettext("every day", "every %(n)s days", count), "WEEKLY": ngettext("every week", "every %(n)s weeks", count),
        "MONTHLY": ngettext("every month", "every %(n)s months", count), "YEARLY": ngettext("every year", "every %(n)s years", count),
    }[found["FREQ"]] % {"n": count}  # fmt: skip
    days = found.get("BYDAY", "")
    if days and all(day in _DAYS for day in days.split(",")) and "BYSETPOS" not in found:
        each = _("%(each)s on %(days)s") % {"each": each, "days": ", ".join(str(WEEKDAYS[_DAYS.index(d)]) for d in days.split(","))}
    elif found.get("BYMONTHDAY") == "-1":
        each = _("%(each)s on the last day of the month") % {"each": each}
    elif found.get("BYMONTHDAY", "").isdecimal():
        each = _("%(each)s on day %(day)s of the month") % {"each": each, "day": found["BYMONTHDAY"]}
    elif found.keys() - {"FREQ", "INTERVAL", "COUNT", "UNTIL"}:
        each = f"{each} ({rule})"
    if "COUNT" in found:
        each += ngettext(", %(n)s time", ", %(n)s times", int(found["COUNT"])) % {"n": found["COUNT"]}
    if until := found.get("UNTIL", ""):
        each += _(", until %(day)s") % {"day": f"{until[:4]}-{until[4:6]}-{until[6:]}"}
    return each


def _do(request: HttpRequest, space: Space) -> HttpResponse:
    do, user = request.POST.get("do", "create"), request.user
    here = reverse("item_templates", kwargs={"key": space.key})
    if do == "create":
        item_templates.create(actor=user, space=space, **_given(request, space))
        return doors.done(request, here, _("Saved."))
    if do in ("pause", "resume", "end"):
        row = doors.find(Recurrence.objects, user, pk=whole_number(request.POST.get("recurrence", "")) or 0, space=space)
        act = {"pause": recurrences.pause, "resume": recurrences.resume, "end": recurrences.end}[do]
        act(actor=user, recurrence=row, version=doors.version_in(request))
        said = {"pause": _("Paused."), "resume": _("It runs again."), "end": _("Ended.")}[do]
        return doors.done(request, here, said)
    row = doors.find(ItemTemplate.objects.select_related("space", "type"), user, pk=whole_number(request.POST.get("template", "")) or 0, space=space)
    if do == "change":
        item_templates.change(actor=user, template=row, version=doors.version_in(request), **_given(request, space))
        return doors.done(request, here, _("Saved."))
    if do == "remove":
        item_templates.remove(actor=user, template=row, version=doors.version_in(request))
        return doors.done(request, here, _("The template was removed."))
    if do == "use":
        item = item_templates.use(actor=user, template=row)
        return doors.done(request, reverse("work_item", kwargs={"key": item.key}), _("%(key)s was added") % {"key": item.key})
    if do != "recur":
        raise Refused("change_unknown")
    recurrences.create(actor=user, template=row, **_recurring(request))
    return doors.done(request, here, _("It recurs from now on."))


def _given(request: HttpRequest, space: Space) -> dict[str, Any]:
    """The fields of a template as the form sends them."""
    given, number = request.POST, whole_number(request.POST.get("type", ""))
    item = WorkItem(space=space)
    return {
        "name": given.get("name", ""), "title": given.get("title", ""), "description": given.get("description", "")[: inline.MAX_TEXT],
        "type": doors.find(WorkItemType.objects, request.user, pk=number, space=space) if number else None,
        "priority": inline.READERS["priority"](given.get("priority", ""), request, item),
        "labels": inline.READERS["labels"](given.get("labels", ""), request, item),
        "estimate_points": inline.READERS["estimate_points"](given.get("estimate_points", ""), request, item),
        "checklist": given.get("checklist", "")[:20_000],
    }  # fmt: skip


def _recurring(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    freq, days = given.get("freq", ""), [d for d in _DAYS if d in given.getlist("weekdays")]
    rule = [f"FREQ={freq if freq in _FREQS else ''}", f"INTERVAL={given.get('interval') or 1}"]
    if freq == "WEEKLY" and days:
        rule.append(f"BYDAY={','.join(days)}")
    if freq == "MONTHLY" and given.get("month_end"):
        rule.append("BYMONTHDAY=-1")
    person, due = whole_number(given.get("assignee", "")), given.get("due_after", "").strip()
    if due and whole_number(due, 3) is None:
        raise Refused("number_unreadable", field="due_after")
    try:
        starts_on = parse_day(given["starts_on"]) if given.get("starts_on") else None
    except ValueError:
        raise Refused("date_unreadable", field="starts_on") from None
    return {
        "rule": ";".join(rule), "starts_on": starts_on, "due_after": whole_number(due, 3),
        "assignee": doors.find(User.objects, request.user, pk=person) if person else None,
    }  # fmt: skip


urls = [path("boards/<slug:key>/templates/", templates, name="item_templates")]
