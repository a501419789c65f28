"""The calendars as a CalDAV account: read through an independent client, and asked by hand as calendar programs ask."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from caldav import DAVClient
from caldav.lib import error
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import feeds
from tandem.governance.actions import meetings
from tandem.kit import clock
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.reports.exports import ical
from tandem.web import navigation
from tandem.web.work import caldav as caldav_door
from tandem.web.work import dav
from tandem.work.actions import work_items
from tests import make

D, C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
QUERY = """<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/></d:prop>
  <c:filter><c:comp-filter name="VCALENDAR">{}</c:comp-filter></c:filter></c:calendar-query>"""


def token_of(user, scope="calendar"):
    return users.create_token(actor=user, name="calendar", scope=scope)[1]


def signed(user, secret):
    return "Basic " + base64.b64encode(f"{user.email}:{secret}".encode()).decode()


@pytest.fixture
def ask(world, client):
    """Mei's calendar program."""
    secret = token_of(world.mei)

    def call(method, path="/caldav/", body="", user=world.mei, secret=secret, **headers):
        return client.generic(method, path, body, content_type="application/xml", headers={"Authorization": signed(user, secret), **headers})

    return call


@pytest.fixture
def meeting(world):
    return make.meeting(actor=world.boris, space=world.project.space, title="Steering; all, hands", needed=[world.mei], place="Room 4")


@pytest.fixture
def item(world):
    return make.work_item(actor=world.mei, project=world.project, title="Release notes", due_on=clock.today() + timedelta(days=3), assignees=[world.mei])


def home(world):
    return f"/caldav/{world.mei.pk}/"


def hrefs(response):
    assert response.status_code == 207, response.content
    return [one.findtext(f"{D}href") for one in ElementTree.fromstring(response.content).findall(f"{D}response")]


def only(response, name):
    return ElementTree.fromstring(response.content).find(f".//{name}")


# --- an independent client ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_calendar_program_finds_its_calendars_and_reads_them(world, live_server, meeting, item):
    feeds.create(actor=world.mei, space=world.project.space, name="All with <dates> & more", query="q=")
    with DAVClient(f"{live_server.url}/.well-known/caldav", username=world.mei.email, password=token_of(world.mei)) as program:
        principal = program.principal()
        found = {one.name: one for one in principal.calendars()}
        assert list(found) == ["Meetings", "My work items", "All with <dates> & more"]
        (event,) = found["Meetings"].events()
        part = event.icalendar_instance.walk("VEVENT")[0]
        assert (part["SUMMARY"], part["LOCATION"], part["DTSTART"].dt) == ("Steering; all, hands", "Room 4", meeting.starts_at)
        (own,) = found["My work items"].search(start=clock.now(), end=clock.now() + timedelta(days=10), event=True)
        assert own.icalendar_instance.walk("VEVENT")[0]["DTSTART"].dt == item.due_on
        assert not found["My work items"].search(start=clock.now() + timedelta(days=20), end=clock.now() + timedelta(days=30), event=True)
        synced = found["Meetings"].objects_by_sync_token(load_objects=True)
        assert len(list(synced)) == 1
        again = found["Meetings"].objects_by_sync_token(synced.sync_token)
        assert not list(again)
        with pytest.raises(error.AuthorizationError):
            found["Meetings"].save_event(event.data.replace("meeting-", "mine-"))
        with pytest.raises(error.AuthorizationError):
            event.delete()
        with pytest.raises(error.DAVError):
            principal.make_calendar(name="New")


@pytest.mark.django_db(transaction=True)
def test_a_calendar_program_with_the_wrong_token_is_told_so(world, live_server):
    with DAVClient(f"{live_server.url}/caldav/", username=world.mei.email, password="tdm_wrong") as program, pytest.raises(error.AuthorizationError):
        program.principal()


# --- as Thunderbird, Apple Calendar and DAVx5 ask ----------------------------------------------------------------

pytestmark = pytest.mark.django_db


def test_only_the_name_of_the_server_is_enough(world, ask, client):
    for method in ("PROPFIND", "GET", "OPTIONS"):
        sent = client.generic(method, "/.well-known/caldav")
        assert (sent.status_code, sent["Location"]) == (301, "/caldav/")
    asked = '<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:current-user-principal/><c:calendar-home-set/></d:prop></d:propfind>'
    said = ask("PROPFIND", "/caldav/", asked, Depth="0")
    assert only(said, f"{D}current-user-principal/{D}href").text == home(world)
    assert "404" in said.content.decode(), "the root has no home of calendars, and says so"
    assert only(ask("PROPFIND", home(world), asked), f"{C}calendar-home-set/{D}href").text == home(world)


def test_what_can_be_done_is_said_before_anybody_signs_in(world, client):
    said = client.options("/caldav/")
    assert said.status_code == 200 and "calendar-access" in said["DAV"] and "PUT" not in said["Allow"] and "REPORT" in said["Allow"]


def test_looking_one_step_deep_shows_calendars_and_entries(world, ask, meeting, item):
    assert hrefs(ask("PROPFIND", home(world))) == [home(world)]
    inside = hrefs(ask("PROPFIND", home(world), Depth="1"))
    assert inside == [home(world), f"{home(world)}meetings/", f"{home(world)}work/"]
    assert hrefs(ask("PROPFIND", inside[1], Depth="1")) == [inside[1], f"{inside[1]}meeting-{meeting.pk}.ics"]
    refused = ask("PROPFIND", home(world), Depth="infinity")
    assert refused.status_code == 403 and only(refused, f"{D}propfind-finite-depth") is not None
    names = ask("PROPFIND", inside[1], '<d:propfind xmlns:d="DAV:"><d:propname/></d:propfind>')
    assert only(names, f"{D}displayname").text is None


def test_an_entry_has_a_digest_that_changes_with_it_and_with_nothing_else(world, ask, meeting):
    path = f"{home(world)}meetings/meeting-{meeting.pk}.ics"
    first = ask("GET", path)
    assert first["Content-Type"] == "text/calendar; charset=utf-8" and first.content.decode().count("BEGIN:VEVENT") == 1
    assert ask("GET", path, **{"If-None-Match": first["ETag"]}).status_code == 304
    listed = only(ask("PROPFIND", path), f"{D}getetag").text
    assert listed == first["ETag"]
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="cancelled", reason="Fog")
    changed = ask("GET", path, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"] and "STATUS:CANCELLED" in changed.content.decode()
    whole = ask("GET", f"{home(world)}meetings/")
    assert whole.content.decode().count("BEGIN:VCALENDAR") == 1 and ask("GET", home(world)).status_code == 405


def test_a_range_of_time_is_kept_to_the_second(world, ask, meeting):
    def within(begin, end):
        span = f'<c:comp-filter name="VEVENT"><c:time-range start="{begin:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/></c:comp-filter>'
        return len(hrefs(ask("REPORT", f"{home(world)}meetings/", QUERY.format(span), Depth="1")))

    second, begins, ends = timedelta(seconds=1), meeting.starts_at.astimezone(UTC), meeting.ends_at.astimezone(UTC)
    assert within(begins - 9 * second, begins) == 0 and within(begins - 9 * second, begins + second) == 1
    assert within(ends, ends + 9 * second) == 0 and within(ends - second, ends + 9 * second) == 1


@pytest.mark.parametrize(("inside", "count"), [("", 1), ('<c:comp-filter name="VEVENT"/>', 1), ('<c:comp-filter name="VTODO"/>', 0), ('<c:comp-filter name="VEVENT"><c:time-range start="20200101T000000Z"/></c:comp-filter>', 1)])
def test_kinds_of_entries_that_there_are_not_find_nothing(world, ask, meeting, inside, count):
    assert len(hrefs(ask("REPORT", f"{home(world)}meetings/", QUERY.format(inside)))) == count


@pytest.mark.parametrize(("inside", "rule"), [
    ('<c:comp-filter name="VEVENT"><c:prop-filter name="SUMMARY"/></c:comp-filter>', "supported-filter"),
    ('<c:comp-filter name="VEVENT"><c:time-range start="tomorrow"/></c:comp-filter>', "valid-filter"),
])  # fmt: skip
def test_a_condition_that_is_not_known_is_refused_by_its_name(world, ask, inside, rule):
    said = ask("REPORT", f"{home(world)}meetings/", QUERY.format(inside))
    assert said.status_code == 403 and only(said, f"{C}{rule}") is not None


def test_entries_are_fetched_by_their_addresses_and_what_is_not_there_is_named(world, ask, meeting):
    there, missing = f"{home(world)}meetings/meeting-{meeting.pk}.ics", f"{home(world)}meetings/meeting-0.ics"
    asked = f'<c:calendar-multiget xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop><d:href>{there}</d:href><d:href>{missing}</d:href></c:calendar-multiget>'
    said = ask("REPORT", f"{home(world)}meetings/", asked)
    assert hrefs(said) == [there, missing] and "404" in said.content.decode()
    text = only(said, f"{C}calendar-data").text
    assert text == ask("GET", there).content.decode(), "line for line, with both characters of their ends"


def test_who_comes_with_an_older_mark_reads_anew(world, ask, meeting):
    def since(mark):
        return ask("REPORT", f"{home(world)}meetings/", f'<d:sync-collection xmlns:d="DAV:"><d:sync-token>{mark}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>')

    mark = only(since(""), f"{D}sync-token").text
    assert hrefs(since(mark)) == []
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="cancelled", reason="Fog")
    old = since(mark)
    assert old.status_code == 403 and only(old, f"{D}valid-sync-token") is not None


# --- nothing is written, nothing is seen that is not one's own ----------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH", "PROPPATCH", "MKCOL", "MKCALENDAR", "MOVE", "COPY", "LOCK", "UNLOCK", "ACL"])
def test_no_way_of_writing_is_open(world, ask, client, meeting, method):
    path = f"{home(world)}meetings/meeting-{meeting.pk}.ics"
    said = ask(method, path, "BEGIN:VCALENDAR")
    assert said.status_code == 403 and only(said, f"{D}need-privileges//{D}write") is not None
    assert "can only be read" in said.content.decode()
    assert client.generic(method, path).status_code == 401
    meeting.refresh_from_db()
    assert meeting.state == "planned"


def test_others_calendars_are_not_there(world, ask, meeting):
    for path in (f"/caldav/{world.boris.pk}/", f"/caldav/{world.boris.pk}/meetings/", "/caldav/0/", "/caldav/0/meetings/", f"{home(world)}feed-1/", f"{home(world)}meetings/meeting-999.ics"):
        assert ask("PROPFIND", path).status_code == 404 and ask("GET", path).status_code == 404
    theirs, _secret = feeds.create(actor=world.boris, space=world.project.space, name="Boris", query="q=")
    assert ask("PROPFIND", f"{home(world)}feed-{theirs.pk}/").status_code == 404


def test_what_one_does_not_see_any_more_leaves_the_calendar(world, ask, item):
    path = f"{home(world)}work/"
    assert len(hrefs(ask("PROPFIND", path, Depth="1"))) == 2
    mine = [one.space for one in world.mei.memberships.all()]
    for space in mine:
        spaces.revoke(actor=world.admin, space=space, user=world.mei)
    scoping.forget_roles()
    assert len(hrefs(ask("PROPFIND", path, Depth="1"))) == 1


def test_a_feed_that_cannot_be_read_any_more_is_empty(world, ask):
    feed, _secret = feeds.create(actor=world.mei, space=world.project.space, name="Old", query="q=nonsense:(")
    assert len(hrefs(ask("PROPFIND", f"{home(world)}feed-{feed.pk}/", Depth="1"))) == 1


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_token_that_can_more_is_not_taken(world, ask, scope):
    said = ask("PROPFIND", secret=token_of(world.mei, scope))
    assert said.status_code == 401 and said["WWW-Authenticate"].startswith("Basic ")


def test_a_token_for_calendars_opens_nothing_else(world, client):
    for method in ("GET", "POST"):
        said = client.generic(method, "/api/v1/projects/", headers={"Authorization": f"Bearer {token_of(world.mei)}"})
        assert said.status_code == 403 and said.json()["permission"] == "token_scope"


def test_neither_session_nor_password_nor_anothers_name_counts(world, ask, signed_in):
    assert signed_in(world.mei).generic("PROPFIND", "/caldav/").status_code == 401
    users.set_password(actor=world.mei, user=world.mei, password="a long enough password")
    assert ask("PROPFIND", secret="a long enough password").status_code == 401
    assert ask("PROPFIND", user=world.boris).status_code == 401


@pytest.mark.parametrize("end", ["revoked", "disabled", "expired"])
def test_what_has_ended_sees_nothing(world, ask, end):
    row, secret = users.create_token(actor=world.mei, name="phone", scope="calendar", days=1)
    assert ask("PROPFIND", secret=secret).status_code == 207
    if end == "revoked":
        users.revoke_token(actor=world.mei, row=row)
    elif end == "disabled":
        users.disable(actor=world.admin, user=world.mei)
    else:
        type(row).objects.filter(pk=row.pk).update(expires_at=clock.now())
    assert ask("PROPFIND", secret=secret).status_code == 401


def test_wrong_tokens_are_slowed_down_and_lock_nobody_out_of_the_pages(world, ask, client):
    said = [ask("PROPFIND", secret=f"tdm_{n}") for n in range(10)]
    assert [one.status_code for one in said] == [401] * 8 + [429] * 2
    assert said[-1]["Retry-After"] == "900" and all(one["WWW-Authenticate"] and b"<html" not in one.content for one in said[:8])
    assert ask("PROPFIND").status_code == 207, "another device at the same address goes on"
    assert ask("PROPFIND", secret="tdm_9").status_code == 429
    users.set_password(actor=world.mei, user=world.mei, password="a long enough password")
    assert client.post("/accounts/login/", {"login": world.mei.email, "password": "a long enough password"}).status_code == 302


@pytest.mark.parametrize("header", ["", "Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Basic " + base64.b64encode(b"a\x00b:x").decode(), "Basic " + base64.b64encode(b"nobody").decode(), "Bearer x"])
def test_a_header_that_says_nothing_is_no_sign_in(client, db, header):
    assert client.generic("PROPFIND", "/caldav/", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(("body", "status"), [
    ('<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><d:propfind xmlns:d="DAV:">&b;</d:propfind>', 400),
    ('<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d:propfind xmlns:d="DAV:">&a;</d:propfind>', 400),
    ("<d:propfind", 400),
    ('<?xml version="1.0" encoding="nonsense"?><a/>', 400),
    ("<other/>", 400),
    ('<d:propfind xmlns:d="DAV:"><d:prop>' + "".join(f"<d:a{n}/>" for n in range(101)) + "</d:prop></d:propfind>", 400),
    ("<a>" * 100_000, 400),
    (" " * 600_000, 413),
])  # fmt: skip
def test_bodies_that_would_hurt_are_refused(ask, body, status):
    for method in ("PROPFIND", "REPORT") if body != "<other/>" else ("PROPFIND",):
        assert ask(method, "/caldav/", body).status_code in {status, 403 if method == "REPORT" and "d:a100" in body else status}


def test_long_names_of_what_is_not_there_are_not_echoed_for_each_entry(world, ask, item):
    names = "".join(f"<d:{chr(97 + n) * 4_500}/>" for n in range(2))
    asked = '<d:propfind xmlns:d="DAV:"><d:prop>{}</d:prop></d:propfind>'
    for method, body in (("PROPFIND", asked.format(names)), ("REPORT", QUERY.format("").replace("<d:getetag/>", names))):
        assert ask(method, f"{home(world)}work/", body, Depth="1").status_code == 400
    assert ask("PROPFIND", f"{home(world)}work/", asked.format(names[:4_505]), Depth="1").status_code == 207


def test_an_answer_ends_where_it_would_grow_too_large(world, ask, item, monkeypatch):
    monkeypatch.setattr(dav, "MOST_WRITTEN", 900)
    said = ask("REPORT", f"{home(world)}work/", QUERY.format("").replace("<d:getetag/>", "<c:calendar-data/>" + f"<d:{'a' * 900}/>"))
    assert said.status_code == 507 and only(said, f"{D}number-of-matches-within-limits") is not None


@pytest.mark.parametrize("day", [date.max, date.min])
def test_the_last_and_the_first_of_all_days_are_shown(world, ask, signed_in, client, day):
    item = make.work_item(actor=world.mei, project=world.project, title="Never", due_on=day, assignees=[world.mei])
    assert len(hrefs(ask("PROPFIND", f"{home(world)}work/", Depth="1"))) == 2
    text = ask("GET", f"{home(world)}work/work-item-{item.pk}.ics").content.decode()
    assert ("DTEND;VALUE=DATE:99991231" if day == date.max else "DTSTART;VALUE=DATE:00010102") in text


def test_what_no_date_can_say_is_an_answer_of_the_protocol(world, ask, monkeypatch):
    def wrong(*_given):
        raise OverflowError

    monkeypatch.setattr(caldav_door.ical, "entries", wrong)
    said = ask("PROPFIND", f"{home(world)}work/", Depth="1")
    assert said.status_code == 422 and said["DAV"] and said["Content-Type"].startswith("text/plain")


def test_a_day_is_found_by_whoever_lives_it_first_or_last(world, ask, item):
    def within(begin, end):
        span = f'<c:comp-filter name="VEVENT"><c:time-range start="{begin:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/></c:comp-filter>'
        return len(hrefs(ask("REPORT", f"{home(world)}work/", QUERY.format(span), Depth="1")))

    midnight, hour = datetime.combine(item.due_on, time()), timedelta(hours=1)
    assert within(midnight - 10 * hour, midnight) == 1 and within(midnight + 24 * hour, midnight + 35 * hour) == 1
    assert within(midnight - 20 * hour, midnight - 14 * hour) == 0 and within(midnight + 36 * hour, midnight + 40 * hour) == 0


def test_who_said_no_has_the_meeting_in_no_calendar_and_a_moved_one_is_read_anew(world, ask, client, signed_in, meeting):
    _feed, token = feeds.create(actor=world.mei, space=world.project.space, name="Meetings", query="meetings=mine")
    path = f"{home(world)}meetings/meeting-{meeting.pk}.ics"
    first = ask("GET", path)
    meetings.reschedule(actor=world.boris, meeting=meeting, version=None, starts_at=meeting.starts_at + timedelta(days=1))
    moved = ask("GET", path, **{"If-None-Match": first["ETag"]})
    assert moved.status_code == 200 and moved["ETag"] != first["ETag"]
    for comes, count in ((False, 0), (True, 1)):
        meetings.answer(actor=world.mei, meeting=meeting, comes=comes)
        assert len(hrefs(ask("PROPFIND", f"{home(world)}meetings/", Depth="1"))) == 1 + count
        assert client.get(f"/shared/calendar/{token}.ics").content.decode().count("BEGIN:VEVENT") == count


def test_spaces_and_joined_signs_of_other_scripts_stay(world, ask):
    type(world.mei).objects.filter(pk=world.mei.pk).update(name="王\u3000芳\u00a0👩\u200d🚀\u2028\x07")
    assert only(ask("PROPFIND", home(world)), f"{D}displayname").text == "王 芳 👩\u200d🚀"
    assert ical.escaped("王\u3000芳\u00a0👩\u200d🚀\u2028\x07;\n") == "王 芳 👩\u200d🚀\\;\\n"


def test_reading_forgets_nothing_that_others_look_at(world, ask, monkeypatch):
    forgotten = []
    monkeypatch.setattr(navigation, "forget_what_lacked", lambda: forgotten.append(1))
    ask("PROPFIND")
    ask("REPORT", f"{home(world)}meetings/", QUERY.format(""))
    assert not forgotten


def test_names_and_titles_of_people_stay_text(world, ask):
    make.work_item(actor=world.mei, project=world.project, title="<b>&\x0b ]]> 特性", due_on=clock.today(), assignees=[world.mei])
    said = ask("REPORT", f"{home(world)}work/", QUERY.format("").replace("<d:getetag/>", "<c:calendar-data/>"))
    assert "<b>& ]]> 特性" in only(said, f"{C}calendar-data").text.replace("\r\n ", "")


def test_in_the_language_of_the_person(world, ask):
    type(world.mei).objects.filter(pk=world.mei.pk).update(language="zh-hans")
    assert "会议" in ask("PROPFIND", f"{home(world)}meetings/").content.decode()


def test_a_removed_item_is_gone(world, ask, item):
    path = f"{home(world)}work/work-item-{item.pk}.ics"
    assert ask("GET", path).status_code == 200
    work_items.remove(actor=world.mei, item=item, version=None)
    assert ask("GET", path).status_code == 404


# --- how much it takes --------------------------------------------------------------------------------------------

_TAGS = '<d:propfind xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:prop><d:displayname/><d:getetag/><cs:getctag/><d:sync-token/></d:prop></d:propfind>'
_MULTI = '<c:calendar-multiget xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop>{}</c:calendar-multiget>'
_MOST_QUERIES = 25


def _multiget(at, names):
    return _MULTI.format("".join(f"<d:href>{at}{name}.ics</d:href>" for name in names))


def _grow(world, begin, end):
    for n in range(begin, end):
        make.work_item(actor=world.mei, project=world.project, title=f"Step {n}", due_on=clock.today() + timedelta(days=n % 30), assignees=[world.mei])
        make.meeting(actor=world.boris, space=world.project.space, title=f"Meeting {n}", needed=[world.mei])
        feeds.create(actor=world.mei, space=world.project.space, name=f"Feed {n}", query="q=") if n < 2 else None


def test_as_many_queries_for_many_entries_as_for_few(world, ask):
    def counts():
        found = {}
        for slug in ("", "meetings/", "work/"):
            at = home(world) + slug
            names = [one.rpartition("/")[2].removesuffix(".ics") for one in hrefs(ask("PROPFIND", at, Depth="1"))[1:]]
            asked = {"properties": ("PROPFIND", _TAGS)}
            if slug:
                wanted = [*names, *(f"gone-{n}" for n in range(500 - len(names)))]
                asked |= {"query": ("REPORT", QUERY.format("")), "500 at once": ("REPORT", _multiget(at, wanted))}
            for what, (method, body) in asked.items():
                with CaptureQueriesContext(connection) as queries:
                    said = ask(method, at, body, Depth="1")
                assert len(hrefs(said)) == (500 if what == "500 at once" else len(names) + (what == "properties"))
                found[slug, what] = len(queries)
        return found

    _grow(world, 0, 3)
    counts()  # what may be seen is known from here on
    few = counts()
    _grow(world, 3, 30)
    assert counts() == few and max(few.values()) <= _MOST_QUERIES, few


def test_the_same_address_many_times_is_answered_once(world, ask, item):
    at = f"{home(world)}work/"
    name = hrefs(ask("PROPFIND", at, Depth="1"))[1].rpartition("/")[2].removesuffix(".ics")
    assert len(hrefs(ask("REPORT", at, _multiget(at, [name] * 500)))) == 1


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_get_the_same_answer(world, live_server, item):
    _grow(world, 0, 5)
    at, name = f"{home(world)}work/", signed(world.mei, token_of(world.mei))

    def call(_n):
        body = _multiget(at, [f"item-{n}" for n in range(500)]).encode()
        asked = Request(live_server.url + at, body, {"Authorization": name, "Content-Type": "application/xml"}, method="REPORT")
        with urlopen(asked, timeout=60) as said:
            return said.status, said.read()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(call, range(24)))
    assert {status for status, _body in found} == {207} and len({body for _status, body in found}) == 1
