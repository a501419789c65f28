"""What the quick proof asks where one rule holds for many nouns, cases or sizes: the same few each time, drawn by their names.
The long proof asks the others."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pytest

timed = pytest.mark.parametrize("is_timed", [pytest.param(False, id="held"), pytest.param(True, id="timed", marks=pytest.mark.slow)])
"A test that waits with patience; its slow twin, where no other test is in the way, asks how long it took."


def number(*words: str) -> int:
    """A number that follows from the words alone, on every machine."""
    return zlib.crc32(" ".join(words).encode())


def falls(share: int, *words: str) -> bool:
    """True for about one in `share`."""
    return number(*words) % share == 0


def chosen(names: Iterable[str], share: int) -> set[str]:
    """One name in `share`, and one at least."""
    given = sorted(names, key=lambda name: (number(name), name))
    return set(given[: -(-len(given) // share)])


def drawn(
    found: Iterable[Any], share: int, *, name: Callable[[Any], str] = str, kind: Callable[[Any], Any] | None = None, always: Iterable[str] = ()
) -> list[Any]:
    """The cases for `pytest.mark.parametrize`: one in `share`, of each `kind` one at least, and those that are named, are quick;
    the others are slow."""
    cases, kinds, quick = list(found), defaultdict(list), set(always)
    for one in cases:
        kinds[kind(one) if kind else None].append(name(one))
    for names in kinds.values():
        quick |= chosen(names, share)
    return [_case(one, name(one), name(one) in quick) for one in cases]


def _case(one: Any, called: str, is_quick: bool) -> Any:
    values = one if isinstance(one, tuple) else (one,)
    return pytest.param(*values, id=called, marks=() if is_quick else pytest.mark.slow)
