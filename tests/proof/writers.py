"""Clients that write without pause, and the ledger of what was acknowledged to them. They do what a careful client does
after a failure: send the same request with the same key again."""

import http.client
import json
import random
import threading
import time
from pathlib import Path
from typing import Any

from tests.proof.running import Tandem

_TROUBLE = (OSError, http.client.HTTPException)


class Ledger:
    """What was sent and what was acknowledged, in a file outside of everything that is killed. Opened again, it knows
    what it knew: a proof that was stopped goes on where it stood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent: set[str] = set()
        self.acknowledged: dict[str, int] = {}
        "Title → id of the item that the answer named."
        self.counted = self.counter = self.repeated = 0
        "The last value of the counter that was acknowledged, the item that holds it, requests sent again."
        self.refused: list[str] = []
        self.failed: list[dict[str, Any]] = []
        self.kills: list[dict[str, Any]] = []
        self.imports: dict[str, dict[str, Any]] = {}
        self.given: dict[str, Any] = {}
        self.runs = 0
        self._lock = threading.Lock()
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            self._take(json.loads(line))
        self._file = path.open("a", encoding="utf-8")
        self.note(run=self.runs + 1)

    def note(self, **what: Any) -> None:
        with self._lock:
            self._take(what)
            self._file.write(json.dumps(what, ensure_ascii=False) + "\n")
            self._file.flush()

    def _take(self, what: dict[str, Any]) -> None:
        match what:
            case {"sent": title}:
                self.sent.add(title)
            case {"acknowledged": title, "id": number}:
                self.acknowledged[title] = number
            case {"counter": number}:
                self.counter = number
            case {"counted": value}:
                self.counted = value
            case {"again": _}:
                self.repeated += 1
            case {"refused": text}:
                self.refused.append(text)
            case {"kill": _}:
                self.kills.append(what)
            case {"import": name}:
                self.imports[name] = self.imports.get(name, {}) | what
            case {"failed": _}:
                self.failed.append(what)
            case {"given": given}:
                self.given = given
            case {"run": number}:
                self.runs = number


class Writer(threading.Thread):
    """Creates work items, each under its own Idempotency-Key."""

    def __init__(self, tandem: Tandem, name: str, ledger: Ledger, stop: threading.Event, longest: float = 0.06) -> None:
        """`longest`: how many seconds it rests at most."""
        super().__init__(name=name, daemon=True)
        self.tandem, self.ledger, self.stop, self.longest = tandem, ledger, stop, longest
        self.random = random.Random(name)

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            self.create(f"{self.name} {number}")
            time.sleep(self.random.uniform(0.01, self.longest))

    def create(self, title: str) -> int | None:
        self.ledger.note(sent=title)
        body = {"space_id": self.ledger.given["space"], "title": title}
        while True:
            answer = self.try_call("POST", "/api/v1/work-items/", body, Idempotency_Key=title)
            if answer and answer[0] == 201:
                self.ledger.note(acknowledged=title, id=answer[1]["id"])
                return int(answer[1]["id"])
            if answer and answer[0] < 500 and answer[0] != 409:
                self.ledger.note(refused=f"{title}: {answer[0]} {answer[1]}")
                return None
            if self.stop.is_set():
                return None
            self.ledger.note(again=title)
            time.sleep(0.2)

    def try_call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]] | None:
        try:
            token = f"Bearer {self.ledger.given['token']}"
            return self.tandem.call(method, path, body, timeout=20, Authorization=token, **headers)
        except _TROUBLE:
            return None


class Counter(Writer):
    """Counts up in the title of one item, each step on the version that it has read."""

    def run(self) -> None:
        if not self.ledger.counter:
            self.ledger.note(counter=self.create("count") or 0)
        while not self.stop.is_set():
            self.step()
            time.sleep(self.longest)

    def step(self) -> None:
        path = f"/api/v1/work-items/{self.ledger.counter}/"
        read = self.try_call("GET", path)
        if not read or read[0] != 200:
            time.sleep(0.2)
            return
        value = int(read[1]["title"].partition(":")[2] or 0)
        if value < self.ledger.counted:
            self.ledger.note(refused=f"the count fell from {self.ledger.counted} to {value}")
        changed = self.try_call("PATCH", path, {"title": f"count:{value + 1}"}, If_Match=f'"{read[1]["version"]}"')
        if changed and changed[0] == 200:
            self.ledger.note(counted=value + 1)
