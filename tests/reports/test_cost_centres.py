"""Cost centres by fiscal year: their quarters add up to the months, wherever the year begins."""

from datetime import date
from decimal import Decimal

import pytest

from tandem.kit import clock
from tandem.portfolio.actions import exchange_rates
from tandem.reports.queries import cost_centres as reads
from tandem.reports.queries import money
from tests import make

MONTHS = {date(2026, 3, 1): "100.10", date(2026, 4, 1): "20.20", date(2026, 12, 1): "3.30", date(2027, 1, 1): "0.05", date(2027, 3, 1): "0.04"}


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (1, [(2026, ("100.10", "20.20", "0", "3.30")), (2027, ("0.09", "0", "0", "0"))]),
        (4, [(2026, ("0", "0", "0", "100.10")), (2027, ("20.20", "0", "3.30", "0.09"))]),
        (12, [(2026, ("0", "120.30", "0", "0")), (2027, ("3.35", "0.04", "0", "0"))]),
    ],
)
def test_quarters_of_a_fiscal_year_are_those_of_its_beginning(first, wanted):
    centre = reads.Centre("4711", {month: Decimal(worth) for month, worth in MONTHS.items()})
    found = reads.years([centre], first)
    assert [(one.year, one.quarters) for one in found] == [(year, tuple(map(Decimal, quarters))) for year, quarters in wanted]
    assert sum(one.total for one in found) == centre.total


def test_the_page_follows_the_year_of_the_organisation(world, signed_in):
    make.cost_line(actor=world.alma, project=world.project, title="Crane", month=date(clock.today().year, 2, 1), planned=Decimal("70.00"), cost_centre="4711")
    make.cost_line(actor=world.alma, project=world.project, title="Hook", month=date(clock.today().year, 5, 1), planned=Decimal("30.00"), cost_centre="4711")
    assert reads.centres(world.alma, frozenset([world.project.space_id]), money.money(world.alma, frozenset([world.project.space_id]), "EUR"))
    year = str(clock.today().year)
    page = signed_in(world.alma).get("/money/?in=POR").content.decode()
    assert page.count(f'<td class="n num nw">{year}</td>') == 1
    exchange_rates.count_in(actor=world.admin, currency="EUR", first_month=4)
    page = signed_in(world.alma).get("/money/?in=POR").content.decode()
    assert page.count(f'<td class="n num nw">{year}</td>') == 1 and page.count(f'<td class="n num nw">{clock.today().year + 1}</td>') == 1
