"""Working calendars and their exceptions."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import CalendarException, WorkingCalendar

_DO = Permission.EDIT_PLAN


def create(*, actor: Any, space: Space, name: str, **values: Any) -> WorkingCalendar:
    """Hours of a day stand in order and do not overlap; the country is one whose holidays are known."""
    _check(values, None)
    return writing.create(
        WorkingCalendar,
        actor=actor,
        permission=_DO,
        verb="calendar.created",
        space=space,
        name=name,
        **values,
    )


def change(*, actor: Any, calendar: WorkingCalendar, version: int | None, **values: Any) -> WorkingCalendar:
    """Another country is one without a region, until one of its own is said."""
    if values.get("country", calendar.country) != calendar.country:
        values.setdefault("region", "")
    _check(values, calendar)
    return writing.change(
        calendar, actor=actor, permission=_DO, verb="calendar.changed", version=version, **values
    )


def remove(*, actor: Any, calendar: WorkingCalendar, version: int | None = None) -> None:
    writing.remove(calendar, actor=actor, permission=_DO, verb="calendar.removed", version=version)


def except_days(
    *,
    actor: Any,
    calendar: WorkingCalendar,
    starts_on: date,
    ends_on: date,
    hours: list[list[int]],
    name: str = "",
) -> CalendarException:
    """These days differ from the week; without hours they are off."""
    if ends_on < starts_on:
        raise Refused("period_reversed", field="ends_on")
    _check_hours(hours)
    with transaction.atomic():
        calendar = writing.change(
            calendar, actor=actor, permission=_DO, verb="calendar.changed", version=None
        )
        calendar.write(expected=None)
        row = CalendarException.objects.create(
            calendar=calendar, starts_on=starts_on, ends_on=ends_on, hours=hours, name=name
        )
        record(
            "calendar.changed", calendar, actor=actor, changes={"exception": [None, f"{starts_on}/{ends_on}"]}
        )
    return row


def restore_days(*, actor: Any, calendar: WorkingCalendar, exception: CalendarException) -> None:
    """The days are again as the week and the holidays say."""
    if exception.calendar_id != calendar.pk:
        raise Refused("other_space", field="exception")
    with transaction.atomic():
        calendar = writing.change(
            calendar, actor=actor, permission=_DO, verb="calendar.changed", version=None
        )
        require(actor, _DO, calendar.space_id)
        calendar.write(expected=None)
        span = f"{exception.starts_on}/{exception.ends_on}"
        exception.delete()
        record("calendar.changed", calendar, actor=actor, changes={"exception": [span, None]})


def holidays_of(country: str, years: range, region: str = "") -> list[tuple[date, str, bool]]:
    """(day, name, is working day): public holidays, those of the region with them, and the weekend days that China moves work to. By day, in the
    reader's language as far as the country has it."""
    import holidays  # takes its time: only who asks waits

    language = "zh_CN" if get_language() == "zh-hans" else "en_US"
    table = holidays.country_holidays(country, subdiv=region or None, years=years, language=language)
    days = [(day, name, False) for day, name in table.items()]
    moved = getattr(table, "weekend_workdays", None) or {}
    names = moved.items() if isinstance(moved, dict) else ((d, "") for d in moved)
    # the library answers with the moved days of every year it knows
    return sorted(days + [(day, name, True) for day, name in names if day.year in years])


def countries() -> list[str]:
    """The two-letter codes whose holidays are known."""
    import holidays

    return sorted(code for code in holidays.list_supported_countries() if len(code) == 2)


def regions(country: str) -> list[tuple[str, str]]:
    """The parts of a country whose holidays are known, with their names where the library has them."""
    import holidays

    codes = holidays.list_supported_countries().get(country, [])
    if not codes:
        return []
    found = getattr(holidays, country)
    names = {code: name for name, code in reversed((getattr(found, "subdivisions_aliases", None) or {}).items())}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])


def _check(values: dict[str, Any], row: WorkingCalendar | None) -> None:
    for hours in values.get("week", {}).values():
        _check_hours(hours)
    country = values.get("country")
    if country and not _is_known(country):
        raise Refused("country_unknown", field="country", country=country)
    region = values.get("region")
    if region and region not in dict(regions(values.get("country", row.country if row else ""))):
        raise Refused("region_unknown", field="region", region=region)


def _is_known(country: str) -> bool:
    import holidays

    return country in holidays.list_supported_countries()


def _check_hours(hours: list[list[int]]) -> None:
    last = 0
    for start, end in hours:
        if not last <= start < end <= 1440:
            raise Refused("hours_out_of_order", field="week")
        last = end
