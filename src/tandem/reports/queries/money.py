"""What a place costs: planned, committed, actual and expected by month, kind and project, in one currency at dated rates.

Groups of (project, month, kind, treatment, currency) are converted, each to the cent; every sum is one of these, so that the
sums of the parts are those of the whole at every level."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, Greatest

from tandem.kit import clock
from tandem.kit.dates import unit_end
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.portfolio.currencies import Rates
from tandem.portfolio.models import Budget, BudgetEntry, CostLine, Portfolio
from tandem.reports.queries import equipment_costs
from tandem.reports.queries.labour import Labour, labour
from tandem.reports.queries.scope import below

ZERO = Decimal(0)
RESERVED = "reserved"
"Treatment of equipment and material that work items need: nobody said it of them either."
COMPUTED = ""
"Treatment of what labour has cost: nobody said whether it is capital expenditure."
MEASURES = ("planned", "committed", "actual", "outlook")
_SUMS = (*MEASURES, "bound")


@dataclass
class Amounts:
    planned: Decimal = ZERO
    committed: Decimal = ZERO
    actual: Decimal = ZERO
    outlook: Decimal = ZERO
    # of each line what is committed or spent, whichever is more: what the budget may not go below
    bound: Decimal = ZERO

    def add(self, other: "Amounts") -> None:
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in MEASURES)


@dataclass(frozen=True)
class Group:
    """The finest sum that is converted."""

    space_id: int
    month: date
    kind: str
    treatment: str
    amounts: Amounts


@dataclass
class Money:
    """Of some projects in one currency. `unknown`: currencies left out for want of a rate, with how many groups they have."""

    currency: str
    groups: list[Group] = field(default_factory=list)
    budgets: dict[int, Decimal] = field(default_factory=dict)
    rates: Rates | None = None
    unknown: dict[str, int] = field(default_factory=dict)
    labour: Labour | None = None

    @property
    def total(self) -> Amounts:
        return summed(self.groups)

    @property
    def budget(self) -> Decimal | None:
        return sum(self.budgets.values(), ZERO) if self.budgets else None

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.budgets

    def of(self, space_id: int) -> "Money":
        """The part of one project in the same currency, without budgets. What is left out for want of a rate stands with the whole."""
        labour = Labour(self.currency, [one for one in self.labour.shares if one.space_id == space_id]) if self.labour else None
        return Money(self.currency, [one for one in self.groups if one.space_id == space_id], rates=self.rates, labour=labour)

    def by(self, name: str) -> dict[Any, Amounts]:
        """Sums by `month`, `kind`, `treatment` or `space_id`."""
        found: dict[Any, Amounts] = defaultdict(Amounts)
        for one in self.groups:
            found[getattr(one, name)].add(one.amounts)
        return dict(found)


def summed(groups: Iterable[Group]) -> Amounts:
    total = Amounts()
    for one in groups:
        total.add(one.amounts)
    return total


def places(user: Any, space: Space | None) -> frozenset[int]:
    """The spaces of the place whose costs the asker may see."""
    seen = spaces_where(user, Permission.SEE_COSTS)
    return frozenset(seen if space is None else below(user, space.pk) & seen)


def currency_of(space: Space | None) -> str:
    """Of the nearest portfolio at or above the place, else the organisation's."""
    at = space
    while at is not None:
        if found := Portfolio.objects.filter(space=at).values_list("currency", flat=True).first():  # house: reads — a currency is no secret
            return found
        at = at.parent
    return currencies.counting().currency


def money(user: Any, space_ids: frozenset[int], currency: str) -> Money:
    """A dozen queries at most, however many projects, lines and hours. What labour has cost is computed from time."""
    found = Money(currency, rates=currencies.rates())
    rows = CostLine.objects.visible_to(user).present().filter(space_id__among=space_ids).expected().order_by()
    keys = ("space_id", "month", "kind", "treatment", "currency")
    sums = {f"sum_{name}": Sum(name, default=ZERO) for name in _SUMS}
    rows = rows.annotate(bound=Greatest(F("committed"), Coalesce("actual", ZERO)))
    for row in rows.values(*keys).annotate(**sums):
        amounts = Amounts(*(row[f"sum_{name}"] for name in _SUMS))
        add(found, Group(row["space_id"], row["month"], row["kind"], row["treatment"], amounts), row["currency"])
    _count_labour(found, user, space_ids)
    _count_equipment(found, user, space_ids)
    for space_id, theirs, value, on in _entries(user, space_ids):
        worth = found.rates.convert(value, theirs, currency, on) if found.rates else None
        if worth is None:
            found.unknown[theirs] = found.unknown.get(theirs, 0) + 1
        else:
            found.budgets[space_id] = found.budgets.get(space_id, ZERO) + worth
    found.groups.sort(key=lambda one: (one.month, one.space_id, one.kind, one.treatment))
    return found


def _count_labour(found: Money, user: Any, space_ids: frozenset[int]) -> None:
    """Beside the typed lines of labour, which plan it. Of a month that is over, what was logged is what it will have cost; of the
    current one, that or what is expected, whichever is more."""
    found.labour = labour(user, space_ids, found.currency, found.rates)
    for currency, count in found.labour.unknown.items():
        found.unknown[currency] = found.unknown.get(currency, 0) + count
    typed: dict[tuple[int, date], Amounts] = defaultdict(Amounts)
    for group in found.groups:
        if group.kind == CostLine.Kind.LABOUR:
            typed[group.space_id, group.month].add(group.amounts)
    this_month = clock.today().replace(day=1)
    for (space_id, month), share in found.labour.by("space_id", "month").items():
        if not share.cost:
            continue
        beside = typed[space_id, month]
        outlook = share.cost if month < this_month and not share.untold else max(share.cost, beside.outlook)
        amounts = Amounts(actual=share.cost, outlook=outlook - beside.outlook, bound=max(share.cost, beside.bound) - beside.bound)
        found.groups.append(Group(space_id, month, CostLine.Kind.LABOUR, COMPUTED, amounts))


def _count_equipment(found: Money, user: Any, space_ids: frozenset[int]) -> None:
    """What work items need counts as committed and expected, beside the typed lines of that kind, which plan it; what it came to is typed."""
    kept = Money(found.currency, rates=found.rates)
    for (space_id, month, currency), cost in equipment_costs.by_month(user, space_ids).items():
        add(kept, Group(space_id, month, CostLine.Kind.EQUIPMENT, RESERVED, Amounts(committed=cost)), currency)
    for currency, count in kept.unknown.items():
        found.unknown[currency] = found.unknown.get(currency, 0) + count
    typed: dict[tuple[int, date], Amounts] = defaultdict(Amounts)
    for group in found.groups:
        if group.kind == CostLine.Kind.EQUIPMENT:
            typed[group.space_id, group.month].add(group.amounts)
    sums: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for group in kept.groups:
        sums[group.space_id, group.month] += group.amounts.committed
    this_month = clock.today().replace(day=1)
    for (space_id, month), cost in sums.items():
        beside = typed[space_id, month]
        if month < this_month and beside.actual:  # of a month that is over, what it came to takes the place of what was reserved
            continue
        more = Amounts(**{name: max(cost, getattr(beside, name)) - getattr(beside, name) for name in ("committed", "outlook", "bound")})
        if more.committed or more.outlook or more.bound:
            found.groups.append(Group(space_id, month, CostLine.Kind.EQUIPMENT, RESERVED, more))


def add(found: Money, group: Group, currency: str) -> None:
    """Into the currency of the whole, at the rate of the last day of its month, of today where that lies ahead."""
    assert found.rates is not None
    on = min(unit_end(group.month, "month"), clock.today())
    rate = found.rates.between(currency, found.currency, on)
    if rate is None:
        found.unknown[currency] = found.unknown.get(currency, 0) + 1
        return
    worth = Amounts(*(currencies.to_the_cent(getattr(group.amounts, name) * rate) for name in _SUMS))
    found.groups.append(Group(group.space_id, group.month, group.kind, group.treatment, worth))


def _entries(user: Any, space_ids: frozenset[int]) -> Iterable[tuple[int, str, Decimal, date]]:
    rows = BudgetEntry.objects.visible_to(user).filter(space_id__among=space_ids).order_by("budget_id", "number")
    for space_id, theirs, value, at in rows.values_list("space_id", "budget__currency", "amount", "created_at"):
        yield space_id, theirs, value, at.date()


def ledger(user: Any, space_id: int) -> tuple[Budget | None, list[BudgetEntry]]:
    """The budget of a project and its last hundred steps, each transfer with the project at its other end."""
    budget = Budget.objects.visible_to(user).filter(space=space_id).first()
    if budget is None:
        return None, []
    rows = BudgetEntry.objects.visible_to(user).filter(budget=budget).select_related("written_by", "other__budget__project")
    return budget, list(rows.order_by("-number")[:100])


def fiscal_year(month: date, first_month: int) -> int:
    """The year in which it ends, as fiscal years are named; the calendar's where it begins in January."""
    return month.year + (first_month > 1 and month.month >= first_month)
