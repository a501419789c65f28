"""Reading dates that people type."""

from datetime import date


def parse_day(text: str) -> date:
    """`2027-02-12`; raises ValueError with what was read."""
    return date.fromisoformat(text.strip())
