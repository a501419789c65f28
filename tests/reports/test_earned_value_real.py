"""Earned value of two real portfolios, to the cent: two investments of the US Federal IT Dashboard, as they stood on two days of 2012.

What the published table carries: of each project its planned and its actual cost, when it began, was to end and ended. A project earns its
planned cost on the day on which it ended (0/100); what it cost counts from that day. What unfinished projects had cost by then was not
published, so that the actual cost is that of the finished ones. The same figures are reckoned here by hand, in `Decimal`, from the file alone."""

import csv
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from tandem.kit import clock
from tandem.reports.queries import earned_value as reads
from tandem.work.models import WorkItem
from tests import make
from tests.conftest import DATA

FILE = DATA / "portfolio" / "us-it-dashboard-projects-2012.csv"
CENT = Decimal("0.01")
PORTFOLIOS = ("006-000801100", "009-000000706")  # USPTO Network and Security Infrastructure; HRSA Electronic Handbooks
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the portfolio data is not there")


@dataclass
class Row:
    name: str
    start: date
    planned_end: date
    end: date
    planned: Decimal
    actual: Decimal

    def months(self) -> dict[date, Decimal]:
        """Its planned cost over its months, by days; the last one takes what rounding left."""
        days = (self.planned_end - self.start).days + 1
        found: dict[date, Decimal] = {}
        first = self.start
        while first <= self.planned_end:
            last = min(first.replace(day=monthrange(first.year, first.month)[1]), self.planned_end)
            found[first.replace(day=1)] = (self.planned * ((last - first).days + 1) / days).quantize(CENT)
            first = last + timedelta(days=1)
        found[max(found)] += self.planned - sum(found.values())
        return {month: value for month, value in found.items() if value}


def rows_of(investment: str) -> list[Row]:
    def day(text: str) -> date:
        return date.fromisoformat(text[:10])

    found = []
    with FILE.open(encoding="utf-8", errors="replace", newline="") as file:
        for one in csv.DictReader(file):
            dates = [one["Start Date"], one["Planned Project Completion Date (B2)"], one["Projected/Actual Project Completion Date (B2)"]]
            if one["Unique Investment Identifier"] != investment or not all(dates) or not one["Planned Cost ($ M)"] or not one["Projected/Actual Cost ($ M)"]:
                continue
            start, planned_end, end = map(day, dates)
            planned, actual = (Decimal(1_000_000 * Decimal(one[name])).quantize(CENT) for name in ("Planned Cost ($ M)", "Projected/Actual Cost ($ M)"))
            if planned > 0 and actual > 0 and start <= planned_end:
                found.append(Row(one["Project Name"] or one["Project ID"], start, planned_end, end, planned, actual))
    return found


def by_hand(rows: list[Row], on: date) -> dict[str, Decimal]:
    """PMI's formulas over sums; of the running month the part of its days, down to the cent."""
    pv, running = Decimal(0), Decimal(0)
    for row in rows:
        for month, value in row.months().items():
            length = monthrange(month.year, month.month)[1]
            if month.replace(day=length) <= on:
                pv += value
            elif month <= on:
                running += value
    pv += (running * on.day / monthrange(on.year, on.month)[1]).quantize(CENT, ROUND_DOWN)
    done = [row for row in rows if row.end <= on]
    ev, ac, bac = (sum(values, Decimal(0)) for values in ([row.planned for row in done], [row.actual for row in done], [row.planned for row in rows]))
    with localcontext() as exact:
        exact.prec = 60
        cpi, spi = ev / ac, ev / pv
        return {
            "BAC": bac, "PV": pv, "EV": ev, "AC": ac, "SV": ev - pv, "CV": ev - ac, "SPI": spi, "CPI": cpi,
            "EAC typical": bac / cpi, "EAC atypical": ac + bac - ev, "EAC both": ac + (bac - ev) / (cpi * spi), "TCPI": (bac - ev) / (bac - ac),
        }  # fmt: skip


def told(world, investment: str, rows: list[Row], on: date) -> int:
    """An investment as a project of Tandem: each of its projects is a piece of work that weighs what it was to cost."""
    project = make.project(actor=world.alma, name=investment, key=f"R{investment[-6:]}")
    planned: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        for month, value in row.months().items():
            planned[month] += value
    for month, value in sorted(planned.items()):
        make.cost_line(actor=world.alma, project=project, title="Planned", month=month, planned=value)
    for row in rows:
        item = make.work_item(actor=world.alma, project=project, title=row.name[:200], estimate_points=float(row.planned / 1000))
        if row.end <= on:
            make.cost_line(actor=world.alma, project=project, title="Spent", month=row.end.replace(day=1), planned=None, actual=row.actual)
            at = datetime(row.end.year, row.end.month, row.end.day, 12, tzinfo=UTC)
            WorkItem.objects.filter(pk=item.pk).update(state=make.state_of(project, "done"), actual_finish=at)
    return project.space_id


def agree(found, hand: dict[str, Decimal]) -> None:
    figures = found.figures
    assert [Decimal(one) / 100 for one in (figures.budget, figures.planned, figures.earned, figures.actual)] == [hand[name] for name in ("BAC", "PV", "EV", "AC")]
    assert [Decimal(one) / 100 for one in (found.sv, found.cv, found.eac.atypical)] == [hand[name] for name in ("SV", "CV", "EAC atypical")]
    for value, name in ((found.eac.typical, "EAC typical"), (found.eac.both, "EAC both")):
        assert (Decimal(value) / 100).quantize(CENT) == hand[name].quantize(CENT), name
    for index, name in ((found.spi, "SPI"), (found.cpi, "CPI"), (found.tcpi_budget, "TCPI")):
        assert index == pytest.approx(float(hand[name]), rel=1e-14), name


@pytest.mark.parametrize("on", [date(2012, 3, 31), date(2012, 6, 15)])
def test_earned_value_of_two_real_portfolios_is_that_reckoned_by_hand_to_the_cent(world, on):
    rows = {investment: rows_of(investment) for investment in PORTFOLIOS}
    with clock.held_at(datetime(on.year, on.month, on.day, 12, tzinfo=UTC)):
        spaces = {investment: told(world, investment, rows[investment], on) for investment in PORTFOLIOS}
        found = reads.standings(world.alma, spaces.values(), reads.MONEY)
    for investment, space in spaces.items():
        done = [row for row in rows[investment] if row.end <= on]
        assert len(rows[investment]) > 35 and len(done) > 5 and any(row.planned != row.actual for row in done)
        assert found[space].work_unit == reads.POINTS
        agree(found[space].found, by_hand(rows[investment], on))
    both = [row for one in rows.values() for row in one]
    hand = by_hand(both, on)
    hand["PV"] = sum(by_hand(one, on)["PV"] for one in rows.values())
    assert reads.whole(found.values()).figures.earned == hand["EV"] * 100 and reads.whole(found.values()).figures.planned == hand["PV"] * 100
