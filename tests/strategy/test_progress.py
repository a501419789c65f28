"""What figures and words make of a key result, and key results of their objective."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from tandem.strategy import grading, periods, progress
from tandem.strategy.progress import Judgement, Standing


@pytest.mark.parametrize(("start", "target", "value", "share"), [(58, 70, 64, 0.5), (410, 361, 361, 1), (5, 1, 6, -0.25), (0, 1, 1, 1)])
def test_the_direction_follows_from_start_and_target(start, target, value, share):
    assert progress.share_of_way(D(start), D(target), D(value)) == share


@pytest.mark.parametrize(("done", "line", "state"), [(0.5, 0.5, "on"), (0.4, 0.5, "on"), (0.3, 0.5, "risk"), (0.2, 0.5, "off"), (1.1, 1, "done")])
def test_the_distance_to_the_straight_line_gives_the_state(done, line, state):
    assert progress.against_line(done, line) == state


def test_the_straight_line_stays_within_its_period():
    first, last = date(2026, 1, 1), date(2026, 1, 11)
    assert [progress.expected(first, last, d) for d in (date(2025, 12, 1), date(2026, 1, 6), date(2026, 2, 1))] == [0, 0.5, 1]


def test_a_word_does_not_hide_the_figures():
    assert Standing("x", said="on", line="off").confidence == "risk"
    assert Standing("x", said="off", line="on").confidence == "off"
    assert Standing("x", said="on", is_late=True, line="off").confidence == "off"
    assert Standing("x", said="on", is_late=True).confidence == "none", "an old word without figures says nothing"
    assert Standing("x", said="off", score=0.7).confidence == "done"


def test_an_objective_is_as_sure_as_its_weakest_key_result_and_goes_on_by_weight():
    found = Judgement([
        Standing("a", 100, progress=0.5, said="on"), Standing("b", 50, progress=2.0, said="risk"), Standing("c", 10, said="on")
    ])  # fmt: skip
    assert found.progress == pytest.approx(100 / 150 * 0.5 + 50 / 150 * 1.0), "more than all counts as all; no value counts not at all"
    assert found.confidence == "risk"
    assert [s.title for s in found.weakest] == ["b"]
    assert found.score is None


def test_of_nothing_nothing_is_said():
    assert (Judgement().progress, Judgement().confidence, Judgement().score) == (None, "none", None)


def test_periods_follow_the_year_of_the_organisation():
    assert periods.period("2027-Q1", 4).starts_on == date(2026, 4, 1)
    assert periods.period("2027", 4).ends_on == date(2027, 3, 31)
    assert periods.period("2026-H2").starts_on == date(2026, 7, 1)
    assert [periods.period(k) for k in ("2026-H3", "2026-Q5", "26", "2026-", "9999", "0000-Q1", "../x")] == [None] * 7
    assert "2026-Q4" in [p.key for p in periods.within(date(2026, 11, 1), date(2026, 11, 2))]


def test_the_next_period_is_of_the_same_kind():
    assert periods.following(date(2026, 12, 31), 92) == (date(2027, 1, 1), date(2027, 3, 31))
    assert periods.following(date(2026, 12, 31), 365) == (date(2027, 1, 1), date(2027, 12, 31))
    assert periods.following(date(2026, 11, 10), 20) == (date(2026, 11, 11), date(2026, 11, 30))


FIRST = date(2026, 1, 1)


def graded(values, *, step=7, today=None, has_owner=True, uses=1, skip=()):
    points = [(FIRST + timedelta(step * n), float(v)) for n, v in enumerate(values) if n not in skip]
    last = points[-1][0] if points else FIRST
    return grading.grade(points, cadence_days=7, today=today or last, has_owner=has_owner, uses=uses)


def failing(grade):
    return [a.code for a in grade.failing]


def test_a_kpi_that_is_kept_well_has_an_a():
    assert (graded([1, 2, 3, 4, 3, 5, 4, 6, 5]).letter, failing(graded([1, 2, 3, 4, 3, 5, 4, 6, 5]))) == ("A", [])


def test_each_question_that_fails_takes_a_letter():
    assert failing(graded([1, 2, 3], today=date(2026, 3, 1))) == ["stale"]
    assert failing(graded([1, 2, 3, 4, 5, 6], skip=(2, 4))) == ["gaps"]
    assert failing(graded([10, 11, 10, 12, 90, 11, 12, 13, 12])) == ["outliers"]
    assert failing(graded([5] * 6)) == ["moving"]
    assert failing(graded([1, 2, 1, 2], has_owner=False, uses=0)) == ["owner", "used"]
    assert graded([5] * 6, has_owner=False, uses=0, today=date(2027, 1, 1)).letter == "D"


def test_from_too_little_nothing_is_said():
    grade = graded([1, 90])
    assert [a.code for a in grade.open] == ["gaps", "outliers", "moving"]
    assert grade.letter == "A"
    assert graded([], has_owner=False, uses=0).letter == "", "before the first value there is no grade"


def test_a_steady_climb_holds_no_outlier():
    assert "outliers" not in failing(graded([n * n for n in range(12)]))
