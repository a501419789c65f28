"""The fewest rules to relax: what they are, and that none of them is too many."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.exact import ENGINE
from tandem.compute.scheduling.levelling.infeasible import fewest, infeasible
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource
from tandem.compute.worker import Worker
from tests.compute.levelling import fuzz

DEV = Resource("dev", 1)


@pytest.fixture(scope="module")
def worker():
    with Worker(preload=(ENGINE,)) as one:
        one.start()
        yield one


def relaxed(worker, *activities, links=(), resources=(DEV,), projects=(), now=0, keep=()):
    problem = Problem(activities, links, resources, (), projects, now)
    found = infeasible(problem, worker=worker, keep=frozenset(keep))
    assert found.is_fewest
    return {(one.rule, one.activity or one.project or one.resource): one.amount for one in found.rules}


def work(name, slots, **more):
    return Activity(name, Mode(slots, {"dev": 1}), **more)


def test_nothing_is_relaxed_where_there_is_a_plan(worker):
    assert relaxed(worker, work("a", 3), work("b", 4, deadline=4, is_deadline_hard=True)) == {}


def test_one_of_two_deadlines_that_one_person_cannot_keep(worker):
    hard = {"is_deadline_hard": True}
    found = relaxed(
        worker, work("a", 3, deadline=4, **hard), work("b", 3, deadline=5, **hard), keep=("capacity",)
    )
    assert found in ({("deadline", "a"): 2}, {("deadline", "b"): 1})
    assert min(found.values()) >= 1


def test_a_project_that_cannot_keep_its_hard_date_is_named(worker):
    found = relaxed(
        worker, work("a", 3, project="P"), work("b", 3, project="P"), keep=("capacity",),
        projects=(Project("P", deadline=4, is_deadline_hard=True),),
    )  # fmt: skip
    assert found == {("project_deadline", "P"): 2}


def test_a_pin_that_stands_before_its_predecessor_can_end(worker):
    found = relaxed(worker, work("a", 5), work("b", 1, pinned=3), links=(Link("a", "b"),), now=1)
    assert found == {("pin", "b"): 3}


def test_one_capacity_is_fewer_than_two_pins(worker):
    found = relaxed(worker, *(work(name, 4, pinned=2) for name in "abc"))
    assert found == {("capacity", "dev"): 2}
    assert len(relaxed(worker, *(work(name, 4, pinned=2) for name in "abc"), keep=("capacity",))) == 2


def test_a_release_against_a_deadline_and_a_lag_that_is_too_short(worker):
    first = (work("a", 2, release=4), work("b", 2, deadline=6, is_deadline_hard=True))
    assert relaxed(worker, *first, links=(Link("a", "b"),), keep=("deadline",)) == {("release", "a"): 2}
    late = (Activity("a", Mode(1), pinned=0), Activity("b", Mode(1), pinned=9))
    assert relaxed(worker, *late, links=(Link("a", "b", max_lag=3),), keep=("pin",)) == {("max_lag", "b"): 5}


def test_a_stock_that_does_not_suffice(worker):
    steel = Resource("steel", 3, is_renewable=False)
    both = (Activity("a", Mode(1, {"steel": 2})), Activity("b", Mode(1, {"steel": 2})))
    assert relaxed(worker, *both, resources=(steel,)) == {("stock", "steel"): 1}


def test_where_all_that_may_give_way_is_kept_there_is_no_plan(worker):
    with pytest.raises(Uncomputable, match="no_plan"):
        relaxed(worker, work("a", 4, pinned=0), work("b", 4, pinned=0), keep=("pin", "capacity"))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_with_any_of_them_kept_there_is_no_plan(worker, seed):
    try:
        problem = fuzz.random_problem(seed)
        # twice as much to do as people have time for, and dates that bind
        hard = [replace(one, is_deadline_hard=one.deadline is not None) for one in problem.activities]
        problem = replace(problem, activities=tuple(hard))
        found = infeasible(problem, worker=worker, seconds=20)
    except Uncomputable:
        assume(False)
    assume(found.rules and found.is_fewest)
    arrays = arrays_of(problem)
    rules = [(one.rule, _place(problem, one)) for one in found.rules]
    assert all(one.amount > 0 for one in found.rules)
    for kept in rules:
        rest = [rule for rule in rules if rule != kept]
        assert worker.run(fewest, arrays, rest, problem.now, 20.0) == "infeasible"
    assert worker.run(fewest, arrays, rules, problem.now, 20.0) != "infeasible"


def _place(problem, one):
    if one.link is not None:
        bound = [
            link for link in problem.links if not problem.activities[problem.index[link.successor]].is_fact
        ]
        return next(k for k, link in enumerate(bound) if link is one.link)
    if one.project:
        return [each.id for each in problem.projects].index(one.project)
    if one.resource:
        kind = problem.resource[one.resource].is_renewable
        return [each.id for each in problem.resources if each.is_renewable == kind].index(one.resource)
    return problem.index[one.activity]
