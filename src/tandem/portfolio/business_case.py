"""What a business case comes to: net present value, rate of return, payback. Plain functions over amounts by quarter.

The flow of a quarter is what it brings less what it costs, taken at the end of the quarter. A quarter k (from 1) is discounted
by (1 + rate) to the power of k/4."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise, zip_longest

QUARTERS = 40
"No case looks further ahead than ten years."
MOST = 10**12
_RATES = (-0.99, 10.0)  # a year; a return beyond a thousand per cent says nothing


@dataclass(frozen=True)
class Case:
    """`npv` in whole units; `irr` a share a year, None where there is no single one (`no_irr` says why), sought when it is asked
    for, since lists of hundreds do without; `payback` the
    quarter by whose end all that was spent has come back for good, None: not within the case."""

    flows: tuple[int, ...]
    cost: int
    benefit: int
    effort: Decimal
    npv: int
    payback: int | None
    rate: float

    @property
    def is_empty(self) -> bool:
        return not self.cost and not self.benefit

    @cached_property
    def _return(self) -> tuple[float | None, str]:
        return _irr(self.flows)

    @property
    def irr(self) -> float | None:
        return self._return[0]

    @property
    def no_irr(self) -> str:
        return self._return[1]

    @property
    def course(self) -> list[int]:
        """What has been spent and come back in all by the end of each quarter."""
        return list(accumulate(self.flows))


def case(costs: Sequence[int], benefits: Sequence[int], effort: dict[str, list[int]], rate: Decimal) -> Case:
    """`rate` in per cent a year."""
    flows = tuple(b - c for c, b in zip_longest(costs, benefits, fillvalue=0))
    a_year = float(rate) / 100
    days = sum((Decimal(str(n)) for row in effort.values() for n in row), Decimal(0))
    return Case(flows, sum(costs), sum(benefits), days, round(npv(flows, a_year)), _payback(flows, costs), a_year)


def npv(flows: Sequence[int], rate: float) -> float:
    """What the flows are worth today at a rate (a share) a year."""
    factor = (1 + rate) ** -0.25
    return sum(flow * factor ** (k + 1) for k, flow in enumerate(flows))


def _irr(flows: Sequence[int]) -> tuple[float | None, str]:
    """The rate at which the net present value is nothing: only where money is first spent and then comes back, once."""
    signs = [flow > 0 for flow in flows if flow]
    changes = sum(a != b for a, b in pairwise(signs))
    if not signs or all(signs):
        return None, "nothing_spent"
    if not any(signs):
        return None, "nothing_back"
    if changes > 1 or signs[0]:
        return None, "several"
    low, high = _RATES
    if npv(flows, high) > 0:
        return None, "too_high"
    if npv(flows, low) < 0:
        return None, "too_low"
    for _step in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if npv(flows, middle) > 0 else (low, middle)
    return (low + high) / 2, ""


def _payback(flows: Sequence[int], costs: Sequence[int]) -> int | None:
    first = next((k for k, cost in enumerate(costs) if cost), None)
    if first is None:
        return None
    course = list(accumulate(flows))
    owing = [k for k, sum_ in enumerate(course) if sum_ < 0]
    last = owing[-1] + 1 if owing else first
    return last + 1 if last < len(course) else None
