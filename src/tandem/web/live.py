"""Live pages: one stream per tab that says "fetch this fragment again" and never carries data.

A page's token names its topics; it is signed when the page is made, after access was checked. Whoever loses access
still hears that something changed, but the fragment they fetch is an ordinary view and refuses them."""

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.conf import settings
from django.core import signing

from tandem.history.seal import CHANNEL

_SALT = "tandem.live"
_DAY = 24 * 3600
_BEAT_SECONDS = 20


def token(topics: list[str]) -> str:
    return signing.dumps(sorted(set(topics)), salt=_SALT, compress=True)


class Stream:
    """Fans the database's notifications out to the open tabs of this process."""

    def __init__(self) -> None:
        self._tabs: dict[asyncio.Queue[str | None], frozenset[str]] = {}
        self._listener: asyncio.Task[None] | None = None

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
        for tab in self._tabs:
            tab.put_nowait(None)
        if self._listener:
            self._listener.cancel()
            self._listener = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("t", [""])[0]
        try:
            topics = frozenset(signing.loads(given, salt=_SALT, max_age=_DAY))
        except signing.BadSignature:
            await send(
                {"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]}
            )
            await send({"type": "http.response.body", "body": b"This page is too old. Reload it."})
            return
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        tab: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1000)
        self._tabs[tab] = topics
        try:
            await self._serve(tab, receive, send)
        finally:
            self._tabs.pop(tab, None)

    async def _serve(self, tab: "asyncio.Queue[str | None]", receive: Any, send: Any) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        gone = asyncio.create_task(_disconnected(receive))
        try:
            while True:
                news = asyncio.create_task(tab.get())
                done, _ = await asyncio.wait(
                    {news, gone}, timeout=_BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if gone in done:
                    news.cancel()
                    return
                if news not in done:
                    news.cancel()
                    body = b": still here\n\n"
                elif (topic := news.result()) is None:
                    break
                else:
                    body = f"data: {json.dumps({'topic': topic})}\n\n".encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _listen(self) -> None:
        """One connection for all tabs; it comes back when the database does, and then every tab refetches."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                address = _address()
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        self._tell(set(json.loads(notice.payload)))
            await asyncio.sleep(1)
            self._tell({t for topics in self._tabs.values() for t in topics})

    def _tell(self, changed: set[str]) -> None:
        for tab, topics in self._tabs.items():
            for topic in changed & topics:
                with contextlib.suppress(asyncio.QueueFull):
                    tab.put_nowait(topic)


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _address() -> str:
    given = settings.DATABASES["default"]
    parts = {
        "dbname": given["NAME"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "host": given["HOST"],
        "port": given["PORT"],
    }
    return psycopg.conninfo.make_conninfo(**{k: v for k, v in parts.items() if v})


stream = Stream()
