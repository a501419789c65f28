"""What cost centres cost month by month, in one currency; and which budgets have reached a limit, labour counted as far as it is told."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from tandem.kit import clock
from tandem.kit.dates import unit_end
from tandem.portfolio import currencies
from tandem.portfolio.models import Budget, CostLine
from tandem.reports.queries.money import COMPUTED, Money

ZERO = Decimal(0)
MOST = 12


@dataclass(frozen=True)
class Centre:
    """`name` is empty for lines without a cost centre; `is_rest`: of all that are not shown by name."""

    name: str
    months: dict[date, Decimal]
    is_rest: bool = False

    @property
    def total(self) -> Decimal:
        return sum(self.months.values(), ZERO)


def centres(user: Any, space_ids: frozenset[int], found: Money) -> list[Centre]:
    """What lines are expected to cost, those with most first. Labour as logged has no cost centre and is not in it."""
    rows = CostLine.objects.visible_to(user).present().filter(space_id__among=space_ids).expected().order_by()
    sums: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    exchange = found.rates or currencies.rates()
    for name, month, theirs, amount in rows.values_list("cost_centre", "month", "currency").annotate(sum_outlook=Sum("outlook", default=ZERO)):
        worth = exchange.convert(amount, theirs, found.currency, min(unit_end(month, "month"), clock.today()))
        if worth:
            sums[name][month] += worth
    all_ = sorted((Centre(name, dict(months)) for name, months in sums.items()), key=lambda one: (-one.total, one.name))
    if len(all_) <= MOST:
        return all_
    rest: dict[date, Decimal] = defaultdict(Decimal)
    for one in all_[MOST - 1 :]:
        for month, worth in one.months.items():
            rest[month] += worth
    return [*all_[: MOST - 1], Centre("", dict(rest), is_rest=True)]


@dataclass(frozen=True)
class Reached:
    """Of a project what is committed or spent, `labour` of it computed from time, against its budget: the limit in per cent that it has
    reached for this reader. What of labour they are not told is in none of it."""

    space_id: int
    bound: Decimal
    labour: Decimal
    budget: Decimal
    limit: int


def limits(found: Money) -> list[Reached]:
    """The fullest first. The notice to all who watch a project counts typed lines alone, for what it says would tell of rates."""
    bound: dict[int, Decimal] = defaultdict(Decimal)
    labour: dict[int, Decimal] = defaultdict(Decimal)
    for one in found.groups:
        bound[one.space_id] += one.amounts.bound
        if one.treatment == COMPUTED:
            labour[one.space_id] += one.amounts.bound
    rows = []
    for space_id, budget in found.budgets.items():
        limit = max((n for n in Budget.WARNINGS if bound[space_id] and bound[space_id] * 100 >= budget * n), default=0)
        if limit:
            rows.append(Reached(space_id, bound[space_id], labour[space_id], budget, limit))
    return sorted(rows, key=lambda one: (-(one.bound / one.budget if one.budget > 0 else Decimal(10**6)), one.space_id))
