"""`tandem plan`: what it asks the API and what it says."""

import pytest
from click.testing import CliRunner

from tandem.config import cli
from tandem.config.plan_commands import conflicts, drafts, levelled

PROJECT = {"key": "POR", "planned_finish": "2027-03-12", "computed_finish": "2027-03-21", "slip": 9, "p80": None, "promised_on": None, "name": "Portal \x1b[31m"}
CONFLICT = {"id": 31, "days": 9, "kind": "promise", "wanted_on": "2027-03-12", "computed_on": "2027-03-21", "title": "Bulk booking", "version": 2}
WAYS = {
    "is_computing": False, "version": 2, "ways": [{
        "number": 0, "sentence": "Do it before Berth plan", "moves": 3, "person_days": 0, "unseen": 1, "later": [{"what": "Berth plan", "days": 4.0, "days_late": 1.5}],
    }],
}  # fmt: skip
DRAFT = {"id": 5, "space_id": 7, "state": "open", "dates": {"1": []}, "proposed_at": "2027-02-01T08:00:00Z", "proposed_by_id": 4, "version": 1}


STEP = {"item_id": 9, "item_key": "POR-9", "title": "Quay", "start": "2027-03-01", "finish": "2027-03-05", "is_begun": False, "pauses": ["Mei is away."]}
CAUSE = {"code": "capacity", "sentence": "Mei works on Crane until 26 Feb.", "days_earlier": 2.5, "item_id": None, "item_key": "", "absences": []}
HIDDEN = {"item_id": None, "item_key": "", "title": "", "causes": [], "pauses": []}
WHY = {"plan_id": 204, "is_preparing": False, "is_cut": False, "steps": [STEP | {"causes": [CAUSE]}, STEP | HIDDEN]}
MOVE = {"item_id": 9, "item_key": "POR-9", "title": "Quay", "space_id": 7, "before": "2027-03-05", "after": "2027-03-12", "days": 7, "code": "added", "sentence": "Crane was added: 5 d"}
MOVES = {"plan_id": 204, "since": "2027-02-01", "moves": [MOVE]}


class FakeApi:
    posted, asked = [], []

    def item(self, key):
        return {"id": 9, "key": key.upper()}

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def rows(self, path, most=200, **query):
        self.asked.append((path, query))
        return {"plan-conflicts/": [CONFLICT | {"id": 30, "days": 1}, CONFLICT], "plan-drafts/": [DRAFT], "projects/": [{"id": 3, "version": 4}]}[path]

    def get(self, path, **query):
        self.asked.append((path, query))
        if path.endswith("ways/"):
            return WAYS
        if path == "portfolio-plan/":
            later = bool(query.get("after"))
            return {"plan_id": 204, "projects": 2, "late": 1, "rows": [PROJECT | {"key": "MOB"} if later else PROJECT], "next": "" if later else "POR"}
        if path == "portfolio-plan/items/9/":
            return WHY
        if path == "portfolio-plan/moves/":
            return MOVES
        return DRAFT if path.startswith("plan-drafts/") else CONFLICT if path.startswith("plan-conflicts/") else {"key": "POR"}

    def names(self, ids):
        return {4: "Alma"}

    def post(self, path, body, row=None):
        self.posted.append((path, body, (row or {}).get("version")))
        return DRAFT | {"state": "accepted" if body.get("is_accepted") else "declined"}


@pytest.fixture
def run(monkeypatch):
    for module in (conflicts, drafts, levelled):
        monkeypatch.setattr(module, "Api", FakeApi)
    FakeApi.posted, FakeApi.asked = [], []

    def call(*arguments, code=0):
        done = CliRunner().invoke(cli.tandem, ["plan", *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_the_plan_is_read_page_by_page(run):
    said = run("show")
    assert "1 of 2" in said and "+9" in said and "MOB" in said and "\x1b" not in said
    assert "MOB" not in run("show", "--most", "1")
    run("show", "--in", "por")
    assert ("portfolio-plan/", {"space_id": 7}) in FakeApi.asked


def test_the_worst_conflict_stands_first_with_its_ways_and_their_price(run):
    said = run("conflicts", "--kind", "promise", "--in", "POR").splitlines()
    assert said[1].startswith("31") and FakeApi.asked[0] == ("plan-conflicts/", {"space_id": 7, "kind": "promise"})
    one = run("conflict", "31")
    assert "Do it before Berth plan; Berth plan ends 4.0 d later, 1.5 of them late; 1 that you cannot see" in one
    run("conflicts", "--kind", "nonsense", code=2)


def test_ways_are_asked_for_and_one_is_proposed_as_it_was_looked_at(run):
    assert "Berth plan" in run("ways", "31")
    assert "5" in run("propose", "31", "0")
    assert FakeApi.posted == [("plan-conflicts/31/ways/", {}, None), ("plan-conflicts/31/proposals/", {"way": 0}, 2)]


def test_a_draft_is_answered_in_its_version(run):
    assert "POR" in run("draft", "list") and "Alma" in run("draft", "list")
    assert "Accepted" in run("draft", "accept", "5", "--name", "Autumn")
    assert "Declined" in run("draft", "decline", "5")
    assert FakeApi.posted == [("plan-drafts/5/verdicts/", {"is_accepted": True, "name": "Autumn"}, 1), ("plan-drafts/5/verdicts/", {"is_accepted": False}, 1)]


def test_computed_dates_are_accepted_from_the_plan_that_stands(run):
    assert "POR" in run("accept", "por", "--name", "Autumn")
    run("search")
    assert FakeApi.posted == [("projects/3/acceptances/", {"plan_id": 204, "name": "Autumn"}, 4), ("portfolio-plan/searches/", {}, None)]


def test_the_chain_that_binds_an_item_is_told_with_what_would_be_gained(run):
    said = run("why", "por-9")
    assert "1. POR-9 Quay  2027-03-01 – 2027-03-05" in said
    assert "Mei works on Crane until 26 Feb. · 2.5 d earlier without that" in said
    assert "Mei is away." in said
    assert "2. an item that you cannot see" in said
    assert '"steps"' in run("why", "por-9", "--json")


def test_what_moved_is_told_with_its_cause(run):
    said = run("moved", "--in", "POR")
    assert "Since 2027-02-01" in said
    assert "POR-9" in said
    assert "+7" in said
    assert "Crane was added: 5 d" in said
    assert ("portfolio-plan/moves/", {"space_id": 7}) in FakeApi.asked
