"""Whoever waits for the compiler is told why, once, and never in the middle of the answer."""

import os
import subprocess
import sys

from tandem.config.compute_commands.compiling import WORDS


def alike(file, cache):
    return subprocess.run(
        [sys.executable, "-m", "tandem.config.cli", "compute", "alike", str(file), "--at-least", "0.5", "--json"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_the_first_use_says_that_it_compiles_and_the_second_does_not(tmp_path):
    file, cache = tmp_path / "titles.csv", tmp_path / "cache"
    file.write_text("title\nLogin fails on Safari\nLogin fails in Safari\n")
    first, second = alike(file, cache), alike(file, cache)
    assert first.returncode == second.returncode == 0
    assert first.stderr.count(WORDS) == 1
    assert WORDS not in second.stderr
    assert first.stdout == second.stdout
