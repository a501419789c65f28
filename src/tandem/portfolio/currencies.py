"""From one currency into another at the rate of a day, to the cent. What no rate is known for is not guessed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tandem.portfolio.models import Counting, ExchangeRate

CENT = Decimal("0.01")


def to_the_cent(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Rates:
    """What each currency is worth in `base`, the organisation's own, day by day. `used` gathers the rates that were asked
    for, `unknown` the currencies without one on that day: what says so beside a sum."""

    base: str
    course: dict[str, tuple[list[date], list[Decimal]]]
    used: set[tuple[str, date, Decimal]] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def worth(self, currency: str, on: date) -> Decimal | None:
        """One of it in the base, by the last rate up to that day; later days go by the latest one."""
        if currency == self.base:
            return Decimal(1)
        days, rates = self.course.get(currency, ((), ()))
        at = bisect_right(days, on)
        if not at:
            self.unknown.add(currency)
            return None
        self.used.add((currency, days[at - 1], rates[at - 1]))
        return rates[at - 1]

    def between(self, currency: str, to: str, on: date) -> Decimal | None:
        if currency == to:
            return Decimal(1)
        mine, theirs = self.worth(currency, on), self.worth(to, on)
        return mine / theirs if mine is not None and theirs is not None else None

    def convert(self, value: Decimal, currency: str, to: str, on: date) -> Decimal | None:
        rate = self.between(currency, to, on)
        return None if rate is None else to_the_cent(value * rate)


def rates(rows: Iterable[tuple[str, date, Decimal]] | None = None, base: str = "") -> Rates:
    """Two queries. They are the organisation's and no secret: whoever counts, counts alike."""
    course: dict[str, tuple[list[date], list[Decimal]]] = defaultdict(lambda: ([], []))
    known = rows if rows is not None else ExchangeRate.objects.order_by("currency", "on").values_list("currency", "on", "rate")
    for currency, on, rate in known:
        course[currency][0].append(on)
        course[currency][1].append(rate)
    return Rates(base or counting().currency, dict(course))


def counting() -> Counting:
    return Counting.objects.order_by("id").first() or Counting()
