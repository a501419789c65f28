"""Plans that only MPXJ reads: their tasks, links and people are those that the folder's own list counts; hostile ones are refused."""

import re

import pytest

from tandem.exchange.formats import Unreadable, mpxj, open_source
from tandem.exchange.formats.facts import facts
from tests.conftest import DATA

FOLDER = DATA / "msproject"
FILES = [path for path in sorted(FOLDER.glob("*")) if path.suffix in (".mpp", ".mpx", ".xer", ".planner", ".gan")]
QUICK = ("sample.mpp", "project1.planner", "resource-rates-test.xer")
pytestmark = pytest.mark.skipif(not mpxj.is_there(), reason="MPXJ or Java is not installed")


def listed(name):
    """Tasks, links and resources as the README of the folder gives them."""
    row = next(line for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} "))
    return [int(re.search(rf"(\d+) {word}", row)[1]) for word in ("tasks", "links", "resources")]


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
@pytest.mark.parametrize("path", [pytest.param(one, marks=() if one.name in QUICK else pytest.mark.slow) for one in FILES], ids=lambda path: path.name)
def test_a_converted_plan_has_what_its_list_counts(path):
    source = open_source(path)
    told = facts(source.records(), source.info)
    assert [told["tasks"], told["links"], told["resources"]] == listed(path.name)
    assert "through_mpxj" in [note.code for note in source.notes]


def test_a_file_that_only_begins_like_a_plan_is_refused_with_the_reason(tmp_path):
    (tmp_path / "plan.mpp").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(Unreadable) as refusal:
        open_source(tmp_path / "plan.mpp")
    assert refusal.value.code == "mpxj_failed"
    assert "MSPDI" in str(refusal.value)


def test_a_conversion_that_does_not_end_is_ended(tmp_path, monkeypatch):
    (tmp_path / "plan.mpp").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    monkeypatch.setattr(mpxj, "SECONDS", 0.01)
    with pytest.raises(Unreadable) as refusal:
        open_source(tmp_path / "plan.mpp")
    assert refusal.value.code == "too_much_time"
