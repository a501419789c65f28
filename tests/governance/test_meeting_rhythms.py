"""Another rhythm, hour or end of a series: which of its meetings move, stay and go."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from tandem.collaboration.models import Notification
from tandem.governance.actions import meeting_points, meeting_series, meetings
from tandem.governance.models import Meeting, MeetingAbsence, MeetingPoint, MeetingSeries
from tandem.history.models import Event
from tandem.kit import clock
from tandem.web.governance.meeting_forms import MeetingSeriesForm, _rule
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(world):
    make.risk(actor=world.boris, space=world.project.space, title="Fog")
    return make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TU", needed=[world.mei])


def gathered(series, count=1):
    rows = list(series.meetings.order_by("on")[:count])
    for row in rows:
        assert meetings.gather(actor=None, meeting=row) == 1
    return rows


def hours(series):
    return {row.on: row.starts_at.astimezone(ZoneInfo(series.zone)).time() for row in series.meetings.all()}


def test_a_single_meeting_is_moved_with_its_agenda_and_no_second_one_is_made(world):
    make.risk(actor=world.boris, space=world.project.space, title="Fog")
    series = make.series(actor=world.boris, space=world.project.space, needed=[world.mei])
    (row,) = gathered(series)
    for on in (series.starts_on + timedelta(days=1), series.starts_on + timedelta(days=3)):
        meeting_points.add(actor=world.mei, meeting=row, title=f"Berth {on}")
        series = meeting_series.change(actor=world.boris, meeting_series=series, version=None, starts_on=on, at=time(15))
        assert [(one.pk, one.on) for one in series.meetings.all()] == [(row.pk, on)]
        assert hours(series) == {on: time(15)}
    assert MeetingPoint.objects.filter(meeting=row).count() == 3


def test_another_hour_moves_what_only_gathered_itself(world, weekly):
    first, second = gathered(weekly, 2)
    meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, at=time(15))
    weekly.refresh_from_db()
    assert set(hours(weekly).values()) == {time(15)}
    assert list(weekly.meetings.order_by("on").values_list("pk", flat=True)[:2]) == [first.pk, second.pk]
    meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, at=time(16))
    weekly.refresh_from_db()
    assert set(hours(weekly).values()) == {time(16)}, "moved by its rhythm is not moved by hand"


def test_another_day_moves_them_in_their_order(world, weekly):
    first, second = gathered(weekly, 2)
    for rule, weekday in (("FREQ=WEEKLY;BYDAY=TH", 3), ("FREQ=WEEKLY;BYDAY=MO", 0), ("FREQ=DAILY", None)):
        weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, rule=rule)
        rows = list(weekly.meetings.order_by("on"))
        assert [one.pk for one in rows[:2]] == [first.pk, second.pk]
        assert weekday is None or {one.on.weekday() for one in rows} == {weekday}
    assert len(rows) == len({one.on for one in rows})


def test_what_somebody_wrote_on_or_moved_by_hand_stays(world, weekly):
    written, moved, noted = gathered(weekly, 3)
    meeting_points.add(actor=world.mei, meeting=written, title="Berth")
    meetings.reschedule(actor=world.boris, meeting=moved, version=None, starts_at=moved.starts_at + timedelta(hours=2))
    meeting_points.note(actor=world.mei, meeting_point=MeetingPoint.objects.get(meeting=noted), text="Thick", base="")
    before = {one.pk: Meeting.objects.get(pk=one.pk).starts_at for one in (written, moved, noted)}
    series = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, at=time(15))
    assert {one.pk: one.starts_at for one in series.meetings.filter(pk__in=before)} == before
    meeting_series.end(actor=world.boris, meeting_series=series, version=None)
    assert set(series.meetings.values_list("pk", flat=True)) == set(before)


def test_of_a_series_that_ends_what_only_gathered_itself_goes_as_well(world, weekly):
    gathered(weekly, 2)
    meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    assert not weekly.meetings.exists()
    assert not Meeting.objects.filter(ends_at__gt=clock.now()).exists()


def test_each_meeting_and_point_that_comes_or_goes_by_itself_is_on_record(world, weekly):
    made = set(weekly.meetings.values_list("pk", flat=True))
    (first,) = gathered(weekly)

    def said(verb):
        return set(Event.objects.filter(verb=verb).values_list("subject_id", flat=True))

    assert said("meeting.planned") == made
    points = MeetingPoint.objects.filter(meeting=first)
    assert said("meeting_point.added") == set(points.values_list("pk", flat=True))
    assert not [one for one in Event.objects.filter(verb="meeting_point.added") if "Fog" in str(one.changes)], "whoever reads the history may not see the record"
    meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, at=time(15))
    assert said("meeting.taken_back") == made - {first.pk} and said("meeting.rescheduled") == {first.pk}
    told = Notification.objects.filter(kind="meeting", subject_id=first.pk, user=world.mei)
    assert any("meeting_moved" in one.facts for one in told)


def test_a_cancelled_meeting_that_takes_place_after_all_is_told(world, weekly):
    first = weekly.meetings.earliest("starts_at")
    off = meetings.move(actor=world.boris, meeting=first, version=None, state="cancelled", reason="Fog")
    meetings.move(actor=world.boris, meeting=off, version=None, state="planned")
    assert [one.user for one in Notification.objects.all() if "meeting_on" in one.facts] == [world.mei]


def test_the_hourly_round_goes_on_behind_a_series_that_it_cannot_make(world, weekly):
    MeetingSeries.objects.filter(pk=weekly.pk).update(zone="Mars/Base")
    other = make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TH")
    count = other.meetings.count()
    other.meetings.all().delete()
    assert meeting_series.make_ahead() == count


def test_the_hourly_round_makes_nothing_of_a_series_that_ended_meanwhile(world, weekly, monkeypatch):
    """Read as running before the round, ended when its turn comes."""
    other = make.series(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TH")
    weekly.meetings.all().delete()
    make_one = meeting_series.make

    def ends_the_other(series, actor=None):
        MeetingSeries.objects.filter(pk=other.pk).update(state="ended")
        return make_one(series, actor)

    other.meetings.all().delete()
    monkeypatch.setattr(meeting_series, "make", ends_the_other)
    meeting_series.make_ahead()
    assert weekly.meetings.exists() and not other.meetings.exists()


def test_an_agenda_that_cannot_be_gathered_any_more_holds_up_no_other(world, weekly, monkeypatch):
    rows = list(weekly.meetings.order_by("on")[:2])
    for n, row in enumerate(rows, 1):
        Meeting.objects.filter(pk=row.pk).update(starts_at=clock.now() + timedelta(hours=n), ends_at=clock.now() + timedelta(hours=n + 1))
    gather = meetings.gather

    def cancelled_meanwhile(*, actor, meeting):
        Meeting.objects.filter(pk=rows[0].pk).update(state="cancelled")
        return gather(actor=actor, meeting=meeting)

    monkeypatch.setattr(meetings, "gather", cancelled_meanwhile)
    assert meetings.gather_due() == 1
    assert list(weekly.meetings.filter(gathered_at__isnull=False)) == [rows[1]]


@pytest.mark.parametrize(("first", "then"), [
    (date(2026, 3, 30), date(2026, 4, 27)), (date(2026, 3, 31), date(2026, 4, 28)), (date(2026, 1, 29), date(2026, 2, 26)), (date(2026, 3, 23), date(2026, 4, 27)), (date(2026, 3, 2), date(2026, 4, 6)),
])  # fmt: skip
def test_a_monthly_meeting_begins_on_its_first_day_also_where_that_is_the_fifth_of_its_kind(first, then):
    days = rrulestr(_rule("FREQ=MONTHLY", first), dtstart=datetime.combine(first, time(10)))
    assert [day.date() for day in days[:2]] == [first, then]


def test_every_working_day_does_not_begin_on_a_saturday():
    form = MeetingSeriesForm({"title": "Stand-up", "starts_on": "2026-03-07", "at": "10:00", "minutes": "15", "rhythm": "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "zone": "UTC"})
    assert "The first day is no working day." in str(form.errors["starts_on"])
    assert "starts_on" not in MeetingSeriesForm(form.data | {"starts_on": "2026-03-09"}).errors


def test_who_stays_away_stays_away_where_the_meeting_keeps_its_time(world, weekly):
    first, second, third = weekly.meetings.order_by("on")[:3]
    gathered(weekly)
    meetings.answer(actor=world.mei, meeting=second, comes=False)
    for rule in ("FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=TU,WE", "FREQ=WEEKLY;BYDAY=TU"):
        weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, rule=rule)
        assert [(one.meeting_id, one.user) for one in MeetingAbsence.objects.filter(meeting__starts_at=second.starts_at)] == [(second.pk, world.mei)]
    kept = Meeting.objects.in_bulk([first.pk, second.pk, third.pk])
    assert {pk: one.on for pk, one in kept.items()} == {one.pk: one.on for one in (first, second, third)}, "nor is one made anew that nobody answered to"


def test_at_another_time_everybody_is_asked_anew_and_hears_of_it(world, weekly):
    one = weekly.meetings.order_by("on")[2]
    meetings.answer(actor=world.mei, meeting=one, comes=False)
    for hour in (15, 16):
        weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, at=time(hour))
        assert set(hours(weekly).values()) == {time(hour)}, "moved by its rhythm is not moved by hand"
        assert weekly.meetings.filter(pk=one.pk).exists() and not MeetingAbsence.objects.exists()
    told = Notification.objects.filter(kind="meeting", subject_id=one.pk, user=world.mei)
    assert [next(iter(row.facts)) for row in told] == ["meeting_moved"] * 2
    meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    assert not weekly.meetings.exists()


def test_of_those_answered_none_stays_that_the_rarer_rhythm_has_no_place_for(world, weekly):
    first, second, third, fourth, *_others = weekly.meetings.order_by("on")
    for one in (second, third, fourth):
        meetings.answer(actor=world.mei, meeting=one, comes=False)
    gathered(weekly, 2)
    weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, starts_on=first.on, rule="FREQ=WEEKLY;INTERVAL=3;BYDAY=TU")
    rows = list(weekly.meetings.order_by("on"))
    assert {one.on for one in rows} == set(meeting_series._days(weekly)) | {second.on}, "an agenda that gathered itself goes nowhere"
    assert {first.pk, second.pk, fourth.pk} <= {one.pk for one in rows}
    assert set(MeetingAbsence.objects.values_list("meeting", flat=True)) == {second.pk, fourth.pk}


def test_an_answer_goes_with_the_seat(world, weekly):
    first, second = weekly.meetings.order_by("on")[:2]
    over = make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei])
    for one in (first, second):
        meetings.answer(actor=world.mei, meeting=one, comes=False)
        meetings.answer(actor=world.boris, meeting=one, comes=False)
    meetings.answer(actor=world.mei, meeting=over, comes=False)
    Meeting.objects.filter(pk=second.pk).update(starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now() - timedelta(hours=1))
    weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, needed=[], welcome=[])
    weekly = meeting_series.change(actor=world.boris, meeting_series=weekly, version=None, needed=[world.mei])
    assert sorted(MeetingAbsence.objects.values_list("meeting", "user")) == sorted(
        [(first.pk, world.boris.pk), (second.pk, world.boris.pk), (second.pk, world.mei.pk), (over.pk, world.mei.pk)]
    ), "what is over stays as it was"


def answered(series, person, count=2):
    rows = list(series.meetings.order_by("on")[:count])
    for row in rows:
        meetings.answer(actor=person, meeting=row, comes=False)
    return [row.on for row in rows]


def away(series):
    return list(MeetingAbsence.objects.filter(meeting__series=series).order_by("meeting__on").values_list("meeting__on", "user"))


def test_who_stays_away_stays_away_when_the_series_goes_on(world, weekly):
    days = answered(weekly, world.mei)
    ended = meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    assert not weekly.meetings.exists() and not away(weekly)
    again = meeting_series.resume(actor=world.boris, meeting_series=ended, version=None)
    assert away(weekly) == [(day, world.mei.pk) for day in days]
    assert again.answers == [] and weekly.meetings.count() > 2
    event = Event.objects.filter(verb="meeting_series.resumed").get()
    assert event.changes["answers"] == [None, 2]
    meeting_series.end(actor=world.boris, meeting_series=again, version=None)
    again = meeting_series.resume(actor=world.boris, meeting_series=again, version=None)
    assert len(away(weekly)) == 2, "as often as it ends"


def test_an_answer_of_another_time_does_not_hold_and_its_giver_hears_of_it(world, weekly):
    answered(weekly, world.mei, 1)
    ended = meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    moved = meeting_series.change(actor=world.boris, meeting_series=ended, version=None, at=time(15))
    Notification.objects.all().delete()
    meeting_series.resume(actor=world.boris, meeting_series=moved, version=None)
    assert not away(weekly)
    assert [one.user_id for one in Notification.objects.filter(facts__has_key="meeting_moved")] == [world.mei.pk]


def test_whoever_lost_their_seat_meanwhile_is_not_put_down_as_away(world, weekly):
    answered(weekly, world.mei)
    ended = meeting_series.end(actor=world.boris, meeting_series=weekly, version=None)
    changed = meeting_series.change(actor=world.boris, meeting_series=ended, version=None, needed=[], welcome=[])
    meeting_series.resume(actor=world.boris, meeting_series=changed, version=None)
    assert not away(weekly)
