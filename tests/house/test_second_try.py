"""A test in a browser that fails once and then passes is named; one that fails twice has failed; others have no second try."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST = """
import itertools
count = itertools.count()

def test_comes_and_goes():
    assert next(count)

def test_never_passes():
    assert False, "never"
"""
PLUGIN = "from tests import second_try\nfrom pathlib import Path\nsecond_try.WHERE, second_try.NAMED = Path(__file__).parent / 'browser', Path(__file__).parent / 'named'\nfrom tests.second_try import *\n"


def run(folder: Path, where: str) -> str:
    inside = folder / where
    inside.mkdir(parents=True)
    (inside / "test_once.py").write_text(TEST)
    (folder / "again.py").write_text(PLUGIN)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "again", "-p", "no:django", "-p", "no:cacheprovider", "--rootdir", str(folder), str(inside)]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": ""}, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def test_what_passes_the_second_time_is_named_and_what_fails_twice_has_failed(tmp_path):
    said = run(tmp_path, "browser")
    assert "1 failed, 1 passed" in said
    assert "passed at the second try" in said and "test_comes_and_goes" in said.partition("passed at the second try")[2]
    run(tmp_path, "work")  # another session of the same run
    assert (tmp_path / "named").read_text().strip().endswith("test_comes_and_goes")


def test_nothing_else_has_a_second_try(tmp_path):
    assert "2 failed" in run(tmp_path, "work")
