"""Who has the night work: hours of shifts by calendars, and logged time of which a timer knew when it was; the rest is not guessed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.models.notification_rules import zone_of
from tandem.history.models import Event
from tandem.kit import clock
from tandem.reports.queries import fairness
from tandem.resources.actions import employments, time_off
from tandem.work import night
from tandem.work.actions import calendars, time_entries, timers
from tandem.work.models import TimeEntry
from tests.resources.test_fairness import LAST, crowd, log, team, together, wednesday

__all__ = ["crowd", "team", "wednesday"]
SHIFT = {str(n): [[0, 360], [1320, 1440]] if n in (2, 3, 4) else [[1320, 1440]] if n == 1 else [[0, 360]] if n == 5 else [] for n in range(1, 8)}
"From Monday evening to Friday morning, each night from ten to six: 32 hours a week."


@pytest.mark.parametrize(("begin", "end", "minutes"), [
    ("2026-08-31T09:00", "2026-08-31T17:00", 0), ("2026-08-31T21:00", "2026-08-31T23:30", 90), ("2026-08-31T22:00", "2026-09-01T06:00", 480),
    ("2026-08-31T20:00", "2026-09-02T07:00", 960), ("2026-09-01T00:30", "2026-09-01T06:45", 330), ("2026-08-31T22:00", "2026-08-31T22:00", 0),
    ("2026-10-24T22:00", "2026-10-25T06:00", 540), ("2026-03-28T22:00", "2026-03-29T06:00", 420),
])  # fmt: skip
def test_minutes_at_night_by_hand_also_when_the_clocks_change(begin, end, minutes):
    zone = ZoneInfo("Europe/Amsterdam")
    assert night.minutes(*(datetime.fromisoformat(text).replace(tzinfo=zone) for text in (begin, end))) == minutes


def person(found, who):
    return next(one for one in found.told if one.person_id == who.pk)


def shift(world, who, percent=100, **more):
    calendar = calendars.create(actor=world.admin, space=world.root, name=f"Night {who.name}", week=SHIFT)
    return employments.create(actor=world.admin, space=world.root, person=who, starts_on=date(2026, 1, 1), percent=percent, calendar=calendar, **more)


def test_shifts_count_by_the_calendar_less_part_time_and_time_off(world, team):
    row, (mei, ana, *_others), _item = team
    shift(world, mei)
    shift(world, ana, percent=50)
    time_off.decide(actor=world.alma, time_off=time_off.ask(actor=mei, person=mei, starts_on=LAST + timedelta(2), ends_on=LAST + timedelta(2)), version=None, is_approved=True)
    found = fairness.of(world.alma, row, 4)
    assert [round(n, 2) for n in person(found, mei).shifts] == [32, 32, 32, 24], "eight hours of Wednesday are off"
    assert [round(n, 2) for n in person(found, ana).shifts] == [16] * 4
    assert all(sum(one.shifts) == 0 for one in found.told if one.person_id not in (mei.pk, ana.pk)), "office hours are none"
    assert (found.spreads["shifts"].total, found.spreads["shifts"].halves) == (pytest.approx(184), 1), "Mei has most of it"


def test_a_timer_knows_what_was_at_night_and_what_is_typed_is_not_guessed(world, team):
    row, (mei, *_others), item = team
    zone = zone_of(mei)
    with clock.held_at(datetime(2026, 9, 3, 21, 0, tzinfo=zone)):
        timer = timers.start(actor=mei, item=item)
    with clock.held_at(datetime(2026, 9, 4, 0, 30, tzinfo=zone)):
        entries = timers.stop(actor=mei, timer=timer)
    assert [(one.day, one.minutes, one.night_minutes) for one in entries] == [(date(2026, 9, 3), 180, 120), (date(2026, 9, 4), 30, 30)]
    one = person(fairness.of(world.alma, row, 4), mei)
    assert (sum(one.night), one.clocked) == (2.5, 3.5)
    assert "night" not in str(list(Event.objects.filter(verb="time.logged").values_list("changes", flat=True))), "when somebody works stands in no history that others read"
    time_entries.change(actor=mei, entry=entries[0], version=None, note="Pipes")
    assert TimeEntry.objects.get(pk=entries[0].pk).night_minutes == 120
    time_entries.change(actor=mei, entry=entries[0], version=None, minutes=60)
    one = person(fairness.of(world.alma, row, 4), mei)
    assert (sum(one.night), one.clocked) == (0.5, 0.5), "a corrected time is no longer what the clock measured"


def test_who_says_themself_how_long_a_timer_ran_has_no_time_of_day(world, team):
    _row, (mei, *_others), item = team
    with clock.held_at(datetime(2026, 9, 3, 22, 0, tzinfo=UTC)):
        timer = timers.start(actor=mei, item=item)
        (entry,) = timers.stop(actor=mei, timer=timer, minutes=45)
    assert entry.night_minutes is None


def test_nights_of_others_are_told_as_roughly_as_their_overtime(world, crowd):
    for who in crowd[:4]:
        shift(world, who)
    row = together(world, crowd)
    ana = crowd[1]
    found = fairness.of(ana, row, 4)
    assert [one.person_id for one in found.told] == [ana.pk]
    assert found.spreads["shifts"].total is None and found.spreads["shifts"].high % 1 == 0
    few = together(world, crowd[:5])
    assert fairness.of(ana, few, 4).spreads == {}, "of too few nothing"


def test_the_page_says_who_has_the_nights_and_what_nobody_knows(world, team):
    row, (mei, *_others), _item = team
    client = Client()
    client.force_login(world.alma)
    page = client.get(f"/fairness/?team={row.pk}&weeks=4").content.decode()
    assert "No calendar of these people has hours between 22:00 and 6:00." in page
    assert "Of 0 of 206 logged hours a timer knows the time of day" in page
    shift(world, mei)
    page = client.get(f"/fairness/?team={row.pk}&weeks=4").content.decode()
    assert "128 h of shifts at night: half of it lies with 1 of 5 people." in page and "Night hours of shifts" in page


def test_as_many_queries_for_many_calendars_as_for_few(world, crowd):
    row = together(world, crowd)

    def asked():
        fairness.of(world.alma, row, 4)
        with CaptureQueriesContext(connection) as queries:
            fairness.of(world.alma, row, 4)
        return len(queries)

    shift(world, crowd[0])
    few = asked()
    for who in crowd[1:6]:
        shift(world, who)
        log(who, TimeEntry.objects.first().item, LAST, 1)
    assert asked() <= few
