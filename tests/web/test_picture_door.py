"""Pictures of boards for all who ask at once: without a page of their own, never an old one, never one with more than may be seen."""

import asyncio
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

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


class Door:
    """The door, and how often somebody came to the pages behind it."""

    def __init__(self) -> None:
        self.pages = 0
        self._behind = InThreads(application, 4)
        self._door = picture_door.PictureDoor(self._behind_it)

    async def _behind_it(self, scope: Any, receive: Any, send: Any) -> None:
        self.pages += 1
        await self._behind(scope, receive, send)

    async def ask(self, client: Client, have: str = "", more: str = "") -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        scope = {
            "type": "http", "method": "GET", "path": "/boards/POR/", "raw_path": b"/boards/POR/", "root_path": "", "scheme": "http", "http_version": "1.1",
            "query_string": f"part=board{more}{'&have=' + have if have else ''}".encode(), "server": ("testserver", 80), "client": ("127.0.0.1", 4),
            "headers": [(b"host", b"testserver"), (b"cookie", cookies.encode()), (b"hx-request", b"true"), (b"accept", b"text/html")],
        }  # fmt: skip
        await self._door(scope, receive, send)
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m["body"] for m in sent[1:])


@pytest.fixture
def people(world):
    """Two members of the project who see the same, and one who only looks."""
    for name in ("Ida", "Jon", "Kim"):
        person = users.add(actor=world.admin, name=name, email=f"{name.lower()}@example.org")
        spaces.grant(actor=world.admin, space=world.project.space, user=person, role=Role.AUDITOR if name == "Kim" else Role.MEMBER)
    scoping.forget_roles()
    return list(User.objects.filter(name__in=("Ida", "Jon", "Kim")).order_by("name"))


@pytest.fixture
def clients(world, signed_in, people):
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

    async def scene(door: Door) -> None:
        await warm(door, ida)
        before = door.pages
        status, headers, body = await door.ask(jon)
        assert (status, door.pages) == (200, before)
        assert headers[b"x-fragment"] == b"1" and b"set-cookie" not in headers and int(headers[b"content-length"]) == len(body)
        assert b"Paint quay 2" in body and b"data-quick" in body
        _status, _headers, looking = await door.ask(kim)  # may not write: another picture
        assert door.pages > before and b"data-quick" not in looking and b"Paint quay 2" in looking
        plain = await asyncio.to_thread(lambda: jon.get("/boards/POR/?part=board").content)
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
