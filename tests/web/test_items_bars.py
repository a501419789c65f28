"""Bars of the timeline layout moved by hand: over many projects, where the person may and the days are the item's own."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.people.models import Role
from tandem.work.models import WorkItem
from tests import make

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)


def day(when):
    return (when - date(1970, 1, 1)).days


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Quay wall", planned_start=MONDAY, planned_finish=MONDAY + timedelta(days=2, hours=9), duration_minutes=1440)


def bars(client, **more):
    return client.get("/work-items/", {"layout": "timeline", "part": "bars", "q": ""} | more)


def put(client, item, **values):
    return client.patch(reverse("work_items_bar", kwargs={"id": item.pk}), json.dumps({"version": item.version} | values), content_type="application/json")


def test_the_bars_stand_under_their_projects_in_days(world, signed_in, item):
    other = make.project(actor=world.alma, name="Harbour", key="HAR")
    due = make.work_item(actor=world.alma, project=other, title="Due only", due_on=date(2027, 3, 9))
    found = bars(signed_in(world.alma)).json()
    assert [found["name"][n] for n in range(4)] == ["Harbour", "Due only", "Portal", "Quay wall"]
    assert found["id"][0] == -other.space_id and found["parent"] == [-1, 0, -1, 2]
    assert (found["start"][3], found["finish"][3]) == (day(date(2027, 3, 1)), day(date(2027, 3, 4)))
    assert found["start"][1] is None and found["deadline"][1] == day(due.due_on)
    assert "Due only" not in bars(signed_in(world.boris)).content.decode()
    first = bars(signed_in(world.boris))
    assert signed_in(world.boris).get("/work-items/", {"layout": "timeline", "part": "bars", "q": ""}, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_bar_is_moved_drawn_out_and_taken_back(world, signed_in, item):
    client = signed_in(world.mei)
    moved = put(client, item, start=day(date(2027, 3, 6)))  # a Saturday
    assert moved.status_code == 200, moved.content
    assert (moved.json()["rows"]["start"], moved.json()["rows"]["finish"]) == ([day(date(2027, 3, 8))], [day(date(2027, 3, 11))])
    item.refresh_from_db()
    longer = put(client, item, finish=day(date(2027, 3, 12))).json()
    item.refresh_from_db()
    assert (item.planned_start.date(), item.planned_finish.date(), item.duration_minutes) == (date(2027, 3, 8), date(2027, 3, 11), 4 * 480)
    due = put(client, item, deadline=day(date(2027, 3, 20)) + 0.7, name=" Quay wall, north ").json()
    item.refresh_from_db()
    assert (item.due_on, item.title) == (date(2027, 3, 20), "Quay wall, north")
    for answer in (due, longer, moved.json()):
        back = client.post(reverse("work_items_bar_undos"), json.dumps(answer["back"]), content_type="application/json")
        assert back.json()["reload"] and back.status_code == 200
    item.refresh_from_db()
    assert (item.title, item.due_on, item.planned_start, item.duration_minutes) == ("Quay wall", None, MONDAY, 1440)


def test_a_bar_is_drawn_for_an_item_without_days(world, signed_in):
    bare = make.work_item(actor=world.boris, project=world.project, title="Bare", due_on=date(2027, 3, 9))
    assert put(signed_in(world.mei), bare, start=day(date(2027, 3, 1)), finish=day(date(2027, 3, 3))).status_code == 200
    bare.refresh_from_db()
    assert (bare.planned_start.date(), bare.planned_finish.date()) == (date(2027, 3, 1), date(2027, 3, 2))


def test_what_is_not_ones_own_to_move_says_why(world, signed_in, item):
    after = make.work_item(actor=world.boris, project=world.project, title="Crane", planned_start=MONDAY, planned_finish=MONDAY + timedelta(days=1))
    make.link(actor=world.boris, source=item, target=after)
    parent = make.work_item(actor=world.boris, project=world.project, title="Berth", planned_start=MONDAY)
    make.work_item(actor=world.boris, project=world.project, title="Part", parent=parent)
    begun = make.work_item(actor=world.boris, project=world.project, title="Begun", state="in_progress", planned_finish=MONDAY)
    done = make.work_item(actor=world.boris, project=world.project, title="Done", state="done", planned_finish=MONDAY)
    found = bars(signed_in(world.mei)).json()
    said = dict(zip(found["name"], zip(found["fixed"], found["note"], strict=True), strict=True))
    assert said["Crane"] == (1, "Its days follow from its links: it waits for POR-1. Change the link or the plan.")
    assert said["Berth"][0] == 1 and said["Done"][0] == 1 and said["Begun"][0] == 2 and said["Quay wall"] == (0, "")
    client = signed_in(world.mei)
    for row in (after, parent, done, begun):
        row.refresh_from_db()
        answer = put(client, row, start=day(date(2027, 4, 1)))
        assert answer.status_code == 422 and answer.json()["message"], row
    begun.refresh_from_db()
    assert put(client, begun, finish=day(clock.today()) + 5).status_code == 200
    assert WorkItem.objects.get(pk=after.pk).planned_start == MONDAY


def test_who_only_looks_moves_nothing_and_strangers_see_nothing(world, signed_in, item):
    make.spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    found = bars(signed_in(world.dana)).json()
    assert found["editable"] is False and found["fixed"] == [1, 1] and found["note"][1] == "You may look at it, not change it."
    page = signed_in(world.dana).get("/work-items/", {"layout": "timeline", "q": ""}).content.decode()
    assert "<tandem-timeline" in page and " patch=" not in page
    assert put(signed_in(world.dana), item, start=20_000).status_code == 403
    hidden = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Secret", key="SEC"))
    assert put(signed_in(world.mei), hidden, start=20_000).status_code == 404


def test_stale_and_hostile_changes_write_nothing(world, signed_in, item):
    client = signed_in(world.mei)
    put(signed_in(world.boris), item, name="Theirs")
    stale = put(client, item, name="Mine")
    assert stale.status_code == 409 and stale.json()["rows"]["name"] == ["Theirs"] and "Boris" in stale.json()["message"]
    item.refresh_from_db()
    for values in ({"start": "x"}, {"start": 1e12}, {"start": None}, {"finish": [1]}, {"colour": 1}, {}, {"start": float("inf")}, {"version": None, "name": "x"}):
        assert put(client, item, **values).status_code == 400, values
    for values in ({"name": "  "}, {"start": day(date(2027, 3, 9)), "finish": day(date(2027, 3, 1))}, {"name": "a\0b"}):
        assert put(client, item, **values).status_code in (400, 422), values
    for body in (b"[]", b"{}", b"x"):
        assert client.patch(reverse("work_items_bar", kwargs={"id": item.pk}), body, content_type="application/json").status_code == 400
        assert client.post(reverse("work_items_bar_undos"), body, content_type="application/json").status_code == 400
    other = client.post(reverse("work_items_bar_undos"), json.dumps({"run": str(uuid.uuid4())}), content_type="application/json")
    assert other.status_code == 200 and "nothing was taken back" in other.json()["message"]
    assert WorkItem.objects.get(pk=item.pk).title == "Theirs"


def test_the_bars_cost_the_same_whatever_they_are(world, signed_in):
    client, counts = signed_in(world.boris), []
    for n in (2, 15):
        for k in range(n):
            make.work_item(actor=world.alma, project=world.project, title=f"{n} {k}", due_on=clock.today())
        bars(client)
        with CaptureQueriesContext(connection) as asked:
            bars(client)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30
