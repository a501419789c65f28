"""Equipment and material of a plan of MS Project: they come in as what they are, with what tasks need of them, and leave again."""

from datetime import date
from decimal import Decimal as D

import pytest

from tandem.exchange.models import ExternalReference
from tandem.history.models import Event
from tandem.people.models import Space
from tandem.resources.actions import equipment
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.models import Assignment, WorkItem
from tests import make
from tests.exchange.files import take_over
from tests.exchange.test_ms_project import as_told, export

pytestmark = pytest.mark.django_db

PLAN = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Project xmlns="http://schemas.microsoft.com/project"><Name>Quay</Name><Title>Quay</Title><StartDate>2026-03-02T08:00:00</StartDate><FinishDate>2026-03-20T17:00:00</FinishDate>
<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID></Calendar></Calendars>
<Tasks><Task><UID>1</UID><ID>1</ID><Name>Piles</Name><Type>0</Type><IsNull>0</IsNull><OutlineNumber>1</OutlineNumber><OutlineLevel>1</OutlineLevel>
<Start>2026-03-02T08:00:00</Start><Finish>2026-03-06T17:00:00</Finish><Duration>PT40H0M0S</Duration></Task>
<Task><UID>2</UID><ID>2</ID><Name>Slab</Name><Type>0</Type><IsNull>0</IsNull><OutlineNumber>2</OutlineNumber><OutlineLevel>1</OutlineLevel>
<Start>2026-03-09T08:00:00</Start><Finish>2026-03-13T17:00:00</Finish><Duration>PT40H0M0S</Duration></Task></Tasks>
<Resources><Resource><UID>1</UID><ID>1</ID><Name>Mei Lin</Name><Type>1</Type><IsNull>0</IsNull><MaxUnits>1</MaxUnits></Resource>
<Resource><UID>2</UID><ID>2</ID><Name>Concrete</Name><Type>0</Type><IsNull>0</IsNull><MaterialLabel>m³</MaterialLabel><MaxUnits>1</MaxUnits></Resource>
<Resource><UID>3</UID><ID>3</ID><Name>Crane</Name><Type>1</Type><IsNull>0</IsNull><MaxUnits>1</MaxUnits></Resource>
<Resource><UID>4</UID><ID>4</ID><Name>Permits</Name><Type>2</Type><IsNull>0</IsNull><IsCostResource>1</IsCostResource></Resource></Resources>
<Assignments><Assignment><UID>1</UID><TaskUID>1</TaskUID><ResourceUID>1</ResourceUID><Start>2026-03-02T08:00:00</Start><Finish>2026-03-06T17:00:00</Finish><Units>1</Units><Work>PT40H0M0S</Work></Assignment>
<Assignment><UID>2</UID><TaskUID>1</TaskUID><ResourceUID>3</ResourceUID><Start>2026-03-02T08:00:00</Start><Finish>2026-03-06T17:00:00</Finish><Units>1</Units><Work>PT40H0M0S</Work></Assignment>
<Assignment><UID>3</UID><TaskUID>2</TaskUID><ResourceUID>2</ResourceUID><Start>2026-03-09T08:00:00</Start><Finish>2026-03-13T17:00:00</Finish><Units>12.5</Units><Work>PT12H30M0S</Work></Assignment>
<Assignment><UID>4</UID><TaskUID>2</TaskUID><ResourceUID>3</ResourceUID><Start>2026-03-05T08:00:00</Start><Finish>2026-03-13T17:00:00</Finish><Units>1</Units><Work>PT40H0M0S</Work></Assignment>
<Assignment><UID>5</UID><TaskUID>2</TaskUID><ResourceUID>4</ResourceUID><Units>0</Units><Work>PT0H0M0S</Work></Assignment></Assignments></Project>
"""


@pytest.fixture
def crane(world):
    return equipment.create(actor=world.alma, space=world.root, name="Crane", available=D(1))


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "quay.xml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def needs(space):
    rows = EquipmentNeed.objects.filter(space=space).select_related("equipment", "item").order_by("item__title", "equipment__name")
    return [(row.item.title, row.equipment.name, row.amount, row.starts_on, row.ends_on) for row in rows]


IN = [
    ("Piles", "Crane", D(1), date(2026, 3, 2), date(2026, 3, 6)), ("Slab", "Concrete", D("12.5"), date(2026, 3, 9), date(2026, 3, 9)),
    ("Slab", "Crane", D(1), date(2026, 3, 5), date(2026, 3, 13)),
]  # fmt: skip


def test_materials_come_in_as_material_and_who_bears_the_name_of_a_machine_is_it(world, crane, plan):
    told = take_over(plan, actor=world.alma)
    space = Space.objects.get(pk=told["into"]["id"])
    concrete = Equipment.objects.get(name="Concrete")
    assert (concrete.kind, concrete.unit, concrete.space_id, concrete.available) == ("material", "m³", space.pk, None)
    assert needs(space) == IN
    assert {one.user.name for one in Assignment.objects.filter(item__space=space).select_related("user")} == {"Mei Lin"}, "the crane is nobody"
    assert not [row for row in told["not_taken_over"] if row["what"].startswith("Resource ")]
    assert sorted(EquipmentNeed.objects.filter(space=space, equipment=crane).values_list("override_reason", flat=True))[0] != "", "twice on two days: on record why"
    verbs = list(Event.objects.filter(space=space, verb__startswith="equipment").order_by("id").values_list("verb", flat=True))
    assert verbs[:4] == ["equipment.created", *["equipment_need.created"] * 3]


def test_without_such_a_machine_it_stays_a_placeholder_for_somebody(world, plan):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    assert [row[1] for row in needs(space)] == ["Concrete"]
    assert {one.user.name for one in Assignment.objects.filter(item__space=space).select_related("user")} == {"Mei Lin", "Crane"}


def test_whoever_says_so_makes_it_a_machine_and_that_is_remembered(world, plan):
    told = take_over(plan, actor=world.alma)
    assert next(one["params"] for one in told["notes"] if one["code"] == "resources_as_people")["names"] == "Crane"
    (plan.parent / "other.xml").write_text(PLAN.replace("<Name>Quay</Name>", "<Name>Pier</Name>", 1).replace("Crane", "Barge"), encoding="utf-8")
    told = take_over(plan.parent / "other.xml", actor=world.alma, resources={"Barge": "equipment"})
    space = Space.objects.get(pk=told["into"]["id"])
    barge = Equipment.objects.get(name="Barge")
    assert (barge.kind, barge.available, barge.space_id) == ("equipment", D(1), space.pk)
    assert [row[1] for row in needs(space)] == ["Barge", "Barge", "Concrete"]
    assert not [one for one in told["notes"] if one["code"] == "resources_as_people"]
    equipment.change(actor=world.alma, equipment=barge, version=None, name="Barge 2")
    again = take_over(plan.parent / "other.xml", actor=world.alma)
    assert not Equipment.objects.filter(name="Barge").exists() and not [one for one in again["notes"] if one["code"] == "resources_as_people"]
    assert [row[1] for row in needs(space)] == ["Barge 2", "Barge 2", "Concrete"]
    late = take_over(plan, actor=world.alma, resources={"Crane": "equipment"})
    assert [row["code"] for row in late["not_taken_over"] if row["what"] == "Resource Crane"] == ["person_before"]


def test_a_person_who_bears_the_name_of_a_machine_can_be_said_to_be_one(world, crane, plan):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma, resources={"Crane": "person"})["into"]["id"])
    assert [row[1] for row in needs(space)] == ["Concrete"]


def test_what_was_imported_before_needs_were_kept_gets_them_from_the_same_file(world, crane, plan):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    EquipmentNeed.objects.filter(space=space).delete()
    Equipment.objects.filter(name="Concrete").delete()
    ExternalReference.objects.filter(space=space, kind="equipment_need").delete()
    piles = WorkItem.objects.get(space=space, title="Piles")
    for item in WorkItem.objects.filter(space=space):
        rows = [{key: value for key, value in one.items() if key != "equipment"} for one in item.plan["assignments"]]
        WorkItem.objects.filter(pk=item.pk).update(plan=item.plan | {"assignments": rows})
    Assignment.objects.filter(item=piles).update(user=world.chen)
    again = take_over(plan, actor=world.alma)
    assert (again["created"], again["rows"]["equipment_need"]["created"], needs(space)) == (0, 3, IN)
    assert [one.user for one in Assignment.objects.filter(item=piles)] == [world.chen], "who was put on it since stays"
    third = take_over(plan, actor=world.alma)
    assert ("equipment_need" in third["rows"], needs(space)) == (False, IN), "said once"


def test_it_leaves_and_comes_back_into_its_project_without_difference(world, crane, plan, tmp_path):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    before, rows = as_told(space), list(EquipmentNeed.objects.filter(space=space).order_by("pk").values_list("pk", flat=True))
    again = take_over(export(world.alma, space, tmp_path), actor=world.alma)
    assert (again["into"]["id"], again["created"], needs(space)) == (space.pk, 0, IN)
    after = as_told(space)
    assert {key: after[key] for key in before} == before
    assert list(EquipmentNeed.objects.filter(space=space).order_by("pk").values_list("pk", flat=True)) == rows, "none is made twice"


def test_what_was_changed_here_leaves_with_it(world, crane, plan, tmp_path):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    concrete, piles = EquipmentNeed.objects.get(space=space, equipment__name="Concrete"), WorkItem.objects.get(space=space, title="Piles")
    equipment.correct(actor=world.alma, equipment_need=concrete, version=None, amount=D(20))
    equipment.forget(actor=world.alma, equipment_need=EquipmentNeed.objects.get(space=space, item=piles))
    sand = equipment.create(actor=world.alma, space=world.root, name="Sand", kind="material", unit="t")
    equipment.need(actor=world.alma, item=piles, equipment=sand, amount=D(3), starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 3))
    there = export(world.alma, space, tmp_path).read_text(encoding="utf-8")
    ExternalReference.objects.filter(space=space).update(system="elsewhere")  # read as the plan of another project
    (tmp_path / "other.xml").write_text(there.replace("<Name>Quay</Name>", "<Name>Quay two</Name>", 1), encoding="utf-8")
    other = Space.objects.get(pk=take_over(tmp_path / "other.xml", actor=world.alma)["into"]["id"])
    assert other.pk != space.pk
    assert needs(other) == [
        ("Piles", "Sand", D(3), date(2026, 3, 3), date(2026, 3, 3)), ("Slab", "Concrete", D(20), date(2026, 3, 9), date(2026, 3, 9)), ("Slab", "Crane", D(1), date(2026, 3, 5), date(2026, 3, 13)),
    ]  # fmt: skip


def test_what_the_plan_changed_is_corrected_and_what_it_lost_goes(world, crane, plan):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    row = EquipmentNeed.objects.get(space=space, equipment__name="Concrete")
    crane_of_slab = PLAN[PLAN.index("<Assignment><UID>4<") : PLAN.index("<Assignment><UID>5<")]
    plan.write_text(PLAN.replace("<Units>12.5</Units>", "<Units>14</Units>").replace(crane_of_slab, ""), encoding="utf-8")
    take_over(plan, actor=world.alma, into=space)
    row.refresh_from_db()
    assert row.amount == D(14)
    assert [one[:2] for one in needs(space)] == [("Piles", "Crane"), ("Slab", "Concrete")]


def test_a_name_that_one_may_not_see_is_no_machine(world, plan, tmp_path):
    hidden = make.project(actor=world.admin, name="Hidden", is_confidential=True)
    equipment.create(actor=world.admin, space=hidden.space, name="Crane")
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    assert [row[1] for row in needs(space)] == ["Concrete"]


def test_mpxj_sees_materials_as_materials(world, crane, plan, tmp_path):
    from tandem.exchange.formats import mpxj as reader

    if not reader.is_there():
        pytest.skip("the extra mpp or Java is not there")
    from tests.exchange import mpxj

    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    assert mpxj.told(export(world.alma, space, tmp_path)) == mpxj.told(plan)


def test_as_many_queries_for_many_needs_as_for_few(world, crane, plan):
    space = Space.objects.get(pk=take_over(plan, actor=world.alma)["into"]["id"])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tandem.exchange import ms_project

    def asked():
        with CaptureQueriesContext(connection) as found:
            "".join(ms_project.written(world.alma, space))
        return len(found)

    asked()  # what may be seen is known from here on
    few = asked()
    item = WorkItem.objects.filter(space=space).first()
    for n in range(12):
        what = equipment.create(actor=world.alma, space=world.root, name=f"Tool {n}")
        equipment.need(actor=world.alma, item=item, equipment=what, amount=D(1), starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 3))
    assert asked() == few
