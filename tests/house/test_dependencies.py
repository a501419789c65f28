"""Each dependency has its reason, and no dependency is left that nobody imports."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions

from tests.house.source import HOUSE, ROOT

#: not imported by us: another part finds them by their presence
TOOLS = {
    "argon2-cffi": "Django's hasher imports it",
    "qrcode": "the sign-in library draws with it",
    "tzdata": "Python reads time zones from it",
}


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


def _imported() -> set[str]:
    """First names of what the program imports, and of what its settings name as an app, a middleware or a backend."""
    found = set()
    for file in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    settings = (HOUSE / "config" / "settings.py").read_text()
    # PostgreSQL's programs are looked for by the name of their package, not loaded as a module
    found |= set(re.findall(r'find_spec\("(\w+)"\)', (HOUSE / "config" / "postgres.py").read_text()))
    return found | set(re.findall(r'"([a-z_0-9]+)[."]', settings))


def _runtime() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[\[<>=~!;@ ]", one, maxsplit=1)[0].lower() for one in project["dependencies"]}


def test_every_runtime_dependency_is_imported_or_is_a_tool_of_another():
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(package.lower().replace("_", "-"), set()).add(module)
    imported = _imported()
    unused = {name for name in _runtime() if not modules.get(name, set()) & imported}
    assert unused == set(TOOLS)


def test_every_dependency_has_a_line_of_reason():
    assert _named() - set(_reasons()) == set()


def test_no_reason_is_left_over():
    assert set(_reasons()) - _named() == set()


def test_the_reasons_say_something():
    assert all(len(why) > 15 for why in _reasons().values())
