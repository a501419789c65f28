"""Working calendars and the days that differ."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import calendars
from tandem.work.models import CalendarException, WorkingCalendar

router = Router(tags=["work"])
_FIELDS = "name base country region is_default"
_Minute = Annotated[int, Field(ge=0, le=1440)]
_Hours = Annotated[list[Annotated[list[_Minute], Field(min_length=2, max_length=2)]], Field(max_length=12)]
_Week = Annotated[dict[Annotated[str, Field(pattern="^[1-7]$")], _Hours], Field(max_length=7)]

NOUN = Noun(
    path="calendars",
    model=WorkingCalendar,
    word="calendar",
    shows="id space_id name base_id week country region is_default version created_at",
    filters="space_id country is_default",
)


def _except(*, actor: Any, calendar: WorkingCalendar, hours: Any = (), **values: Any) -> WorkingCalendar:
    calendars.except_days(actor=actor, calendar=calendar, hours=list(hours), **values)
    return calendar


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("WorkingCalendarCreate", WorkingCalendar, f"space {_FIELDS}", week=(_Week, generic.OPTIONAL)),
    calendars.create,
)
generic.changes(
    router,
    NOUN,
    body("WorkingCalendarChange", WorkingCalendar, _FIELDS, partial=True, week=(_Week, generic.OPTIONAL)),
    calendars.change,
)
generic.removes(router, NOUN, calendars.remove)
generic.adds(
    router,
    NOUN,
    "exceptions",
    body(
        "CalendarExceptionCreate",
        CalendarException,
        "name starts_on ends_on",
        hours=(_Hours, generic.OPTIONAL),
    ),
    _except,
)
