"""The worker's keeper: a thread that seals new events, tells the live pages, and mends what was left behind.

Every worker has one; a lock in the database lets one of them seal at a time, so that the loss of a worker costs
nothing. The jobs cannot hold it up, however long they run."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connections

log = logging.getLogger("tandem.keeper")

SEAL_SECONDS = 0.4
MEND_SECONDS = 10.0
TELL_SECONDS = 0.8
_SAY_AGAIN_SECONDS = 60.0


class Keeper(threading.Thread):
    def __init__(self, pause: float = SEAL_SECONDS) -> None:
        super().__init__(name="keeper", daemon=True)
        self._pause = pause
        self._ended = threading.Event()
        self._said: tuple[str, float] = ("", 0.0)
        self._mended_at = 0.0

    def end(self) -> None:
        """What was committed until now is sealed before the process goes."""
        self._ended.set()
        self.join(timeout=2)

    def run(self) -> None:
        while not self._ended.wait(self._pause):
            self._round()
        self._round()

    def _round(self) -> None:
        try:
            self._work()
        except (DatabaseError, InterfaceError) as problem:
            self._say(f"waits for the database: {' '.join(str(problem).split())}")
            self._ended.wait(1)
        except Exception as problem:  # whatever it is, the next events want their seal too
            self._say(f"{type(problem).__name__}: {problem}", exc_info=problem)
            self._ended.wait(1)
        finally:
            # back to the pool, which hands out only connections that live
            connections.close_all()

    def _work(self) -> None:
        from tandem.collaboration.actions.jobs import fail_lost

        seal_all(self._ended.is_set)
        if time.monotonic() - self._mended_at > MEND_SECONDS and not self._ended.is_set():
            self._mended_at = time.monotonic()
            fail_lost()

    def _say(self, words: str, exc_info: BaseException | None = None) -> None:
        """Once a minute is enough for the same trouble."""
        said, when = self._said
        if words != said or time.monotonic() - when > _SAY_AGAIN_SECONDS:
            self._said = (words, time.monotonic())
            log.warning("the %s %s", self.name, words, exc_info=exc_info)


class Teller(Keeper):
    """Tells people of what was sealed, in a thread of its own: long jobs hold up neither it nor the keeper, and it not them."""

    def __init__(self, pause: float = TELL_SECONDS) -> None:
        super().__init__(pause)
        self.name = "teller"

    def _work(self) -> None:
        from tandem.collaboration.actions.telling import tell_all

        tell_all(self._ended.is_set)


class Follower(Keeper):
    """Looks at what was sealed for webhooks and rules. What is to be done about it, jobs do."""

    def __init__(self, pause: float = TELL_SECONDS) -> None:
        super().__init__(pause)
        self.name = "follower"

    def _work(self) -> None:
        from tandem.automation.actions.following import follow_all

        follow_all(self._ended.is_set)


def seal_all(is_over: Callable[[], bool] = lambda: False) -> int:
    """Batch after batch, until nothing waits."""
    from tandem.history.seal import seal_new_events

    total = 0
    while sealed := seal_new_events():
        total += sealed
        if is_over():
            break
    return total


def examine() -> tuple[str, str, str]:
    """For the doctor: how it stands, what was found, what to do."""
    from tandem.history import seal
    from tandem.history.models import Seal, Unsealed

    faults = seal.verify()
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        advice = "Somebody changed the database itself. Compare with a backup: 'tandem restore' into an empty folder."
        return "wrong", f"{faults[0]}{more}", advice
    last = Seal.objects.order_by("-sequence").first()
    waiting = Unsealed.objects.count()
    if last is None:
        return "ok", f"nothing is sealed yet, {waiting} events wait", ""
    # whoever notes this line elsewhere can tell later whether the chain was cut short or written anew
    return "ok", f"{last.sequence} seals hold, the last one is {last.digest[:16]}; {waiting} events wait for theirs", ""
