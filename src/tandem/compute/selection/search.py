"""The search for a good choice: rounds of annealing around the relaxation, each cooled from a fresh rounding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.selection import dive_kernel, prices_kernel, search_kernel
from tandem.compute.selection.arrays import Arrays, Whole
from tandem.compute.selection.solvers import Relaxed

_DIVES = 20  # rounds at most
_PARTS = 100  # a round is cut into this many parts; between them penalties follow what is exceeded
SIZES = (1.0, 0.85, 1.3, 1.0, 0.7, 1.6)  # of the core, round after round: no one size is best everywhere
MOVES = (200_000, 1_000_000, 3_000_000, 6_000_000)


@dataclass(frozen=True, eq=False)
class Round:
    """What one round found: value (−inf: nothing that holds), starts by candidate, moves tried."""

    value: float
    start: Whole
    moves: int


def quick_prices(arrays: Arrays, turns: int = 200) -> Relaxed:
    """Bound, prices and parts by Lagrangian relaxation, without a solver. Of prerequisites it only knows that
    what is needed must be chosen too, not when; the bound holds all the same."""
    relaxed, _, _ = _quick(arrays, _coupled(arrays), turns)
    return relaxed


def dived(arrays: Arrays) -> tuple[Relaxed, Whole | None]:
    """`quick_prices`, and a first choice made with them. It keeps prerequisites and exclusions, and every limit
    that it can keep by leaving out. None: the mandatory ones contradict each other."""
    rows = _coupled(arrays)
    quick, price, steps = _quick(arrays, rows, 200)
    ptr, row, coef, cap = rows
    start = rounded(arrays, np.where(arrays.must[arrays.item], quick.part, 0.0))
    if start is None:
        return quick, None
    columns, mates = (arrays.first, arrays.value, ptr, row, coef), (arrays.group, arrays.mates)
    low, high = np.zeros(arrays.size, np.int64), np.diff(arrays.first) - 1
    state = (start, np.zeros(len(cap), np.int64), low, high, np.ones(arrays.size, bool))
    for i in np.flatnonzero(start >= 0).tolist():
        dive_kernel.taken(i, int(arrays.first[i] + start[i]), columns, arrays.links, mates, state)
    dive_kernel.dived(columns, cap, 0.05 * steps, price, arrays.links, mates, state, len(arrays.cap), _DIVES)
    return quick, start


def _quick(
    arrays: Arrays, coupled_rows: tuple[Whole, Whole, Whole, Whole], turns: int
) -> tuple[Relaxed, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """-> the relaxation, the price of every row, and the first size of its steps for each unit too much."""
    ptr, rows, coef, cap = coupled_rows
    size, more = len(arrays.cap), len(cap) - len(arrays.cap)
    top = np.maximum.reduceat(arrays.value, arrays.first[:-1])
    scale = np.concatenate([np.maximum(1.0, np.abs(arrays.cap).astype(float)), np.ones(more)])
    unit = np.concatenate(
        [np.full(size, np.abs(top).sum() / max(1, size)), np.full(more, np.abs(top).mean())]
    )
    bound, prices, part = prices_kernel.priced(
        arrays.first, arrays.value, ptr, rows, coef, cap, unit, scale, arrays.must, turns
    )
    columns = np.repeat(np.arange(len(arrays.item)), np.diff(ptr))
    reduced = arrays.value - np.bincount(columns, prices[rows] * coef, len(arrays.item))
    return Relaxed(bound, part, reduced, prices[:size]), prices, unit / scale**2


def _coupled(arrays: Arrays) -> tuple[Whole, Whole, Whole, Whole]:
    """Entries by column with a row more for each exclusion (at most one) and prerequisite (chosen with it)."""
    columns = np.repeat(np.arange(len(arrays.item)), np.diff(arrays.ptr))
    at, rows, coef = [columns], [arrays.rows], [arrays.coef]
    cap, first = arrays.cap.tolist(), arrays.first
    for members, sign in (
        *(([(i, 1) for i in dict.fromkeys(one)], 1) for one in arrays.exclusions),
        *(([(b, 1), (a, -1)], 0) for a, b, _ in arrays.pairs.tolist()),
    ):
        for i, each in members:
            width = first[i + 1] - first[i]
            at.append(np.arange(first[i], first[i + 1]))
            rows.append(np.full(width, len(cap)))
            coef.append(np.full(width, each))
        cap.append(sign)
    joined = np.concatenate(at)
    order = np.argsort(joined, kind="stable")
    ptr = np.searchsorted(joined[order], np.arange(len(arrays.item) + 1))
    return ptr, np.concatenate(rows)[order], np.concatenate(coef)[order], np.array(cap, np.int64)


def best_reduced(arrays: Arrays, reduced: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What each candidate adds to the relaxed optimum: its best reduced value, 0 when it may stay out."""
    top = np.maximum.reduceat(reduced, arrays.first[:-1])
    return np.where(arrays.must, top, np.maximum(top, 0.0))


def rounded(arrays: Arrays, part: npt.NDArray[np.float64]) -> Whole | None:
    """A first choice from the relaxation: what it takes by more than half, mandatory ones first. Keeps
    prerequisites and exclusions, not capacities. None: the mandatory ones contradict each other."""
    order = _order(arrays)
    wanted = np.add.reduceat(part, arrays.first[:-1]) > 0.5
    needed = arrays.must.copy()
    width = np.diff(arrays.first)
    low, high = np.zeros(arrays.size, np.int64), width - 1
    before: list[list[tuple[int, int]]] = [[] for _ in range(arrays.size)]
    for needs, dependant, offset in arrays.pairs.tolist():
        before[dependant].append((needs, offset))
    for i in reversed(order):
        for needs, offset in before[i]:
            if needed[i]:
                needed[needs] = True
                high[needs] = min(high[needs], high[i] - offset)
    start = np.full(arrays.size, -1, np.int64)
    for only_needed in (True, False):
        for i in order:
            if start[i] >= 0 or not (needed[i] if only_needed else wanted[i]):
                continue
            mates = arrays.mates[arrays.group[i] : arrays.group[i + 1]]
            least = max(
                [low[i], *(start[n] + offset if start[n] >= 0 else width[i] for n, offset in before[i])]
            )
            liked = int(np.argmax(part[arrays.first[i] : arrays.first[i + 1]]))
            if least > high[i] or (start[mates] >= 0).any() or not _later_ones_hold(arrays, i, least, start):
                if only_needed:
                    return None
                continue
            at = min(max(least, liked), high[i])
            start[i] = at if _later_ones_hold(arrays, i, at, start) else least
    return start


def _later_ones_hold(arrays: Arrays, i: int, at: int, start: Whole) -> bool:
    ptr, other, kind, offset = arrays.links
    return all(
        kind[k] == 0 or start[other[k]] < 0 or at + offset[k] <= start[other[k]]
        for k in range(ptr[i], ptr[i + 1])
    )


def _order(arrays: Arrays) -> list[int]:
    """Candidates, each after all that it needs."""
    ptr, other, kind, _ = arrays.links
    waits = [int((kind[ptr[i] : ptr[i + 1]] == 0).sum()) for i in range(arrays.size)]
    ready = [i for i in range(arrays.size) if not waits[i]]
    for i in ready:
        for k in range(ptr[i], ptr[i + 1]):
            if kind[k] == 1:
                waits[other[k]] -= 1
                if not waits[other[k]]:
                    ready.append(int(other[k]))
    return ready


@dataclass(frozen=True, eq=False)
class Core:
    """Columns that the search may use, and how hot it runs."""

    columns: Whole
    by_item: Whole
    hot: float
    cold: float


def core(arrays: Arrays, relaxed: Relaxed, size: float) -> Core:
    """Columns whose choice costs the relaxation least: twice what it takes and fourteen for each tight row, times
    `size`. Temperatures follow the loss at which the core ends."""
    loss = best_reduced(arrays, relaxed.reduced)[arrays.item] - relaxed.reduced
    taken = max(1.0, float(relaxed.part.sum()))
    wanted = int(max(300, size * (2 * taken + 14 * (relaxed.prices > 0).sum())))
    unit = abs(float((relaxed.part * arrays.value).sum())) / taken
    end = float(np.partition(loss, wanted)[wanted]) if wanted < len(loss) else unit * 0.05
    keep = (loss <= max(end, 0.0)) | (relaxed.part > 0.05) if wanted < len(loss) else np.ones(len(loss), bool)
    columns = np.flatnonzero(keep)
    hot = min(max(2 * end, 0.005 * unit), 0.08 * unit) or 1.0
    return Core(columns, np.searchsorted(columns, arrays.first), hot, hot / 5)


def anneal(
    arrays: Arrays, relaxed: Relaxed, moves: int, seed: int, begin: Whole, size: float = 1.0,
    stopped: Callable[[], bool] | None = None, told: Callable[[float, Any], object] | None = None,
) -> Round:  # fmt: skip
    """One round: simulated annealing from `begin` over the core, rows at an adaptive penalty.

    Deterministic for given arguments as long as `stopped` (asked a hundred times) says no."""
    some = core(arrays, relaxed, size)
    start = begin.copy()
    load = arrays.load(start)
    best, total, record = start.copy(), arrays.worth(start), -np.inf
    exceeded = int((load > arrays.cap).sum())
    if exceeded == 0:
        record = total
    mean = np.bincount(arrays.rows, np.abs(arrays.coef), len(load)) / np.maximum(
        1, np.bincount(arrays.rows, minlength=len(load))
    )
    base = 2 * relaxed.prices + 3 * some.hot / np.maximum(mean, 1e-9)
    penalty = base.copy()
    cooling, done = (some.cold / some.hot) ** (1 / _PARTS), 0
    for part in range(_PARTS):
        before = record
        hot = some.hot * cooling**part
        total, exceeded, record, _ = search_kernel.annealed(
            seed * 1000 + part, moves // _PARTS, hot, hot * cooling, arrays.item, some.columns, some.by_item,
            arrays.first, arrays.value, arrays.must, arrays.links, arrays.group, arrays.mates,
            (arrays.ptr, arrays.rows, arrays.coef, arrays.cap, penalty, load), start, best, total, record, exceeded,
        )  # fmt: skip
        done += moves // _PARTS
        penalty = np.where(load > arrays.cap, penalty * 1.3, np.maximum(base, penalty * 0.97))
        if told is not None and record > before:
            told(record, best)
        if stopped is not None and stopped():
            break
    return Round(record, best, done)
