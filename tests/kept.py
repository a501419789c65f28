"""The named world, made once and kept in a transaction around the tests that ask for it one after the other.

Making it takes 250 queries, which a test that looks at one row should not have to pay. Each test runs in a savepoint of
its own inside, and has its own copy of the objects. A test that does not ask for the world, or that really commits,
ends the transaction first: it finds an empty database as ever."""

import contextlib
import copy
from typing import Any

from django.db import connection, transaction

from tests import world as worlds


class KeptWorld:
    def __init__(self) -> None:
        self.unblock: Any = None  # lets the database be asked; None until there is one
        self._transaction = contextlib.ExitStack()
        self._world: worlds.World | None = None

    def prepare(self, item: Any) -> None:
        """Begin or end the transaction, as this test needs it."""
        if self.unblock is None:
            return
        with self.unblock():
            if "world" not in item.fixturenames or _commits(item):
                self.end()
            elif not connection.in_atomic_block:
                self._transaction.enter_context(transaction.atomic())
                self._transaction.callback(transaction.set_rollback, True)
                self._world = worlds.build()

    def copy(self) -> worlds.World | None:
        return copy.deepcopy(self._world)

    def end(self) -> None:
        self._world = None
        self._transaction.close()


def _commits(item: Any) -> bool:
    marker, names = item.get_closest_marker("django_db"), item.fixturenames
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names
