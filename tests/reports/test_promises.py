"""The ledger of promises: what became of every date, and how well dates are kept."""

from datetime import date, timedelta

import pytest

from tandem.kit import clock
from tandem.planning.models import Forecast, Run
from tandem.product.actions import promises
from tandem.product.models import Promise
from tandem.reports.queries import promises as reads
from tandem.strategy.actions import objectives
from tests import make

DAY = timedelta(days=1)


@pytest.fixture
def told(world):
    """Promises of one feature: `told(days)` lies so many days after today, given 100 days before."""
    world.feature = make.feature(actor=world.chen, product=world.product)
    today = clock.today()

    def give(days, **values):
        values = {"given_on": today - 100 * DAY, "to_whom": "the board", **values}
        subject = values.pop("subject", world.feature)
        return promises.give(actor=world.chen, subject=subject, date=today + days * DAY, **values)

    return give


def codes(world, user=None):
    found = reads.entries(user or world.chen, Promise.objects.visible_to(user or world.chen))
    return [one.code for one in found]


def test_what_became_of_each_date(world, told):
    today = clock.today()
    promises.keep(actor=world.chen, promise=told(-50), version=None, kept_on=today - 51 * DAY)
    promises.keep(actor=world.chen, promise=told(-40), version=None, kept_on=today - 39 * DAY)
    told(-30)
    promises.withdraw(actor=world.chen, promise=told(-20), version=None, reason="not built")
    promises.withdraw(actor=world.chen, promise=told(20), version=None, reason="not built")
    told(30)
    assert codes(world) == ["kept", "late", "missed", "too_late", "withdrawn", "none"]


@pytest.mark.parametrize(("new", "said", "code"), [(40, -60, "revised"), (40, -10, "too_late"), (-40, -60, "forward")])
def test_a_revision_is_judged_by_when_it_was_said(world, told, new, said, code):
    today = clock.today()
    promises.revise(
        actor=world.chen, promise=told(-30), version=None, date=today + new * DAY, given_on=today + said * DAY, reason="more scope"
    )
    assert code in codes(world)


@pytest.mark.parametrize(("p50", "p80", "code"), [(10, 19, "on"), (10, 21, "risk"), (21, 30, "off")])
def test_an_open_date_stands_as_the_forecast_says(world, told, p50, p80, code):
    one, today = told(20), clock.today()
    run = Run.objects.create(space=world.product.space, kind="forecast", state="done", as_of=today, inputs_hash="", seed=1, program="0")
    Forecast.objects.create(
        space=world.product.space, run=run, subject_kind="product.feature", subject_id=one.feature_id, as_of=today,
        p50=today + p50 * DAY, p80=today + p80 * DAY,
    )  # fmt: skip
    assert codes(world) == [code]
    at_risk = reads.standing(world.chen, Promise.objects.visible_to(world.chen), "at_risk")
    assert at_risk.count() == (code != "on")


def test_below_five_dates_no_share_is_said(world, told):
    for n in range(4):
        promises.keep(actor=world.chen, promise=told(-50 - n), version=None, kept_on=clock.today() - 60 * DAY)
    told(90)
    found = reads.tally(reads.entries(world.chen, Promise.objects.visible_to(world.chen)))
    assert (found.due, found.share, found.interval) == (4, None, None)
    told(-5)
    found = reads.tally(reads.entries(world.chen, Promise.objects.visible_to(world.chen)))
    assert (found.due, found.kept, found.broken, found.share) == (5, 4, 1, 0.8)
    assert found.interval[0] < 0.8 < found.interval[1]


def test_a_date_that_was_revised_was_not_kept_as_told(world, told):
    today = clock.today()
    for n in range(5):
        one = promises.revise(
            actor=world.chen, promise=told(-60), version=None, date=today - 20 * DAY, given_on=today - 80 * DAY, reason="more scope"
        )
        promises.keep(actor=world.chen, promise=one, version=None, kept_on=today - 20 * DAY)
    found = reads.tally(reads.entries(world.chen, Promise.objects.visible_to(world.chen)))
    assert (found.kept, found.revised, found.share, found.share_as_last_told) == (5, 5, 0.5, 1.0)


def test_the_forecasts_are_judged_beside_the_promises(world, told):
    today = clock.today()
    for n in range(10):
        feature = make.feature(actor=world.chen, product=world.product, title=f"F{n}")
        basis = {"p80": str(today - 30 * DAY)}
        one = told(-20, subject=feature, basis=basis)
        told(-20, subject=feature, basis=basis, to_whom="Nordhafen")  # the same forecast counts once
        promises.keep(actor=world.chen, promise=one, version=None, kept_on=today - (31 if n < 7 else 29) * DAY)
    found = reads.calibration(reads.entries(world.chen, Promise.objects.visible_to(world.chen)))
    assert (found.held, found.cases, found.is_enough) == (7, 10, True)


def test_what_a_release_serves_follows_from_its_features(world, told):
    release = make.release(actor=world.chen, product=world.product)
    part = make.feature(actor=world.chen, product=world.product, title="Part", release=release)
    objective = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=objective, subject=part, weight=50)
    mine = told(20, subject=release)
    told(30)
    assert list(reads.of_objective(world.alma, Promise.objects.visible_to(world.alma), objective.pk)) == [mine]


def test_quarters_hold_every_date(world, told):
    for days in (-400, -95, -3, 0, 200):
        told(days, given_on=clock.today() - 500 * DAY)
    found = reads.by_quarter(reads.entries(world.chen, Promise.objects.visible_to(world.chen)), 1)
    assert [len(rows) for _p, rows in found if rows] and sum(len(rows) for _p, rows in found) == 5
    assert all(p.starts_on <= one.date <= p.ends_on for p, rows in found for one in rows)


def test_a_stranger_sees_none(world, told):
    told(5)
    assert codes(world, world.dana) == []


def test_an_unreadable_basis_is_no_forecast(world, told):
    told(-5, basis={"p80": "soon"})
    told(-5, basis={"p80": 7})
    found = reads.entries(world.chen, Promise.objects.visible_to(world.chen))
    assert [one.p80_then for one in found] == [None, None] and isinstance(found[0].date, date)


def test_what_came_late_stays_missed_also_when_nobody_says_so(world, told):
    day = clock.today()
    given = {"kept_on": None, "withdrawn_on": None, "after": None, "p50": None, "p80": None, "planned": None, "as_of": None}
    assert reads.code_of(day - 30 * DAY, there_on=day - DAY, **given) == reads.MISSED
    assert reads.code_of(day - 30 * DAY, there_on=day - 31 * DAY, **given) != reads.MISSED


def test_a_date_beyond_the_last_quarter_breaks_no_page(world, told):
    told(1)
    promises.give(actor=world.chen, subject=world.feature, date=date(2199, 5, 1), given_on=clock.today(), to_whom="the board")
    found = reads.entries(world.chen, Promise.objects.visible_to(world.chen))
    assert sum(len(rows) for _period, rows in reads.by_quarter(sorted(found, key=lambda one: one.date), 1)) == 1
