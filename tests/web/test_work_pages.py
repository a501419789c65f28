"""The doors of work items: cells, quick adding, links, comments, views, bulk changes, export; and how often they ask."""

import csv
import io
import json

import pytest
from django.urls import reverse

from tandem.collaboration.models import Comment, SavedView
from tandem.history.models import Event
from tandem.people import scoping
from tandem.reports.queries import work_item_table
from tandem.web import downloads
from tandem.work.actions import work_items
from tandem.work.models import Link, WorkItem
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(6)]


def patch(client, item, version, **values):
    return client.patch(
        reverse("work_item", kwargs={"key": item.key}), json.dumps(values), content_type="application/json",
        headers={"If-Match": f'"{version}"'},
    )  # fmt: skip


def test_a_stale_cell_shows_theirs_and_loses_nothing(world, signed_in, items):
    work_items.change(actor=world.mei, item=items[0], version=1, title="Theirs")
    answer = patch(signed_in(world.boris), items[0], 1, title="Mine", was="Item 0")
    assert answer.status_code == 409
    assert (answer.json()["theirs"], answer.json()["version"]) == ("Theirs", 2)
    assert WorkItem.objects.get(pk=items[0].pk).title == "Theirs"


def test_a_change_of_another_field_meanwhile_is_no_conflict(world, signed_in, items):
    work_items.change(actor=world.mei, item=items[0], version=1, title="Theirs")
    answer = patch(signed_in(world.boris), items[0], 1, priority="2", was="")
    assert answer.status_code == 200 and answer.json()["version"] == 3
    now = WorkItem.objects.get(pk=items[0].pk)
    assert (now.title, now.priority) == ("Theirs", 2)


def test_every_cell_is_written_in_the_readers_words(world, signed_in, items):
    client, version = signed_in(world.boris), 1
    for name, given, shown in (
        ("labels", "ui，night,ui", "ui, night"), ("assignees", world.mei.pk, "Mei Lin"), ("parent", "por-2", "POR-2 Item 1"),
        ("estimate_points", "2.5", "2.5"), ("due_on", "2027-02-12", "2027-02-12"), ("description", "**So**", "**So**"),
    ):  # fmt: skip
        answer = patch(client, items[0], version, **{name: given})
        assert answer.status_code == 200, (name, answer.content)
        assert answer.json()["shown"] == shown, name
        version = answer.json()["version"]
    both = patch(client, items[0], version, assignees=f"{world.mei.pk},{world.chen.pk}").json()
    assert set(both["shown"].split(", ")) == {"Mei Lin", "陈悦"}
    version = both["version"]
    assert patch(client, items[0], version, priority="9").status_code == 422
    assert patch(client, items[0], version, assignees="999999").status_code == 422
    assert patch(client, items[1], 1, parent="POR-1").status_code == 422, "its own part"


def test_history_reads_in_names_not_numbers(world, signed_in, items):
    doing = make.state_of(world.project, "in_progress")
    item = work_items.change(actor=world.mei, item=items[0], version=1, state=doing)
    work_items.change(actor=world.mei, item=item, version=2, assignees=[world.chen], priority=1)
    page = signed_in(world.boris).get(reverse("work_item", kwargs={"key": items[0].key})).content.decode()
    assert "moved it from To do to In progress" in page
    assert "<ins>陈悦</ins>" in page and "<ins>Urgent</ins>" in page


def test_a_part_is_added_in_one_line(world, signed_in, items):
    given = {"title": "Small piece", "home": world.project.space_id, "parent_key": "POR-1"}
    answer = signed_in(world.boris).post(reverse("work_items_new"), given, headers=JSON)
    assert answer.status_code == 201
    assert WorkItem.objects.get(key=answer.json()["key"]).parent_id == items[0].pk


def test_a_part_of_an_item_that_one_cannot_see_is_refused(world, signed_in, items):
    other = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Secret", key="SEC"))
    given = {"title": "Small piece", "home": world.project.space_id, "parent_key": other.key}
    assert signed_in(world.mei).post(reverse("work_items_new"), given, headers=JSON).status_code == 404


def test_links_take_a_direction_and_a_lag_and_refuse_a_circle(world, signed_in, items):
    client, address = signed_in(world.boris), reverse("work_item_links", kwargs={"key": "POR-1"})
    assert client.post(address, {"kind": "FS:in", "other": "por-2", "lag": "−1,5"}, headers=JSON).status_code == 200
    link = Link.objects.get()
    assert (link.source.key, link.target.key, link.lag_minutes) == ("POR-2", "POR-1", -720)
    answer = client.post(address, {"kind": "FS", "other": "POR-2"}, headers=JSON)
    assert answer.status_code == 422 and "POR-1 → POR-2 → POR-1" in answer.json()["title"]
    answer = client.post(address, {"kind": "FS", "other": "POR-99"}, headers=JSON)
    assert answer.status_code == 422 and "POR-99" in answer.json()["title"]


def test_only_the_author_rewrites_a_comment(world, signed_in, items):
    address = reverse("work_item_comments", kwargs={"key": "POR-1"})
    signed_in(world.mei).post(address, {"body": "First"}, headers=JSON)
    comment = Comment.objects.get()
    given = {"do": "edit", "comment": comment.pk, "version": 1, "body": "Second"}
    assert signed_in(world.boris).post(address, given, headers=JSON).status_code == 403
    assert signed_in(world.mei).post(address, given, headers=JSON).status_code == 200
    assert Comment.objects.get().body == "Second"
    elsewhere = reverse("work_item_comments", kwargs={"key": "POR-2"})
    assert signed_in(world.mei).post(elsewhere, given | {"do": "remove"}, headers=JSON).status_code == 404
    assert signed_in(world.mei).post(address, given | {"do": "remove"}, headers=JSON).status_code == 200
    assert not Comment.objects.exists()


def test_many_are_removed_and_come_back(world, signed_in, items):
    client = signed_in(world.boris)
    client.post(reverse("work_items_bulk"), {"ids": [i.pk for i in items[:3]], "do": "remove:"})
    assert WorkItem.objects.present().count() == 3
    run = Event.objects.filter(verb="work_item.removed").latest("id").run
    client.post(reverse("work_items_undo", kwargs={"run": run}))
    assert WorkItem.objects.present().count() == 6


def test_a_bulk_change_that_one_row_refuses_changes_none(world, signed_in, items):
    make.work_item(actor=world.boris, project=world.project, parent=items[0])
    answer = signed_in(world.boris).post(
        reverse("work_items_bulk"), {"ids": [i.pk for i in items[:3]], "do": "remove:"}, follow=True
    )
    assert "still has parts" in answer.content.decode()
    assert WorkItem.objects.present().count() == 7


def test_labels_and_dates_are_set_for_many(world, signed_in, items):
    client, ids = signed_in(world.boris), [i.pk for i in items[:2]]
    client.post(reverse("work_items_bulk"), {"ids": ids, "do": "label:", "label": "harbour"})
    client.post(reverse("work_items_bulk"), {"ids": ids, "do": "due:", "due": "2027-02-12"})
    rows = WorkItem.objects.filter(pk__in=ids)
    assert {(tuple(i.labels), str(i.due_on)) for i in rows} == {(("harbour",), "2027-02-12")}


@pytest.mark.parametrize("what", ["explode:", "", "priority:9", "priority:high", "assignee:999999", "assignee:me", "due:soon"])
def test_a_bulk_change_that_cannot_be_read_changes_nothing(world, signed_in, items, what):
    work_items.change(actor=world.boris, item=items[0], version=None, priority=2, assignees=[world.mei])
    before = list(WorkItem.objects.order_by("id").values())
    answer = signed_in(world.boris).post(reverse("work_items_bulk"), {"ids": [items[0].pk], "do": what}, follow=True)
    assert "Changed 1" not in answer.content.decode()
    assert list(WorkItem.objects.order_by("id").values()) == before
    assert list(items[0].assignees.all()) == [world.mei]


def test_a_bulk_change_of_too_many_rows_is_refused_as_a_whole(world, signed_in, items):
    ids = [i.pk for i in items] + list(range(10**6, 10**6 + 500))
    answer = signed_in(world.boris).post(reverse("work_items_bulk"), {"ids": ids, "do": "priority:1"}, follow=True)
    assert "At most 500 rows" in answer.content.decode()
    assert not WorkItem.objects.filter(priority=1).exists()


def test_a_view_is_saved_over_by_who_saw_it_as_it_is(world, signed_in, items):
    client, address = signed_in(world.mei), reverse("work_items_views")
    client.post(address, {"name": "One", "query": "q=label%3Aui", "audience": "private"})
    view = SavedView.objects.get()
    for given in ({"do": "save"}, {"do": "save", "version": view.version + 1}, {"do": "anything", "version": view.version}):
        client.post(address, given | {"view": view.pk, "query": "q="})
        assert SavedView.objects.get().query == "q=label%3Aui"
    client.post(address, {"do": "save", "view": view.pk, "version": view.version, "query": "q=points%3A5"})
    assert SavedView.objects.get().query == "q=points%3A5"


def test_one_view_opens_first_and_another_replaces_it(world, signed_in, items):
    client = signed_in(world.mei)
    for name, query in (("One", "q=state%3Aopen"), ("Two", "q=label%3Aui")):
        client.post(reverse("work_items_views"), {"name": name, "query": query, "audience": "private"})
    one, two = SavedView.objects.order_by("id")
    for view in (one, two):
        client.post(reverse("work_items_views"), {"do": "default", "view": view.pk})
    answer = client.get(reverse("work_items"))
    assert answer.status_code == 302 and f"?{two.query}&view={two.pk}" in answer["Location"]
    assert client.get(reverse("work_items") + "?q=").status_code == 200
    assert signed_in(world.boris).get(reverse("work_items")).status_code == 200, "another's default is theirs alone"


def test_the_export_leaves_no_row_out_however_many_there_are(world, signed_in, items, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK", 2)
    monkeypatch.setattr(work_item_table, "CHUNK", 2)
    names = [make.feature(actor=world.chen, product=world.product, title=f"Feature {n}").title for n in range(5)]
    answers = [signed_in(user).get(reverse(name) + "?sort=key") for user, name in (
        (world.boris, "work_items_export"), (world.chen, "features_export")
    )]  # fmt: skip
    texts = [b"".join(answer.streaming_content).decode("utf-8-sig") for answer in answers]
    rows, features = ([row[:2] for row in csv.reader(io.StringIO(text))][1:] for text in texts)
    assert len(items) > 2 and [row[0] for row in rows] == [f"POR-{n + 1}" for n in range(len(rows))]
    assert len(rows) == WorkItem.objects.visible_to(world.boris).present().count()
    assert [row[0] for row in features] == names


def test_the_pages_ask_few_questions_however_much_they_show(world, signed_in, items, django_assert_max_num_queries):
    for n in range(40):
        make.work_item(actor=world.boris, project=world.project, title=f"More {n}", assignees=[world.mei], parent=items[0])
    client = signed_in(world.boris)
    pages = (
        reverse("board", kwargs={"key": "POR"}), reverse("board", kwargs={"key": "POR"}) + "?lanes=parent",
        reverse("work_items") + "?cols=key,title,state,type,assignees,parent,reporter&group=state",
        reverse("work_item", kwargs={"key": "POR-1"}),
    )  # fmt: skip
    scoping.forget_roles()  # what the set-up changed is over: roles are remembered again, as in a running server
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(25):
            assert client.get(page).status_code == 200


def test_a_long_column_shows_the_rest_on_demand(world, signed_in, items):
    for n in range(70):
        make.work_item(actor=world.boris, project=world.project, title=f"More {n}")
    client, address = signed_in(world.boris), reverse("board", kwargs={"key": "POR"})
    first = client.get(address).content.decode()
    assert first.count("data-card=") == 60 and "Show 16 more" in first
    state = make.state_of(world.project, "to_do").pk
    assert client.get(f"{address}?more={state}:120").content.decode().count("data-card=") == 76
