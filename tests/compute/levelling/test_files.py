"""Files of the field and our JSON, read into the model and into arrays."""

import csv
import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import exchange_json
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.compile import arrays_of, rules_plan
from tandem.compute.scheduling.levelling.files import read, read_arrays
from tandem.compute.scheduling.levelling.plan import Objective
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.config.compute_commands.schedule import command
from tests.compute.levelling import fuzz

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
DATA = ROOT.parent / "shared" / "data" / "psplib"

SM = """\
  - renewable                 :  1   R
  - nonrenewable              :  1   N
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        2          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  N 1
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     2       2    5
         2     4       1    0
  3      1     3       1    1
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  N 1
    2    4
************************************************************************
"""
RCP = "4 1\n2\n0 0 2 2 3\n2 2 1 4\n3 1 1 4\n0 0 0\n"
RCMP = "2 1\n2\n2 0\n1\n1 2 1 1:2\n2 1 0\n2 5\n1\n1 2 1 2:2\n2 1 0\n"


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def same(one, other):
    return all(
        np.array_equal(getattr(one, part.name), getattr(other, part.name))
        for part in fields(one)
        if part.name != "priority"
    )


@pytest.mark.parametrize(("name", "text"), [("a.mm", SM), ("a.rcp", RCP), ("a.rcmp", RCMP)])
def test_a_file_gives_the_same_as_model_and_as_arrays(tmp_path, name, text):
    path = written(tmp_path, name, text)
    assert same(arrays_of(read(path)), read_arrays(path))


def test_psplib_has_modes_and_stocks(tmp_path):
    problem = read(written(tmp_path, "a.mm", SM))
    assert problem.activities[1].modes == (Mode(2, {"R1": 2, "N1": 5}), Mode(4, {"R1": 1}))
    assert problem.resources == (Resource("R1", 2), Resource("N1", 4, is_renewable=False))
    assert [(link.predecessor, link.successor) for link in problem.links] == [
        ("1", "2"),
        ("1", "3"),
        ("2", "4"),
        ("3", "4"),
    ]
    assert rules_plan(problem).objective[:3] == (0, 0, 4)


def test_mplib_has_projects_with_their_arrival(tmp_path):
    problem = read(written(tmp_path, "a.rcmp", RCMP))
    assert [one.id for one in problem.activities] == ["1:1", "1:2", "2:1", "2:2"]
    assert problem.project["2"].release == 5
    assert rules_plan(problem).makespan == 8


@pytest.mark.parametrize(("name", "text"), [("a.sm", "nothing"), ("a.rcp", "3 x"), ("a.xyz", "")])
def test_what_cannot_be_read_is_refused(tmp_path, name, text):
    with pytest.raises(Uncomputable) as told:
        read(written(tmp_path, name, text))
    assert told.value.code in ("file_unreadable", "format_unknown")


@pytest.mark.skipif(not DATA.exists(), reason="the instances of PSPLIB are not here")
@pytest.mark.parametrize("name", ["j30", "j120", "rg300", "mmlib50", "mmlib100", "mplib1_set3"])
def test_published_instances_are_planned_within_reason_of_the_best_known(name):
    known = {row["file"]: row for row in csv.DictReader((DATA / "bks.csv").open()) if row["set"] == name}
    for path in sorted((DATA / name).iterdir())[:: 12 if name != "mplib1_set3" else 31]:
        problem = read(path)
        assert same(arrays_of(problem), read_arrays(path))
        plan = rules_plan(problem)
        assert check(problem, plan).is_valid
        row = known[path.name]
        assert plan.makespan >= int(float(row["lb"] or row["cpm"] or 1))
        assert plan.makespan <= 1.6 * int(float(row["bks"]))


def test_a_problem_survives_the_way_through_json():
    for seed in range(60):
        problem = fuzz.random_problem(seed)
        back = exchange_json.problem_from_json(json.dumps(exchange_json.problem_to_json(problem)))
        for part in (*exchange_json.PARTS, "now"):
            assert getattr(back, part) == getattr(problem, part)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("json_unreadable", "[1"),
        ("json_unreadable", "[]"),
        ("json_unreadable", "[" * 100_000),
        ("field_type", '{"activities": [], "links": [{"predecessor": "a", "successor": "b", "type": []}]}'),
        ("field_type", '{"activities": [], "calendars": [{"id": "c", "exceptions": [[0, 5, 7]]}]}'),
        ("field_type", '{"activities": [{"id": "a", "finished": [true, 1]}]}'),
        ("field_unknown", '{"activites": []}'),
        ("field_unknown", '{"activities": [{"id": "a", "durations": 3}]}'),
        ("field_missing", '{"activities": [{"duration": 3}]}'),
        ("field_type", '{"activities": {}}'),
        ("field_type", '{"activities": [{"id": 1}]}'),
        ("field_type", '{"activities": [{"id": "a", "duration": 1.5}]}'),
        ("field_type", '{"activities": [{"id": "a", "duration": true}]}'),
        ("field_type", '{"activities": [{"id": "a", "demand": {"r": "1"}}]}'),
        ("field_type", '{"activities": [{"id": "a", "weight": null}]}'),
        ("field_type", '{"activities": [{"id": "a", "finished": [1]}]}'),
        ("field_type", '{"activities": [], "now": "0"}'),
        ("field_type", '{"activities": [], "links": [{"predecessor": "a", "successor": "b", "type": "XX"}]}'),
        ("field_type", '{"activities": [], "calendars": [{"id": "c", "pattern": [1, 0]}]}'),
        ("field_type", '{"activities": [], "resources": [{"id": "r", "steps": [[1]]}]}'),
        ("field_type", '{"activities": [], "resources": [{"id": "r", "capacity": null}]}'),
        ("modes_twice", '{"activities": [{"id": "a", "duration": 3, "modes": []}]}'),
        ("modes_missing", '{"activities": [{"id": "a", "modes": []}]}'),
        ("link_unknown", '{"activities": [{"id": "a"}], "links": [{"predecessor": "a", "successor": "b"}]}'),
    ],
)
def test_json_that_is_wrong_is_refused_by_its_field(code, change):
    with pytest.raises(Uncomputable) as told:
        exchange_json.problem_from_json(change)
    assert told.value.code == code


def test_the_schema_of_a_problem_has_the_fields_of_the_model():
    schema = json.loads((SCHEMAS / "schedule-problem.schema.json").read_text())
    kinds = {
        "activity": Activity,
        "link": Link,
        "resource": Resource,
        "calendar": Calendar,
        "project": Project,
        "mode": Mode,
    }
    for name, kind in kinds.items():
        own = {field.name for field in fields(kind)}
        if name == "activity":
            own |= {field.name for field in fields(Mode)}
        assert set(schema["$defs"][name]["properties"]) == own, name
    assert set(schema["properties"]) - {"$schema"} == {*exchange_json.PARTS, "now"}


def test_the_example_of_the_schema_is_a_problem_with_a_valid_plan():
    schema = json.loads((SCHEMAS / "schedule-problem.schema.json").read_text())
    problem = exchange_json.problem_from_json(json.dumps(schema["examples"][0]))
    assert check(problem, rules_plan(problem)).is_valid


def test_the_command_prints_the_figures(tmp_path):
    told = CliRunner().invoke(command, [str(written(tmp_path, "a.rcp", RCP)), "--engine", "rules"])
    assert told.exit_code == 0, told.output
    words = dict(line.split() for line in told.output.splitlines())
    assert list(words) == ["makespan", "bound", "gap", "seconds", "evaluations", "valid"]
    assert (words["makespan"], words["valid"]) == ("5", "yes")


def test_the_command_prints_the_plan_as_its_schema_says(tmp_path):
    schema = json.loads((SCHEMAS / "schedule-plan.schema.json").read_text())
    told = CliRunner().invoke(command, [str(written(tmp_path, "a.rcp", RCP)), "--engine", "rules", "--json"])
    plan = json.loads(told.output)
    assert set(plan) == set(schema["properties"])
    assert set(schema["required"]) <= set(plan)
    assert (
        set(plan["objective"])
        == set(schema["properties"]["objective"]["properties"])
        == set(Objective._fields)
    )
    assert set(plan["activities"][0]) == set(schema["properties"]["activities"]["items"]["properties"])


def test_the_command_refuses_in_a_line(tmp_path):
    broken = written(tmp_path, "a.json", '{"activities": [{"id": "a", "duration": -3}]}')
    told = CliRunner().invoke(command, [str(broken)])
    assert told.exit_code == 1
    assert "duration_negative" in told.output
    assert CliRunner().invoke(command, [str(broken), "--budget", "soon"]).exit_code == 2


def test_the_command_refuses_in_json_where_json_was_asked_for(tmp_path):
    told = CliRunner().invoke(command, [str(written(tmp_path, "a.json", "{")), "--json"])
    assert (told.exit_code, told.stdout, json.loads(told.stderr)["error"]) == (1, "", "json_unreadable")


def test_a_problem_that_is_written_leaves_out_defaults():
    assert exchange_json.problem_to_json(Problem((Activity("a", Mode(3)),))) == {
        "activities": [{"id": "a", "duration": 3}]
    }


def test_the_example_of_the_page_runs():
    page = (ROOT / "docs" / "reference" / "computed-plan" / "levelling.md").read_text()
    exec(page.split("```python\n")[1].split("```")[0], {})


def test_every_code_of_the_model_stands_on_the_page():
    page = (ROOT / "docs" / "reference" / "computed-plan" / "levelling.md").read_text()
    rooms = ("problem", "problem_rules", "compile", "files", "exchange_json", "check", "decode")
    codes = set()
    for room in rooms:
        source = (ROOT / "src/tandem/compute/scheduling/levelling" / f"{room}.py").read_text()
        codes |= set(re.findall(r'(?:Uncomputable|_refuse)\(\s*"([a-z_]+)"', source))
        codes |= set(re.findall(r'\("([a-z]+_negative)", ', source))
        codes |= set(re.findall(r'_Breach\("([a-z_]+)"', source))
    assert len(codes) > 40
    assert {code for code in codes if f"`{code}`" not in page} == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rcp", "3 1\n2\n0 0 1 9\n1 1 1 3\n0 0 0\n"),
        ("a.rcp", "3 1\n2\n0 0 1 0\n1 1 1 3\n0 0 0\n"),
        ("a.rcp", RCP + "7"),
        ("a.rcp", RCP.replace("2 2 1 4", "2 2 -1 4")),
        ("a.rcp", RCP.replace("2 2 1 4", "-2 2 1 4")),
        ("a.rcp", RCP.replace("2 2 1 4", "99999999999 2 1 4")),
        ("a.sm", SM.replace("2       2    5", "2       2")),
        ("a.sm", SM.replace("2       2    5", "2       2    5    1")),
        ("a.sm", SM.replace("2       2    5", "2       2.5    5")),
        ("a.sm", SM.replace("  4      1     0       0    0\n", "")),
        ("a.sm", SM.replace("2           2   3", "2           0   3")),
        ("a.sm", SM.replace("2           2   3", "2           2   5")),
        ("a.sm", SM.replace("2           2   3", "3           2   3")),
        ("a.sm", SM.replace("    2    4\n", "    2\n")),
        ("a.rcmp", RCMP.replace("1:2", "1:0")),
        ("a.rcmp", RCMP.replace("1:2", "1:3")),
        ("a.rcmp", RCMP.replace("1:2", "3:1")),
        ("a.rcmp", RCMP.replace("1:2", "0:1")),
        ("a.rcmp", RCMP.replace("1:2", "2")),
        ("a.rcmp", RCMP[:-8]),
    ],
)
@pytest.mark.parametrize("door", [read, read_arrays])
def test_rows_that_do_not_fit_are_refused_by_the_name_of_the_file(tmp_path, door, name, text):
    assert text not in (SM, RCP, RCMP)
    with pytest.raises(Uncomputable) as told:
        door(written(tmp_path, name, text))
    assert (told.value.code, told.value.params["value"]) == ("file_unreadable", name)
    assert told.value.params["reason"]


def test_a_word_that_is_no_integer_is_told_with_its_row(tmp_path):
    path = written(tmp_path, "a.sm", SM.replace("2       2    5", "2       2.5    5"))
    with pytest.raises(Uncomputable) as told:
        read(path)
    assert told.value.params["reason"] == "row 14: 2.5 is no integer"


@pytest.mark.parametrize("door", [read, read_arrays])
def test_a_file_with_a_cycle_is_refused_with_its_path(tmp_path, door):
    with pytest.raises(Uncomputable) as told:
        door(written(tmp_path, "a.rcp", RCP.replace("3 1 1 4", "3 1 1 2").replace("2 2 1 4", "2 2 1 3")))
    assert (told.value.code, told.value.params["path"]) == ("cycle", ["2", "3", "2"])
    with pytest.raises(Uncomputable) as told:
        door(written(tmp_path, "a.rcp", RCP.replace("3 1 1 4", "3 1 1 3")))
    assert (told.value.code, told.value.params["activity"]) == ("link_to_itself", "3")


def test_a_file_without_activities_is_an_empty_problem(tmp_path):
    path = written(tmp_path, "a.rcp", "0 1\n3\n")
    assert read(path).activities == ()
    assert read_arrays(path).n == 0


def test_an_exception_is_worked_by_true_or_by_1():
    row = '{"id": "c", "pattern": [true, false], "exceptions": [[1, 2, 1], [2, 3, false]]}'
    problem = exchange_json.problem_from_json(f'{{"activities": [], "calendars": [{row}]}}')
    assert problem.calendars[0].exceptions == ((1, 2, True), (2, 3, False))


def test_json_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'{"activities": [{"id": "\xe9"}]}')
    with pytest.raises(Uncomputable, match="file_unreadable"):
        read(path)
