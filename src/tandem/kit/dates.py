"""Reading dates that people type, and counting days between them."""

from datetime import UTC, date, datetime, time


def days_between(earlier: date, later: date) -> int:
    return (later - earlier).days


def as_moment(day: date, at: time = time(0, 0)) -> datetime:
    return datetime.combine(day, at, tzinfo=UTC)


def parse_day(text: str) -> date:
    """`2027-02-12`; raises ValueError with what was read."""
    return date.fromisoformat(text.strip())
