"""A plan scenario as a reader sees it: what would be otherwise in dates, promises, load and, for who may see rates, cost."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tandem.people.access import Permission, may
from tandem.people.models import Space, User
from tandem.planning import plan_refusals
from tandem.planning.actions import plan_scenarios as actions
from tandem.planning.models import LevelledPlan, PlanChange, PlanScenario
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries import plan_value
from tandem.reports.queries.plan_value import ValueLine
from tandem.resources.models import Booking
from tandem.resources.rate_book import RateBook
from tandem.work.models import WorkItem

PAGE = 60
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class ProjectLine:
    project: Project
    before: Span | None
    after: Span | None

    @property
    def days(self) -> int | None:
        return (self.after[1] - self.before[1]).days if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class PromiseLine:
    promise: Promise
    on: date
    before: date | None
    after: date | None
    then: date | None = None

    @property
    def verdict(self) -> str:
        """kept, broken: by this scenario, where it was otherwise; else later or earlier; gone: no work for it is planned any more;
        same: only the promise is another."""
        if self.after is None:
            return "gone"
        was_kept, is_kept = self.before is not None and self.before <= self.on, self.after <= (self.then or self.on)
        if was_kept != is_kept:
            return "kept" if is_kept else "broken"
        if self.before == self.after:
            return "same"
        return "earlier" if self.before and self.after < self.before else "later"


@dataclass(frozen=True, slots=True)
class LoadLine:
    """Hours of a person in the projects that the reader sees."""

    person: str
    person_id: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`what` is the name of the subject; `moved`: what was changed live since, as (field, then, now); `problem`: why it cannot be
    carried out, as a code with its parameters."""

    change: PlanChange
    what: str
    item: WorkItem | None
    project: Project | None
    moved: list[tuple[str, Any, Any]]
    problem: tuple[str, dict[str, Any]] | None = None
    names: dict[int, str] = field(default_factory=dict)
    # a promise, feature or release; of money that moves the project that gets it
    subject: Any = None
    to: Project | None = None


@dataclass(slots=True)
class Picture:
    projects: list[ProjectLine] = field(default_factory=list)
    unseen: int = 0
    promises: list[PromiseLine] = field(default_factory=list)
    unseen_promises: int = 0
    load: list[LoadLine] = field(default_factory=list)
    cost: dict[str, tuple[Decimal, Decimal]] | None = None
    unpriced: float = 0.0
    value: list[ValueLine] = field(default_factory=list)
    values: dict[str, Decimal] = field(default_factory=dict)
    is_current: bool = True


def listed(user: Any, after: int) -> tuple[list[PlanScenario], int | None]:
    rows = PlanScenario.objects.visible_to(user).select_related("space", "opened_by").order_by("-id")
    found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def changes(user: Any, scenario: PlanScenario) -> tuple[list[ChangeLine], int]:
    """Those that the reader sees, and how many they do not."""
    total = scenario.changes.count()
    rows = list(PlanChange.objects.visible_to(user).filter(scenario=scenario).select_related("by", "space", "scenario").order_by("id"))
    kinds = PlanChange.Kind
    items = WorkItem.objects.visible_to(user).in_bulk([row.subject for row in rows if row.kind in (kinds.ITEM, kinds.DROP)])
    projects = {row.space_id: row for row in Project.objects.visible_to(user).filter(space_id__in={row.space_id for row in rows}).select_related("space")}
    bookings = Booking.objects.visible_to(user).select_related("person", "job_role", "team").in_bulk([row.subject for row in rows if row.kind in (kinds.BOOKING, kinds.UNBOOK)])
    subjects = _subjects(user, rows)
    takers = Project.objects.visible_to(user).in_bulk({row.values["to"] for row in rows if row.kind == kinds.TRANSFER})
    problems = {pk: (code, params) for pk, code, params in (scenario.outcome or {}).get("refused", ())}
    moved: dict[int, list[tuple[str, Any, Any]]] = {}
    for change, name, then, now in actions.moved(rows) if scenario.state in (PlanScenario.State.OPEN, PlanScenario.State.ASKED) else ():
        moved.setdefault(change.pk, []).append((name, then, now))
    wanted = {row.subject for row in rows if row.kind == kinds.AWAY} | {pk for row in rows for pk in row.values.get("assignees", ())}
    wanted |= {pk for told in moved.values() for name, then, now in told if name == "assignees" for pk in (*(then or ()), *(now or ()))}
    wanted |= {row.values["person"] for row in rows if row.kind == kinds.BOOK} | {int(pk) for row in rows for pk in row.values.get("shares", ())}
    wanted |= {int(pk) for told in moved.values() for name, then, now in told if name == "shares" for pk in (*(then or ()), *(now or ()))}
    people = dict(User.objects.visible_to(user).filter(pk__in=wanted).values_list("id", "name"))
    found = []
    for row in rows:
        item, project = items.get(row.subject) if row.kind in (kinds.ITEM, kinds.DROP) else None, projects.get(row.space_id)
        is_project, subject = row.kind in (kinds.ADD, kinds.PROJECT, kinds.BOOK, *PlanChange.OF_MONEY), subjects.get((row.kind, row.subject))
        what = f"{item.key} {item.title}" if item else str(subject) if subject else people.get(row.subject, "") if row.kind == kinds.AWAY else project.name if project and is_project else ""
        if (booking := bookings.get(row.subject) if row.kind in (kinds.BOOKING, kinds.UNBOOK) else None) is not None:
            what = f"{booking.person or booking.job_role or booking.team} · {project.name if project else ''}"
        found.append(ChangeLine(
            row, what, item, project if is_project else None, moved.get(row.pk, []), plan_refusals.told(user, row, *problems[row.pk]) if row.pk in problems else None, people, subject,
            takers.get(row.values["to"]) if row.kind == kinds.TRANSFER else None,
        ))  # fmt: skip
    return found, total - len(rows)


def _subjects(user: Any, rows: list[PlanChange]) -> dict[tuple[str, int], Any]:
    """Promises, features and releases that are changed, as far as the reader sees them."""
    found: dict[tuple[str, int], Any] = {}
    for kind, model in ((PlanChange.Kind.PROMISE, Promise), (PlanChange.Kind.FEATURE, Feature), (PlanChange.Kind.RELEASE, Release)):
        wanted = [row.subject for row in rows if row.kind == kind]
        if wanted:
            seen = model.objects.visible_to(user).filter(pk__in=wanted)
            found |= {(kind, one.pk): one for one in (seen.select_related("feature", "release") if model is Promise else seen)}
    return found


def picture(user: Any, scenario: PlanScenario) -> Picture | None:
    """None while it was never computed."""
    outcome = scenario.outcome
    if outcome is None:
        return None
    found = Picture(is_current=scenario.computed_of == actions.digest(list(scenario.changes.order_by("id"))))
    known = {p.space_id: p for p in Project.objects.visible_to(user).filter(space_id__in=[row[0] for row in outcome["projects"]]).select_related("space")}
    for space, *days in outcome["projects"]:
        first = [date.fromisoformat(day) if day else None for day in days]
        if space in known:
            found.projects.append(ProjectLine(known[space], _span(first[0], first[1]), _span(first[2], first[3])))
    found.unseen = len(outcome["projects"]) - len(found.projects)
    promised = {p.pk: p for p in Promise.objects.visible_to(user).filter(pk__in=[row[0] for row in outcome["promises"]]).select_related("feature", "release")}
    for pk, on, before, after, *then in outcome["promises"]:
        if pk in promised:
            days = [date.fromisoformat(day) if day else None for day in (before, after, *then)]
            found.promises.append(PromiseLine(promised[pk], date.fromisoformat(on), *days))
    found.unseen_promises = len(outcome["promises"]) - len(found.promises)
    _load(user, outcome["load"], found)
    ends = {line.project.space_id: line.days for line in found.projects if line.days}
    found.value = plan_value.lines(user, ends, [(line.promise, (line.after - line.before).days) for line in found.promises if line.before and line.after])
    found.values = plan_value.sums(found.value)
    return found


def newest_plan() -> int | None:
    """The plan that stands now: a picture of an older one is told to be older."""
    return LevelledPlan.objects.newest_first().values_list("pk", flat=True).first()  # house: reads — a number only


def _span(first: date | None, last: date | None) -> Span | None:
    return (first, last) if first and last else None


def _load(user: Any, rows: list[list[Any]], found: Picture) -> None:
    seen = set(Space.objects.visible_to(user).filter(pk__in={row[1] for row in rows}).values_list("id", flat=True))
    mine = [row for row in rows if row[1] in seen]
    sums: dict[int, list[float]] = {}
    for person, _space, _month, before, after in mine:
        one = sums.setdefault(person, [0.0, 0.0])
        one[0], one[1] = one[0] + before / 60, one[1] + after / 60
    names = dict(User.objects.visible_to(user).filter(pk__in=sums).values_list("id", "name"))
    lines = [LoadLine(names[pk], pk, before, after) for pk, (before, after) in sums.items() if pk in names and round(before, 1) != round(after, 1)]
    found.load = sorted(lines, key=lambda line: -abs(line.after - line.before))
    root = Space.objects.visible_to(user).root()
    if root is None or not may(user, Permission.SEE_RATES, root.pk):
        return
    found.cost = {}
    book = RateBook((row[0] for row in mine), asker=user)
    for person, space, month, before, after in mine:
        rate = book.rate_on(person, date.fromisoformat(f"{month}-01"), space)
        if rate is None:
            found.unpriced += abs(after - before) / 60
            continue
        now = found.cost.get(rate.currency, (Decimal(0), Decimal(0)))
        found.cost[rate.currency] = (now[0] + rate.cost * before / 60, now[1] + rate.cost * after / 60)
