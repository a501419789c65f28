"""A network as arrays for the kernel: nodes, edges and axes, everything int64."""

from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling import axis_kernel, kernel
from tandem.compute.scheduling.axis import Axis, Ints, instant
from tandem.compute.scheduling.calendar import ELAPSED
from tandem.compute.scheduling.network import Activity, Constraint, Network, find_cycle

NEVER = int(axis_kernel.NEVER)


@dataclass(eq=False)
class Edges:
    """Links, and what binds summaries to what is below them. Sorted access by either end."""

    tail: Ints
    head: Ints
    kind: Ints
    lag: Ints
    lag_axis: Ints
    out_ptr: Ints
    out_edge: Ints
    in_ptr: Ints
    in_edge: Ints


@dataclass(eq=False)
class Nodes:
    """Activities in the network's order, then one gate per summary: what binds it binds everything below."""

    kind: Ints
    axis: Ints
    rows: Ints
    calendars: Ints
    delays: Ints
    spans: Ints
    left: Ints
    start_min: Ints
    finish_min: Ints
    start_max: Ints
    finish_max: Ints
    late_start_max: Ints
    late_finish_max: Ints
    extra: Ints
    given_start: Ints
    given_finish: Ints
    resume: Ints
    is_point: Ints
    is_complete: Ints
    owner: Ints


@dataclass(eq=False)
class Axes:
    """Names of the calendars that must hold together, each with its axis. Number 0 runs around the clock."""

    network: Network
    numbers: dict[tuple[str, ...], int] = field(default_factory=lambda: {(): 0})

    def number(self, names: tuple[str, ...]) -> int:
        return self.numbers.setdefault(names, len(self.numbers))

    def compiled(self, first: date, last: date) -> tuple[Ints, Ints, Ints, Ints]:
        """S, E, B, P of the kernel for a horizon of days."""
        single: dict[str, Axis] = {}
        axes: list[Axis] = []
        for names in self.numbers:
            for name in names:
                if name not in single:
                    single[name] = self.network.calendars[name].axis(first, last)
            axis = single[names[0]] if names else ELAPSED.axis(first, last)
            for name in names[1:]:
                axis = axis.meet(single[name])
            if not axis.total:
                raise Uncomputable("no_working_time", calendar=" + ".join(names), value=(first, last))
            axes.append(axis)
        ptr = np.concatenate(([0], np.cumsum([len(axis.starts) for axis in axes]))).astype(np.int64)
        starts, ends, before = (
            np.concatenate([getattr(axis, name) for axis in axes]) for name in ("starts", "ends", "before")
        )
        return starts, ends, before, ptr


def own_calendars(network: Network, activity: Activity) -> tuple[str, ...]:
    """The calendar that slack and lag of an activity are measured on; empty is around the clock."""
    return () if activity.elapsed else (activity.calendar or network.calendar,)


def nodes(network: Network, axes: Axes, *, honour_constraints: bool) -> Nodes:
    """Node arrays; `start_min` does not yet know the start of the project."""
    summaries = [network.index[name] for name in network.summaries]
    count = len(network.activities) + len(summaries)
    low, high, zero = np.full(count, -NEVER), np.full(count, NEVER), np.zeros(count, np.int64)
    made = Nodes(
        zero.copy(), zero.copy(), zero, zero, zero, zero, zero, low.copy(), low.copy(), high.copy(),
        high.copy(), high.copy(), high.copy(), zero.copy(), low.copy(), low.copy(), low.copy(), zero.copy(),
        zero.copy(), np.arange(count),
    )  # fmt: skip
    rows, strands = [0], []
    for i, activity in enumerate(network.activities):
        made.axis[i] = axes.number(own_calendars(network, activity))
        if activity.id in network.summaries:
            made.kind[i] = kernel.ROLLUP
        else:
            strands += _strands(network, axes, activity)
        rows.append(len(strands))
        made.is_complete[i] = activity.percent_complete >= 100 or activity.actual_finish is not None
        _bind(made, i, activity, honour_constraints)
        made.is_point[i] = rows[-1] == rows[-2] + 1 and strands[-1][2] == 0 and made.kind[i] == kernel.LEAF
    for gate, i in enumerate(summaries, start=len(network.activities)):
        made.kind[gate], made.axis[gate], made.owner[gate] = kernel.GATE, made.axis[i], i
        made.start_min[gate], made.finish_min[gate] = made.start_min[i], -NEVER
    table = np.array(strands, dtype=np.int64).reshape(-1, 4)
    made.rows = np.array(rows + rows[-1:] * len(summaries), dtype=np.int64)
    made.calendars, made.delays, made.spans, made.left = (np.ascontiguousarray(table[:, k]) for k in range(4))
    return made


def edges(network: Network, axes: Axes) -> Edges:
    """Edge arrays: the links first, in their order, then the outline."""
    n = len(network.activities)
    gate = {name: n + place for place, name in enumerate(network.summaries)}
    rows: list[tuple[int, int, int, int, int]] = []
    for link in network.links:
        before = network.activities[network.index[link.predecessor]]
        follower = network.activities[network.index[link.successor]]
        minutes = link.lag if not link.lag_is_percent else link.lag / 100 * before.duration
        names = () if link.lag_is_elapsed else (follower.calendar or network.calendar,)
        target = gate.get(link.successor, network.index[link.successor])
        # An inactive predecessor binds nobody: an edge from a node to itself is left out below.
        source = network.index[link.predecessor] if before.is_active else target
        rows.append((source, target, int(link.type), round(minutes * 60), axes.number(names)))
    for i, activity in enumerate(network.activities):
        if activity.parent is not None:
            rows.append((gate[activity.parent], gate.get(activity.id, i), kernel.INTO, 0, 0))
            if activity.is_active:
                rows.append((i, network.index[activity.parent], kernel.UP, 0, 0))
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    dropped = table[:, 0] == table[:, 1]
    tail, head, kind, lag, lag_axis = (np.ascontiguousarray(table[:, k]) for k in range(5))
    out_ptr, out_edge = _by_end(tail, n + len(gate), dropped)
    in_ptr, in_edge = _by_end(head, n + len(gate), dropped)
    return Edges(tail, head, kind, lag, lag_axis, out_ptr, out_edge, in_ptr, in_edge)


def order(network: Network, made: Edges, owner: Ints) -> Ints:
    """Topological order; a cycle is refused with its path."""
    live = np.sort(made.out_edge)
    renumbered = np.zeros(len(made.tail), np.int64)
    renumbered[live] = np.arange(len(live))
    found: Ints = kernel.topological(
        made.tail[live], made.head[live], made.out_ptr, renumbered[made.out_edge], len(owner)
    )
    if len(found) < len(owner):
        # The owner of a gate stands for it only in the message: the outline itself is no link.
        path = find_cycle((str(made.tail[e]), str(made.head[e])) for e in live) or []
        names = [network.activities[int(owner[int(node)])].id for node in path]
        short = [name for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
        raise Uncomputable("cycle", activity=short[0], path=short, value=len(short) - 1)
    return found


def _strands(network: Network, axes: Axes, activity: Activity) -> list[tuple[int, int, int, int]]:
    """(axis, delay, span, part of the span that is still to do) in working seconds."""
    done = 1 - activity.percent_complete / 100
    own = own_calendars(network, activity)
    if not activity.spans:
        span = round(activity.duration * 60)
        return [(axes.number(own), 0, span, round(span * done))]
    made = []
    # An empty span would end before the moment at which it may begin.
    for part in [span for span in activity.spans if span.minutes] or activity.spans[:1]:
        span = round(part.minutes * 60)
        made.append((axes.number(part.calendars or own), round(part.delay * 60), span, round(span * done)))
    return made


def _bind(made: Nodes, i: int, activity: Activity, honour: bool) -> None:
    """Constraint, deadline, leveling delay, progress and own dates of one activity."""
    made.extra[i] = round(activity.leveling_delay * 60)
    if activity.deadline:
        made.late_finish_max[i] = instant(activity.deadline)
    kind = activity.constraint
    if activity.constraint_date is not None and kind.needs_date:
        at = instant(activity.constraint_date)
        if kind in (Constraint.SNET, Constraint.MSO):
            made.start_min[i] = at
        if kind in (Constraint.FNET, Constraint.MFO):
            made.finish_min[i] = at
        if kind in (Constraint.SNLT, Constraint.MSO):
            made.late_start_max[i] = at
            made.start_max[i] = at if honour else NEVER
        if kind in (Constraint.FNLT, Constraint.MFO):
            made.late_finish_max[i] = min(at, made.late_finish_max[i])
            made.finish_max[i] = at if honour else NEVER
    if made.kind[i] == kernel.ROLLUP:
        return
    begun = activity.actual_start or activity.actual_finish
    if begun is not None:
        made.given_start[i] = instant(begun)
        made.kind[i] = kernel.STARTED
        if activity.resume is not None:
            made.resume[i] = instant(activity.resume)
        if activity.actual_finish is not None:
            made.given_finish[i] = instant(activity.actual_finish)
            made.kind[i] = kernel.DONE
    elif activity.is_manual and activity.manual_start is not None and activity.manual_finish is not None:
        made.given_start[i], made.given_finish[i] = (
            instant(activity.manual_start),
            instant(activity.manual_finish),
        )
        made.kind[i] = kernel.FIXED
    elif activity.is_manual and activity.manual_start is not None:
        made.start_min[i] = made.start_max[i] = instant(activity.manual_start)


def _by_end(ends: Ints, count: int, dropped: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    live = np.flatnonzero(~dropped)
    ptr = np.concatenate(([0], np.cumsum(np.bincount(ends[live], minlength=count)))).astype(np.int64)
    return ptr, live[np.argsort(ends[live], kind="stable")].astype(np.int64)


def moments(network: Network, *more: datetime | None) -> list[date]:
    """Every date that a plan names, for the first guess of a horizon."""
    found = {moment.date() for moment in more if moment is not None}
    for a in network.activities:
        for moment in (a.constraint_date, a.deadline, a.actual_start, a.actual_finish, a.resume,
                       a.manual_start, a.manual_finish):  # fmt: skip
            if moment is not None:
                found.add(moment.date())
    return sorted(found)
