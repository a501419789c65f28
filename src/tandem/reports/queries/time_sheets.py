"""A week of somebody's time: what stands on which item and day, beside the time they have; what else would belong there; and
the weeks that wait for an answer.

Time on items that the reader cannot see is told as a sum, and only to the person and to who answers the week."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from tandem.people.access import Permission, spaces_where
from tandem.people.models import User
from tandem.planning.availability import available_hours
from tandem.resources.models import Booking, Employment, TimeSheet, TimeSheetRow, TimeSheetStep
from tandem.work.models import State, TimeEntry, Timer, WorkItem

DAYS = 7
PROPOSED = 8
WAITING = 100


@dataclass
class Row:
    """An item and its minutes on each day; `entries`: how many make a cell, `notes`: what was said there."""

    item: WorkItem
    may_write: bool
    is_pinned: bool = False
    minutes: list[int] = field(default_factory=lambda: [0] * DAYS)
    entries: list[int] = field(default_factory=lambda: [0] * DAYS)
    notes: list[list[str]] = field(default_factory=lambda: [[] for _n in range(DAYS)])

    @property
    def total(self) -> int:
        return sum(self.minutes)


@dataclass
class Week:
    person: User
    days: list[date]
    sheet: TimeSheet | None
    rows: list[Row]
    expected: list[int]
    away: list[int]
    hidden: list[int]
    is_whole: bool = True

    @property
    def sums(self) -> list[int]:
        return [sum(row.minutes[n] for row in self.rows) + self.hidden[n] for n in range(DAYS)]

    @property
    def total(self) -> int:
        return sum(self.sums)

    @property
    def is_standing(self) -> bool:
        return self.sheet is not None and self.sheet.is_standing


def week(asker: Any, person: User, monday: date, *, sees_all: bool) -> Week:
    """At most nine queries. `sees_all`: the person, or who answers the week; time out of their sight is told as a sum. Others
    are told the time in the projects that they plan, and neither what became of the week nor what the person's calendar says."""
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    if not sees_all:
        rows, _hidden = _rows(asker, person, days, None, spaces_where(asker, Permission.EDIT_PLAN))
        return Week(person, days, None, rows, [0] * DAYS, [0] * DAYS, [0] * DAYS, is_whole=False)
    sheet = TimeSheet.objects.filter(person=person, week=monday).first()  # house: reads — the page has asked who may look
    rows, hidden = _rows(asker, person, days, sheet, asker.visible_space_ids())
    have = available_hours([person.pk], days[0], days[-1])
    expected, away = ([round(n) for n in found] for found in (have.there(person.pk), have.away[person.pk]))
    return Week(person, days, sheet, rows, expected, away, hidden)


def _rows(asker: Any, person: User, days: list[date], sheet: TimeSheet | None, told: frozenset[int]) -> tuple[list[Row], list[int]]:
    entries = TimeEntry.objects.present().filter(user=person, day__range=(days[0], days[-1]))  # house: reads — sorted by sight below
    hidden = [0] * DAYS
    times: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for item_id, space_id, day, minutes, note in entries.order_by("day", "id").values_list("item_id", "space_id", "day", "minutes", "note"):
        if space_id in told:
            times[item_id].append(((day - days[0]).days, minutes, note))
        else:
            hidden[(day - days[0]).days] += minutes
    pinned = set(TimeSheetRow.objects.filter(sheet=sheet).values_list("item_id", flat=True)) if sheet else set()  # house: reads — of the sheet
    shown = Q(pk__in=times) | Q(pk__in=pinned, removed_at=None)
    items = WorkItem.objects.visible_to(asker).filter(shown).select_related("space", "state").order_by("space__name", "space_id", "key")
    may = spaces_where(asker, Permission.EDIT_WORK if asker.pk == person.pk else Permission.EDIT_PLAN)
    rows = []
    for item in items:
        row = Row(item, item.space_id in may and item.removed_at is None, item.pk in pinned)
        for n, minutes, note in times[item.pk]:
            row.minutes[n] += minutes
            row.entries[n] += 1
            if note:
                row.notes[n].append(note)
        rows.append(row)
    return sorted(rows, key=lambda row: (row.item.space.name, row.item.space_id, row.item.number)), hidden


@dataclass(frozen=True)
class Proposed:
    """`percent`: the share of the week for which the person is booked in its project; `is_planned`: its days lie in the week."""

    item: WorkItem
    percent: int | None
    is_planned: bool


def proposed(asker: Any, person: User, monday: date, without: set[int]) -> list[Proposed]:
    """Open items given to the person: first those planned in the week, then those of projects for which they are booked, then
    what is in progress."""
    last = monday + timedelta(days=DAYS - 1)
    may = spaces_where(asker, Permission.EDIT_WORK if asker.pk == person.pk else Permission.EDIT_PLAN)
    items = WorkItem.objects.visible_to(asker).open().assigned_to(person).filter(space_id__among=may, is_summary=False).exclude(pk__in=without)
    begun = Q(state__category=State.Category.IN_PROGRESS)
    planned = Q(planned_start__date__lte=last, planned_finish__date__gte=monday) | Q(due_on__range=(monday, last))
    booked = _booked(asker, person, monday, last)
    rows = items.filter(begun | planned | Q(space__in=booked)).select_related("space").order_by("due_on", "id")[:60]
    found = [Proposed(item, booked.get(item.space_id), _is_planned(item, monday, last)) for item in rows]
    return sorted(found, key=lambda one: (not one.is_planned, one.percent is None))[:PROPOSED]


def _is_planned(item: WorkItem, first: date, last: date) -> bool:
    starts, ends = item.planned_start, item.planned_finish
    return bool((starts and ends and starts.date() <= last and ends.date() >= first) or (item.due_on and first <= item.due_on <= last))


def _booked(asker: Any, person: User, first: date, last: date) -> dict[int, int]:
    rows = Booking.objects.visible_to(asker).during(first, last).filter(person=person, subject_kind="portfolio.project")
    found: dict[int, int] = defaultdict(int)
    for space_id, percent in rows.values_list("space_id", "percent"):
        found[space_id] += round(percent)
    return dict(found)


def steps(sheet: TimeSheet) -> list[TimeSheetStep]:
    return list(TimeSheetStep.objects.filter(sheet=sheet).select_related("by").order_by("-id")[:20])  # house: reads — of a sheet that is shown


def timer(user: Any) -> Timer | None:
    """One's own running clock."""
    return Timer.objects.visible_to(user).select_related("item").first()


@dataclass(frozen=True)
class Waiting:
    sheet: TimeSheet
    minutes: int
    sent_at: datetime | None


def waiting(user: Any, most: int = WAITING) -> list[Waiting]:
    """Weeks that wait for this person's answer, the oldest first; not those that they sent in for others."""
    worked = TimeEntry.objects.present().filter(user=OuterRef("person"), day__range=(OuterRef("week"), OuterRef("ends_on")))  # house: reads — a sum
    total = worked.order_by().values("user").annotate(total=Sum("minutes")).values("total")
    sent = TimeSheetStep.objects.filter(sheet=OuterRef("pk"), kind=TimeSheetStep.Kind.SUBMITTED).order_by("-id").values("at")[:1]  # house: reads — of the sheet
    rows = TimeSheet.objects.visible_to(user).waiting_for(user).select_related("person")
    rows = rows.annotate(total=Coalesce(Subquery(total), 0), sent_at=Subquery(sent))
    return [Waiting(row, row.total, row.sent_at) for row in rows.order_by("week", "person__name", "id")[:most]]


def unsent(person: User, today: date) -> date | None:
    """The week before this one, when the person has time on it and has not sent it in."""
    before = today - timedelta(days=today.weekday() + DAYS)
    worked = TimeEntry.objects.present().filter(user=person, day__range=(before, before + timedelta(days=DAYS - 1)))  # house: reads — one's own
    stands = TimeSheet.objects.filter(person=person, week=before, state__in=TimeSheet.STANDING)  # house: reads — one's own
    return before if worked.exists() and not stands.exists() else None


def may_look(asker: Any, person: User) -> bool:
    """Whether there is a page of this person's weeks for them: oneself; who plans projects and writes time there for others; who
    manages resources, and the managers of people. What it tells of a week is the matter of `week`."""
    if asker.pk == person.pk:
        return True
    if spaces_where(asker, Permission.EDIT_PLAN) or spaces_where(asker, Permission.MANAGE_RESOURCES):
        return True
    return Employment.objects.visible_to(asker).filter(person=person, manager=asker).exists()
