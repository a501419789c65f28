"""Small plans for the tests of scheduling: night shifts, holidays with moved days, random networks."""

from datetime import date, datetime

from hypothesis import strategies as st

from tandem.compute.scheduling.calendar import OFFICE_DAY, CalendarException, WorkingCalendar
from tandem.compute.scheduling.network import Activity, Link, LinkType, Network

MONDAY = datetime(2024, 1, 1, 8)
HOUR, DAY, WEEK = 60, 480, 2400

OFFICE = WorkingCalendar("office")
NIGHTS = WorkingCalendar(
    "nights",
    week=(((1380, 1440),), *(((0, 180), (240, 480), (1380, 1440)),) * 4, ((0, 180), (240, 480)), ()),
)
MAY = WorkingCalendar(
    "may",
    week=(None,) * 7,
    exceptions=(
        CalendarException(date(2024, 5, 1), date(2024, 5, 5)),
        CalendarException(date(2024, 4, 28), date(2024, 4, 28), OFFICE_DAY),
        CalendarException(date(2024, 5, 11), date(2024, 5, 11), OFFICE_DAY),
    ),
    base=OFFICE,
)
MORNINGS = WorkingCalendar("mornings", week=(((540, 720),),) * 6 + ((),))
CALENDARS = {calendar.id: calendar for calendar in (OFFICE, NIGHTS, MAY, MORNINGS)}


def plan(*activities: Activity, links: tuple[Link, ...] = (), calendar: str = "office") -> Network:
    return Network(activities, links, CALENDARS, calendar)


def fs(predecessor: str, successor: str, lag: float = 0) -> Link:
    return Link(predecessor, successor, LinkType.FS, lag)


@st.composite
def networks(draw, leads: bool = False, outline: bool = False) -> Network:
    """Up to nine activities on four calendars, links only from earlier to later ones (so without a cycle)."""
    count = draw(st.integers(1, 9))
    calendars = st.sampled_from([None, *CALENDARS])
    durations = st.sampled_from([0, 0, 30, 60, 480, 500, 960, 2400])
    activities = [
        Activity(
            str(place),
            draw(durations),
            calendar=draw(calendars),
            elapsed=draw(st.integers(0, 5)) == 0,
            parent=draw(st.sampled_from([None, "phase", "part"])) if outline else None,
        )
        for place in range(count)
    ]
    if outline:
        activities += [Activity("phase"), Activity("part", parent="phase")]
    lags = st.sampled_from([-960, -60, 0, 0, 0, 60, 600] if leads else [0, 0, 0, 60, 600])
    links = [
        Link(
            str(early),
            str(late),
            draw(st.sampled_from(LinkType)),
            draw(lags),
            lag_is_elapsed=draw(st.booleans()),
        )
        for late in range(1, count)
        for early in draw(st.sets(st.integers(0, late - 1), max_size=3))
    ]
    return Network(tuple(activities), tuple(links), CALENDARS, "office")
