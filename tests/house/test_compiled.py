"""What numba compiled is found as long as the sources are the same to the letter, and in this clone alone."""

import os

from tests import compiled


def test_an_edit_of_any_source_leads_to_another_folder(tmp_path):
    (tmp_path / "likeness").mkdir()
    kernel, caller = tmp_path / "likeness/kernel.py", tmp_path / "solve.py"
    kernel.write_text("def add(a, b):\n    return a + b\n")
    caller.write_text("from likeness.kernel import add\n")
    before = compiled.state(tmp_path)
    os.utime(kernel, (0, 0))
    assert compiled.state(tmp_path) == before
    kernel.write_text("def add(a, b):\n    return a - b\n")
    assert compiled.state(tmp_path) != before


def test_it_lies_in_the_clone():
    assert compiled.HERE.is_relative_to(compiled.ROOT) and compiled.HERE.name == f"numba-{compiled.state(compiled.CORE)}"


def test_the_states_that_were_tested_last_are_kept(tmp_path):
    for number in range(5):
        compiled.prepare(tmp_path / f"numba-{number}")
        os.utime(tmp_path / f"numba-{number}", (number, number))
    (tmp_path / "templates").mkdir()
    compiled.prepare(tmp_path / "numba-2")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["numba-2", "numba-3", "numba-4", "templates"]


def test_every_family_is_in_one_half():
    from tandem.compute import ahead

    assert sorted(one for half in compiled._HALVES for one in half) == sorted(ahead.FAMILIES)
