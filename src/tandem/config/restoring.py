"""Restore: the backup is proved whole, written into an empty database, and compared with its manifest."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg

from tandem.config import backup, env


def read(settings: env.Environment, address: str, file: Path) -> backup.Summary:
    """Restore into an empty database: first the whole file is proved, then written, then compared."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _proved(archive, file)
            _require_empty(settings.data, address)
            _refuse_newer(manifest)
            _restore_database(archive, address)
            _restore_files(archive, manifest, settings.data)
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError) as problem:
        raise backup.BadBackup(
            f"{file} is damaged or is no backup of Tandem ({problem}). Nothing was restored."
        ) from problem
    _compare(address, manifest, file)
    return backup.summary("Restored", file, manifest, ["Every table is equal to the backup."])


def _proved(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(backup.MANIFEST))
    if manifest["format"] > backup.FORMAT:
        raise backup.BadBackup(f"{file} was written by a newer Tandem ({manifest['tandem']}): use that one.")
    for entry in [manifest["database"], *manifest["files"]]:
        _require_safe(entry["path"])
        with archive.open(entry["path"]) as member:
            if backup.copy(member, None) != (entry["size"], entry["sha256"]):
                raise backup.BadBackup(
                    f"{file} is damaged: {entry['path']} is not what was saved. Nothing was restored."
                )
    return manifest


def _require_safe(name: str) -> None:
    parts = PurePosixPath(name).parts
    if name not in {backup.DUMP, backup.KEY} and (parts[0] != "files" or ".." in parts or "\\" in name):
        raise ValueError(f"unexpected entry {name}")


def _require_empty(data: Path, address: str) -> None:
    with psycopg.connect(address) as connection:
        tables = connection.execute(backup.TABLES).fetchall()
    if tables or any((data / "files").glob("*")):
        where = f"the database has {len(tables)} tables" if tables else f"{data / 'files'} holds files"
        raise backup.BadBackup(
            f"A backup is restored into an empty Tandem only, and {where}: choose another folder with --data."
        )


def _refuse_newer(manifest: dict[str, Any]) -> None:
    from tandem.config import migrating

    unknown = migrating.unknown(manifest["migrations"])
    if unknown:
        raise backup.BadBackup(
            f"The backup was written by a newer Tandem (it has {unknown[0]}): install that version first."
        )


def _restore_database(archive: zipfile.ZipFile, address: str) -> None:
    """The dump as a script, through psql in one transaction: a script can be made to suit an older server."""
    write, environment = backup.client("pg_restore", address)
    write = [write[0], "--file=-", "--no-owner", "--no-privileges"]
    read, _ = backup.client("psql", address)
    read += ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    with tempfile.TemporaryFile() as said:
        writer = subprocess.Popen(write, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        reader = subprocess.Popen(read, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        assert writer.stdin
        assert writer.stdout
        assert reader.stdin
        passing = threading.Thread(target=_pass_on, args=(writer.stdout, reader.stdin))
        passing.start()
        with contextlib.suppress(BrokenPipeError), archive.open(backup.DUMP) as member, writer.stdin as target:
            backup.copy(member, target)
        passing.join()
        if writer.wait() | reader.wait():
            said.seek(0)
            words = said.read().decode(errors="replace").split()
            raise backup.BadBackup(f"The database refused the backup, nothing was restored: {' '.join(words)[-500:]}")


_NOT_BEFORE_17 = b"SET transaction_timeout"


def _pass_on(script: IO[bytes], target: IO[bytes]) -> None:
    """Everything but the one line that PostgreSQL 15 and 16 do not know; it stands above all data."""
    with contextlib.suppress(BrokenPipeError), target:
        for line in script:
            if not line.startswith(_NOT_BEFORE_17):
                target.write(line)
                continue
            break
        backup.copy(script, target)
    script.close()  # a reader that gave up ends the writer too


def _restore_files(archive: zipfile.ZipFile, manifest: dict[str, Any], data: Path) -> None:
    for entry in manifest["files"]:
        path = data / entry["path"]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as target, archive.open(entry["path"]) as member:
            backup.copy(member, target)
        draft.replace(path)


def _compare(address: str, manifest: dict[str, Any], file: Path) -> None:
    with psycopg.connect(address) as connection:
        now = backup.digests(connection)
    different = [name for name, one in manifest["tables"].items() if now.get(name) != one]
    if different:
        raise backup.BadBackup(
            f"After the restore {', '.join(different[:5])} differ from {file}: do not use this database."
        )
