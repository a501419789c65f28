"""Rules that computed dates do not keep: missed deadlines and constraints, links that a fixed date
overruns.
"""

import numpy as np

from tandem.compute.scheduling import axis_kernel, kernel
from tandem.compute.scheduling.arrays import NEVER, Edges, Nodes
from tandem.compute.scheduling.axis import Ints, instant
from tandem.compute.scheduling.dates import Conflict
from tandem.compute.scheduling.network import Constraint, Network

Compiled = tuple[Ints, Ints, Ints, Ints]
MUST_START_BY = (Constraint.SNLT, Constraint.MSO)
MUST_FINISH_BY = (Constraint.FNLT, Constraint.MFO)


def conflicts(
    network: Network, axis: Compiled, nodes: Nodes, edges: Edges, start: Ints, finish: Ints
) -> tuple[Conflict, ...]:
    """What is broken, with the working minutes by which; activities in order, then links in order."""

    def minutes(node: int, earlier: int, later: int) -> int:
        c = nodes.axis[node]
        worked = axis_kernel.position(*axis, c, later) - axis_kernel.position(*axis, c, earlier)
        return round(int(worked) / 60)

    found: list[Conflict] = []
    late = (start > nodes.late_start_max) | (finish > nodes.late_finish_max)
    for i in np.flatnonzero(late[: len(network.activities)]):
        node, activity = int(i), network.activities[int(i)]
        if activity.deadline is not None and finish[node] > instant(activity.deadline):
            over = minutes(node, instant(activity.deadline), int(finish[node]))
            found.append(Conflict(activity.id, "deadline", over))
        if activity.constraint_date is None:
            continue
        at = instant(activity.constraint_date)
        moved = start[node] if activity.constraint in MUST_START_BY else finish[node]
        if activity.constraint in MUST_START_BY + MUST_FINISH_BY and moved > at:
            found.append(Conflict(activity.id, "constraint", minutes(node, at, int(moved))))
    return (*found, *_overrun_links(network, axis, nodes, edges, start, finish))


def _overrun_links(
    network: Network, axis: Compiled, nodes: Nodes, edges: Edges, start: Ints, finish: Ints
) -> list[Conflict]:
    """Only a successor with a date of its own can start before its predecessors allow."""
    own_date = np.isin(nodes.kind, (kernel.FIXED, kernel.STARTED, kernel.DONE))
    own_date |= (nodes.start_max < NEVER) | (nodes.finish_max < NEVER)
    flags = np.zeros(2, np.int64)
    found = []
    links = len(network.links)
    for e in np.flatnonzero(own_date[edges.head[:links]] & (edges.tail[:links] != edges.head[:links])):
        head, tail, kind, c = (
            int(edges.head[e]),
            int(edges.tail[e]),
            int(edges.kind[e]),
            int(edges.lag_axis[e]),
        )
        bound = finish[tail] if kind in (kernel.FS, kernel.FF) else start[tail]
        bound = axis_kernel.lagged(*axis, c, bound, edges.lag[e], flags)
        mine = start[head] if kind in (kernel.FS, kernel.SS) else finish[head]
        own = nodes.axis[head]
        over = axis_kernel.position(*axis, own, bound) - axis_kernel.position(*axis, own, mine)
        if over > 0:
            link = network.links[int(e)]
            found.append(Conflict(link.successor, "link", round(over / 60), link.predecessor))
    return found
