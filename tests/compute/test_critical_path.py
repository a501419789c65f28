"""The critical path by hand and by property."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.calendar import ELAPSED, WorkingCalendar
from tandem.compute.scheduling.critical_path import schedule
from tandem.compute.scheduling.network import Activity, Constraint, Link, LinkType, Network, Span, find_cycle
from tests.compute.plans import CALENDARS, DAY, HOUR, MONDAY, NIGHTS, fs, networks, plan


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 1, day, hour, minute)


def test_a_chain_runs_over_the_weekend():
    dates = schedule(plan(Activity("a", 4 * DAY), Activity("b", 2 * DAY), links=(fs("a", "b"),)), MONDAY)
    assert (dates["a"].start, dates["a"].finish) == (at(1, 8), at(4, 17))
    assert (dates["b"].start, dates["b"].finish) == (at(5, 8), at(8, 17))
    assert dates.project_finish == at(8, 17)
    assert dates["b"].driven_by == "a"
    assert dates["a"].driven_by is None


def test_the_shorter_branch_has_slack_and_the_longer_is_critical():
    network = plan(
        Activity("start", DAY),
        Activity("long", 3 * DAY),
        Activity("short", DAY),
        Activity("end", DAY),
        links=(fs("start", "long"), fs("start", "short"), fs("long", "end"), fs("short", "end")),
    )
    dates = schedule(network, MONDAY)
    assert dates["short"].total_slack == dates["short"].free_slack == 2 * DAY
    assert dates["short"].late_start == at(4, 8)
    assert [row.id for row in dates if row.critical] == ["start", "long", "end"]


@pytest.mark.parametrize(
    ("kind", "lag", "start", "finish"),
    [
        (LinkType.FS, 0, at(3, 8), at(3, 17)),
        (LinkType.FS, DAY, at(4, 8), at(4, 17)),
        (LinkType.FS, -DAY, at(2, 8), at(2, 17)),
        (LinkType.SS, 0, at(1, 8), at(1, 17)),
        (LinkType.SS, 4 * HOUR, at(1, 13), at(2, 12)),
        (LinkType.FF, 0, at(2, 8), at(2, 17)),
        (LinkType.FF, 2 * HOUR, at(2, 10), at(3, 10)),
        (LinkType.SF, 2 * DAY, at(2, 8), at(2, 17)),
    ],
)
def test_each_type_of_link_binds_its_ends(kind, lag, start, finish):
    network = plan(Activity("a", 2 * DAY), Activity("b", DAY), links=(Link("a", "b", kind, lag),))
    dates = schedule(network, MONDAY)
    assert (dates["b"].start, dates["b"].finish) == (start, finish)


def test_start_to_finish_without_lag_shows_the_bound_itself_as_ms_project_does():
    network = plan(
        Activity("a", DAY, constraint=Constraint.SNET, constraint_date=at(2, 8)),
        Activity("b", DAY),
        links=(Link("a", "b", LinkType.SF),),
    )
    assert schedule(network, MONDAY)["b"].finish == at(2, 8)


def test_lag_in_percent_and_around_the_clock():
    percent = Link("a", "b", lag=50, lag_is_percent=True)
    clock = Link("a", "c", lag=24 * HOUR, lag_is_elapsed=True)
    network = plan(Activity("a", 2 * DAY), Activity("b", DAY), Activity("c", HOUR), links=(percent, clock))
    dates = schedule(network, at(4, 8))
    assert dates["a"].finish == at(5, 17)
    assert dates["b"].start == at(9, 8)
    assert dates["c"].start == at(8, 8)


def test_lag_runs_on_the_calendar_of_the_successor():
    network = plan(
        Activity("a", DAY), Activity("b", HOUR, calendar="mornings"), links=(fs("a", "b", 3 * HOUR),)
    )
    assert schedule(network, MONDAY)["b"].start == at(3, 9)


@pytest.mark.parametrize(
    ("constraint", "start", "finish"),
    [
        (Constraint.SNET, at(3, 8), at(3, 17)),
        (Constraint.MSO, at(3, 8), at(3, 17)),
        (Constraint.FNET, at(2, 8), at(3, 8)),
        (Constraint.MFO, at(2, 8), at(3, 8)),
        (Constraint.SNLT, at(1, 8), at(1, 17)),
        (Constraint.FNLT, at(1, 8), at(1, 17)),
    ],
)
def test_each_constraint_moves_what_it_may(constraint, start, finish):
    network = plan(
        Activity("a", DAY, constraint=constraint, constraint_date=at(3, 8)), Activity("z", 5 * DAY)
    )
    dates = schedule(network, MONDAY)
    assert (dates["a"].start, dates["a"].finish) == (start, finish)


def test_as_late_as_possible_uses_up_the_slack():
    network = plan(
        Activity("a", DAY, constraint=Constraint.ALAP),
        Activity("long", 5 * DAY),
        Activity("end", 0),
        links=(fs("a", "end"), fs("long", "end")),
    )
    dates = schedule(network, MONDAY)
    assert dates["a"].start == at(5, 8)
    assert dates["a"].total_slack == 0
    assert dates.project_finish == at(5, 17)


def test_a_hard_constraint_wins_over_a_link_unless_links_are_to_win():
    network = plan(
        Activity("a", 3 * DAY),
        Activity("b", DAY, constraint=Constraint.MSO, constraint_date=at(2, 8)),
        links=(fs("a", "b"),),
    )
    fixed = schedule(network, MONDAY)
    assert fixed["b"].start == at(2, 8)
    assert [(c.activity, c.rule, c.minutes, c.other) for c in fixed.conflicts] == [
        ("b", "link", 2 * DAY, "a")
    ]
    free = schedule(network, MONDAY, honour_constraints=False)
    assert free["b"].start == at(4, 8)
    assert free["b"].total_slack == -2 * DAY
    assert free["a"].total_slack == -2 * DAY
    assert [(c.activity, c.rule, c.minutes) for c in free.conflicts] == [("b", "constraint", 2 * DAY)]


def test_a_missed_deadline_is_negative_slack_and_moves_nothing():
    dates = schedule(plan(Activity("a", 3 * DAY, deadline=at(2, 17))), MONDAY)
    assert dates["a"].finish == at(3, 17)
    assert dates["a"].total_slack == -DAY
    assert [(c.rule, c.minutes) for c in dates.conflicts] == [("deadline", DAY)]


@pytest.mark.parametrize(
    ("kind", "lag", "late_start", "free"),
    [
        (LinkType.FS, 0, at(4, 8), 0),
        (LinkType.SS, DAY, at(4, 8), 0),
        (LinkType.FF, DAY, at(4, 8), 0),
        (LinkType.SF, 3 * DAY, at(3, 8), 0),
        (LinkType.SS, -DAY, at(5, 8), DAY),
    ],
)
def test_each_type_of_link_bounds_the_late_dates(kind, lag, late_start, free):
    """A week long beside it: `a` may wait until `b`, a day long, must end on Friday."""
    network = plan(
        Activity("a", DAY), Activity("b", DAY), Activity("week", 5 * DAY), links=(Link("a", "b", kind, lag),)
    )
    dates = schedule(network, MONDAY)
    assert dates["a"].late_start == late_start
    assert dates["a"].free_slack == free


def test_free_slack_is_never_negative_where_an_own_date_overruns_a_link():
    network = plan(
        Activity("a", 2 * DAY),
        Activity("b", DAY, is_manual=True, manual_start=at(1, 8), manual_finish=at(1, 17)),
        links=(fs("a", "b"),),
    )
    dates = schedule(network, MONDAY)
    assert dates["a"].free_slack == 0
    assert [(c.rule, c.activity, c.minutes) for c in dates.conflicts] == [("link", "b", 2 * DAY)]


def test_a_milestone_stays_where_its_predecessor_ends():
    network = plan(Activity("a", DAY), Activity("m"), Activity("b", DAY), links=(fs("a", "m"), fs("m", "b")))
    dates = schedule(network, MONDAY)
    assert dates["m"].start == dates["m"].finish == at(1, 17)
    assert dates["b"].start == at(2, 8)


def test_actual_dates_hold_against_every_link():
    network = plan(
        Activity("a", 2 * DAY),
        Activity("b", DAY, actual_start=at(1, 9), percent_complete=50),
        Activity("c", DAY, actual_start=at(1, 8), actual_finish=at(1, 12), percent_complete=100),
        links=(fs("a", "b"), fs("b", "c")),
    )
    dates = schedule(network, MONDAY)
    assert (dates["b"].start, dates["b"].finish) == (at(1, 9), at(2, 9))
    assert (dates["c"].start, dates["c"].finish) == (at(1, 8), at(1, 12))
    assert not dates["c"].critical
    assert {c.rule for c in dates.conflicts} == {"link"}


def test_remaining_work_waits_for_the_status_date_only_when_asked():
    network = plan(
        Activity("begun", 4 * DAY, actual_start=at(1, 8), percent_complete=25),
        Activity("new", DAY),
        Activity("done", DAY, actual_start=at(1, 8), percent_complete=100),
    )
    assert schedule(network, MONDAY)["begun"].finish == at(4, 17)
    later = schedule(network, MONDAY, status_date=at(4, 8))
    assert later["begun"].start == at(1, 8)
    assert later["begun"].finish == at(8, 17)
    assert later["new"].start == at(4, 8)
    assert later["done"].finish == at(1, 17)


def test_a_resume_date_moves_only_the_rest():
    network = plan(Activity("a", 2 * DAY, actual_start=at(1, 8), percent_complete=50, resume=at(9, 8)))
    assert schedule(network, MONDAY)["a"].finish == at(9, 17)


def test_a_manual_activity_keeps_its_dates_and_its_successor_follows():
    network = plan(
        Activity("a", DAY),
        Activity("b", DAY, is_manual=True, manual_start=at(1, 8), manual_finish=at(3, 12)),
        Activity("c", DAY),
        links=(fs("a", "b"), fs("b", "c")),
    )
    dates = schedule(network, MONDAY)
    assert (dates["b"].start, dates["b"].finish) == (at(1, 8), at(3, 12))
    assert dates["c"].start == at(3, 13)


def test_a_summary_spans_what_is_below_it_and_passes_its_links_on():
    network = plan(
        Activity("before", DAY),
        Activity("phase"),
        Activity("part", parent="phase"),
        Activity("x", DAY, parent="part"),
        Activity("y", 2 * DAY, parent="phase"),
        Activity("after", DAY),
        links=(fs("before", "phase"), fs("phase", "after")),
    )
    dates = schedule(network, MONDAY)
    assert (dates["part"].start, dates["part"].finish) == (at(2, 8), at(2, 17))
    assert (dates["phase"].start, dates["phase"].finish) == (at(2, 8), at(3, 17))
    assert dates["after"].start == at(4, 8)
    assert dates["x"].driven_by == "before"
    assert dates["x"].total_slack == DAY
    assert dates["phase"].critical


def test_an_inactive_activity_binds_nobody():
    network = plan(
        Activity("off", 9 * DAY, is_active=False, parent="phase"),
        Activity("on", DAY, parent="phase"),
        Activity("phase"),
        Activity("b", DAY),
        links=(fs("off", "b"),),
    )
    dates = schedule(network, MONDAY)
    assert dates["b"].start == at(1, 8)
    assert dates["phase"].finish == at(1, 17)


def test_people_with_other_calendars_decide_start_and_finish():
    team = (Span(3 * DAY, ("office",)), Span(3 * DAY, ("nights",)))
    dates = schedule(plan(Activity("a", 6 * DAY, spans=team)), at(5, 8))
    assert dates["a"].start == at(5, 8)
    assert dates["a"].finish == at(10, 8)
    alone = schedule(plan(Activity("a", spans=(Span(DAY, ("nights",)),))), at(5, 8))
    assert alone["a"].start == at(5, 23)


def test_leveling_delay_is_around_the_clock():
    dates = schedule(plan(Activity("a", DAY, leveling_delay=2 * 1440)), at(4, 8))
    assert dates["a"].start == at(8, 8)


def test_a_plan_can_be_scheduled_from_its_finish():
    late = {"constraint": Constraint.ALAP}
    network = plan(
        Activity("a", 2 * DAY, **late), Activity("b", DAY, **late), Activity("c", DAY), links=(fs("a", "b"),)
    )
    dates = schedule(network, finish=at(5, 17))
    assert dates.project_start == dates["a"].start == at(3, 8)
    assert (dates["b"].start, dates["b"].finish) == (at(5, 8), at(5, 17))
    assert dates["c"].start == at(3, 8)


def test_a_long_chain_outgrows_the_first_horizon():
    steps = tuple(Activity(str(place), 60 * DAY) for place in range(40))
    dates = schedule(plan(*steps, links=tuple(fs(a.id, b.id) for a, b in pairwise(steps))), MONDAY)
    assert dates.project_finish.year > 2030
    assert dates.critical.all()


def test_a_cycle_is_refused_with_its_path():
    network = plan(
        *(Activity(name, DAY) for name in "abcd"),
        links=(fs("a", "b"), fs("b", "c"), fs("c", "b"), fs("c", "d")),
    )
    with pytest.raises(Uncomputable, match="cycle") as refused:
        schedule(network, MONDAY)
    assert refused.value.params["path"] in (["b", "c", "b"], ["c", "b", "c"])


def test_a_cycle_through_a_summary_is_found():
    network = plan(
        Activity("phase"),
        Activity("x", DAY, parent="phase"),
        Activity("y", DAY),
        links=(fs("phase", "y"), fs("y", "x")),
    )
    with pytest.raises(Uncomputable, match="cycle") as refused:
        schedule(network, MONDAY)
    assert set(refused.value.params["path"]) == {"phase", "x", "y"}


def test_a_path_without_a_cycle_has_none():
    assert find_cycle([("a", "b"), ("b", "c"), ("a", "c")]) is None
    assert find_cycle([("a", "b"), ("b", "a")]) in (["a", "b", "a"], ["b", "a", "b"])


@pytest.mark.parametrize(
    ("activities", "links", "code", "activity"),
    [
        ((Activity("a"), Activity("a")), (), "activity_twice", "a"),
        ((Activity("a", parent="x"),), (), "parent_unknown", "a"),
        ((Activity("a", calendar="moon"),), (), "calendar_unknown", "a"),
        ((Activity("a"),), (fs("a", "b"),), "link_unknown", "a"),
        ((Activity("a"),), (fs("a", "a"),), "link_to_itself", "a"),
        ((Activity("a", parent="p"), Activity("p")), (fs("a", "p"),), "link_to_own_summary", "a"),
    ],
)
def test_what_cannot_be_scheduled_names_the_activity_and_the_rule(activities, links, code, activity):
    with pytest.raises(Uncomputable) as refused:
        plan(*activities, links=links)
    assert refused.value.code == code
    assert refused.value.params["activity"] == activity


def test_a_negative_duration_and_a_constraint_without_date_are_refused():
    with pytest.raises(Uncomputable, match="duration_negative"):
        Activity("a", -1)
    with pytest.raises(Uncomputable, match="constraint_without_date"):
        Activity("a", constraint=Constraint.SNET)


def test_a_moment_with_a_zone_is_refused():
    with pytest.raises(Uncomputable, match="moment_with_zone"):
        schedule(plan(Activity("a", DAY)), MONDAY.astimezone())


def test_an_empty_plan_has_no_dates():
    assert len(schedule(plan(), MONDAY)) == 0


@settings(max_examples=150, deadline=None)
@given(networks(leads=True))
def test_no_link_is_violated(network):
    dates = schedule(network, MONDAY)
    horizon = (datetime(2023, 1, 1).date(), datetime(2027, 1, 1).date())
    axes = {name: calendar.axis(*horizon) for name, calendar in CALENDARS.items()}
    axes["clock"] = ELAPSED.axis(*horizon)
    for link in network.links:
        before, after = dates[link.predecessor], dates[link.successor]
        owner = network.activities[network.index[link.successor]].calendar or "office"
        axis = axes["clock" if link.lag_is_elapsed else owner]
        bound = before.finish if link.type in (LinkType.FS, LinkType.FF) else before.start
        bound = axis.add(bound, link.lag) if link.lag else bound
        assert (after.start if link.type in (LinkType.FS, LinkType.SS) else after.finish) >= bound


@settings(max_examples=150, deadline=None)
@given(networks(leads=True, outline=True))
def test_without_constraints_slack_is_never_negative_and_something_is_critical(network):
    dates = schedule(network, MONDAY)
    assert dates.total_slack.min() >= 0
    assert (dates.free_slack <= dates.total_slack).all()
    assert (dates.free_slack >= 0).all()
    leaves = np.array([a.id not in network.summaries for a in network.activities])
    assert (dates.start <= dates.finish)[leaves].all()


def pinned(network, starts):
    activities = tuple(
        replace(a, constraint=Constraint.SNET, constraint_date=starts[a.id]) if a.id in starts else a
        for a in network.activities
    )
    return plan(*activities, links=network.links)


@settings(max_examples=100, deadline=None)
@given(networks(leads=True, outline=True))
def test_everything_as_late_as_computed_ends_no_later(network):
    dates = schedule(network, MONDAY)
    leaves = {
        row.id: row.late_start for row in dates if row.id not in network.summaries and "p" not in row.id
    }
    assert schedule(pinned(network, leaves), MONDAY).project_finish == dates.project_finish


@settings(max_examples=100, deadline=None)
@given(networks(leads=True), st.integers(0, 8))
def test_one_minute_later_than_the_late_start_ends_later(network, place):
    dates = schedule(network, MONDAY)
    row = list(dates)[place % len(dates)]
    activity = network.activities[place % len(dates)]
    calendar = ELAPSED if activity.elapsed else CALENDARS[activity.calendar or "office"]
    axis = calendar.axis(datetime(2023, 1, 1).date(), datetime(2027, 1, 1).date())
    later = axis.as_start(axis.position(row.late_start) + 60)
    assert schedule(pinned(network, {row.id: later}), MONDAY).project_finish > dates.project_finish


@settings(max_examples=60, deadline=None)
@given(networks())
def test_nothing_starts_before_the_project_and_nothing_ends_after_it(network):
    dates = schedule(network, MONDAY)
    assert min(row.start for row in dates) >= MONDAY
    assert max(row.finish for row in dates) == dates.project_finish


def test_night_work_reads_its_week_from_the_calendar():
    assert NIGHTS.day(MONDAY.date()) == ((1380, 1440),)


def test_a_calendar_without_work_is_refused_by_its_name():
    never = WorkingCalendar("never", week=((),) * 7)
    with pytest.raises(Uncomputable, match="no_working_time") as refused:
        schedule(Network((Activity("a", DAY),), (), {"never": never}, "never"), MONDAY)
    assert refused.value.params["calendar"] == "never"
