"""`tandem methods`: what it asks the API and what it says."""

import json

import pytest
from click.testing import CliRunner

from tandem.config import cli, method_commands

GATE = {"id": 7, "due_on": "2027-03-01", "state": "open", "name": "G1 \x1b[31m"}
CHECK = {"code": "gate_in_time", "holds": False, "name": "G1", "figures": {"days": 2, "last": ""}}
CONTROL = {"control": "records", "state": "gap", "code": "not_said", "standards": ["HIPAA 164.312(a)(1)"], "name": "Records \x1b[31m"}

PARTS = [
    {"section": "roles", "state": "gap", "code": "role_open", "name": "Safety officer\x1b[31m", "figures": {}},
    {"section": "gates", "state": "holds", "code": "gate_passed", "name": "Validation", "figures": {"days": 3}},
]


FIGURE = {"key": "lead_time", "name": "Lead time\x1b[31m", "value": 4.5, "unit": "days", "days": 90, "found": 9, "needed": 8}
FIGURES = {"figures": [FIGURE, FIGURE | {"name": "Cycle time", "value": None, "found": 2}], "by_hand": []}


class FakeApi:
    posted = []

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def rows(self, path, most=200, **query):
        return {
            "methods/": [{"id": 2, "name": "Ours", "description": "For quays", "origin": "hybrid"}], "method-uses/": [{"id": 5}], "pack-uses/": [{"id": 6, "pack": "healthcare"}],
            "method-versions/": [{"id": 8, "number": 1, "published_at": "x"}, {"id": 9, "number": 2, "published_at": "x"}, {"id": 10, "number": 3, "published_at": None}],
            "gates/": [GATE, GATE | {"id": 6, "due_on": "2027-01-01", "name": "G0"}, GATE | {"id": 3, "state": "passed", "name": "Gone"}],
        }[path]  # fmt: skip

    def get(self, path, **query):
        return {
            "shipped-methods/": {"items": [{"key": "hybrid", "name": "Hybrid", "purpose": ""}, {"key": "scrum", "name": "Scrum", "purpose": "Sprints"}]},
            "method-uses/5/conformance/": {"percent": 50, "checks": [CHECK, CHECK | {"holds": True, "name": "G0"}], **FIGURES},
            "pack-uses/6/gaps/": {"gaps": 1, "controls": [CONTROL, CONTROL | {"control": "charter", "name": "Agreed", "state": "holds"}], "parts": PARTS, "figures": [FIGURE | {"name": "Overdue", "value": 3.0, "unit": "count", "days": 0}], "by_hand": ["Deviations"]},
            "gates/7/standing/": {"digest": "d" * 64, "criteria": [{"criterion_id": 4, "is_met": None, "code": "not_judged", "text": "Worth it"}]},
            "gate-criteria/4/": {"id": 4, "text": "Worth it", "version": 1}, "gate-verdicts/3/": {"id": 3, "version": 2},
        }[path]  # fmt: skip

    def post(self, path, body, row=None):
        self.posted.append((path, body))
        return {"id": 12, "state": "waiting"}


@pytest.fixture
def ask(monkeypatch):
    FakeApi.posted.clear()
    monkeypatch.setattr(method_commands, "Api", FakeApi)
    monkeypatch.setattr(method_commands, "written", lambda api, path, body, row, is_post: api.posted.append((path, body)) or {})

    def run(*words, code=0):
        done = CliRunner().invoke(cli.tandem, ["methods", *words])
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_methods_are_listed_with_ours_that_nobody_has_taken(ask):
    said = ask("list")
    assert "Ours" in said and "Scrum" in said and "Hybrid" not in said


def test_a_project_begins_from_the_newest_published_version(ask):
    assert "Project 12" in ask("begin", "2", "Quay 4", "--in", "har", "--on", "2027-02-01")
    assert FakeApi.posted == [("method-versions/9/projects/", {"name": "Quay 4", "parent_space_id": 7, "starts_on": "2027-02-01"})]
    ask("begin", "scrum", "Quay 5", "--in", "har", "--on", "2027-02-01")
    assert FakeApi.posted[1] == ("methods/", {"space_id": 7, "ours": "scrum"})


def test_a_project_begins_with_a_pack(ask):
    ask("begin", "2", "Quay 4", "--in", "har", "--on", "2027-02-01", "--pack", "healthcare")
    ask("begin", "2", "Quay 4", "--in", "har", "--on", "2027-02-01", "--pack", "12")
    assert [body["pack"] for _path, body in FakeApi.posted] == ["healthcare", "own-12"]


def test_figures_of_method_and_packs_stand_in_one_table(ask):
    lines = [line.split("  ") for line in ask("figures", "POR").splitlines()]
    said = {row[-1]: [cell.strip() for cell in row if cell.strip()] for row in lines[1:]}
    assert said["Lead time�[31m"] == ["method", "4.5 days", "90 days", "9", "Lead time�[31m"]
    assert said["Cycle time"] == ["method", "–", "90 days", "2/8", "Cycle time"]
    assert said["Overdue"] == ["healthcare", "3", "as of now", "9", "Overdue"]
    assert said["Deviations"] == ["healthcare", "–", "by hand", "Deviations"]
    found = json.loads(ask("figures", "POR", "--json"))
    assert [one["of"] for one in found] == ["method", "healthcare"] and found[1]["by_hand"] == ["Deviations"]


def test_conformance_names_what_was_not_done(ask):
    said = ask("conformance", "POR")
    assert "G1" in said and "G0" not in said and "50 %" in said and "days 2" in said
    assert "G0" in ask("conformance", "POR", "--all")


def test_gates_stand_in_their_order_without_control_characters(ask):
    said = ask("gates")
    assert said.index("G0") < said.index("G1") and "Gone" not in said and "\x1b" not in said
    assert "Gone" in ask("gates", "--all")
    assert "Worth it" in ask("gate", "7")


def test_what_is_decided_names_what_was_looked_at(ask):
    assert "waits" in ask("decide", "7", "recycle", "Thin", "--condition", "Ask", "--condition", "Price")
    assert FakeApi.posted == [("gates/7/verdicts/", {"verdict": "recycle", "reason": "Thin", "digest": "d" * 64, "conditions": [{"title": "Ask"}, {"title": "Price"}]})]
    ask("judge", "4", "yes", "Three said so")
    ask("second", "3")
    assert FakeApi.posted[1:] == [("gate-criteria/4/judgements/", {"is_met": True, "evidence": "Three said so", "link": ""}), ("gate-verdicts/3/seconds/", {})]
    ask("decide", "7", "perhaps", "So", code=2)


def test_gaps_are_told_with_their_standards(ask):
    said = ask("gaps", "POR")
    assert "HIPAA" in said and "Agreed" not in said and "\x1b" not in said
    assert "Safety officer" in said and "Validation" not in said
    assert "Agreed" in (all_of_it := ask("gaps", "POR", "--all")) and "Validation" in all_of_it
