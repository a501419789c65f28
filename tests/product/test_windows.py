"""Planned windows: rounded outward to their precision, and the horizon that they imply unless somebody set one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tandem.kit.dates import UNITS, Span
from tandem.kit.errors import Refused
from tandem.product.actions import features, releases
from tandem.product.models import Feature
from tandem.product.models.window import implied_by
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.mark.parametrize("unit", UNITS)
def test_a_window_is_rounded_outward_and_a_coarser_reader_never_gets_a_finer_date(unit):
    given = Span(date(2027, 2, 10), date(2027, 5, 20), "day")
    told = given.told(unit)
    assert told.first <= given.first and told.last >= given.last
    assert told.told("day") == told, "asked for more exactly, it is told as exactly as it is known"
    assert told.told(unit) == told


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("day", (2027, 2, 10), (2027, 2, 10)), ("week", (2027, 2, 8), (2027, 2, 14)), ("month", (2027, 2, 1), (2027, 2, 28)),
        ("quarter", (2027, 1, 1), (2027, 3, 31)), ("half", (2027, 1, 1), (2027, 6, 30)), ("year", (2027, 1, 1), (2027, 12, 31)),
    ],
    ids=UNITS,
)  # fmt: skip
def test_one_day_to_the_unit_covers_the_whole_unit(world, unit, first, last):
    row = features.create(actor=world.chen, product=world.product, title="Night", planned_to=date(2027, 2, 10), planned_precision=unit)
    expected = date(*first), date(*last)
    assert (row.planned_from or row.planned_to, row.planned_to) == expected
    release = releases.create(actor=world.chen, product=world.product, name="R", planned_on=date(2027, 2, 10), planned_precision=unit)
    assert (release.window.first, release.planned_on) == expected


def test_an_end_before_the_start_is_refused(world):
    row = make.feature(actor=world.chen, product=world.product)
    with pytest.raises(Refused, match="period_reversed"):
        features.change(actor=world.chen, feature=row, version=None, planned_from=date(2027, 3, 1), planned_to=date(2027, 2, 1))
    features.change(actor=world.chen, feature=row, version=None, planned_from=date(2027, 3, 1))
    with pytest.raises(Refused, match="period_reversed"):
        features.change(actor=world.chen, feature=row, version=None, planned_to=date(2027, 2, 1))


@pytest.mark.parametrize(
    ("first", "last"), [(None, None), (-5, 400), (0, 0), (10, 92), (10, 93), (None, 184), (None, 185), (200, None), (-1, None)],
    ids=["none", "begun", "today", "a quarter", "next", "two quarters", "later", "only its start", "only its start, begun"],
)  # fmt: skip
def test_python_and_the_database_imply_the_same_horizon(world, first, last):
    days = [TODAY + timedelta(days=n) if n is not None else None for n in (first, last)]
    row = features.create(actor=world.chen, product=world.product, title="Night", planned_from=days[0], planned_to=days[1])
    assert row.stands_in == implied_by(row.window, TODAY)
    for horizon in ("now", "next", "later"):
        assert Feature.objects.standing_in(horizon, TODAY).filter(pk=row.pk).exists() is (horizon == row.stands_in)


def test_the_horizon_set_by_hand_wins_and_the_pages_say_what_the_window_implies(world, signed_in):
    row = features.create(
        actor=world.chen, product=world.product, title="Night", horizon="now", planned_to=date(2027, 9, 1), planned_precision="quarter"
    )
    assert row.stands_in == "now"
    client = signed_in(world.chen)
    said = "Now, set by hand; its window says: Later"
    assert said in client.get(reverse("features_detail", kwargs={"id": row.pk})).content.decode()
    board = client.get(reverse("roadmap") + "?view=horizons").content.decode()
    assert said in board and "Q3 2027" in board
    assert "m-window" in client.get(reverse("roadmap")).content.decode()
    features.change(actor=world.chen, feature=row, version=None, horizon="window")
    later = client.get(reverse("features") + "?horizon=later").content.decode()
    assert "Night" in later and "set by hand" not in client.get(reverse("roadmap") + "?view=horizons").content.decode()


def test_a_form_without_a_precision_plans_to_the_day(world, signed_in):
    row = make.feature(actor=world.chen, product=world.product, title="Night")
    sent = {"title": "Night", "description": "", "state": "idea", "horizon": "window", "planned_to": "2027-02-10", "version": row.version}
    assert signed_in(world.chen).post(reverse("features_edit", kwargs={"id": row.pk}), sent).status_code in (200, 204, 302)
    row.refresh_from_db()
    assert (row.planned_from, row.planned_to, row.planned_precision) == (None, date(2027, 2, 10), "day")
