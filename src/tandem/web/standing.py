"""Pages over everything stand as they are until something is recorded: the first who asks has the page made, all others who see
the same get its middle as it is, in a shell of their own.

After a change the first who asks waits `PATIENCE` for the new page. If it takes longer they are shown the one that stands, which
says of when it is and fetches the new one as soon as that is there. Whoever recorded something themself always waits for it, and
so does everybody where the page that stands was made longer ago than `OLDEST`: what was erased or made confidential goes.

A page may stand when it depends on nothing but the rows of the spaces that the reader sees, on what they may do, on language and
time zone and on the day. What is computed without an event behind it (effort, solutions) is there after `LONGEST`."""

import re
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone, translation
from markupsafe import Markup

from tandem.kit import clock
from tandem.kit.http import is_fragment_request
from tandem.people.scoping import roles_of
from tandem.reports.queries import moment
from tandem.web import aside
from tandem.web.work.same_picture import look

LONGEST = 10.0
"""Seconds after which a page is made anew though nothing happened."""
PATIENCE = 0.1
"""Seconds for which a reader waits for a page that is made anew after what others have recorded."""
OLDEST = 60.0
"""Seconds after which a page is not shown any more in place of a new one."""
ANEW = "X-Anew"
"""Sent by a page that shows how things were: which one it shows. Answered when there is a newer one."""
MOST_SIGNS = 32 * 2**20
"""Of all pages that are kept together; the oldest go first."""
View = Callable[..., HttpResponseBase]
Make = Callable[[HttpRequest], HttpResponseBase]
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{32,64}(")')
_MAIN = re.compile(r'<main class="main ([^"]*)" id="main">\n?(.*?)</main>\n?<aside class="peek"', re.DOTALL)
_SCOPE = re.compile(r"<!--scope-->(.*?)<!--/scope-->", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?) · Tandem</title>", re.DOTALL)


class _Kept(NamedTuple):
    """The middle of a page, cut where a form carries its reader's own token."""

    moment: moment.Moment
    at: float
    as_of: datetime
    pieces: tuple[str, ...]
    title: str
    width: str
    topics: tuple[str, ...]
    scope: str
    "The menus of its own that a page puts into the bar above."

    @property
    def mark(self) -> str:
        return f"{self.at:.6f}"

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces)) + len(self.scope)


_kept: dict[Any, _Kept] = {}
_turns: dict[Any, threading.Lock] = {}
_MOST_TURNS = 500
_keeping = threading.Lock()


def page(view: View | None = None, *, personal: bool = False) -> Any:
    """A view whose page may stand; `personal` where it says something of the reader alone."""
    if view is None:
        return lambda view: page(view, personal=personal)

    @wraps(view)
    def standing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return of(request, lambda asked: view(asked, *args, **kwargs), personal=personal)

    return standing


def of(request: HttpRequest, make: Make, *, personal: bool = False) -> HttpResponseBase:
    """Whoever asks is signed in; whether they may see the page, `make` says, and the same rights give the same answer."""
    shown = request.headers.get(ANEW, "")
    if request.method != "GET" or (not shown and is_fragment_request(request.headers, request.GET)):
        return make(request)
    key = _key(request, personal)
    before, as_of, now = _kept.get(key), clock.now(), look.now()
    if before and (_stands(before, now) or _is_newer(before, shown)):
        return _shown(request, before)
    if shown and aside.is_under_way(key):
        return HttpResponse(status=204)
    new = _New(key, now, as_of, make)
    return _in_time(request, before, new) if before and not shown and _may_wait(request, before) else _made(request, before, new)


class _New(NamedTuple):
    """A page that is to be made: it has everything in it that had happened at the moment."""

    key: Any
    moment: moment.Moment
    as_of: datetime
    make: Make


def _made(request: HttpRequest, before: _Kept | None, new: _New) -> HttpResponseBase:
    """Made in this request; who asks for the same meanwhile waits for it."""
    if len(_turns) > _MOST_TURNS:
        forget()
    with _turns.setdefault(new.key, threading.Lock()):
        kept = _kept.get(new.key)
        if kept and kept is not before:  # made while one waited
            if _stands(kept, now := look.now()):
                return _shown(request, kept)
            new = new._replace(moment=now, as_of=clock.now())
        answer = new.make(request)
        if found := _cut(request, answer, new):
            _keep(new.key, found)
        return answer


def _may_wait(request: HttpRequest, before: _Kept) -> bool:
    """Who changed something sees it on the next page; what a transaction has not told yet only it can see."""
    if time.monotonic() - before.at >= OLDEST:
        return False
    return not connection.in_atomic_block and not moment.has_recorded(request.user, before.moment)


def _in_time(request: HttpRequest, before: _Kept, new: _New) -> HttpResponseBase:
    """The new page when it is there soon enough, else the one before it, or one whose making began before the last change."""

    def work(asked: HttpRequest) -> None:
        found = None
        try:
            found = _cut(asked, new.make(asked), new)
        finally:
            if found:
                _keep(new.key, found)
            else:
                _kept.pop(new.key, None)

    aside.begin(new.key, request, work).wait(PATIENCE)
    kept = _kept.get(new.key)
    if kept is None:  # it may not be seen any more, or is no page that stands
        return _made(request, None, new)
    return _shown(request, kept, is_old=kept is before or moment.happened(kept.moment) < moment.happened(new.moment))


def _is_newer(kept: _Kept, shown: str) -> bool:
    """Made after the one that is shown: good enough for who waits for it, though something may have happened since."""
    return bool(shown) and shown != kept.mark and time.monotonic() - kept.at < LONGEST


def _key(request: HttpRequest, personal: bool) -> Any:
    user: Any = request.user
    return (
        request.get_full_path(), frozenset(roles_of(user).items()), user.is_active, translation.get_language(), timezone.get_current_timezone_name(),
        clock.today(), user.pk if personal else None,
    )  # fmt: skip


def _stands(kept: _Kept, now: moment.Moment) -> bool:
    return kept.moment == now and time.monotonic() - kept.at < LONGEST


def _cut(request: HttpRequest, answer: HttpResponseBase, new: _New) -> _Kept | None:
    """Nothing of a page that follows a job, or that carries anything of its reader but the token of its forms."""
    if answer.status_code != 200 or not isinstance(answer, HttpResponse):
        return None
    topics = tuple(getattr(request, "live_topics", ()))
    text = answer.content.decode()
    main, title = _MAIN.search(text), _TITLE.search(text)
    if not main or not title or any(topic.startswith("job:") for topic in topics):
        return None
    pieces = _TOKEN.sub(r"\1\0\2", main[2]).split("\0")
    if main[2].count("csrfmiddlewaretoken") != len(pieces) - 1 or "nonce=" in main[2]:
        return None
    scope = _SCOPE.search(text)
    return _Kept(new.moment, time.monotonic(), new.as_of, tuple(pieces), title[1], main[1], topics, scope[1] if scope else "")


def _keep(key: Any, found: _Kept) -> None:
    """A page of a later moment, made meanwhile, stays."""
    with _keeping:
        there = _kept.get(key)
        if there and moment.happened(there.moment) > moment.happened(found.moment):
            return
        _kept.pop(key, None)
        _kept[key] = found
    left = MOST_SIGNS
    for one in list(reversed(_kept)):
        left -= _kept[one].size if one in _kept else 0
        if left < 0:
            _kept.pop(one, None)


def _shown(request: HttpRequest, kept: _Kept, *, is_old: bool = False) -> HttpResponse:
    request.live_topics = list(kept.topics)  # type: ignore[attr-defined]
    main = kept.pieces[0] if len(kept.pieces) == 1 else get_token(request).join(kept.pieces)
    # every piece comes from a page of ours, where it was escaped
    context = {"main": Markup(main), "title": Markup(kept.title), "width": kept.width, "scope": Markup(kept.scope)}  # noqa: S704
    return render(request, "standing.html", context | {"mark": kept.mark if is_old else "", "time": f"{timezone.localtime(kept.as_of):%H:%M:%S}"})


def forget() -> None:
    """Tests start from an empty memory."""
    _kept.clear()
    _turns.clear()
