"""What numba compiled in one clone the next one finds, if its sources are the same to the letter."""

import tempfile
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator

from tests import compiled

KERNEL = "def add(a, b):\n    return a + b\n"


@pytest.fixture(autouse=True)
def _machine(tmp_path, monkeypatch):
    (tmp_path / "machine").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "machine"))
    monkeypatch.setattr(compiled, "_mark", "compiled-{}-1".format)


def clone(place: Path, monkeypatch, kernel: str = KERNEL) -> Path:
    """We stand in it from now on; where numba would keep what it compiles of the kernel."""
    core, here = place / "src/tandem/compute", place / ".pytest_cache/numba"
    (core / "likeness").mkdir(parents=True)
    (core / "likeness/kernel.py").write_text(kernel)
    monkeypatch.setattr(compiled, "CORE", core)
    monkeypatch.setattr(compiled, "HERE", here)
    return here / UserProvidedCacheLocator.get_suitable_cache_subpath(str(core / "likeness/kernel.py"))


def compile_all(room: Path) -> None:
    room.mkdir(parents=True)
    (room / "kernel.add.nbi").write_bytes(b"machine code")
    for family in (one for half in compiled._HALVES for one in half):
        (compiled.HERE / compiled._mark(family)).touch()


def test_another_clone_finds_it_under_its_own_names(tmp_path, monkeypatch):
    compile_all(clone(tmp_path / "one", monkeypatch))
    compiled.keep()
    room = clone(tmp_path / "two", monkeypatch)
    compiled.fetch()
    assert (room / "kernel.add.nbi").read_bytes() == b"machine code"
    assert all(
        (compiled.HERE / compiled._mark(family)).exists() for half in compiled._HALVES for family in half
    )


def test_other_sources_find_nothing(tmp_path, monkeypatch):
    compile_all(clone(tmp_path / "one", monkeypatch))
    compiled.keep()
    clone(tmp_path / "two", monkeypatch, KERNEL.replace("+", "-"))
    compiled.fetch()
    assert not compiled.HERE.exists()


def test_half_of_it_is_not_kept(tmp_path, monkeypatch):
    compile_all(clone(tmp_path / "one", monkeypatch))
    (compiled.HERE / compiled._mark("portfolio")).unlink()
    compiled.keep()
    clone(tmp_path / "two", monkeypatch)
    compiled.fetch()
    assert not compiled.HERE.exists()


def test_every_family_is_in_one_half():
    from tandem.compute import ahead

    assert sorted(one for half in compiled._HALVES for one in half) == sorted(ahead.FAMILIES)
