"""Why a candidate is out, what lets it in (tried), and what to relax when nothing holds."""

from dataclasses import replace

import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import explain, solvers
from tandem.compute.selection.check import breaches
from tandem.compute.selection.explain import prices, relaxations, why_not, widened
from tandem.compute.selection.problem import Exclusion, Limit, Of, Prerequisite, Problem, Share
from tandem.compute.selection.solve import select
from tandem.compute.worker import Worker
from tests.compute.selection.cases import one, three

MOVES = 20_000


@pytest.fixture(scope="module")
def worker():
    with Worker(preload=solvers.PRELOAD) as one_worker:
        yield one_worker


def reasons(problem, name, worker):
    found = select(problem, moves=MOVES, worker=worker)
    return found, why_not(problem, found, name, moves=MOVES, worker=worker)


def test_a_candidate_without_money_is_told_who_would_leave_and_what_it_lacks(worker):
    found, why = reasons(three(), "c", worker)
    assert (why.loss, why.displaced, why.more_value) == (10, ("b",), 10)
    assert why.cost_cut == 5
    wider = widened(three(), why.extra)
    assert breaches(wider, {**found.starts, "c": why.start}) == []


def test_units_that_are_said_to_lack_are_enough_and_one_less_is_not(worker):
    problem = Problem(2, (one("a", 30, (0, 0), (3, 3)), one("b", 5, (0,), (2,))), capacity={"team": (4, 3)})
    found, why = reasons(problem, "b", worker)
    assert [(e.kind, e.name, e.period, e.units) for e in why.extra] == [("capacity", "team", 0, 1)]
    assert breaches(widened(problem, why.extra), {**found.starts, "b": why.start}) == []
    assert breaches(problem, {**found.starts, "b": why.start})


def test_a_missing_prerequisite_and_a_taken_place_are_named(worker):
    problem = three(prerequisites=(Prerequisite("c", "b"),), exclusions=(Exclusion("x", ("a", "b")),))
    _, why = reasons(problem, "c", worker)
    assert ("prerequisite", "b", None, 0) in why.causes
    _, why = reasons(three(exclusions=(Exclusion("x", ("a", "b")),)), "b", worker)
    assert ("exclusion", "a", None, 0) in why.causes


def test_what_never_fits_is_told_so(worker):
    problem = Problem(1, (one("a", 30, (3,)), one("b", 99, (9,))), (5,))
    _, why = reasons(problem, "b", worker)
    assert why.causes[0] == ("never_fits", "", 0, 4)
    assert (why.loss, why.forced) == (None, "impossible")


def test_a_choice_that_was_only_not_found_is_not_called_impossible(worker, monkeypatch):
    found = select(three(), moves=MOVES, worker=worker)

    def fails(code):
        def search(*_, **how):
            raise Uncomputable(code, value=0)

        monkeypatch.setattr(explain, "select", search)

    fails("no_choice_found")
    why = why_not(three(), found, "c", worker=worker)
    assert (why.loss, why.forced) == (None, "not_found")
    fails("choice_failed_check")
    with pytest.raises(Uncomputable, match="choice_failed_check"):
        why_not(three(), found, "c", worker=worker)


def test_with_carry_over_the_cut_is_all_the_money_that_lacks(worker):
    some = (one("a", 90, (2, 2), latest=0), one("b", 5, (6, 4), latest=0))
    problem = Problem(2, some, (5, 4), carry_over=True)
    found, why = reasons(problem, "b", worker)
    assert [(e.period, e.units) for e in why.extra] == [(0, 3), (1, 2)]
    assert why.cost_cut == 5
    for cut, holds in (
        (4, False),
        (5, True),
    ):  # taken from the first period, and what is left from the second
        cheaper = replace(some[1], cost=(6 - min(cut, 6), 4))
        starts = {**found.starts, "b": 0}
        assert (breaches(replace(problem, candidates=(some[0], cheaper)), starts) == []) == holds


@pytest.mark.parametrize(
    ("rules", "kind", "units"),
    [
        ({"shares": (Share("s", "g", Of.COUNT, maximum=1),)}, "share_max", 1),
        ({"shares": (Share("s", "g", Of.MONEY, most_part=0.55),)}, "share_most", 1167),
        ({"shares": (Share("s", "h", Of.MONEY, least_part=0.4),)}, "share_least", 667),
        ({"limits": (Limit("risk", maximum=99), Limit("risk", maximum=7))}, "limit_max", 2),
    ],
)
def test_shares_and_limits_lack_units_too_and_with_them_the_candidate_fits(worker, rules, kind, units):
    some = (
        one("a", 30, groups=("g",), measures={"risk": 4}),
        one("h", 30, groups=("h",), measures={"risk": 0}),
        one("b", 5, groups=("g",), measures={"risk": 5}),
    )
    problem = Problem(1, some, **rules)
    found, why = reasons(problem, "b", worker)
    assert set(found.starts) == {"a", "h"}
    assert [(e.kind, e.units) for e in why.extra] == [(kind, units)]
    beside = {**found.starts, "b": why.start}
    assert breaches(problem, beside)
    assert breaches(widened(problem, why.extra), beside) == []
    less = tuple(replace(e, units=e.units - 1) for e in why.extra)
    assert breaches(widened(problem, less), beside)


def test_only_a_rejected_candidate_can_be_asked_about(worker):
    found = select(three(), moves=MOVES, worker=worker)
    with pytest.raises(Uncomputable, match="not_a_rejected_candidate"):
        why_not(three(), found, "a", worker=worker)


def test_the_price_of_money_is_what_the_next_piece_brings(worker):
    problem = three(budget=(12,))
    found = select(problem, moves=MOVES, worker=worker)
    (price,) = prices(problem, found, resolve=1, worker=worker)
    assert (price.kind, price.relaxed) == ("budget", pytest.approx(2.0))
    assert (price.step, price.gained) == (1, 0)


RULES = {
    "mandatory": {"candidates": (one("a", 30), one("b", 20), one("c", 10, mandatory=True))},
    "exclusion": {"exclusions": (Exclusion("x", ("a", "b")),)},
    "prerequisite": {"prerequisites": (Prerequisite("a", "c"),)},
}


@pytest.mark.parametrize("kind", RULES)
def test_rules_that_are_no_limits_have_a_price_too(worker, kind):
    problem = replace(three(), **RULES[kind])
    found = select(problem, moves=MOVES, worker=worker)
    price = next(one for one in prices(problem, found, resolve=9, worker=worker) if one.kind == kind)
    assert price.name == {"mandatory": "c", "exclusion": "x", "prerequisite": "a"}[kind]
    assert price.relaxed > 0
    assert (price.step, price.gained) == (1, 50 - found.value)
    assert kind not in {one.kind for one in prices(problem, found, resolve=0, limits_only=True, worker=worker)}


@pytest.mark.parametrize(
    ("rules", "kind", "step", "gained"),
    [
        ({"shares": (Share("s", "g", Of.COUNT, maximum=1),)}, "share_max", 1, 20),
        ({"shares": (Share("s", "h", Of.MONEY, least_part=0.05),)}, "share_least", 500, 0),
        ({"limits": (Limit("risk", maximum=7),)}, "limit_max", 1, 0),
    ],
)
def test_shares_and_limits_are_tried_with_more_as_well(worker, rules, kind, step, gained):
    some = (
        one("a", 30, groups=("g",), measures={"risk": 4}), one("b", 20, groups=("g",), measures={"risk": 4}),
        one("h", 1, groups=("h",)),
    )  # fmt: skip
    problem = Problem(1, some, (10,) if kind == "share_least" else None, **rules)
    found = select(problem, moves=MOVES, worker=worker)
    price = next(one for one in prices(problem, found, resolve=9, worker=worker) if one.kind == kind)
    assert price.step == step
    assert price.gained is not None
    assert price.gained >= gained


def test_the_fewest_rules_are_relaxed_and_then_a_choice_exists(worker):
    some = (one("a", cost=(4,), mandatory=True), one("b", cost=(4,), mandatory=True))
    problem = Problem(1, some, (7,), exclusions=(Exclusion("x", ("a", "b")),))
    found = relaxations(problem, worker=worker)
    assert len(found) == 1
    assert found[0].kind == "mandatory"
    free = [replace(c, mandatory=c.id != found[0].name) for c in some]
    assert select(replace(problem, candidates=tuple(free)), moves=MOVES, worker=worker).value == 10
    assert relaxations(three(), worker=worker) == ()
