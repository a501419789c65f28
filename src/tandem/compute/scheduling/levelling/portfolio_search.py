"""One thread of the search over keys: it owns the arrays that the kernel works in."""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Ints
from tandem.compute.scheduling.levelling.portfolio_kernel import decode
from tandem.compute.scheduling.levelling.portfolio_list_kernel import base_cost, raised, sorted_by
from tandem.compute.scheduling.levelling.portfolio_net import Portfolio, cut
from tandem.compute.scheduling.levelling.portfolio_search_kernel import (
    BEST,
    COST,
    KINDS,
    PLACED,
    STEPS,
    State,
    keep,
    search,
)

CHECKPOINTS, HISTORY = 24, 20
SEEDS = 0x7FFFFFFF
"""What of a seed counts: more would not fit into the state of the chances."""


class Searcher:
    """A list in force, its plan, saved profiles, and the best so far; the same seed makes the same moves."""

    def __init__(self, given: Portfolio, horizon: int, key: npt.NDArray[np.int64], seed: int) -> None:
        self.given, net = given, given.net
        n, m, projects = given.n, len(net.member), len(net.due)
        self.every = max(1, -(-m // CHECKPOINTS))
        free, bits = cut(given, horizon)
        places = -(-m // self.every) + 1

        def numbers(*shape: int) -> npt.NDArray[np.int64]:
            return np.zeros(shape, np.int64)

        self.state = State(
            np.array(key, np.int64), net.member.copy(), numbers(n), numbers(projects),
            np.zeros((places, *free.shape), np.int32), np.zeros((places, *bits.shape), np.uint64),
            numbers(places, projects), numbers(places), numbers(n), net.member.copy(), given.start.astype(np.int64),
            given.floor.copy(), free, bits, np.zeros(n, np.bool_), numbers(HISTORY),
            np.full((KINDS, STEPS), 500, np.int64), numbers(8),
            np.array([88172645463325252 ^ ((seed & SEEDS) * 2654435761 + 1)], np.uint64), numbers(n), numbers(n),
        )  # fmt: skip
        s = self.state
        base = base_cost(net, given.floor, given.fixed, given.start)
        s.saved_free[0], s.saved_bits[0], s.saved_finish[0], s.saved_cost[0] = free, bits, given.floor, base
        raised(net, given.order, s.key)
        self._take_over(s.key)
        s.counts[BEST] = s.counts[COST]
        s.best_start[:], s.best_key[:] = s.start, s.key

    def _take_over(self, key: npt.NDArray[np.int64]) -> None:
        s, net, given = self.state, self.given.net, self.given
        s.key[:] = key
        s.seq[:] = sorted_by(net, s.key, s.seq)
        s.work_free[:], s.work_bits[:], s.work_finish[:] = s.saved_free[0], s.saved_bits[0], given.floor
        s.counts[COST] = decode(
            net, s.seq, 0, len(s.seq), s.work_free, s.work_bits, s.work_start, s.work_finish, s.saved_cost[0],
            np.int64(1) << np.int64(60),
        )  # fmt: skip
        s.start[:], s.finish[:], s.history[:] = s.work_start, s.work_finish, s.counts[COST]
        keep(net, s, 0, self.every)

    def run(self, moves: int) -> None:
        """That many moves."""
        search(self.given.net, self.state, self.given.order, self.given.crosses, self.every, moves)

    def adopt(self, other: "Searcher") -> None:
        """Go on from the best list of another thread."""
        self._take_over(other.state.best_key)
        s = self.state
        if s.counts[COST] < s.counts[BEST]:
            s.counts[BEST] = s.counts[COST]
            s.best_start[:], s.best_key[:] = s.start, s.key

    @property
    def cost(self) -> int:
        return int(self.state.counts[COST])

    @property
    def best(self) -> int:
        return int(self.state.counts[BEST])

    @property
    def decoded(self) -> int:
        """Lists decoded, by the activities placed."""
        return int(self.state.counts[PLACED]) // max(len(self.state.seq), 1)

    def plan(self) -> Ints:
        """Starts (n) of the best."""
        starts: Ints = self.state.best_start.astype(np.int32)
        return starts
