"""Order within a column: a card stands where it was put, however often the same gap is used."""

from tandem.work.actions import ranks, work_items
from tandem.work.models import WorkItem
from tests import make


def order(project):
    return list(WorkItem.objects.filter(space=project.space).in_backlog_order().values_list("title", flat=True))


def test_a_gap_that_is_halved_a_hundred_times_still_takes_cards_in_order(world):
    items = [make.work_item(actor=world.boris, project=world.project, title=str(n)) for n in range(4)]
    for n in range(100):
        moved = items[2 + n % 2]
        moved.refresh_from_db()
        items[0].refresh_from_db()
        work_items.move(actor=world.boris, item=moved, version=moved.version, state=moved.state, after=items[0])
        assert order(world.project)[:2] == ["0", moved.title]


def test_rows_with_equal_ranks_make_room(world):
    items = [make.work_item(actor=world.boris, project=world.project, title=str(n)) for n in range(80)]
    WorkItem.objects.filter(space=world.project.space).update(rank=0)
    moved = items[79]
    moved.refresh_from_db()
    items[0].refresh_from_db()
    work_items.move(actor=world.boris, item=moved, version=moved.version, state=moved.state, after=items[0])
    assert order(world.project) == ["0", "79", *[str(n) for n in range(1, 79)]]


def test_thousands_of_equal_ranks_make_room_as_well(world, monkeypatch):
    monkeypatch.setattr(ranks, "_FEW", 4)
    monkeypatch.setattr(ranks, "_MOST", 8)
    items = [make.work_item(actor=world.boris, project=world.project, title=str(n)) for n in range(30)]
    WorkItem.objects.filter(space=world.project.space).update(rank=0)
    moved = items[29]
    moved.refresh_from_db()
    items[0].refresh_from_db()
    work_items.move(actor=world.boris, item=moved, version=moved.version, state=moved.state, after=items[0])
    assert order(world.project) == ["0", "29", *[str(n) for n in range(1, 29)]]


def test_the_top_of_a_column_is_before_everything(world):
    items = [make.work_item(actor=world.boris, project=world.project, title=str(n)) for n in range(3)]
    work_items.move(actor=world.boris, item=items[2], version=1, state=items[2].state, to_top=True)
    assert order(world.project) == ["2", "0", "1"]
