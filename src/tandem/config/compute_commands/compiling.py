"""The first use of a kernel on a machine waits for the compiler; whoever waits is told why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

WORDS = "The core is compiled for this machine, once: up to a minute."


@contextmanager
def told() -> Iterator[None]:
    """Around work that may compile. Said once, on standard error: the result goes to standard output."""
    from numba.core import event

    listener = _listener()
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def _listener() -> Any:
    from numba.core import event

    class Listener(event.Listener):  # type: ignore[misc]  # numba has no types
        said = False

        def on_start(self, event: Any) -> None:
            if not self.said:
                self.said = True
                click.echo(WORDS, err=True)

        def on_end(self, event: Any) -> None:
            pass

    return Listener()
