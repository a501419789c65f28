"""`tandem work many`: shown and asked before anything is done, all or none, taken back as one."""

import json

import pytest

from tandem.work.models import WorkItem
from tests import make
from tests.config.test_work_commands import home, run, work  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_are_shown_asked_for_changed_and_taken_back(work, world):  # noqa: F811
    for n in range(3):
        make.work_item(actor=world.mei, project=world.project, title=f"Item {n}", labels=["old"])
    said = work("many", "label:old", "--set", "priority=low", given="n\n")
    assert "priority: None → 4" in said and not WorkItem.objects.filter(priority=4).exists()
    made = json.loads(work("many", "label:old", "--set", "priority=low", "--yes", "--json"))
    assert made["count"] == 3 and WorkItem.objects.filter(priority=4).count() == 3
    assert "Taken back: 3" in work("undo", made["id"])
    assert "finds nothing" in work("many", "label:new", "--set", "priority=low", code=1)
    assert "--set" in work("many", "label:old", code=2)
    make.work_item(actor=world.mei, project=world.project, title="Part", parent=WorkItem.objects.get(key="POR-1"))
    made = make.project(actor=world.alma, name="Yard", key="YAR")
    assert WorkItem.objects.filter(space=made.space).count() == 0
    assert work("many", "label:old", "--to", "YAR", "--yes", code=1), "a project that Mei does not see"
