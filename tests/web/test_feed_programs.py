"""What programs that subscribe to a calendar rely on: digests, moments of change, identities, and a text that others can read."""

from datetime import timedelta

import pytest

from tandem.governance.actions import meetings
from tandem.kit import clock
from tandem.work.actions import work_items
from tests import make

pytestmark = pytest.mark.django_db


def address_of(client, query):
    page = client.post("/feeds/", {"name": "Mine, today", "query": query}).content.decode()
    return "/shared/calendar/" + page.split("/shared/calendar/")[1].split('"')[0]


def unfolded(text):
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def events(text):
    """Each with its properties; a property without a name, or one twice that must stand once, is refused."""
    found, now = [], None
    for line in unfolded(text):
        name, _colon, value = line.partition(":")
        name = name.split(";")[0]
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "STATUS"} <= now.keys()
            found.append(now)
            now = None
        elif now is not None:
            assert name.isupper() and name not in now, line
            now[name] = value
    return found


@pytest.fixture
def meeting(world):
    return make.meeting(actor=world.boris, space=world.project.space, title="Steering; all, hands", needed=[world.mei], place="Room 4")


@pytest.fixture
def feed(world, signed_in, meeting):
    return address_of(signed_in(world.mei), "meetings=mine")


def test_who_has_the_newest_hears_that_nothing_changed(world, client, feed, meeting):
    first = client.get(feed)
    assert first["Cache-Control"] == "private, no-cache" and first["ETag"] and first["Last-Modified"].endswith("GMT")
    for known in (first["ETag"], f'"other", W/{first["ETag"]}'):
        again = client.get(feed, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="cancelled", reason="Fog")
    changed = client.get(feed, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_an_older_moment_alone_never_hides_that_something_left(world, signed_in, client):
    item = make.work_item(actor=world.boris, project=world.project, title="Old", due_on=clock.today())
    address = address_of(signed_in(world.boris), "q=")
    first = client.get(address)
    work_items.remove(actor=world.boris, item=item, version=None)
    later = client.get(address, headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert later.status_code == 200 and later["ETag"] != first["ETag"]


def test_only_the_head_can_be_asked_for(client, feed):
    shown, head = client.get(feed), client.head(feed)
    assert (head.status_code, head["ETag"], head["Content-Type"]) == (200, shown["ETag"], "text/calendar; charset=utf-8")
    assert client.post(feed).status_code == 405


def test_a_meeting_keeps_its_identity_and_its_sequence_grows(world, client, feed, meeting):
    (before,) = events(client.get(feed).content.decode())
    moved = meetings.reschedule(actor=world.boris, meeting=meeting, version=None, starts_at=meeting.starts_at + timedelta(days=1))
    (after,) = events(client.get(feed).content.decode())
    meetings.move(actor=world.boris, meeting=moved, version=None, state="cancelled", reason="Fog")
    (off,) = events(client.get(feed).content.decode())
    assert before["UID"] == after["UID"] == off["UID"] and before["DTSTART"] != after["DTSTART"]
    assert int(before["SEQUENCE"]) < int(after["SEQUENCE"]) < int(off["SEQUENCE"])
    assert before["LAST-MODIFIED"] <= after["LAST-MODIFIED"] <= off["LAST-MODIFIED"] and off["STATUS"] == "CANCELLED"


def test_a_calendar_says_its_name_and_when_to_ask_again(client, feed):
    lines = unfolded(client.get(feed).content.decode())
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    for line in ("VERSION:2.0", "NAME:Mine\\, today", "X-WR-CALNAME:Mine\\, today", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"):
        assert line in lines


def test_the_text_is_read_by_a_library_of_others(world, signed_in, client, feed):
    """Runs where `icalendar` is installed; it is no dependency of ours."""
    icalendar = pytest.importorskip("icalendar")
    make.work_item(actor=world.boris, project=world.project, title="Line; and, more", due_on=clock.today())
    for address in (feed, address_of(signed_in(world.boris), "q=")):
        calendar = icalendar.Calendar.from_ical(client.get(address).content)
        assert not calendar.errors
        for event in calendar.walk("VEVENT"):
            assert not event.errors and event.decoded("DTSTART") < event.decoded("DTEND") and event.decoded("SUMMARY")
