"""Choosing, anytime: ever better choices with a bound that holds, every one checked before it leaves."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from math import floor, inf, isfinite
from time import perf_counter
from typing import Any

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import check, search, solvers
from tandem.compute.selection.arrays import Arrays, Whole, compiled_problem
from tandem.compute.selection.problem import Problem
from tandem.compute.selection.solvers import Relaxed
from tandem.compute.worker import Stopped, Worker

_SMALL = 3_000  # columns up to which CP-SAT is asked for a proof beside the search
_LARGE = 10_000  # columns
_GRACE = 5.0  # seconds that a worker gets beyond a solver's own limit
_LOOK = 4  # rounds after which a search that is counted in moves waits for the proof: the same ones anywhere
_STILL = 10  # rounds without a better choice after which a search that is counted in moves gives up


@dataclass(frozen=True, slots=True)
class Selection:
    """A checked choice: start period of each chosen candidate, its value, a bound on every choice's value
    (None: none yet), and how it came about. `proven`: no choice is better."""

    starts: Mapping[str, int]
    value: int
    bound: int | None
    seconds: float
    moves: int
    engine: str

    @property
    def gap(self) -> float | None:
        """How much better a choice could be at most, as a part of the value."""
        if self.bound is None:
            return None
        return max(0, self.bound - self.value) / max(1, abs(self.value))

    @property
    def proven(self) -> bool:
        return self.bound is not None and self.bound <= self.value


@dataclass
class _Run:
    """What a run knows so far. `bound` is that of a relaxation in floating point, `proof` an exact one."""

    problem: Problem
    arrays: Arrays
    seed: int
    begun: float
    value: float = -inf
    start: Whole | None = None
    bound: float = inf
    proof: int | None = None
    moves: int = 0
    told: int = 0
    engine: str = ""
    log: list[Selection] = field(default_factory=list)

    def better(self, value: float, start: Whole, engine: str) -> bool:
        if value <= self.value:
            return False
        self.value, self.start, self.engine = value, start.copy(), engine
        return True

    def emit(self) -> Selection:
        assert self.start is not None
        starts = named(self.problem, self.arrays, self.start)
        wrong = check.breaches(self.problem, starts)
        value = check.value(self.problem, starts)
        if wrong or value != round(self.value):
            raise Uncomputable("choice_failed_check", breaches=wrong[:5], value=value)
        return Selection(starts, value, self.most(), perf_counter() - self.begun, self.moves, self.engine)

    def most(self) -> int | None:
        """No choice is worth more. Only what was computed in floating point needs a tolerance."""
        relaxed = floor(self.bound + 1e-6 * max(1.0, abs(self.bound))) if isfinite(self.bound) else None
        known = [bound for bound in (relaxed, self.proof) if bound is not None]
        return min(known) if known else None


def named(problem: Problem, arrays: Arrays, start: Whole) -> dict[str, int]:
    """Start period of each chosen candidate by id."""
    return {
        problem.candidates[i].id: int(start[i] + arrays.begin[i]) for i in np.flatnonzero(start >= 0).tolist()
    }


def solve(
    problem: Problem, *, seconds: float | None = None, moves: int | None = None, seed: int = 0, gap: float = 0.0,
    warm: Mapping[str, int] | None = None, worker: Worker | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Selection]:  # fmt: skip
    """Ever better choices; the last one is the best. Ends at a proven gap of `gap`, after `seconds` of wall time
    or `moves` proposals of the search (without either: 10 s).

    With `moves` and without `seconds` the same seed gives the same choices anywhere. A relaxation (HiGHS) gives
    bound and prices, annealing around it gives choices, CP-SAT proves small ones. Two threads and one worker
    process. Raises `Uncomputable`: infeasible (ask `explain.relaxations` what to relax), no_choice_found, out_of_range
    (a negative or endless number of seconds or moves, or gap)."""
    for name, value in (("seconds", seconds), ("moves", moves), ("gap", gap)):
        if value is not None and not 0 <= value < inf:
            raise Uncomputable("out_of_range", candidate=None, field=name, value=value)
    if seconds is None and moves is None:
        seconds = 10.0
    begun = perf_counter()
    own = worker or Worker(preload=solvers.PRELOAD)
    try:
        own.start()
        run = _Run(problem, compiled_problem(problem), seed, begun)
        if not problem.candidates:
            if check.breaches(problem, {}):
                raise Uncomputable("infeasible", candidate=None, value="nothing_to_choose")
            run.value, run.start, run.proof = 0.0, np.zeros(0, np.int64), 0
            yield run.emit()
            return
        limit = _Limit(begun, seconds, moves, cancelled)
        with ThreadPoolExecutor(2) as pool:
            try:
                yield from _searched(run, limit, gap, warm, own, pool)
            finally:
                limit.over = True  # a thread that still searches looks here
    finally:
        if worker is None:
            own.close()


def select(problem: Problem, **how: Any) -> Selection:
    """The best choice of `solve` with the same arguments."""
    *_, last = solve(problem, **how)
    return last


@dataclass
class _Limit:
    begun: float
    seconds: float | None
    moves: int | None
    cancelled: Callable[[], bool] | None
    over: bool = False

    def __call__(self) -> bool:
        return (
            self.over
            or (self.seconds is not None and perf_counter() - self.begun > self.seconds)
            or (self.cancelled is not None and self.cancelled())
        )

    @property
    def counted(self) -> bool:
        """Only moves bound the search: nothing may depend on the clock."""
        return self.moves is not None and self.seconds is None

    def left(self) -> float | None:
        return None if self.seconds is None else max(0.1, self.seconds - (perf_counter() - self.begun))


def _searched(
    run: _Run,
    limit: _Limit,
    gap: float,
    warm: Mapping[str, int] | None,
    worker: Worker,
    pool: ThreadPoolExecutor,
) -> Iterator[Selection]:
    arrays = run.arrays
    relaxation = pool.submit(
        worker.run, solvers.relaxed, arrays, seconds=limit.left(), cancelled=limit.cancelled
    )
    if warm is not None and not check.breaches(run.problem, warm):
        start = np.full(arrays.size, -1, np.int64)
        for name, period in warm.items():
            i = run.problem.index[name]
            start[i] = period - arrays.begin[i]
        if run.better(arrays.worth(start), start, "warm start"):
            yield run.emit()
    if limit.moves is None:  # a race with the clock: something to show while the relaxation is computed
        quick, begin = search.dived(arrays)
        run.bound = quick.bound
        if begin is not None:
            yield from _first(run, quick, begin, lambda: limit() or relaxation.done())
    outlook = _awaited(relaxation)
    if outlook is None or outlook.feasible is None:
        outlook = search.quick_prices(arrays)
    elif not outlook.feasible:
        raise Uncomputable("infeasible", candidate=None, value="relaxation")
    run.bound = min(run.bound, outlook.bound)
    proof = None
    if len(arrays.item) <= _SMALL:
        proof = pool.submit(_proof, run, worker, outlook, limit)
    yield from _rounds(run, outlook, limit, gap, pool, proof)
    if proof is not None:
        yield from _proved(run, proof, limit, gap)
    if run.start is None:
        raise Uncomputable("no_choice_found", candidate=None, value=run.moves)
    yield run.emit()


def _awaited(future: "Future[Any]") -> Any:
    """Result of a worker, None when it was stopped (time, memory, death): the search goes on without it."""
    with suppress(Stopped):
        return future.result()
    return None


def _first(run: _Run, quick: Relaxed, begin: Whole, stopped: Callable[[], bool]) -> Iterator[Selection]:
    size = 4.0 if len(run.arrays.item) > _LARGE else 0.7  # rough prices: a wider core, where it is not all
    for number, moves in enumerate(search.MOVES[:3]):
        found = search.anneal(run.arrays, quick, moves, run.seed * 7919 + number, begin, size, stopped)
        run.moves += found.moves
        if run.better(found.value, found.start, "search"):
            yield run.emit()
        if stopped():
            return


def _rounds(
    run: _Run,
    outlook: Relaxed,
    limit: _Limit,
    gap: float,
    pool: ThreadPoolExecutor,
    proof: "Future[Any] | None",
) -> Iterator[Selection]:
    """Rounds until the limit, two at a time; a round depends on its number alone."""
    begin = search.rounded(run.arrays, outlook.part)
    if begin is None:
        return

    def one(number: int) -> search.Round:
        moves = search.MOVES[min(number // 2, len(search.MOVES) - 1)]
        if limit.moves is not None:
            moves = min(moves, max(1000, limit.moves // 4))
        size = search.SIZES[number % len(search.SIZES)]
        return search.anneal(run.arrays, outlook, moves, run.seed * 7919 + 100 + number, begin, size, limit)

    number = still = 0
    while not _done(run, gap) and not limit():
        if limit.moves is not None and (run.moves >= limit.moves or still >= _STILL):
            return
        look = number == _LOOK if limit.counted else proof is not None and proof.done()
        if proof is not None and look and _settled(proof):
            return
        second = pool.submit(one, number + 1)
        improved = False
        for found in (one(number), second.result()):
            run.moves += found.moves
            if run.better(found.value, found.start, "search"):
                improved = True
                yield run.emit()
        number, still = number + 2, 0 if improved else still + 1


def _done(run: _Run, gap: float) -> bool:
    most = run.most()
    if not isfinite(run.value) or most is None:
        return False
    return most - run.value <= gap * max(1.0, abs(run.value))


def _proof(run: _Run, worker: Worker, outlook: Relaxed, limit: _Limit) -> Any:
    """CP-SAT over all columns, beside the search."""
    work = None if limit.moves is None else max(0.2, limit.moves / 1e6)
    left = limit.left()
    keep = np.ones(len(run.arrays.item), bool)
    return worker.run(
        solvers.proved, run.arrays, keep, None, left, work,
        seconds=None if left is None else left + _GRACE, cancelled=limit.cancelled,
    )  # fmt: skip


def _settled(proof: "Future[Any]") -> bool:
    answer = _awaited(proof)
    return answer is not None and answer.ended


def _proved(run: _Run, proof: "Future[Any]", limit: _Limit, gap: float) -> Iterator[Selection]:
    if _done(run, gap) and (limit.counted or not proof.done()):
        return
    answer = _awaited(proof)
    if answer is None:
        return
    if answer.feasible is False:
        raise Uncomputable("infeasible", candidate=None, value="proof")
    if isfinite(answer.bound):
        run.proof = floor(answer.bound + 1e-3)  # values are whole, and below 2⁵³ held exactly
    if answer.start is not None and run.better(run.arrays.worth(answer.start), answer.start, "CP-SAT"):
        yield run.emit()
