"""`tandem change`: what it asks the API and what it says."""

import pytest
from click.testing import CliRunner

from tandem.config import change_commands, cli, lending_commands

ROW = {"id": 4, "state": "submitted", "author_id": 8, "asked_at": "2027-02-01T08:00:00Z", "title": "Berth 3 later \x1b[31m", "version": 2}
PLAN = {"projects": [{"space_id": 7, "before_finish": "2027-03-01", "after_finish": "2027-03-20"}], "promises": [], "unseen": 1}
EFFECT = {
    "request_id": 4, "is_current": True, "plan": PLAN, "promised": [[31, "2027-03-01", "2027-04-01"]], "money": [["cost", 3, "EUR", "0.00", "1200.00"]],
    "conflicts_new": [["Late", "", 3]], "conflicts_gone": [], "unseen": 1, "is_old": True,
}  # fmt: skip


class FakeApi:
    posted, asked = [], []

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def item(self, key):
        return {"id": 9}

    def person(self, name):
        return {"id": 8}

    def names(self, ids):
        return dict.fromkeys(ids, "Mei")

    def rows(self, path, most=200, **query):
        self.asked.append((path, query))
        said = {"side": "pmo", "answer": "yes", "by_id": 8, "for_whom_id": 9, "reason": ""}
        lent = {"id": 6, "giver_id": 8, "delegate_id": 9, "starts_on": "2027-01-01", "ends_on": "2099-01-01", "withdrawn_at": None, "is_away_only": True}
        return {"change-requests/": [ROW, ROW | {"id": 5, "state": "applied", "title": "Done"}], "change-verdicts/": [said], "projects/": [{"id": 3}], "delegations/": [lent, lent | {"id": 7, "withdrawn_at": "2027-01-02T08:00:00Z"}]}[path]

    def get(self, path, **query):
        return EFFECT if path.endswith("/effect/") else {"key": "POR"} if path.startswith("spaces/") else ROW

    def post(self, path, body, row=None):
        self.posted.append((path, body))
        return ROW | {"ends_on": body.get("ends_on")}


@pytest.fixture
def ask(monkeypatch):
    FakeApi.posted.clear()
    FakeApi.asked.clear()
    for module in (change_commands, lending_commands):
        monkeypatch.setattr(module, "Api", FakeApi)
        monkeypatch.setattr(module, "written", lambda api, path, body, row, is_post: api.posted.append((path, body)) or ROW)

    def run(*words):
        done = CliRunner().invoke(cli.tandem, ["change", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_what_waits_is_listed_without_control_characters(ask):
    said = ask("list")
    assert "Berth 3" in said
    assert "Done" not in said
    assert "\x1b" not in said
    assert "Done" in ask("list", "--all")
    ask("list", "--mine", "--in", "por")
    assert FakeApi.asked[-1] == ("change-requests/", {"space_id": 7, "waits_for_me": "true"})


def test_a_change_is_raised_and_filled(ask):
    ask("raise", "POR", "Berth 3 later", "--reason", "Deeper piles", "--scenario", "12")
    ask("item", "4", "POR-12", "--left", "3d", "--who", "Mei", "--due", "2027-03-01")
    ask("drop", "4", "POR-12")
    ask("promise", "4", "31", "2027-04-01")
    ask("cost", "4", "POR", "2027-03", "1200", "Deeper piles")
    assert FakeApi.posted == [
        ("change-requests/", {"space_id": 7, "title": "Berth 3 later", "reason": "Deeper piles", "scenario_id": 12}),
        ("change-requests/4/contents/", {"kind": "item", "subject": 9, "values": {"due_on": "2027-03-01", "expected_minutes": 1440, "assignees": [8]}}),
        ("change-requests/4/contents/", {"kind": "drop", "subject": 9}),
        ("change-requests/4/contents/", {"kind": "promise", "subject": 31, "values": {"date": "2027-04-01"}}),
        ("change-requests/4/contents/", {"kind": "cost", "subject": 3, "values": {"title": "Deeper piles", "month": "2027-03-01", "planned": "1200", "currency": "EUR"}}),
    ]
    assert CliRunner().invoke(cli.tandem, ["change", "item", "4", "POR-12", "--left", "soon"]).exit_code == 1


def test_verdicts_and_what_it_would_do(ask):
    ask("submit", "4")
    ask("verdict", "4", "pmo", "no", "--reason", "Nobody has the time")
    ask("withdraw", "4", "--reason", "Not needed")
    assert FakeApi.posted == [
        ("change-requests/4/submissions/", {}), ("change-requests/4/verdicts/", {"side": "pmo", "answer": "no", "reason": "Nobody has the time"}),
        ("change-requests/4/withdrawals/", {"reason": "Not needed"}),
    ]  # fmt: skip
    said = ask("show", "4")
    for one in ("Mei", "2027-03-20", "1200.00 EUR", "2027-04-01", "1 come, 0 go", "2 more end otherwise"):
        assert one in said
    assert "2027-03-20" in ask("compute", "4")


def test_a_voice_is_lent_told_and_taken_back(ask):
    assert "2027-02-12" in ask("lend", "Una", "--in", "por", "--until", "2027-02-12", "--kind", "dates", "--while-away")
    path, body = FakeApi.posted[0]
    assert path == "delegations/" and (body["delegate_id"], body["kinds"], body["is_away_only"]) == (8, ["dates"], True)
    assert ask("lent").count("2099-01-01") == 1 and ask("lent", "--all").count("2099-01-01") == 2
    ask("take-back", "6")
    assert FakeApi.posted[-1][0] == "delegations/6/withdrawals/"


def test_a_verdict_is_said_in_somebodys_place(ask):
    ask("verdict", "4", "pmo", "yes", "--for", "Boris")
    assert FakeApi.posted[-1] == ("change-requests/4/verdicts/", {"side": "pmo", "answer": "yes", "for_whom_id": 8})
    shown = ask("show", "4")
    assert "Mei for Mei" in shown and "The plan has moved since" in shown
