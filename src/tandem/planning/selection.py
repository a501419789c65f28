"""The bridge of a scenario: its rows become the problem that `compute.selection` solves, and figures of a choice.

Money goes in as whole units (thousands or millions where sums are very large: costs rounded up, budgets down). A proposal may start
in each quarter of the scenario; what it needs after the last one meets the limits of the last one. A later start discounts its value."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from itertools import zip_longest
from typing import Any

from tandem.compute.selection.problem import Candidate, Exclusion, Of, Prerequisite, Problem, Rule, Share
from tandem.planning.models import Scenario
from tandem.portfolio.amounts import role_key
from tandem.portfolio.business_case import npv
from tandem.portfolio.models import Portfolio, Project, Proposal, ProposalTie
from tandem.strategy.models import Contribution

_FINE = 2**52 // 10_000  # sums up to here are counted in single units
_POINT = 1_000  # of fit, so that an earlier start can win a tie
_BOTH = 1_000_000  # what all candidates together are worth of each half
_VERSION = 1


@dataclass(frozen=True)
class Offer:
    """A proposal as it stands before a scenario: what is left of it, where it is a project that runs already."""

    id: str
    pk: int
    title: str
    costs: tuple[int, ...]
    benefits: tuple[int, ...]
    effort: Mapping[str, tuple[int, ...]]
    groups: tuple[str, ...]
    fit: int
    npv: int
    earliest: int
    is_fixed: bool  # in by law, by a lock, or because it runs
    is_running: bool
    project_id: int | None

    @property
    def cost(self) -> int:
        return sum(self.costs)

    @property
    def days(self) -> int:
        return sum(sum(row) for row in self.effort.values())

    @property
    def duration(self) -> int:
        return max(len(self.costs), *(len(row) for row in self.effort.values()), 1)


@dataclass(frozen=True)
class Inputs:
    """What a scenario asks. `removed`: candidates that no choice can have, and why (code, whom it names)."""

    scenario: Scenario
    offers: Mapping[str, Offer]
    removed: Mapping[str, tuple[str, str]]
    ties: tuple[tuple[str, str, str], ...]
    rate: float
    currency: str
    objectives: Mapping[int, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """The same for the same question; what is only shown is no part of it."""
        s = self.scenario
        asked = [
            _VERSION, s.quarters, s.starts_on.isoformat(), s.aim, s.budget, s.is_carried_over, s.capacity, s.shares, self.rate,
            [(o.id, o.costs, o.benefits, sorted((r, v) for r, v in o.effort.items()), sorted(o.groups), o.fit, o.earliest, o.is_fixed) for o in self.offers.values()],
            sorted(self.removed.items()), sorted(self.ties),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(asked, separators=(",", ":")).encode()).hexdigest()

    @cached_property
    def open(self) -> list[Offer]:
        return [o for o in self.offers.values() if o.id not in self.removed]

    @cached_property
    def unit(self) -> int:
        """How many units of the currency the solver counts as one. Every sentence with money asks for it."""
        most = max(sum(abs(o.npv) + o.cost for o in self.open), sum(self.scenario.budget), 1)
        return next(size for size in (1, 1_000, 1_000_000) if most // size < _FINE or size == 1_000_000)


def read(scenario: Scenario) -> Inputs:
    """One query for each kind of row, however many there are."""
    home = Portfolio.objects.filter(space_id=scenario.space_id).first()
    rate = float(home.discount_rate if home else Portfolio.DISCOUNT_RATE) / 100
    candidates = Proposal.objects.in_spaces([scenario.space_id]).candidates()
    running = Proposal.objects.in_spaces([scenario.space_id]).filter(project__state__in=[Project.State.PROPOSED, Project.State.RUNNING])
    rows = list((candidates | running).select_related("project").order_by("id"))
    served: dict[int, list[tuple[int, int]]] = {}
    objectives: dict[int, str] = {}
    known = Contribution.objects.filter(subject_kind=Proposal._meta.label_lower, subject_id__in=[row.pk for row in rows])
    for subject, objective, weight, title in known.values_list("subject_id", "objective_id", "weight", "objective__title"):
        served.setdefault(subject, []).append((objective, weight))
        objectives[objective] = title
    names = _spelt(scenario, rows)
    offers = {f"{row.pk}": _offer(scenario, row, served.get(row.pk, []), rate, names) for row in rows}
    offers = {key: one for key, one in offers.items() if not one.is_running or (one.earliest < scenario.quarters and (one.costs or one.effort))}
    ties, gone = _ties(scenario, offers)
    return Inputs(
        scenario, offers, _removed(scenario, offers, ties, gone), tuple(ties), rate, home.currency if home else "EUR", objectives
    )


def _spelt(scenario: Scenario, rows: Iterable[Proposal]) -> dict[str, str]:
    """The one spelling of each role: of the scenario's capacities, else that of the first proposal."""
    found: dict[str, str] = {}
    for name in [*scenario.capacity, *(name for row in rows for name in row.effort)]:
        found.setdefault(role_key(name), name)
    return found


def _effort(row: Proposal, past: int, names: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for role, days in row.effort.items():
        if left := days[past:]:
            name = names[role_key(role)]
            found[name] = tuple(a + b for a, b in zip_longest(found.get(name, ()), left, fillvalue=0))
    return found


def _offer(scenario: Scenario, row: Proposal, served: Sequence[tuple[int, int]], rate: float, names: Mapping[str, str]) -> Offer:
    is_running = row.project is not None
    begun = _begun(scenario, row)
    past = max(0, _quarters(begun, scenario.starts_on)) if is_running else 0
    costs, benefits = tuple(row.costs[past:]), tuple(row.benefits[past:])
    effort = _effort(row, past, names)
    flows = [
        (benefits[k] if k < len(benefits) else 0) - (costs[k] if k < len(costs) else 0) for k in range(max(len(costs), len(benefits)))
    ]
    said = [("kind", row.kind), ("horizon", row.horizon), ("side", row.side)]
    groups = [*(f"{name}:{value}" for name, value in said if value), *(f"objective:{pk}" for pk, _w in served)]
    lock = scenario.locks.get(str(row.pk))
    return Offer(
        str(row.pk), row.pk, row.title, costs, benefits, effort, tuple(groups), sum(w for _pk, w in served), round(npv(flows, rate)),
        max(0, _quarters(scenario.starts_on, begun if is_running else row.not_before or scenario.starts_on)),
        lock == "in" or (lock is None and (row.is_mandatory or (is_running and not scenario.may_hold))), is_running, row.project_id,
    )  # fmt: skip


def _begun(scenario: Scenario, row: Proposal) -> date:
    """The first day of the case of what runs: its project's, or a later one from which what was left was counted."""
    known = [day for day in (row.project.starts_on, row.not_before) if day] if row.project else []
    return max(known, default=scenario.starts_on)


def _quarters(first: date, last: date) -> int:
    """Whole quarters from the one of `first` to the one of `last`."""
    return (last.year - first.year) * 4 + (last.month - 1) // 3 - (first.month - 1) // 3


_NOT_BUILT = (Project.State.CANCELLED, Project.State.ON_HOLD)


def _ties(scenario: Scenario, offers: Mapping[str, Offer]) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
    """Among what is offered, and who requires something that is neither offered nor built."""
    found, gone = [], {}
    rows = ProposalTie.objects.in_spaces([scenario.space_id]).select_related("other__project").order_by("id")
    for tie in rows:
        one, other = str(tie.proposal_id), str(tie.other_id)
        if one not in offers:
            continue
        if other in offers:
            found.append((tie.kind, one, other))
        elif tie.kind == ProposalTie.Kind.REQUIRES and (tie.other.project is None or tie.other.project.state in _NOT_BUILT):
            gone[one] = tie.other.title
    return found, gone


def _removed(
    scenario: Scenario, offers: Mapping[str, Offer], ties: Iterable[tuple[str, str, str]], gone: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for key, one in offers.items():
        if scenario.locks.get(key) == "out":
            found[key] = ("locked_out", "")
        elif one.earliest >= scenario.quarters:
            found[key] = ("too_late", "")
        elif key in gone:
            found[key] = ("requires_absent", gone[key])
    more = True
    while more:  # who requires what is out is out
        more = False
        for kind, one_, other in ties:
            if kind == ProposalTie.Kind.REQUIRES and other in found and one_ not in found:
                found[one_] = ("requires_absent", offers[other].title)
                more = True
    return found


# -- what was decided stays -----------------------------------------------------------------------------------------


def kept(inputs: Inputs) -> dict[str, Any]:
    """The question as it stands now, to be kept with the decision: proposals go on changing, what was decided does not."""
    return {
        "offers": [asdict(one) for one in inputs.offers.values()], "removed": dict(inputs.removed), "ties": list(inputs.ties), "rate": inputs.rate,
        "currency": inputs.currency, "objectives": {str(pk): title for pk, title in inputs.objectives.items()},
    }  # fmt: skip


def as_kept(scenario: Scenario, said: Mapping[str, Any]) -> Inputs:
    """The question as it was kept."""
    offers = {
        one["id"]: Offer(**{
            **one, "costs": tuple(one["costs"]), "benefits": tuple(one["benefits"]), "groups": tuple(one["groups"]),
            "effort": {role: tuple(row) for role, row in one["effort"].items()},
        })
        for one in said["offers"]
    }  # fmt: skip
    return Inputs(
        scenario, offers, {key: (code, name) for key, (code, name) in said["removed"].items()}, tuple((a, b, c) for a, b, c in said["ties"]),
        said["rate"], said["currency"], {int(pk): title for pk, title in said["objectives"].items()},
    )  # fmt: skip


# -- into the terms of the solver ---------------------------------------------------------------------------------


def unit(inputs: Inputs) -> int:
    return inputs.unit


def problem(inputs: Inputs) -> Problem:
    """Shares of groups that no candidate has are left out; `unmet` names them."""
    s, size = inputs.scenario, unit(inputs)
    offers = inputs.open
    periods = s.quarters + max((o.duration for o in offers), default=1) - 1
    here = {o.id for o in offers}
    groups = {group for o in offers for group in o.groups}
    links = [tie for tie in inputs.ties if tie[1] in here and tie[2] in here]
    return Problem(
        periods,
        tuple(_candidate(inputs, o, size) for o in offers),
        tuple(n // size for n in _held(s.budget, periods)) if s.budget else None,
        s.is_carried_over,
        {role: tuple(_held(row, periods)) for role, row in s.capacity.items()},
        tuple(Prerequisite(one, other, Rule.STARTED) for kind, one, other in links if kind == ProposalTie.Kind.REQUIRES),
        tuple(Exclusion(f"{one}:{other}", (one, other)) for kind, one, other in links if kind == ProposalTie.Kind.EXCLUDES),
        tuple(_share(number, share) for number, share in enumerate(s.shares) if share["group"] in groups),
    )  # fmt: skip


def unmet(inputs: Inputs) -> list[str]:
    """Groups of which the scenario wants a part, and that no candidate has."""
    groups = {group for o in inputs.open for group in o.groups}
    return [s["group"] for s in inputs.scenario.shares if s["bound"] == "least" and s["percent"] and s["group"] not in groups]


def _share(number: int, share: Mapping[str, Any]) -> Share:
    part = share["percent"] / 100
    bounds = {"least_part": part} if share["bound"] == "least" else {"most_part": part}
    return Share(f"{number}", share["group"], Of.MONEY, **bounds)


def _held(row: Sequence[int], periods: int) -> list[int]:
    """The last limit holds on."""
    return [*row, *[row[-1]] * (periods - len(row))][:periods]


def _candidate(inputs: Inputs, one: Offer, size: int) -> Candidate:
    s, width = inputs.scenario, one.duration
    latest = one.earliest if one.is_running else s.quarters - 1
    return Candidate(
        one.id, duration=width, cost=tuple(-(-n // size) for n in _padded(one.costs, width)),
        demand={role: _padded(row, width) for role, row in one.effort.items()},
        values=tuple(_values(inputs, one, size, latest)), earliest=one.earliest, latest=latest, mandatory=one.is_fixed, groups=one.groups,
    )  # fmt: skip


def _padded(row: Sequence[int], width: int) -> tuple[int, ...]:
    return (*row, *[0] * (width - len(row)))


def _values(inputs: Inputs, one: Offer, size: int, latest: int) -> Iterable[int]:
    aim = inputs.scenario.aim
    npvs, fits = sum(abs(o.npv) for o in inputs.open) or 1, sum(o.fit for o in inputs.open) or 1
    for start in range(one.earliest, latest + 1):
        worth = one.npv * (1 + inputs.rate) ** (-start / 4)
        if aim == Scenario.Aim.NPV:
            yield round(worth / size)
        elif aim == Scenario.Aim.FIT:
            yield one.fit * _POINT - start
        else:
            yield round(_BOTH * worth / npvs + _BOTH * one.fit / fits) - start


# -- what a choice comes to ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """Of a choice: sums over its whole course, and the load within the scenario's quarters."""

    count: int
    npv: int
    cost: int
    days: int
    fit: int
    money: tuple[int, ...]
    load: Mapping[str, tuple[int, ...]]
    objectives: Mapping[int, int]
    groups: Mapping[str, int]  # money by group


def figures(inputs: Inputs, starts: Mapping[str, int]) -> Figures:
    quarters = inputs.scenario.quarters
    money, load = [0] * quarters, {role: [0] * quarters for role in inputs.scenario.capacity}
    objectives: dict[int, int] = {}
    groups: dict[str, int] = {}
    known = [(inputs.offers[key], start) for key, start in starts.items() if key in inputs.offers]
    for one, start in known:
        _add(money, one.costs, start)
        for role, row in one.effort.items():
            _add(load.setdefault(role, [0] * quarters), row, start)
        for group in one.groups:
            groups[group] = groups.get(group, 0) + one.cost
            if group.startswith("objective:"):
                objectives[int(group[10:])] = objectives.get(int(group[10:]), 0) + 1
    return Figures(
        len(known), round(sum(o.npv * (1 + inputs.rate) ** (-start / 4) for o, start in known)), sum(o.cost for o, _s in known),
        sum(o.days for o, _s in known), sum(o.fit for o, _s in known), tuple(money), {r: tuple(v) for r, v in load.items()},
        objectives, groups,
    )  # fmt: skip


def _add(sums: list[int], row: Sequence[int], start: int) -> None:
    for k, amount in enumerate(row):
        if start + k < len(sums):
            sums[start + k] += amount
