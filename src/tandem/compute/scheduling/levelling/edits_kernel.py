"""After an edit: what still fits stays where it is, what does not is placed again in the order of the plan. Compiled."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.portfolio_kernel import first_fit, give, take

NOWHERE = -1


@compiled
def allowed_at(release: Any, in_ptr: Any, in_tail: Any, in_gap: Any, start: Any, i: Any) -> Any:
    """When release and predecessors let activity `i` start."""
    t = np.int64(release[i])
    for k in range(in_ptr[i], in_ptr[i + 1]):
        t = max(t, start[in_tail[k]] + in_gap[k])
    return t


@compiled
def mended(net: Any, seq: Any, free: Any, bits: Any, start: Any, held: Any, pull: Any) -> Any:
    """The list decoded with each activity at its old start where that holds, else at the first that fits.

    `held` (n) are in the profile from the beginning, the earlier in the list the more, so that only what breaks a
    rule moves them; the others give way to what comes before them in the list. `pull` (n) are placed anew in any
    case. NOWHERE: something does not fit any more."""
    horizon, rows = free.shape[1], net.need_row
    stays = np.zeros(len(start), np.bool_)
    for i in seq:
        if held[i] and not pull[i]:
            t = allowed_at(net.release, net.in_ptr, net.in_tail, net.in_gap, start, i)
            old, length = start[i], np.int64(net.duration[i])
            a, b = net.need_ptr[i], net.need_ptr[i + 1]
            if t <= old and first_fit(length, rows, a, b, bits, old, old + length) == old:
                stays[i] = True
                take(net, free, bits, i, old)
    for i in seq:
        t = allowed_at(net.release, net.in_ptr, net.in_tail, net.in_gap, start, i)
        old, length = start[i], np.int64(net.duration[i])
        a, b = net.need_ptr[i], net.need_ptr[i + 1]
        if stays[i]:
            if t <= old <= net.latest[i]:
                continue
            give(net, free, bits, i, old)
        elif t <= old and not pull[i] and first_fit(length, rows, a, b, bits, old, old + length) == old:
            t = old
        t = first_fit(length, rows, a, b, bits, t, horizon)
        if t < 0 or t > net.latest[i]:
            return NOWHERE
        start[i] = t
        take(net, free, bits, i, t)
    return 0
