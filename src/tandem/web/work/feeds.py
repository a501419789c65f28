"""Calendars that a calendar program subscribes to: made, listed, taken back, and what they answer."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tandem.collaboration.actions import feeds
from tandem.collaboration.models import Feed
from tandem.governance.models import Meeting
from tandem.kit import clock
from tandem.kit.errors import Hidden, Refused
from tandem.kit.ids import digest
from tandem.reports.exports import ical, ical_meetings
from tandem.reports.queries import work_item_table
from tandem.web import doors
from tandem.web.work.exports import home_of


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The feeds that work; a new one shows its address once. The filter is tried before it is kept."""
    secret = ""
    if request.method == "POST":
        query = _kept(request.POST.get("query", ""))
        is_meetings = "meetings" in QueryDict(query)
        found = work_item_table.asked(QueryDict("" if is_meetings else query), request.user)
        name = request.POST.get("name", "").strip() or (_("Meetings") if is_meetings else _("Work items"))
        _row, token = feeds.create(actor=request.user, space=found.space or home_of(request), name=name, query=query)
        secret = request.build_absolute_uri(reverse("feed_shared", kwargs={"token": token}))
    rows = Feed.objects.visible_to(request.user).usable()
    context = {"rows": list(rows[: feeds.MOST]), "secret": secret, "query": _kept(request.GET.urlencode())}
    return render(request, "work/feeds.html", context | {"q": QueryDict(context["query"]).get("q", "")})


def _kept(query: str) -> str:
    """What of a query is kept; cut, it would find more."""
    kept = urlencode([(name, value) for name, value in parse_qsl(query) if name in ("q", "space", "meetings")])
    if len(kept) > feeds.LONGEST:
        raise Refused("filter_too_long", most=feeds.LONGEST, at=1)
    return kept


@login_required
@require_POST
def removal(request: HttpRequest, id: int) -> HttpResponse:
    feeds.revoke(actor=request.user, feed=doors.find(Feed.objects, request.user, pk=id))
    return doors.go_to(request, reverse("feeds"), _("The address no longer works."))


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What the feed's owner may see now; nobody signs in for it. A calendar program that names the digest of what it has hears that nothing
    changed. Only the digest counts: the newest moment of change does not grow when something leaves the calendar."""
    # house: reads — the token is the permission
    feed = Feed.objects.usable().select_related("owner").filter(digest=digest(token)).first()
    if feed is None:
        raise Hidden
    site = request.build_absolute_uri("/").rstrip("/")
    with translation.override(feed.owner.language or translation.get_language()):
        try:
            text = _meetings(feed, site) if "meetings" in QueryDict(feed.query) else ical.calendar(feed.name, work_item_table.asked(QueryDict(feed.query), feed.owner).rows, site)
        except Refused:
            raise Hidden from None
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    response = HttpResponse(status=304) if tag in known else HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    if newest := max(re.findall(r"^LAST-MODIFIED:(\d{8}T\d{6})Z", text, re.MULTILINE), default=""):
        response["Last-Modified"] = http_date(datetime.strptime(newest, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp())
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _meetings(feed: Feed, site: str) -> str:
    """Those that the owner of the feed is asked to and did not say no to, of the last weeks and of all that are ahead."""
    rows = Meeting.objects.visible_to(feed.owner).of_person(feed.owner).exclude(absences__user=feed.owner).filter(ends_at__gt=clock.now() - timedelta(days=60)).select_related("series")
    return ical_meetings.calendar(feed.name, rows.order_by("starts_at")[: ical.MOST], site)


urls = [
    path("feeds/", page, name="feeds"),
    path("feeds/<int:id>/removals/", removal, name="feed_removals"),
    path("shared/calendar/<str:token>.ics", shared, name="feed_shared"),
]
