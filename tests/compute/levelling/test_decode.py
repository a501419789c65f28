"""Plans from lists: what calendars, links, capacity over time, modes and given starts do to them."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.scheduling.levelling.check import Checker, check
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of, rules_plan
from tandem.compute.scheduling.levelling.decode import Decoder, default_modes
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
FS, SS, FF, SF = LinkType


def planned(*activities, links=(), resources=(), calendars=(WEEK,), projects=(), now=0, scheme="serial"):
    """{id: (start, finish)} of the list in the order of the activities."""
    problem = Problem(activities, links, resources, calendars, projects, now)
    decoder = Decoder(arrays_of(problem))
    keys, modes = np.arange(len(activities)), np.zeros(len(activities), np.int32)
    made = (
        decoder.serial(decoder.listed(keys), modes) if scheme == "serial" else decoder.parallel(keys, modes)
    )
    checked = check(problem, plan_of(problem, made))
    assert checked.objective == made.objective
    assert checked.is_valid or made.objective.broken
    return dict(
        zip(problem.index, zip(made.starts.tolist(), made.finishes.tolist(), strict=True), strict=True)
    )


@pytest.mark.parametrize("scheme", ["serial", "parallel"])
class TestBothSchemes:
    def test_work_pauses_in_slots_that_are_not_worked(self, scheme):
        found = planned(
            Activity("a", Mode(4)), Activity("b", Mode(3), calendar="week", release=3), scheme=scheme
        )
        assert found == {"a": (0, 4), "b": (3, 8)}

    def test_nobody_is_held_while_work_pauses(self, scheme):
        dev = (Resource("dev"),)
        a = Activity("a", Mode(6, {"dev": 1}), calendar="week")
        b = Activity("b", Mode(2, {"dev": 1}))
        assert planned(a, b, resources=dev, scheme=scheme) == {"a": (0, 8), "b": (5, 7)}

    def test_an_activity_works_when_all_whom_it_holds_do(self, scheme):
        thirds = Calendar("thirds", (False, True, True))
        found = planned(
            Activity("a", Mode(4, {"dev": 1, "room": 1})),
            resources=(Resource("dev", calendar="week"), Resource("room", calendar="thirds")),
            calendars=(WEEK, thirds),
            scheme=scheme,
        )
        assert found == {"a": (1, 8)}

    def test_capacity_that_grows_is_waited_for(self, scheme):
        dev = (Resource("dev", 1, ((6, 2),)),)
        assert planned(Activity("a", Mode(2, {"dev": 2})), resources=dev, scheme=scheme) == {"a": (6, 8)}

    def test_an_absence_is_worked_around(self, scheme):
        dev = (Resource("dev", 1, ((2, 0), (4, 1))),)
        a, b = Activity("a", Mode(3, {"dev": 1})), Activity("b", Mode(2, {"dev": 1}))
        assert planned(a, b, resources=dev, scheme=scheme) == {"a": (4, 7), "b": (0, 2)}

    @pytest.mark.parametrize(
        ("kind", "lag", "start"),
        [(FS, 0, 5), (FS, 2, 7), (FS, -2, 3), (SS, 1, 2), (FF, 1, 4), (FF, -3, 0), (SF, 6, 5), (SF, 0, 0)],
    )
    def test_each_kind_of_link_binds_the_end_that_it_names(self, scheme, kind, lag, start):
        a, b = Activity("a", Mode(4), release=1), Activity("b", Mode(2))
        found = planned(a, b, links=(Link("a", "b", kind, lag),), scheme=scheme)
        assert found == {"a": (1, 5), "b": (start, start + 2)}

    def test_a_finish_that_falls_on_a_free_day_moves_to_the_next_worked_one(self, scheme):
        a, b = Activity("a", Mode(6)), Activity("b", Mode(2), calendar="week")
        found = planned(a, b, links=(Link("a", "b", FF),), scheme=scheme)
        assert found["b"] == (4, 8)

    def test_a_pin_is_kept_and_others_go_around_it(self, scheme):
        dev = (Resource("dev"),)
        a, b = Activity("a", Mode(4, {"dev": 1})), Activity("b", Mode(3, {"dev": 1}), pinned=2)
        assert planned(a, b, resources=dev, scheme=scheme) == {"a": (5, 9), "b": (2, 5)}

    def test_a_pin_on_a_free_day_works_from_the_next_one_on(self, scheme):
        found = planned(Activity("a", Mode(2), calendar="week", pinned=5), scheme=scheme)
        assert found == {"a": (5, 9)}

    def test_what_has_begun_takes_its_capacity_first(self, scheme):
        dev = (Resource("dev"),)
        a = Activity("a", Mode(9, {"dev": 1}), started=1, remaining=3)
        b, c = Activity("b", Mode(1, {"dev": 1})), Activity("c", Mode(0))
        links = (Link("a", "c", SS, 5), Link("b", "a"))
        found = planned(a, b, c, links=links, resources=dev, now=4, scheme=scheme)
        assert found == {"a": (1, 7), "b": (7, 8), "c": (6, 6)}

    def test_what_is_finished_binds_and_takes_nothing(self, scheme):
        dev = (Resource("dev"),)
        a, b = Activity("a", Mode(9, {"dev": 1}), finished=(0, 3)), Activity("b", Mode(1, {"dev": 1}))
        found = planned(a, b, links=(Link("a", "b", FS, 1),), resources=dev, now=2, scheme=scheme)
        assert found == {"a": (0, 3), "b": (4, 5)}

    def test_capacity_that_is_gone_for_good_is_told_as_broken(self, scheme):
        dev = (Resource("dev", 1, ((3, 0),)),)
        a, b = Activity("a", Mode(2, {"dev": 1})), Activity("b", Mode(2, {"dev": 1}))
        problem = Problem((a, b), (), dev)
        decoder = Decoder(arrays_of(problem))
        keys, modes = np.arange(2), np.zeros(2, np.int32)
        made = (
            decoder.serial(decoder.listed(keys), modes)
            if scheme == "serial"
            else decoder.parallel(keys, modes)
        )
        checked = check(problem, plan_of(problem, made))
        assert made.objective.broken == checked.objective.broken > 0
        assert {one.code for one in checked.violations} == {"capacity"}


def test_the_parallel_scheme_fills_a_gap_that_the_list_would_leave():
    dev = (Resource("dev", 2),)
    a, b = Activity("a", Mode(5, {"dev": 1})), Activity("b", Mode(5, {"dev": 2}), release=1)
    c = Activity("c", Mode(8, {"dev": 1}))
    assert planned(a, b, c, resources=dev)["b"] == (5, 10)
    assert planned(a, b, c, resources=dev, scheme="parallel")["b"] == (8, 13)


def test_the_objective_counts_tardiness_by_weight_and_moves_from_the_plan_in_force():
    problem = Problem(
        (Activity("a", Mode(4, {"dev": 1}), deadline=2, weight=3, in_force=0, project="p"),
         Activity("b", Mode(2, {"dev": 2}), in_force=0, project="p")),
        (Link("a", "b"),), (Resource("dev", 2),), (), (Project("p", deadline=5, weight=10),),
    )  # fmt: skip
    objective = rules_plan(problem).objective
    assert objective == (0, 3 * 2 + 10 * 1, 6, 1, 4 * 1 + 2 * 4)


def test_modes_start_short_and_yield_to_the_stock():
    modes = (Mode(2, {"money": 6}), Mode(5, {"money": 1}))
    problem = Problem(
        tuple(Activity(name, modes) for name in "abc"), (), (Resource("money", 13, is_renewable=False),)
    )
    assert sorted(default_modes(arrays_of(problem)).tolist()) == [0, 0, 1]
    assert rules_plan(problem).objective.broken == 0


def test_a_plan_longer_than_the_first_guess_gets_more_room():
    one = tuple(Activity(str(i), Mode(40, {"dev": 1})) for i in range(60))
    plan = rules_plan(Problem(one, (), (Resource("dev"),)))
    assert plan.makespan == 2400


def test_nothing_to_do_is_a_plan_too():
    problem = Problem(())
    plan = rules_plan(problem)
    assert (plan.makespan, check(problem, plan).is_valid) == (0, True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_pin_is_kept_whatever_the_list(seed):
    problem = fuzz.random_problem(seed)
    pinned = [i for i, one in enumerate(problem.activities) if one.pinned is not None]
    for made in fuzz.plans_of(problem, seed, 8):
        assert [made.starts[i] for i in pinned] == [problem.activities[i].pinned for i in pinned]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_levelling_never_breaks_a_link_between_what_it_may_move(seed):
    problem = fuzz.random_problem(seed)
    for made in fuzz.plans_of(problem, seed, 8):
        for violation in Checker(problem).check(plan_of(problem, made)).violations:
            if violation.code == "link":
                assert problem.activities[problem.index[violation.activity]].pinned is not None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_plan(seed):
    one, other = (
        [plan_of(p, made).hash for p in (fuzz.random_problem(seed),) for made in fuzz.plans_of(p, seed, 16)]
        for _ in range(2)
    )
    assert one == other


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_list_is_kept_where_predecessors_allow(seed):
    problem = fuzz.random_problem(seed)
    decoder = Decoder(arrays_of(problem))
    rng = np.random.default_rng(seed)
    for make in (decoder.listed, decoder.in_order):
        order = make(rng.permutation(len(problem.activities)))
        place = {i: at for at, i in enumerate(order.tolist())}
        assert len(place) == len(problem.activities)
        ends = [(problem.index[link.predecessor], problem.index[link.successor]) for link in problem.links]
        assert all(place[i] < place[j] for i, j in ends if not problem.activities[j].is_fact)
        assert make(np.argsort(order) if make == decoder.listed else order).tolist() == order.tolist()


def test_the_decoder_gives_the_same_without_compilation():
    ask = """
from tests.compute.levelling import fuzz
from tandem.compute.scheduling.levelling.compile import plan_of
for seed in range(12):
    problem = fuzz.random_problem(seed)
    print([(plan_of(problem, made).hash, made.objective) for made in fuzz.plans_of(problem, seed, 20)])
"""
    answers = set()
    for switch in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": switch, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(
            [sys.executable, "-c", ask], capture_output=True, text=True, check=True, env=environment
        )
        answers.add(ran.stdout)
    assert len(answers) == 1


def test_in_a_serial_plan_nobody_alone_could_start_earlier():
    """What makes the scheme active (Sprecher, Kolisch and Drexl 1995): by trying every earlier start."""
    tried = 0
    for seed in range(100):
        problem = fuzz.random_problem(seed)
        decoder, checker = Decoder(arrays_of(problem)), Checker(problem)
        rng = np.random.default_rng(seed)
        made = decoder.serial(
            decoder.listed(rng.permutation(decoder.arrays.n)), default_modes(decoder.arrays)
        )
        if made.objective.broken or any(link.max_lag is not None for link in problem.links):
            continue
        for i, one in enumerate(problem.activities):
            if one.is_given or made.starts[i] == 0:
                continue
            moved = np.tile(made.starts, (int(made.starts[i]), 1))
            moved[:, i] = np.arange(made.starts[i])
            finishes = np.array([decoder.measured(starts, made.modes).finishes for starts in moved])
            broken = checker.judge(moved, finishes, np.tile(made.modes, (len(moved), 1)))[:, 0]
            assert broken.all(), (seed, one.id)
            tried += len(moved)
    assert tried > 1000
