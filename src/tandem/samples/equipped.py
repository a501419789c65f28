"""Loads equipment and material, and what the next work of some projects needs of it: two of them the same one at once."""

from datetime import date, timedelta
from decimal import Decimal

from tandem.kit.errors import Refused
from tandem.resources.actions import equipment
from tandem.resources.models import Equipment
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import equipment as words
from tandem.work.actions import calendars
from tandem.work.models import WorkItem

_DAY = [[480, 720], [780, 1020]]


class Equipped:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead = place, timeline, place.users["lead"]
        self.there: dict[str, Equipment] = {}

    def run(self) -> None:
        as_of = self.place.world.as_of
        self.timeline.add(at(max(as_of - timedelta(60), self.place.world.began_on), 8), self._there)
        self.timeline.add(at(as_of - timedelta(1), 15), self._needed)

    def _there(self) -> None:
        say, root = self.place.say, self.place.root
        for one in words.EQUIPMENT:
            calendar = None
            if one.days:
                week = {str(day): _DAY if day in one.days else [] for day in range(1, 8)}
                calendar = calendars.create(actor=self.lead, space=root, name=say(words.CALENDAR), week=week)
            self.there[one.code] = equipment.create(
                actor=self.lead, space=root, name=say(one.name), kind=one.kind, unit=say(one.unit), available=None if one.available is None else Decimal(one.available),
                rate=Decimal(one.rate), currency=one.currency, description=say(one.text), calendar=calendar,
            )  # fmt: skip

    def _needed(self) -> None:
        """For what comes next in each project; who comes second says why it is more than there is."""
        taken: set[int] = set()
        for code, project, count, amount in words.NEEDS:
            rows = WorkItem.objects.open().filter(space=self.place.projects[project].space, is_milestone=False, is_summary=False).exclude(pk__in=taken)
            for item in rows.select_related("space").order_by("planned_start", "rank", "id")[:count]:
                taken.add(item.pk)
                self._need(item, self.there[code], Decimal(amount))

    def _need(self, item: WorkItem, what: Equipment, amount: Decimal) -> None:
        first = max(item.planned_start.date(), self._soon()) if item.planned_start else self._soon()
        last = max(item.planned_finish.date(), first) if item.planned_finish else first + timedelta(2)
        values = {"item": item, "equipment": what, "amount": amount, "starts_on": first, "ends_on": last}
        try:
            equipment.need(actor=self.lead, **values)  # type: ignore[arg-type]
        except Refused:
            equipment.need(actor=self.lead, **values, override_reason=self.place.say(words.BECAUSE))  # type: ignore[arg-type]

    def _soon(self) -> date:
        return self.place.world.as_of + timedelta(3)
