"""The first use of a kernel on a machine waits for the compiler; whoever waits is told why."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from tandem.compute.errors import Compiling


@contextmanager
def told() -> Iterator[None]:
    """Around work that may compile. Said once, on standard error: the result goes to standard output."""
    shown: Any = warnings.showwarning

    def show(message: Any, category: Any, *place: Any) -> None:
        if issubclass(category, Compiling):
            click.echo(message, err=True)
        else:
            shown(message, category, *place)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = shown
