"""A small load driver: closed loop, keep-alive, a few clients, this machine only."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_CLIENTS = 16
MOST_SECONDS = 20.0


class Request(NamedTuple):
    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: dict[str, str] = {}


Asks = Callable[[int], Callable[[bytes], Request]]
"""Number of the client → what it asks next, given the last answer (empty at first)."""


@dataclass
class Measured:
    """Seconds per answer, what was wrong, the size of one answer, and what the servers used of the cores."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    size: int = 0
    lasted: float = 0.0
    cpu: float = 0.0

    def add(self, other: "Measured") -> None:
        self.seconds += other.seconds
        self.wrong += other.wrong
        self.size = other.size or self.size
        self.lasted += other.lasted
        self.cpu += other.cpu

    def share(self, part: float) -> float:
        """The `part`-quantile in milliseconds; nan without an answer."""
        if not self.seconds:
            return float("nan")
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    @property
    def cpu_each(self) -> float:
        """Milliseconds of the cores per answer, the database's included."""
        return 1000 * self.cpu / len(self.seconds) if self.seconds else float("nan")

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else 0.0


def drive(port: int, path: str | Asks, cookie: str, clients: int, seconds: float) -> Measured:
    """`clients` ask on this machine one answer after the other for so many seconds: all the same page, or each its own requests."""
    if not 1 <= clients <= MOST_CLIENTS or not 0 < seconds <= MOST_SECONDS:
        raise ValueError((clients, seconds))
    parts = [Measured() for _ in range(clients)]
    until = time.perf_counter() + seconds
    each = path if callable(path) else lambda _number: lambda _answer: Request(path)
    threads = [threading.Thread(target=_client, args=(port, each(n), cookie, until, part), daemon=True) for n, part in enumerate(parts)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 30)
    total = Measured()
    for part in parts:
        total.add(part)
    total.lasted = time.perf_counter() - began
    return total


def _client(port: int, following: Callable[[bytes], Request], cookie: str, until: float, into: Measured) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=25)
    headers, body = {"Cookie": cookie, "Accept-Encoding": "identity"}, b""
    try:
        while time.perf_counter() < until:
            asked = following(body)
            began = time.perf_counter()
            connection.request(asked.method, asked.path, asked.body, headers | asked.headers)
            answer = connection.getresponse()
            body = answer.read()
            into.seconds.append(time.perf_counter() - began)
            into.size = len(body)
            if answer.status not in (200, 201):
                into.wrong.append(f"{answer.status} {answer.getheader('Location', '') or body[:200]!r}")
                return
    except OSError as problem:
        into.wrong.append(repr(problem))
    finally:
        connection.close()
