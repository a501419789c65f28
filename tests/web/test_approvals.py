"""A move that waits, on the page, the board, at home, in the API; hostile words stay words."""

import json

import pytest
from django.urls import reverse

from tandem.work.actions import transitions, work_items
from tandem.work.models import MoveRequest, State, WorkItem
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def done(world):
    state = State.objects.get(space=world.project.space, name="Done")
    transitions.create(actor=world.boris, space=world.project.space, to_state=state, approvals=1, approver_roles=["project_manager"])
    return state


@pytest.fixture
def item(world):
    return make.work_item(actor=world.mei, project=world.project, title="<b>Berth</b>")


def test_the_board_says_that_it_waits_and_puts_the_card_back(world, signed_in, done, item):
    client = signed_in(world.mei)
    body = json.dumps({"state": done.pk, "after": None, "version": 1, "lane": f"assignee:{world.mei.pk}"})
    answer = client.patch(reverse("board_card", kwargs={"key": "POR", "id": item.pk}), body, content_type="application/json").json()
    assert answer["is_back"] and "waits for approval" in answer["message"] and answer["state"] == item.state_id
    assert not item.assignments.exists(), "nothing but the move is asked for"
    text = client.get(reverse("board", kwargs={"key": "POR"})).content.decode()
    assert "Waits for approval: Done" in text
    page = reverse("work_item", kwargs={"key": item.key})
    cell = client.patch(page, json.dumps({"state": done.pk}), content_type="application/json", headers={"If-Match": '"1"'}).json()
    assert "waits for approval" in cell["message"] and cell["value"] == item.state_id
    assert MoveRequest.objects.count() == 1


def _ask(world, item, done):
    return work_items.change(actor=world.mei, item=item, version=None, state=done).awaiting


def test_who_may_decide_sees_it_at_home_and_on_the_page(world, signed_in, done, item):
    request = _ask(world, item, done)
    page = reverse("work_item", kwargs={"key": item.key})
    mine = signed_in(world.mei).get(page).content.decode()
    assert "Withdraw the request" in mine and 'value="approve"' not in mine
    client = signed_in(world.boris)
    home = client.get(reverse("home")).content.decode()
    assert "asks to move it into “Done”" in home and "<b>Berth" not in home
    assert 'value="approve"' in client.get(page).content.decode() and 'value="approve"' in client.get(page + "?peek=1").content.decode()
    assert "asks to move it" not in signed_in(world.chen).get(reverse("home")).content.decode()
    here = reverse("move_request_verdicts", kwargs={"id": request.pk})
    assert signed_in(world.mei).post(here, {"do": "approve"}, headers=JSON).status_code == 422
    assert signed_in(world.chen).post(here, {"do": "approve"}, headers=JSON).status_code == 403
    assert signed_in(world.dana).post(here, {"do": "approve"}, headers=JSON).status_code == 404
    client = signed_in(world.boris)
    assert client.post(here, {"do": "reject"}, headers=JSON).status_code == 422
    assert client.post(here, {"do": "approve", "item_version": "9"}, headers=JSON).status_code == 409
    assert client.post(here, {"do": "approve", "version": "1", "item_version": "1"}, headers=JSON).json()["message"] == "Approved: the item has moved."
    assert WorkItem.objects.get(pk=item.pk).state == done
    assert client.post(here, {"do": "approve"}, headers=JSON).status_code == 422, "twice is once"


def test_the_settings_name_who_approves(world, signed_in, done):
    client, here = signed_in(world.boris), reverse("workflow_settings", kwargs={"key": "POR"})
    assert "1 approval: Project manager" in client.get(here).content.decode()
    state = State.objects.get(space=world.project.space, name="In review")
    given = {"do": "allow", "to_state": state.pk, "approvals": "2", "approvers": [world.boris.pk, world.mei.pk]}
    assert client.post(here, given, headers=JSON).status_code == 200
    assert "2 approvals: Boris Orlov, Mei Lin" in client.get(here).content.decode()
    assert client.post(here, {"do": "allow", "to_state": State.objects.get(space=world.project.space, name="To do").pk, "approvals": "1"}, headers=JSON).status_code == 422
