"""A promise is given, revised with its reason, kept or withdrawn; what was said stays on record."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.product.actions import features, promises
from tandem.product.models import Promise
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def feature(world):
    return make.feature(actor=world.chen, product=world.product)


def given(world, feature, **values):
    values = {"date": TODAY + timedelta(days=60), "to_whom": "the board"} | values
    return promises.give(actor=world.chen, subject=feature, **values)


def test_a_promise_of_a_release_is_about_the_release(world):
    release = make.release(actor=world.chen, product=world.product)
    assert given(world, release).subject == release


def test_a_date_before_the_day_on_which_it_was_told_is_refused(world, feature):
    with pytest.raises(Refused, match="promise_in_the_past"):
        given(world, feature, date=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="given_in_the_future"):
        given(world, feature, given_on=TODAY + timedelta(days=1))


def test_a_revision_replaces_the_word_and_keeps_the_old_one(world, feature):
    old = given(world, feature)
    new = promises.revise(actor=world.chen, promise=old, version=old.version, date=TODAY + timedelta(days=90), reason="More scope")
    old.refresh_from_db()
    assert (old.date, old.replaced_by, old.reason) == (TODAY + timedelta(days=60), new, "")
    assert (new.reason, new.to_whom) == ("More scope", "the board")
    assert list(Promise.objects.current()) == [new]
    assert Event.objects.filter(verb="promise.revised").count() == 1


def test_a_revision_says_why(world, feature):
    old = given(world, feature)
    with pytest.raises(Refused, match="reason_missing"):
        promises.revise(actor=world.chen, promise=old, version=None, date=TODAY + timedelta(days=90), reason="  ")
    assert Promise.objects.count() == 1


def test_of_two_people_who_revise_at_once_the_second_is_told(world, feature):
    old = given(world, feature)
    first, seen = old.version, Promise.objects.get(pk=old.pk)
    Promise.objects.filter(pk=old.pk).update(version=first + 1)
    with pytest.raises(Stale):
        promises.revise(actor=world.chen, promise=seen, version=first, date=TODAY + timedelta(days=90), reason="Mine")
    assert Promise.objects.count() == 1


def test_a_closed_promise_is_not_touched_again(world, feature):
    kept = promises.keep(actor=world.chen, promise=given(world, feature), version=None)
    gone = promises.withdraw(actor=world.chen, promise=given(world, feature), version=None, reason="Not built")
    for closed in (kept, gone):
        with pytest.raises(Refused, match="promise_closed"):
            promises.keep(actor=world.chen, promise=closed, version=None)
        with pytest.raises(Refused, match="promise_closed"):
            promises.revise(actor=world.chen, promise=closed, version=None, date=TODAY + timedelta(days=9), reason="x")


def test_kept_lies_between_the_giving_and_today(world, feature):
    one = given(world, feature, given_on=TODAY - timedelta(days=10))
    with pytest.raises(Refused, match="kept_in_the_future"):
        promises.keep(actor=world.chen, promise=one, version=None, kept_on=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="kept_too_early"):
        promises.keep(actor=world.chen, promise=one, version=None, kept_on=TODAY - timedelta(days=11))
    assert promises.keep(actor=world.chen, promise=one, version=None, kept_on=TODAY - timedelta(days=2)).slip_days == -62


def test_who_may_not_promise_is_refused(world, feature):
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    with pytest.raises(Denied):
        promises.give(actor=world.mei, subject=feature, to_whom="all", date=TODAY)
    with pytest.raises(Hidden):
        promises.give(actor=world.dana, subject=feature, to_whom="all", date=TODAY)
    assert not Promise.objects.exists()


def test_a_withdrawal_records_the_reason_that_stood_there(world, feature):
    old = given(world, feature)
    new = promises.revise(actor=world.chen, promise=old, version=None, date=TODAY + timedelta(days=90), reason="More scope")
    promises.withdraw(actor=world.chen, promise=new, version=new.version, reason="Nobody needs it")
    event = Event.objects.get(verb="promise.withdrawn")
    assert event.changes["reason"] == ["More scope", "Nobody needs it"]


def test_a_feature_does_not_come_with_the_release_of_another_product(world, feature):
    other = make.release(actor=world.alma, product=make.product(actor=world.alma, name="Other"))
    with pytest.raises(Refused, match="other_product"):
        features.change(actor=world.alma, feature=feature, version=None, release=other)
    with pytest.raises(Refused, match="other_product"):
        make.feature(actor=world.alma, product=world.product, release=other)
    own = make.release(actor=world.chen, product=world.product)
    assert features.change(actor=world.chen, feature=feature, version=None, release=own).release == own
