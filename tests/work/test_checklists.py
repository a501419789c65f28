"""Checklists: what is typed and pasted, ticking, order, taking away and back, and becoming a part."""

from datetime import date

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import checklists, work_items
from tandem.work.models import ChecklistEntry
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project)


def texts(item):
    return list(ChecklistEntry.objects.present().filter(item=item).in_order().values_list("text", flat=True))


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_each_line_is_an_entry_and_the_marks_of_lists_are_read(world, item):
    rows = checklists.add(actor=world.mei, item=item, text="- [ ] Call the yard\r\n\n* [x]  Measure \n 测量泊位\n-\n")
    assert [(r.text, r.is_done) for r in rows] == [("Call the yard", False), ("Measure", True), ("测量泊位", False)]
    assert rows[1].done_by == world.mei and rows[1].done_at
    assert texts(item) == ["Call the yard", "Measure", "测量泊位"]
    assert Event.objects.filter(verb="checklist.added").count() == 3
    assert code(lambda: checklists.add(actor=world.mei, item=item, text=" \n - \n")) == "title_empty"


def test_a_list_has_an_end_and_an_entry_is_cut(world, item):
    rows = checklists.add(actor=world.mei, item=item, text="\n".join("x" * 900 for _ in range(ChecklistEntry.MOST)))
    assert {len(r.text) for r in rows} == {500}
    assert code(lambda: checklists.add(actor=world.mei, item=item, text="one more")) == "entries_too_many"
    assert len(texts(item)) == ChecklistEntry.MOST


def test_ticking_says_who_and_when_and_a_stale_change_loses_nothing(world, item):
    entry = checklists.create(actor=world.mei, item=item, text="Measure", owner=world.boris, due_on=date(2027, 2, 12))
    entry = checklists.change(actor=world.boris, entry=entry, version=1, is_done=True)
    assert (entry.is_done, entry.done_by) == (True, world.boris) and entry.done_at
    with pytest.raises(Stale):
        checklists.change(actor=world.mei, entry=ChecklistEntry.objects.get(pk=entry.pk), version=1, text="Other")
    entry = checklists.change(actor=world.mei, entry=entry, version=2, is_done=False)
    assert (entry.done_by, entry.done_at) == (None, None)
    verbs = list(Event.objects.of(entry).order_by("id").values_list("verb", flat=True))
    assert verbs == ["checklist.added", "checklist.ticked", "checklist.unticked"]
    assert code(lambda: checklists.change(actor=world.mei, entry=entry, version=None, item=item)) == "field_unknown"


def test_an_owner_is_somebody_who_sees_the_item(world, item):
    assert code(lambda: checklists.create(actor=world.mei, item=item, text="x", owner=world.dana)) == "person_outside"
    entry = checklists.create(actor=world.mei, item=item, text="x")
    assert code(lambda: checklists.change(actor=world.mei, entry=entry, version=None, owner=world.dana)) == "person_outside"


def test_entries_change_places(world, item):
    a, b, c = checklists.add(actor=world.mei, item=item, text="a\nb\nc")
    checklists.move(actor=world.mei, entry=c, version=None)
    assert texts(item) == ["c", "a", "b"]
    checklists.step(actor=world.mei, entry=c, is_up=True)
    assert texts(item) == ["c", "a", "b"], "at the top nothing happens"
    checklists.step(actor=world.mei, entry=c, is_up=False)
    assert texts(item) == ["a", "c", "b"]
    b.refresh_from_db()
    checklists.step(actor=world.mei, entry=b, is_up=True)
    assert texts(item) == ["a", "b", "c"]
    (alien,) = checklists.add(actor=world.mei, item=make.work_item(actor=world.boris, project=world.project), text="z")
    assert code(lambda: checklists.move(actor=world.mei, entry=a, version=None, after=alien)) == "choice_unknown"


def test_what_was_removed_comes_back_to_its_place(world, item):
    _a, b, _c = checklists.add(actor=world.mei, item=item, text="a\nb\nc")
    checklists.remove(actor=world.mei, entry=b, version=1)
    assert texts(item) == ["a", "c"]
    assert code(lambda: checklists.remove(actor=world.mei, entry=b)) == "entry_removed"
    assert code(lambda: checklists.change(actor=world.mei, entry=b, version=None, is_done=True)) == "entry_removed"
    checklists.restore(actor=world.mei, entry=b)
    assert texts(item) == ["a", "b", "c"]


def test_an_entry_becomes_a_part_with_owner_and_day_once(world, item):
    entry = checklists.create(actor=world.mei, item=item, text="Measure", owner=world.boris, due_on=date(2027, 2, 12))
    part = checklists.make_part(actor=world.mei, entry=entry)
    assert (part.parent, part.title, part.due_on, part.type.level) == (item, "Measure", date(2027, 2, 12), 1)
    assert list(part.assignees.all()) == [world.boris] and texts(item) == []
    assert code(lambda: checklists.make_part(actor=world.mei, entry=entry)) == "entry_removed"
    entry = ChecklistEntry.objects.get(pk=entry.pk)
    assert code(lambda: checklists.restore(actor=world.mei, entry=entry)) == "entry_became"
    work_items.remove(actor=world.mei, item=part, version=None)
    checklists.restore(actor=world.mei, entry=ChecklistEntry.objects.get(pk=entry.pk))
    assert texts(item) == ["Measure"]


def test_a_reader_changes_nothing_and_a_stranger_finds_nothing(world, item):
    (entry,) = checklists.add(actor=world.mei, item=item, text="a")
    reader = make.user(actor=world.admin, name="Iris", role="stakeholder")
    for person, problem in ((reader, Denied), (world.dana, Hidden)):
        for act in (
            lambda p: checklists.add(actor=p, item=item, text="x"),
            lambda p: checklists.change(actor=p, entry=entry, version=None, is_done=True),
            lambda p: checklists.move(actor=p, entry=entry, version=None),
            lambda p: checklists.remove(actor=p, entry=entry),
            lambda p: checklists.restore(actor=p, entry=entry),
            lambda p: checklists.make_part(actor=p, entry=entry),
        ):
            with pytest.raises(problem):
                act(person)
    assert not ChecklistEntry.objects.visible_to(world.dana).exists()


def test_on_an_item_that_was_removed_nothing_is_written(world, item):
    work_items.remove(actor=world.mei, item=item, version=None)
    assert code(lambda: checklists.add(actor=world.mei, item=item, text="x")) == "item_removed"
