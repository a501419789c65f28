"""The hot loops of the search: one move adds, removes, shifts or swaps, together with all that it drags along.

State: `start` (period of each candidate, −1 not chosen), `load` of each row. Prerequisites, exclusions and
mandatory candidates hold in every state; rows may be exceeded at a price (`pen` per unit) while it is hot.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

MOST = 12  # changes in one move


@compiled
def shifted(c: int, sign: int, ptr: Any, rows: Any, coef: Any, cap: Any, pen: Any, load: Any) -> Any:
    """Adds (`sign` 1) or takes away (−1) the loads of a column; -> saved penalty, change in exceeded rows."""
    saved, more = 0.0, 0
    for k in range(ptr[c], ptr[c + 1]):
        r = rows[k]
        old = load[r] - cap[r]
        new = old + sign * coef[k]
        load[r] += sign * coef[k]
        if old > 0:
            if new > 0:
                saved += pen[r] * (old - new)
            else:
                saved += pen[r] * old
                more -= 1
        elif new > 0:
            saved -= pen[r] * new
            more += 1
    return saved, more


@compiled
def tried(c: int, room: float, ptr: Any, rows: Any, coef: Any, cap: Any, pen: Any, load: Any) -> Any:
    """Adds a column as long as its penalty stays below `room`; -> saved, change in exceeded rows, entries done.

    Entries with negative coefficients come first, so that what follows can only cost."""
    saved, more, k = 0.0, 0, ptr[c]
    while k < ptr[c + 1]:
        r = rows[k]
        old = load[r] - cap[r]
        new = old + coef[k]
        load[r] += coef[k]
        k += 1
        if new > 0:
            if old > 0:
                saved += pen[r] * (old - new)
            else:
                saved -= pen[r] * new
                more += 1
            if saved + room < 0 and coef[k - 1] > 0:
                break
        elif old > 0:
            saved += pen[r] * old
            more -= 1
    return saved, more, k


@compiled
def noted(item: int, new: int, count: int, who: Any, where: Any) -> int:
    """Writes a change into the move; -> number of changes, −1 when it contradicts or grows too large."""
    for z in range(count):
        if who[z] == item:
            return count if where[z] == new else -1
    if count == MOST:
        return -1
    who[count] = item
    where[count] = new
    return count + 1


@compiled
def closed(
    count: int, who: Any, where: Any, start: Any, first: Any, must: Any, links: Any, group: Any, mates: Any
) -> int:
    """Completes a move with all that prerequisites and exclusions drag along; -> changes, −1 impossible.

    `links` = (ptr, other, kind, offset): kind 0 the other comes before this one, 1 after. `group`/`mates`:
    who excludes whom."""
    lptr, other, kind, offset = links
    z = 0
    while z < count:
        i, s = who[z], where[z]
        if s < 0 and must[i]:
            return -1
        for k in range(lptr[i], lptr[i + 1]):
            j = other[k]
            t = start[j]
            for y in range(count):
                if who[y] == j:
                    t = where[y]
            if kind[k] == 0 and s >= 0 and (t < 0 or t + offset[k] > s):
                latest = min(s - offset[k], first[j + 1] - first[j] - 1)
                if latest < 0:
                    return -1
                count = noted(j, np.random.randint(latest + 1), count, who, where)
            elif kind[k] == 1 and t >= 0 and (s < 0 or s + offset[k] > t):
                earliest = s + offset[k]
                width = first[j + 1] - first[j] - earliest
                new = -1
                if s >= 0 and width > 0 and (must[j] or np.random.random() < 0.5):
                    new = max(0, earliest) + np.random.randint(min(width, first[j + 1] - first[j]))
                count = noted(j, new, count, who, where)
            if count < 0:
                return -1
        if s >= 0:
            for k in range(group[i], group[i + 1]):
                j = mates[k]
                if start[j] >= 0 or _joins(j, count, who, where):
                    count = noted(j, -1, count, who, where)
                    if count < 0:
                        return -1
        z += 1
    return count


@compiled
def _joins(j: int, count: int, who: Any, where: Any) -> bool:
    found = False
    for y in range(count):
        found = found or (who[y] == j and where[y] >= 0)
    return found


@compiled
def proposed(
    item: Any, core: Any, cfirst: Any, chosen: Any, n: int, start: Any, first: Any, who: Any, where: Any
) -> int:
    """Draws a move: half swaps, the rest shifts, additions and removals; -> number of changes, 0 none."""
    z = np.random.random()
    count = 0
    if n > 0 and (z < 0.7 or z >= 0.9):
        o = chosen[np.random.randint(n)]
        if 0.5 <= z < 0.7:
            width = cfirst[o + 1] - cfirst[o]
            if width < 2:
                return 0
            c = core[cfirst[o] + np.random.randint(width)]
            if c == first[o] + start[o]:
                return 0
            who[0], where[0] = o, c - first[o]
            return 1
        who[0], where[0] = o, -1
        count = 1
        if z >= 0.9:
            return count
    c = core[np.random.randint(len(core))]
    i = item[c]
    if start[i] == c - first[i]:
        return 0
    if count and who[0] == i:
        count = 0
    who[count], where[count] = i, c - first[i]
    return count + 1


@compiled
def moved(
    count: int, who: Any, where: Any, threshold: float, start: Any, first: Any, value: Any, fit: Any
) -> Any:
    """Tries a move on the loads; -> accepted, gain of value, change in exceeded rows. Refused: all undone."""
    ptr, rows, coef, cap, pen, load = fit
    gain, saved, more = 0.0, 0.0, 0
    for z in range(count):
        i = who[z]
        if start[i] >= 0:
            gain -= value[first[i] + start[i]]
            a, b = shifted(first[i] + start[i], -1, ptr, rows, coef, cap, pen, load)
            saved += a
            more += b
        if where[z] >= 0:
            gain += value[first[i] + where[z]]
    done, end = 0, 0
    good = True
    for z in range(count):
        if where[z] >= 0:
            c = first[who[z]] + where[z]
            if z == count - 1:
                a, b, end = tried(c, gain + saved - threshold, ptr, rows, coef, cap, pen, load)
            else:
                a, b = shifted(c, 1, ptr, rows, coef, cap, pen, load)
                end = ptr[c + 1]
            saved += a
            more += b
        done = z + 1
    good = gain + saved >= threshold
    if good:
        return True, gain, more
    for z in range(done):
        i = who[z]
        if where[z] >= 0:
            c = first[i] + where[z]
            last = end if z == done - 1 else ptr[c + 1]
            for k in range(ptr[c], last):
                load[rows[k]] -= coef[k]
        if start[i] >= 0:
            c = first[i] + start[i]
            for k in range(ptr[c], ptr[c + 1]):
                load[rows[k]] += coef[k]
    return False, 0.0, 0


@compiled
def annealed(
    seed: int, moves: int, hot: float, cold: float, item: Any, core: Any, cfirst: Any, first: Any, value: Any,
    must: Any, links: Any, group: Any, mates: Any, fit: Any, start: Any, best: Any, total: float, record: float,
    exceeded: int,
) -> Any:  # fmt: skip
    """Simulated annealing over `moves` proposals, cooled from `hot` to `cold` (units of value).

    Changes `start`, the loads in `fit`, and `best` (the best state without an exceeded row, of value `record`).
    -> value of the state, exceeded rows, record, accepted moves."""
    # house: chance — the compiled code's own generator, one a thread, begun by the caller's seed
    np.random.seed(seed)
    chosen = np.empty(len(start), np.int64)
    place = np.full(len(start), -1, np.int64)
    n, accepted = 0, 0
    for i in range(len(start)):
        if start[i] >= 0:
            chosen[n], place[i] = i, n
            n += 1
    who = np.empty(MOST, np.int64)
    where = np.empty(MOST, np.int64)
    temperature, factor = hot, (cold / hot) ** (100.0 / max(moves, 100))
    for turn in range(moves):
        if turn % 100 == 99:
            temperature *= factor
        count = proposed(item, core, cfirst, chosen, n, start, first, who, where)
        if count > 0:
            count = closed(count, who, where, start, first, must, links, group, mates)
        if count <= 0:
            continue
        threshold = temperature * np.log(np.random.random() + 1e-300)
        good, gain, more = moved(count, who, where, threshold, start, first, value, fit)
        if not good:
            continue
        accepted += 1
        total += gain
        exceeded += more
        for z in range(count):
            i = who[z]
            if start[i] >= 0 and where[z] < 0:
                n -= 1
                chosen[place[i]] = chosen[n]
                place[chosen[n]] = place[i]
            elif start[i] < 0 and where[z] >= 0:
                chosen[n], place[i] = i, n
                n += 1
            start[i] = where[z]
        if exceeded == 0 and total > record:
            record = total
            best[:] = start
    return total, exceeded, record, accepted
