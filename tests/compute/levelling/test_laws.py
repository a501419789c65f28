"""Laws of levelling, whatever the problem: a pin is kept, no link is broken, the same seed gives the same plan."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.problem import Problem
from tandem.compute.scheduling.levelling.solve import Budget, solve
from tests.compute.levelling import fuzz

few = settings(max_examples=12, deadline=None)
problems = st.integers(0, 100_000).map(fuzz.random_problem)


def solved(problem: Problem, **how):
    *_, end = solve(problem, Budget(evaluations=200), engine="search", **how)
    return end.plan


@few
@given(problems, st.data())
def test_a_pin_is_kept(problem, data):
    free = [one.id for one in problem.activities if not one.is_given and len(one.modes) == 1]
    assume(free)
    pins = data.draw(st.dictionaries(st.sampled_from(free), st.integers(0, 40), min_size=1))
    try:
        plan = solved(problem, pins=pins)
    except Uncomputable:
        assume(False)
    assert {name: int(plan.starts[problem.index[name]]) for name in pins} == pins


@few
@given(problems)
def test_no_link_is_broken_but_into_what_is_pinned(problem):
    for one in check(problem, solved(problem)).violations:
        assert one.code != "link" or problem.activities[problem.index[one.activity]].pinned is not None


@few
@given(problems)
def test_without_pins_no_link_is_broken_at_all(problem):
    free = replace(problem, activities=tuple(replace(one, pinned=None) for one in problem.activities))
    assert not [one for one in check(free, solved(free)).violations if one.code == "link"]


@few
@given(problems, st.integers(0, 2**40))
def test_the_same_seed_gives_the_same_plan(problem, seed):
    one, two = solved(problem, seed=seed), solved(problem, seed=seed)
    assert (one.hash, one.objective, one.evaluations) == (two.hash, two.objective, two.evaluations)
