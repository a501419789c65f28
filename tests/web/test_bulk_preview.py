"""Before many items change, a page says what will stand there, what refuses and why; then exactly that is done, or nothing."""

import re

import pytest
from django.urls import reverse

from tandem.history.models import Event
from tandem.work.actions import wip_limits, work_items
from tandem.work.models import WorkItem
from tests import make

BULK = "/work-items/bulk/"


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", labels=["ui"][:n]) for n in range(3)]


def preview(client, items, do, **more):
    return client.post(BULK, {"ids": [i.pk for i in items], "do": do, "preview": "1", "next": "/work-items/?q=x"} | more).content.decode()


def seen(page):
    return re.findall(r'name="ids" value="(\d+:\d+)"', page)


def test_a_preview_shows_before_and_after_and_writes_nothing(world, signed_in, items):
    events = Event.objects.count()
    page = preview(signed_in(world.boris), items, "priority:1")
    assert "3 items will change." in page and page.count("<b>Urgent</b>") == 3 and page.count("No priority") == 3
    assert Event.objects.count() == events and WorkItem.objects.filter(priority=1).count() == 0
    assert seen(page) == [f"{i.pk}:1" for i in items]


def test_what_was_shown_is_done_and_undone_in_one_step(world, signed_in, items):
    client = signed_in(world.boris)
    page = preview(client, items, "label:ui")
    assert "2 items will change." not in page or "1 stands so already" in page
    client.post(BULK, {"ids": seen(page), "do": "label:ui", "next": "/work-items/?q="})
    assert WorkItem.objects.filter(labels__contains=["ui"]).count() == 3
    back = client.post(reverse("work_items_undo", kwargs={"run": Event.objects.latest("id").run}), headers={"Accept": "application/json"})
    assert WorkItem.objects.filter(labels__contains=["ui"]).count() == 2
    client.post(back.json()["redo"], headers={"Accept": "application/json"})
    assert WorkItem.objects.filter(labels__contains=["ui"]).count() == 3, "redo does it once more"


def test_what_changed_after_the_preview_stops_all(world, signed_in, items):
    client = signed_in(world.boris)
    page = preview(client, items, "priority:1")
    work_items.change(actor=world.mei, item=items[1], version=1, title="Theirs")
    client.post(BULK, {"ids": seen(page), "do": "priority:1"})
    assert WorkItem.objects.filter(priority=1).count() == 0


def test_what_refuses_is_named_with_its_reason_and_left_out(world, signed_in, items):
    make.work_item(actor=world.boris, project=world.project, title="Part", parent=items[0])
    page = preview(signed_in(world.boris), items, "remove:")
    assert "2 items will be removed." in page and "1 cannot be taken" in page and "It still has parts" in page
    assert seen(page) == [f"{items[1].pk}:1", f"{items[2].pk}:1"]
    assert WorkItem.objects.present().count() == 4


def test_a_stranger_sees_nothing_in_a_preview_and_a_viewer_may_not(world, signed_in, items):
    assert "Item 1" not in preview(signed_in(world.dana), items, "priority:1")
    viewer = make.user(actor=world.admin, name="Vera", role="stakeholder", space=world.project.space, email="vera@example.org")
    page = preview(signed_in(viewer), items, "priority:1")
    assert "You may look at this item, but not change it." in page and not seen(page)


def test_a_limit_that_stops_asks_for_a_reason(world, signed_in, items):
    client = signed_in(world.boris)
    wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True)
    state = make.state_of(world.project, "in_progress")
    page = preview(client, items, f"state:{state.name}")
    assert "1 item will change." in page and "2 cannot be taken" in page and "Let them in" in page
    page = preview(client, items, f"state:{state.name}", override_reason="The berth is free today")
    assert "3 items will change." in page and 'value="The berth is free today"' in page
    client.post(BULK, {"ids": seen(page), "do": f"state:{state.name}", "override_reason": "The berth is free today"})
    assert WorkItem.objects.filter(state=state).count() == 3
