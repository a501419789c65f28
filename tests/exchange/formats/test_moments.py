"""Dates as exports write them; the order of day and month is decided by the file or asked, never guessed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.exchange.formats.moments import OrderEvidence, parse_moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22/Mar/14 07:59", datetime(2014, 3, 22, 7, 59)),
        ("21/Dec/22 3:31 PM", datetime(2022, 12, 21, 15, 31)),
        ("21/Dec/22 12:05 AM", datetime(2022, 12, 21, 0, 5)),
        ("Dec/21/22 3:31 PM", datetime(2022, 12, 21, 15, 31)),
        ("2-Jan-2006 3:04 PM", datetime(2006, 1, 2, 15, 4)),
        ("Jan 2, 2006", date(2006, 1, 2)),
        ("2 März 2021", date(2021, 3, 2)),
        ("2006-01-02 15:04", datetime(2006, 1, 2, 15, 4)),
        ("2006-01-02T15:04:05.123Z", datetime(2006, 1, 2, 15, 4, 5, tzinfo=UTC)),
        (
            "2016-07-26T14:26:29.792-0700",
            datetime(2016, 7, 26, 14, 26, 29, tzinfo=timezone(timedelta(hours=-7))),
        ),
        (
            "Thu, 5 Sep 2024 16:12:18 +0100",
            datetime(2024, 9, 5, 16, 12, 18, tzinfo=timezone(timedelta(hours=1))),
        ),
        ("2023年5月1日", date(2023, 5, 1)),
        ("2023年5月1日 下午3:05", datetime(2023, 5, 1, 15, 5)),
        ("2023/5/1", date(2023, 5, 1)),
        ("13/9/2026 10:00", datetime(2026, 9, 13, 10, 0)),
        ("9/13/2026", date(2026, 9, 13)),
        ("7.9.2026", date(2026, 9, 7)),
        ("5/5/2026", date(2026, 5, 5)),
    ],
)
def test_a_date_is_read_as_it_was_meant(text, expected):
    assert parse_moment(text) == expected


@pytest.mark.parametrize("text", ["7/9/2026 10:00", "12-11-2024", "01/02/03"])
def test_an_undecided_date_is_not_read(text):
    assert parse_moment(text) is None


def test_the_answer_decides():
    assert parse_moment("7/9/2026", "dmy") == date(2026, 9, 7)
    assert parse_moment("7/9/2026", "mdy") == date(2026, 7, 9)


@pytest.mark.parametrize(
    "text", ["", "soon", "2023-02-30", "25/Foo/22", "13:00", "99/99/2020", "3/Jan/22 13:00 PM"]
)
def test_what_is_no_date_is_none(text):
    assert parse_moment(text) is None


def test_one_clear_value_decides_for_the_file():
    evidence = OrderEvidence()
    for text in ("7/9/2026", "13/9/2026"):
        evidence.look("Created", text)
    assert evidence.order == "dmy"
    assert evidence.must_be_asked is None


def test_contradicting_values_decide_nothing():
    evidence = OrderEvidence()
    for text in ("7/9/2026", "13/9/2026", "9/13/2026"):
        evidence.look("Created", text)
    assert evidence.order is None
    assert evidence.must_be_asked == ("Created", ("7/9/2026",))


@given(st.text(max_size=70))
def test_no_text_breaks_the_parser(text):
    parse_moment(text, "dmy")


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2068, 12, 31)))
def test_jira_dates_survive_the_way_there_and_back(at):
    at = at.replace(second=0, microsecond=0)
    assert parse_moment(at.strftime("%d/%b/%y %I:%M %p")) == at
