"""The web server itself, on a free port and on the database of the tests; people who ask it, and many at once."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, connections
from django.test import Client

from tandem.people.models import User
from tests.proof.running import free_port


class Answer(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        named = {"Host": "localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as one:
            one.request(method, path, body, named)
            response = one.getresponse()
            data, kind = response.read(), response.getheader("Content-Type") or ""
            return Answer(response.status, json.loads(data) if "json" in kind and data else data, dict(response.getheaders()))

    def status(self, path: str) -> int:
        try:
            return self.ask("GET", path).status
        except OSError:
            return 0


@dataclass
class Visitor:
    """A person with a browser: a session, and the token that forms carry."""

    server: Server
    cookie: str
    _SECRET = "c" * 32

    @classmethod
    def of(cls, server: Server, user: User) -> "Visitor":
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.cookies["tandem"].value
        return cls(server, f"tandem={session}; tandem_csrf={cls._SECRET}")

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Cookie": self.cookie, "X_CSRFToken": self._SECRET, "Accept": "application/json"} | headers
        if body is not None:
            sent.setdefault("Content_Type", "application/json")
        data = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        return self.server.ask(method, path, data, **sent)


@contextlib.contextmanager
def serving(**settings: str) -> Iterator[Server]:
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}@/{given['NAME']}?host={given['HOST']}&port={given['PORT'] or 5432}"
    port = free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    server = Server(port, subprocess.Popen(
        [sys.executable, "-m", "tandem.config.listener", *place],
        env={**os.environ, "TANDEM_RUNTIME_DATABASE_URL": address, "TANDEM_PORT": str(port), **settings},
    ))  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while server.status("/healthz") != 200:
            assert time.monotonic() < deadline and server.process.poll() is None, "the web server did not start"
            time.sleep(0.1)
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each call returned; all begin in the same moment, each in a thread of its own."""
    ready, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int) -> None:
        try:
            ready.wait(120)
            found[place] = calls[place]()
        finally:
            connections.close_all()  # a thread that ends with one would take it from the pool for good

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return found


def empty_queue() -> None:
    """Jobs that earlier tests left: their tables are not Django's, which empties only its own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
