"""Figures that methods and packs name, measured in a project: by its key a figure is tied to what Tandem derives from records.

A figure of another key is measured by hand. Where there is too little, the counts say so and nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db.models import F

from tandem.governance import gaps
from tandem.governance.models import Decision, Gate, PackUse
from tandem.kit import clock
from tandem.portfolio.models import Project
from tandem.reports.queries import earned_value, own_kpis
from tandem.work.models import Sprint, WorkItem, WorkItemType

DAYS, LONG = own_kpis.DAYS, 365
ITEMS, FEW = own_kpis.NEEDED_ITEMS, 3
BUGS = ("Bug", "Defect", "缺陷")
"A type of one of these names is a bug."


@dataclass(frozen=True, slots=True)
class Value:
    """`value` None: of the `needed` records only `found` are there. `days`: of so many days before today; 0: as of now. `unit`: days,
    percent, a_week, count or ratio."""

    key: str
    value: float | None
    unit: str
    days: int
    found: int
    needed: int = 1


def of_project(user: Any, project: Project, keys: Iterable[str]) -> dict[str, Value]:
    """Of each key that is tied to a computation; a fixed number of queries for each."""
    return {key: Value(key, *_MEASURED[key](user, project)) for key in dict.fromkeys(keys) if key in _MEASURED}


_Found = tuple[float | None, str, int, int, int]


def _finished(user: Any, project: Project) -> Any:
    return own_kpis.finished(user, {project.space_id}, clock.today() - timedelta(DAYS))


def _share(held: int, of: int, days: int, needed: int) -> _Found:
    return (round(100 * held / of, 1) if of >= needed else None), "percent", days, of, needed


def _lead_time(user: Any, project: Project) -> _Found:
    """From being written down to done."""
    spans = [(end - made).total_seconds() / 86_400 for made, end in _finished(user, project).values_list("created_at", "actual_finish") if end >= made]
    return (round(median(spans), 1) if len(spans) >= ITEMS else None), "days", DAYS, len(spans), ITEMS


def _of_kpis(code: str, unit: str, days: int) -> Callable[[Any, Project], _Found]:
    def read(user: Any, project: Project) -> _Found:
        found = own_kpis.measured(code, user, {project.space_id})
        return (None if found.value is None else float(found.value)), unit, days, found.found, found.needed

    return read


def _predictability(user: Any, project: Project) -> _Found:
    rows = _finished(user, project).exclude(planned_finish=None)
    return _share(rows.filter(actual_finish__date__lte=F("planned_finish__date")).count(), rows.count(), DAYS, ITEMS)


def _defects(user: Any, project: Project) -> _Found:
    rows = _finished(user, project)
    has_type = WorkItemType.objects.visible_to(user).filter(space=project.space_id, name__in=BUGS).exists()
    return _share(rows.filter(type__name__in=BUGS).count(), rows.count() if has_type else 0, DAYS, ITEMS)


def _gates_in_time(user: Any, project: Project) -> _Found:
    rows = Gate.objects.visible_to(user).filter(project=project, is_left_out=False, passed_at__isnull=False)
    return _share(rows.filter(passed_at__date__lte=F("due_on")).count(), rows.count(), 0, 1)


def _goals(user: Any, project: Project) -> _Found:
    since = clock.now() - timedelta(LONG)
    rows = Sprint.objects.visible_to(user).filter(space=project.space_id, state=Sprint.State.CLOSED, is_goal_met__isnull=False, closed_at__gte=since)
    return _share(rows.filter(is_goal_met=True).count(), rows.count(), LONG, FEW)


def _controls_met(user: Any, project: Project) -> _Found:
    asked = [one for one in gaps.standing(list(PackUse.objects.visible_to(user).filter(project=project).select_related("pack_version__pack"))) if one.state != gaps.LEFT_OUT]
    return _share(sum(one.state == gaps.HOLDS for one in asked), len(asked), 0, 1)


def _overdue(user: Any, project: Project) -> _Found:
    """Open work past its due date."""
    rows = WorkItem.objects.visible_to(user).open().filter(space=project.space_id, due_on__isnull=False)
    count = rows.count()
    return (float(rows.filter(due_on__lt=clock.today()).count()) if count else None), "count", 0, count, 1


def _time_to_decide(user: Any, project: Project) -> _Found:
    since = clock.today() - timedelta(LONG)
    rows = Decision.objects.visible_to(user).filter(space=project.space_id, change_request=None, decided_on__gte=since)
    spans = [max((on - made.date()).days, 0) for made, on in rows.values_list("created_at", "decided_on")]
    return (float(median(spans)) if len(spans) >= FEW else None), "days", LONG, len(spans), FEW


def _index(name: str) -> Callable[[Any, Project], _Found]:
    def read(user: Any, project: Project) -> _Found:
        units = earned_value.units_of(user, project.space_id)
        found = earned_value.project(user, project.space, units[0]) if units else None
        value = getattr(found.found, name) if found is not None and found.found is not None else None
        return (None if value is None else round(float(value), 2)), "ratio", 0, len(found.pieces) if found is not None and value is not None else 0, 1

    return read


_MEASURED: dict[str, Callable[[Any, Project], _Found]] = {
    "lead_time": _lead_time, "cycle": _of_kpis("cycle_time", "days", DAYS), "throughput": _of_kpis("throughput", "a_week", DAYS // 7 * 7), "predictability": _predictability,
    "defects": _defects, "gates_in_time": _gates_in_time, "goals": _goals, "controls_met": _controls_met, "overdue": _overdue, "time_to_decide": _time_to_decide,
    "spi": _index("spi"), "cpi": _index("cpi"),
}  # fmt: skip
KEYS = tuple(_MEASURED)
