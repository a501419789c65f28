"""Planned, earned and actual value at one moment, and what follows for the end.

ANSI/EIA-748 and PMI *Practice Standard for Earned Value Management*. Values are in one unit of the caller's choice.
Sums of money are exact when they come as integers of the smallest unit or as `Decimal`: sums and differences stay in
what came in; only indices and forecasts are floats. What cannot be derived is None with its reason, never a figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite

from tandem.compute.errors import Uncomputable

Value = int | float | Decimal
FORMS = ("typical", "atypical", "both", "bottom_up")


@dataclass(frozen=True, slots=True)
class Figures:
    """At one moment: budget at completion, planned value, earned value and actual cost (None: not known).

    `unit` is what they are counted in: cost, hours, points. For effort actual cost is hours spent, for story points what
    was spent of them, where that is recorded. Raises `Uncomputable` value_not_finite, value_negative,
    budget_not_positive, above_budget (planned or earned beyond the budget), values_mixed (float with Decimal).
    """

    budget: Value
    planned: Value
    earned: Value
    actual: Value | None = None
    unit: str = "cost"

    def __post_init__(self) -> None:
        known = {"budget": self.budget, "planned": self.planned, "earned": self.earned}
        if self.actual is not None:
            known["actual"] = self.actual
        check(known)
        if self.budget <= 0:
            raise Uncomputable("budget_not_positive", value=self.budget)
        for name in ("planned", "earned"):
            if known[name] > self.budget:
                raise Uncomputable("above_budget", measure=name, value=known[name], budget=self.budget)


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimate at completion in four forms, after PMI; None where `EarnedValue.missing` says why.

    - typical: BAC / CPI, the variance so far is what to expect.
    - atypical: AC + (BAC - EV), the rest goes as planned.
    - both: AC + (BAC - EV) / (CPI x SPI), cost and schedule press on the rest.
    - bottom_up: AC + a new estimate of the rest.
    """

    typical: float | None
    atypical: Value | None
    both: float | None
    bottom_up: Value | None


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """PMI's names: sv = EV - PV, cv = EV - AC, spi = EV / PV, cpi = EV / AC; eac, etc and vac in the same four forms (vac =
    BAC - EAC, etc = EAC - AC); tcpi_budget = (BAC - EV) / (BAC - AC), tcpi_estimate the same against the typical EAC.

    `missing` names each measure that cannot be derived (a form with its measure: `eac.typical`, `vac.both`; all of
    them also as `eac`, `etc`, `vac` where actual cost is unknown), with the code of the reason: actual_unknown, nothing_planned,
    nothing_spent, nothing_earned, nothing_left_of_budget, estimate_reached, work_is_done, no_new_estimate.
    """

    figures: Figures
    sv: Value
    spi: float | None
    cv: Value | None
    cpi: float | None
    eac: Estimates
    etc: Estimates
    vac: Estimates
    tcpi_budget: float | None
    tcpi_estimate: float | None
    missing: Mapping[str, str] = field(default_factory=dict)


def earned_value(figures: Figures, *, new_estimate: Value | None = None) -> EarnedValue:
    """All measures that the figures carry. `new_estimate`: of the rest of the work, for the bottom-up form."""
    missing: dict[str, str] = {}
    if new_estimate is not None:
        check({"budget": figures.budget, "new_estimate": new_estimate})
    bac, pv, ev, ac = figures.budget, figures.planned, figures.earned, figures.actual
    spi = _index("spi", ev, pv, "nothing_planned", missing)
    cpi = None
    if ac is None:
        missing |= dict.fromkeys(
            ("cv", "cpi", "eac", "etc", "vac", "tcpi_budget", "tcpi_estimate"), "actual_unknown"
        )
    else:
        cpi = _index("cpi", ev, ac, "nothing_spent", missing)
    eac = _estimates(figures, spi, cpi, new_estimate, missing)
    for form in FORMS:
        if f"eac.{form}" in missing:
            missing |= dict.fromkeys((f"etc.{form}", f"vac.{form}"), missing[f"eac.{form}"])
    return EarnedValue(
        figures, _less(ev, pv), spi, None if ac is None else _less(ev, ac), cpi, eac,
        _each(eac, lambda value: None if ac is None else _less(value, ac)),
        _each(eac, lambda value: _less(bac, value)),
        *_to_complete(figures, eac, missing), missing,
    )  # fmt: skip


def summed(parts: Iterable[Figures]) -> Figures:
    """Figures of a whole from its parts; actual cost is unknown when it is of any part. Raises `Uncomputable`
    nothing_to_sum, units_differ, values_mixed."""
    every = list(parts)
    if not every:
        raise Uncomputable("nothing_to_sum", value=0)
    units = sorted({one.unit for one in every})
    if len(units) > 1:
        raise Uncomputable("units_differ", value=units)
    check({
        f"{name} of part {place}": value
        for place, one in enumerate(every)
        for name in ("budget", "planned", "earned", "actual")
        if (value := getattr(one, name)) is not None
    })  # fmt: skip
    spent: list[Value] | None = [one.actual for one in every if one.actual is not None]
    if spent is not None and len(spent) < len(every):
        spent = None
    return Figures(
        _sum(one.budget for one in every), _sum(one.planned for one in every), _sum(one.earned for one in every),
        None if spent is None else _sum(spent), units[0],
    )  # fmt: skip


def check(values: Mapping[str, Value]) -> None:
    """Finite, not negative, and no float beside a Decimal: their sum would be neither exact nor defined."""
    for name, value in values.items():
        if not (value.is_finite() if isinstance(value, Decimal) else isfinite(value)):
            raise Uncomputable("value_not_finite", measure=name, value=value)
        if value < 0:
            raise Uncomputable("value_negative", measure=name, value=value)
    kinds = {type(value) for value in values.values()}
    if float in kinds and Decimal in kinds:
        raise Uncomputable("values_mixed", value=sorted(kind.__name__ for kind in kinds))


def _estimates(
    figures: Figures, spi: float | None, cpi: float | None, new: Value | None, missing: dict[str, str]
) -> Estimates:
    bac, ev, ac = figures.budget, figures.earned, figures.actual
    if new is None:
        missing["eac.bottom_up"] = "no_new_estimate"
    if ac is None:
        missing.update({f"eac.{form}": "actual_unknown" for form in FORMS if f"eac.{form}" not in missing})
        return Estimates(None, None, None, None)
    typical = both = None
    if cpi:
        typical = float(bac) / cpi
    else:
        missing["eac.typical"] = missing.get("cpi", "nothing_earned")
    if cpi and spi:
        both = float(ac) + float(_less(bac, ev)) / (cpi * spi)
    else:
        missing["eac.both"] = missing.get("cpi", missing.get("spi", "nothing_earned"))
    return Estimates(typical, _sum((ac, _less(bac, ev))), both, None if new is None else _sum((ac, new)))


def _to_complete(
    figures: Figures, eac: Estimates, missing: dict[str, str]
) -> tuple[float | None, float | None]:
    """What each unit spent from now on must earn to end at the budget, and at the typical estimate."""
    bac, ev, ac = figures.budget, figures.earned, figures.actual
    if ac is None:
        return None, None
    if ev >= bac:
        missing |= dict.fromkeys(("tcpi_budget", "tcpi_estimate"), "work_is_done")
        return None, None
    rest = float(_less(bac, ev))
    to_budget = to_estimate = None
    if bac > ac:
        to_budget = rest / float(_less(bac, ac))
    else:
        missing["tcpi_budget"] = "nothing_left_of_budget"
    if eac.typical is None:
        missing["tcpi_estimate"] = missing["eac.typical"]
    elif eac.typical > float(ac):
        to_estimate = rest / (eac.typical - float(ac))
    else:
        missing["tcpi_estimate"] = "estimate_reached"
    return to_budget, to_estimate


def _index(name: str, earned: Value, over: Value, reason: str, missing: dict[str, str]) -> float | None:
    if over == 0:
        missing[name] = reason
        return None
    return float(earned) / float(over)


def _each(eac: Estimates, change) -> Estimates:  # type: ignore[no-untyped-def]
    values = (eac.typical, eac.atypical, eac.both, eac.bottom_up)
    return Estimates(*(None if value is None else change(value) for value in values))


def _less(value: Value, other: Value) -> Value:
    """Exact where both allow it; a forecast (float) of a sum in Decimal is a float."""
    if isinstance(value, float) or isinstance(other, float):
        return float(value) - float(other)
    return value - other


def _sum(values: Iterable[Value]) -> Value:
    total: Value = 0
    for value in values:
        total = total + value  # type: ignore[operator]
    return total
