"""Whoever waits for the compiler is told why, once, and never in the middle of the answer."""

import os
import subprocess
import sys
import warnings

import pytest
from click.testing import CliRunner

from tandem.compute import kernel
from tandem.compute.errors import Compiling
from tandem.compute.kernel import WORDS
from tandem.config import compute_commands


def alike(file, cache):
    return subprocess.run(
        [sys.executable, "-m", "tandem.config.cli", "compute", "alike", str(file), "--at-least", "0.5", "--json"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.mark.slow  # it compiles all of it; the quick ones hear the same warning without
def test_the_first_use_says_that_it_compiles_and_the_second_does_not(tmp_path):
    file, cache = tmp_path / "titles.csv", tmp_path / "cache"
    file.write_text("title\nLogin fails on Safari\nLogin fails in Safari\n")
    first, second = alike(file, cache), alike(file, cache)
    assert first.returncode == second.returncode == 0
    assert first.stderr.count(WORDS) == 1
    assert WORDS not in second.stderr
    assert first.stdout == second.stdout


class Event:
    """What numba tells of a function that it begins to compile."""

    def __init__(self, module):
        function = lambda: None  # noqa: E731
        function.__module__ = module
        self.data = {"dispatcher": type("Dispatcher", (), {"py_func": function})}


def test_a_notebook_is_warned_once_and_only_of_our_own_kernels():
    teller = kernel._Teller()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for module in ("their.notebook", "tandem.compute.likeness.kernel", "tandem.compute.likeness.kernel"):
            teller.on_start(Event(module))
    assert [(one.category, str(one.message)) for one in seen] == [(Compiling, WORDS)]


@pytest.mark.parametrize("name", ["select", "rank", "forecast", "bench", "schedule", "alike"])
def test_every_command_says_that_it_compiles(name, tmp_path, monkeypatch):
    """Whatever the command: the group hears the warning of the kernels, and passes other warnings on."""
    asked = compute_commands.compute.commands[name]

    def compiles(**_):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(Compiling(WORDS), stacklevel=1)

    monkeypatch.setattr(asked, "callback", compiles)
    (tmp_path / "file").write_text("")
    told = CliRunner().invoke(compute_commands.compute, [name, "cpm" if name == "bench" else str(tmp_path / "file")])
    assert (told.exit_code, told.stderr) == (0, WORDS + "\n"), told.output
