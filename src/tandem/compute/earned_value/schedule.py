"""Earned schedule: earned value read as time, so that the schedule index still tells the truth at the end.

Lipke 2003, *Schedule is different*; ES = N + (EV - PV_N) / (PV_N+1 - PV_N) with N the last period whose planned value
is not above EV; where several periods end at EV, the moment among them that is nearest to actual time. Times are in periods of the plan (weeks, months, sprints).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.compute.earned_value.measures import Figures, Value, check
from tandem.compute.errors import Uncomputable


@dataclass(frozen=True, slots=True)
class Plan:
    """Cumulative planned value at the end of each period; the last one is the budget at completion.

    Raises `Uncomputable` no_periods, plan_falls (with its period), budget_not_positive and what `check` refuses.
    """

    cumulative: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.cumulative:
            raise Uncomputable("no_periods", value=0)
        check({f"period {place}": value for place, value in enumerate(self.cumulative, start=1)})
        for place, (before, after) in enumerate(
            zip(self.cumulative, self.cumulative[1:], strict=False), start=2
        ):
            if after < before:
                raise Uncomputable("plan_falls", period=place, value=after)
        if self.cumulative[-1] <= 0:
            raise Uncomputable("budget_not_positive", value=self.cumulative[-1])

    @property
    def budget(self) -> Value:
        return self.cumulative[-1]

    @property
    def periods(self) -> int:
        """Planned duration: until the whole budget is planned."""
        return next(place for place, value in enumerate(self.cumulative, start=1) if value == self.budget)

    def planned(self, periods: float) -> Value:
        """Planned value after so many periods, along the line within a period; exact at whole ones. A plan in
        `Decimal` gives `Decimal`."""
        if periods < 0:
            raise Uncomputable("time_negative", value=periods)
        whole = min(int(periods), len(self.cumulative))
        at = self.cumulative[whole - 1] if whole else 0 * self.budget
        rest = periods - int(periods)
        if not rest or whole >= len(self.cumulative):
            return at
        after = self.cumulative[whole]
        if any(isinstance(value, Decimal) for value in (at, after, self.budget)):
            return Decimal(at) + Decimal(rest) * (Decimal(after) - Decimal(at))
        return float(at) + rest * (float(after) - float(at))


@dataclass(frozen=True, slots=True)
class EarnedSchedule:
    """es: the time at which what is earned was to be earned; at: actual time. sv = ES - AT, spi = ES / AT,
    ieac = planned duration / SPI(t) (IEAC(t)), independent of cost; tspi = (PD - ES) / (PD - AT), what is needed per
    period to end as planned. None with a reason in `missing`: no_time_passed, nothing_earned, planned_end_passed,
    work_is_done."""

    es: float
    at: float
    planned_duration: float
    sv: float
    spi: float | None
    ieac: float | None
    tspi: float | None
    missing: Mapping[str, str] = field(default_factory=dict)


def earned_schedule(plan: Plan, earned: Value, at: float) -> EarnedSchedule:
    """At actual time `at` (periods since the start). Raises `Uncomputable` above_budget, time_negative and what
    `check` refuses."""
    check({"budget": plan.budget, "earned": earned})
    if earned > plan.budget:
        raise Uncomputable("above_budget", measure="earned", value=earned, budget=plan.budget)
    if not 0 <= at < float("inf"):
        raise Uncomputable("time_negative", value=at)
    es, duration = _time_of(plan, earned, at), float(plan.periods)
    missing: dict[str, str] = {}
    spi = es / at if at > 0 else None
    if spi is None:
        missing |= {"spi": "no_time_passed", "ieac": "no_time_passed"}
    elif not earned:
        missing["ieac"] = "nothing_earned"
    tspi = None
    if earned >= plan.budget:
        missing["tspi"] = "work_is_done"
    elif at >= duration:
        missing["tspi"] = "planned_end_passed"
    else:
        tspi = (duration - es) / (duration - at)
    ieac = duration / spi if spi and earned else None
    return EarnedSchedule(es, at, duration, es - at, spi, ieac, tspi, missing)


def figures_at(
    plan: Plan, earned: Value, at: float, actual: Value | None = None, unit: str = "cost"
) -> Figures:
    """The figures of earned value after `at` periods of a plan."""
    return Figures(plan.budget, plan.planned(at), earned, actual, unit)


def by_points(sprints: Sequence[Value]) -> Plan:
    """A plan from story points (or hours) per sprint: the same code, another unit."""
    total: Value = 0
    reached = []
    for value in sprints:
        total = total + value  # type: ignore[operator]
        reached.append(total)
    return Plan(tuple(reached))


def _time_of(plan: Plan, earned: Value, at: float) -> float:
    """Where the plan stands still at what is earned, as between two milestones, the moment there that is nearest to now."""
    if earned >= plan.budget:
        return float(plan.periods)
    whole = sum(value <= earned for value in plan.cumulative)  # also nothing earned where nothing was planned
    if whole and plan.cumulative[whole - 1] == earned:
        reached = 1 + sum(value < earned for value in plan.cumulative) if earned else 0
        return float(min(max(at, reached), whole))
    before = float(plan.cumulative[whole - 1]) if whole else 0.0
    return whole + (float(earned) - before) / (float(plan.cumulative[whole]) - before)
