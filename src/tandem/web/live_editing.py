"""Who is writing where, as the live streams of one process know it: for seconds, in memory, by topic."""

import json
import time
from typing import NamedTuple

from tandem.work.actions.editing import CHANNEL

__all__ = ["CHANNEL", "SECONDS", "Editing", "Said"]

SECONDS = 15
"""Who has not said it again for so long is not writing any more. A page says it every five seconds."""
_MOST = 5_000


class Said(NamedTuple):
    """`person` has `field` of an item open (or no more): `words` is what a page is told."""

    topic: str
    person: int
    mark: str
    words: str
    is_over: bool
    at: float


class Editing:
    def __init__(self) -> None:
        self._open: dict[str, Said] = {}

    def hear(self, payload: str) -> Said | None:
        """What was said, or nothing where it cannot be read."""
        try:
            given = json.loads(payload)
            told = {"item": int(given["item"]), "key": str(given["key"]), "field": str(given["field"]), "who": int(given["who"]),
                    "name": str(given["name"]), "is_over": bool(given["is_over"])}  # fmt: skip
            topic = f"space:{int(given['space'])}"
        except (ValueError, TypeError, KeyError):
            return None
        mark = f"{told['item']} {told['who']} {told['field']}"
        said = Said(topic, int(str(told["who"])), mark, json.dumps(told), bool(told["is_over"]), time.monotonic())
        if said.is_over:
            self._open.pop(mark, None)
        elif len(self._open) < _MOST or mark in self._open:
            self._open[mark] = said
        else:
            self._forget()
        return said

    def now(self, topics: frozenset[str]) -> list[Said]:
        """What a page that opens just now should know."""
        self._forget()
        return [said for said in self._open.values() if said.topic in topics]

    def _forget(self) -> None:
        old = time.monotonic() - SECONDS
        self._open = {mark: said for mark, said in self._open.items() if said.at > old}

