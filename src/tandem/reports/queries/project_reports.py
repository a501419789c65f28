"""The course of reports: one query for the reports of many projects, computed by `portfolio.courses`."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from tandem.portfolio.courses import Course, Difference, Point, Step, course, state_of
from tandem.portfolio.models import Project, ProjectReport

__all__ = ["Course", "Difference", "Line", "Step", "courses", "of_project", "state_of"]

_POINT = (
    "id", "on", "planned_finish", "original_finish", "budget", "original_budget", "rating", "said",
    "stated_slip_days", "stated_slip_step", "stated_growth", "stated_growth_step",
)  # fmt: skip
_LINE = ("project_id", "source_name", "department", "category", "phase", "currency", "project__name")


class Line(NamedTuple):
    """One project as one source reports it; department, category and phase as its newest report has them."""

    project_id: int
    name: str
    source: str
    department: str
    category: str
    phase: str
    currency: str
    course: Course


def courses(rows: Any) -> list[Line]:
    """Of the given reports (already those that the asker sees): a line for each project and source."""
    found = rows.order_by("project_id", "source_name", "on", "id").values_list(*_LINE, *_POINT)
    return [_line(list(group)) for _key, group in groupby(found, key=lambda row: (row[0], row[1]))]


def of_project(user: Any, project: Project) -> list[Line]:
    return courses(ProjectReport.objects.visible_to(user).filter(project=project))


def _line(rows: list[tuple[Any, ...]]) -> Line:
    width = len(_LINE)
    project_id, source, department, category, phase, currency, name = rows[-1][:width]
    currency = _newest(rows, 5) or currency
    points = [_in(currency, row[5], Point(*row[width:])) for row in rows]
    return Line(
        project_id, name, source, _newest(rows, 2) or department, _newest(rows, 3) or category, _newest(rows, 4) or phase,
        currency, course(points),
    )  # fmt: skip


def _in(currency: str, own: str, point: Point) -> Point:
    """An amount in another currency is none that could be compared."""
    if own in ("", currency):
        return point
    return point._replace(budget=None, original_budget=None, stated_growth=None, stated_growth_step=None)


def _newest(rows: Iterable[tuple[Any, ...]], at: int) -> str:
    return next((row[at] for row in reversed(list(rows)) if row[at]), "")
