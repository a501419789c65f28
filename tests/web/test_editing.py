"""Two people in one field: each hears of the other while both see the item, and neither loses what they wrote."""

import asyncio
import json
import time

import pytest
from django.db import connection
from django.urls import reverse

from tandem.history.models import Event
from tandem.kit.errors import Hidden
from tandem.web import live, live_editing
from tandem.work.actions import editing, work_items
from tandem.work.models import WorkItem
from tests import make
from tests.web.test_live import Page, listening
from tests.web.test_work_pages import patch


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Quay wall", description="One\r\nTwo")


def address(item):
    return reverse("work_item_editing", kwargs={"key": item.key})


def say(client, item, **given):
    return client.post(address(item), json.dumps(given), content_type="application/json")


def test_who_may_change_the_item_says_so_and_nothing_is_written(world, signed_in, item):
    events = Event.objects.count()
    assert say(signed_in(world.mei), item, field="title").json() == {}
    assert say(signed_in(world.mei), item, field="title", over=True).status_code == 200
    assert Event.objects.count() == events and WorkItem.objects.get(pk=item.pk).version == item.version
    assert say(signed_in(world.dana), item, field="title").status_code == 404
    assert signed_in(world.dana).get(address(item), {"field": "title"}).status_code == 404
    for bad in ("colour", "field:x", "field:" + "9" * 40, "<b>"):
        assert say(signed_in(world.mei), item, field=bad).status_code == 422, bad
        assert signed_in(world.mei).get(address(item), {"field": bad}).status_code == 422, bad
    assert signed_in(world.mei).get(address(item), {"field": "field:999999"}).status_code == 404
    for body in (b"[]", b"", b"{}", b"7", b"\xff"):
        assert signed_in(world.mei).post(address(item), body, content_type="application/json").status_code == 400, body
    with pytest.raises(Hidden):
        editing.tell(actor=world.dana, item=item, field="title")


def test_what_the_other_saved_is_said_with_who_and_when(world, signed_in, item):
    boris = signed_in(world.boris)
    assert boris.get(address(item), {"field": "title"}).json()["value"] == "Quay wall"
    work_items.change(actor=world.mei, item=item, version=1, title="Quay wall, north")
    work_items.change(actor=world.boris, item=item, version=2, priority=2)
    said = boris.get(address(item), {"field": "title"}).json()
    assert (said["value"], said["by"], said["version"]) == ("Quay wall, north", "Mei Lin", 3) and said["at"]
    assert boris.get(address(item), {"field": "priority"}).json()["by"] == world.boris.name


def test_a_page_that_learned_the_version_but_shows_the_old_value_overwrites_nothing(world, signed_in, item):
    """Another region of the page may have brought the newest version to a cell that stands open."""
    work_items.change(actor=world.mei, item=item, version=1, title="Theirs")
    answer = patch(signed_in(world.boris), item, 2, title="Mine", was="Quay wall")
    assert (answer.status_code, answer.json()["theirs"]) == (409, "Theirs")
    assert WorkItem.objects.get(pk=item.pk).title == "Theirs"
    assert patch(signed_in(world.boris), item, 2, title="Mine", was="Theirs").status_code == 200


def test_a_value_is_the_same_however_a_page_writes_it(world, signed_in, item):
    client, version = signed_in(world.boris), 1
    both = f"{world.mei.pk},{world.chen.pk}"
    for name, first, seen, then in (
        ("estimate_points", "5", "5", "8"), ("labels", "a, b", "b,a", "c"), ("due_on", "2027-02-12", "2027-02-12", ""),
        ("assignees", both, ",".join(reversed(both.split(","))), ""), ("priority", "2", "2", ""), ("parent", "", "", ""),
    ):  # fmt: skip
        version = patch(client, item, version, **{name: first}).json()["version"]
        answer = patch(client, item, version, **{name: then, "was": seen})
        assert answer.status_code == 200, (name, answer.content)
        version = answer.json()["version"]
    assert patch(client, item, version, description="Three", was="One\nTwo").status_code == 200
    version = WorkItem.objects.get(pk=item.pk).version
    assert patch(client, item, version, title="1.0", was="Quay wall").status_code == 200
    assert patch(client, item, version + 1, title="2", was="1").status_code == 409, "words are not numbers"


@pytest.mark.django_db(transaction=True)
def test_those_who_see_the_item_hear_who_is_writing_and_nobody_else(world, item):
    topic = f"space:{item.space_id}"

    def tell(is_over: bool = False) -> None:
        editing.tell(actor=world.mei, item=item, field="title", is_over=is_over)
        connection.close()

    async def scene() -> None:
        stream = await listening()
        boris, mei, other = (Page(stream, live.token([t], u.pk)) for t, u in ((topic, world.boris), (topic, world.mei), ("space:999999", world.boris)))
        dana = Page(stream, live.token([topic], world.dana.pk))
        await asyncio.gather(boris.hears("retry"), mei.hears("retry"))
        await asyncio.to_thread(tell)
        await boris.hears('event: editing\ndata: {"item"')
        assert '"name": "Mei Lin", "is_over": false' in boris.words
        late = Page(stream, live.token([topic], world.boris.pk))
        await late.hears("event: editing")
        await asyncio.to_thread(tell, True)
        await boris.hears('"is_over": true')
        assert "editing" not in mei.words + other.words + dana.words, "not one's own, not other spaces, not strangers"
        after = Page(stream, live.token([topic], world.boris.pk))
        await after.hears("retry")
        await asyncio.sleep(0.2)
        assert "editing" not in after.words
        stream.close()
        await asyncio.wait_for(asyncio.gather(boris.task, mei.task, late.task, after.task, dana.task, return_exceptions=True), 60)

    asyncio.run(scene())


def _payload(**values):
    return json.dumps({"space": 1, "item": 2, "key": "A-2", "field": "title", "who": 3, "name": "Mei", "is_over": False} | values)


def test_what_nobody_says_again_is_forgotten_and_memory_is_bounded(monkeypatch):
    known = live_editing.Editing()
    for bad in ("", "[]", "7", '{"item": 2}', _payload(item="x"), _payload(space=None)):
        assert known.hear(bad) is None
    for n in range(live_editing._MOST + 50):
        known.hear(_payload(item=n))
    assert len(known._open) == live_editing._MOST
    assert len(known.now(frozenset({"space:1"}))) == live_editing._MOST and known.now(frozenset({"space:2"})) == []
    later = time.monotonic() + live_editing.SECONDS + 1
    monkeypatch.setattr(live_editing.time, "monotonic", lambda: later)
    assert known.now(frozenset({"space:1"})) == [] and not known._open


def test_a_tab_holds_of_each_person_and_field_only_the_last():
    async def scene() -> None:
        known, tab = live_editing.Editing(), live.Tab(["space:1"], 9)
        for _ in range(1000):
            tab.tell_of(known.hear(_payload()))
        tab.tell_of(known.hear(_payload(is_over=True)))
        tab.tell_of(known.hear(_payload(who=9)))
        assert len(said := tab.take_writing()) == 1 and '"is_over": true' in said[0]

    asyncio.run(scene())
