"""Live pages: one stream per tab that says "fetch this fragment again" and carries no data but who is writing where.

A page's token names its reader and its topics; it is signed when the page is made, after access was checked. Whoever
loses access stops hearing: the topics are looked through again whenever somebody's access changes, and when a stream
begins. Nothing is missed between the making of a page and its stream, nor while a stream was broken: what was told
since then is told at once (the part that Last-Event-ID plays elsewhere)."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.core import signing
from django.db import DatabaseError, InterfaceError, connections

from tandem.history.seal import ACCESS, CHANNEL
from tandem.web import live_editing

log = logging.getLogger("tandem.live")
_SALT = "tandem.live"
_DAY = 24 * 3600
_BEAT_SECONDS = 20
_READY_SECONDS = 3
_SLACK_SECONDS = 2
"By how much the clocks of several web nodes may differ."
_MOST_TOPICS = 20_000


def token(topics: list[str], reader: int | None = None) -> str:
    """`reader` is who looks; a page for everybody has none."""
    page = {"reader": reader, "topics": sorted(set(topics)), "made": time.time()}
    return signing.dumps(page, salt=_SALT, compress=True)


class Tab:
    """What a tab has not been told yet. However much happens, it holds each topic once."""

    def __init__(self, topics: Iterable[str], reader: int | None = None) -> None:
        self.topics = frozenset(topics)
        self.reader = reader
        self.due: set[str] = set()
        self.writing: dict[str, live_editing.Said] = {}
        self.is_over = False
        self.bell = asyncio.Event()

    def tell(self, topics: Iterable[str]) -> None:
        if due := self.topics.intersection(topics):
            self.due |= due
            self.bell.set()

    def tell_of(self, said: live_editing.Said) -> None:
        """Somebody else is writing, or has stopped; of each only the last is told."""
        if said.topic in self.topics and said.person != self.reader:
            self.writing[said.mark] = said
            self.bell.set()

    def keep(self, topics: frozenset[str]) -> None:
        """Forget the topics that are not among these; a tab without any ends."""
        self.topics &= topics
        self.due &= topics
        self.writing = {mark: said for mark, said in self.writing.items() if said.topic in topics}
        if not self.topics:
            self.end()

    def end(self) -> None:
        self.is_over = True
        self.bell.set()

    def take(self) -> list[str]:
        self.bell.clear()
        due, self.due = sorted(self.due), set()
        return due

    def take_writing(self) -> list[str]:
        said, self.writing = self.writing, {}
        return [one.words for one in said.values()]


class Past:
    """When each topic was last told, so that a stream that comes late is told what it missed."""

    def __init__(self) -> None:
        self.since = time.time()
        self._told: dict[str, float] = {}

    def note(self, topics: Iterable[str]) -> None:
        if len(self._told) > _MOST_TOPICS:
            self.forget()
        self._told.update(dict.fromkeys(topics, time.time()))

    def forget(self) -> None:
        self.since, self._told = time.time(), {}

    def missed(self, topics: frozenset[str], since: float) -> set[str]:
        """What was told since then; all of it where nobody here can know."""
        if since < self.since:
            return set(topics)
        return {topic for topic in topics if self._told.get(topic, 0) >= since - _SLACK_SECONDS}


class Stream:
    """Fans the database's notifications out to the open tabs of this process."""

    def __init__(self) -> None:
        self.tabs: set[Tab] = set()
        self.past = Past()
        self.editing = live_editing.Editing()
        self._listener: asyncio.Task[None] | None = None
        self._hears = asyncio.Event()
        self._is_closed = False
        # asks who may still hear what; never more than two connections of the pool
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="live-access")

    async def lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def close(self) -> None:
        """End every stream, so that the server can stop at once."""
        self._is_closed = True
        for tab in self.tabs:
            tab.end()
        if self._listener:
            self._listener.cancel()
            self._listener = None
        self._aside.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("t", [""])[0]
        try:
            page = signing.loads(given, salt=_SALT, max_age=_DAY)
        except signing.BadSignature:
            await _refuse(send, 403, b"This page is too old. Reload it.")
            return
        if scope["method"] != "GET" or self._is_closed:
            await _refuse(send, 503 if self._is_closed else 405, b"")
            return
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        tab = Tab(page["topics"], page["reader"])
        self.tabs.add(tab)
        try:
            with contextlib.suppress(TimeoutError):  # a change right after the head must not be missed
                await asyncio.wait_for(self._hears.wait(), _READY_SECONDS)
            await self._look_through([tab])
            if tab.is_over and not self._is_closed:
                await _refuse(send, 403, b"You may not see this page any more. Reload it.")
                return
            tab.tell(self.past.missed(tab.topics, page["made"]))
            for said in self.editing.now(tab.topics):
                tab.tell_of(said)
            await self._serve(tab, receive, send)
        finally:
            self.tabs.discard(tab)

    async def _look_through(self, tabs: list[Tab]) -> None:
        """Take from each tab what its reader may not see any more. Where the database does not answer, the tab
        keeps what it has: the pages themselves ask again before they show anything."""
        readers: dict[int, set[str]] = {}
        for tab in tabs:
            if tab.reader is not None:
                readers.setdefault(tab.reader, set()).update(tab.topics)
        if not readers:
            return
        try:
            seen = await asyncio.get_running_loop().run_in_executor(self._aside, visible_topics, readers)
        except (DatabaseError, InterfaceError, RuntimeError) as problem:
            log.warning("nobody can say who may still see what: %s", " ".join(str(problem).split()))
            return
        for tab in tabs:
            if tab.reader is not None:
                tab.keep(seen[tab.reader])

    async def _serve(self, tab: Tab, receive: Any, send: Any) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        gone = asyncio.create_task(_disconnected(receive, tab.end))
        try:
            while not tab.is_over:
                try:
                    await asyncio.wait_for(tab.bell.wait(), _BEAT_SECONDS)
                    words = "".join(f"data: {json.dumps({'topic': topic})}\n\n" for topic in tab.take())
                    words += "".join(f"event: editing\ndata: {said}\n\n" for said in tab.take_writing())
                except TimeoutError:
                    words = ": still here\n\n"
                if words:
                    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})
        finally:
            is_gone = gone.done()
            gone.cancel()
        if not is_gone:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _listen(self) -> None:
        """One connection for all tabs; it comes back when the database does, and then every tab refetches."""
        is_back = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await connection.execute(f"LISTEN {live_editing.CHANNEL}")
                    self.past.forget()
                    self._hears.set()
                    if is_back:
                        await self._look_through(list(self.tabs))
                        self._tell({topic for tab in self.tabs for topic in tab.topics})
                    await self._hear(connection)
            except (psycopg.Error, OSError) as problem:
                log.warning("live pages wait for the database: %s", " ".join(str(problem).split()))
            finally:
                self._hears.clear()
            is_back = True
            await asyncio.sleep(1)

    async def _hear(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        while True:
            async for notice in connection.notifies(timeout=_BEAT_SECONDS):
                if notice.channel == live_editing.CHANNEL:
                    self._tell_of(notice.payload)
                    continue
                try:
                    topics = set(json.loads(notice.payload))
                except (ValueError, TypeError):
                    log.warning("a notification that is not ours: %.80s", notice.payload)
                    continue
                if ACCESS in topics:
                    await self._look_through(list(self.tabs))
                self._tell(topics)
            await connection.execute("SELECT 1")  # a connection that died silently is noticed

    def _tell_of(self, payload: str) -> None:
        if said := self.editing.hear(payload):
            for tab in self.tabs:
                tab.tell_of(said)

    def _tell(self, changed: set[str]) -> None:
        self.past.note(changed)
        for tab in self.tabs:
            tab.tell(changed)


def visible_topics(readers: dict[int, set[str]]) -> dict[int, frozenset[str]]:
    """Of each reader's topics those that they may see now. Runs beside the loop, in a thread."""
    from tandem.collaboration.models import Job
    from tandem.people.models import User

    try:
        # house: reads — the reader of a signed token, to ask what they may see
        people = {user.pk: user for user in User.objects.filter(pk__in=readers, is_active=True)}
        found = {}
        for reader, topics in readers.items():
            user = people.get(reader)
            allowed = {f"user:{reader}"} if user else set()
            if user:
                allowed |= {f"space:{pk}" for pk in user.visible_space_ids()}
                jobs = [int(topic[4:]) for topic in topics if topic.startswith("job:")]
                allowed |= {f"job:{pk}" for pk in Job.objects.visible_to(user).filter(pk__in=jobs).values_list("pk", flat=True)}
            found[reader] = frozenset(topics & allowed)
        return found
    finally:
        connections.close_all()  # back to the pool


async def _refuse(send: Any, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


async def _disconnected(receive: Any, tell: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    tell()


def _address() -> dict[str, Any]:
    """As Django connects (TLS and all), without what only Django understands or a listener has no use for."""
    given = connections["default"].get_connection_params()
    return {k: v for k, v in given.items() if k not in ("cursor_factory", "context", "prepare_threshold", "options")}


stream = Stream()
