"""The master timeline: every project that a reader sees with what was planned, what the levelled plan gives, what was promised."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Min

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import Forecast, LevelledDates, LevelledPlan
from tandem.planning.status import NONE, WORST_FIRST, status_of
from tandem.portfolio.models import Project
from tandem.product.models import Promise, Scope
from tandem.reports.queries.scope import below
from tandem.work.models import Baseline, BaselineDate, Link, WorkItem

MOST_ROWS = 200
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


def rows(user: Any, space: Space | None) -> list[Row]:
    """The projects that run or are proposed, those that slip most first. As many queries for two as for two hundred."""
    found = Project.objects.visible_to(user).filter(state__in=(Project.State.RUNNING, Project.State.PROPOSED)).select_related("space")
    if space is not None:
        found = found.filter(space_id__in=below(user, space.pk))
    known = {project.space_id: Row(project) for project in found.order_by("name", "id")[:MOST_ROWS]}
    _dates(user, known)
    _forecasts(user, known)
    _promises(user, known)
    _milestones(user, known)
    _waits(user, known)
    today = clock.today()
    for row in known.values():
        row.status = _status(row, today)
    rank = {state: n for n, state in enumerate(WORST_FIRST)}
    return sorted(known.values(), key=lambda row: (-(row.slip if row.slip is not None else -9999), rank[row.status], row.project.name))


def _status(row: Row, today: date) -> str:
    promised = min((mark.on for mark in row.promises), default=row.planned[1] if row.planned else None)
    forecast = row.forecast
    return status_of(
        promised, forecast.p50 if forecast else None, forecast.p80 if forecast else None, today=today, planned=row.levelled[1] if row.levelled else None
    )


def _dates(user: Any, known: dict[int, Row]) -> None:
    levelled = LevelledDates.objects.visible_to(user).filter(space_id__in=known).order_by().values_list("space_id")
    for space, first, last, count in levelled.annotate(a=Min("start"), b=Max("finish"), n=Count("item_id")):
        known[space].levelled, known[space].items = (first.date(), last.date()), count
    planned = WorkItem.objects.visible_to(user).present().filter(space_id__in=known).order_by().values_list("space_id")
    for space, first, last in planned.annotate(a=Min("planned_start"), b=Max("planned_finish")):
        if first and last:
            known[space].planned = (first.date(), last.date())
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
    for of in ("feature", "release", "feature__release"):
        scopes = Scope.objects.visible_to(user).filter(item__space_id__in=known, **{f"{of}__promises__replaced_by": None, f"{of}__promises__withdrawn_on": None, f"{of}__promises__kept_on": None})
        pairs = scopes.exclude(**{f"{of}__promises": None}).order_by().values_list("item__space_id", f"{of}__promises").distinct()[:_MARKS]
        wanted = defaultdict(set)
        for space, promise in pairs:
            wanted[promise].add(space)
        for one in Promise.objects.visible_to(user).open().filter(pk__in=wanted).select_related("feature", "release"):
            for space in wanted[one.pk]:
                row = known[space]
                late = bool(row.levelled and row.levelled[1] > one.date)
                mark = Mark(one.date, f"{one.subject} → {one.to_whom}", late)
                if mark not in row.promises:
                    row.promises.append(mark)


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
