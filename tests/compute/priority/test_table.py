"""Tables from CSV text, and the command that ranks them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import NUMBER, TEXT
from tandem.compute.priority.table import columns, read
from tandem.config.compute_commands.rank import command

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "github" / "iris-voted-issues-2026.json"


def column(text, name="x", **more):
    types, values = columns(read(text, **more), [name])
    return types[name], values[name]


def test_units_come_from_the_header_the_cells_or_the_option():
    for text, more in (("x [days]\n3\n", {}), ("x\n3 days\n", {}), ("x\n3\n", {"units": {"x": "days"}})):
        kind, values = column(text, **more)
        assert (str(kind), values) == ("day", (3.0,))
    assert column("x\n80 %\n5%\n")[1] == (0.8, 0.05)
    assert str(column("x (EUR/person-day)\n3\n")[0]) == "EUR/person-day"


def test_empty_cells_are_missing_and_words_are_text():
    assert column("x,y\n,1\n2,1\n")[1] == (None, 2.0)
    assert column("x\nbug\n\nwish\n") == (TEXT, ("bug", "wish"))
    assert column("x,y\n,1\n") == (NUMBER, (None,))


def test_names_match_whatever_their_case_and_blanks():
    types, _ = columns(read("Business Value,Job-Size\n1,2\n"), ["business_value", "job_size"])
    assert set(types) == {"business_value", "job_size"}


def test_thousands_are_read_only_where_they_cannot_be_decimals():
    assert column('x\n"1,234,567"\n"1,234.5"\n')[1] == (1234567.0, 1234.5)


@pytest.mark.parametrize(
    ("text", "code", "line", "value"),
    [
        ("x\n1\nmany\n", "not_a_number", 3, "many"), ("x\n1\n2 bananas\n", "unknown_unit", 3, "2 bananas"),
        ("x\n1 EUR\n2 USD\n", "units_differ", 3, "2 USD"), ('x\n"1,234"\n', "ambiguous_number", 2, "1,234"),
        ("x\n1\n5 EUR\n", "units_differ", 3, "5 EUR"),
        ("x\n80 %\n0.5\n", "units_differ", 3, "0.5"), ("x\n1\n" + "9" * 300 + "\n", "not_a_number", 3, "9" * 200), ("x\n9e99\n", "number_too_large", 2, "9e99"),
        ('x,y\n"two\nlines",1\n3,1\n5 days,1\n', "not_a_number", 2, "two\nlines"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_by_line_column_and_value(text, code, line, value):
    with pytest.raises(Uncomputable) as caught:
        column(text)
    assert caught.value.code == code
    assert caught.value.params["column"] == "x"
    assert (caught.value.params["line"], caught.value.params["value"]) == (line, value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no_rows"), ("a,b\n", "no_rows"), ("a,a\n1,2\n", "column_twice"), ("a,b\n1\n", "wrong_width"),
     ('a\n"open\n', "not_csv"), ("key,a\nx,1\nx,2\n", "items_not_unique")],
)  # fmt: skip
def test_a_bad_table_is_refused(text, code):
    with pytest.raises(Uncomputable) as caught:
        read(text, key="key" if code == "items_not_unique" else None)
    assert caught.value.code == code


@pytest.fixture
def ran(tmp_path):
    def run(text, *options):
        file = tmp_path / "items.csv"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(command, [str(file), *options])

    return run


ITEMS = "name,reach,impact,confidence,effort [person-days]\nDark mode,2000,1,80 %,20\nExport,500,2,50 %,5\nSync,9,3,100 %,\n"


def test_the_command_ranks_and_says_what_is_missing(ran):
    told = json.loads(ran(ITEMS, "--method", "rice", "--json").output)
    assert [(row["item"], row["rank"]) for row in told["rows"]] == [
        ("Export", 1),
        ("Dark mode", 2),
        ("Sync", None),
    ]
    assert told["rows"][2]["missing"] == ["effort"]
    assert told["unit"] == "1/person-day"
    assert told["sensitivity"]["draws"] == 200


def test_the_command_points_at_the_fault(ran):
    told = ran(ITEMS, "--formula", "reach + effort")
    assert told.exit_code == 1
    assert "units_differ" in told.output
    assert told.output.rstrip().endswith("\n        ^")


def test_a_fault_at_the_first_letter_is_told_with_its_offset(ran):
    told = ran("x\n1\n", "--formula", "y * 2")
    assert "offset 0" in told.output


def test_the_command_gives_errors_as_json(ran):
    told = ran("x\n1\nmany\n", "--formula", "x * 2", "--json")
    assert told.exit_code == 1
    assert json.loads(told.output) == {"error": "not_a_number", "line": 3, "column": "x", "value": "many"}


def test_weights_are_named_on_the_command_line(ran):
    told = json.loads(ran("x,y\n1,3\n2,1\n", "--formula", "w * x + y", "--weight", "w=5", "--json").output)
    assert [row["score"] for row in told["rows"]] == [11, 8]
    assert ran("x\n1\n", "--formula", "w * x", "--weight", "w=many").exit_code == 2
    assert ran("x\n1\n").exit_code == 2


@pytest.mark.skipif(not SHARED.exists(), reason="shared data is not here")
def test_real_votes_are_ranked(ran):
    rows = json.loads(SHARED.read_text())["data"]
    numbers = [row[1].rpartition("#")[2].removesuffix("</a>") for row in rows]
    text = "key,votes [count]\n" + "".join(f"{n},{row[0]}\n" for n, row in zip(numbers, rows, strict=True))
    told = json.loads(ran(text, "--formula", "votes", "--json").output)
    assert len(told["rows"]) == len(rows) == 80
    assert told["rows"][0]["score"] == max(row[0] for row in rows)


def test_a_header_that_names_the_unit_allows_bare_numbers():
    assert column("x [%]\n80 %\n50\n")[1] == (0.8, 0.5)


def test_headers_too_long_for_a_pattern_are_refused():
    with pytest.raises(Uncomputable, match="header_too_long"):
        read("x" + " " * 300 + "(y\n1\n")


def test_a_weight_that_the_formula_does_not_use_is_refused(ran):
    told = ran("x\n1\n", "--formula", "w * x", "--weight", "w=2", "--weight", "wrong=3", "--json")
    assert json.loads(told.stderr) == {"error": "weight_not_used", "weight": "wrong", "allowed": ["w", "x"]}


def test_a_fault_behind_the_last_line_is_pointed_at(ran):
    told = ran("a\n1\n", "--formula", "a +\n")
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert told.output.rstrip().endswith("^")


def test_a_seed_below_zero_is_a_wrong_use(ran):
    assert ran("x\n1\n", "--formula", "x", "--seed", "-1").exit_code == 2


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_read(between):
    text = f"item{between}value\nA{between}1\n"
    assert read(text).cells["value"] == ("1",)
