"""How much of a project will be done by a day that somebody asks for: the forecast's own pace and draws."""

from dataclasses import dataclass
from datetime import date

from tandem.compute.forecasting.history import NotEnough
from tandem.compute.forecasting.throughput import how_much
from tandem.planning import runs, workdays
from tandem.planning.pace import pace_of
from tandem.planning.scope import Reading
from tandem.portfolio.models import Project


@dataclass(frozen=True, slots=True)
class Amount:
    """By `by` at least so many of the `left` open items are done, with 50, 80 and 95 % certainty."""

    by: date
    left: int
    p50: int
    p80: int
    p95: int


def amount_by(project: Project, by: date) -> Amount | NotEnough | None:
    """None for a day that is not to come or where nothing is left. The reader may see the project."""
    reading = Reading([project])
    subject = reading.subjects[0]
    on = reading.as_of(subject)
    pace = pace_of(reading, subject, on)
    if by <= on or not pace.remaining:
        return None
    days = workdays.after(pace.calendar, on).until(by)
    found = how_much(pace.history, days, seed=runs.seed_of(*subject.ref))
    if isinstance(found, NotEnough):
        return found
    return Amount(by, pace.remaining, *(min(pace.remaining, n) for n in (found.p50, found.p80, found.p95)))
