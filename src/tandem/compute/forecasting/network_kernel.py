"""Trials of an uncertain network, LANES at a time: every step is one pass over arrays of that width.

Drawing is counter-based: a variable's number in a trial depends on the variable's key, the trial and the seed
alone, never on a stream. So any thread may do any block, and a plan that gains an activity keeps the draws of
the others. float32 throughout; sums leave a block as float64.
"""

from typing import Any

import numpy as np

from tandem.compute.forecasting.three_point import CELLS, REACH
from tandem.compute.kernel import compiled

LANES = 64
NORMAL_CELLS = 64
"""Cells of the normal curve in each of its LANES strata: 2 ** 12 in all, so that 12 bits of a number name one."""
CURVE_CELLS = 8
PARTS = 16
SUMS = 7
"""Per activity: d, d*d, d*t, then t and count of trials with a short d, and with a long one."""


@compiled
def mixed(x: Any) -> Any:
    """A bijection of 32 bits that leaves no pattern (two rounds of multiply and xor-shift)."""
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@compiled
def spaced(key: Any, block: Any, base: Any, curve: Any, strata: Any, v: Any, out: Any) -> None:
    """A Latin sample of one variable: one value from each LANES-th of its distribution, in random order.

    `curve` (cells + 1, LANES) holds quantiles: row c, column s is the one at (s + c / cells) / LANES. A block reads
    one random row of cells, from end to end, and only then mixes the order: no look-ups in between.
    """
    which = mixed(np.uint32(key ^ block))
    row = strata[which & np.uint32(len(strata) - 1)]
    flip = np.uint8((which >> np.uint32(20)) & np.uint32(LANES - 1))
    cell = (which >> np.uint32(10)) & np.uint32(len(curve) - 2)
    low, high = curve[cell], curve[cell + np.uint32(1)]
    for k in range(LANES):
        h = mixed(np.uint32(base[k] + key))
        v[k] = low[k] + np.float32(np.int32(h >> np.uint32(8))) * np.float32(2.0**-24) * (high[k] - low[k])
    for k in range(LANES):
        out[k] = v[row[k] ^ flip]


@compiled
def scores(key: Any, block: Any, base: Any, m: Any, v: Any, out: Any) -> None:
    """Normal scores of one variable, Latin where the model has strata, else independent."""
    if len(m.strata):
        spaced(key, block, base, m.normal, m.strata, v, out)
        return
    for k in range(LANES):
        h = mixed(np.uint32(base[k] + key))
        at = np.int32(h >> np.uint32(20))
        rest = np.float32(np.int32(h & np.uint32(0xFFFFF))) * np.float32(2.0**-20)
        out[k] = m.knots[at] + rest * (m.knots[at + 1] - m.knots[at])


@compiled
def read(z: Any, table: Any, out: Any) -> None:
    """Values of a distribution at normal scores, by its table (CELLS + 1)."""
    for k in range(LANES):
        p = (z[k] + np.float32(REACH)) * np.float32(CELLS / (2 * REACH))
        p = min(max(p, np.float32(0)), np.float32(CELLS - 0.001))
        at = np.int32(p)
        rest = p - np.float32(at)
        out[k] = table[at] + rest * (table[at + 1] - table[at])


@compiled
def combined(member: Any, m: Any, common: Any, z: Any) -> None:
    """Put what a member shares with others into its own scores: own * z + sum of weight * factor."""
    for q in range(m.load_ptr[member], m.load_ptr[member + 1]):
        factor, weight = common[m.load_factor[q]], m.load_weight[q]
        own = m.own[member] if q == m.load_ptr[member] else np.float32(1)
        for k in range(LANES):
            z[k] = own * z[k] + weight * factor[k]


@compiled
def draw(m: Any, block: Any, base: Any, common: Any, v: Any, z: Any, d: Any, cost: Any) -> None:
    """Durations (n, LANES) and fixed costs of one block, before risks."""
    for f in range(len(m.factor_key)):
        scores(m.factor_key[f], block, base, m, v, common[f])
    for i in range(len(m.row)):
        if m.is_certain[i]:
            d[i] = m.tables[m.row[i], 0]
        elif len(m.strata) and m.load_ptr[i] == m.load_ptr[i + 1]:
            spaced(m.key[i], block, base, m.curves[m.row[i]], m.strata, v, d[i])
        else:
            scores(m.key[i], block, base, m, v, z)
            combined(i, m, common, z)
            read(z, m.tables[m.row[i]], d[i])
        for k in range(LANES):
            d[i, k] = max(d[i, k], np.float32(0))
    for c in range(len(m.cost_row)):
        scores(m.cost_key[c], block, base, m, v, z)
        read(z, m.tables[m.cost_row[c]], v)
        for k in range(LANES):
            cost[k] += v[k]


@compiled
def strike(
    m: Any, block: Any, base: Any, common: Any, v: Any, z: Any, d: Any, cost: Any, happens: Any
) -> None:
    """Risks of one block: `happens` (risks, LANES) is 1 or 0, durations and costs grow in the trials hit."""
    n, lane, at = len(m.row), np.empty(LANES, np.int32), np.empty(LANES, np.int32)
    for r in range(len(m.risk_key)):
        scores(m.risk_key[r], block, base, m, v, z)
        combined(n + r, m, common, z)
        hits = np.int32(0)
        for k in range(LANES):
            hit = z[k] >= m.risk_bar[r]
            happens[r, k] = np.float32(hit)
            lane[hits] = k
            hits = np.int32(hits + np.int32(hit))
        scores(m.severity_key[r], block, base, m, v, z)
        for h in range(hits):
            p = (z[lane[h]] + np.float32(REACH)) * np.float32(CELLS / (2 * REACH))
            at[h] = np.int32(min(max(p, np.float32(0)), np.float32(CELLS - 0.001)))
            v[h] = p - np.float32(at[h])
        for q in range(m.impact_ptr[r], m.impact_ptr[r + 1]):
            if m.impact_time[q] >= 0:
                table, di = m.tables[m.impact_time[q]], d[m.impact_on[q]]
                for h in range(hits):
                    x = table[at[h]] + v[h] * (table[at[h] + 1] - table[at[h]])
                    longer = di[lane[h]] * x if m.impact_is_factor[q] else di[lane[h]] + x
                    di[lane[h]] = max(longer, np.float32(0))
            if m.impact_cost[q] >= 0:
                table = m.tables[m.impact_cost[q]]
                for h in range(hits):
                    cost[lane[h]] += table[at[h]] + v[h] * (table[at[h] + 1] - table[at[h]])


@compiled
def spend(m: Any, d: Any, cost: Any) -> None:
    for i in range(len(m.row)):
        rate = m.rate[i]
        if rate != 0:
            for k in range(LANES):
                cost[k] += rate * d[i, k]


@compiled
def forward(m: Any, d: Any, s: Any, t: Any) -> None:
    """Earliest starts `s` and the end `t`. A link binds by s[i] + a * d[i] + lag - b * d[j] (see `arrays`)."""
    for k in range(LANES):
        t[k] = np.float32(0)
    for j in range(len(m.row)):
        sj, dj, release = s[j], d[j], m.release[j]
        for k in range(LANES):
            sj[k] = release
        for e in range(m.ptr[j], m.ptr[j + 1]):
            si, di = s[m.source[e]], d[m.source[e]]
            a, lag, b = m.a[e], m.lag[e], m.b[e]
            for k in range(LANES):
                sj[k] = max(sj[k], si[k] + a * di[k] + lag - b * dj[k])
        for k in range(LANES):
            t[k] = max(t[k], sj[k] + dj[k])


@compiled
def backward(m: Any, d: Any, s: Any, t: Any, critical: Any, count: Any) -> None:
    """Which activities bind the end: the ones that end it, and whoever binds the start of one of those."""
    n = len(m.row)
    for j in range(n):
        for k in range(LANES):
            critical[j, k] = np.uint8(s[j, k] + d[j, k] >= t[k])
    for j in range(n - 1, -1, -1):
        sj, dj, cj, total = s[j], d[j], critical[j], np.int32(0)
        for k in range(LANES):
            total += cj[k]
        count[j] += total
        if not total:
            continue
        for e in range(m.ptr[j], m.ptr[j + 1]):
            si, di, ci = s[m.source[e]], d[m.source[e]], critical[m.source[e]]
            a, lag, b = m.a[e], m.lag[e], m.b[e]
            for k in range(LANES):
                ci[k] |= cj[k] & np.uint8(si[k] + a * di[k] + lag - b * dj[k] >= sj[k])


@compiled
def drivers(m: Any, d: Any, t: Any, middle: Any, sums: Any) -> None:
    """Add a block to `sums` (n, SUMS). Sixteen partial sums side by side keep the order fixed on any machine."""
    part = np.empty((SUMS, PARTS), np.float32)
    for i in range(len(m.row)):
        di, centre, short, long = d[i], m.centre[i], m.short[i], m.long[i]
        part[:] = 0
        for c in range(0, LANES, PARTS):
            for k in range(PARTS):
                x = di[c + k] - centre
                y = t[c + k] - middle
                low = np.float32(di[c + k] <= short)
                high = np.float32(di[c + k] >= long)
                part[0, k] += x
                part[1, k] += x * x
                part[2, k] += x * y
                part[3, k] += low * y
                part[4, k] += low
                part[5, k] += high * y
                part[6, k] += high
        for v in range(SUMS):
            for k in range(PARTS):
                sums[i, v] += part[v, k]


@compiled
def weigh(happens: Any, t: Any, cost: Any, middle: Any, budget: Any, sums: Any) -> None:
    """Add a block to the sums of the risks (risks, 3): how often, and end and cost in those trials."""
    for r in range(len(happens)):
        for k in range(LANES):
            sums[r, 0] += happens[r, k]
            sums[r, 1] += happens[r, k] * (t[k] - middle)
            sums[r, 2] += happens[r, k] * (cost[k] - budget)


@compiled
def trials(m: Any, first: int, seed: Any, middle: Any, budget: Any, finish: Any, spent: Any, count: Any,
           sums: Any, risk_sums: Any) -> None:  # fmt: skip
    """Blocks from number `first` on, as many as `finish` and `spent` (float32, blocks x LANES) have rows."""
    n, v, z = len(m.row), np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    base = np.empty(LANES, np.uint32)
    common = np.empty((len(m.factor_key), LANES), np.float32)
    d, s = np.empty((n, LANES), np.float32), np.empty((n, LANES), np.float32)
    critical = np.empty((n, LANES), np.uint8)
    happens = np.empty((len(m.risk_key), LANES), np.float32)
    for row in range(len(finish)):
        block = mixed(np.uint32(np.uint32(first + row) ^ np.uint32(seed)))
        for k in range(LANES):
            base[k] = mixed(np.uint32(np.uint32((first + row) * LANES + k) + np.uint32(seed)))
        cost, t = spent[row], finish[row]
        cost[:] = m.sure_cost
        draw(m, block, base, common, v, z, d, cost)
        strike(m, block, base, common, v, z, d, cost, happens)
        spend(m, d, cost)
        forward(m, d, s, t)
        backward(m, d, s, t, critical, count)
        drivers(m, d, t, middle, sums)
        weigh(happens, t, cost, middle, budget, risk_sums)
