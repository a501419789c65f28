"""The board and its settings: limits at every door, split columns, lanes, blocks, what to pull, thousands of cards."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import scoping
from tandem.work.actions import blocks, columns, wip_limits, work_items
from tandem.work.models import Block, Column, Link, State, StateChange, WipLimit, WorkItem, WorkItemType
from tests import make

JSON = {"Accept": "application/json"}
BOARD, SETTINGS = "/boards/POR/", "/boards/POR/settings/"


@pytest.fixture
def states(world):
    columns.lay_out(actor=world.boris, space=world.project.space)
    return {s.name: s for s in State.objects.filter(space=world.project.space).select_related("column")}


def limit(world, most, stops=True, **values):
    return wip_limits.create(actor=world.boris, space=world.project.space, most=most, stops=stops, **values)


def item(world, title="Item", **values):
    return make.work_item(actor=world.boris, project=world.project, title=title, **values)


def drop(client, card, state, **values):
    given = {"state": state.pk, "after": None, "version": card.version, "from": card.state_id, **values}
    url = reverse("board_card", kwargs={"key": "POR", "id": card.pk})
    return client.patch(url, json.dumps(given), content_type="application/json")


def page(client, address=BOARD):
    return client.get(address).content.decode()


def test_a_full_column_refuses_the_drop_until_a_reason_is_given(world, signed_in, states):
    limit(world, 1, column=states["In progress"].column)
    item(world, state="in_progress")
    card, client = item(world), signed_in(world.mei)
    answer = drop(client, card, states["In progress"])
    assert answer.status_code == 422
    assert answer.json()["code"] == "wip_limit_reached" and "1 of at most 1" in answer.json()["message"]
    answer = drop(client, card, states["In progress"], override_reason="Ship sails today")
    assert answer.status_code == 200 and answer.json()["undo"]
    body = page(client)
    assert "1 too many" in body and "Let in by Mei Lin: Ship sails today" in body
    assert client.post(answer.json()["undo"], headers=JSON).status_code == 200
    assert WorkItem.objects.get(pk=card.pk).state == states["To do"]


def test_the_page_of_an_item_and_the_bulk_change_keep_the_limit_too(world, signed_in, states):
    limit(world, 1, column=states["In progress"].column)
    item(world, state="in_progress")
    card, client = item(world), signed_in(world.mei)
    url, doing = reverse("work_item", kwargs={"key": card.key}), states["In progress"].pk
    answer = client.patch(url, json.dumps({"state": doing}), content_type="application/json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "wip_limit_reached")
    client.post(reverse("work_items_bulk"), {"ids": [card.pk], "do": "state:In progress"})
    given = {"title": "New", "home": world.project.space_id, "state": doing}
    assert client.post(reverse("work_items_new"), given, headers=JSON).status_code == 422
    assert WorkItem.objects.filter(state=doing).count() == 1
    given = {"state": doing, "override_reason": "Ship sails"}
    answer = client.patch(url, json.dumps(given), content_type="application/json", headers={"If-Match": '"1"'})
    assert answer.status_code == 200


def test_a_split_column_has_two_halves_and_a_card_keeps_its_state_within_one(world, signed_in, states):
    build = states["In progress"].column
    columns.change(actor=world.boris, column=build, version=1, is_split=True)
    columns.place(actor=world.boris, state=states["In review"], column=build, version=None, is_waiting=True)
    columns.place(actor=world.boris, state=states["Done"], column=states["To do"].column, version=None)
    body = page(signed_in(world.mei))
    doing, done = build.states.get(name="In progress").pk, states["In review"].pk
    assert f'data-halves="{doing} {done}"' in body and f'data-head="{doing}"' in body and f'data-count="{doing} {done}"' in body
    assert "done, waits" in body and body.count('class="hh"') == 5 and "No state stands here yet." in body
    card = item(world, state="done")
    answer = drop(signed_in(world.mei), card, states["To do"])  # the column holds both: no change of state
    assert answer.status_code == 200 and WorkItem.objects.get(pk=card.pk).state == states["Done"]
    assert StateChange.objects.filter(item=card).count() == 1


def test_lanes_give_a_card_their_value(world, signed_in):
    client, todo = signed_in(world.mei), make.state_of(world.project, "to_do")
    bug = WorkItemType.objects.get(space=world.project.space, name="Bug")
    card = item(world, labels=["land", "night"])
    for lane, field, value in (
        ("class:expedite", "service_class", "expedite"), (f"type:{bug.pk}", "type_id", bug.pk), ("label:sea", "labels", ["sea", "night"]),
        ("label:", "labels", []), ("class:gold", "service_class", "expedite"),
    ):  # fmt: skip
        card.refresh_from_db()
        assert drop(client, card, todo, lane=lane).status_code == 200, lane
        assert getattr(WorkItem.objects.get(pk=card.pk), field) == value, lane
    for kind in ("class", "type", "label", "priority", "parent", "assignee", "nonsense"):
        assert client.get(BOARD, {"lanes": kind}).status_code == 200
    other = make.project(actor=world.alma, name="Other")
    theirs = WorkItemType.objects.get(space=other.space, name="Bug")
    card.refresh_from_db()
    assert drop(client, card, todo, lane=f"type:{theirs.pk}").status_code == 404


def test_limits_speak_in_lanes_cells_and_above_the_board(world, signed_in, states):
    limit(world, 1, lane="class:expedite", stops=False)
    limit(world, 1, column=states["In progress"].column, lane="class:expedite", stops=False)
    limit(world, 5)
    for _n in range(2):
        item(world, state="in_progress", service_class="expedite")
    body = page(signed_in(world.mei), f"{BOARD}?lanes=class")
    assert body.count("▲ 2/1, 1 too many") >= 3  # the lane, its cell, the list
    assert "limit 5" in body and "2 are crossed" in body


def test_what_to_pull_next_says_why_and_passes_over_what_may_not_come(world, signed_in, states):
    limit(world, 2, column=states["In progress"].column)
    limit(world, 1, person=world.chen)
    item(world, state="in_progress", assignees=[world.chen])
    item(world, "First in line", assignees=[world.chen])  # its person has enough
    stuck = item(world, "Stuck", service_class="expedite")
    blocks.start(actor=world.mei, item=stuck, reason="No crane")
    item(world, "Ordinary")
    item(world, "Quay", service_class="fixed_date", due_on=clock.today() + timedelta(days=3))
    body = page(signed_in(world.mei))
    said = body[body.index("Pull next") : body.index("right to left")]
    assert "Quay" in said and "due " in said and "room for 1" in said
    assert "Stuck" not in said and "First in line" not in said and "Ordinary" not in said, "there is room for one"
    item(world, "Fire", service_class="expedite")
    assert "delay costs at once" in page(signed_in(world.mei))


def test_a_card_says_what_blocks_it_and_the_way_back_works(world, signed_in):
    card, client = item(world, state="in_progress"), signed_in(world.mei)
    url = reverse("work_item_blocks", kwargs={"key": card.key})
    answer = client.post(url, {"do": "start", "kind": "supplier", "reason": "<b>No crane</b>"}, headers=JSON)
    assert answer.status_code == 200
    assert "0 d, &lt;b&gt;No crane&lt;/b&gt;" in page(client)
    assert "Unblock" in page(client, reverse("work_item", kwargs={"key": card.key}))
    ended = client.post(url, {"do": "end", "block": answer.json()["block"]}, headers=JSON).json()
    assert client.post(ended["undo"], headers=JSON).status_code == 200 and Block.objects.open().exists()
    assert client.post(answer.json()["undo"], headers=JSON).status_code == 200 and not Block.objects.exists()
    assert client.post(url, {"do": "start", "reason": " "}, headers=JSON).status_code == 422
    assert client.post(url, {"do": "start", "reason": "x", "kind": "weather"}, headers=JSON).status_code == 422
    assert signed_in(world.dana).post(url, {"reason": "x"}, headers=JSON).status_code == 404
    other = item(world)
    theirs = blocks.start(actor=world.mei, item=other, reason="x")
    assert client.post(url, {"do": "end", "block": theirs.pk}, headers=JSON).status_code == 404, "of another item"


def test_items_of_other_boards_that_hold_this_one_up_are_named_only_to_who_may_see_them(world, signed_in):
    secret = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    theirs = make.work_item(actor=world.alma, project=secret, title="Hidden quay")
    card = item(world, state="in_progress")
    make.link(actor=world.alma, source=theirs, target=card, kind="blocks")
    for person, sees in ((world.alma, True), (world.mei, False)):
        body = page(signed_in(person))
        assert "1 card here waits for other boards" in body
        assert ("Hidden quay" in body) == sees and ("items that you cannot see" in body) != sees


def test_of_several_that_hold_one_card_up_the_longest_counts(world, signed_in):
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    cards = [item(world, state="in_progress") for _ in range(2)]
    WorkItem.objects.update(actual_start=clock.now() - timedelta(days=30))
    for days, card in ((9, cards[0]), (4, cards[0]), (2, cards[1])):
        link = make.link(actor=world.alma, source=make.work_item(actor=world.alma, project=yard), target=card, kind="blocks")
        Link.objects.filter(pk=link.pk).update(created_at=clock.now() - timedelta(days=days, hours=1))
    body = page(signed_in(world.alma))
    assert "2 cards here wait for other boards · 11 d of begun work so far" in body and "4 d" in body


def test_long_columns_come_in_parts_and_nothing_is_left_out(world, signed_in, django_assert_max_num_queries):
    todo = make.state_of(world.project, "to_do")
    first = item(world)
    work_items.create_many(
        actor=world.boris, space=world.project.space, assignments=[], changes=[],
        items=[WorkItem(title=f"Row {n}", type=first.type, state=todo, rank=n, reporter=world.boris) for n in range(250)],
    )  # fmt: skip
    scoping.forget_roles()
    client = signed_in(world.mei)
    assert page(client).count("data-card=") == 60
    seen, at = 60, 60
    while True:
        part = page(client, f"{BOARD}?part=cards&half={todo.pk}&first={at}")
        seen, at = seen + part.count("data-card="), at + 120
        if "data-rest" not in part:
            break
    assert seen == 251
    assert page(client, f"{BOARD}?part=board&more={todo.pk}:251").count("data-card=") == 251
    for bad in ("half=x&first=0", "half=999999&first=0", f"half={todo.pk}&first=99999", "half=&first="):
        assert page(client, f"{BOARD}?part=cards&{bad}").count("data-card=") == 0
    with django_assert_max_num_queries(20):
        page(client, f"{BOARD}?part=cards&half={todo.pk}&first=60&lanes=parent")


def test_who_may_change_the_plan_lays_the_board_out(world, signed_in):
    client, space = signed_in(world.boris), world.project.space
    assert client.post(SETTINGS, {"do": "lay_out"}, headers=JSON).status_code == 200
    column = Column.objects.get(space=space, name="In review")
    given = {"do": "change", "column": column.pk, "version": 1, "name": "Review", "policy": "**Two** pairs of eyes", "is_split": "1"}
    assert client.post(SETTINGS, given, headers=JSON).status_code == 200
    assert client.post(SETTINGS, {**given, "policy": "One"}, headers=JSON).status_code == 409, "somebody else saved meanwhile"
    state = State.objects.get(space=space, name="In progress")
    place = {"do": "place", "state": state.pk, "version": state.version, "place": f"{column.pk}:1"}
    assert client.post(SETTINGS, place, headers=JSON).status_code == 200
    state.refresh_from_db()
    assert (state.column, state.is_waiting) == (column, True)
    for given in ({"most": "3", "column": column.pk, "stops": "1"}, {"most": "2", "label": "sea"}, {"most": "1", "person": world.mei.pk}, {"most": "4", "lane": "class:expedite"}):
        assert client.post(SETTINGS, {"do": "limit", **given}, headers=JSON).status_code == 200, given
    row = WipLimit.objects.get(lane="label:sea")
    assert client.post(SETTINGS, {"do": "change_limit", "limit": row.pk, "version": 1, "most": "7"}, headers=JSON).status_code == 200
    assert client.post(SETTINGS, {"do": "move", "column": column.pk, "to": "0"}, headers=JSON).status_code == 200
    assert client.post(SETTINGS, {"do": "remove_limit", "limit": row.pk, "version": 2}, headers=JSON).status_code == 200
    body = page(client, SETTINGS)
    assert "Review" in body and "Mei Lin" in body and "**Two** pairs" in body
    scoping.forget_roles()
    assert "<strong>Two</strong>" in page(client)
    assert client.post(SETTINGS, {"do": "remove", "column": column.pk, "version": column.version + 1}, headers=JSON).status_code in (200, 409)


def test_what_is_sent_by_hand_changes_nothing(world, signed_in, states):
    client = signed_in(world.boris)
    other = make.project(actor=world.alma, name="Other", key="OTH")
    theirs = columns.create(actor=world.alma, space=other.space, name="Build")
    for given, status in (
        ({"do": "nothing"}, 422), ({}, 422), ({"do": "add", "name": " "}, 422), ({"do": "limit", "most": "x"}, 422), ({"do": "limit", "most": "0"}, 422),
        ({"do": "limit", "most": "2", "lane": "state:1"}, 422), ({"do": "limit", "most": "2", "column": theirs.pk}, 404),
        ({"do": "change", "column": theirs.pk, "name": "Mine"}, 404), ({"do": "limit", "most": "99999999999"}, 200),
        ({"do": "place", "state": states["Done"].pk, "place": str(theirs.pk)}, 404),
    ):  # fmt: skip
        assert client.post(SETTINGS, given, headers=JSON).status_code == status, given
    assert signed_in(world.mei).post(SETTINGS, {"do": "add", "name": "Mine"}, headers=JSON).status_code == 403
    assert signed_in(world.mei).get(SETTINGS).status_code == 200
    assert signed_in(world.dana).get(SETTINGS).status_code == 404


def test_how_often_the_board_asks_does_not_grow_with_columns_and_limits(world, signed_in, states):
    def queries():
        scoping.forget_roles()
        client = signed_in(world.mei)
        client.get("/")
        with CaptureQueriesContext(connection) as seen:
            page(client, f"{BOARD}?lanes=class")
        return len(seen)

    for n in range(3):
        item(world, str(n), state="in_progress", service_class="expedite")
    limit(world, 9, column=states["In progress"].column)
    limit(world, 1, column=states["In review"].column)
    few = queries()
    for n in range(8):
        card = item(world, f"More {n}", labels=[f"l{n}"])
        limit(world, 3, lane=f"label:l{n}", stops=False)
        blocks.start(actor=world.mei, item=card, reason="x")
    assert queries() <= few + 1
    assert few <= 25


def test_a_lower_limit_says_when_work_runs_dry_and_stops_nothing(world, signed_in, states):
    one = limit(world, 5, stops=True, column=states["In progress"].column, least=2)
    card, client = item(world, state="in_progress"), signed_in(world.boris)
    assert "1 too few" in page(client) and "At least 2, so that work does not run dry." in page(client)
    assert drop(client, card, states["Done"]).status_code == 200 and "2 too few" in page(client)
    for least, most in ((6, 5), (0, 5)):
        with pytest.raises(Refused) as problem:
            wip_limits.change(actor=world.boris, limit=one, version=None, least=least, most=most)
        assert problem.value.code == "least_too_much"
    given = {"do": "change_limit", "limit": one.pk, "version": one.version, "most": "5", "least": "", "stops": "1"}
    assert client.post(SETTINGS, given, headers=JSON).status_code == 200
    assert WipLimit.objects.get().least is None and "too few" not in page(client)
