"""`tandem packs`: what it asks the API and what it says."""

import json

import pytest
from click.testing import CliRunner

from tandem.config import cli, pack_commands

CONTENT = {"controls": [{"key": "access", "name": "Rights \x1b[31m"}], "risks": [], "kpis": []}


class FakeApi:
    posted = []

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def rows(self, path, most=200, **query):
        return {
            "packs/": [{"id": 12, "name": "Ports \x1b[31m", "description": "Quays"}], "projects/": [{"id": 9}],
            "pack-versions/": [{"id": 1, "number": 1, "content": {"controls": []}}, {"id": 2, "number": 2, "content": CONTENT}],
            "pack-uses/": [{"id": 3, "pack": "software", "pack_version_id": None}, {"id": 4, "pack": "own-12", "pack_version_id": 1}],
        }[path]  # fmt: skip

    def get(self, path, **query):
        return {
            "shipped-packs/": {"items": [{"key": "retail", "name": "Retail", "purpose": "Tills", "content": CONTENT}]}, "packs/12/": {"id": 12, "name": "Ports", "description": "Quays"},
            "pack-uses/4/differences/": {"newest_id": 2, "items": [{"what": "changed", "section": "controls", "key": "access"}]},
        }[path]  # fmt: skip

    def post(self, path, body, row=None):
        self.posted.append((path, body))
        return {"id": 12, "number": 2}


@pytest.fixture
def ask(monkeypatch):
    FakeApi.posted.clear()
    monkeypatch.setattr(pack_commands, "Api", FakeApi)
    monkeypatch.setattr(pack_commands, "written", lambda api, path, body, row, is_post: api.posted.append((path, body)) or {})

    def run(*words, code=0, given=None):
        done = CliRunner().invoke(cli.tandem, ["packs", *words], input=given)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_packs_are_listed_with_those_that_come_along(ask):
    said = ask("list")
    assert "Ports" in said and "retail" in said and "\x1b" not in said


def test_what_a_project_lacks_of_its_packs_is_brought_in(ask):
    assert "On record." in ask("complete", "POR")
    assert FakeApi.posted == [("pack-uses/3/completions/", {}), ("pack-uses/4/completions/", {})]


def test_a_pack_is_printed_as_a_file_and_written_from_one(ask, tmp_path):
    assert json.loads(ask("show", "retail"))["name"] == "Retail"
    assert json.loads(ask("show", "12")) == {"name": "Ports", "purpose": "Quays", **CONTENT}
    assert json.loads(ask("show", "12", "--version", "1"))["controls"] == []
    ask("show", "12", "--version", "9", code=1)
    ask("show", "magic", code=1)
    file = tmp_path / "ours.yaml"
    file.write_text("name: Häfen\n", "utf-8")
    assert "Pack 12" in ask("write", str(file), "--in", "har")
    assert "Version 2" in ask("write", str(file), "--of", "12", "--note", "Storms")
    assert FakeApi.posted == [("packs/", {"space_id": 7, "text": "name: Häfen\n", "note": ""}), ("packs/12/versions/", {"text": "name: Häfen\n", "note": "Storms"})]
    ask("write", str(file), code=2)
    file.write_bytes(b"\xff\xfe\x00")
    ask("write", str(file), "--in", "har", code=1)


def test_a_project_takes_a_pack_and_is_brought_to_its_newest_version(ask):
    ask("use", "12", "por")
    ask("use", "retail", "por")
    assert FakeApi.posted == [("pack-uses/", {"project_id": 9, "pack": "own-12"}), ("pack-uses/", {"project_id": 9, "pack": "retail"})]
    FakeApi.posted.clear()
    assert "Nothing is newer" in ask("upgrade", "por", given="n\n") and not FakeApi.posted
    assert "--yes" in ask("upgrade", "por", "--json", code=2) and not FakeApi.posted
    assert "access" in ask("upgrade", "por", "--yes")
    assert FakeApi.posted == [("pack-uses/4/upgrades/", {"pack_version_id": 2})]
