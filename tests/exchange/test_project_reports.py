"""Real portfolios come in with the figures that another reader counts; a project is recognised again; nothing is lost silently."""

from decimal import Decimal as D
from pathlib import Path

import pytest

from tandem.exchange.formats import open_source
from tandem.exchange.models import ExternalReference
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Space
from tandem.portfolio.models import Project, ProjectReport
from tandem.reports.queries import project_reports as reads
from tests import make
from tests.conftest import DATA
from tests.exchange import portfolio_count as count
from tests.exchange.files import take_over
from tests.exchange.test_report_formats import GMPP, written

FOLDER = DATA / "portfolio"
pytestmark = pytest.mark.django_db
real = pytest.mark.skipif(not (FOLDER / count.NYC).exists(), reason="no real files on this machine")


def bring(world, path: Path, **options):
    return take_over(path, actor=world.alma, into=world.root, **options)


def lines(user):
    return {line.name: line for line in reads.courses(ProjectReport.objects.visible_to(user))}


@real
def test_new_york_comes_in_as_378_projects_in_15_reports(world):
    report = bring(world, FOLDER / count.NYC)
    expected = count.nyc(FOLDER / count.NYC)
    assert report["facts"]["items"] == report["created"] == ProjectReport.objects.count() == 2259
    assert report["facts"]["projects"] == 378 and report["facts"]["days"] == 15
    assert report["facts"]["departments"] == {agency: len(one["projects"]) for agency, one in expected.items()} | {}
    assert report["not_taken_over"] == []
    by_agency: dict[str, list] = {}
    for line in reads.courses(ProjectReport.objects.visible_to(world.alma)):
        by_agency.setdefault(line.department, []).append(line.course)
    for agency, courses in by_agency.items():
        stated = [c for c in courses if c.stated_slip is not None]
        assert sum(c.stated_slip for c in stated) == expected[agency]["slip"], agency
        assert len(stated) == expected[agency]["slips"]
        assert sum(c.stated_growth for c in courses if c.stated_growth is not None) == expected[agency]["growth"], agency
        # ours, with what the source counts from before the first report here and what it states otherwise, is its own total
        ours = sum((c.slip or 0) + c.slip_before + c.slip_otherwise for c in stated)
        assert ours == expected[agency]["slip"], agency
    again = bring(world, FOLDER / count.NYC)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2259)
    assert again["projects"] == {"found": 378, "opened": 0}


@real
@pytest.mark.slow  # the quick ones take New York in, and know a small table again
def test_four_years_of_british_projects_are_recognised_again(world):
    before = Project.objects.count()
    for name in count.UK:
        doubts = bring(world, FOLDER / name, dry=True)["doubts"]
        same = {one["key"]: str(one["candidates"][0]["id"]) for one in doubts}
        report = bring(world, FOLDER / name, offers={"same": same})
        expected = count.uk_facts(FOLDER / name)
        assert report["facts"]["projects"] == report["created"] == expected["projects"]
        for figure in ("ratings", "with_cost", "with_finish"):
            assert report["facts"][figure] == expected[figure], (name, figure)
        year = int(name[8:12])
        costs = ProjectReport.objects.filter(on__year=year).exclude(budget=None).values_list("budget", flat=True)
        assert sum(costs) == expected["cost"] * 1_000_000
    opened = Project.objects.count() - before
    assert 250 < opened < 133 + 133 + 125 + 184 - 200
    exempt = ProjectReport.objects.filter(budget=None, withheld__budget__startswith="Exempt")
    assert exempt.count() > 40
    assert not ProjectReport.objects.filter(budget=0, withheld__has_key="budget").exists()


@real
def test_the_graph_and_the_table_of_one_source_agree(world):
    report = bring(world, FOLDER / count.HHS)
    nodes = {node["Id"]: node for node in count.graph(FOLDER / count.HHS)}
    rows = {row["Project ID"]: row for row in count.table(FOLDER / count.US)}
    assert report["created"] == len(nodes) == 17
    for one in ProjectReport.objects.all():
        node = nodes[one.values["Project.Id"]]
        assert one.original_budget == D(str(node["Planned_Cost"])) * 1_000_000
        if row := rows.get(node["Id"]):
            assert one.on.isoformat() == row["Updated Date"][:10]
            assert one.stated_growth == -D(row["Cost Variance ($ M)"]) * 1_000_000
    assert sum(row["count"] for row in report["not_taken_over"] if row["what"] == "Activity") == 122


@real
def test_the_american_table_is_read_whole():
    rows = list(open_source(FOLDER / count.US).records())
    expected = count.table(FOLDER / count.US)
    assert len(rows) == len(expected) == 2467
    for one, row in zip(rows, expected, strict=True):
        assert one.source_id == row["Project ID"]
        said = row["Schedule Variance (in days)"]
        assert one.values["stated_slip_days"] == (-int(float(said)) if said else None)
        assert {k.strip(): v.strip() for k, v in row.items() if v and v.strip()} == dict(one.data)


def test_the_same_file_again_changes_nothing_and_another_year_updates(world, tmp_path):
    first = bring(world, written(tmp_path, "gmpp-2020.csv", GMPP))
    assert (first["created"], first["projects"]["opened"]) == (3, 3)
    events = Event.objects.exclude(verb__startswith="import.").count()
    again = bring(world, written(tmp_path, "gmpp-2020.csv", GMPP))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    assert Event.objects.exclude(verb__startswith="import.").count() == events
    corrected = bring(world, written(tmp_path, "gmpp-2020.csv", GMPP.replace("£1,250.50", "£1,300.00")))
    assert (corrected["created"], corrected["updated"]) == (0, 1)
    later = bring(world, written(tmp_path, "gmpp-2021.csv", GMPP.replace(",2020,", ",2021,").replace("DfT", "DFT")))
    assert later["projects"] == {"found": 3, "opened": 0}
    assert lines(world.alma)["North line"].course.growth == D(-49_500_000)
    assert ExternalReference.objects.filter(kind="project").count() == 3


def test_a_preview_leaves_nothing_and_shows_what_the_import_does(world, tmp_path):
    path = written(tmp_path, "gmpp-2020.csv", GMPP)
    counted = (Space, Project, ProjectReport, ExternalReference, Event)
    before = [model.objects.count() for model in counted]
    shown = bring(world, path, dry=True)
    assert [model.objects.count() for model in counted] == before
    done = bring(world, path)
    assert shown.pop("is_preview")
    shown["into"]["id"] = done["into"]["id"]
    assert shown == done


def test_a_doubtful_project_is_asked_about_and_the_answer_is_remembered(world, tmp_path):
    bring(world, written(tmp_path, "gmpp-2020.csv", GMPP))
    moved = GMPP.replace(",2020,", ",2021,").replace("Embassy refit,FCO", "Embassy refit,FCDO").replace("T_", "X_")
    moved = moved.replace("X_1", "").replace("X_2", "").replace("X_3", "")
    path = written(tmp_path, "gmpp-2021.csv", moved)
    (doubt,) = bring(world, path, dry=True)["doubts"]
    assert (doubt["name"], doubt["department"], doubt["candidates"][0]["department"]) == ("Embassy refit", "FCDO", "FCO")
    with pytest.raises(Refused, match="import_doubtful"):
        bring(world, path)
    with pytest.raises(Refused, match="import_answers"):
        bring(world, path, offers={"same": {doubt["key"]: str(world.project.pk)}})
    answer = {doubt["key"]: str(doubt["candidates"][0]["id"])}
    assert bring(world, path, offers={"same": answer})["projects"] == {"found": 3, "opened": 0}
    again = bring(world, path)
    assert (again["unchanged"], again["doubts"]) == (3, [])


def test_two_projects_of_one_name_with_numbers_of_their_own_stay_two(world, tmp_path):
    twice = GMPP.replace("South line", "North line")
    report = bring(world, written(tmp_path, "gmpp-2020.csv", twice))
    assert report["projects"]["opened"] == 3 and report["doubts"] == []
    assert bring(world, written(tmp_path, "gmpp-2020.csv", twice))["unchanged"] == 3


def test_a_second_report_for_the_same_day_is_said(world, tmp_path):
    row = GMPP.strip().splitlines()[1]
    report = bring(world, written(tmp_path, "gmpp-2020.csv", GMPP + row + "\n"))
    assert report["created"] == 3
    assert [(n["code"], n["count"]) for n in report["not_taken_over"]] == [("duplicate", 1)]


def test_reports_come_into_what_holds_projects_and_only_from_who_may(world, tmp_path):
    path = written(tmp_path, "gmpp-2020.csv", GMPP)
    with pytest.raises(Refused, match="import_into_portfolio"):
        take_over(path, actor=world.alma, into=world.project.space)
    member = make.user(actor=world.admin, name="Noor Member", role="member")
    for person, problem in ((world.boris, Hidden), (member, Denied)):
        with pytest.raises(problem):
            take_over(path, actor=person, into=world.root)
    assert not ProjectReport.objects.exists()
