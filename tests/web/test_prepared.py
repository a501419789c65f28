"""The page of an item asks a query that was written once for all who see the same: another key, another reader, another day."""

import pytest

from tandem.people.actions import spaces
from tandem.web.work import work_item
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_written_yet():
    work_item._made.rows.clear()


def test_each_key_brings_its_own_item(world, signed_in):
    one, two = make.work_item(actor=world.alma, project=world.project, title="Sort the parcels"), make.work_item(actor=world.alma, project=world.project, title="Weigh the parcels")
    client = signed_in(world.boris)
    for item, other in ((one, two), (two, one), (one, two)):
        page = client.get(f"/work-items/{item.key}/").content.decode()
        assert item.title in page
        assert other.title not in page
    assert len(work_item._made.rows) == 1


def test_who_sees_less_is_not_shown_what_was_asked_for_others(world, signed_in):
    item = make.work_item(actor=world.alma, project=world.project, title="Sort the parcels")
    assert signed_in(world.boris).get(f"/work-items/{item.key}/").status_code == 200
    assert signed_in(world.dana).get(f"/work-items/{item.key}/").status_code == 404


def test_rights_that_are_withdrawn_close_the_page(world, signed_in):
    item, guest = make.work_item(actor=world.alma, project=world.project, title="Sort the parcels"), make.user(actor=world.admin, name="Gita Rao", role="member", space=world.project.space)
    assert signed_in(guest).get(f"/work-items/{item.key}/").status_code == 200
    spaces.revoke(actor=world.admin, space=world.project.space, user=guest)
    assert signed_in(guest).get(f"/work-items/{item.key}/").status_code == 404


def test_what_changed_since_is_on_the_page(world, signed_in):
    item, client = make.work_item(actor=world.alma, project=world.project, title="Sort the parcels"), signed_in(world.boris)
    client.get(f"/work-items/{item.key}/")
    item.write(expected=None, title="Sort the letters")
    assert "Sort the letters" in client.get(f"/work-items/{item.key}/").content.decode()


def test_a_key_that_nothing_has_is_no_page(world, signed_in):
    assert signed_in(world.boris).get("/work-items/NONE-1/").status_code == 404
