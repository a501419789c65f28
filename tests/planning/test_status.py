"""The status of a promise, computed."""

from datetime import date

import pytest

from tandem.planning.status import status_of

P50, P80, TODAY = date(2027, 2, 1), date(2027, 3, 1), date(2026, 11, 19)


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        (date(2027, 3, 1), "on"),
        (date(2027, 2, 28), "risk"),
        (date(2027, 2, 1), "risk"),
        (date(2027, 1, 31), "off"),
        (None, "none"),
    ],
)
def test_the_promise_against_the_range(promised, expected):
    assert status_of(promised, P50, P80, today=TODAY) == expected


def test_a_date_that_has_passed_is_off_also_without_a_forecast():
    assert status_of(date(2026, 11, 18), None, None, today=TODAY) == "off"
    assert status_of(TODAY, None, None, today=TODAY) == "none"


def test_a_plan_without_a_range_says_only_that_it_ends_too_late():
    planned = date(2027, 2, 10)
    assert status_of(date(2027, 2, 9), None, None, today=TODAY, planned=planned) == "off"
    assert status_of(date(2027, 2, 10), None, None, today=TODAY, planned=planned) == "none"
    assert status_of(date(2027, 3, 1), P50, P80, today=TODAY, planned=date(2027, 9, 1)) == "on"


def test_what_happened_is_done():
    assert status_of(date(2026, 1, 1), P50, P80, today=TODAY, done_on=TODAY) == "done"
