"""What may be chosen, and under which rules: candidates, budget, capacity, shares, as checked, frozen data.

All amounts are whole numbers in the smallest unit that is counted (cents, tenths of a person-day, points), so
that a plan is equal everywhere and a check is exact. Periods are numbered from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.network import find_cycle


class Rule(StrEnum):
    """What of the prerequisite must have happened before its dependant may start."""

    FINISHED = "finished"
    STARTED = "started"


class Of(StrEnum):
    """What a share is a share of: money spent, value gained, or number of candidates."""

    MONEY = "money"
    VALUE = "value"
    COUNT = "count"


AMOUNT = 2**53  # sums of amounts stay below it: whole numbers that floating point holds exactly
PERIODS = 2_000
_PART = 10_000  # parts are read to a ten-thousandth; their rows count this many times the amounts


def _refuse(rule: str, candidate: str | None, value: object) -> None:
    raise Uncomputable(rule, candidate=candidate, value=value)


def _whole(name: str, candidate: str | None, *amounts: object) -> None:
    for amount in amounts:
        if isinstance(amount, bool) or not isinstance(amount, int):
            _refuse(f"{name}_not_whole", candidate, amount)
        elif abs(amount) >= AMOUNT:
            _refuse(f"{name}_too_large", candidate, amount)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be chosen. It runs `duration` periods from its start.

    `cost` and each row of `demand` have one amount for each period of running. `value` is what it brings; with
    `values` it depends on the start (one for each start from `earliest` to `latest`, then `value` is not read).
    `groups` are the names that shares speak of; `measures` are further sums (risk, value in the first year).
    Raises `Uncomputable` with candidate, rule and value."""

    id: str
    value: int = 0
    duration: int = 1
    cost: tuple[int, ...] = ()
    demand: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    values: tuple[int, ...] = ()
    earliest: int = 0
    latest: int | None = None
    mandatory: bool = False
    groups: tuple[str, ...] = ()
    measures: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _whole("value", self.id, self.value, *self.values)
        _whole(
            "period", self.id, self.duration, self.earliest, *(() if self.latest is None else (self.latest,))
        )
        _whole("measure", self.id, *self.measures.values())
        if self.duration < 1:
            _refuse("duration_below_one", self.id, self.duration)
        if self.earliest < 0:
            _refuse("earliest_negative", self.id, self.earliest)
        if self.latest is not None and self.latest < self.earliest:
            _refuse("latest_before_earliest", self.id, (self.earliest, self.latest))
        for name, amounts in (("cost", self.cost), *(("demand", row) for row in self.demand.values())):
            _whole(name, self.id, *amounts)
            if amounts and len(amounts) != self.duration:
                _refuse(f"{name}_length", self.id, (len(amounts), self.duration))
            if any(amount < 0 for amount in amounts):
                _refuse(f"{name}_negative", self.id, min(amounts))

    def worth(self, start: int) -> int:
        return self.values[start - self.earliest] if self.values else self.value

    @property
    def money(self) -> int:
        return sum(self.cost)


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """`candidate` may be chosen only when `needs` is, and starts `lag` periods after it has finished/started."""

    candidate: str
    needs: str
    rule: Rule = Rule.FINISHED
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """At most one of these."""

    id: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What the candidates of a group may take of all that is chosen: as amounts, as parts of the whole (0 to 1,
    read to a ten-thousandth), or both."""

    id: str
    group: str
    of: Of = Of.MONEY
    minimum: int | None = None
    maximum: int | None = None
    least_part: float | None = None
    most_part: float | None = None

    def __post_init__(self) -> None:
        bounds = (self.minimum, self.maximum, self.least_part, self.most_part)
        if all(bound is None for bound in bounds):
            raise Uncomputable("share_without_bound", share=self.id, value=None)
        _whole("share", self.id, *(bound for bound in bounds[:2] if bound is not None))
        for part in bounds[2:]:
            if part is not None and not 0 <= part <= 1:
                raise Uncomputable("share_not_a_part", share=self.id, value=part)


@dataclass(frozen=True, slots=True)
class Limit:
    """Least or most that the sum of a measure over all chosen may be."""

    measure: str
    minimum: int | None = None
    maximum: int | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if not bounds:
            raise Uncomputable("limit_without_bound", measure=self.measure, value=None)
        _whole("limit", None, *bounds)


@dataclass(frozen=True, eq=False)
class Problem:
    """A selection to be made over `periods`.

    `budget` per period (none: money is no limit); with `carry_over` what is left of a period may be spent
    later. `capacity` per role and period; a demand for a role that is not named has no limit.
    Raises `Uncomputable` naming candidate, rule and value: candidate_twice, no_room, budget_length,
    capacity_length, candidate_unknown, prerequisite_cycle (path), values_length, share_twice, measure_unknown,
    sum_too_large (of: whose sum reaches 2⁵³; with parts: 2⁵³ / 10,000), …"""

    periods: int
    candidates: tuple[Candidate, ...]
    budget: tuple[int, ...] | None = None
    carry_over: bool = False
    capacity: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    prerequisites: tuple[Prerequisite, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    shares: tuple[Share, ...] = ()
    limits: tuple[Limit, ...] = ()
    index: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _whole("periods", None, self.periods)
        if not 1 <= self.periods <= PERIODS:
            rule = "periods_below_one" if self.periods < 1 else "periods_too_many"
            _refuse(rule, None, self.periods)
        index: dict[str, int] = {}
        for place, candidate in enumerate(self.candidates):
            if candidate.id in index:
                _refuse("candidate_twice", candidate.id, place)
            index[candidate.id] = place
            if not self.window(candidate):
                _refuse("no_room", candidate.id, (candidate.earliest, candidate.duration, self.periods))
            if candidate.values and len(candidate.values) != len(self.window(candidate)):
                _refuse("values_length", candidate.id, (len(candidate.values), len(self.window(candidate))))
        object.__setattr__(self, "index", index)
        rows = {"budget": self.budget or ()} | {
            f"capacity {role}": row for role, row in self.capacity.items()
        }
        for name, row in rows.items():
            kind = name.split(" ")[0]
            _whole(kind, None, *row)
            if (row and len(row) != self.periods) or (kind == "capacity" and not row):
                raise Uncomputable(f"{kind}_length", candidate=None, row=name, value=len(row))
            if any(amount < 0 for amount in row):
                raise Uncomputable(f"{kind}_negative", candidate=None, row=name, value=min(row))
        self._check_links()
        self._check_shares()
        self._check_sums()

    def window(self, candidate: Candidate) -> range:
        """Periods in which a candidate may start so that it ends within the plan."""
        last = self.periods - candidate.duration
        return range(
            candidate.earliest, min(last, last if candidate.latest is None else candidate.latest) + 1
        )

    def offset(self, link: Prerequisite) -> int:
        """Periods from the start of the prerequisite to the earliest start of its dependant."""
        return link.lag + (
            self.candidates[self.index[link.needs]].duration if link.rule == Rule.FINISHED else 0
        )

    def _check_links(self) -> None:
        for link in self.prerequisites:
            for name in (link.candidate, link.needs):
                if name not in self.index:
                    _refuse("candidate_unknown", name, (link.needs, link.candidate))
            _whole("lag", link.candidate, link.lag)
            if abs(link.lag) > PERIODS:
                _refuse("lag_too_large", link.candidate, link.lag)
            if link.candidate == link.needs:
                _refuse("prerequisite_of_itself", link.candidate, link.rule.value)
        path = find_cycle((link.needs, link.candidate) for link in self.prerequisites)
        if path:
            raise Uncomputable("prerequisite_cycle", candidate=path[0], path=path, value=len(path) - 1)
        for exclusion in self.exclusions:
            for name in exclusion.candidates:
                if name not in self.index:
                    raise Uncomputable(
                        "candidate_unknown", candidate=name, exclusion=exclusion.id, value=name
                    )

    def _check_shares(self) -> None:
        groups = {group for candidate in self.candidates for group in candidate.groups}
        seen: set[str] = set()
        for share in self.shares:
            if share.group not in groups:
                raise Uncomputable("group_unknown", candidate=None, share=share.id, value=share.group)
            if share.id in seen:
                raise Uncomputable("share_twice", candidate=None, share=share.id, value=share.id)
            seen.add(share.id)
        measures = {measure for candidate in self.candidates for measure in candidate.measures}
        for limit in self.limits:
            if self.candidates and limit.measure not in measures:
                _refuse("measure_unknown", None, limit.measure)

    def _check_sums(self) -> None:
        worth = sum(max(map(abs, one.values or (one.value,))) for one in self.candidates)
        sums = {
            "value": worth,
            "cost": sum(one.money for one in self.candidates),
            "budget": sum(self.budget or ()),
        }
        for one in self.candidates:
            for role, row in one.demand.items():
                sums[f"demand {role}"] = sums.get(f"demand {role}", 0) + sum(row)
            for measure, units in one.measures.items():
                sums[f"measure {measure}"] = sums.get(f"measure {measure}", 0) + abs(units)
        parts = {
            {Of.MONEY: "cost", Of.VALUE: "value"}.get(share.of)
            for share in self.shares
            if share.least_part is not None or share.most_part is not None
        }
        for name, total in sums.items():
            if total * (_PART if name in parts else 1) >= AMOUNT:
                raise Uncomputable("sum_too_large", candidate=None, of=name, value=total)
