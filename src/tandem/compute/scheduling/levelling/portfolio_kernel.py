"""A list of 20,000 activities decoded in two milliseconds: where each fits is read from bits, 64 slots at once.

For every resource and every demand that occurs there, one bit a slot says whether that many units are free. The
first start of an activity is then the first run of ones in the conjunction of one or two bit rows. Arrays in,
arrays out; `portfolio_net.py` builds them and says what they mean."""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic

from tandem.compute.kernel import compiled

ONE, ZERO, ALL = np.uint64(1), np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)


class Net(NamedTuple):
    """What does not change while searching (n activities, P projects, D demands, Q bit rows, all int32).

    duration, release, latest (n): slots; need_ptr (n+1): demands of an activity; need_of, need, need_row (D):
    resource, units, bit row; in_ptr, in_tail, in_gap: links by head, a gap from start to start; out_ptr, out_head,
    out_gap: by tail; row_ptr (K+1), row_level (Q): demands that occur at a resource, ascending; top (K): the
    greatest; project, tail (n): of an activity, tail the least time from its start to its project's finish;
    rank (n): place in an order that respects all links; member_ptr (P+1), member: activities of a project that
    are not fixed, in that order; due, weight (P); own_due, own_weight (n)."""

    duration: Any
    release: Any
    latest: Any
    need_ptr: Any
    need_of: Any
    need: Any
    need_row: Any
    in_ptr: Any
    in_tail: Any
    in_gap: Any
    out_ptr: Any
    out_head: Any
    out_gap: Any
    row_ptr: Any
    row_level: Any
    top: Any
    project: Any
    tail: Any
    rank: Any
    member_ptr: Any
    member: Any
    due: Any
    weight: Any
    own_due: Any
    own_weight: Any


def _first_one(typing: Any, x: Any) -> Any:
    """Index of the lowest bit that is one; 64 for none."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir

        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


first_one: Any = intrinsic(_first_one)


@compiled
def chance(state: Any, below: Any) -> Any:
    """A number from 0 to below - 1 (xorshift64, the same on every machine)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return np.int64((x >> np.uint64(16)) % np.uint64(below))


@compiled
def free_bits(rows: Any, a: Any, b: Any, bits: Any, t: Any) -> Any:
    """64 slots from `t` on: ones where all of rows[a:b] are ones."""
    word, shift = t >> 6, np.uint64(t & 63)
    x = ALL
    if shift == ZERO:
        for k in range(a, b):
            x &= bits[rows[k], word]
        return x
    back = np.uint64(64) - shift
    for k in range(a, b):
        row = rows[k]
        x &= (bits[row, word] >> shift) | (bits[row, word + 1] << back)
    return x


@compiled
def first_fit(length: Any, rows: Any, a: Any, b: Any, bits: Any, t: Any, horizon: Any) -> Any:
    """The first start not before `t` with `length` slots free in rows[a:b]; -1: none before the horizon.

    Takes arrays, not the net: handing all of it over at each call would cost more than the search itself."""
    if length == 0 or a == b:
        return t
    if length > 32:
        return _long_fit(length, rows, a, b, bits, t, horizon)
    while t + length <= horizon:
        x = free_bits(rows, a, b, bits, t)
        left = length
        while left > 1:  # afterwards a one begins a run of `length` ones
            half = left >> 1
            x &= x >> np.uint64(half)
            left -= half
        if x != ZERO:
            t += first_one(x)
            return t if t + length <= horizon else np.int64(-1)
        t += 65 - length
    return np.int64(-1)


@compiled
def _long_fit(length: Any, rows: Any, a: Any, b: Any, bits: Any, t: Any, horizon: Any) -> Any:
    run: Any = np.int64(0)
    while t < horizon:
        x = free_bits(rows, a, b, bits, t)
        ones: Any = first_one(~x)
        run += ones
        if run >= length:
            t += ones - run
            return t if t + length <= horizon else np.int64(-1)
        t += ones
        if ones < 64:
            run = np.int64(0)
            rest = x >> np.uint64(ones)
            t += first_one(rest) if rest != ZERO else 64 - ones
    return np.int64(-1)


@compiled
def take(net: Any, free: Any, bits: Any, i: Any, t: Any) -> None:
    """Activity `i` uses what it needs from `t` on."""
    stop = t + net.duration[i]
    for k in range(net.need_ptr[i], net.need_ptr[i + 1]):
        r, q = net.need_of[k], net.need[k]
        row, top = free[r], net.top[r]
        for u in range(t, stop):
            before = row[u]
            after = before - q
            row[u] = after
            if after < top:
                for level in range(net.row_ptr[r], net.row_ptr[r + 1]):
                    if after < net.row_level[level] <= before:
                        bits[level, u >> 6] &= ~(ONE << np.uint64(u & 63))


@compiled
def give(net: Any, free: Any, bits: Any, i: Any, t: Any) -> None:
    """What activity `i` used from `t` on is free again."""
    stop = t + net.duration[i]
    for k in range(net.need_ptr[i], net.need_ptr[i + 1]):
        r, q = net.need_of[k], net.need[k]
        row, top = free[r], net.top[r]
        for u in range(t, stop):
            before = row[u]
            after = before + q
            row[u] = after
            if before < top:
                for level in range(net.row_ptr[r], net.row_ptr[r + 1]):
                    if before < net.row_level[level] <= after:
                        bits[level, u >> 6] |= ONE << np.uint64(u & 63)


@compiled
def bits_of(net: Any, free: Any, bits: Any) -> None:
    """Write the bit rows anew from what is free."""
    bits[:] = ZERO
    for r in range(free.shape[0]):
        for level in range(net.row_ptr[r], net.row_ptr[r + 1]):
            for u in range(free.shape[1]):
                if free[r, u] >= net.row_level[level]:
                    bits[level, u >> 6] |= ONE << np.uint64(u & 63)


@compiled
def late(net: Any, finish: Any, p: Any) -> Any:
    """Weighted tardiness of project `p` that ends at `finish`."""
    if net.due[p] < 0 or finish <= net.due[p]:
        return np.int64(0)
    return np.int64(net.weight[p]) * (finish - net.due[p])


@compiled
def own_late(net: Any, finish: Any, i: Any) -> Any:
    """Weighted tardiness of activity `i` itself."""
    if net.own_due[i] < 0 or finish <= net.own_due[i]:
        return np.int64(0)
    return np.int64(net.own_weight[i]) * (finish - net.own_due[i])


@compiled
def decode(net: Any, seq: Any, begin: Any, end: Any, free: Any, bits: Any, start: Any, finish: Any, cost: Any,
           limit: Any) -> Any:  # fmt: skip
    """Serial schedule generation of seq[begin:end]; `finish` (P) is what each project needs at least so far.

    Returns the weighted tardiness of what is placed (and of the tails that must follow), from `cost` on; above
    `limit` it stops. -1: an activity does not fit before the horizon or comes later than it may."""
    horizon = free.shape[1]
    for at in range(begin, end):
        i = seq[at]
        t = np.int64(net.release[i])
        for k in range(net.in_ptr[i], net.in_ptr[i + 1]):
            t = max(t, start[net.in_tail[k]] + net.in_gap[k])
        length = np.int64(net.duration[i])
        t = first_fit(length, net.need_row, net.need_ptr[i], net.need_ptr[i + 1], bits, t, horizon)
        if t < 0 or t > net.latest[i]:
            return np.int64(-1)
        start[i] = t
        take(net, free, bits, i, t)
        p = net.project[i]
        f = t + net.tail[i]
        if f > finish[p]:
            cost += late(net, f, p) - late(net, finish[p], p)
            finish[p] = f
        if net.own_weight[i] > 0:
            cost += own_late(net, t + net.duration[i], i)
        if cost > limit:
            return cost
    return cost
