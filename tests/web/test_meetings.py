"""Pages of meetings: agenda and minutes, the cheapest time, what they cost and bring, calendars."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance.actions import meeting_points, meetings
from tandem.governance.models import Meeting, MeetingPoint, MeetingSeries
from tandem.kit import clock
from tandem.people.models import User
from tandem.reports.queries import meeting_times
from tandem.reports.queries import meetings as reads
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def begun(world):
    return make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=15), needed=[world.mei])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client = signed_in(world.boris)
    pages = ["/meetings/", "/meetings/?which=mine", "/meetings/?which=ahead", "/meeting-series/", f"/meeting-series/new/?home={world.project.space_id}", "/meetings/value/", "/feeds/?meetings=mine"]
    for path in pages:
        read(client, path)
    make.risk(actor=world.boris, space=world.project.space)
    ahead = make.meeting(actor=world.boris, space=world.project.space, rule="FREQ=WEEKLY;BYDAY=TU")
    held = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(days=1), welcome=[world.mei])
    point = meeting_points.add(actor=world.boris, meeting=held, title="Berth")
    meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title="Call")
    meeting_points.decide(actor=world.boris, meeting_point=point, question="", chosen="Yes", why="Deep")
    meetings.gather(actor=world.boris, meeting=ahead)
    meetings.move(actor=world.boris, meeting=held, version=None, state="held")
    for one in (ahead, held):
        for path in (f"/meetings/{one.pk}/", f"/meetings/{one.pk}/?peek=1", f"/meetings/{one.pk}/times/", f"/meeting-series/{one.series_id}/", f"/meeting-series/{one.series_id}/edit/", f"/meetings/{one.pk}/meeting.ics"):
            read(client, path)
    for path in pages:
        read(client, path)


def test_the_form_makes_a_rhythm_of_the_first_day(world, signed_in):
    client, first = signed_in(world.boris), clock.today() + timedelta(days=3)
    sent = {
        "home": world.project.space_id, "title": "Steering", "purpose": "Decide", "starts_on": first.isoformat(), "at": "10:30", "minutes": "45", "rhythm": "FREQ=WEEKLY;INTERVAL=2",
        "zone": "Asia/Shanghai", "needed": [world.mei.pk], "gather_days": "3", "is_gathered": "on",
    }  # fmt: skip
    assert client.post("/meeting-series/new/", sent).status_code == 302
    row = MeetingSeries.objects.get()
    assert (row.rule, row.minutes, row.zone) == (f"FREQ=WEEKLY;INTERVAL=2;BYDAY={('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[first.weekday()]}", 45, "Asia/Shanghai")
    assert {seat.user for seat in row.attendees.all()} == {world.boris, world.mei}
    again = sent | {"version": row.version, "rhythm": "", "minutes": "30", "owner": world.boris.pk}
    del again["home"]
    assert client.post(f"/meeting-series/{row.pk}/edit/", again).status_code == 302
    row.refresh_from_db()
    assert (row.rule, row.minutes) == ("", 30)


def test_minutes_are_put_together_by_what_each_had_read(world, signed_in, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    where = f"/meeting-points/{point.pk}/changes/"
    for person, text in ((world.boris, "The crane is late"), (world.mei, "Berth 4 is free")):
        assert signed_in(person).post(where, {"do": "note", "was": "", "notes": text}).status_code == 302
    shown = read(signed_in(world.boris), f"/meetings/{begun.pk}/")
    assert "The crane is late\nBerth 4 is free" in shown
    assert signed_in(world.boris).post(where, {"do": "note", "was": "x" * 10, "notes": "y" * 20_001}).status_code in (409, 422)
    assert signed_in(world.dana).post(where, {"do": "note", "was": "", "notes": "x"}).status_code == 404


def test_decisions_and_actions_come_from_the_page(world, signed_in, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    client, where = signed_in(world.boris), f"/meeting-points/{point.pk}/changes/"
    assert client.post(where, {"do": "decide", "question": "Which berth?", "chosen": "Berth 4", "why": "Deep"}).status_code == 302
    due = (clock.today() + timedelta(days=5)).isoformat()
    assert client.post(where, {"do": "act", "title": "Call the yard", "space": world.project.space_id, "assignee": world.mei.pk, "due_on": due}).status_code == 302
    shown = read(client, f"/meetings/{begun.pk}/")
    assert "Which berth?" in shown and "Call the yard" in shown and "1 decision, 1 action" in shown
    assert client.post(where, {"do": "act", "title": "x", "space": world.product.space_id}).status_code == 404, "an action is work of a project"


def test_a_point_about_what_one_may_not_see_has_no_name(world, signed_in):
    risk = make.risk(actor=world.alma, space=world.root, title="Merger")
    meeting = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(minutes=5), needed=[world.mei])
    MeetingPoint.objects.create(space=meeting.space, meeting=meeting, title="Merger", why="risk", slug="risks", at=str(risk.pk))
    shown = read(signed_in(world.mei), f"/meetings/{meeting.pk}/")
    assert "something that you cannot see" in shown
    assert "Merger" not in shown and f"/risks/{risk.pk}/" not in shown
    assert f"/risks/{risk.pk}/" in read(signed_in(world.admin), f"/meetings/{meeting.pk}/")


def test_what_came_of_a_point_comes_once_however_often_it_is_sent(world, signed_in, begun):
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    client, where = signed_in(world.boris), f"/meeting-points/{point.pk}/changes/"
    assert 'name="born" value="0"' in read(client, f"/meetings/{begun.pk}/")
    decided = {"do": "decide", "question": "Which berth?", "chosen": "Berth 4", "why": "Deep", "born": "0"}
    acted = {"do": "act", "title": "Call the yard", "space": world.project.space_id, "born": "1"}
    for sent in (decided, acted):
        assert client.post(where, sent).status_code == 302
        assert client.post(where, sent).status_code == 409
    other = {**decided, "chosen": "Berth 5"}
    assert client.post(where, other).status_code == 409, "who wrote it down had not seen the first one"
    assert point.outcomes.count() == 2


def test_a_long_agenda_costs_no_more_queries_than_a_short_one(world, signed_in, begun):
    client = signed_in(world.boris)

    def count():
        read(client, f"/meetings/{begun.pk}/")
        with CaptureQueriesContext(connection) as asked:
            read(client, f"/meetings/{begun.pk}/")
        return len(asked)

    make.risk(actor=world.boris, space=world.project.space)
    make.issue(actor=world.boris, space=world.project.space)
    meetings.gather(actor=world.boris, meeting=begun)
    point = meeting_points.add(actor=world.boris, meeting=begun, title="Berth")
    meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title="Call")
    few = count()
    for n in range(5):
        make.risk(actor=world.boris, space=world.project.space, title=f"Risk {n}")
        make.issue(actor=world.boris, space=world.project.space, title=f"Issue {n}")
        meeting_points.add(actor=world.boris, meeting=begun, title=f"Point {n}")
        meeting_points.act(actor=world.boris, meeting_point=point, space=world.project.space, title=f"Call {n}")
    meetings.gather(actor=world.boris, meeting=begun)
    assert count() == few


def test_the_cheapest_time_keeps_working_hours_zones_and_other_meetings(world):
    User.objects.filter(pk=world.mei.pk).update(time_zone="Asia/Shanghai")
    User.objects.filter(pk=world.boris.pk).update(time_zone="Europe/Berlin")
    first = clock.today() + timedelta(days=7 - clock.today().weekday())
    meeting = make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei], starts_on=first)
    offered = meeting_times.offered(Meeting.objects.select_related("series").get(pk=meeting.pk), first)
    assert offered
    for one in offered:
        berlin, shanghai = (one.starts_at.astimezone(meeting_times.ZoneInfo(zone)) for zone in ("Europe/Berlin", "Asia/Shanghai"))
        assert 8 <= berlin.hour < 17 and 8 <= shanghai.hour < 17 and berlin.weekday() < 5
    taken = offered[0].starts_at
    other = make.meeting(actor=world.boris, space=world.project.space, title="Other", needed=[world.mei])
    Meeting.objects.filter(pk=other.pk).update(starts_at=taken, ends_at=taken + timedelta(hours=1))
    again = meeting_times.offered(Meeting.objects.select_related("series").get(pk=meeting.pk), first)
    assert taken not in [one.starts_at for one in again]


def test_a_time_is_taken_from_the_page(world, signed_in):
    meeting = make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei])
    client = signed_in(world.boris)
    shown = read(client, f"/meetings/{meeting.pk}/times/")
    moment = shown.split('name="starts_at" value="')[1].split('"')[0]
    assert client.post(f"/meetings/{meeting.pk}/reschedulings/", {"version": meeting.version, "starts_at": moment}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.starts_at.isoformat() == moment
    assert client.post(f"/meetings/{meeting.pk}/reschedulings/", {"version": meeting.version, "starts_at": "soon"}).status_code in (409, 422)


def test_times_are_looked_for_within_the_two_years_in_which_a_meeting_may_lie(world, signed_in):
    meeting = make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei])
    client, last = signed_in(world.boris), clock.now() + timedelta(days=730)
    for day in ("9999-12-31", "2199-01-01", "0001-01-01", "9999-99-99"):
        read(client, f"/meetings/{meeting.pk}/times/?from={day}")
    offered = meeting_times.offered(meeting, (last + timedelta(days=900)).date())
    assert offered and all(one.starts_at <= last for one in offered)


def test_meetings_that_decide_nothing_are_shown_as_such(world, signed_in):
    row = make.series(actor=world.boris, space=world.project.space, title="Talk", needed=[world.mei])
    useful = make.meeting(actor=world.boris, space=world.project.space, title="Useful", ago=timedelta(days=2))
    for n in (1, 2):
        began = clock.now() - timedelta(days=n)
        one = Meeting.objects.create(space=row.space, series=row, on=began.date(), starts_at=began, ends_at=began + timedelta(minutes=90))
        meetings.move(actor=world.boris, meeting=one, version=None, state="held")
    meeting_points.act(actor=world.boris, meeting_point=meeting_points.add(actor=world.boris, meeting=useful, title="x"), space=world.project.space, title="Call")
    meetings.move(actor=world.boris, meeting=useful, version=None, state="held")
    first, second = reads.values(world.boris, clock.now() - timedelta(weeks=4), clock.now())
    assert (first.title, first.held, first.hours, first.decides_nothing) == ("Talk", 2, 6.0, True)
    assert (second.title, second.hours, second.actions, second.decides_nothing, second.hours_each) == ("Useful", 1.0, 1, False, 1.0)
    shown = read(signed_in(world.boris), "/meetings/value/")
    assert shown.count("<span>decides nothing</span>") == 1 and "1 series decided nothing, in 6 h" in shown
    assert "Talk" not in read(signed_in(world.dana), "/meetings/value/")


def test_a_calendar_program_reads_ones_meetings_and_follows_a_cancelled_one(world, signed_in, client):
    meeting = make.meeting(actor=world.boris, space=world.project.space, title="Steering; all, hands", needed=[world.mei], place="Room 4")
    make.meeting(actor=world.boris, space=world.project.space, title="Without Mei")
    shown = signed_in(world.mei).post("/feeds/?meetings=mine", {"name": "Mine", "query": "meetings=mine"}).content.decode()
    address = shown.split("/shared/calendar/")[1].split(".ics")[0]
    text = client.get(f"/shared/calendar/{address}.ics").content.decode()
    assert "SUMMARY:Steering\\; all\\, hands" in text and "LOCATION:Room 4" in text and "STATUS:CONFIRMED" in text
    assert "Without Mei" not in text
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="cancelled", reason="Fog")
    assert "STATUS:CANCELLED" in client.get(f"/shared/calendar/{address}.ics").content.decode()
    one = signed_in(world.mei).get(f"/meetings/{meeting.pk}/meeting.ics")
    assert one["Content-Type"].startswith("text/calendar")


def test_what_happened_to_a_meeting_is_told_in_words(world, signed_in, begun):
    held = meetings.move(actor=world.boris, meeting=begun, version=None, state="held")
    meetings.send(actor=world.boris, meeting=held, version=None)
    assert "0 decisions, 0 actions" in read(signed_in(world.mei), "/inbox/")
