"""The flow of a project and the quick line over the API: what the pages show, for whom, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.kit import clock
from tandem.people.actions import users
from tandem.people.models import Space
from tandem.people.scoping import access_changed
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def ask(client, world):
    def asked(user, path, body=None, scope="write", **headers):
        _, secret = users.create_token(actor=user, name="t", scope=scope)
        given = {"HTTP_AUTHORIZATION": f"Bearer {secret}", **headers}
        if body is None:
            return client.get(f"/api/v1/{path}", **given)
        return client.post(f"/api/v1/{path}", body, content_type="application/json", **given)

    return asked


def _flow(world):
    return f"projects/{world.project.pk}/flow/"


def _finish(world, days):
    with clock.held_at(NOW - timedelta(days=days + 3)):
        item = make.work_item(actor=world.boris, project=world.project)
        work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "in_progress"))
    with clock.held_at(NOW - timedelta(days=days)):
        work_items.move(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=make.state_of(world.project, "done"))


def test_too_little_is_said_and_never_guessed(world, ask):
    empty = ask(world.mei, _flow(world)).json()
    assert (empty["items"], empty["times"], empty["diagram"], empty["finished"]) == (0, None, None, [])
    with clock.held_at(NOW):
        make.work_item(actor=world.boris, project=world.project)
        found = ask(world.mei, _flow(world) + "?by=2027-03-31").json()
    assert found["times"] is None and found["too_little"]["times"] == {"found": 0, "needed": 8}
    assert found["amount"] is None and "amount" in found["too_little"]


def test_the_figures_are_those_of_the_page(world, ask):
    for n in range(10):
        _finish(world, 2 + 3 * n)
    with clock.held_at(NOW):
        found = ask(world.mei, _flow(world) + "?weeks=52&by=2027-03-31").json()
        narrow = ask(world.mei, _flow(world) + "?filter=priority:high").json()
    assert found["too_little"].keys() <= {"bottleneck", "amount"}
    assert len(found["finished"]) == 10 and {one["days"] for one in found["finished"]} == {3.0}
    assert found["times"]["cycle"]["items"] == 10 and found["times"]["cycle"]["percentiles"][0]["days"] == 3.0
    assert sum(one["finished"] for one in found["weeks"]) <= 10 and found["expectation"]["days"] == 3.0
    assert len(found["diagram"]["cumulative"][0]) == len(found["diagram"]["state_ids"])
    assert narrow["items"] == 0


def test_bad_questions_and_strangers_are_refused(world, ask):
    for query, status in (("weeks=-1", 422), ("filter=colour:red", 422), ("by=soon", 422), ("period=26w", 422)):
        assert ask(world.mei, f"{_flow(world)}?{query}").status_code == status, query
    assert ask(world.dana, _flow(world)).status_code == 404
    assert ask(world.mei, "projects/999999/flow/").status_code == 404
    Space.objects.filter(pk=world.project.space_id).update(is_confidential=True)
    access_changed()
    assert ask(world.alma, _flow(world)).status_code == 404


def _line(world):
    return f"projects/{world.project.pk}/quick-line/"


def test_a_line_is_understood_before_and_when_it_is_made(world, ask):
    text = "Login fails on Safari !high @boris #auth ^whenever 3d"
    read = ask(world.mei, f"{_line(world)}?text={text.replace('#', '%23').replace('^', '%5E')}").json()
    assert not WorkItem.objects.exists()
    made = ask(world.mei, _line(world), {"text": text})
    assert made.status_code == 201
    shown, item = made.json(), WorkItem.objects.get()
    assert shown["title"] == read["title"] == item.title == "Login fails on Safari ^whenever" and shown["pieces"] == read["pieces"]
    assert [(p["kind"], p["is_problem"]) for p in shown["pieces"]] == [
        ("priority", False), ("person", False), ("label", False), ("when", True), ("estimate", False),
    ]  # fmt: skip
    assert (item.priority, [*item.assignees.all()], item.labels, item.estimate_minutes) == (2, [world.boris], ["auth"], 1440)
    assert (shown["id"], shown["key"], shown["version"]) == (item.pk, item.key, item.version)


def test_a_line_sent_twice_is_made_once_and_not_by_everybody(world, ask):
    once = [ask(world.mei, _line(world), {"text": "Once"}, HTTP_IDEMPOTENCY_KEY="one").json() for _ in range(2)]
    assert once[0] == once[1] and WorkItem.objects.count() == 1
    assert ask(world.mei, _line(world), {"text": "Read only"}, scope="read").status_code == 403
    assert ask(world.dana, _line(world), {"text": "Hers"}).status_code == 404
    other = make.project(actor=world.alma, name="Yard")
    for body in ({"text": " "}, {"text": "!high"}, {"text": "x" * 1001}, {"text": "In", "state_id": make.state_of(other, "done").pk}, {"line": "x"}):
        assert ask(world.mei, _line(world), body).status_code == 422, body
    assert WorkItem.objects.count() == 1
