"""Pictures of boards for all who ask at once: without a page of their own, never an old one, never one with more than may be seen."""

import asyncio
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.config.bridge import InThreads
from tandem.config.wsgi import application
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import Role, User
from tandem.web.work import picture_door, same_picture
from tandem.work.actions import work_items
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
NAME = re.compile(rb'<i hidden data-picture="(\w+)"></i>')


def scope_of(client: Client, have: str = "", more: str = "", scheme: str = "http", **said: str) -> dict[str, Any]:
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    headers = {"host": "testserver", "cookie": cookies, "hx-request": "true", "accept": "text/html", **{name.replace("_", "-"): text for name, text in said.items()}}
    return {
        "type": "http", "method": "GET", "path": "/boards/POR/", "raw_path": b"/boards/POR/", "root_path": "", "scheme": scheme, "http_version": "1.1",
        "query_string": f"part=board{more}{'&have=' + have if have else ''}".encode(), "server": ("testserver", 80), "client": ("127.0.0.1", 4),
        "headers": [(name.encode(), text.encode("latin-1")) for name, text in headers.items()],
    }  # fmt: skip


class Door:
    """The door, and how often somebody came to the pages behind it."""

    def __init__(self) -> None:
        self.pages = 0
        self._behind = InThreads(application, 4)
        self._door = picture_door.PictureDoor(self._behind_it)

    async def _behind_it(self, scope: Any, receive: Any, send: Any) -> None:
        self.pages += 1
        await self._behind(scope, receive, send)

    async def ask(self, client: Client, have: str = "", more: str = "", **said: str) -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = scope_of(client, have, more, **said)
        await self._door(scope, receive, send)
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m["body"] for m in sent[1:])


@pytest.fixture
def clients(world, signed_in, people, monkeypatch):
    monkeypatch.setattr(same_picture, "LONGEST", 3600.0)  # here a picture ends when something happens, however slow the machine is
    for n in range(3):
        make.work_item(actor=world.boris, project=world.project, title=f"Paint quay {n}")
    same_picture.forget()
    picture_door.forget()
    return [signed_in(person) for person in people]


def run(scene: Any) -> Any:
    async def played() -> Any:
        return await scene(Door())

    connection.close()
    return asyncio.run(played())


async def warm(door: Door, *clients: Client) -> None:
    for client in (*clients, *clients):
        assert (await door.ask(client))[0] == 200


def test_who_sees_the_same_gets_it_without_the_page(clients):
    ida, jon, kim = clients

    def aside() -> bytes:
        try:
            return bytes(jon.get("/boards/POR/?part=board").content)
        finally:
            connection.close()

    async def scene(door: Door) -> None:
        await warm(door, ida)
        before = door.pages
        status, headers, body = await door.ask(jon)
        assert (status, door.pages) == (200, before)
        assert headers[b"x-fragment"] == b"1" and b"set-cookie" not in headers and int(headers[b"content-length"]) == len(body)
        assert b"Paint quay 2" in body and b"data-quick" in body
        _status, _headers, looking = await door.ask(kim)  # may not write: another picture
        assert door.pages > before and b"data-quick" not in looking and b"Paint quay 2" in looking
        plain = await asyncio.to_thread(aside)
        assert NAME.sub(b"", body) == plain

    run(scene)


def test_of_a_new_picture_only_what_is_new_in_it_comes(clients, world):
    ida, jon, kim = clients
    item = make.work_item(actor=world.boris, project=world.project, title="Sweep the quay")

    def change() -> None:
        work_items.change(actor=world.boris, item=item, version=None, title="Wash the quay")
        connection.close()

    async def scene(door: Door) -> None:
        await warm(door, ida, kim)
        first = (await door.ask(ida))[2]
        have = NAME.search(first)[1].decode()
        same = (await door.ask(jon, have))[2]
        assert b"data-same" in same and b"Sweep the quay" not in same and len(same) < len(first)
        await asyncio.to_thread(change)
        part, whole = (await door.ask(jon, have))[2], (await door.ask(ida))[2]
        assert b"Wash the quay" in part and b"Paint quay" not in part and b"Wash the quay" in whole and b"Paint quay" in whole
        old = {picture_door._NUMBER.search(card[0])[1]: card[0] for card in picture_door._CARD.finditer(first)}
        filled = re.sub(rb'<article data-card="(\d+)" data-same></article>', lambda m: old[m[1]], part)
        assert filled == whole, "what came and what stood are the whole picture"
        # the name of a picture says nothing to who sees another one, nor does one that nobody gave
        for client, name in ((kim, have), (ida, "0000"), (ida, "")):
            assert b"data-same" not in (await door.ask(client, name))[2]

    run(scene)


def test_a_change_is_in_the_next_picture_of_everybody_and_made_once(clients, world):
    item = make.work_item(actor=world.boris, project=world.project, title="Sweep the quay")

    def change() -> None:
        work_items.change(actor=world.boris, item=item, version=None, title="Wash the quay")
        connection.close()

    async def scene(door: Door) -> None:
        await warm(door, *clients[:2])
        await asyncio.to_thread(change)
        before = door.pages
        found = await asyncio.gather(*(door.ask(clients[n % 2]) for n in range(40)))
        assert all(status == 200 and b"Wash the quay" in body and b"Sweep the quay" not in body for status, _headers, body in found)
        assert door.pages - before <= 2, "one for all who came together"

    run(scene)


def looks(asks: list[dict[str, Any]]) -> tuple[list[Any], int]:
    """What is found for them in one look, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        found = picture_door.looked([one for scope in asks if (one := picture_door.asked(scope))])
    return found, len(queries)


def test_however_many_ask_together_three_queries_answer_all(clients, world):
    async def scene(door: Door) -> None:
        await warm(door, *clients)

    run(scene)
    asks = [scope_of(clients[n % 3]) for n in range(40)]
    found, many = looks(asks)
    assert many == 3 and all(one.answer for one in found), "sessions, people, the record"
    scoping.access_changed()
    found, many = looks(asks)
    assert many == 5 and all(one.answer for one in found), "and memberships and spaces, of all in one look"


def test_a_request_that_cannot_be_read_spoils_nobody_elses(clients):
    ida, jon, _kim = clients
    nul, long = Client(), "&x=1" * 1200
    nul.cookies["tandem"] = "x"

    async def scene(door: Door) -> None:
        await warm(door, ida)

    run(scene)
    bad = [scope_of(nul, cookie="tandem=" + "a" * 31 + "\x00"), scope_of(nul, cookie="tandem=" + "A" * 32), scope_of(ida, more=long)]
    found, _many = looks([*bad, scope_of(jon)])
    assert found[:3] == [None, None, None] and found[3].answer


def test_a_name_that_nobody_gave_makes_no_copy_and_what_no_page_hears_no_headers(clients):
    ida, jon, _kim = clients

    async def scene(door: Door) -> None:
        await warm(door, ida)
        before = door.pages
        for n in range(70):
            assert (await door.ask(jon, x_forwarded_host=f"h{n}.example", x_forwarded_proto=f"p{n}"))[0] == 200
        assert door.pages == before and len(picture_door._headers) == 1

    run(scene)
    found, _many = looks([scope_of(ida, have=f"{n:016x}") for n in range(5)])
    assert len({id(one.answer) for one in found}) == 1


def test_pictures_are_kept_by_what_they_weigh(clients, monkeypatch):
    ida = clients[0]

    async def scene(door: Door) -> None:
        await warm(door, ida)
        assert len(same_picture._kept) == 1 and not any(isinstance(part, bytes) for named in picture_door._named.values() for part in named)
        monkeypatch.setattr(same_picture, "_MOST_BYTES", len(next(iter(same_picture._kept.values())).body) - 1)
        await door.ask(ida, more="&x=1")
        assert len(same_picture._kept) == 1, "the first went for the second"
        monkeypatch.setattr(picture_door, "_MOST_FACES", 1)
        await warm(door, ida)
        assert len(picture_door._earlier) == 1

    run(scene)


def test_who_reads_otherwise_than_before_gets_another_picture(clients, people, world):
    ida, jon, _kim = clients

    def aside(**values: Any) -> Any:
        def changed() -> None:
            User.objects.filter(pk=people[1].pk).update(**values)
            connection.close()

        return asyncio.to_thread(changed)

    def looks_only() -> None:
        spaces.revoke(actor=world.admin, space=world.project.space, user=people[1])
        spaces.grant(actor=world.admin, space=world.project.space, user=people[1], role=Role.AUDITOR)
        scoping.forget_roles()
        connection.close()

    async def asks_anew(door: Door, **said: str) -> bytes:
        before = door.pages
        body = (await door.ask(jon, **said))[2]
        assert door.pages > before
        return body

    async def scene(door: Door) -> None:
        await warm(door, ida, jon)
        await aside(language="zh-hans")
        assert "Add an item" not in (await asks_anew(door)).decode()
        await aside(language="en", time_zone="Pacific/Auckland")
        await asks_anew(door)
        await aside(time_zone="")
        await warm(door, jon)
        await asks_anew(door, scheme="https")
        await asks_anew(door, host="localhost")
        await asyncio.to_thread(looks_only)
        await warm(door, ida)  # the change itself is an event
        assert b"data-quick" not in await asks_anew(door) and b"data-quick" in (await door.ask(ida))[2]

    run(scene)


def test_who_goes_while_the_picture_is_made_leaves_nobody_waiting(clients):
    ida, jon, _kim = clients

    async def scene(door: Door) -> None:
        began, behind, gate = asyncio.Event(), door._behind, asyncio.Event()

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            began.set()
            await gate.wait()
            await behind(scope, receive, send)

        await warm(door, ida)
        picture_door.forget()  # the picture stands, its headers are asked for anew
        door._behind = slow
        maker = asyncio.create_task(door.ask(ida))
        await began.wait()
        waiting = [asyncio.create_task(door.ask(jon)) for _ in range(3)]
        while door._door._waiting or not door._door._turn.done():
            await asyncio.sleep(0.01)
        maker.cancel()
        gate.set()
        found = await asyncio.wait_for(asyncio.gather(*waiting), 60)
        assert [status for status, _headers, _body in found] == [200] * 3 and not door._door._made

    run(scene)


def test_who_is_let_in_no_more_gets_no_picture_that_stands(clients, people, world, signed_in):
    ida, jon, kim = clients
    stranger, nobody, forged = signed_in(world.dana), Client(), Client()
    forged.cookies["tandem"] = "a" * 32

    def aside(act: Any, **given: Any) -> Any:
        def acted() -> None:
            act(**given)
            scoping.forget_roles()
            connection.close()

        return asyncio.to_thread(acted)

    async def scene(door: Door) -> None:
        await warm(door, ida, jon, kim)
        assert [(await door.ask(one))[0] for one in (stranger, nobody, forged)] == [404, 302, 302]
        await aside(spaces.revoke, actor=world.admin, space=world.project.space, user=people[1])
        await warm(door, ida)
        assert (await door.ask(jon))[0] == 404
        await aside(users.disable, actor=world.admin, user=people[0])
        assert (await door.ask(ida))[0] == 302
        await aside(kim.logout)
        await warm(door, signed_in_again := await asyncio.to_thread(signed_in, people[2]))
        assert (await door.ask(kim))[0] == 302
        await aside(_new_password, person=people[2])
        assert (await door.ask(signed_in_again))[0] == 302, "a session ends with the password under which it began"

    run(scene)


def _new_password(person: Any) -> None:
    row = User.objects.get(pk=person.pk)
    row.set_password("another long enough one")
    row.save()


def test_filters_and_lanes_of_ones_own_go_the_long_way(clients):
    ida = clients[0]

    async def scene(door: Door) -> None:
        await warm(door, ida)
        for more in ("&q=assignee:me", "&lanes=query"):
            before = door.pages
            await door.ask(ida, more=more)
            await door.ask(ida, more=more)
            assert door.pages == before + 2

    run(scene)
