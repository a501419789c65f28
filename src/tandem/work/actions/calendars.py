"""Working calendars and their exceptions."""

from datetime import date
from typing import Any

import holidays
from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.models import Space
from tandem.work.models import CalendarException, WorkingCalendar

_DO = Permission.EDIT_PLAN


def create(*, actor: Any, space: Space, name: str, **values: Any) -> WorkingCalendar:
    """Hours of a day stand in order and do not overlap; the country is one whose holidays are known."""
    _check(values)
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
    _check(values)
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


def holidays_of(country: str, years: range) -> list[tuple[date, str, bool]]:
    """(day, name, is working day): public holidays, and the weekend days that China moves work to."""
    table = holidays.country_holidays(country, years=years)
    days = [(day, name, False) for day, name in sorted(table.items())]
    moved = getattr(table, "weekend_workdays", None) or {}
    names = moved.items() if isinstance(moved, dict) else ((d, "") for d in moved)
    return days + [(day, name, True) for day, name in names]


def _check(values: dict[str, Any]) -> None:
    for hours in values.get("week", {}).values():
        _check_hours(hours)
    country = values.get("country")
    if country and country not in holidays.list_supported_countries():
        raise Refused("country_unknown", field="country", country=country)


def _check_hours(hours: list[list[int]]) -> None:
    last = 0
    for start, end in hours:
        if not last <= start < end <= 1440:
            raise Refused("hours_out_of_order", field="week")
        last = end
