"""How the hot loops of this room are compiled: on first use, then kept in numba's cache (NUMBA_CACHE_DIR)."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on first use and keep the result in numba's cache (NUMBA_CACHE_DIR)."""
    return cast(Callable[P, R], njit(cache=True, nogil=True)(function))
