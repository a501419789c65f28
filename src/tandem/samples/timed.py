"""Loads the last weeks of two teams: time on the items that they worked on, sent in, approved or sent back; some still wait."""

import random
from datetime import date, timedelta
from functools import partial

from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.resources.actions import time_sheets
from tandem.resources.models import Employment, TimeOff, TimeSheet
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.work.actions import time_entries
from tandem.work.models import WorkItem

_TEAMS = ("portal", "customs")
_WEEKS = 6
_WHY = ("Thursday is missing", "周四的工时漏填了")


class Timed:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.rng = place, timeline, random.Random(23)
        self.lead = place.users["lead"]

    def run(self) -> None:
        as_of = self.place.world.as_of
        this_week = as_of - timedelta(as_of.weekday())
        people = [code for code, person in self.place.world.people.items() if person.team in _TEAMS]
        for n in range(_WEEKS, 0, -1):
            week = this_week - timedelta(7 * n)
            self.timeline.add(at(week + timedelta(4), 17), partial(self._logged, people, week, n))
            if n > 1:
                self.timeline.add(at(week + timedelta(7), 10), partial(self._answered, week, n))

    def _logged(self, people: list[str], week: date, n: int) -> None:
        for code in people:
            user = self.place.users[code]
            items = self._items(user, week)
            if not items:
                continue
            for day in range(5):
                self._day(user, items, week + timedelta(day))
            if n > 1 or self.rng.random() < 0.7:
                sheet = time_sheets.open_week(actor=user, person=user, week=week)
                time_sheets.submit(actor=user, time_sheet=sheet)

    def _items(self, user: User, week: date) -> list[WorkItem]:
        """What they had in hand in that week."""
        rows = WorkItem.objects.present().filter(assignments__user=user, is_summary=False, is_milestone=False, actual_start__date__lte=week + timedelta(4))
        rows = rows.exclude(actual_finish__date__lt=week).order_by("-actual_start", "id")
        return [item for item in rows[:3] if item.space_id in user.visible_space_ids()]

    def _day(self, user: User, items: list[WorkItem], day: date) -> None:
        if TimeOff.objects.approved().during(day, day).filter(person=user).exists():
            return
        left = self.rng.choice((420, 450, 480, 480))
        for item in items[:-1]:
            part = min(left, 30 * self.rng.randint(1, 7))
            left -= part
            self._log(user, item, day, part)
        self._log(user, items[-1], day, left)

    def _log(self, user: User, item: WorkItem, day: date, minutes: int) -> None:
        if minutes:
            time_entries.log(actor=user, item=item, minutes=minutes, day=day)

    def _answered(self, week: date, n: int) -> None:
        """By their managers; one of the newest comes back."""
        rows = TimeSheet.objects.submitted().filter(week=week).select_related("person").order_by("id")
        for number, sheet in enumerate(rows):
            is_approved = n > 2 or number > 0
            try:
                time_sheets.decide(
                    actor=self._manager(sheet), time_sheet=sheet, version=None, is_approved=is_approved, reason="" if is_approved else self.place.say(_WHY)
                )
            except Refused:  # taken back meanwhile
                continue

    def _manager(self, sheet: TimeSheet) -> User:
        terms = Employment.objects.during(sheet.week, sheet.ends_on).filter(person=sheet.person).exclude(manager=None).select_related("manager")
        found = terms.first()
        return found.manager if found and found.manager else self.lead
