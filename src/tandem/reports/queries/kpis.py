"""KPIs as a reader sees them: the values, how good the last one is, and how far the register can be relied on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tandem.kit import clock
from tandem.portfolio.models import Benefit
from tandem.strategy import grading
from tandem.strategy.grading import Grade
from tandem.strategy.models import KeyResult, Kpi, Measurement
from tandem.strategy.progress import NONE, OFF, ON, RISK

Points = list[tuple[date, Decimal]]
_MOST_YEARS = 5


def points(user: Any, kpis: Sequence[Kpi]) -> dict[int, Points]:
    """The measurements of the last years of each, oldest first; one query."""
    since = clock.today() - timedelta(days=366 * _MOST_YEARS)
    found: dict[int, Points] = defaultdict(list)
    rows = Measurement.objects.visible_to(user).filter(kpi__in=[k.pk for k in kpis], on__gte=since).in_order()
    for kpi, on, value in rows.values_list("kpi_id", "on", "value"):
        found[kpi].append((on, value))
    return found


def grades(user: Any, kpis: Sequence[Kpi], known: dict[int, Points]) -> dict[int, Grade]:
    """By number; one query for what is decided by them: what was set as a goal, and what was chosen for its benefit."""
    asked = {"kpi__in": [k.pk for k in kpis]}
    goals = KeyResult.objects.visible_to(user).filter(**asked).order_by().values_list("kpi")
    uses = Counter(kpi for (kpi,) in goals.union(Benefit.objects.visible_to(user).filter(**asked).order_by().values_list("kpi"), all=True))
    today = clock.today()
    return {
        k.pk: grading.grade(
            [(on, float(value)) for on, value in known.get(k.pk, [])],
            cadence_days=k.cadence_days, today=today, has_owner=k.owner_id is not None, uses=uses[k.pk],
        )
        for k in kpis
    }  # fmt: skip


def state(kpi: Kpi, value: Decimal | None) -> str:
    """What the thresholds say of a value; nothing where there are none."""
    if value is None or (kpi.risk_beyond is None and kpi.off_beyond is None):
        return NONE
    falls = kpi.direction == Kpi.Direction.DOWN

    def beyond(limit: Decimal | None) -> bool:
        return limit is not None and (value > limit if falls else value < limit)

    return OFF if beyond(kpi.off_beyond) else RISK if beyond(kpi.risk_beyond) else ON
