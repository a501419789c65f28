"""How late a portfolio must be at least, proven by prices of capacity; and what these prices say about the order.

Lagrangian relaxation: any prices >= 0 of each resource and slot give a bound (weak duality), and what is left falls
apart into projects. Of each project's network one successor an activity is kept exactly, of the other links only
the windows that they leave; then the cheapest plan is found by one pass (dynamic programming over a tree).
Prices are integers, so that the bound is exact and equal everywhere. Held and Karp 1971 for the prices' ascent;
Moehring, Schulz, Stork and Uetz 2003 for the same relaxation with all links, one project, by cuts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.portfolio_bound_kernel import (
    Trees,
    prefix_sums,
    priced_plans,
    trees,
)
from tandem.compute.scheduling.levelling.portfolio_list_kernel import base_cost
from tandem.compute.scheduling.levelling.portfolio_net import Portfolio, fits, prepared

SCALE, MOST_CELLS = 4096, 1 << 26
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Priced:
    """One round: the bound it proves (weighted tardiness, rounded up), and the finish of each project (P) that
    the prices suggest."""

    bound: int
    finish: Numbers


@dataclass(slots=True)
class Prices:
    """The ascent. `block` slots share a price, and all resources one while `tied`; `best` is the best bound."""

    portfolio: Portfolio
    slots: int
    best: int = 0
    _price: npt.NDArray[np.float64] = field(init=False)
    _tree: Trees = field(init=False)
    _size: int = field(init=False)
    _capacity: Numbers = field(init=False)
    _given: Numbers = field(init=False)

    def __post_init__(self) -> None:
        net, given = self.portfolio.net, self.portfolio
        fixed_at = np.where(given.fixed, given.start, -1).astype(np.int64)
        span = int(net.tail.max()) + int(net.duration.max()) + 2
        self._size = max(self.slots, int(given.early.max()), int(given.floor.max())) + 2 * span
        parent, gap, last = trees(
            net, given.order, given.early, fixed_at, self._size - int(net.duration.max()) - 1
        )
        members = given.order[np.argsort(net.project[given.order], kind="stable")]
        pointer = np.searchsorted(net.project[members], np.arange(len(net.due) + 1))
        self._tree = Trees(parent, gap, given.early, last, pointer, members)
        self._capacity = _capacity(given, self.slots)
        self._price = np.zeros((len(self._capacity), self.slots))

    @property
    def cells(self) -> int:
        """Numbers that one project's pass holds at once."""
        return int(np.diff(self._tree.member_ptr).max(initial=0)) * self._size

    def climb(self, block: int, tied: bool, rounds: int, upper: int) -> Iterator[Priced]:
        """Rounds of deflected subgradient steps (Polyak's length towards `upper`, halved where nothing is gained)."""
        shape = (len(self._price), self.slots // block, block)
        y = self._price.reshape(shape).mean(2)
        y = y.mean(0, keepdims=True) if tied else y
        top, at_top, along, factor, idle = -np.inf, y.copy(), np.zeros_like(y), 1.0, 0
        for _ in range(rounds):
            self._price = np.repeat(at_top, block, axis=1) * np.ones((shape[0], 1))
            price = np.rint(np.broadcast_to(np.repeat(y, block, axis=1), self._price.shape)).astype(np.int64)
            value, finish, over = self._round(price)
            yield Priced(self.best, finish)
            if value > top:
                top, at_top, idle = value, y.copy(), 0
            else:
                idle += 1
            if idle >= 6:
                factor, idle, y, along = factor * 0.6, 0, at_top.copy(), np.zeros_like(y)
                continue
            slope = over.reshape(shape).sum(2).astype(float)
            slope = slope.sum(0, keepdims=True) if tied else slope
            slope[(y <= 0) & (slope < 0)] = 0
            along = 0.6 * along + 0.4 * slope
            length = factor * max(upper - value, 1) / max(float((along**2).sum()), 1e-9)
            y = np.maximum(0, y + SCALE * length * along)
        self._price = np.repeat(at_top, block, axis=1) * np.ones((len(self._price), 1))

    def _round(self, price: Numbers) -> tuple[float, Numbers, Numbers]:
        """Bound, finishes (P) and units above capacity (K, slots) at these prices; two threads share the projects."""
        net, given = self.portfolio.net, self.portfolio
        projects = len(net.due)
        start, finish = np.zeros(given.n, np.int64), np.zeros(projects, np.int64)
        used = np.zeros((2, *price.shape), np.int64)
        sums = prefix_sums(price, self._size + 1)

        def half(which: int) -> int:
            begin, end = which * projects // 2, (which + 1) * projects // 2
            least = priced_plans(
                net, self._tree, begin, end, sums, self.slots, SCALE, self._size, given.floor, start, finish,
                used[which],
            )  # fmt: skip
            return int(least)

        with ThreadPoolExecutor(2) as pool:
            scaled = sum(pool.map(half, (0, 1))) - int((price * self._capacity).sum())
        self.best = max(self.best, -(-scaled // SCALE))
        return scaled / SCALE, finish, used[0] + used[1] - self._capacity


STAGES = ((36, True, 0.25), (36, False, 0.25), (108, False, 0.5))
"""Prices that share the slots, whether all resources share them, and the share of the effort."""


def prove(
    arrays: Arrays,
    *,
    upper: int,
    makespan: int,
    seconds: float | None = None,
    rounds: int | None = None,
    clock: Callable[[], float] = perf_counter,
) -> int:
    """A lower bound of the weighted tardiness of every plan of `arrays`.

    `upper` and `makespan` are those of a known plan: they set the steps and how many slots have a price, the bound
    is valid whatever they are. With `rounds` (200 without both) the same bound anywhere. What `fits` refuses has 0.
    """
    if not fits(arrays):
        return 0
    total = rounds if rounds is not None else 100_000 if seconds is not None else 200
    given = prepared(arrays)
    best = int(base_cost(given.net, given.floor, given.fixed, given.start))
    blocks = [max(1, makespan // parts) for parts, _, _ in STAGES]
    blocks = [blocks[-1] * -(-one // blocks[-1]) for one in blocks]
    slots = blocks[0] * -(-makespan // blocks[0])
    prices, begun, spent = Prices(given, slots), clock(), 0.0
    if prices.cells > MOST_CELLS:
        return best
    for block, (_, tied, share) in zip(blocks, STAGES, strict=True):
        spent += share
        for one in prices.climb(block, tied, int(total * share), upper):
            best = max(best, one.bound)
            if best >= upper or (seconds is not None and clock() - begun > spent * seconds):
                break
    return best


def _capacity(given: Portfolio, slots: int) -> Numbers:
    """What capacity there is with the fixed activities (K, slots)."""
    capacity = np.zeros((len(given.free), slots), np.int64)
    within = min(slots, given.free.shape[1])
    capacity[:, :within] = given.free[:, :within]
    capacity[:, within:] = given.free[:, -1:]
    net = given.net
    for i in np.flatnonzero(given.fixed):
        for k in range(net.need_ptr[i], net.need_ptr[i + 1]):
            capacity[net.need_of[k], given.start[i] : given.start[i] + net.duration[i]] += net.need[k]
    return capacity
