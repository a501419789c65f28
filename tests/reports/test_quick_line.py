"""One typed line, read in both languages: what is understood, what stays in the title, and what is said about it."""

from datetime import date, timedelta

import pytest

from tandem.kit import clock
from tandem.reports.queries import quick_line
from tests import make


@pytest.fixture
def read(world, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 18))  # a Wednesday
    return lambda text, user=None: quick_line.read(text, user or world.mei, world.project.space_id)


def said(line):
    return [(p.kind, p.said) for p in line.pieces if not p.problem]


def test_the_line_of_the_issue(world, read):
    planned = make.sprint(actor=world.boris, project=world.project, name="Sprint 7", begins=3)
    line = read("Login fails on Safari !high @boris ^next sprint #auth 3d")
    assert line.title == "Login fails on Safari"
    assert line.values == {"priority": 2, "assignees": [world.boris], "sprint": planned, "labels": ["auth"], "estimate_minutes": 1440}
    assert [p.kind for p in line.pieces] == ["priority", "person", "when", "label", "estimate"]


def test_the_same_in_chinese_with_wide_marks_and_no_blanks(world, read):
    planned = make.sprint(actor=world.boris, project=world.project, name="迭代 7", begins=3)
    line = read("Safari 登录失败！高＠陈悦 ……下个迭代 ＃认证 3天")
    assert line.title == "Safari 登录失败"
    assert line.values == {"priority": 2, "assignees": [world.chen], "sprint": planned, "labels": ["认证"], "estimate_minutes": 1440}
    assert read("登录失败 @chenyue").values["assignees"] == [world.chen]
    assert read("登录失败 @cy").values["assignees"] == [world.chen], "the first letters of the pinyin"
    assert read("登录失败 @我 ^下周五 ~5点").values == {"assignees": [world.mei], "due_on": date(2026, 11, 27), "estimate_points": 5}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("^2027-02-12", date(2027, 2, 12)), ("^tomorrow", date(2026, 11, 19)), ("^明天", date(2026, 11, 19)), ("^fri", date(2026, 11, 20)),
        ("^wednesday", date(2026, 11, 25)), ("^next friday", date(2026, 11, 27)), ("^周五", date(2026, 11, 20)), ("^next week", date(2026, 11, 27)),
        ("^下周", date(2026, 11, 27)), ("^3d", date(2026, 11, 21)), ("^2周", date(2026, 12, 2)), ("^2月12日", date(2027, 2, 12)),
        ("^12月1日", date(2026, 12, 1)), ("^this month", date(2026, 11, 30)),
    ],
)  # fmt: skip
def test_days(read, text, day):
    line = read(f"Order a crane {text}")
    assert (line.title, line.values) == ("Order a crane", {"due_on": day})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Fit 90m", {"estimate_minutes": 90}), ("Fit 1.5h", {"estimate_minutes": 90}), ("Fit 1,5h", {"estimate_minutes": 90}),
        ("Fit 2w", {"estimate_minutes": 4800}), ("Fit 5p", {"estimate_points": 5}), ("Fit ~3d the berth", {"estimate_minutes": 1440}),
        ("Fit 3小时", {"estimate_minutes": 180}), ("Fit !1", {"priority": 1}), ("Fit !紧急", {"priority": 1}),
        ('Fit #"two words" #b #b', {"labels": ["two words", "b"]}),
    ],
)  # fmt: skip
def test_estimates_priorities_and_labels(read, text, values):
    line = read(text)
    assert line.values == values and line.title in ("Fit", "Fit the berth")


@pytest.mark.parametrize(
    "text",
    [
        "Print a 3d model", "3d", "Fix #12", "Wow!", "mail a@b.example", "C# is fine", "2 ^ 3", "50 ~ 60", "a!high", "~", "! @ # ^", "", "注意！",
        "Room 5", "Buy 3 days of berth",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_stays_in_the_title(read, text):
    line = read(text)
    assert (line.title, line.values) == (text, {})


def test_what_is_in_quotation_marks_is_taken_as_it_is(read):
    line = read('Rename "#auth" and "!high" to "3d" for "real"')
    assert (line.title, line.values) == ('Rename #auth and !high to 3d for "real"', {})


def test_what_is_not_understood_stays_and_is_said(world, read):
    make.user(actor=world.admin, name="Boris Braun")
    line = read("Fit !later @zoltan ^someday")
    assert line.title == "Fit !later @zoltan ^someday" and line.values == {}
    assert [(p.kind, p.problem) for p in line.pieces] == [("priority", True), ("person", True), ("when", True)]
    assert said(read("Fit @boris")) == [("person", "Boris Orlov")], "of two, the one who sees the project"
    assert said(read("Fit @Boris Braun")) == [("person", "Boris Braun")], "the whole name"
    make.user(actor=world.admin, name="Borislava", role="member", space=world.project.space)
    assert "several people" in read("Fit @boris").pieces[0].said or said(read("Fit @boris")) == [("person", "Boris Orlov")]


def test_sprints_of_other_projects_and_closed_ones_are_not_found(world, read):
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    make.sprint(actor=world.alma, project=other, name="Secret 1", begins=1)
    line = read("Fit ^Secret 1")
    assert line.values == {} and line.pieces[0].problem
    assert read("Fit ^next sprint").values == {}, "there is none"


def test_hostile_lines_are_read_in_time(read):
    for text in ("@" * 1000, "^a " * 300, "#x" * 500, '"' * 1000, "！" * 1000, "~9d" * 300, "\u202e!high", "#" + "x" * 5000, "😀" * 400 + " !high"):
        line = read(text)
        assert len(line.title) <= 1000 and len(line.values.get("labels", [])) <= 20
    assert read("😀 Fit !high").pieces[0].start == 6, "counted in characters, not in halves of them"


def test_days_to_come_are_never_today(read):
    for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        day = read(f"x ^{name}").values["due_on"]
        assert timedelta(0) < day - date(2026, 11, 18) <= timedelta(7)


def test_an_empty_name_and_very_many_marks_do_no_harm(read, django_assert_max_num_queries):
    assert read('Call @" " ^" "').title
    with django_assert_max_num_queries(130):
        read("@zz " * 240)
