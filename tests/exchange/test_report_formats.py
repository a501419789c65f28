"""How tables of project reports are recognised and read: signs, spellings, texts in place of values."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from tandem.exchange.formats import ReadOptions, ReportMapping, Unreadable, detect, open_source
from tandem.exchange.formats import report_values as values

EXEMPT = "Exempt under Section 43 of the Freedom of Information Act 2000"
GMPP = f"""project_name,department,colour_rating,start_date,end_date,wlc_baseline_incl_NCG,year,project_number
North line,DfT,Amber/red,01.04.16,31.12.24,"£1,250.50",2020,T_1
South line,DfT,Green,01.04.17,{EXEMPT},{EXEMPT},2020,T_2
Embassy refit,FCO,{EXEMPT},TBD,31.03.26,£42.00,2020,T_3
"""


def written(folder: Path, name: str, text: str, encoding: str = "cp1252") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, **options):
    return list(open_source(path, options=ReadOptions(**options)).records())


def test_a_table_of_reports_is_recognised_and_its_values_are_read(tmp_path):
    path = written(tmp_path, "gmpp.csv", GMPP)
    assert detect(path) == "project-reports"
    north, south, embassy = read(path)
    assert (north.name, north.source_id, north.values["on"]) == ("North line", "T_1", date(2020, 12, 31))
    assert (north.values["budget"], north.values["currency"], north.values["rating"]) == (D(1_250_500_000), "GBP", 2)
    assert north.values["planned_finish"] == date(2024, 12, 31)
    assert (south.values["budget"], south.values["planned_finish"], south.values["rating"]) == (None, None, 5)
    assert south.values["withheld"] == {"planned_finish": EXEMPT, "budget": EXEMPT}
    assert embassy.values["withheld"] == {"planned_start": "TBD", "rating": EXEMPT}
    assert embassy.data["colour_rating"] == EXEMPT, "everything of the source is kept"


@pytest.mark.parametrize(("text", "scale", "value"), [
    ("£12,131.50", 1_000_000, D(12_131_500_000)), ("-1915400", 1, D(-1_915_400)), ("(3.2)", 1, D("-3.2")), ("", 1, None),
    ("−7", 1, D(-7)), ("NaN", 1, None), ("Infinity", 1, None), ("9" * 30, 1, None), ("exempt", 1, None),
])  # fmt: skip
def test_money_is_read_with_its_signs(text, scale, value):
    assert values.money(text, scale) == value


@pytest.mark.parametrize(("text", "value"), [("Amber/Red", 2), ("amber-green", 4), ("RED", 1), ("3", 3), ("Exempt", None), ("6", None)])
def test_ratings_are_read_in_their_spellings(text, value):
    assert values.rating(text) == value


def test_the_columns_can_be_said(tmp_path):
    path = written(tmp_path, "own.csv", "Vorhaben;Amt;Stand;Kosten\nHafen;Bau;2024-05-01;1,5\n".replace("1,5", "1.5"))
    assert detect(path) == "csv"
    columns = {"Vorhaben": "project_name", "Amt": "department", "Stand": "as_of", "Kosten": "budget"}
    mapping = ReportMapping.from_json({"columns": columns})
    (one,) = list(open_source(path, "project-reports", ReadOptions(reports=mapping, money_unit="millions", currency="EUR")).records())
    assert (one.name, one.values["budget"], one.values["on"]) == ("Hafen", D(1_500_000), date(2024, 5, 1))


@pytest.mark.parametrize("columns", [{"A": "budget"}, {"A": "project_name", "B": "nonsense"}, {"A": "project_name", "B": "budget", "C": "budget"}])
def test_a_mapping_that_cannot_be_is_refused(columns):
    with pytest.raises(Unreadable) as refusal:
        ReportMapping.from_json({"columns": columns})
    assert refusal.value.code == "bad_mapping"


def test_without_a_day_it_is_asked_and_a_year_alone_is_its_end(tmp_path):
    path = written(tmp_path, "gmpp.csv", GMPP.replace(",year,", ",round,"))
    assert [question.code for question in open_source(path).questions] == ["as_of"]
    assert read(path, as_of=date(2020, 9, 30))[0].values["on"] == date(2020, 9, 30)
    whole = written(tmp_path, "gmpp2.csv", GMPP)
    assert read(whole, as_of=date(2019, 9, 30))[0].values["on"] == date(2019, 9, 30)


@pytest.mark.parametrize("text", ['{"nodes": [], "relations": []}', '{"nodes": [{"uid": 1, "label": "Project", "properties": {}}], "relations": [{}]}', '{"nodes": 3, "relations": [[['])
def test_a_hostile_graph_is_refused_with_a_reason(tmp_path, text):
    path = written(tmp_path, "graph.json", text)
    with pytest.raises(Unreadable):
        list(open_source(path, "project-graph").records())


def test_a_work_item_table_stays_one(tmp_path):
    path = written(tmp_path, "tasks.csv", "Title,Status,Budget,Department\nPaint,Open,3,Yard\n")
    assert detect(path) == "csv" and open_source(path).format == "csv"
