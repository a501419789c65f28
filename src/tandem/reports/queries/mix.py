"""The mix of investments of a portfolio: money and count by kind and by horizon, over its projects and its queue of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.portfolio.models import Portfolio, Project, ProjectReport, Proposal
from tandem.reports.queries.proposals import Terms, terms
from tandem.reports.queries.scope import below

GROUPS = {"kind": Project.Kind, "horizon": Project.Horizon}
OPEN = (Project.State.PROPOSED, Project.State.RUNNING, Project.State.ON_HOLD)
PROJECT, PROPOSAL = "project", "proposal"


@dataclass(frozen=True, slots=True)
class Piece:
    """A project or a proposal. `money` is none where nobody said what it costs, or said it in another currency or in none."""

    of: str
    id: int
    title: str
    kind: str
    horizon: str
    money: Decimal | None
    basis: str  # report, case, or none: on what its money rests
    other_currency: str = ""
    is_currency_unknown: bool = False

    def value(self, group: str) -> str:
        return self.kind if group == "kind" else self.horizon


@dataclass
class Class:
    """`share` of the measure that is asked for; `value` is empty for what is not classified."""

    group: str
    value: str
    pieces: list[Piece] = field(default_factory=list)
    share: float | None = None
    intended: int | None = None

    @property
    def money(self) -> Decimal:
        return sum((piece.money for piece in self.pieces if piece.money is not None), Decimal(0))

    @property
    def apart(self) -> float | None:
        """Points of a hundred above what is intended; nothing for what is not classified."""
        return None if self.share is None or self.intended is None else 100 * self.share - self.intended


@dataclass
class Mix:
    pieces: list[Piece]
    classes: dict[str, list[Class]]
    is_by_count: bool
    without_money: int
    in_other_currency: int
    in_unknown_currency: int
    is_intended: bool  # of all the money something is intended, compared here or not

    @property
    def money(self) -> Decimal:
        return sum((piece.money for piece in self.pieces if piece.money is not None), Decimal(0))


def read(user: Any, portfolio: Portfolio, *, of: str = "", is_by_count: bool = False) -> Mix:
    """`of` keeps projects or proposals alone. What is intended is said of all the money: counts and parts are not held
    against it. Five queries, however many there are."""
    spaces = below(user, portfolio.space_id)
    pieces = _pieces(user, portfolio, spaces)
    kept = [piece for piece in pieces if of in ("", piece.of)]
    intended = {} if of or is_by_count else portfolio.intended_mix
    classes = {group: _classes(group, kept, intended, is_by_count=is_by_count) for group in GROUPS}
    others, unknown = sum(bool(p.other_currency) for p in kept), sum(p.is_currency_unknown for p in kept)
    return Mix(kept, classes, is_by_count, sum(p.money is None for p in kept) - others - unknown, others, unknown, bool(portfolio.intended_mix))


def _pieces(user: Any, portfolio: Portfolio, spaces: frozenset[int]) -> list[Piece]:
    projects = list(Project.objects.visible_to(user).filter(space_id__among=spaces, state__in=OPEN).order_by("name", "id"))
    proposals = Proposal.objects.visible_to(user).filter(space_id__among=spaces)
    cases = {row.project_id: row for row in proposals.filter(project__in=projects)}
    queue = list(proposals.candidates().filter(project=None).order_by("title", "id"))
    used = terms(user, {row.space_id for row in [*cases.values(), *queue]})
    reported = reported_costs(user, projects)
    found = [_project(row, cases.get(row.pk), reported.get(row.pk), used, portfolio.currency) for row in projects]
    return found + [Piece(PROPOSAL, row.pk, row.title, row.kind, row.horizon, *_of_case(row, used, portfolio.currency)) for row in queue]


def _of_case(case: Proposal | None, used: dict[int, Terms], currency: str) -> tuple[Decimal | None, str, str]:
    """Money, on what it rests, and its currency where that is another: each portfolio below counts in its own."""
    cost = sum(case.costs) if case else 0
    if case is None or not cost:
        return None, "", ""
    theirs = used.get(case.space_id, Terms()).currency
    return (Decimal(cost), "case", "") if theirs == currency else (None, "case", theirs)


def reported_costs(user: Any, projects: Sequence[Project]) -> dict[int, tuple[Decimal, str]]:
    """The newest cost that was reported of each, with its currency."""
    rows = ProjectReport.objects.visible_to(user).filter(project__among=frozenset(row.pk for row in projects), budget__isnull=False).order_by("project_id", "-on", "-id")
    newest = rows.distinct("project_id").values_list("project_id", "budget", "currency")
    return {project: (budget, currency) for project, budget, currency in newest}


def _project(row: Project, case: Proposal | None, reported: tuple[Decimal, str] | None, used: dict[int, Terms], currency: str) -> Piece:
    """Its own class comes before that of the proposal that it grew from; what was reported before the case."""
    kind, horizon = row.kind or (case.kind if case else ""), row.horizon or (case.horizon if case else "")
    if reported is not None:
        budget, theirs = reported
        is_ours = theirs == currency
        return Piece(PROJECT, row.pk, row.name, kind, horizon, budget if is_ours else None, "report", "" if is_ours else theirs, not theirs)
    return Piece(PROJECT, row.pk, row.name, kind, horizon, *_of_case(case, used, currency))


def _classes(group: str, pieces: Sequence[Piece], intended: dict[str, int], *, is_by_count: bool) -> list[Class]:
    found = {value: Class(group, value, intended=intended.get(f"{group}:{value}")) for value in (*GROUPS[group].values, "")}
    for piece in pieces:
        found[piece.value(group)].pieces.append(piece)
    whole = Decimal(len(pieces)) if is_by_count else sum((one.money for one in found.values()), Decimal(0))
    for one in found.values():
        one.share = float((len(one.pieces) if is_by_count else one.money) / whole) if whole else None
    return [one for one in found.values() if one.value or one.pieces]


def largest_first(pieces: Sequence[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda one: (-(one.money or 0), one.title, one.id))
