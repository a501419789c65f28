"""Every real export: the readers' facts equal an independent count, or the file is refused with the reason."""

from pathlib import Path

import pytest

from tandem.exchange.formats import Unreadable, mpxj, open_source
from tandem.exchange.formats.facts import facts
from tandem.exchange.records import ItemRecord
from tests.conftest import DATA
from tests.drawn import drawn
from tests.exchange.independent_count import count

FOLDERS = ("jira-csv", "jira-xml", "trello", "msproject")
FILES = [p for name in FOLDERS for p in sorted((DATA / name).glob("*")) if p.suffix != ".md"]
REFUSED = {
    ".mpp": "not_read", ".mpx": "not_read", ".xer": "not_read", ".planner": "not_read",
    ".gan": "not_read", ".xml": "not_read",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not FILES, reason="no real files on this machine")


@pytest.fixture(autouse=True)
def _without_mpxj(monkeypatch):
    """As on a machine without the extra: what only MPXJ reads is refused."""
    monkeypatch.setattr(mpxj, "is_there", lambda: False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_facts_equal_an_independent_count(path: Path):
    expected = count(path)
    if expected is None:
        with pytest.raises(Unreadable) as refusal:
            open_source(path)
        assert refusal.value.code == REFUSED[path.suffix]
        assert len(str(refusal.value)) > 40, "a refusal says what to do"
        return
    source = open_source(path)
    assert facts(source.records(), source.info) == expected


@pytest.mark.parametrize("path", drawn([p for p in FILES if count(p)], 4, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_a_second_walk_yields_the_same_records_and_the_same_left_overs(path: Path):
    source = open_source(path)
    first, left = list(source.records()), source.not_taken
    assert list(source.records()) == first
    assert source.not_taken == left
    assert list(open_source(path).records()) == first


@pytest.mark.parametrize("path", drawn([p for p in FILES if count(p)], 4, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_references_point_into_the_file_and_parents_never_lead_in_circles(path: Path):
    items = {r.source_id: r for r in open_source(path).records() if isinstance(r, ItemRecord)}
    assert "" not in items
    for item in items.values():
        seen = set()
        while item.parent_source_id:
            assert item.source_id not in seen
            seen.add(item.source_id)
            item = items[item.parent_source_id]
