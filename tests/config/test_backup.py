"""Backup and restore: what comes back is equal, and whatever is not whole is refused before anything is
written."""

import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tandem.config import backup, database, env, restoring


@dataclass
class Installation:
    settings: env.Environment
    address: str


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with database.test_server() as address:
        yield address


@pytest.fixture
def install(server, tmp_path) -> Iterator:
    """Makes installations that share a server, each with a database and a folder of its own."""
    made: list[str] = []

    def make(name: str) -> Installation:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        made.append(name)
        folder = tmp_path / name
        folder.mkdir()
        return Installation(env.read({"TANDEM_DATA": str(folder)}), server.replace("/tandem?", f"/{name}?"))

    yield make
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name}".encode())


@pytest.fixture
def filled(install) -> Installation:
    source = install("source")
    with psycopg.connect(source.address) as connection:
        connection.execute(
            "CREATE TABLE thing (id bigserial PRIMARY KEY, name text, at timestamptz, cost numeric, b bytea)"
        )
        connection.execute(
            "CREATE TABLE part (id bigserial PRIMARY KEY, thing bigint REFERENCES thing, f float8)"
        )
        connection.execute(
            "INSERT INTO thing (name, at, cost, b) SELECT '部件 ' || n, now() - n * interval '1 h', n / "
            "7.0, '\\x00ff'"
            " FROM generate_series(1, 500) n"
        )
        connection.execute("INSERT INTO part (thing, f) SELECT id, 1.0 / id FROM thing")
    (source.settings.data / "files" / "ab").mkdir(parents=True)
    (source.settings.data / "files" / "ab" / "plan.bin").write_bytes(bytes(range(256)) * 999)
    (source.settings.data / "files" / "空 name.txt").write_text("hello")
    env.secret_key(source.settings)
    return source


@pytest.fixture
def archive(filled, tmp_path) -> Path:
    backup.write(filled.settings, filled.address, tmp_path / "b.tandem")
    return tmp_path / "b.tandem"


def content(one: Installation) -> dict:
    with psycopg.connect(one.address) as connection:
        return backup.digests(connection)


def files(one: Installation) -> dict:
    paths = one.settings.data.rglob("*")
    return {path.relative_to(one.settings.data): path.read_bytes() for path in paths if path.is_file()}


def test_what_is_restored_is_equal(filled, archive, install):
    target = install("target")
    summary = restoring.read(target.settings, target.address, archive)
    assert content(target) == content(filled)
    assert content(target)["public.thing"]["rows"] == 500
    assert files(target) == files(filled)
    assert summary.rows == 1000
    with psycopg.connect(target.address) as connection:  # sequences went along
        assert connection.execute("INSERT INTO thing (name) VALUES ('n') RETURNING id").fetchone() == (501,)


def test_a_digest_notices_one_changed_value(filled):
    before = content(filled)
    with psycopg.connect(filled.address) as connection:
        connection.execute("UPDATE part SET f = f + 1e-9 WHERE id = 77")
    after = content(filled)
    assert before["public.part"] != after["public.part"]
    assert before["public.thing"] == after["public.thing"]


def test_a_backup_is_for_its_owner_only_and_replaces_nothing(filled, archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with pytest.raises(backup.BadBackup, match="--force"):
        backup.write(filled.settings, filled.address, archive)
    backup.write(filled.settings, filled.address, archive, force=True)
    assert [path.name for path in archive.parent.glob("*.part")] == []


def test_a_filled_installation_is_not_overwritten(filled, archive):
    before = content(filled)
    with pytest.raises(backup.BadBackup, match="empty"):
        restoring.read(filled.settings, filled.address, archive)
    assert content(filled) == before


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_flipped_byte_is_found_before_anything_is_written(archive, install, where):
    target = install("target")
    raw = bytearray(archive.read_bytes())
    raw[int(len(raw) * where)] ^= 0x55
    archive.write_bytes(raw)
    with pytest.raises(backup.BadBackup):
        restoring.read(target.settings, target.address, archive)
    assert content(target) == {}
    assert files(target) == {}


def test_a_truncated_or_foreign_file_is_refused(archive, install, tmp_path):
    target = install("target")
    cut = tmp_path / "cut"
    cut.write_bytes(archive.read_bytes()[:5000])
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as other:
        other.writestr("hello.txt", "hello")
    for one in (cut, foreign):
        with pytest.raises(backup.BadBackup, match="damaged or is no backup"):
            restoring.read(target.settings, target.address, one)


def changed(archive: Path, target: Path, change) -> Path:
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        change(manifest)
        for name in old.namelist():
            if name != "manifest.json":
                new.writestr(name, old.read(name))
        if manifest["files"][-1]["size"] == 1:
            new.writestr(manifest["files"][-1]["path"], "x")
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def test_a_newer_backup_is_refused(archive, install, tmp_path):
    target = install("target")
    newer = changed(archive, tmp_path / "newer", lambda m: m.update(migrations=["people.0999_future"]))
    with pytest.raises(backup.BadBackup, match=r"newer Tandem \(it has people.0999_future"):
        restoring.read(target.settings, target.address, newer)
    assert content(target) == {}


@pytest.mark.parametrize("path", ["../evil", "files/../../evil", "/etc/evil", "cache/x"])
def test_a_path_that_leads_out_is_refused(archive, install, tmp_path, path):
    import hashlib

    target = install("target")
    entry = {"path": path, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    evil = changed(archive, tmp_path / "evil.zip", lambda m: m["files"].append(entry))
    with pytest.raises(backup.BadBackup):
        restoring.read(target.settings, target.address, evil)
    assert content(target) == {}


def test_a_full_disk_leaves_no_half_backup(filled, tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 0})())
    monkeypatch.setattr(backup, "_write_files", full)
    with pytest.raises(backup.BadBackup, match="is full"):
        backup.write(filled.settings, filled.address, tmp_path / "b")
    assert not list(tmp_path.glob("*b*part")) and not (tmp_path / "b").exists()


def test_a_database_that_ends_in_the_middle_leaves_no_half_backup(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "client", lambda name, address: (["false"], {}))
    with pytest.raises(backup.BadBackup, match="could not be read"):
        backup.write(filled.settings, filled.address, tmp_path / "b")
    assert list(tmp_path.glob(".b*")) == []


def test_an_older_server_is_spared_the_one_setting_that_it_does_not_know():
    from io import BytesIO

    class Kept(BytesIO):
        def close(self):
            self.written = self.getvalue()

    data = b"COPY t FROM stdin;\nSET transaction_timeout of the text\n"
    target = Kept()
    restoring._pass_on(BytesIO(b"SET lock_timeout = 0;\nSET transaction_timeout = 0;\n" + data), target)
    assert target.written == b"SET lock_timeout = 0;\n" + data
