"""`tandem doctor`: what is wrong with this installation, and what to do about it, a line each."""

import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tandem.config import database, env, placing, postgres, processes

GOOD, HINT, BAD = "ok", "hint", "wrong"
_MARKS = {GOOD: "✓", HINT: "·", BAD: "✗"}


@dataclass(frozen=True)
class Finding:
    check: str
    state: str
    found: str
    do: str = ""


def run(data: Path | None, port: int | None, as_json: bool) -> int:
    """Print the findings; 1 when something is wrong."""
    findings = list(examine(data, port))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(
                f"{_MARKS[one.state]} {one.check}: {one.found}" + (f"\n    → {one.do}" if one.do else "")
            )
    return 1 if any(one.state == BAD for one in findings) else 0


def examine(data: Path | None, port: int | None) -> Iterator[Finding]:
    from tandem.config import cli

    yield _python()
    try:
        settings = cli.settle(data, port)
    except env.BadSetting as problem:
        yield Finding(
            "settings", BAD, str(problem), "Mend the variable; 'tandem doctor --settings' lists them all."
        )
        return
    yield Finding("settings", GOOD, "every setting can be used")
    checks: list[Callable[[env.Environment], Finding]] = [
        _folder,
        _space,
        _key,
        _assets,
        _clock,
        _socket,
        _port,
    ]
    for check in checks:
        yield check(settings)
    yield from _database(settings)


def _python() -> Finding:
    found, oldest = sys.version_info[:3], (3, 11)
    state = GOOD if found >= oldest else BAD
    return Finding(
        "python", state, ".".join(map(str, found)), "" if state == GOOD else "Tandem needs 3.11 or newer."
    )


def _folder(settings: env.Environment) -> Finding:
    data = settings.data
    if not data.exists():
        parent = next(one for one in data.parents if one.exists())
        if os.access(parent, os.W_OK):
            return Finding("data directory", GOOD, f"{data} will be made by the first start")
        return Finding(
            "data directory",
            BAD,
            f"{data} cannot be made",
            f"Make it, or choose another with --data: {parent}",
        )
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "data directory", BAD, f"{data} cannot be written to", "Give it to the user that runs Tandem."
        )
    if data.stat().st_mode & 0o007:
        return Finding(
            "data directory", BAD, f"{data} is open to everybody on this machine", f"chmod o-rwx {data}"
        )
    return Finding("data directory", GOOD, str(data))


def _space(settings: env.Environment) -> Finding:
    there = next(one for one in (settings.data, *settings.data.parents) if one.exists())
    usage = shutil.disk_usage(there)
    free = f"{usage.free / 2**30:.1f} GB free"
    if usage.free < 500 * 2**20:
        return Finding("disk space", BAD, free, f"Free at least 500 MB on the disk of {there}.")
    if usage.free < 2 * 2**30:
        return Finding("disk space", HINT, free, "Little for a growing database and its backups.")
    return Finding("disk space", GOOD, free)


def _key(settings: env.Environment) -> Finding:
    if settings.secret_key:
        return Finding("secret key", GOOD, "given by the environment")
    path = settings.data / "secret-key"
    if not path.exists():
        return Finding("secret key", GOOD, "the first start makes one")
    if path.stat().st_mode & 0o077:
        return Finding("secret key", BAD, f"{path} can be read by others", f"chmod 600 {path}")
    return Finding("secret key", GOOD, str(path))


def _assets(settings: env.Environment) -> Finding:
    built = Path(__file__).parent.parent / "web" / "static" / "tandem" / "dist"
    if any(built.glob("*.js")) or any(built.glob("*/*.js")):
        return Finding("browser files", GOOD, "built (Node is not needed)")
    return Finding(
        "browser files", BAD, f"{built} is empty", "Run 'make build', or install the finished wheel."
    )


def _clock(settings: env.Environment) -> Finding:
    """A clock that stands before the program itself was written is wrong."""
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    if time.time() + 86400 < newest:
        return Finding(
            "clock", BAD, time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "Set this machine's clock."
        )
    return Finding("clock", GOOD, time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))


def _socket(settings: env.Environment) -> Finding:
    if settings.database_url:
        return Finding("database socket", GOOD, "not used: the database is given")
    found = placing.locate(settings.data.absolute())
    length = placing.socket_length(found)
    if length > placing.LONGEST_SOCKET:
        most = placing.LONGEST_SOCKET
        said = f"{length} bytes are more than {most}; the next start moves it to a private folder"
        return Finding("database socket", HINT, said)
    outside = (
        ""
        if found.socket.is_relative_to(settings.data)
        else " (outside the data directory, which is too deep)"
    )
    return Finding("database socket", GOOD, f"{found.socket}{outside}")


def _port(settings: env.Environment) -> Finding:
    try:
        processes.refuse_taken_port("127.0.0.1", settings.port)
    except processes.Trouble:
        if not settings.database_url and database.status(settings.data).users and _speaks(settings.port):
            return Finding("port", GOOD, f"{settings.port} is in use, it seems by this Tandem")
        return Finding(
            "port", BAD, f"{settings.port} is taken by another program", "Choose one: --port or TANDEM_PORT."
        )
    return Finding("port", GOOD, f"{settings.port} is free")


def _speaks(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False


def _database(settings: env.Environment) -> Iterator[Finding]:
    if not settings.database_url and not placing.exists(settings.data):
        yield from _embedded_ready()
        return
    from tandem.config import cli

    try:
        with cli.database_of(settings) as address:
            yield from _content(address)
    except postgres.DatabaseProblem as problem:
        yield Finding("database", BAD, str(problem), _log_hint(settings))
    except Exception as problem:  # whatever it is, the doctor names it and goes on
        yield Finding(
            "database",
            BAD,
            f"{type(problem).__name__}: {' '.join(str(problem).split())}",
            _log_hint(settings),
        )


def _embedded_ready() -> Iterator[Finding]:
    try:
        where = postgres.program("postgres")
        user = postgres.owner()
    except postgres.DatabaseProblem as problem:
        yield Finding("database", BAD, str(problem))
        return
    as_whom = f", as the system user '{user.name}'" if user.switch else ""
    yield Finding(
        "database", GOOD, f"the first start makes it with PostgreSQL {postgres.MAJOR} ({where}){as_whom}"
    )


def _log_hint(settings: env.Environment) -> str:
    if settings.database_url:
        return "Check TANDEM_DATABASE_URL and that the server runs."
    return f"Read the end of {database.status(settings.data).log}"


def _content(address: str) -> Iterator[Finding]:
    import psycopg

    with psycopg.connect(address) as connection:
        version = connection.info.parameter_status("server_version")
        synchronous = connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        yield Finding("database", GOOD, f"PostgreSQL {version} answers")
        if not synchronous:
            yield Finding(
                "durability", HINT, "synchronous_commit is not on: the last second may be lost in a crash"
            )
        made = connection.execute("SELECT to_regclass('django_migrations')").fetchone() != (None,)
    if not made:
        yield Finding("migrations", HINT, "none applied yet", "'tandem serve' or 'tandem migrate' does it.")
        return
    import django

    django.setup()
    from tandem.config import migrating

    waiting, later = migrating.pending(), migrating.newer()
    if later:
        yield Finding(
            "migrations", BAD, f"the database was written by a newer Tandem ({later[0]})", "Install that one."
        )
    elif waiting:
        yield Finding("migrations", BAD, f"{len(waiting)} wait (first {waiting[0]})", "Run 'tandem migrate'.")
    else:
        yield Finding("migrations", GOOD, "all applied")
    yield _worker(address)
    yield _audit()


def _worker(address: str) -> Finding:
    import psycopg

    with psycopg.connect(address) as connection:
        if connection.execute("SELECT to_regclass('procrastinate_workers')").fetchone() == (None,):
            return Finding("worker", HINT, "the job tables are missing", "Run 'tandem migrate'.")
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
        ).fetchone()
        waiting = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
        ).fetchone()
    alive, jobs = (row or (0,))[0], (waiting or (0,))[0]
    if alive:
        return Finding("worker", GOOD, f"{alive} lanes alive (two of each worker), {jobs} jobs wait")
    return Finding(
        "worker", HINT, f"none alive, {jobs} jobs wait", "'tandem serve' starts one; or run 'tandem worker'."
    )


def _audit() -> Finding:
    """The chain of seals, walked from its first."""
    from tandem.config import migrating, sealing

    if migrating.pending():
        return Finding("audit trail", HINT, "not looked at before the migrations are applied")
    state, found, do = sealing.examine()
    return Finding("audit trail", state, found, do)
