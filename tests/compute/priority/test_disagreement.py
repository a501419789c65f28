"""Disagreement: concordance with published values, distances, splits and groups of opinion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.priority.ballots import Ballot
from tandem.compute.priority.disagreement import concordance, disagreement
from tests.compute.priority.test_ballots import ITEMS, ORDERS

JUDGES = ((1, 3, 4, 5, 2, 8, 6, 7, 10, 9), (2, 1, 4, 5, 6, 3, 8, 7, 10, 9), (3, 2, 1, 5, 7, 4, 6, 8, 9, 10),
          (4, 2, 3, 1, 6, 7, 5, 9, 8, 10))  # fmt: skip
ANXIETY = ((3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3),
           (3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4),
           (2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2))  # fmt: skip


def ballots(rows):
    """Ballots from scores: the smallest first, equal scores tied."""
    return [
        Ballot(f"v{at}", tuple(tuple(f"i{i}" for i, one in enumerate(row) if one == level) for level in sorted(set(row))))
        for at, row in enumerate(rows)
    ]  # fmt: skip


def test_four_judges_of_ten_projects():
    items = [f"i{at}" for at in range(10)]
    assert disagreement(items, ballots(JUDGES)).w == pytest.approx(12 * 1048 / (16 * 990))


def test_twenty_subjects_with_ties_as_published():
    found = disagreement([f"i{at}" for at in range(20)], ballots(ANXIETY))
    assert round(found.w, 2) == 0.54
    assert (round(found.chi2, 1), found.degrees) == (30.8, 19)


def test_all_alike_is_one_and_all_tied_is_unknown():
    same = [Ballot(str(at), (("A",), ("B",), ("C",))) for at in range(3)]
    found = disagreement("ABC", same)
    assert (found.w, found.splits, found.opposed) == (1, (), ())
    assert {one.distance for one in found.from_consensus} == {0}
    assert disagreement("ABC", [Ballot("x", (("A", "B", "C"),))]).w is None


def test_two_camps_are_told_apart_with_what_splits_them():
    camp = [Ballot(f"up{at}", tuple((one,) for one in "ABCD")) for at in range(4)]
    other = [Ballot(f"down{at}", tuple((one,) for one in "DCBA")) for at in range(3)]
    found = disagreement("ABCD", camp + other)
    assert {frozenset(group) for group in found.groups} == {
        frozenset(b.voter for b in camp), frozenset(b.voter for b in other),
    }  # fmt: skip
    assert found.opposed[0].distance == 1
    assert found.from_consensus[0].voter.startswith("down")
    assert found.from_consensus[0].distance == 1
    assert found.splits[0].share == pytest.approx(3 / 7)
    assert found.splits[0].for_second == ("down0", "down1", "down2")


def test_a_tie_of_one_counts_half():
    found = disagreement("AB", [Ballot("x", (("A",), ("B",))), Ballot("y", (("A", "B"),))])
    assert found.opposed[0].distance == 0.5


def test_the_item_with_the_widest_ranks_comes_first():
    found = disagreement(
        "ABC", [Ballot("x", (("A",), ("B",), ("C",))), Ballot("y", (("C",), ("B",), ("A",)))]
    )
    assert [one.item for one in found.spreads][-1] == "B"
    assert (found.spreads[0].best, found.spreads[0].worst) == (1, 3)


@given(st.lists(st.permutations(range(5)), min_size=2, max_size=8))
def test_without_ties_concordance_is_the_mean_rank_correlation(rows):
    ranks = np.array(rows, float) + 1
    pairs = np.corrcoef(ranks)[np.triu_indices(len(rows), 1)].mean()
    assert concordance(ranks) == pytest.approx((pairs * (len(rows) - 1) + 1) / len(rows))


@given(ORDERS)
def test_distances_are_shares_and_voters_are_grouped_once(votes):
    found = disagreement(ITEMS, votes)
    assert all(0 <= one.distance <= 1 for one in (*found.from_consensus, *found.opposed))
    assert sorted(v for group in found.groups for v in group) == sorted(b.voter for b in votes)
    assert found.w is None or -1e-9 <= found.w <= 1 + 1e-9


def test_many_pairs_of_items_are_compared_in_parts(monkeypatch):
    order = [str(at) for at in range(9)]
    votes = [Ballot("up", tuple((one,) for one in order)), Ballot("down", tuple((one,) for one in order[::-1])),
             Ballot("tied", (tuple(order),))]  # fmt: skip
    whole = disagreement(order, votes)
    monkeypatch.setattr("tandem.compute.priority.disagreement.PART", 5)
    assert disagreement(order, votes) == whole
    assert {(one.voter, one.other): one.distance for one in whole.opposed}[("up", "down")] == 1.0
