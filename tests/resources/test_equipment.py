"""Equipment and material: never more than there is without a reason, costs to the cent, and only for who may."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.kit.errors import Denied, Hidden, Refused
from tandem.resources.actions import equipment
from tandem.resources.models import EquipmentNeed
from tandem.work.actions import work_items
from tests import make

FIRST = date(2026, 3, 2)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Set the piles")


@pytest.fixture
def crane(world):
    return equipment.create(actor=world.alma, space=world.root, name="Crane", available=D(2), rate=D("310.55"), currency="EUR")


def need(world, item, what, amount, first=0, last=0, actor=None, **more):
    days = {"starts_on": FIRST + timedelta(days=first), "ends_on": FIRST + timedelta(days=last)}
    return equipment.need(actor=actor or world.boris, item=item, equipment=what, amount=D(amount), **days, **more)


def test_equipment_costs_by_the_day_and_material_once(world, item, crane):
    sand = equipment.create(actor=world.alma, space=world.root, name="Sand", kind="material", unit="t", rate=D("19.99"), currency="EUR")
    assert need(world, item, crane, "2", 0, 6).cost == D("4347.70"), "two cranes, seven days"
    row = need(world, item, sand, "2.5", 0, 6)
    assert (row.cost, row.ends_on) == (D("49.98"), FIRST)


def test_the_last_crane_is_not_taken_twice_unless_somebody_says_why(world, item, crane):
    need(world, item, crane, "1", 0, 4)
    other = need(world, item, crane, "1", 4, 8)
    with pytest.raises(Refused, match="equipment_taken"):
        need(world, item, crane, "1", 2, 6)
    assert need(world, item, crane, "1", 5, 6).override_reason == "", "on these days one is free"
    with pytest.raises(Refused, match="equipment_taken"):
        equipment.correct(actor=world.boris, equipment_need=other, version=None, amount=D(2))
    assert need(world, item, crane, "2", 2, 6, override_reason="Hired for it").override_reason == "Hired for it"


def test_a_stock_is_used_up_whenever_it_is_taken(world, item):
    sand = equipment.create(actor=world.alma, space=world.root, name="Sand", kind="material", unit="t", available=D(10))
    need(world, item, sand, "6", 0)
    with pytest.raises(Refused, match="equipment_taken"):
        need(world, item, sand, "4.01", 300)
    need(world, item, sand, "4", 300)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 12), st.integers(0, 5), st.booleans()), max_size=8))
def test_no_day_has_more_than_there_is_without_a_reason_on_record(world, item, crane, wanted):
    EquipmentNeed.objects.all().delete()
    for amount, first, length, is_forced in wanted:
        try:
            need(world, item, crane, str(amount), first, first + length, override_reason="Hired" if is_forced else "")
        except Refused as problem:
            assert problem.code == "equipment_taken" and not is_forced
    rows = list(EquipmentNeed.objects.all())
    for day in range(20):
        at = FIRST + timedelta(days=day)
        there = [row for row in rows if row.starts_on <= at <= row.ends_on]
        assert sum(row.amount for row in there) <= 2 or any(row.override_reason for row in there)


def test_who_may_do_what(world, item, crane):
    with pytest.raises(Denied):
        equipment.create(actor=world.mei, space=world.project.space, name="Drone")
    with pytest.raises(Hidden):
        need(world, item, crane, "1", actor=world.dana)
    secret = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    drone = equipment.create(actor=world.alma, space=secret.space, name="Drone")
    with pytest.raises(Refused, match="reference_unknown"):
        need(world, item, drone, "1")
    need(world, item, crane, "1")
    with pytest.raises(Refused, match="resource_in_use"):
        equipment.remove(actor=world.alma, equipment=crane)
    with pytest.raises(Refused, match="resource_in_use"):
        equipment.change(actor=world.alma, equipment=crane, version=None, kind="material")
    with pytest.raises(Refused, match="currency_malformed"):
        equipment.change(actor=world.alma, equipment=crane, version=None, currency="")


def test_the_pages_show_what_is_needed_and_count_what_is_hidden(world, item, crane, signed_in):
    hidden = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True), title="Night dive")
    need(world, item, crane, "1", 0, 1)
    need(world, hidden, crane, "1", 0, 1, actor=world.alma)
    page = signed_in(world.boris).get(f"/equipment/{crane.pk}/").content.decode()
    assert "Set the piles" in page and "Night dive" not in page and "1 more that you cannot see" in page
    page = signed_in(world.boris).get(f"/work-items/{item.key}/equipment/").content.decode()
    assert "621.10" in page, "one crane for two days"
    sent = {"do": "need", "equipment": crane.pk, "amount": "1", "starts_on": "2026-03-02", "ends_on": "2026-03-02"}
    answer = signed_in(world.boris).post(f"/work-items/{item.key}/equipment/changes/", sent)
    assert answer.status_code == 422 and EquipmentNeed.objects.filter(item=item).count() == 1


def test_work_that_was_removed_holds_nothing_and_what_it_held_may_go(world, item, crane):
    other = make.work_item(actor=world.boris, project=world.project, title="Lift the roof")
    need(world, item, crane, "2")
    with pytest.raises(Refused, match="equipment_taken"):
        need(world, other, crane, "1")
    work_items.remove(actor=world.boris, item=item, version=None)
    need(world, other, crane, "1")
    work_items.remove(actor=world.boris, item=other, version=None)
    equipment.remove(actor=world.alma, equipment=crane)
    assert not EquipmentNeed.objects.exists()


def test_of_another_project_nothing_is_taken_by_who_sees_both(world, item):
    quay = make.project(actor=world.alma, name="Quay seven", key="QUA")
    drone = equipment.create(actor=world.alma, space=quay.space, name="Drone")
    with pytest.raises(Refused, match="reference_unknown"):
        need(world, item, drone, "1", actor=world.alma)
