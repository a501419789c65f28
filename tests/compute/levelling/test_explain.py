"""Why an activity starts when it does: the chain leads back to something given, and its gains are true."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of
from tandem.compute.scheduling.levelling.decode import Decoder
from tandem.compute.scheduling.levelling.explain import GIVEN, explain
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.network import LinkType
from tests.compute.levelling import fuzz

WEEK = Calendar("week", (True,) * 5 + (False,) * 2)
DEV = Resource("dev", 1)


def explained(asked, *activities, links=(), resources=(DEV,), projects=(), now=0):
    problem = Problem(activities, links, resources, (WEEK,), projects, now)
    decoder = Decoder(arrays_of(problem))
    keys = np.arange(len(activities))
    made = decoder.serial(decoder.listed(keys), np.zeros(len(activities), np.int32))
    return explain(problem, plan_of(problem, made), asked)


def first(explanation, step=0):
    return explanation.steps[step].causes[0]


def test_a_predecessor_binds_and_the_chain_goes_back_to_time_zero():
    told = explained("b", Activity("a", Mode(4)), Activity("b", Mode(2)), links=(Link("a", "b", lag=3),))
    assert told.path == ("b", "a")
    assert (first(told).code, first(told).other, first(told).slots) == ("link", "a", 7)
    assert told.root.code == "time_zero"


def test_capacity_names_the_resource_who_holds_it_and_what_it_costs():
    told = explained(
        "c",
        Activity("a", Mode(2, {"dev": 1})),
        Activity("b", Mode(3, {"dev": 1})),
        Activity("c", Mode(1, {"dev": 1})),
    )
    cause = first(told)
    assert (cause.code, cause.resource, cause.missing, cause.slots, cause.until) == (
        "capacity",
        "dev",
        1,
        5,
        5,
    )
    assert [(one.activity, one.units, one.finish) for one in cause.holders] == [("b", 1, 5)]
    assert told.path == ("c", "b", "a")


def test_capacity_that_is_not_there_is_given():
    told = explained(
        "a", Activity("a", Mode(2, {"dev": 1})), resources=(Resource("dev", 0, steps=((6, 1),)),)
    )
    assert (told.root.code, told.root.holders, told.root.slots) == ("capacity", (), 6)


def test_free_days_stand_beside_the_predecessor_that_leads_into_them():
    told = explained(
        "b", Activity("a", Mode(5)), Activity("b", Mode(2), calendar="week"), links=(Link("a", "b"),)
    )
    assert [cause.code for cause in told.steps[0].causes] == ["link", "calendar"]
    assert told.steps[0].causes[1].calendars == ("week",)
    assert [cause.slots for cause in told.steps[0].causes] == [7, 2]


def test_a_release_a_pin_and_what_has_begun_are_given():
    assert explained("a", Activity("a", Mode(1), release=4)).root.code == "release"
    assert explained("a", Activity("a", Mode(1), project="p"), projects=(Project("p", 6),)).root.until == 6
    assert explained("a", Activity("a", Mode(1)), now=2).root.code == "now"
    pin = explained("a", Activity("a", Mode(1), pinned=9)).root
    assert (pin.code, pin.slots) == ("pin", 9)
    begun = explained(
        "b",
        Activity("a", Mode(9), started=0, remaining=3),
        Activity("b", Mode(1)),
        links=(Link("a", "b"),),
        now=4,
    )
    assert (begun.path, begun.root.code) == (("b", "a"), "started")


def test_of_two_predecessors_neither_gains_alone_when_both_end_together():
    told = explained(
        "c", Activity("a", Mode(3)), Activity("b", Mode(3)), Activity("c", Mode(1)),
        links=(Link("a", "c"), Link("b", "c")),
    )  # fmt: skip
    assert [(cause.other, cause.slots) for cause in told.steps[0].causes] == [("a", 0), ("b", 0)]


@pytest.mark.parametrize(("kind", "lag", "slots"), [("SS", 3, 3), ("FF", 2, 4), ("SF", 5, 3)])
def test_all_types_of_links_bind(kind, lag, slots):
    told = explained(
        "b", Activity("a", Mode(4)), Activity("b", Mode(2)), links=(Link("a", "b", LinkType[kind], lag),)
    )
    assert (first(told).code, first(told).slots) == ("link", slots)


def test_a_maximal_lag_holds_back_the_predecessor():
    problem = Problem(
        (Activity("a", Mode(1)), Activity("b", Mode(1), release=9)), (Link("a", "b", max_lag=2),)
    )
    made = Decoder(arrays_of(problem)).measured(np.array([6, 9]), np.zeros(2, np.int32))
    told = explain(problem, plan_of(problem, made), "a")
    assert (first(told).code, first(told).slots, told.root.code) == ("max_lag", 6, "release")


def test_what_could_start_earlier_is_said_so():
    problem = Problem((Activity("a", Mode(1)),))
    made = Decoder(arrays_of(problem)).measured(np.array([5]), np.zeros(1, np.int32))
    assert explain(problem, plan_of(problem, made), "a").root.slots == 5


def test_an_activity_that_does_not_exist_is_refused():
    with pytest.raises(Uncomputable, match="activity_unknown"):
        explained("x", Activity("a"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_chain_ends_at_something_given(seed):
    try:
        problem = fuzz.random_problem(seed)
    except Uncomputable:
        assume(False)
    for made in fuzz.plans_of(problem, seed, 3):
        plan = plan_of(problem, made)
        for activity in problem.index:
            told = explain(problem, plan, activity)
            assert told.path[0] == activity
            assert len(set(told.path)) == len(told.path)
            if not plan.is_feasible:
                continue
            # two may hold each other: one by a link to its finish, the other by what both need
            closed = told.root.next in told.path
            assert closed or told.root.code in (*GIVEN, "calendar", "capacity", "nothing")
            assert closed or not told.root.next
            for step in told.steps:
                assert all(0 <= cause.slots <= step.start for cause in step.causes)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_the_serial_scheme_has_placed_cannot_start_earlier_unless_room_came_later(seed):
    """In the list's own order each activity took its first fit: the last of the list has none earlier."""
    try:
        problem = fuzz.random_problem(seed)
    except Uncomputable:
        assume(False)
    assume(not fuzz.may_break(problem))
    arrays = arrays_of(problem)
    decoder = Decoder(arrays)
    order = decoder.listed(np.random.default_rng(seed).permutation(arrays.n))
    plan = plan_of(problem, decoder.serial(order, np.zeros(arrays.n, np.int32)))
    last = explain(problem, plan, problem.activities[int(order[-1])].id)
    assert last.steps[0].causes[0].code != "nothing"
