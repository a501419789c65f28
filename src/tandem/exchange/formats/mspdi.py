"""MS Project's XML (MSPDI), streamed: calendars, tasks, resources, assignments, links, baselines.

Hierarchy comes from OutlineLevel in the order of the rows. The project summary (UID 0) and empty rows are
not tasks. Lags and delays are tenths of a minute. Dates are local to the plan, without a zone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element

from tandem.exchange.formats import mspdi_costs
from tandem.exchange.formats.mspdi_calendars import MAX_OCCURRENCES, as_datetime, minute_of_day, read_calendar
from tandem.exchange.formats.mspdi_tasks import (
    TASK_TAGS,
    Gaps,
    amount,
    duration,
    fields_of,
    gaps_of,
    is_elapsed,
    plan_of,
    why_not,
)
from tandem.exchange.formats.sniff import MSPDI_NAMESPACE
from tandem.exchange.formats.source import ReadOptions, Source, clean
from tandem.exchange.formats.xml_stream import elements
from tandem.exchange.records import (
    AssignmentRecord,
    Category,
    CostRecord,
    ItemRecord,
    LinkRecord,
    PlanAsks,
    PlanSettings,
    ProjectRecord,
    Record,
    ResourceRecord,
    SourceInfo,
    StateRecord,
    TypeRecord,
)

_ROWS = {"Task", "Resource", "Assignment", "Calendar"}
LINKS: dict[str, Literal["FF", "FS", "SF", "SS"]] = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
_STATES: tuple[tuple[str, Category], ...] = (
    ("Not started", "to_do"), ("In progress", "in_progress"), ("Complete", "done"),
)  # fmt: skip
_RESOURCE_TAGS = {
    "UID", "ID", "GUID", "Name", "Type", "IsNull", "MaxUnits", "CalendarUID", "EmailAddress", "Group",
    "Code", "Initials",
    "IsCostResource", "MaterialLabel", "IsGeneric", "IsInactive", "CreationDate", "ExtendedAttribute",
    "Notes",
}  # fmt: skip
_ASSIGNMENT_TAGS = {
    "UID", "GUID", "TaskUID", "ResourceUID", "Units", "Work", "ActualWork", "Start", "Finish", "Delay",
    "LevelingDelay",
    "LevelingDelayFormat", "WorkContour", "PercentWorkComplete", "Milestone", "TimephasedData",
    "CreationDate",
}  # fmt: skip


class Mspdi(Source):
    system = "ms-project"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, "mspdi", options)
        self._project: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self._money: set[str] = set()
        self._tasks: dict[str, mspdi_costs.Place] = {}
        self._resources: set[str] = set()
        self._gaps: dict[str, Gaps] = {}
        self._costs = mspdi_costs.Costs()
        self._workers: list[tuple[str, str, str]] = []
        for element in self._elements(_ROWS | {"ExtendedAttribute"}):
            if element.tag == "Task":
                self._costs.look_at_task(element)
                if _is_task(element):
                    self._tasks[element.findtext("UID") or ""] = mspdi_costs.place_of(element)
            elif element.tag == "Resource" and _is_resource(element):
                self._look_at_resource(element)
            elif element.tag == "Assignment":
                self._costs.look_at_assignment(element)
                if gaps := gaps_of(element):
                    self._gaps.setdefault(element.findtext("TaskUID") or "", gaps)
            elif element.tag == "ExtendedAttribute":
                field = element.findtext("FieldID") or ""
                if mspdi_costs.FIELD.fullmatch(clean(element.findtext("FieldName"))):
                    self._money.add(field)
                self._aliases[field] = (
                    clean(element.findtext("Alias")) or clean(element.findtext("FieldName")) or field
                )
            elif element.tag not in _ROWS and not len(element) and element.text:
                self._project.setdefault(element.tag, clean(element.text))
        if self._tasks:
            self.note("states_from_progress")

    def _look_at_resource(self, element: Element) -> None:
        uid, kind = element.findtext("UID") or "", _resource_kind(element)
        self._resources.add(uid)
        if kind == "cost":
            self._costs.look_at_resource(element)
        elif kind == "work":
            self._workers.append((uid, _name_of(element), clean(element.findtext("EmailAddress"))))

    def _elements(self, wanted: set[str]) -> Iterator[Element]:
        return elements(self.path, wanted, also=_PROJECT_TAGS, drop=MSPDI_NAMESPACE)

    @property
    def info(self) -> SourceInfo:
        name = self._project.get("Title") or self._project.get("Name") or self.path.stem
        return SourceInfo(
            system=self.system,
            name=name.removesuffix(".xml"),
            format=self.format,
            is_schedule=True,
            notes=tuple(self.notes),
            plan=self.asks(),
        )

    def asks(self) -> PlanAsks:
        return PlanAsks(
            source_id=self._key(), workers=tuple(self._workers[:_MOST_WORKERS]), has_costs=self._costs.is_any,
            currency=self._currency(),
        )  # fmt: skip

    def _key(self) -> str:
        return self._project.get("GUID") or self._project.get("Name") or self.path.name

    def _currency(self) -> str:
        return self._project.get("CurrencyCode") or self._project.get("CurrencySymbol") or ""

    def settings(self) -> PlanSettings:
        project = self._project
        return PlanSettings(
            start=as_datetime(project.get("StartDate")), finish=as_datetime(project.get("FinishDate")),
            schedule_from_start=project.get("ScheduleFromStart", "1") != "0",
            calendar=project.get("CalendarUID"),
            minutes_per_day=int(project.get("MinutesPerDay") or 480),
            minutes_per_week=int(project.get("MinutesPerWeek") or 2400),
            days_per_month=int(project.get("DaysPerMonth") or 20),
            default_start=minute_of_day(project.get("DefaultStartTime") or "08:00"),
            default_finish=minute_of_day(project.get("DefaultFinishTime") or "17:00", is_end=True),
            honor_constraints=project.get("HonorConstraints") != "0",
            status_date=as_datetime(project.get("StatusDate")),
            current_date=as_datetime(project.get("CurrentDate")),
            currency=self._currency(),
        )  # fmt: skip

    def _read(self) -> Iterator[Record]:
        yield ProjectRecord(source_id=self._key(), name=self.info.name, settings=self.settings())
        for tag in _PROPERTIES:
            if self._project.get(tag):
                self._tally.add(f"Project.{tag}", "no_place")
        if self._tasks:
            for rank, (name, category) in enumerate(_STATES):
                yield StateRecord(name=name, category=category, rank=rank)
            yield TypeRecord(name="Task")
            yield TypeRecord(name="Summary task", level=1)
            yield TypeRecord(name="Milestone", is_milestone=True)
        for element in self._elements({"Calendar", "Resource"}):
            if element.tag == "Calendar":
                yield self._calendar(element)
            elif element.tag == "Resource":
                yield from self._resource(element)
        self._costs.begin()
        outline: list[tuple[int, str]] = []
        for element in self._elements({"Task", "Assignment"}):
            if element.tag == "Task":
                yield from self._task(element, outline)
            elif element.tag == "Assignment":
                yield from self._assignment(element)

    def _calendar(self, element: Element) -> Record:
        record, is_cut = read_calendar(element)
        if is_cut:
            self.note("recurrence_capped", name=record.name, count=MAX_OCCURRENCES)
            self._tally.add(record.name, "too_many", "Calendar")
        return record

    def _resource(self, element: Element) -> Iterator[Record]:
        uid = element.findtext("UID") or ""
        if uid not in self._resources:
            return
        kind = _resource_kind(element)
        more = ("CostCenter", "AccrueAt") if kind == "cost" else ()
        fields = fields_of(element, self._aliases, ("Code", "Initials", "MaterialLabel", "Notes", *more))
        yield ResourceRecord(
            source_id=uid, name=_name_of(element), kind=kind,
            max_units=amount(element, "MaxUnits", 1.0), calendar=_reference(element.findtext("CalendarUID")),
            email=clean(element.findtext("EmailAddress")), group=clean(element.findtext("Group")),
            fields=fields,
        )  # fmt: skip
        self._report(element, _RESOURCE_TAGS | mspdi_costs.TAGS if kind == "cost" else _RESOURCE_TAGS, f"Resource {uid}")

    def _task(self, element: Element, outline: list[tuple[int, str]]) -> Iterator[Record]:
        uid = element.findtext("UID") or ""
        if not _is_task(element):
            if uid != "0":
                self._tally.add("Task", "empty_row", f"UID {uid}")
            elif cost := self._costs.of_plan(element, self.info.name):
                yield cost
            return
        level = int(element.findtext("OutlineLevel") or 1)
        while outline and outline[-1][0] >= level:
            outline.pop()
        parent = outline[-1][1] if outline else None
        outline.append((level, uid))
        plan = plan_of(element, self._gaps.get(uid, ()))
        kind = "Milestone" if plan.is_milestone else "Summary task" if plan.is_summary else "Task"
        state = _STATES[
            2 if plan.percent_complete >= 100 else 1 if plan.percent_complete > 0 or plan.actual_start else 0
        ][0]
        yield ItemRecord(
            source_id=uid, key=element.findtext("ID") or uid, title=clean(element.findtext("Name")),
            description=clean(element.findtext("Notes")), type=kind, state=state, parent_source_id=parent,
            created=as_datetime(element.findtext("CreateDate")), resolved=plan.actual_finish,
            start=as_datetime(element.findtext("Start")), finish=as_datetime(element.findtext("Finish")),
            due=plan.deadline, estimate_minutes=plan.work_minutes or plan.duration_minutes,
            fields=fields_of(element, self._aliases, ("Contact", "Hyperlink", "HyperlinkAddress"), self._money),
            rank=float(element.findtext("ID") or 0), is_archived=not plan.is_active, plan=plan,
        )  # fmt: skip
        for link in element.findall("PredecessorLink"):
            yield from self._link(link, uid)
        for number in self._money & {one.findtext("FieldID") or "" for one in element.findall("ExtendedAttribute")}:
            self._tally.add(f"Task.{self._aliases[number]}", "custom_cost", f"UID {uid}")
        yield from self._cost(self._costs.of_task(element, self._tasks[uid]), self._tasks[uid])
        self._report(element, TASK_TAGS, f"UID {uid}")

    def _link(self, element: Element, task: str) -> Iterator[Record]:
        other = element.findtext("PredecessorUID") or ""
        kind = LINKS.get(element.findtext("Type") or "1", "FS")
        if element.findtext("CrossProject") == "1":
            self._tally.add("PredecessorLink", "cross_project", f"UID {task}")
        elif other not in self._tasks:
            self._tally.add("PredecessorLink", "dangling", f"UID {task}")
        else:
            form, lag = element.findtext("LagFormat") or "7", amount(element, "LinkLag")
            is_percent = form in ("19", "20", "51", "52")
            yield LinkRecord(
                source=other, target=task, kind=kind, lag_minutes=0.0 if is_percent else lag / 10,
                lag_percent=lag if is_percent else None, lag_is_elapsed=is_elapsed(form),
            )  # fmt: skip

    def _assignment(self, element: Element) -> Iterator[Record]:
        uid, task = element.findtext("UID") or "", element.findtext("TaskUID") or ""
        resource = element.findtext("ResourceUID") or ""
        if task not in self._tasks:
            self._tally.add("Assignment", "project_summary" if task == "0" else "dangling", f"UID {uid}")
            return
        yield AssignmentRecord(
            source_id=uid, task=task, resource=resource if resource in self._resources else None,
            units=amount(element, "Units", 1.0), work_minutes=duration(element, "Work") or 0.0,
            actual_work_minutes=duration(element, "ActualWork") or 0.0,
            start=as_datetime(element.findtext("Start")),
            finish=as_datetime(element.findtext("Finish")), delay_minutes=amount(element, "Delay") / 10,
            leveling_delay_minutes=amount(element, "LevelingDelay") / 10,
            contour=int(amount(element, "WorkContour")),
            percent_complete=amount(element, "PercentWorkComplete"),
        )  # fmt: skip
        if element.find("TimephasedData") is not None:
            self._tally.add(
                "Assignment.TimephasedData",
                "timephased",
                f"UID {uid}",
                len(element.findall("TimephasedData")),
            )
        yield from self._cost(self._costs.of_assignment(element, self._tasks[task]), self._tasks[task])
        is_cost = self._costs.is_cost(resource)
        self._report(element, _ASSIGNMENT_TAGS | mspdi_costs.TAGS if is_cost else _ASSIGNMENT_TAGS, f"Assignment {uid}")

    def _cost(self, cost: CostRecord | None, place: mspdi_costs.Place) -> Iterator[Record]:
        if cost is not None and place.counts:
            yield cost
        elif cost is not None:
            self._tally.add("Task.FixedCost" if cost.resource is None else "Assignment.Cost", "cost_out_of_plan", place.title)

    def _report(self, element: Element, taken: set[str], where: str) -> None:
        for child in element:
            if child.tag not in taken and (why := why_not(child)):
                self._tally.add(f"{element.tag}.{child.tag}", why, where)


_PROPERTIES = ("Author", "Company", "Manager", "Subject", "Category", "Keywords", "Comments")
_PROJECT_TAGS = {
    "Title", "Name", "GUID", "StartDate", "FinishDate", "ScheduleFromStart", "CalendarUID", "MinutesPerDay",
    "MinutesPerWeek", "DaysPerMonth", "DefaultStartTime", "DefaultFinishTime", "HonorConstraints",
    "StatusDate",
    "CurrentDate", "CurrencyCode", "CurrencySymbol", *_PROPERTIES,
}  # fmt: skip


_MOST_WORKERS = 5000


def _name_of(resource: Element) -> str:
    return clean(resource.findtext("Name")) or f"Resource {resource.findtext('UID')}"


def _is_task(element: Element) -> bool:
    return element.findtext("UID") not in (None, "", "0") and element.findtext("IsNull") != "1"


def _is_resource(element: Element) -> bool:
    return element.findtext("UID") not in (None, "", "0") and element.findtext("IsNull") != "1"


def _reference(uid: str | None) -> str | None:
    return uid if uid not in (None, "", "-1", "0") else None


def _resource_kind(element: Element) -> Literal["work", "material", "cost"]:
    if element.findtext("IsCostResource") == "1" or element.findtext("Type") == "2":
        return "cost"
    return "material" if element.findtext("Type") == "0" else "work"
