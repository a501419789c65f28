"""The only writer of imports: neutral records in, rows out, through the actions. One transaction, all or nothing."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from tandem.collaboration.models import Comment
from tandem.compute.forecasting.history import NEEDED
from tandem.exchange import facts as counting
from tandem.exchange import feedback, project_reports, proposals
from tandem.exchange import records as R
from tandem.exchange.formats.source import Source
from tandem.exchange.models import ExternalReference, Import
from tandem.exchange.taking_over import around, basics, costs, edges, offers, people, plan
from tandem.exchange.taking_over.context import Step, Taking
from tandem.exchange.taking_over.items import Items
from tandem.exchange.taking_over.ledger import Entry, Ledger
from tandem.exchange.taking_over.target import Target, default_parent, find_target, system_of
from tandem.history.record import record as record_event
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.work.models import Assignment, Link, StateChange, WorkItem
from tandem.work.models.work_item import GIVEN_UP

BATCH = 1000
_HISTORY_ENDED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person has decided about an import, apart from how the file is read."""

    zone: ZoneInfo
    into: Space | None = None
    parent: Space | None = None
    name: str = ""
    kind: str = ""  # "feedback": what comes in is no work, but what people say of a product
    as_of: date | None = None
    offers: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)  # of a plan, by name: "person" or "equipment"
    currency: str = ""  # of the costs of a plan
    is_preview: bool = False
    expected: int = 0  # items, as the preview counted them: for the progress


def no_step(phase: str, done: int, total: int) -> None:
    """For callers that show no progress."""


def apply(source: Source, *, actor: Any, imported: Import, options: Options, step: Step = no_step) -> dict[str, Any]:
    """Write everything; returns the report. A failure anywhere leaves nothing."""
    with transaction.atomic():
        _take_time()
        if source.format in project_reports.FORMATS:
            space, report, run = project_reports.take(source, actor=actor, imported=imported, options=options, step=step)
            _done(source, imported, space, report, actor, run)
            return report
        stream = source.records()
        projects, rest = _projects(stream)
        _one_after_the_other(system_of(source, projects), projects, is_patient=not options.is_preview)
        if feedback.is_wanted(options):
            return _feedback(source, projects, rest, actor=actor, imported=imported, options=options, step=step)
        if proposals.is_wanted(options):
            return _proposals(source, projects, rest, actor=actor, imported=imported, options=options, step=step)
        target = find_target(source, projects, actor=actor, options=options)
        require(actor, Permission.IMPORT, target.space.pk)
        ledger = Ledger(target.space, system_of(source, projects), imported)
        taking = Taking(
            actor=actor, space=target.space, is_new_space=target.is_new, imported=imported, info=source.info,
            ledger=ledger, zone=options.zone, step=step, said=options.resources, currency=options.currency.upper(),
        )  # fmt: skip
        record_event("import.started", imported, actor=actor, changes={"file": [None, imported.file_name]}, run=taking.run)
        work = _Work(taking, target, projects, options.expected)
        for record in rest:
            work.look(record)
        return _done(source, imported, target.space, work.finish(source, options), actor, taking.run)


def _done(source: Source, imported: Import, space: Space, report: dict[str, Any], actor: Any, run: uuid.UUID) -> dict[str, Any]:
    values = {"state": Import.State.APPLIED, "applied_at": clock.now(), "format": source.format, "problem": {}, "costs": report.get("costs", {})}
    Import.objects.filter(pk=imported.pk).update(into=space, report=without_costs(report), **values)
    changes = {"created": [None, report["created"]], "updated": [None, report["updated"]]}
    record_event("import.applied", imported, actor=actor, changes=changes, run=run)
    return report


def without_costs(report: dict[str, Any]) -> dict[str, Any]:
    """The report is read by whoever sees the project; what it costs is not."""
    return {key: value for key, value in report.items() if key != "costs"}


def _feedback(
    source: Source, projects: list[R.ProjectRecord], rest: Iterator[R.Record], *, actor: Any, imported: Import, options: Options, step: Step
) -> dict[str, Any]:
    """Into a product: what people said."""
    system = system_of(source, projects)
    product, is_new = feedback.find_product(source, system, projects, actor=actor, options=options)
    require(actor, Permission.IMPORT, product.space_id)
    taking = Taking(
        actor=actor, space=product.space, is_new_space=is_new, imported=imported, info=source.info,
        ledger=Ledger(product.space, system, imported), zone=options.zone, step=step,
    )  # fmt: skip
    record_event("import.started", imported, actor=actor, changes={"file": [None, imported.file_name]}, run=taking.run)
    report = feedback.take(taking, product, is_new, source, projects, rest, options.expected)
    return _done(source, imported, taking.space, report, actor, taking.run)


def _proposals(
    source: Source, projects: list[R.ProjectRecord], rest: Iterator[R.Record], *, actor: Any, imported: Import, options: Options, step: Step
) -> dict[str, Any]:
    """Into the queue of a portfolio: what is proposed."""
    space = options.into or options.parent or default_parent(actor)
    require(actor, Permission.IMPORT, space.pk)
    taking = Taking(
        actor=actor, space=space, is_new_space=False, imported=imported, info=source.info,
        ledger=Ledger(space, f"proposals:{system_of(source, projects)}"[:100], imported), zone=options.zone, step=step,
    )  # fmt: skip
    record_event("import.started", imported, actor=actor, changes={"file": [None, imported.file_name]}, run=taking.run)
    return _done(source, imported, space, proposals.take(taking, source, rest, options.expected), actor, taking.run)


def _take_time() -> None:
    """A page may not keep the database busy for long; an import of many thousand rows may."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '15min'")


def _one_after_the_other(system: str, projects: list[R.ProjectRecord], *, is_patient: bool) -> None:
    """Of one source read twice at once the second finds what the first has made. A preview waits no longer than a page may."""
    with connection.cursor() as cursor:
        if is_patient:
            cursor.execute("SET LOCAL lock_timeout = '15min'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", ["/".join((system, *(one.source_id for one in projects)))])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _look_at_new_rows() -> None:
    """The database plans by statistics that do not know yet what this transaction has written."""
    with connection.cursor() as cursor:
        for model in (ExternalReference, WorkItem, Assignment, StateChange, Link, Comment):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _projects(stream: Iterator[R.Record]) -> tuple[list[R.ProjectRecord], Iterator[R.Record]]:
    """Projects stand first: they say where the file belongs."""
    found: list[R.ProjectRecord] = []
    for record in stream:
        if not isinstance(record, R.ProjectRecord):
            return found, chain([record], stream)
        found.append(record)
    return found, iter(())


class _Work:
    """Collects records by kind and hands them on in batches, so that memory stays bounded however long the file is."""

    def __init__(self, taking: Taking, target: Target, projects: list[R.ProjectRecord], expected: int) -> None:
        self.taking, self.target, self.projects, self.expected = taking, target, projects, expected
        self.basics: dict[type, list[Any]] = {}
        self.has_begun = False
        self.items = Items(taking, target.key)
        self.baselines = plan.Baselines(taking)
        self.passages = around.Passages(taking)
        self.waiting: dict[type, list[Any]] = {}
        self.links: list[R.LinkRecord] = []
        self.assignments: list[R.AssignmentRecord] = []
        self.costs: list[R.CostRecord] = []
        self.states: list[R.StateRecord] = []
        self.seen = 0
        refs = taking.ledger.known("project", [p.source_id for p in projects])
        taking.ledger.keep("project", list(refs.values()), counted=False)
        new = [Entry(p.source_id, taking.space, data={"name": p.name}) for p in projects if p.source_id not in refs]
        taking.ledger.add("project", new, counted=False)

    def look(self, record: R.Record) -> None:
        match record:
            case R.ItemRecord():
                self._begin()
                self.baselines.look(record)
                self._wait(record)
            case R.CommentRecord() | R.AttachmentRecord() | R.StateChangeRecord():
                self._wait(record)
            case R.LinkRecord():
                self.links.append(record)
            case R.AssignmentRecord():
                self.assignments.append(record)
            case R.CostRecord():
                self.costs.append(record)
            case R.ProjectRecord():
                self.taking.tally.add(f"project {record.name}", "no_place")
            case _:
                self.basics.setdefault(type(record), []).append(record)

    def _wait(self, record: Any) -> None:
        rows = self.waiting.setdefault(type(record), [])
        rows.append(record)
        if len(rows) >= BATCH:
            self._flush()

    def _begin(self) -> None:
        """What items stand on has been read when the first item comes."""
        if self.has_begun:
            return
        self.has_begun = True
        taking, found = self.taking, self.basics
        people.take_people(taking, found.pop(R.PersonRecord, []))
        self.states = found.pop(R.StateRecord, [])
        basics.take_states(taking, self.states)
        basics.take_types(taking, found.pop(R.TypeRecord, []))
        basics.take_sprints(taking, found.pop(R.SprintRecord, []))
        basics.take_calendars(taking, found.pop(R.CalendarRecord, []), next(iter(self.projects), None))
        basics.take_resources(taking, found.pop(R.ResourceRecord, []))
        taking.versions = {v.name: v.released for v in found.pop(R.VersionRecord, [])}
        found.pop(R.LabelRecord, None)

    def _flush(self) -> None:
        """Items first: what hangs on them needs their ids."""
        taking = self.taking
        batch = self.waiting.pop(R.ItemRecord, [])
        if batch:
            self.items.take(batch)
            self.seen += len(batch)
        self.baselines.flush()
        around.take_comments(taking, self.waiting.pop(R.CommentRecord, []))
        around.take_attachments(taking, self.waiting.pop(R.AttachmentRecord, []))
        self.passages.take(self.waiting.pop(R.StateChangeRecord, []))
        taking.step("items", self.seen, self.expected)

    def finish(self, source: Source, options: Options) -> dict[str, Any]:
        taking = self.taking
        self._begin()
        self._flush()
        if self.seen >= BATCH:
            _look_at_new_rows()
        taking.step("links", 0, 0)
        self.items.settle()
        edges.take_links(taking, self.links)
        plan.take_assignments(taking, self.assignments)
        settings = next((p.settings for p in self.projects if p.settings), None)
        taking.starts_on = settings.start.date() if settings and settings.start else None
        spent = costs.take_costs(taking, self.costs, settings.currency if settings else "")
        taking.step("history", 0, 0)
        self.passages.settle()
        made = offers.take_offers(taking, self.items, options.offers)
        as_of = self._set_as_of(options.as_of)
        taking.step("facts", 0, 0)
        return self._report(source, made, as_of) | ({"costs": spent} if spent else {})

    def _set_as_of(self, wanted: date | None) -> date | None:
        """A history that ended long ago is read as of its last event; what a person said wins."""
        settings = next((p.settings for p in self.projects if p.settings), None)
        said = settings and (settings.status_date or settings.current_date)
        last = self.taking.day(said) if said else None
        if last is None and self.taking.last_event is not None:
            last = self.taking.last_event.astimezone(self.taking.zone).date()
        day = wanted or (last if last and clock.today() - last > _HISTORY_ENDED else None)
        starts = settings.start.date() if settings and settings.start else None
        project = Project.objects.filter(space=self.taking.space).first()
        if project is not None:
            values = {"as_of": day, "starts_on": project.starts_on or starts}
            values = {f: v for f, v in values.items() if getattr(project, f) != v}
            if values:
                project.write(expected=None, **values)
                changes = {f: [None, v] for f, v in values.items()}
                record_event("project.changed", project, actor=self.taking.actor, changes=changes, run=self.taking.run)
        return day

    def _report(self, source: Source, made: dict[str, int], as_of: date | None) -> dict[str, Any]:
        taking, ledger = self.taking, self.taking.ledger
        kinds = ("item", "comment", "attachment", "link", "sprint", "calendar", "resource", "equipment_need", "cost", "person")
        space = taking.space
        return {
            "system": taking.info.system, "format": taking.info.format, "name": taking.info.name,
            "into": {"id": space.pk, "key": space.key, "name": space.name, "is_new": taking.is_new_space},
            "facts": counting.facts(taking.imported, is_schedule=taking.info.is_schedule),
            "created": ledger.created["item"], "updated": ledger.updated["item"], "unchanged": ledger.unchanged["item"],
            "rows": {
                kind: {"created": ledger.created[kind], "updated": ledger.updated[kind], "unchanged": ledger.unchanged[kind]}
                for kind in kinds if ledger.created[kind] or ledger.updated[kind] or ledger.unchanged[kind]
            },
            "left_behind": ledger.left_behind("item"), "made": made,
            "product": offers.product_of(taking),
            "not_taken_over": [not_taken(row) for row in taking.not_taken(source.not_taken)],
            "notes": [{"code": n.code, "params": dict(n.params)} for n in [*source.notes, *self._notes()]],
            "states": [self._state(record) for record in sorted(self.states, key=lambda r: taking.states[r.name].rank)],
            "offers": offers.list_offers(taking, self.items),
            "as_of": as_of.isoformat() if as_of else None, "timezone": str(taking.zone),
            "timezone_known": taking.info.timezone_known,
            "finished": moment(taking.last_event), "is_schedule": taking.info.is_schedule,
        }  # fmt: skip

    def _state(self, record: R.StateRecord) -> dict[str, Any]:
        """What it counts as here; guessed where the source does not say."""
        category = self.taking.states[record.name].category
        return {"name": record.name, "category": category, "is_guessed": record.is_guessed}

    def _notes(self) -> list[R.Note]:
        found = []
        if self.taking.archived:
            found.append(R.Note("archived_removed", {"count": self.taking.archived}))
        if names := self.taking.guessed:
            found.append(R.Note("resources_as_people", {"count": len(names), "names": ", ".join(names[:20]) + (" …" if names[20:] else "")}))
        if self.taking.costs_gone:
            found.append(R.Note("costs_gone", {"count": self.taking.costs_gone}))
        if self.taking.info.is_schedule:
            return found
        if not self.taking.info.timezone_known:
            found.append(R.Note("times_in_zone", {"zone": str(self.taking.zone)}))
        return found + self._history_notes()

    def _history_notes(self) -> list[R.Note]:
        """Whether what is finished carries a forecast. Of a plan dates are computed, not forecast."""
        here = WorkItem.objects.filter(space=self.taking.space)
        given_up, done = here.finished().filter(GIVEN_UP).count(), here.made()
        dated = done.exclude(actual_finish=None).count()
        undated = done.filter(actual_finish=None).count()
        found = [R.Note(code, {"count": count}) for code, count in (("given_up", given_up), ("undated", undated)) if count]
        return [*found, R.Note("not_enough", {"found": dated, "needed": NEEDED})] if dated < NEEDED else found


def moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def not_taken(row: R.NotTaken) -> dict[str, Any]:
    from tandem.exchange.wording import why

    return {"what": row.what, "count": row.count, "why": why(row.why), "code": row.why, "where": row.where}
