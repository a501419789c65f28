"""The exact engine: proves that a plan cannot be better, or finds the better one (CP-SAT in a worker process).

What is minimised, the first first: broken hard rules (none may be), weighted tardiness, last finish. A plan of the
search is the best start: what it leaves to do is to refute anything better, for which lazy clause generation
(Ohrimenko, Stuckey and Codish 2009; Schutt et al. 2011) is the strongest known method. Easy problems never get
there: `bounds` proves them first.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from time import perf_counter

import numpy as np

from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.bounds import lower_bound, tardiness_bound
from tandem.compute.scheduling.levelling.mirror import can_be_mirrored, mirrored, mirrored_starts
from tandem.compute.worker import MEMORY, Stopped, Worker

ENGINE = "ortools.sat.python.cp_model"
Known = tuple[Ints, Ints, tuple[int, int]]
"""Starts, modes (n), and what they are worth: tardiness, makespan."""
Hint = tuple[Ints, Ints]
"""Starts, modes (n) of a plan that breaks rules."""


@dataclass(frozen=True, eq=False, slots=True)
class Proof:
    """What is known so far.

    - `status`: "optimal", "feasible" (a plan, not proven best), "infeasible" (no plan keeps all hard rules) or
      "unknown".
    - `starts`, `modes` (n, int32): the best plan, None without one; `tardiness`, `makespan`: what it is worth.
    - `bound`: proven lower bound of what is minimised: the tardiness where deadlines cost something, else the
      makespan. `stopped`: why the engine ended before it was done ("" when it was not stopped).
    """

    status: str
    starts: Ints | None
    modes: Ints | None
    tardiness: int
    makespan: int
    bound: int
    seconds: float = 0.0
    stopped: str = ""

    @property
    def value(self) -> tuple[int, int]:
        """What is minimised."""
        return self.tardiness, self.makespan


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: wall seconds, or deterministic ones (the same answer on any machine with one worker)."""

    seconds: float = 10.0
    workers: int = 2
    deterministic: float | None = None
    seed: int = 0


def costs_lateness(arrays: Arrays) -> bool:
    """Whether some deadline has a price, so that tardiness comes before the makespan."""
    own = ((arrays.due >= 0) & ~arrays.hard & (arrays.weight > 0)).any()
    members = np.bincount(arrays.project[arrays.project >= 0], minlength=len(arrays.project_due))
    whole = ((arrays.project_due >= 0) & ~arrays.project_hard & (arrays.project_weight > 0) & (members > 0)).any()
    return bool(own or whole)


def prove(
    arrays: Arrays,
    effort: Effort | None = None,
    *,
    plan: Known | None = None,
    hint: Hint | None = None,
    worker: Worker | None = None,
    memory: int = MEMORY,
    told: Callable[[Proof], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Proof:
    """The best plan there is, or as far as the effort goes; `told` hears of each better plan and bound.

    `plan` is a feasible one: starts and modes (n) and what it is worth, (tardiness, makespan). Only what is better
    is looked for. `hint` is one that breaks rules, near which a plan that keeps them is looked for first. Two workers are two processes, one of which reads the problem backwards where that is possible;
    with a `worker` of the caller's it works alone. A cancelled, timed out or dead engine gives what was known,
    with the reason in `stopped`. `memory`: bytes for each process. Raises plan_invalid for a plan that the independent
    check turns down."""
    values = proving(
        arrays, effort, plan=plan, hint=hint, worker=worker, memory=memory, cancelled=cancelled
    )
    while True:
        try:
            proof = next(values)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        if told is not None:
            told(proof)


def proving(
    arrays: Arrays,
    effort: Effort | None = None,
    *,
    plan: Known | None = None,
    hint: Hint | None = None,
    worker: Worker | None = None,
    engines: Sequence[Worker] = (),
    memory: int = MEMORY,
    cancelled: Callable[[], bool] | None = None,
) -> Generator[Proof, None, Proof]:
    """Like `prove`, as a generator of each better plan and bound; its return value is the last of them.

    `engines` are workers that the caller began to load (`engine`) and closes; they are of no use to him afterwards."""
    effort, begin = effort or Effort(), perf_counter()
    late, shortest = tardiness_bound(arrays), lower_bound(arrays)
    first = late if costs_lateness(arrays) else shortest
    known = Proof("unknown", None, None, 0, 0, first)
    if plan is not None:
        status = "optimal" if plan[2] == (late, shortest) else "feasible"
        known = Proof(status, plan[0], plan[1], *plan[2], bound=first)
    if known.status == "optimal" or not arrays.n:
        return replace(known, status="optimal", seconds=perf_counter() - begin)
    alone = worker is not None or effort.workers < 2 or effort.deterministic is not None
    own: list[Worker] = []
    checker = ArrayChecker(arrays)
    runs = Runs(arrays, effort, known, shortest, hint, cancelled)
    try:
        while worker is None and not engines and len(own) < (1 if alone else 2):
            own.append(engine(memory))
        for found in runs.values([worker] if worker is not None else [*engines, *own]):
            if found.starts is not None and found.starts is not known.starts:
                checker.held(found.starts, found.modes, may_break=())
            known = replace(found, seconds=perf_counter() - begin)
            yield known
    finally:
        runs.end()
        for one in own:
            one.close()
    return replace(known, seconds=perf_counter() - begin, stopped=runs.stopped)


def engine(memory: int = MEMORY) -> Worker:
    """A worker that is loading the solver while the caller goes on; it serves many proofs, and must be closed."""
    worker = Worker(memory=memory, preload=(ENGINE,))
    worker.start()
    return worker


class Runs:
    """Engines side by side in their processes: the first that is done ends the others."""

    def __init__(
        self,
        arrays: Arrays,
        effort: Effort,
        known: Proof,
        shortest: int,
        hint: Hint | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._arrays, self._effort, self._known, self._shortest = arrays, effort, known, shortest
        self._hint, self._cancelled = hint, cancelled
        self._heard: SimpleQueue[tuple[int, Proof | BaseException | None]] = SimpleQueue()
        self._over = False
        self._threads: ThreadPoolExecutor | None = None
        self.stopped = ""

    def values(self, workers: list[Worker]) -> Iterator[Proof]:
        """What is known, as it gets better."""
        self._threads = ThreadPoolExecutor(len(workers))
        for place, worker in enumerate(workers):
            self._threads.submit(self._run, place, worker)
        left, failed = len(workers), None
        while left:
            place, value = self._heard.get()
            if isinstance(value, Proof):
                before, self._known = self._known, self._joined(value, backwards=place > 0)
                if self._known.status != before.status or self._news(before):
                    yield self._known
                if len(workers) > 1 and self._known.status in ("optimal", "infeasible"):
                    return  # one alone is about to end by itself, and lives on
            else:
                left -= 1
                failed = value or failed
        if isinstance(failed, Stopped):
            self.stopped = failed.code
        elif failed is not None:
            raise failed

    def end(self) -> None:
        """Stop what still runs; its processes are dead afterwards."""
        self._over = True
        if self._threads is not None:
            self._threads.shutdown()

    def _run(self, place: int, worker: Worker) -> None:
        arrays, known, effort, hint = self._arrays, self._known, self._effort, self._hint
        try:  # all of it: who listens would wait for ever for what fails unheard
            if place and can_be_mirrored(arrays):
                arrays = mirrored(arrays)
                if known.starts is not None and known.modes is not None:
                    known = replace(known, starts=mirrored_starts(arrays, known.starts, known.modes))
                hint = hint and (mirrored_starts(arrays, *hint), hint[1])
            effort = replace(effort, seed=effort.seed + place)
            # the solver ends itself at its limit; the kill is for one that does not
            limit = None if effort.deterministic else effort.seconds + 1.0
            done = worker.run(
                search, arrays, effort, known, self._shortest, hint, seconds=limit, cancelled=self._is_over,
                told=lambda proof: self._heard.put((place, proof)),
            )  # fmt: skip
            self._heard.put((place, done))
            self._heard.put((place, None))
        except BaseException as error:
            self._heard.put((place, error))

    def _is_over(self) -> bool:
        return self._over or (self._cancelled is not None and self._cancelled())

    def _joined(self, told: Proof, *, backwards: bool) -> Proof:
        """The better of two plans, with the better of two bounds."""
        known = self._known
        bound = max(known.bound, told.bound)
        better = told.starts is not None and (known.starts is None or told.value < known.value)
        if better and backwards and can_be_mirrored(self._arrays):
            assert told.starts is not None
            assert told.modes is not None
            told = replace(told, starts=mirrored_starts(self._arrays, told.starts, told.modes))
        if told.status == "optimal" and not better:
            return replace(known, status="optimal", bound=bound)
        return replace(told if better or told.status == "infeasible" else known, bound=bound)

    def _news(self, before: Proof) -> bool:
        return self._known.bound > before.bound or self._known.starts is not before.starts


# -- in the worker process ---------------------------------------------------------------------------------


def search(
    tell: Callable[[Proof], None], arrays: Arrays, effort: Effort, known: Proof, bound: int, hint: Hint | None = None
) -> Proof:  # fmt: skip
    """Refute or better what is known: first the tardiness, then the makespan of plans with no more tardiness."""
    from tandem.compute.scheduling.levelling.exact_search import Hunt

    hunt = Hunt(arrays, effort, known, bound, hint, tell)
    if costs_lateness(arrays):
        hunt.tardiness()
    if hunt.goes_on:
        hunt.makespan()
    return hunt.known
