"""What an MSPDI file says that things cost beside work and material: cost resources on tasks, and fixed costs.

Amounts stand there in hundredths, whatever the currency.
"""

import re
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from xml.etree.ElementTree import Element

from tandem.exchange.formats.mspdi_calendars import as_datetime
from tandem.exchange.formats.source import clean
from tandem.exchange.records import CostRecord

TAGS = {"Cost", "ActualCost", "RemainingCost", "CostVariance", "AccrueAt", "CostCenter"}
"Of cost resources and their assignments: taken over, or a sum of what is."
FIELD = re.compile(r"(Enterprise )?Cost\d{1,2}")
"Fields of one's own that hold an amount: in hundredths too, and for the eyes of everybody who sees the task."
_AT_START = "1"
_CENT, _UNREADABLE = Decimal("0.01"), Decimal("Infinity")


class Place(NamedTuple):
    """A task, as far as a cost needs it. One that is inactive, or of another plan, costs this plan nothing."""

    title: str
    start: date | None
    finish: date | None
    counts: bool = True


class _Resource(NamedTuple):
    name: str
    accrues: str
    cost_centre: str


class Costs:
    """First the whole file is looked at, then records are made while it is read again."""

    def __init__(self) -> None:
        self.is_any = False
        self._resources: dict[str, _Resource] = {}
        self._met: Counter[tuple[str, str]] = Counter()

    def begin(self) -> None:
        self._met.clear()

    def look_at_resource(self, element: Element) -> None:
        uid, name = element.findtext("UID") or "", clean(element.findtext("Name"))
        centre = clean(element.findtext("CostCenter"))
        self._resources[uid] = _Resource(name or f"Resource {uid}", element.findtext("AccrueAt") or "", centre)

    def look_at_task(self, element: Element) -> None:
        self.is_any = self.is_any or bool(_amount(element, "FixedCost") and place_of(element).counts)

    def look_at_assignment(self, element: Element) -> None:
        if not self.is_any and self.is_cost(element.findtext("ResourceUID") or ""):
            self.is_any = bool(_amount(element, "Cost") or _amount(element, "ActualCost"))

    def is_cost(self, resource: str) -> bool:
        return resource in self._resources

    def of_task(self, element: Element, place: Place) -> CostRecord | None:
        return _fixed(element, place, element.findtext("UID") or "")

    def of_plan(self, element: Element, name: str) -> CostRecord | None:
        """The row that stands for the whole plan may cost something in itself."""
        return _fixed(element, place_of(element)._replace(title=name), None)

    def of_assignment(self, element: Element, place: Place) -> CostRecord | None:
        """Known again by its task and its resource: programs number assignments anew when they write a file."""
        task, resource = element.findtext("TaskUID") or "", element.findtext("ResourceUID") or ""
        known = self._resources.get(resource)
        if known is None:
            return None
        self._met[task, resource] += 1
        planned, actual = _amount(element, "Cost"), _amount(element, "ActualCost")
        if not planned and not actual:
            return None
        start, finish = _day(element, "Start") or place.start, _day(element, "Finish") or place.finish
        return CostRecord(
            source_id=f"{task}/{resource}/{self._met[task, resource]}", task=task, resource=resource,
            title=f"{place.title}: {known.name}", planned=planned, actual=actual or None,
            day=_when(start, finish, known.accrues), cost_centre=known.cost_centre,
        )  # fmt: skip


def place_of(task: Element) -> Place:
    counts = task.findtext("Active") != "0" and task.findtext("ExternalTask") != "1"
    return Place(clean(task.findtext("Name")), _day(task, "Start"), _day(task, "Finish"), counts)


def _fixed(element: Element, place: Place, task: str | None) -> CostRecord | None:
    planned = _amount(element, "FixedCost")
    if not planned:
        return None
    when = _when(place.start, place.finish, element.findtext("FixedCostAccrual") or "")
    return CostRecord(source_id=f"{task or 0}/fixed", task=task, resource=None, title=place.title, planned=planned, day=when)


def _when(start: date | None, finish: date | None, accrues: str) -> date | None:
    """The day by which it has come in full."""
    return (start or finish) if accrues == _AT_START else (finish or start)


def _amount(element: Element, tag: str) -> Decimal:
    """Infinite where it cannot be read: no line holds that, so whoever brings it is told."""
    try:
        found = Decimal((element.findtext(tag) or "0").strip() or "0")
        return (found / 100).quantize(_CENT) if found.is_finite() else _UNREADABLE
    except InvalidOperation:
        return _UNREADABLE


def _day(element: Element, tag: str) -> date | None:
    moment = as_datetime(element.findtext(tag))
    return moment.date() if moment else None
