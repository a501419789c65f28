"""What of a project and period can be invoiced, row by row, and what cannot and why. Read by the page before a run and by the run
itself, so that both say the same."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, DateField, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Cast, TruncWeek

from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.portfolio.models import CostLine
from tandem.resources.models import InvoiceRow, TimeSheet
from tandem.resources.rate_book import RateBook
from tandem.work.models import TimeEntry

MOST = 20_000
"Time entries of one run."


@dataclass
class Billable:
    """`rows` are not saved yet. Minutes that are left out: `waiting` (their week is not approved), `unbilled` (the rate that the
    asker may see says no price, or there is none), `before` (invoiced already, as they were then). `unknown`: currencies without
    an exchange rate; their rows are left out. `costs` are the lines that can be passed on: paid, and not invoiced yet."""

    currency: str
    rows: list[InvoiceRow] = field(default_factory=list)
    waiting: int = 0
    unbilled: int = 0
    before: int = 0
    unknown: set[str] = field(default_factory=set)
    costs: list[CostLine] = field(default_factory=list)
    is_cut: bool = False

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), Decimal(0))

    @property
    def minutes(self) -> int:
        return sum(row.minutes or 0 for row in self.rows)


def billable(asker: Any, space: Space, first: date, last: date, currency: str, cost_ids: Collection[int] = ()) -> Billable:
    """About nine queries. Each entry is rounded to the cent in its own currency and again when it is converted: the total is
    the sum of the rows, and not more exact than they are."""
    found = Billable(currency)
    exchange = currencies.rates()
    _take_time(asker, space, first, last, found, exchange)
    billed = InvoiceRow.objects.filter(cost_line=OuterRef("pk"), is_standing=True)
    lines = CostLine.objects.visible_to(asker).present().filter(space=space, month__range=(first.replace(day=1), last), actual__gt=0)
    found.costs = list(lines.exclude(Exists(billed)).order_by("month", "id")[:500])
    for line in found.costs:
        if line.pk in cost_ids and line.actual is not None:
            _put(found, exchange, InvoiceRow(cost_line=line, day=line.month, currency=line.currency, amount=line.actual))
    found.rows.sort(key=lambda row: (row.day, row.entry_id or 0, row.cost_line_id or 0))
    return found


def _take_time(asker: Any, space: Space, first: date, last: date, found: Billable, exchange: currencies.Rates) -> None:
    approved = TimeSheet.objects.filter(person=OuterRef("user"), state=TimeSheet.State.APPROVED, week=OuterRef("monday"))
    billed = InvoiceRow.objects.filter(entry=OuterRef("pk"), is_standing=True)
    within = InvoiceRow.objects.filter(Q(basis__space=space) | Q(entry__space=space), entry__isnull=False, is_standing=True, day__range=(first, last))
    found.before = within.aggregate(minutes=Sum("minutes"))["minutes"] or 0
    entries = TimeEntry.objects.visible_to(asker).present().filter(space=space, day__range=(first, last)).order_by("day", "id")
    entries = entries.annotate(monday=Cast(TruncWeek("day"), DateField())).annotate(is_approved=Exists(approved), is_billed=Exists(billed))
    lines = list(entries.select_related("user", "item")[: MOST + 1])
    found.is_cut = len(lines) > MOST
    book = RateBook({line.user_id for line in lines}, asker=asker)
    for line in lines[:MOST]:
        if line.is_billed:
            continue
        if not line.is_approved:
            found.waiting += line.minutes
            continue
        rate = book.rate_on(line.user_id, line.day, space.pk)
        if rate is None or rate.bill is None:
            found.unbilled += line.minutes
            continue
        row = InvoiceRow(
            entry=line, person=line.user, job_role_id=book.role_on(line.user_id, line.day), day=line.day, minutes=line.minutes, bill=rate.bill, rate_space_id=rate.space_id,
            currency=rate.currency, amount=currencies.to_the_cent(rate.bill * line.minutes / 60),
        )  # fmt: skip
        _put(found, exchange, row)


def _put(found: Billable, exchange: currencies.Rates, row: InvoiceRow) -> None:
    rate = exchange.between(row.currency, found.currency, row.day)
    if rate is None:
        found.unknown.add(row.currency)
        return
    row.exchange = rate.quantize(Decimal("0.0000000001"))
    row.total = currencies.to_the_cent(row.amount * rate)
    found.rows.append(row)


def changed_since(rows: Any) -> Any:
    """Rows whose time or cost was changed or taken away after they were invoiced: a week was reopened, the item
    went to another project, or a line was corrected."""
    time = Q(entry__isnull=False, entry__removed_at=None, entry__minutes=F("minutes"), entry__day=F("day"), entry__space=F("basis__space"))
    cost = Q(cost_line__isnull=False, cost_line__removed_at=None, cost_line__actual=F("amount"), cost_line__currency=F("currency"))
    is_same = Case(When(time | cost, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.alias(is_same=is_same).filter(is_same=False)
