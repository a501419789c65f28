"""Live pages: one stream per tab that says "fetch this fragment again" and never carries data.

A page's token names its topics; it is signed when the page is made, after access was checked. Whoever loses access
still hears that something changed, but the fragment they fetch is an ordinary view and refuses them."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.core import signing
from django.db import connections

from tandem.history.seal import CHANNEL

log = logging.getLogger("tandem.live")
_SALT = "tandem.live"
_DAY = 24 * 3600
_BEAT_SECONDS = 20
_READY_SECONDS = 3


def token(topics: list[str]) -> str:
    return signing.dumps(sorted(set(topics)), salt=_SALT, compress=True)


class Tab:
    """What a tab has not been told yet. However much happens, it holds each topic once."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics)
        self.due: set[str] = set()
        self.is_over = False
        self.bell = asyncio.Event()

    def tell(self, topics: Iterable[str]) -> None:
        if due := self.topics.intersection(topics):
            self.due |= due
            self.bell.set()

    def end(self) -> None:
        self.is_over = True
        self.bell.set()

    def take(self) -> list[str]:
        self.bell.clear()
        due, self.due = sorted(self.due), set()
        return due


class Stream:
    """Fans the database's notifications out to the open tabs of this process."""

    def __init__(self) -> None:
        self.tabs: set[Tab] = set()
        self._listener: asyncio.Task[None] | None = None
        self._hears = asyncio.Event()
        self._is_closed = False

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

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("t", [""])[0]
        try:
            tab = Tab(signing.loads(given, salt=_SALT, max_age=_DAY))
        except signing.BadSignature:
            await _refuse(send, 403, b"This page is too old. Reload it.")
            return
        if scope["method"] != "GET" or self._is_closed:
            await _refuse(send, 503 if self._is_closed else 405, b"")
            return
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        self.tabs.add(tab)
        try:
            with contextlib.suppress(TimeoutError):  # a change right after the head must not be missed
                await asyncio.wait_for(self._hears.wait(), _READY_SECONDS)
            await self._serve(tab, receive, send)
        finally:
            self.tabs.discard(tab)

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
                    self._hears.set()
                    if is_back:
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
                try:
                    self._tell(set(json.loads(notice.payload)))
                except (ValueError, TypeError):
                    log.warning("a notification that is not ours: %.80s", notice.payload)
            await connection.execute("SELECT 1")  # a connection that died silently is noticed

    def _tell(self, changed: set[str]) -> None:
        for tab in self.tabs:
            tab.tell(changed)


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
