"""The calendars of a person as a CalDAV account (RFC 4791) that can only be read. A calendar program signs in by HTTP Basic: the
e-mail as name, a token for calendars as password. No session and no cookie counts here."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import Element

from axes.handlers.proxy import AxesProxyHandler
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tandem.collaboration.models import Feed
from tandem.kit.errors import Hidden, Refused
from tandem.kit.ids import digest
from tandem.people.models import ApiToken
from tandem.reports.exports import ical, ical_meetings
from tandem.reports.queries import work_item_table
from tandem.web.middleware import spoken_to
from tandem.web.work import dav, feeds
from tandem.web.work.dav import CAL, DAV, SERVER, Resource, Wrong, made

_READING = "OPTIONS, GET, HEAD, PROPFIND, REPORT"


@dataclass(frozen=True)
class Calendar:
    slug: str
    name: str
    read: Callable[[], list[ical.Entry]]

    @cached_property
    def entries(self) -> list[ical.Entry]:
        """None for a filter that cannot be read any more."""
        try:
            return self.read()
        except (Refused, Hidden):
            return []

    @cached_property
    def tag(self) -> str:
        """The same as long as each entry is."""
        return sha256("".join(f"{one.name}{one.tag}" for one in self.entries).encode()).hexdigest()[:32]


def calendars(user: Any, site: str) -> dict[str, Calendar]:
    """Meetings, own work, and what the person made a feed of: each shows what the person may see now."""

    def own_work() -> list[ical.Entry]:
        return ical.entries(work_item_table.asked(QueryDict("q=assignee:me"), user).rows, site)

    def meetings() -> list[ical.Entry]:
        return ical_meetings.entries(ical_meetings.of_person(user), site)

    found = [Calendar("meetings", _("Meetings"), meetings), Calendar("work", _("My work items"), own_work)]
    rows = Feed.objects.visible_to(user).usable().select_related("owner")
    found += [Calendar(f"feed-{row.pk}", row.name, partial(feeds.shown, row, site)) for row in rows if not feeds.shows_meetings(row)]
    return {one.slug: one for one in found}


def _who(request: HttpRequest) -> Any:
    """Whose token it is. Wrong ones are counted as failed sign-ins of their own: a program that goes on with a token that was taken
    back locks nobody out of the pages. A right one never waits: it is too long to be guessed, and other devices at the same address may
    go on with an old one. Raises `Wrong`."""
    name, secret = _given(request.headers.get("Authorization", ""))
    if not name:
        return None
    # house: reads — the digest of the secret is what proves who asks
    found = ApiToken.objects.usable().select_related("user").filter(digest=digest(secret), scope=ApiToken.Scope.CALENDAR).first()
    if found is not None and found.user.email.lower() == name.lower():
        return found.user
    tried = {"login": f"caldav:{name.lower()}"}
    if not AxesProxyHandler.is_allowed(request, tried):
        raise Wrong(429, said="Too many wrong tokens. Try again in a quarter of an hour.")
    AxesProxyHandler.user_login_failed(__name__, tried, request)
    request.axes_locked_out = False  # type: ignore[attr-defined]  # else its middleware answers with a page
    return None


def _given(header: str) -> tuple[str, str]:
    scheme, _space, value = header.partition(" ")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        text = ""
    name, _colon, secret = text.partition(":")
    return (name[:200].strip(), secret.strip()) if name.isprintable() else ("", "")


@csrf_exempt
def door(request: HttpRequest, person: int | None = None, calendar: str = "", entry: str = "") -> HttpResponse:
    """Every address and every method of the account."""
    try:
        response = _answered(request, person, calendar, entry)
    except Wrong as problem:
        response = dav.failure(problem)
        if problem.status == 429:
            response["Retry-After"] = "900"
    except (DataError, OverflowError):
        response = dav.failure(Wrong(422, said="A date lies outside of what can be written."))
    response["DAV"], response["Cache-Control"] = "1, 3, calendar-access", "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answered(request: HttpRequest, person: int | None, calendar: str, entry: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(headers={"Allow": _READING})
    user = _who(request)
    if user is None:
        said = "The name is your e-mail, the password a token for calendars, made on your account page."
        response = dav.failure(Wrong(401, said=said))
        response["WWW-Authenticate"] = 'Basic realm="Tandem", charset="UTF-8"'
        return response
    if person not in (None, user.pk):
        raise Wrong(404)
    request.user = user
    with spoken_to(request):
        if request.method not in _READING.split(", "):
            needed = made(f"{DAV}resource", dav.href(request.path), made(f"{DAV}privilege", made(f"{DAV}write")))
            raise Wrong(403, made(f"{DAV}need-privileges", needed), _("These calendars can only be read. Change it in Tandem."))
        place = _Place(user, request.build_absolute_uri("/").rstrip("/"), person, calendar, entry)
        return {"PROPFIND": place.properties, "REPORT": place.report}.get(request.method, place.file)(request)


class _Place:
    """The address that is asked for, of somebody who has signed in. Raises `Wrong` where there is nothing."""

    def __init__(self, user: Any, site: str, person: int | None, calendar: str, entry: str) -> None:
        self.user, self.person = user, person
        self.all = calendars(user, site)
        if calendar and calendar not in self.all:
            raise Wrong(404)
        self.calendar = self.all.get(calendar)
        self.entry = next((one for one in self.calendar.entries if f"{one.name}.ics" == entry), None) if self.calendar and entry else None
        if entry and self.entry is None:
            raise Wrong(404)
        self.home = reverse("caldav_home", kwargs={"person": user.pk})

    def file(self, request: HttpRequest) -> HttpResponse:
        """An entry, or a whole calendar."""
        if self.calendar is None:
            response = HttpResponse(status=405)
            response["Allow"] = "OPTIONS, PROPFIND"
            return response
        text, found = (self.entry.alone, self.entry.tag) if self.entry else (ical.whole(self.calendar.name, "CalDAV", self.calendar.entries), self.calendar.tag)
        known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
        response = HttpResponse(status=304) if f'"{found}"' in known else HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response["ETag"] = f'"{found}"'
        return response

    def properties(self, request: HttpRequest) -> HttpResponse:
        """PROPFIND: of this, or of this and what lies in it."""
        depth = request.headers.get("Depth", "0")
        if depth not in ("0", "1"):
            raise Wrong(403, made(f"{DAV}propfind-finite-depth"))
        asked = dav.body_of(request)
        if asked is not None and asked.tag != f"{DAV}propfind":
            raise Wrong(400, said="A PROPFIND asks with propfind.")
        here: list[Resource]
        if self.entry and self.calendar:
            here = [self._entry(self.calendar, self.entry)]
        elif self.calendar:
            here = [self._calendar(self.calendar), *(self._entry(self.calendar, one) for one in (self.calendar.entries if depth == "1" else ()))]
        elif self.person is not None:
            here = [self._home(), *(self._calendar(one) for one in (self.all.values() if depth == "1" else ()))]
        else:
            here = [self._root(), *([self._home()] if depth == "1" else [])]
        names, only = dav.names_in(asked), asked is not None and asked.find(f"{DAV}propname") is not None
        return dav.many(dav.told(one, names, only) for one in here)

    def report(self, request: HttpRequest) -> HttpResponse:
        """Which entries there are in a range of time, those that are named, or what changed since a mark."""
        asked = dav.body_of(request)
        if asked is None:
            raise Wrong(400, said="A REPORT says what it asks for.")
        reports = {f"{CAL}calendar-query": self._query, f"{CAL}calendar-multiget": self._named, f"{DAV}sync-collection": self._since}
        if self.calendar is None or self.entry or asked.tag not in reports:
            raise Wrong(403, made(f"{DAV}supported-report"))
        return reports[asked.tag](self.calendar, asked, dav.names_in(asked) or [f"{DAV}getetag"])

    def _query(self, calendar: Calendar, asked: Element, names: list[str]) -> HttpResponse:
        wants = dav.filter_of(asked)
        return dav.many(dav.told(self._entry(calendar, one), names) for one in calendar.entries if wants(one))

    def _named(self, calendar: Calendar, asked: Element, names: list[str]) -> HttpResponse:
        there = {self._address(calendar, one): one for one in calendar.entries}
        wanted = dict.fromkeys((one.text or "").strip() for one in asked.findall(f"{DAV}href"))
        return dav.many(dav.told(self._entry(calendar, there[one]), names) if one in there else dav.gone(one) for one in wanted)

    def _since(self, calendar: Calendar, asked: Element, names: list[str]) -> HttpResponse:
        """No list of what went is kept: who comes with an older mark is told so, and reads all addresses anew (RFC 6578 §3.2)."""
        mark = (asked.findtext(f"{DAV}sync-token") or "").strip()
        if mark not in ("", _mark(calendar)):
            raise Wrong(403, made(f"{DAV}valid-sync-token"))
        changed = [] if mark else calendar.entries
        return dav.many((dav.told(self._entry(calendar, one), names) for one in changed), made(f"{DAV}sync-token", text=_mark(calendar)))

    def _address(self, calendar: Calendar, entry: ical.Entry) -> str:
        return reverse("caldav_entry", kwargs={"person": self.user.pk, "calendar": calendar.slug, "entry": f"{entry.name}.ics"})

    def _everywhere(self) -> dict[str, Callable[[], Element]]:
        rights = ("read", "read-current-user-privilege-set")
        return {
            f"{DAV}current-user-principal": lambda: made(f"{DAV}current-user-principal", dav.href(self.home)),
            f"{DAV}owner": lambda: made(f"{DAV}owner", dav.href(self.home)),
            f"{DAV}current-user-privilege-set": lambda: made(f"{DAV}current-user-privilege-set", *(made(f"{DAV}privilege", made(f"{DAV}{one}")) for one in rights)),
        }

    def _root(self) -> Resource:
        return Resource(reverse("caldav"), self._everywhere() | {
            f"{DAV}resourcetype": lambda: made(f"{DAV}resourcetype", made(f"{DAV}collection")),
            f"{DAV}displayname": lambda: made(f"{DAV}displayname", text="Tandem"),
            f"{DAV}principal-collection-set": lambda: made(f"{DAV}principal-collection-set", dav.href(reverse("caldav"))),
        })  # fmt: skip

    def _home(self) -> Resource:
        """The person, and where their calendars are."""
        return Resource(self.home, self._everywhere() | {
            f"{DAV}resourcetype": lambda: made(f"{DAV}resourcetype", made(f"{DAV}collection"), made(f"{DAV}principal")),
            f"{DAV}displayname": lambda: made(f"{DAV}displayname", text=self.user.name),
            f"{DAV}principal-URL": lambda: made(f"{DAV}principal-URL", dav.href(self.home)),
            f"{CAL}calendar-home-set": lambda: made(f"{CAL}calendar-home-set", dav.href(self.home)),
            f"{CAL}calendar-user-address-set": lambda: made(f"{CAL}calendar-user-address-set", dav.href(f"mailto:{self.user.email}")),
        })  # fmt: skip

    def _calendar(self, one: Calendar) -> Resource:
        reports = (f"{CAL}calendar-query", f"{CAL}calendar-multiget", f"{DAV}sync-collection")
        changing = {
            f"{SERVER}getctag": lambda: made(f"{SERVER}getctag", text=one.tag),
            f"{DAV}sync-token": lambda: made(f"{DAV}sync-token", text=_mark(one)),
        }
        return Resource(reverse("caldav_calendar", kwargs={"person": self.user.pk, "calendar": one.slug}), self._everywhere() | changing | {
            f"{DAV}resourcetype": lambda: made(f"{DAV}resourcetype", made(f"{DAV}collection"), made(f"{CAL}calendar")),
            f"{DAV}displayname": lambda: made(f"{DAV}displayname", text=one.name),
            f"{CAL}supported-calendar-component-set": lambda: made(f"{CAL}supported-calendar-component-set", Element(f"{CAL}comp", {"name": "VEVENT"})),
            f"{CAL}supported-calendar-data": lambda: made(f"{CAL}supported-calendar-data", Element(f"{CAL}calendar-data", {"content-type": "text/calendar", "version": "2.0"})),
            f"{DAV}supported-report-set": lambda: made(f"{DAV}supported-report-set", *(made(f"{DAV}supported-report", made(f"{DAV}report", made(name))) for name in reports)),
        }, frozenset(changing))  # fmt: skip

    def _entry(self, calendar: Calendar, one: ical.Entry) -> Resource:
        def text() -> Element:
            found = made(f"{CAL}calendar-data")
            found.text = one.alone
            return found

        return Resource(self._address(calendar, one), self._everywhere() | {
            f"{DAV}resourcetype": lambda: made(f"{DAV}resourcetype"),
            f"{DAV}getetag": lambda: made(f"{DAV}getetag", text=f'"{one.tag}"'),
            f"{DAV}getcontenttype": lambda: made(f"{DAV}getcontenttype", text="text/calendar; charset=utf-8; component=VEVENT"),
            f"{DAV}getcontentlength": lambda: made(f"{DAV}getcontentlength", text=str(len(one.alone.encode()))),
            f"{CAL}calendar-data": text,
        }, frozenset((f"{CAL}calendar-data",)))  # fmt: skip


def _mark(calendar: Calendar) -> str:
    return f"urn:tandem:calendar:{calendar.tag}"


@csrf_exempt
def discovery(request: HttpRequest) -> HttpResponse:
    """RFC 6764: where a program finds the account that knows only the name of the server."""
    return HttpResponsePermanentRedirect(reverse("caldav"))


urls = [
    path(".well-known/caldav", discovery, name="caldav_discovery"),
    path("caldav/", door, name="caldav"),
    path("caldav/<int:person>/", door, name="caldav_home"),
    path("caldav/<int:person>/<slug:calendar>/", door, name="caldav_calendar"),
    path("caldav/<int:person>/<slug:calendar>/<str:entry>", door, name="caldav_entry"),
]
