"""What was planned of a benefit for a day, what was measured, and which share of it came true. Plain functions.

Money: the plan of a day is the sum of the quarters that have ended with it, three whole months each; a measured value is the sum up to its day.
A measure: the plan is its target from the target day on; the share is the way gone from the baseline to the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from tandem.kit.dates import months_on

ON, RISK, OFF, DONE, NONE = "on", "risk", "off", "done", "none"
RISK_BELOW, OFF_BELOW = 0.9, 0.7
"""Of what was planned by the day of the measurement: from 90 % on track, from 70 % at risk, less is off track."""

Points = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True)
class Plan:
    """`steps`: from which day on what is to be there, oldest first. `begins` is the day from which on it is measured."""

    baseline: Decimal
    steps: tuple[tuple[date, Decimal], ...]
    whole: Decimal | None
    begins: date | None
    cadence: int

    def at(self, day: date) -> Decimal | None:
        """What was to be there; None where nothing was due yet."""
        return next((value for on, value in reversed(self.steps) if on <= day), None)

    def share(self, value: Decimal, of: Decimal | None) -> float | None:
        """Which part of the way to `of` the value has gone; below nothing where it got worse."""
        if of is None or of == self.baseline:
            return None
        return float((value - self.baseline) / (of - self.baseline))


@dataclass(frozen=True)
class Realised:
    """`share` of all that is planned, `to_plan` of what was planned by the day of the last measurement (`on`)."""

    plan: Plan
    on: date | None
    value: Decimal | None
    planned: Decimal | None
    share: float | None
    to_plan: float | None
    due_on: date | None
    is_overdue: bool

    @property
    def state(self) -> str:
        """Computed; nothing where nothing was due or nothing is measured."""
        if self.share is not None and self.share >= 1:
            return DONE
        if self.to_plan is None:
            return NONE
        return ON if self.to_plan >= RISK_BELOW else RISK if self.to_plan >= OFF_BELOW else OFF


def plan(
    *, is_money: bool, baseline: Decimal | None, target: Decimal | None, target_on: date | None, profile: Sequence[int],
    starts_on: date | None, cadence: int,
) -> Plan:  # fmt: skip
    """A profile comes before a target; without a first day it has no dates yet."""
    base = (None if is_money else baseline) or Decimal(0)
    if is_money and profile:
        sums = [Decimal(n) for n in accumulate(profile)]
        first = starts_on
        steps = tuple((months_on(first, 3 * n) - timedelta(days=1), amount) for n, amount in enumerate(sums, 1)) if first else ()
        return Plan(base, steps, sums[-1], first, cadence)
    steps = ((target_on, target),) if target_on and target is not None else ()
    return Plan(base, steps, target, starts_on or target_on, cadence)


def realised(plan: Plan, points: Points, today: date, *, is_open: bool = True) -> Realised:
    """`points` oldest first. The next measurement is due one cadence after the last, or after the first day of the plan."""
    on, value = points[-1] if points else (None, None)
    planned = plan.at(on) if on else None
    due = _due(plan, on) if is_open else None
    return Realised(
        plan, on, value, planned, plan.share(value, plan.whole) if value is not None else None,
        plan.share(value, planned) if value is not None else None, due, due is not None and due < today,
    )  # fmt: skip


def _due(plan: Plan, last: date | None) -> date | None:
    if last is not None:
        return last + timedelta(days=plan.cadence)
    if plan.begins is None:
        return None
    is_one_day = len(plan.steps) == 1 and plan.steps[0][0] == plan.begins
    return plan.begins if is_one_day else plan.begins + timedelta(days=plan.cadence)
