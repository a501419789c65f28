"""The checker finds every breach, and the arrays of the search agree with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.selection.arrays import compiled_problem
from tandem.compute.selection.check import breaches, value
from tandem.compute.selection.problem import Limit, Problem
from tests.compute.selection.cases import one, rich

GOOD = {"road": 0, "paint": 3, "sign": 2, "light": 3, "toll": 2}


def rules(starts):
    return {one.rule for one in breaches(rich(), starts)}


@pytest.mark.parametrize(
    ("starts", "rule"),
    [
        ({"nobody": 0}, "candidate_unknown"),
        ({"light": 0}, "window"),
        ({"sign": 4}, "window"),
        ({"sign": 0}, "mandatory"),
        ({"paint": 0, "toll": 2}, "prerequisite_missing"),
        ({"paint": 0, "road": 1, "toll": 2}, "prerequisite_late"),
        ({"paint": 0, "sign": 2, "light": 2}, "prerequisite_late"),
        ({"paint": 0, "road": 0, "bridge": 2}, "exclusion"),
        ({"paint": 0, "road": 0, "sign": 0}, "capacity"),
        ({"paint": 0, "road": 0, "sign": 0}, "budget"),
        ({"paint": 0, "road": 0, "toll": 2}, "share_least"),
        ({"paint": 0, "bridge": 0, "road": 2}, "limit_max"),
    ],
)
def test_each_rule_is_seen_to_be_broken(starts, rule):
    assert rule in rules(starts)


def test_a_good_choice_passes_and_money_left_over_may_be_spent_later():
    assert breaches(rich(), {"paint": 0, "sign": 0, "light": 1}) == []
    assert "budget" not in rules({"paint": 2, "bridge": 1})


choice = st.fixed_dictionaries({}, optional={c.id: st.integers(0, 3) for c in rich().candidates})
PAIRS = {"prerequisite_missing", "prerequisite_late", "exclusion", "mandatory", "window"}


@given(choice)
@settings(max_examples=200, deadline=None)
def test_the_rows_of_the_search_say_the_same_as_the_checker(starts):
    problem = rich()
    found = breaches(problem, starts)
    if any(one.rule == "window" for one in found):
        return
    arrays = compiled_problem(problem)
    start = np.full(arrays.size, -1, np.int64)
    for name, period in starts.items():
        start[problem.index[name]] = period - arrays.begin[problem.index[name]]
    over = arrays.load(start) > arrays.cap
    assert arrays.worth(start) == value(problem, starts)
    mine = {(row.kind, row.name, row.period) for row, bad in zip(arrays.limits, over, strict=True) if bad}
    theirs = {(one.rule, one.name, one.period) for one in found if one.rule not in PAIRS}
    # the checker starts each period's account anew after a debt, the rows carry the debt along
    assert {one for one in mine if one[0] != "budget"} == {one for one in theirs if one[0] != "budget"}
    assert any(one[0] == "budget" for one in mine) == any(one[0] == "budget" for one in theirs)


def test_several_limits_on_one_measure_hold_together():
    some = tuple(one(name, measures={"risk": 4}) for name in "abc")
    limits = (Limit("risk", maximum=9), Limit("risk", 4, 5), Limit("risk", minimum=2))
    problem = Problem(1, some, limits=limits)
    arrays = compiled_problem(problem)
    for many in range(4):
        start = np.array([0] * many + [-1] * (3 - many))
        over = [
            (row.kind, row.number, int(units))
            for row, units in zip(arrays.limits, arrays.load(start) - arrays.cap, strict=True)
            if units > 0
        ]
        told = [(b.rule, b.over) for b in breaches(problem, dict.fromkeys("abc"[:many], 0))]
        assert sorted((kind, units) for kind, _, units in over) == sorted(told)
    assert [row.number for row in arrays.limits] == [0, 1, 1, 2]
