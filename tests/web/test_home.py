"""Home: what waits for me, what slipped since I looked, which promises are at risk. Objectives roll the same rows up."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.planning import forecasts
from tandem.planning.actions import promises
from tandem.planning.models import Forecast
from tandem.product.actions import features
from tandem.reports.queries import home as reads
from tandem.reports.queries import objectives as trees
from tandem.reports.queries import roadmap
from tandem.strategy.actions import objectives
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def late(world):
    """A feature whose promise the forecast does not keep, and an objective above another that it serves."""
    rows = histories.steady(actor=world.boris, project=world.project, weeks=30)
    world.feature = make.feature(actor=world.chen, product=world.product, title="Bulk booking", state="building")
    features.add_scope(actor=world.chen, subject=world.feature, items=rows)
    world.promise = promises.give(
        actor=world.chen, subject=world.feature, to_whom="the shippers", date=TODAY + timedelta(days=5),
        given_on=TODAY - timedelta(days=60),
    )  # fmt: skip
    world.aim = make.objective(actor=world.alma, title="Shippers stay")
    world.part = make.objective(actor=world.alma, title="Shippers book alone", parent=world.aim)
    objectives.contribute(actor=world.alma, objective=world.part, subject=world.feature, weight=70)
    forecasts.compute(world.product.space)
    return world


def _told_before(world, days_ago: int, p80) -> None:
    """What an earlier forecast of the feature said, on record since then."""
    now = Forecast.objects.of(world.feature).get(is_current=True)
    with clock.held_at(histories.at(TODAY - timedelta(days=days_ago))):
        Forecast.objects.create(
            space=now.space, run=now.run, subject_kind=now.subject_kind, subject_id=now.subject_id, is_current=False,
            as_of=TODAY - timedelta(days=days_ago), p50=p80, p80=p80, p95=p80,
        )  # fmt: skip


def test_a_promise_that_will_be_missed_stands_on_home(late, signed_in):
    text = signed_in(late.alma).get(reverse("home")).content.decode()
    assert "Promises at risk" in text
    assert "Bulk booking" in text
    assert "to the shippers" in text


def test_a_promise_whose_day_is_over_waits_for_who_gave_it(late, signed_in):
    with clock.held_at(histories.at(TODAY + timedelta(days=6))):
        assert "Was it kept?" in signed_in(late.chen).get(reverse("home")).content.decode()
        assert "Was it kept?" not in signed_in(late.alma).get(reverse("home")).content.decode()


def test_only_what_moved_since_the_last_look_is_told(late):
    p80 = Forecast.objects.of(late.feature).get(is_current=True).p80
    _told_before(late, 30, p80 - timedelta(days=40))
    _told_before(late, 8, p80 - timedelta(days=9))
    _told_before(late, 2, p80 - timedelta(days=1))
    found = roadmap.read(late.alma)
    week_ago = histories.at(TODAY - timedelta(days=7))
    assert [one.days for one in reads.moved(late.alma, found, week_ago)] == [9]
    assert reads.moved(late.alma, found, None) == []


def test_an_earlier_date_goes_well_unless_the_promise_is_missed_all_the_same(late, signed_in):
    _told_before(late, 8, Forecast.objects.of(late.feature).get(is_current=True).p80 + timedelta(days=4))
    type(late.alma).objects.filter(pk=late.alma.pk).update(last_looked_at=histories.at(TODAY - timedelta(days=7)))
    late.alma.refresh_from_db()
    client = signed_in(late.alma)
    text = client.get(reverse("home")).content.decode()
    assert "P80 4 days earlier" not in text, "it is off track"
    assert "Slipped since" not in text
    promises.revise(
        actor=late.chen, promise=late.promise, version=late.promise.version, date=TODAY + timedelta(days=900), reason="More time"
    )
    assert "P80 4 days earlier" in client.get(reverse("home")).content.decode()


def test_coming_back_within_the_hour_does_not_clear_the_list(late, signed_in):
    _told_before(late, 8, Forecast.objects.of(late.feature).get(is_current=True).p80 - timedelta(days=9))
    type(late.alma).objects.filter(pk=late.alma.pk).update(last_looked_at=histories.at(TODAY - timedelta(days=7)))
    late.alma.refresh_from_db()
    client, now = signed_in(late.alma), clock.now()
    for minutes in (0, 20, 50):
        with clock.held_at(now + timedelta(minutes=minutes)):
            assert "Slipped since" in client.get(reverse("home")).content.decode()
    with clock.held_at(now + timedelta(hours=3)):
        assert "Slipped since" not in client.get(reverse("home")).content.decode()


def test_a_stranger_is_told_nothing_of_it(late, signed_in):
    assert "Bulk booking" not in signed_in(late.dana).get(reverse("home")).content.decode()


def test_an_objective_rolls_up_what_serves_its_parts_once(late):
    objectives.contribute(actor=late.alma, objective=late.aim, subject=late.feature, weight=10)
    branches = trees.tree(late.alma).branches
    assert [(b.objective.title, b.depth, b.parts) for b in branches] == [("Shippers stay", 0, 1), ("Shippers book alone", 1, 0)]
    top = branches[0]
    assert len(top.below) == 1
    assert (top.status, top.done) == ("off", 0)


def test_an_objective_that_nothing_serves_says_so(late, signed_in):
    make.objective(actor=late.alma, title="Nobody works on this")
    text = signed_in(late.alma).get(reverse("objectives")).content.decode()
    assert text.count("No work serves it") == 1


def test_an_objective_is_seen_with_what_serves_it_only_by_those_who_may(late, signed_in):
    own = make.objective(actor=late.alma, title="Booking without calls", space=late.product.space)
    objectives.contribute(actor=late.alma, objective=own, subject=late.feature, weight=30)
    seen = signed_in(late.chen).get(reverse("objectives")).content.decode()
    assert "Booking without calls" in seen and "Bulk booking" in seen
    assert "Shippers stay" not in seen, "the organisation's objectives are not everybody's"
    hidden = signed_in(late.dana).get(reverse("objectives")).content.decode()
    assert "Booking without calls" not in hidden and "Bulk booking" not in hidden
