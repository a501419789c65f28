"""The search over the keys of whole projects, compiled: propose, decode from the first place that differs, keep or not.

A list is sorted by one key an activity; a move adds to the keys of a few projects. The profile is saved at places
of the list, so that only what comes after the first difference is decoded again, and decoding stops as soon as
the tails that must still follow make the plan too late."""

from typing import Any, NamedTuple

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.portfolio_kernel import chance, decode, late, own_late, take
from tandem.compute.scheduling.levelling.portfolio_list_kernel import merged, raised, sorted_by

KINDS, STEPS = 5, 8  # of moves (see `propose`), and their sizes: 2, 4, ... 256


class State(NamedTuple):
    """What one search owns. key, start (n) int64, seq (m): list in force; finish (P); saved_*: the profile, the
    finishes and the cost before each `every`-th place; work_*: what is tried; history: costs that a move may be
    accepted against (late acceptance); credit (KINDS, STEPS): how often each move earned; counts (8): cost,
    best cost, activities placed, moves, accepted; random (1) uint64; best_start (n)."""

    key: Any
    seq: Any
    start: Any
    finish: Any
    saved_free: Any
    saved_bits: Any
    saved_finish: Any
    saved_cost: Any
    work_key: Any
    work_seq: Any
    work_start: Any
    work_finish: Any
    work_free: Any
    work_bits: Any
    is_moved: Any
    history: Any
    credit: Any
    counts: Any
    random: Any
    best_start: Any
    best_key: Any


COST, BEST, PLACED, MOVES, TAKEN = 0, 1, 2, 3, 4


@compiled
def keep(net: Any, s: Any, begin: Any, every: Any) -> None:
    """Save the profile before each `every`-th place of the list in force, from checkpoint `begin` on."""
    free, bits, finish = s.work_free, s.work_bits, s.work_finish
    free[:], bits[:], finish[:] = s.saved_free[begin], s.saved_bits[begin], s.saved_finish[begin]
    cost = s.saved_cost[begin]
    for at in range(begin * every, len(s.seq)):
        if at % every == 0:
            c = at // every
            s.saved_free[c], s.saved_bits[c], s.saved_finish[c], s.saved_cost[c] = free, bits, finish, cost
        i = s.seq[at]
        take(net, free, bits, i, s.start[i])
        p, f = net.project[i], s.start[i] + net.tail[i]
        if f > finish[p]:
            cost += late(net, f, p) - late(net, finish[p], p)
            finish[p] = f
        if net.own_weight[i] > 0:
            cost += own_late(net, s.start[i] + net.duration[i], i)


@compiled
def _pick(net: Any, s: Any, late_only: Any) -> Any:
    """A project; a late one wins against others when that is wanted."""
    projects = len(net.due)
    p = chance(s.random, projects)
    for _ in range(2 if late_only else 0):
        q = chance(s.random, projects)
        if late(net, s.finish[q], q) > late(net, s.finish[p], p):
            p = q
    return p


@compiled
def _shift(net: Any, s: Any, p: Any, by: Any, quarters: Any) -> None:
    """Add `by` to the keys of project `p` and bring them closer to its last (quarters of their distance)."""
    last = np.int64(0)
    for k in range(net.member_ptr[p], net.member_ptr[p + 1]):
        last = max(last, s.work_key[net.member[k]])
    for k in range(net.member_ptr[p], net.member_ptr[p + 1]):
        i = net.member[k]
        s.work_key[i] = last - (last - s.work_key[i]) * quarters // 4 + by


@compiled
def propose(net: Any, s: Any, kind: Any, step: Any, chosen: Any) -> Any:
    """Change work_key; returns how many projects were moved. Kinds: 0 a few by random amounts, 1 one, 2 two
    change places, 3 a late one earlier and others later, 4 one is stretched or pressed."""
    count = 0
    size = np.int64(2) << step
    if kind == 0:
        count = 2 + chance(s.random, 8)
        for z in range(count):
            chosen[z] = _pick(net, s, False)
            _shift(net, s, chosen[z], chance(s.random, 2 * size + 1) - size, 4)
    elif kind == 1:
        count = 1
        chosen[0] = _pick(net, s, False)
        _shift(net, s, chosen[0], chance(s.random, 2 * size + 1) - size, 4)
    elif kind == 2:
        count = 2
        p = q = _pick(net, s, False)
        for _ in range(20):
            q = _pick(net, s, False)
            if q != p and abs(s.finish[p] - s.finish[q]) <= size:
                break
        chosen[0], chosen[1] = p, q
        if p != q:
            by = s.finish[q] - s.finish[p]
            _shift(net, s, p, by, 4)
            _shift(net, s, q, -by, 4)
    elif kind == 3:
        count = 2 + chance(s.random, 3)
        for z in range(count):
            chosen[z] = _pick(net, s, z == 0)
            by = 1 + chance(s.random, size)
            _shift(net, s, chosen[z], -by if z == 0 else by, 4)
    else:
        count = 1
        chosen[0] = _pick(net, s, False)
        by = chance(s.random, size + 1) - size // 2
        _shift(net, s, chosen[0], by, 2 + chance(s.random, 5))
    return count


@compiled
def _moved(net: Any, s: Any, chosen: Any, count: Any) -> Any:
    """The activities of the chosen projects, each once, sorted by their new keys."""
    size = 0
    out = np.empty(len(s.seq), np.int32)
    for z in range(count):
        p = chosen[z]
        for k in range(net.member_ptr[p], net.member_ptr[p + 1]):
            i = net.member[k]
            if not s.is_moved[i]:
                s.is_moved[i] = True
                out[size] = i
                size += 1
    return sorted_by(net, s.work_key, out[:size])


@compiled
def listed(net: Any, s: Any, chosen: Any, count: Any, order: Any, crosses: Any) -> Any:
    """work_seq for work_key; the first place that differs from the list in force, -1 for none."""
    if crosses:  # keys of other projects may follow: sort anew
        raised(net, order, s.work_key)
        s.work_seq[:] = sorted_by(net, s.work_key, s.seq)
        for at in range(len(s.seq)):
            if s.seq[at] != s.work_seq[at]:
                return np.int64(at)
        return np.int64(-1)
    moved = _moved(net, s, chosen, count)
    first = merged(net, s.seq, moved, s.is_moved, s.key, s.work_key, s.work_seq)
    for i in moved:
        s.is_moved[i] = False
    return first


@compiled
def tried(net: Any, s: Any, begin: Any, every: Any, limit: Any) -> Any:
    """Decode work_seq from checkpoint `begin` on; its cost, above `limit` or -1 when it is not wanted."""
    s.work_free[:], s.work_bits[:] = s.saved_free[begin], s.saved_bits[begin]
    s.work_finish[:] = s.saved_finish[begin]
    return decode(net, s.work_seq, begin * every, len(s.seq), s.work_free, s.work_bits, s.work_start,
                  s.work_finish, s.saved_cost[begin], limit)  # fmt: skip


@compiled
def _draw(s: Any) -> Any:
    """A kind and size of move, the more often the more it earned of late."""
    total = np.int64(0)
    for kind in range(KINDS):
        for step in range(STEPS):
            total += s.credit[kind, step]
    if total > 100_000:
        for kind in range(KINDS):
            for step in range(STEPS):
                s.credit[kind, step] = 100 + s.credit[kind, step] // 2
    at = chance(s.random, total)
    for kind in range(KINDS):
        for step in range(STEPS):
            at -= s.credit[kind, step]
            if at < 0:
                return kind, step
    return 0, 0


@compiled
def search(net: Any, s: Any, order: Any, crosses: Any, every: Any, moves: Any) -> None:
    """`moves` moves; what is better than the best is copied there."""
    size = len(s.history)
    chosen = np.empty(16, np.int64)
    for _ in range(moves):
        kind, step = _draw(s)
        s.work_key[:] = s.key
        count = propose(net, s, kind, step, chosen)
        first = listed(net, s, chosen, count, order, crosses)
        s.counts[MOVES] += 1
        if first < 0:  # counts as a list, so that a small problem ends too
            s.counts[PLACED] += len(s.seq)
            continue
        begin = first // every
        slot = s.counts[MOVES] % size
        limit = max(s.counts[COST], s.history[slot])
        cost = tried(net, s, begin, every, limit)
        s.counts[PLACED] += len(s.seq) - begin * every
        if cost < 0 or cost > limit:
            s.work_start[:] = s.start
        else:
            if cost < s.counts[COST]:
                s.credit[kind, step] += 200
            s.counts[TAKEN] += 1
            s.counts[COST] = cost
            s.start[:], s.key[:], s.seq[:] = s.work_start, s.work_key, s.work_seq
            s.finish[:] = s.work_finish
            keep(net, s, begin, every)
            if cost < s.counts[BEST]:
                s.counts[BEST] = cost
                s.best_start[:], s.best_key[:] = s.start, s.key
        s.history[slot] = s.counts[COST]
