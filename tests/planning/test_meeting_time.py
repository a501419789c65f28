"""Meetings take time: the same of load, sprints, workload, bookings and the levelled plan, once where they overlap, and only working time."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.governance.actions import meeting_series, meetings
from tandem.governance.models import Meeting, MeetingSeries
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.actions import spaces
from tandem.people.models import Membership, Space
from tandem.people.scoping import forget_roles
from tandem.planning import capacity, levelling
from tandem.planning.availability import available_hours
from tandem.planning.plan_inputs import slots_of
from tandem.reports.queries import fairness, load, meeting_times, sprints, time_sheets
from tandem.resources.actions import employments, time_off
from tests import make
from tests.planning.one_week import MONDAY, days, item, on

pytestmark = pytest.mark.usefixtures("monday")
FIRST, LAST = date(2026, 9, 7), date(2026, 9, 20)


def asked(world, *people, day=FIRST, at=time(9), minutes=60, rule="", **values) -> MeetingSeries:
    return make.series(actor=world.boris, space=world.project.space, needed=people, starts_on=day, at=at, minutes=minutes, rule=rule, zone="UTC", **values)


def hours(person, first=FIRST, last=LAST) -> float:
    return available_hours([person.pk], first, last).hours(person.pk, first, last)


def test_an_hour_in_a_meeting_is_an_hour_less_everywhere(world):
    asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO,TU", minutes=120)
    sprint = make.sprint(actor=world.boris, project=world.project, days=14)
    assert hours(world.mei) == 80 - 8
    have = available_hours([world.mei.pk], FIRST, LAST)
    assert have.met[world.mei.pk].sum() == 8 * 60 and have.there(world.mei.pk).sum() == 80 * 60
    course = load.of(world.alma, [world.mei.pk], FIRST, 2).courses[world.mei.pk]
    assert (course.time.tolist(), course.met.tolist()) == ([36, 36], [4, 4])
    assert sprints._own_days({world.mei.pk}, [sprint], sprints.calendar_of(world.project.space_id))[sprint.pk, world.mei.pk] == pytest.approx(9)
    held = capacity.of([world.mei.pk], np.arange(FIRST.toordinal(), LAST.toordinal() + 1))
    masks = held.masks(world.mei.pk, world.project.space_id)
    assert int(slots_of(masks[[n for n in range(14) if n % 7 < 5]]).sum()) == 72
    assert held.masks(world.mei.pk, 0)[0] == 0b11111001, "nine to eleven is not free on Monday"


def test_work_waits_until_the_meeting_is_over(world):
    one = item(world, "One", 1, people=[world.mei])
    levelling.compute()
    assert days(one) == (on(7), on(7))
    made = asked(world, world.mei, minutes=180)
    levelling.compute()
    assert days(one) == (on(7), on(8))
    meeting = made.meetings.get()
    meetings.reschedule(actor=world.boris, meeting=meeting, version=None, starts_at=datetime(2026, 9, 9, 9, tzinfo=UTC))
    levelling.compute()
    assert days(one) == (on(7), on(7))
    meetings.reschedule(actor=world.boris, meeting=Meeting.objects.get(), version=None, starts_at=datetime(2026, 9, 7, 13, tzinfo=UTC))
    meetings.move(actor=world.boris, meeting=Meeting.objects.get(), version=None, state="cancelled", reason="Fog")
    levelling.compute()
    assert days(one) == (on(7), on(7)), "what was cancelled takes nothing"


def test_who_stays_away_has_the_time(world):
    meeting = asked(world, world.mei).meetings.get()
    meetings.answer(actor=world.mei, meeting=meeting, comes=False)
    assert (hours(world.mei), hours(world.boris)) == (80, 79)
    meetings.answer(actor=world.mei, meeting=meeting, comes=True)
    assert hours(world.mei) == 79
    meetings.answer(actor=world.mei, meeting=meeting, comes=False)
    meetings.reschedule(actor=world.boris, meeting=meeting, version=None, starts_at=datetime(2026, 9, 8, 9, tzinfo=UTC))
    assert hours(world.mei) == 79, "at another time everybody is asked anew"
    for actor in (world.chen, world.dana):
        with pytest.raises((Denied, Hidden)):
            meetings.answer(actor=actor, meeting=meeting, comes=False)
    meetings.move(actor=world.boris, meeting=Meeting.objects.get(), version=None, state="cancelled", reason="Fog")
    with pytest.raises(Refused, match="meeting_over"):
        meetings.answer(actor=world.mei, meeting=meeting, comes=False)


def test_only_working_time_and_no_hour_twice(world):
    asked(world, world.mei, at=time(7), title="Early")
    asked(world, world.mei, at=time(11, 30), title="Noon")
    assert hours(world.mei) == 79.5, "half of it lies in the break, all of the other before work"
    asked(world, world.mei, at=time(11), title="The same time")
    assert hours(world.mei) == 79
    asked(world, world.mei, day=date(2026, 9, 12), title="On a Saturday")
    assert hours(world.mei) == 79


def test_a_meeting_lies_on_the_clock_of_each(world):
    type(world.mei).objects.filter(pk=world.mei.pk).update(time_zone="Asia/Shanghai")
    asked(world, world.mei, at=time(9))
    assert hours(world.mei) == 80, "five in the afternoon, when her day is over"
    asked(world, world.mei, at=time(0, 30), title="Early here")
    assert (hours(world.mei), hours(world.boris)) == (79, 79)


def test_part_time_and_time_off_go_first(world):
    root = Space.objects.get(parent=None)
    employments.create(actor=world.admin, space=root, person=world.mei, starts_on=date(2020, 1, 1), percent=50)
    time_off.ask(actor=world.admin, person=world.mei, starts_on=on(8), ends_on=on(8))
    asked(world, world.mei, minutes=360, rule="FREQ=DAILY")
    have = available_hours([world.mei.pk], FIRST, FIRST + timedelta(days=6))
    assert have.away[world.mei.pk][1] == 240 and have.met[world.mei.pk][1] == 0
    assert have.minutes[world.mei.pk].sum() == 0, "of four hours not more than four are taken"
    assert have.met[world.mei.pk].sum() == 4 * 240


def test_a_meeting_in_the_half_day_on_which_somebody_is_away_takes_nothing_more(world):
    time_off.ask(actor=world.admin, person=world.mei, starts_on=on(8), ends_on=on(10), starts_half=True, ends_half=True)
    asked(world, world.mei, at=time(10), minutes=60, rule="FREQ=DAILY", title="Morning")
    asked(world, world.mei, at=time(11), minutes=180, rule="FREQ=DAILY", title="Over noon")
    have = available_hours([world.mei.pk], FIRST, FIRST + timedelta(days=4))
    assert have.away[world.mei.pk].tolist() == [0, 240, 480, 240, 0]
    told = have.met[world.mei.pk].tolist()
    whole = told[0]
    assert told == [whole, 120, 0, whole - 120, whole], "away from Tuesday noon to Thursday noon"
    listed = have.meetings_of(world.mei.pk)
    for day in range(5):
        assert sum(minutes for _one, at, minutes in listed if at == day) == pytest.approx(told[day])


def test_of_a_single_half_day_a_meeting_counts_in_the_other_half_and_never_more_than_there_is(world):
    time_off.ask(actor=world.admin, person=world.mei, starts_on=on(8), ends_on=on(8), starts_half=True)
    asked(world, world.mei, day=on(8), at=time(9), minutes=120)
    have = available_hours([world.mei.pk], FIRST, FIRST + timedelta(days=1))
    assert (have.away[world.mei.pk][1], have.met[world.mei.pk][1], have.minutes[world.mei.pk][1]) == (240, 120, 120)
    asked(world, world.mei, day=on(8), at=time(13), minutes=240, title="Long")
    assert available_hours([world.mei.pk], FIRST, FIRST + timedelta(days=1)).minutes[world.mei.pk][1] == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 8), st.integers(0, 5), st.booleans(), st.booleans(), st.lists(st.tuples(st.integers(0, 13), st.integers(8, 17), st.integers(1, 10)), min_size=1, max_size=5), st.sampled_from((100, 60)))
def test_leave_and_meetings_of_a_day_take_no_more_than_the_day(world, first, length, starts_half, ends_half, drawn, percent):
    with clock.held_at(MONDAY), transaction.atomic():
        if percent < 100:
            employments.create(actor=world.admin, space=Space.objects.get(parent=None), person=world.mei, starts_on=date(2020, 1, 1), percent=percent)
        for n, (day, hour, halves) in enumerate(drawn):
            asked(world, world.mei, day=FIRST + timedelta(days=day), at=time(hour), minutes=30 * halves, title=f"Meeting {n}")
        without = available_hours([world.mei.pk], FIRST, LAST)
        begins = FIRST + timedelta(days=first)
        time_off.ask(actor=world.admin, person=world.mei, starts_on=begins, ends_on=begins + timedelta(days=length), starts_half=starts_half, ends_half=ends_half)
        have = available_hours([world.mei.pk], FIRST, LAST)
        away, met, left = (each[world.mei.pk] for each in (have.away, have.met, have.minutes))
        given = have.full[world.mei.pk] * percent / 100
        assert (away >= 0).all() and (met >= 0).all() and (left >= 0).all()
        assert np.allclose(away + met + left, given), "every minute once"
        assert (met <= without.met[world.mei.pk] + 1e-6).all(), "leave never makes a meeting longer"
        by_day = np.zeros(len(met))
        for _one, day, minutes in have.meetings_of(world.mei.pk):
            by_day[day] += minutes
        assert np.allclose(by_day, met)
        if length:
            for day, half in ((begins, starts_half), (begins + timedelta(days=length), ends_half)):
                at = (day - FIRST).days
                if half and at < len(met) and percent == 100:
                    assert met[at] <= given[at] / 2 + 1e-6
        transaction.set_rollback(True)


def test_who_may_not_see_the_space_any_more_is_not_asked_whatever_seat_they_keep(world):
    series = asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO")
    assert (hours(world.mei), hours(world.boris)) == (78, 78)
    meeting = series.meetings.order_by("on").first()
    spaces.revoke(actor=world.admin, space=Membership.objects.get(user=world.mei).space, user=world.mei)
    assert (hours(world.mei), hours(world.boris)) == (80, 78)
    far = date(2027, 3, 1)
    assert (hours(world.mei, far, far), hours(world.boris, far, far)) == (8, 7), "nor to what the rhythm says"
    assert world.mei.pk in series.attendees.values_list("user", flat=True)
    assert [seat.user for seat in meeting.seats()] == [world.boris]
    spaces.grant(actor=world.admin, space=world.project.space, user=world.mei, role="member")
    assert hours(world.mei) == 78, "with the right comes the meeting again"
    type(world.mei).objects.filter(pk=world.mei.pk).update(is_active=False)
    assert hours(world.mei) == 80


def test_access_of_many_is_asked_at_once(world):
    people = [make.user(actor=world.admin, name=f"Hand {n}", role="member", space=world.project.space) for n in range(12)]

    def count(some) -> int:
        forget_roles()
        with CaptureQueriesContext(connection) as found:
            available_hours([one.pk for one in some], FIRST, LAST)
        return len(found)

    asked(world, *people[:1], title="Two")
    few = count(people[:1])
    for n in range(5):
        asked(world, *people, title=f"All {n}", at=time(8 + n), rule="FREQ=WEEKLY;BYDAY=WE")
    assert count(people) == few


def test_behind_what_stands_in_the_calendar_the_rhythm_counts_for_a_year(world):
    series = asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO", minutes=60)
    assert series.meetings.count() <= 7
    far = date(2027, 3, 1)
    assert hours(world.mei, far, far + timedelta(days=13)) == 78
    beyond = date(2028, 3, 6)
    assert hours(world.mei, beyond, beyond + timedelta(days=13)) == 80, "nobody knows whether it still runs"
    meeting_series.end(actor=world.boris, meeting_series=series, version=None)
    assert hours(world.mei, far, far + timedelta(days=13)) == 80


def test_a_meeting_far_ahead_hides_no_rhythm_before_it(world):
    series = asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO", minutes=60)
    far = series.meetings.order_by("on").last()
    Meeting.objects.filter(pk=far.pk).update(on=date(2027, 3, 1), starts_at=datetime(2027, 3, 1, 10, tzinfo=UTC), ends_at=datetime(2027, 3, 1, 12, tzinfo=UTC))
    before = date(2026, 12, 7)
    assert hours(world.mei, before, before + timedelta(days=13)) == 78
    assert hours(world.mei, date(2027, 3, 1), date(2027, 3, 7)) == 38, "as it stands, and not a second time by the rhythm"


def test_a_rhythm_that_cannot_be_read_stops_no_plan(world):
    series = asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO")
    MeetingSeries.objects.filter(pk=series.pk).update(rule="FREQ=SOMETIMES")
    far = date(2026, 12, 7)
    assert hours(world.mei, far, far + timedelta(days=6)) == 40


def test_of_what_is_over_only_who_was_there(world):
    meeting = make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei, world.chen], ago=timedelta(days=3, hours=-4))
    friday = meeting.starts_at.date()
    assert friday == date(2026, 9, 4)
    assert hours(world.mei, friday, friday) == 8, "nobody said that it took place"
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="held", present=[world.mei])
    assert (hours(world.mei, friday, friday), hours(world.chen, friday, friday)) == (7, 8)
    counted = fairness._met({world.mei.pk: "", world.chen.pk: ""}, friday, friday)
    assert {pk: row.sum() for pk, row in counted.items()} == {world.mei.pk: 60}, "fairness counts the very same"


def test_a_week_of_time_still_holds_the_meetings(world):
    asked(world, world.mei, minutes=120)
    week = time_sheets.week(world.mei, world.mei, FIRST, sees_all=True)
    assert week.expected[0] == 480, "whoever sat in a meeting was at work"


def test_of_a_confidential_meeting_only_that_somebody_is_busy_is_told(world, signed_in):
    hidden = make.project(actor=world.admin, name="Merger", key="MRG", is_confidential=True)
    make.series(actor=world.admin, space=hidden.space, title="Buying the rival", needed=[], starts_on=FIRST, at=time(9), zone="UTC")
    asked(world, world.admin, title="Weekly berths", at=time(14))
    found = load.of(world.boris, [world.admin.pk], FIRST, 2)
    series, busy = load.meetings(world.boris, found, world.admin.pk)
    assert [(one.title, one.hours.tolist()) for one in series] == [("Weekly berths", [1, 0])] and busy.tolist() == [1, 0]
    assert (sum(one.hours for one in series) + busy).tolist() == found.courses[world.admin.pk].met.tolist() == [2, 0]
    page = signed_in(world.boris).get(f"/people/{world.admin.pk}/load/?on=2026-09-07").content.decode()
    assert "Weekly berths" in page and "rival" not in page and "Busy in meetings that you cannot see" in page
    own = signed_in(world.admin).get(f"/people/{world.admin.pk}/load/?on=2026-09-07").content.decode()
    assert "Buying the rival" in own


def test_as_many_queries_for_many_meetings_as_for_one(world):
    asked(world, world.mei)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            available_hours([world.mei.pk, world.boris.pk], FIRST, FIRST + timedelta(days=400))
        return len(found)

    count()  # what each may see is known from then on
    few = count()
    for n in range(6):
        asked(world, world.mei, world.chen, title=f"Series {n}", at=time(8 + n), rule="FREQ=WEEKLY;BYDAY=WE")
    assert count() == few <= 6


def test_no_time_is_offered_in_which_somebody_is_in_a_meeting_of_the_rhythm(world):
    asked(world, world.mei, rule="FREQ=WEEKLY;BYDAY=MO", minutes=540, at=time(8), title="All of Monday")
    other = asked(world, world.mei, day=date(2026, 9, 9), title="Berths").meetings.get()
    offered = meeting_times.offered(other, date(2026, 12, 7))
    assert offered and all(one.starts_at.weekday() != 0 for one in offered)


SLOT = st.tuples(st.integers(0, 13), st.integers(0, 21), st.sampled_from((15, 30, 45, 60, 90, 120, 240)), st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SLOT, min_size=1, max_size=12), st.sampled_from((100, 60)))
def test_no_hour_goes_to_a_meeting_and_to_work(world, drawn, percent):
    with clock.held_at(MONDAY), transaction.atomic():
        if percent < 100:
            employments.create(actor=world.admin, space=Space.objects.get(parent=None), person=world.mei, starts_on=date(2020, 1, 1), percent=percent)
        for n, (day, half, minutes, is_weekly) in enumerate(drawn):
            asked(world, world.mei, day=FIRST + timedelta(days=day), at=time(half), minutes=minutes, title=f"Meeting {n}", rule="FREQ=WEEKLY" if is_weekly else "")
        work = [item(world, f"Work {n}", 2 + n, people=[world.mei]) for n in range(3)]
        plan = levelling.compute()
        found = levelling.kept(plan.pk)
        have = available_hours([world.mei.pk], FIRST, FIRST + timedelta(days=69))
        inputs = found.inputs
        taken = np.zeros(len(inputs.ordinals) * 8, np.int64)
        for k in range(inputs.n):
            mask = inputs.masks[inputs.calendar[k]] if inputs.calendar[k] >= 0 else np.full(len(inputs.ordinals), capacity.WHOLE, np.uint8)
            row = slots_of(mask).ravel()
            if int(inputs.slots[k]):
                taken[found.starts[k] : found.finishes[k]] += row[found.starts[k] : found.finishes[k]]
        assert len(work) == 3 and taken.max() <= 1, "nobody does two things in one hour"
        assert taken.sum() == inputs.slots.sum()
        by_day, over = taken.reshape(-1, 8), 0.0
        for n, ordinal in enumerate(inputs.ordinals.tolist()):
            at = ordinal - FIRST.toordinal()
            if at >= 70 or not by_day[n].any():
                continue
            full, met = have.full[world.mei.pk][at], have.met[world.mei.pk][at]
            parts = have.parts.get(world.mei.pk, np.zeros((0, 8)))
            part = parts[at] if at < len(parts) else np.zeros(8)
            if percent == 100:
                assert not by_day[n][part >= full / 8 - 1e-6].any(), "what a meeting fills is not worked"
            over += by_day[n].sum() * full / 8 + met - have.there(world.mei.pk)[at]
            assert by_day[n].sum() * full / 8 + met <= have.there(world.mei.pk)[at] + 2 * full / 8, "parts of hours even out, whole ones are never lent"
        assert over <= 2 * 60, "and evened out they are no more than there is"
        course = load.of(world.alma, [world.mei.pk], FIRST, 10).courses[world.mei.pk]
        assert course.time.sum() == pytest.approx(have.minutes[world.mei.pk].sum() / 60)
        transaction.set_rollback(True)
