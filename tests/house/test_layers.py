"""Who may import whom: the contracts in pyproject.toml hold, and no room is left out of them."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT, sample, sources


def test_every_layer_knows_only_those_below_it():
    tool = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]


def test_pages_and_api_hear_from_the_core_only_through_planning_and_reports():
    assert [line for line in map(_asks_the_core, sources("web", "api")) if line] == []


def test_a_door_that_asks_the_core_itself_is_found():
    assert _asks_the_core(sample("from tandem.compute.flow import sprint"))
    assert _asks_the_core(sample("import tandem.compute.solve"))
    assert not _asks_the_core(sample("from tandem.compute.likeness import alike"))


def _asks_the_core(source):
    """Likeness and priority are formulas and text, open to all."""
    for node in ast.walk(source.tree):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        for name in names:
            if name.startswith("tandem.compute") and not name.startswith(
                ("tandem.compute.priority", "tandem.compute.likeness")
            ):
                return f"{source.path}:{node.lineno} {name}"
    return None


def test_kit_stays_small():
    assert len([one for one in sources("kit") if one.path != "kit/__init__.py"]) <= 10


def test_names_that_say_nothing_are_not_used():
    empty = {"utils.py", "helpers.py", "common.py", "services.py", "managers.py", "misc.py"}
    assert not [one.path for one in sources() if one.path.rsplit("/", 1)[-1] in empty]


def test_every_file_says_what_it_is_for():
    bare = [one.path for one in sources() if one.text.strip() and not one.text.lstrip().startswith('"""')]
    assert not bare
