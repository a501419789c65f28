"""The critical path method in working time: earliest and latest dates, slack, what drives each date.

Source: PMBOK (critical path method, precedence diagramming); the rules for calendars and edge cases are
those of MS Project as far as `docs/reference/ms-project-dates.md` lists them.
"""

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling import arrays, kernel
from tandem.compute.scheduling.axis import Ints, instant, moment_of
from tandem.compute.scheduling.conflicts import conflicts
from tandem.compute.scheduling.dates import Dates
from tandem.compute.scheduling.network import Constraint, Network

LONGEST_PLAN = 200 * 366


def schedule(
    network: Network,
    start: datetime | None = None,
    *,
    finish: datetime | None = None,
    status_date: datetime | None = None,
    honour_constraints: bool = True,
    critical_slack: int = 0,
) -> Dates:
    """Dates of every activity.

    `start`: the project's; nothing that has not started is planned before it, unless its own date says so.
    Give `finish` instead to schedule backwards: the project then starts as late as it can, and ALAP
    activities lie late. `status_date`: remaining work is not planned before it; without it, started work
    goes on as if undisturbed. `honour_constraints`: a constraint date wins over links (MS Project's
    default); False lets links win, and the missed constraint shows as negative slack. `critical_slack`:
    total slack in minutes up to which an unfinished activity is critical.

    Raises `Uncomputable`: cycle (with its path), no_working_time, start_or_finish, moment_with_zone. O(n log
    m) for n activities and links and m working intervals.
    """
    anchor = start if finish is None else finish
    if anchor is None or (start is not None and finish is not None):
        raise Uncomputable("start_or_finish", value=(start, finish))
    passes = _Passes(network, honour_constraints, status_date)
    named = arrays.moments(network, anchor, status_date)
    first, last = named[0] - timedelta(days=60), named[-1] + timedelta(days=3 * 365)
    while True:
        passes.compile(first, last)
        begin = passes.run(instant(anchor), backwards=finish is not None)
        if not passes.flags.any():
            return _dates(passes, begin, critical_slack)
        reach = (last - first).days
        if reach > LONGEST_PLAN:
            raise Uncomputable("no_working_time", calendar=network.calendar, value=(first, last))
        if passes.flags[0]:
            first = date.fromordinal(max(first.toordinal() - reach, 1))
        if passes.flags[1]:
            last = date.fromordinal(min(last.toordinal() + 2 * reach, date.max.toordinal() - 1))


class _Passes:
    """The arrays of one network, and the passes over them on one horizon."""

    def __init__(self, network: Network, honour: bool, status_date: datetime | None) -> None:
        self.network = network
        self.axes = arrays.Axes(network)
        self.nodes = arrays.nodes(network, self.axes, honour_constraints=honour)
        self.edges = arrays.edges(network, self.axes)
        self.order = arrays.order(network, self.edges, self.nodes.owner)
        self.flags: Ints = np.zeros(2, np.int64)
        self.status = -arrays.NEVER if status_date is None else instant(status_date)
        self.real = len(network.activities)
        (self.start, self.finish, self.late_start, self.late_finish, self.ceiling, self.total, self.free,
         self.driver) = (np.zeros(len(self.nodes.kind), np.int64) for _ in range(8))  # fmt: skip
        self.alap = np.array([a.constraint is Constraint.ALAP for a in network.activities], dtype=np.bool_)
        self.alap &= self.nodes.kind[: self.real] == kernel.LEAF
        self.end = 0

    def compile(self, first: date, last: date) -> None:
        self.flags[:] = 0
        self.axis = self.axes.compiled(first, last)

    def run(self, begin: int, *, backwards: bool) -> int:
        """Forward, backward, and both again where something lies late. Returns the start of the project."""
        self.end = begin
        if not self.real:
            return begin
        self._forward(begin)
        if not backwards:
            self.end = int(self.finish[: self.real].max())
        if self.flags[1]:
            return begin  # the horizon was too short: no need to walk back over it
        self._backward()
        if backwards:
            begin = int(self.late_start[: self.real].min())
        if backwards or self.alap.any():
            self._forward(begin, late=np.where(self.alap, self.late_start[: self.real], -arrays.NEVER))
            self._backward()
        return begin

    def _forward(self, begin: int, late: Ints | None = None) -> None:
        n, e = self.nodes, self.edges
        is_open = np.isin(n.kind, (kernel.LEAF, kernel.GATE, kernel.ROLLUP))
        early = np.where(is_open, np.maximum(n.start_min, max(begin, self.status)), n.start_min)
        if late is not None:
            early[: self.real] = np.maximum(early[: self.real], late)
        is_running = (n.kind == kernel.STARTED) & (n.is_complete == 0)
        resume = np.where(is_running, np.maximum(n.resume, self.status), -arrays.NEVER)
        kernel.forward(
            *self.axis, self.order, e.in_ptr, e.in_edge, e.tail, e.kind, e.lag, e.lag_axis, n.kind, n.axis,
            n.rows, n.calendars, n.delays, n.spans, n.left, early, n.finish_min, n.start_max, n.finish_max,
            n.extra, n.given_start, n.given_finish, resume, n.is_point, self.start, self.finish, self.driver,
            self.flags,
        )  # fmt: skip

    def _backward(self) -> None:
        n, e = self.nodes, self.edges
        kinds = np.where((n.is_complete != 0) & (n.kind != kernel.ROLLUP), kernel.DONE, n.kind)
        kernel.backward(
            *self.axis, self.order, e.out_ptr, e.out_edge, e.in_ptr, e.in_edge, e.tail, e.head, e.kind, e.lag,
            e.lag_axis, kinds, n.axis, n.rows, n.calendars, n.delays, n.spans, n.late_start_max,
            n.late_finish_max, n.is_point, n.owner, self.end, self.start, self.finish, self.late_start,
            self.late_finish, self.ceiling, self.total, self.free, self.flags,
        )  # fmt: skip


def _dates(passes: _Passes, begin: int, critical_slack: int) -> Dates:
    n = passes.real
    is_done = passes.nodes.is_complete[:n] != 0

    def moments(column: Ints) -> npt.NDArray[np.datetime64]:
        return column[:n].astype("datetime64[s]")

    total = np.floor_divide(passes.total[:n] + 30, 60)
    return Dates(
        network=passes.network,
        start=moments(passes.start),
        finish=moments(passes.finish),
        late_start=moments(passes.late_start),
        late_finish=moments(passes.late_finish),
        total_slack=total,
        free_slack=np.floor_divide(passes.free[:n] + 30, 60),
        critical=(total <= critical_slack) & ~is_done,
        driver=np.where(passes.driver[:n] < len(passes.network.links), passes.driver[:n], -1),
        project_start=moment_of(begin),
        project_finish=moment_of(int(passes.finish[:n].max()) if n else begin),
        conflicts=conflicts(
            passes.network, passes.axis, passes.nodes, passes.edges, passes.start, passes.finish
        ),
    )
