"""What the commands print is what the published schemas say, field by field."""

import json
from dataclasses import asdict, fields
from datetime import datetime

import pytest
from click.testing import CliRunner

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.scheduling.agreement import Agreement, AgreementRow
from tandem.compute.scheduling.levelling import explain as reasons
from tandem.compute.scheduling.levelling import infeasible, way_costs, ways_out
from tandem.compute.scheduling.levelling.answers_json import (
    explanation_to_json,
    relaxation_to_json,
    ways_to_json,
)
from tandem.compute.scheduling.levelling.compile import rules_plan
from tandem.compute.scheduling.levelling.conflict import conflicts
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource
from tandem.compute.selection import explain
from tandem.config import compute_commands
from tandem.exchange import dates
from tests.compute.priority.test_schemas import faults, schema


@pytest.mark.parametrize(
    ("part", "kind"), [("price", explain.Price), ("extra", explain.Extra), ("why_not", explain.WhyNot)]
)
def test_answers_about_a_selection_have_the_fields_of_the_schema(part, kind):
    assert list(schema("selection-result")["$defs"][part]["properties"]) == [one.name for one in fields(kind)]


def test_prices_and_reasons_keep_to_the_schema():
    whole = schema("selection-result")
    lacks = explain.Extra("budget", "", 0, 3)
    why = explain.WhyNot("b", "found", (("budget", "", None, 4),), 5, ("a",), (), 5, 0, (lacks,), 3)
    assert faults([asdict(explain.Price("budget", "", 0, 2.0, 1, 0))], whole["properties"]["prices"], whole) == []
    assert faults([asdict(why)], whole["properties"]["why_not"], whole) == []


def test_a_table_of_figures_keeps_to_its_schema():
    rows = (Row("work", 2.0, "s", "≤ 3 s", True, 4.0, "same run"), Row("other", None, "%"))
    whole = schema("bench-output")
    told = json.loads(json.dumps(Table("cpm", rows, {"command": command("cpm"), "seeds": 3}).as_json()))
    assert faults(told, whole, whole) == []
    assert list(whole["$defs"]["row"]["properties"]) == [*(one.name for one in fields(Row)), "ratio"]


def test_compared_dates_keep_to_their_schema():
    at = datetime(2026, 3, 2, 8)
    whole = schema("dates-output")
    told = dates.as_data(Agreement((AgreementRow("1", "Dig", at, at, at, at, True, False),), ("2",)))
    assert faults(told, whole, whole) == []


@pytest.mark.parametrize("name", ["schedule", "select", "forecast", "rank", "dates"])
def test_every_command_refuses_with_the_same_object(name, tmp_path):
    (tmp_path / "file.json").write_text("{")
    more = ["--formula", "x"] if name == "rank" else []
    told = CliRunner().invoke(compute_commands.compute, [name, str(tmp_path / "file.json"), "--json", *more])
    whole = schema("error")
    assert (told.exit_code, told.stdout) == (2 if name == "dates" else 1, "")
    assert faults(json.loads(told.stderr), whole, whole) == []


ANSWERS = {
    "explanation": reasons.Explanation, "step": reasons.Step, "cause": reasons.Cause, "holder": reasons.Holder,
    "cost": way_costs.Cost, "later": way_costs.Later, "relaxation": infeasible.Relaxation,
    "relaxed": infeasible.Relaxed, "link": Link,
}  # fmt: skip


@pytest.mark.parametrize("part", ANSWERS)
def test_answers_about_a_plan_have_the_fields_of_the_schema(part):
    told = schema("schedule-answers")["$defs"][part]["properties"]
    assert list(told) == [one.name for one in fields(ANSWERS[part])]
    assert [name for name in (one.name for one in fields(ways_out.Way)) if name != "problem"] == list(
        schema("schedule-answers")["$defs"]["way"]["properties"]
    )


def test_answers_about_a_plan_keep_to_their_schema():
    problem = Problem(
        (Activity("a", Mode(3, {"r": 1}), project="P"), Activity("b", Mode(3, {"r": 1}), project="P")),
        (Link("a", "b", lag=1),), (Resource("r"),), (), (Project("P", deadline=5),),
    )  # fmt: skip
    plan, whole = rules_plan(problem), schema("schedule-answers")
    told = explanation_to_json(reasons.explain(problem, plan, "b"))
    ways = ways_to_json(ways_out.ways_out(problem, plan, conflicts(problem, plan)[0]))
    rule = infeasible.Relaxed("max_lag", 2, "b", problem.links[0])
    relaxed = relaxation_to_json(infeasible.Relaxation((rule,), True, 1, plan.starts, plan.modes))
    assert ways
    assert json.loads(json.dumps([told, ways, relaxed])) == [told, ways, relaxed]
    assert faults(told, whole["$defs"]["explanation"], whole) == []
    assert [fault for one in ways for fault in faults(one, whole["$defs"]["way"], whole)] == []
    assert faults(relaxed, whole["$defs"]["relaxation"], whole) == []
