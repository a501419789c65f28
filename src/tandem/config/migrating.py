"""Bringing the database to this version of the program, one process at a time."""

import hashlib
import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import psycopg

from tandem.config.postgres import DatabaseProblem
from tandem.config.spoken import say as _

_SEEN = "migrated"
_LOCK = 0x7461_6E64_656D  # "tandem"


def seen_current(data: Path, address: str) -> bool:
    """Whether this very program already found this very database current: the answer costs no Django."""
    try:
        return (data / _SEEN).read_text() == _mark(address)
    except FileNotFoundError:
        return False


def remember_current(data: Path, address: str) -> None:
    draft = data / f"{_SEEN}.new"
    draft.write_text(_mark(address))
    draft.replace(data / _SEEN)


def _mark(address: str) -> str:
    """What the database says it has, and what this program would bring."""
    digest = hashlib.sha256(address.encode())
    for name in ("django", "django-allauth", "django-axes", "procrastinate"):
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(Path(__file__).parent.parent.glob("*/migrations/*.py")):
        info = path.stat()
        digest.update(f"{path.parent.parent.name}/{path.name} {info.st_size} {info.st_mtime_ns}\n".encode())
    with psycopg.connect(address) as connection:
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return "empty"
        found = connection.execute("SELECT count(*), max(id), max(applied)::text FROM django_migrations")
        return f"{digest.hexdigest()} {found.fetchone()}"


def has_organisation(address: str) -> bool:
    """Whether there is somebody who could sign in."""
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT 1 FROM people_space WHERE parent_id IS NULL").fetchone() is not None


def pending() -> list[str]:
    """Names of the migrations that wait."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def newer() -> list[str]:
    """Migrations that the database has and this program does not know: it was written by a newer one."""
    return unknown(f"{app}.{name}" for app, name in _applied())


def _applied() -> Iterable[tuple[str, str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return MigrationRecorder(connection).applied_migrations()


def unknown(applied: Iterable[str]) -> list[str]:
    """Those of our migrations ("app.name") that this program does not have."""
    import django
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    if not apps.ready:
        django.setup()
    disk = MigrationLoader(None).disk_migrations or {}
    known = {f"{app}.{name}" for app, name in disk}
    known |= {
        f"{app}.{name}" for one in disk.values() for app, name in one.replaces
    }  # squashed ones are known too
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("tandem.")}
    return sorted(one for one in applied if one not in known and one.split(".")[0] in ours)


def require_current() -> None:
    """A database without a table gets them all, for nothing in it can be lost; one with data waits for somebody to say so."""
    _refuse_newer()
    waiting = pending()
    if waiting and not _applied():
        apply()
    elif waiting:
        raise DatabaseProblem(
            f"The database waits for {len(waiting)} {_migrations(len(waiting))} (first {waiting[0]}): run 'tandem "
            f"migrate' once, with the same --data."
        )


def _refuse_newer() -> None:
    later = newer()
    if later:
        raise DatabaseProblem(
            f"The database was written by a newer Tandem (it has {later[0]}): install that version, or "
            f"restore a backup."
        )


def apply() -> str:
    """Apply what waits; several nodes that start together wait for the first."""
    from django.core.management import call_command
    from django.db import connection

    from tandem.config import new_database

    began = time.monotonic()
    _refuse_newer()
    if not pending():
        return _("The database is current.")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = '10min'")  # not a web request's limits
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            count = len(pending()) if _applied() else new_database.make()
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
            cursor.execute("RESET statement_timeout; RESET lock_timeout")
    return _("Migrations applied: %(count)s, in %(seconds)s s.") % {"count": count, "seconds": f"{time.monotonic() - began:.1f}"}


def _migrations(count: int) -> str:
    return "migration" if count == 1 else "migrations"
