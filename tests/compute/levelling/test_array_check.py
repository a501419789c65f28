"""The check of arrays says what the check of the model says, and nothing leaves without it."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.compute.bench.portfolio_case import made
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import edits, portfolio
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.exact import Proof, prove
from tandem.compute.scheduling.levelling.infeasible import infeasible
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource
from tests.compute.levelling import fuzz
from tests.drawn import drawn

PAIR = Problem(
    (Activity("a", Mode(3, {"r": 1})), Activity("b", Mode(2, {"r": 1}))), (Link("a", "b"),), (Resource("r", 1),)
)  # fmt: skip


def column(*values):
    return np.array(values, np.int32)


@pytest.mark.parametrize("block", drawn(range(4), 4))
def test_it_says_of_every_plan_how_much_the_plan_says_that_it_breaks(block):
    for seed in range(block * 40, (block + 1) * 40):
        problem = fuzz.random_problem(seed)
        checker = ArrayChecker(arrays_of(problem))
        for one in fuzz.plans_of(problem, seed, 20):
            assert checker.held(one.starts, one.modes) == one.objective.broken, seed


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        (column(0, 3), {}),
        (column(0, 2), {"link": 1, "capacity": 1}),
        (column(-1, 3), {"start_negative": 1}),
    ],
    ids=["valid", "too early", "negative"],
)
def test_each_broken_rule_has_its_code_and_amount(starts, found):
    assert ArrayChecker(arrays_of(PAIR)).breaches(starts) == found


def test_what_is_given_stays_and_a_mode_exists():
    pinned = arrays_of(replace(PAIR, activities=(replace(PAIR.activities[0], pinned=2), PAIR.activities[1])))
    checker = ArrayChecker(pinned)
    assert checker.breaches(column(0, 5)) == {"pin": 2}
    for modes in (column(0, 1), column(-1, 0)):
        with pytest.raises(Uncomputable) as refused:
            checker.held(column(2, 5), modes)
        assert (refused.value.code, refused.value.params["rule"]) == ("plan_invalid", "mode")


def test_an_edit_does_not_return_a_plan_that_the_check_turns_down(monkeypatch):
    def careless(net, seq, free, bits, start, held, pull):
        start[0] += 10_000
        return 0

    arrays = made(1, projects=4, size=8, roles=2)
    starts = next(iter(portfolio.improve(arrays, evaluations=9)))[0]
    monkeypatch.setattr(edits, "mended", careless)
    with pytest.raises(Uncomputable, match="plan_invalid"):
        edits.replan(arrays, starts, edits.Priority(0, 3))


def test_a_portfolio_does_not_tell_a_plan_that_the_check_turns_down(monkeypatch):
    arrays = made(1, projects=4, size=8, roles=2)
    monkeypatch.setattr(portfolio.Levelling, "run", lambda self, start: iter([(np.zeros(arrays.n, np.int32), 0, 0, 1)]))
    with pytest.raises(Uncomputable, match="plan_invalid"):
        list(portfolio.improve(arrays, evaluations=9))


def test_a_stock_that_one_mode_each_overdraws_is_told_not_refused():
    short = Problem(
        (Activity("a", Mode(1, {"steel": 2}), project="P"), Activity("b", Mode(1, {"steel": 2}), project="Q")), (),
        (Resource("steel", 3, is_renewable=False),), (), (Project("P", deadline=0), Project("Q", deadline=0)),
    )  # fmt: skip
    arrays = arrays_of(short)
    ((starts, *_), *_) = portfolio.improve(arrays, evaluations=9)
    assert edits.replan(arrays, starts, edits.Priority(0, 3)).broken == 1


class Liar:
    """A worker that answers what it was made with."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, *_, **__):
        return self.answer


def test_a_proof_does_not_tell_a_plan_that_the_check_turns_down():
    with pytest.raises(Uncomputable, match="plan_invalid"):
        prove(arrays_of(replace(PAIR, resources=(Resource("r", 1, steps=((9, 2),)),))),
              worker=Liar(Proof("feasible", column(0, 2), column(0, 0), 0, 4, 0)))  # fmt: skip


def test_the_plan_of_a_relaxation_breaks_no_rule_but_those_that_give_way():
    answer = ([("capacity", 0)], 1, column(0, 2), column(3, 4), column(0, 0), {("capacity", 0): 1})
    with pytest.raises(Uncomputable) as refused:
        infeasible(PAIR, worker=Liar(answer))
    assert (refused.value.code, refused.value.params["rule"]) == ("plan_invalid", "link")
