"""`tandem serve`: one supervisor that keeps the database, the web server and the worker alive and ends them
together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import click

from tandem.config import database, env, listener
from tandem.config.spoken import say as _

STOP_SECONDS = 2.5
"How long the children may take to end by themselves; with the database's stop everything is over "
"within five."
_SETTLED_SECONDS = 30
_LONGEST_PAUSE = 15.0
_GIVE_UP = 3
_LEAVES_WITHIN = 5.0
"Failures of the web server before it ever answered: then it will not help to go on."


class Trouble(Exception):
    """The program cannot start; the message says what to do."""


class Progress:
    """Lines with the seconds since the start, so that a wait can be seen to move."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self, text: str) -> None:
        click.echo(f"[{time.monotonic() - self.began:5.1f} s] {text}")


@dataclass
class Child:
    """A process that is started again when it ends by itself, each time a little later."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            # Ctrl-C reaches the supervisor alone, which then ends the children in order
            start_new_session=True,
            preexec_fn=listener.die_with_parent,  # the database outlives a killed supervisor and is adopted
        )

    def look_after(self) -> None:
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                if self.failures and now - self.started > _SETTLED_SECONDS:
                    self.failures = 0
                return
            _end_group(self.process)
            self.process = None
            self.failures += 1
            pause = min(_LONGEST_PAUSE, 0.25 * 2 ** (self.failures - 1))
            self.again_at = now + pause
            click.echo(f"The {self.name} ended ({_how(code)}); it starts again in {pause:.1f} s.", err=True)
        elif now >= self.again_at:
            self.start()


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def refuse_taken_port(host: str, port: int) -> None:
    """A killed Tandem's web server dies with it, but not within the same moment: it is given some seconds to leave."""
    deadline = time.monotonic() + _LEAVES_WITHIN
    while (problem := _cannot_bind(host, port)) is not None:
        if time.monotonic() > deadline:
            raise Trouble(
                _("Port %(port)s on %(host)s cannot be used (%(why)s): another program has it, perhaps another Tandem. Choose one with --port.")
                % {"port": port, "host": host, "why": problem.strerror}
            ) from problem
        time.sleep(0.1)


def _cannot_bind(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem
    return None


def web_command(settings: env.Environment, host: str) -> list[str]:
    place = ["--host", host, "--port", str(settings.port), "--log-level", _granian_level(settings.log)]
    return [sys.executable, "-m", "tandem.config.listener", *place]


def _granian_level(level: str) -> str:
    return {"INFO": "warning"}.get(level, level.lower())  # its greetings would hide ours


def worker_command() -> list[str]:
    return [sys.executable, "-m", "tandem.config.cli", "worker"]


def work(settings: env.Environment) -> None:
    """The worker process itself, ended in order by SIGTERM. Beside it the core is compiled, so that no request waits."""
    from tandem.config import jobs

    compiling = subprocess.Popen(
        [sys.executable, "-m", "tandem.config.cli", "compute", "prepare"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        jobs.work()
    finally:
        compiling.kill()


def serve(
    settings: env.Environment, host: str, *, before: Callable[[Progress, str], None] | None = None
) -> int:
    """Start everything, say where it is, and stay until a signal comes. `before` runs once the database is
    current."""
    progress = Progress()
    stop = _Stop()
    refuse_taken_port(host, settings.port)
    children: list[Child] = []
    try:
        address = prepare(settings, progress)
        if before is not None:
            before(progress, address)
        _bootstrap(settings, address)
        progress(_("Starting the web server, then the worker"))
        children.append(Child("web server", web_command(settings, host)))
        children[0].start()
        if _wait_until_answers(host, settings.port, stop, children[0]):
            progress(_("Tandem is at %(address)s  (Ctrl-C stops it)") % {"address": shown_address(settings, host)})
        # the worker comes after the first page, which should not wait for it
        children.append(Child("worker", worker_command()))
        _look_after(settings, children, stop)
    except KeyboardInterrupt:
        pass
    finally:
        _finish(settings, children)
    return 0


def shown_address(settings: env.Environment, host: str) -> str:
    if env.is_given("TANDEM_ORIGIN"):
        return settings.origin
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"} else host  # noqa: S104
    return f"http://{shown}:{settings.port}/"


def prepare(settings: env.Environment, progress: Progress) -> str:
    """The database answers and is current; its address. Django is only loaded where there is something to
    do."""
    from tandem.config import migrating

    progress(_("Starting the database (%(place)s)") % {"place": _("given") if settings.database_url else settings.data})
    address = database.ensure_running(settings.data, settings.database_url)
    os.environ[env.RUNTIME_DATABASE_URL] = address
    for name in ("files", "static", "mail"):
        (settings.data / name).mkdir(exist_ok=True, mode=0o700)
    if migrating.seen_current(settings.data, address):
        progress(_("The database is current."))
        return address
    import django

    django.setup()
    progress(migrating.apply())
    migrating.remember_current(settings.data, address)
    return address


def _bootstrap(settings: env.Environment, address: str) -> None:
    """Without an organisation, print a link that makes it and its administrator. It works once."""
    from tandem.config import migrating

    if migrating.has_organisation(address):
        return
    import django

    django.setup()
    from tandem.people.actions import bootstrap

    link = bootstrap.invitation(settings.origin)
    click.echo("\n  " + _("Nobody can sign in yet. Open this link to become the administrator:") + f"\n  {link}\n")


class _Stop:
    """Whether a signal asked us to end. A second one ends without waiting."""

    def __init__(self) -> None:
        self.asked = False
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            raise KeyboardInterrupt


def _wait_until_answers(host: str, port: int, stop: _Stop, child: Child) -> bool:
    """Until a request is answered: the port alone is open long before the pages are loaded."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not stop.asked:
        with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=30) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if connection.recv(1):
                return True
        child.look_after()
        if child.failures >= _GIVE_UP:
            raise Trouble(_("The web server does not start; what it says stands above."))
        time.sleep(0.05)
    return False


def _look_after(settings: env.Environment, children: list[Child], stop: _Stop) -> None:
    said = ""
    while not stop.asked:
        if not settings.database_url and not database.alive(settings.data):
            said = _start_database_again(settings, said)
        for child in children:
            child.look_after()
        time.sleep(0.3)


def _start_database_again(settings: env.Environment, said: str) -> str:
    """The trouble that was met, worded once however often it is tried."""
    try:
        database.ensure_running(settings.data)
    except database.DatabaseProblem as problem:
        if str(problem) != said:
            click.echo(f"tandem: {problem}", err=True)
        time.sleep(2)
        return str(problem)
    click.echo("The database had ended; it runs again.", err=True)
    return ""


def _finish(settings: env.Environment, children: list[Child]) -> None:
    if children:
        click.echo(_("Stopping"))
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and any(process.poll() is None for process in running):
        time.sleep(0.02)
    for process in running:
        _end_group(process)
        process.wait()
    if not settings.database_url:
        close_connections()
        database.release(settings.data)


def close_connections() -> None:
    """Give up this process's connections, so that the server can stop without waiting for them."""
    if "django.db" not in sys.modules:
        return
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connections

    with contextlib.suppress(ImproperlyConfigured):
        for connection in connections.all(initialized_only=True):
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
