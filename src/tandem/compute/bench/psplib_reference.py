"""Plain CP-SAT on a single-mode problem, as anybody would write it: the reference that runs beside ours."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from tandem.compute.scheduling.levelling.arrays import Arrays


def plain_cp_sat(
    tell: Callable[[list[float]], None], arrays: Arrays, seconds: float, seed: int
) -> list[float]:
    """[seconds, makespan, bound] of each plan it finds is told, the last is returned. For a worker process."""
    from ortools.sat.python import cp_model

    begun = perf_counter()
    model, n = cp_model.CpModel(), arrays.n
    horizon = int(arrays.duration.sum() + arrays.release.max(initial=0))
    start = [model.new_int_var(int(arrays.release[i]), horizon, "") for i in range(n)]
    work = [model.new_fixed_size_interval_var(start[i], int(arrays.duration[i]), "") for i in range(n)]
    end = model.new_int_var(0, horizon, "")
    for i, j in zip(arrays.tail.tolist(), arrays.head.tolist(), strict=True):
        model.add(start[j] >= start[i] + int(arrays.duration[i]))
    for i in range(n):
        model.add(end >= start[i] + int(arrays.duration[i]))
    for k, capacity in enumerate(arrays.capacity[:, 0].tolist()):
        who = [i for i in range(n) if arrays.demand[i, k] > 0 and arrays.duration[i] > 0]
        model.add_cumulative([work[i] for i in who], [int(arrays.demand[i, k]) for i in who], capacity)
    model.minimize(end)

    class Heard(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            tell([perf_counter() - begun, self.objective_value, self.best_objective_bound])

    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.parameters.random_seed = seed
    status = solver.solve(model, Heard())
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    length = solver.objective_value if found else float(arrays.duration.sum())
    return [perf_counter() - begun, length, solver.best_objective_bound]
