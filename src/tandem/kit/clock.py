"""What time it is. The only module that asks the machine, so that tests and replays can hold the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    return _held.get() or datetime.now(UTC)


def today() -> date:
    return now().date()


def is_replay() -> bool:
    """Whether what happens now belongs to a time long past: a simulation, of which nobody is told as news."""
    return now() < datetime.now(UTC) - timedelta(days=3)


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block."""
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
