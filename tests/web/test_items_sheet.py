"""The spreadsheet layout: what it shows, what a block may hold, that it is written whole or not at all, and taken back in one step."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people.models import Role
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

TABLE = "/work-items/"
COLS = "key,title,state,type,assignees,priority,due,points,labels,parent,project"


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", estimate_points=2.0) for n in range(3)]


def save(client, rows, *, space=None, **more):
    body = json.dumps({"space": space, "columns": COLS.split(","), "rows": rows} | more)
    return client.post(reverse("work_items_sheet"), body, content_type="application/json")


def edit(place, item, version=1, **cells):
    return {"row": place, "id": item.pk, "version": version, "cells": cells}


def told(answer):
    return [(p["row"], p["column"], p["code"]) for p in answer.json()["problems"]]


def test_the_page_holds_a_table_and_the_rows_come_beside_it(world, signed_in, items):
    client = signed_in(world.boris)
    page = client.get(TABLE, {"layout": "sheet", "q": "", "space": world.project.space_id}).content.decode()
    assert "<tandem-sheet" in page and "Item 2" in page and f'data-home="{world.project.space_id}"' in page
    found = client.get(TABLE, {"layout": "sheet", "part": "rows", "q": "", "cols": COLS, "sort": "key"}).json()
    assert [c[0] for c in found["columns"]] == COLS.split(",") and not found["more"]
    assert found["rows"][0][:3] == [items[0].pk, 1, True] and found["rows"][0][4:7] == ["POR-1", "Item 0", "To do"]
    assert "Done" in found["states"][str(world.project.space_id)] and "Mei Lin" in found["people"]
    assert not signed_in(world.dana).get(TABLE, {"part": "rows", "q": ""}).json()["rows"]


def test_a_block_is_read_as_excel_and_both_languages_write_it(world, signed_in, items):
    client = signed_in(world.boris)
    answer = save(client, [
        edit(1, items[0], title="Renamed", state="in progress", due="13/2/2027", points="1,5", priority="紧急", assignees="Mei Lin; 陈悦"),
        edit(2, items[1], state="已完成", due="3/2/2027", points="１２", priority="P2", assignees="me", labels="ui, late", parent="por-1"),
        edit(3, items[2], due="46440", points="-", priority="low", assignees="", type="Bug"),
    ])  # fmt: skip
    assert answer.status_code == 200, answer.content
    one, two, three = (WorkItem.objects.get(pk=i.pk) for i in items)
    assert (one.title, one.state.name, one.due_on, one.estimate_points, one.priority) == ("Renamed", "In progress", date(2027, 2, 13), 1.5, 1)
    assert {p.name for p in one.assignees.all()} == {"Mei Lin", "陈悦"}
    assert (two.is_done, two.due_on, two.estimate_points, two.priority, two.parent_id) == (True, date(2027, 2, 3), 12, 2, one.pk)
    assert two.labels == ["ui", "late"] and two.assignees.get() == world.boris
    assert (three.due_on, three.estimate_points, three.priority, three.type.name) == (date(2027, 2, 22), None, 4, "Bug")
    assert answer.json()["rows"]["1"][1] == 2 and answer.json()["rows"]["1"][5] == "Renamed"


def test_one_undo_takes_the_whole_block_back_and_new_items_with_it(world, signed_in, items):
    client, space = signed_in(world.boris), world.project.space_id
    new = [{"row": 4 + n, "cells": {"title": f"New {n}", "due": "2027-02-12"}} for n in range(2)]
    answer = save(client, [edit(1, items[0], title="Renamed"), edit(2, items[1], points="8"), *new], space=space)
    assert answer.json()["message"] == "Changed 2 work items · Added 2 work items"
    assert WorkItem.objects.present().filter(space=space).count() == 5
    client.post(answer.json()["undo"])
    assert [i.title for i in WorkItem.objects.present().filter(space=space).order_by("id")] == ["Item 0", "Item 1", "Item 2"]
    assert WorkItem.objects.get(pk=items[1].pk).estimate_points == 2


def test_what_somebody_changed_since_stays_when_a_block_is_taken_back(world, signed_in, items):
    client, space = signed_in(world.boris), world.project.space_id
    answer = save(client, [{"row": 4, "cells": {"title": "New"}}], space=space)
    new = WorkItem.objects.get(title="New")
    work_items.change(actor=world.mei, item=new, version=1, title="Mine now")
    client.post(answer.json()["undo"])
    assert WorkItem.objects.present().get(pk=new.pk).title == "Mine now"


def test_all_or_nothing_and_every_cell_that_cannot_be_taken_is_named(world, signed_in, items):
    answer = save(signed_in(world.boris), [
        edit(1, items[0], title="Fine"),
        edit(2, items[1], due="soon", points="many", state="Parked", assignees="Nobody Known", priority="7", parent="XXX-1"),
        edit(3, items[2], title="  ", key="POR-9"),
        {"row": 4, "cells": {"title": "Homeless"}},
    ])  # fmt: skip
    assert answer.status_code == 422
    assert set(told(answer)) == {
        (2, "due", "cell_date"), (2, "points", "cell_number"), (2, "state", "cell_state"), (2, "assignees", "cell_person"),
        (2, "priority", "cell_priority"), (2, "parent", "cell_parent"), (3, "key", "cell_fixed"),
    }  # fmt: skip
    by_column = {p["column"]: p for p in answer.json()["problems"]}
    assert "“Parked” is no state of Portal. It has: To do" in by_column["state"]["message"] and by_column["due"]["label"] == "Due"
    later = save(signed_in(world.boris), [edit(1, items[0], title="Fine"), edit(3, items[2], title="  "), {"row": 4, "cells": {"title": "Homeless"}}])
    assert set(told(later)) == {(3, "title", "title_empty"), (4, "project", "row_without_project")}
    assert WorkItem.objects.get(pk=items[0].pk).title == "Item 0" and WorkItem.objects.count() == 3


@pytest.mark.parametrize(("text", "code"), [("3/4/2027", "cell_date_order"), ("2027-02-30", "cell_date"), ("0001-01-01", "cell_date")])
def test_a_date_that_can_be_read_in_two_ways_is_not_guessed(world, signed_in, items, text, code):
    assert told(save(signed_in(world.boris), [edit(1, items[0], due=text)])) == [(1, "due", code)]


def test_a_row_that_somebody_changed_since_is_reported_and_not_overwritten(world, signed_in, items):
    work_items.change(actor=world.mei, item=items[0], version=1, title="Theirs")
    answer = save(signed_in(world.boris), [edit(1, items[0], title="Mine"), edit(2, items[1], title="Other")])
    assert told(answer) == [(1, "", "stale")] and answer.json()["current"]["1"][5] == "Theirs"
    assert WorkItem.objects.get(pk=items[1].pk).title == "Item 1"


def test_a_new_item_goes_where_its_row_says(world, signed_in, items):
    make.project(actor=world.alma, name="Harbour", key="HAR")
    client = signed_in(world.alma)
    answer = save(client, [{"row": 1, "cells": {"title": "There", "project": "harbour"}}, {"row": 2, "cells": {"title": "Here", "project": "POR"}}])
    assert answer.status_code == 200 and {i.key for i in WorkItem.objects.filter(title__in=["There", "Here"])} == {"HAR-1", "POR-4"}
    assert told(save(signed_in(world.boris), [{"row": 1, "cells": {"title": "There", "project": "HAR"}}])) == [(1, "project", "row_without_project")]
    assert told(save(client, [edit(1, items[0], project="HAR")])) == [(1, "project", "cell_project_fixed")]


def test_nobody_writes_what_they_may_only_see_or_not_see(world, signed_in, items):
    viewer = make.user(actor=world.admin, name="Vera", role=Role.STAKEHOLDER, space=world.project.space, email="vera@example.org")
    assert told(save(signed_in(viewer), [edit(1, items[0], title="Mine")])) == [(1, "", "row_not_yours")]
    assert told(save(signed_in(world.dana), [edit(1, items[0], title="Mine")])) == [(1, "", "row_gone")]
    assert save(signed_in(world.dana), [{"row": 1, "cells": {"title": "x"}}], space=world.project.space_id).status_code == 404
    assert WorkItem.objects.get(pk=items[0].pk).title == "Item 0"


@pytest.mark.parametrize("rows", [
    [{"row": 1}], [{"row": "1", "cells": {"title": "x"}}], [{"row": 1, "id": 2**70, "version": 1, "cells": {"title": "x"}}], "x", [7],
    [{"row": 1, "id": 1, "cells": {"title": "x"}}], [{"row": 1, "id": True, "version": 1, "cells": {"title": "x"}}],
])  # fmt: skip
def test_what_cannot_be_read_changes_nothing(world, signed_in, items, rows):
    assert save(signed_in(world.boris), rows).status_code == 400


def test_a_block_has_an_end_and_an_item_stands_in_it_once(world, signed_in, items):
    client = signed_in(world.boris)
    assert save(client, [{"row": n, "cells": {"title": "x"}} for n in range(1001)]).json()["code"] == "rows_too_many"
    assert told(save(client, [edit(1, items[0], title="a"), edit(2, items[0], title="b")])) == [(2, "", "row_twice")]
    assert told(save(client, [edit(1, items[0], title="a\x00b")])) == [(1, "title", "row_invalid")]


def test_reading_a_sheet_costs_the_same_whatever_its_length(world, signed_in, items):
    client = signed_in(world.boris)
    ask = {"layout": "sheet", "part": "rows", "q": "", "cols": COLS}
    client.get(TABLE, ask)
    with CaptureQueriesContext(connection) as few:
        client.get(TABLE, ask)
    for n in range(20):
        make.work_item(actor=world.boris, project=world.project, title=f"More {n}", assignees=[world.mei])
    with CaptureQueriesContext(connection) as many:
        client.get(TABLE, ask)
    assert len(many) == len(few) <= 20
