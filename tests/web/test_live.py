"""Live pages: a change reaches an open page, nobody listens without a page's token, and streams end when told to."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from tandem.config.sealing import Keeper
from tandem.history import seal
from tandem.web import live
from tests import make


class Page:
    """An open page, as the server sees it: what it was sent, and a way to leave."""

    def __init__(self, stream: live.Stream, token: str, method: str = "GET") -> None:
        self.sent: list[dict[str, Any]] = []
        self._left = asyncio.Event()
        self._news = asyncio.Condition()
        scope = {"type": "http", "method": method, "query_string": f"t={token}".encode()}
        self.task = asyncio.create_task(stream(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, str]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        async with self._news:
            self._news.notify_all()

    @property
    def words(self) -> str:
        return b"".join(m.get("body", b"") for m in self.sent).decode()

    async def hears(self, words: str, within: float = 2) -> None:
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: words in self.words)

    async def leave(self) -> None:
        self._left.set()
        await self.task


@pytest.fixture
def changed(world) -> Any:
    """Changes something in the project and seals it, as the worker does; returns the topic of its space."""

    def change() -> str:
        make.work_item(actor=world.boris, project=world.project)
        seal.seal_new_events()
        connection.close()
        return f"space:{world.project.space_id}"

    return SimpleNamespace(now=change, topic=f"space:{world.project.space_id}")


@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_the_open_page_within_two_seconds(changed):
    async def scene() -> None:
        stream = live.Stream()
        page, other = Page(stream, live.token([changed.topic])), Page(stream, live.token(["space:0"]))
        await page.hears("retry")
        await asyncio.to_thread(changed.now)
        await page.hears(f'data: {{"topic": "{changed.topic}"}}\n\n')
        assert "data:" not in other.words
        stream.close()
        await asyncio.wait_for(asyncio.gather(page.task, other.task), 1)

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_page_that_leaves_leaves_nothing_behind(changed):
    async def scene() -> None:
        stream = live.Stream()
        pages = [Page(stream, live.token([changed.topic])) for _ in range(50)]
        await asyncio.gather(*(page.hears("retry") for page in pages))
        assert len(stream.tabs) == 50
        await asyncio.gather(*(page.leave() for page in pages))
        assert not stream.tabs
        stream.close()
        await asyncio.sleep(0)
        assert [t for t in asyncio.all_tasks() if t is not asyncio.current_task() and not t.cancelling()] == []

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_pages_refetch_after_the_database_was_away(changed):
    ours = _own_backend()

    async def scene() -> None:
        stream = live.Stream()
        page = Page(stream, live.token([changed.topic]))
        await page.hears("retry")
        await asyncio.to_thread(_cut_every_connection, but=ours)
        await page.hears(changed.topic, within=4)
        await asyncio.to_thread(changed.now)
        stream.close()
        await page.task

    asyncio.run(scene())


def test_a_wrong_or_old_token_is_refused(settings):
    async def answer(token: str, method: str = "GET") -> int:
        page = Page(live.Stream(), token, method)
        await asyncio.wait_for(page.task, 1)
        return int(page.sent[0]["status"])

    good = live.token(["space:1"])
    with mock.patch("django.core.signing.time.time", return_value=time.time() - 25 * 3600):
        old = live.token(["space:1"])
    assert asyncio.run(answer(good + "x")) == 403
    assert asyncio.run(answer("")) == 403
    assert asyncio.run(answer(old)) == 403
    assert asyncio.run(answer(good, "POST")) == 405


def test_a_burst_is_told_once_per_topic():
    async def scene() -> None:
        tab = live.Tab(["space:1", "space:2"])
        for _ in range(10_000):
            tab.tell({"space:1", "space:9"})
        assert tab.take() == ["space:1"]
        assert tab.take() == []

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_the_keeper_seals_within_a_second_also_after_the_database_was_away(world):
    keeper = Keeper(pause=0.1)
    keeper.start()
    try:
        for _ in range(2):
            make.work_item(actor=world.boris, project=world.project)
            _wait_until(lambda: seal.Unsealed.objects.count() == 0, 3)
            _cut_every_connection(but=_own_backend())
    finally:
        keeper.end()
    assert not keeper.is_alive()
    assert seal.verify() == []


@pytest.fixture
def server(world) -> Iterator[SimpleNamespace]:
    """The web server itself, on a free port and on the database of the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}@/{given['NAME']}?host={given['HOST']}&port={given['PORT'] or 5432}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tandem.config.listener", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
        env={**os.environ, "TANDEM_RUNTIME_DATABASE_URL": address, "TANDEM_PORT": str(port)},
    )
    try:
        _wait_until(lambda: _status(port, "/healthz") == 200, 30)
        yield SimpleNamespace(port=port, process=process)
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_streams_hear_a_change_and_end_with_the_server(server, changed):
    assert _status(server.port, "/events?t=wrong") == 403
    path = f"/events?t={live.token([changed.topic])}"
    streams = [_open(server.port, path) for _ in range(100)]
    began = time.monotonic()
    changed.now()
    for _connection, response in streams:
        assert _next_topic(response) == changed.topic
    assert time.monotonic() - began < 2
    assert _status(server.port, "/healthz") == 200
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=5)
    assert time.monotonic() - began < 5
    for one, _response in streams:
        one.close()


def _open(port: int, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    one.request("GET", path)
    response = one.getresponse()
    assert response.status == 200
    assert response.readline() == b"retry: 2000\n"
    return one, response


def _next_topic(response: http.client.HTTPResponse) -> str:
    while not (line := response.readline()).startswith(b"data:"):
        assert line, "the stream ended"
    return line.decode().split('"')[3]


def _status(port: int, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as one:
        try:
            one.request("GET", path, headers={"Host": "localhost"})
            return one.getresponse().status
        except OSError:
            return 0


def _wait_until(is_so: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _own_backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cut_every_connection(but: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (%s, pg_backend_pid())",
            [but],
        )
    if _own_backend() != but:
        connection.close()
