"""The range in which a project ends, of a plan that nobody stored: drawn as the range that is stored would be once it stood."""

from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from tandem.compute.forecasting.risk_network import RiskEvent
from tandem.people.scoping import open_below
from tandem.planning import network_ranges, range_work, runs
from tandem.planning.network_ranges import Past, TooLittle
from tandem.planning.range_work import Levelled, RangeWork
from tandem.portfolio.models import Project

Range = tuple[date, date, float]
"""P50, P80, and the working days of the P80 that open risks are behind."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The open work of a project on the dates of a plan, what strikes it, and what finished items took."""

    work: RangeWork
    events: list[RiskEvent]
    past: Past


class Ranges:
    """What finished items took is read once for both plans: no open change touches it."""

    def __init__(self) -> None:
        self._open = open_below(None)
        self._pasts: dict[int, Past] = {}

    def read(self, project: Project, levelled: Levelled) -> Drawing | None:
        """What it is drawn from, as it stands in the rows now; None where the project is over."""
        if project.state in (Project.State.DONE, Project.State.CANCELLED):
            return None
        work = range_work.read(project.space_id, [project], levelled)
        return Drawing(work, [event for source in network_ranges.sources for event in source(frozenset(work.projects))], self._past(project.space_id))

    def _past(self, space_id: int) -> Past:
        key = 0 if space_id in self._open else space_id
        if key not in self._pasts:
            self._pasts[key] = Past([space_id])
        return self._pasts[key]


def drawn(space_id: int, given: Drawing | None) -> Range | None:
    """None where nothing can be said, as the range of the plan would refuse it. Reads nothing."""
    # the compiler behind it takes half a second to load: only the job that computes waits for it
    from tandem.compute.forecasting.network_risk import simulate

    if given is None:
        return None
    try:
        built = network_ranges.build(given.work, given.past, given.events)
    except TooLittle:
        return None
    seed = runs.seed_of("range", space_id)
    p50, p80, _p95 = simulate(built.network, seed=seed).end.percentiles
    weight = 0.0
    if any(one.impacts for one in built.network.risks):  # the rest is drawn alike
        without = replace(built.network, risks=tuple(replace(one, impacts=()) for one in built.network.risks))
        weight = p80.value - simulate(without, seed=seed).end.percentiles[1].value
    half, most = (given.work.days.at(ceil(one.value - built.offset - 1e-4)) for one in (p50, p80))
    return half, most, round(weight, 1)
