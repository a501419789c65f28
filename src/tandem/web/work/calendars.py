"""Working calendars: the week, the holidays of a country, days that differ."""

import re
from datetime import date, timedelta
from typing import Any

from babel import Locale
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission
from tandem.planning.calendars import Calendars
from tandem.web import doors, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.work.actions import calendars
from tandem.work.models import WorkingCalendar
from tandem.work.models.calendar import standard_week

DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_SPAN = re.compile(r"\s*(\d{1,2}):?(\d{2})?\s*[-–—~至]\s*(\d{1,2}):?(\d{2})?\s*")


def parse_hours(text: str) -> list[list[int]]:
    """`8:00–12:00, 13:00–17:00` as minutes of the day; nothing or a dash is a day off."""
    if text.strip() in ("", "-", "–"):
        return []
    spans = []
    for part in re.split(r"[,;，；、]", text):
        found = _SPAN.fullmatch(part)
        if not found:
            raise forms.ValidationError(now_("Write hours as 08:00–12:00, 13:00–17:00."))
        first, last = (int(found[n]) * 60 + int(found[n + 1] or 0) for n in (1, 3))
        spans.append([first, last])
    return spans


def country_names() -> list[tuple[str, str]]:
    """In the reader's language, by name."""
    names = Locale.parse("zh_Hans" if translation.get_language() == "zh-hans" else "en").territories
    known = sorted((names.get(code, code), code) for code in calendars.countries())
    return [("", "–"), *((code, name) for name, code in known)]


def country_name(code: str) -> str:
    names = Locale.parse("zh_Hans" if translation.get_language() == "zh-hans" else "en").territories
    return str(names.get(code, code))


def holidays_name(row: WorkingCalendar) -> str:
    """“Germany · Bayern”."""
    region = dict(calendars.regions(row.country)).get(row.region, row.region) if row.region else ""
    return " · ".join(part for part in (country_name(row.country), region) if part)


class CalendarForm(forms.ModelForm):
    """Name, base, holidays, and the hours of each weekday."""

    country = forms.ChoiceField(choices=country_names, required=False, label=_("Holidays of"), help_text=_("Once it is saved with a country that has regions, its region can be chosen."))

    class Meta:
        model = WorkingCalendar
        fields = ["name", "base", "country", "region", "is_default"]
        help_texts = {"region": _("Where a part of the country has holidays of its own.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = str(self.data.get("country", "")) if self.is_bound else self.instance.country
        known = calendars.regions(country) if len(country) == 2 else []
        if known:
            self.fields["region"] = forms.ChoiceField(
                label=_("Region"), required=False, choices=[("", _("The whole country")), *((code, name if name == code else f"{name} ({code})") for code, name in known)],
            )  # fmt: skip
        else:
            del self.fields["region"]
        week = self.instance.week if self.instance.pk else standard_week()
        for n, name in enumerate(DAYS, 1):
            shown = hours(week[str(n)]) if str(n) in week else ""
            self.fields[f"day_{n}"] = forms.CharField(label=name, required=False, initial=shown, max_length=200)
        self.fields["day_1"].help_text = _("Such as 08:00–12:00, 13:00–17:00. A dash is a day off; empty: as in the calendar it is based on.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        week: dict[str, list[list[int]]] = {}
        for n in range(1, 8):
            text = values.pop(f"day_{n}", "").strip()
            if not text and values.get("base"):
                continue
            try:
                week[str(n)] = parse_hours(text)
            except forms.ValidationError as problem:
                self.add_error(f"day_{n}", problem)
        return {**values, "week": week}


def create(*, actor: Any, home: Any, **values: Any) -> WorkingCalendar:
    return calendars.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: WorkingCalendar, version: int | None, **values: Any) -> WorkingCalendar:
    return calendars.change(actor=actor, calendar=row, version=version, **values)


def remove(*, actor: Any, row: WorkingCalendar, version: int | None = None) -> None:
    calendars.remove(actor=actor, calendar=row, version=version)


def detail(request: HttpRequest, row: WorkingCalendar) -> dict[str, Any]:
    asked = whole_number(request.GET.get("year", ""), 4) or 0
    year = asked if 1990 <= asked <= 2100 else clock.today().year
    days = calendars.holidays_of(row.country, range(year, year + 1), row.region) if row.country else []
    found = Calendars([row.space_id], clock.today()).of_row(row.pk)
    return {
        "week": _week(row, found), "holidays": days, "exceptions": list(row.exceptions.all()[:200]), "year": year,
        "months": _months(year, found, {day: name for day, name, _works in days}), "day_names": list("一二三四五六日") if translation.get_language() == "zh-hans" else [str(name)[:1] for name in DAYS],
    }  # fmt: skip


def _week(row: WorkingCalendar, found: Any) -> list[tuple[str, str, bool]]:
    """Name, hours, whether they come from the base. A week long ago knows no holidays and exceptions."""
    monday = date(1971, 3, 1)
    return [
        (str(name), hours([list(span) for span in found.day(monday + timedelta(days=n))]), str(n + 1) not in row.week)
        for n, name in enumerate(DAYS)
    ]


def _months(year: int, found: Any, names: dict[date, str]) -> list[dict[str, Any]]:
    """Twelve months of marks: off, moved (a working day at a weekend), holiday (off, though the week says work)."""
    first = date(year, 1, 1)
    works = found.working_days(first, date(year, 12, 31)).tolist()
    usual = [bool(found.day(date(1971, 3, 1) + timedelta(days=n))) for n in range(7)]
    months: list[dict[str, Any]] = []
    for n, is_open in enumerate(works):
        day = first + timedelta(days=n)
        if day.day == 1:
            months.append({"name": date_format(day, "F"), "blank": day.weekday(), "days": []})
        mark = "" if is_open == usual[day.weekday()] else "on" if is_open else "hol"
        months[-1]["days"].append({"day": day, "mark": mark or ("" if is_open else "off"), "name": names.get(day, "")})
    return months


def hours(spans: list[list[int]]) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in spans) or "–"


@login_required
def exceptions(request: HttpRequest, id: int) -> HttpResponse:
    """Days that differ from the week, by hand: off, or with hours of their own; or the end of such an exception."""
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST" and request.POST.get("do") == "remove":
        exception = row.exceptions.filter(pk=whole_number(request.POST.get("exception", "")) or 0).first()
        if exception is None:
            raise Hidden
        calendars.restore_days(actor=request.user, calendar=row, exception=exception)
    elif request.method == "POST":
        try:
            first, last = (parse_day(request.POST.get(name, "")) for name in ("starts_on", "ends_on"))
            spans = parse_hours(request.POST.get("hours", ""))
        except ValueError:
            raise Refused("date_unreadable") from None
        except forms.ValidationError:
            raise Refused("hours_out_of_order") from None
        name = request.POST.get("name", "")[:200]
        calendars.except_days(actor=request.user, calendar=row, starts_on=first, ends_on=last, hours=spans, name=name)
    return doors.go_to(request, noun.url(row), now_("Saved."))


noun = Noun(
    slug="calendars", model=WorkingCalendar, one=_("calendar"), many=_("Calendars"), purpose=_("When people work: every computed date rests on it."),
    columns=(
        Column("name", _("Name"), lambda r: r.name, "name", is_title=True),
        Column("space", _("Space"), lambda r: r.space.name),
        Column("country", _("Holidays of"), holidays_name),
        Column("default", _("Default"), lambda r: _("Yes") if r.is_default else ""),
    ),
    facts=(Fact(_("Space"), lambda r: r.space.name), Fact(_("Based on"), refers_to="base"), Fact(_("Holidays of"), lambda r: holidays_name(r) or "–")),
    search=("name",), order="name", related=("space", "base"), permission=Permission.EDIT_PLAN, form=CalendarForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "programme", "project", "product"), detail=detail, detail_template="work/calendar.html",
    names={"new": _("New calendar"), "home": _("Space")},
)  # fmt: skip
urls = [*generic.urls(noun), path("calendars/<int:id>/exceptions/", exceptions, name="calendars_exceptions")]
