"""Time: logged by oneself or on behalf, the sum, what is left, the way back, and what is refused."""

from datetime import date, timedelta

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.reports.queries import filter_language
from tandem.work.actions import relocations, time_entries, work_items
from tandem.work.models import TimeEntry, WorkItem
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)


def now(item):
    return WorkItem.objects.get(pk=item.pk)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_what_is_logged_adds_up_and_what_is_left_shrinks(world, item):
    assert (now(item).logged_minutes, now(item).remaining_minutes) == (0, 480)
    first = time_entries.log(actor=world.mei, item=item, minutes=90, note=" Berth \n plan ")
    assert (first.user, first.recorded_by, first.day, first.note) == (world.mei, world.mei, clock.today(), "Berth plan")
    time_entries.log(actor=world.boris, item=item, minutes=30, day=clock.today() - timedelta(days=1))
    assert (now(item).logged_minutes, now(item).remaining_minutes, now(item).version) == (120, 360, item.version)
    time_entries.change(actor=world.mei, entry=first, version=1, minutes=600)
    assert (now(item).logged_minutes, now(item).remaining_minutes) == (630, 0)
    first.refresh_from_db()
    time_entries.remove(actor=world.mei, entry=first, version=2)
    assert now(item).logged_minutes == 30
    time_entries.restore(actor=world.mei, entry=first)
    assert now(item).logged_minutes == 630
    verbs = list(Event.objects.of(first).order_by("id").values_list("verb", flat=True))
    assert verbs == ["time.logged", "time.changed", "time.removed", "time.restored"]


def test_what_is_left_may_be_said_and_shrinks_from_there(world, item):
    entry = time_entries.log(actor=world.mei, item=item, minutes=60, remaining_minutes=600)
    assert (now(item).expected_minutes, now(item).remaining_minutes) == (660, 600)
    time_entries.log(actor=world.mei, item=item, minutes=120)
    assert now(item).remaining_minutes == 480
    time_entries.remove(actor=world.mei, entry=entry)
    assert now(item).remaining_minutes == 540
    row = now(item)
    work_items.change(actor=world.mei, item=row, version=None, expected_minutes=time_entries.expected(row, None))
    assert now(item).remaining_minutes == 360, "as estimated again"
    assert code(lambda: time_entries.expected(row, -1)) == "time_unreadable"


def test_an_import_brings_time_along_and_it_counts(world):
    item = make.work_item(actor=world.boris, project=world.project, spent_minutes=60)
    time_entries.log(actor=world.mei, item=item, minutes=30)
    assert (now(item).logged_minutes, now(item).entered_minutes, now(item).remaining_minutes) == (90, 30, None)


def test_of_others_only_who_leads_and_it_says_who_wrote(world, item):
    with pytest.raises(Denied):
        time_entries.log(actor=world.mei, item=item, minutes=30, user=world.boris)
    entry = time_entries.log(actor=world.boris, item=item, minutes=30, user=world.mei)
    assert (entry.user, entry.recorded_by) == (world.mei, world.boris)
    assert Event.objects.of(entry).get().actor == world.boris
    assert code(lambda: time_entries.log(actor=world.boris, item=item, minutes=30, user=world.dana)) == "person_outside"
    time_entries.change(actor=world.mei, entry=entry, version=1, note="Mine")
    theirs = time_entries.log(actor=world.boris, item=item, minutes=5)
    for act in (
        lambda: time_entries.change(actor=world.mei, entry=theirs, version=1, minutes=50),
        lambda: time_entries.remove(actor=world.mei, entry=theirs),
        lambda: time_entries.restore(actor=world.mei, entry=theirs),
    ):
        with pytest.raises(Denied):
            act()
    with pytest.raises(Hidden):
        time_entries.log(actor=world.dana, item=item, minutes=30)
    with pytest.raises(Hidden):
        time_entries.remove(actor=world.dana, entry=theirs)
    assert not TimeEntry.objects.visible_to(world.dana).exists()


def test_what_cannot_be_is_refused(world, item):
    other = make.work_item(actor=world.boris, project=world.project)
    day = date(2026, 3, 2)
    for minutes in (0, -5, 1441):
        assert code(lambda m=minutes: time_entries.log(actor=world.mei, item=item, minutes=m)) == "time_unreadable"
    assert code(lambda: time_entries.log(actor=world.mei, item=item, minutes=5, day=clock.today() + timedelta(days=1))) == "time_ahead"
    assert code(lambda: time_entries.log(actor=world.mei, item=item, minutes=5, day=date(1970, 1, 1))) == "date_unreadable"
    full = time_entries.log(actor=world.mei, item=item, minutes=1400, day=day)
    assert code(lambda: time_entries.log(actor=world.mei, item=other, minutes=60, day=day)) == "time_day_full"
    time_entries.change(actor=world.mei, entry=full, version=1, minutes=1380)
    small = time_entries.log(actor=world.mei, item=other, minutes=60, day=day)
    assert code(lambda: time_entries.change(actor=world.mei, entry=small, version=1, minutes=61)) == "time_day_full"
    with pytest.raises(Stale):
        time_entries.change(actor=world.mei, entry=TimeEntry.objects.get(pk=full.pk), version=1, note="late")
    time_entries.remove(actor=world.mei, entry=small)
    assert code(lambda: time_entries.remove(actor=world.mei, entry=small)) == "time_entry_removed"
    assert code(lambda: time_entries.change(actor=world.mei, entry=small, version=None, minutes=3)) == "time_entry_removed"
    assert code(lambda: time_entries.change(actor=world.mei, entry=full, version=None, user=world.boris)) == "field_unknown"
    work_items.remove(actor=world.mei, item=item, version=None)
    assert code(lambda: time_entries.log(actor=world.mei, item=item, minutes=5)) == "item_removed"


def test_time_goes_along_to_another_project(world, item):
    target = make.project(actor=world.alma, name="Yard", key="YAR").space
    make.spaces.grant(actor=world.alma, space=target, user=world.boris, role="project_manager")
    world.boris.refresh_from_db()
    entry = time_entries.log(actor=world.mei, item=item, minutes=45)
    moved = relocations.relocate(actor=world.boris, item=now(item), version=None, space=target)
    entry.refresh_from_db()
    assert (entry.item_id, entry.space_id) == (moved.pk, target.pk)
    assert (now(moved).logged_minutes, now(item).logged_minutes) == (45, 0)


def test_the_filter_asks_for_hours(world, item):
    time_entries.log(actor=world.mei, item=item, minutes=300)
    make.work_item(actor=world.boris, project=world.project)

    def found(text):
        return list(WorkItem.objects.filter(filter_language.condition(text, world.mei)).values_list("pk", flat=True))

    for text in ("logged:>4h", "logged:5h", "工时:>4小时", 'logged:"4h 30m".."1d"', "estimate:1d", "remaining:<=3h", "has:logged", "-logged:none", "剩余:..3h"):
        assert found(text) == [item.pk], text
    assert found("logged:>1d") == []
    with pytest.raises(Refused) as problem:
        found("logged:>5")
    assert problem.value.code == "filter_value_unknown"
