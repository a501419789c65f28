"""Backup: one zip with the database, the attachments, the secret key, and a manifest that proves
it whole.

The dump and the digests of the tables come from one snapshot, so that a restore can be shown to be equal.
Files are taken after the dump: one that was added in between is extra, none is missing. Tables that are UNLOGGED are left
out: what a round of a pulse has gathered is nobody's, and two backups would show who said what in between."""

import contextlib
import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from psycopg import sql

from tandem.config import env, postgres

FORMAT = 1
DUMP, MANIFEST, KEY = "database.dump", "manifest.json", "secret-key"
_CHUNK = 1 << 20

TABLES: LiteralString = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
      AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2
"""
# a sum does not mind the order of the rows, and 60 bits of each row's digest are enough to find a change
_DIGEST: LiteralString = """
    SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text
    FROM {} t
"""


class BadBackup(Exception):
    """The backup cannot be written or read; the message says why and what to do."""


@dataclass
class Summary:
    verb: str
    file: Path
    tables: int
    rows: int
    files: int
    size: int
    notes: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        said = f"{self.verb} {self.file}: {self.rows:,} rows in {self.tables} tables, {self.files} files, "
        return " ".join([said + f"{self.size / 2**20:.1f} MB.", *self.notes])


def write(settings: env.Environment, address: str, file: Path, *, force: bool = False) -> Summary:
    """Write a backup; the file appears under its name only when it is complete."""
    if file.exists() and not force:
        raise BadBackup(f"{file} exists: choose another name, or replace it with --force.")
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "tandem": _version(),
        "made_at": datetime.now(UTC).isoformat(),
    }
    try:
        handle = os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        with handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            _write_database(archive, address, manifest)
            manifest["files"] = _write_files(archive, settings.data)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            archive.close()
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except OSError as problem:
        full = problem.errno in (28, 122)
        raise BadBackup(
            postgres.full_disk(file.absolute().parent) if full else f"{file}: {problem.strerror}"
        ) from problem
    finally:
        draft.unlink(missing_ok=True)
    notes = (
        ["It holds the secret key: keep it closed."]
        if any(e["path"] == KEY for e in manifest["files"])
        else []
    )
    return summary("Wrote", file, manifest, notes)


def summary(verb: str, file: Path, manifest: dict[str, Any], notes: list[str]) -> Summary:
    tables = manifest["tables"]
    rows = sum(one["rows"] for one in tables.values())
    attached = sum(1 for one in manifest["files"] if one["path"].startswith("files/"))
    return Summary(verb, file, len(tables), rows, attached, file.stat().st_size, notes)


def _version() -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version("tandem-pmo")
    return "unknown"


def _write_database(archive: zipfile.ZipFile, address: str, manifest: dict[str, Any]) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        command, environment = client("pg_dump", address)
        command += ["--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data", f"--snapshot={snapshot[0]}"]
        with archive.open(DUMP, "w", force_zip64=True) as member:
            size, digest = _pump(command, environment, member)
        manifest["database"] = {"path": DUMP, "size": size, "sha256": digest}
        manifest["postgres"] = connection.info.server_version // 10000
        manifest["migrations"] = _migrations(connection)
        manifest["tables"] = digests(connection)


def _migrations(connection: psycopg.Connection[Any]) -> list[str]:
    if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return []
    rows = connection.execute("SELECT app, name FROM public.django_migrations ORDER BY id").fetchall()
    return [f"{app}.{name}" for app, name in rows]


def digests(connection: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """Rows and a digest of the content of each table, the same wherever the same rows lie."""
    connection.execute("SET LOCAL timezone = 'UTC'")
    connection.execute("SET LOCAL datestyle = 'ISO, YMD'")
    connection.execute("SET LOCAL extra_float_digits = 1")
    connection.execute("SET LOCAL bytea_output = 'hex'")
    connection.execute("SET LOCAL statement_timeout = 0")
    found: dict[str, dict[str, Any]] = {}
    for schema, table in connection.execute(TABLES).fetchall():
        row = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier(schema, table))).fetchone()
        assert row is not None
        found[f"{schema}.{table}"] = {"rows": row[0], "digest": row[1]}
    return found


def client(name: str, address: str) -> tuple[list[str], dict[str, str]]:
    """The call of a PostgreSQL client program; the password goes by the environment, where `ps` does not
    show it."""
    parts: dict[str, Any] = dict(psycopg.conninfo.conninfo_to_dict(address))
    password = str(parts.pop("password", "") or "")
    environment = {**postgres.clean_environment(), **({"PGPASSWORD": password} if password else {})}
    return [str(postgres.program(name)), f"--dbname={psycopg.conninfo.make_conninfo(**parts)}"], environment


def _pump(command: list[str], environment: dict[str, str], target: IO[bytes]) -> tuple[int, str]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        size, digest = copy(process.stdout, target)
    except BaseException:
        process.kill()
        process.wait()
        raise
    said = process.stderr.read().decode(errors="replace")
    if process.wait():
        raise BadBackup(f"The database could not be read: {' '.join(said.split())[-500:]}")
    return size, digest


def copy(source: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return size, digest.hexdigest()


def _write_files(archive: zipfile.ZipFile, data: Path) -> list[dict[str, Any]]:
    entries = []
    for path, name in _attachments(data):
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as source:  # it was deleted meanwhile
            with archive.open(name, "w", force_zip64=True) as member:
                size, digest = copy(source, member)
            entries.append({"path": name, "size": size, "sha256": digest})
    return entries


def _attachments(data: Path) -> Iterator[tuple[Path, str]]:
    if (data / KEY).is_file():
        yield data / KEY, KEY
    for path in sorted((data / "files").rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, path.relative_to(data).as_posix()
