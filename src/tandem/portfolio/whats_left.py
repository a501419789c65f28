"""What is left of a project's reported cost, by quarter: the case on which a running project asks to go on. Plain functions.

Where the source says what was spent, the rest of the cost is spread evenly over the days from the report (or from a planned start
that lies after it) until the planned finish; where it does not, the whole cost over all days from the planned start. What falls on
the first day of `first` and later counts."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from tandem.kit.dates import months_on
from tandem.portfolio.business_case import QUARTERS


def left(*, budget: Decimal, spent: Decimal | None, on: date, start: date, finish: date, first: date) -> list[int]:
    """Whole amounts by quarter from `first` on, together what is left then; empty when it ends before. `on`: the day of the report.
    What lies further ahead than a case looks counts in its last quarter."""
    if finish <= first or budget <= 0:
        return []
    begins = min(start, finish)
    if spent is not None:
        begins = min(max(on, begins), finish - timedelta(days=1))
    rest = max(budget - spent, Decimal(0)) if spent is not None else budget
    days = max((finish - begins).days, 1)
    edges = [first]
    while edges[-1] < finish and len(edges) <= QUARTERS:
        edges.append(months_on(edges[-1], 3))
    edges[-1] = finish
    parts = [max((min(b, finish) - max(a, begins)).days, 0) for a, b in pairwise(edges)]
    # rounded sums, so that no unit is lost or gained
    sums = [round(rest * done / days) for done in accumulate(parts, initial=0)]
    found = [b - a for a, b in pairwise(sums)]
    while found and not found[-1]:
        found.pop()
    return found
