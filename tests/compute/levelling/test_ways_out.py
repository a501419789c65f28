"""Ways out of a conflict: each ends it, is proven by the check, and costs what it says."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of
from tandem.compute.scheduling.levelling.conflict import Conflict, conflicts
from tandem.compute.scheduling.levelling.decode import Decoder
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource
from tandem.compute.scheduling.levelling.ways_out import CODES, ways_out
from tests.compute.levelling import fuzz

DEV = Resource("dev", 1)


def work(name, slots, **more):
    return Activity(name, Mode(slots, {"dev": 1}), **more)


def conflict_of(*activities, links=(), resources=(DEV,), projects=(), which=0):
    problem = Problem(activities, links, resources, projects=projects)
    decoder = Decoder(arrays_of(problem))
    keys = np.arange(len(activities))
    plan = plan_of(problem, decoder.serial(decoder.listed(keys), np.zeros(len(activities), np.int32)))
    return problem, plan, conflicts(problem, plan)[which]


def ways(*activities, **more):
    problem, plan, conflict = conflict_of(*activities, **more)
    return {way.code: way for way in ways_out(problem, plan, conflict, seconds=20)}


def test_conflicts_name_who_is_late_and_what_is_overloaded():
    problem, plan, _ = conflict_of(
        work("a", 4, pinned=0, project="p"), work("b", 4, pinned=2, deadline=5, project="p"),
        projects=(Project("p", deadline=5),),
    )  # fmt: skip
    assert conflicts(problem, plan) == (
        Conflict("project_late", "p", 1),
        Conflict("activity_late", "b", 1),
        Conflict("overload", "dev", 1, 2, 4, ("a", "b")),
    )


def test_a_date_can_move_at_the_price_of_its_weight():
    way = ways(work("a", 3), work("b", 4, deadline=5, weight=3))["shift"]
    assert (way.until, way.slots, way.finish, way.cost.promise, way.cost.moves) == (7, 2, 7, 6, 0)


def test_going_first_makes_others_later_and_says_whom():
    found = ways(
        work("a", 3, project="p"),
        work("b", 4, project="q"),
        projects=(Project("p", deadline=3), Project("q", deadline=5)),
    )
    way = found["swap"]
    assert (way.other, way.finish) == ("p", 4)
    assert [(one.id, one.slots, one.late) for one in way.cost.later] == [("p", 4, 4)]
    assert way.cost.delay == 4


def test_the_fewest_units_in_just_the_slots_that_need_them():
    way = ways(work("a", 3), work("b", 4, deadline=5))["add_capacity"]
    assert (way.resource, way.units) == ("dev", 1)
    assert way.cost.capacity == len(way.extra) <= 3
    assert way.problem.resource["dev"].capacity == 1
    assert way.cost.delay == 0


def test_of_several_resources_where_one_alone_does_not_help():
    found = ways(
        work("a", 4), Activity("x", Mode(8, {"lab": 1})), work("b", 2, deadline=3, project="p"),
        Activity("c", Mode(2, {"lab": 1}), deadline=5, project="p", weight=9), links=(Link("b", "c"),),
        resources=(DEV, Resource("lab")), projects=(Project("p", deadline=5),), which=0,
    )["add_capacity"]  # fmt: skip
    assert (found.resource, found.finish) == ("", 4)
    assert {name for name, _, _ in found.extra} == {"dev", "lab"}
    assert found.cost.capacity == 4


def test_another_mode_of_what_is_late_or_of_what_it_waits_for():
    found = ways(
        Activity("a", (Mode(4, {"dev": 1}), Mode(2, {"dev": 1, "robot": 1}))), work("b", 3, deadline=5),
        resources=(DEV, Resource("robot")),
    )["other_mode"]  # fmt: skip
    assert (found.activity, found.mode, found.finish) == ("a", 1, 5)


def test_a_lag_that_could_be_dropped():
    found = ways(work("a", 2), work("b", 2, deadline=5), links=(Link("a", "b", lag=3),))
    assert (found["drop_lag"].link.lag, found["drop_lag"].finish) == (3, 4)
    assert "add_capacity" not in found


def test_an_activity_that_is_interrupted_for_what_waits():
    problem, plan, conflict = conflict_of(
        work("long", 9), work("first", 2), work("urgent", 2, release=3, deadline=6, weight=9)
    )
    found = {way.code: way for way in ways_out(problem, plan, conflict, seconds=20)}
    way = found["split"]
    assert (way.activity, way.slots, way.finish) == ("long", 3, 5)
    assert "long/2" in way.problem.index
    kept = ways_out(problem, plan, conflict, seconds=20, may_split=frozenset())
    assert "split" not in {way.code for way in kept}


def test_an_overload_by_pins_ends_by_moving_one_or_by_more_people():
    found = ways(work("a", 4, pinned=0), work("b", 4, pinned=2), work("c", 4), which=0)
    assert (found["shift"].activity, found["shift"].until) in (("a", 6), ("b", 4), ("b", 8), ("a", 10))
    assert (found["add_capacity"].extra, found["add_capacity"].cost.capacity) == (
        (("dev", 2, 1), ("dev", 3, 1)),
        2,
    )
    assert {"shift", "add_capacity", "split"} <= set(found)


def test_the_cheapest_comes_first():
    problem, plan, conflict = conflict_of(work("a", 3), work("b", 4, deadline=5, weight=3))
    totals = [way.cost.total for way in ways_out(problem, plan, conflict, seconds=20)]
    assert totals == sorted(totals)
    assert len(totals) >= 3


def test_a_better_engine_is_asked_with_the_decoders_plan():
    problem, plan, conflict = conflict_of(work("a", 3), work("b", 4, deadline=5))
    asked = []

    def solve(changed, begin):
        asked.append(check(changed, begin).is_valid)
        return begin

    ways_out(problem, plan, conflict, seconds=20, solve=solve)
    assert asked


def test_a_conflict_that_is_none_is_refused():
    problem, plan, _ = conflict_of(work("a", 3), work("b", 4, deadline=5))
    for kind, subject in (("activity_late", "a"), ("project_late", "x"), ("overload", "dev")):
        with pytest.raises(Uncomputable, match="conflict_unknown"):
            ways_out(problem, plan, Conflict(kind, subject, 1, 0, 9))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_way_out_is_proven(seed):
    try:
        problem = fuzz.random_problem(seed)
    except Uncomputable:
        assume(False)
    plan = plan_of(problem, fuzz.plans_of(problem, seed, 1)[0])
    found = conflicts(problem, plan)
    assume(found)
    conflict = found[seed % len(found)]
    for way in ways_out(problem, plan, conflict, seconds=3):
        assert way.code in CODES
        checked = check(way.problem, way.plan)
        assert checked.objective.broken <= plan.objective.broken
        assert not plan.is_feasible or checked.is_valid
        assert conflict not in conflicts(way.problem, way.plan)
        assert min(way.cost.delay, way.cost.capacity, way.cost.promise, way.cost.moves) >= 0
