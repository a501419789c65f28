"""The best choice, a bound that holds, and the same choice for the same seed."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.bench.selection import case
from tandem.compute.errors import Uncomputable
from tandem.compute.selection import search, solvers
from tandem.compute.selection import solve as solving
from tandem.compute.selection.arrays import compiled_problem
from tandem.compute.selection.check import breaches, value
from tandem.compute.selection.frontier import by_budget, by_measure
from tandem.compute.selection.problem import Exclusion, Limit, Prerequisite, Problem, Rule
from tandem.compute.selection.solve import select, solve
from tandem.compute.worker import Worker
from tests.compute.selection.cases import every_choice, one, rich, three


@pytest.fixture(scope="module")
def worker():
    with Worker(preload=solvers.PRELOAD) as one_worker:
        yield one_worker


def portfolio(seed, size):
    """A random portfolio that has a choice: nothing in it is mandatory."""
    problem = case(seed, size)
    return replace(problem, candidates=tuple(replace(c, mandatory=False) for c in problem.candidates))


def chosen(problem, worker, **how):
    return select(problem, **({"moves": 40_000} | how), worker=worker)


def test_the_dearest_pair_that_fits_is_chosen_and_proven(worker):
    found = chosen(three(), worker)
    assert (set(found.starts), found.value, found.proven) == ({"a", "b"}, 50, True)


def test_every_kind_of_rule_at_once_gives_the_true_best(worker):
    best = max(value(rich(), starts) for starts in every_choice(rich()))
    found = chosen(rich(), worker)
    assert (found.value, found.bound, breaches(rich(), found.starts)) == (best, best, [])


def test_nothing_to_choose_from_is_an_empty_choice(worker):
    assert dict(chosen(Problem(3, ()), worker).starts) == {}


def test_nothing_to_choose_from_cannot_bring_what_is_asked_for(worker):
    with pytest.raises(Uncomputable, match="infeasible"):
        chosen(Problem(1, (), limits=(Limit("risk", minimum=5),)), worker)


def test_what_is_worth_millions_is_proven_to_the_last_unit(worker):
    found = chosen(Problem(1, (one("a", 3_000_000), one("b", 2_000_000)), (5,)), worker)
    assert (found.value, found.bound, found.proven) == (3_000_000, 3_000_000, True)


def test_what_cannot_be_is_refused(worker):
    with pytest.raises(Uncomputable, match="infeasible"):
        chosen(Problem(1, (one("a", cost=(9,), mandatory=True),), (5,)), worker)


def test_mandatory_ones_that_exclude_each_other_are_refused(worker):
    both = (one("a", mandatory=True), one("b", mandatory=True))
    with pytest.raises(Uncomputable, match="infeasible"):
        chosen(Problem(2, both, exclusions=(Exclusion("x", ("a", "b")),)), worker)


def test_the_same_seed_and_moves_give_the_same_choice(worker):
    problem = portfolio(3, 60)
    first, second = (chosen(problem, worker, moves=100_000, seed=5) for _ in range(2))
    assert (first.starts, first.bound) == (second.starts, second.bound)


def test_a_slow_proof_gives_the_same_choice_after_the_same_moves(worker, monkeypatch):
    problem = three(budget=(12,))  # the relaxation takes a part of the third, so that it proves nothing
    arrays = compiled_problem(problem)
    answer = worker.run(solvers.proved, arrays, np.ones(len(arrays.item), bool), None, None, 1.0)
    found = []
    for wait in (0.0, 0.4):
        monkeypatch.setattr(solving, "_proof", lambda *_, wait=wait: (time.sleep(wait), answer)[1])
        found.append(chosen(problem, worker))
    first, second = ((one.starts, one.bound, one.moves, one.engine) for one in found)
    assert first == second
    assert first[2] > 0


def test_a_relaxation_without_an_answer_is_not_called_infeasible(worker, monkeypatch):
    from ortools.math_opt.python import mathopt

    real = mathopt.solve

    def out_of_time(model, engine, *, params):
        from datetime import timedelta

        params.time_limit, params.iteration_limit = timedelta(seconds=0), 0
        return real(model, engine, params=params)

    arrays = compiled_problem(rich())
    assert solvers.relaxed(print, arrays).feasible is True
    monkeypatch.setattr(mathopt, "solve", out_of_time)
    assert solvers.relaxed(print, arrays).feasible is None


def test_a_longer_look_is_never_worse_and_values_only_rise(worker):
    steps = list(solve(portfolio(1, 120), moves=1_000_000, seed=1, worker=worker))
    values = [step.value for step in steps]
    assert values == sorted(values)
    assert all(step.value <= steps[-1].bound for step in steps)


def test_a_warm_start_is_never_lost(worker):
    problem = portfolio(2, 80)
    before = chosen(problem, worker)
    after = chosen(problem, worker, moves=1000, seed=9, warm=before.starts)
    assert after.value >= before.value


def test_500_candidates_stand_within_two_percent_of_the_bound_after_a_million_moves(worker):
    found = chosen(case(1, 500), worker, moves=800_000, gap=0.02)
    assert breaches(case(1, 500), found.starts) == []
    assert found.gap < 0.02


small = st.builds(
    lambda seed, budget, first, rule, lag: (seed, budget, first, rule, lag),
    st.integers(0, 10**6),
    st.integers(5, 60),
    st.booleans(),
    st.sampled_from(list(Rule)),
    st.integers(-1, 2),
)


@given(small)
@settings(max_examples=6, deadline=None)
def test_small_ones_are_solved_to_the_end(worker, drawn):
    seed, budget, first, rule, lag = drawn
    problem = case(seed, 4, 6, 3)
    problem = replace(
        problem,
        candidates=tuple(replace(c, mandatory=first and c.id == "c0") for c in problem.candidates),
        budget=(budget,) * 6,
        capacity={"r0": (30,) * 6, "r1": (25,) * 6, "r2": (20,) * 6},
        prerequisites=(Prerequisite("c1", "c0", rule, lag), Prerequisite("c2", "c1", rule, lag)),
        exclusions=(Exclusion("x", ("c2", "c3")),),
    )
    truth = [value(problem, starts) for starts in every_choice(problem)]
    if truth:
        found = chosen(problem, worker)
        assert (found.value, found.bound) == (max(truth), max(truth))
    else:
        with pytest.raises(Uncomputable, match="infeasible"):
            chosen(problem, worker)


def test_the_quick_bound_holds_above_the_relaxation_and_more_capacity_never_lowers_it(worker):
    problem = portfolio(4, 60)
    more = replace(problem, capacity={r: tuple(u + 5 for u in row) for r, row in problem.capacity.items()})
    exact = [worker.run(solvers.relaxed, compiled_problem(one)).bound for one in (problem, more)]
    assert exact[0] <= exact[1] + 1e-6
    assert search.quick_prices(compiled_problem(problem)).bound >= exact[0] - 1e-6


def test_a_frontier_rises_with_the_money(worker):
    points = by_budget(portfolio(2, 40), 4, moves=50_000, worker=worker)
    assert [p.level for p in points] == sorted(p.level for p in points)
    assert [p.selection.value for p in points] == sorted(p.selection.value for p in points)
    assert all(p.bound >= p.selection.value for p in points)


def test_a_level_without_a_choice_is_marked_and_the_others_stay(worker):
    some = (one("must", 5, (8,), mandatory=True), one("more", 9, (4,)))
    points = by_budget(Problem(1, some, (10,)), 3, 0.5, 1.5, moves=20_000, worker=worker)
    assert [(p.level, p.state) for p in points] == [(5, "infeasible"), (10, "found"), (15, "found")]
    assert (points[0].selection, points[0].gap) == (None, None)
    assert points[-1].selection.value == 14


def test_a_frontier_of_money_needs_a_budget_and_one_of_a_measure_needs_it_known(worker):
    with pytest.raises(Uncomputable, match="no_budget"):
        by_budget(three(budget=None), 3, moves=1000, worker=worker)
    with pytest.raises(Uncomputable, match="measure_unknown"):
        by_measure(three(), "risk", 3, moves=1000, worker=worker)


def test_a_frontier_against_a_measure_that_is_limited_already_is_walked(worker):
    points = by_measure(rich(), "risk", 3, at_most=True, moves=20_000, worker=worker)
    assert all(p.state == "found" for p in points)


def test_a_frontier_against_risk_falls_as_risk_is_cut(worker):
    problem = replace(rich(), limits=())
    points = by_measure(problem, "risk", 3, at_most=True, moves=20_000, worker=worker)
    assert points[0].selection.value <= points[-1].selection.value
    for point in points:
        assert (
            sum(problem.candidates[problem.index[n]].measures["risk"] for n in point.selection.starts)
            <= point.level
        )


def test_a_dive_keeps_everything_and_comes_near_the_bound_at_once():
    problem = case(2, 600)
    arrays = compiled_problem(problem)
    quick, start = search.dived(arrays)
    assert start is not None
    assert not breaches(problem, solving.named(problem, arrays, start))
    assert 0.95 * quick.bound < arrays.worth(start) <= quick.bound
    again = search.dived(arrays)[1]
    assert again is not None
    assert (start == again).all()
