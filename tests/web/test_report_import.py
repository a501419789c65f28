"""The wizard with project reports: preview, the question which project it is, the result; and the same from the command line."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tandem.exchange import command
from tandem.exchange.actions import imports
from tandem.exchange.models import Import
from tandem.people.models import SpaceKind
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import ProjectReport
from tests.exchange.test_report_formats import GMPP, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Major projects")


def upload(client, portfolio, text, name="gmpp-2020.csv"):
    file = SimpleUploadedFile(name, text.encode("cp1252"))
    client.post("/imports/new/", {"files": file, "into": portfolio.space_id})
    return Import.objects.latest("id")


def test_a_portfolio_can_be_chosen_and_the_preview_says_what_comes(client, world, portfolio):
    client.force_login(world.alma)
    assert f'value="{portfolio.space_id}"' in client.get("/imports/new/").content.decode()
    imported = upload(client, portfolio, GMPP)
    assert (imported.state, imported.format) == ("previewed", "project-reports")
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    assert "3 reports of 3 projects come into Major projects: 0 projects were known, 3 are new." in page
    assert "Costs were read as millions of GBP" in page
    answers = client.get(f"/imports/{imported.pk}/?step=answers").content.decode()
    assert "Rating of the source" in answers and 'name="money_unit"' in answers
    assert not ProjectReport.objects.exists()


def test_answers_change_how_it_is_read(client, world, portfolio):
    client.force_login(world.alma)
    imported = upload(client, portfolio, GMPP)
    columns = {"column": ["project_name", "wlc_baseline_incl_NCG", "year"], "target": ["project_name", "budget", "as_of"]}
    client.post(f"/imports/{imported.pk}/answers/", {**columns, "as_of": "2020-09-30", "money_unit": "thousands", "currency": "EUR", "version": imported.version})
    imports.carry_out(imported=Import.objects.get(pk=imported.pk))
    report = ProjectReport.objects.get(project__name="North line")
    assert (report.budget, report.currency, report.on.isoformat()) == (1_250_500, "EUR", "2020-09-30")
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    assert f"/project-reports/course/?in={portfolio.space.key}" in page
    assert report.values["colour_rating"] == "Amber/red", "what is not mapped is kept"


def test_a_doubt_must_be_answered_before_it_starts(client, world, portfolio):
    client.force_login(world.alma)
    imports.carry_out(imported=upload(client, portfolio, GMPP))
    moved = GMPP.replace("T_", "").replace(",2020,1", ",2021,").replace(",2020,2", ",2021,").replace(",2020,3", ",2021,").replace("refit,FCO", "refit,FCDO")
    imported = upload(client, portfolio, moved, "gmpp-2021.csv")
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    assert "Is it the same project?" in page and "Embassy refit (FCO)" in page
    assert client.post(f"/imports/{imported.pk}/starts/", {}).status_code in (409, 422)
    (doubt,) = imported.report["doubts"]
    sent = {"doubt": doubt["key"], "same": doubt["candidates"][0]["id"]}
    client.post(f"/imports/{imported.pk}/starts/", sent)
    imports.carry_out(imported=Import.objects.get(pk=imported.pk))
    done = Import.objects.get(pk=imported.pk)
    assert done.report["projects"] == {"found": 3, "opened": 0}


def test_the_command_line_asks_the_same(world, portfolio, tmp_path, capsys):
    def run(name, text, **more):
        path, report = written(tmp_path, name, text), tmp_path / "report.json"
        code = command.run([path], actor=world.alma.email, into=portfolio.space.key, report=report, **more)
        return code, json.loads(report.read_text())

    assert portfolio.space.kind == SpaceKind.PORTFOLIO
    code, shown = run("gmpp-2020.csv", GMPP)
    assert (code, shown["created"]) == (command.DONE, 3)
    assert "3 reports of 3 projects are in Major projects" in capsys.readouterr().out
    moved = GMPP.replace(",T_1", ",").replace(",T_2", ",").replace(",T_3", ",").replace(",2020,", ",2021,").replace("refit,FCO", "refit,FCDO")
    code, shown = run("gmpp-2021.csv", moved)
    assert code == command.ASKED and shown["questions"][0]["name"] == "Embassy refit"
    answers = tmp_path / "answers.json"
    key = shown["questions"][0]["key"]
    answers.write_text(json.dumps({"offers": {"same": {key: "new"}}}))
    code, shown = run("gmpp-2021.csv", moved, mapping=answers)
    assert (code, shown["projects"]) == (command.DONE, {"found": 2, "opened": 1})
    assert Import.objects.count() == 2, "an import that asked leaves nothing"
