"""The named world, made once and kept in a transaction around the tests that ask for it one after the other.

Making it takes 250 queries, which a test that looks at one row should not have to pay. Each test runs in a savepoint of
its own inside, and has its own copy of the objects. A test that does not ask for the world, or that really commits,
ends the transaction first: it finds an empty database as ever. What a file puts on top of the world for most of its tests
can be kept in the same way: `@kept.layer`."""

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests import world as worlds

Build = Callable[[worlds.World], worlds.World]
_layers: dict[tuple[str, str], Build] = {}


class KeptWorld:
    def __init__(self) -> None:
        self.unblock: Any = None  # lets the database be asked; None until there is one
        self.layer: Build | None = None
        self._transaction, self._on_top = contextlib.ExitStack(), contextlib.ExitStack()
        self._world: worlds.World | None = None
        self._bare: worlds.World | None = None

    def prepare(self, item: Any) -> None:
        """Begin or end the transaction, as this test needs it."""
        if self.unblock is None:
            return
        with self.unblock():
            if "world" not in item.fixturenames or _commits(item):
                self.end()
                return
            if not connection.in_atomic_block:
                _begin(self._transaction)
                self._world = self._bare = worlds.build()
                connection.check_constraints()  # or each test would look again at every row of it
            wanted = next((_layers[at] for name in item.fixturenames if (at := (item.module.__name__, name)) in _layers), None)
            if wanted is not self.layer:
                self._put_on_top(wanted)

    def _put_on_top(self, wanted: Build | None) -> None:
        self._on_top.close()
        self.layer, self._world = None, self._bare
        if wanted is not None:
            _begin(self._on_top)
            self._world, self.layer = wanted(copy.deepcopy(self._bare)), wanted
            connection.check_constraints()

    def copy(self) -> worlds.World | None:
        return copy.deepcopy(self._world)

    def end(self) -> None:
        self._world = self._bare = self.layer = None
        self._on_top.close()
        self._transaction.close()


standing = KeptWorld()


def layer(build: Build) -> Any:
    """A fixture that adds to the world, made once for the tests of its file that follow each other. `build` sets its own clock."""
    _layers[build.__module__, build.__name__] = build

    @pytest.fixture(name=build.__name__)
    def given(world: worlds.World) -> worlds.World:
        return world if standing.layer is build else build(world)

    given.__doc__ = build.__doc__
    return given


def _begin(on: contextlib.ExitStack) -> None:
    on.enter_context(transaction.atomic())
    on.callback(transaction.set_rollback, True)


def _commits(item: Any) -> bool:
    marker, names = item.get_closest_marker("django_db"), item.fixturenames
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names
