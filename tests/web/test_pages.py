"""Every page answers, for the people who may see it, in both languages."""

import pytest
from django.urls import reverse

from tandem.strategy.actions import objectives
from tandem.work.models import WorkItem
from tests import make

PLAIN = ["home", "objectives", "projects", "programmes", "portfolios", "features", "releases", "promises", "products", "work_items",
         "plans", "boards", "jobs", "people", "teams", "calendars", "account", "styleguide"]  # fmt: skip


@pytest.fixture
def full(world):
    feature = make.feature(actor=world.chen, product=world.product)
    release = make.release(actor=world.chen, product=world.product)
    make.promise(actor=world.chen, subject=feature)
    objective = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=objective, subject=feature, weight=60)
    items = [
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", assignees=[world.boris])
        for n in range(4)
    ]
    make.link(actor=world.boris, source=items[0], target=items[1])
    make.link(actor=world.boris, source=items[0], target=items[2], kind="blocks")
    world.feature, world.release, world.objective, world.items = feature, release, objective, items
    return world


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PLAIN)
def test_every_page_answers(full, signed_in, name, language):
    type(full.alma).objects.filter(pk=full.alma.pk).update(language=language)
    answer = signed_in(full.alma).get(reverse(name))
    assert answer.status_code == 200
    assert answer["Content-Language"] == language


@pytest.mark.parametrize("name", PLAIN)
def test_every_page_answers_while_nothing_is_there(world, signed_in, name):
    assert signed_in(world.dana).get(reverse(name)).status_code == 200


def test_details_answer_as_page_and_as_peek(full, signed_in):
    client = signed_in(full.alma)
    addresses = [
        reverse("features_detail", kwargs={"id": full.feature.pk}),
        reverse("releases_detail", kwargs={"id": full.release.pk}),
        reverse("objectives_detail", kwargs={"id": full.objective.pk}),
        reverse("projects_detail", kwargs={"id": full.project.pk}),
        reverse("products_detail", kwargs={"id": full.product.pk}),
        reverse("work_item", kwargs={"key": full.items[0].key}),
        reverse("promises_detail", kwargs={"id": full.feature.promises.get().pk}),
    ]
    for address in addresses:
        assert client.get(address).status_code == 200, address
        peek = client.get(address + "?peek=1")
        assert peek.status_code == 200 and b"<html" not in peek.content, address


def test_board_and_plan_show_the_items(full, signed_in):
    client = signed_in(full.boris)
    board = client.get(reverse("board", kwargs={"key": "POR"}))
    assert board.content.count(b"data-card=") == 4
    assert "blocked by POR-1" in board.content.decode()
    assert client.get(reverse("plan", kwargs={"key": "POR"})).status_code == 200
    data = client.get(reverse("plan_data", kwargs={"key": "POR"}))
    assert len(data.json()["id"]) == 4 and data.json()["links"][0][:3] == [0, 1, 0]
    again = client.get(reverse("plan_data", kwargs={"key": "POR"}), headers={"If-None-Match": data["ETag"]})
    assert again.status_code == 304


def test_a_stranger_finds_nothing(full, signed_in):
    client = signed_in(full.dana)
    for address in (
        reverse("work_item", kwargs={"key": "POR-1"}), reverse("board", kwargs={"key": "POR"}), reverse("plan_data", kwargs={"key": "POR"}),
        reverse("features_detail", kwargs={"id": full.feature.pk}),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_visitors_are_sent_to_sign_in(db, client):
    assert client.get("/").status_code == 302


def test_a_card_moves_and_the_slower_hand_is_told(full, signed_in):
    client, item = signed_in(full.mei), full.items[0]
    done = make.state_of(full.project, "done")
    address = reverse("board_card", kwargs={"key": "POR", "id": item.pk})
    first = client.patch(
        address, {"state": done.pk, "after": None, "version": 1}, content_type="application/json"
    )
    assert first.status_code == 200 and first.json()["version"] == 2
    elsewhere = make.state_of(full.project, "in_progress")
    second = client.patch(
        address, {"state": elsewhere.pk, "after": None, "version": 1}, content_type="application/json"
    )
    assert second.status_code == 409
    item.refresh_from_db()
    assert item.state_id == done.pk


def test_a_cell_is_edited_in_place(full, signed_in):
    client = signed_in(full.mei)
    address = reverse("work_item", kwargs={"key": "POR-1"})
    answer = client.patch(
        address, {"title": "New"}, content_type="application/json", headers={"If-Match": '"1"'}
    )
    told = answer.json()
    assert (told["value"], told["shown"], told["version"], told["message"]) == ("New", "New", 2, "Changed title of POR-1")
    assert (
        client.patch(
            address, {"title": "X"}, content_type="application/json", headers={"If-Match": '"1"'}
        ).status_code
        == 409
    )
    assert client.patch(address, {"title": "X"}, content_type="application/json").status_code == 428
    assert (
        client.patch(
            address, {"space": 1}, content_type="application/json", headers={"If-Match": '"2"'}
        ).status_code
        == 422
    )


def test_ones_own_last_change_of_a_cell_is_taken_back_and_done_again(full, signed_in):
    client, address = signed_in(full.mei), reverse("work_item", kwargs={"key": "POR-1"})
    item = WorkItem.objects.get(key="POR-1")

    def said(path, headers=None, body=None):
        send = client.patch if body else client.post
        return send(path, body, content_type="application/json", headers={"Accept": "application/json", **(headers or {})}).json()

    told = said(address, {"If-Match": '"1"'}, {"due_on": "2027-02-12", "was": ""})
    assert told["message"] == "Changed due of POR-1"
    back = said(told["undo"])
    assert back["message"] == "Took 1 change back" and WorkItem.objects.get(pk=item.pk).due_on is None
    said(back["redo"])
    assert str(WorkItem.objects.get(pk=item.pk).due_on) == "2027-02-12"
    nothing = said(address, {"If-Match": '"4"'}, {"due_on": "2027-02-12"})
    assert "undo" not in nothing, "what changed nothing has no way back"
    assert signed_in(full.boris).post(told["undo"], headers={"Accept": "application/json"}).json()["message"].startswith("Took 0"), "only one's own"


def test_a_bulk_change_is_taken_back_by_its_undo(full, signed_in):
    from django.contrib.messages import get_messages

    client = signed_in(full.boris)
    answer = client.post(reverse("work_items_bulk"), {"ids": [i.pk for i in full.items], "do": "priority:1"})
    undo = next(m.extra_tags for m in get_messages(answer.wsgi_request)).removeprefix("undo=")
    assert type(full.items[0]).objects.filter(priority=1).count() == 4
    client.post(undo)
    assert type(full.items[0]).objects.filter(priority=1).count() == 0


def test_the_form_shows_both_versions_when_somebody_was_faster(full, signed_in):
    client, address = signed_in(full.chen), reverse("features_edit", kwargs={"id": full.feature.pk})
    form = {"title": "Mine", "description": "", "state": "idea", "horizon": "later", "version": 1}
    assert client.post(address, {**form, "title": "Theirs"}).status_code == 302
    answer = client.post(address, form)
    assert (
        answer.status_code == 409
        and "Theirs" in answer.content.decode()
        and "Mine" in answer.content.decode()
    )


@pytest.mark.parametrize(
    "text", ["state:open", "assignee:me due:<2w", "状态:未完成", '-type:Bug "item"', "负责人：无"]
)
def test_filters_read_in_both_languages(full, signed_in, text):
    answer = signed_in(full.boris).get(reverse("work_items"), {"q": text})
    assert answer.status_code == 200 and "aria-invalid" not in answer.content.decode()


def test_an_unknown_filter_field_is_named_with_its_place(full, signed_in):
    answer = signed_in(full.boris).get(reverse("work_items"), {"q": "colour:red"})
    assert "colour" in answer.content.decode() and "position 1" in answer.content.decode()


def test_paging_by_key_shows_every_row_once(full, signed_in):
    for n in range(120):
        make.work_item(actor=full.boris, project=full.project, title=f"More {n}")
    client, seen, address = signed_in(full.boris), [], reverse("work_items") + "?sort=due"
    import re

    while address:
        text = client.get(address).content.decode()
        seen += re.findall(r'name="ids" value="(\d+)"', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        address = reverse("work_items") + found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 124
