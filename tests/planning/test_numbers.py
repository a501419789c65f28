"""The figures themselves: against a Monte Carlo of a few plain lines, and laws that hold for every history."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tandem.compute.forecasting.throughput import percentile, simulate, when
from tandem.planning import slips, workdays
from tandem.planning.calendars import STANDARD
from tandem.planning.pace import pace_of
from tandem.planning.slips import Waiting
from tests.planning import paper
from tests.planning.histories import TODAY, working_days_before
from tests.planning.paper import Word

LAWS = settings(
    max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
per_days = st.lists(st.integers(0, 3), min_size=60, max_size=80).filter(lambda counts: sum(counts) >= 30)


def plain_forecast(counts: list[int], left: int, share: float, trials: int = 4_000) -> date:
    """Draw a past of as many days, and from it days at random until everything is done; the date that so many of the
    runs do not pass."""
    draw = random.Random(2026)
    lengths = []
    for _ in range(trials):
        own = draw.choices(counts, k=len(counts))
        done = days = 0
        while done < left:
            done += draw.choice(own)
            days += 1
        lengths.append(days)
    lengths.sort()
    day, rest = TODAY, lengths[int(share * trials) - 1]
    while rest:
        day += timedelta(days=1)
        rest -= day.weekday() < 5
    return day


def forecast_of(subject, waiting: Waiting | None = None):
    """P50 and P80 as dates, by the same steps as the stored forecast."""
    pace = pace_of(paper.reading(subject), subject, TODAY)
    answer = when(pace.history, pace.total, seed=1)
    days = workdays.after(pace.calendar, TODAY)
    begin = days.until(waiting.ready) if waiting else 0
    return days.at(begin + answer.p50), days.at(begin + answer.p80)


def explained(subject, waiting: Waiting | None = None):
    read = paper.reading(subject)
    return slips.explain(read, subject, pace_of(read, subject, TODAY), waiting, TODAY, 1)


@pytest.mark.parametrize(("seed", "left"), [(1, 12), (2, 30), (3, 55)])
def test_a_monte_carlo_of_plain_lines_finds_the_same_dates(seed, left):
    """Two samplings of one distribution: they may lie one working day apart, over a weekend three days."""
    draw = random.Random(seed)
    counts = [draw.choice((0, 0, 1, 1, 2, 4)) for _ in range(59)]
    p50, p80 = forecast_of(paper.scope([1, *counts], left))
    seen = [*counts, 0]  # the last sixty working days, today with nothing done yet
    assert abs((p50 - plain_forecast(seen, left, 0.5)).days) <= 3
    assert abs((p80 - plain_forecast(seen, left, 0.8)).days) <= 3
    assert p50 < p80


@LAWS
@given(per_days, st.integers(1, 40), st.integers(0, 12), st.integers(3, 50), st.integers(-15, 90), st.integers(0, 40))
def test_the_causes_add_up_to_the_slip_that_the_row_shows(counts, left, added, ago, ahead, wait):
    given_on = working_days_before(TODAY, ago)[0]
    promised = max(TODAY + timedelta(days=ahead), given_on)
    word = Word(promised, given_on)
    subject = paper.scope(counts, left, added=added, promise=word)
    waiting = Waiting(99, TODAY + timedelta(days=wait), None, left) if wait else None
    found = explained(subject, waiting)
    _p50, p80 = forecast_of(subject, waiting)
    assert found["days"] == (p80 - promised).days
    assert sum(cause["days"] for cause in found["causes"]) == found["days"]
    assert next(c for c in found["causes"] if c["code"] == "scope_added")["items"] == added


@LAWS
@given(per_days, st.integers(1, 40), st.integers(1, 15), st.integers(3, 50), st.integers(20, 90))
def test_the_basis_on_record_is_what_the_waterfall_starts_from(counts, left, added, ago, ahead):
    given_on = working_days_before(TODAY, ago)[0]
    then = given_on + timedelta(days=40)
    word = Word(TODAY + timedelta(days=ahead), given_on, {"remaining": left, "per_week": 4.0, "p80": then.isoformat()})
    found = explained(paper.scope(counts, left, added=added, promise=word))
    days = workdays.after(STANDARD, given_on)
    assert found["given"] == days.at(days.until(then)).isoformat()
    assert sum(cause["days"] for cause in found["causes"]) == found["days"]


@LAWS
@given(per_days, st.integers(1, 40), st.integers(1, 15))
def test_more_scope_is_never_earlier(counts, left, more):
    before, after = forecast_of(paper.scope(counts, left)), forecast_of(paper.scope(counts, left + more))
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@LAWS
@given(per_days, st.integers(2, 40), st.integers(10, 50), st.integers(1, 60))
def test_more_scope_never_makes_a_slip_smaller_nor_its_own_share(counts, left, ago, ahead):
    word = Word(TODAY + timedelta(days=ahead), working_days_before(TODAY, ago)[0])
    few = explained(paper.scope(counts, left, added=2, promise=word))
    many = explained(paper.scope(counts, left, added=12, promise=word))

    def share(found):
        return next(c["days"] for c in found["causes"] if c["code"] == "scope_added")

    assert many["days"] >= few["days"]
    assert share(many) >= share(few) >= 0


@LAWS
@given(per_days, st.integers(1, 40), st.integers(1, 60))
def test_a_later_predecessor_is_never_earlier_and_costs_its_days(counts, left, wait):
    word = Word(TODAY + timedelta(days=10), TODAY - timedelta(days=30))
    subject = paper.scope(counts, left, promise=word)
    waiting = Waiting(99, TODAY + timedelta(days=wait), None, left)
    without, late = explained(subject), explained(subject, waiting)
    cost = next(c["days"] for c in late["causes"] if c["code"] == "predecessor")
    assert late["days"] == (forecast_of(subject, waiting)[1] - word.date).days >= without["days"]
    assert cost == late["days"] - without["days"]


@LAWS
@given(per_days, st.integers(2, 40), st.integers(1, 40))
def test_every_way_out_wins_days_and_the_full_one_keeps_the_promise(counts, left, ahead):
    promised = TODAY + timedelta(days=ahead)
    subject = paper.scope(counts, left, promise=Word(promised, TODAY - timedelta(days=30)))
    ways = explained(subject)["ways"]
    assume(ways)
    assert all(way["days"] <= 0 for way in ways)
    assert [way["code"] for way in ways][-1] == "revise"
    taken = [way for way in ways if way["code"] == "take_out"]
    for way in taken:
        pace = pace_of(paper.reading(subject), subject, TODAY)
        p80 = percentile(sorted_runs(pace, left - way["items"]), 0.8)
        assert way["date"] == workdays.after(STANDARD, TODAY).at(p80).isoformat()
    if taken:
        assert date.fromisoformat(taken[-1]["date"]) <= promised
        assert taken[-1]["status"] == "on"


def sorted_runs(pace, items):
    import numpy as np

    return np.sort(simulate(pace.history, items, seed=1))


@LAWS
@given(per_days, st.integers(1, 40), st.integers(1, 80))
def test_a_later_promise_is_kept_at_least_as_often(counts, left, days):
    pace = pace_of(paper.reading(paper.scope(counts, left)), paper.scope(counts, left), TODAY)
    answer = when(pace.history, pace.total, seed=1)
    assert answer.chance_within(days) <= answer.chance_within(days + 1)
    assert answer.chance_within(answer.p80) >= 0.8
    assert answer.chance_within(answer.p80 - 1) < 0.8
