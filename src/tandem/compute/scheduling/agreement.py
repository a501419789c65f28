"""Proof: do we compute the dates that another scheduling program stored?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tandem.compute.scheduling.critical_path import schedule
from tandem.compute.scheduling.dates import Dates
from tandem.compute.scheduling.network import Constraint, Network
from tandem.compute.scheduling.stored_plan import StoredPlan, network_of


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One task: stored and computed. `is_bound`: it has a link or a constraint that moves it."""

    id: str
    name: str
    stored_start: datetime
    stored_finish: datetime
    computed_start: datetime
    computed_finish: datetime
    is_bound: bool
    is_summary: bool

    @property
    def agrees(self) -> bool:
        """To the minute: seconds are cut off on both sides."""
        return _minute(self.stored_start) == _minute(self.computed_start) and _minute(
            self.stored_finish
        ) == _minute(self.computed_finish)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many automatically scheduled tasks agree; `left_out` are manual or foreign ones."""

    rows: tuple[AgreementRow, ...]
    left_out: tuple[str, ...] = ()

    @property
    def tasks(self) -> int:
        return len(self.rows)

    @property
    def agree(self) -> int:
        return sum(row.agrees for row in self.rows)

    @property
    def bound(self) -> int:
        return sum(row.is_bound for row in self.rows)

    @property
    def bound_agree(self) -> int:
        return sum(row.is_bound and row.agrees for row in self.rows)

    @property
    def share(self) -> float | None:
        """Share of tasks that agree; None without tasks."""
        return self.agree / self.tasks if self.rows else None


def compare(
    dates: Dates, stored: Mapping[str, tuple[datetime, datetime]], names: Mapping[str, str] | None = None
) -> Agreement:
    """Computed against stored (start, finish) by activity id; what `stored` does not name is left out."""
    network = dates.network
    bound = bound_activities(network)
    rows, left_out = [], []
    for row in dates:
        if row.id not in stored:
            left_out.append(row.id)
            continue
        start, finish = stored[row.id]
        rows.append(
            AgreementRow(
                row.id, (names or {}).get(row.id, ""), start, finish, row.start, row.finish,
                row.id in bound, row.id in network.summaries,
            )
        )  # fmt: skip
    return Agreement(tuple(rows), tuple(left_out))


def agreement(plan: StoredPlan) -> Agreement:
    """Schedule a stored plan anew and compare: the whole of `tandem compute dates`."""
    network = network_of(plan)
    dates = schedule(network, plan.start) if plan.from_start else schedule(network, finish=plan.finish)
    stored = {task.id: (task.start, task.finish) for task in plan.tasks if task.is_automatic}
    return compare(dates, stored, {task.id: task.name for task in plan.tasks})


def bound_activities(network: Network) -> set[str]:
    """Activities with a link at either end or a constraint other than as soon or as late as possible."""
    bound = {a.id for a in network.activities if a.constraint not in (Constraint.ASAP, Constraint.ALAP)}
    for link in network.links:
        bound |= {link.predecessor, link.successor}
    return bound


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
