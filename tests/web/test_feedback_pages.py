"""Feedback on its pages: the same number of queries however much is shown, forms that do what they say, and no address for readers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.people import scoping
from tandem.people.actions import spaces
from tandem.product.actions import customers, feedback_links, feedback_merges, portals
from tandem.product.models import Feedback
from tandem.reports.queries import feedback_alike
from tests import make


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(feedback_alike, "is_ready", lambda: True)
    feedback_alike.forget()
    yield
    feedback_alike.forget()


def _more(world, feature, first, many):
    customer = customers.create(actor=world.chen, space=world.product.space, name=f"Customer {many}")
    for _number in range(many):
        row = make.feedback(actor=world.chen, product=world.product, customer=customer, is_public=True, giver=world.alma)
        feedback_links.link(actor=world.chen, feedback=row, feature=feature)
        twin = make.feedback(actor=world.chen, product=world.product)
        feedback_merges.merge(actor=world.chen, feedback=twin, version=None, into=first)


def _asked(client, path):
    scoping.forget_roles()
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_queries_do_not_grow_with_the_entries(world, signed_in):
    feature = make.feature(actor=world.chen, product=world.product)
    first = make.feedback(actor=world.chen, product=world.product, is_public=True)
    portal = portals.open_portal(actor=world.chen, product=world.product)
    client = signed_in(world.chen)
    paths = ["/feedback/", f"/feedback/{first.pk}/", f"/features/{feature.pk}/", f"/feedback/groups/?product={world.product.pk}", f"/portal/{portal.token}/"]
    _more(world, feature, first, 2)
    few = [_asked(client, path) for path in paths]
    _more(world, feature, first, 12)
    assert [_asked(client, path) for path in paths] == few
    assert max(few) <= 34, few


def test_a_reader_sees_no_address_and_no_buttons_to_decide(world, signed_in):
    row = make.feedback(actor=world.chen, product=world.product, giver_email="ida@example.org")
    assert "ida@example.org" in signed_in(world.chen).get(f"/feedback/{row.pk}/").content.decode()
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    page = signed_in(world.mei).get(f"/feedback/{row.pk}/").content.decode()
    assert "ida@example.org" not in page
    assert "Merge into it" not in page


def test_somebody_who_may_comment_writes_one_down(world, signed_in):
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    client = signed_in(world.mei)
    form = client.get("/feedback/new/").content.decode()
    assert 'name="state"' not in form
    assert 'id="alike"' in form
    sent = {"product": world.product.pk, "title": "Night rates", "source": "hand", "given_on": "2026-01-12", "state": "shipped"}
    assert client.post("/feedback/new/", sent).status_code == 302
    assert Feedback.objects.get(title="Night rates").state == "new"


def test_merging_on_the_page_is_undone_on_the_page(world, signed_in):
    row, into = (make.feedback(actor=world.chen, product=world.product, title=title) for title in ("One queue", "Only one queue"))
    client = signed_in(world.chen)
    assert client.post(f"/feedback/{row.pk}/merges/", {"into": into.pk, "version": row.version}).status_code == 302
    assert b"One queue" in client.get(f"/feedback/{into.pk}/").content
    assert client.post(f"/feedback/{row.pk}/merges/", {"into": "no number"}).status_code in (409, 422)
    assert client.post(f"/feedback/{row.pk}/separations/").status_code == 302
    row.refresh_from_db()
    assert row.merged_into is None
