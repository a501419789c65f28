"""A Tandem of our own, started as people start it: its processes, the API, its database, and ways to kill it."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tandem.config import database, placing
from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("TANDEM_", "DJANGO_SETTINGS_MODULE")


@dataclass
class Tandem:
    data: Path
    port: int
    supervisor: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.data.parent / "serve.log"

    def serve(self) -> float:
        """Start it; the seconds until it answers, with the database."""
        began = time.monotonic()
        with open(self.log, "ab") as log:
            self.supervisor = subprocess.Popen(
                [*_command("serve"), "--data", str(self.data), "--port", str(self.port)],
                env=_environment(), stdout=log, stderr=log, cwd=ROOT,
            )  # fmt: skip
        wait_until(self.is_ready, 180, f"Tandem did not start; see {self.log}", pause=0.1)
        self.starts.append(time.monotonic() - began)
        return self.starts[-1]

    def skip_migrating(self) -> None:
        """Its database is taken from the tests' dump, if there is one: the first start has nothing to migrate."""
        migrated.fill(database.ensure_running(self.data))
        database.release(self.data)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.call("GET", "/readyz", timeout=5)[0] == 200
        return False

    def call(
        self, method: str, path: str, body: Any = None, timeout: float = 30, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            sent = {"Host": "localhost", "Content-Type": "application/json"}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            response = connection.getresponse()
            data = response.read()
            is_json = "json" in (response.getheader("Content-Type") or "")
            return response.status, json.loads(data) if is_json else data, dict(response.getheaders())

    def start_import(self, session: str, file: Path) -> int:
        """As a person does it in the wizard: the file, the question, the button. The number of the job."""
        edge, secret = "edge-of-a-part", "c" * 32
        browser = {"Cookie": f"tandem={session}; tandem_csrf={secret}", "X-CSRFToken": secret}
        form = (
            f'--{edge}\r\nContent-Disposition: form-data; name="into"\r\n\r\nnew\r\n--{edge}\r\n'
            f'Content-Disposition: form-data; name="files"; filename="{file.name}"\r\nContent-Type: text/csv\r\n\r\n'
            f"{file.read_text()}\r\n--{edge}--\r\n"
        )
        sent = self._browse("/imports/new/", form, f"multipart/form-data; boundary={edge}", browser)
        for step, answers in (("answers", "timezone=UTC"), ("starts", "")):
            self._browse(f"{sent}{step}/", answers, "application/x-www-form-urlencoded", browser)
        return int(self.rows("SELECT job_id FROM exchange_import WHERE id = %s", sent.split("/")[2])[0][0])

    def _browse(self, path: str, form: str, kind: str, browser: dict[str, str]) -> str:
        """Send a form; where it leads. Told that the database is busy, a person tries again."""
        for _ in range(30):
            status, place, said = self._send(path, form, kind, browser)
            if status != 503:
                break
            time.sleep(2)
        assert status == 302, (status, said[-2000:])
        return place

    def _send(self, path: str, form: str, kind: str, browser: dict[str, str]) -> tuple[int, str, bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request("POST", path, form.encode(), {"Host": "localhost", "Content-Type": kind} | browser)
            response = connection.getresponse()
            return response.status, response.getheader("Location") or "", response.read()

    def command(self, *words: str, check: bool = True) -> str:
        """`tandem …` on the same data directory, beside the running one."""
        return self._run([*_command(*words), "--data", str(self.data)], check)

    def inside(self, *words: str) -> Any:
        """A function of `inside.py`, in a process of its own that knows Django; its answer."""
        said = self._run([sys.executable, "-m", "tests.proof.inside", str(self.data), *words], True)
        return json.loads(said.splitlines()[-1])

    def _run(self, command: list[str], check: bool) -> str:
        done = subprocess.run(
            command, env=_environment(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(database.url(placing.locate(self.data)), connect_timeout=10) as connection:
            return connection.execute(query, values).fetchall()

    def pid_of(self, which: str) -> int | None:
        """`web` (the listener), `web child` (who answers), `worker`, `postmaster`, `supervisor`."""
        if which == "supervisor":
            return self.supervisor.pid if self.supervisor and self.supervisor.poll() is None else None
        if which == "postmaster":
            return database.status(self.data).pid
        words = "tandem.config.listener" if which.startswith("web") else "tandem.config.cli worker"
        found = [pid for pid in children(self.supervisor.pid) if words in command_of(pid)] if self.supervisor else []
        if which == "web child" and found:
            found = children(found[0])
        return found[0] if found else None

    def kill(self, which: str) -> bool:
        pid = self.pid_of(which)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        if which == "supervisor" and self.supervisor:
            self.supervisor.wait()
        return True

    def stop(self, within: float = 20) -> float:
        """SIGTERM, as a person or a service manager does; the seconds until everything was over."""
        began = time.monotonic()
        if self.supervisor and self.supervisor.poll() is None:
            self.supervisor.terminate()
            self.supervisor.wait(timeout=within)
        return time.monotonic() - began


@contextlib.contextmanager
def tandem(kept: Path) -> Iterator[Tandem]:
    """Its data lie in a folder of their own, which a proof that was stopped finds again through `kept`."""
    note = kept / "data.location"
    base = Path(note.read_text()) if note.exists() else Path(tempfile.mkdtemp(prefix="tandem-proof-"))
    base.chmod(0o711)  # the database user of a root has to pass
    note.write_text(str(base))
    one = Tandem(base / "data", free_port())
    try:
        yield one
    except BaseException:
        _end(one)
        if "TANDEM_TEST_PROOF" not in os.environ:
            shutil.rmtree(base, ignore_errors=True)
        raise
    location = one.data / "database.location"
    elsewhere = location.read_text().strip() if location.is_file() else ""
    _end(one)
    if elsewhere:
        shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)
    note.unlink()


def _end(one: Tandem) -> None:
    one.kill("supervisor")
    with contextlib.suppress(OSError, database.DatabaseProblem):
        database.stop(one.data)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(one) for task in tasks for one in (task / "children").read_text().split()]
    return []


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def wait_until(is_so: Callable[[], bool], seconds: float, otherwise: str, pause: float = 0.2) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, otherwise
        time.sleep(pause)
    return time.monotonic() - began


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "tandem.config.cli", *words]


def _environment() -> dict[str, str]:
    """Nothing of the tests' own database and settings; but what was compiled once is there for all."""
    return {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
