"""Search for short plans of the classical problem: two crowds in two threads that hand each other their best.

    for starts, makespan, evaluations in improve(arrays, evaluations=50_000, seed=1):
        ...

The crowds meet after fixed numbers of schedules, so the same seed and evaluations give the same plan on any
machine, however its threads run. Seconds only say when to stop. `search_kernel.py` says what is searched.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from tandem.compute.scheduling.levelling import search_kernel as kernel
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.plain import Packed, packed

Found = tuple[Ints, int, int]
ISLANDS, SIZE = 2, 80
FIRST_LOOK, MEETING, CELLS = 150, 9_000, 1_000_000
"""Schedules of an island before it is first asked, and between two meetings; activities placed between two looks."""
STALE_AFTER, GROWTH, LARGEST = 30, 3, 2_160
"""Children for each member without a shorter one, after which a crowd is renewed; how much larger, up to what."""
NEVER = np.int64(1) << np.int64(40)
WORDS = np.uint64(0x2545F4914F6CDD1D)


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """When to stop: perf_counter at the end, evaluations in all, a length that cannot be undercut, a question."""

    end: float | None
    evaluations: int | None
    bound: int
    cancelled: Callable[[], bool] | None
    clock: Callable[[], float] = perf_counter

    def reached(self, evaluations: int) -> bool:
        """Whether it is time to stop."""
        return bool(
            (self.evaluations is not None and evaluations >= self.evaluations)
            or (self.end is not None and self.clock() >= self.end)
            or (self.cancelled is not None and self.cancelled())
        )


def improve(
    arrays: Arrays, *, seconds: float | None = None, evaluations: int | None = None, seed: int = 1,
    start: Ints | None = None, bound: int = 0, cancelled: Callable[[], bool] | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Iterator[Found]:  # fmt: skip
    """Ever shorter plans of a problem that `plain.packs`: starts (n), makespan, schedules built so far.

    The first is there at once; ends at `bound`, `seconds`, `evaluations` (each schedule counts, three for a child)
    or when `cancelled` says so, and never without one plan. `start` (n) is a plan to begin with."""
    begun = clock()
    if seconds is None and evaluations is None:
        evaluations = 50_000
    limits = Limits(None if seconds is None else begun + seconds, evaluations, bound, cancelled, clock)
    given = packed(arrays)
    if arrays.n < 3:
        kernel_room, crowd = given.room(), crowd_of(given, 1, seed)
        kernel.founded(given.net, kernel_room, crowd)
        yield given.starts(crowd.best), int(crowd.tally[kernel.BEST]), 3
        return
    islands = [Island(given, seed * ISLANDS + k) for k in range(ISLANDS)]
    if start is not None:
        islands[0].adopt(start)
    with ThreadPoolExecutor(ISLANDS) as threads:
        yield from _rounds(given, islands, limits, threads)


def _rounds(
    given: Packed, islands: "list[Island]", limits: Limits, threads: ThreadPoolExecutor
) -> Iterator[Found]:
    best, until, step, meeting = int(NEVER), 0, FIRST_LOOK, MEETING
    widest = max(30, CELLS // len(given.number))
    while True:
        step = min(2 * step, widest)
        until = min(until + step, meeting)
        share = until if limits.evaluations is None else min(until, -(-limits.evaluations // ISLANDS))
        together(threads, islands, share, limits.bound)
        spent = sum(island.evaluations for island in islands)
        first = min(islands, key=lambda island: island.best)
        if first.best < best:
            best = first.best
            yield given.starts(first.crowd.best), best, spent
        if best <= limits.bound or limits.reached(spent) or share < until:
            return
        if until == meeting:
            meeting += MEETING
            meet(islands)
            for island in islands:
                island.renew_when_stale()


def together(threads: ThreadPoolExecutor, islands: "list[Island]", until: int, bound: int) -> None:
    """All islands go on until so many schedules each, side by side (the kernels let go of the interpreter)."""
    for done in [threads.submit(island.evolve, until, bound) for island in islands]:
        done.result()


def meet(islands: "list[Island]") -> None:
    """Each hands its shortest plan to the next, in the place of that one's longest."""
    gifts = [island.shortest() for island in islands]
    for island, gift in zip(islands, gifts[-1:] + gifts[:-1], strict=True):
        island.receive(*gift)


class Island:
    """One crowd and the room in which it works."""

    def __init__(self, given: Packed, seed: int, size: int = SIZE) -> None:
        self.given, self.room = given, given.room()
        self.crowd = crowd_of(given, size, seed)

    @property
    def evaluations(self) -> int:
        """Schedules built so far."""
        return int(self.crowd.tally[kernel.EVALUATIONS])

    @property
    def best(self) -> int:
        """Length of the shortest plan so far."""
        return int(self.crowd.tally[kernel.BEST])

    def evolve(self, until: int, bound: int) -> None:
        """Go on until so many schedules."""
        kernel.evolve(self.given.net, self.room, self.crowd, until, bound)

    def renew_when_stale(self) -> None:
        """A larger crowd of new founders, when no member has got shorter for long."""
        size = len(self.crowd.length)
        if self.crowd.tally[kernel.STALE] <= STALE_AFTER * size:
            return
        old = self.crowd
        self.crowd = crowd_of(self.given, min(size * GROWTH, LARGEST), 0)
        for name in ("state", "best"):
            getattr(self.crowd, name)[:] = getattr(old, name)
        self.crowd.tally[: kernel.FOUNDED] = old.tally[: kernel.FOUNDED]

    def adopt(self, starts: Ints) -> None:
        """A given plan as the first founder."""
        number = self.given.number
        order = np.lexsort((np.arange(len(number)), starts[number])).astype(np.int32)
        kernel.adopted(self.given.net, self.room, self.crowd, order)

    def shortest(self) -> tuple[Ints, int, int]:
        """List, length and mark of the shortest member."""
        k = int(self.crowd.length[: max(1, self.crowd.tally[kernel.FOUNDED])].argmin())
        return self.crowd.lists[k].copy(), int(self.crowd.length[k]), int(self.crowd.mark[k])

    def receive(self, order: Ints, length: int, mark: int) -> None:
        """A member from elsewhere, unless it is here already or the crowd is not yet founded."""
        crowd = self.crowd
        if crowd.tally[kernel.FOUNDED] < len(crowd.length) or (crowd.mark == mark).any():
            return
        k = int(crowd.length.argmax())
        crowd.lists[k], crowd.length[k], crowd.mark[k] = order, length, mark


def crowd_of(given: Packed, size: int, seed: int) -> kernel.Crowd:
    """An empty crowd."""
    n = len(given.number)
    state = np.array([(seed & 0xFFFFFFFFFFFF) + 1], np.uint64) * WORDS
    return kernel.Crowd(
        lists=np.zeros((size, n), np.int32),
        length=np.zeros(size, np.int64),
        mark=np.zeros(size, np.int64),
        state=state,
        best=np.zeros(n, np.int32),
        tally=np.array([0, NEVER, 0, 0], np.int64),
        child=np.zeros(n, np.int32),
        plan=np.zeros(n, np.int32),
    )
