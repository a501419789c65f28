"""Pages over everything stand as they are until something is recorded: the first who asks has the page made, all others who see
the same get its middle as it is, in a shell of their own.

A page may stand when it depends on nothing but the rows of the spaces that the reader sees, on what they may do, on language and
time zone and on the day. What is computed without an event behind it (effort, solutions) is there after `LONGEST`."""

import re
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

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
from tandem.web.work.same_picture import look

LONGEST = 10.0
"""Seconds after which a page is made anew though nothing happened."""
MOST_SIGNS = 32 * 2**20
"""Of all pages that are kept together; the oldest go first."""
View = Callable[..., HttpResponseBase]
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{32,64}(")')
_MAIN = re.compile(r'<main class="main ([^"]*)" id="main">\n?(.*?)</main>\n?<aside class="peek"', re.DOTALL)
_SCOPE = re.compile(r"<!--scope-->(.*?)<!--/scope-->", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?) · Tandem</title>", re.DOTALL)


class _Kept(NamedTuple):
    """The middle of a page, cut where a form carries its reader's own token."""

    moment: moment.Moment
    at: float
    pieces: tuple[str, ...]
    title: str
    width: str
    topics: tuple[str, ...]
    scope: str
    "The menus of its own that a page puts into the bar above."

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces)) + len(self.scope)


_kept: dict[Any, _Kept] = {}
_turns: dict[Any, threading.Lock] = {}
_MOST_TURNS = 500


def page(view: View | None = None, *, personal: bool = False) -> Any:
    """A view whose page may stand; `personal` where it says something of the reader alone."""
    if view is None:
        return lambda view: page(view, personal=personal)

    @wraps(view)
    def standing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return of(request, lambda: view(request, *args, **kwargs), personal=personal)

    return standing


def of(request: HttpRequest, make: Callable[[], HttpResponseBase], *, personal: bool = False) -> HttpResponseBase:
    """Whoever asks is signed in; whether they may see the page, `make` says, and the same rights give the same answer."""
    if request.method != "GET" or is_fragment_request(request.headers, request.GET):
        return make()
    key = _key(request, personal)
    before, now = _kept.get(key), look.now()
    if before and _stands(before, now):
        return _shown(request, before)
    if len(_turns) > _MOST_TURNS:
        forget()
    with _turns.setdefault(key, threading.Lock()):
        kept = _kept.get(key)
        if kept and kept is not before and _stands(kept, now := look.now()):  # made while one waited
            return _shown(request, kept)
        answer = make()
        if found := _cut(request, answer, now):
            _keep(key, found)
        return answer


def _key(request: HttpRequest, personal: bool) -> Any:
    user: Any = request.user
    return (
        request.get_full_path(), frozenset(roles_of(user).items()), user.is_active, translation.get_language(), timezone.get_current_timezone_name(),
        clock.today(), user.pk if personal else None,
    )  # fmt: skip


def _stands(kept: _Kept, now: moment.Moment) -> bool:
    return kept.moment == now and time.monotonic() - kept.at < LONGEST


def _cut(request: HttpRequest, answer: HttpResponseBase, now: moment.Moment) -> _Kept | None:
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
    return _Kept(now, time.monotonic(), tuple(pieces), title[1], main[1], topics, scope[1] if scope else "")


def _keep(key: Any, found: _Kept) -> None:
    _kept.pop(key, None)
    _kept[key] = found
    left = MOST_SIGNS
    for one in list(reversed(_kept)):
        left -= _kept[one].size if one in _kept else 0
        if left < 0:
            _kept.pop(one, None)


def _shown(request: HttpRequest, kept: _Kept) -> HttpResponse:
    request.live_topics = list(kept.topics)  # type: ignore[attr-defined]
    main = kept.pieces[0] if len(kept.pieces) == 1 else get_token(request).join(kept.pieces)
    # every piece comes from a page of ours, where it was escaped
    return render(request, "standing.html", {"main": Markup(main), "title": Markup(kept.title), "width": kept.width, "scope": Markup(kept.scope)})  # noqa: S704


def forget() -> None:
    """Tests start from an empty memory."""
    _kept.clear()
    _turns.clear()
