"""Engines after one another on one problem: what each finds is measured, checked, and told when it is better."""

from collections.abc import Callable, Generator, Iterator
from time import perf_counter

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import general, plain, search
from tandem.compute.scheduling.levelling.arrays import Ints
from tandem.compute.scheduling.levelling.bounds import lower_bound, tardiness_bound
from tandem.compute.scheduling.levelling.check import COUNTED, Checker
from tandem.compute.scheduling.levelling.compile import arrays_of, horizon, plan_of
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder, default_modes
from tandem.compute.scheduling.levelling.exact import Effort, Proof, costs_lateness, proving
from tandem.compute.scheduling.levelling.exact import engine as exact_engine
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Problem
from tandem.compute.worker import Worker

Plans = Iterator[Plan]
Measured = Iterator[tuple[Decoded, int]]
MOST_FOR_PROOF = 400
"""Activities beyond which "auto" does not ask the exact engine."""
SMALL, CLOSE, TURN = 70, 0.03, 0.25
"""Activities up to which it is always asked; the gap up to which larger ones are left to it; after which share of the time."""
SEEDS = 0x3FFFFFFF
"""What of a seed counts, so that all that is derived from it fits everywhere."""
FAR = 8
"""How many times as long as the longest serial plan a given plan may be."""
AN_EFFORT = 2_000
"""Evaluations that one unit of the exact engine's deterministic time stands for."""


class Race:
    """One problem, one budget, the best so far."""

    def __init__(
        self, problem: Problem, seconds: float | None, evaluations: int | None, seed: int, begun: float,
        cancelled: Callable[[], bool] | None, clock: Callable[[], float] = perf_counter,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.problem, self.seed, self.begun = problem, seed, begun
        self._chance = seed & SEEDS
        self.seconds, self.evaluations, self.cancelled = seconds, evaluations, cancelled
        self.arrays = arrays_of(problem)
        self.decoder = Decoder(self.arrays)
        self.late = costs_lateness(self.arrays)
        self.shortest = lower_bound(self.arrays)
        self.bound = self._told_bound = tardiness_bound(self.arrays) if self.late else self.shortest
        self.best: Decoded | None = None
        self.spent = 0
        self.is_proven = False
        self._may_turn = False
        self._engines: list[Worker] = []
        self._checker = Checker(problem)

    def run(self, engine: str, start: tuple[Ints, Ints | None] | None) -> Plans:
        """Plans, each better than the one before or with a better bound."""
        if start is not None:
            yield from self._given(*start)
        if not self.arrays.n:
            none = np.zeros(0, np.int32)
            yield from self._told(self.decoder.measured(none, none), "rules")
            return
        yield from self._rules()
        try:
            if engine == "auto" and self.arrays.n <= SMALL and self._may_prove():
                while len(self._engines) < self._processes():
                    self._engines.append(exact_engine())  # they load while the search runs
            if engine in ("auto", "search") and not self.is_done:
                self._may_turn = engine == "auto" and self.seconds is not None
                yield from self._search(self._time())
                self._may_turn = False
            if (engine == "exact" and not self.is_done) or (engine == "auto" and self._may_prove()):
                yield from self._exact()
        finally:
            for one in self._engines:
                one.close()
        if engine == "auto" and self.seconds is not None and not self.is_done:
            yield from self._search(self._time())

    @property
    def is_done(self) -> bool:
        """Proven best, or out of time."""
        stopped = self.cancelled is not None and self.cancelled()
        out = self.seconds is not None and self._left() <= 0
        full = self.evaluations is not None and self.spent >= self.evaluations
        return self.is_proven or stopped or out or full

    def _left(self) -> float:
        return (self.seconds or 0.0) - (self.clock() - self.begun)

    def _time(self) -> float | None:
        return None if self.seconds is None else self._left()

    def _turns(self) -> bool:
        """Whether the search should stop: asked to, or because the exact engine may now close the gap."""
        if self.cancelled is not None and self.cancelled():
            return True
        return self._may_turn and self._left() < (1 - TURN) * (self.seconds or 0.0) and self._is_close()

    def _is_close(self) -> bool:
        """Small enough for a proof of anything, or what lists cannot plan by, or near enough to the bound for a proof of that."""
        best = self.best
        if best is None or best.objective.broken or self.late or self.arrays.n > MOST_FOR_PROOF:
            return self.arrays.n <= MOST_FOR_PROOF
        if (self.arrays.max_lag >= 0).any():
            return True
        near = best.objective.makespan <= self.bound * (1 + CLOSE)
        return self.arrays.n <= SMALL or near

    def _may_prove(self) -> bool:
        return self.seconds is not None and not self.is_done and self._is_close()

    def _given(self, starts: Ints, modes: Ints | None) -> Plans:
        self._belongs(starts, modes)
        given = self.decoder.measured(starts, default_modes(self.arrays) if modes is None else modes)
        if given.objective.broken == 0 and self._is_valid(given):
            yield from self._told(given, "given")

    def _belongs(self, starts: Ints, modes: Ints | None) -> None:
        """Kernels do not look where they write: starts and modes (n) must be ones that the problem could have."""
        n, most = self.arrays.n, FAR * horizon(self.problem)
        given = np.zeros(n, np.int32) if modes is None else modes
        if starts.shape != (n,) or given.shape != (n,):
            raise Uncomputable("plan_of_other_problem", value=starts.size, expected=n)
        strange = (starts < 0) | (starts > most) | (given < 0) | (given >= np.diff(self.arrays.mode_ptr))
        for i in np.flatnonzero(strange)[:1].tolist():
            named = self.problem.activities[i].id
            raise Uncomputable(
                "plan_of_other_problem", activity=named, value=int(starts[i]), mode=int(given[i])
            )

    def _rules(self) -> Plans:
        for made in self.decoder.rules():
            self.spent += 1
            yield from self._told(made, made.engine)
            if self.is_done:
                return

    def _search(self, seconds: float | None) -> Plans:
        """The search that fits: all of them go on from the best so far."""
        if self.best is None:
            return
        left = None if self.evaluations is None else max(self.evaluations - self.spent, 0)
        before = self.spent
        if plain.packs(self.arrays):
            found = self._plain(seconds, left)
        elif self._is_portfolio():
            found = self._portfolio(seconds, left)
        else:
            found = self._general(seconds, left)
        self._chance += 1  # a second search goes another way
        for made, spent in found:
            self.spent = before + spent
            yield from self._told(made, "search")
        if self.bound > self._told_bound:
            yield from self._told(self.best, "search", is_news=True)
        self.spent = max(self.spent, before + (left or 0))

    def _plain(self, seconds: float | None, evaluations: int | None) -> Measured:
        assert self.best is not None
        modes = self.best.modes
        for starts, _, spent in search.improve(
            self.arrays, seconds=seconds, evaluations=evaluations, seed=self._chance, start=self.best.starts,
            bound=self.bound, cancelled=self._turns, clock=self.clock,
        ):  # fmt: skip
            yield self.decoder.measured(starts, modes), spent

    def _general(self, seconds: float | None, evaluations: int | None) -> Measured:
        assert self.best is not None
        return general.improve_all(
            self.decoder, [self.best, *self.decoder.rules()], seconds=seconds, evaluations=evaluations,
            seed=self._chance, bound=self.shortest, cancelled=self._turns,
        )  # fmt: skip

    def _portfolio(self, seconds: float | None, evaluations: int | None) -> Measured:
        from tandem.compute.scheduling.levelling import portfolio

        assert self.best is not None
        modes = self.best.modes
        for starts, _, _, spent in portfolio.improve(
            self.arrays, seconds=seconds, evaluations=evaluations, seed=self._chance, start=self.best.starts,
            cancelled=self._turns, heard=self._proven,
        ):  # fmt: skip
            yield self.decoder.measured(starts, modes), spent

    def _proven(self, bound: int) -> None:
        self.bound = max(self.bound, bound)

    def _is_portfolio(self) -> bool:
        from tandem.compute.scheduling.levelling import portfolio_net

        return self.late and len(self.arrays.project_due) > 1 and portfolio_net.fits(self.arrays)

    def _exact(self) -> Plans:
        best, known, hint = self.best, None, None
        if best is not None and best.objective.broken:
            hint = (best.starts, best.modes)
        elif best is not None:
            known = (best.starts, best.modes, (best.objective.tardiness, best.objective.makespan))
        refuted = False
        for proof in _values(
            proving(
                self.arrays, self._effort(), plan=known, hint=hint, engines=self._engines, cancelled=self._is_over
            )
        ):  # fmt: skip
            self._proven(proof.bound)
            self.is_proven = proof.status == "optimal"
            if proof.status == "infeasible" and self.best is not None and not refuted:
                refuted = True
                yield from self._told(self.best, "exact: infeasible", is_news=True)
            if proof.starts is None:
                continue
            made = self.decoder.measured(proof.starts, np.asarray(proof.modes, np.int32))
            yield from self._told(made, "exact", is_news=True)

    def _processes(self) -> int:
        """How many exact engines: two that race do not give the same plan anywhere."""
        return 2 if self.evaluations is None else 1

    def _is_over(self) -> bool:
        stopped = self.cancelled is not None and self.cancelled()
        return stopped or (self.evaluations is not None and self.seconds is not None and self._left() <= 0)

    def _effort(self) -> Effort:
        """What is left of the budget, as the exact engine counts it."""
        if self.evaluations is None:
            return Effort(10.0 if self.seconds is None else self._exact_seconds(), seed=self._chance)
        units = max(self.evaluations - self.spent, 0) / AN_EFFORT
        return Effort(workers=1, deterministic=max(units, 0.01), seed=self._chance)

    def _exact_seconds(self) -> float:
        return max(self._left() * (0.9 if self.arrays.n <= SMALL else 0.5), 0.05)

    def _told(self, made: Decoded, engine: str, *, is_news: bool = False) -> Plans:
        """The plan, when it is better (or its bound is), after the check."""
        is_better = self.best is None or made.objective < self.best.objective
        if not is_better and not (is_news and self.best is not None):
            return
        if is_better:
            self.best = made
        assert self.best is not None
        value = self.best.objective.tardiness if self.late else self.best.objective.makespan
        unbroken = self.best.objective.broken == 0
        if (
            unbroken
            and value <= self.bound
            and (not self.late or self.best.objective.makespan <= self.shortest)
        ):
            self.is_proven = True
        gap = (value / self.bound - 1 if self.bound else None) if value > self.bound else 0.0
        plan = plan_of(
            self.problem, self.best, bound=self.bound, gap=gap if unbroken else None, evaluations=self.spent,
            seconds=self.clock() - self.begun, seed=self.seed, engine=engine,
        )  # fmt: skip
        if is_better:
            self._hold(plan)
        self._told_bound = self.bound
        yield plan

    def _hold(self, plan: Plan) -> None:
        """No plan leaves that the independent check turns down."""
        for one in self._checker.check(plan).violations:
            if one.code not in COUNTED:
                raise Uncomputable("plan_invalid", rule=one.code, activity=one.activity, value=one.value)

    def _is_valid(self, made: Decoded) -> bool:
        plan = plan_of(self.problem, made)
        return all(one.code in COUNTED for one in self._checker.check(plan).violations)


def _values(values: Generator[Proof, None, Proof]) -> Iterator[Proof]:
    """What the engine tells and then what it ends with."""
    last = yield from values
    yield last
