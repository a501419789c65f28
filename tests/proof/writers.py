"""Clients that write without pause and remember what was acknowledged. They do what a careful client does after a
failure: send the same request with the same key again."""

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.proof.running import Tandem

_TROUBLE = (OSError, http.client.HTTPException)


@dataclass
class Written:
    acknowledged: dict[str, int] = field(default_factory=dict)
    "Title → id of the item that the answer named."
    sent: set[str] = field(default_factory=set)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)
    counted: int = 0
    "The last value of the counter that was acknowledged."
    counter: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Writer(threading.Thread):
    """Creates work items, each under its own Idempotency-Key."""

    def __init__(self, tandem: Tandem, token: str, space: int, name: str, written: Written, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.tandem, self.token, self.space, self.written, self.stop = tandem, token, space, written, stop
        self.random = random.Random(name)

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            self.create(f"{self.name} {number}")
            time.sleep(self.random.uniform(0.01, 0.06))

    def create(self, title: str) -> None:
        self.written.sent.add(title)
        while True:
            answer = self.try_call("POST", "/api/v1/work-items/", {"space_id": self.space, "title": title}, Idempotency_Key=title)
            if answer and answer[0] == 201:
                with self.written.lock:
                    self.written.acknowledged[title] = answer[1]["id"]
                return
            if answer and answer[0] < 500 and answer[0] != 409:
                self.written.refused.append(f"{title}: {answer[0]} {answer[1]}")
                return
            if self.stop.is_set():
                return
            self.written.repeated += 1
            time.sleep(0.2)

    def try_call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]] | None:
        try:
            return self.tandem.call(method, path, body, timeout=20, Authorization=f"Bearer {self.token}", **headers)
        except _TROUBLE:
            return None


class Counter(Writer):
    """Counts up in the title of one item, each step on the version that it has read."""

    def run(self) -> None:
        self.create("count")
        self.written.counter = self.written.acknowledged.get("count", 0)
        while not self.stop.is_set():
            self.step()
            time.sleep(0.05)

    def step(self) -> None:
        path = f"/api/v1/work-items/{self.written.counter}/"
        read = self.try_call("GET", path)
        if not read or read[0] != 200:
            time.sleep(0.2)
            return
        value = int(read[1]["title"].partition(":")[2] or 0)
        if value < self.written.counted:
            self.written.refused.append(f"the count fell from {self.written.counted} to {value}")
        changed = self.try_call("PATCH", path, {"title": f"count:{value + 1}"}, If_Match=f'"{read[1]["version"]}"')
        if changed and changed[0] == 200:
            self.written.counted = value + 1
