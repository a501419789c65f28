"""Benefits as a reader sees them: what was planned and measured of each, what is overdue, and what a place comes to in all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.kit import clock
from tandem.portfolio import realisation
from tandem.portfolio.models import Benefit, BenefitMeasurement
from tandem.portfolio.realisation import DONE, NONE, OFF, ON, RISK, Realised
from tandem.reports.queries import kpis

_RANK = {DONE: 0, ON: 0, RISK: 1, OFF: 2}
MOST = 2000
"""So many at most go into one sum."""


def look_up(user: Any, rows: Sequence[Any]) -> None:
    """Sets `points` and `realised` on each, and `is_kpi_hidden` where its KPI stands out of sight; two queries."""
    today = clock.today()
    taken = _measurements(user, rows)
    measured_by = {row.kpi_id: row.kpi for row in rows if row.kpi_id}
    known = kpis.points(user, list(measured_by.values())) if measured_by else {}
    seen = user.visible_space_ids()
    for row in rows:
        row.is_kpi_hidden = bool(row.kpi_id) and row.kpi.space_id not in seen
        points = known.get(row.kpi_id, []) if row.kpi_id else taken.get(row.pk, [])
        row.points = [(on, value) for on, value in points if not row.kpi_id or row.starts_on is None or on >= row.starts_on]
        row.realised = realisation.realised(plan_of(row), row.points, today, is_open=row.is_open and not row.is_kpi_hidden)


def plan_of(row: Benefit) -> realisation.Plan:
    return realisation.plan(
        is_money=row.is_money, baseline=row.baseline, target=row.target, target_on=row.target_on, profile=row.profile,
        starts_on=row.starts_on, cadence=row.cadence_days,
    )  # fmt: skip


def _measurements(user: Any, rows: Sequence[Any]) -> dict[int, list[tuple[Any, Decimal]]]:
    found: dict[int, list[tuple[Any, Decimal]]] = defaultdict(list)
    taken = BenefitMeasurement.objects.visible_to(user).filter(benefit__in=[row.pk for row in rows if not row.kpi_id])
    for benefit, on, value in taken.order_by("on", "id").values_list("benefit_id", "on", "value"):
        found[benefit].append((on, value))
    return found


def overdue(user: Any) -> list[Any]:
    """Open benefits of the person whose measurement is late, the latest first."""
    rows: list[Any] = list(Benefit.objects.visible_to(user).open().owned_by(user).select_related("kpi", "space").order_by("id")[:MOST])
    if not rows:
        return []
    look_up(user, rows)
    late = [row for row in rows if row.realised.is_overdue]
    return sorted(late, key=lambda row: (row.realised.due_on, row.pk))


def of_place(user: Any, *, space_id: int | None = None, proposal_id: int | None = None) -> list[Any]:
    """The benefits of one project, programme, product, portfolio or proposal."""
    rows = Benefit.objects.visible_to(user).select_related("kpi", "owner")
    rows = rows.filter(proposal=proposal_id) if proposal_id else rows.filter(space=space_id)
    found: list[Any] = list(rows.order_by("title", "id")[:200])
    if found:
        look_up(user, found)
    return found


@dataclass
class Sum:
    """Money of one currency: what is planned in all, what was measured, and what of the measured ones was planned by the
    day of their measurement; nothing for both where nothing was measured."""

    currency: str
    count: int = 0
    whole: Decimal = Decimal(0)
    planned: Decimal | None = None
    measured: Decimal | None = None
    measured_count: int = 0

    @property
    def share(self) -> float | None:
        return float(self.measured / self.planned) if self.planned and self.measured is not None else None


@dataclass
class Whole:
    """Of many benefits: the sums of their money, how many of each computed state, how many are overdue."""

    count: int = 0
    measured: int = 0
    overdue: int = 0
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys((DONE, ON, RISK, OFF, NONE), 0))
    sums: dict[str, Sum] = field(default_factory=dict)


def whole(rows: Iterable[Any]) -> Whole:
    """Of rows that were looked up. What was given up counts in nothing."""
    found = Whole()
    for row in rows:
        if row.state == Benefit.State.DROPPED:
            continue
        made: Realised = row.realised
        found.count += 1
        found.measured += made.value is not None
        found.overdue += made.is_overdue
        found.states[made.state] += 1
        if row.is_money:
            one = found.sums.setdefault(row.currency, Sum(row.currency))
            one.count += 1
            one.whole += made.plan.whole or 0
            if made.value is not None:
                one.planned = (one.planned or 0) + (made.planned or Decimal(0))
                one.measured = (one.measured or 0) + made.value
                one.measured_count += 1
    return found


def worst(user: Any, space_ids: Iterable[int]) -> dict[int, Any]:
    """By space, the open benefit that stands worst by what is computed; spaces in which nothing can be derived are left out."""
    rows: list[Any] = list(Benefit.objects.visible_to(user).open().filter(space_id__among=frozenset(space_ids)).select_related("kpi")[:MOST])
    if not rows:
        return {}
    look_up(user, rows)
    found: dict[int, Any] = {}
    for row in rows:
        state = row.realised.state
        if state != NONE and (row.space_id not in found or _RANK[state] > _RANK[found[row.space_id].realised.state]):
            found[row.space_id] = row
    return found
