"""What risks come to: the sum of many by simulation, and what each of them does to the end of a project, in the network of its range.

Planning knows no register: whoever has one hands its risks in as `Threat`s, chances among them with a negative sign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from tandem.compute import ahead
from tandem.compute.forecasting.risk_network import Impact, RiskEvent, RiskNetwork, UncertainActivity
from tandem.compute.forecasting.three_point import Estimate, fixed, pert
from tandem.kit.types import Json
from tandem.people.models import Space
from tandem.planning import network_ranges, range_work
from tandem.planning.network_ranges import Built, Past
from tandem.planning.range_work import RangeWork
from tandem.portfolio.models import Project

TRIALS = 20_032
MANY, TRIALS_OF_MANY = 2_000, 5_056
"Beyond so many activities fewer trials: a network is drawn once for each risk."
MOST_ALONE = 60
"So many risks are each taken out of the network in turn; the rest count in it."
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Threat:
    """`sign` −1: a chance. `days` and `money`: at least, most likely, at most, or nothing; money in one currency for all of them.
    `hits`: what it delays, as the range of a plan names it (`item:4`, `feature:7`, `space:3`: the end of the whole)."""

    id: int
    probability: float
    sign: int
    days: tuple[float, ...]
    money: tuple[float, ...]
    hits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Of a sum over all trials; P80 with its interval of 95 %."""

    mean: float
    p50: float
    p80: float
    p80_low: float | None
    p80_high: float | None


@dataclass(frozen=True, slots=True)
class Sum:
    """`together`: share of the trials in which neither the P80 of the days nor that of the money is passed."""

    days: Span
    money: Span
    together: float
    trials: int


def is_ready() -> bool:
    """Whether the simulation is compiled on this machine, so that nobody waits for that."""
    return ahead.is_compiled("forecasting")


def seeming(three: Sequence[float], sign: int) -> Estimate:
    """The three points as a distribution, with their sign."""
    low, mid, high = sorted(sign * value for value in three)
    return fixed(low) if low == high else pert(low, mid, high)


def exposure(threats: Iterable[Threat], seed: int, trials: int = TRIALS) -> Sum:
    """All of them as if they hit one after the other: days add up. Days and money of one risk are drawn at one severity."""
    from tandem.compute.forecasting.network_risk import simulate

    known = list(threats)
    # a duration never falls below nothing: begun so late, chances take away all that they can
    base = sum(max(one.days) for one in known if one.sign < 0 and one.days)
    events = tuple(_event(one, (_ALL,)) for one in known)
    found = simulate(RiskNetwork((UncertainActivity(_ALL, fixed(base)),), risks=events), trials=trials, seed=seed)
    days, money = _span(found.end, base), _span(found.cost, 0.0)
    return Sum(days, money, found.chance(end=days.p80 + base, cost=money.p80), found.trials)


def event(one: Threat) -> RiskEvent:
    """As it strikes in the range of a plan."""
    return replace(_event(one, one.hits), cost=None)


def hold_up(held: dict[int, float]) -> RiskEvent:
    """These items take so many days longer, for certain."""
    return RiskEvent("issue", 1.0, tuple(Impact(f"item:{pk}", time=fixed(days)) for pk, days in sorted(held.items())))


def _event(one: Threat, activities: Iterable[str]) -> RiskEvent:
    impacts = tuple(Impact(name, time=seeming(one.days, one.sign)) for name in activities) if any(one.days) else ()
    return RiskEvent(str(one.id), one.probability, impacts, seeming(one.money, one.sign) if any(one.money) else None)


def _span(found: Any, base: float) -> Span:
    half, most = found.percentiles[0], found.percentiles[1]
    return Span(
        round(found.mean - base, 3), round(half.value - base, 3), round(most.value - base, 3),
        None if most.low is None else round(most.low - base, 3), None if most.high is None else round(most.high - base, 3),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """The open work of a project in the network of its range, with what strikes it."""

    work: RangeWork
    built: Built

    def inputs(self) -> Any:
        network = self.built.network
        return [repr(network.activities), repr(network.links), repr(network.risks), repr(network.groups), self.built.offset]

    def without(self, out: Iterable[str]) -> RiskNetwork:
        """These strike nothing; the rest is drawn alike."""
        gone = frozenset(out)
        return replace(self.built.network, risks=tuple(replace(one, impacts=()) if one.id in gone else one for one in self.built.network.risks))

    @property
    def striking(self) -> frozenset[str]:
        """What hits anything that is open."""
        return frozenset(one.id for one in self.built.network.risks if one.impacts)

    @property
    def trials(self) -> int:
        return TRIALS if len(self.built.network.activities) <= MANY else TRIALS_OF_MANY


def read(space: Space, events: Sequence[RiskEvent]) -> Open | None:
    """None where nothing is open, or no project stands there. Where too little was finished to say how far estimates are off, lengths are
    those that were said."""
    project = Project.objects.filter(space=space).first()
    work = range_work.read(space.pk, [project]) if project is not None else None
    if work is None or not work.tasks:
        return None
    return Open(work, network_ranges.build(work, Past([space.pk]), events, is_bold=True))


def effects(work: Open, threats: Sequence[Threat], seed: int) -> Json:
    """P50 and P80 of the end with all of them, with none, and without each one in turn, the rest drawn alike. In working days from today and as days of the calendar."""
    from tandem.compute.forecasting.network_risk import simulate

    def end(*out: int) -> Any:
        return simulate(work.without(map(str, out)), trials=work.trials, seed=seed)

    whole, none = end(), end(*(one.id for one in threats))
    weighty = sorted(threats, key=lambda one: (-abs(one.probability * sum(one.days)), one.id))
    p80 = _left(work, whole.end.percentiles[1].value)
    alone = []
    for one in [one for one in weighty if str(one.id) in work.striking][:MOST_ALONE]:
        half, most, _last = (_left(work, found.value) for found in end(one.id).end.percentiles)
        alone.append({"risk": one.id, "p50": _two(half), "p80": _two(most), "days": _two(p80 - most)})
    return {
        "with": _ends(work, whole), "without": _ends(work, none), "each": sorted(alone, key=lambda row: (-abs(row["days"]), row["risk"])),
        "items": work.work.items, "unsized": work.built.assumed, "learnt": sum(work.built.used.values()), "trials": whole.trials,
    }  # fmt: skip


def _left(work: Open, value: float) -> float:
    """From today; what chances would end before today ends today."""
    return max(0.0, value - work.built.offset)


def _ends(work: Open, found: Any) -> Json:
    half, most, _last = found.end.percentiles
    between = [None if one is None else _two(_left(work, one)) for one in (most.low, most.high)]
    return {
        "p50": _two(_left(work, half.value)), "p80": _two(_left(work, most.value)), "p80_between": between, "mean": _two(_left(work, found.end.mean)),
        "p50_on": _on(work, half.value), "p80_on": _on(work, most.value), "p80_between_on": [_on(work, one) for one in (most.low, most.high) if one is not None],
    }  # fmt: skip


def _two(value: float) -> float:
    return round(value, 2)


def _on(work: Open, value: float) -> str:
    return work.work.days.at(ceil(_left(work, value) - 1e-4)).isoformat()


def delay(work: Open) -> float:
    """By how many working days the end moves, on average, for what strikes here."""
    from tandem.compute.forecasting.network_risk import simulate

    if not work.striking:
        return 0.0
    return round(simulate(work.built.network, trials=work.trials).end.mean - simulate(work.without(work.striking), trials=work.trials).end.mean, 2)
