"""Live pages: a change reaches an open page, nobody listens without a page's token, and streams end when told to."""

import asyncio
import http.client
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from tandem.config.sealing import Keeper
from tandem.history import seal
from tandem.people.actions import spaces, users
from tandem.web import live
from tests import make
from tests.drawn import timed
from tests.proof.serving import Server, Visitor, serving

PATIENCE = 60
"Seconds for what comes at once on a machine that has nothing else to do; how soon, the long proof asks."


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

    async def hears(self, words: str, within: float = PATIENCE) -> None:
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: words in self.words)

    async def leave(self) -> None:
        self._left.set()
        await self.task


async def listening() -> live.Stream:
    """A stream that hears the database, as it does from the first page on."""
    stream = live.Stream()
    first = Page(stream, live.token(["space:999999"]))
    await first.hears("retry")
    await first.leave()
    return stream


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
@timed
def test_a_change_reaches_the_open_page(changed, is_timed):
    async def scene() -> None:
        stream = await listening()
        page, other = Page(stream, live.token([changed.topic])), Page(stream, live.token(["space:999999"]))
        await page.hears("retry")
        await asyncio.to_thread(changed.now)
        await page.hears(f'data: {{"topic": "{changed.topic}"}}\n\n', within=2 if is_timed else PATIENCE)
        assert "data:" not in other.words
        stream.close()
        await asyncio.wait_for(asyncio.gather(page.task, other.task), PATIENCE)

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
@timed
def test_pages_refetch_after_the_database_was_away(changed, is_timed):
    ours = _own_backend()

    async def scene() -> None:
        stream = live.Stream()
        page = Page(stream, live.token([changed.topic]))
        await page.hears("retry")
        await asyncio.to_thread(_cut_every_connection, but=ours)
        await page.hears(changed.topic, within=4 if is_timed else PATIENCE)
        await asyncio.to_thread(changed.now)
        stream.close()
        await page.task

    asyncio.run(scene())


def test_a_wrong_or_old_token_is_refused(settings):
    async def answer(token: str, method: str = "GET") -> int:
        page = Page(live.Stream(), token, method)
        await asyncio.wait_for(page.task, PATIENCE)
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
def test_the_keeper_seals_what_comes_also_after_the_database_was_away(world):
    keeper = Keeper(pause=0.1)
    keeper.start()
    try:
        for _ in range(2):
            make.work_item(actor=world.boris, project=world.project)
            _wait_until(lambda: seal.Unsealed.objects.count() == 0, PATIENCE)
            _cut_every_connection(but=_own_backend())
    finally:
        keeper.end()
        keeper.join(PATIENCE)  # a machine with much to do may need longer than the keeper is given
    assert not keeper.is_alive()
    assert seal.verify() == []


@pytest.mark.django_db(transaction=True)
def test_a_full_pool_is_no_longer_away_than_the_database():
    """Each of its connections is dead; whoever asks next is not to wait for all of them in turn."""
    connection.close()
    connection.close_pool()  # a new one: nothing is known of what other tests left in ours
    ours, many = _own_backend(), connection.pool.max_size - 1
    together = threading.Barrier(many)

    def backend() -> int:
        try:
            return _own_backend()
        finally:
            connection.close()

    def hold() -> None:
        try:
            connection.ensure_connection()
            together.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as people:
        for one in [people.submit(hold) for _ in range(many)]:
            one.result()
    _cut_every_connection(but=ours)
    with ThreadPoolExecutor(1) as person:
        assert person.submit(backend).result() != ours
    connection.close()
    connection.close_pool()  # of so many connections no other test has need


@pytest.fixture
def server(world) -> Iterator[Server]:
    with serving(TANDEM_THREADS="4") as one:
        yield one


def _backends() -> int:
    """Connections to the database of the tests, but for our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@timed
def test_a_hundred_streams_hear_a_change_hold_up_nobody_and_end_with_the_server(server, world, changed, is_timed):
    """Four threads serve them; how long each takes is asked where no other test is in the way."""
    connection.close()
    connection.close_pool()  # what other tests left in our own is not the server's
    assert server.status("/events?t=wrong") == 403
    boris = Visitor.of(server, world.boris)
    assert boris("GET", "/", Accept="text/html").status == 200
    alone = min(_seconds(boris) for _ in range(5))
    path = f"/events?t={live.token([changed.topic], world.boris.pk)}"
    streams = [_open(server.port, path) for _ in range(100)]
    together = min(_seconds(boris) for _ in range(5))
    assert not is_timed or together < 3 * alone + 0.1, f"{together:.3f} s with streams, {alone:.3f} s without"
    assert _backends() <= 4 + 4 + 1, "a stream holds no connection: there is one for all that listen"
    began = time.monotonic()
    changed.now()
    for _connection, response in streams:
        assert _next_topic(response) == changed.topic
    heard = time.monotonic() - began
    assert not is_timed or heard < 5
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=PATIENCE)
    ended = time.monotonic() - began
    assert not is_timed or ended < 5
    print(f"\n100 streams: page {alone:.3f} s before, {together:.3f} s with them; all heard in {heard:.2f} s; ended in {ended:.2f} s")
    for one, _response in streams:
        one.close()


def _seconds(visitor: Visitor) -> float:
    began = time.monotonic()
    assert visitor("GET", "/jobs/", Accept="text/html").status == 200
    return time.monotonic() - began


@pytest.mark.django_db(transaction=True)
def test_whoever_loses_access_hears_no_more(world, changed):
    async def scene() -> None:
        stream = await listening()

        async def told_all() -> None:
            """Both hear of themselves, after all that was due before; then all that was said is forgotten."""
            own = {page: f"user:{user.pk}" for page, user in ((mei, world.mei), (boris, world.boris))}
            stream._tell(set(own.values()))
            await asyncio.gather(*(page.hears(topic) for page, topic in own.items()))
            for page in own:
                page.sent.clear()

        mei, boris = (Page(stream, live.token([changed.topic, f"user:{user.pk}"], user.pk)) for user in (world.mei, world.boris))
        await asyncio.gather(mei.hears("retry"), boris.hears("retry"))
        await told_all()  # what happened just before the pages were made is told at once
        await asyncio.to_thread(revoke)
        await boris.hears(changed.topic)
        await told_all()
        await asyncio.to_thread(changed.now)
        await boris.hears(changed.topic)
        stream._tell({f"user:{world.mei.pk}"})
        await mei.hears(f"user:{world.mei.pk}")
        assert changed.topic not in mei.words
        again = Page(stream, live.token([changed.topic, f"user:{world.mei.pk}"], world.mei.pk))
        await again.hears("retry")
        assert changed.topic not in again.words
        stream.close()
        await asyncio.wait_for(asyncio.gather(mei.task, boris.task, again.task), PATIENCE)

    def revoke() -> None:
        spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
        seal.seal_new_events()
        connection.close()

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_disabled_is_put_out(world, changed):
    async def scene() -> None:
        stream = await listening()
        mei = Page(stream, live.token([changed.topic, f"user:{world.mei.pk}"], world.mei.pk))
        await mei.hears("retry")
        await asyncio.to_thread(disable)
        await asyncio.wait_for(mei.task, PATIENCE)
        assert mei.sent[-1]["more_body"] is False
        again = Page(stream, live.token([changed.topic], world.mei.pk))
        await asyncio.wait_for(again.task, PATIENCE)
        assert again.sent[0]["status"] == 403
        stream.close()

    def disable() -> None:
        users.disable(actor=world.admin, user=world.mei)
        seal.seal_new_events()
        connection.close()

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_what_happened_before_the_stream_began_is_told_at_once(changed):
    async def scene() -> None:
        stream = await listening()
        first = Page(stream, live.token([changed.topic]))
        await first.hears("retry")
        page, other = live.token([changed.topic]), live.token(["space:999999"])
        await asyncio.to_thread(changed.now)
        await first.hears(changed.topic)
        late, unconcerned = Page(stream, page), Page(stream, other)
        await late.hears(changed.topic)
        await unconcerned.hears("retry")
        assert "data:" not in unconcerned.words
        stream.close()
        await asyncio.wait_for(asyncio.gather(first.task, late.task, unconcerned.task), PATIENCE)

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_comes_back_to_a_new_server_is_told_everything(changed):
    """The new process cannot know what the page missed."""

    async def scene() -> None:
        page = live.token([changed.topic])
        await asyncio.sleep(0.01)
        stream = await listening()
        back = Page(stream, page)
        await back.hears(changed.topic)
        stream.close()
        await asyncio.wait_for(back.task, PATIENCE)

    asyncio.run(scene())


def test_what_was_told_is_remembered_within_bounds():
    past = live.Past()
    past.note(f"space:{number}" for number in range(live._MOST_TOPICS + 1))
    past.note(["space:7"])
    assert len(past._told) == 1
    assert past.missed(frozenset({"space:7"}), past.since - 1) == {"space:7"}


def _open(port: int, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    one.request("GET", path)
    response = one.getresponse()
    assert response.status == 200
    assert response.readline() == b"retry: 2000\n"
    return one, response


def _next_topic(response: http.client.HTTPResponse) -> str:
    while not (line := response.readline()).startswith(b"data:"):
        assert line, "the stream ended"
    return line.decode().split('"')[3]


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
            "WHERE datname = current_database() AND backend_type = 'client backend' AND pid NOT IN (%s, pg_backend_pid())",
            [but],
        )
    if _own_backend() != but:
        connection.close()
