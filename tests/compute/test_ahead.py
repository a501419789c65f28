"""The kernels are compiled before anybody waits for them: once for each version, each family by itself."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tandem.compute import ahead, worker
from tandem.config.compute_commands import prepare


@pytest.fixture
def done(monkeypatch, tmp_path):
    """Families that only say that they were asked for."""
    found = []
    families = {name: lambda name=name: found.append(name) for name in ("first", "second")}
    monkeypatch.setattr(ahead, "FAMILIES", families)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    return found


def test_each_family_is_compiled_once(done):
    assert not ahead.is_compiled("first")
    assert list(ahead.compiled_ahead()) == done == ["first", "second"]
    assert ahead.is_compiled("first")
    assert ahead.compiled_ahead() == {}
    assert len(done) == 2


def test_what_was_stopped_goes_on_where_it_was(done, monkeypatch):
    def broken():
        raise KeyboardInterrupt

    monkeypatch.setitem(ahead.FAMILIES, "second", broken)
    with pytest.raises(KeyboardInterrupt):
        ahead.compiled_ahead()
    assert (ahead.is_compiled("first"), ahead.is_compiled("second")) == (True, False)


def test_another_version_of_the_code_is_compiled_anew(done, monkeypatch):
    ahead.compiled_ahead()
    monkeypatch.setattr(ahead, "_version", lambda: "another")
    assert not ahead.is_compiled("first")
    assert len(ahead.compiled_ahead()) == 2


def test_without_a_cache_nothing_is_kept(done, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    ahead.compiled_ahead()
    assert not ahead.is_compiled("first")


def test_the_command_says_how_long_each_took(done, monkeypatch):
    monkeypatch.setattr(worker, "give_way", lambda: None)
    told = CliRunner().invoke(prepare.command)
    assert (told.exit_code, [line.split(":")[0] for line in told.stderr.splitlines()]) == (0, ["first", "second"])
    assert CliRunner().invoke(prepare.command).stderr == "The core is compiled already.\n"


def test_the_case_of_selection_has_a_choice():
    """The one case that could be refused: it would stop all families after it."""
    ahead.FAMILIES["selection"]()


LEFT = """
import importlib, pkgutil
import tandem.compute
from tandem.compute import ahead, worker

ahead.compiled_ahead(print)
for found in pkgutil.walk_packages(tandem.compute.__path__, "tandem.compute."):
    if found.name.endswith("kernel"):
        module = importlib.import_module(found.name)
        for name, kernel in vars(module).items():
            if getattr(kernel, "py_func", None) and not kernel.signatures:
                print("LEFT", found.name, name)
"""


@pytest.mark.slow
def test_no_kernel_is_left_out(tmp_path):
    """In a process and a cache of its own: what an inner kernel needs is compiled only where its caller is."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LEFT], env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert [line for line in told if line.startswith("LEFT")] == []
    assert len(told) == len(ahead.FAMILIES)
