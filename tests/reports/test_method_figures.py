"""Figures of methods and packs are measured from records of the project, or said to be measured by hand."""

from datetime import timedelta

import pytest

from tandem.governance.actions import pack_uses
from tandem.governance.models import Gate
from tandem.governance.packs import packs
from tandem.kit import clock
from tandem.reports.queries import method_figures as reads
from tandem.work.models import WorkItem, WorkItemType
from tests import make

pytestmark = pytest.mark.django_db


def read(world, *keys, user=None):
    return reads.of_project(user or world.alma, world.project, keys)


def finished(world, count, days=4, late=0):
    """So many items that took so many days; the first of them later than planned."""
    end = clock.now() - timedelta(10)
    for number in range(count):
        item = make.work_item(actor=world.boris, project=world.project, title=f"Item {number}", state="done")
        planned = end - timedelta(2) if number < late else end
        WorkItem.objects.filter(pk=item.pk).update(created_at=end - timedelta(days), actual_start=end - timedelta(days / 2), actual_finish=end, planned_start=end - timedelta(3), planned_finish=planned)


def test_every_key_is_measured_and_others_are_not(world):
    found = read(world, *reads.KEYS, "deviations")
    assert set(found) == set(reads.KEYS)
    assert all(one.value is None for one in found.values()), "of an empty project nothing is said"
    assert all({key for key, _name in pack.kpis} & set(reads.KEYS) for pack in packs().values())


def test_times_and_shares_come_from_what_was_finished(world):
    finished(world, 7)
    assert read(world, "lead_time")["lead_time"] == reads.Value("lead_time", None, "days", 90, 7, 8), "too little"
    finished(world, 3, late=2)
    WorkItem.objects.filter(pk=WorkItem.objects.latest("pk").pk).update(type=WorkItemType.objects.get(space=world.project.space, name="Bug"))
    found = read(world, "lead_time", "cycle", "predictability", "defects")
    assert {key: (one.value, one.found) for key, one in found.items()} == {"lead_time": (4.0, 10), "cycle": (2.0, 10), "predictability": (80.0, 10), "defects": (10.0, 10)}


def test_overdue_gates_and_controls(world):
    make.work_item(actor=world.boris, project=world.project, due_on=clock.today() - timedelta(1))
    make.work_item(actor=world.boris, project=world.project, due_on=clock.today() + timedelta(1))
    use = pack_uses.take(actor=world.boris, project=world.project, pack="software")
    pack_uses.say(actor=world.boris, pack_use=use, control="access", state="met", evidence="Tested")
    pack_uses.say(actor=world.boris, pack_use=use, control="return", state="not_applicable", evidence="Nothing runs")
    late, good = Gate.objects.filter(project=world.project).order_by("rank")
    Gate.objects.filter(pk=late.pk).update(state="passed", passed_at=clock.now(), due_on=clock.today() - timedelta(3))
    Gate.objects.filter(pk=good.pk).update(state="passed", passed_at=clock.now())
    found = read(world, "overdue", "gates_in_time", "controls_met")
    assert (found["overdue"].value, found["overdue"].found) == (1.0, 2)
    assert (found["gates_in_time"].value, found["gates_in_time"].found) == (50.0, 2)
    assert found["controls_met"].found == 7 and found["controls_met"].value == round(100 / 7, 1), "what does not apply is not counted"


def test_a_stranger_gets_nothing(world):
    finished(world, 9)
    assert read(world, "lead_time", user=world.dana)["lead_time"].found == 0


def test_the_page_says_value_records_and_what_is_measured_by_hand(world, signed_in):
    finished(world, 9)
    pack_uses.take(actor=world.boris, project=world.project, pack="software")
    client = signed_in(world.alma)
    page = client.get(f"/project-gaps/{world.project.space.key}/").content.decode()
    assert "4 days" in page and "of the last 90 days, from 9 records" in page and "measured by hand" in page
    assert "/kpis/new/?name=Changes%20that%20failed" in page and client.get("/kpis/new/?name=Changes%20that%20failed").status_code == 200
    assert client.get("/work-items/?q=project:POR+finished:>=-90d").content.decode().count("Item ") >= 9
    assert "/kpis/new/" not in signed_in(world.mei).get(f"/project-gaps/{world.project.space.key}/").content.decode().split("measured by hand")[1][:200]
