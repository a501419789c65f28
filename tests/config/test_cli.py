"""The command line: it answers quickly, words its refusals in one line, and starts and stops everything."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from tandem.config import cli, database, demonstration, env, processes, spoken
from tests import migrated

CONFIG = Path(cli.__file__).parent
COMMANDS = [
    "backup", "change", "compute", "demo", "doctor", "documents", "equipment", "import", "meetings", "methods", "migrate", "onboarding", "openapi", "packs", "people", "plan", "pulses",
    "restore", "risks", "sample", "serve", "stakeholders", "stop", "thanks", "token", "user", "work", "worker",
]  # fmt: skip


def tandem(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "DJANGO_"))}
    command = [sys.executable, "-m", "tandem.config.cli", *map(str, arguments)]
    return subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def place() -> Iterator[Path]:
    import shutil
    import tempfile

    base = Path(tempfile.mkdtemp(prefix="tandem-cli-"))
    base.chmod(0o711)
    yield base / "data"
    tandem("stop", "--data", base / "data")
    shutil.rmtree(base, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_version_and_help_are_told():
    assert tandem("--version").stdout.startswith("tandem, version")
    said = tandem("--help").stdout
    assert all(f"  {name} " in said for name in COMMANDS)


def test_every_command_explains_itself():
    from click.testing import CliRunner

    assert sorted(cli.tandem.commands) == COMMANDS
    for name in COMMANDS:
        assert CliRunner().invoke(cli.tandem, [name, "--help"]).exit_code == 0
        assert cli.tandem.commands[name].help, name


def test_import_offers_every_reader():
    from tandem.exchange.formats.sniff import FORMATS

    assert ("auto", *FORMATS) == cli.IMPORTED


def test_help_does_not_load_django():
    code = "import sys, tandem.config.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_bad_setting_is_one_line_without_a_traceback():
    done = tandem("migrate", TANDEM_PORT="x")
    assert done.returncode == 1
    assert done.stderr.startswith("tandem: TANDEM_PORT")
    assert len(done.stderr.strip().splitlines()) == 1


def test_debug_shows_where():
    assert "Traceback" in tandem("--debug", "migrate", TANDEM_PORT="x").stderr


def test_the_doctor_names_a_bad_setting_and_exits_with_one():
    done = tandem("doctor", "--json", TANDEM_LOG="loud")
    assert done.returncode == 1
    findings = {one["check"]: one for one in json.loads(done.stdout)}
    assert findings["settings"]["state"] == "wrong"
    assert "TANDEM_LOG" in findings["settings"]["found"]


def test_the_doctor_finds_a_taken_port_and_an_open_folder(place):
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tandem("doctor", "--json", "--data", place, "--port", taken.getsockname()[1])
    findings = {one["check"]: one for one in json.loads(done.stdout)}
    assert findings["port"]["state"] == "wrong"
    assert findings["data directory"]["state"] == "wrong"
    assert findings["python"]["state"] == "ok"
    assert all(
        one["do"] for one in findings.values() if one["state"] == "wrong" and one["check"] != "settings"
    )


def test_whoever_starts_the_demonstration_in_chinese_reads_chinese(monkeypatch, capsys):
    monkeypatch.setenv("TANDEM_LANGUAGE", "zh")
    demonstration._show([demonstration.SignIn("mei@example.org", "产品经理", "secret"), demonstration.SignIn("bo@example.org", "PMO", "other")])
    head, first, second = filter(None, capsys.readouterr().out.splitlines())
    assert head == "  登录账号"
    assert second.index("bo@") - first.index("mei@") == len("产品经理"), "a Chinese character takes two columns"
    texts = [text for name in ("demonstration", "processes", "migrating") for text in re.findall(r'\b_\(\s*[\"\'](.+?)[\"\']\)', (CONFIG / f"{name}.py").read_text())]
    assert len(texts) > 10 and not [text for text in texts if spoken.say(text) == text]
    monkeypatch.setenv("TANDEM_LANGUAGE", "en")
    assert spoken.say("Sign in as") == "Sign in as"


def test_a_port_that_its_last_holder_is_leaving_is_waited_for():
    """As after a `kill -9` of Tandem, started again at once by a service manager."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = taken.getsockname()[1]
    threading.Timer(0.3, taken.close).start()
    processes.refuse_taken_port("127.0.0.1", port)


def test_a_taken_port_is_said_and_none_is_picked_silently(monkeypatch):
    monkeypatch.setattr(processes, "_LEAVES_WITHIN", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(processes.Trouble, match=f"Port {taken.getsockname()[1]} .*--port"):
            processes.refuse_taken_port("127.0.0.1", taken.getsockname()[1])


def test_a_child_that_ends_is_started_again_each_time_later(monkeypatch):
    monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=lambda: 100.0))
    child = processes.Child("sleeper", [sys.executable, "-c", "pass"])
    child.start()
    child.process.wait()
    child.look_after()
    assert child.process is None
    assert child.failures == 1
    first = child.again_at
    child.again_at = 0
    child.look_after()
    child.process.wait()
    child.look_after()
    assert child.failures == 2
    assert child.again_at > first > 100


def test_options_win_over_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("TANDEM_DATA", "/elsewhere")
    monkeypatch.setenv("TANDEM_PORT", "1111")
    found = cli.settle(tmp_path, 2222)
    assert (found.data, found.port) == (tmp_path, 2222)
    assert env.read().port == 2222  # children see the same


def test_serve_opens_a_page_and_ends_soon_with_a_stream_open(place):
    migrated.fill(database.ensure_running(place))
    database.release(place)
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "DJANGO_"))}
    command = [sys.executable, "-m", "tandem.config.cli", "serve", "--data", str(place), "--port", str(port)]
    with subprocess.Popen(
        command, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            stream = connected(port, server)
            stream.settimeout(300)
            stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert stream.makefile("rb").readline().startswith(b"HTTP/1.1 403")  # it serves; how long its end may take, the long tests ask (tests/proof/test_kills.py)
            server.send_signal(signal.SIGTERM)
            said = server.communicate(timeout=300)[0]
            assert server.returncode == 0, said
            assert f"http://localhost:{port}" in said
        finally:
            server.kill()
    assert not (place / "database" / "cluster" / "postmaster.pid").exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def connected(port: int, server: subprocess.Popen) -> socket.socket:
    deadline = time.monotonic() + 400  # a machine under load takes its time to migrate
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=2)
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise AssertionError(server.communicate()[0])


def test_a_database_known_to_be_current_is_only_trusted_while_nothing_changed(tmp_path):
    from tandem.config import database, migrating

    with database.test_server() as address:
        assert not migrating.seen_current(tmp_path, address)
        with psycopg.connect(address) as connection:
            connection.execute(
                "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz)"
            )
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())")
        migrating.remember_current(tmp_path, address)
        assert migrating.seen_current(tmp_path, address)
        with psycopg.connect(address) as connection:
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'c', now())")
        assert not migrating.seen_current(tmp_path, address)


def test_a_command_on_an_empty_database_sets_it_up_and_one_on_old_data_asks_first(monkeypatch):
    from tandem.config import migrating
    from tandem.config.postgres import DatabaseProblem

    done = []
    monkeypatch.setattr(migrating, "pending", lambda: ["work.0001_initial"])
    monkeypatch.setattr(migrating, "newer", list)
    monkeypatch.setattr(migrating, "apply", lambda: done.append(1))
    monkeypatch.setattr(migrating, "_applied", dict)
    migrating.require_current()
    assert done == [1]
    monkeypatch.setattr(migrating, "_applied", lambda: {("people", "0001_initial"): 1})
    with pytest.raises(DatabaseProblem, match="--data"):
        migrating.require_current()
    assert done == [1]
