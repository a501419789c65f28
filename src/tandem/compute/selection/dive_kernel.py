"""A first choice from prices alone: dive, that is take what the prices agree on, move them for the rest, and so on.

What a candidate needs is taken together with it or not at all: judged alone, the one would look too dear and the other
impossible. `columns` are (first, value, ptr, rows, coef), `links` (ptr, other, kind, offset), `mates` (ptr, other),
`state` (start, load, low, high, free) as they change; only the first `size` rows are limits of the problem, the others
couple candidates and carry prices, no capacity.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

MOST = 16  # unmet needs of one candidate that are taken with it


@compiled
def net_of(c: int, columns: Any, price: Any, size: int) -> float:
    """Value of a column less what it uses, at prices of the problem's own limits."""
    _, value, ptr, rows, coef = columns
    net = value[c]
    for k in range(ptr[c], ptr[c + 1]):
        if rows[k] < size:
            net -= price[rows[k]] * coef[k]
    return float(net)


@compiled
def fitting(i: int, columns: Any, cap: Any, price: Any, state: Any, size: int) -> Any:
    """The best column of a candidate that exceeds nothing; -> column (−1: none), its net value."""
    first, _, ptr, rows, coef = columns
    _, load, low, high, _ = state
    top, which = -np.inf, -1
    for c in range(first[i] + low[i], first[i] + high[i] + 1):
        fits = True
        for k in range(ptr[c], ptr[c + 1]):
            r = rows[k]
            if r < size and coef[k] > 0 and load[r] + coef[k] > cap[r]:
                fits = False
                break
        if fits:
            net = net_of(c, columns, price, size)
            if net > top:
                top, which = net, c
    return which, top


@compiled
def taken(i: int, c: int, columns: Any, links: Any, mates: Any, state: Any) -> None:
    """Chooses column c of candidate i; others move within what it leaves them."""
    first, _, ptr, rows, coef = columns
    start, load, low, high, free = state
    at, other, kind, offset = links
    start[i] = c - first[i]
    free[i] = False
    for k in range(ptr[c], ptr[c + 1]):
        load[rows[k]] += coef[k]
    for k in range(at[i], at[i + 1]):
        o = other[k]
        if kind[k] == 0:
            high[o] = min(high[o], start[i] - offset[k])
        else:
            low[o] = max(low[o], start[i] + offset[k])
    for k in range(mates[0][i], mates[0][i + 1]):
        free[mates[1][k]] = False


@compiled
def needed(i: int, columns: Any, cap: Any, price: Any, links: Any, state: Any, size: int, who: Any) -> Any:
    """Tries to place what candidate i still needs, before it; -> how many (−1: impossible), their net and value."""
    first, value, ptr, rows, coef = columns
    start, load, low, high, free = state
    at, other, kind, offset = links
    count, total, worth = 0, 0.0, 0.0
    for k in range(at[i], at[i + 1]):
        o = other[k]
        if kind[k] != 0 or start[o] >= 0:
            continue
        possible = free[o] and count < MOST
        for z in range(at[o], at[o + 1]):
            if kind[z] == 0 and start[other[z]] < 0:
                possible = False  # needs of needs wait until those are taken
        if possible:
            latest = high[o]
            high[o] = min(high[o], high[i] - offset[k])
            c, net = fitting(o, columns, cap, price, state, size)
            high[o] = latest
            possible = c >= 0
        if not possible:
            return withdrawn(count, columns, state, who), 0.0, 0.0
        for z in range(ptr[c], ptr[c + 1]):
            load[rows[z]] += coef[z]
        start[o] = c - first[o]
        low[i] = max(low[i], start[o] + offset[k])
        who[count] = o
        count, total, worth = count + 1, total + net, worth + value[c]
    return count, total, worth


@compiled
def withdrawn(count: int, columns: Any, state: Any, who: Any) -> int:
    """Takes the tried ones away again; -> −1."""
    first, _, ptr, rows, coef = columns
    start, load, _, _, _ = state
    for z in range(count):
        c = first[who[z]] + start[who[z]]
        for k in range(ptr[c], ptr[c + 1]):
            load[rows[k]] -= coef[k]
        start[who[z]] = -1
    return -1


@compiled
def bundled(
    i: int, columns: Any, cap: Any, price: Any, links: Any, mates: Any, state: Any, size: int, loss: float, who: Any
) -> int:  # fmt: skip
    """Takes a candidate with what it needs, when together they lose no more than this part of their value;
    -> how many were taken."""
    first, value, ptr, rows, coef = columns
    start, load, low, _, _ = state
    before = low[i]
    count, total, worth = needed(i, columns, cap, price, links, state, size, who)
    if count < 0:
        low[i] = before
        return 0
    c, net = fitting(i, columns, cap, price, state, size)
    if c < 0 or total + net < -loss * (worth + value[c]):
        withdrawn(count, columns, state, who)
        low[i] = before
        return 0
    for z in range(count):
        at = first[who[z]] + start[who[z]]
        for k in range(ptr[at], ptr[at + 1]):
            load[rows[k]] -= coef[k]
        taken(who[z], at, columns, links, mates, state)
    taken(i, c, columns, links, mates, state)
    return int(count + 1)


@compiled
def repriced(
    columns: Any, cap: Any, steps: Any, price: Any, trend: Any, state: Any, part: Any, turns: int
) -> None:
    """Moves the prices of what is left (as `prices_kernel.priced` does), and the part of each column in the choices."""
    first, value, ptr, rows, coef = columns
    _, load, low, high, free = state
    for _ in range(turns):
        over = (load - cap).astype(np.float64)
        for i in range(len(first) - 1):
            if not free[i]:
                continue
            top, which = 0.0, -1
            for c in range(first[i] + low[i], first[i] + high[i] + 1):
                net = value[c]
                for k in range(ptr[c], ptr[c + 1]):
                    net -= price[rows[k]] * coef[k]
                if net > top:
                    top, which = net, c
            for c in range(first[i], first[i + 1]):
                part[c] *= 0.93
            if which >= 0:
                part[which] += 0.07
                for k in range(ptr[which], ptr[which + 1]):
                    over[rows[k]] += coef[k]
        for r in range(len(cap)):
            trend[r] = 0.7 * trend[r] + 0.3 * over[r]
            price[r] = max(0.0, price[r] + steps[r] * trend[r])


@compiled
def dived(
    columns: Any, cap: Any, steps: Any, price: Any, links: Any, mates: Any, state: Any, size: int, rounds: int
) -> None:  # fmt: skip
    """Takes a quarter of what the prices want in each round, and at the end whatever still fits. `steps`: of a price
    for each unit too much, smaller from round to round."""
    first = columns[0]
    count = len(first) - 1
    free, part, wanted = state[4], np.zeros(len(columns[1])), np.empty(count)
    trend, who = np.zeros(len(cap)), np.empty(MOST, np.int64)
    for _ in range(rounds):
        repriced(columns, cap, steps, price, trend, state, part, 20)
        steps *= 0.85
        for i in range(count):
            wanted[i] = part[first[i] : first[i + 1]].sum() if free[i] else 0.0
        quota, done = max(20, int(0.25 * wanted.sum())), 0
        for i in np.argsort(-wanted):
            if wanted[i] < 0.3 or done >= quota:
                break
            if free[i]:
                done += bundled(i, columns, cap, price, links, mates, state, size, 0.02, who)
        if done == 0:
            break
    for _ in range(3):
        for i in range(count):
            wanted[i] = -np.inf
            for c in range(first[i] + state[2][i], first[i] + state[3][i] + 1):
                wanted[i] = max(wanted[i], net_of(c, columns, price, size) / max(1.0, columns[1][c]))
        for i in np.argsort(-wanted):
            if free[i]:
                bundled(i, columns, cap, price, links, mates, state, size, 1.0, who)
