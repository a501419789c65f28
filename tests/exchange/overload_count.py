"""Who is over-loaded in a plan, counted minute by minute with ElementTree alone: a second opinion on the readers and on compute.

Knows nothing of `tandem`. A resource is over-loaded in a minute in which it works by its calendar and the units of the
assignments that run add up to more than MaxUnits. Minutes that follow each other in working time are one over-load.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

N = "{http://schemas.microsoft.com/project}"
MINUTE = timedelta(minutes=1)


class Found(NamedTuple):
    resource: str
    start: datetime
    finish: datetime
    units: float
    tasks: tuple[str, ...]


class Said(NamedTuple):
    """What the program that wrote the file says itself: who is over-allocated, and whose peak is above the maximum."""

    flagged: set[str]
    peaks: set[str]


def count(path: Path) -> list[Found]:
    root = ElementTree.parse(path).getroot()
    tasks = {_text(one, "UID"): one for one in _rows(root, "Task")}
    resources = {_text(one, "UID"): one for one in _rows(root, "Resource") if _text(one, "Type") == "1" and _text(one, "UID") != "0"}
    on: dict[str, list[tuple[str, float, datetime, datetime, _Calendar | None]]] = defaultdict(list)
    for one in _rows(root, "Assignment"):
        task, who = tasks.get(_text(one, "TaskUID")), _text(one, "ResourceUID")
        if task is not None and who in resources and float(_text(one, "Units") or 1) > 0:
            own = _text(task, "CalendarUID")
            start, finish = (_moment(_text(one, name) or _text(task, name)) for name in ("Start", "Finish"))
            on[who].append((_text(task, "UID"), float(_text(one, "Units") or 1), start, finish, _Calendar(root, own) if own not in ("", "-1") else None))
    found: list[Found] = []
    for who, rows in on.items():
        calendar = _text(resources[who], "CalendarUID") or _text(root, "CalendarUID")
        found += _of_one(who, rows, float(_text(resources[who], "MaxUnits") or 1), _Calendar(root, calendar))
    return sorted(found)


def said(path: Path) -> Said:
    resources = [one for one in _rows(ElementTree.parse(path).getroot(), "Resource") if _text(one, "Type") == "1"]
    peaks = {_text(one, "UID") for one in resources if float(_text(one, "PeakUnits") or 0) > float(_text(one, "MaxUnits") or 1)}
    return Said({_text(one, "UID") for one in resources if _text(one, "OverAllocated") == "1"}, peaks)


def assigned(path: Path) -> int:
    """Assignments of somebody to a task."""
    root = ElementTree.parse(path).getroot()
    tasks = {_text(one, "UID") for one in _rows(root, "Task")}
    people = {_text(one, "UID") for one in _rows(root, "Resource") if _text(one, "Type") == "1"} - {"0"}
    return sum(_text(one, "TaskUID") in tasks and _text(one, "ResourceUID") in people for one in _rows(root, "Assignment"))


def _of_one(who, rows, most, calendar):
    at, last = min(row[2] for row in rows), max(row[3] for row in rows)
    run: list[tuple[datetime, float, set[str]]] = []
    while at <= last:
        if calendar.works(at) or at == last:
            here = [(task, units) for task, units, start, finish, own in rows if start <= at < finish and (own is None or own.works(at))]
            if sum(units for _task, units in here) > most + 1e-9:
                run.append((at, sum(units for _task, units in here), {task for task, _units in here}))
            elif run:
                names = {task for _at, _units, tasks in run for task in tasks}
                yield Found(who, run[0][0], run[-1][0] + MINUTE, round(max(units for _at, units, _tasks in run), 6), tuple(sorted(names, key=lambda one: (len(one), one))))
                run = []
        at += MINUTE


class _Calendar:
    def __init__(self, root, uid: str) -> None:
        self.all = {_text(one, "UID"): one for one in _rows(root, "Calendar")}
        self.uid = uid
        self.known: dict[date, set[int]] = {}

    def works(self, at: datetime) -> bool:
        if at.date() not in self.known:
            self.known[at.date()] = self._minutes(self.uid, at.date())
        return at.hour * 60 + at.minute in self.known[at.date()]

    def _minutes(self, uid: str, on: date) -> set[int]:
        one = self.all[uid]
        for day in [*one.iter(N + "Exception"), *(day for day in one.iter(N + "WeekDay") if _text(day, "DayType") == "0")]:
            period = day.find(N + "TimePeriod")
            if period is not None and _moment(_text(period, "FromDate")).date() <= on <= _moment(_text(period, "ToDate")).date():
                return _hours(day)
        for day in one.findall(f"{N}WeekDays/{N}WeekDay"):
            if _text(day, "DayType") == str(on.isoweekday() % 7 + 1):
                return _hours(day)
        base = _text(one, "BaseCalendarUID")
        return self._minutes(base, on) if base in self.all and base != uid and _text(one, "IsBaseCalendar") != "1" else set()


def _hours(day) -> set[int]:
    found: set[int] = set()
    for one in day.iter(N + "WorkingTime"):
        first, last = (int(text[:2]) * 60 + int(text[3:5]) for text in (_text(one, "FromTime"), _text(one, "ToTime")))
        found |= set(range(first, last or 1440))
    return found


def _rows(root, tag: str):
    return root.findall(f"{N}{tag}s/{N}{tag}")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19])


def _text(element, name: str) -> str:
    return (element.findtext(N + name) or "").strip()
