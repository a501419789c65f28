"""Each dependency has its reason, and no dependency is left that nobody imports."""

import re
import tomllib

from tests.house.source import ROOT


def _named() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"].get("optional-dependencies", {}).values():
        asked += extra
    for group in project.get("dependency-groups", {}).values():
        asked += [one for one in group if isinstance(one, str)]
    return {re.split(r"[\[<>=~!;@ ]", one, maxsplit=1)[0].lower() for one in asked}


def _reasons() -> dict[str, str]:
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text()
    return {
        name.lower(): why.strip()
        for name, why in re.findall(r"^\| `([^`]+)` \| (.+?) \|", page, re.MULTILINE)
    }


def test_every_dependency_has_a_line_of_reason():
    assert _named() - set(_reasons()) == set()


def test_no_reason_is_left_over():
    assert set(_reasons()) - _named() == set()


def test_the_reasons_say_something():
    assert all(len(why) > 15 for why in _reasons().values())
