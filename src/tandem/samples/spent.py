"""Loads what projects cost: exchange rates, budgets with a transfer, lines planned and later paid."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tandem.kit.dates import months_on
from tandem.portfolio.actions import budgets, cost_lines, exchange_rates
from tandem.portfolio.models import Budget, CostLine
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import costs as words

_PLANNED = 300
"""Days before today on which the costs were planned."""


def _money(thousands: float | None) -> Decimal | None:
    return None if thousands is None else Decimal(str(thousands)) * 1000


class Spent:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead = place, timeline, place.users["lead"]
        self.as_of = place.world.as_of
        self.lines: dict[int, CostLine] = {}

    def run(self) -> None:
        began = max(self.place.world.began_on + timedelta(5), self.as_of - timedelta(_PLANNED))
        self.timeline.add(at(began, 8), self._rates)
        for project, thousands, why in words.BUDGETS:
            self.timeline.add(at(began, 9), partial(self._approve, project, thousands, self.place.say(why)))
        for number, frame in enumerate(words.COSTS):
            self.timeline.add(at(began, 10), partial(self._plan, number, frame))
            came = min(months_on(self.as_of, frame.months) + timedelta(20), self.as_of - timedelta(2))
            if came > began and (frame.committed or frame.actual is not None or frame.forecast is not None):
                self.timeline.add(at(came, 15), partial(self._come, number, frame))
        self.timeline.add(at(self.as_of - timedelta(30), 11), self._transfer)

    def _rates(self) -> None:
        for currency, days, rate in words.RATES:
            exchange_rates.create(actor=self.lead, currency=currency, on=self.as_of - timedelta(days), rate=Decimal(rate), source_name="ECB")

    def _approve(self, project: str, thousands: float, why: str) -> None:
        budgets.approve(actor=self.lead, project=self.place.projects[project], amount=_money(thousands) or Decimal(0), currency="EUR", note=why)

    def _plan(self, number: int, frame: words.CostFrame) -> None:
        values: dict[str, Any] = {
            "title": self.place.say(frame.title), "kind": frame.kind, "treatment": frame.treatment, "month": months_on(self.as_of, frame.months),
            "currency": frame.currency, "planned": _money(frame.planned), "supplier": frame.supplier, "reference": frame.reference,
        }  # fmt: skip
        self.lines[number] = cost_lines.create(actor=self.lead, space=self.place.projects[frame.project].space, **values)

    def _come(self, number: int, frame: words.CostFrame) -> None:
        values = {"committed": _money(frame.committed), "actual": _money(frame.actual), "forecast": _money(frame.forecast)}
        cost_lines.change(actor=self.lead, cost_line=self.lines[number], version=None, **values)

    def _transfer(self) -> None:
        source, to, thousands, why = words.TRANSFER
        budget = Budget.objects.get(project=self.place.projects[source])
        budgets.transfer(actor=self.lead, budget=budget, to=self.place.projects[to], amount=_money(thousands) or Decimal(0), note=self.place.say(why))
