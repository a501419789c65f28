"""Every real file is taken over with the facts that are in it, or refused with the reason."""

import json
from pathlib import Path

import pytest

from tandem.exchange.formats import Unreadable, mpxj
from tandem.exchange.models import ExternalReference, Import
from tandem.history.models import Event
from tandem.people.models import Space
from tandem.work.models import Link, WorkItem
from tests.conftest import DATA
from tests.drawn import drawn
from tests.exchange.files import take_over
from tests.exchange.independent_count import count

FOLDERS = ("trello", "jira-xml", "jira-csv", "msproject")
FILES = [p for name in FOLDERS for p in sorted((DATA / name).glob("*")) if p.suffix != ".md"]
READABLE = [p for p in FILES if p.suffix in (".json", ".csv", ".xml") and count(p)]

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not FILES, reason="no real files on this machine")]


@pytest.fixture(autouse=True)
def _without_mpxj(monkeypatch):
    """As on a machine without the extra: what only MPXJ reads is refused."""
    monkeypatch.setattr(mpxj, "is_there", lambda: False)


@pytest.mark.parametrize("path", drawn(READABLE, 9, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_facts_in_the_database_equal_an_independent_count(world, path: Path):
    report = take_over(path, actor=world.alma)
    assert report["facts"] == count(path)
    assert report["created"] == report["facts"]["items"]
    assert all(row["why"] != row["code"] for row in report["not_taken_over"]), "a reason without words"
    json.dumps(report)


@pytest.mark.parametrize("path", drawn([p for p in FILES if p not in READABLE], 4, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_what_cannot_be_read_is_refused_and_leaves_nothing(world, path: Path):
    before = Space.objects.count(), WorkItem.objects.count(), Event.objects.count()
    with pytest.raises(Unreadable) as refusal:
        take_over(path, actor=world.alma)
    assert len(str(refusal.value)) > 40, "a refusal says what to do"
    assert (Space.objects.count(), WorkItem.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize("path", drawn(READABLE, 9, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_the_same_file_again_changes_nothing(world, path: Path):
    first = take_over(path, actor=world.alma)
    counted = (WorkItem, ExternalReference, Link, Space)
    rows = [model.objects.count() for model in counted]
    events = Event.objects.exclude(verb__startswith="import.").count()
    second = take_over(path, actor=world.alma)
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, first["created"])
    for kind, figures in second["rows"].items():
        assert (figures["created"], figures["updated"]) == (0, 0), kind
    assert [model.objects.count() for model in counted] == rows
    assert Event.objects.exclude(verb__startswith="import.").count() == events
    assert second["facts"] == first["facts"]
    assert second["into"]["id"] == first["into"]["id"]
    assert Import.objects.count() == 2


@pytest.mark.parametrize("path", drawn(READABLE, 9, name=lambda path: path.name, kind=lambda path: path.parent.name))
def test_a_preview_shows_what_the_import_then_does(world, path: Path):
    counted = (Space, WorkItem, Link, ExternalReference, Event)
    before = [model.objects.count() for model in counted]
    shown = take_over(path, actor=world.alma, dry=True)
    assert [model.objects.count() for model in counted] == before
    done = take_over(path, actor=world.alma)
    assert shown.pop("is_preview")
    shown["into"]["id"] = done["into"]["id"]
    assert shown == done
