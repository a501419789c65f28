"""Formulas, roll-ups and several values on pages: the item, the table, lanes of the board, files, the settings."""

import json

import pytest

from tandem.people.models import Space
from tandem.work.actions import fields
from tandem.work.models import FieldDefinition, WorkItem
from tests import make


@pytest.fixture
def own(world):
    def add(name, kind, **values):
        return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)

    return {
        "colour": add("Colour", "choice", choices=["Red", "Blue"], is_several=True), "who": add("Reviewers", "person", is_several=True),
        "size": add("Size", "choice", choices=["Small", "Large"]), "score": add("Score", "formula", formula="hours / points", is_on_cards=True),
        "total": add("Total", "rollup", how="sum", summed="points", is_on_cards=True), "end": add("End", "formula", formula="due + 7"),
    }  # fmt: skip


@pytest.fixture
def item(world, own):
    row = make.work_item(
        actor=world.mei, project=world.project, title="The whole", estimate_minutes=120, estimate_points=4, due_on="2027-02-12",
        fields={"Colour": ["Red", "Blue"], "Reviewers": [world.mei.pk, world.boris.pk], "Size": "Large"},
    )  # fmt: skip
    make.work_item(actor=world.mei, project=world.project, title="A part", parent=row, estimate_points=3)
    make.work_item(actor=world.mei, project=world.project, title="Another part", parent=row)
    return WorkItem.objects.get(pk=row.pk)


def page_of(client, world, address):
    client.force_login(world.mei)
    return client.get(address).content.decode()


def patch(client, address, values, version):
    return client.patch(address, json.dumps(values), content_type="application/json", headers={"If-Match": f'"{version}"'})


def test_the_item_says_what_is_computed_and_on_what_it_rests(client, world, own, item):
    page = page_of(client, world, f"/work-items/{item.key}/")
    for said in ("0.5", "2027-02-19", "from 1 of 2 items below", "Red, Blue", "Boris Orlov"):
        assert said in page, said
    assert f'data-name="field:{own["score"].pk}"' not in page
    part = WorkItem.objects.get(title="Another part")
    page = page_of(client, world, f"/work-items/{part.key}/")
    assert "no value without: hours, points" in page


def test_it_is_not_edited_and_a_stranger_sees_nothing(client, world, own, item):
    client.force_login(world.mei)
    answer = patch(client, f"/work-items/{item.key}/", {f"field:{own['score'].pk}": "3"}, item.version)
    assert answer.status_code == 422 and answer.json()["code"] == "field_computed"
    client.force_login(world.dana)
    assert patch(client, f"/work-items/{item.key}/", {f"field:{own['score'].pk}": "3"}, item.version).status_code == 404


def test_several_values_are_edited_where_they_stand(client, world, own, item):
    client.force_login(world.mei)
    address = f"/work-items/{item.key}/"
    answer = patch(client, address, {f"field:{own['colour'].pk}": ["Blue"], "was": '["Red", "Blue"]'}, item.version)
    assert answer.json()["value"] == '["Blue"]' and answer.json()["shown"] == "Blue"
    answer = patch(client, address, {f"field:{own['who'].pk}": f"{world.boris.pk},{world.mei.pk}"}, item.version + 1)
    assert answer.json()["value"] == f"{world.boris.pk},{world.mei.pk}"
    page = client.get(f"/work-items/{item.key}/").content.decode()
    assert 'data-kind="several"' in page and "changed Reviewers from" in page


def test_the_table_sorts_filters_groups_and_exports_them(client, world, own, item):
    cols = "cols=key,title,field.score,field.total,field.colour,field.reviewers"
    page = page_of(client, world, f"/work-items/?{cols}&sort=-field.total")
    assert page.index("The whole") < page.index("A part") and "Red, Blue" in page
    assert "The whole" in page_of(client, world, "/work-items/?q=total:%3E=3") and "The whole" not in page_of(client, world, "/work-items/?q=total:%3C3")
    assert "The whole" in page_of(client, world, "/work-items/?q=end:2027-02-19") and "The whole" in page_of(client, world, "/work-items/?q=colour:blue%20sort:-score")
    grouped = page_of(client, world, "/work-items/?cols=key,title&group=field.reviewers")
    assert "Mei Lin, Boris Orlov</th>" in grouped and "No Reviewers" in grouped
    assert "Mei Lin, Boris Orlov" in page_of(client, world, "/work-items/?group=field.reviewers&part=sums")
    assert "Red, Blue" in page_of(client, world, "/work-items/?group=field.colour&part=sums")
    csv = client.get(f"/work-items/export.csv?{cols}")
    csv = (b"".join(csv.streaming_content) if csv.streaming else csv.content).decode()  # type: ignore[attr-defined]
    assert "Red; Blue,Mei Lin; Boris Orlov,0.5,3" in csv


def test_pages_go_on_in_a_group_of_several(client, world, own):
    for n in range(60):
        make.work_item(actor=world.mei, project=world.project, title=f"Item {n}", fields={"Colour": ["Red", "Blue"]})
    page = page_of(client, world, "/work-items/?cols=key,title&group=field.colour")
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"/work-items/{following}").content.decode().count("data-row data-id") == 10


def test_lanes_by_own_fields_and_a_card_takes_on_the_value(client, world, own, item):
    page = page_of(client, world, "/boards/POR/?lanes=field.size")
    assert 'value="field:' in page or f"field:{own['size'].pk}:Large" in page
    assert "No Size" in page and "0.5" in page
    move = {"state": item.state_id, "after": None, "version": item.version, "lane": f"field:{own['size'].pk}:Small"}
    answer = client.patch(f"/boards/POR/cards/{item.pk}/", json.dumps(move), content_type="application/json")
    assert answer.status_code == 200 and WorkItem.objects.get(pk=item.pk).fields["Size"] == "Small"
    move |= {"version": answer.json()["version"], "lane": f"field:{own['colour'].pk}:Blue"}
    answer = client.patch(f"/boards/POR/cards/{item.pk}/", json.dumps(move), content_type="application/json")
    assert WorkItem.objects.get(pk=item.pk).fields["Colour"] == ["Blue"]
    wrong = move | {"version": answer.json()["version"], "lane": f"field:{own['size'].pk}:Green"}
    assert client.patch(f"/boards/POR/cards/{item.pk}/", json.dumps(wrong), content_type="application/json").status_code == 422
    assert "Mei Lin" in page_of(client, world, "/boards/POR/?lanes=field.reviewers&part=board")


def post(client, address, **values):
    return client.post(address, values, headers={"Accept": "application/json"})


def test_formulas_are_defined_on_the_page_and_errors_say_where(client, world):
    client.force_login(world.boris)
    answer = post(client, "/boards/POR/fields/", do="add", name="Score", kind="formula", formula="pionts * 2")
    assert answer.status_code == 422 and answer.json()["title"] == "“pionts” (character 1) is no field that a formula knows. Try: points."
    assert post(client, "/boards/POR/fields/", do="add", name="Score", kind="formula", formula="points * 2").status_code == 200
    assert post(client, "/boards/POR/fields/", do="add", name="Total", kind="rollup", how="sum", summed="score", is_deep="1").status_code == 200
    page = client.get("/boards/POR/fields/").content.decode()
    assert 'value="points * 2"' in page and '<option value="score" selected>' in page
    total = FieldDefinition.objects.get(name="Total")
    assert post(client, "/boards/POR/fields/", do="change", field=total.pk, version=total.version, name="Total", how="max", summed="points", is_deep="").status_code == 200
    total.refresh_from_db()
    assert (total.how, total.summed, total.is_deep) == ("max", "points", False)


def test_the_page_says_where_a_field_comes_from(client, world):
    root = Space.objects.get(parent=None)
    client.force_login(world.alma)
    assert post(client, f"/boards/{root.key}/fields/", do="add", name="Region", kind="text").status_code == 200
    assert "holds in 1 project below" in client.get(f"/boards/{root.key}/fields/").content.decode()
    page = client.get("/boards/POR/fields/").content.decode()
    assert "defined in" in page and f"/boards/{root.key}/fields/#field-" in page and "Hide here" in page
    client.force_login(world.boris)
    page = client.get("/boards/POR/fields/").content.decode()
    assert "a space that you cannot see" in page
    assert client.get(f"/boards/{root.key}/fields/").status_code == 404 and client.get("/boards/SHI/fields/").status_code == 404
    client.force_login(world.alma)
    assert client.get("/boards/SHI/fields/").status_code == 404
