"""The dates of a plan: what `critical_path.schedule` answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.axis import Ints
from tandem.compute.scheduling.network import Network


@dataclass(frozen=True, slots=True)
class ActivityDates:
    """What was computed for one activity. Slack in working minutes of its own calendar."""

    id: str
    start: datetime
    finish: datetime
    late_start: datetime
    late_finish: datetime
    total_slack: int
    free_slack: int
    critical: bool
    driven_by: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A rule that the computed dates do not keep.

    `rule`: deadline, constraint (the activity's own), or link (then `other` is the predecessor).
    `minutes`: by how many working minutes of the activity's calendar.
    """

    activity: str
    rule: str
    minutes: int
    other: str | None = None


@dataclass(frozen=True, eq=False)
class Dates:
    """The result, by column: arrays in the order of `Network.activities`, instants as datetime64[s], slack
    in minutes.

    `driver` is the place in `Network.links` of the link that decides the start (for FF and SF: the finish),
    else -1.
    """

    network: Network
    start: npt.NDArray[np.datetime64]
    finish: npt.NDArray[np.datetime64]
    late_start: npt.NDArray[np.datetime64]
    late_finish: npt.NDArray[np.datetime64]
    total_slack: Ints
    free_slack: Ints
    critical: npt.NDArray[np.bool_]
    driver: Ints
    project_start: datetime
    project_finish: datetime
    conflicts: tuple[Conflict, ...]

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, activity: str) -> ActivityDates:
        return self._row(self.network.index[activity])

    def __iter__(self) -> Iterator[ActivityDates]:
        return (self._row(i) for i in range(len(self)))

    def _row(self, i: int) -> ActivityDates:
        at = int(self.driver[i])
        start, finish, late_start, late_finish = (
            column[i].item() for column in (self.start, self.finish, self.late_start, self.late_finish)
        )
        return ActivityDates(
            self.network.activities[i].id, start, finish, late_start, late_finish, int(self.total_slack[i]),
            int(self.free_slack[i]), bool(self.critical[i]), self.network.links[at].predecessor if at >= 0
            else None,
        )  # fmt: skip
