"""The check sees each kind of broken rule, and nothing in a plan that breaks none."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import Checker, check
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of, rules_plan
from tandem.compute.scheduling.levelling.decode import Decoder
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

PROBLEM = Problem(
    (
        Activity("done", finished=(0, 2)),
        Activity("begun", Mode(9, {"dev": 1}), started=1, remaining=2),
        Activity("pinned", Mode(2), pinned=20),
        Activity("weekly", Mode(4, {"room": 1}), calendar="week", release=10),
        Activity("first", Mode(3, {"dev": 1})),
        Activity("second", Mode(3, {"dev": 1})),
        Activity("choice", (Mode(1, {"money": 5}), Mode(2, {"money": 1})), mode=1),
        Activity("soon", Mode(1), deadline=18, is_deadline_hard=True),
        Activity("close", Mode(1), release=14),
        Activity("point"),
    ),
    (
        Link("first", "second", LinkType.SS, 2),
        Link("close", "soon", LinkType.FS, 0, max_lag=2),
        Link("done", "first", LinkType.FF, 3),
    ),
    (Resource("dev", 1, ((6, 1),)), Resource("room"), Resource("money", 6, is_renewable=False)),
    (Calendar("week", (True,) * 5 + (False,) * 2),),
    now=3,
)


def changed(**moves):
    """A valid plan with (start, finish[, mode]) of some activities put elsewhere, by name; codes that it breaks."""
    plan = rules_plan(PROBLEM)
    starts, finishes, modes = plan.starts.copy(), plan.finishes.copy(), plan.modes.copy()
    for name, (start, finish, *mode) in moves.items():
        i = PROBLEM.index[name]
        starts[i], finishes[i] = start, finish
        modes[i] = mode[0] if mode else modes[i]
    checked = check(PROBLEM, replace(plan, starts=starts, finishes=finishes, modes=modes))
    return {(one.code, one.activity or one.other) for one in checked.violations}


@pytest.mark.parametrize("is_hard", [True, False])
def test_a_project_that_ends_late_breaks_a_rule_only_where_its_deadline_is_hard(is_hard):
    late = Problem(
        (Activity("a", Mode(3, {"r": 1}), project="P"), Activity("b", Mode(3, {"r": 1}), project="P")),
        (), (Resource("r"),), (), (Project("P", deadline=4, weight=5, is_deadline_hard=is_hard),),
    )  # fmt: skip
    plan = rules_plan(late)
    found = [(one.code, one.other, one.value) for one in check(late, plan).violations]
    assert found == ([("project_deadline", "P", 2)] if is_hard else [])
    assert plan.objective[:2] == ((2, 0) if is_hard else (0, 10))


def test_a_hard_deadline_of_a_project_that_no_activity_can_keep_is_refused_by_name():
    with pytest.raises(Uncomputable) as refused:
        Problem((Activity("a", Mode(5), project="P"),), projects=(Project("P", deadline=4, is_deadline_hard=True),))
    assert (refused.value.code, refused.value.params["activity"]) == ("window_impossible", "a")


def where(name):
    plan = rules_plan(PROBLEM)
    return int(plan.starts[PROBLEM.index[name]]), int(plan.finishes[PROBLEM.index[name]])


def test_the_plan_of_the_rules_breaks_nothing():
    assert changed() == set()


@pytest.mark.parametrize(
    ("code", "name", "put"),
    [
        ("fact", "done", (0, 3)),
        ("fact", "begun", (2, 5)),
        ("pin", "pinned", (21, 23)),
        ("work", "weekly", (14, 17)),
        ("start_idle", "weekly", (13, 18)),
        ("finish_idle", "weekly", (14, 20)),
        ("release", "weekly", (7, 11)),
        ("release", "first", (2, 5)),
        ("mode", "choice", (3, 4, 0)),
        ("mode", "choice", (3, 5, 7)),
        ("deadline", "soon", (18, 19)),
        ("max_lag", "soon", (20, 21)),
        ("link", "soon", (13, 14)),
        ("finish_before_start", "first", (9, 6)),
        ("milestone", "point", (5, 6)),
        ("start_negative", "point", (-1, -1)),
    ],
)
def test_each_broken_rule_is_seen_with_its_activity(code, name, put):
    assert (code, name) in changed(**{name: put})


def test_links_from_starts_are_seen():
    start, _ = where("first")
    assert ("link", "second") in changed(second=(start + 1, start + 4))


def test_capacity_is_seen_slot_by_slot():
    start, finish = where("first")
    found = check(PROBLEM, _with(second=(start + 2, finish + 2)))
    over = [one for one in found.violations if one.code == "capacity"]
    assert [(one.slot, one.value, one.other) for one in over] == [(start + 2, 1, "dev")]
    assert over[0].activity in ("first", "second")


def test_what_has_begun_leaves_less_capacity():
    assert ("capacity", "first") in changed(first=(4, 7))


def test_a_stock_that_is_overdrawn_is_seen():
    problem = Problem((Activity("a", Mode(1, {"money": 3})), Activity("b", Mode(1, {"money": 2}))), (),
                      (Resource("money", 4, is_renewable=False),))  # fmt: skip
    checked = check(problem, rules_plan(problem))
    assert [(one.code, one.other, one.value) for one in checked.violations] == [("stock", "money", 1)]
    assert checked.objective.broken == 1


def test_capacity_is_free_while_its_holder_pauses():
    problem = Problem(
        (Activity("a", Mode(6, {"dev": 1}), calendar="week"), Activity("b", Mode(2, {"dev": 1}))), (),
        (Resource("dev"),), PROBLEM.calendars,
    )  # fmt: skip
    plan = rules_plan(problem)
    for b, is_valid in ((5, True), (4, False), (6, False), (8, True)):
        given = Decoder(arrays_of(problem)).measured(np.array([0, b]), np.zeros(2, np.int32))
        assert check(problem, plan_of(problem, given)).is_valid == is_valid
    assert check(problem, plan).is_valid


def test_an_objective_that_is_told_better_than_it_is_counts_as_broken():
    plan = rules_plan(PROBLEM)
    for place in range(5):
        told = list(plan.objective)
        told[place] -= 1
        found = check(PROBLEM, replace(plan, objective=type(plan.objective)(*told)))
        assert [(one.code, one.other) for one in found.violations] == [
            ("objective", plan.objective._fields[place])
        ]


def test_a_plan_of_another_problem_is_refused():
    with pytest.raises(Uncomputable):
        check(Problem((Activity("a"),)), rules_plan(PROBLEM))


def test_any_shift_of_a_tight_plan_is_seen_or_breaks_nothing():
    """Starts of valid plans moved at random: the decoder's measure and the check agree on what that breaks."""
    rng = np.random.default_rng(5)
    seen = 0
    for seed in range(60):
        problem = fuzz.random_problem(seed)
        free = np.array([not one.is_given for one in problem.activities])
        decoder = Decoder(arrays_of(problem))
        for made in fuzz.plans_of(problem, seed, 6):
            starts = np.where(free, np.maximum(made.starts + rng.integers(-2, 3, len(free)), 0), made.starts)
            moved = decoder.measured(starts, made.modes)
            checked = Checker(problem).check(plan_of(problem, moved))
            assert checked.objective.broken >= moved.objective.broken
            idle = [one for one in checked.violations if one.code == "start_idle"]
            assert checked.objective.broken == moved.objective.broken + len(idle)
            assert checked.objective[1:] == moved.objective[1:]
            seen += bool(checked.violations)
    assert seen > 200


def _with(**moves):
    plan = rules_plan(PROBLEM)
    starts, finishes = plan.starts.copy(), plan.finishes.copy()
    for name, (start, finish) in moves.items():
        starts[PROBLEM.index[name]], finishes[PROBLEM.index[name]] = start, finish
    return replace(plan, starts=starts, finishes=finishes)
