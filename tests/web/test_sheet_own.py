"""Own fields in the spreadsheet layout: shown as they are typed, written in one block under the field's own checks, taken back."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people.models import Role
from tandem.work.actions import fields
from tandem.work.models import WorkItem
from tests import make

TABLE = "/work-items/"


@pytest.fixture
def own(world):
    def add(name, kind, **values):
        return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)

    found = [
        add("Customer", "text"), add("Effort", "number"), add("Cost", "money", currency="EUR"), add("Colour", "choice", choices=["Red", "Blue"]),
        add("Ports", "choice", choices=["Bergen", "Oslo"], is_several=True), add("Contact", "person"), add("Crew", "person", is_several=True),
        add("Signed", "check"), add("Signed on", "date"), add("Ticket", "link"), add("Double", "formula", formula="effort * 2"),
    ]  # fmt: skip
    return {f.name: f"field.{f.word}" for f in found}


@pytest.fixture
def items(world, own):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(3)]


def save(client, own, rows, space=None):
    body = json.dumps({"space": space, "columns": ["key", *own.values()], "rows": rows})
    return client.post(reverse("work_items_sheet"), body, content_type="application/json")


def edit(own, place, item, version=1, **texts):
    return {"row": place, "id": item.pk, "version": version, "cells": {own[name.replace("_", " ")]: text for name, text in texts.items()}}


def told(answer):
    return {(p["row"], p["column"], p["code"]) for p in answer.json()["problems"]}


def test_a_block_fills_every_kind_of_own_field_and_reads_back_as_it_is_typed(world, signed_in, own, items):
    client = signed_in(world.boris)
    answer = save(client, own, [
        edit(own, 1, items[0], Customer="Acme", Effort="2,5", Cost="1.234,50 €", Colour="red", Ports="oslo; Bergen", Contact="Mei Lin",
             Crew="Mei Lin; 陈悦", Signed="是", Signed_on="13/2/2027", Ticket="https://example.org/1"),
        edit(own, 2, items[1], Cost="€1,234,567.25", Signed="no", Signed_on="3/2/2027", Contact="me", Effort="−3", Customer="-"),
    ])  # fmt: skip
    assert answer.status_code == 200, answer.content
    one, two = (WorkItem.objects.get(pk=i.pk) for i in items[:2])
    assert one.fields == {
        "Customer": "Acme", "Effort": 2.5, "Cost": 1234.5, "Colour": "Red", "Ports": ["Oslo", "Bergen"], "Contact": world.mei.pk,
        "Crew": [world.mei.pk, world.chen.pk], "Signed": True, "Signed on": "2027-02-13", "Ticket": "https://example.org/1",
    }  # fmt: skip
    assert two.fields == {"Customer": "-", "Effort": -3, "Cost": 1234567.25, "Signed": False, "Signed on": "2027-02-03", "Contact": world.boris.pk}
    rows = client.get(TABLE, {"layout": "sheet", "part": "rows", "q": "", "sort": "key", "cols": ",".join(own.values())}).json()
    assert rows["rows"][0][4:] == ["Acme", "2.5", "1234.5", "Red", "Oslo; Bergen", "Mei Lin", "Mei Lin; 陈悦", "yes", "2027-02-13", "https://example.org/1", "5"]
    again = save(client, own, [{"row": 1, "id": items[0].pk, "version": 2, "cells": dict(zip(list(own.values())[:-1], rows["rows"][0][4:-1], strict=True))}])
    assert again.status_code == 200 and WorkItem.objects.get(pk=items[0].pk).version == 2, "what is read out is what goes in: nothing changed"


def test_the_page_says_what_each_column_takes_and_offers_them_all(world, signed_in, own, items):
    client = signed_in(world.boris)
    page = client.get(TABLE, {"layout": "sheet", "q": "", "space": world.project.space_id}).content.decode()
    assert all(f'name="cols" value="{code}"' in page for code in own.values())
    ask = {"layout": "sheet", "part": "rows", "q": "", "cols": ",".join(["title", *own.values()])}
    found = client.get(TABLE, ask).json()
    writable = {c: is_open for c, _name, is_open, _kind in found["columns"]}
    assert not writable[own["Double"]] and all(is_open for c, is_open in writable.items() if c != own["Double"])
    here = {c: by[str(world.project.space_id)] for c, by in found["own"].items()}
    assert here[own["Colour"]]["choices"] == ["Red", "Blue"] and here[own["Double"]]["kind"] == "fixed" and here[own["Cost"]]["kind"] == "number"
    plain = client.get(TABLE, {"layout": "sheet", "q": "", "cols": own["Customer"]}).content.decode()
    assert "Customer" in plain


def test_what_a_field_does_not_take_is_told_at_its_cell_and_nothing_is_written(world, signed_in, own, items):
    answer = save(signed_in(world.boris), own, [
        edit(own, 1, items[0], Customer="Fine"),
        edit(own, 2, items[1], Effort="many", Cost="1,234", Colour="Green", Ports="Oslo; Kiel", Contact="Nobody Known", Signed="perhaps", Signed_on="soon",
             Ticket="javascript:alert(1)", Double="7"),
        edit(own, 3, items[2], Contact="Mei Lin; 陈悦", Signed_on="3/4/2027"),
    ])  # fmt: skip
    assert answer.status_code == 422
    assert told(answer) == {
        (2, own["Effort"], "field_not_number"), (2, own["Cost"], "field_not_number"), (2, own["Colour"], "field_not_choice"),
        (2, own["Ports"], "field_not_choice"), (2, own["Contact"], "cell_person"), (2, own["Signed"], "field_not_check"), (2, own["Signed on"], "cell_date"),
        (2, own["Ticket"], "field_not_link"), (2, own["Double"], "field_computed"), (3, own["Contact"], "field_not_person"),
        (3, own["Signed on"], "cell_date_order"),
    }  # fmt: skip
    assert {p["label"] for p in answer.json()["problems"]} >= {"Effort", "Signed on"}
    assert all(not WorkItem.objects.get(pk=i.pk).fields for i in items)


def test_a_field_of_other_types_or_of_another_project_takes_nothing(world, signed_in, own, items):
    bug = items[0].type.__class__.objects.get(space=world.project.space, name="Bug")
    only = fields.create(actor=world.boris, space=world.project.space, name="Found in", kind="text", types=[bug])
    columns = own | {"Found in": f"field.{only.word}"}
    client = signed_in(world.alma)
    assert told(save(client, columns, [edit(columns, 1, items[0], Found_in="3.1")])) == {(1, columns["Found in"], "field_other_type")}
    other = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Harbour", key="HAR"))
    assert told(save(client, columns, [edit(columns, 1, other, Customer="Acme")])) == {(1, columns["Customer"], "cell_no_field")}
    assert save(client, columns, [edit(columns, 1, other, Customer="")]).status_code == 200, "an empty cell says nothing there"


def test_a_choice_that_hangs_on_another_is_checked_as_on_the_item(world, signed_in, own, items):
    fields.create(actor=world.boris, space=world.project.space, name="Country", kind="choice", choices=["Norway", "Japan"])
    city = fields.create(
        actor=world.boris, space=world.project.space, name="City", kind="choice", depends_on="Country", branches={"Norway": ["Oslo"], "Japan": ["Kobe"]}
    )
    columns = own | {"Country": "field.country", "City": f"field.{city.word}"}
    client = signed_in(world.boris)
    assert told(save(client, columns, [edit(columns, 1, items[0], Country="Norway", City="Kobe")])) == {(1, "field.city", "field_branch")}
    assert save(client, columns, [edit(columns, 1, items[0], Country="japan", City="kobe")]).status_code == 200
    assert WorkItem.objects.get(pk=items[0].pk).fields == {"Country": "Japan", "City": "Kobe"}


def test_one_undo_takes_own_fields_back_and_new_items_are_born_with_theirs(world, signed_in, own, items):
    client, space = signed_in(world.boris), world.project.space_id
    save(client, own, [edit(own, 1, items[0], Customer="Before", Effort="1")])
    new = {"row": 4, "cells": {"title": "New", own["Effort"]: "8"}}
    answer = save(client, own, [edit(own, 1, items[0], 2, Customer="After", Effort=""), new], space=space)
    assert answer.status_code == 200, answer.content
    assert WorkItem.objects.get(pk=items[0].pk).fields == {"Customer": "After"} and WorkItem.objects.get(title="New").fields == {"Effort": 8}
    client.post(answer.json()["undo"])
    assert WorkItem.objects.get(pk=items[0].pk).fields == {"Customer": "Before", "Effort": 1} and not WorkItem.objects.present().filter(title="New")


def test_who_may_only_look_or_not_look_writes_no_field(world, signed_in, own, items):
    viewer = make.user(actor=world.admin, name="Vera", role=Role.STAKEHOLDER, space=world.project.space, email="vera@example.org")
    assert told(save(signed_in(viewer), own, [edit(own, 1, items[0], Customer="Mine")])) == {(1, "", "row_not_yours")}
    dana = signed_in(world.dana)
    assert told(save(dana, own, [edit(own, 1, items[0], Customer="Mine")])) == {(1, "", "row_gone")}
    assert dana.get(TABLE, {"part": "rows", "layout": "sheet", "q": "", "cols": ",".join(own.values())}).json()["own"] == {}


def test_own_columns_cost_no_query_per_row(world, signed_in, own, items):
    client = signed_in(world.boris)
    ask = {"layout": "sheet", "part": "rows", "q": "", "cols": ",".join(own.values())}
    client.get(TABLE, ask)
    with CaptureQueriesContext(connection) as few:
        client.get(TABLE, ask)
    for n in range(12):
        make.work_item(actor=world.boris, project=world.project, title=f"More {n}", fields={"Contact": world.mei.pk, "Customer": "x"})
    with CaptureQueriesContext(connection) as many:
        client.get(TABLE, ask)
    assert len(many) <= len(few) + 1, "the names of people, once for all"
