"""How the hot loops of this room are compiled: on first use, then kept in numba's cache (NUMBA_CACHE_DIR).

Whoever waits for the compiler is told why, once, by the warning `tandem.compute.errors.Compiling`."""

import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core import event

from tandem.compute.errors import Compiling

P = ParamSpec("P")
R = TypeVar("R")
WORDS = "The core is compiled for this machine, once: up to a minute."


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on first use and keep the result in numba's cache (NUMBA_CACHE_DIR)."""
    return cast(Callable[P, R], njit(cache=True, nogil=True)(function))


class _Teller(event.Listener):
    """Warns of our first kernel that the cache does not hold; what others compile is not ours to tell."""

    said = False

    def on_start(self, event: Any) -> None:
        if not self.said and event.data["dispatcher"].py_func.__module__.startswith("tandem."):
            self.said = True
            warnings.warn(Compiling(WORDS), stacklevel=2)

    def on_end(self, event: Any) -> None:
        pass


event.register("numba:compile", _Teller())  # type: ignore[no-untyped-call]
