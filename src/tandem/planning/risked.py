"""What risks come to: the sum of many by simulation, and what each of them does to the end of a project's network.

Planning knows no register: whoever has one hands its risks in as `Threat`s, chances among them with a negative sign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.compute import ahead
from tandem.compute.forecasting.risk_network import Impact, RiskEvent, RiskNetwork, UncertainActivity
from tandem.compute.forecasting.three_point import Estimate, fixed, pert
from tandem.compute.scheduling.network import Link, LinkType
from tandem.kit import clock
from tandem.kit.types import Json
from tandem.people.models import Space
from tandem.planning import workdays
from tandem.planning.calendars import Calendars, day_of
from tandem.portfolio.models import Project
from tandem.product.models import Scope
from tandem.work import models as work
from tandem.work.models import WorkItem

DAY = 480
TRIALS = 20_032
MANY, TRIALS_OF_MANY = 2_000, 5_056
"Beyond so many activities fewer trials: a network is drawn once for each risk."
MOST_ALONE = 60
"So many risks are each taken out of the network in turn; the rest count in it."
_END, _ALL = "end", "all"
_TYPES = {"FS": LinkType.FS, "blocks": LinkType.FS, "SS": LinkType.SS, "FF": LinkType.FF, "SF": LinkType.SF}
_ROW = ("id", "parent_id", "duration_minutes", "remaining_minutes", "percent_complete", "is_milestone", "actual_start", "planned_start")


@dataclass(frozen=True, slots=True)
class Threat:
    """`sign` −1: a chance. `days` and `money`: at least, most likely, at most, or nothing; money in one currency for all of them.
    `items`, `features`: what it delays; neither: the end of the whole."""

    id: int
    probability: float
    sign: int
    days: tuple[float, ...]
    money: tuple[float, ...]
    items: tuple[int, ...] = ()
    features: tuple[int, ...] = ()


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


def _event(one: Threat, activities: Iterable[str]) -> RiskEvent:
    impacts = tuple(Impact(name, time=seeming(one.days, one.sign)) for name in activities) if one.days else ()
    return RiskEvent(str(one.id), one.probability, impacts, seeming(one.money, one.sign) if one.money else None)


def _span(found: Any, base: float) -> Span:
    half, most = found.percentiles[0], found.percentiles[1]
    return Span(
        round(found.mean - base, 3), round(half.value - base, 3), round(most.value - base, 3),
        None if most.low is None else round(most.low - base, 3), None if most.high is None else round(most.high - base, 3),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """The open work of a project as a network in working days from `on`; `unsized` items of no known length count as nothing."""

    on: date
    days: workdays.Workdays
    activities: tuple[UncertainActivity, ...]
    links: tuple[Link, ...]
    features: dict[int, tuple[int, ...]]
    unsized: int

    @property
    def items(self) -> frozenset[int]:
        return frozenset(int(one.id.removeprefix("item:")) for one in self.activities)

    def inputs(self) -> Any:
        return [str(self.on), repr(self.activities), repr(self.links), sorted(self.features.items()), str(self.days.calendar)]


def read(space: Space) -> Open | None:
    """None where nothing is open. Lengths are those of the plan, else what is left of the effort; four queries."""
    project = Project.objects.filter(space=space).first()
    on = (project.ended_on(clock.today()) if project else None) or clock.today()
    rows = list(WorkItem.objects.in_spaces([space.pk]).open().order_by("id").values(*_ROW))
    parents = {row["parent_id"] for row in rows}
    leaves = {row["id"]: row for row in rows if row["id"] not in parents}
    if not leaves:
        return None
    days = workdays.after(Calendars([space.pk], clock.today()).of_space(space.pk), on)
    made = tuple(UncertainActivity(f"item:{pk}", fixed(_length(row) or 0.0), earliest=_earliest(row, days)) for pk, row in leaves.items())
    unsized = sum(_length(row) is None for row in leaves.values())
    return Open(on, days, made, _links(frozenset(leaves)), _features(frozenset(leaves)), unsized)


def _length(row: Json) -> float | None:
    if row["is_milestone"]:
        return 0.0
    if row["duration_minutes"] is not None:
        return float(row["duration_minutes"] * (100 - min(row["percent_complete"], 100)) / 100 / DAY)
    return float(row["remaining_minutes"] / DAY) if row["remaining_minutes"] is not None else None


def _earliest(row: Json, days: workdays.Workdays) -> float:
    """What has begun goes on; the rest not before it is planned."""
    planned = day_of(row["planned_start"])
    return float(max(0, days.until(planned) - 1)) if planned and row["actual_start"] is None else 0.0


def _links(ids: frozenset[int]) -> tuple[Link, ...]:
    rows = work.Link.objects.dependencies().filter(source_id__in=ids, target_id__in=ids).order_by("id")
    found = []
    for source, target, kind, lag, percent, elapsed in rows.values_list("source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed"):
        length = percent if percent is not None else lag / DAY * (5 / 21 if elapsed else 1)
        found.append(Link(f"item:{source}", f"item:{target}", _TYPES[kind], length, lag_is_percent=percent is not None))
    return tuple(found)


def _features(ids: frozenset[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for feature, item in Scope.objects.filter(item_id__in=ids).exclude(feature=None).order_by("feature_id", "item_id").values_list("feature_id", "item_id"):
        found.setdefault(feature, []).append(item)
    return {feature: tuple(items) for feature, items in found.items()}


def network(work: Open, threats: Iterable[Threat]) -> RiskNetwork:
    """Everything leads to one end, where what concerns the whole project takes its days. A feature's risk takes them when the
    last of its open items is done."""
    known = list(threats)
    features = sorted({pk for one in known for pk in one.features if pk in work.features})
    ends = [UncertainActivity(f"feature:{pk}", fixed(0.0)) for pk in features]
    links = [*work.links, *(Link(one.id, _END, LinkType.FS) for one in work.activities)]
    for pk in features:
        links += [Link(f"item:{item}", f"feature:{pk}", LinkType.FS) for item in work.features[pk]] + [Link(f"feature:{pk}", _END, LinkType.FS)]
    return RiskNetwork((*work.activities, *ends, UncertainActivity(_END, fixed(0.0))), tuple(links), tuple(_event(one, _hit(work, one)) for one in known))


def _hit(work: Open, one: Threat) -> list[str]:
    """Nothing of what it names is open any more: it delays nothing. It names nothing: the end."""
    if not one.items and not one.features:
        return [_END]
    return [f"item:{pk}" for pk in one.items if pk in work.items] + [f"feature:{pk}" for pk in one.features if pk in work.features]


def effects(work: Open, threats: Sequence[Threat], seed: int) -> Json:
    """P50 and P80 of the end with all of them, with none, and without each one in turn, the rest drawn alike. In working days from `on` and as days of the calendar."""
    from tandem.compute.forecasting.network_risk import simulate

    trials = TRIALS if len(work.activities) <= MANY else TRIALS_OF_MANY

    def end(some: Sequence[Threat]) -> Any:
        return simulate(network(work, some), trials=trials, seed=seed)

    whole, none = end(threats), end(())
    weighty = sorted(threats, key=lambda one: (-abs(one.probability * sum(one.days)), one.id))
    told = [one for one in weighty if one.days and _hit(work, one)][:MOST_ALONE]
    p80 = whole.end.percentiles[1].value
    alone = []
    for one in told:
        without = end([other for other in threats if other.id != one.id]).end.percentiles
        alone.append({"risk": one.id, "p50": _two(without[0].value), "p80": _two(without[1].value), "days": _two(p80 - without[1].value)})
    return {
        "with": _ends(work, whole), "without": _ends(work, none), "each": sorted(alone, key=lambda row: (-abs(row["days"]), row["risk"])),
        "items": len(work.activities), "unsized": work.unsized, "trials": whole.trials,
    }  # fmt: skip


def _ends(work: Open, found: Any) -> Json:
    half, most, _last = found.end.percentiles
    return {
        "p50": _two(half.value), "p80": _two(most.value), "p80_between": [_two(most.low), _two(most.high)], "mean": _two(found.end.mean),
        "p50_on": _on(work, half.value), "p80_on": _on(work, most.value), "p80_between_on": [_on(work, one) for one in (most.low, most.high) if one is not None],
    }  # fmt: skip


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _on(work: Open, value: float) -> str:
    return work.days.at(-int(-value // 1)).isoformat()


def delay(work: Open, held: dict[int, float]) -> float:
    """By how many working days the end moves when these items take so much longer, for certain."""
    from tandem.compute.forecasting.network_risk import simulate

    impacts = tuple(Impact(f"item:{pk}", time=fixed(days)) for pk, days in sorted(held.items()) if pk in work.items)
    if not impacts:
        return 0.0
    before = simulate(network(work, ()), trials=64).end.mean
    risked = network(work, ())
    after = simulate(RiskNetwork(risked.activities, risked.links, (RiskEvent("issue", 1.0, impacts),)), trials=64).end.mean
    return round(after - before, 2)
