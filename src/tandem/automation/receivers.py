"""How much of the worker one receiver may hold: a few messages at once, and the others are served meanwhile."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator

MOST = 2
"Messages under way to one receiver at once."
PATIENCE = 0.5
"Seconds that a message waits for a place at a receiver that is known to answer quickly."
_QUICK = 1.0
_REMEMBERED = 1000


class Receivers:
    """The places of this process. A receiver that is not known yet counts as slow."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._took: dict[str, float] = {}
        self._change = threading.Condition()

    @contextlib.contextmanager
    def place(self, receiver: str) -> Iterator[bool]:
        """Whether there is one; it is given back at the end."""
        if not self._take(receiver):
            yield False
            return
        begun = time.monotonic()
        try:
            yield True
        finally:
            self._give(receiver, time.monotonic() - begun)

    def _take(self, receiver: str) -> bool:
        with self._change:
            wait = PATIENCE if self._took.get(receiver, _QUICK) < _QUICK else 0
            is_free = self._change.wait_for(lambda: self._taken[receiver] < MOST, wait)
            if is_free:
                self._taken[receiver] += 1
            return is_free

    def _give(self, receiver: str, seconds: float) -> None:
        with self._change:
            self._taken[receiver] -= 1
            if not self._taken[receiver]:
                del self._taken[receiver]
            if len(self._took) >= _REMEMBERED:
                self._took.clear()
            self._took[receiver] = seconds
            self._change.notify_all()
