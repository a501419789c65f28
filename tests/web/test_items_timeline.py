"""The timeline layout: spans of items over many projects, each leading to its item; what has no date is said."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.web.work import items_timeline
from tests import make

TABLE = "/work-items/"


def line(client, **more):
    return client.get(TABLE, {"layout": "timeline", "q": ""} | more).content.decode()


def test_items_of_many_projects_stand_on_one_line_and_lead_to_their_pages(world, signed_in):
    other, now = make.project(actor=world.alma, name="Harbour", key="HAR"), clock.now()
    make.work_item(actor=world.alma, project=world.project, title="Planned <b>", planned_start=now, planned_finish=now + timedelta(days=9))
    make.work_item(actor=world.alma, project=other, title="Late", due_on=clock.today() - timedelta(days=3), state="in_progress")
    make.work_item(actor=world.alma, project=other, title="Undated")
    page = line(signed_in(world.alma))
    assert "Harbour" in page and "Portal" in page and 'href="/work-items/POR-1/"' in page and 'href="/work-items/HAR-1/"' in page
    assert "tlx-d late" in page and "1 without any date" in page and "Planned &lt;b&gt;" in page and "<b>" not in page.split("svg ch")[1].split("</svg>")[0]
    assert "HAR-1" not in line(signed_in(world.boris)) and "/POR-1/" not in line(signed_in(world.dana))


def test_an_empty_line_says_what_puts_something_on_it(world, signed_in):
    make.work_item(actor=world.alma, project=world.project, title="Undated")
    assert "Nothing here has a date" in line(signed_in(world.boris))


def test_far_dates_stand_at_the_edge_and_the_line_has_an_end(world, signed_in, monkeypatch):
    monkeypatch.setattr(items_timeline, "MOST", 2)
    for n, year in enumerate((1950, 2026, 2199)):
        make.work_item(actor=world.alma, project=world.project, title=f"Item {n}", due_on=clock.today().replace(year=year, day=1))
    page = line(signed_in(world.boris))
    assert "The first 2 by project and begin are drawn" in page and "Item 0" in page and "Item 2" not in page


def test_a_timeline_costs_the_same_whatever_it_holds(world, signed_in):
    client, counts = signed_in(world.boris), []
    for n in (2, 15):
        for k in range(n):
            make.work_item(actor=world.alma, project=world.project, title=f"{n} {k}", due_on=clock.today())
        line(client)
        with CaptureQueriesContext(connection) as found:
            line(client)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 50  # within a test, rights are read anew for each question


def test_the_last_day_of_all_is_drawn(world, signed_in):
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    make.work_item(actor=world.alma, project=world.project, title="Never", planned_start=clock.now(), planned_finish=last, due_on=last.date())
    assert "Never" in line(signed_in(world.boris))
