"""Changes of a plan scenario: read from a form, and said in a sentence."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from tandem.kit.dates import short_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.planning.actions import plan_commitments
from tandem.planning.models import PlanChange
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries.plan_scenarios import ChangeLine
from tandem.resources.models import Booking
from tandem.web import doors
from tandem.work.models import WorkItem

Kind = PlanChange.Kind
_OF_PRODUCT = {"date": lazy("promised for %(day)s"), "planned_from": lazy("planned from %(day)s"), "planned_to": lazy("planned until %(day)s"), "planned_on": lazy("planned for %(day)s")}


def read(request: HttpRequest) -> tuple[str, int, dict[str, Any]]:
    """What is changed, and its new values; fields that are left empty stay as they are."""
    given, kind = request.POST, request.POST.get("kind", "")
    values: dict[str, Any] = {name: given[name].strip() for name in ("starts_on", "ends_on", "due_on") if given.get(name, "").strip()}
    if kind in (Kind.ITEM, Kind.DROP):
        item = doors.find(WorkItem.objects.present(), request.user, key=given.get("key", "").strip().upper())
        return kind, item.pk, values | _worked(given) | _shared(given) if kind == Kind.ITEM else {}
    if kind == Kind.ADD:
        project = _project(request)
        return kind, project.space_id, {"title": given.get("title", "").strip()[:500], **_worked(given)}
    if kind == Kind.PROJECT:
        project = _project(request)
        return kind, project.pk, values | _prior(given) | ({"state": Project.State.ON_HOLD.value} if given.get("on_hold") else {})
    if kind == Kind.BOOK:
        person = doors.find(User.objects.all(), request.user, pk=whole_number(given.get("person", ""), 18) or 0)
        return kind, _project(request).pk, values | {"person": person.pk, "percent": given.get("percent", "").strip() or "100"}
    if kind in (Kind.BOOKING, Kind.UNBOOK):
        row = doors.find(Booking.objects.all(), request.user, pk=whole_number(given.get("booking", ""), 18) or 0)
        share = {"percent": given["percent"].strip()} if given.get("percent", "").strip() else {}
        return kind, row.pk, values | share if kind == Kind.BOOKING else {}
    if kind == Kind.AWAY:
        person = doors.find(User.objects.all(), request.user, pk=whole_number(given.get("person", ""), 18) or 0)
        if {"starts_on", "ends_on"} - values.keys():
            raise Refused("date_unreadable", field="starts_on")
        return kind, person.pk, values
    if kind in PlanChange.OF_PRODUCT:
        return kind, _subject(request, kind).pk, {name: given[name].strip() for name in plan_commitments.ALLOWED[kind] if given.get(name, "").strip()}
    if kind in PlanChange.OF_MONEY:
        return kind, _project(request).pk, _priced(request, kind)
    raise Refused("choice_unknown", field="kind")


def _subject(request: HttpRequest, kind: str) -> Any:
    model: Any = {Kind.PROMISE: Promise, Kind.FEATURE: Feature, Kind.RELEASE: Release}[Kind(kind)]
    return doors.find(model.objects.all(), request.user, pk=whole_number(request.POST.get("subject", ""), 18) or 0)


def _priced(request: HttpRequest, kind: str) -> dict[str, Any]:
    """A month is sent as 2027-02 and counts from its first day."""
    given = request.POST
    found: dict[str, Any] = {name: given[name].strip() for name in ("title", "currency") if given.get(name, "").strip() and name in plan_commitments.ALLOWED[kind]}
    if kind == Kind.COST:
        month = given.get("month", "").strip()
        return found | {"month": f"{month}-01" if len(month) == 7 else month, "planned": given.get("amount", "").replace(",", "").strip()}
    if kind == Kind.TRANSFER:
        found["to"] = whole_number(given.get("to", ""), 18) or 0
    return found | {"amount": given.get("amount", "").replace(",", "").strip()}


def _project(request: HttpRequest) -> Project:
    return doors.find(Project.objects.all(), request.user, pk=whole_number(request.POST.get("project", ""), 18) or 0)


def _prior(given: Any) -> dict[str, Any]:
    priority = whole_number(given.get("priority", ""), 1)
    return {"priority": priority} if priority is not None and 1 <= priority <= 4 else {}


def _shared(given: Any) -> dict[str, Any]:
    """The share that the person takes of the item, in per cent."""
    person, share = whole_number(given.get("of", ""), 18), whole_number(given.get("share", ""), 3)
    return {"shares": {str(person): share}} if person is not None and share is not None else {}


def _worked(given: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if given.get("hours", "").strip():
        hours = whole_number(given["hours"].strip(), 5)
        if hours is None:
            raise Refused("number_unreadable", field="hours")
        found["expected_minutes"] = 60 * hours
    found |= _prior(given)
    if (person := whole_number(given.get("person", ""), 18)) is not None:
        found["assignees"] = [person]
    return found


def said(line: ChangeLine) -> str:
    """The change in a sentence, without the name of what it changes."""
    change, values = line.change, line.change.values
    if change.kind == Kind.DROP:
        return _("is dropped")
    if change.kind == Kind.AWAY:
        return _("is away from %(first)s to %(last)s") % {"first": _day(values["starts_on"]), "last": _day(values["ends_on"])}
    if change.kind == Kind.UNBOOK:
        return _("the booking is taken out")
    if change.kind == Kind.BOOK:
        known = {"name": line.names.get(values["person"], _("somebody that you cannot see")), "percent": values["percent"], "first": _day(values["starts_on"]), "last": _day(values["ends_on"])}
        return _("%(name)s is booked for %(percent)s %% from %(first)s to %(last)s") % known
    if change.kind in PlanChange.OF_MONEY:
        return _money(line)
    parts = [_value(name, value, line.names) for name, value in values.items() if name != "title"]
    if change.kind == Kind.ADD:
        return _("new: %(title)s") % {"title": values["title"]} + (f" · {', '.join(parts)}" if parts else "")
    return ", ".join(parts)


def _money(line: ChangeLine) -> str:
    values = line.change.values
    if line.change.kind == Kind.COST:
        amount = f"{Decimal(values['planned']):,.2f} {values.get('currency', '')}".strip()
        return _("costs %(amount)s more in %(month)s: %(title)s") % {"amount": amount, "month": values["month"][:7], "title": values["title"]}
    if line.change.kind == Kind.BUDGET:
        return _("budget %(amount)s") % {"amount": f"{Decimal(values['amount']):+,.2f} {values.get('currency', '')}".strip()}
    taker = line.to.name if line.to else _("a project that you cannot see")
    return _("gives %(amount)s of its budget to %(project)s") % {"amount": f"{Decimal(values['amount']):,.2f}", "project": taker}


def moved(line: ChangeLine) -> list[str]:
    """What was changed live since it was written down."""
    return [
        _("It is no longer open.") if name == "gone" else _("In the plan since: %(now)s; when this was written down: %(then)s.") % {"now": _value(name, now, line.names), "then": _value(name, then, line.names)}
        for name, then, now in line.moved
    ]  # fmt: skip


def _value(name: str, value: Any, known: dict[int, str]) -> str:
    if name == "percent":
        return _("%(percent)s %% of their time") % {"percent": value}
    if name == "is_hard":
        return pgettext("booking", "firm") if value else pgettext("booking", "soft")
    if name == "ends_on":
        return _("until %(day)s") % {"day": _day(value)}
    if name == "shares":
        return _("shares: %(shares)s") % {"shares": ", ".join(f"{known[int(pk)]} {share} %" for pk, share in value.items() if int(pk) in known)}
    if name == "starts_on":
        return _("not before %(day)s") % {"day": _day(value)} if value else _("no earliest start")
    if name == "due_on":
        return _("due on %(day)s") % {"day": _day(value)} if value else _("no due date")
    if name in _OF_PRODUCT:
        return str(_OF_PRODUCT[name]) % {"day": _day(value)} if value else _("no day")
    if name == "expected_minutes":
        return _("%(hours)s h left") % {"hours": f"{(value or 0) / 60:g}"}
    if name == "priority":
        return _("priority %(n)s") % {"n": value} if value else _("no priority")
    if name == "state":
        return str(Project.State(value).label) if value in Project.State.values else str(value)
    names = sorted(known[pk] for pk in value or () if pk in known)
    return _("done by %(names)s") % {"names": ", ".join(names)} if names else _("done by nobody in particular")


def _day(text: Any) -> str:
    return short_day(date.fromisoformat(text))


def booking_name(row: Booking) -> str:
    """Of several of one person they are told apart by where and when."""
    return f"{row.person} · {row.space.name} · {row.percent.normalize():f} % · {short_day(row.starts_on)} – {short_day(row.ends_on)}"
