"""Figures that methods and packs name, measured in a project."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from tandem.portfolio.models import Project
from tandem.reports.queries import method_figures


class FigureValue(BaseModel):
    """`value` is null while of the `needed` records only `found` are there; `unit`: days, percent, a_week, count or ratio; `days`: of so many
    days before today, 0 as of now. What is measured by hand does not stand here, but among `by_hand`."""

    key: str
    name: str
    value: float | None
    unit: str
    days: int
    found: int
    needed: int


def figures(user: Any, project: Project, named: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Of each (key, name): what is measured, and what is measured by hand."""
    names = dict(named)
    found = method_figures.of_project(user, project, names)
    return {"figures": [{"name": names[key], **asdict(one)} for key, one in found.items()], "by_hand": [name for key, name in names.items() if key not in found]}
