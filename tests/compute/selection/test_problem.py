"""What is refused, and that the refusal names candidate, rule and value."""

import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.selection.problem import (
    AMOUNT,
    PERIODS,
    Candidate,
    Exclusion,
    Limit,
    Of,
    Prerequisite,
    Problem,
    Share,
)
from tests.compute.selection.cases import one, three


@pytest.mark.parametrize(
    ("make", "code", "candidate", "value"),
    [
        (lambda: Candidate("a", 1.5), "value_not_whole", "a", 1.5),
        (lambda: Candidate("a", True), "value_not_whole", "a", True),
        (lambda: Candidate("a", duration=0), "duration_below_one", "a", 0),
        (lambda: Candidate("a", duration=2, cost=(1,)), "cost_length", "a", (1, 2)),
        (lambda: Candidate("a", cost=(-1,)), "cost_negative", "a", -1),
        (lambda: Candidate("a", demand={"x": (1, 2)}), "demand_length", "a", (2, 1)),
        (lambda: Candidate("a", earliest=3, latest=1), "latest_before_earliest", "a", (3, 1)),
        (lambda: Problem(2, (one("a"), one("a"))), "candidate_twice", "a", 1),
        (lambda: Problem(1, (one("a", cost=(1, 1)),)), "no_room", "a", (0, 2, 1)),
        (lambda: Problem(2, (one("a", values=(1,)),)), "values_length", "a", (1, 2)),
        (lambda: Problem(2, (one("a"),), (1,)), "budget_length", None, 1),
        (lambda: Problem(1, (one("a"),), capacity={"x": ()}), "capacity_length", None, 0),
        (lambda: Problem(1, (one("a"),), (-1,)), "budget_negative", None, -1),
        (lambda: three(prerequisites=(Prerequisite("a", "z"),)), "candidate_unknown", "z", ("z", "a")),
        (lambda: three(prerequisites=(Prerequisite("a", "a"),)), "prerequisite_of_itself", "a", "finished"),
        (lambda: three(exclusions=(Exclusion("x", ("a", "z")),)), "candidate_unknown", "z", "z"),
        (lambda: three(shares=(Share("s", "none", minimum=1),)), "group_unknown", None, "none"),
        (
            lambda: Problem(
                1, (one("a", groups=("g",)),), shares=(Share("s", "g", minimum=1), Share("s", "g", maximum=2))
            ),
            "share_twice",
            None,
            "s",
        ),
        (lambda: three(limits=(Limit("risk", maximum=1),)), "measure_unknown", None, "risk"),
        (lambda: Limit("risk"), "limit_without_bound", None, None),
        (lambda: Limit("risk", minimum=1.5), "limit_not_whole", None, 1.5),
        (lambda: Problem(1.5, ()), "periods_not_whole", None, 1.5),
        (lambda: Problem(PERIODS + 1, ()), "periods_too_many", None, PERIODS + 1),
        (lambda: Candidate("a", AMOUNT), "value_too_large", "a", AMOUNT),
        (lambda: Problem(1, (one("a", AMOUNT - 1), one("b", 1))), "sum_too_large", None, AMOUNT),
        (lambda: three(prerequisites=(Prerequisite("a", "b", lag=9**9),)), "lag_too_large", "a", 9**9),
    ],
)
def test_a_fault_is_named_with_its_candidate_and_value(make, code, candidate, value):
    with pytest.raises(Uncomputable) as caught:
        make()
    assert (caught.value.code, caught.value.params.get("candidate"), caught.value.params["value"]) == (
        code,
        candidate,
        value,
    )


def test_a_ring_of_prerequisites_is_shown_with_its_path():
    ring = (Prerequisite("a", "b"), Prerequisite("b", "c"), Prerequisite("c", "a"))
    with pytest.raises(Uncomputable) as caught:
        three(prerequisites=ring)
    assert caught.value.code == "prerequisite_cycle"
    path = caught.value.params["path"]
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}


@pytest.mark.parametrize("share", [{}, {"least_part": 1.5}, {"minimum": 0.5}])
def test_a_share_needs_a_bound_that_can_be_one(share):
    with pytest.raises(Uncomputable):
        Share("s", "g", **share)


def test_parts_are_read_to_a_ten_thousandth_so_that_their_sums_must_be_smaller():
    some = (one("a", AMOUNT // 5000, groups=("g",)),)
    assert Problem(1, some, shares=(Share("s", "g", Of.MONEY, most_part=0.5),)).candidates == some
    with pytest.raises(Uncomputable, match="sum_too_large"):
        Problem(1, some, shares=(Share("s", "g", Of.VALUE, most_part=0.5),))
