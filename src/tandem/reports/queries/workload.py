"""Who has how much open work in which week, against their working time: what a workload rests on, and what it cannot place."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.availability import available_hours
from tandem.planning.calendars import Calendars, day_of
from tandem.work.models import Assignment, Sprint, SprintMember, State

MOST_ITEMS, MOST_PEOPLE, WEEKS = 5000, 100, 8
_WEEK = timedelta(days=7)
_LONGEST, _FURTHEST = timedelta(days=1499), date(9000, 1, 1)
_COLUMNS = (
    "id", "key", "due_on", "planned_start", "planned_finish", "estimate_minutes", "estimate_points", "percent_complete",
)  # fmt: skip


@dataclass
class Cell:
    load: float = 0.0
    keys: list[str] = field(default_factory=list)
    unsized: int = 0


@dataclass
class Line:
    """One person's weeks; `time` is their working time in hours, None where load is counted in points or for nobody."""

    user_id: int | None
    name: str
    cells: list[Cell]
    time: list[float] | None
    undated: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        return sum(cell.load for cell in self.cells)


@dataclass
class Workload:
    weeks: list[date]
    lines: list[Line]
    items: int
    by_plan: int = 0
    by_due: int = 0
    overdue: int = 0
    beyond: int = 0
    "Placed in other weeks than these."
    undated: int = 0
    unsized: int = 0
    is_cut: bool = False
    people_left_out: int = 0


def of(rows: Any, user: Any, space: Space | None, first: date, by_points: bool) -> Workload:
    """`rows` are the chosen items. What is planned is spread evenly over the working days that are left of its plan; else it
    stands in the week in which it is due; what is late stands in the current week. Several people share by their shares."""
    opened = rows.exclude(state__category=State.Category.DONE).filter(is_summary=False)
    found = list(opened.order_by("due_on", "id").values_list(*_COLUMNS)[: MOST_ITEMS + 1])
    weeks = [first + n * _WEEK for n in range(WEEKS)]
    load = Workload(weeks, [], min(len(found), MOST_ITEMS), is_cut=len(found) > MOST_ITEMS)
    found = found[:MOST_ITEMS]
    calendar = _calendar(user, space)
    people = _people([row[0] for row in found])
    lines: dict[int | None, Line] = {}
    for pk, key, *row in found:
        share_of = people.get(pk) or [(None, "", 100)]
        placed, size = _placed(load, row, calendar, weeks), _size(row, by_points)
        load.unsized += size is None
        total = sum(share for _id, _name, share in share_of) or 1
        for person, name, share in share_of:
            line = lines.setdefault(person, Line(person, name, [Cell() for _ in weeks], None))
            _add(line, key, placed, size, share / total)
    load.lines = sorted(lines.values(), key=lambda one: (one.user_id is None, -one.total, -sum(len(cell.keys) for cell in one.cells), one.name))
    load.people_left_out = max(0, len(load.lines) - MOST_PEOPLE)
    load.lines = load.lines[:MOST_PEOPLE]
    if not by_points:
        _give_time(load, user, calendar)
    return load


def _calendar(user: Any, space: Space | None) -> WorkingCalendar:
    home = space or Space.objects.visible_to(user).order_by("id").first()
    return Calendars([home.pk] if home else [], clock.today()).of_space(home.pk if home else 0)


def _people(ids: list[int]) -> dict[int, list[tuple[int, str, int]]]:
    found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    rows = Assignment.objects.filter(item__among=ids).order_by("id")  # house: reads — the items came through visible_to
    for item, person, name, share in rows.values_list("item_id", "user_id", "user__name", "share"):
        found[item].append((person, name, share))
    return found


def _size(row: list[Any], by_points: bool) -> float | None:
    """What is left to do: the estimate without the part that is done; None without an estimate."""
    _due, _start, _finish, minutes, points, percent = row
    whole = points if by_points else None if minutes is None else minutes / 60
    return None if whole is None else whole * (100 - min(percent, 100)) / 100


def _placed(load: Workload, row: list[Any], calendar: WorkingCalendar, weeks: list[date]) -> dict[int, float] | None:
    """Week → part of the item that stands there; None without any date."""
    due, start, finish = row[0], day_of(row[1]), day_of(row[2])
    today = clock.today()
    if start and finish and finish >= today:
        load.by_plan += 1
        begin = max(start, today)
        begin = min(begin, _FURTHEST)
        is_open = calendar.working_days(begin, max(begin, min(finish, begin + _LONGEST)))
        days = [begin + timedelta(days=n) for n in range(len(is_open)) if is_open[n]] or [finish]
    elif due or finish:
        day = due or finish
        load.by_due += 1
        load.overdue += day < today
        days = [max(day, today)]
    else:
        load.undated += 1
        return None
    parts: dict[int, float] = defaultdict(float)
    for day in days:
        week = (day - weeks[0]).days // 7
        if 0 <= week < len(weeks):
            parts[week] += 1 / len(days)
    load.beyond += not parts
    return parts


def _add(line: Line, key: str, placed: dict[int, float] | None, size: float | None, share: float) -> None:
    if placed is None:
        line.undated.append(key)
    for week, part in (placed or {}).items():
        cell = line.cells[week]
        cell.keys.append(key)
        cell.unsized += size is None
        cell.load += (size or 0.0) * part * share


def _give_time(load: Workload, user: Any, calendar: WorkingCalendar) -> None:
    """The hours that each person has, less the days off that people said for their sprints, spread over each sprint's working days."""
    off: dict[int, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    last = load.weeks[-1] + _WEEK
    sprints = Sprint.objects.visible_to(user).open().filter(starts_at__isnull=False, ends_at__date__gte=load.weeks[0], starts_at__date__lt=last)
    ids = [line.user_id for line in load.lines if line.user_id]
    rows = SprintMember.objects.filter(sprint__in=sprints.values("pk"), user__in=ids, days_off__gt=0)  # house: reads — seen sprints
    for person, away, starts, ends in rows.values_list("user_id", "days_off", "sprint__starts_at", "sprint__ends_at")[:MOST_ITEMS]:
        first, end = starts.date(), ends.date()
        count = calendar.count_working_days(first, end)
        day = max(first, load.weeks[0])
        while count and day <= min(end, last - timedelta(days=1)):
            off[person][day] += min(1.0, away / count)
            day += timedelta(days=1)
    have = available_hours(ids, load.weeks[0], last - timedelta(days=1), usual=calendar)
    for line in load.lines:
        if line.user_id is None:
            continue
        away_on, minutes = off.get(line.user_id, {}), have.minutes[line.user_id].tolist()
        left = [m * (1 - min(1.0, away_on.get(load.weeks[0] + timedelta(days=n), 0.0))) for n, m in enumerate(minutes)]
        line.time = [sum(left[7 * n : 7 * n + 7]) / 60 for n in range(WEEKS)]
