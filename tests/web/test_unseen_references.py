"""What a record refers to in a space that the reader does not see: never named, and not lost when they edit."""

import pytest

from tandem.people.actions import spaces, teams
from tandem.work.actions import calendars
from tests import make

pytestmark = pytest.mark.django_db
UNSEEN = "an item that you cannot see"


@pytest.fixture
def secret(world):
    return spaces.open_space(actor=world.admin, parent=world.root, kind="portfolio", name="Closed", is_confidential=True)


@pytest.fixture
def part(world, secret):
    """An objective of Chen's product below one that Chen does not see."""
    above = make.objective(actor=world.admin, space=secret, title="Buy the rival")
    return make.objective(actor=world.admin, space=world.product.space, title="Ready to merge", parent=above)


def test_an_objective_above_that_one_does_not_see_is_not_named(world, part, signed_in):
    for person, is_named in ((world.chen, False), (world.admin, True)):
        client, path = signed_in(person), f"/objectives/{part.pk}/"
        page, peek = client.get(path).content.decode(), client.get(path, {"peek": "1"}).content.decode()
        assert ("Buy the rival" in page, "Buy the rival" in peek, UNSEEN in peek) == (is_named, is_named, not is_named)


def test_editing_keeps_what_the_editor_does_not_see(world, part, signed_in):
    client = signed_in(world.chen)
    page = client.get(f"/objectives/{part.pk}/edit/").content.decode()
    assert 'name="title"' in page and 'name="parent"' not in page and "Buy the rival" not in page
    above = part.parent_id
    sent = {"title": "Ready", "state": part.state, "starts_on": part.starts_on, "ends_on": part.ends_on, "version": part.version, "parent": ""}
    assert client.post(f"/objectives/{part.pk}/edit/", sent).status_code == 302
    part.refresh_from_db()
    assert (part.title, part.parent_id) == ("Ready", above)


def test_who_sees_what_stands_above_may_take_it_away(world, part, signed_in):
    page = signed_in(world.admin).get(f"/objectives/{part.pk}/edit/").content.decode()
    assert 'name="parent"' in page and "Buy the rival" in page


def test_a_team_and_a_calendar_of_elsewhere_are_not_named(world, secret, signed_in):
    team = teams.create(actor=world.admin, space=secret, name="Deal team")
    feature = make.feature(actor=world.admin, product=world.product, team=team)
    release = make.release(actor=world.admin, product=world.product, team=team)
    base = calendars.create(actor=world.admin, space=secret, name="Deal days")
    calendar = calendars.create(actor=world.admin, space=world.product.space, name="Ours", base=base)
    for path in (f"/features/{feature.pk}/", f"/releases/{release.pk}/", f"/calendars/{calendar.pk}/"):
        page = signed_in(world.chen).get(path, {"peek": "1"}).content.decode()
        assert UNSEEN in page and "Deal" not in page, path
