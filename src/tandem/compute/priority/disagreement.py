"""How far the voters are apart, on what, and who stands with whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.ballots import Ballot, Condorcet, levels, schulze, weights_of

Floats = npt.NDArray[np.float64]
MOST_COMPARED, SHOWN, NAMED = 2_000, 10, 20
PART = 4_096
"""Pairs of items at a time: all half a million of 1,000 items would take gigabytes with 2,000 voters."""
CLEAR = 0.25
"""Mean silhouette above which groups of opinion are told (Kaufman & Rousseeuw 1990: below, no structure)."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Ranks that one item got: mean, standard deviation, best and worst."""

    item: str
    mean: float
    deviation: float
    best: float
    worst: float


@dataclass(frozen=True, slots=True)
class Split:
    """Two items on which the voters are split: `share` of the weight on the smaller side (0.5: half against half)."""

    first: str
    second: str
    for_first: tuple[str, ...]
    for_second: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Distance:
    """Kendall's distance between a voter and the consensus, or another voter: share of the pairs of items that
    they order differently, a pair that only one of them ties counting half."""

    voter: str
    other: str | None
    distance: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """`w`: Kendall's coefficient of concordance, 1 all alike, 0 no agreement (None where no ballot orders
    anything); `chi2` with `degrees` of freedom is its test value m(n-1)W. Unweighted: it speaks of persons.
    `groups`: voters of like opinion, one group where there is no clear structure."""

    w: float | None
    chi2: float | None
    degrees: int
    spreads: tuple[Spread, ...]
    splits: tuple[Split, ...]
    from_consensus: tuple[Distance, ...]
    opposed: tuple[Distance, ...]
    groups: tuple[tuple[str, ...], ...]
    silhouette: float | None


def disagreement(
    items: Sequence[str], ballots: Sequence[Ballot], consensus: Condorcet | None = None
) -> Disagreement:
    """Measure how far ballots are apart; `consensus` is Schulze's ranking unless given.

    Sources: Kendall & Babington Smith 1939 (W), with correction for ties; Kemeny 1959 (distance)."""
    place = levels(items, ballots)
    if len(ballots) > MOST_COMPARED:
        raise Uncomputable("too_many_voters", voters=len(ballots), allowed=MOST_COMPARED)
    ranks = np.array([_midranks(row) for row in place])
    consensus = consensus or schulze(items, ballots)
    agreed = np.array([consensus.rank_of(item) for item in items], np.int64)
    apart = _distances(np.vstack([place, agreed]))
    voters = [one.voter for one in ballots]
    groups, silhouette = _groups(apart[:-1, :-1])
    w = concordance(ranks)
    m, n = ranks.shape
    return Disagreement(
        w, None if w is None else m * (n - 1) * w, n - 1, _spreads(items, ranks),
        _splits(items, ballots, place),
        tuple(sorted((Distance(v, None, float(d)) for v, d in zip(voters, apart[-1, :-1], strict=True)),
                     key=lambda one: -one.distance)),
        _opposed(voters, apart[:-1, :-1]),
        tuple(tuple(voters[at] for at in group) for group in groups), silhouette,
    )  # fmt: skip


def concordance(ranks: Floats) -> float | None:
    """Kendall's W of raters x items mid-ranks, corrected for ties: 12 S / (m²(n³-n) - m Σ(t³-t))."""
    m, n = ranks.shape
    sums = ranks.sum(axis=0)
    squares = float(((sums - sums.mean()) ** 2).sum())
    ties = sum(
        float(((counts := np.unique(row, return_counts=True)[1]) ** 3 - counts).sum()) for row in ranks
    )
    below = m * m * (n**3 - n) - m * ties
    return 12 * squares / below if below > 0 else None


def _midranks(row: npt.NDArray[np.int64]) -> Floats:
    ordered = np.sort(row)
    return (np.searchsorted(ordered, row, "left") + np.searchsorted(ordered, row, "right") + 1) / 2


def _signs(place: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int8]]:
    """rankings x pairs of items, some pairs at a time: 1 the first comes first, -1 the second, 0 tied."""
    first, second = np.triu_indices(place.shape[1], 1)
    for begin in range(0, len(first), PART):
        part = slice(begin, begin + PART)
        yield np.sign(place[:, second[part]] - place[:, first[part]]).astype(np.int8)


def _distances(place: npt.NDArray[np.int64]) -> Floats:
    """Mean of |a - b| / 2 over the pairs of items: rankings x rankings."""
    voters, items = place.shape
    apart: Floats = np.zeros((voters, voters))
    for signs in _signs(place):
        # Whole numbers up to PART: exact in float32.
        positive, negative = (signs > 0).astype(np.float32), (signs < 0).astype(np.float32)
        tied = 1 - positive - negative
        against, half = positive @ negative.T, tied @ (1 - tied).T
        apart += (against + against.T) + (half + half.T) / 2
    apart /= max(1, items * (items - 1) // 2)
    return apart


def _spreads(items: Sequence[str], ranks: Floats) -> tuple[Spread, ...]:
    found = [
        Spread(item, float(column.mean()), float(column.std()), float(column.min()), float(column.max()))
        for item, column in zip(items, ranks.T, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.deviation))


def _splits(
    items: Sequence[str], ballots: Sequence[Ballot], place: npt.NDArray[np.int64]
) -> tuple[Split, ...]:
    first, second = np.triu_indices(len(items), 1)
    weights, _ = weights_of(ballots)
    sides_of = [np.minimum(weights @ (signs > 0), weights @ (signs < 0)) for signs in _signs(place)]
    smaller = np.concatenate([np.zeros(0), *sides_of]) / weights.sum()
    found = []
    for at in np.argsort(-smaller, kind="stable")[:SHOWN]:
        if smaller[at] == 0:
            break
        signs = np.sign(place[:, second[at]] - place[:, first[at]])
        sides = [
            tuple(b.voter for b, s in zip(ballots, signs, strict=True) if s == side)[:NAMED]
            for side in (1, -1)
        ]
        found.append(Split(items[first[at]], items[second[at]], sides[0], sides[1], float(smaller[at])))
    return tuple(found)


def _opposed(voters: Sequence[str], apart: Floats) -> tuple[Distance, ...]:
    first, second = np.triu_indices(len(voters), 1)
    far = apart[first, second]
    return tuple(
        Distance(voters[first[at]], voters[second[at]], float(far[at]))
        for at in np.argsort(-far, kind="stable")[:SHOWN] if far[at] > 0
    )  # fmt: skip


def _groups(apart: Floats) -> tuple[list[list[int]], float | None]:
    """Two to four groups around a middle voter each (k-medoids), as many as give the best mean silhouette."""
    whole = [list(range(len(apart)))]
    best: tuple[list[list[int]], float | None] = (whole, None)
    for k in range(2, min(4, len(apart) - 1) + 1):
        label = _medoids(apart, k)
        if len(set(label.tolist())) < k:
            continue
        mean = _silhouette(apart, label, k)
        if mean >= CLEAR and (best[1] is None or mean > best[1] + 1e-9):
            best = ([np.flatnonzero(label == at).tolist() for at in range(k)], mean)
    return best


def _medoids(apart: Floats, k: int) -> npt.NDArray[np.int64]:
    """Greedy start, then each group moves to its most central voter until nothing changes."""
    middles = [int(apart.sum(axis=0).argmin())]
    while len(middles) < k:
        nearest = apart[:, middles].min(axis=1)
        middles.append(int(np.maximum(nearest[:, None] - apart, 0).sum(axis=0).argmax()))
    label: npt.NDArray[np.int64] = apart[:, middles].argmin(axis=1)
    for _ in range(50):
        middles = [
            int(group[apart[np.ix_(group, group)].sum(axis=0).argmin()]) if len(group) else middles[at]
            for at, group in ((at, np.flatnonzero(label == at)) for at in range(k))
        ]
        moved = apart[:, middles].argmin(axis=1)
        if (moved == label).all():
            break
        label = moved
    return label


def _silhouette(apart: Floats, label: npt.NDArray[np.int64], k: int) -> float:
    sizes = np.bincount(label, minlength=k)
    sums = np.stack([apart[:, label == at].sum(axis=1) for at in range(k)], axis=1)
    rows = np.arange(len(label))
    own = sums[rows, label] / np.maximum(sizes[label] - 1, 1)
    other = sums / sizes
    other[rows, label] = np.inf
    near = other.min(axis=1)
    widest = np.maximum(own, near)
    value = np.where((sizes[label] > 1) & (widest > 0), (near - own) / np.where(widest > 0, widest, 1), 0)
    return float(value.mean())
