"""How the tables are emptied after a test that really commits: of three hundred only those that hold rows, and row by row.

Django's way, TRUNCATE of all of them and the permissions made anew, takes most of a second, which is more than most of these
tests. What the migrations leave in the tables of Django itself stays."""

import os
from typing import Any

import psycopg
from django.db import connections, transaction
from psycopg import sql

from tandem.config import cluster
from tests import server

_STAY = {"django_content_type", "auth_permission"}


def put_into(case: Any) -> None:
    """On a server of our own its administrator lets us delete past the triggers; on one that was given it is done Django's way."""
    if server.given:
        return
    with psycopg.connect(
        os.environ["TANDEM_RUNTIME_DATABASE_URL"], user=cluster.ADMIN, autocommit=True
    ) as admin:
        admin.execute(
            sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(
                sql.Identifier(cluster.ROLE)
            )
        )
    case._fixture_teardown = _empty_all


def _empty_all(case: Any) -> None:
    for name in case._databases_names(include_mirrors=False):
        _empty(connections[name])


def _empty(connection: Any) -> None:
    tables = sorted(
        set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _STAY
    )
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # whoever still writes is waited for
        cursor.execute(
            sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(
                sql.SQL(", ").join(map(sql.Identifier, tables))
            )
        )
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # no trigger, no foreign key: in the end all of it is gone
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(one), sql.Identifier(one))
            for one in tables
        ]
        cursor.execute(sql.SQL(" UNION ALL ").join(asked))
        for (one,) in cursor.fetchall():
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(one)))
