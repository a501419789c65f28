"""A dump of the migrated, empty database, so that only the first run after a new migration has to migrate.
`python -m tests.migrated` makes it, once for all processes of the tests: scripts/test.sh does so beside the checks."""

import contextlib
import hashlib
import os
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg

from tandem.config import backup

NAME = "tandem_migrated"
_KEPT = 8
ROOT = Path(__file__).resolve().parent.parent


def _folder() -> Path | None:
    """None where somebody else made it, or could write into it: what lies there would run as whoever tests."""
    folder = Path(tempfile.gettempdir()) / f"tandem-migrated-{os.geteuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    seen = folder.lstat()
    if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077:
        return folder
    warnings.warn(f"{folder} is not a folder of one's own alone: every run migrates anew until it is gone", stacklevel=2)
    return None


def _dump() -> Path | None:
    """Where it lies: one for each state of the migrations and of what they import."""
    folder = _folder()
    if folder is None:
        return None
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "src").glob("tandem/*/migrations/*.py")):
        found.update(file.name.encode() + file.read_bytes())
    return folder / f"{found.hexdigest()[:24]}.dump"


def make_template(url: str) -> bool:
    """Fill a database that tests copy theirs from. False when there is no dump yet, or the server is somebody's own."""
    dump = _dump()
    if dump is None or not dump.is_file():
        return False
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    return fill(psycopg.conninfo.make_conninfo(url, dbname=NAME))


def fill(url: str) -> bool:
    """Bring an empty database to where the migrations would: all of it, or nothing where no dump lies ready."""
    dump = _dump()
    if dump is None or not dump.is_file():
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
    if dump is None or dump.is_file():
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


def _make() -> None:
    from tests import server

    if server.given or server.template:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "tandem.config.settings"
    import django

    from tandem.config import migrating

    django.setup()
    migrating.apply()
    keep(os.environ["TANDEM_RUNTIME_DATABASE_URL"])


if __name__ == "__main__":
    _make()
