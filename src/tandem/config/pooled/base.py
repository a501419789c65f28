"""Connections that live, also after the database was away."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that lives. Where one of the pool is dead the database was away, and all that lie in it are
        looked at: the pool's own check finds them one at a time and waits twice as long after each, so that a full
        pool outlasts the patience of whoever asks."""
        found = super().get_new_connection(conn_params)
        if not self.pool:
            return found
        try:
            ConnectionPool.check_connection(found)
        except OperationalError:
            self.pool.putconn(found)
            self.pool.check()
            found = super().get_new_connection(conn_params)
        return found
