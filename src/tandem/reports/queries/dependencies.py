"""What projects wait for in each other: links between their work items, and what proposals require, as a map."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from tandem.compute.layout.layered import Placed, place
from tandem.kit import clock
from tandem.people.models import Space
from tandem.portfolio.models import Project, Proposal, ProposalTie
from tandem.reports.queries.scope import below
from tandem.work.models import Link, State

MOST = 20_000
"""Links between projects that are read; more are said, not drawn."""
DRAWN = 300
"""Pairs that are drawn; more are a table only."""
WORKDAY = 480
"""Working minutes of a day: what a lag is counted in, where no calendar is asked."""
LATE, CRITICAL, OPEN, DONE = "late", "critical", "open", "done"
_ORDER = {LATE: 0, CRITICAL: 1, OPEN: 2, DONE: 3}
_ENDS = {"FS": ("finish", "start"), "blocks": ("finish", "start"), "SS": ("start", "start"), "FF": ("finish", "finish"), "SF": ("start", "finish")}


@dataclass(frozen=True, slots=True)
class Knot:
    """A project, or a proposal that is none yet."""

    of: str
    id: int
    name: str
    key: str = ""
    state: str = ""

    @property
    def code(self) -> str:
        return f"{self.of}-{self.id}"


@dataclass(frozen=True, slots=True)
class Tie:
    """One link: `has` is when what it waits for will be there, `needs` when it is needed; `state` follows from both."""

    id: int
    kind: str
    source: tuple[str, str]  # key and title; a proposal has no key
    target: tuple[str, str]
    has: datetime | None
    needs: datetime | None
    state: str
    is_tie: bool = False
    held: int = 0  # the item that waits
    cost: float = 0.0  # days for which an open item has held up begun work


@dataclass
class Bundle:
    """All links from one project to another."""

    source: Knot
    target: Knot
    ties: list[Tie] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The worst of its links."""
        return next(state for state in _ORDER if any(tie.state == state for tie in self.ties))

    @property
    def cost(self) -> float:
        """Days of begun work; an item that several hold up waits as long as the longest of them."""
        days: dict[int, float] = {}
        for tie in self.ties:
            days[tie.held] = max(days.get(tie.held, 0.0), tie.cost)
        return sum(days.values())

    def worst_first(self) -> list[Tie]:
        return sorted(self.ties, key=lambda tie: (_ORDER[tie.state], tie.id))

    def count(self, state: str) -> int:
        return sum(tie.state == state for tie in self.ties)


@dataclass
class Map:
    knots: list[Knot]
    bundles: list[Bundle]
    placed: Placed | None  # None: too many to be drawn
    alone: int  # projects without any such link
    unseen: int  # links to or from projects out of sight
    is_cut: bool

    def bundle(self, source: str, target: str) -> Bundle | None:
        return next((one for one in self.bundles if (one.source.code, one.target.code) == (source, target)), None)


def read(user: Any, space: Space | None = None, *, around: str = "", steps: int = 1) -> Map:
    """The projects that are not over, with what ties them; `around` keeps a project and what lies so many steps from it."""
    rows = Project.objects.visible_to(user).exclude(state__in=(Project.State.DONE, Project.State.CANCELLED)).select_related("space")
    if space is not None:
        rows = rows.filter(space_id__among=below(user, space.pk))
    projects = {row.space_id: Knot("project", row.pk, row.name, row.space.key, row.state) for row in rows.order_by("name", "id")}
    bundles, unseen, is_cut = _links(user, projects)
    knots = {knot.code: knot for knot in projects.values()}
    _required(user, projects, knots, bundles, space)
    kept = _near(around, steps, bundles.values()) if around in knots else None
    shown = [one for one in bundles.values() if kept is None or (one.source.code in kept and one.target.code in kept)]
    tied = {knot.code for one in shown for knot in (one.source, one.target)} | ({around} if around in knots else set())
    drawn = [knot for knot in knots.values() if knot.code in tied]
    placed = place([knot.code for knot in drawn], [(one.source.code, one.target.code) for one in shown]) if len(shown) <= DRAWN else None
    return Map(drawn, shown, placed, sum(knot.code not in tied for knot in projects.values()) if kept is None else 0, unseen, is_cut)


def _links(user: Any, projects: dict[int, Knot]) -> tuple[dict[tuple[str, str], Bundle], int, bool]:
    """One query for the links of all; those to what the asker does not see are counted, not named."""
    rows = Link.objects.dependencies().filter(source__space__among=frozenset(projects))  # house: reads — targets are masked below
    rows = rows.filter(source__removed_at=None, target__removed_at=None).exclude(source__space=F("target__space"))
    found: dict[tuple[str, str], Bundle] = {}
    seen, unseen = user.visible_space_ids(), 0
    read_rows = list(rows.order_by("id").values_list(*_FIELDS)[: MOST + 1])
    for row in read_rows[:MOST]:
        one = dict(zip(_FIELDS, row, strict=True))
        if one["target__space_id"] not in projects:
            unseen += one["target__space_id"] not in seen
            continue
        source, target = projects[one["source__space_id"]], projects[one["target__space_id"]]
        found.setdefault((source.code, target.code), Bundle(source, target)).ties.append(_tie(one))
    return found, unseen + _from_unseen(projects, seen), len(read_rows) > MOST


def _from_unseen(projects: dict[int, Knot], seen: frozenset[int]) -> int:
    rows = Link.objects.dependencies().filter(target__space__among=frozenset(projects))  # house: reads — only counted
    return int(rows.filter(source__removed_at=None, target__removed_at=None).exclude(source__space__among=seen).count())


_FIELDS = (
    "id", "kind", "lag_minutes", "is_lag_elapsed", "source_id", "source__space_id", "source__key", "source__title", "source__state__category", "source__actual_start", "source__actual_finish", "source__planned_start",
    "source__planned_finish", "source__computed__start", "source__computed__finish", "source__computed__is_critical", "target__space_id", "target__key", "target__title",
    "target__state__category", "target__planned_start", "target__planned_finish", "target__computed__start", "target__computed__finish", "target__computed__is_critical",
    "target__computed__driven_by_id", "created_at", "target_id", "target__actual_start",
)  # fmt: skip


def _tie(one: dict[str, Any]) -> Tie:
    """What is needed is what people planned, else what is computed; what will be there the other way round."""
    has_end, needs_end = _ENDS[one["kind"]]
    happened = one[f"source__actual_{has_end}"]
    is_over = one["target__state__category"] == State.Category.DONE or (happened or one["source__state__category"] == State.Category.DONE)
    has = happened or one[f"source__computed__{has_end}"] or one[f"source__planned_{has_end}"]
    needs = one[f"target__planned_{needs_end}"] or one[f"target__computed__{needs_end}"]
    state = DONE if is_over else _open_state(one, has, needs)
    cost = 0.0 if is_over or one["kind"] != Link.Kind.BLOCKS else _cost(one["created_at"], one["target__actual_start"])
    return Tie(
        one["id"], one["kind"], (one["source__key"], one["source__title"]), (one["target__key"], one["target__title"]), has, needs, state,
        held=one["target_id"], cost=cost,
    )  # fmt: skip


def _cost(drawn: datetime, begun: datetime | None) -> float:
    """As the boards count it: since the link was drawn, but what has not begun loses nothing yet."""
    return max(0.0, (clock.now() - max(begun, drawn)) / timedelta(days=1)) if begun else 0.0


def _open_state(one: dict[str, Any], has: datetime | None, needs: datetime | None) -> str:
    lag = timedelta(minutes=one["lag_minutes"]) if one["is_lag_elapsed"] else timedelta(days=one["lag_minutes"] / WORKDAY)
    if needs is not None and (max(has, clock.now()) if has else clock.now()) + lag > needs and (has or needs < clock.now()):
        return LATE
    decides = one["target__computed__driven_by_id"] == one["source_id"]
    is_critical = one["target__computed__is_critical"] and (decides or one["source__computed__is_critical"])
    return CRITICAL if is_critical else OPEN


def _required(user: Any, projects: dict[int, Knot], knots: dict[str, Knot], bundles: dict[tuple[str, str], Bundle], space: Space | None) -> None:
    """What a proposal requires comes before it; a proposal that became a project is that project."""
    of_project = {knot.id: knot for knot in projects.values()}
    rows = ProposalTie.objects.visible_to(user).filter(kind=ProposalTie.Kind.REQUIRES).select_related("proposal", "other")
    if space is not None:
        rows = rows.filter(space_id__among=below(user, space.pk))
    for row in rows.order_by("id")[:MOST]:
        first, last = _knot(row.other, of_project), _knot(row.proposal, of_project)
        if first is None or last is None or first == last:
            continue
        knots.setdefault(first.code, first)
        knots.setdefault(last.code, last)
        tie = Tie(row.pk, row.kind, ("", row.other.title), ("", row.proposal.title), None, None, OPEN, is_tie=True)
        bundles.setdefault((first.code, last.code), Bundle(first, last)).ties.append(tie)


def _knot(row: Proposal, of_project: dict[int, Knot]) -> Knot | None:
    if row.project_id:
        return of_project.get(row.project_id)
    return Knot("proposal", row.pk, row.title, state=row.state) if row.state != Proposal.State.DECLINED else None


def _near(around: str, steps: int, bundles: Iterable[Bundle]) -> set[str]:
    near: dict[str, set[str]] = defaultdict(set)
    for one in bundles:
        near[one.source.code].add(one.target.code)
        near[one.target.code].add(one.source.code)
    found = edge = {around}
    for _step in range(steps):
        edge = {other for code in edge for other in near[code]} - found
        found = found | edge
    return found


def worst_first(bundles: Sequence[Bundle]) -> list[Bundle]:
    return sorted(bundles, key=lambda one: (_ORDER[one.state], -one.count(LATE), -len(one.ties), one.source.name, one.target.name))
