"""The writer of imported project reports: projects are recognised or opened, reports written through their action."""

import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tandem.exchange.formats.source import Source, Tally
from tandem.exchange.models import Import
from tandem.exchange.report_records import ReportRecord
from tandem.exchange.same_project import Doubt, Matching, Named
from tandem.exchange.taking_over.context import Step
from tandem.exchange.taking_over.ledger import Entry, Ledger
from tandem.exchange.taking_over.target import default_parent
from tandem.history.record import record, within
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.actions import project_reports
from tandem.portfolio.actions.project_reports import Outcome, Reported
from tandem.portfolio.models import Project
from tandem.work.actions.projects import open_projects

KIND = "project-reports"
_AT_ONCE = 500
FORMATS = ("project-reports", "project-graph")


@dataclass(slots=True)
class _Read:
    """The file, by project: the reports of each in the order of the file."""

    projects: dict[Named, list[ReportRecord]] = field(default_factory=dict)
    reports: int = 0


def take(
    source: Source, *, actor: Any, imported: Import, options: Any, step: Step
) -> tuple[Space, dict[str, Any], uuid.UUID]:
    """Within the transaction of the import: where it went, its report and its run. Raises `Refused` when a project is doubtful and nobody has said which it is."""
    space = _target(actor, options)
    label = (options.name or _plain(source.info.name))[:100]
    ledger = Ledger(space, f"reports:{label}", imported)
    run = uuid.uuid4()
    record("import.started", imported, actor=actor, changes={"file": [None, imported.file_name]}, run=run)
    tally = Tally()
    read = _read(source, tally)
    matching = Matching(space, ledger.system, options.offers.get("same", {}))
    found, doubts = matching.find(read.projects)
    if doubts and not options.is_preview:
        raise Refused("import_doubtful", count=len(doubts))
    with within(run):
        projects, opened = _projects(actor, space, read, found, step)
        _remember(ledger, matching, projects)
        rows = [_reported(projects[named], one) for named, reports in read.projects.items() for one in reports]
        outcome = project_reports.take_many(actor=actor, rows=rows, source=label)
    return space, _report(source, space, label, read, opened, outcome, doubts, tally), run


def _target(actor: Any, options: Any) -> Space:
    space: Space = options.into or options.parent or default_parent(actor)
    if space.kind not in (SpaceKind.ORGANISATION, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME):
        raise Refused("import_into_portfolio", field="into", space=space.name)
    require(actor, Permission.IMPORT, space.pk)
    return space


def _plain(name: str) -> str:
    """The file's name without the year or date at its end: the files of several years are one source."""
    return re.sub(r"[\s_\-]*(\(\d+\)|\d[\d\-_. ]*)$", "", name) or name


def _read(source: Source, tally: Tally) -> _Read:
    """A second report of one project for one day is left out, and said."""
    read, days, names = _Read(), set[tuple[Named, date]](), dict[str, Named]()
    for one in source.records():
        if not isinstance(one, ReportRecord):
            continue
        named = Named(one.source_id, one.name, one.department)
        # the same number is the same project, however its name was written that year
        named = names.setdefault(one.source_id or named.key, named)
        if (named, one.values["on"]) in days:
            tally.add(one.name, "duplicate", one.where)
            continue
        days.add((named, one.values["on"]))
        read.projects.setdefault(named, []).append(one)
        read.reports += 1
    return read


def _projects(
    actor: Any, space: Space, read: _Read, found: dict[Named, int | None], step: Step
) -> tuple[dict[Named, Project], int]:
    known = Project.objects.in_bulk([pk for pk in found.values() if pk is not None])
    projects = {named: known[pk] for named, pk in found.items() if pk is not None and pk in known}
    new = [named for named in found if named not in projects]
    for begin in range(0, len(new), _AT_ONCE):
        part = new[begin : begin + _AT_ONCE]
        made = open_projects(actor=actor, parent=space, rows=[_opening(read.projects[named]) for named in part])
        projects |= dict(zip(part, made, strict=True))
        step("items", begin + len(part), len(new))
    return projects, len(new)


def _opening(reports: list[ReportRecord]) -> dict[str, Any]:
    newest = max(reports, key=lambda one: one.values["on"])
    return {"name": newest.name, "description": newest.description, "starts_on": newest.values.get("planned_start")}


def _remember(ledger: Ledger, matching: Matching, projects: dict[Named, Project]) -> None:
    """Under which number and name the source knows each project, for the next file."""
    fresh = [
        Entry(named.key, project, data={"number": named.source_id, "name": named.name, "department": named.department, "plain": True})
        for named, project in projects.items() if named.key not in matching.keys
    ]  # fmt: skip
    ledger.add("project", fresh, counted=False)


def _reported(project: Project, one: ReportRecord) -> Reported:
    return Reported(project, {**one.values, "values": dict(one.data)})


def _report(
    source: Source, space: Space, label: str, read: _Read, opened: int, outcome: Outcome, doubts: list[Doubt], tally: Tally
) -> dict[str, Any]:
    from tandem.exchange.apply import not_taken

    return {
        "kind": KIND, "system": source.system, "format": source.format, "name": label,
        "into": {"id": space.pk, "key": space.key, "name": space.name, "is_new": False},
        "facts": _facts(read), "created": outcome.new, "updated": outcome.corrected, "unchanged": outcome.same,
        "projects": {"found": len(read.projects) - opened, "opened": opened},
        "doubts": [_doubt(one) for one in doubts],
        "not_taken_over": [not_taken(row) for row in [*source.not_taken, *tally.rows()]],
        "notes": [{"code": note.code, "params": dict(note.params)} for note in source.notes],
        "as_of": None, "is_schedule": False, "left_behind": 0,
    }  # fmt: skip


def _doubt(one: Doubt) -> dict[str, Any]:
    return {
        "key": one.named.key, "number": one.named.source_id, "name": one.named.name, "department": one.named.department,
        "candidates": [{"id": pk, "name": name, "department": department} for pk, name, department in one.candidates],
    }


def _facts(read: _Read) -> dict[str, Any]:
    """Counted over what was read: the page shows them, a test counts them with another reader."""
    reports = [one for rows in read.projects.values() for one in rows]
    days = sorted({one.values["on"] for one in reports})
    withheld = Counter(name for one in reports for name in one.values["withheld"])
    return {
        "items": read.reports, "projects": len(read.projects), "days": len(days),
        "first_day": days[0].isoformat() if days else None, "last_day": days[-1].isoformat() if days else None,
        "departments": dict(Counter(named.department for named in read.projects).most_common()),
        "ratings": {str(k): n for k, n in sorted(Counter(one.values.get("rating") for one in reports if one.values.get("rating")).items())},
        "with_cost": sum(one.values.get("budget") is not None for one in reports),
        "with_finish": sum(one.values.get("planned_finish") is not None for one in reports),
        "withheld": dict(withheld),
    }  # fmt: skip
