"""The course of reports: slip, growth and ratings of many projects on one page, in few queries, as a file, for who may see them."""

import csv
import io
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.portfolio.actions import portfolios, project_reports
from tandem.portfolio.actions.project_reports import Reported
from tandem.reports.queries import report_course as reads
from tandem.work.actions.projects import open_projects

pytestmark = pytest.mark.django_db
PAGE = "/project-reports/course/"


def fill(world, parent, count, reports=3):
    made = open_projects(actor=world.alma, parent=parent, rows=[{"name": f"Line {n:03}"} for n in range(count)])
    rows = [
        Reported(project, {
            "on": date(2018, 1 + r, 1), "planned_finish": date(2020, 1, 1 + min(27, n * r % 28)), "budget": D(1_000_000 + n * r * 1000), "currency": "GBP",
            "department": "DfT" if n % 2 else "HO", "rating": 1 + (n + r) % 5, "stated_slip_days": n * (reports - 1) % 28 if r == reports - 1 and n < 5 else None,
        })
        for n, project in enumerate(made) for r in range(reports)
    ]  # fmt: skip
    project_reports.take_many(actor=world.alma, rows=rows, source="GMPP")
    return made


@pytest.fixture
def portfolio(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Major projects")


def test_the_page_says_what_moved_and_each_mark_leads_to_its_record(client, world, portfolio):
    made = fill(world, portfolio.space, 6)
    client.force_login(world.alma)
    page = client.get(PAGE, {"in": portfolio.space.key}).content.decode()
    assert "Line 005" in page and "DfT" in page and "How is this computed?" in page
    assert page.count("/project-reports/") >= 18, "every report is a mark that leads to it"
    assert f"/projects/{made[5].pk}/" in page
    only = client.get(PAGE, {"in": portfolio.space.key, "department": "HO"}).content.decode()
    assert "Line 004" in only and "Line 005" not in only
    assert "No project fits" in client.get(PAGE, {"q": "nothing like it"}).content.decode()


def test_figures_of_a_department_stand_beside_those_of_the_source(world, portfolio):
    fill(world, portfolio.space, 6)
    found = reads.lines(world.alma, portfolio.space)
    transport, home = reads.groups(found)
    assert (transport.name, transport.projects, transport.reports) == ("DfT", 3, 9)
    assert (transport.slip, transport.stated_slip, transport.slip_stated) == (2 + 6 + 10, 2 + 6, 2)
    assert transport.slip_is_equal and home.slip_is_equal
    assert transport.growth == D(2000 + 6000 + 10_000)
    heads, by_year = reads.columns(found)
    moved = reads.movement(found, heads, by_year)
    assert [sum(one.states.values()) for one in moved] == [6, 6, 6]
    assert (moved[0].better, moved[0].worse) == (0, 0)
    assert moved[1].better + moved[1].worse == 6


def test_a_project_that_two_sources_report_counts_once(client, world, portfolio):
    made = fill(world, portfolio.space, 4)
    before = reads.groups(reads.lines(world.alma, portfolio.space))
    values = {"on": date(2017, 1, 1), "planned_finish": date(2019, 1, 1), "budget": D(5), "currency": "GBP", "department": "DfT"}
    project_reports.take_many(actor=world.alma, rows=[Reported(project, values) for project in made], source="Parliament")
    found = reads.lines(world.alma, portfolio.space)
    assert len(found) == 8 and reads.groups(found) == before, "the source that reported last counts"
    heads, by_year = reads.columns(found)
    assert max(sum(one.states.values()) for one in reads.movement(found, heads, by_year)) == 4
    client.force_login(world.alma)
    text = client.get(PAGE, {"in": portfolio.space.key}).content.decode()
    assert "4 projects are reported by several sources" in text and "Parliament · DfT" in text


def test_who_sees_nothing_is_told_nothing(client, world, portfolio):
    fill(world, portfolio.space, 3)
    client.force_login(world.dana)
    assert "Line 001" not in client.get(PAGE).content.decode()
    assert client.get(PAGE, {"in": portfolio.space.key}).status_code == 404
    assert "Line" not in b"".join(client.get("/project-reports/course.csv").streaming_content).decode()


def test_the_file_has_the_same_figures(client, world, portfolio):
    fill(world, portfolio.space, 4)
    client.force_login(world.alma)
    text = b"".join(client.get("/project-reports/course.csv", {"department": "DfT"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Project"], row["Slip (days)"]) for row in rows] == [("Line 001", "2"), ("Line 003", "6")]
    assert b"".join(client.get("/project-reports/course.xlsx").streaming_content)[:2] == b"PK"


def test_fifty_projects_take_the_queries_of_three(client, world, portfolio):
    client.force_login(world.alma)
    counts = []
    for count in (3, 47):
        fill(world, portfolio.space, count, reports=5)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?sort=drop", "?in=%00", "?department=%27%3B--", "?page=99999999999"])
def test_odd_addresses_break_nothing(client, world, query):
    client.force_login(world.alma)
    assert client.get(PAGE + query).status_code in (200, 404, 422)
