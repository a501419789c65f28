"""What comes in: as the owner of the address and no further, signed where it can be, hostile or not."""

import hashlib
import hmac
import json

import pytest
from django.test import Client

from tandem.automation.actions import inlets, rules
from tandem.automation.models import Development, Inlet, RuleRun
from tandem.collaboration.models import Comment
from tandem.history.models import Event
from tandem.kit.errors import Denied, Refused
from tandem.people.actions import spaces
from tandem.work.models import WorkItem
from tests import make
from tests.automation.test_rules import run_all


def _inlet(world, kind="records", **values):
    return inlets.create(
        **{"actor": world.boris, "space": world.project.space, "name": "In", "kind": kind} | values
    )


def _send(token, payload, **headers):
    body = payload if isinstance(payload, (bytes, str)) else json.dumps(payload)
    return Client().post(
        f"/in/{token}/",
        body,
        content_type="application/json",
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def _hub(inlet, token, event, payload):
    body = json.dumps(payload).encode()
    signature = "sha256=" + hmac.new(inlet.secret.encode(), body, hashlib.sha256).hexdigest()
    return _send(token, body, X_GitHub_Event=event, X_Hub_Signature_256=signature)


def _lab(inlet, token, event, payload):
    return _send(token, payload, X_Gitlab_Event=event, X_Gitlab_Token=inlet.secret)


def test_a_message_becomes_a_work_item_as_its_owner(world):
    _row, token = _inlet(world, mapping={"title": "alerts.0.name", "labels": "tags"})
    answer = _send(
        token, {"alerts": [{"name": "Disk is full"}], "description": "At 95 %", "tags": ["ops", 3]}
    )
    item = WorkItem.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"work_item": item.key})
    assert (item.title, item.description, item.labels, item.reporter) == (
        "Disk is full",
        "At 95 %",
        ["ops", "3"],
        world.boris,
    )


def test_with_a_key_it_becomes_a_comment(world):
    item = make.work_item(actor=world.mei, project=world.project)
    _row, token = _inlet(world)
    assert _send(token, {"key": item.key.lower(), "description": "Again"}).json() == {"comment": item.key}
    assert Comment.objects.get().author == world.boris


def test_sent_twice_with_a_key_of_its_own_it_is_done_once(world):
    _row, token = _inlet(world)
    first, again = (_send(token, {"title": "Once"}, Idempotency_Key="7") for _ in range(2))
    assert first.json() == again.json() and WorkItem.objects.count() == 1


def test_items_of_elsewhere_are_not_reached(world):
    other = make.project(actor=world.alma, name="Yard")
    item = make.work_item(actor=world.alma, project=other)
    _row, token = _inlet(world, actor=world.alma)
    assert _send(token, {"key": item.key, "description": "x"}).json()["code"] == "inlet_item_unknown"
    assert not Comment.objects.exists()


def test_an_address_ends_when_it_is_taken_back_or_its_owner_may_no_more(world):
    row, token = _inlet(world)
    assert _send("guess", {"title": "x"}).status_code == 404
    spaces.grant(actor=world.admin, space=world.project.space, user=world.boris, role="member")
    assert _send(token, {"title": "x"}).status_code == 404
    spaces.grant(actor=world.admin, space=world.project.space, user=world.boris, role="project_manager")
    assert _send(token, {"title": "x"}).status_code == 201
    inlets.revoke(actor=world.alma, inlet=row)
    assert _send(token, {"title": "x"}).status_code == 404
    assert Inlet.objects.get().digest != token


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"title": 1e999}',
        '{"title": {"a": 1}}',
        '{"title": "\\u0000"}',
        '{"title": " "}',
        "{" * 10_000,
        b"\xff\xfe",
    ],
)
def test_hostile_messages_are_refused_cleanly(world, body):
    _row, token = _inlet(world)
    assert _send(token, body).status_code == 422
    assert not WorkItem.objects.exists()


def test_too_large_and_too_often(world, monkeypatch):
    _row, token = _inlet(world)
    assert _send(token, {"title": "x" * 300_000}).status_code == 422
    monkeypatch.setattr(inlets, "A_MINUTE", 2)
    assert [_send(token, {"title": "x"}).status_code for _ in range(2)] == [201, 429]


def test_only_who_manages_automation_makes_and_ends_them(world):
    row, _token = _inlet(world)
    with pytest.raises(Denied):
        _inlet(world, actor=world.mei)
    with pytest.raises(Denied):
        inlets.revoke(actor=world.mei, inlet=row)
    for values in ({"mapping": {"owner": "x"}}, {"kind": "svn"}, {"name": " "}):
        with pytest.raises(Refused):
            _inlet(world, **values)


PUSH = {
    "ref": "refs/heads/por-1-hull", "repository": {"html_url": "https://git.example.org/p"},
    "commits": [
        {"id": "abc" * 13, "message": "POR-1 Sand it\n\nAlso XPOR-1 and NIX-9", "url": "https://git.example.org/p/c/1", "author": {"name": "Mei"}},
        {"id": "d", "message": "POR-1", "url": "javascript:alert(1)"}, "noise", {"message": 7},
    ],
}  # fmt: skip


def _pull(merged=False):
    return {"action": "closed" if merged else "opened", "pull_request": {
        "number": 4, "title": "Hull", "body": "Ends POR-1", "html_url": "https://git.example.org/p/4", "state": "closed" if merged else "open",
        "merged": merged, "head": {"ref": "hull"}, "user": {"login": "mei"},
    }}  # fmt: skip


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.mei, project=world.project)
    assert made.key == "POR-1"
    return made


def test_github_links_branch_commit_and_pull_request_once(world, item):
    inlet, token = _inlet(world, "github")
    for _ in range(2):
        assert _hub(inlet, token, "push", PUSH).status_code == 200
        assert _hub(inlet, token, "pull_request", _pull()).status_code == 200
    assert _hub(inlet, token, "ping", {"zen": "x"}).json() == {"linked": 0}
    found = {row.kind: row for row in Development.objects.all()}
    assert Development.objects.count() == 3 and set(found) == {"branch", "commit", "merge_request"}
    assert (found["commit"].title, found["commit"].author, found["merge_request"].state) == (
        "POR-1 Sand it",
        "Mei",
        "open",
    )
    assert Event.objects.filter(verb="development.linked").count() == 3


def test_gitlab_links_and_a_merge_sets_a_rule_off(world, item):
    done = make.state_of(world.project, "done")
    rules.create(
        actor=world.boris,
        space=world.project.space,
        name="Merged",
        trigger="merged",
        steps=[{"do": "move", "state": done.pk}],
    )
    inlet, token = _inlet(world, "gitlab")
    attributes = {
        "iid": 9,
        "title": "POR-1 Hull",
        "url": "https://lab.example.org/9",
        "state": "opened",
        "source_branch": "x",
        "description": None,
    }
    assert _lab(
        inlet, token, "Merge Request Hook", {"object_attributes": attributes, "user": {"name": "Mei"}}
    ).json() == {"linked": 1}
    attributes["state"] = "merged"
    assert _lab(inlet, token, "Merge Request Hook", {"object_attributes": attributes}).json() == {"linked": 1}
    attributes["state"] = "opened"
    _lab(inlet, token, "Merge Request Hook", {"object_attributes": attributes})
    assert Development.objects.get().state == "merged"
    run_all()
    item.refresh_from_db()
    assert item.state == done and RuleRun.objects.count() == 1


def test_what_is_not_signed_changes_nothing(world, item):
    hub, hub_token = _inlet(world, "github")
    _lab_inlet, lab_token = _inlet(world, "gitlab")
    for answer in (
        _send(hub_token, PUSH, X_GitHub_Event="push"), _send(hub_token, PUSH, X_GitHub_Event="push", X_Hub_Signature_256="sha256=é"),
        _send(hub_token, PUSH, X_GitHub_Event="push", X_Gitlab_Token=hub.secret), _send(lab_token, PUSH, X_Gitlab_Event="Push Hook"),
    ):  # fmt: skip
        assert answer.status_code == 403
    assert not Development.objects.exists()


def test_the_page_of_the_item_shows_it(world, item, signed_in):
    inlet, token = _inlet(world, "github")
    _hub(inlet, token, "pull_request", _pull(merged=True))
    page = signed_in(world.mei).get(f"/work-items/{item.key}/").content.decode()
    assert "https://git.example.org/p/4" in page and "Development" in page


def test_a_way_with_an_odd_digit_finds_nothing():
    assert inlets._at({"alerts": [1, 2, 3]}, "alerts.²") is None
