"""Months, quarters and the units in which dates are told."""

from datetime import date

from tandem.kit.dates import months_on, quarter_start, unit_end


def test_months_and_quarters_cross_the_year():
    assert months_on(date(2026, 11, 30), 3) == date(2027, 2, 1)
    assert months_on(date(2026, 1, 15), -1) == date(2025, 12, 1)
    assert [quarter_start(date(2026, month, 20)).month for month in (1, 3, 4, 12)] == [1, 1, 4, 10]


def test_a_unit_ends_on_its_last_day_and_the_last_of_all_with_time_itself():
    assert unit_end(date(2026, 2, 10), "quarter") == date(2026, 3, 31)
    assert unit_end(date(9999, 12, 5), "month") == date.max
