"""`tandem risks`: what it asks the API and what it says."""

import pytest
from click.testing import CliRunner

from tandem.config import cli, risk_commands

RISK = {"id": 3, "space_id": 8, "probability": 40, "expected_days": "4.33", "expected_money": "10000.00", "currency": "EUR", "response": "", "review_on": "2027-03-01", "title": "Crane \x1b[31m"}
RUN = {"id": 8, "as_of": "2027-02-01", "figures": {"currency": "EUR", "days": {"mean": 4.0, "p50": 3.0, "p80": 9.5}, "money": {"mean": 1000.0, "p50": 0.0, "p80": 20000.0}}}
ISSUE = {"id": 5, "space_id": 8, "severity": "high", "due_on": None, "progress_at": "2027-02-01T08:00:00Z", "title": "Strike", "version": 2}


class FakeApi:
    posted, asked = [], []

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def rows(self, path, most=200, **query):
        self.asked.append((path, query))
        return {"spaces/": [{"id": 7, "parent_id": None}, {"id": 8, "parent_id": 7}, {"id": 9, "parent_id": None}],
                "risks/": [RISK | {"id": 2, "expected_days": "-1.00", "title": "Grant"}, RISK, RISK | {"id": 4, "space_id": 9, "title": "Elsewhere"}], "risk-runs/": [RUN | {"id": 7, "as_of": "2027-01-01"}, RUN], "issues/": [ISSUE]}[path]  # fmt: skip

    def get(self, path, **query):
        return ISSUE

    def post(self, path, body, row=None):
        self.posted.append((path, body))
        return RISK


@pytest.fixture
def ask(monkeypatch):
    FakeApi.posted.clear()
    FakeApi.asked.clear()
    monkeypatch.setattr(risk_commands, "Api", FakeApi)
    monkeypatch.setattr(risk_commands, "written", lambda api, path, body, row, is_post: api.posted.append((path, body)) or ISSUE)

    def run(*words):
        done = CliRunner().invoke(cli.tandem, ["risks", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_open_risks_are_shown_those_that_cost_most_days_first_without_control_characters(ask):
    said = ask("show", "--in", "por")
    assert said.index("Crane") < said.index("Grant")
    assert "\x1b" not in said
    assert "Elsewhere" not in said
    assert FakeApi.asked[0] == ("risks/", {"state": "open"})
    assert "Elsewhere" in ask("show")
    ask("show", "--all")
    assert FakeApi.asked[-1] == ("risks/", {})


def test_a_risk_is_named_with_three_points(ask):
    assert "Risk 3" in ask("name", "POR", "40", "The crane comes late", "--days", "5,10,20")
    assert FakeApi.posted == [("risks/", {"space_id": 7, "title": "The crane comes late", "probability": 40, "days": [5.0, 10.0, 20.0], "kind": "threat"})]
    assert CliRunner().invoke(cli.tandem, ["risks", "name", "POR", "40", "x", "--days", "soon"]).exit_code == 1


def test_the_newest_exposure_is_told(ask):
    said = ask("exposure", "POR")
    assert "9.5" in said
    assert "20,000.0" in said


def test_progress_on_an_issue_is_told(ask):
    assert "Strike" in ask("issues")
    ask("progress", "5", "A crane is on its way")
    assert FakeApi.posted == [("issues/5/progress/", {"note": "A crane is on its way"})]


def test_who_was_slower_reads_the_name_of_the_issue(ask, monkeypatch):
    given = []
    monkeypatch.setattr(risk_commands, "written", lambda api, path, body, row, is_post: given.append(row) or ISSUE)
    ask("progress", "5", "A crane is on its way")
    assert (given[0]["name"], given[0]["version"]) == ("Strike", 2)
