"""Reports of projects: written by hand, by the API, or taken over from a source's file many at once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction

from tandem.history.record import record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.portfolio.models import Project, ProjectReport

_DO = Permission.EDIT_PLAN
_UNRECORDED = {"values"}  # the source's own writing stands in the row; an event of it would double it


class Reported(NamedTuple):
    """One report of a file: its project, and the fields that the source fills."""

    project: Project
    values: dict[str, Any]


class Outcome(NamedTuple):
    """How many were new, corrected, and there already."""

    new: int
    corrected: int
    same: int


def create(*, actor: Any, project: Project, way: str = ProjectReport.Way.HAND, **values: Any) -> ProjectReport:
    """One report for a day and a source; the day is not in the future."""
    require(actor, _DO, project.space_id)
    _check(project, None, values)
    return writing.create(
        ProjectReport, actor=actor, permission=_DO, verb="project_report.created", space=project.space, project=project,
        way=way, written_by=actor, **values,
    )  # fmt: skip


def change(*, actor: Any, project_report: ProjectReport, version: int | None, **values: Any) -> ProjectReport:
    """A correction; what it said before stays in the history."""
    require(actor, _DO, project_report.space_id)
    _check(project_report.project, project_report, values)
    return writing.change(
        project_report, actor=actor, permission=_DO, verb="project_report.changed", version=version, **values
    )


def remove(*, actor: Any, project_report: ProjectReport, version: int | None = None) -> None:
    """Written for a wrong day: gone from the course, kept in the history."""
    writing.remove(project_report, actor=actor, permission=_DO, verb="project_report.removed", version=version)


def take_many(*, actor: Any, rows: Iterable[Reported], source: str) -> Outcome:
    """All or none, as the source has them: the same again changes nothing. Of several for one day the last one holds."""
    wanted = {(row.project.pk, row.values["on"]): row for row in rows}
    for space_id in {row.project.space_id for row in wanted.values()}:
        require(actor, _DO, space_id)
    with transaction.atomic():
        projects = sorted({pk for pk, _on in wanted})
        list(Project.objects.select_for_update(no_key=True).filter(pk__in=projects).order_by("pk").values_list("pk"))
        known = ProjectReport.objects.filter(project_id__in=projects, source_name=source)
        present = {(one.project_id, one.on): one for one in known}
        made, changed = [], []
        for key, row in sorted(wanted.items()):
            old = present.get(key)
            if old is None:
                made.append(_made(actor, row, source))
            elif differing := {f: v for f, v in row.values.items() if getattr(old, f) != v}:
                before = {f: getattr(old, f) for f in differing}
                old.write(expected=None, **differing)
                changed.append((old, {f: [before[f], v] for f, v in differing.items() if f not in _UNRECORDED}, {}))
        ProjectReport.objects.bulk_create(made, batch_size=500)
        if made:
            record_many("project_report.created", [(one, {"on": [None, one.on]}, {}) for one in made], actor=actor)
        if changed:
            record_many("project_report.changed", changed, actor=actor)
    return Outcome(len(made), len(changed), len(wanted) - len(made) - len(changed))


def _made(actor: Any, row: Reported, source: str) -> ProjectReport:
    return ProjectReport(
        space_id=row.project.space_id, project=row.project, source_name=source, way=ProjectReport.Way.FILE, written_by=actor,
        **row.values,
    )  # fmt: skip


def _check(project: Project, row: ProjectReport | None, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    if one("on") > clock.today():
        raise Refused("day_in_future", field="on")
    if one("planned_start") and one("planned_finish") and one("planned_finish") < one("planned_start"):
        raise Refused("period_reversed", field="planned_finish")
    if any(one(name) is not None for name in ("budget", "original_budget", "spent")) and not one("currency"):
        raise Refused("currency_missing", field="currency")
    if one("currency") and not (len(one("currency")) == 3 and one("currency").isascii() and one("currency").isupper()):
        raise Refused("currency_malformed", field="currency", currency=one("currency"))
    others = ProjectReport.objects.filter(project=project, on=one("on"), source_name=one("source_name") or "")
    if others.exclude(pk=row and row.pk).exists():
        raise Refused("reported_already", field="on")
