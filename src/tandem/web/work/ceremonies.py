"""What comes next in a team's sprint, what it is for and how long it may take: the Scrum Guide (2020), scaled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.reports.queries.sprints import WorkingCalendar
from tandem.work.models import Sprint

MONTH_DAYS = 28
_MONTH_MINUTES = {"planning": 480, "review": 240, "retrospective": 180}
"""Time boxes of a sprint of one month; of a shorter one they are usually shorter."""


@dataclass(frozen=True, slots=True)
class Ceremony:
    kind: str
    name: str
    box: str
    purpose: str
    day: date | None = None


def boxes(days: int) -> list[Ceremony]:
    """The four of them, for a sprint of so many days."""
    return [ceremony(kind, days) for kind in ("planning", "daily", "review", "retrospective")]


def ceremony(kind: str, days: int, day: date | None = None) -> Ceremony:
    name, purpose = _words()[kind]
    return Ceremony(kind, name, duration(minutes(kind, days)), purpose, day)


def minutes(kind: str, days: int) -> int:
    """Scaled to the sprint's length, to the quarter of an hour."""
    if kind == "daily":
        return 15
    share = min(max(days, 1), MONTH_DAYS) / MONTH_DAYS
    return max(15, round(_MONTH_MINUTES[kind] * share / 15) * 15)


def duration(count: int) -> str:
    hours, rest = divmod(count, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s h", "%(n)s h", hours) % {"n": hours})
    if rest:
        parts.append(ngettext("%(n)s min", "%(n)s min", rest) % {"n": rest})
    return " ".join(parts)


def length(sprint: Sprint | None) -> int:
    """Days from the first to the last, both included; two weeks where nobody said."""
    if sprint is None or sprint.starts_at is None or sprint.ends_at is None:
        return 14
    return max(1, (sprint.ends_at.date() - sprint.starts_at.date()).days + 1)


def following(sprints: list[Sprint], calendar: WorkingCalendar, now: datetime) -> Ceremony | None:
    """What the dates of the team's own sprints say comes next. None: there are none."""
    today = now.date()
    running = [s for s in sprints if s.state == Sprint.State.ACTIVE and s.ends_at]
    planned = [s for s in sprints if s.state == Sprint.State.FUTURE and s.starts_at]
    if running:
        sprint = min(running, key=lambda s: _moment(s.ends_at))
        last = _moment(sprint.ends_at).date()
        last_working = _working(calendar, last, -1)
        if today >= last_working:
            return ceremony("review", length(sprint), max(last_working, today))
        return ceremony("daily", length(sprint), _working(calendar, today, 1))
    if planned:
        sprint = min(planned, key=lambda s: _moment(s.starts_at))
        day = max(_moment(sprint.starts_at).date(), today)
        return ceremony("planning", length(sprint), _working(calendar, day, 1))
    return None


def _moment(value: Any) -> datetime:
    assert isinstance(value, datetime)
    return value


def _working(calendar: WorkingCalendar, day: date, step: int) -> date:
    """The day, or the next working one after (before) it."""
    for _day in range(21):
        if calendar.is_working_day(day):
            return day
        day += timedelta(days=step)
    return day


def _words() -> dict[str, tuple[str, str]]:
    return {
        "planning": (_("Sprint planning"), _("Why is this sprint worth it, what can be done in it, and how? It ends with a goal and a plan.")),
        "daily": (_("Daily stand-up"), _("Are we still on the way to the goal? The team adapts its plan for the next day.")),
        "review": (_("Sprint review"), _("Show what is done to those it is for, and decide together what comes next.")),
        "retrospective": (_("Retrospective"), _("What helped, what hindered, and what will the team change first?")),
    }  # fmt: skip
