"""The open work of some projects as nodes of one network: what is counted from history, what is reckoned from estimates, and what
waits for what. One query per table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tandem.compute.forecasting.history import NotEnough
from tandem.compute.forecasting.throughput import When, when
from tandem.compute.scheduling.network import LinkType
from tandem.kit import clock
from tandem.people.models import Space
from tandem.people.scoping import open_below
from tandem.planning import runs, workdays
from tandem.planning.calendars import Calendars, day_of
from tandem.planning.models import ComputedDates, LevelledDates
from tandem.planning.pace import Pace, pace_of
from tandem.planning.scope import FEATURE, Reading
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.work.models import Assignment, Constraint, Link, WorkItem

DAY = 480
TRIALS = 2_000
"Of a throughput only three percentiles go into the network."
LINKED = 0.5
"From so many of its open items in links a project is a network, also where nobody said how long they take."
Levelled = Mapping[int, tuple[datetime, datetime]]
_TYPES = {"FS": LinkType.FS, "blocks": LinkType.FS, "SS": LinkType.SS, "FF": LinkType.FF, "SF": LinkType.SF}
_SHOWN = (
    "id", "space_id", "parent_id", "type__name", "duration_minutes", "is_duration_elapsed", "remaining_minutes", "percent_complete", "constraint",
    "constraint_at", "is_manual", "is_milestone", "is_summary", "actual_start", "planned_start", "planned_finish",
)  # fmt: skip


@dataclass(slots=True)
class Task:
    """An open item that is reckoned from its estimate. `days`: working days that are left, None where nobody said; it does not
    begin before `earliest` (working days from now)."""

    id: int
    space_id: int
    type: str
    days: float | None
    earliest: int
    is_milestone: bool
    who: tuple[int, ...]
    is_begun: bool


@dataclass(slots=True)
class Counted:
    """Open items that leave through a throughput: of a feature, or of a project of which nobody planned a network."""

    node: str
    items: frozenset[int]
    answer: When
    pace: Pace
    team: int


@dataclass(slots=True)
class Arrow:
    """A dependency between open items or containers, in working days; `part`: of the predecessor's length."""

    source: int
    target: int
    type: LinkType
    lag: float
    part: float | None


@dataclass(slots=True)
class RangeWork:
    """`tasks`: every open item, as it would be reckoned by itself. `below`: container → open items under it.
    `parents`: container → the open container around it. `features`: feature → its open items. `lost`: links and outside predecessors that could not be kept."""

    on: date
    days: workdays.Workdays
    tasks: dict[int, Task] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    below: dict[int, list[int]] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    features: dict[int, list[int]] = field(default_factory=dict)
    planned_end: date | None = None
    lost: int = 0
    is_levelled: bool = False
    projects: tuple[int, ...] = ()

    @property
    def items(self) -> int:
        return len(self.tasks)


def type_of(kind: str) -> LinkType:
    """Of a link between items; one that blocks lets begin when it is finished."""
    return _TYPES[kind]


def read(space_id: int, projects: Sequence[Project], levelled: Levelled | None = None) -> RangeWork:
    """The open work of these projects, on the calendar of that space, as of today, or the last day of imported histories. `levelled`: the
    dates of a plan that nobody stored, in the place of the one that stands."""
    spaces = [project.space_id for project in projects]
    features = Feature.objects.filter(scope__item__space_id__in=spaces, scope__item__removed_at=None).distinct().order_by("id")
    reading = Reading([*projects, *features])
    on = _as_of(projects)
    calendars = Calendars([space_id], clock.today())
    work = RangeWork(on, workdays.after(calendars.of_space(space_id), on), projects=tuple(sorted(project.pk for project in projects)))
    rows = _open(spaces, reading)
    parents = set(WorkItem.objects.in_spaces(spaces).present().exclude(parent=None).values_list("parent_id", flat=True))
    leaves = {row["id"]: row for row in rows if row["id"] not in parents and (not row["is_summary"] or row["is_milestone"])}
    containers = {row["id"]: row for row in rows if row["id"] not in leaves}
    _below(work, leaves, containers)
    for subject in reading.subjects:
        if subject.ref.kind == FEATURE and (items := sorted(item.id for item in subject.open_items if item.id in leaves)):
            work.features[subject.ref.id] = items
    links = _links(work, set(leaves) | set(containers), levelled)
    starts = _levelled_starts(leaves, levelled)
    work.is_levelled = bool(starts)
    _tasks(work, leaves, containers, links, projects, starts)
    _count(work, reading, leaves)
    ends = [day for row in leaves.values() if (day := day_of(row["planned_finish"]))]
    work.planned_end = max(ends, default=None)
    return work


def _as_of(projects: Sequence[Project]) -> date:
    ends = [project.as_of for project in projects]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else clock.today()


def _open(spaces: Sequence[int], reading: Reading) -> list[dict[str, Any]]:
    """What is open, also by the clock that its project has set."""
    found = WorkItem.objects.in_spaces(spaces).open().order_by("id").values(*_SHOWN)
    return [row for row in found if (item := reading.items.get(row["id"])) is None or not (item.is_done or item.is_given_up)]


def _below(work: RangeWork, leaves: dict[int, dict[str, Any]], containers: dict[int, dict[str, Any]]) -> None:
    work.parents = {pk: row["parent_id"] for pk, row in containers.items() if row["parent_id"] in containers}
    for pk, row in leaves.items():
        parent, seen = row["parent_id"], set[int]()
        while parent in containers and parent not in seen:
            seen.add(parent)
            work.below.setdefault(parent, []).append(pk)
            parent = containers[parent]["parent_id"]


def _levelled_starts(leaves: dict[int, dict[str, Any]], levelled: Levelled | None) -> dict[int, datetime]:
    if levelled is not None:
        return {pk: levelled[pk][0] for pk in leaves if pk in levelled}
    return dict(LevelledDates.objects.filter(item_id__in=leaves).values_list("item_id", "start"))


def _links(work: RangeWork, known: set[int], levelled: Levelled | None) -> dict[int, int]:
    """Arrows between what is open; of a predecessor elsewhere the day until which it holds its successor, in working days."""
    rows = Link.objects.dependencies().filter(target_id__in=known, source__removed_at=None).order_by("id")
    held: dict[int, int] = defaultdict(int)
    outside = []
    for source, target, kind, lag, percent, elapsed, done in rows.values_list("source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed", "source__state__category"):
        days = lag / DAY * (5 / 21 if elapsed else 1)
        if source in known:
            work.arrows.append(Arrow(source, target, _TYPES[kind], 0.0 if percent is not None else days, percent / 100 if percent is not None else None))
        elif done != "done":
            outside.append((source, target, _TYPES[kind], days))
    ends = _ends({source for source, *_ in outside}, levelled)
    for source, target, kind, days in outside:
        if source not in ends or kind not in (LinkType.FS, LinkType.SS):
            work.lost += 1
            continue
        start, finish = ends[source]
        at = work.days.until(finish) if kind == LinkType.FS else work.days.until(start) - 1
        held[target] = max(held[target], round(at + days))
    return held


def _ends(ids: set[int], levelled: Levelled | None) -> dict[int, tuple[date, date]]:
    """From when to when: as levelled, else as computed, else as planned."""
    found: dict[int, tuple[date, date]] = {}
    for rows in (
        WorkItem.objects.filter(id__in=ids).exclude(planned_start=None).exclude(planned_finish=None).values_list("id", "planned_start", "planned_finish"),
        ComputedDates.objects.filter(item_id__in=ids).values_list("item_id", "start", "finish"),
        LevelledDates.objects.filter(item_id__in=ids if levelled is None else ()).values_list("item_id", "start", "finish"),
        [(pk, *levelled[pk]) for pk in ids if pk in levelled] if levelled is not None else (),
    ):
        found.update({pk: (start.date(), finish.date()) for pk, start, finish in rows})
    return found


def _tasks(work: RangeWork, leaves: dict[int, dict[str, Any]], containers: dict[int, dict[str, Any]], held: dict[int, int], projects: Sequence[Project], levelled: dict[int, datetime]) -> None:
    people: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item, who, share in Assignment.objects.filter(item_id__in=leaves).order_by("id").values_list("item_id", "user_id", "share"):
        people[item].append((who, share))
    starts = {project.space_id: project.starts_on for project in projects}
    above: dict[int, list[int]] = defaultdict(list)
    for container, items in work.below.items():
        for pk in items:
            above[pk].append(container)
    for pk, row in leaves.items():
        is_begun = row["actual_start"] is not None
        days = [starts.get(row["space_id"]), *(_release(containers[one]) for one in above[pk]), _release(row)]
        if pk in levelled:
            days.append(levelled[pk].date())
        earliest = 0 if is_begun else max([0, *(work.days.until(day) - 1 for day in days if day), *(held.get(one, 0) for one in (pk, *above[pk]))])
        who = tuple(sorted(person for person, _share in people[pk]))
        work.tasks[pk] = Task(pk, row["space_id"], row["type__name"], _length(row, people[pk], work.days), earliest, row["is_milestone"], who, is_begun)


def _release(row: dict[str, Any]) -> date | None:
    """Not before that day, as people said."""
    if row["constraint"] in (Constraint.SNET, Constraint.MSO):
        return day_of(row["constraint_at"])
    return day_of(row["planned_start"]) if row["is_manual"] else None


def _length(row: dict[str, Any], people: list[tuple[int, int]], days: workdays.Workdays) -> float | None:
    """Working days that are left: of its own duration, else of its effort, by who does most of it, else from its planned start to its
    planned finish."""
    if row["is_milestone"]:
        return 0.0
    if row["duration_minutes"] is not None:
        left = row["duration_minutes"] * (100 - row["percent_complete"]) / 100
        return float(left / DAY * (5 / 21 if row["is_duration_elapsed"] else 1))
    if row["remaining_minutes"] is None:
        start, finish = day_of(row["planned_start"]), day_of(row["planned_finish"])
        if start is None or finish is None or finish < start:
            return None
        return float(days.calendar.working_days(start, finish).sum() * (100 - row["percent_complete"]) / 100)
    together = sum(share for _who, share in people)
    return float(row["remaining_minutes"] / DAY * (max(share for _who, share in people) / together if together else 1))


def _count(work: RangeWork, reading: Reading, leaves: dict[int, dict[str, Any]]) -> None:
    """Features first, then what is left of each project of which nobody planned a network; each only with enough history."""
    networks = _networks(work, leaves)
    free = {pk for pk, row in leaves.items() if row["duration_minutes"] is None and not row["is_milestone"]}
    homes = {row["space_id"] for row in leaves.values()}
    for subject in sorted(reading.subjects, key=lambda one: (one.ref.kind != FEATURE, one.ref.id)):
        if subject.is_over and subject.ref.kind == FEATURE:
            continue
        is_feature = subject.ref.kind == FEATURE
        own = frozenset(item.id for item in subject.open_items if item.id in free)
        if not own or (not is_feature and subject.row.space_id in networks):
            continue
        pace = pace_of(reading, subject, work.on)
        beside = pace.total - pace.remaining if is_feature else pace.remaining - len(own)
        found = when(pace.history, len(own) + beside, trials=TRIALS, seed=runs.seed_of(*subject.ref))
        if isinstance(found, NotEnough) or found.p95 is None:
            continue
        team = subject.spaces.most_common(1)[0][0] if is_feature else subject.row.space_id
        work.counted.append(Counted(f"{'feature' if is_feature else 'project'}:{subject.ref.id}", own, found, pace, team if team in homes else 0))
        free -= own


def _networks(work: RangeWork, leaves: dict[int, dict[str, Any]]) -> set[int]:
    """Projects that somebody planned: a duration somewhere, or most of their open items in links."""
    linked = {end for arrow in work.arrows for end in (arrow.source, arrow.target)}
    total: dict[int, int] = defaultdict(int)
    bound: dict[int, int] = defaultdict(int)
    found = set()
    for pk, row in leaves.items():
        total[row["space_id"]] += 1
        bound[row["space_id"]] += pk in linked
        if row["duration_minutes"] is not None and not row["is_milestone"]:
            found.add(row["space_id"])
    return found | {space for space, count in total.items() if bound[space] >= LINKED * count}


def projects_of(space: Space) -> list[Project]:
    """The running and proposed projects of a space and below it, without those that stand in a confidential space."""
    rows = Project.objects.filter(state__in=(Project.State.RUNNING, Project.State.PROPOSED), space__in=open_below(space.pk))
    return list(rows.select_related("space").order_by("id"))
