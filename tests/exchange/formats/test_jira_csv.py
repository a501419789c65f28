"""The traps of Jira's CSV: repeated columns, ragged rows, several pages, parents by id, links at both ends."""

from datetime import datetime

import pytest

from tandem.exchange.formats import ReadOptions, Unreadable, open_source
from tandem.exchange.records import (
    AttachmentRecord,
    CommentRecord,
    ItemRecord,
    LinkRecord,
    PersonRecord,
    StateRecord,
)

HEAD = "Summary,Issue key,Issue id,Issue Type,Status,Created"


@pytest.fixture
def read(tmp_path):
    def write_and_open(text: str, *more: str, encoding: str = "utf-8", **options):
        paths = []
        for number, content in enumerate((text, *more)):
            paths.append(tmp_path / f"page{number}.csv")
            paths[-1].write_text(content, encoding=encoding)
        return open_source(paths, options=ReadOptions(**options))

    return write_and_open


def items(source):
    return [record for record in source.records() if isinstance(record, ItemRecord)]


def test_repeated_columns_are_several_values(read):
    [item] = items(
        read(
            f"{HEAD},Labels,Labels,Labels,Sprint,Sprint\na,X-1,1,Task,Open,1/Jan/24 9:00 AM,red,,blue,S1,S2\n"
        )
    )
    assert item.labels == ("red", "blue")
    assert item.sprints == ("S1", "S2")


def test_a_byte_order_mark_does_not_hide_the_first_column(read):
    [item] = items(read(f"{HEAD}\na,X-1,1,Task,Open,1/Jan/24 9:00 AM\n", encoding="utf-8-sig"))
    assert item.title == "a"


def test_semicolons_divide_columns_too(read):
    [item] = items(read(HEAD.replace(",", ";") + "\n" + "a, b;X-1;1;Task;Open;1/Jan/24 9:00 AM\n"))
    assert item.title == "a, b"


def test_a_row_wider_than_the_header_is_reported_not_shifted(read):
    source = read(f"{HEAD}\na,X-1,1,Task,Open,1/Jan/24 9:00 AM,surplus\nb,X-2,2,Task\n")
    a, b = items(source)
    assert (a.created, b.created) == (datetime(2024, 1, 1, 9, 0), None)
    assert [(n.what, n.why) for n in source.not_taken] == [("surplus", "no_header")]


def test_the_footer_and_blank_lines_are_no_items(read):
    source = read(f"{HEAD}\na,X-1 ,1,Task,Open,\n\nGenerated at Sat Mar 22 2014,,,,,\n")
    assert [item.key for item in items(source)] == ["X-1"]
    assert source.not_taken[0].why == "footer"


def test_two_pages_are_one_export_and_the_overlap_counts_once(read):
    first = f"{HEAD}\na,X-1,1,Task,Open,\nb,X-2,2,Task,Open,\n"
    source = read(
        first,
        "Issue id,Summary,Issue key,Issue Type,Status,Parent\n2,b,X-2,Task,Open,\n3,c,X-3,Task,Open,1\n",
    )
    found = items(source)
    assert [(item.key, item.parent_source_id) for item in found] == [
        ("X-1", None),
        ("X-2", None),
        ("X-3", "1"),
    ]
    assert [(n.what, n.count) for n in source.not_taken if n.why == "duplicate"] == [("X-2", 1)]


def test_a_parent_is_named_by_id_by_key_or_as_an_epic(read):
    source = read(
        f"{HEAD},Parent,Parent key,Custom field (Epic Link)\n"
        "epic,X-1,1,Epic,Open,,,,\na,X-2,2,Story,Open,,1,,\nb,X-3,3,Story,Open,,,X-1,\nc,X-4,4,Story,Open,,,,X-1\n"
        "d,X-5,5,Story,Open,,999,Y-9,\ne,X-6,6,Story,Open,,6,,\n"
    )
    found = {item.key: item for item in items(source)}
    assert [found[key].parent_source_id for key in ("X-2", "X-3", "X-4", "X-5", "X-6")] == [
        "1",
        "1",
        "1",
        None,
        None,
    ]
    assert found["X-5"].parent_outside == "Y-9"
    assert {n.why for n in source.not_taken} == {"outside_parent", "own_parent"}


def test_a_sub_task_that_carries_its_parents_key_in_the_title_finds_it(read):
    source = read(
        "Key,Summary,Issue Type,Status\nXY-1,whole,Task,Open\nXY-2,XY-1 part,Sub-task,Open\nXY-3,ZQ-9 lost,Sub-task,Open\n"
    )
    found = {item.key: item for item in items(source)}
    assert (found["XY-2"].parent_source_id, found["XY-2"].title) == ("XY-1", "part")
    assert (found["XY-3"].parent_source_id, found["XY-3"].parent_outside, found["XY-3"].title) == (
        None,
        "ZQ-9",
        "ZQ-9 lost",
    )


def test_a_link_written_at_both_ends_counts_once_and_one_out_of_the_file_is_kept(read):
    source = read(
        f"{HEAD},Outward issue link (Blocks),Inward issue link (Blocks),Outward issue link (Relates)\n"
        "a,X-1,1,Task,Open,,X-2,,Q-7\nb,X-2,2,Task,Open,,,X-1,\n"
    )
    links = [record for record in source.records() if isinstance(record, LinkRecord)]
    assert [(x.source, x.target, x.kind, x.outside_end) for x in links] == [
        ("1", "2", "blocks", ""), ("1", "Q-7", "relates", "target"),
    ]  # fmt: skip


def test_a_comment_keeps_the_semicolons_of_its_body(read):
    source = read(f'{HEAD},Comment\na,X-1,1,Task,Open,,"01/Feb/24 9:05 AM;u:7;first; then; last"\n')
    [comment] = [r for r in source.records() if isinstance(r, CommentRecord)]
    assert (comment.author, comment.body, comment.created) == (
        "u:7",
        "first; then; last",
        datetime(2024, 2, 1, 9, 5),
    )


def test_an_attachment_is_an_address_and_said_to_have_no_bytes(read):
    source = read(
        f"{HEAD},Attachment\na,X-1,1,Task,Open,,01/Feb/24 9:05 AM;u;plan.png;https://x.example/plan.png\n"
    )
    [file] = [r for r in source.records() if isinstance(r, AttachmentRecord)]
    assert (file.name, file.url) == ("plan.png", "https://x.example/plan.png")
    assert ("Attachment", "not_contained") in [(n.what, n.why) for n in source.not_taken]


def test_estimates_are_seconds_and_sums_are_left_out(read):
    source = read(f"{HEAD},Original estimate,Time Spent,Σ Time Spent\na,X-1,1,Task,Open,,7200,600,9999\n")
    [item] = items(source)
    assert (item.estimate_minutes, item.spent_minutes) == (120, 10)
    assert [(n.what, n.why) for n in source.not_taken] == [("Σ Time Spent", "roll_up")]


def test_people_have_one_id_whether_named_or_numbered(read):
    source = read(
        f"{HEAD},Watchers,Watchers Id,Assignee,Assignee Id,Reporter,Reporter Id\n"
        "a,X-1,1,Task,Open,,Ann,7,Ann,7,Unassigned,\nb,X-2,2,Task,Open,,,,Bo,8,Ann,7\n"
    )
    people = [record for record in source.records() if isinstance(record, PersonRecord)]
    assert sorted((p.source_id, p.name) for p in people) == [("7", "Ann"), ("8", "Bo")]
    a, b = items(source)
    assert (a.assignees, a.reporter, a.watchers, b.reporter) == (("7",), None, ("7",), "7")


def test_the_sources_own_category_wins_over_the_name(read):
    source = read(f"{HEAD},Status Category\na,X-1,1,Task,Backlog,,In Progress\nb,X-2,2,Task,Fertig,,Done\n")
    states = {r.name: (r.category, r.is_guessed) for r in source.records() if isinstance(r, StateRecord)}
    assert states == {"Backlog": ("in_progress", False), "Fertig": ("done", False)}


def test_ambiguous_dates_are_asked_and_the_answer_is_used(read):
    text = f"{HEAD}\na,X-1,1,Task,Open,7/9/2023 10:00\nb,X-2,2,Task,Open,8/9/2023 10:00\n"
    source = read(text)
    [question] = source.questions
    assert (question.code, question.examples) == ("date_order", ("7/9/2023 10:00", "8/9/2023 10:00"))
    with pytest.raises(Unreadable, match="question"):
        source.records()
    assert items(read(text, date_order="mdy"))[0].created == datetime(2023, 7, 9, 10, 0)
    assert items(read(text, date_order="dmy"))[0].created == datetime(2023, 9, 7, 10, 0)


def test_a_date_that_cannot_be_read_is_reported_with_its_place(read):
    source = read(f"{HEAD}\na,X-1,1,Task,Open,someday\n")
    assert items(source)[0].created is None
    [left] = source.not_taken
    assert (left.what, left.why) == ("created", "unreadable_date")
    assert "line 2" in left.where
    assert "someday" in left.where


def test_every_filled_column_is_taken_or_named(read):
    source = read(
        f"{HEAD},Custom field (Risk),Work Ratio,Strange thing,Log Work\na,X-1,1,Task,Open,,high,50%,here,;d;u;60\n"
    )
    [item] = items(source)
    assert item.fields == {"Risk": "high", "Strange thing": "here"}
    assert {(n.what, n.why) for n in source.not_taken} == {
        ("Work Ratio", "computed"),
        ("Log Work", "time_entries"),
    }
