"""Ballots: examples with published answers, and the laws of each method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.ballots import Ballot, Purse, borda, budget_vote, schulze

EXAMPLE = (
    (5, "ACBED"),
    (5, "ADECB"),
    (8, "BEDAC"),
    (3, "CABED"),
    (7, "CAEBD"),
    (2, "CBADE"),
    (7, "DCEBA"),
    (8, "EBADC"),
)
TENNESSEE = ((42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM"))


def ballots(rows):
    return [
        Ballot(f"{order}{at}", tuple((one,) for one in order)) for count, order in rows for at in range(count)
    ]


def test_schulzes_own_example_of_45_voters():
    result = schulze("ABCDE", ballots(EXAMPLE))
    assert [tier for (tier,) in result.tiers] == list("EACBD")
    assert result.winner is None
    assert result.paths == (
        (0, 28, 28, 30, 24), (25, 0, 28, 33, 24), (25, 29, 0, 29, 24), (25, 28, 28, 0, 24), (25, 28, 28, 31, 0),
    )  # fmt: skip


def test_a_circle_of_majorities_is_shown_with_its_votes():
    circle = schulze("ABC", ballots([(3, "ABC"), (2, "BCA"), (2, "CAB")])).cycles[0]
    assert [(one.winner, one.loser, one.votes, one.against) for one in circle] == [
        ("A", "B", 5, 2), ("B", "C", 5, 2), ("C", "A", 4, 3),
    ]  # fmt: skip


def test_the_capital_of_tennessee():
    votes = ballots(TENNESSEE)
    result = schulze("MNCK", votes)
    assert (result.winner, result.tiers, result.cycles) == ("N", (("N",), ("C",), ("K",), ("M",)), ())
    assert [(one.item, one.points) for one in borda("MNCK", votes)] == [
        ("N", 194),
        ("C", 173),
        ("M", 126),
        ("K", 107),
    ]


def test_a_dead_heat_is_one_tier():
    assert schulze("AB", ballots([(1, "AB"), (1, "BA")])).tiers == (("A", "B"),)
    assert [one.rank for one in borda("AB", ballots([(1, "AB"), (1, "BA")]))] == [1, 1]


def test_items_left_out_come_last_and_share_their_points():
    points = {one.item: one.points for one in borda("ABCD", [Ballot("v", (("A",),))])}
    assert points == {"A": 3, "B": 1, "C": 1, "D": 1}
    assert schulze("ABCD", [Ballot("v", (("A",),))]).tiers == (("A",), ("B", "C", "D"))


def test_a_weight_counts_like_so_many_voters():
    heavy = [Ballot("x", (("A",), ("B",)), 2.5), Ballot("y", (("B",), ("A",)), 2.0)]
    assert schulze("AB", heavy).winner == "A"
    assert schulze("AB", heavy).duels[0][1] == 2.5


def test_budgets_add_up_and_quadratic_votes_favour_breadth():
    purses = [Purse("x", (("A", 100),)), Purse("y", (("B", 36), ("A", 0))), Purse("z", (("B", 36),))]
    assert [one.item for one in budget_vote("AB", purses)] == ["A", "B"]
    assert {one.item: one.points for one in budget_vote("AB", purses, quadratic=True)} == {"A": 10, "B": 12}


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ([Ballot("v", (("A",),)), Ballot("v", (("B",),))], "voted_twice"), ([Ballot("v", (("Z",),))], "unknown_item"),
        ([Ballot("v", (("A",), ("A",)))], "ranked_twice"), ([Ballot("v", (("A",),), 0.0)], "weight_not_positive"),
        ([Ballot("v", (("A",),), float("nan"))], "weight_not_positive"), ([], "no_ballots"),
    ],
)  # fmt: skip
def test_a_ballot_that_breaks_a_rule_is_named(given_, code):
    with pytest.raises(Uncomputable) as caught:
        schulze("AB", given_)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("gifts", "code"), [((("A", 60), ("B", 41)), "over_budget"), ((("A", -1),), "gift_below_zero"), ((("C", 1),), "unknown_item")]
)  # fmt: skip
def test_a_purse_that_breaks_a_rule_is_named(gifts, code):
    with pytest.raises(Uncomputable) as caught:
        budget_vote("AB", [Purse("v", gifts)])
    assert (caught.value.code, caught.value.params["voter"]) == (code, "v")


ITEMS = "ABCDE"
ORDERS = st.lists(
    st.tuples(st.permutations(ITEMS), st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=12
).map(lambda rows: [
    Ballot(str(at), tuple((one,) for one in order[:kept]), float(weight))
    for at, (order, kept, weight) in enumerate(rows)
])  # fmt: skip


@given(ORDERS)
def test_who_wins_every_duel_wins(votes):
    result = schulze(ITEMS, votes)
    if result.winner is not None:
        assert result.tiers[0] == (result.winner,)


@given(ORDERS, st.randoms(use_true_random=False))
def test_the_order_of_the_voters_changes_nothing(votes, chance):
    mixed = list(votes)
    chance.shuffle(mixed)
    assert schulze(ITEMS, mixed) == schulze(ITEMS, votes)
    assert borda(ITEMS, mixed) == borda(ITEMS, votes)


@given(ORDERS)
def test_raising_the_sole_winner_on_a_ballot_keeps_it_winner(votes):
    first = schulze(ITEMS, votes).tiers[0]
    if len(first) > 1:
        return
    top = first[0]
    lifted = ((top,), *(group for group in votes[0].ranking if group != (top,)))
    again = schulze(ITEMS, [Ballot(votes[0].voter, lifted, votes[0].weight), *votes[1:]])
    assert again.tiers[0] == (top,)


@given(ORDERS)
def test_turning_every_ballot_round_dethrones_the_sole_winner(votes):
    first = schulze(ITEMS, votes).tiers
    complete = [b for b in votes if len(b.ranking) >= len(ITEMS) - 1]
    if len(complete) < len(votes) or len(first[0]) > 1:
        return

    def turned(ballot):
        left = tuple(one for one in ITEMS if (one,) not in ballot.ranking)
        return Ballot(
            ballot.voter, tuple(reversed((*ballot.ranking, *((one,) for one in left)))), ballot.weight
        )

    assert first[0][0] not in schulze(ITEMS, [turned(b) for b in votes]).tiers[0]


@given(ORDERS)
def test_a_copy_of_every_voter_changes_no_order(votes):
    twice = [*votes, *(Ballot(f"again {b.voter}", b.ranking, b.weight) for b in votes)]
    assert schulze(ITEMS, twice).tiers == schulze(ITEMS, votes).tiers


def test_points_beyond_64_bits_are_exact():
    items = [str(at) for at in range(1_000)]
    order = tuple((one,) for one in items)
    votes = [Ballot(str(at), order, 999_999.999_999) for at in range(6_000)]
    first = borda(items, votes)[0]
    assert (first.item, first.points) == ("0", pytest.approx(999 * 6_000 * 999_999.999_999, rel=1e-15))


@pytest.mark.parametrize("budget", [float("nan"), 0.0, -1.0, float("inf")])
def test_a_budget_that_is_none_is_refused(budget):
    with pytest.raises(Uncomputable, match="budget_not_positive"):
        budget_vote("AB", [Purse("v", (("A", 1e9),))], budget=budget)
