"""A board over several projects: columns by category or name of the states, and moves within the workflow of each project."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people.models import Role
from tandem.portfolio.actions import programmes
from tandem.reports.queries import wide_boards
from tandem.web.work import board_picture, items_board
from tandem.work.actions import columns, states, transitions, wip_limits, work_items
from tandem.work.models import State, WorkItem
from tests import make

BOARD = "/work-items/?layout=board&q="


@pytest.fixture
def second(world):
    """Another project of Boris', whose states bear other names."""
    project = make.project(actor=world.alma, name="Freight", key="FRE")
    make.spaces.grant(actor=world.admin, space=project.space, user=world.boris, role=Role.PROJECT_MANAGER)
    world.boris.refresh_from_db()
    for state in State.objects.filter(space=project.space, name__in=("In progress", "In review")):
        states.change(actor=world.boris, state=state, version=state.version, name={"In progress": "Loading", "In review": "At sea"}[state.name])
    return project


def drop(client, card, column, **values):
    url = reverse("work_items_card", kwargs={"id": card.pk})
    given = {"state": column, "version": card.version, **values}
    return client.patch(url, json.dumps(given), content_type="application/json")


def state(project, name):
    return State.objects.get(space=project.space, name=name)


def page(client, address=BOARD):
    return client.get(address).content.decode()


def test_projects_with_other_states_stand_in_categories_with_their_project_and_state_named(world, second, signed_in):
    make.work_item(actor=world.boris, project=world.project, title="Login", state="in_progress")
    make.work_item(actor=world.boris, project=second, title="Crane", state="in_progress")
    body = page(signed_in(world.boris))
    assert [body.count(f'data-head="{key}~"') for key in ("to_do", "in_progress", "done")] == [1, 1, 1]
    assert "Login" in body and "Crane" in body and "<dd>Freight</dd>" in body and "<em>Loading</em>" in body
    assert "At sea<span" in body  # the states of a column, in how many projects each is
    assert "Crane" not in page(signed_in(world.mei)) and "Login" not in page(signed_in(world.dana))


def test_projects_that_share_their_states_stand_by_them(world, signed_in):
    make.project(actor=world.alma, name="Freight", key="FRE")
    client = signed_in(world.alma)
    assert 'data-head="in_progress~in%20review"' in page(client)
    assert 'data-head="in_progress~"' in page(client, f"{BOARD}&by=category")


def test_the_scope_narrows_it_and_one_project_opens_its_own_board(world, second, signed_in):
    programme = programmes.create(actor=world.alma, parent=world.root, name="Ships", key="SHP")
    third = make.project(actor=world.alma, name="Hull", key="HUL", parent=programme.space)
    make.work_item(actor=world.alma, project=third, title="Weld")
    make.work_item(actor=world.boris, project=second, title="Crane")
    client = signed_in(world.alma)
    body = page(client, f"{BOARD}&space={programme.space_id}")
    assert "Weld" in body and "Crane" not in body
    answer = client.get(f"/work-items/?layout=board&q=assignee:me&space={second.space_id}")
    assert answer.status_code == 302 and answer["Location"] == "/boards/FRE/?q=assignee%3Ame"


def test_a_drop_moves_within_the_workflow_of_the_item_and_is_undone(world, second, signed_in):
    card, client = make.work_item(actor=world.boris, project=second, title="Crane"), signed_in(world.boris)
    answer = drop(client, card, wide_boards.key_of("in_progress", "at sea"))
    assert answer.status_code == 200, answer.content
    assert WorkItem.objects.get(pk=card.pk).state == state(second, "At sea")
    assert client.post(answer.json()["undo"], headers={"Accept": "application/json"}).status_code == 200
    assert WorkItem.objects.get(pk=card.pk).state == state(second, "To do")


def test_where_several_states_fit_a_choice_is_asked_for(world, second, signed_in):
    card, client = make.work_item(actor=world.boris, project=second, title="Crane"), signed_in(world.boris)
    answer = drop(client, card, "in_progress~")
    assert (answer.status_code, answer.json()["code"]) == (422, "which_state")
    assert answer.json()["choices"] == [[str(state(second, n).pk), n] for n in ("Loading", "At sea")]
    foreign = drop(client, card, "in_progress~", choice=state(world.project, "In progress").pk)
    assert foreign.status_code == 422 and WorkItem.objects.get(pk=card.pk).state == state(second, "To do")
    assert drop(client, card, "in_progress~", choice=state(second, "Loading").pk).status_code == 200
    assert WorkItem.objects.get(pk=card.pk).state == state(second, "Loading")
    moved = WorkItem.objects.get(pk=card.pk)
    assert drop(client, moved, "in_progress~", lane="priority:1").status_code == 200  # it stands there already: it stays
    assert (WorkItem.objects.get(pk=card.pk).state, WorkItem.objects.get(pk=card.pk).priority) == (state(second, "Loading"), 1)


def test_what_the_project_does_not_have_or_allow_is_refused_in_words(world, second, signed_in):
    card, client = make.work_item(actor=world.boris, project=world.project, title="Login"), signed_in(world.boris)
    answer = drop(client, card, wide_boards.key_of("in_progress", "Loading"))
    assert answer.status_code == 422 and "its project has no such state" in answer.json()["message"]
    transitions.create(actor=world.boris, space=world.project.space, from_state=state(world.project, "To do"), to_state=state(world.project, "In progress"))
    answer = drop(client, card, "done~")
    assert answer.status_code == 422 and "the workflow of its project does not allow it" in answer.json()["message"]
    answer = drop(client, card, "in_progress~", lane=f"project:{second.space_id}")
    assert answer.status_code == 422 and "stays in its project" in answer.json()["message"]
    assert drop(client, card, "in_progress~").status_code == 200  # of two states one is allowed: no choice is needed
    assert drop(client, card, "nonsense").status_code == 422 and drop(client, card, "in_progress~", version="x").status_code == 400


def test_a_limit_of_the_project_stops_here_too_and_a_reason_crosses_it(world, second, signed_in):
    columns.lay_out(actor=world.boris, space=second.space)
    wip_limits.create(actor=world.boris, space=second.space, most=1, stops=True, column=state(second, "Loading").column)
    make.work_item(actor=world.boris, project=second, title="Begun", state="in_progress")
    card, client = make.work_item(actor=world.boris, project=second, title="Crane"), signed_in(world.boris)
    there = wide_boards.key_of("in_progress", "loading")
    answer = drop(client, card, there)
    assert (answer.status_code, answer.json()["code"]) == (422, "wip_limit_reached")
    assert drop(client, card, there, override_reason="Ship sails today").status_code == 200


def test_somebody_who_was_faster_is_not_overwritten(world, second, signed_in):
    card, client = make.work_item(actor=world.boris, project=second, title="Crane"), signed_in(world.boris)
    work_items.change(actor=world.boris, item=card, version=1, priority=1)
    stale = WorkItem(pk=card.pk, version=1)
    assert drop(client, stale, "done~", **{"from": "to_do~"}).status_code == 200  # another field: it does not stand in the way
    assert drop(client, stale, "in_progress~", choice=state(second, "Loading").pk, **{"from": "to_do~"}).status_code == 409


def test_who_may_only_look_moves_nothing_and_strangers_find_nothing(world, second, signed_in):
    watcher = make.user(actor=world.admin, name="Vera Viewer", role=Role.STAKEHOLDER, space=second.space, email="vera@example.org")
    card = make.work_item(actor=world.boris, project=second, title="Crane")
    make.work_item(actor=world.boris, project=world.project, title="Login")
    assert drop(signed_in(watcher), card, "done~").status_code == 403
    assert drop(signed_in(world.dana), card, "done~").status_code == 404
    assert " patch=" not in page(signed_in(watcher))
    make.spaces.grant(actor=world.admin, space=world.project.space, user=watcher, role=Role.MEMBER)
    watcher.refresh_from_db()
    mixed = page(signed_in(watcher))  # where one may only look a card has nowhere to go
    assert re.search(r'data-to=""><a class="ti" href="/work-items/FRE-1/"', mixed) and not re.search(r'data-to=""><a class="ti" href="/work-items/POR-1/"', mixed)


def test_long_columns_show_their_first_cards_and_lanes_count_all(world, second, signed_in, monkeypatch):
    monkeypatch.setattr(board_picture, "CARDS", 2)
    for n in range(5):
        make.work_item(actor=world.boris, project=second, title=f"Crane {n}", assignees=[world.boris])
    make.work_item(actor=world.boris, project=world.project, title="Login")
    client = signed_in(world.boris)
    body = page(client, f"{BOARD}&lanes=project")
    assert body.count("data-card=") == 2 and 'data-count="to_do~">6<' in body and "Show 2 more" in body
    assert f'data-lane-head="project:{second.space_id}"' in body and '<span class="sub num">5</span>' in body
    rest = page(client, f"{BOARD}&lanes=project&part=cards&half=to_do~&first=2")
    assert rest.count("data-card=") == 4 and "data-rest" not in rest
    assert page(client, f"{BOARD}&more=to_do~:80").count("data-card=") == 6


def test_queries_do_not_grow_with_cards_or_projects(world, second, signed_in):
    client = signed_in(world.alma)

    def queries():
        page(client)
        with CaptureQueriesContext(connection) as found:
            page(client)
        return len(found)

    make.work_item(actor=world.boris, project=second, title="Crane")
    few = queries()
    for n in range(4):
        project = make.project(actor=world.alma, name=f"More {n}", key=f"M{n}X")
        for k in range(3):
            make.work_item(actor=world.alma, project=project, title=f"Item {k}")
    world.alma.refresh_from_db()
    assert queries() <= few


def test_it_is_kept_as_a_view_and_a_filter_that_cannot_be_read_says_so(world, second, signed_in):
    client = signed_in(world.boris)
    query = "layout=board&by=state&lanes=project&q=assignee:me"
    client.post(reverse("work_items_views"), {"name": "All of mine", "audience": "private", "query": query})
    body = page(client, f"/work-items/?{query}")
    assert "All of mine" in body and 'aria-current="true"' in body
    assert "tandem-board" not in page(client, "/work-items/?layout=board&q=nonsense:1")


@pytest.fixture
def many(world, second, monkeypatch):
    """More names of states than a board has columns: some stand in a column of the rest."""
    for name in ("Lashing", "Weighing"):
        states.add(actor=world.boris, space=second.space, name=name, category="in_progress")
    monkeypatch.setattr(wide_boards, "MOST_COLUMNS", 7)
    columns_, by = wide_boards.places(world.boris, None, "state")
    rest = next(place for place in columns_ if place.rest and place.category == "in_progress")
    own = [place for place in columns_ if not place.rest and place.category == "in_progress"]
    names = set(State.objects.filter(pk__in=rest.states, space=second.space).values_list("name", flat=True))
    assert by == "state" and "Lashing" in names and own
    return rest, own, names


def test_the_column_of_the_rest_takes_no_state_that_has_a_column_of_its_own(world, second, signed_in, many):
    rest, own, names = many
    client = signed_in(world.boris)
    body = page(client, f"{BOARD}&by=state")
    assert f'data-head="{rest.key}"' in body and 'data-head="in_progress~"' not in body
    alone = State.objects.filter(space=second.space, pk__in=[pk for place in own for pk in place.states]).first() or state(second, "Loading")
    is_own = alone.pk not in rest.states
    card = make.work_item(actor=world.boris, project=second, title="Crane")
    answer = drop(client, card, rest.key)
    assert answer.json()["code"] == "which_state" and {name for _pk, name in answer.json()["choices"]} == names
    assert drop(client, card, rest.key, choice=state(second, "Lashing").pk).status_code == 200
    assert is_own, "one state of the project has a column of its own"
    work_items.move(actor=world.boris, item=WorkItem.objects.get(pk=card.pk), version=None, state=alone)
    moved = WorkItem.objects.get(pk=card.pk)
    assert drop(client, moved, rest.key).status_code == 422, "from its own column it does not stay where it is"
    stale = WorkItem(pk=card.pk, version=moved.version - 1)
    assert drop(client, stale, "done~done", **{"from": rest.key}).status_code == 409, "it no longer stands where it was seen"
    assert drop(client, moved, "in_progress~!999999999").status_code == 422


def test_what_stands_in_a_retired_state_stays_in_it_in_another_lane(world, second, signed_in):
    card = make.work_item(actor=world.boris, project=second, title="Crane")
    old = states.add(actor=world.boris, space=second.space, name="Lashing", category="in_progress")
    work_items.move(actor=world.boris, item=card, version=None, state=old)
    State.objects.filter(pk=old.pk).update(retired_at=card.created_at)
    now, client = WorkItem.objects.get(pk=card.pk), signed_in(world.boris)
    answer = drop(client, now, "in_progress~", lane="priority:1", **{"from": "in_progress~"})
    assert answer.status_code == 200, answer.content
    now = WorkItem.objects.get(pk=card.pk)
    assert (now.state_id, now.priority) == (old.pk, 1)
    assert drop(client, now, wide_boards.key_of("in_progress", "lashing"), lane="priority:2").status_code == 200
    other = make.work_item(actor=world.boris, project=second, title="Rail")
    assert drop(client, other, wide_boards.key_of("in_progress", "lashing")).status_code == 422, "nothing new comes into it"


def test_the_way_to_the_table_leaves_nothing_of_a_long_column_out(world, second, signed_in, monkeypatch):
    monkeypatch.setattr(items_board, "MOST", 2)
    monkeypatch.setattr(items_board, "MOST_NAMES", 1)
    for name in ("In progress", "In review"):
        for n in range(2):
            make.work_item(actor=world.boris, project=world.project, title=f"{name} {n}", state=state(world.project, name))
    client = signed_in(world.boris)
    body = page(client, f"{BOARD}&by=category")
    way = re.search(r'href="([^"]*)"[^>]*>[^<]*Show all in the table', body)[1].replace("&amp;", "&")
    table = page(client, way if way.startswith("/") else f"/work-items/{way}")
    assert all(f"{name} {n}" in table for name in ("In progress", "In review") for n in range(2))
