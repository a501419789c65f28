"""The workload layout: open work of people in weeks against their working time, what it rests on, what it cannot place."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.reports.queries import workload
from tandem.work.models import WorkItem
from tests import make

TABLE = "/work-items/"


def monday():
    today = clock.today()
    return today - timedelta(days=today.weekday())


def item(world, title, **values):
    return make.work_item(actor=world.boris, project=world.project, title=title, **values)


def load_of(world, by_points=False, first=None):
    rows = WorkItem.objects.visible_to(world.boris).present()
    return workload.of(rows, world.boris, world.project.space, first or monday() + timedelta(weeks=1), by_points)


def test_due_work_stands_in_its_week_and_planned_work_is_spread(world):
    next_week = monday() + timedelta(weeks=1)
    moment = clock.now().replace(year=next_week.year, month=next_week.month, day=next_week.day, hour=12, minute=0)
    item(world, "Due", due_on=next_week + timedelta(days=2), estimate_minutes=600, assignees=[world.mei])
    item(world, "Planned", planned_start=moment, planned_finish=moment + timedelta(days=11), estimate_minutes=1200, assignees=[world.mei])
    load = load_of(world)
    (line,) = load.lines
    assert [round(c.load, 1) for c in line.cells[:3]] == [20, 10, 0] and (load.by_plan, load.by_due) == (1, 1)
    assert line.time is not None and line.time[:2] == [40, 40] and line.cells[0].keys == ["POR-1", "POR-2"]


def test_people_share_done_parts_do_not_count_and_nobody_is_a_line(world):
    due = monday() + timedelta(weeks=1)
    item(world, "Shared", due_on=due, estimate_minutes=600, percent_complete=50, assignees=[world.mei, world.boris])
    item(world, "Nobody's", due_on=due, estimate_minutes=60)
    item(world, "Done", due_on=due, estimate_minutes=6000, state="done", assignees=[world.mei])
    load = load_of(world)
    assert {line.name: line.cells[0].load for line in load.lines} == {"Mei Lin": 2.5, "Boris Orlov": 2.5, "": 1.0}
    assert load.lines[-1].time is None and load.items == 2


def test_what_cannot_be_placed_or_sized_is_said(world, signed_in):
    item(world, "Undated", estimate_minutes=60, assignees=[world.mei])
    item(world, "Unsized", due_on=monday() - timedelta(days=3), assignees=[world.mei])
    load = load_of(world, first=monday())
    assert (load.undated, load.unsized, load.overdue) == (1, 1, 1) and load.lines[0].cells[0].keys == ["POR-2"]
    page = signed_in(world.boris).get(TABLE, {"layout": "workload", "q": ""}).content.decode()
    assert "1 without any date" in page and "1 without an estimate" in page and "It rests on 2 open items" in page
    assert "Mei Lin" not in signed_in(world.dana).get(TABLE, {"layout": "workload", "q": ""}).content.decode()


def test_too_much_is_marked_and_leads_to_exactly_its_items(world, signed_in):
    due = monday() + timedelta(weeks=1)
    for n in range(3):
        item(world, f"Large {n}", due_on=due, estimate_minutes=1200, estimate_points=5.0, assignees=[world.mei])
    client = signed_in(world.boris)
    page = client.get(TABLE, {"layout": "workload", "q": "", "space": world.project.space_id}).content.decode()
    assert "▲ 60" in page and "/ 40" in page and "over the working time: 150 %" in page
    href = re.search(r'href="(\?q=key[^"]+)"', page)[1].replace("&amp;", "&")
    assert client.get(TABLE + href).content.decode().count("data-row ") == 3
    points = client.get(TABLE, {"layout": "workload", "q": "", "measure": "points"}).content.decode()
    assert "over the working time" not in points and ">15<" in points.replace("\n", "")


def test_days_off_of_a_sprint_shorten_the_working_time(world):
    from tandem.work.models import SprintMember

    due = monday() + timedelta(weeks=1)
    item(world, "One", due_on=due, estimate_minutes=60, assignees=[world.mei])
    sprint = make.sprint(actor=world.boris, project=world.project, begins=(due - clock.today()).days, days=12)
    SprintMember.objects.filter(sprint=sprint, user=world.mei).delete()
    SprintMember.objects.create(sprint=sprint, user=world.mei, days_off=5)
    assert load_of(world).lines[0].time[:3] == [20, 20, 40]


@pytest.mark.parametrize("on", ["soon", "9999-12-31", "0001-01-01"])
def test_a_week_that_is_none_is_this_one(world, signed_in, on):
    assert signed_in(world.boris).get(TABLE, {"layout": "workload", "q": "", "on": on}).status_code == 200


def test_a_workload_costs_the_same_whatever_it_holds(world, signed_in):
    client = signed_in(world.boris)
    due, counts = monday() + timedelta(weeks=1), []
    for n in (2, 20):
        for k in range(n):
            item(world, f"{n} {k}", due_on=due, assignees=[world.mei, world.boris][: 1 + k % 2])
        client.get(TABLE, {"layout": "workload", "q": ""})
        with CaptureQueriesContext(connection) as found:
            client.get(TABLE, {"layout": "workload", "q": ""})
        counts.append(len(found))
    assert counts[0] == counts[1] <= 55  # within a test, rights are read anew for each question


def test_a_plan_over_thousands_of_years_is_cut(world):
    moment = clock.now()
    last = moment.replace(year=9999, month=12, day=31)
    item(world, "Never", planned_start=moment, planned_finish=last, estimate_minutes=600)
    item(world, "Beyond", planned_start=last, planned_finish=last, estimate_minutes=600)
    load = load_of(world)
    assert load.by_plan == 2 and load.beyond == 1


def test_what_has_no_date_is_asked_for_as_it_is_counted(world, signed_in):
    item(world, "Begun one day", planned_start=clock.now())
    assert load_of(world).undated == 1
    assert "no%3Adue+no%3Afinish" in signed_in(world.boris).get(TABLE, {"layout": "workload", "q": ""}).content.decode()
