"""`tandem plan`: what it asks the API and what it says."""

import pytest
from click.testing import CliRunner

from tandem.config import cli
from tandem.config.plan_commands import conflicts, drafts, levelled, ranges, scenarios
from tandem.config.work_commands import asking

PROJECT = {"key": "POR", "planned_finish": "2027-03-12", "computed_finish": "2027-03-21", "slip": 9, "p80": None, "promised_on": None, "name": "Portal \x1b[31m"}
CONFLICT = {"id": 31, "days": 9, "kind": "promise", "wanted_on": "2027-03-12", "computed_on": "2027-03-21", "title": "Bulk booking", "version": 2}
WAYS = {
    "is_computing": False, "version": 2, "ways": [{
        "number": 0, "sentence": "Do it before Berth plan", "moves": 3, "person_days": 0, "unseen": 1, "later": [{"what": "Berth plan", "days": 4.0, "days_late": 1.5}],
        "objectives": [{"objective_id": 2, "title": "Ports without paper", "days": -3, "moved": 1, "loses": 0}], "unseen_objectives": 0,
    }],
}  # fmt: skip
DRAFT = {"id": 5, "space_id": 7, "state": "open", "dates": {"1": []}, "proposed_at": "2027-02-01T08:00:00Z", "proposed_by_id": 4, "version": 1}


STEP = {"item_id": 9, "item_key": "POR-9", "title": "Quay", "start": "2027-03-01", "finish": "2027-03-05", "is_begun": False, "pauses": ["Mei is away."]}
CAUSE = {"code": "capacity", "sentence": "Mei works on Crane until 26 Feb.", "days_earlier": 2.5, "item_id": None, "item_key": "", "absences": []}
HIDDEN = {"item_id": None, "item_key": "", "title": "", "causes": [], "pauses": []}
WHY = {"plan_id": 204, "start": "2027-03-01", "finish": "2027-03-05", "is_preparing": False, "is_cut": False, "steps": [STEP | {"causes": [CAUSE]}, STEP | HIDDEN]}
MOVE = {"item_id": 9, "item_key": "POR-9", "title": "Quay", "space_id": 7, "before": "2027-03-05", "after": "2027-03-12", "days": 7, "code": "added", "sentence": "Crane was added: 5 d"}
MOVES = {"plan_id": 204, "since": "2027-02-01", "moves": [MOVE]}


PICTURE = {
    "scenario_id": 4, "computed_at": "2027-02-01T08:00:00Z", "is_current": True, "unseen": 2, "promises": [],
    "value": [{"benefit_id": 8, "days": 7, "change": "-1400.00", "currency": "EUR"}],
    "projects": [{"space_id": 7, "before_finish": "2027-03-12", "after_finish": None}],
}  # fmt: skip
SCENARIO = {"id": 4, "name": "Without the second line", "opened_by_id": 4, "computed_at": None, "version": 3, "state": "open"}
CHANGE = {"id": 11, "kind": "item", "subject": 9, "values": {"expected_minutes": 1440}}


DRIVER = {"kind": "item", "id": 9, "title": "POR-9 Quay \x1b[31m", "short": "2027-03-01", "long": "2027-04-12", "days": 29.6, "criticality": 0.82}
RANGE = {
    "space_id": 7, "as_of": "2027-02-01", "p50": "2027-03-12", "p80": "2027-04-02", "p95": "2027-05-07", "planned_end": "2027-03-05", "chance": 0.41, "refusal": "",
    "rests_on": ["5 tasks are reckoned from their estimates, as 12 finished items of the project."], "drivers": [DRIVER, DRIVER | {"id": None, "title": ""}],
}  # fmt: skip


class FakeApi:
    posted, asked = [], []

    def item(self, key):
        return {"id": 9, "key": key.upper()}

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def rows(self, path, most=200, **query):
        self.asked.append((path, query))
        if path == "plan-scenarios/":
            return [SCENARIO]
        if path == "plan-changes/":
            return [CHANGE]
        return {"plan-conflicts/": [CONFLICT | {"id": 30, "days": 1}, CONFLICT], "plan-drafts/": [DRAFT], "projects/": [{"id": 3, "version": 4}]}[path]

    def get(self, path, **query):
        self.asked.append((path, query))
        if path.endswith("ways/"):
            return WAYS
        if path == "portfolio-plan/":
            later = bool(query.get("after"))
            return {"plan_id": 204, "projects": 2, "late": 1, "rows": [PROJECT | {"key": "MOB"} if later else PROJECT], "next": "" if later else "POR"}
        if path == "spaces/7/plan-range/":
            return RANGE
        if path == "jobs/12/":
            return {"id": 12, "state": "done"}
        if path == "plan-scenarios/4/picture/":
            return PICTURE
        if path == "plan-scenarios/4/":
            return SCENARIO
        if path == "portfolio-plan/items/9/":
            return WHY
        if path == "portfolio-plan/moves/":
            return MOVES
        return DRAFT if path.startswith("plan-drafts/") else CONFLICT if path.startswith("plan-conflicts/") else {"key": "POR"}

    def names(self, ids):
        return {4: "Alma"}

    def person(self, said):
        return {"id": 8, "name": said}

    def post(self, path, body, row=None):
        self.posted.append((path, body, (row or {}).get("version")))
        if path.endswith("changes/"):
            return CHANGE
        if path.endswith("plan-ranges/"):
            return {"id": 12, "state": "waiting"}
        if path.startswith("plan-scenarios/"):
            return SCENARIO | {"state": "merged" if body.get("do") == "merge" else "discarded"}
        return DRAFT | {"state": "accepted" if body.get("is_accepted") else "declined"}


@pytest.fixture
def run(monkeypatch):
    for module in (conflicts, drafts, levelled, ranges, scenarios):
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
    assert "for Ports without paper: -3 d, 1 parts of it move, 0 lose work" in one
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


def test_a_branch_of_the_plan_is_opened_changed_and_computed(run):
    assert "Plan scenario 4 is open" in run("scenario", "open", "Without the second line", "--in", "digital")
    assert "change 11" in run("scenario", "item", "4", "por-9", "--left", "3d", "--who", "Boris", "--priority", "1")
    run("scenario", "add", "4", "por", "Second crane", "--left", "4h")
    run("scenario", "drop", "4", "por-9")
    run("scenario", "project", "4", "por", "--state", "on_hold")
    run("scenario", "away", "4", "Boris", "2027-02-08", "2027-02-19")
    assert FakeApi.posted == [
        ("plan-scenarios/", {"space_id": 7, "name": "Without the second line"}, None),
        ("plan-scenarios/4/changes/", {"kind": "item", "subject": 9, "values": {"priority": 1, "expected_minutes": 1440, "assignees": [8]}}, None),
        ("plan-scenarios/4/changes/", {"kind": "add", "subject": 7, "values": {"title": "Second crane", "expected_minutes": 240}}, None),
        ("plan-scenarios/4/changes/", {"kind": "drop", "subject": 9}, None),
        ("plan-scenarios/4/changes/", {"kind": "project", "subject": 3, "values": {"state": "on_hold"}}, None),
        ("plan-scenarios/4/changes/", {"kind": "away", "subject": 8, "values": {"starts_on": "2027-02-08", "ends_on": "2027-02-19"}}, None),
    ]
    said = run("scenario", "compute", "4")
    assert "POR" in said and "2027-03-12" in said and "–" in said and "2 more end otherwise that you cannot see" in said


def test_what_is_no_length_of_time_is_said_and_nothing_is_written(run):
    assert "say 3d, 4h or 90m" in run("scenario", "item", "4", "por-9", "--left", "soon", code=1)
    assert FakeApi.posted == []


def test_a_branch_is_shown_and_decided_in_the_version_that_was_looked_at(run):
    assert "Without the second line" in run("scenario", "list")
    said = run("scenario", "show", "4")
    assert "expected_minutes=1440" in said and "+7" in said and "-1400.00 EUR" in said
    assert "every change is carried out" in run("scenario", "merge", "4", "--reason", "The line is not needed")
    assert "Laid aside" in run("scenario", "discard", "4")
    run("scenario", "merge", "4", code=2)
    assert FakeApi.posted == [
        ("plan-scenarios/4/decisions/", {"do": "merge", "reason": "The line is not needed"}, 3), ("plan-scenarios/4/decisions/", {"do": "discard"}, 3),
    ]


@pytest.mark.parametrize(("answer", "said"), [
    ({"plan_id": None, "steps": []}, "not in the computed plan"), ({"is_preparing": True}, "not ready"), ({"is_cut": True}, "goes on from there"), ({"steps": []}, "is not kept any more"),
])  # fmt: skip
def test_what_cannot_be_told_of_a_plan_is_said(run, monkeypatch, answer, said):
    monkeypatch.setattr(FakeApi, "get", lambda _self, _path, **_query: WHY | answer)
    assert said in run("why", "por-9")


@pytest.mark.parametrize(("answer", "said"), [({"since": None, "moves": []}, "no plan of an earlier day"), ({"moves": []}, "None of what moved most since 2027-02-01 lies here")])
def test_that_nothing_moved_is_said(run, monkeypatch, answer, said):
    monkeypatch.setattr(FakeApi, "get", lambda _self, _path, **_query: MOVES | answer)
    assert said in run("moved")


def test_a_range_is_told_with_what_it_rests_on_and_what_moves_it(run, monkeypatch):
    said = run("range", "por")
    assert "P50 2027-03-12  P80 2027-04-02" in said and "41 %" in said and "12 finished items" in said and "29.6" in said and "82 %" in said
    assert "\x1b" not in said and "what you cannot see" in said and FakeApi.posted == []
    monkeypatch.setattr(asking.time, "sleep", lambda _seconds: None)
    run("range", "por", "--compute")
    assert FakeApi.posted == [("spaces/7/plan-ranges/", {}, None)]
    monkeypatch.setitem(RANGE, "p80", None)
    monkeypatch.setitem(RANGE, "refusal", "Nothing is open here.")
    assert run("range", "por").strip() == "Nothing is open here."


def test_bookings_shares_and_priorities_are_written_down(run):
    run("scenario", "book", "4", "POR", "Boris", "--percent", "50", "--start", "2027-02-01", "--end", "2027-02-26")
    run("scenario", "booking", "4", "31", "--percent", "20")
    run("scenario", "unbook", "4", "31")
    run("scenario", "project", "4", "POR", "--priority", "1")
    run("scenario", "item", "4", "POR-9", "--share", "Boris=40")
    run("scenario", "item", "4", "POR-9", "--share", "Boris", code=1)
    told = [(body["kind"], body["subject"], body.get("values", {})) for _path, body, _version in FakeApi.posted]
    assert told == [
        ("book", 3, {"starts_on": "2027-02-01", "ends_on": "2027-02-26", "person": 8, "percent": 50.0}), ("booking", 31, {"percent": 20.0}), ("unbook", 31, {}),
        ("project", 3, {"priority": 1}), ("item", 9, {"shares": {"8": 40}}),
    ]  # fmt: skip
