"""`tandem compute priority`: ballots, Kano and MoSCoW from files; what is wrong with a file is said with its place."""

import json

import pytest
from click.testing import CliRunner

from tandem.config.compute_commands.priority import command
from tests.compute.priority.test_schemas import faults, schema

BALLOTS = [
    {"voter": "Alma", "ranking": [["A"], ["B", "C"]]}, {"voter": "Boris", "ranking": [["C"], ["A"]], "weight": 2},
    {"voter": "Chen", "ranking": [["A"], ["C"], ["B"]]},
]  # fmt: skip
PURSES = [{"voter": "Alma", "gifts": [["A", 60], ["B", 40]]}, {"voter": "Boris", "gifts": [["B", 100]]}]


@pytest.fixture
def run(tmp_path):
    def call(which, content, *options, code=0):
        file = tmp_path / "given"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        done = CliRunner().invoke(command, [which, str(file), *options])
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output

    return call


def test_ballots_become_one_ranking_that_keeps_to_its_schema(run):
    said = run("ballots", BALLOTS)
    assert said.splitlines()[0].split() == ["rank", "Borda", "item"] and "wins every duel" in said
    found, whole = json.loads(run("ballots", BALLOTS, "--json")), schema("ballots")
    assert faults(BALLOTS, whole, whole) == [] and faults(found, whole["$defs"]["ballots_output"], whole) == []
    assert {i for tier in found["condorcet"]["tiers"] for i in tier} == {"A", "B", "C"}


def test_gifts_are_summed_within_the_budget(run):
    found, whole = json.loads(run("ballots", PURSES, "--json")), schema("ballots")
    assert faults(found, whole["$defs"]["budget_output"], whole) == []
    assert [(p["item"], p["points"]) for p in found["budget"]] == [("B", 140.0), ("A", 60.0)]
    assert json.loads(run("ballots", PURSES, "--json", "--quadratic"))["budget"][0]["points"] == pytest.approx(40**0.5 + 10)
    assert [set(one["for_first"]) | set(one["for_second"]) for one in found["disagreement"]["splits"]] == [{"Alma", "Boris"}]
    said = run("ballots", PURSES)
    assert "agreement (Kendall's W)" in said and "split on A / B: Alma / Boris" in said
    assert "over_budget" in run("ballots", PURSES, "--budget", "50", code=1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not_json"), ([], "ballot_unreadable"), ({"a": 1}, "ballot_unreadable"), ([{"voter": "x"}], "ballot_unreadable"),
        ([{"voter": "", "ranking": [["A"]]}], "voter"), ([{"voter": "x", "ranking": [[]]}], "ranking"), ([{"voter": "x", "ranking": [["A"]], "more": 1}], "ballot_unreadable"),
        ([BALLOTS[0], BALLOTS[0]], "voted_twice"), ([{"voter": "x", "ranking": [["A"]], "weight": True}], "weight"), ([BALLOTS[0], PURSES[0]], "ranking"),
        ("[" * 100_000, "not_json"),
    ],
)  # fmt: skip
def test_ballots_that_cannot_be_read_say_where(run, content, said):
    assert said in run("ballots", content, code=1)


def test_kano_counts_the_answers_of_each_feature(run):
    rows = "feature,functional,dysfunctional\n" + "Dark mode,like,live with\n" * 3 + "Export,Expect,dislike\nExport,neutral,Dislike\n"
    said = run("kano", rows)
    assert "attractive" in said and "must_be" in said
    found, whole = json.loads(run("kano", rows, "--json")), schema("priority-output")
    assert faults(found, whole, whole) == [] and [(f["feature"], f["category"], f["answers"]) for f in found] == [
        ("Dark mode", "attractive", 3), ("Export", "must_be", 2),
    ]  # fmt: skip
    assert "unknown_answer" in run("kano", rows + "Export,love,hate\n", code=1)
    assert "unknown_column: column functional" in run("kano", "feature,yes\na,like\n", code=1)


def test_moscow_orders_and_checks_against_the_room(run):
    rows = "item;Class;effort\nPay;Must have;50\nMap;could;5\nLogin;M;30\nBlog;won't;90\nChat;should;\n"
    found, whole = json.loads(run("moscow", rows, "--json", "--capacity", "70")), schema("priority-output")
    assert faults(found, whole, whole) == [] and found["order"] == ["Pay", "Login", "Chat", "Map", "Blog"]
    assert found["missing"] == ["Chat"] and set(found["warnings"]) == {"must_above_share", "could_below_share", "must_above_capacity"}
    assert "above capacity" in run("moscow", rows, "--capacity", "70")
    assert json.loads(run("moscow", "item,class\nPay,must\n", "--json"))["effort"][0] == ["must", 0.0]
    assert "unknown_class" in run("moscow", "item,class\nPay,perhaps\n", code=1)
    assert "not_a_number" in run("moscow", "item,class,effort\nPay,must,much\n", code=1)
