"""A dump of the migrated, empty database, so that only the first run after a new migration has to migrate."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tandem.config import backup

NAME = "tandem_migrated"
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
    dump = _dump()
    if not dump.is_file():
        return False
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    command, environment = backup.client("pg_restore", psycopg.conninfo.make_conninfo(url, dbname=NAME))
    done = subprocess.run([*command, "--no-owner", "--exit-on-error", str(dump)], env=environment, check=False)
    if done.returncode:  # written half, or by another server: the next run makes a new one
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
        for old in dump.parent.glob("*.dump"):
            old.unlink(missing_ok=True)
        draft.rename(dump)
