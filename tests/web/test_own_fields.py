"""Fields of a team's own on pages: shown, edited where they stand, in the table, in files, and defined on their page."""

import json
import re

import pytest

from tandem.reports.queries.filter_own import word_of
from tandem.web.work import same_picture
from tandem.work.actions import fields, transitions, work_items
from tandem.work.models import FieldDefinition, State, WorkItem
from tests import make


@pytest.fixture
def own(world):
    def add(name, kind, **values):
        return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)

    return {
        "customer": add("Customer", "text", is_on_cards=True), "effort": add("Effort", "number"), "cost": add("Cost", "money", currency="EUR"),
        "colour": add("Colour", "choice", choices=["Red", "Blue"]), "who": add("Contact", "person"), "link": add("Ticket", "link"),
        "check": add("Signed", "check"), "day": add("Signed on", "date"),
    }  # fmt: skip


@pytest.fixture
def item(world, own):
    return make.work_item(
        actor=world.mei, project=world.project,
        fields={"Customer": "Acme <b>", "Effort": 2.5, "Cost": 1200, "Colour": "Red", "Contact": world.boris.pk, "Ticket": "https://example.org/1",
                "Signed": True, "Signed on": "2027-02-12", "Jira id": "10001"},
    )  # fmt: skip


def patch(client, item, values, version=None):
    return client.patch(
        f"/work-items/{item.key}/", json.dumps(values), content_type="application/json", headers={"If-Match": f'"{version or item.version}"'}
    )


def test_page_and_peek_show_each_kind(client, world, item):
    client.force_login(world.mei)
    for address in (f"/work-items/{item.key}/", f"/work-items/{item.key}/?peek=1"):
        page = client.get(address).content.decode()
        for said in ("Acme &lt;b&gt;", "2.5", "1\u202f200.00 EUR", "Red", world.boris.name, 'href="https://example.org/1"', "2027-02-12", "Jira id", "10001"):
            assert said in page, said
        assert "Fields of the source" in page


def test_a_value_is_edited_where_it_stands(client, world, own, item):
    client.force_login(world.mei)
    answer = patch(client, item, {f"field:{own['effort'].pk}": "3.75"})
    told = answer.json()
    assert (told["value"], told["shown"], told["version"], told["message"]) == ("3.75", "3.75", item.version + 1, "Changed Effort of POR-1")
    answer = patch(client, item, {f"field:{own['check'].pk}": "no"}, item.version + 1)
    assert answer.json()["shown"] == "no"
    answer = patch(client, item, {f"field:{own['effort'].pk}": "much"}, item.version + 2)
    assert answer.status_code == 422 and "Effort" in answer.json()["message"]
    stale = patch(client, item, {f"field:{own['effort'].pk}": "9", "was": "2.5"})
    assert stale.status_code == 409 and stale.json()["theirs"] == "3.75"
    merged = patch(client, item, {f"field:{own['colour'].pk}": "Blue", "was": "Red"})
    assert merged.status_code == 200
    row = WorkItem.objects.get(pk=item.pk)
    assert (row.fields["Effort"], row.fields["Colour"], row.fields["Customer"], row.fields["Signed"]) == (3.75, "Blue", "Acme <b>", False)


def test_a_stranger_and_a_viewer_change_nothing(client, world, own, item):
    for who, status in ((world.dana, 404), (make.user(actor=world.admin, name="Vera", role="stakeholder"), 403)):
        client.force_login(who)
        assert patch(client, item, {f"field:{own['effort'].pk}": "1"}).status_code == status
    client.force_login(world.mei)
    assert patch(client, item, {"field:0": "1"}).status_code == 404
    other = make.project(actor=world.alma, name="Other")
    theirs = fields.create(actor=world.alma, space=other.space, name="Hidden", kind="text")
    assert patch(client, item, {f"field:{theirs.pk}": "1"}).status_code == 404


def test_the_history_names_the_field(client, world, own, item):
    client.force_login(world.mei)
    patch(client, item, {f"field:{own['customer'].pk}": "Bolt"})
    patch(client, item, {f"field:{own['who'].pk}": str(world.mei.pk)}, item.version + 1)
    page = client.get(f"/work-items/{item.key}/").content.decode()
    assert "<ins>Bolt</ins>" in page and "changed Contact from" in page and f"<ins>{world.mei.name}</ins>" in page


def test_menus_offer_only_allowed_moves(client, world, item):
    at = {s.name: s for s in State.objects.filter(space=world.project.space)}
    transitions.create(actor=world.boris, space=world.project.space, from_state=at["To do"], to_state=at["In progress"])
    client.force_login(world.mei)
    page = client.get(f"/work-items/{item.key}/").content.decode()
    assert "In progress" in page and "In review" not in page
    table = client.get("/work-items/").content.decode()
    assert 'value="state:In progress"' in table and 'value="state:In review"' not in table
    said = patch(client, item, {"state": at["Done"].pk})
    assert said.status_code == 422 and "In progress" in said.json()["message"]
    moved = client.patch(
        f"/boards/POR/cards/{item.pk}/", json.dumps({"state": at["Done"].pk, "after": None, "version": item.version}), content_type="application/json"
    )
    assert moved.status_code == 422 and moved.json()["code"] == "move_not_allowed"
    client.post("/work-items/bulk/", {"ids": [item.pk], "do": "state:Done"})
    assert WorkItem.objects.get(pk=item.pk).state == at["To do"]


def test_an_item_in_a_retired_state_is_not_lost(client, world, item):
    state = State.objects.get(space=world.project.space, name="In review")
    State.objects.filter(pk=state.pk).update(retired_at=item.created_at)
    client.force_login(world.mei)
    assert "In review" not in client.get("/boards/POR/?part=board").content.decode()
    WorkItem.objects.filter(pk=item.pk).update(state=state)
    same_picture.forget()  # no event told of it
    assert "In review" in client.get("/boards/POR/?part=board").content.decode()
    assert "In review" in client.get(f"/work-items/{item.key}/").content.decode()


def test_a_retired_field_is_shown_nowhere(client, world, own, item):
    fields.retire(actor=world.boris, field=own["customer"])
    client.force_login(world.mei)
    page = client.get(f"/work-items/{item.key}/").content.decode()
    assert f"field:{own['customer'].pk}" not in page and '<span class="any">Acme' not in page
    assert FieldDefinition.objects.active().count() == 7
    assert work_items.change(actor=world.mei, item=item, version=None, title="New").fields["Customer"]


# ── the table, filters and files ──


def rows_of(page):
    return [line.split('"')[0] for line in page.split('data-row data-id="')[1:]]


def test_the_table_shows_sorts_groups_and_pages_by_own_fields(client, world, own, item):
    others = [make.work_item(actor=world.mei, project=world.project, title=f"Item {n}", fields={"Effort": n, "Colour": "Blue"}) for n in range(60)]
    client.force_login(world.mei)
    page = client.get("/work-items/?cols=key,title,field.effort,field.colour,field.contact&sort=-field.effort").content.decode()
    assert rows_of(page)[0] == str(others[-1].pk) and len(rows_of(page)) == 50 and f"field:{own['effort'].pk}" in page
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = rows_of(client.get(f"/work-items/{following}").content.decode())
    assert rest[:2] == [str(others[9].pk), str(others[8].pk)] and str(item.pk) in rest
    grouped = client.get("/work-items/?cols=key,field.colour&group=field.colour").content.decode()
    assert 'scope="rowgroup">Blue<' in grouped
    assert "Red" in client.get("/work-items/?group=field.colour&part=sums").content.decode()


@pytest.mark.parametrize(
    ("word", "said"),
    [("customer", "Acme &lt;b&gt;"), ("effort", "2.5"), ("cost", "1\u202f200.00 EUR"), ("colour", "Red"), ("contact", "Boris Orlov"), ("ticket", "https://example.org/1"),
     ("signed", "yes"), ("signed_on", "2027-02-12")],
)  # fmt: skip
def test_rows_and_cards_stand_together_by_a_field_of_any_kind(client, world, own, item, word, said):
    make.work_item(actor=world.mei, project=world.project, title="Without")
    client.force_login(world.mei)
    assert f'scope="rowgroup">{said}<' in client.get(f"/work-items/?cols=key,title&group=field.{word}").content.decode()
    board = client.get(f"/boards/POR/?lanes=field.{word}&part=board").content.decode()
    names = [part.split("<")[0] for part in re.findall(r'data-lane-head="[^"]*"[^>]*>(?:<[^>]+>)*([^<]+)', board)]
    assert len(names) == 2 and names[1].startswith("No ") and said in board


def test_lanes_of_numbers_stand_by_size_and_a_card_takes_the_value_of_its_lane(client, world, own, item):
    for effort in (10, -4, 9):
        make.work_item(actor=world.mei, project=world.project, fields={"Effort": effort})
    client.force_login(world.mei)
    board = client.get("/boards/POR/?lanes=field.effort&part=board").content.decode()
    lanes = re.findall(r'data-lane-head="field:\d+:([^"]*)"', board)
    assert lanes == ["-4", "2.5", "9", "10"]
    for word, value, is_kept in (("effort", "9", 9), ("day", "2027-03-01", "2027-03-01"), ("customer", "Bolt", "Bolt"), ("cost", "80", 80)):
        item.refresh_from_db()
        move = {"state": item.state_id, "after": None, "version": item.version, "lane": f"field:{own[word].pk}:{value}"}
        answer = client.patch(f"/boards/POR/cards/{item.pk}/", json.dumps(move), content_type="application/json")
        assert answer.status_code == 200 and WorkItem.objects.get(pk=item.pk).fields[own[word].key] == is_kept, word


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("customer:acme", True), ("customer:bolt", False), ("-customer:bolt", True), ("-customer:acme", False), ("customer:none", False), ("has:customer", True),
        ("no:customer", False), ("effort:2.5", True), ("effort:>=2", True), ("effort:<2", False), ("effort:1..3", True), ("cost:>1000", True), ("cost:none", False),
        ("colour:red", True), ("colour:Red,Blue", True), ("-colour:red", False), ("contact:boris", True), ("contact:me", False), ("contact:nobody-there", False),
        ("ticket:example.org", True), ("signed:yes", True), ("signed:no", False), ("signed_on:2027-02", True), ("signed_on:<=2027-02-11", False),
        ("signed_on:>=2027-02-12", True), ("CUSTOMER:Acme sort:effort", True), ("sort:-effort", True), ("no:effort", False),
    ],
)  # fmt: skip
def test_a_filter_asks_for_own_fields(client, world, item, text, is_found):
    client.force_login(world.mei)
    page = client.get("/work-items/", {"q": text, "space": world.project.space_id}).content.decode()
    assert (str(item.pk) in rows_of(page)) is is_found and "cell-err" not in page


@pytest.mark.parametrize("text", ["colours:red", "effort:much", "signed:perhaps", "signed_on:soon", "sort:colours", "effort:1e999", "effort:.."])
def test_a_filter_says_where_it_cannot_be_read(client, world, item, text):
    client.force_login(world.mei)
    assert "cell-err" in client.get("/work-items/", {"q": text}).content.decode()


def test_a_stranger_does_not_learn_what_fields_there_are(client, world, item):
    client.force_login(world.dana)
    assert "cell-err" in client.get("/work-items/", {"q": "customer:acme"}).content.decode()
    assert client.get("/work-items/suggestions/", {"q": "cust", "at": 4}).json()["rows"] == []


def test_words_and_values_are_proposed(client, world, item):
    client.force_login(world.mei)

    def proposed(text):
        return [r["insert"] for r in client.get("/work-items/suggestions/", {"q": text, "at": len(text)}).json()["rows"]]

    assert proposed("cust") == ["customer:"]
    assert proposed("colour:") == ["Red", "Blue", "none"]
    assert "yes" in proposed("signed:")
    built = client.get("/work-items/filter/", {"q": "customer:acme", "to": "/work-items/"}).content.decode()
    assert '<option value="customer" selected' in built


def test_a_field_that_is_called_as_one_of_every_item_keeps_its_own_word(client, world):
    fields.create(actor=world.boris, space=world.project.space, name="State", kind="text")
    row = make.work_item(actor=world.mei, project=world.project, fields={"State": "Bavaria"})
    client.force_login(world.mei)
    assert rows_of(client.get("/work-items/", {"q": "state_field:bavaria"}).content.decode()) == [str(row.pk)]


def test_files_hold_own_fields_as_values(client, world, item):
    client.force_login(world.mei)
    query = "?cols=key,field.customer,field.effort,field.cost,field.contact,field.signed_on"
    lines = b"".join(client.get(f"/work-items/export.csv{query}").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Key,Customer,Effort,Cost,Contact,Signed on"
    assert lines[1] == f"{item.key},Acme <b>,2.5,1200,{world.boris.name},2027-02-12"
    assert client.get(f"/work-items/export.xlsx{query}").status_code == 200


def test_a_name_with_signs_does_no_harm(client, world):
    for name in ('A"b', "it's", "50% of it", "a__b", "x'); --", "客户 名称", "{key}"):
        fields.create(actor=world.boris, space=world.project.space, name=name, kind="number")
    client.force_login(world.mei)
    for field in FieldDefinition.objects.all():
        row = make.work_item(actor=world.mei, project=world.project, fields={field.key: 7})
        page = client.get("/work-items/", {"q": f"{word_of(field.word)}:7", "cols": f"key,field.{field.word}", "sort": f"field.{field.word}"}).content.decode()
        assert rows_of(page) == [str(row.pk)], field.name


# ── settings ──


def test_fields_are_defined_on_their_page(client, world):
    client.force_login(world.boris)
    here = "/boards/POR/fields/"
    assert "No fields of your own yet" in client.get(here).content.decode()
    answer = client.post(here, {"do": "add", "name": "Colour", "kind": "choice", "choices": "Red\r\nBlue\r\n", "is_required": "1"}, headers={"Accept": "application/json"})
    assert answer.json() == {"message": "Added the field “Colour”."}
    field = FieldDefinition.objects.get()
    assert field.choices == ["Red", "Blue"] and field.is_required
    client.post(here, {"do": "change", "field": field.pk, "version": field.version, "name": "Hue", "choices": "Red\nGreen"})
    field.refresh_from_db()
    assert (field.name, field.choices, field.is_required) == ("Hue", ["Red", "Green"], False)
    assert client.post(here, {"do": "change", "field": field.pk, "version": 1, "name": "X", "choices": "A"}).status_code == 409
    client.post(here, {"do": "retire", "field": field.pk, "version": field.version})
    page = client.get(here).content.decode()
    assert "Bring back" in page and "No fields of your own yet" in page
    assert client.post(here, {"do": "add", "name": "Cost", "kind": "money", "currency": "x"}).status_code == 422
    assert client.post(here, {"do": "nonsense"}).status_code == 422
    client.force_login(world.mei)
    assert client.get(here).status_code == 200 and client.post(here, {"do": "add", "name": "X", "kind": "text"}).status_code == 403
    client.force_login(world.dana)
    assert client.get(here).status_code == 404


def test_a_workflow_is_set_on_its_page(client, world):
    client.force_login(world.boris)
    here, at = "/boards/POR/workflow/", {s.name: s for s in State.objects.filter(space=world.project.space)}
    assert "Every move is allowed." in client.get(here).content.decode()
    client.post(here, {"do": "add_state", "name": "Ready", "category": "to_do"})
    client.post(here, {"do": "allow", "from_state": "", "to_state": at["Done"].pk, "type": "", "roles": ["project_manager"], "required": ["labels"], "is_guarded": "1"})
    page = client.get(here).content.decode()
    assert "by Project manager" in page and "filled in: Labels" in page and "predecessors finished" in page
    row = make.work_item(actor=world.mei, project=world.project)
    said = client.post(here, {"do": "retire_state", "state": at["To do"].pk, "into": State.objects.get(name="Ready").pk}, headers={"Accept": "application/json"})
    assert said.json()["message"] == "Retired “To do”. 1 item went into “Ready”."
    assert WorkItem.objects.get(pk=row.pk).state.name == "Ready"
    assert "To do" not in client.get("/boards/POR/").content.decode().split("bd-grid")[1]
    client.post(here, {"do": "add_type", "name": "Risk", "level": "2"})
    other = make.project(actor=world.alma, name="Other")
    client.force_login(world.alma)
    client.post(f"/boards/{other.space.key}/workflow/", {"do": "take_over", "source": world.project.space_id})
    assert State.objects.filter(space=other.space, name="Ready").exists()
    client.force_login(world.mei)
    assert client.get(here).status_code == 200 and client.post(here, {"do": "add_type", "name": "X", "level": "2"}).status_code == 403


def test_a_new_item_is_made_with_own_fields(client, world, own):
    client.force_login(world.mei)
    here = f"/work-items/new/?space={world.project.space_id}"
    page = client.get(here).content.decode()
    assert f'name="field:{own["colour"].pk}"' in page and "<option value=\"Red\"" in page
    assert f'<div class="fld as-said"><label for="id_field:{own["colour"].pk}">' in page, "its name is written as somebody wrote it"
    given = {"home": world.project.space_id, "title": "With fields", f"field:{own['colour'].pk}": "Red", f"field:{own['effort'].pk}": "2,5"}
    client.post(here, given)
    assert WorkItem.objects.get(title="With fields").fields == {"Colour": "Red", "Effort": 2.5}
    refused = client.post(here, given | {"title": "Wrong", f"field:{own['effort'].pk}": "many"})
    assert refused.status_code == 422 and 'value="many"' in refused.content.decode() and "takes a number" in refused.content.decode()
    assert not WorkItem.objects.filter(title="Wrong").exists()


def test_cards_show_chosen_fields_and_where_they_may_go(client, world, own, item):
    client.force_login(world.mei)
    page = client.get("/boards/POR/").content.decode()
    assert "<dt>Customer</dt><dd>Acme &lt;b&gt;</dd>" in page and "<dt>Colour</dt>" not in page and 'data-to="' not in page
    at = {s.name: s for s in State.objects.filter(space=world.project.space)}
    transitions.create(actor=world.boris, space=world.project.space, from_state=at["To do"], to_state=at["In progress"])
    page = client.get("/boards/POR/?part=board").content.decode()
    assert f'data-to="{at["To do"].pk} {at["In progress"].pk}"' in page
    more = client.get(f"/boards/POR/?part=cards&half={at['To do'].pk}&first=0").content.decode()
    assert "<dt>Customer</dt>" in more and "data-to=" in more


def test_a_table_is_summed_by_a_field_whose_name_has_blanks_and_quotes(client, world):
    fields.create(actor=world.boris, space=world.project.space, name="Customer's \"name\"", kind="text")
    make.work_item(actor=world.mei, project=world.project, fields={"Customer's \"name\"": "Acme"})
    client.force_login(world.mei)
    word = FieldDefinition.objects.get().word
    answer = client.get(f"/work-items/?group=field.{word}&part=sums")
    assert answer.status_code == 200 and "Acme" in answer.content.decode()


def test_two_fields_at_once_are_not_written_over_newer_ones(client, world, own, item):
    client.force_login(world.mei)
    first, second = (f"field:{own[name].pk}" for name in ("colour", "effort"))
    assert patch(client, item, {second: "9"}).status_code == 200
    assert patch(client, item, {first: "Blue", second: "3", "was": "Red"}).status_code == 409
