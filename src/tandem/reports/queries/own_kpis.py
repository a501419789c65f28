"""KPIs that Tandem measures from its own data: of the space of the KPI and those below it, as far as the person sees them
who asked for it. Where there is too little, nothing is measured."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tandem.kit import clock
from tandem.product.models import Promise
from tandem.reports.queries import alignment, promises
from tandem.strategy.models import Kpi
from tandem.work.models import WorkItem

DAYS = 90
"""What was finished, and what was promised for, in so many days before today."""
PROMISE_DAYS = 365
NEEDED_ITEMS = 8
"""Finished items from which a cycle time is said: as the flow page has it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` none: of the `needed` only `found` are there."""

    value: Decimal | None
    found: int
    needed: int


def figure(kpi: Kpi) -> Figure:
    user: Any = kpi.measured_as
    return measured(kpi.computed_from, user, alignment.below(user, kpi.space_id))


def measured(code: str, user: Any, within: set[int]) -> Figure:
    """Of the work and promises of these spaces, as far as the person sees them."""
    return _MAKERS[code](user, within)


def _promises(user: Any, within: set[int]) -> Figure:
    today = clock.today()
    rows = Promise.objects.visible_to(user).in_spaces(within).filter(date__gte=today - timedelta(days=PROMISE_DAYS), date__lt=today)
    found = promises.tally(promises.entries(user, rows))
    return Figure(_percent(found.share), found.due, promises.NEEDED)


def finished(user: Any, within: set[int], since: date) -> Any:
    today = clock.today()
    parts = WorkItem.objects.visible_to(user).present().filter(parent=OuterRef("pk"))
    rows = WorkItem.objects.visible_to(user).in_spaces(within).made().filter(~Exists(parts))
    return rows.filter(actual_finish__date__gte=since, actual_finish__date__lt=today)


def _cycle_time(user: Any, within: set[int]) -> Figure:
    """From the beginning of work to its end, in days: 85 % of the items took at most so long."""
    rows = finished(user, within, clock.today() - timedelta(days=DAYS)).filter(Q(actual_start__isnull=False))
    days = sorted((end - start).total_seconds() / 86400 for start, end in rows.values_list("actual_start", "actual_finish") if end >= start)
    if len(days) < NEEDED_ITEMS:
        return Figure(None, len(days), NEEDED_ITEMS)
    return Figure(Decimal(f"{days[-(-85 * len(days) // 100) - 1]:.1f}"), len(days), NEEDED_ITEMS)


def _throughput(user: Any, within: set[int]) -> Figure:
    """Items finished in a week, over the whole weeks of the last ninety days."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    weeks = DAYS // 7
    rows = finished(user, within, monday - timedelta(weeks=weeks)).filter(actual_finish__date__lt=monday)
    found = rows.count()
    return Figure(Decimal(f"{found / weeks:.1f}") if found >= NEEDED_ITEMS else None, found, NEEDED_ITEMS)


def _aligned(user: Any, within: set[int]) -> Figure:
    found = alignment.read(user, since=alignment.since(3), within=within)
    return Figure(_percent(found.score), round(found.whole.items), alignment.NEEDED_ITEMS)


def _percent(share: float | None) -> Decimal | None:
    return Decimal(f"{100 * share:.1f}") if share is not None else None


_MAKERS = {
    Kpi.Computed.PROMISES.value: _promises, Kpi.Computed.CYCLE_TIME.value: _cycle_time, Kpi.Computed.THROUGHPUT.value: _throughput,
    Kpi.Computed.ALIGNED.value: _aligned,
}  # fmt: skip
