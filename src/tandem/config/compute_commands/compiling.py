"""The first use of a kernel on a machine waits for the compiler; whoever waits is told why."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

_PATIENCE = 3.0


@contextmanager
def told() -> Iterator[None]:
    """Around work that is short once its kernels are compiled. The result goes to stdout, this line does not."""
    words = "The core is compiled for this machine, once: about a minute."
    timer = threading.Timer(_PATIENCE, lambda: click.echo(words, err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
