"""The dump of the migrated database is taken only from a folder that nobody else made or can write into."""

import os
import tempfile

import pytest

from tests import migrated

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"  # whoever tried to fill it would fail


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"tandem-migrated-{os.geteuid()}"


def planted(folder, mode=0o700) -> None:
    """A folder with a dump of the right name, as somebody may have put it there."""
    migrated._dump().write_bytes(b"anything")
    folder.chmod(mode)


def is_refused(folder) -> bool:
    with pytest.warns(UserWarning, match="not a folder of one's own"):
        assert not migrated.make_template(NOWHERE) and not migrated.fill(NOWHERE)
        migrated.keep(NOWHERE)
    return True


def test_one_of_our_own_is_made_for_us_alone_and_used(folder):
    assert migrated._dump().parent == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert migrated._dump().parent == folder


@pytest.mark.parametrize("mode", [0o701, 0o720, 0o777])
def test_one_that_others_reach_is_refused(folder, mode):
    planted(folder, mode)
    assert is_refused(folder)


def test_one_of_somebody_else_is_refused(folder, monkeypatch):
    uid = os.geteuid()
    planted(folder)
    folder.rename(folder.with_name(f"tandem-migrated-{uid + 1}"))
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    assert is_refused(folder)


def test_one_that_leads_elsewhere_is_refused(folder):
    planted(folder)
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere", target_is_directory=True)
    assert is_refused(folder)


def test_a_file_in_its_place_is_refused(folder):
    folder.touch(mode=0o600)
    assert is_refused(folder)
