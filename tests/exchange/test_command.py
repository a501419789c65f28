"""`tandem import` and `tandem compute dates` as somebody types them: exit codes, questions, the report in a file."""

import json
from pathlib import Path

import pytest

from tandem.config import cli
from tandem.exchange import command
from tandem.exchange import dates as dates_command
from tandem.exchange.formats import mpxj
from tandem.exchange.models import Import
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.work.models import WorkItem
from tests.exchange.files import board, card

AMBIGUOUS = "Title,Created\nOne,03/04/2024\nTwo,05/06/2024\n"


@pytest.fixture(autouse=True)
def _without_mpxj(monkeypatch):
    """As on a machine without the extra: what only MPXJ reads is refused."""
    monkeypatch.setattr(mpxj, "is_there", lambda: False)


def told(world, path: Path, report: Path, **options):
    code = command.run([path], actor=world.alma.email, report=report, **options)
    return code, json.loads(report.read_text(encoding="utf-8"))


@pytest.fixture
def report(tmp_path) -> Path:
    return tmp_path / "report.json"


@pytest.fixture
def small(tmp_path) -> Path:
    return board(tmp_path, [card(1, "First"), card(2, "Second", "l2")])


@pytest.mark.django_db
def test_the_report_has_facts_counts_and_what_stayed_out(world, small, report, capsys):
    code, found = told(world, small, report)
    assert code == 0
    assert found["file"] == "board.json" and found["dry_run"] is False
    assert found["facts"]["items"] == WorkItem.objects.count() == 2
    assert (found["created"], found["updated"], found["unchanged"]) == (2, 0, 0)
    assert all({"what", "count", "why"} <= row.keys() for row in found["not_taken_over"])
    assert "Not enough data: 0 finished items, 8 needed" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_dry_run_reports_the_same_and_leaves_nothing(world, small, report):
    _code, shown = told(world, small, report, dry_run=True)
    assert not WorkItem.objects.exists() and not Import.objects.exists()
    _code, done = told(world, small, report)
    for key in ("facts", "created", "not_taken_over", "notes", "as_of", "offers", "rows"):
        assert shown[key] == done[key]


@pytest.mark.django_db
def test_ambiguous_dates_are_asked_and_answered_by_option_or_by_file(world, tmp_path, report, capsys):
    path = tmp_path / "tasks.csv"
    path.write_text(AMBIGUOUS)
    code, found = told(world, path, report)
    assert code == command.ASKED and found["questions"][0]["code"] == "date_order"
    assert "Created" in capsys.readouterr().err
    assert not WorkItem.objects.exists() and not Import.objects.exists()
    code, found = told(world, path, report, date_order="dmy", dry_run=True)
    assert code == 0 and found["facts"]["created_min"] == "2024-04-03"
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"date_order": "mdy", "timezone": "Asia/Shanghai"}))
    code, found = told(world, path, report, mapping=answers)
    assert code == 0 and found["facts"]["created_min"] == "2024-03-04"
    assert found["timezone"] == "Asia/Shanghai"


@pytest.mark.django_db
def test_columns_are_told_by_a_file(world, tmp_path, report, capsys):
    path = tmp_path / "odd.csv"
    path.write_text("Foo,Bar\nPaint the hull,red\n")
    code, _found = told(world, path, report)
    assert code == command.ASKED and '"columns"' in capsys.readouterr().err
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"columns": {"Foo": "title", "Bar": "labels"}}))
    code, _found = told(world, path, report, mapping=answers)
    assert code == 0 and WorkItem.objects.get().labels == ["red"]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["{", "[]", '{"colums": {}}', '{"categories": {"Open": "maybe"}}', '{"timezone": "Mars/Base"}', '{"categories": ["Open"]}', '{"columns": "title"}'])
def test_a_wrong_answer_is_refused_and_not_ignored(world, small, tmp_path, wrong, capsys):
    answers = tmp_path / "answers.json"
    answers.write_text(wrong)
    assert command.run([small], actor=world.alma.email, mapping=answers) == command.REFUSED
    assert capsys.readouterr().err.strip() and not WorkItem.objects.exists()


@pytest.mark.django_db
def test_a_refused_file_says_where_and_the_others_still_come(world, tmp_path, small, report):
    broken = tmp_path / "broken.xml"
    broken.write_text("<rss><channel><item><key id='1'>A-1</key>")
    code = command.run([broken, small], actor=world.alma.email, report=report)
    first, second = json.loads(report.read_text())["imports"]
    assert code == command.REFUSED
    assert first["code"] == "truncated" and first["refused"]
    assert second["facts"]["items"] == 2


@pytest.mark.django_db
def test_into_takes_a_project_by_its_key_and_nothing_that_one_may_not(world, small, capsys):
    key = world.project.space.key
    assert command.run([small], actor=world.boris.email, into=key.lower()) == 0
    assert WorkItem.objects.filter(space=world.project.space).count() == 2
    assert command.run([small], actor=world.mei.email, into=key) == command.REFUSED
    assert command.run([small], actor=world.dana.email, into=key) == command.REFUSED
    assert command.run([small], actor="nobody@example.org") == command.REFUSED
    assert command.run([small], actor=world.boris.email, into="NONE") == command.REFUSED
    assert WorkItem.objects.count() == 2


@pytest.mark.django_db
def test_as_of_is_set_by_the_option(world, small, report):
    _code, found = told(world, small, report, as_of="2015-07-01")
    assert found["as_of"] == "2015-07-01"
    space = Space.objects.get(key=found["into"]["key"])
    assert Project.objects.get(space=space).as_of.isoformat() == "2015-07-01"


@pytest.mark.django_db
def test_pages_of_one_jira_export_are_one_import(world, tmp_path, report):
    head = "Summary,Issue key,Issue id,Issue Type,Status,Created\n"
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(head + "One,X-1,1,Task,Open,2024-01-15 10:00\nTwo,X-2,2,Task,Open,2024-01-15 10:00\n")
    second.write_text(head + "Two,X-2,2,Task,Open,2024-01-15 10:00\nThree,X-3,3,Task,Open,2024-01-15 10:00\n")
    assert command.run([first, second], actor=world.alma.email, report=report) == 0
    found = json.loads(report.read_text())
    assert found["facts"]["items"] == 3 and Import.objects.count() == 1
    assert [row["code"] for row in found["not_taken_over"]] == ["duplicate"]


PLAN_FILES = 15


def test_the_dates_of_all_plans_are_computed_as_ms_project_stored_them(data_dir, capsys):
    """Needs no database. The total over the files is published in docs/reference/ms-project-dates.md."""
    tasks = agree = bound = bound_agree = files = 0
    for path in sorted((data_dir / "msproject").glob("*.xml")):
        code = dates_command.dates(path, as_json=True)
        told = capsys.readouterr()
        if code:
            assert json.loads(told.err)["error"] == "not_read"
            continue
        found = json.loads(told.out)
        assert {"tasks", "agree", "rows"} <= found.keys()
        automatic = [row for row in found["rows"] if row["id"] not in found["left_out"]]
        assert len(automatic) == found["tasks"] and sum(row["agrees"] for row in automatic) == found["agree"]
        files, tasks, agree = files + 1, tasks + found["tasks"], agree + found["agree"]
        bound, bound_agree = bound + found["bound"], bound_agree + found["bound_agree"]
    assert files == PLAN_FILES
    assert (agree, tasks) == (175, 175)
    assert (bound_agree, bound) == (37, 37)


@pytest.mark.parametrize("name", ["trello/gsa-design-studio-2015.json", "msproject/sample.mpp", "msproject/resource-rates-test.xml"])
def test_what_is_no_plan_is_refused(data_dir, name, capsys):
    assert dates_command.dates(data_dir / name) == 2
    assert len(capsys.readouterr().err) > 20


def test_the_command_line_knows_both_commands(data_dir):
    from click.testing import CliRunner

    done = CliRunner().invoke(cli.tandem, ["compute", "dates", str(data_dir / "msproject" / "caltest.xml")])
    assert done.exit_code == 0 and "3 of 3 automatically scheduled tasks agree" in done.output
