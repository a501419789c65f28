"""A first price for each limit within a fraction of a second: subgradient of the Lagrangian, compiled."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled


@compiled
def chosen_best(
    first: Any, value: Any, ptr: Any, rows: Any, coef: Any, price: Any, must: Any, best: Any
) -> float:
    """Best column of each candidate at given prices (−1: better not chosen); -> sum of what they earn."""
    earned = 0.0
    for i in range(len(first) - 1):
        top, which = 0.0, -1
        for c in range(first[i], first[i + 1]):
            net = value[c]
            for k in range(ptr[c], ptr[c + 1]):
                net -= price[rows[k]] * coef[k]
            if net > top or (which < 0 and must[i]):
                top, which = net, c
        best[i] = which
        earned += top
    return earned


@compiled
def priced(
    first: Any,
    value: Any,
    ptr: Any,
    rows: Any,
    coef: Any,
    cap: Any,
    unit: Any,
    scale: Any,
    must: Any,
    turns: int,
) -> Any:
    """Prices follow the smoothed excess of demand over each row's limit, in ever smaller steps (a deflected
    subgradient: Camerini, Fratta, Maffioli 1975). `unit`: first size of a step for each row, in value.
    -> bound, prices of it, part of each column in the late choices."""
    size = len(cap)
    price = np.zeros(size)
    kept = np.zeros(size)
    trend = np.zeros(size)
    best = np.empty(len(first) - 1, np.int64)
    part = np.zeros(len(value))
    bound, step = np.inf, 1.0
    for _ in range(turns):
        total = chosen_best(first, value, ptr, rows, coef, price, must, best)
        for r in range(size):
            total += price[r] * cap[r]
        if total < bound:
            bound = total
            kept[:] = price
        over = -cap.astype(np.float64)
        fade = 0.95
        for c in range(len(part)):
            part[c] *= fade
        for i in range(len(best)):
            c = best[i]
            if c >= 0:
                part[c] += 1.0 - fade
                for k in range(ptr[c], ptr[c + 1]):
                    over[rows[k]] += coef[k]
        for r in range(size):
            trend[r] = 0.7 * trend[r] + 0.3 * over[r] / scale[r]
            price[r] = max(0.0, price[r] + step * unit[r] * trend[r] / scale[r])
        step *= 1.0 - 5.0 / turns
    return bound, kept, part
