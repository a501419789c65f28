"""Levelling of many projects on shared capacities, ever better: rules, prices of capacity, search over keys.

    for starts, tardiness, makespan, evaluations in improve(arrays, seconds=10):
        ...

1. Priority rules, each one decoded list; the best is published first.
2. Prices: the relaxation of `portfolio_bound.py` says when each project should end; lists by these ends.
3. Search: a move adds to the keys of a few projects, only what comes after the first difference in the list is
   decoded again; late acceptance (Burke and Bykov 2017); two threads that take over the better's plan.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.decode import default_modes
from tandem.compute.scheduling.levelling.portfolio_bound import MOST_CELLS, Prices
from tandem.compute.scheduling.levelling.portfolio_general import improve_generally
from tandem.compute.scheduling.levelling.portfolio_kernel import decode
from tandem.compute.scheduling.levelling.portfolio_list_kernel import base_cost, raised, sorted_by
from tandem.compute.scheduling.levelling.portfolio_net import Portfolio, breakable, fits, prepared
from tandem.compute.scheduling.levelling.portfolio_search import Searcher

Keys = npt.NDArray[np.int64]
Found = tuple[Ints, int, int, int]
PRICED_ROUNDS, MOVES_A_ROUND, ROUNDS_APART = 60, 40, 6
NO_LIMIT = np.int64(1) << np.int64(60)


def improve(
    arrays: Arrays, *, seconds: float | None = None, evaluations: int | None = None, seed: int = 1,
    start: Ints | None = None, cancelled: Callable[[], bool] | None = None,
    clock: Callable[[], float] = perf_counter, heard: Callable[[int], object] | None = None,
) -> Iterator[Found]:  # fmt: skip
    """Ever better plans: starts (n), weighted tardiness, makespan, lists decoded so far (a part of a list counts as
    its share). The first is there at once; later ones are strictly better in (tardiness, makespan).

    Without `seconds` the same seed and evaluations give the same plans anywhere. `start` (n) is a plan to begin
    with, `clock` what `seconds` are measured by; `heard` is told the weighted tardiness that is proven to remain, before
    each plan and at the end. What the bit kernels cannot hold (several modes, calendars, maximal
    lags), or what no list brings in time for a fixed or hard date, goes through the general decoder.
    `Uncomputable` when a demand is above every capacity, plan_invalid when the independent check turns a plan down.
    """
    checker, may_break = ArrayChecker(arrays), breakable(arrays)
    if seconds is None and evaluations is None:
        evaluations = 2000
    if fits(arrays):
        levelling = Levelling(arrays, seed, seconds, evaluations, cancelled, clock)
        found = False
        for one in levelling.run(start):
            checker.held(one[0], may_break=may_break)
            found = True
            if heard is not None:
                heard(levelling.bound)
            yield one
        if found:
            if heard is not None:
                heard(levelling.bound)
            return
    for one in improve_generally(arrays, seconds, evaluations, seed, start, cancelled):
        checker.held(one[0], default_modes(arrays))
        yield one


def planned(arrays: Arrays, key: Keys) -> Ints:
    """Starts (n) of the list sorted by these keys (n), the smallest first, predecessors before successors."""
    levelling = Levelling(arrays)
    for starts, _, _, _ in levelling.decoded(key):
        return starts
    raise Uncomputable("no_place", rule="list")


def starting_keys(given: Portfolio) -> dict[str, Keys]:
    """Keys (n) of the priority rules: the smallest goes first."""
    net = given.net
    owner, tail = net.project, net.tail.astype(np.int64)
    ends = np.zeros(len(net.due), np.int64)
    np.maximum.at(ends, owner, given.early + tail)
    horizon = int(ends.max(initial=0))
    due = np.where(net.due >= 0, net.due, horizon + ends).astype(np.int64)
    weight = np.where(net.due >= 0, net.weight, 0).astype(np.int64)
    most = max(int(weight.max(initial=0)), 1)
    begins = np.full(len(net.due), horizon, np.int64)
    np.minimum.at(begins, owner, given.early)
    by_due = due[owner] - tail
    keys = {
        "first in, first out": begins[owner] * (horizon + 1) + given.early,
        "latest finish": horizon - tail,
        "due date": by_due,
        "slack to the due date": by_due - given.early,
    }
    for share in (2, 4, 7, 10, 14):
        keys[f"weighted due date {share / 10}"] = by_due - horizon * share * weight[owner] // (10 * most)
    return keys


@dataclass(slots=True)
class Levelling:
    """One run: budgets, what was found, and `bound`, the weighted tardiness that is proven to remain."""

    arrays: Arrays
    seed: int = 1
    seconds: float | None = None
    evaluations: int | None = None
    cancelled: Callable[[], bool] | None = None
    clock: Callable[[], float] = perf_counter
    bound: int = 0
    used: int = 0
    given: Portfolio = field(init=False)
    _begun: float = field(init=False)
    _best: tuple[int, int] = (int(NO_LIMIT), 0)
    _key: Keys = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock()
        self.given = prepared(self.arrays)

    def run(self, start: Ints | None = None) -> Iterator[Found]:
        """As `improve`; nothing at all when no list fits."""
        net, given = self.given.net, self.given
        self.bound = int(base_cost(net, given.floor, given.fixed, given.start))
        keys = list(starting_keys(given).values())
        if start is not None:
            keys.append(np.asarray(start, np.int64))
        found = max(
            (one for key in keys for one in self.decoded(key)),
            key=lambda one: (-one[1], -one[2]),
            default=None,
        )
        if found is None:
            return
        yield found
        for stage in (self._by_prices, self._by_search):
            if not self._over() and self._best[0] > self.bound:
                yield from stage()

    def _over(self) -> bool:
        return bool(
            (self.seconds is not None and self.clock() - self._begun >= self.seconds)
            or (self.evaluations is not None and self.used >= self.evaluations)
            or (self.cancelled is not None and self.cancelled())
        )

    def decoded(self, key: Keys) -> Iterator[Found]:
        """The plan of these keys if it is the best so far."""
        net, given = self.given.net, self.given
        key = np.array(key, np.int64)
        raised(net, given.order, key)
        order = sorted_by(net, key, net.member)
        while True:
            free, bits = given.free.copy(), given.bits.copy()
            at, finish = given.start.astype(np.int64), given.floor.copy()
            base = base_cost(net, given.floor, given.fixed, given.start)
            cost = int(decode(net, order, 0, len(order), free, bits, at, finish, base, NO_LIMIT))
            if cost >= 0 or self._hopeless():
                break
            given = self.given = prepared(self.arrays, given.horizon * 2)
        self.used += 1
        objective = (cost, int((at + net.duration).max()))
        if cost >= 0 and objective < self._best:
            self._best, self._key = objective, key
            yield at.astype(np.int32), *objective, self.used

    def _hopeless(self) -> bool:
        """A longer horizon would not help: a hard or fixed date is missed, or capacity has fallen for good."""
        given = self.given
        net = given.net
        never = np.flatnonzero(net.need > self.arrays.capacity.max(axis=1)[net.need_of])
        if len(never):
            activity = int(np.searchsorted(net.need_ptr, never[0], side="right")) - 1
            raise Uncomputable("demand_above_capacity", activity=activity, value=int(net.need[never[0]]))
        # at the end of the profile: what this list leaves for later finds no place there, another may be in time
        late = bool((net.need > given.free[net.need_of, -1]).any())
        return bool(late or net.latest.min() < 2**29 or given.horizon > 2**20)

    def _by_prices(self) -> Iterator[Found]:
        net, given = self.given.net, self.given
        if given.n < 100 or not (net.due >= 0).any():
            return
        block = max(1, self._best[1] // 36)
        slots = block * -(-self._best[1] // block)
        prices = Prices(given, slots)
        if prices.cells > MOST_CELLS:
            return
        rounds = PRICED_ROUNDS if self.evaluations is None else min(PRICED_ROUNDS, self.evaluations // 10)
        begun = self.clock()
        for one in prices.climb(block, True, rounds, self._best[0]):
            self.bound = max(self.bound, one.bound)
            yield from self.decoded(one.finish[net.project] - net.tail)
            if self._over() or (self.seconds is not None and self.clock() - begun > 0.3 * self.seconds):
                return

    def _by_search(self) -> Iterator[Found]:
        horizon = min(64 * -(-(self._best[1] * 5 // 4 + 64) // 64), self.given.horizon)
        two = [Searcher(self.given, horizon, self._key, self.seed * 2 + which) for which in (0, 1)]
        before, rounds = self.used, 0
        with ThreadPoolExecutor(2) as pool:
            while not self._over() and self._best[0] > self.bound:
                moves = MOVES_A_ROUND
                if self.evaluations is not None:
                    moves = max(1, min(moves, (self.evaluations - self.used) // 2))
                list(pool.map(lambda one, moves=moves: one.run(moves), two))
                rounds += 1
                self.used = before + sum(one.decoded for one in two)
                better = min(two, key=lambda one: one.best)
                plan = better.plan()
                objective = (better.best, int((plan + self.given.net.duration).max()))
                if objective < self._best:
                    self._best = objective
                    yield plan, *objective, self.used
                if rounds % ROUNDS_APART == 0:
                    other = two[1] if better is two[0] else two[0]
                    if other.cost > better.best:
                        other.adopt(better)
