"""`tandem equipment`: what it asks the API and what it says."""

import pytest
from click.testing import CliRunner

from tandem.config import cli, equipment_commands

CRANE = {"id": 3, "name": "Crane \x1b[31m", "kind": "equipment", "unit": "", "available": "2.00", "rate": "310.55", "currency": "EUR"}
SAND = {"id": 4, "name": "Sand", "kind": "material", "unit": "t", "available": None, "rate": None, "currency": ""}
NEED = {"id": 8, "item_id": 9, "equipment_id": 3, "amount": "1.50", "starts_on": "2027-03-01", "ends_on": "2027-03-05", "override_reason": "", "version": 2}


class FakeApi:
    sent: list = []

    def get(self, path, **query):
        return NEED if path.startswith("equipment-needs/") else CRANE

    def rows(self, path, most=200, **query):
        FakeApi.sent.append((path, query))
        return [CRANE, SAND] if path == "equipment/" else [NEED]

    def item(self, key):
        assert key == "POR-12"
        return {"id": 9}

    def post(self, path, body, row=None):
        FakeApi.sent.append((path, body))
        return NEED

    def delete(self, path, row):
        FakeApi.sent.append((path, row["version"]))


@pytest.fixture
def run(monkeypatch):
    FakeApi.sent = []
    monkeypatch.setattr(equipment_commands, "Api", FakeApi)

    def call(*words, code=0):
        done = CliRunner().invoke(cli.tandem, ["equipment", *words])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_what_there_is_and_what_needs_it(run):
    said = run("list")
    assert "Crane" in said and "310.55 EUR" in said and "–" in said and "\x1b" not in said
    assert "1.5" in run("needs", "POR-12") and FakeApi.sent[-1] == ("equipment-needs/", {"item_id": 9})
    run("needs", "--of", "3")
    assert FakeApi.sent[-1] == ("equipment-needs/", {"equipment_id": 3})
    run("needs", code=2)


def test_a_need_is_written_down_with_its_reason_and_forgotten_as_it_was_looked_at(run):
    run("need", "POR-12", "3", "1.5", "2027-03-01", "2027-03-05", "--because", "Hired")
    body = {"item_id": 9, "equipment_id": 3, "amount": "1.5", "starts_on": "2027-03-01", "ends_on": "2027-03-05", "override_reason": "Hired"}
    assert FakeApi.sent[-1] == ("equipment-needs/", body)
    run("need", "POR-12", "3", "1", "2027-03-01")
    assert FakeApi.sent[-1][1]["ends_on"] == "2027-03-01"
    assert "no more" in run("forget", "8") and FakeApi.sent[-1] == ("equipment-needs/8/", 2)
