"""Pictures of boards for all who look at once. When a change is told, everybody asks at the same moment: those who ask together
are looked up together (whose sessions, what they may see, whether anything has happened since), and whoever finds a picture that
stands gets it without a thread, a session and a query of their own. The first one of those who see the same has it made by the
ordinary page; whatever is odd about a request goes there too.

Who says which picture they have (`have`) gets those of its cards that are still the same by their number alone."""

import asyncio
import logging
import re
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest, QueryDict, parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tandem.kit.text import whole_number
from tandem.people.scoping import know_all
from tandem.reports.queries.moment import Moment
from tandem.web.middleware import spoken_to
from tandem.web.work import same_picture

log = logging.getLogger("tandem.live")
_MOST_KEPT = 64
_MOST_FACES = 200_000
_TURNS = 3
_SESSION = re.compile(r"[a-z0-9]{32}")
_PATH = re.compile(r"/boards/[-\w]+/$")
_CARD = re.compile(rb'<article class="kcard.*?</article>', re.S)
_NUMBER = re.compile(rb'data-card="(\d+)"')
Headers = list[tuple[bytes, bytes]]
Answer = tuple[Headers, bytes]


class Ask(NamedTuple):
    """What a request for a picture says, and what it says it has."""

    path: str
    query: str
    have: str
    at: tuple[Any, ...]
    "Where it was sent to: an answer's headers are kept for requests that came the same way."
    cookies: dict[str, str]
    languages: str


class Found(NamedTuple):
    key: Any
    answer: Answer | None


class _Named(NamedTuple):
    """A picture that was handed out: its name, and when it was made, by which it is told from the next one."""

    name: str
    made: tuple[Any, float]


_headers: OrderedDict[Any, Headers] = OrderedDict()
_named: OrderedDict[Any, _Named] = OrderedDict()
_earlier: OrderedDict[Any, dict[bytes, int]] = OrderedDict()
"What each card of a picture looked like, by the key and the name of the picture."


def asked(scope: dict[str, Any]) -> Ask | None:
    if scope["type"] != "http" or scope["method"] != "GET" or not _PATH.match(scope["path"]):
        return None
    query = scope["query_string"].decode("latin-1")
    if "part=board" not in query:
        return None
    given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    parts = query.split("&")
    # as `web.proxies` reads it; what else a request says of itself no page hears
    proxied = given.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower() == "https"
    at = (scope.get("scheme"), given.get("host"), proxied)
    have = next((part[5:] for part in parts if part.startswith("have=")), "")
    rest = "&".join(part for part in parts if not part.startswith("have="))
    return Ask(scope["path"], rest, have, at, parse_cookie(given.get("cookie", "")), given.get("accept-language", ""))


class PictureDoor:
    """Stands before the pages."""

    def __init__(self, pages: Any) -> None:
        self._pages = pages
        self._waiting: list[tuple[Ask, asyncio.Future[Found | None]]] = []
        self._turn: asyncio.Task[None] | None = None
        self._made: dict[Any, asyncio.Event] = {}
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="pictures")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        ask = asked(scope)
        if ask is None:
            return await self._pages(scope, receive, send)
        scope = {**scope, "query_string": ask.query.encode("latin-1")}
        found = await self._look(ask)
        for _turn in range(_TURNS):
            under_way = self._made.get(found.key) if found and not found.answer else None
            if under_way is None:
                break
            await under_way.wait()
            found = await self._look(ask)
        if found is None:
            return await self._pages(scope, receive, send)
        if found.answer is None:
            return await self._make(ask, found.key, scope, receive, send)
        await _tell(found.answer, send)

    async def _make(self, ask: Ask, key: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """By the page itself; of its answer the headers are kept, so that both ways answer alike."""
        done = self._made.setdefault(key, asyncio.Event())
        messages: list[dict[str, Any]] = []

        async def heard(message: dict[str, Any]) -> None:
            messages.append(message)

        try:
            await self._pages(scope, receive, heard)
            if messages[0]["status"] == 200 and not any(name == b"set-cookie" for name, _value in messages[0]["headers"]):
                _keep(_headers, (key, ask.at), [pair for pair in messages[0]["headers"] if pair[0] != b"content-length"])
        finally:
            self._made.pop(key, None)
            done.set()
        found = await self._look(ask) if messages[0]["status"] == 200 else None
        if found and found.key == key and found.answer:
            return await _tell(found.answer, send)
        for message in messages:
            await send(message)

    async def _look(self, ask: Ask) -> Found | None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        if self._turn is None or self._turn.done():
            self._turn = asyncio.create_task(self._look_for_all())
        found: Found | None = await future
        return found

    async def _look_for_all(self) -> None:
        """Those who come while one look is under way share the next one: it begins after they came."""
        while self._waiting:
            turn, self._waiting = self._waiting, []
            try:
                found = await asyncio.get_running_loop().run_in_executor(self._aside, looked, [ask for ask, _future in turn])
            except Exception as problem:  # the database is away: the pages themselves say so
                log.warning("pictures go the long way: %s", " ".join(str(problem).split()))
                found = [None] * len(turn)
            for (_ask, future), one in zip(turn, found, strict=True):
                if not future.done():
                    future.set_result(one)


async def _tell(answer: Answer, send: Any) -> None:
    headers, body = answer
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


# ── in the thread beside the loop ──


def looked(asks: list[Ask]) -> list[Found | None]:
    """For each the picture that they see and the answer, where it stands; None for the long way. The record is looked at once for
    all, after it is known who asks: what is the same then was the same for everybody who came."""
    try:
        people = _people({key for ask in asks if (key := _session(ask))})
        know_all(people.values())
        keys = [_key_of(ask, people.get(_session(ask))) for ask in asks]
        now = same_picture.look.now() if any(keys) else None
        made: dict[Any, Answer] = {}
        return [Found(key, _answer(ask, key, now, made)) if key and now else None for ask, key in zip(asks, keys, strict=True)]
    finally:
        connections.close_all()  # back to the pool


def _session(ask: Ask) -> str:
    """The key of the session, where it is one: anybody may write anything there."""
    key = ask.cookies.get(settings.SESSION_COOKIE_NAME, "")
    return key if _SESSION.fullmatch(key) else ""


def _key_of(ask: Ask, user: Any) -> Any:
    """None for the long way. A request that cannot be read, of too many parameters for example, spoils nobody else's."""
    try:
        return _key(ask, user) if user else None
    except Exception as problem:  # the page itself says what is wrong
        log.info("a picture goes the long way: %s", " ".join(str(problem).split()))
        return None


def _people(keys: set[str]) -> dict[str, Any]:
    """Whose sessions these are, in two queries for all, under the conditions of `django.contrib.auth.get_user`."""
    from tandem.people.models import User

    store: Any = SessionStore()
    # house: reads — sessions by their secret keys
    rows = store.model.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = {row.session_key: store.decode(row.session_data) for row in rows}
    numbers = {whole_number(str(held.get(SESSION_KEY, ""))) for held in sessions.values()} - {None}
    # house: reads — the people to whom these sessions belong
    people = {str(user.pk): user for user in User.objects.filter(pk__in=numbers, is_active=True)}
    found = {}
    for key, held in sessions.items():
        user = people.get(str(held.get(SESSION_KEY)))
        if user is None or held.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
            continue
        if constant_time_compare(held.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            found[key] = user
    return found


def _key(ask: Ask, user: Any) -> Any:
    request = HttpRequest()
    request.method, request.path, request.user, request.COOKIES = "GET", ask.path, user, ask.cookies
    request.META |= {"QUERY_STRING": ask.query, "HTTP_ACCEPT_LANGUAGE": ask.languages}
    request.GET = QueryDict(ask.query)  # type: ignore[assignment]
    with spoken_to(request):
        return same_picture.key_for(request)


def _answer(ask: Ask, key: Any, now: Moment, made: dict[Any, Answer]) -> Answer | None:
    before = _earlier.get((key, ask.have)) if ask.have else None
    one = (key, ask.at, "" if before is None else ask.have)  # a name that nobody gave is none
    if one in made:
        return made[one]
    headers = _headers.get((key, ask.at))
    kept = same_picture.standing(key, now) if headers else None
    if headers is None or kept is None:
        return None
    name = _name(key, kept)
    body = kept.body if before is None else shortened(kept.body, before)
    made[one] = headers, b'<i hidden data-picture="%s"></i>' % name.encode() + body
    return made[one]


def _name(key: Any, kept: same_picture.Kept) -> str:
    """A picture's name means something only beside the key: whoever sees something else has no picture of that name."""
    named = _named.get(key)
    if named is None or named.made != (kept.moment, kept.at):
        named = _Named(secrets.token_hex(8), (kept.moment, kept.at))
        _keep(_named, key, named)
        _keep(_earlier, (key, named.name), faces_of(kept.body))
        while sum(map(len, _earlier.values())) > _MOST_FACES and len(_earlier) > 1:
            _earlier.popitem(last=False)
    return named.name


def faces_of(body: bytes) -> dict[bytes, int]:
    return {number[1]: hash(card[0]) for card in _CARD.finditer(body) if (number := _NUMBER.search(card[0]))}


def shortened(body: bytes, before: dict[bytes, int]) -> bytes:
    """The picture without the cards that look as they did before: only where they stand."""

    def said(card: re.Match[bytes]) -> bytes:
        number = _NUMBER.search(card[0])
        if number and before.get(number[1]) == hash(card[0]):
            return b'<article data-card="%s" data-same></article>' % number[1]
        return card[0]

    return _CARD.sub(said, body)


def _keep(there: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    there[key] = value
    there.move_to_end(key)
    while len(there) > _MOST_KEPT:
        there.popitem(last=False)


def forget() -> None:
    for there in (_headers, _named, _earlier):
        there.clear()
