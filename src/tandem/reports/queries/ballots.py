"""How a ballot ended: one ranking, how far the voters are apart, on what, and who stands where."""

from dataclasses import dataclass, field
from typing import Any

from tandem.compute.priority.disagreement import Split
from tandem.compute.priority.moscow import Moscow, Wish, moscow
from tandem.product import balloting
from tandem.product.models import Ballot, Feature, Scope, Vote, Voter
from tandem.reports.queries import scope_sums

FEWEST_FOR_AGREEMENT = 3
STRONG, MODERATE, WEAK = 0.7, 0.5, 0.3
"""Readings of Kendall's W (Schmidt 1997)."""


@dataclass
class Line:
    """A feature: its place among all, points or money, and the place that each voter gave it (best, mean, worst)."""

    feature: Feature
    place: int
    points: float
    best: float = 0.0
    mean: float = 0.0
    worst: float = 0.0
    apart: float = 0.0
    given: list[tuple[str, float]] = field(default_factory=list)
    judged: balloting.Judged | None = None


@dataclass
class Apart:
    """Two features on which the voters are split, and who stands on which side."""

    first: Feature
    second: Feature
    for_first: list[str]
    for_second: list[str]
    share: float


@dataclass
class Outcome:
    invited: int
    voted: int
    lines: list[Line] = field(default_factory=list)
    w: float | None = None
    splits: list[Apart] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    far: list[tuple[str, float]] = field(default_factory=list)
    has_circle: bool = False
    is_weighted: bool = False
    room: Moscow | None = None  # of a MoSCoW ballot: the classes against the open work items of the features

    @property
    def says_agreement(self) -> bool:
        """Of two people nothing is said about agreement."""
        return self.w is not None and self.voted >= FEWEST_FOR_AGREEMENT

    @property
    def points_to_discuss(self) -> list[Line]:
        return sorted((line for line in self.lines if line.apart > 0), key=lambda line: -line.apart)


def outcome(user: Any, ballot: Ballot) -> Outcome:
    """Of the votes as they stand. Who may not know yet is not asked here: see `Ballot.shows_results`."""
    voters = list(Voter.objects.visible_to(user).filter(ballot=ballot).invited().select_related("user"))
    votes = dict(Vote.objects.visible_to(user).filter(ballot=ballot).values_list("voter_id", "answer"))
    features = {f.pk: f for f in Feature.objects.visible_to(user).filter(ballots=ballot).order_by("rank", "id")}
    found = Outcome(len(voters), len(votes))
    if not votes or len(features) < balloting.FEWEST:
        return found
    names = {str(v.pk): str(v) for v in voters}
    ids, weights = list(features), {v.pk: float(v.weight) for v in voters}
    places, duels, apart = balloting.combined(ballot.method, ballot.budget, ids, votes, weights)
    said = balloting.judged(ballot.method, ids, votes, weights)
    spread = {one.item: one for one in apart.spreads}
    given = _given(ballot.method, ids, votes, names)
    found.lines = [
        Line(features[int(p.item)], p.rank, p.points, spread[p.item].best, spread[p.item].mean, spread[p.item].worst, spread[p.item].deviation, given[p.item], said.get(int(p.item)))
        for p in places
    ]  # fmt: skip
    found.w, found.has_circle, found.is_weighted = apart.w, bool(duels.cycles), any(weights[pk] != 1 for pk in votes if pk in weights)
    if ballot.method == Ballot.Method.MOSCOW:
        found.room = _room(user, said)
    found.splits = [_apart(one, features, names) for one in apart.splits[:5]]
    found.groups = [[names.get(v, "") for v in group] for group in apart.groups]
    found.far = [(names.get(one.voter, ""), one.distance) for one in apart.from_consensus if one.distance > 0]
    return found


def _room(user: Any, said: dict[int, balloting.Judged]) -> Moscow | None:
    """How the open work items of the features divide among the classes; nothing where no feature has any."""
    roots: dict[int, list[int]] = {pk: [] for pk in said}
    for feature, item in Scope.objects.visible_to(user).filter(feature__in=said, item__removed_at=None).values_list("feature_id", "item_id"):
        roots[feature].append(item)
    sums = scope_sums.sums(user, {pk: items for pk, items in roots.items() if items})
    if not any(one.open for one in sums.values()):
        return None
    return moscow([Wish(str(pk), one.kind, float(sums[pk].open) if pk in sums else None) for pk, one in said.items()])


def _apart(one: Split, features: dict[int, Feature], names: dict[str, str]) -> Apart:
    sides = [[names.get(v, "") for v in side] for side in (one.for_first, one.for_second)]
    return Apart(features[int(one.first)], features[int(one.second)], sides[0], sides[1], one.share)


def _given(method: str, ids: list[int], votes: dict[int, Any], names: dict[str, str]) -> dict[str, list[tuple[str, float]]]:
    """The place that each voter gave each feature; those that share a place stand in its middle."""
    found: dict[str, list[tuple[str, float]]] = {str(i): [] for i in ids}
    for voter, answer in votes.items():
        above = 0
        for group in balloting.order_of(method, ids, answer):
            for item in group:
                found[item].append((names.get(str(voter), ""), above + (len(group) + 1) / 2))
            above += len(group)
    return found
