"""Any table: encodings, delimiters, headers in both languages, mappings, hierarchy, predecessors, workbooks."""

from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.exchange.formats import Mapping, ReadOptions, Unreadable, open_source, suggest_mapping
from tandem.exchange.records import ItemRecord, LinkRecord, PersonRecord, StateRecord


@pytest.fixture
def read(tmp_path):
    def write_and_open(text: str, encoding: str = "utf-8", **options):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return open_source(path, options=ReadOptions(**options))

    return write_and_open


@pytest.fixture
def workbook(tmp_path):
    def write_and_open(*sheets, **options):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "table.xlsx")
        return open_source(tmp_path / "table.xlsx", options=ReadOptions(**options))

    return write_and_open


def items(source):
    return [record for record in source.records() if isinstance(record, ItemRecord)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_chinese_tables_are_read_in_every_usual_encoding(read, encoding, delimiter):
    rows = [
        ["编号", "标题", "状态", "负责人"],
        ["1", "需求分析与评审", "已完成", "王伟"],
        ["2", "接口开发", "进行中", "李娜"],
    ]
    source = read("\n".join(delimiter.join(row) for row in rows), encoding)
    assert [(i.key, i.title, i.state, i.assignees) for i in items(source)] == [
        ("1", "需求分析与评审", "已完成", ("王伟",)), ("2", "接口开发", "进行中", ("李娜",)),
    ]  # fmt: skip
    states = {r.name: r.category for r in source.records() if isinstance(r, StateRecord)}
    assert states == {"已完成": "done", "进行中": "in_progress"}


def test_western_tables_in_the_old_windows_encoding_keep_their_accents(read):
    assert (
        items(read("Title,Status\nCafé für Zoë – fertig,erledigt\n", "cp1252"))[0].title
        == "Café für Zoë – fertig"
    )


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Task Name", "title"), ("任务名称", "title"), ("Assigned To", "assignee"), ("负责人", "assignee"),
        ("Due Date", "due"), ("截止日期", "due"), ("Estimate (h)", "estimate_hours"), ("Estimate (days)", "estimate_days"),
        ("预估工时(小时)", "estimate_hours"), ("父任务", "parent"), ("前置任务", "predecessors"), ("Story Points", "points"),
        ("Whatever", "custom"), ("% Complete", "progress"),
    ],
)  # fmt: skip
def test_headers_are_recognised(header, target):
    assert suggest_mapping([header])[header] == target


def test_a_second_column_of_a_kind_stays_a_custom_field(read):
    [item] = items(read("Title,Status,Stage\na,Open,Alpha\n"))
    assert (item.state, item.fields) == ("Open", {"Stage": "Alpha"})


def test_the_header_may_stand_below_a_heading(read):
    source = read("My plan,,\n,,\nNo,Title,Status\n1,a,Open\n")
    assert [i.title for i in items(source)] == ["a"]
    assert ("header_row", {"row": 3}) in [(n.code, n.params) for n in source.notes]


def test_without_a_title_the_mapping_is_asked_and_then_used(read):
    text = "Wo,Was\nhier,dies\n"
    [question] = read(text).questions
    assert (question.code, question.headers, question.samples) == (
        "mapping",
        ("Wo", "Was"),
        (("hier", "dies"),),
    )
    mapping = Mapping.from_json({"columns": {"Was": "title"}})
    source = read(text, mapping=mapping)
    assert [i.title for i in items(source)] == ["dies"]
    assert [(n.what, n.why) for n in source.not_taken] == [("Wo", "not_mapped")]


@pytest.mark.parametrize(
    "data", [[], {}, {"columns": {"a": "nonsense"}}, {"columns": {"a": "key"}}, {"columns": {"a": "title"}, "x": 1},
             {"columns": {"a": "title"}, "header_row": 0}],
)  # fmt: skip
def test_a_broken_mapping_is_refused(data):
    with pytest.raises(Unreadable, match="mapping"):
        Mapping.from_json(data)


def test_a_mapping_for_other_columns_is_refused_by_name(read):
    with pytest.raises(Unreadable, match="Gone"):
        read("Title\nx,y\n1,2\n", mapping=Mapping(columns={"Title": "title", "Gone": "state"}))


def test_parents_come_by_key_by_level_or_by_wbs(read):
    by_key = items(read("ID,Title,Parent\n1,a,\n2,b,1\n3,c,9\n"))
    assert [(i.parent_source_id, i.parent_outside) for i in by_key] == [(None, ""), ("1", ""), (None, "9")]
    by_level = items(read("ID,Title,Outline Level\n1,a,1\n2,b,2\n3,c,3\n4,d,2\n"))
    assert [i.parent_source_id for i in by_level] == [None, "1", "2", "1"]
    by_wbs = items(read("ID,Title,WBS\nx,a,1\ny,b,1.1\nz,c,1.1.1\n"))
    assert [i.parent_source_id for i in by_wbs] == [None, "x", "y"]


@pytest.mark.parametrize(
    ("text", "kind", "lag", "elapsed", "percent"),
    [
        ("1", "FS", 0, False, None), ("1SS", "SS", 0, False, None), ("1FS+2 days", "FS", 960, False, None),
        ("1FF-1d", "FF", -480, False, None), ("1FS+3ed", "FS", 4320, True, None), ("1SF+50%", "SF", 0, False, 50),
        ("1FS+2 个工作日", "FS", 960, False, None), ("1 FS + 4h", "FS", 240, False, None),
    ],
)  # fmt: skip
def test_predecessors_are_read_with_type_and_lag(read, text, kind, lag, elapsed, percent):
    source = read(f"ID;Title;Predecessors\n1;a;\n2;b;{text}\n")
    [link] = [r for r in source.records() if isinstance(r, LinkRecord)]
    assert (link.source, link.target, link.kind) == ("1", "2", kind)
    assert (link.lag_minutes, link.lag_is_elapsed, link.lag_percent) == (lag, elapsed, percent)


def test_a_predecessor_that_is_nowhere_is_reported(read):
    source = read("ID;Title;Predecessors\n1;a;7\n")
    assert list(source.records())
    assert [(n.what, n.why) for n in source.not_taken] == [("predecessor 7", "dangling")]


def test_ambiguous_dates_of_a_table_are_asked(read):
    assert [q.code for q in read("Title,Due date\na,3/4/2024\n").questions] == ["date_order"]
    assert read("Title,Due date\na,3/4/2024\nb,14/4/2024\n").questions == []


def test_rows_without_a_key_have_ids_that_survive_a_change_elsewhere(read):
    before = {i.title: i.source_id for i in items(read("Title,Status\na,Open\nb,Open\n"))}
    after = {i.title: i.source_id for i in items(read("Title,Status\nnew,Open\na,Done\nb,Open\n"))}
    assert before.items() <= after.items()


def test_a_workbook_keeps_types_and_names_its_other_sheets(workbook):
    rows = [
        ["ID", "Title", "Due date", "Story points", "Owner"],
        [1, "a", datetime(2024, 4, 3), 5, "Ann; Bo"],
    ]
    source = workbook(("Cover", []), ("Plan", rows), ("Notes", [["x"]]))
    [item] = items(source)
    assert (item.key, item.estimate_points, item.assignees) == ("1", 5, ("Ann", "Bo"))
    assert item.due in (datetime(2024, 4, 3), datetime(2024, 4, 3).date())
    assert [(n.what, n.why) for n in source.not_taken] == [("Notes", "other_sheet")]
    assert {r.name for r in source.records() if isinstance(r, PersonRecord)} == {"Ann", "Bo"}


def test_rows_of_a_workbook_are_named_by_their_number_in_the_sheet(workbook):
    source = workbook(("Plan", [[], [], ["ID", "Title", "Due date"], [1, "a", "someday"]]))
    assert list(source.records())
    [left] = source.not_taken
    assert left.where == "row 4: someday"


def test_a_sheet_is_chosen_by_name(workbook):
    mapping = Mapping(columns={"Title": "title"}, sheet="B")
    source = workbook(
        ("A", [["Title", "x"], ["one", 1]]), ("B", [["Title", "x"], ["two", 1]]), mapping=mapping
    )
    assert [i.title for i in items(source)] == ["two"]


CELL = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n,;\t|\x00'), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_no_row_vanishes_without_a_word(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    lines = ["ID,Title,Colour", *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        source = open_source(path)
    except Unreadable as refusal:
        assert refusal.code == "no_rows"
        return
    found = items(source)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    reported = sum(n.count for n in source.not_taken if n.why in ("no_title", "duplicate"))
    assert len(found) + reported == len(filled)
