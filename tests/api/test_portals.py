"""Portals and groups of feedback over the API: what the pages do, with the same rules."""

import json

import pytest

from tandem.product.actions import portals
from tandem.product.models import Feedback, Portal
from tandem.reports.queries import feedback_alike
from tests import make


@pytest.fixture
def portal(world):
    return portals.open_portal(actor=world.chen, product=world.product, intro="Say it")


def post(client, path, version=None, **sent):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return client.post(f"/api/v1/{path}", json.dumps(sent), content_type="application/json", headers=headers)


def test_a_portal_is_opened_changed_closed_and_opened_again_with_a_new_address(world, signed_in):
    client = signed_in(world.chen)
    made = post(client, "portals/", product_id=world.product.pk, intro="Say it").json()
    assert made["token"] and made["closed_at"] is None
    assert post(client, "portals/", product_id=world.product.pk).json()["code"] == "portal_open"
    closed = post(client, f"portals/{made['id']}/closings/", version=made["version"]).json()
    assert closed["closed_at"]
    again = post(client, "portals/", product_id=world.product.pk).json()
    assert (again["id"], again["closed_at"]) == (made["id"], None) and again["token"] != made["token"]


def test_the_address_is_for_those_who_may_share(world, portal, signed_in):
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    assert signed_in(world.chen).get("/api/v1/portals/").json()["items"][0]["token"] == portal.token
    assert signed_in(world.mei).get("/api/v1/portals/").json()["items"][0]["token"] == ""
    assert signed_in(world.dana).get("/api/v1/portals/").json()["items"] == []


def test_what_waits_is_let_through_or_turned_away(world, portal, signed_in):
    said = portals.give(actor=None, portal=portal, title="A crane")
    client = signed_in(world.chen)
    (waiting,) = client.get("/api/v1/feedback/?is_waiting=true").json()["items"]
    assert waiting["id"] == said.pk
    shown = post(client, f"feedback/{said.pk}/portal-verdicts/", version=waiting["version"], is_shown=True).json()
    assert (shown["is_public"], shown["is_waiting"]) == (True, False)
    assert post(client, f"feedback/{said.pk}/portal-verdicts/", version=waiting["version"], is_shown=False).status_code == 412
    said.refresh_from_db()
    comment = portals.comment(actor=None, portal=portal, feedback=said, body="Soon, I hope")
    verdict = post(client, f"portal-comments/{comment.pk}/verdicts/", version=comment.version, is_shown=True).json()
    assert verdict["state"] == "shown"


def test_what_reads_alike_is_listed_and_taken_up(world, signed_in, monkeypatch):
    monkeypatch.setattr(feedback_alike, "is_ready", lambda: True)  # nobody compiled ahead here: the test waits for it
    titles = ["Prices at night for large bookings", "Night prices for large bookings", "Show night prices for large bookings", "A crane on berth three"]
    rows = [make.feedback(actor=world.chen, product=world.product, title=title) for title in titles]
    client, base = signed_in(world.chen), f"products/{world.product.pk}"
    found = client.get(f"/api/v1/{base}/feedback-groups/").json()
    assert found["total"] == 4
    (group,) = found["items"]
    assert rows[3].pk not in group["feedback_ids"] and len(group["feedback_ids"]) >= 2
    assert client.get(f"/api/v1/{base}/feedback-groups/?at_least=7").status_code == 422
    idea = post(client, f"{base}/group-ideas/", title="Night prices", feedback_ids=group["feedback_ids"]).json()
    assert idea["title"] == "Night prices"
    assert client.get(f"/api/v1/{base}/feedback-groups/").json()["items"] == []
    ids = [rows[0].pk, rows[3].pk]
    assert post(client, f"{base}/group-unions/", into_id=rows[0].pk, feedback_ids=ids).json()["id"] == rows[0].pk
    assert Feedback.objects.get(pk=rows[3].pk).merged_into_id == rows[0].pk


def test_entries_of_others_cannot_be_taken_into_a_group(world, signed_in):
    hidden = make.product(actor=world.alma, name="Merger", key="MER", is_confidential=True)
    theirs = make.feedback(actor=world.alma, product=hidden, title="Buy the rival")
    mine = make.feedback(actor=world.chen, product=world.product)
    answer = post(signed_in(world.chen), f"products/{world.product.pk}/group-ideas/", title="X", feedback_ids=[mine.pk, theirs.pk])
    assert (answer.status_code, answer.json()["code"]) == (422, "reference_unknown")
    assert not Portal.objects.exists()
