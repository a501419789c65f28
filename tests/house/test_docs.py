"""The documentation is tested: what the program has, the reference names."""

import re
from pathlib import Path

import click
import pytest

from tandem.config import cli, env
from tandem.exchange.formats.sniff import FORMATS
from tandem.history.verbs import VERBS
from tandem.people.access import Permission
from tandem.people.models import Role
from tests.house.source import ROOT

REFERENCE = ROOT / "docs" / "reference"


def _headings(name: str) -> set[str]:
    return {
        h.strip().strip("`")
        for h in re.findall(r"^#{2,4} (.+)$", (REFERENCE / name).read_text(), re.MULTILINE)
    }


def _commands(group: click.Group, prefix: str = "tandem") -> list[str]:
    found = []
    for name, command in group.commands.items():
        full = f"{prefix} {name}"
        found += _commands(command, full) if isinstance(command, click.Group) else [full]
    return found


def test_every_setting_has_its_heading():
    assert {one.name for one in env.SETTINGS} - _headings("settings.md") == set()


def test_every_permission_has_its_heading():
    assert {str(one) for one in Permission} - _headings("permissions.md") == set()


def test_every_role_has_its_heading():
    assert {str(role.label) for role in Role} - _headings("permissions.md") == set()


def test_every_event_has_its_heading():
    assert set(VERBS) - _headings("events.md") == set()


def test_every_command_has_its_heading():
    assert set(_commands(cli.tandem)) - _headings("cli.md") == set()


def test_every_noun_of_the_api_has_its_heading():
    from tandem.api.routes import NOUNS

    assert set(NOUNS) - _headings("api.md") == set()


def test_nothing_is_described_that_is_not_there():
    assert _headings("events.md") <= set(VERBS) | {v.split(".")[0] for v in VERBS}
    assert {h for h in _headings("settings.md") if h.startswith("TANDEM_")} <= {
        one.name for one in env.SETTINGS
    }
    assert {h for h in _headings("cli.md") if h.startswith("tandem ")} <= set(_commands(cli.tandem))


def test_every_importer_is_described():
    described = {word for heading in _headings("imports.md") for word in re.findall(r"[\w-]+", heading)}
    assert set(FORMATS) - described == set()


def _pages() -> list[Path]:
    return [page for page in (ROOT / "docs").rglob("*.md") if "house.md" not in page.name]


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} → {target}"
