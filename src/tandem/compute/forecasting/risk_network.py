"""A plan whose durations and costs are uncertain: what a network Monte Carlo is asked, as checked, frozen data.

Times are in one unit of the caller's choice, usually working days; cost is in any one currency unit.
"""

from dataclasses import dataclass, field

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.three_point import LARGEST, Estimate
from tandem.compute.scheduling.network import Link, find_cycle


@dataclass(frozen=True, slots=True)
class UncertainActivity:
    """`cost` is spent whatever the duration, `cost_per_unit` for each unit of time the activity lasts.

    `earliest`: not before this time. `groups`: what it varies with (names of `Group`). `demand`: units of each
    resource while it runs (read when trials are levelled).
    """

    id: str
    duration: Estimate
    cost: Estimate | None = None
    cost_per_unit: float = 0.0
    earliest: float = 0.0
    groups: tuple[str, ...] = ()
    demand: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Activities and risks that go well or badly together: any two members correlate by `correlation` (of their
    normal scores), through one common factor."""

    id: str
    correlation: float


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of the normal scores of two activities' durations or two risks' occurrences, or one of each."""

    first: str
    second: str
    value: float


@dataclass(frozen=True, slots=True)
class Impact:
    """What a risk does to one activity: adds `time` (multiplies the duration by it when `is_factor`), adds
    `cost`. Negative values are opportunities; a duration never falls below zero."""

    activity: str
    time: Estimate | None = None
    cost: Estimate | None = None
    is_factor: bool = False


@dataclass(frozen=True, slots=True)
class RiskEvent:
    """Happens with `probability`; then all its impacts, and its own `cost`, are read at one severity: what is bad
    for one activity is as bad for the others, in time and in money."""

    id: str
    probability: float
    impacts: tuple[Impact, ...] = ()
    cost: Estimate | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RiskNetwork:
    """Activities, links (lags in the unit of the durations, or percent of the predecessor's drawn duration),
    risks, what varies together, and capacities for levelled trials.

    Raises `Uncomputable` with the offender and the value: activity_twice, risk_twice, group_twice, group_unknown,
    group_correlation, probability, factor_negative, duration_negative, earliest, cost_too_large,
    activity_unknown, link_unknown, link_to_itself, lag_elapsed, lag_too_large, cycle (with its path), correlation_unknown,
    correlation_value, risk_named_as_activity, demand_negative, demand_too_large, resource_unknown,
    demand_above_capacity, capacity_negative, capacity_too_large. Too large is beyond 1e15.
    """

    activities: tuple[UncertainActivity, ...]
    links: tuple[Link, ...] = ()
    risks: tuple[RiskEvent, ...] = ()
    groups: tuple[Group, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    capacities: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.activities:
            raise Uncomputable("no_activities", value=0)
        names = _unique("activity", self.activities)
        risks = _unique("risk", self.risks)
        _unique("group", self.groups)
        for group in self.groups:
            if not 0 <= group.correlation < 1:
                raise Uncomputable("group_correlation", group=group.id, value=group.correlation)
        for activity in self.activities:
            self._check_groups(activity.id, activity.groups)
        for risk in self.risks:
            self._check_groups(risk.id, risk.groups)
        for activity in self.activities:
            self._check_activity(activity)
        for risk in self.risks:
            _check_risk(risk, names)
        self._check_links(names)
        if self.correlations and names & risks:
            raise Uncomputable("risk_named_as_activity", value=sorted(names & risks)[0])
        self._check_correlations(names | risks)

    def _check_groups(self, member: str, names: tuple[str, ...]) -> None:
        if not names:
            return
        strength = {group.id: group.correlation for group in self.groups}
        for name in names:
            if name not in strength:
                raise Uncomputable("group_unknown", member=member, value=name)
        total = sum(strength[name] for name in names)
        if total >= 1:
            raise Uncomputable("group_correlation", member=member, value=total)

    def _check_activity(self, activity: UncertainActivity) -> None:
        if activity.duration.low < 0:
            raise Uncomputable("duration_negative", activity=activity.id, value=activity.duration.low)
        if not 0 <= activity.earliest <= LARGEST:
            raise Uncomputable("earliest", activity=activity.id, value=activity.earliest)
        if not abs(activity.cost_per_unit) <= LARGEST:
            raise Uncomputable("cost_too_large", activity=activity.id, value=activity.cost_per_unit)
        for resource, units in activity.demand:
            if units < 0:
                raise Uncomputable("demand_negative", activity=activity.id, resource=resource, value=units)
            if units > LARGEST:
                raise Uncomputable("demand_too_large", activity=activity.id, resource=resource, value=units)

    def _check_links(self, names: set[str]) -> None:
        for link in self.links:
            for end, other in ((link.successor, link.predecessor), (link.predecessor, link.successor)):
                if other not in names:
                    raise Uncomputable("link_unknown", activity=end, value=other)
            if link.predecessor == link.successor:
                raise Uncomputable("link_to_itself", activity=link.successor, value=link.type.name)
            if link.lag_is_elapsed:
                raise Uncomputable("lag_elapsed", activity=link.successor, value=link.lag)
            if not abs(link.lag) <= LARGEST:
                raise Uncomputable("lag_too_large", activity=link.successor, value=link.lag)
        path = find_cycle((link.predecessor, link.successor) for link in self.links)
        if path:
            raise Uncomputable("cycle", path=path, value=len(path) - 1)

    def _check_correlations(self, names: set[str]) -> None:
        for pair in self.correlations:
            for name in (pair.first, pair.second):
                if name not in names:
                    raise Uncomputable("correlation_unknown", value=name)
            if not -1 < pair.value < 1 or pair.first == pair.second:
                raise Uncomputable("correlation_value", members=(pair.first, pair.second), value=pair.value)

    def check_capacities(self) -> None:
        """For levelled trials: each demand must fit into its resource's capacity."""
        for resource, units in self.capacities.items():
            if units < 0:
                raise Uncomputable("capacity_negative", resource=resource, value=units)
            if units > LARGEST:
                raise Uncomputable("capacity_too_large", resource=resource, value=units)
        for activity in self.activities:
            for resource, units in activity.demand:
                if resource not in self.capacities:
                    raise Uncomputable("resource_unknown", activity=activity.id, value=resource)
                if units > self.capacities[resource]:
                    raise Uncomputable(
                        "demand_above_capacity", activity=activity.id, resource=resource, value=units
                    )


def _unique(noun: str, things: "tuple[UncertainActivity | RiskEvent | Group, ...]") -> set[str]:
    found: set[str] = set()
    for thing in things:
        if thing.id in found:
            raise Uncomputable(f"{noun}_twice", **{noun: thing.id}, value=thing.id)
        found.add(thing.id)
    return found


def _check_risk(risk: RiskEvent, names: set[str]) -> None:
    if not 0 <= risk.probability <= 1:
        raise Uncomputable("probability", risk=risk.id, value=risk.probability)
    for impact in risk.impacts:
        if impact.activity not in names:
            raise Uncomputable("activity_unknown", risk=risk.id, value=impact.activity)
        if impact.is_factor and impact.time is not None and impact.time.low < 0:
            raise Uncomputable(
                "factor_negative", risk=risk.id, activity=impact.activity, value=impact.time.low
            )
