"""Who may import whom: the contracts in pyproject.toml hold, and no room is left out of them."""

import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT, sources


def test_every_layer_knows_only_those_below_it():
    tool = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]


def test_kit_stays_small():
    assert len([one for one in sources("kit") if one.path != "kit/__init__.py"]) <= 10


def test_names_that_say_nothing_are_not_used():
    empty = {"utils.py", "helpers.py", "common.py", "services.py", "managers.py", "misc.py"}
    assert not [one.path for one in sources() if one.path.rsplit("/", 1)[-1] in empty]


def test_every_file_says_what_it_is_for():
    bare = [one.path for one in sources() if one.text.strip() and not one.text.lstrip().startswith('"""')]
    assert not bare
