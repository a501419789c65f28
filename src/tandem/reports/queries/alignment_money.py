"""Where the money goes: what projects cost by the newest report, else by their business case, divided among the objectives that they
serve; and what stands at the end of the strategy map, hours, people and money of each project."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from tandem.planning.alignment import Serving, serving_of
from tandem.portfolio.models import Project, Proposal
from tandem.reports.queries import kept_effort
from tandem.reports.queries.alignment import effort
from tandem.reports.queries.mix import OPEN, reported_costs
from tandem.reports.queries.proposals import Terms, terms
from tandem.strategy.models import Objective
from tandem.work.models import State, WorkItem


class Cost(NamedTuple):
    """What a project costs in all; `basis`: report or case. The currency is empty where a report names none."""

    money: Decimal
    currency: str
    basis: str


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a project's money that goes to an objective."""

    project: Project
    cost: Cost
    money: float


@dataclass
class Line:
    """An objective with its money, that of its parts included."""

    objective: Objective
    depth: int
    money: float
    share: float
    shares: list[Share] = field(default_factory=list)


@dataclass
class Money:
    """In one currency, that of most projects. `apart`: projects in another currency or in none; `silent`: nobody said what they
    cost; `hidden`: goes to objectives that the reader does not see."""

    currency: str = ""
    whole: float = 0.0
    projects: int = 0
    lines: list[Line] = field(default_factory=list)
    unserved: list[Share] = field(default_factory=list)
    hidden: float = 0.0
    apart: int = 0
    silent: int = 0
    own: dict[int, list[Share]] = field(default_factory=dict)
    "By objective, without its parts."

    @property
    def unserved_money(self) -> float:
        return sum(one.money for one in self.unserved)


def costs(user: Any, projects: Sequence[Project]) -> dict[int, Cost]:
    """By project; what was reported comes before the case. Three queries."""
    rows = Proposal.objects.visible_to(user).filter(project__among=frozenset(row.pk for row in projects)).values_list("project_id", "space_id", "costs")
    cases = {pk: (space, sum(parts)) for pk, space, parts in rows if sum(parts)}
    used = terms(user, {space for space, _sum in cases.values()}) if cases else {}
    found = {pk: Cost(Decimal(whole), used.get(space, Terms()).currency, "case") for pk, (space, whole) in cases.items()}
    return found | {pk: Cost(budget, currency, "report") for pk, (budget, currency) in reported_costs(user, projects).items()}


def read(user: Any, within: Collection[int] | None = None, served: Serving | None = None) -> Money:
    """Of the open projects that the reader sees. A fixed number of queries, however many there are; fewer where it is known
    what is `served`."""
    rows = Project.objects.visible_to(user).filter(state__in=OPEN)
    projects = list(rows.filter(space_id__among=frozenset(within)) if within is not None else rows)
    known = costs(user, projects)
    currencies = Counter(cost.currency for cost in known.values() if cost.currency)
    found = Money(max(sorted(currencies), key=lambda one: currencies[one], default=""), silent=len(projects) - len(known))
    counted = [project for project in projects if project.pk in known and known[project.pk].currency == found.currency and found.currency]
    found.projects, found.apart = len(counted), len(known) - len(counted)
    found.whole = float(sum(known[project.pk].money for project in counted))
    if not found.whole:
        return found
    served = served or serving_of(spaces={project.space_id for project in counted})
    by_objective: dict[int, list[Share]] = defaultdict(list)
    for project in counted:
        cost = known[project.pk]
        for part in served.of_space(project.space_id):
            share = Share(project, cost, float(cost.money) * part.share)
            (found.unserved if part.objective is None else by_objective[part.objective]).append(share)
    found.own = dict(by_objective)
    _place(found, list(Objective.objects.visible_to(user).order_by("starts_on", "id")), by_objective)
    return found


def _place(found: Money, objectives: Iterable[Objective], by_objective: dict[int, list[Share]]) -> None:
    """Depth first; only those that get money, by themselves or through a part."""
    known = {one.pk: one for one in objectives}
    below: dict[int | None, list[Objective]] = defaultdict(list)
    for one in known.values():
        below[one.parent_id if one.parent_id in known else None].append(one)

    def walk(parent: int | None, depth: int) -> tuple[list[Line], list[Share]]:
        lines, gathered = [], []
        for one in below.get(parent, []):
            parts, shares = walk(one.pk, depth + 1)
            shares = [*by_objective.get(one.pk, []), *shares]
            if shares:
                money = sum(share.money for share in shares)
                lines += [Line(one, depth, money, money / found.whole, sorted(shares, key=lambda share: -share.money)), *parts]
                gathered += shares
        return lines, gathered

    found.lines = walk(None, 0)[0]
    found.unserved.sort(key=lambda share: -share.money)
    found.hidden = sum(share.money for pk, shares in by_objective.items() if pk not in known for share in shares)


@dataclass(frozen=True, slots=True)
class End:
    """What stands behind a project: minutes logged and people with open work in it; none of what nobody recorded."""

    minutes: float
    people: int
    cost: Cost | None


def ends(user: Any, projects: Collection[int], *, since: date | None, to_come: bool, at: Hashable = None) -> dict[int, End]:
    """By project. `since` as in `alignment.read`; people are those who have open work now."""
    rows = list(Project.objects.visible_to(user).filter(pk__among=frozenset(projects)))
    if not rows:
        return {}
    spaces = [row.space_id for row in rows]
    done = effort(user, set(spaces)).filter(Q(month=None) if to_come else Q(month__gte=since) if since else Q(month__isnull=False))
    asked = done.order_by().values("space_id").annotate(minutes=Sum("logged")).values("space_id", "minutes").query
    logged = dict(kept_effort.fetched(*asked.sql_with_params(), at=at))  # type: ignore[arg-type]
    left = WorkItem.objects.visible_to(user).present().filter(space__among=frozenset(spaces)).exclude(state__category=State.Category.DONE)
    people = dict(left.order_by().values_list("space_id").annotate(Count("assignments__user", distinct=True)))
    known = costs(user, rows)
    return {row.pk: End(logged.get(row.space_id) or 0.0, people.get(row.space_id, 0), known.get(row.pk)) for row in rows}
