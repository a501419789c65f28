"""Equipment and needs from a table: looked at, taken whole or not at all, again without harm, and taken back as a whole."""

import uuid
from datetime import date
from decimal import Decimal as D
from io import BytesIO

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from tandem.config import resource_commands
from tandem.exchange import equipment_tables as tables
from tandem.exchange.formats import people_table
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Role
from tandem.resources.actions import equipment, equipment_runs
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.actions import calendars
from tandem.work.actions.sheets import RowsRefused
from tests import make

THERE = """名称,Kind,Unit,Available,Cost of one,Currency,Colour
Quay crane,equipment,,2,"310,55",eur,yellow
Sand,物料,t,40,19.99,EUR,
"""


def lines(what, text):
    table = people_table.read(what, text)
    assert not table.wrong, table.wrong
    return table.lines


def take(world, text=THERE, actor=None, run=None):
    return tables.take_equipment(actor=actor or world.alma, space=world.root, lines=lines("equipment", text), run=run)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Set the piles")


def needs(world, item, text, actor=None, run=None):
    return tables.take_needs(actor=actor or world.boris, lines=lines("equipment_needs", text.replace("KEY", item.key)), run=run)


def refusals(take, *given, **asked):
    with pytest.raises(RowsRefused) as refused:
        take(*given, **asked)
    return [(p.place, p.code) for p in refused.value.problems]


def test_what_there_is_comes_in_and_again_without_harm(world):
    assert people_table.read("equipment", THERE).left_out == ["Colour"]
    assert take(world) == {2: "new", 3: "new"}
    crane, sand = Equipment.objects.get(name="Quay crane"), Equipment.objects.get(name="Sand")
    assert (crane.kind, crane.available, crane.rate, crane.currency) == ("equipment", D(2), D("310.55"), "EUR")
    assert (sand.kind, sand.unit, sand.available) == ("material", "t", D(40))
    assert set(take(world).values()) == {"same"}
    assert take(world, "Name,Available\nquay CRANE,3\n") == {2: "changed"}
    crane.refresh_from_db()
    assert (crane.available, crane.rate) == (D(3), D("310.55")), "columns that are not there change nothing"


def test_the_calendar_is_the_nearest_of_its_name_above(world):
    far = calendars.create(actor=world.boris, space=world.project.space, name="Tides")
    assert refusals(take, world, "Name,Calendar\nCrane,Tides\n") == [(2, "name_unknown_here")], "that of a project is no calendar of the organisation"
    calendars.create(actor=world.alma, space=world.root, name="Harbour")
    assert take(world, "Name,日历\nCrane,harbour\n") == {2: "new"}
    assert Equipment.objects.get().calendar.name == "Harbour" and far.space_id == world.project.space_id


def test_all_lines_or_none_with_the_reason_of_each(world):
    text = "Name,Kind,Cost of one,Currency,Calendar\nCrane,equipment,310,,\nSand,material,,,Nowhere\nRig,equipment,,,\n"
    assert refusals(take, world, text) == [(2, "currency_malformed"), (3, "name_unknown_here")]
    assert not Equipment.objects.exists()
    assert people_table.read("equipment", "Name,Available\nCrane,many\n").wrong == [(2, "number", "many")]
    assert people_table.read("equipment", "Available\n1\n").wrong == [(1, "head_equipment", "")]
    assert people_table.read("equipment", "Name,Kind\nCrane,robot\n").wrong == [(2, "kind", "robot")]


def test_only_who_manages_resources_there_brings_equipment_in(world):
    for who in (world.mei, world.dana):
        with pytest.raises((Denied, Hidden)):
            take(world, actor=who)
    assert not Equipment.objects.exists()


def test_needs_come_in_with_the_rules_of_every_other_door(world, item):
    take(world)
    text = "Key,Equipment,Amount,From,To,Because\nKEY,quay crane,1,2026-03-02,2026-03-06,\nKEY,Sand,12.5,2026-03-02,2026-03-09,\n"
    assert needs(world, item, text) == {2: "new", 3: "new"}
    crane, sand = EquipmentNeed.objects.order_by("equipment__name")
    assert (crane.amount, crane.ends_on, sand.amount, sand.ends_on) == (D(1), date(2026, 3, 6), D("12.5"), date(2026, 3, 2))
    assert set(needs(world, item, text).values()) == {"same"}
    assert needs(world, item, "Key,Equipment,Amount,From,To\nKEY,Quay crane,2,2026-03-02,2026-03-06\n") == {2: "changed"}
    more = "Key,Equipment,Amount,From,To\nKEY,Quay crane,1,2026-03-04,2026-03-05\n"
    assert refusals(needs, world, item, more) == [(2, "equipment_taken")]
    assert needs(world, item, more.replace("To\n", "To,Because\n").replace("05\n", "05,Hired\n")) == {2: "new"}


def test_what_one_may_not_see_is_like_what_is_not_there(world, item):
    take(world)
    row = "Key,Equipment,Amount,From\nKEY,Sand,1,2026-03-02\n"
    unknown = row.replace("KEY", "POR-9999")
    assert refusals(needs, world, item, row, actor=world.dana) == refusals(needs, world, item, unknown, actor=world.dana) == [(2, "name_unknown_here")]
    other = make.project(actor=world.admin, name="Elsewhere", is_confidential=True)
    equipment.create(actor=world.admin, space=other.space, name="Secret rig")
    hidden = "Key,Equipment,Amount,From\nKEY,{},1,2026-03-02\n"
    assert refusals(needs, world, item, hidden.format("Secret rig")) == refusals(needs, world, item, hidden.format("No rig")) == [(2, "name_unknown_here")]
    viewer = make.user(actor=world.admin, name="Vera", role=Role.STAKEHOLDER, space=world.project.space)
    needs(world, item, row)
    assert refusals(needs, world, item, row, actor=viewer) == [(2, "line_not_yours")], "not even whether it is there already"


def test_a_table_is_taken_back_as_a_whole_once_and_not_over_others(world, item, signed_in):
    take(world, "Name,Available\nQuay crane,1\n")
    run = uuid.uuid4()
    take(world, run=run)
    with pytest.raises(Hidden):
        equipment_runs.undo(actor=world.admin, run=run)
    assert equipment_runs.undo(actor=world.alma, run=run) == 2
    crane = Equipment.objects.get()
    assert (crane.available, crane.rate, crane.currency) == (D(1), None, ""), "as it was before, and the sand is gone"
    with pytest.raises(Refused, match="changed_since"):
        equipment_runs.undo(actor=world.alma, run=run)
    run = uuid.uuid4()
    take(world, run=run)
    crane.refresh_from_db()
    equipment.change(actor=world.admin, equipment=crane, version=None, description="Painted")
    with pytest.raises(Refused, match="changed_since"):
        equipment_runs.undo(actor=world.alma, run=run)
    assert Equipment.objects.count() == 2, "nothing of it"
    run = uuid.uuid4()
    needs(world, item, "Key,Equipment,Amount,From\nKEY,Sand,1,2026-03-02\n", run=run)
    assert equipment_runs.undo(actor=world.boris, run=run) == 1 and not EquipmentNeed.objects.exists()


def test_the_page_shows_what_would_come_of_it_keeps_it_and_offers_the_way_back(world, item, signed_in):
    client, address = signed_in(world.alma), "/people/import/?what=equipment"
    book = Workbook()
    for row in (["Name", "Available", "Cost of one", "Currency"], ["Quay crane", 2, 310.55, "EUR"]):
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    looked = client.post(address, {"where": world.root.pk, "do": "look", "file": SimpleUploadedFile("there.xlsx", data.getvalue())})
    assert looked.status_code == 200 and "1 new" in looked.text and not Equipment.objects.exists()
    taken = client.post(address, {"where": world.root.pk, "do": "take", "text": THERE}, follow=True)
    assert Equipment.objects.count() == 2 and "data-undo" in taken.text and "Import what work needs" in taken.text
    run = Event.objects.filter(verb="equipment.created").values_list("run", flat=True).first()
    assert client.get(f"/equipment/import/undos/{run}/").status_code == 405
    assert signed_in(world.dana).post(f"/equipment/import/undos/{run}/").status_code == 404
    assert client.post(f"/equipment/import/undos/{run}/").status_code == 302 and not Equipment.objects.exists()
    bad = client.post("/people/import/?what=equipment_needs", {"do": "take", "text": "Key,Amount\nX,1\n"})
    assert bad.status_code == 422 and "No column says which equipment or material." in bad.text
    assert signed_in(world.mei).post(address, {"where": world.root.pk, "do": "take", "text": THERE}).status_code == 422


def test_material_has_no_calendar(world):
    harbour = calendars.create(actor=world.alma, space=world.root, name="Harbour")
    with pytest.raises(Refused, match="material_has_no_calendar"):
        equipment.create(actor=world.alma, space=world.root, name="Sand", kind="material", calendar=harbour)
    crane = equipment.create(actor=world.alma, space=world.root, name="Crane", calendar=harbour)
    with pytest.raises(Refused, match="material_has_no_calendar"):
        equipment.change(actor=world.alma, equipment=crane, version=None, kind="material")


def test_the_command_says_what_it_takes():
    said = CliRunner().invoke(resource_commands.take_equipment, ["--help"]).output
    assert "equipment-needs" in said and "--dry-run" in said
