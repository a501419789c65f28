"""A type's own workflow on the pages: chosen in the settings, kept by the board, asked for before a type changes."""

import re

import pytest

from tandem.work.actions import columns, states, type_workflows, work_items
from tandem.work.models import Column, State, WorkItem, WorkItemType
from tests import make

BULK = "/work-items/bulk/"


@pytest.fixture
def at(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


@pytest.fixture
def bug(world, at):
    row = WorkItemType.objects.get(space=world.project.space, name="Bug")
    type_workflows.choose(actor=world.boris, type=row, version=None, uses=[at["In review"], at["Done"]], start=at["In review"])
    row.refresh_from_db()
    return row


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, **values)


def act(client, **values):
    return client.post("/boards/POR/workflow/", values, headers={"Accept": "application/json"})


def test_it_is_chosen_in_the_settings(world, at, signed_in):
    bug = WorkItemType.objects.get(space=world.project.space, name="Bug")
    row = item(world, type=bug)
    client = signed_in(world.boris)
    page = client.get("/boards/POR/workflow/").content.decode()
    assert page.count("Workflow of the project") == 5 and "1 item in “To do” into" in page
    given = {"do": "choose_states", "type": bug.pk, "version": bug.version, "uses": [at["In review"].pk, at["Done"].pk], "start": at["In review"].pk}
    assert act(client, **given).status_code == 422
    said = act(client, **given, **{f"into_{at['To do'].pk}": at["In review"].pk}).json()["message"]
    assert "1 item went on." in said
    row.refresh_from_db()
    assert row.state.name == "In review"
    page = signed_in(world.mei).get("/boards/POR/workflow/").content.decode()
    assert "In review → Done" in page and "begins in “In review”" in page and 'name="uses"' not in page
    assert act(signed_in(world.mei), **given).status_code == 403
    bug.refresh_from_db()
    assert act(signed_in(world.boris), do="choose_states", type=bug.pk, version=bug.version).status_code == 200
    bug.refresh_from_db()
    assert bug.state_ids == []


def test_a_card_comes_into_the_first_state_of_the_column_that_its_type_uses(world, at, bug, signed_in):
    work = Column.objects.create(space=world.project.space, name="Work", rank=0)
    for name in ("In progress", "In review"):
        columns.place(actor=world.boris, state=at[name], version=None, column=work, is_waiting=False)
    row = work_items.create(actor=world.mei, space=world.project.space, title="Crash", type=bug, state=at["Done"])
    client = signed_in(world.mei)
    given = {"state": at["In progress"].pk, "after": None, "version": row.version}
    answer = client.patch(f"/boards/POR/cards/{row.pk}/", given, content_type="application/json")
    assert answer.json()["state"] == at["In review"].pk
    refused = client.patch(f"/boards/POR/cards/{row.pk}/", {**given, "state": at["To do"].pk, "version": row.version + 1}, content_type="application/json")
    assert refused.status_code == 422 and "does not pass through" in refused.json()["message"]


def test_menus_offer_only_its_states(world, at, bug, signed_in):
    row = work_items.create(actor=world.mei, space=world.project.space, title="Crash", type=bug)
    page = signed_in(world.mei).get(f"/work-items/{row.key}/").content.decode()
    offered = re.search(r'data-field="state".*?</select>|name="state".*?</select>', page, re.S)
    assert "In review" in page and (offered is None or "To do" not in offered.group())
    board = signed_in(world.mei).get("/boards/POR/").content.decode()
    assert f'data-to="{at["In review"].pk} {at["Done"].pk}"' in board


def test_a_change_of_type_asks_for_the_state_and_shows_it_before(world, at, bug, signed_in):
    rows = [item(world, title="One"), item(world, title="Two", state="in_progress"), item(world, title="Three", state="done")]
    client = signed_in(world.mei)

    def preview(**more):
        return client.post(BULK, {"ids": [r.pk for r in rows], "do": "type:", "preview": "1", "next": "/work-items/"} | more).content.decode()

    page = preview()
    assert "3 items are chosen" in page and "<option>Bug</option>" in page
    page = preview(type="Bug")
    assert "1 item will change." in page and "2 cannot be taken" in page and "States that “Bug” does not have" in page
    page = preview(type="Bug", **{f"state_{at['To do'].pk}": at["In review"].pk, f"state_{at['In progress'].pk}": at["Done"].pk})
    assert "3 items will change." in page and "To do → <b>In review</b>" in page and "In progress → <b>Done</b>" in page
    assert page.count(f'name="state_{at["To do"].pk}"') == 2, "to choose again, and to be sent"
    assert WorkItem.objects.filter(type=bug).count() == 0
    seen = re.findall(r'name="ids" value="(\d+:\d+)"', page[page.index('value="type:Bug"'):])
    done = {"ids": seen, "do": "type:Bug", f"state_{at['To do'].pk}": at["In review"].pk, f"state_{at['In progress'].pk}": at["Done"].pk}
    client.post(BULK, done)
    assert WorkItem.objects.filter(type=bug).count() == 3
    assert "cannot be taken" not in preview(type="Bug")


def test_a_stranger_changes_no_type(world, bug, signed_in):
    row = item(world)
    signed_in(world.dana).post(BULK, {"ids": [f"{row.pk}:1"], "do": "type:Bug"})
    row.refresh_from_db()
    assert row.type.name == "Story"


def test_an_item_typed_into_a_column_is_of_a_type_that_may_stand_there(world, at, signed_in):
    story = WorkItemType.objects.get(space=world.project.space, name="Story")
    type_workflows.choose(actor=world.boris, type=story, version=None, uses=[at["To do"], at["Done"]], start=at["To do"])
    signed_in(world.mei).post("/boards/POR/quick/", {"text": "Typed", "state": at["In review"].pk})
    assert WorkItem.objects.get(title="Typed").type.name == "Task"


def test_the_page_names_a_state_once(world, at, bug, signed_in):
    states.change(actor=world.boris, state=at["In review"], version=None, name="Review & test")
    assert "Review &amp; test → Done" in signed_in(world.boris).get("/boards/POR/workflow/").content.decode()
