"""MSPDI in small: calendars with every kind of exception, lags, splits, and rows that are not tasks."""

from datetime import date, datetime

import pytest

from tandem.exchange.formats import open_source
from tandem.exchange.records import CalendarRecord, ItemRecord, LinkRecord
from tests.conftest import DATA

needs_data = pytest.mark.skipif(not (DATA / "msproject").is_dir(), reason="no real files on this machine")


@pytest.fixture
def read(tmp_path):
    def write_and_open(body: str):
        path = tmp_path / "plan.xml"
        path.write_text(
            f'<Project xmlns="http://schemas.microsoft.com/project">{body}</Project>', encoding="utf-8"
        )
        return open_source(path)

    return write_and_open


def exception(kind: int, first: str, last: str, *more: str) -> str:
    span = f"<TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>"
    return f"<Exception>{span}<Name>off</Name><Type>{kind}</Type><DayWorking>0</DayWorking>{''.join(more)}</Exception>"


@pytest.fixture
def calendar(read):
    def write_and_read(body: str) -> CalendarRecord:
        whole = f"<Calendars><Calendar><UID>1</UID><Name>C</Name><IsBaseCalendar>1</IsBaseCalendar>{body}</Calendar></Calendars>"
        [found] = [r for r in read(whole + "<Tasks/>").records() if isinstance(r, CalendarRecord)]
        return found

    return write_and_read


@pytest.mark.parametrize(
    ("body", "days"),
    [
        (exception(1, "2024-05-01", "2024-05-03"), [(1, 3)]),
        (exception(7, "2024-05-01", "2024-05-07", "<Period>3</Period>"), [(1, 1), (4, 4), (7, 7)]),
        (exception(6, "2024-05-01", "2024-05-16", "<Period>1</Period><DaysOfWeek>34</DaysOfWeek>"),
         [(3, 3), (6, 6), (10, 10), (13, 13)]),
        (exception(6, "2024-05-01", "2024-05-31", "<Period>2</Period><DaysOfWeek>32</DaysOfWeek>"), [(3, 3), (17, 17), (31, 31)]),
        (exception(4, "2024-05-01", "2024-05-31", "<MonthDay>15</MonthDay>"), [(15, 15)]),
        (exception(5, "2024-05-01", "2024-05-31", "<MonthItem>4</MonthItem><MonthPosition>4</MonthPosition>"), [(27, 27)]),
        (exception(2, "2024-01-01", "2024-12-31", "<Month>4</Month><MonthDay>9</MonthDay>"), [(9, 9)]),
        (exception(3, "2024-01-01", "2024-12-31", "<Month>4</Month><MonthItem>1</MonthItem><MonthPosition>0</MonthPosition>"), [(1, 1)]),
        (exception(6, "2024-05-01", "2029-05-16", "<EnteredByOccurrences>1</EnteredByOccurrences><Occurrences>2</Occurrences>"
                   "<DaysOfWeek>2</DaysOfWeek>"), [(6, 6), (13, 13)]),
    ],
)  # fmt: skip
def test_recurring_exceptions_become_their_days(calendar, body, days):
    found = calendar(f"<Exceptions>{body}</Exceptions>")
    assert [(e.first, e.last) for e in found.exceptions] == [
        (date(2024, 5, a), date(2024, 5, b)) for a, b in days
    ]


def test_a_day_written_for_old_and_new_readers_is_one_exception(calendar):
    span = "<TimePeriod><FromDate>2024-05-01T00:00:00</FromDate><ToDate>2024-05-02T00:00:00</ToDate></TimePeriod>"
    old = f"<WeekDays><WeekDay><DayType>0</DayType><DayWorking>0</DayWorking>{span}</WeekDay></WeekDays>"
    found = calendar(old + f"<Exceptions>{exception(1, '2024-05-01', '2024-05-01')}</Exceptions>")
    assert [(e.first, e.last, e.name) for e in found.exceptions] == [
        (date(2024, 5, 1), date(2024, 5, 1), "off")
    ]


def test_a_night_shift_ends_at_midnight_and_begins_again(calendar):
    times = "".join(
        f"<WorkingTime><FromTime>{a}</FromTime><ToTime>{b}</ToTime></WorkingTime>"
        for a, b in (("23:00:00", "00:00:00"), ("00:00:00", "03:00:00"))
    )
    found = calendar(
        "<WeekDays><WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>2</DayType>"
        f"<DayWorking>1</DayWorking><WorkingTimes>{times}</WorkingTimes></WeekDay></WeekDays>"
    )
    assert found.weekdays == {6: (), 0: ((0, 180), (1380, 1440))}


def test_a_work_week_is_written_out_day_by_day(calendar):
    found = calendar(
        "<WorkWeeks><WorkWeek><TimePeriod><FromDate>2024-05-01T00:00:00</FromDate><ToDate>2024-05-12T23:59:00</ToDate>"
        "</TimePeriod><Name>short</Name><WeekDays><WeekDay><DayType>6</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>"
        "</WorkWeek></WorkWeeks>"
    )
    assert [e.first.day for e in found.exceptions] == [3, 10]


def task(uid: int, *more: str, level: int = 1) -> str:
    return f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>T{uid}</Name><IsNull>0</IsNull><OutlineLevel>{level}</OutlineLevel>{''.join(more)}</Task>"


def link(before: int, kind: int, lag: int, form: int, *more: str) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{before}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag>"
        f"<LagFormat>{form}</LagFormat>{''.join(more)}</PredecessorLink>"
    )


def test_lags_are_tenths_of_minutes_elapsed_or_percent(read):
    tasks = task(1) + task(2, link(1, 1, 4800, 7), link(1, 3, 14400, 8), link(1, 0, 50, 19), link(9, 1, 0, 7))
    source = read(f"<Tasks>{tasks}</Tasks>")
    links = [r for r in source.records() if isinstance(r, LinkRecord)]
    assert [(x.kind, x.lag_minutes, x.lag_is_elapsed, x.lag_percent) for x in links] == [
        ("FS", 480, False, None), ("SS", 1440, True, None), ("FF", 0, False, 50),
    ]  # fmt: skip
    assert [(n.what, n.why) for n in source.not_taken] == [("PredecessorLink", "dangling")]


def test_empty_rows_and_the_project_summary_are_no_tasks_and_break_no_outline(read):
    empty = "<Task><UID>3</UID><IsNull>1</IsNull><OutlineLevel>0</OutlineLevel></Task>"
    source = read(
        f"<Tasks>{task(0, level=0)}{task(1, '<Summary>1</Summary>')}{task(2, level=2)}{empty}{task(4, level=2)}</Tasks>"
    )
    items = [r for r in source.records() if isinstance(r, ItemRecord)]
    assert [(i.source_id, i.parent_source_id) for i in items] == [("1", None), ("2", "1"), ("4", "1")]
    assert [(n.what, n.why, n.count) for n in source.not_taken] == [("Task", "empty_row", 1)]


def test_a_task_without_anything_but_a_number_is_read(read):
    [item] = [
        r for r in read("<Tasks><Task><UID>5</UID></Task></Tasks>").records() if isinstance(r, ItemRecord)
    ]
    assert (item.title, item.plan.outline_level, item.plan.duration_minutes) == ("", 1, None)


def test_custom_fields_have_the_name_that_people_gave_them(read):
    names = "<ExtendedAttribute><FieldID>7</FieldID><FieldName>Text1</FieldName><Alias>Site</Alias></ExtendedAttribute>"
    value = "<ExtendedAttribute><FieldID>7</FieldID><Value>Leiden</Value></ExtendedAttribute>"
    source = read(
        f"<Author>A</Author><ExtendedAttributes>{names}</ExtendedAttributes><Tasks>{task(1, value)}</Tasks>"
    )
    [item] = [r for r in source.records() if isinstance(r, ItemRecord)]
    assert item.fields == {"Site": "Leiden"}
    assert [(n.what, n.why) for n in source.not_taken] == [("Project.Author", "no_place")]


@needs_data
def test_the_gaps_of_split_tasks_are_found():
    source = open_source(DATA / "msproject" / "mspdisplittask.xml")
    gaps = {r.title: r.plan.gaps for r in source.records() if isinstance(r, ItemRecord)}
    assert gaps["Split Task 1"] == ((datetime(2006, 9, 26, 17), datetime(2006, 10, 1, 17)),)
    assert gaps["Split Task 2"] == (
        (datetime(2006, 9, 25, 17), datetime(2006, 9, 27, 17)),
        (datetime(2006, 10, 4, 17), datetime(2006, 10, 9, 17)),
    )


@needs_data
def test_days_off_of_a_resource_written_the_old_way_are_kept():
    found = {
        r.name: r
        for r in open_source(DATA / "msproject" / "caltest.xml").records()
        if isinstance(r, CalendarRecord)
    }
    assert [(e.first, e.last) for e in found["Resource Three"].exceptions] == [
        (date(2005, 11, 1), date(2005, 11, 4)), (date(2005, 11, 21), date(2005, 11, 25)),
    ]  # fmt: skip
    assert (found["Resource Three"].base, found["Resource Three"].is_base) == ("3", False)
