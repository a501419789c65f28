"""Flow: times, diagram, age, Little's law, growing queues and expectations, against counting by hand and by force."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.ageing import ageing
from tandem.compute.flow.bottleneck import bottleneck, flipped, holm
from tandem.compute.flow.diagram import cumulative_flow
from tandem.compute.flow.expectation import expectation
from tandem.compute.flow.items import TWO_STEPS, Block, FlowItem, Move, State, Workflow, from_dates
from tandem.compute.flow.journeys import journeys
from tandem.compute.flow.little import consistency
from tandem.compute.flow.measures import flow_times
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.axis import instant
from tandem.compute.scheduling.calendar import WorkingCalendar

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FLOW = Workflow(
    (
        State("ideas", "backlog"), State("build", "active"), State("to test", "waiting"), State("test", "active"),
        State("done", "done"), State("dropped", "dropped"),
    )
)  # fmt: skip
NAMES = [state.id for state in FLOW.states]
START = datetime(2024, 1, 1)  # a Monday


def at(days):
    return START + timedelta(days=days)


def item(name, *moves, blocks=()):
    return FlowItem(name, tuple(Move(at(day), state) for day, state in moves), tuple(blocks))


def whole(name, arrival=0.0, build=2.0, queue=3.0, test=1.0):
    """Ideas for a day, then build, wait, test, done."""
    days = np.cumsum([arrival, 1, build, queue, test])
    return item(name, *zip(days.tolist(), ("ideas", "build", "to test", "test", "done"), strict=True))


def read(items, now=100.0, workflow=FLOW, calendar=None):
    return journeys(items, workflow, now=at(now), calendar=calendar)


# --- times


def test_times_of_equal_items_are_the_days_they_took():
    found = flow_times(read([whole(str(k), arrival=k) for k in range(10)], now=20))
    assert [p.value for p in found.lead.percentiles] == [7.0] * 4
    assert [p.value for p in found.cycle.percentiles] == [6.0] * 4
    assert {one.state: one.mean for one in found.states} == {"ideas": 1, "build": 2, "to test": 3, "test": 1}
    assert [one.share for one in found.states] == [None, 2 / 6, 3 / 6, 1 / 6]
    assert found.efficiency == pytest.approx(3 / 6)
    assert found.per_day == pytest.approx(10 / 20)


def test_blocked_time_is_no_work_and_overlapping_blocks_count_once():
    """Build lasts from day 1 to 3; blocked from 1.5 to 2.5, of which half a day twice; and while it waits anyway."""
    blocks = (Block(at(1.5), at(2.25)), Block(at(2), at(2.5)), Block(at(4), at(5)))
    items = [FlowItem(str(k), whole(str(k)).moves, blocks) for k in range(8)]
    found = flow_times(read(items))
    assert found.blocked_days == pytest.approx(8 * 2.0)
    assert found.blocked_share == pytest.approx(2 / 6)
    assert found.efficiency == pytest.approx((3 - 1) / 6)
    assert found.blocked_items == 8


def test_a_reopened_item_is_finished_once_at_the_end_and_rest_in_done_is_no_work():
    twice = [
        item(str(k), (0, "build"), (2, "done"), (12, "build"), (13, "done"), (14, "done")) for k in range(8)
    ]
    found = read(twice)
    assert (found.cycle == 13).all()
    assert set(found.finished.tolist()) == {instant(at(13))}
    measured = flow_times(found)
    assert measured.efficiency == 1.0
    build = next(one for one in measured.states if one.state == "build")
    assert (build.mean, build.returns) == (3.0, 8)


def test_dropped_items_are_neither_finished_nor_in_progress():
    found = read([item("a", (0, "build"), (2, "dropped")), item("b", (0, "build"))])
    assert found.is_finished.tolist() == [False, False]
    assert found.is_in_progress.tolist() == [False, True]


def test_what_happens_later_is_not_seen():
    early = read([whole("a"), whole("b", arrival=50)], now=4)
    assert early.ids == ("a",)
    assert early.is_in_progress.tolist() == [True]


def test_working_days_leave_the_weekend_out():
    """Build from Friday 12:00 to Monday 12:00: three days by the clock, one working day in the office."""
    items = [item(str(k), (4.5, "build"), (7.5, "done")) for k in range(8)]
    assert flow_times(read(items)).cycle.mean == pytest.approx(3.0)
    assert flow_times(read(items, calendar=WorkingCalendar("office"))).cycle.mean == pytest.approx(1.0)


def test_dates_count_whole_days():
    rows = [(str(k), date(2024, 1, 1), date(2024, 1, 1 + k)) for k in range(8)]
    found = journeys(from_dates(rows), TWO_STEPS, now=at(30))
    assert found.cycle.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_seven_finished_items_are_too_few():
    found = read([whole(str(k)) for k in range(7)])
    assert flow_times(found) == NotEnough(7)
    assert ageing(found) == NotEnough(7)
    assert expectation(found) == NotEnough(7)
    assert consistency(found, since=START) == NotEnough(7)


# --- the diagram

paths = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(NAMES)), min_size=1, max_size=6).map(
    lambda moves: sorted(moves, key=lambda move: move[0])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(paths, min_size=1, max_size=12))
def test_the_diagram_counts_who_is_where_at_the_end_of_each_day(every):
    found = read(
        [item(str(k), *[(day + 0.5, state) for day, state in moves]) for k, moves in enumerate(every)], now=45
    )
    drawn = cumulative_flow(found, START.date(), at(44).date())
    for day in range(45):
        by_force = [0] * len(NAMES)
        for moves in every:
            entered = [state for when, state in moves if when <= day]
            if entered:
                by_force[NAMES.index(entered[-1])] += 1
        assert drawn.counts[day].tolist() == by_force
        assert drawn.wip[day] == sum(by_force[1:4])
        assert drawn.cumulative[day].tolist() == [sum(by_force[k:5]) for k in range(5)] + [0]
    assert drawn.arrived.sum() == len(every)
    assert drawn.finished.sum() == found.is_finished.sum()


def test_a_window_that_begins_later_still_knows_who_was_there():
    found = read([whole(str(k), arrival=k) for k in range(10)], now=20)
    all_days = cumulative_flow(found, START.date(), at(19).date())
    later = cumulative_flow(found, at(8).date(), at(19).date())
    assert (later.counts == all_days.counts[8:]).all()


# --- age


def test_age_is_seen_beside_the_pace_of_finished_work():
    """Eight items took 1 to 8 days from build to done at once; one is 6.5 days old, one 20."""
    done = [item(str(k), (0, "build"), (k, "done")) for k in range(1, 9)]
    found = read([*done, item("young", (23.5, "build")), item("old", (10, "build"))], now=30)
    chart = ageing(found, share=0.85)
    assert chart.limit == 7.0
    old, young = chart.items
    assert (old.item, old.age, old.slower_than, old.beyond, old.chance) == ("old", 20.0, 1.0, 0.95, None)
    assert (young.item, young.age, young.slower_than, young.beyond) == ("young", 6.5, 6 / 8, 0.7)
    assert young.chance == pytest.approx(
        1 / 2
    )  # of those that took longer than 6.5 days, 7 kept the limit and 8 did not


# --- Little's law


def test_littles_law_holds_for_a_steady_flow():
    """One item begins each day and takes six: six are in progress."""
    found = read([whole(str(k), arrival=k) for k in range(100)], now=101)
    seen = consistency(found, since=at(20))
    assert (seen.wip, seen.per_day, seen.cycle) == pytest.approx((6, 1, 6), abs=0.05)
    assert seen.is_consistent
    assert seen.codes == ()


def test_items_that_never_end_show_as_old_work():
    forgotten = [item(f"old{k}", (0, "build")) for k in range(12)]
    seen = consistency(
        read([*(whole(str(k), arrival=k) for k in range(100)), *forgotten], now=101), since=at(20)
    )
    assert not seen.is_consistent
    assert seen.codes == ("wip_gets_older", "old_work")


def test_more_begun_than_finished_is_named():
    items = [
        item(str(k), (k / 3, "build"), *([(k / 3 + 4, "done")] if k % 3 == 0 else [])) for k in range(150)
    ]
    assert "more_begun" in consistency(read(items, now=50), since=START).codes


# --- queues


def queue_items(weeks=12, per_week=5, growth=0, seed=3):
    """Through build and test each week; `growth` items a week more stay waiting for the test."""
    rng, items = np.random.default_rng(seed), []
    for week in range(weeks):
        for k in range(per_week + growth):
            day = 7 * week + float(rng.uniform(0, 3))
            moves = [(day, "build"), (day + 1, "to test")]
            if k < per_week:
                moves += [(day + 2, "test"), (day + 3, "done")]
            items.append(item(f"{week}.{k}", *moves))
    return items


def test_the_queue_that_grows_is_found_and_the_step_behind_it_named():
    items = [item("since the first hour", (0, "ideas")), *queue_items(growth=2)]
    found = bottleneck(read(items, now=12 * 7), weeks=12)
    assert (found.state, found.held_up_by, found.weeks) == ("to test", "test", 12)
    queue = next(one for one in found.queues if one.state == "to test")
    assert (queue.entered, queue.left, queue.at_last, queue.per_week) == (84, 60, 24, 2.0)
    assert queue.p == 1 / 2**12  # only the signs as they are reach the sum
    assert queue.adjusted_p == 3 / 2**12
    assert found.test == "sign_flip_of_weekly_net_entries"


def test_a_queue_that_only_swings_is_no_bottleneck():
    assert bottleneck(read(queue_items(growth=0), now=84), weeks=12).state is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8))
def test_the_test_counts_all_signs(nets):
    weeks = [net for net in nets if net]
    sums = [
        sum(s * w for s, w in zip(signs, weeks, strict=True)) for signs in product((1, -1), repeat=len(weeks))
    ]
    by_force = sum(one >= sum(weeks) for one in sums) / len(sums)
    assert flipped(np.array(nets)) == pytest.approx(by_force)


def test_the_false_alarm_rate_is_the_level():
    rng = np.random.default_rng(8)
    alarms = sum(flipped(rng.poisson(5, 12) - rng.poisson(5, 12)) < 0.05 for _ in range(400))
    assert alarms <= 34  # 20 expected; P(more) < 0.1 %


def test_many_weeks_are_drawn_and_the_same_seed_draws_the_same():
    nets = np.random.default_rng(1).integers(-3, 4, 40)
    assert flipped(nets, 5) == flipped(nets, 5)
    assert flipped(np.ones(40, np.int64)) == pytest.approx(1 / 20_001)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_a_few_weeks_say_nothing():
    assert bottleneck(read(queue_items(weeks=5), now=35)) == NotEnough(4, 8)  # whole weeks since the first


# --- expectation


def test_the_expectation_is_a_percentile_of_cycle_time_and_was_kept():
    rng = np.random.default_rng(2)
    items = [item(str(k), (k, "build"), (k + float(rng.gamma(2, 3)), "done")) for k in range(400)]
    found = expectation(read(items, now=480), window=400)
    took = sorted(read(items, now=480).cycle.tolist())
    assert found.days == took[339]  # the smallest that 85 % of 400 do not exceed
    assert found.low <= found.days <= found.high
    assert found.code == "kept"
    assert found.past.low < 0.85 < found.past.high


def test_a_stated_expectation_that_is_too_short_was_missed():
    items = [item(str(k), (k, "build"), (k + 1 + k % 10, "done")) for k in range(100)]
    found = expectation(read(items, now=150), stated_days=5)
    assert found.stated.kept == 0.5
    assert (found.stated.cases, found.code) == (100, "missed")


def test_what_is_young_is_not_judged_and_what_is_old_and_open_is_missed():
    done = [item(str(k), (k, "build"), (k + 1, "done")) for k in range(40)]
    late = [item(f"late{k}", (10, "build")) for k in range(20)]
    young = [item(f"young{k}", (99, "build"), (99.5, "done")) for k in range(20)]
    found = expectation(read([*done, *late, *young]), stated_days=5)
    assert (found.stated.cases, found.stated.kept) == (60, pytest.approx(40 / 60))


# --- refused


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: item("a"), "no_moves"),
        (lambda: item("a", (2, "build"), (1, "done")), "moves_out_of_order"),
        (lambda: FlowItem("a", (Move(START.astimezone(), "build"),)), "moment_with_zone"),
        (lambda: item("a", (1, "build"), blocks=(Block(at(2), at(1)),)), "block_reversed"),
        (lambda: State("a", "sleeping"), "state_category"),
        (lambda: Workflow((State("a", "active"),)), "no_done_state"),
        (lambda: read([item("a", (1, "nowhere"))]), "state_unknown"),
        (lambda: read([item("a", (1, "build"))] * 2), "item_twice"),
        (lambda: cumulative_flow(read([whole("a")]), date(2024, 2, 2), date(2024, 2, 1)), "window_reversed"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, code):
    with pytest.raises(Uncomputable) as refused:
        make()
    assert refused.value.code == code


# --- real histories


@pytest.mark.skipif(not (DATA / "github").exists(), reason="real histories are not here")
def test_on_real_issues_the_percentile_of_finished_ones_promises_too_much():
    """What is still open is missing from the finished ones: 85 % of those is not 85 % of all."""
    packed = (DATA / "github" / "temporalio-sdk-python-issues-2026-01.json.gz").read_bytes()
    rows = json.loads(gzip.decompress(packed))

    def moment(text):
        return datetime.fromisoformat(text.removesuffix("Z"))

    items = [
        FlowItem(
            str(row["number"]),
            tuple(
                Move(moment(row[name]), state)
                for name, state in (("createdAt", "open"), ("closedAt", "closed"))
                if row[name]
            ),
        )
        for row in rows
    ]
    found = journeys(items, TWO_STEPS, now=max(one.moves[-1].at for one in items))
    promised = expectation(found)
    assert promised.past.cases > 400
    assert promised.code == "missed"
    assert "old_work" in consistency(found, since=datetime(2025, 1, 20)).codes
    drawn = cumulative_flow(found, date(2025, 1, 1), date(2026, 1, 20))
    assert drawn.wip[-1] - drawn.wip[0] == drawn.arrived[1:].sum() - drawn.finished[1:].sum()


@pytest.mark.skipif(not (DATA / "jira-json").exists(), reason="real histories are not here")
def test_a_jira_change_log_becomes_moves():
    issues = json.loads((DATA / "jira-json" / "search-finos-2018.json").read_text())["issues"]

    def moment(text):
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").replace(tzinfo=None)

    items, names = [], {}
    for issue in issues:
        steps = sorted(
            (moment(entry["created"]), one["fromString"], one["toString"])
            for entry in issue["changelog"]["histories"] for one in entry["items"] if one["field"] == "status"
        )  # fmt: skip
        moves = [
            Move(moment(issue["fields"]["created"]), steps[0][1]),
            *(Move(when, state) for when, _, state in steps),
        ]
        names |= dict.fromkeys(move.state for move in moves)
        items.append(FlowItem(issue["key"], tuple(moves)))
    ends = {"CLA On File", "Contributed", "Licenses Validated"}
    workflow = Workflow(tuple(State(name, "done" if name in ends else "active") for name in names))
    found = journeys(items, workflow, now=datetime(2018, 6, 1))
    assert found.is_finished.all()
    assert flow_times(found) == NotEnough(4)


def test_a_block_with_a_zone_is_refused_by_its_item():
    with pytest.raises(Uncomputable, match="moment_with_zone"):
        item("a", (0, "build"), blocks=[Block(at(1), at(2).replace(tzinfo=UTC))])


def test_a_window_without_working_time_is_refused():
    """Eight items end on a Saturday."""
    found = read([whole(str(k), arrival=-1.5) for k in range(8)], now=6, calendar=WorkingCalendar("office"))
    with pytest.raises(Uncomputable, match="no_working_time"):
        consistency(found, since=at(5))


def test_weeks_are_counted_whole():
    assert bottleneck(read([whole("a")], now=7 * 7 + 6)) == NotEnough(7, 8)
