"""What the cards of a board show is set for the board, own fields and built-in ones alike; lanes by filters hold what their filter finds."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.models import Role
from tandem.web.work import board_picture, same_picture
from tandem.work.actions import board_layouts, fields, work_items
from tandem.work.models import BoardLayout
from tests import make


@pytest.fixture(autouse=True)
def anew():
    same_picture.forget()


@pytest.fixture
def own(world):
    def add(name, kind, **values):
        return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)

    return [add("Customer", "text", is_on_cards=True), add("Effort", "number"), add("Contact", "person")]


@pytest.fixture
def item(world, own):
    return make.work_item(
        actor=world.boris, project=world.project, title="Quay lights", estimate_points=3.0, labels=["harbour"], due_on="2027-02-12", priority=2,
        fields={"Customer": "Acme", "Effort": 2.5, "Contact": world.mei.pk}, assignees=[world.mei],
    )  # fmt: skip


def board(client, world, **more):
    same_picture.forget()
    return client.get(f"/boards/{world.project.space.key}/", {"part": "board", **more}).content.decode()


def setting(world):
    return f"/boards/{world.project.space.key}/settings/"


def test_cards_show_what_their_board_says(world, signed_in, own, item):
    client = signed_in(world.boris)
    usual = board(client, world)
    assert "Acme" in usual and "harbour" in usual and "2.5" not in usual and "<dt>Points</dt>" not in usual
    page = client.get(setting(world)).content.decode()
    assert 'value="field.effort"' in page and 'value="points"' in page
    client.post(setting(world), {"do": "set_layout", "on_cards": ["points", "due", "field.effort", "field.contact", "assignees"], "lane_name": "", "lane_query": ""})
    shown = board(client, world)
    assert "<dt>Points</dt><dd>3</dd>" in shown and "<dt>Effort</dt><dd>2.5</dd>" in shown and "<dt>Contact</dt><dd>Mei Lin</dd>" in shown
    assert "Acme" not in shown and "harbour" not in shown and "<dt>Due</dt>" in shown
    layout = BoardLayout.objects.get()
    assert layout.on_cards == ["assignees", "points", "due", "field.effort", "field.contact"], "what stood there keeps its place"
    fields.retire(actor=world.boris, field=own[1])
    assert "<dt>Effort</dt>" not in board(client, world)
    board_layouts.remove(actor=world.boris, layout=layout)
    assert "Acme" in board(client, world)


def test_lanes_hold_what_their_filter_finds_the_first_wins(world, signed_in, item):
    late = make.work_item(actor=world.boris, project=world.project, title="Late one", labels=["ui"], priority=2)
    other = make.work_item(actor=world.boris, project=world.project, title="Other one")
    board_layouts.create(
        actor=world.boris, space=world.project.space,
        lanes=[{"name": "Interface", "query": "label:ui"}, {"name": "Pressing", "query": "priority:high"}, {"name": "Broken", "query": "no_such_field:x"}],
    )  # fmt: skip
    client = signed_in(world.mei)
    text = board(client, world, lanes="query")
    heads = [text.index(name) for name in ("Interface", "Pressing", "Everything else")]
    assert heads == sorted(heads) and "Broken" not in text
    assert heads[0] < text.index(f'data-card="{late.pk}"') < heads[1] < text.index(f'data-card="{item.pk}"') < heads[2] < text.index(f'data-card="{other.pk}"')
    assert "Filters of the board" in client.get(f"/boards/{world.project.space.key}/").content.decode()
    moved = client.patch(
        f"/boards/{world.project.space.key}/cards/{other.pk}/", {"state": other.state_id, "after": None, "version": other.version, "lane": "query:0"},
        content_type="application/json",
    )  # fmt: skip
    assert moved.status_code == 200 and not type(other).objects.get(pk=other.pk).labels, "a filter is no value that a card could take on"


def test_a_lane_that_says_me_is_drawn_for_each_reader(world, signed_in, item):
    board_layouts.create(actor=world.boris, space=world.project.space, lanes=[{"name": "Mine", "query": "assignee:me"}])
    chen = make.user(actor=world.admin, name="Yan Liu", role=Role.MEMBER, space=world.project.space, email="yan@example.org")
    assert "Mine" in board(signed_in(world.mei), world, lanes="query")
    address = f"/boards/{world.project.space.key}/"
    assert "Mine" not in signed_in(chen).get(address, {"part": "board", "lanes": "query"}).content.decode()


def test_what_no_board_can_show_is_refused(world, own):
    space = world.project.space

    def refused(**values):
        with pytest.raises(Refused) as problem:
            board_layouts.create(actor=world.boris, space=space, **values)
        return problem.value.code

    assert refused(on_cards=["shoe_size"]) == "field_unknown"
    assert refused(lanes=[{"name": "", "query": "x"}]) == "lane_unreadable"
    assert refused(lanes=[{"name": "A", "query": "x" * 501}]) == "lane_unreadable"
    assert refused(lanes=["x"]) == "lane_unreadable"
    assert refused(lanes=[{"name": "A", "query": "x"}, {"name": "a", "query": "y"}]) == "name_taken"
    assert refused(lanes=[{"name": f"L{n}", "query": "x"} for n in range(13)]) == "lanes_too_many"
    with pytest.raises(Denied):
        board_layouts.create(actor=world.mei, space=space)


def test_two_who_set_it_do_not_overwrite_each_other(world, signed_in, own):
    layout = board_layouts.create(actor=world.boris, space=world.project.space, on_cards=["due"])
    board_layouts.change(actor=world.boris, layout=layout, version=1, on_cards=["points"])
    with pytest.raises(Stale):
        board_layouts.change(actor=world.boris, layout=BoardLayout.objects.get(), version=1, on_cards=["labels"])
    answer = signed_in(world.boris).post(setting(world), {"do": "set_layout", "version": "1", "on_cards": ["labels"]})
    assert answer.status_code == 409 and BoardLayout.objects.get().on_cards == ["points"]


def test_a_filter_that_cannot_be_read_is_not_kept(world, signed_in, own):
    answer = signed_in(world.boris).post(setting(world), {"do": "set_layout", "lane_name": ["Late"], "lane_query": ["due:whenever"]})
    assert answer.status_code == 422 and not BoardLayout.objects.exists()


def test_lanes_by_filters_cost_one_query_each_however_many_cards(world, signed_in, item, django_assert_max_num_queries):
    board_layouts.create(actor=world.boris, space=world.project.space, lanes=[{"name": "A", "query": "label:ui"}, {"name": "B", "query": "priority:high"}])
    client = signed_in(world.mei)

    board(client, world, lanes="query")
    with CaptureQueriesContext(connection) as few:
        board(client, world, lanes="query")
    for n in range(15):
        work_items.create(actor=world.boris, space=world.project.space, title=f"More {n}", labels=["ui"])
    with CaptureQueriesContext(connection) as many:
        board(client, world, lanes="query")
    assert len(many) <= len(few) + 1


def test_a_lane_counts_also_the_cards_that_wait_below_the_first(world, signed_in, monkeypatch):
    monkeypatch.setattr(board_picture, "CARDS", 2)
    for n in range(5):
        make.work_item(actor=world.boris, project=world.project, title=f"Berth {n}", labels=["quay"], service_class="expedite" if n == 4 else "standard")
    client = signed_in(world.boris)

    def heads(**more):
        return re.findall(r'<h3>([^<]+)</h3><span class="sub num">([^<]+)</span>', board(client, world, **more))

    assert heads(lanes="class") == [("Standard", "4")], "two of them are on the page"
    assert heads(lanes="label") == [("quay", "5")]
    monkeypatch.setattr(board_picture, "CARDS", 60)
    assert heads(lanes="label") == [("quay", "5")] and sorted(heads(lanes="class")) == [("Expedite", "1"), ("Standard", "4")]


def test_lanes_by_people_wholes_own_fields_and_filters_count_what_is_not_shown_in_one_query_more(world, signed_in, monkeypatch):
    size = fields.create(actor=world.boris, space=world.project.space, name="Size", kind="choice", choices=["Small", "Large"], is_several=True)
    whole = make.work_item(actor=world.boris, project=world.project, title="Quay")
    board_layouts.create(actor=world.boris, space=world.project.space, on_cards=[], lanes=[{"name": "Hot", "query": "label:hot"}])
    for n in range(6):
        work_items.create(
            actor=world.boris, space=world.project.space, title=f"Berth {n}", labels=["hot"] if n > 2 else [], assignees=[world.mei, world.boris] if n % 2 else [world.boris],
            fields={size.key: ["Large", "Small"] if n else ["Small"]}, parent=whole if n < 4 else None,
        )  # fmt: skip
    client, code = signed_in(world.boris), f"field.{size.word}"

    def heads(kind, cards):
        monkeypatch.setattr(board_picture, "CARDS", cards)
        with CaptureQueriesContext(connection) as found:
            body = board(client, world, lanes=kind)
        return dict(re.findall(r'<h3>([^<]+)</h3><span class="sub num">([^<]+)</span>', body)), len(found)

    for kind in ("assignee", "parent", code, "query", "type", "priority"):
        every, all_queries = heads(kind, 60)
        some, queries = heads(kind, 3)
        assert some.items() <= every.items() and len(some) > 0 and sum(map(int, every.values())) == 7, (kind, some, every)
        assert queries <= all_queries + 1
    assert heads("assignee", 60)[0] == {"Boris Orlov": "3", "Mei Lin": "3", "Nobody": "1"}
    assert heads(code, 60)[0] == {"Large": "5", "Small": "1", "No Size": "1"} and heads("query", 60)[0] == {"Hot": "3", "Everything else": "4"}
