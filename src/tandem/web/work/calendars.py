"""Working calendars: the week, the holidays of a country, days that differ."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused
from tandem.people.access import Permission
from tandem.web import doors, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.work.actions import calendars
from tandem.work.models import WorkingCalendar

COUNTRIES = [
    ("", "–"),
    ("CN", "中国 / China"),
    ("DE", "Germany"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("HK", "Hong Kong"),
    ("IN", "India"),
    ("JP", "Japan"),
    ("NL", "Netherlands"),
    ("SG", "Singapore"),
    ("US", "United States"),
]


class CalendarForm(forms.ModelForm):
    country = forms.ChoiceField(choices=COUNTRIES, required=False, label=_("holidays of"))

    class Meta:
        model = WorkingCalendar
        fields = ["name", "base", "country", "is_default"]


def create(*, actor: Any, home: Any, **values: Any) -> WorkingCalendar:
    return calendars.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: WorkingCalendar, version: int | None, **values: Any) -> WorkingCalendar:
    return calendars.change(actor=actor, calendar=row, version=version, **values)


def detail(request: HttpRequest, row: WorkingCalendar) -> dict[str, Any]:
    year = clock.today().year
    days = calendars.holidays_of(row.country, range(year, year + 2)) if row.country else []
    names = [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ]
    week = [(name, hours(row.week.get(str(i), []))) for i, name in enumerate(names, 1)]
    return {"week": week, "holidays": days, "exceptions": list(row.exceptions.all()[:200])}


def hours(spans: list[list[int]]) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in spans) or "–"


@login_required
def exceptions(request: HttpRequest, id: int) -> HttpResponse:
    """Days off, added by hand."""
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        try:
            start, end = (
                parse_day(request.POST.get("starts_on", "")),
                parse_day(request.POST.get("ends_on", "")),
            )
        except ValueError:
            raise Refused("date_unreadable") from None
        calendars.except_days(
            actor=request.user,
            calendar=row,
            starts_on=start,
            ends_on=end,
            hours=[],
            name=request.POST.get("name", "")[:200],
        )
    return doors.go_to(request, noun.url(row), now_("Saved."))


noun = Noun(
    slug="calendars", model=WorkingCalendar, one=_("calendar"), many=_("Calendars"), purpose=_("When people work: every computed date rests on it."),
    columns=(
        Column("name", _("Name"), lambda r: r.name, "name", is_title=True),
        Column("space", _("Space"), lambda r: r.space.name),
        Column("country", _("Holidays of"), lambda r: r.country),
        Column("default", _("Default"), lambda r: _("Yes") if r.is_default else ""),
    ),
    facts=(Fact(_("Space"), lambda r: r.space.name), Fact(_("Based on"), lambda r: r.base or "–"), Fact(_("Holidays of"), lambda r: r.country or "–")),
    search=("name",), order="name", related=("space", "base"), permission=Permission.EDIT_PLAN, form=CalendarForm, create=create, change=change,
    home_kinds=("organisation", "portfolio", "programme", "project", "product"), detail=detail, detail_template="work/calendar.html",
    names={"new": _("New calendar"), "home": _("Space")},
)  # fmt: skip
urls = [*generic.urls(noun), path("calendars/<int:id>/exceptions/", exceptions, name="calendars_exceptions")]
