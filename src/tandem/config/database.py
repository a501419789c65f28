"""The embedded PostgreSQL: one server for each data directory, shared by all the processes that use it.

Every process that uses the server holds a shared lock on `database.users` for as long as it lives (the kernel
drops it when the process is killed). Who leaves last stops the server. `database.lock` lets one process at a
time start or stop. A server that survived a killed Tandem is adopted by the next one."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

from tandem.config import cluster, placing
from tandem.config.placing import Cluster
from tandem.config.postgres import DatabaseProblem, full_disk

OLDEST_SUPPORTED = 15
START_SECONDS = 90
_users: dict[Path, IO[str]] = {}

__all__ = [
    "DatabaseProblem",
    "as_django",
    "check_given",
    "ensure_running",
    "release",
    "status",
    "stop",
    "test_server",
]


@dataclass(frozen=True)
class Status:
    running: bool
    pid: int | None
    folder: Path
    socket: Path
    log: Path
    users: bool
    "Whether some process (perhaps this one) uses the server."


def ensure_running(data_dir: Path, given: str = "") -> str:
    """The address of a database that answers: the given one, else the data directory's own, started where
    needed."""
    if given:
        return check_given(given)
    data_dir = prepare(data_dir)
    try:
        with _turn(data_dir):
            _hold(data_dir)
            return url(cluster.start(placing.locate(data_dir), START_SECONDS))
    except OSError as problem:
        if problem.errno in (28, 122):
            raise DatabaseProblem(full_disk(data_dir)) from problem
        raise


def release(data_dir: Path) -> bool:
    """This process needs the database no more; the last one to say so stops the server (then the answer is
    True)."""
    data_dir = data_dir.absolute()
    if data_dir not in _users:
        return False
    with _turn(data_dir):
        handle = _users.pop(data_dir)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False  # others are still at work
        else:
            cluster.halt(placing.locate(data_dir))
            return True
        finally:
            handle.close()


def stop(data_dir: Path) -> bool:
    """Stop the server whoever uses it; True when one was running."""
    data_dir = data_dir.absolute()
    if not placing.exists(data_dir):
        return False
    with _turn(data_dir):
        return cluster.halt(placing.locate(data_dir))


def status(data_dir: Path) -> Status:
    data_dir = data_dir.absolute()
    found = placing.locate(data_dir)
    pid = cluster.running_pid(found)
    return Status(pid is not None, pid, found.folder, found.socket, found.log, _in_use(data_dir))


def alive(data_dir: Path) -> bool:
    """A cheap look, many times a minute: does the server's process exist?"""
    return cluster.running_pid(placing.locate(data_dir.absolute())) is not None


def check_given(address: str) -> str:
    """Refuse a database that is too old or cannot be reached, and say so."""
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.Error as problem:
        raise DatabaseProblem(
            f"The database of TANDEM_DATABASE_URL does not answer: {str(problem).strip()}"
        ) from None
    if version < OLDEST_SUPPORTED:
        raise DatabaseProblem(
            f"The database of TANDEM_DATABASE_URL is PostgreSQL {version}; Tandem needs "
            f"{OLDEST_SUPPORTED} or newer."
        )
    if encoding != "UTF8":
        raise DatabaseProblem(
            f"The database of TANDEM_DATABASE_URL stores text as {encoding}; Tandem needs UTF8 "
            "(CREATE DATABASE tandem ENCODING 'UTF8' TEMPLATE template0)."
        )
    return address


def url(found: Cluster, name: str = cluster.DATABASE) -> str:
    return f"postgresql://{cluster.ROLE}@/{name}?host={quote(str(found.socket), safe='')}"


def as_django(address: str) -> dict[str, Any]:
    """The entry of Django's DATABASES for an address (the part that the address tells)."""
    parts = psycopg.conninfo.conninfo_to_dict(address)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    entry = {django: str(parts.pop(ours, "") or "") for ours, django in names.items()}
    return {"ENGINE": "tandem.config.pooled", **entry, "OPTIONS": parts}


def prepare(data_dir: Path) -> Path:
    """Make the data directory, closed to others."""
    data_dir = data_dir.absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise DatabaseProblem(
            f"The data directory {data_dir} cannot be made: {problem.strerror}."
        ) from problem
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise DatabaseProblem(f"The data directory {data_dir} cannot be written to by this user.")
    return data_dir


@contextlib.contextmanager
def _turn(data_dir: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a data directory."""
    with open(data_dir / "database.lock", "a") as handle:
        deadline = time.monotonic() + START_SECONDS + 30
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DatabaseProblem(
                        f"Another process has been starting or stopping the database of {data_dir} for "
                        f"too long. "
                        "See 'tandem doctor'."
                    ) from None
                time.sleep(0.05)
        yield


def _hold(data_dir: Path) -> None:
    if data_dir in _users:
        return
    handle = open(data_dir / "database.users", "a")  # noqa: SIM115 - kept open: its lock says that we use the server
    fcntl.flock(handle, fcntl.LOCK_SH)
    _users[data_dir] = handle


def _in_use(data_dir: Path) -> bool:
    if data_dir in _users:
        return True
    try:
        with open(data_dir / "database.users") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def test_server() -> Iterator[str]:
    """A throw-away server for tests, fast instead of safe (nothing is flushed to disk)."""
    _sweep_tests()
    base = Path(tempfile.mkdtemp(prefix=f"tandem-test-{os.getpid()}-"))
    base.chmod(0o711)  # as root the database user has to pass; its own folder inside is closed
    found = placing.locate(base)
    try:
        yield url(cluster.start(found, START_SECONDS, durable=False))
    finally:
        cluster.halt(found, quickly=True)
        shutil.rmtree(base, ignore_errors=True)


def _sweep_tests() -> None:
    """What killed test runs left behind: servers that nobody uses any more."""
    for base in Path(tempfile.gettempdir()).glob("tandem-test-*-*"):
        with contextlib.suppress(OSError, ValueError):
            owner = int(base.name.split("-")[2])
            if base.stat().st_uid == os.geteuid() and not _lives(owner):
                cluster.halt(placing.locate(base), quickly=True)
                shutil.rmtree(base, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


test_server.__test__ = False  # type: ignore[attr-defined] # pytest takes it for a test by its name
