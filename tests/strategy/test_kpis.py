"""The KPI register: measurements once for each day, by hand, from lines and by key results that use them."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.reports.queries import key_results as key_reads
from tandem.reports.queries import kpis as reads
from tandem.strategy import pasted
from tandem.strategy.actions import check_ins, key_results, kpis, measurements
from tandem.strategy.actions.measurements import Taken
from tandem.strategy.models import Measurement
from tests import make


@pytest.fixture
def cost(world):
    world.kpi = make.kpi(
        actor=world.alma, space=world.product.space, unit="money", unit_name="EUR", direction="down",
        target=D("3.61"), risk_beyond=D("3.9"), off_beyond=D("4.2"), owner=world.mei,
    )  # fmt: skip
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    return world


def day(back):
    return clock.today() - timedelta(back)


def test_a_day_has_one_value_and_the_same_again_changes_nothing(cost):
    rows = [Taken(day(2), D("4.1")), Taken(day(1), D("4.0"))]
    assert measurements.take_many(actor=cost.mei, kpi=cost.kpi, rows=rows, way="api") == (2, 0, 0)
    assert measurements.take_many(actor=cost.mei, kpi=cost.kpi, rows=rows, way="api") == (0, 0, 2)
    assert measurements.take_many(actor=cost.alma, kpi=cost.kpi, rows=[Taken(day(1), D("3.9"))], way="hand") == (0, 1, 0)
    assert Event.objects.filter(verb="kpi.measured").count() == 3
    assert Event.objects.filter(verb="kpi.measured").latest("id").changes["value"] == ["4.0000", "3.9"]


def test_only_its_owner_and_those_who_keep_the_register_measure(cost):
    for person, problem in ((cost.dana, Hidden), (cost.boris, Hidden)):
        with pytest.raises(problem):
            measurements.take(actor=person, kpi=cost.kpi, on=day(1), value=D(4))
    other = make.kpi(actor=cost.alma, space=cost.product.space, name="Calls")
    with pytest.raises(Denied):
        measurements.take(actor=cost.mei, kpi=other, on=day(1), value=D(4))
    with pytest.raises(Refused, match="day_in_future"):
        measurements.take(actor=cost.mei, kpi=cost.kpi, on=day(-1), value=D(4))


def test_the_thresholds_say_how_good_a_value_is(cost):
    found = [reads.state(cost.kpi, D(v)) for v in ("3.5", "3.9", "4", "4.3")]
    assert found == ["on", "on", "risk", "off"]
    assert reads.state(make.kpi(actor=cost.alma, name="Without"), D(1)) == "none"
    with pytest.raises(Refused, match="thresholds_out_of_order"):
        kpis.change(actor=cost.alma, kpi=cost.kpi, version=1, off_beyond=D(1))


@pytest.mark.parametrize(("text", "values"), [
    ("day;value\n2026-01-01;4,1\n2026-01-02;4.2;first", ["4.1", "4.2"]),
    ("2026-01-01\t48,5 %\n\n2026-01-08\t−3", ["48.5", "-3"]),
    ("\ufeff2026-01-01,1.5\n", ["1.5"]),
])  # fmt: skip
def test_lines_are_read_as_people_paste_them(text, values):
    assert [row.value for row in pasted.read(text)] == [D(v) for v in values]


@pytest.mark.parametrize("text", [
    "", "day,value", "2026-01-01,1\n2026-13-01,2", "2026-01-01,NaN", "2026-01-01,1e30", "2026-01-01,1.23456789", "2026-01-01", "=1+1,2",
    "2026-01-01,Infinity", "2026-01-01,1,\x00",
])  # fmt: skip
def test_lines_that_cannot_be_read_are_named_and_nothing_is_taken(text):
    with pytest.raises(Refused, match="measurements_unreadable"):
        pasted.read(text)


def test_a_key_result_takes_its_value_from_the_kpi_and_from_nobody_else(cost):
    aim = make.objective(
        actor=cost.alma, space=cost.product.space, starts_on=day(10), ends_on=day(-10)
    )
    with pytest.raises(Refused, match="kpi_other_unit"):
        make.key_result(actor=cost.alma, objective=aim, source="kpi", kpi=cost.kpi)
    one = make.key_result(
        actor=cost.alma, objective=aim, source="kpi", kpi=cost.kpi, unit="money", start_value=D("4.1"), target_value=D("3.6")
    )
    assert key_reads.standings(cost.alma, [one])[one.pk].progress is None, "nothing was measured in its period"
    for back, value in ((40, "5"), (3, "3.85"), (5, "4")):
        measurements.take(actor=cost.mei, kpi=cost.kpi, on=day(back), value=D(value))
    found = key_reads.standings(cost.alma, [one])[one.pk]
    assert (found.value, found.value_on, found.progress) == (D("3.85"), day(3), 0.5)
    assert len(key_reads.courses(cost.alma, [one])[one.pk]) == 2
    with pytest.raises(Refused, match="value_computed"):
        check_ins.make(actor=cost.alma, key_result=one, confidence="on", value=D(3))
    with pytest.raises(Refused, match="kpi_in_use"):
        kpis.remove(actor=cost.alma, kpi=cost.kpi)
    key_results.remove(actor=cost.alma, key_result=one)
    kpis.remove(actor=cost.alma, kpi=cost.kpi)
    assert not Measurement.objects.exists()


def test_a_kpi_that_the_reader_does_not_see_gives_no_value(cost):
    aim = make.objective(actor=cost.alma, space=cost.product.space, starts_on=day(10), ends_on=day(-10))
    secret = make.kpi(actor=cost.alma, name="Margin", unit="percent")
    one = make.key_result(actor=cost.alma, objective=aim, source="kpi", kpi=secret)
    measurements.take(actor=cost.alma, kpi=secret, on=day(1), value=D(64))
    assert key_reads.standings(cost.alma, [one])[one.pk].progress == 0.5
    assert key_reads.standings(cost.chen, [one])[one.pk].progress is None
    assert key_reads.courses(cost.chen, [one])[one.pk] == []
    with pytest.raises(Hidden):
        make.key_result(actor=cost.chen, objective=aim, source="kpi", kpi=secret)
