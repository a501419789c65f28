"""Two baselines by name, project by project: what each said about the end, and where they differ most."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min

from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.reports.queries.scope import below
from tandem.work.models import Baseline, BaselineDate, WorkItem

NOW = ""
"""Not a baseline: what is planned now."""
_NAMES, _ITEMS = 100, 300


@dataclass(slots=True)
class Pair:
    project: Project
    first: tuple[date, date] | None = None
    second: tuple[date, date] | None = None

    @property
    def days(self) -> int | None:
        return (self.second[1] - self.first[1]).days if self.first and self.second else None


@dataclass(frozen=True, slots=True)
class ItemPair:
    id: int
    key: str
    title: str
    first: tuple[date, date] | None
    second: tuple[date, date] | None

    @property
    def days(self) -> int | None:
        return (self.second[1] - self.first[1]).days if self.first and self.second else None


def names(user: Any, space: Space | None) -> list[str]:
    """Names of baselines, those that most projects share first, then the newest."""
    rows = Baseline.objects.visible_to(user)
    if space is not None:
        rows = rows.filter(space_id__in=below(user, space.pk))
    found = rows.order_by().values_list("name").annotate(n=Count("space_id", distinct=True), last=Max("created_at")).order_by("-n", "-last", "name")
    return [name for name, _n, _last in found[:_NAMES]]


def compare(user: Any, space: Space | None, first: str, second: str) -> list[Pair]:
    """Projects that have the first; those whose end moved most come first."""
    projects = Project.objects.visible_to(user).select_related("space")
    if space is not None:
        projects = projects.filter(space_id__in=below(user, space.pk))
    before = _spans(user, first)
    found = {one.space_id: Pair(one, before[one.space_id]) for one in projects.filter(space_id__in=before)}
    after = _spans(user, second) if second != NOW else _planned(user, set(found))
    for pk, pair in found.items():
        pair.second = after.get(pk)
    return sorted(found.values(), key=lambda one: (-abs(one.days or 0), one.days is None, one.project.name))


def _spans(user: Any, name: str) -> dict[int, tuple[date, date]]:
    """Of several baselines of one name in a project the newest."""
    spaces = dict(Baseline.objects.visible_to(user).filter(name=name).order_by("space_id", "-number").distinct("space_id").values_list("id", "space_id"))
    # house: reads — of baselines that were asked for by person above
    rows = BaselineDate.objects.filter(baseline_id__in=spaces).order_by().values_list("baseline_id").annotate(a=Min("start"), b=Max("finish"))
    return {spaces[pk]: (a.date(), b.date()) for pk, a, b in rows if a and b}


def _planned(user: Any, spaces: set[int]) -> dict[int, tuple[date, date]]:
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__in=spaces).order_by().values_list("space_id")
    return {pk: (a.date(), b.date()) for pk, a, b in rows.annotate(a=Min("planned_start"), b=Max("planned_finish")) if a and b}


def detail(user: Any, project_id: int, first: str, second: str) -> tuple[Project, list[ItemPair], int] | None:
    """The items of one project that differ, those that moved most first; and how many there are."""
    project = Project.objects.visible_to(user).filter(pk=project_id).first()
    if project is None:
        return None
    before = _items(user, project.space_id, first)
    after = _items(user, project.space_id, second)
    differing = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
    rows = WorkItem.objects.visible_to(user).filter(space_id=project.space_id, pk__in=differing).values_list("id", "key", "title")
    found = [ItemPair(pk, key, title, before.get(pk), after.get(pk)) for pk, key, title in rows]
    found.sort(key=lambda one: (one.days is None, -abs(one.days or 0), one.key))
    return project, found[:_ITEMS], len(found)


def _items(user: Any, space_id: int, name: str) -> dict[int, tuple[date, date]]:
    if name == NOW:
        rows = WorkItem.objects.visible_to(user).present().filter(space_id=space_id).values_list("id", "planned_start", "planned_finish")
    else:
        one = Baseline.objects.visible_to(user).filter(space_id=space_id, name=name).order_by("-number").first()
        if one is None:
            return {}
        rows = one.dates.values_list("item_id", "start", "finish")
    return {pk: (a.date(), b.date()) for pk, a, b in rows if a and b}
