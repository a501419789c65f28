"""The map of dependencies: bundles of links with their worst state, proposals that require, a neighbourhood, and what is out of sight."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.portfolio.actions import proposals
from tandem.reports.queries import dependencies as reads
from tandem.work.models import Link, WorkItem
from tests import make

pytestmark = pytest.mark.django_db
URL = "/projects/dependencies/"


def at(days):
    return clock.now() + timedelta(days=days)


@pytest.fixture
def other(world):
    return make.project(actor=world.alma, name="Berth")


def tie(world, source, target, kind="FS", *, first=None, then=None, **values):
    a = make.work_item(actor=world.alma, project=source, title=f"{source.name} item", **(first or {}))
    b = make.work_item(actor=world.alma, project=target, title=f"{target.name} item", **(then or {}))
    return make.link(actor=world.alma, source=a, target=b, kind=kind, **values)


def only(world):
    (one,) = reads.read(world.alma).bundles
    return one


def test_links_between_projects_are_one_edge_and_others_are_none(world, other):
    tie(world, world.project, other)
    tie(world, world.project, other, "blocks")
    tie(world, world.project, other, "relates")
    tie(world, other, other)
    found = reads.read(world.alma)
    one = only(world)
    assert (one.source.name, one.target.name, len(one.ties), one.state) == (world.project.name, "Berth", 2, "open")
    assert found.placed.at[one.source.code][0] < found.placed.at[one.target.code][0]


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        ({"planned_finish": 20}, {"planned_start": 10}, "late"),
        ({"planned_finish": 5}, {"planned_start": 10}, "open"),
        ({}, {"planned_start": -2}, "late"),
        ({}, {}, "open"),
        ({"planned_finish": -9}, {"planned_start": -5}, "late"),
        ({"planned_finish": 20, "state": "done"}, {"planned_start": 10}, "done"),
    ],
    ids=["comes-after-it-is-needed", "comes-in-time", "needed-already", "nothing-said", "overdue", "done"],
)
def test_a_link_is_late_when_what_it_waits_for_comes_too_late(world, other, first, then, state):
    moments = [{name: at(value) if isinstance(value, int) else value for name, value in one.items()} for one in (first, then)]
    tie(world, world.project, other, first=moments[0], then=moments[1])
    assert only(world).state == state


def test_a_proposal_stands_before_what_requires_it_and_is_its_project_later(world):
    power, ships = (make.proposal(actor=world.alma, title=title) for title in ("Shore power", "Ships"))
    proposals.tie(actor=world.alma, proposal=ships, other=power, kind="requires")
    one = only(world)
    assert (one.source.name, one.target.name, one.ties[0].is_tie) == ("Shore power", "Ships", True)
    power.write(expected=None, project=world.project, state="project")
    assert only(world).source.code == f"project-{world.project.pk}"


def test_a_neighbourhood_keeps_what_lies_so_many_steps_away(world, other):
    third, fourth = (make.project(actor=world.alma, name=name) for name in ("Crane", "Dock"))
    for one, two in ((world.project, other), (other, third), (third, fourth)):
        tie(world, one, two)
    names = {n: {knot.name for knot in reads.read(world.alma, around=f"project-{world.project.pk}", steps=n).knots} for n in (1, 2)}
    assert names == {1: {world.project.name, "Berth"}, 2: {world.project.name, "Berth", "Crane"}}
    assert len(reads.read(world.alma, around="project-999999").knots) == 4


def test_what_one_cannot_see_is_counted_and_not_named(world, signed_in, other):
    tie(world, world.project, other)
    found = reads.read(world.boris)
    assert (found.bundles, found.unseen) == ([], 1)
    tie(world, other, world.project)
    assert reads.read(world.boris).unseen == 2, "what one waits for out of sight, too"
    page = signed_in(world.boris).get(URL).content.decode()
    assert "Berth" not in page
    assert "No project waits for another yet" in page


def test_what_is_done_is_waited_for_no_more(world, signed_in, other):
    client, third = signed_in(world.alma), make.project(actor=world.alma, name="Crane")
    tie(world, world.project, other, first={"planned_finish": at(20), "state": "done"}, then={"planned_start": at(10)})
    assert "Nothing is waited for any more. In 1 pair all links are done." in client.get(URL).content.decode()
    tie(world, other, third)
    page = client.get(URL).content.decode()
    assert "In 1 pair one waits for the other (open links: 1); none is late. In 1 pair all links are done." in page


def test_a_lag_of_eight_working_hours_is_a_day(world, other):
    tie(world, world.project, other, first={"planned_finish": at(5)}, then={"planned_start": at(8)}, lag_minutes=5 * 480)
    assert only(world).state == "late"


def test_very_many_pairs_are_a_table_and_no_picture(world, signed_in, other, monkeypatch):
    monkeypatch.setattr(reads, "DRAWN", 1)
    client = signed_in(world.alma)
    tie(world, world.project, other)
    assert "too many to draw" not in client.get(URL).content.decode()
    tie(world, other, make.project(actor=world.alma, name="Crane"))
    page = client.get(URL).content.decode()
    assert "2 pairs are too many to draw" in page and "svg ch" not in page and page.count("Around it") == 2
    assert "svg ch" in client.get(URL + f"?around=project-{world.project.pk}").content.decode()


def test_the_page_draws_edges_that_lead_to_their_links(world, signed_in, other):
    link = tie(world, world.project, other, first={"planned_finish": at(20)}, then={"planned_start": at(10)})
    client = signed_in(world.alma)
    page = client.get(URL).content.decode()
    assert "1 is late." in page
    edge = f"?from=project-{world.project.pk}&amp;to=project-{other.pk}#links"
    assert edge in page
    opened = client.get(URL + f"?from=project-{world.project.pk}&to=project-{other.pk}").content.decode()
    assert reverse("work_item", kwargs={"key": link.source.key}) in opened
    for hostile in ("?around=%00", "?around=project-1%27--&steps=9", "?from=x&to=<script>", "?steps=99999999999999999999"):
        assert client.get(URL + hostile).status_code == 200
    assert signed_in(world.dana).get(URL + f"?in={world.project.space.key}").status_code == 404


def test_as_many_queries_for_many_links_as_for_few(world, signed_in, other):
    client = signed_in(world.alma)

    def count():
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        return len(seen)

    tie(world, world.project, other)
    few = count()
    for number in range(6):
        tie(world, other, make.project(actor=world.alma, name=f"P{number}"))
    assert count() == few


def test_the_map_goes_out_over_the_api_and_as_a_file(world, other, signed_in):
    late = tie(world, world.project, other, first={"planned_finish": at(20)}, then={"planned_start": at(10)})
    tie(world, world.project, other)
    client = signed_in(world.alma)
    found = client.get("/api/v1/project-dependencies/").json()
    (pair,) = found["pairs"]
    assert (pair["state"], pair["links"], pair["late"], pair["link_ids"][0]) == ("late", 2, 1, late.pk)
    assert {p["code"] for p in found["projects"]} == {pair["source"], pair["target"]}
    assert client.get(f"/api/v1/project-dependencies/?around={pair['source']}&steps=2").json()["pairs_count"] == 1
    assert client.get("/api/v1/project-dependencies/?around=project-999999").status_code == 422
    assert client.get("/api/v1/project-dependencies/?space_id=999999").status_code == 404
    lines = b"".join(client.get(reverse("project_dependencies_csv")).streaming_content).decode().splitlines()
    assert len(lines) == 3 and lines[1].startswith(f"{world.project.name},") and lines[1].endswith("Late,")
    assert not signed_in(world.dana).get("/api/v1/project-dependencies/").json()["pairs"]


def test_an_arrow_says_what_blocks_have_cost_the_longest_of_each_item(world, other, signed_in):
    held = make.work_item(actor=world.alma, project=other, title="Held", state="in_progress")
    waits = make.work_item(actor=world.alma, project=other, title="Waits")  # not begun: it loses nothing yet
    for begun, days in ((held, 9), (held, 4), (waits, 30)):
        source = make.work_item(actor=world.alma, project=world.project, title=f"Crane {days}")
        link = make.link(actor=world.alma, source=source, target=begun, kind="blocks")
        Link.objects.filter(pk=link.pk).update(created_at=at(-days))
    WorkItem.objects.filter(pk=held.pk).update(actual_start=at(-7))
    one = only(world)
    assert [int(t.cost) for t in one.worst_first()] == [7, 4, 0] and int(one.cost) == 7
    page = signed_in(world.alma).get(f"{URL}?from={one.source.code}&to={one.target.code}").content.decode()
    assert "3 · 7 d" in page and "has cost 7 d" in page and page.count("4 d</td>") == 1
    assert [p["cost_days"] for p in signed_in(world.alma).get("/api/v1/project-dependencies/").json()["pairs"]] == [pytest.approx(7, abs=0.11)]
    WorkItem.objects.filter(pk=held.pk).update(state=make.state_of(other, "done"))
    assert only(world).cost == 0, "what is over holds nothing up"
