"""The runs of CP-SAT by which `exact` finds and proves; they belong into a worker process."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.exact import Effort, Hint, Proof, costs_lateness
from tandem.compute.scheduling.levelling.exact_model import Model, build, roomy
from tandem.compute.scheduling.levelling.stretch import finishes_of


def heard(model: Model, hear: Callable[[Ints, Ints], None]) -> Any:
    """The solver's callback that passes each plan on as it is found."""
    from ortools.sat.python import cp_model

    class Heard(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            hear(*read(model, self.value))

    return Heard()


def read(model: Model, value: Callable[[Any], int]) -> tuple[Ints, Ints]:
    """Starts and modes (n) of a solution."""
    starts = np.array([value(one) for one in model.start], np.int32)
    ptr = model.arrays.mode_ptr
    chosen = np.array([value(one) for one in model.chosen], np.int32)
    modes = np.array([int(chosen[a:b].argmax()) for a, b in pairwise(ptr)], np.int32)
    return starts, modes


def solved(model: Model, seconds: float) -> tuple[str, Any]:
    """Status and solver of one run by itself."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    return solver.status_name(solver.solve(model.cp)), solver


class Hunt:
    """Ever better plans and bounds of one problem, within one effort."""

    def __init__(
        self, arrays: Arrays, effort: Effort, known: Proof, bound: int, hint: Hint | None,
        tell: Callable[[Proof], None],
    ) -> None:  # fmt: skip
        self.arrays, self.effort, self.known, self.bound, self._hinted = arrays, effort, known, bound, hint
        self._tell, self._begin, self._spent = tell, perf_counter(), 0.0
        self._late = costs_lateness(arrays)
        self._room = roomy(arrays)
        self.goes_on = True

    def tardiness(self) -> None:
        """The least weighted tardiness, whatever the makespan."""
        best = self.known.tardiness if self.known.starts is not None else None
        if best is not None and best <= self.known.bound:
            return
        model = build(self.arrays, self._room)
        if best is not None:
            model.cp.add(model.tardiness <= best)
        self._hint(model)
        model.cp.add(model.tardiness >= self.known.bound)
        model.cp.minimize(model.tardiness)
        status, solver = self._run(model)
        if status == "INFEASIBLE":
            self._learn(status="infeasible" if best is None else self.known.status)
        self.goes_on = status == "OPTIMAL"
        if status != "INFEASIBLE":
            floor = min(round(solver.best_objective_bound), self.known.tardiness)
            self._learn(bound=max(self.known.bound, floor))

    def makespan(self) -> None:
        """The shortest plan with no more tardiness than the best has.

        A good plan is refuted rather than bettered: without an objective that takes a fifth less work. When it can
        be bettered after all, the next run minimises."""
        status = "FEASIBLE"
        if self.known.starts is not None and self._top() >= self.bound:
            status = self._shorter(minimise=False)
        if status in ("OPTIMAL", "FEASIBLE") and self._top() >= self.bound:
            status = self._shorter(minimise=True)
        if self._top() < self.bound:
            status = "INFEASIBLE"
        if status == "INFEASIBLE" and self.known.starts is None:
            self._learn(status="infeasible")
        elif status in ("OPTIMAL", "INFEASIBLE"):
            self._learn(status="optimal", bound=self.known.bound if self._late else self.known.makespan)

    def _top(self) -> int:
        """The longest makespan that is still of interest."""
        return self.known.makespan - 1 if self.known.starts is not None else self._room

    def _shorter(self, *, minimise: bool) -> str:
        """One run for a plan that ends by `_top`."""
        top = self._top()
        model = build(self.arrays, self._room if self._late else top, latest=top)
        model.cp.add(model.makespan >= self.bound)
        if self._late:
            model.cp.add(model.tardiness <= self.known.tardiness)
        if minimise:
            model.cp.minimize(model.makespan)
        if self.known.starts is None:
            self._hint(model)
        status, solver = self._run(model)
        if minimise and not self._late and status in ("FEASIBLE", "UNKNOWN"):
            self._learn(bound=max(self.known.bound, min(round(solver.best_objective_bound), top + 1)))
        return status

    def _learn(self, **changes: Any) -> None:
        self.known = replace(self.known, **changes)
        self._tell(self.known)

    def _hint(self, model: Model) -> None:
        """Look first where the best plan is, or one that breaks rules."""
        starts, modes = self.known.starts, self.known.modes
        if starts is None or modes is None:
            if self._hinted is None:
                return
            starts, modes = self._hinted
        for variable, at in zip(model.start, starts.tolist(), strict=True):
            model.cp.add_hint(variable, min(at, model.horizon))
        for i, (a, b) in enumerate(pairwise(self.arrays.mode_ptr)):
            if b - a > 1 and self.arrays.fixed_mode[i] < 0:
                for k, literal in enumerate(model.chosen[a:b]):
                    model.cp.add_hint(literal, k == modes[i])

    def _run(self, model: Model) -> tuple[str, Any]:
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        set_up(solver.parameters, self.effort, self._begin, self._spent)

        def hear(starts: Ints, modes: Ints) -> None:
            worth = worth_of(self.arrays, model, starts, modes)
            if self.known.starts is None or worth < self.known.value:
                self._learn(
                    status="feasible", starts=starts, modes=modes, tardiness=worth[0], makespan=worth[1]
                )

        status = solver.solve(model.cp, heard(model, hear))
        self._spent += solver.response_proto.deterministic_time
        return solver.status_name(status), solver


def set_up(parameters: Any, effort: Effort, begin: float, spent: float) -> None:
    """Pure lazy clause generation, without linear relaxation: it refutes these problems in a fraction of the work
    that the default portfolio takes (see docs/reference/computed-plan/reasons.md)."""
    parameters.num_workers = 1
    parameters.random_seed = effort.seed & 0x7FFFFFFF  # what the solver can hold
    parameters.linearization_level = 0
    if effort.deterministic is not None:
        parameters.max_deterministic_time = max(0.01, effort.deterministic - spent)
    else:
        parameters.max_time_in_seconds = max(0.05, effort.seconds - (perf_counter() - begin))


def worth_of(arrays: Arrays, model: Model, starts: Ints, modes: Ints) -> tuple[int, int]:
    """Weighted tardiness and last finish of starts."""
    finish = np.empty(arrays.n, np.int64)
    for i in range(arrays.n):
        m = int(arrays.mode_ptr[i] + modes[i])
        slots, row = int(arrays.duration[m]), int(arrays.calendar[m])
        if row < 0 or slots == 0:
            finish[i] = starts[i] + slots
        else:
            finish[i] = finishes_of(arrays, row, slots, model.horizon)[starts[i]]
    late = np.maximum(finish - arrays.due, 0) * ((arrays.due >= 0) & ~arrays.hard) * arrays.weight
    total = int(late.sum())
    for p in np.flatnonzero((arrays.project_due >= 0) & ~arrays.project_hard):
        members = finish[arrays.project == p]
        if len(members):
            total += int(arrays.project_weight[p]) * max(0, int(members.max()) - int(arrays.project_due[p]))
    return total, int(finish.max(initial=0))
