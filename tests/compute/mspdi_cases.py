"""A small reader of MSPDI for the tests of compute: independent of the importer, only what dates depend
on.
"""

import re
import xml.etree.ElementTree as ElementTree
from datetime import date, datetime, timedelta
from pathlib import Path

from tandem.compute.scheduling.calendar import CalendarException, SeasonalWeek, WorkingCalendar
from tandem.compute.scheduling.network import Constraint, Link, LinkType
from tandem.compute.scheduling.stored_plan import StoredAssignment, StoredPlan, StoredTask
from tests.conftest import DATA

NAMESPACE = "{http://schemas.microsoft.com/project}"
FOLDER = DATA / "msproject"
ELAPSED_FORMATS = {"4", "6", "8", "10", "12", "36", "38", "40", "42", "44"}
PERCENT_FORMATS = {"19", "20", "51", "52"}
LINK_TYPES = {"0": LinkType.FF, "1": LinkType.FS, "2": LinkType.SF, "3": LinkType.SS}
NOBODY = "-65535"


def plans() -> dict[str, Path]:
    """MSPDI files of the data folder by name; empty when the folder is missing."""
    found = {}
    for path in sorted(FOLDER.glob("*.xml")):
        if "schemas.microsoft.com/project" in path.read_text("utf-8", "replace")[:2000]:
            found[path.name] = path
    return found


def read(path: Path) -> StoredPlan:
    root = ElementTree.parse(path).getroot()
    calendars = _calendars(root)
    project = _text(root, "CalendarUID") or "1"
    resources = {
        _text(r, "UID"): (_text(r, "Type") != "0" and _text(r, "Type") != "2", _text(r, "CalendarUID"))
        for r in root.iterfind(f"{NAMESPACE}Resources/{NAMESPACE}Resource")
    }
    people: dict[str, list[StoredAssignment]] = {}
    for element in root.iterfind(f"{NAMESPACE}Assignments/{NAMESPACE}Assignment"):
        people.setdefault(_text(element, "TaskUID"), []).append(_assignment(element, resources, calendars))
    tasks, links, above = [], [], []
    for element in root.iterfind(f"{NAMESPACE}Tasks/{NAMESPACE}Task"):
        uid = _text(element, "UID")
        if uid == "0" or _text(element, "IsNull") == "1":
            continue
        level = int(_text(element, "OutlineLevel"))
        del above[level - 1 :]
        tasks.append(_task(element, uid, above[-1] if above else None, tuple(people.get(uid, ())), calendars))
        above.append(uid)
        links += [_link(link, uid) for link in element.iterfind(f"{NAMESPACE}PredecessorLink")]
    known = {task.id for task in tasks}
    return StoredPlan(
        _moment(root, "StartDate"),
        _moment(root, "FinishDate"),
        tuple(tasks),
        tuple(link for link in links if link.predecessor in known),
        calendars,
        project,
        _text(root, "ScheduleFromStart") != "0",
    )


def stored_slack(path: Path) -> dict[str, int]:
    """Total slack in minutes as the file has it (it stores tenths of a minute)."""
    root = ElementTree.parse(path).getroot()
    return {
        _text(task, "UID"): int(_text(task, "TotalSlack")) // 10
        for task in root.iterfind(f"{NAMESPACE}Tasks/{NAMESPACE}Task")
        if _text(task, "TotalSlack")
    }


def _task(element, uid, parent, assignments, calendars):
    calendar = _text(element, "CalendarUID")
    return StoredTask(
        uid,
        _moment(element, "Start"),
        _moment(element, "Finish"),
        _text(element, "Name"),
        _minutes(_text(element, "Duration")),
        _text(element, "DurationFormat") in ELAPSED_FORMATS,
        parent,
        calendar if calendar in calendars else None,
        _text(element, "IgnoreResourceCalendar") == "1",
        Constraint(int(_text(element, "ConstraintType") or 0)),
        _moment(element, "ConstraintDate"),
        _moment(element, "Deadline"),
        float(_text(element, "PercentComplete") or 0),
        _moment(element, "ActualStart"),
        _moment(element, "ActualFinish"),
        _moment(element, "Stop"),
        _moment(element, "Resume"),
        int(_text(element, "LevelingDelay") or 0) / 10,
        _text(element, "Milestone") == "1",
        _text(element, "Manual") == "1",
        _text(element, "Active") != "0",
        _text(element, "ExternalTask") == "1" or _text(element, "IsSubproject") == "1",
        assignments,
    )


def _link(element, successor):
    form, lag = _text(element, "LagFormat"), float(_text(element, "LinkLag") or 0)
    is_percent = form in PERCENT_FORMATS
    return Link(
        _text(element, "PredecessorUID"),
        successor,
        LINK_TYPES[_text(element, "Type") or "1"],
        lag if is_percent else lag / 10,
        is_percent,
        form in ELAPSED_FORMATS | {"20", "52"},
    )


def _assignment(element, resources, calendars):
    resource = _text(element, "ResourceUID")
    is_work, calendar = resources.get(resource, (True, None))
    return StoredAssignment(
        calendar if resource != NOBODY and calendar in calendars else None,
        _minutes(_text(element, "Work")),
        float(_text(element, "Units") or 1),
        int(_text(element, "Delay") or 0) / 10,
        int(_text(element, "WorkContour") or 0),
        is_work,
        tuple(_breaks(element)),
    )


def _breaks(element):
    """From the last work before rows of zero to the first work after them."""
    rows = [
        (_moment(part, "Start"), _moment(part, "Finish"), _text(part, "Value"))
        for part in element.iterfind(f"{NAMESPACE}TimephasedData")
        if _text(part, "Type") in ("1", "2")
    ]
    resting_since, stopped = None, None
    for start, finish, value in sorted(rows, key=lambda row: row[0]):
        if _minutes(value) > 0:
            if resting_since is not None:
                yield resting_since, start
            resting_since, stopped = None, finish
        elif value and stopped is not None:
            resting_since = stopped


def _calendars(root):
    elements = {_text(c, "UID"): c for c in root.iterfind(f"{NAMESPACE}Calendars/{NAMESPACE}Calendar")}
    made: dict[str, WorkingCalendar] = {}

    def build(uid):
        if uid not in made:
            element = elements[uid]
            above = _text(element, "BaseCalendarUID")
            is_base = _text(element, "IsBaseCalendar") == "1"
            base = build(above) if not is_base and above in elements and above != uid else None
            made[uid] = _calendar(element, uid, base)
        return made[uid]

    for uid in elements:
        build(uid)
    return made


def _calendar(element, uid, base):
    exceptions = []
    for day in element.iterfind(f"{NAMESPACE}WeekDays/{NAMESPACE}WeekDay"):
        if _text(day, "DayType") == "0":
            exceptions.append(CalendarException(*_period(day), _intervals(day)))
    for day in element.iterfind(f"{NAMESPACE}Exceptions/{NAMESPACE}Exception"):
        exceptions.append(CalendarException(*_period(day), _intervals(day)))
    seasons = [
        SeasonalWeek(*_period(season), _week(season, (None,) * 7))
        for season in element.iterfind(f"{NAMESPACE}WorkWeeks/{NAMESPACE}WorkWeek")
    ]
    week = _week(element, (() if base is None else None,) * 7)
    return WorkingCalendar(uid, week, tuple(exceptions), tuple(seasons), base)


def _week(element, unset):
    week = list(unset)
    for day in element.iterfind(f"{NAMESPACE}WeekDays/{NAMESPACE}WeekDay"):
        number = int(_text(day, "DayType"))
        if number:
            week[(number - 2) % 7] = _intervals(day)
    return tuple(week)


def _intervals(day):
    if _text(day, "DayWorking") == "0":
        return ()
    found = []
    for time in day.iterfind(f"{NAMESPACE}WorkingTimes/{NAMESPACE}WorkingTime"):
        start, end = (_clock(_text(time, name)) for name in ("FromTime", "ToTime"))
        found.append((start, end or 1440))
    return tuple(sorted(found))


def _period(element) -> tuple[date, date]:
    period = element.find(f"{NAMESPACE}TimePeriod")
    return _moment(period, "FromDate").date(), _moment(period, "ToDate").date()


def _clock(text: str) -> int:
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _minutes(text: str) -> float:
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text) if text else None
    if not found:
        return 0.0
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds() / 60


def _moment(element, name):
    text = _text(element, name)
    return datetime.fromisoformat(text[:19]) if text else None


def _text(element, name: str) -> str:
    return (element.findtext(NAMESPACE + name) or "").strip()
