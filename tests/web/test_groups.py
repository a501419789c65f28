"""The table in groups by assignee, label, sprint and class of service: who belongs to several stands in each, and is said to."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.reports.queries import work_item_groups
from tests import make

TABLE = "/work-items/"


@pytest.fixture
def items(world):
    shared = make.work_item(actor=world.boris, project=world.project, title="Shared", assignees=[world.mei, world.boris], labels=["yard", "oil"], estimate_points=3)
    alone = make.work_item(actor=world.boris, project=world.project, title="Alone", assignees=[world.mei], labels=["oil"], service_class="expedite")
    nobody = make.work_item(actor=world.boris, project=world.project, title="Nobody's")
    make.sprint(actor=world.boris, project=world.project, name="Sprint 1", items=[shared, alone])
    return shared, alone, nobody


def read(client, group, **more):
    """The table as [heading, title, title …]."""
    page = client.get(TABLE, {"q": "", "group": group, "cols": "key,title"} | more)
    assert page.status_code == 200
    found = re.findall(r'scope="rowgroup">([^<]+)<|data-peek>([^<]+)</a>(?: <span class="sub">([^<]+)</span>)?', page.content.decode().split('id="rows"')[1])
    return [head or (f"{title} ({beside})" if beside else title) for head, title, beside in found]


def test_who_has_two_assignees_stands_with_both_and_it_is_said(world, signed_in, items):
    assert read(signed_in(world.boris), "assignee") == [
        "Boris Orlov", "Shared (also in Mei Lin)", "Mei Lin", "Shared (also in Boris Orlov)", "Alone", "Nobody", "Nobody&#39;s",
    ]  # fmt: skip


def test_labels_sprints_and_classes(world, signed_in, items):
    client = signed_in(world.boris)
    assert read(client, "label") == ["oil", "Shared (also in yard)", "Alone", "yard", "Shared (also in oil)", "No label", "Nobody&#39;s"]
    assert read(client, "sprint") == ["Sprint 1", "Shared", "Alone", "In no sprint", "Nobody&#39;s"]
    assert read(client, "class") == ["Expedite", "Alone", "Standard", "Shared", "Nobody&#39;s"]
    assert read(signed_in(world.dana), "assignee") == []


def test_two_people_of_one_name_are_two_groups(world, signed_in):
    for user in (world.mei, world.chen):
        type(user).objects.filter(pk=user.pk).update(name="Li Wei")
        make.work_item(actor=world.boris, project=world.project, title=f"Of {user.pk}", assignees=[user])
    assert read(signed_in(world.boris), "assignee").count("Li Wei") == 2


@pytest.mark.parametrize(("group", "first", "said"), [
    ("assignee", "3 items", ["Mei Lin</span> 2 items", "Boris Orlov</span> 1 item", "Nobody</span> 1 item", "counted in each"]),
    ("label", "3 items", ["oil</span> 2 items", "yard</span> 1 item", "No label</span> 1 item"]),
    ("sprint", "3 items", ["Sprint 1</span> 2 items", "In no sprint</span> 1 item"]),
    ("class", "3 items", ["Standard</span> 2 items", "Expedite</span> 1 item"]),
])  # fmt: skip
def test_the_total_counts_each_once_and_each_group_its_own(world, signed_in, items, group, first, said):
    page = signed_in(world.boris).get(TABLE, {"q": "", "part": "sums", "group": group}).content.decode()
    assert f"<b>{first}" in page.replace("\n", "") or f"<b>\n{first}" in page
    flat = re.sub(r"\s+", " ", page)
    for part in said:
        assert part in flat, (part, flat)


def test_groups_are_walked_to_their_end_and_cost_the_same(world, signed_in, monkeypatch):
    monkeypatch.setattr(work_item_groups, "SIZE", 5)
    client, counts = signed_in(world.boris), []
    for n in range(12):
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", assignees=[world.mei, world.boris][: n % 3], labels=["a", "b"][: n % 3])
    for group in ("assignee", "label"):
        seen, cursor = [], ""
        while True:
            with CaptureQueriesContext(connection) as asked:
                page = client.get(TABLE, {"q": "", "group": group, "cursor": cursor, "cols": "key,title"}).content.decode()
            counts.append(len(asked))
            seen += re.findall(r'data-row data-id="(\d+)"', page)
            following = re.search(r'rel="next" href="[^"]*cursor=(\d+)', page)
            if not following:
                break
            cursor = following[1]
        assert len(seen) == 4 + 4 + 8 and len(set(seen)) == 12
    assert max(counts) - min(counts) <= 3, counts
    for odd in ("x", "-1", "99999999999", "\0"):
        assert client.get(TABLE, {"q": "", "group": "assignee", "cursor": odd}).status_code == 200
    assert client.get(TABLE, {"q": "", "group": "colour"}).status_code == 200
