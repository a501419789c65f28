"""A saved view as a letter: on its days at its hour, one letter with the digest, never of what one may not see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tandem.collaboration.actions import comments, saved_views, subscriptions, watches
from tandem.collaboration.actions import letters as due
from tandem.collaboration.models import Subscription
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces, users
from tandem.people.models import Space
from tandem.web import letters
from tests import make
from tests.collaboration.told import tell

MONDAY = datetime(2027, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.TIME_ZONE = "UTC"
    settings.ORIGIN = "https://tandem.example.org"


@pytest.fixture
def view(world):
    return saved_views.create(actor=world.boris, space=world.project.space, name="Late <things>", page="work_items", query="q=label:late", audience="team")


def late(world, **values):
    return make.work_item(actor=world.boris, project=world.project, labels=["late"], **values)


def _round(moment):
    with clock.held_at(moment):
        return letters.send_due()


def test_it_comes_on_its_day_at_its_hour_once(world, view, mailoutbox):
    item = late(world, title="Ship & sail")
    late(world, title="Another")
    make.work_item(actor=world.boris, project=world.project, title="In time")
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=9)
    assert _round(MONDAY.replace(hour=8)) == 0
    assert _round(MONDAY.replace(hour=9)) == 1
    assert _round(MONDAY.replace(hour=10)) == 0
    assert _round(MONDAY + timedelta(days=1, hours=9)) == 0
    assert _round(MONDAY + timedelta(days=7, hours=23)) == 1
    letter, html = mailoutbox[0], mailoutbox[0].alternatives[0].content
    assert letter.to == [world.mei.email] and "Late <things>" in letter.subject
    assert item.key in letter.body and "Ship & sail" in letter.body and "In time" not in letter.body
    assert "Ship &amp; sail" in html and "Late &lt;things&gt;" in html and f"/work-items/{item.key}/" in html
    assert "https://tandem.example.org/work-items/?q=label" in letter.body


def test_it_stands_in_one_letter_with_the_digest(world, view, mailoutbox):
    item = late(world)
    watches.watch(actor=world.mei, subject=item)
    tell()
    with clock.held_at(MONDAY):
        comments.add(actor=world.boris, subject=item, body="Look")
        tell()
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=8)
    assert _round(MONDAY.replace(hour=8)) == 1
    (letter,) = mailoutbox
    assert "Late <things>" in letter.body and "commented" in letter.body


def test_a_view_that_shows_nothing_sends_nothing_of_its_own(world, view, mailoutbox):
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=8)
    assert _round(MONDAY.replace(hour=8)) == 0 and not mailoutbox


def test_who_loses_sight_of_it_gets_nothing(world, view, mailoutbox):
    late(world)
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=8)
    subscriptions.create(actor=world.chen, view=view, weekdays=[0], hour=8)
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.chen)
    saved_views.change(actor=world.boris, view=view, version=None, audience="private")
    assert _round(MONDAY.replace(hour=8)) == 0
    saved_views.change(actor=world.boris, view=view, version=None, audience="team")
    assert _round(MONDAY.replace(hour=9)) == 1 and mailoutbox[0].to == [world.mei.email]


def test_it_shows_what_the_reader_sees_not_its_owner(world, mailoutbox):
    root = Space.objects.get(parent=None)
    late(world, title="Of the portal")
    spaces.grant(actor=world.admin, space=root, user=world.dana, role="stakeholder")
    other = make.project(actor=world.alma, name="Yard", key="YAR", is_confidential=True)
    make.work_item(actor=world.alma, project=other, title="Behind a door", labels=["late"])
    world.dana.refresh_from_db()
    wide = saved_views.create(actor=world.alma, space=root, name="All late", page="work_items", query="q=label:late", audience="team")
    subscriptions.create(actor=world.dana, view=wide, weekdays=[0], hour=8)
    assert _round(MONDAY.replace(hour=8)) == 1
    assert "Of the portal" in mailoutbox[0].body and "Behind a door" not in mailoutbox[0].body


def test_the_hour_is_that_of_the_person_and_stopping_stops(world, view, mailoutbox):
    late(world)
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=8)
    users.prefer(actor=world.mei, time_zone="Asia/Shanghai")
    assert _round(MONDAY.replace(hour=0, minute=10)) == 1
    due.stop(user=world.mei)
    assert _round(MONDAY + timedelta(days=7)) == 0


def test_a_filter_that_cannot_be_read_any_more_is_said(world, view, mailoutbox):
    subscriptions.create(actor=world.mei, view=view, weekdays=[0], hour=8)
    saved_views.change(actor=world.boris, view=view, version=None, query="q=due:gibberish")
    assert _round(MONDAY.replace(hour=8)) == 1 and "cannot be read any more" in mailoutbox[0].body


def test_rules_of_asking_for_letters(world, view):
    with pytest.raises(Hidden):
        subscriptions.create(actor=world.dana, view=view, weekdays=[0], hour=8)
    for days, hour in (([], 8), ([7], 8), ([0], 24)):
        with pytest.raises(Refused):
            subscriptions.create(actor=world.mei, view=view, weekdays=days, hour=hour)
    row = subscriptions.create(actor=world.mei, view=view, weekdays=[3, 0, 0], hour=8)
    assert row.weekdays == [0, 3]
    assert subscriptions.create(actor=world.mei, view=view, weekdays=[1], hour=9).pk == row.pk, "asked twice it is one"
    with pytest.raises(Denied):
        subscriptions.remove(actor=world.boris, subscription=row)
    with pytest.raises(Stale):
        subscriptions.change(actor=world.mei, subscription=Subscription.objects.get(pk=row.pk), version=1, hour=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.create(space=view.space, user=world.mei, view=view, weekdays=[0])
    subscriptions.remove(actor=world.mei, subscription=Subscription.objects.get(pk=row.pk))
    assert set(Event.objects.filter(verb__startswith="subscription.").values_list("verb", flat=True)) == {
        "subscription.created", "subscription.changed", "subscription.removed",
    }  # fmt: skip


def test_the_pages_ask_say_and_stop(world, view, signed_in):
    client = signed_in(world.mei)
    open_at = f"/work-items/?q=label:late&view={view.pk}"
    assert "Send me letters of this view" in client.get(open_at).content.decode()
    client.post("/work-items/views/", {"do": "subscribe", "view": view.pk, "days": "0,1,2,3,4", "hour": "7"})
    assert "Comes as a letter: Monday to Friday, 07:00" in client.get(open_at).content.decode()
    page = client.get("/account/notifications/").content.decode()
    assert "Late &lt;things&gt;" in page and "Monday to Friday, 07:00" in page
    saved_views.change(actor=world.boris, view=view, version=None, audience="private")
    page = client.get("/account/notifications/").content.decode()
    assert "Late &lt;things&gt;" not in page and "cannot see any more" in page
    assert signed_in(world.boris).post("/work-items/views/", {"do": "unsubscribe", "view": view.pk}).status_code == 404
    signed_in(world.mei).post("/work-items/views/", {"do": "unsubscribe", "view": view.pk, "next": "https://evil.example.org/"})
    assert not Subscription.objects.exists()
    assert signed_in(world.dana).post("/work-items/views/", {"do": "subscribe", "view": view.pk, "days": "0", "hour": "7"}).status_code == 404
