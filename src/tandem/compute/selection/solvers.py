"""What runs in a worker process: the linear relaxation, and whole-number models for proof and repair.

Each function takes `tell` first (tandem.compute.worker) and arrays only; OR-tools is imported here and nowhere
else. The relaxation has one column for each start and, beside the rows of the problem, one row for each candidate
(chosen at most, or exactly, once), each exclusion, and each prerequisite and start of its dependant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.selection.arrays import Arrays

Floats = npt.NDArray[np.float64]
PRELOAD = ("tandem.compute.selection.solvers", "ortools.math_opt.python.mathopt")


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Optimum of the relaxation: bound (infinite where none was found), part of each column that is chosen,
    reduced value of each column, price of each row of the problem (all ≥ 0). `rules`: what giving up a rule that is no
    row would bring, where it costs anything: (mandatory, exclusion or prerequisite; its number; price > 0).
    `feasible` None: the solver ended without an answer, and the other fields say nothing."""

    bound: float
    part: Floats
    reduced: Floats
    prices: Floats
    feasible: bool | None = True
    rules: tuple[tuple[str, int, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Whole:
    """Answer of a whole-number model: starts (None: none found), its bound, whether it was solved to the end."""

    start: Any
    bound: float
    ended: bool
    feasible: bool | None


def triples(arrays: Arrays) -> tuple[list[int], list[int], list[float], list[float], list[float]]:
    """Sparse matrix by row: row, column, coefficient of each entry; least and most of each row."""
    columns = np.repeat(np.arange(len(arrays.item)), np.diff(arrays.ptr))
    order = np.argsort(arrays.rows, kind="stable")
    rows, cols = [arrays.rows[order]], [columns[order]]
    coefs = [arrays.coef[order].astype(float)]
    least = [-np.inf] * len(arrays.cap)
    most = arrays.cap.astype(float).tolist()
    rows.append(len(most) + arrays.item)
    cols.append(np.arange(len(arrays.item)))
    coefs.append(np.ones(len(arrays.item)))
    least += np.where(arrays.must, 1.0, -np.inf).tolist()
    most += [1.0] * arrays.size
    for _, one, minus in _couplings(arrays):
        rows.append(np.full(len(one) + len(minus), len(most)))
        cols.append(np.array([*one, *minus]))
        coefs.append(np.array([1.0] * len(one) + [-1.0] * len(minus)))
        least.append(-np.inf)
        most.append(0.0 if minus is not _NONE else 1.0)
    return (
        np.concatenate(rows).tolist(), np.concatenate(cols).tolist(), np.concatenate(coefs).tolist(), least, most,
    )  # fmt: skip


_NONE: range = range(0)


def _couplings(arrays: Arrays) -> Any:
    """Exclusions (columns that sum to 1 at most) and prerequisites: started by t ≤ needed thing begun in time.
    Each row with the rule that it belongs to."""
    first = arrays.first.tolist()
    for number, members in enumerate(arrays.exclusions):
        yield ("exclusion", number), [c for i in dict.fromkeys(members) for c in range(first[i], first[i + 1])], _NONE
    for number, (needs, dependant, offset) in enumerate(arrays.pairs.tolist()):
        rule = ("prerequisite", number)
        width, room = first[needs + 1] - first[needs], first[dependant + 1] - first[dependant]
        for t in range(room):
            before = min(max(0, t - offset + 1), width)
            yield (
                rule,
                range(first[dependant], first[dependant] + t + 1),
                list(range(first[needs], first[needs] + before)),
            )
            if (
                before == width
            ):  # later starts of the dependant ask for no more than this row with all of them
                if t + 1 < room:
                    yield (
                        rule,
                        range(first[dependant], first[dependant + 1]),
                        list(range(first[needs], first[needs + 1])),
                    )
                break


def _model(arrays: Arrays, whole: bool, keep: Any = None) -> Any:
    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import mathopt

    rows, cols, coefs, least, most = triples(arrays)
    proto, size = model_pb2.ModelProto(), len(arrays.item)
    some = proto.variables
    some.ids.extend(range(size))
    some.lower_bounds.extend([0.0] * size)
    some.upper_bounds.extend([1.0] * size if keep is None else keep.astype(float).tolist())
    some.integers.extend([whole] * size)
    proto.objective.maximize = True
    proto.objective.linear_coefficients.ids.extend(range(size))
    proto.objective.linear_coefficients.values.extend(arrays.value.tolist())
    proto.linear_constraints.ids.extend(range(len(most)))
    proto.linear_constraints.lower_bounds.extend(least)
    proto.linear_constraints.upper_bounds.extend(most)
    order = np.lexsort((np.array(cols), np.array(rows)))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(np.array(rows, np.int64)[order].tolist())
    matrix.column_ids.extend(np.array(cols, np.int64)[order].tolist())
    matrix.coefficients.extend(np.array(coefs)[order].tolist())
    return mathopt.Model.from_model_proto(proto)


def relaxed(tell: Callable[[Any], object], arrays: Arrays) -> Relaxed:
    """The relaxation by the dual simplex of HiGHS (through MathOpt)."""
    from ortools.math_opt.python import mathopt

    parameters = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX)
    result = mathopt.solve(_model(arrays, False), mathopt.SolverType.HIGHS, params=parameters)
    none = np.zeros(len(arrays.item))
    if not result.has_primal_feasible_solution() or not result.has_dual_feasible_solution():
        # every column lies between 0 and 1, so that nothing is unbounded
        reasons = (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED)
        feasible = False if result.termination.reason in reasons else None
        return Relaxed(np.inf, none, arrays.value, np.zeros(len(arrays.cap)), feasible)
    part = np.array(list(result.variable_values().values()))
    duals = np.array(list(result.dual_values().values()))
    # the row of the candidate itself is left out of the reduced value: it is shared by all its starts
    limits, own, ties = np.split(duals, [len(arrays.cap), len(arrays.cap) + arrays.size])
    reduced = np.array(list(result.reduced_costs().values())) + own[arrays.item]
    rules = _rule_prices(arrays, own, ties)
    return Relaxed(float(result.objective_value()), part, reduced, np.maximum(limits, 0.0), True, rules)


def _rule_prices(arrays: Arrays, own: Floats, ties: Floats) -> tuple[tuple[str, int, float], ...]:
    """What giving up each rule that is no limit would bring in the relaxation, from the duals of its rows."""
    prices = {("mandatory", i): -float(own[i]) for i in np.flatnonzero(arrays.must).tolist()}
    for (rule, *_), dual in zip(_couplings(arrays), ties.tolist(), strict=True):
        prices[rule] = prices.get(rule, 0.0) + max(dual, 0.0)
    return tuple((kind, number, price) for (kind, number), price in prices.items() if price > 1e-9)


def proved(
    tell: Callable[[Any], object], arrays: Arrays, keep: Any, hint: Any, seconds: float | None,
    work: float | None, workers: int = 1, gap: float = 0.0,
) -> Whole:  # fmt: skip
    """CP-SAT on the columns that may still be part of a better choice (`keep`), from a known choice.

    `work` bounds its deterministic time: with it and without `seconds` the answer is the same everywhere."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = [model.new_bool_var("") if kept else None for kept in keep]
    rows, cols, coefs, least, most = triples(arrays)
    terms: list[tuple[list[Any], list[int]]] = [([], []) for _ in most]
    for r, c, a in zip(rows, cols, coefs, strict=True):
        if x[c] is not None:
            terms[r][0].append(x[c])
            terms[r][1].append(int(a))
    for (some, each), low, high in zip(terms, least, most, strict=True):
        total = cp_model.LinearExpr.weighted_sum(some, each)
        if low == high:
            model.add(total == int(high))
        elif some or high < 0:
            model.add(total <= int(high))
    known = [(each, int(value)) for each, value in zip(x, arrays.value, strict=True) if each is not None]
    model.maximize(cp_model.LinearExpr.weighted_sum([one for one, _ in known], [value for _, value in known]))
    if hint is not None:
        for i, s in enumerate(hint):
            for c in range(arrays.first[i], arrays.first[i + 1]):
                one = x[c]
                if one is not None:
                    model.add_hint(one, int(s >= 0 and c == arrays.first[i] + s))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.relative_gap_limit = gap
    solver.parameters.random_seed = 1
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    if work is not None:
        solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        start = np.full(arrays.size, -1, np.int64)
        for c, one in enumerate(x):
            if one is not None and solver.boolean_value(one):
                start[arrays.item[c]] = c - arrays.first[arrays.item[c]]
        return Whole(start, solver.best_objective_bound, status == cp_model.OPTIMAL, True)
    ended = status == cp_model.INFEASIBLE
    return Whole(None, -np.inf if ended else np.inf, ended, False if ended else None)


def relaxing(
    tell: Callable[[Any], object], arrays: Arrays, seconds: float
) -> list[tuple[str, int, int]] | None:
    """The fewest rules to give way: (row, mandatory, exclusion or prerequisite; its number; by how much).

    One switch for each rule; the number of switches is minimised. None: nothing found in time."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in arrays.item]
    total = cp_model.LinearExpr.weighted_sum
    switches: list[tuple[str, int, Any]] = []

    def switch(kind: str, number: int) -> Any:
        switches.append((kind, number, model.new_bool_var("")))
        return switches[-1][2]

    columns = np.repeat(np.arange(len(arrays.item)), np.diff(arrays.ptr))
    for r, cap in enumerate(arrays.cap.tolist()):
        at = np.flatnonzero(arrays.rows == r)
        each = arrays.coef[at].tolist()
        most = sum(units for units in each if units > 0)
        if most > cap:
            over = switch("row", r)
            model.add(total([*(x[c] for c in columns[at]), over], [*each, cap - most]) <= cap)
    first = arrays.first.tolist()
    for i in range(arrays.size):
        some = x[first[i] : first[i + 1]]
        model.add_at_most_one(some)
        if arrays.must[i]:
            model.add_at_least_one([*some, switch("mandatory", i)])
    for number, members in enumerate(arrays.exclusions):
        free = [one for i in dict.fromkeys(members) for one in x[first[i] : first[i + 1]]]
        model.add(sum(free) <= 1).only_enforce_if(~switch("exclusion", number))
    for number, (needs, dependant, offset) in enumerate(arrays.pairs.tolist()):
        late = switch("prerequisite", number)
        for s, one in enumerate(x[first[dependant] : first[dependant + 1]]):
            before = x[
                first[needs] : first[needs] + min(max(0, s - offset + 1), first[needs + 1] - first[needs])
            ]
            model.add_bool_or([*before, late, ~one])
    model.minimize(sum(one for _, _, one in switches))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    load = np.zeros(len(arrays.cap), np.int64)
    for c, one in enumerate(x):
        if solver.boolean_value(one):
            np.add.at(
                load,
                arrays.rows[arrays.ptr[c] : arrays.ptr[c + 1]],
                arrays.coef[arrays.ptr[c] : arrays.ptr[c + 1]],
            )
    return [
        (kind, number, int(load[number] - arrays.cap[number]) if kind == "row" else 1)
        for kind, number, one in switches
        if solver.boolean_value(one)
    ]


def plain(
    tell: Callable[[Any], object], arrays: Arrays, engine: str, seconds: float, gap: float
) -> tuple[float | None, float | None]:
    """The reference of the benchmark: the whole model given to HiGHS (through MathOpt) or CP-SAT with two
    workers as it is; -> value, bound."""
    if engine == "cpsat":
        found = proved(tell, arrays, np.ones(len(arrays.item), bool), None, seconds, None, workers=2, gap=gap)
        if found.start is None:
            return None, None
        return arrays.worth(found.start), found.bound
    from datetime import timedelta

    from ortools.math_opt.python import mathopt

    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds), relative_gap_tolerance=gap)
    result = mathopt.solve(_model(arrays, True), mathopt.SolverType.HIGHS, params=parameters)
    if not result.has_primal_feasible_solution():
        return None, None
    return float(result.objective_value()), float(result.termination.objective_bounds.dual_bound)
