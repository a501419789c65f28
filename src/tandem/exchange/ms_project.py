"""The plan of a project as MS Project's XML (MSPDI): calendars, tasks, links, baselines, people and who works on what.

Elements come in the order that MS Project's schema wants. Dates say the clock of the plan, without a zone; durations are
working time; lags and delays are tenths of a minute. What MS Project has no place for (key, state and type) comes along as
text fields of the task."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from tandem.exchange import ms_project_costs, ms_project_equipment
from tandem.exchange.formats.mspdi import LINKS
from tandem.exchange.formats.mspdi_tasks import CONSTRAINTS, TASK_TYPES
from tandem.exchange.formats.sniff import MSPDI_NAMESPACE
from tandem.exchange.models import ExternalReference
from tandem.kit import clock
from tandem.kit.text import for_xml
from tandem.people.access import emails_shown
from tandem.people.models import Space
from tandem.planning.calendars import YEARS_AHEAD, YEARS_BACK, Calendars, wall_clock
from tandem.planning.models import ComputedDates
from tandem.work.actions.calendars import holidays_of
from tandem.work.models import Assignment, BaselineDate, Link, State, WorkingCalendar, WorkItem

MEDIA = "application/xml"
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_LINKS = {kind: int(code) for code, kind in LINKS.items()} | {"blocks": 1}
_TYPES = {"work": 1, "material": 0, "cost": 0}  # costs have a flag of their own
_DAYS, _ELAPSED_DAYS, _PERCENT, _ELAPSED_PERCENT = 7, 8, 19, 20
_NOBODY, _SOURCE = -65535, "source:"
_TEXTS = ((188743731, "Key"), (188743734, "State"), (188743737, "Type"))
_AT_ONCE = 500
_LAST_BASELINE = 10
"MS Project knows baseline 0 and ten more."


def written(asker: Any, space: Space) -> Iterator[str]:
    """The file in parts. `asker` sees the project; e-mail addresses are those that they may see."""
    plan = _Plan(asker, space)
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="{MSPDI_NAMESPACE.strip("{}")}">'
    yield plan.head()
    yield _many("ExtendedAttributes", (_group("ExtendedAttribute", FieldID=field, FieldName=f"Text{n}", Alias=name) for n, (field, name) in enumerate(_TEXTS, 1)))
    yield _many("Calendars", plan.calendars())
    yield "<Tasks>"
    yield plan.summary()
    yield from plan.tasks()
    yield "</Tasks>"
    yield _many("Resources", plan.resources())
    yield _many("Assignments", plan.assignments())
    yield "</Project>\n"


class _Plan:
    """Rows of the project and the numbers by which the file knows them."""

    def __init__(self, asker: Any, space: Space) -> None:
        self.asker, self.space = asker, space
        items = WorkItem.objects.visible_to(asker).present().filter(space=space)
        self.rows = _in_outline(list(items.order_by("rank", "id").values(*_FIELDS)))
        ids = {row["id"] for row in self.rows}
        self.computed = {pk: (start, finish) for pk, start, finish in ComputedDates.objects.filter(item_id__in=ids).values_list("item_id", "start", "finish")}
        self.parents = {row["parent_id"] for row in self.rows}
        self.links: dict[int, list[Any]] = {}
        for link in Link.objects.visible_to(asker).dependencies().filter(source_id__in=ids, target_id__in=ids).order_by("id"):
            self.links.setdefault(link.target_id, []).append(link)
        self.people: dict[int, list[Assignment]] = {}
        for one in Assignment.objects.filter(item_id__in=ids).select_related("user").order_by("id"):
            self.people.setdefault(one.item_id, []).append(one)
        self.needs = ms_project_equipment.needs(asker, ids)
        # house: reads — of the space that the asker sees
        before = ExternalReference.objects.filter(space=space, system__startswith="ms-project:", kind="project").order_by("-id")
        self.system, self.source = before.values_list("system", "source_id").first() or ("", "")
        self.resource = self._known_resources()
        self.costs = ms_project_costs.known(asker, space, self.system)
        shown = emails_shown(asker)
        self.work = [(row["id"], one) for row in self.rows for one in self._assigned(row, shown)]
        self.calendars_here = Calendars([space.pk], clock.today())
        self.default = self.calendars_here.default_of(space.pk)
        self.own = self._own_calendars()
        self.uid = self._uids("item", [row["id"] for row in self.rows])
        self.calendar_uid = self._uids("calendar", [one.pk for one in self.own])
        self.resource_uid = self._resource_uids()

    def _uids(self, kind: str, ids: list[int]) -> dict[int, int]:
        """Rows that came from MS Project keep its numbers, so that the file read in again finds them; others follow after."""
        # house: reads — of rows that the asker sees
        known = ExternalReference.objects.filter(space=self.space, system=self.system, kind=kind, subject_id__in=ids, source_id__regex=r"^[1-9][0-9]{0,8}$")
        found = {subject: int(source) for subject, source in known.values_list("subject_id", "source_id")}
        highest = max(found.values(), default=0)
        return found | {pk: highest + number for number, pk in enumerate((pk for pk in ids if pk not in found), 1)}

    def _known_resources(self) -> dict[str, dict[str, Any]]:
        """Those that the imported plan named, also who works on nothing."""
        # house: reads — of the space that the asker sees
        known = ExternalReference.objects.filter(space=self.space, system=self.system, kind="resource").order_by("id")
        return {_SOURCE + source: dict(data) for source, data in known.values_list("source_id", "data")}

    def _assigned(self, row: dict[str, Any], shown: Callable[[int], bool]) -> list[dict[str, Any]]:
        """As the imported plan had it; people who were put on the task here since come after."""
        given = [dict(one) for one in (row["plan"] or {}).get("assignments", ())]
        for one in given:
            one["key"] = _SOURCE + one["resource"] if one.get("resource") else ""
            if one["key"]:
                self.resource.setdefault(one["key"], {"name": one.get("name"), "kind": one.get("kind")})["calendar"] = one.get("calendar")
        known = {one.get("user") for one in given}
        for person in self.people.get(row["id"], ()):
            if person.user_id not in known:
                email = person.user.email if shown(person.user_id) else ""
                self.resource.setdefault(f"person:{person.user_id}", {"name": person.user.name, "kind": "work", "email": email})
                given.append({"key": f"person:{person.user_id}", "units": person.share / 100})
        return ms_project_equipment.along(given, self.needs.get(row["id"], []), self.resource)

    def _resource_uids(self) -> dict[str, int]:
        """The numbers of the imported plan; who came here follows after."""
        found = {key: int(key.removeprefix(_SOURCE)) for key in self.resource if key.startswith(_SOURCE) and key.removeprefix(_SOURCE).isdecimal()}
        highest = max(found.values(), default=0)
        return found | {key: highest + number for number, key in enumerate((key for key in self.resource if key not in found), 1)}

    def _own_calendars(self) -> list[WorkingCalendar]:
        """Those of the project, those that its tasks and people have, and what they are based on; a base before what it bears."""
        every, found = self.calendars_here.rows, dict[int, WorkingCalendar]()
        wanted = {row["calendar_id"] for row in self.rows} | {one.get("calendar") for one in self.resource.values()}
        wanted |= {pk for pk, one in every.items() if one.space_id == self.space.pk or one == self.default}

        def take(pk: int | None) -> None:
            if pk in every and pk not in found:
                take(every[pk].base_id)
                found[pk] = every[pk]

        for pk in sorted(one for one in wanted if one):
            take(pk)
        return list(found.values())

    def head(self) -> str:
        dates = [at for row in self.rows for at in self._dates(row) if at]
        start = min(dates, default=datetime.combine(clock.today(), time(8)))
        hours = [span for day in (self.default.week if self.default else {}).values() for span in day] or [[480, 720], [780, 1020]]
        per_day = max((sum(end - begin for begin, end in day) for day in (self.default.week if self.default else {}).values()), default=480) or 480
        return "".join((
            _leaf("SaveVersion", 14), *self._name(), _leaf("Title", self.space.name), _leaf("ScheduleFromStart", True),
            _leaf("StartDate", start), _leaf("FinishDate", max(dates, default=start)), _leaf("CalendarUID", self.calendar_uid[self.default.pk] if self.default else None),
            _leaf("DefaultStartTime", _of_day(min(begin for begin, _end in hours))), _leaf("DefaultFinishTime", _of_day(max(end for _begin, end in hours))),
            _leaf("MinutesPerDay", per_day), _leaf("MinutesPerWeek", 5 * per_day), _leaf("DaysPerMonth", 20), _leaf("HonorConstraints", True),
            _leaf("CurrentDate", datetime.combine(clock.today(), time(8))), _leaf("CurrencyDigits", 2 if self.costs.currency else None), _leaf("CurrencyCode", self.costs.currency or None),
        ))  # fmt: skip

    def _name(self) -> tuple[str, str]:
        """The project's own name in the source, by which an import finds it again."""
        if _GUID.fullmatch(self.source):
            return _leaf("GUID", self.source), _leaf("Name", f"{self.space.key}.xml")
        return "", _leaf("Name", self.source or f"{self.space.key}.xml")

    def calendars(self) -> Iterator[str]:
        for one in self.own:
            base = self.calendar_uid.get(one.base_id or 0)
            week = _many("WeekDays", (
                _group("WeekDay", _times(hours), DayType=int(day) % 7 + 1, DayWorking=bool(hours)) for day, hours in sorted(one.week.items(), key=lambda d: int(d[0]) % 7)
            ))  # fmt: skip
            yield _group("Calendar", week, _many("Exceptions", self._exceptions(one)), UID=self.calendar_uid[one.pk], Name=one.name, IsBaseCalendar=base is None, BaseCalendarUID=-1 if base is None else base)

    def _exceptions(self, calendar: WorkingCalendar) -> Iterator[str]:
        spans = [(one.starts_on, one.ends_on, one.hours, one.name) for one in calendar.exceptions.all()]
        if calendar.country:
            year, usual = clock.today().year, calendar.week.get("1") or [[480, 720], [780, 1020]]
            days = holidays_of(calendar.country, range(year - YEARS_BACK, year + YEARS_AHEAD + 1))
            spans += [(day, day, usual if is_working else [], name) for day, name, is_working in days]
        for first, last, hours, name in spans:
            span = _group("TimePeriod", FromDate=_midnight(first), ToDate=_midnight(last) + timedelta(hours=23, minutes=59))
            count = (last - first).days + 1
            yield _group(
                "Exception", _leaf("EnteredByOccurrences", False), span, _leaf("Occurrences", count), _leaf("Name", name or None), _leaf("Type", 1),
                _leaf("DayWorking", bool(hours)), _times(hours),
            )  # fmt: skip

    def summary(self) -> str:
        """The row for the whole plan stands there only when it costs something in itself."""
        fixed = self.costs.fixed.get("")
        if fixed is None:
            return ""
        month = datetime.combine(fixed.month, time(8))
        return _group("Task", UID=0, ID=0, Name=self.space.name, Type=1, IsNull=False, OutlineNumber=0, OutlineLevel=0, Start=month, Finish=month, Summary=True, FixedCost=fixed.planned, FixedCostAccrual=2)

    def tasks(self) -> Iterator[str]:
        numbers: list[int] = []
        for first in range(0, len(self.rows), _AT_ONCE):
            rows = self.rows[first : first + _AT_ONCE]
            baselines: dict[int, list[BaselineDate]] = {}
            found = BaselineDate.objects.filter(item_id__in=[row["id"] for row in rows], baseline__number__lte=_LAST_BASELINE)
            for one in found.select_related("baseline").order_by("baseline__number"):
                baselines.setdefault(one.item_id, []).append(one)
            parts = []
            for at, row in enumerate(rows, first + 1):
                level = row["level"]
                numbers[level:] = [*numbers[level : level + 1], *([] if len(numbers) > level else [0])]
                numbers[level] += 1
                parts.append(self._task(at, row, ".".join(map(str, numbers[: level + 1])), baselines.get(row["id"], [])))
            yield "".join(parts)

    def _task(self, at: int, row: dict[str, Any], outline: str, baselines: list[BaselineDate]) -> str:
        plan, (start, finish) = row["plan"] or {}, self._dates(row)
        minutes, percent = self._minutes(row, start, finish), self._percent(row)
        is_summary = row["is_summary"] or row["id"] in self.parents
        started, ended = wall_clock(row["actual_start"]), wall_clock(row["actual_finish"])
        if started is None and row["state__category"] == State.Category.IN_PROGRESS and not percent:
            started = start  # that it has begun, MS Project reads from nothing else
        constraint = CONSTRAINTS.index(row["constraint"])
        form = (_ELAPSED_DAYS if row["is_duration_elapsed"] else _DAYS) + (32 if plan.get("is_estimated") else 0)
        delay = plan.get("leveling_delay_minutes") or 0
        return "".join((
            "<Task>", _leaf("UID", self.uid[row["id"]]), _leaf("ID", at), _leaf("Name", row["title"]), _leaf("Active", plan.get("is_active", True)),
            _leaf("Manual", row["is_manual"]), _leaf("Type", TASK_TYPES.index(plan.get("task_type", "units"))), _leaf("IsNull", False),
            _leaf("CreateDate", wall_clock(row["created_at"])), _leaf("WBS", plan.get("wbs") or outline), _leaf("OutlineNumber", outline), _leaf("OutlineLevel", row["level"] + 1),
            _leaf("Priority", plan.get("priority", 500)), _leaf("Start", start), _leaf("Finish", finish), _leaf("Duration", _span(minutes)),
            _leaf("DurationFormat", form), _leaf("Work", _span(plan.get("work_minutes", row["estimate_minutes"]))), _leaf("Stop", _read(plan.get("stop"))),
            _leaf("Resume", _read(plan.get("resume"))), _leaf("EffortDriven", bool(plan.get("is_effort_driven"))), _leaf("Estimated", bool(plan.get("is_estimated"))),
            _leaf("Milestone", row["is_milestone"]), _leaf("Summary", is_summary), _leaf("Critical", bool(plan.get("is_critical"))), _leaf("ExternalTask", bool(plan.get("is_external"))),
            _leaf("FreeSlack", _tenths(plan.get("free_slack_minutes"))), _leaf("TotalSlack", _tenths(plan.get("total_slack_minutes"))),
            *self._fixed(row),
            _leaf("PercentComplete", percent), _leaf("PercentWorkComplete", _plain(plan.get("percent_work_complete"))),
            _leaf("ActualStart", started), _leaf("ActualFinish", ended), _leaf("RemainingDuration", _span(plan.get("remaining_minutes"))),
            _leaf("ConstraintType", constraint), _leaf("CalendarUID", self.calendar_uid.get(row["calendar_id"], -1)), _leaf("ConstraintDate", wall_clock(row["constraint_at"])), _leaf("Deadline", wall_clock(row["deadline_at"])),
            _leaf("LevelingDelay", _tenths(delay)), _leaf("LevelingDelayFormat", 8 if plan.get("leveling_delay_is_elapsed", True) else 7),
            _leaf("IgnoreResourceCalendar", bool(plan.get("ignores_resource_calendar"))), _leaf("Notes", row["description"] or None),
            _leaf("PhysicalPercentComplete", _plain(plan.get("physical_percent_complete"))), *(self._link(one) for one in self.links.get(row["id"], ())),
            *(_group("ExtendedAttribute", FieldID=field, Value=value) for (field, _name), value in zip(_TEXTS, (row["key"], row["state__name"], row["type__name"]), strict=True)),
            *(_baseline(one) for one in baselines), "</Task>",
        ))  # fmt: skip

    def _fixed(self, row: dict[str, Any]) -> tuple[str, ...]:
        """In the month in which the line counts: at the start where that is the task's, else at its end."""
        fixed = self.costs.fixed.get(str(self.uid[row["id"]]))
        if fixed is None:
            return ()
        start, finish = self._dates(row)
        at_start = start is not None and finish is not None and ms_project_costs.is_in(fixed.month, start) and not ms_project_costs.is_in(fixed.month, finish)
        return _leaf("FixedCost", fixed.planned), _leaf("FixedCostAccrual", 1 if at_start else 3)

    def _dates(self, row: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
        """As planned; where nobody has planned it, as computed."""
        start, finish = self.computed.get(row["id"], (None, None))
        return wall_clock(row["planned_start"] or start), wall_clock(row["planned_finish"] or finish)

    def _minutes(self, row: dict[str, Any], start: datetime | None, finish: datetime | None) -> float | None:
        if row["duration_minutes"] is not None:
            return float(row["duration_minutes"])
        is_moment = row["is_milestone"] or (start is not None and start == finish)
        return 0.0 if is_moment else row["estimate_minutes"]

    def _percent(self, row: dict[str, Any]) -> int:
        return 100 if row["state__category"] == State.Category.DONE else min(int(row["percent_complete"]), 99 if row["actual_finish"] is None else 100)

    def _link(self, link: Link) -> str:
        if link.lag_percent is not None:
            lag, form = round(link.lag_percent), _ELAPSED_PERCENT if link.is_lag_elapsed else _PERCENT
        else:
            lag, form = link.lag_minutes * 10, _ELAPSED_DAYS if link.is_lag_elapsed else _DAYS
        return _group("PredecessorLink", PredecessorUID=self.uid[link.source_id], Type=_LINKS[link.kind], CrossProject=False, LinkLag=lag, LagFormat=form)

    def resources(self) -> Iterator[str]:
        for number, (key, one) in enumerate(self.resource.items(), 1):
            calendar = self.calendar_uid.get(one.get("calendar") or 0)
            yield _group(
                "Resource", UID=self.resource_uid[key], ID=number, Name=one["name"] or f"Resource {number}", Type=_TYPES.get(one["kind"] or "work", 1), IsNull=False, MaterialLabel=one.get("unit") or None,
                Group=one.get("group") or None, EmailAddress=one.get("email") or None, MaxUnits=_plain(one.get("units")), AccrueAt=one.get("accrues"), CalendarUID=calendar, CostCenter=one.get("cost_centre") or None, IsCostResource=one["kind"] == "cost" or None,
            )  # fmt: skip

    def assignments(self) -> Iterator[str]:
        gaps = {row["id"]: (row, (row["plan"] or {}).get("gaps") or []) for row in self.rows}
        met: Counter[tuple[int, str]] = Counter()
        for number, (item, one) in enumerate(self.work, 1):
            met[item, one["key"]] += 1
            cost = self.costs.of_resources.get(f"{self.uid[item]}/{one['key'].removeprefix(_SOURCE)}/{met[item, one['key']]}")
            row, spans = gaps.get(item, (None, []))
            resting = _resting(self._dates(row), spans) if row and spans else ""
            gaps.pop(item, None)  # told once a task
            yield _group(
                "Assignment", _leaf("UID", number), _leaf("TaskUID", self.uid[item]), _leaf("ResourceUID", self.resource_uid.get(one["key"], _NOBODY)), _leaf("PercentWorkComplete", _plain(one.get("percent_complete"))),
                _leaf("ActualCost", cost.actual if cost else None), _leaf("ActualWork", _span(one.get("actual_work_minutes"))), _leaf("Cost", cost.planned if cost else None), _leaf("Delay", _tenths(one.get("delay_minutes"))), _leaf("Finish", _read(one.get("finish"))),
                _leaf("LevelingDelay", _tenths(one.get("leveling_delay_minutes"))), _leaf("Start", _read(one.get("start"))), _leaf("Units", _plain(one.get("units", 1))),
                _leaf("Work", _span(one.get("work_minutes"))), _leaf("WorkContour", one.get("contour") or 0), resting,
            )  # fmt: skip


_FIELDS = (
    "id", "key", "title", "description", "parent_id", "type__name", "state__name", "state__category", "created_at", "planned_start", "planned_finish", "actual_start",
    "actual_finish", "duration_minutes", "is_duration_elapsed", "estimate_minutes", "percent_complete", "is_milestone", "is_summary", "is_manual", "constraint", "constraint_at",
    "deadline_at", "calendar_id", "plan",
)  # fmt: skip


def _in_outline(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row before what is under it, with its `level` from 0: in MS Project the order of the rows is the tree."""
    ids = {row["id"] for row in rows}
    below: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        below.setdefault(row["parent_id"] if row["parent_id"] in ids else None, []).append(row)
    found, waiting = [], [(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, row["level"] = waiting[-1][0], waiting.pop()[1]
        found.append(row)
        waiting += [(child, row["level"] + 1) for child in reversed(below.get(row["id"], []))]
    return found


def _baseline(one: BaselineDate) -> str:
    return _group("Baseline", Number=one.baseline.number, Start=wall_clock(one.start), Finish=wall_clock(one.finish), Duration=_span(one.duration_minutes))


def _resting(dates: tuple[datetime | None, datetime | None], gaps: list[list[str]]) -> str:
    """Work, a rest, work: rows of time as MS Project writes them for a split task."""
    start, finish = dates
    if start is None or finish is None:
        return ""
    found, at = [], start
    for first, last in gaps:
        begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
        found += [(at, begin, 60), (begin, end, 0)]
        at = end
    found.append((at, finish, 60))
    return "".join(_group("TimephasedData", Type=1, Start=begin, Finish=end, Unit=3, Value=_span(minutes)) for begin, end, minutes in found)


def _times(hours: list[list[int]]) -> str:
    return _many("WorkingTimes", (_group("WorkingTime", FromTime=_of_day(begin), ToTime=_of_day(end)) for begin, end in hours)) if hours else ""


def _of_day(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}:00"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0))


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def _span(minutes: float | None) -> str | None:
    """480 → PT8H0M0S."""
    if minutes is None:
        return None
    seconds = round(abs(minutes) * 60)
    return f"{'-' if minutes < 0 else ''}PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def _tenths(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes * 10)


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:g}"


def _leaf(tag: str, value: Any) -> str:
    if value is None:
        return ""
    text = str(int(value)) if isinstance(value, bool) else value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"<{tag}>{escape(for_xml(text))}</{tag}>"


def _group(tag: str, *parts: str, **leaves: Any) -> str:
    return f"<{tag}>{''.join(_leaf(name, value) for name, value in leaves.items())}{''.join(parts)}</{tag}>"


def _many(tag: str, parts: Iterable[str]) -> str:
    found = "".join(parts)
    return f"<{tag}>{found}</{tag}>" if found else ""
