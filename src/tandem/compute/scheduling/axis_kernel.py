"""The arithmetic of `axis.py` on many axes at once, compiled: what the passes over the network are made of.

Everything is int64. Instants and positions as in `axis.py`; all axes lie one behind the other in `S`, `E`,
`B`, axis `c` from `P[c]` to `P[c+1]`. A position that leaves its axis sets `flags[0]` (too early) or
`flags[1]` (too late): the caller then takes a longer horizon, so what is returned here for such a position
only has to be monotone.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

NEVER = np.int64(2**60)


@compiled
def after(array: Any, low: Any, high: Any, value: Any) -> Any:
    """First index in [low, high) whose entry is greater than `value`."""
    while low < high:
        middle = (low + high) >> 1
        if array[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def position(S: Any, E: Any, B: Any, P: Any, c: Any, t: Any) -> Any:
    """Working seconds before instant `t` on axis `c`."""
    k = after(S, P[c], P[c + 1], t) - 1
    if k < P[c]:
        return np.int64(0)
    return B[k] + min(t, E[k]) - S[k]


@compiled
def as_start(S: Any, E: Any, B: Any, P: Any, c: Any, w: Any, flags: Any) -> Any:
    """The latest instant at position `w`."""
    if w < 0:
        flags[0] += 1
        return S[P[c]] + w
    k = after(B, P[c], P[c + 1], w) - 1
    t = S[k] + w - B[k]
    if t >= E[k]:
        flags[1] += 1
    return t


@compiled
def as_finish(S: Any, E: Any, B: Any, P: Any, c: Any, w: Any, flags: Any) -> Any:
    """The earliest instant at position `w`."""
    if w < 0:
        flags[0] += 1
        return S[P[c]] + w
    k = max(after(B, P[c], P[c + 1], w - 1) - 1, P[c])
    t = S[k] + w - B[k]
    if t > E[k]:
        flags[1] += 1
    return t


@compiled
def not_before(S: Any, E: Any, B: Any, P: Any, c: Any, t: Any, flags: Any) -> Any:
    """`t` itself inside or at the edge of working time, else the next working instant."""
    k = after(S, P[c], P[c + 1], t) - 1
    if k >= P[c] and t <= E[k]:
        return t
    return as_start(S, E, B, P, c, position(S, E, B, P, c, t), flags)


@compiled
def last_start(S: Any, E: Any, B: Any, P: Any, c: Any, t: Any, flags: Any) -> Any:
    """The last instant not after `t` at which work can begin: in free time a second before work ended."""
    w = position(S, E, B, P, c, t)
    begin = as_start(S, E, B, P, c, w, flags)
    return begin if begin <= t else as_start(S, E, B, P, c, w - 1, flags)


@compiled
def lagged(S: Any, E: Any, B: Any, P: Any, c: Any, t: Any, lag: Any, flags: Any) -> Any:
    """Instant `t` and a lag on axis `c`, forwards."""
    if lag == 0:
        return t
    return as_finish(S, E, B, P, c, position(S, E, B, P, c, t) + lag, flags)


@compiled
def unlagged(S: Any, E: Any, B: Any, P: Any, c: Any, t: Any, lag: Any, flags: Any) -> Any:
    """The latest instant whose lagged instant is not after `t`."""
    if lag == 0:
        return t
    return as_start(S, E, B, P, c, position(S, E, B, P, c, t) - lag, flags)


@compiled
def placed(S: Any, E: Any, B: Any, P: Any, rows: Any, calendars: Any, delays: Any, spans: Any, i: Any, t: Any,
           flags: Any) -> Any:  # fmt: skip
    """Start, finish and latest form of the finish of activity `i`, which may begin at `t`."""
    start, finish, ceiling = NEVER, -NEVER, -NEVER
    for k in range(rows[i], rows[i + 1]):
        c = calendars[k]
        w = position(S, E, B, P, c, t) + delays[k]
        start = min(start, as_start(S, E, B, P, c, w, flags))
        finish = max(finish, as_finish(S, E, B, P, c, w + spans[k], flags))
        ceiling = max(ceiling, as_start(S, E, B, P, c, w + spans[k], flags))
    return start, finish, ceiling


@compiled
def latest(S: Any, E: Any, B: Any, P: Any, rows: Any, calendars: Any, delays: Any, spans: Any, i: Any, t: Any,
           flags: Any) -> Any:  # fmt: skip
    """The latest begin with which no span of activity `i` ends after `t`."""
    begin = NEVER
    for k in range(rows[i], rows[i + 1]):
        c = calendars[k]
        begin = min(begin, as_start(S, E, B, P, c, position(S, E, B, P, c, t) - delays[k] - spans[k], flags))
    return begin
