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
from tandem.reports.queries.money import Money, fiscal_year

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


@dataclass(frozen=True)
class Year:
    """A fiscal year of a cost centre: its four quarters, which add up to it."""

    centre: Centre
    year: int
    quarters: tuple[Decimal, Decimal, Decimal, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.quarters, ZERO)


def years(rows: list[Centre], first_month: int) -> list[Year]:
    """Each centre by fiscal years that have costs, as the organisation begins them; in all of them it comes to what it costs in all months."""
    found = []
    for one in rows:
        sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
        for month, worth in one.months.items():
            sums[fiscal_year(month, first_month)][(month.month - first_month) % 12 // 3] += worth
        found += [Year(one, year, (quarters[0], quarters[1], quarters[2], quarters[3])) for year, quarters in sorted(sums.items())]
    return found


def centres(user: Any, space_ids: frozenset[int], found: Money) -> list[Centre]:
    """What lines are expected to cost, those with most first. Labour as logged and equipment as needed have no cost centre and are not in it. In every month they
    add up to what the lines come to on the page: each of its groups is divided among its centres to the cent."""
    rows = CostLine.objects.visible_to(user).present().filter(space_id__among=space_ids).expected().order_by()
    groups: dict[tuple[Any, ...], list[tuple[str, Decimal]]] = defaultdict(list)
    keys = ("space_id", "month", "kind", "treatment", "currency")
    for *key, name, amount in rows.values_list(*keys, "cost_centre").annotate(sum_outlook=Sum("outlook", default=ZERO)):
        groups[tuple(key)].append((name, amount))
    sums: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    exchange = found.rates or currencies.rates()
    for (_space, month, _kind, _treatment, theirs), parts in groups.items():
        rate = exchange.between(theirs, found.currency, min(unit_end(month, "month"), clock.today()))
        for name, worth in divided(parts, rate) if rate is not None else ():
            sums[name][month] += worth
    sums = {name: {month: worth for month, worth in months.items() if worth} for name, months in sums.items()}
    all_ = sorted((Centre(name, months) for name, months in sums.items() if months), key=lambda one: (-one.total, one.name))
    if len(all_) <= MOST:
        return all_
    rest: dict[date, Decimal] = defaultdict(Decimal)
    for one in all_[MOST - 1 :]:
        for month, worth in one.months.items():
            rest[month] += worth
    return [*all_[: MOST - 1], Centre("", dict(rest), is_rest=True)]


def divided(parts: list[tuple[str, Decimal]], rate: Decimal) -> list[tuple[str, Decimal]]:
    """Each part to the cent; what rounding leaves of the sum is in the largest."""
    told = {name: currencies.to_the_cent(amount * rate) for name, amount in parts}
    left = currencies.to_the_cent(sum((amount for _name, amount in parts), ZERO) * rate) - sum(told.values(), ZERO)
    told[max(parts, key=lambda part: (part[1], part[0]))[0]] += left
    return list(told.items())


@dataclass(frozen=True)
class Reached:
    """Of a project what is committed or spent, `labour` of it as logged, against its budget: the limit in per cent that it has
    reached for this reader. What of labour they are not told is in none of it."""

    space_id: int
    bound: Decimal
    labour: Decimal
    budget: Decimal
    limit: int


def limits(found: Money) -> list[Reached]:
    """The fullest first. The notice to all who watch a project counts typed lines alone, for what it says would tell of rates."""
    bound: dict[int, Decimal] = defaultdict(Decimal)
    for one in found.groups:
        bound[one.space_id] += one.amounts.bound
    # of typed and logged labour the larger counts: all that was logged is in it
    labour = {space_id: share.cost for space_id, share in found.labour.by("space_id").items()} if found.labour else {}
    rows = []
    for space_id, budget in found.budgets.items():
        limit = max((n for n in Budget.WARNINGS if bound[space_id] and bound[space_id] * 100 >= budget * n), default=0)
        if limit:
            rows.append(Reached(space_id, bound[space_id], labour.get(space_id, ZERO), budget, limit))
    return sorted(rows, key=lambda one: (-(one.bound / one.budget if one.budget > 0 else Decimal(10**6)), one.space_id))
