"""A dump of the migrated, empty database, so that only the first run after a new migration has to migrate."""

import contextlib
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tandem.config import backup

NAME = "tandem_migrated"
_KEPT = 8
ROOT = Path(__file__).resolve().parent.parent


def _dump() -> Path:
    """Where it lies: one for each state of the migrations and of what they import."""
    folder = Path(tempfile.gettempdir()) / f"tandem-migrated-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "src").glob("tandem/*/migrations/*.py")):
        found.update(file.name.encode() + file.read_bytes())
    return folder / f"{found.hexdigest()[:24]}.dump"


def make_template(url: str) -> bool:
    """Fill a database that tests copy theirs from. False when there is no dump yet, or the server is somebody's own."""
    if not _dump().is_file():
        return False
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    return fill(psycopg.conninfo.make_conninfo(url, dbname=NAME))


def fill(url: str) -> bool:
    """Bring an empty database to where the migrations would: all of it, or nothing where no dump lies ready."""
    dump = _dump()
    if not dump.is_file():
        return False
    command, environment = backup.client("pg_restore", url)
    given = ["--no-owner", "--exit-on-error", "--single-transaction", str(dump)]
    done = subprocess.run([*command, *given], env=environment, check=False)
    if done.returncode:  # written by another server: the next run makes a new one
        dump.unlink(missing_ok=True)
    return done.returncode == 0


def keep(url: str) -> None:
    """Write the dump from a database that was just migrated."""
    dump = _dump()
    if dump.is_file():
        return
    command, environment = backup.client("pg_dump", url)
    draft = dump.with_suffix(f".{os.getpid()}")
    done = subprocess.run([*command, "--format=custom", f"--file={draft}"], env=environment, check=False)
    if done.returncode == 0:
        draft.rename(dump)
        # other branches of one's own have theirs
        for old in sorted(dump.parent.glob("*.dump"), key=_age)[_KEPT:]:
            old.unlink(missing_ok=True)


def _age(file: Path) -> float:
    with contextlib.suppress(OSError):
        return -file.stat().st_mtime
    return 0.0
