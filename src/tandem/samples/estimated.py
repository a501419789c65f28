"""What the two teams that log time had estimated, and what older work took: bugs are taken for smaller than they are, and a team
learns a little from quarter to quarter. Of the last weeks the time sheets tell."""

import random
from datetime import date, timedelta

from tandem.samples.records import Item

TEAMS = ("portal", "customs")
_SAID = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40)
_HOURS_A_POINT = 4.0
_HOURS_A_DAY = 3.2
"That somebody logs on one of the items in hand."
_BUG = 1.45
_SHEETS = timedelta(weeks=6)


def hours(item: Item, team: str, as_of: date, bug: int) -> tuple[int, int | None] | None:
    """Minutes estimated and minutes taken (None: those of its time entries), of a finished item; drawn from its own number, so that
    nothing else of the simulation moves."""
    if team not in TEAMS or item.is_open or item.finished_at is None or item.is_summary or item.planned or item.kind == 0:
        return None
    rng = random.Random(4000 + item.id)
    is_told = item.finished_at.date() >= as_of - _SHEETS
    began = (item.started_at or item.finished_at).date()
    if is_told and began < as_of - _SHEETS:  # the sheets know only a part of it
        return None
    days = sum((began + timedelta(n)).weekday() < 5 for n in range((item.finished_at.date() - began).days + 1))
    size = days * _HOURS_A_DAY if is_told else (item.points or rng.choice((1, 1, 2, 3))) * _HOURS_A_POINT
    real = size * rng.lognormvariate(0.0, 0.35)
    ago = (as_of - item.finished_at.date()).days / 365
    wrong = (_BUG if item.kind == bug else 1.15) * (1.1 if team == "customs" else 1.0) + 0.2 * min(ago, 1.5)
    wrong *= rng.lognormvariate(0.0, 0.35)
    said = min(_SAID, key=lambda n: abs(n - real / wrong))
    if rng.random() < 0.08:  # nobody had estimated it
        return None
    return said * 60, None if is_told else max(15, round(real * 4) * 15)
