"""One PostgreSQL cluster on disk: its folders, its settings, its start and its stop. Who may call when:
`database.py`."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tandem.config import placing, postgres
from tandem.config.placing import Cluster
from tandem.config.postgres import MAJOR, DatabaseProblem, Owner

DATABASE = "tandem"
ROLE = "tandem"
ADMIN = "tandem_admin"
ENOUGH_SPACE = 64 * 2**20

_PASSING = ("starting up", "recovery", "not yet accepting", "consistent", "shutting down")
"What a server says that will answer, or be gone, in a moment."

_SETTINGS = """\
# Written by Tandem at every start. Your own settings go to custom.conf in the folder above; they win.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 80
superuser_reserved_connections = 3
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_parallel_workers_per_gather = 0
jit = off
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
wal_compression = pglz
max_wal_size = 1GB
checkpoint_completion_target = 0.9
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
autovacuum_naptime = 20s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] '
log_min_messages = warning
# a statement that fails holds what somebody entered, which is nothing for a log
log_min_error_statement = panic
hba_file = '{folder}/access.conf'
ident_file = '{folder}/names.conf'
include_if_exists = '../custom.conf'
"""


def start(found: Cluster, seconds: float, durable: bool = True) -> Cluster:
    """Start the server, or adopt the one that runs; return where it is. The caller holds the turn."""
    user = postgres.owner()
    if running_pid(found) is not None and _answers(found, seconds):
        return found
    if shutil.disk_usage(found.data_dir).free < ENOUGH_SPACE:
        raise DatabaseProblem(postgres.full_disk(found.data_dir))
    found = placing.settle(found, user)
    if running_pid(found) is not None:  # it runs, yet does not answer: its socket is gone or it hangs
        halt(found, quickly=True)
    _drop_stale_pid(found)
    _initialise(found, user, durable)
    _configure(found, user, durable)
    _launch(found, user, seconds)
    _create_database(found)
    return found


def running_pid(found: Cluster) -> int | None:
    """The process of this cluster's server; a pid file whose process is gone, or is another program, counts
    as none."""
    try:
        pid = int(found.pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if pid > 0 and _is_ours(pid, found) else None


def _is_ours(pid: int, found: Cluster) -> bool:
    process = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return "zombie" not in (process / "status").read_text() and _works_in(process, found.cluster)
        return False
    try:  # no /proc (macOS): a living process is believed
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return os.path.samefile(os.readlink(process / "cwd"), folder)
    except PermissionError:
        return b"postgres" in (process / "cmdline").read_bytes()


def _drop_stale_pid(found: Cluster) -> None:
    """After a crash or a restart of the machine the number in the file may belong to any other program."""
    if found.pid_file.exists() and running_pid(found) is None:
        found.pid_file.unlink()


def _answers(found: Cluster, seconds: float) -> bool:
    """Wait for a server that is starting or recovering; False when it cannot be reached."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and running_pid(found) is not None:
        try:
            with _connect(found, "template1"):
                break
        except psycopg.OperationalError as problem:
            words = str(problem)
            passing = any(sign in words for sign in _PASSING)
            if not passing and _status_word(found) == "ready":
                return False
        time.sleep(0.1)
    else:
        return False
    _create_database(found)
    return True


def _status_word(found: Cluster) -> str:
    with contextlib.suppress(OSError, IndexError):
        return found.pid_file.read_text().splitlines()[7].strip()
    return ""


def _connect(found: Cluster, name: str, user: str = ADMIN) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(found.socket), dbname=name, user=user, connect_timeout=5, autocommit=True)


def _initialise(found: Cluster, user: Owner, durable: bool) -> None:
    version = found.cluster / "PG_VERSION"
    if version.is_file():
        if version.read_text().strip() != str(MAJOR):
            raise DatabaseProblem(
                f"{found.cluster} was made by PostgreSQL {version.read_text().strip()}, this Tandem "
                f"brings {MAJOR}. "
                "Make a backup with the Tandem that wrote it and restore it here."
            )
        return
    draft = found.folder / "cluster.new"  # a killed initdb leaves only this behind
    shutil.rmtree(draft, ignore_errors=True)
    arguments = [
        "--pgdata", str(draft), "--username", ADMIN, "--encoding", "UTF8", "--data-checksums",
        "--no-instructions", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        "--auth", "peer",
        *([] if durable else ["--no-sync"]),
    ]  # fmt: skip
    done = postgres.run("initdb", arguments, user)
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise DatabaseProblem(
            f"The database could not be made. {postgres.explain(done.stdout, found.folder)}"
        )
    draft.rename(found.cluster)


def _configure(found: Cluster, user: Owner, durable: bool) -> None:
    values = {"socket": found.socket, "folder": found.folder, "durable": "on" if durable else "off"}
    escaped = {name: str(value).replace("'", "''") for name, value in values.items()}
    people = {user.name, _own_name()}
    names = "".join(f'tandem "{one}" {role}\n' for one in sorted(people) for role in (ROLE, ADMIN))
    _place(found.cluster / "postgresql.conf", _SETTINGS.format(**escaped), user)
    _place(found.folder / "access.conf", "local all all peer map=tandem\n", user)
    _place(found.folder / "names.conf", names, user)


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _place(path: Path, text: str, user: Owner) -> None:
    """Write a file by rename: half a file is never read, and no link that lies there is followed."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    user.take(draft, 0o600)
    draft.replace(path)


def _launch(found: Cluster, user: Owner, seconds: float) -> None:
    if found.log.is_file() and found.log.stat().st_size > 10 * 2**20:
        found.log.replace(found.log.with_suffix(".log.1"))
    before = found.log.stat().st_size if found.log.is_file() else 0
    deadline = time.monotonic() + seconds
    while True:
        arguments = [
            "start",
            "-D",
            str(found.cluster),
            "-l",
            str(found.log),
            "-w",
            "-t",
            str(int(seconds)),
            "-s",
        ]
        done = postgres.run("pg_ctl", arguments, user, timeout=seconds + 10)
        if done.returncode == 0:
            return
        said = done.stdout + _log_since(found, before)
        # the children of a killed postmaster need a moment to notice and to let go of the shared memory
        if (
            not re.search(r"shared memory block|is still in use|lock file", said)
            or time.monotonic() > deadline
        ):
            raise DatabaseProblem(
                f"The database did not start. {postgres.explain(said, found.folder)} (log: {found.log})"
            )
        before = found.log.stat().st_size if found.log.is_file() else 0
        time.sleep(0.3)


def _log_since(found: Cluster, offset: int) -> str:
    with contextlib.suppress(OSError), open(found.log, "rb") as file:
        file.seek(offset)
        return file.read(2**20).decode(errors="replace")
    return ""


def _create_database(found: Cluster) -> None:
    """The program's role owns its database and may make test databases; it is no superuser."""
    with _connect(found, "template1") as connection:
        role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
        if role is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        database = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if database is None:
            names = (sql.Identifier(DATABASE), sql.Identifier(ROLE))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(*names))


def halt(found: Cluster, quickly: bool = False) -> bool:
    """Stop the server: sessions are cut, buffers are written; `quickly`, or when that takes too long, they
    are not, and the next start recovers what was committed from the log."""
    pid = running_pid(found)
    if pid is None:
        return False
    for sign, patience in ((signal.SIGQUIT if quickly else signal.SIGINT, 2.0), (signal.SIGQUIT, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if running_pid(found) is None:
                return True
            time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True
