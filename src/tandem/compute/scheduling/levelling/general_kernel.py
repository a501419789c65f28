"""The search over lists and modes of the whole model: calendars, all links, varying capacity, pins.

The same crowd as in `search_kernel.py`; a child is one list through the general decoder, judged by the objective
vector (broken rules, tardiness, makespan, moves) in that order."""

from typing import Any, NamedTuple

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.decode_kernel import serial
from tandem.compute.scheduling.levelling.measure_kernel import measure
from tandem.compute.scheduling.levelling.search_kernel import below, crossed, mark_of

EVALUATIONS, FOUNDED, GIVEN = 0, 1, 2
JUDGED = 4  # the load, the fifth, does not guide the search
MOST_MOVES = 2
UNDONE = np.int64(1) << np.int64(40)


class Herd(NamedTuple):
    """lists, modes (size, n) int32; worth (size, 5), mark (size) int64; state (1) uint64; tally (3): evaluations,
    founded, given; best_start, best_mode (n), best (5); child, child_mode, starts, finishes (n), told (5): the next one;
    free (K, H), position (n), seen (n): its workspace."""

    lists: Any
    modes: Any
    worth: Any
    mark: Any
    state: Any
    tally: Any
    best_start: Any
    best_mode: Any
    best: Any
    child: Any
    child_mode: Any
    starts: Any
    finishes: Any
    told: Any
    free: Any
    position: Any
    seen: Any


@compiled
def compared(one: Any, two: Any) -> int:
    """-1 where the first objective is better, 0 where they are equal, else 1."""
    for k in range(JUDGED):
        if one[k] < two[k]:
            return -1
        if one[k] > two[k]:
            return 1
    return 0


@compiled
def moved(t: Any, h: Any, moves: Any) -> None:
    """So many activities put anywhere between their predecessors and successors in the list."""
    out, position = h.child, h.position
    n = len(out)
    for k in range(n):
        position[out[k]] = k
    for _ in range(moves):
        i = below(h.state, n)
        low, high = np.int64(0), np.int64(n - 1)
        for k in range(t.in_ptr[i], t.in_ptr[i + 1]):
            low = max(low, position[t.tail[t.in_edge[k]]] + 1)
        for k in range(t.out_ptr[i], t.out_ptr[i + 1]):
            high = min(high, position[t.head[t.out_edge[k]]] - 1)
        if high <= low:
            continue
        goal = low + below(h.state, high - low + 1)
        at = np.int64(position[i])
        step = 1 if at < goal else -1
        while at != goal:
            out[at] = out[at + step]
            position[out[at]] = at
            at += step
        out[goal] = i
        position[i] = goal


@compiled
def judged(t: Any, h: Any) -> bool:
    """Decode the child and say what it is worth; whether it fits into the workspace at all."""
    h.tally[EVALUATIONS] += 1
    if serial(t, h.child, h.child_mode, h.starts, h.finishes, h.free) < 0:
        return False
    measure(t, h.starts, h.finishes, h.child_mode, h.free, h.told)
    if compared(h.told, h.best) < 0:
        h.best[:] = h.told
        h.best_start[:] = h.starts
        h.best_mode[:] = h.child_mode
    return True


@compiled
def seated(h: Any, place: Any) -> None:
    """The child takes a place in the crowd."""
    h.lists[place] = h.child
    h.modes[place] = h.child_mode
    h.worth[place] = h.told
    h.mark[place] = mark_of(h.starts) * 31 + mark_of(h.child_mode)


@compiled
def founded(t: Any, h: Any) -> None:
    """The next founder: the list that stands in its place already, stirred unless it is given."""
    place = h.tally[FOUNDED]
    h.child[:] = h.lists[place]
    h.child_mode[:] = h.modes[place]
    if place >= h.tally[GIVEN]:
        moved(t, h, len(h.child) // 3 + 1)
    if not judged(t, h):
        h.told[:] = UNDONE
    seated(h, place)
    h.tally[FOUNDED] += 1


@compiled
def bred(t: Any, h: Any) -> None:
    """One child, in its first parent's place if it is no worse and new."""
    size, n = h.lists.shape
    mine, other = below(h.state, size), below(h.state, size)
    rival = below(h.state, size)
    if compared(h.worth[rival], h.worth[mine]) < 0:
        mine = rival
    rival = below(h.state, size)
    if compared(h.worth[rival], h.worth[other]) < 0:
        other = rival
    one, two = below(h.state, n + 1), below(h.state, n + 1)
    first, last = min(one, two), max(one, two)
    crossed(h.lists[mine], h.lists[other], first, last, h.seen, h.child)
    h.child_mode[:] = h.modes[mine]
    for k in range(first, last):
        h.child_mode[h.child[k]] = h.modes[other, h.child[k]]
    moves = 1 + below(h.state, MOST_MOVES)
    moved(t, h, moves)
    for _ in range(moves):
        i = below(h.state, n)
        count = t.mode_ptr[i + 1] - t.mode_ptr[i]
        if count > 1 and t.fixed_mode[i] < 0:
            h.child_mode[i] = below(h.state, count)
    if not judged(t, h) or compared(h.told, h.worth[mine]) > 0:
        return
    mark = mark_of(h.starts) * 31 + mark_of(h.child_mode)
    for k in range(size):
        if h.mark[k] == mark:
            return
    seated(h, mine)


@compiled
def evolve(t: Any, h: Any, until: Any, bound: Any) -> None:
    """Go on until so many evaluations, or until an unbroken plan without tardiness is as short as the bound."""
    while h.tally[EVALUATIONS] < until:
        if h.best[0] == 0 and h.best[1] == 0 and h.best[2] <= bound and h.best[3] == 0:
            return
        if h.tally[FOUNDED] < len(h.mark):
            founded(t, h)
        else:
            bred(t, h)
