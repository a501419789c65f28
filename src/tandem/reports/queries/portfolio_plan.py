"""The master timeline: every project that a reader sees with what was planned, what the levelled plan gives, what was promised."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Q

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import Forecast, LevelledDates, LevelledPlan
from tandem.planning.status import NONE, status_of
from tandem.portfolio.models import Project
from tandem.product.models import Promise, Scope
from tandem.reports.queries.scope import below
from tandem.work.models import Baseline, BaselineDate, Link, WorkItem

PAGE = 60
OPENED = 150
_MARKS = 3000


@dataclass(frozen=True, slots=True)
class Mark:
    """A promise or a milestone on a project's line."""

    on: date
    text: str
    is_late: bool = False


@dataclass(slots=True)
class Row:
    """`planned` is the plan in force, `base` the newest baseline, `levelled` what is computed; slip: the computed end against the planned one."""

    project: Project
    planned: tuple[date, date] | None = None
    base: tuple[date, date] | None = None
    levelled: tuple[date, date] | None = None
    items: int = 0
    forecast: Forecast | None = None
    promises: list[Mark] = field(default_factory=list)
    milestones: list[Mark] = field(default_factory=list)
    waits_for: dict[int, int] = field(default_factory=dict)  # project space → links
    unseen: int = 0
    status: str = NONE

    @property
    def slip(self) -> int | None:
        return (self.levelled[1] - self.planned[1]).days if self.levelled and self.planned else None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A work item below a project that was opened."""

    id: int
    key: str
    title: str
    version: int
    is_milestone: bool
    planned: tuple[date, date] | None
    levelled: tuple[date, date]

    @property
    def slip(self) -> int | None:
        return (self.levelled[1] - self.planned[1]).days if self.planned else None

    @property
    def moves(self) -> bool:
        return self.planned != self.levelled


def newest(user: Any) -> LevelledPlan | None:
    """The plan's own figures: of no space in particular, shown to whoever is signed in."""
    # house: reads — figures of the whole, without a name; dates and moves are asked for by person
    return LevelledPlan.objects.newest_first().without_inputs().first()


@dataclass(frozen=True, slots=True)
class Page:
    """`rows`: those of this page with all that is told of them. Of all projects: how many, how many slip, the worst, and the last
    date of any; `next`: the key of the project behind which the next page begins."""

    rows: list[Row]
    total: int
    late: int
    worst: Row | None
    last: date
    next: str


def page(user: Any, plan: LevelledPlan | None, space: Space | None, after: str = "") -> Page:
    """The projects that run or are proposed, those that slip most first. As many queries for two as for two hundred."""
    found = Project.objects.visible_to(user).filter(state__in=(Project.State.RUNNING, Project.State.PROPOSED)).select_related("space")
    if space is not None:
        found = found.filter(space_id__in=below(user, space.pk))
    known = {project.space_id: Row(project) for project in found.order_by("name", "id")}
    _ends(user, plan, known)
    ordered = sorted(known.values(), key=lambda row: (-(row.slip if row.slip is not None else -9999), row.levelled is None, row.project.name, row.project.pk))
    place = next((n + 1 for n, row in enumerate(ordered) if row.project.space.key == after), 0)
    shown = ordered[place : place + PAGE]
    _told(user, {row.project.space_id: row for row in shown})
    late = [row for row in ordered if (row.slip or 0) > 0]
    last = max((day for row in ordered for span in (row.levelled, row.planned) if span for day in span), default=clock.today())
    more = shown[-1].project.space.key if place + PAGE < len(ordered) else ""
    return Page(shown, len(ordered), len(late), late[0] if late else None, last, more)


def _told(user: Any, known: dict[int, Row]) -> None:
    _bases(user, known)
    _forecasts(user, known)
    _promises(user, known)
    _milestones(user, known)
    _waits(user, known)
    today = clock.today()
    for row in known.values():
        row.status = _status(row, today)


def _status(row: Row, today: date) -> str:
    promised = min((mark.on for mark in row.promises), default=row.planned[1] if row.planned else None)
    forecast = row.forecast
    return status_of(
        promised, forecast.p50 if forecast else None, forecast.p80 if forecast else None, today=today, planned=row.levelled[1] if row.levelled else None
    )


def _ends(user: Any, plan: LevelledPlan | None, known: dict[int, Row]) -> None:
    """Computed ends stand with the plan; planned ones change with every edit."""
    for space, (first, last, count) in (plan.ends if plan else {}).items():
        if int(space) in known:
            row = known[int(space)]
            row.levelled, row.items = (datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date()), count
    planned = WorkItem.objects.visible_to(user).present().filter(space_id__in=known).order_by().values_list("space_id")
    for space, first, last in planned.annotate(a=Min("planned_start"), b=Max("planned_finish")):
        if first and last:
            known[space].planned = (first.date(), last.date())


def _bases(user: Any, known: dict[int, Row]) -> None:
    newest_of = Baseline.objects.visible_to(user).filter(space_id__in=known).order_by("space_id", "-number").distinct("space_id").values_list("id", "space_id")
    spaces = dict(newest_of)
    # house: reads — of baselines that were asked for by person above
    based = BaselineDate.objects.filter(baseline_id__in=spaces).order_by().values_list("baseline_id").annotate(a=Min("start"), b=Max("finish"))
    for baseline, first, last in based:
        if first and last:
            known[spaces[baseline]].base = (first.date(), last.date())


def _forecasts(user: Any, known: dict[int, Row]) -> None:
    by_id = {row.project.pk: row for row in known.values()}
    kind = Project._meta.label_lower
    for one in Forecast.objects.visible_to(user).filter(subject_kind=kind, subject_id__in=by_id, is_current=True).defer("detail"):
        by_id[one.subject_id].forecast = one


def _promises(user: Any, known: dict[int, Row]) -> None:
    """Open promises of features and releases that have open work in the project."""
    promises = list(Promise.objects.visible_to(user).open().select_related("feature", "release").order_by("date", "id")[:_MARKS])
    features, releases = {one.feature_id for one in promises} - {None}, {one.release_id for one in promises} - {None}
    if not promises:
        return
    holds = Q(feature__in=features) | Q(release__in=releases) | Q(feature__release__in=releases)
    spaces: dict[tuple[str, int], set[int]] = defaultdict(set)
    pairs = Scope.objects.visible_to(user).filter(holds, item__space_id__in=known).order_by()
    for space, feature, release, through in pairs.values_list("item__space_id", "feature_id", "release_id", "feature__release_id").distinct():
        for key in (("f", feature), ("r", release), ("r", through)):
            if key[1]:
                spaces[key].add(space)
    for one in promises:
        for space in spaces.get(("f", one.feature_id) if one.feature_id else ("r", one.release_id), ()):
            row = known[space]
            row.promises.append(Mark(one.date, f"{one.subject} → {one.to_whom}", bool(row.levelled and row.levelled[1] > one.date)))


def _milestones(user: Any, known: dict[int, Row]) -> None:
    rows_ = LevelledDates.objects.visible_to(user).filter(space_id__in=known, item__is_milestone=True).order_by("finish", "item_id")
    for space, title, due, planned, finish in rows_.values_list("space_id", "item__title", "item__due_on", "item__planned_finish", "finish")[:_MARKS]:
        wanted = due or (planned.date() if planned else None)
        known[space].milestones.append(Mark(finish.date(), title, bool(wanted and finish.date() > wanted)))


def _waits(user: Any, known: dict[int, Row]) -> None:
    """Open links from other projects; what one may not see is counted, not named."""
    seen = user.visible_space_ids()
    pairs = Link.objects.visible_to(user).dependencies().exclude(source__space_id=F("target__space_id")).exclude(source__state__category="done")
    pairs = pairs.filter(target__space_id__in=known, source__removed_at=None, target__removed_at=None).order_by()
    for target, source, count in pairs.values_list("target__space_id", "source__space_id").annotate(n=Count("id")):
        if source in seen:
            known[target].waits_for[source] = known[target].waits_for.get(source, 0) + count
        else:
            known[target].unseen += count


def items(user: Any, project: Project) -> tuple[list[ItemRow], int]:
    """Milestones first, then the open items in the order of the levelled plan; and how many more there are."""
    dates = LevelledDates.objects.visible_to(user).filter(space_id=project.space_id)
    ordered = dates.order_by("-item__is_milestone", "start", "finish", "item_id")
    columns = ("item_id", "item__key", "item__title", "item__version", "item__is_milestone", "item__planned_start", "item__planned_finish", "start", "finish")
    found = [
        ItemRow(pk, key, title, version, milestone, _span(first, last), (start.date(), finish.date()))
        for pk, key, title, version, milestone, first, last, start, finish in ordered.values_list(*columns)[:OPENED]
    ]
    return found, (dates.count() - len(found)) if len(found) == OPENED else 0


def _span(first: datetime | None, last: datetime | None) -> tuple[date, date] | None:
    return (first.date(), last.date()) if first and last else None


def names(user: Any, space_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Project number and name of spaces."""
    rows_ = Project.objects.visible_to(user).filter(space_id__in=space_ids).values_list("space_id", "id", "name")
    return {space: (pk, name) for space, pk, name in rows_}
