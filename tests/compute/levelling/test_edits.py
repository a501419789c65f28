"""After an edit: a valid plan at once, and the rest where it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.bench.portfolio import random_edit
from tandem.compute.bench.portfolio_case import made, tardiness
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.edits import (
    Capacity,
    Due,
    Duration,
    Link,
    Pin,
    Priority,
    Unlink,
    applied,
    replan,
)
from tandem.compute.scheduling.levelling.portfolio import improve
from tandem.compute.scheduling.levelling.problem import Activity, Mode, Problem, Project, Resource
from tandem.compute.scheduling.levelling.problem import Link as Dependency

ARRAYS = made(1, projects=40, size=25, roles=8)


@pytest.fixture(scope="module")
def starts():
    *_, (found, _, _, _) = improve(ARRAYS, evaluations=100)
    return found


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_script_of_edits_leaves_a_valid_plan_after_each(seed):
    arrays, plan = ARRAYS, next(iter(improve(ARRAYS, evaluations=9)))[0]
    chance = np.random.default_rng(seed)
    for number in range(12):
        after = replan(arrays, plan, random_edit(chance, arrays, plan, number))
        assert ArrayChecker(after.arrays).breaches(after.starts) == {}
        assert after.broken == 0
        assert after.tardiness == tardiness(after.arrays, after.starts)
        assert after.moved.tolist() == np.flatnonzero(after.starts != plan).tolist()
        arrays, plan = after.arrays, after.starts


def test_a_longer_activity_moves_what_it_must_and_little_else(starts):
    after = replan(ARRAYS, starts, Duration(activity=310, slots=int(ARRAYS.duration[310]) + 6))
    assert 0 < len(after.moved) <= 0.05 * ARRAYS.n
    assert ArrayChecker(after.arrays).breaches(after.starts) == {}


def test_a_shorter_activity_makes_nothing_later(starts):
    after = replan(ARRAYS, starts, Duration(activity=310, slots=1))
    assert (after.starts <= starts).all()


def test_a_new_link_is_kept_and_taken_away_again(starts):
    ahead, behind = sorted(range(50, 75), key=lambda i: starts[i])[::24]
    with pytest.raises(Uncomputable, match="cycle"):
        replan(ARRAYS, starts, Link(tail=24, head=0))
    after = replan(ARRAYS, starts, Link(tail=ahead, head=behind, lag=300))
    assert after.starts[behind] >= after.starts[ahead] + ARRAYS.duration[ahead] + 300
    back = replan(after.arrays, after.starts, Unlink(tail=ahead, head=behind))
    assert back.starts[behind] < after.starts[behind]


def test_lost_capacity_is_respected_in_its_slots_only(starts):
    after = replan(ARRAYS, starts, Capacity(resource=2, begin=60, end=80, units=3))
    assert after.arrays.capacity[2, 59] == after.arrays.capacity[2, 80] == ARRAYS.capacity[2, 0]
    assert ArrayChecker(after.arrays).breaches(after.starts) == {}
    assert len(after.moved) <= 0.05 * ARRAYS.n


def test_a_pin_holds_and_a_pin_taken_away_does_not(starts):
    last = int(np.flatnonzero(~np.isin(np.arange(ARRAYS.n), ARRAYS.tail))[4])
    wanted = int(starts[last]) + 11
    after = replan(ARRAYS, starts, Pin(last, wanted))
    assert after.starts[last] == wanted
    free = replan(after.arrays, after.starts, Pin(last, None))
    assert free.arrays.fixed[last] == -1
    assert free.starts[last] <= wanted


def test_priorities_and_dates_delay_nothing(starts):
    for edit in (Priority(project=3, weight=10), Due(project=3, due=5), Due(project=3, due=-1)):
        after = replan(ARRAYS, starts, edit)
        assert (after.starts <= starts).all()


def test_a_pin_that_no_predecessor_can_reach_is_refused(starts):
    late = int(np.flatnonzero(starts > 50)[0])
    with pytest.raises(Uncomputable, match="no_place"):
        replan(ARRAYS, starts, Pin(int(ARRAYS.head[ARRAYS.tail == late][0]), 0))


@pytest.mark.parametrize(
    "edit",
    [
        Duration(10**6, 1),
        Duration(0, -1),
        Link(0, 1, kind=4),
        Due(99, 1),
        Priority(-1, 1),
        Capacity(0, 9, 3, 1),
        Pin(0, -5),
        Pin(0, 2**40),
        Duration(0, 2**29),
        Capacity(0, 3, 2**40, 1),
        Capacity(0, 3, 9, -1),
        Capacity(0, 3, 9, 2**40),
        Priority(0, -1),
        Priority(0, 2**40),
        Due(0, -2),
        Due(0, 2**40),
        Link(0, 1, lag=2**40),
        Link(0, 1, lag=-(2**40)),
        Unlink(0, 10**6),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit):
    with pytest.raises(Uncomputable, match="edit_out_of_range"):
        applied(ARRAYS, edit)


def test_the_problem_before_the_edit_stays_as_it_was(starts):
    before = [getattr(ARRAYS, name).copy() for name in ARRAYS.__dataclass_fields__]
    replan(ARRAYS, starts, Duration(3, 9))
    replan(ARRAYS, starts, Capacity(0, 3, 9, 6))
    assert all(
        np.array_equal(a, getattr(ARRAYS, name))
        for a, name in zip(before, ARRAYS.__dataclass_fields__, strict=True)
    )


def test_starts_that_are_no_plan_of_the_problem_are_refused(starts):
    for column in (starts[:-1], starts[:, None]):
        with pytest.raises(Uncomputable, match="plan_of_other_problem"):
            replan(ARRAYS, column, Priority(3, 1))
    for wrong in (-1, 2**30):
        with pytest.raises(Uncomputable, match="edit_out_of_range"):
            replan(ARRAYS, np.where(np.arange(ARRAYS.n) == 7, wrong, starts), Priority(3, 1))


def test_a_plan_beyond_all_memory_is_refused(starts):
    with pytest.raises(Uncomputable, match="plan_too_long"):
        replan(ARRAYS, starts, Pin(3, 2**23))


def general():
    """Two ways to do `a`, and `b` within a slot after its finish, which the list of the plan does not know."""
    return arrays_of(
        Problem(
            (
                Activity("a", (Mode(2, {"dev": 1}), Mode(3, {"dev": 1}))),
                Activity("b", Mode(2, {"crane": 1}), project="p"),
                Activity("c", Mode(5, {"crane": 1})),
            ),
            (Dependency("a", "b", max_lag=0),),
            (Resource("dev"), Resource("crane")),
            projects=(Project("p", deadline=3),),
        )
    )


def test_a_valid_plan_with_maximal_lags_stays_one_when_only_a_priority_changes():
    after = replan(general(), np.array([3, 5, 0], np.int32), Priority(0, 5), np.array([0, 0, 0], np.int32))
    assert (after.broken, after.starts.tolist(), after.moved.tolist()) == (0, [3, 5, 0], [])
    assert after.tardiness == 5 * 4


def test_a_plan_in_other_modes_keeps_them():
    after = replan(general(), np.array([2, 5, 0], np.int32), Due(0, 4), np.array([1, 0, 0], np.int32))
    assert (after.broken, after.starts.tolist(), after.modes.tolist()) == (0, [2, 5, 0], [1, 0, 0])
    with pytest.raises(Uncomputable, match="edit_out_of_range"):
        replan(general(), np.array([2, 5, 0], np.int32), Due(0, 4), np.array([2, 0, 0], np.int32))


def test_a_maximal_lag_that_the_list_breaks_is_told():
    after = replan(general(), np.array([3, 5, 0], np.int32), Pin(0, 0), np.array([0, 0, 0], np.int32))
    assert after.broken == 3


def test_a_duration_of_what_has_several_modes_is_refused():
    with pytest.raises(Uncomputable, match="field='modes'"):
        applied(general(), Duration(0, 3))


def test_a_link_that_closes_a_cycle_is_refused_with_modes_too():
    with pytest.raises(Uncomputable, match="cycle"):
        replan(general(), np.array([3, 5, 0], np.int32), Link(1, 0))


def test_pins_that_clash_are_told():
    problem = Problem(
        (Activity("a", Mode(4, {"dev": 1})), Activity("b", Mode(4, {"dev": 1}), pinned=4)),
        (),
        (Resource("dev"),),
    )
    after = replan(arrays_of(problem), np.array([0, 4], np.int32), Pin(0, 3))
    assert (after.starts.tolist(), after.broken) == ([3, 4], 3)
