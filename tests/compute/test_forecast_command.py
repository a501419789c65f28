"""`tandem compute forecast`: from a table to dates; what is wrong with the table is named by line and value."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting import finished_items
from tandem.compute.forecasting.throughput import when
from tandem.config.compute_commands.forecast import command

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "flow" / "jira-cycle-times-a.csv"
SCHEMA = Path(__file__).resolve().parents[2] / "docs/reference/schemas/forecast-output.schema.json"


def table(days=120, each=1, header="started,finished"):
    """One item (or more) finished on every working day from Monday, 6 January 2025, three days after its start."""
    lines, day = [header], date(2025, 1, 6)
    while len(lines) <= days * each:
        if day.weekday() < 5:
            lines += [f"{day - timedelta(days=3)},{day}"] * each
        day += timedelta(days=1)
    return "\n".join(lines) + "\n"


@pytest.fixture
def forecast(tmp_path):
    def run(text, *options):
        file = tmp_path / "items.csv"
        file.write_text(text)
        return CliRunner().invoke(command, [str(file), *options])

    return run


def test_one_item_a_day_takes_as_many_working_days_as_items(forecast):
    ran = forecast(table(), "--items", "7", "--json")
    found = json.loads(ran.output)
    assert ran.exit_code == 0
    assert found["as_of"] == "2025-06-20"  # the Friday of the 24th week
    assert found["when"]["p80"]["at"] == {"days": 7, "date": "2025-07-01"}
    assert found["basis"]["per_week"] == [5.0, 5.0, 5.0]


def test_the_words_name_the_day_of_the_forecast_and_that_it_was_taken_from_the_file(forecast):
    assert "as of 2025-06-20 (the last finish)" in forecast(table(), "--items", "7").output
    earlier = forecast(table(), "--items", "7", "--as-of", "2025-04-04").output
    assert "as of 2025-04-04, " in earlier
    assert "not read: 55 items finished later than that" in earlier
    assert "P80  2025-04-15  7 working days" in earlier


def test_how_many_by_a_day_counts_working_days_after_the_forecast(forecast):
    found = json.loads(forecast(table(each=2), "--by", "2025-07-04", "--json").output)
    assert found["how_much"]["working_days"] == 10
    assert [found["how_much"][name]["items"] for name in ("p50", "p80", "p95")] == [20, 20, 20]


def test_items_by_a_day_has_a_chance(forecast):
    found = json.loads(forecast(table(), "--items", "11", "--by", "2025-07-04", "--json").output)
    assert found["when"]["chance_by"] == 0.0
    assert found["how_much"]["p80"]["items"] == 10


def test_open_rows_are_what_is_left_when_nothing_is_asked(forecast):
    found = json.loads(forecast(table() + "2025-06-01,\n2025-06-02,\n", "--json").output)
    assert (found["open_items"], found["when"]["items"]) == (2, 2)


def test_without_an_open_row_the_question_is_missing(forecast):
    ran = forecast(table())
    assert ran.exit_code == 2
    assert "give --items or --by" in ran.output


def test_saturdays_count_where_they_are_worked(forecast):
    lines = ["finished"] + [str(date(2025, 1, 1) + timedelta(days=k)) for k in range(100)]
    found = json.loads(forecast("\n".join(lines), "--items", "10", "--every-day", "--json").output)
    assert found["when"]["p95"]["at"] == {"days": 10, "date": "2025-04-20"}


def test_seven_finished_items_are_too_few(forecast):
    ran = forecast(table(7), "--items", "3")
    assert ran.exit_code == 1
    assert ran.output.strip() == "7 finished items, 8 needed: too little history for a forecast"
    found = json.loads(forecast(table(7), "--items", "3", "--json").output)
    assert (found["error"], found["found"], found["needed"]) == ("not_enough", 7, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("begun,done\n2025-01-01,2025-01-02\n", "line 1: no column 'finished' (found: begun, done)"),
        (
            "started,finished\n2025-01-01,2025-01-02\n2025-01-05,31.01.2025\n",
            "line 3: '31.01.2025' in column 'finished'",
        ),
        ("started,finished\n2025-02-30,2025-03-02\n", "line 2: '2025-02-30' in column 'started'"),
        ('started,finished\n2025-01-01,"' + "x" * 200_000, "line 2: '" + "x" * 40 + "'"),
        (",,\n,,", "the file is empty"),
        (
            "started,finished\n2025-01-01,0001-01-01\n",
            "line 2: '0001-01-01' in column 'finished' is not within",
        ),
        ("started,finished\n2025-02-20,\n", "no row has a date in the column 'finished'"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_value(forecast, text, words):
    ran = forecast(text, "--items", "3")
    assert ran.exit_code == 1
    assert words in ran.output


def test_an_error_in_json_has_code_line_and_value(forecast):
    ran = forecast("started,finished\n2025-01-01,soon\n", "--json")
    assert json.loads(ran.stderr) == {
        "error": "date_unreadable",
        "line": 2,
        "column": "finished",
        "value": "soon",
    }


def test_a_row_that_runs_backwards_is_said_and_its_finish_counts(forecast):
    ran = forecast(table() + "2025-06-20,2025-06-19\n", "--items", "3")
    assert "warning: 1 rows are finished before they were started, the first in line 122" in ran.output
    assert "from 61 items" in ran.output


def test_a_day_in_the_past_is_refused(forecast):
    assert "--by 2025-06-20 does not lie after 2025-06-20" in forecast(table(), "--by", "2025-06-20").output


def test_a_day_that_is_too_far_is_refused(forecast):
    ran = forecast(table(), "--by", "2199-01-01")
    assert ran.exit_code == 1
    assert "working days are more than can be forecast" in ran.output


def test_moments_other_columns_and_semicolons_are_read(forecast):
    text = table(header="x").replace("x\n", "id;Started;Finished\n", 1)
    rows = [line.split(",") for line in text.splitlines()[1:]]
    text = "id;Started;Finished\n" + "".join(f"A-1;{a}T08:00:00+02:00;{b}T17:30:00Z\n" for a, b in rows)
    found = json.loads(forecast(text, "--items", "7", "--json").output)
    assert found["when"]["p80"]["at"]["date"] == "2025-07-01"


def test_the_look_back_of_a_steady_team_holds_and_says_which_percentile_did(forecast):
    found = json.loads(forecast(table(), "--items", "7", "--backtest", "--json").output)["backtest"]
    assert (found["share_p50"], found["share_p80"]) == (1.0, 1.0)
    assert found["calibration"]["percentile_that_held"][0] == 0.01
    assert found["calibration"]["recalibrated_p80"] == {"days": 7, "date": "2025-07-01"}
    assert "P80 in 100%" in forecast(table(), "--items", "7", "--backtest").output


def test_a_short_history_has_no_look_back(forecast):
    assert "back-test: 0 past forecasts, 5 needed" in forecast(table(16), "--items", "7", "--backtest").output


def test_the_door_gives_what_the_core_gives(forecast):
    text = table(60, 2) + "2025-01-01,2025-02-03\n" * 9
    known = finished_items.known(finished_items.read(text))
    found = json.loads(forecast(text, "--items", "40", "--seed", "5", "--json").output)["when"]
    core = when(known.history, 40, seed=5)
    assert [found[name]["at"]["days"] for name in ("p50", "p80", "p95")] == [core.p50, core.p80, core.p95]


def follows(value, schema, root, path="$"):
    """The part of JSON Schema that ours use: type, properties, required, additionalProperties, items, enum, $ref."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    allowed = schema.get("type", [])
    allowed = [allowed] if isinstance(allowed, str) else allowed
    if value is None:
        assert "null" in allowed, path
        return
    assert not allowed or any(isinstance(value, kinds[kind]) for kind in allowed if kind != "null"), (
        path,
        value,
    )
    assert "enum" not in schema or value in schema["enum"], (path, value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), (path, set(value))
        assert schema.get("additionalProperties", True) or set(value) <= set(known), (
            path,
            set(value) - set(known),
        )
        for name in value.keys() & known.keys():
            follows(value[name], known[name], root, f"{path}.{name}")
    if isinstance(value, list) and "items" in schema:
        for place, one in enumerate(value):
            follows(one, schema["items"], root, f"{path}[{place}]")


def test_json_follows_its_schema(forecast):
    schema = json.loads(SCHEMA.read_text())
    text = table(100) + "2025-06-20,2025-01-19\n"
    for options in (("--items", "7", "--by", "2026-01-01", "--backtest"), ("--by", "2026-01-01")):
        follows(json.loads(forecast(text, *options, "--json").output), schema, schema)
    follows(json.loads(forecast(table(7), "--items", "3", "--json").output), schema, schema)
    with pytest.raises(AssertionError):
        follows({"as_of": 3}, schema, schema)


@pytest.mark.skipif(not REAL.exists(), reason="real history is not here")
def test_a_real_history_is_read_forecast_and_looked_back_on(forecast):
    rows = [line.split(",") for line in REAL.read_text().splitlines()]
    text = "started,finished\n" + "\n".join(f"{row[3]},{row[4]}" for row in rows[1:])
    found = json.loads(
        forecast(text, "--items", "30", "--as-of", "2016-06-30", "--backtest", "--json").output
    )
    assert found["warnings"][0]["code"] == "finished_before_started"
    assert found["warnings"][0]["value"] == 1108
    assert found["when"]["p50"]["at"]["days"] <= found["when"]["p80"]["at"]["days"]
    assert found["backtest"]["cases"] >= 5


def test_the_mean_is_that_of_the_same_weeks_as_the_range(forecast):
    """46 working days: one before nine whole weeks of five items; it held none of its own."""
    lines = table(45).splitlines()
    ran = forecast("\n".join([*lines, "2025-01-03,"]), "--items", "7")
    assert "5 to 5 a week, 5.0 on average" in ran.output


def test_a_header_that_is_no_table_is_refused():
    with pytest.raises(Uncomputable, match="table_unreadable"):
        finished_items.read("started\rfinished\n")


def test_a_file_too_large_is_refused_before_it_is_read(forecast, monkeypatch):
    monkeypatch.setattr(finished_items, "MOST_BYTES", 50)
    monkeypatch.setattr(Path, "read_text", None)
    assert "the file is larger than 50 bytes" in forecast(table()).output


def test_a_seed_below_zero_is_a_wrong_use(forecast):
    assert forecast(table(), "--items", "7", "--seed", "-1").exit_code == 2
