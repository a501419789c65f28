"""Many stakeholders, one ranking: Borda, Condorcet with Schulze, and votes with a budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, lcm, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable

Ints = npt.NDArray[np.int64]
MOST_ITEMS, MOST_VOTERS, HEAVIEST = 1_000, 20_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Ballot:
    """One voter's order from the best on; items in one group are tied, items left out come after all others.

    `weight` > 0, kept to six decimals, so that sums are exact in whatever order the ballots come."""

    voter: str
    ranking: tuple[tuple[str, ...], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    item: str
    rank: int
    points: float


@dataclass(frozen=True, slots=True)
class Duel:
    """More voters (by weight: `votes` against `against`) prefer `winner` to `loser`."""

    winner: str
    loser: str
    votes: float
    against: float


@dataclass(frozen=True, slots=True)
class Condorcet:
    """`tiers`: items from the best on, tied ones together (Schulze's strict order, peeled from the top).

    `winner` beats every other item in a duel, or None. `cycles`: groups whose majorities run in a circle, each
    shown as one circle of duels; `paths`: strength of the strongest path from item to item."""

    tiers: tuple[tuple[str, ...], ...]
    winner: str | None
    cycles: tuple[tuple[Duel, ...], ...]
    items: tuple[str, ...]
    duels: tuple[tuple[float, ...], ...]
    paths: tuple[tuple[float, ...], ...]

    def rank_of(self, item: str) -> int:
        """1 + the number of items in better tiers."""
        at = next(i for i, tier in enumerate(self.tiers) if item in tier)
        return 1 + sum(len(tier) for tier in self.tiers[:at])


def levels(items: Sequence[str], ballots: Sequence[Ballot]) -> Ints:
    """voters x items: the group in which each voter has each item; those left out share the level after the last.

    Raises Uncomputable: `no_ballots`, `too_many_ballots` (items, voters and what is allowed), `items_not_unique`,
    `voted_twice` (voter), `unknown_item`, `ranked_twice` (voter and item)."""
    if not ballots or not items:
        raise Uncomputable("no_ballots", items=len(items), ballots=len(ballots))
    if len(items) > MOST_ITEMS or len(ballots) > MOST_VOTERS:
        raise Uncomputable(
            "too_many_ballots", items=len(items), voters=len(ballots), allowed=(MOST_ITEMS, MOST_VOTERS)
        )
    places = {item: at for at, item in enumerate(items)}
    if len(places) != len(items):
        raise Uncomputable("items_not_unique")
    found = np.full((len(ballots), len(items)), -1, np.int64)
    seen = set()
    for row, ballot in enumerate(ballots):
        if ballot.voter in seen:
            raise Uncomputable("voted_twice", voter=ballot.voter)
        seen.add(ballot.voter)
        for level, group in enumerate(ballot.ranking):
            for item in group:
                if item not in places:
                    raise Uncomputable("unknown_item", voter=ballot.voter, item=item)
                if found[row, places[item]] >= 0:
                    raise Uncomputable("ranked_twice", voter=ballot.voter, item=item)
                found[row, places[item]] = level
        found[row, found[row] < 0] = len(ballot.ranking)
    return found


def weights_of(ballots: Sequence[Ballot]) -> tuple[Ints, int]:
    """Whole-number weights and what 1.0 became. Raises Uncomputable("weight_not_positive")."""
    fractions = []
    for one in ballots:
        if not isfinite(one.weight) or not 1e-6 <= one.weight <= HEAVIEST:
            raise Uncomputable(
                "weight_not_positive", voter=one.voter, value=one.weight, allowed=(1e-6, HEAVIEST)
            )
        fractions.append(Fraction(round(one.weight * 1_000_000), 1_000_000))
    scale = lcm(*(one.denominator for one in fractions))
    return np.array([int(one * scale) for one in fractions], np.int64), scale


def borda(items: Sequence[str], ballots: Sequence[Ballot]) -> tuple[Place, ...]:
    """Weighted Borda count: per ballot an item gets one point for each item below it, half a point for each tied
    with it, so that incomplete ballots hand out as many points as complete ones."""
    place = levels(items, ballots)
    weights, scale = weights_of(ballots)
    halves, points = np.zeros(len(items), np.int64), [0] * len(items)
    for voter, (row, weight) in enumerate(zip(place, weights, strict=True), start=1):
        ordered = np.sort(row)
        below = len(items) - np.searchsorted(ordered, row, side="right")
        tied = np.searchsorted(ordered, row, side="right") - np.searchsorted(ordered, row, side="left") - 1
        halves += weight * (2 * below + tied)
        # 1,000 ballots of the heaviest weight reach 2e18: int64 holds them, but not those of all voters.
        if voter % 1_000 == 0 or voter == len(ballots):
            points = [sum_ + int(one) for sum_, one in zip(points, halves, strict=True)]
            halves[:] = 0
    return _places(items, points, 2 * scale)


def majorities(items: Sequence[str], ballots: Sequence[Ballot]) -> tuple[Ints, int]:
    """items x items: weight of the voters who put the row before the column; and what weight 1.0 became."""
    place = levels(items, ballots)
    weights, scale = weights_of(ballots)
    count = np.zeros((len(items), len(items)), np.int64)
    for row, weight in zip(place, weights, strict=True):
        count += weight * (row[:, None] < row[None, :])
    return count, scale


def schulze(items: Sequence[str], ballots: Sequence[Ballot]) -> Condorcet:
    """Condorcet duels and, where they run in circles, Schulze's strongest paths (winning votes).

    Source: M. Schulze, A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
    single-winner election method, Social Choice and Welfare 36 (2011). O(items³)."""
    count, scale = majorities(items, ballots)
    wins = count > count.T
    paths = np.where(wins, count, 0)
    for via in range(len(items)):
        np.maximum(paths, np.minimum(paths[:, via, None], paths[None, via, :]), out=paths)
    np.fill_diagonal(paths, 0)
    alone = np.flatnonzero(wins.sum(axis=1) == len(items) - 1)
    return Condorcet(
        _tiers(items, paths > paths.T), items[int(alone[0])] if len(alone) else None,
        _cycles(items, count, wins, scale), tuple(items), _rows(count, scale), _rows(paths, scale),
    )  # fmt: skip


def _tiers(items: Sequence[str], beats: npt.NDArray[np.bool_]) -> tuple[tuple[str, ...], ...]:
    left, tiers = np.arange(len(items)), []
    while len(left):
        top = ~beats[np.ix_(left, left)].any(axis=0)
        tiers.append(tuple(items[int(at)] for at in left[top]))
        left = left[~top]
    return tuple(tiers)


def _cycles(
    items: Sequence[str], count: Ints, wins: npt.NDArray[np.bool_], scale: int
) -> tuple[tuple[Duel, ...], ...]:
    """Of every group of items that reach each other by majorities, a shortest circle through its first item."""
    reach = wins.copy()
    for via in range(len(items)):
        reach |= reach[:, via, None] & reach[None, via, :]
    mutual, found, seen = reach & reach.T, [], np.zeros(len(items), np.bool_)
    for start in range(len(items)):
        if mutual[start, start] and not seen[start]:
            seen |= mutual[start]
            circle = _circle(wins, start)
            found.append(tuple(
                Duel(items[a], items[b], float(count[a, b] / scale), float(count[b, a] / scale))
                for a, b in zip(circle, circle[1:] + circle[:1], strict=True)
            ))  # fmt: skip
    return tuple(found)


def _circle(wins: npt.NDArray[np.bool_], start: int) -> list[int]:
    came, waiting = {start: start}, [start]
    for at in waiting:
        for to in np.flatnonzero(wins[at]):
            if to == start:
                path = [at]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if int(to) not in came:
                came[int(to)] = at
                waiting.append(int(to))
    raise AssertionError("an item in a circle is reached again")


def _rows(matrix: Ints, scale: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(one / scale) for one in row) for row in matrix)


def _places(items: Sequence[str], points: Sequence[Any], scale: float) -> tuple[Place, ...]:
    ordered = sorted(range(len(items)), key=lambda at: (-points[at], at))
    better = {value: sum(one > value for one in points) for value in set(points)}
    return tuple(Place(items[at], 1 + better[points[at]], float(points[at] / scale)) for at in ordered)


@dataclass(frozen=True, slots=True)
class Purse:
    """What one voter gives to whom, out of `budget` (points or money); nothing needs to be spent."""

    voter: str
    gifts: tuple[tuple[str, float], ...]
    weight: float = 1.0


def from_purses(items: Sequence[str], purses: Sequence[Purse]) -> tuple[Ballot, ...]:
    """Each voter's order by what was given, the most first; equal gifts, and items without one, are tied."""
    found = []
    for purse in purses:
        points = dict.fromkeys(items, 0.0)
        for item, gift in purse.gifts:
            points[item] = points.get(item, 0.0) + gift
        found.append(Ballot(purse.voter, grouped(points), purse.weight))
    return tuple(found)


def grouped(points: Mapping[str, float]) -> tuple[tuple[str, ...], ...]:
    """Items with equal points together, the most points first."""
    levels = sorted(set(points.values()), reverse=True)
    return tuple(tuple(item for item, at in points.items() if at == level) for level in levels)


def budget_vote(
    items: Sequence[str], purses: Sequence[Purse], *, budget: float = 100.0, quadratic: bool = False
) -> tuple[Place, ...]:
    """Sum of what all voters give each item; with `quadratic`, of the square roots (Lalley & Weyl 2018): the
    tenth point costs more than the first. Sums are kept to the millionth, so the order of voters changes nothing.

    Raises Uncomputable: `budget_not_positive`, `voted_twice`, `unknown_item`, `gift_below_zero`, `over_budget`
    (voter, given), `weight_not_positive`."""
    if not 0 < budget < float("inf"):
        raise Uncomputable("budget_not_positive", value=budget)
    total, seen = dict.fromkeys(items, 0), set()
    for purse in purses:
        if purse.voter in seen:
            raise Uncomputable("voted_twice", voter=purse.voter)
        seen.add(purse.voter)
        spent: dict[str, float] = {}
        for item, gift in purse.gifts:
            if item not in total:
                raise Uncomputable("unknown_item", voter=purse.voter, item=item)
            if not 0 <= gift < float("inf"):
                raise Uncomputable("gift_below_zero", voter=purse.voter, item=item, value=gift)
            spent[item] = spent.get(item, 0.0) + gift
        if sum(spent.values()) > budget * (1 + 1e-9):
            raise Uncomputable("over_budget", voter=purse.voter, given=sum(spent.values()), allowed=budget)
        if not isfinite(purse.weight) or purse.weight <= 0:
            raise Uncomputable("weight_not_positive", voter=purse.voter, value=purse.weight)
        for item, gift in spent.items():
            total[item] += round(1_000_000 * purse.weight * (sqrt(gift) if quadratic else gift))
    return _places(items, [total[item] for item in items], 1_000_000)
