"""Weeks of time: sent in, answered by somebody else, and while they stand no door changes their time."""

from datetime import date, timedelta

import pytest

from tandem.collaboration.models import Notification
from tandem.history.models import Event, EventText
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.resources.actions import employments, time_news, time_off, time_rows, time_sheets
from tandem.resources.models import TimeSheet, TimeSheetStep
from tandem.work.actions import relocations, time_cells, time_entries, timers
from tandem.work.models import TimeEntry, TimeLock
from tandem.work.models.time_lock import monday
from tests import make

WEEK = monday(clock.today()) - timedelta(days=7)
DAY = WEEK + timedelta(days=1)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project)


@pytest.fixture
def entry(world, item):
    return time_entries.log(actor=world.mei, item=item, minutes=90, day=DAY, note="Berth plan")


@pytest.fixture
def sheet(world, entry) -> TimeSheet:
    return time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def sent(world, sheet):
    return time_sheets.submit(actor=world.mei, time_sheet=sheet, version=1)


def test_a_week_goes_its_way_and_every_step_stays(world, sheet):
    assert (sheet.week, sheet.ends_on, sheet.state) == (WEEK, WEEK + timedelta(days=6), "open")
    assert time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY) == sheet
    sent(world, sheet)
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=2, is_approved=False, reason="Which berth?")
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    time_sheets.withdraw(actor=world.mei, time_sheet=sheet)
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    time_sheets.reopen(actor=world.boris, time_sheet=sheet, version=None, reason="Wrong item")
    steps = list(TimeSheetStep.objects.filter(sheet=sheet).values_list("kind", "by__name", "reason", "minutes"))
    assert steps[1] == ("returned", "Boris Orlov", "Which berth?", 90)
    assert [kind for kind, *_rest in steps] == ["submitted", "returned", "submitted", "withdrawn", "submitted", "approved", "reopened"]
    verbs = list(Event.objects.of(sheet).order_by("id").values_list("verb", flat=True))
    assert verbs == ["time_sheet.opened", *(f"time_sheet.{kind}" for kind, *_rest in steps)]
    said = str(list(Event.objects.of(sheet).values_list("changes"))) + str(list(EventText.objects.values_list("changes")))
    assert "Which berth" not in said and "Wrong item" not in said


def test_the_lock_is_there_exactly_while_the_week_stands(world, sheet):
    def agrees():
        sheet.refresh_from_db()
        assert TimeLock.objects.filter(user=world.mei, week=WEEK).exists() == sheet.is_standing

    steps = [
        lambda: time_sheets.submit(actor=world.mei, time_sheet=sheet), lambda: time_sheets.withdraw(actor=world.mei, time_sheet=sheet),
        lambda: time_sheets.submit(actor=world.mei, time_sheet=sheet),
        lambda: time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=False, reason="Which berth?"),
        lambda: time_sheets.submit(actor=world.mei, time_sheet=sheet),
        lambda: time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True),
        lambda: time_sheets.reopen(actor=world.boris, time_sheet=sheet, version=None, reason="Wrong item"),
    ]  # fmt: skip
    agrees()
    for step in steps:
        step()
        agrees()


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_time_of_a_week_that_stands_is_written_by_nobody(world, item, entry, sheet, state):
    other = time_entries.log(actor=world.mei, item=item, minutes=30, day=WEEK - timedelta(days=1))
    gone = time_entries.log(actor=world.mei, item=item, minutes=15, day=DAY)
    time_entries.remove(actor=world.mei, entry=gone)
    sent(world, sheet)
    if state == "approved":
        time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    for actor in (world.mei, world.boris, world.alma, world.admin):
        entry.refresh_from_db()
        refused = [
            lambda who=actor: time_entries.log(actor=who, item=item, user=world.mei, minutes=10, day=WEEK),
            lambda who=actor: time_entries.log(actor=who, item=item, user=world.mei, minutes=10, day=WEEK + timedelta(days=6)),
            lambda who=actor: time_entries.change(actor=who, entry=entry, version=None, minutes=10),
            lambda who=actor: time_entries.change(actor=who, entry=entry, version=None, note="Other"),
            lambda who=actor: time_entries.change(actor=who, entry=entry, version=None, day=WEEK - timedelta(days=1)),
            lambda who=actor: time_entries.change(actor=who, entry=other, version=None, day=DAY),
            lambda who=actor: time_entries.remove(actor=who, entry=entry),
            lambda who=actor: time_entries.restore(actor=who, entry=gone),
            lambda who=actor: time_cells.fill(actor=who, item=item, user=world.mei, day=DAY, minutes=0),
        ]
        assert {code(act) for act in refused} == {"time_locked"}
    assert sorted(TimeEntry.objects.present().values_list("minutes", flat=True)) == [30, 90]
    time_entries.log(actor=world.mei, item=item, minutes=10, day=WEEK + timedelta(days=7))
    time_entries.log(actor=world.boris, item=item, minutes=10, day=DAY), "the week of another stands for itself"


def test_time_that_stands_is_not_carried_to_another_project(world, item, sheet):
    other = make.project(actor=world.alma, name="Gate", key="GAT")
    sent(world, sheet)
    assert code(lambda: relocations.relocate(actor=world.alma, item=item, version=None, space=other.space)) == "time_locked"
    assert TimeEntry.objects.get().space_id == world.project.space_id
    time_sheets.withdraw(actor=world.mei, time_sheet=sheet)
    relocations.relocate(actor=world.alma, item=item, version=None, space=other.space)
    assert TimeEntry.objects.get().space_id == other.space_id


def test_an_old_reading_of_an_entry_does_not_pass_the_lock(world, item, sheet):
    """It lay in an open week when it was read, and in one that stands when it is written."""
    entry = time_entries.log(actor=world.mei, item=item, minutes=30, day=WEEK - timedelta(days=1))
    old = TimeEntry.objects.get(pk=entry.pk)
    time_entries.change(actor=world.mei, entry=entry, version=None, day=DAY)
    sent(world, sheet)
    with pytest.raises((Stale, Refused)):
        time_entries.change(actor=world.mei, entry=old, version=None, minutes=60)
    with pytest.raises((Stale, Refused)):
        time_entries.remove(actor=world.mei, entry=old)


def test_open_again_its_time_is_written_again(world, entry, sheet):
    sent(world, sheet)
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    assert TimeLock.objects.filter(user=world.mei, week=WEEK).exists()
    assert code(lambda: time_sheets.withdraw(actor=world.mei, time_sheet=sheet)) == "week_state"
    assert code(lambda: time_sheets.reopen(actor=world.boris, time_sheet=sheet, version=None, reason=" ")) == "reason_needed"
    time_sheets.reopen(actor=world.boris, time_sheet=sheet, version=None, reason="Wrong item")
    assert not TimeLock.objects.exists()
    time_entries.change(actor=world.mei, entry=entry, version=None, minutes=100)


def test_nobody_answers_their_own_week(world, item):
    """Boris plans the project, Alma manages resources: still somebody else answers theirs."""
    for person in (world.boris, world.alma):
        time_entries.log(actor=person, item=item, minutes=60, day=DAY)
        sheet = time_sheets.open_week(actor=person, person=person, week=WEEK)
        time_sheets.submit(actor=person, time_sheet=sheet)
        with pytest.raises(Denied):
            time_sheets.decide(actor=person, time_sheet=sheet, version=None, is_approved=True)
        assert sheet not in TimeSheet.objects.decided_by(person)
        other = world.alma if person == world.boris else world.boris
        assert time_sheets.decide(actor=other, time_sheet=sheet, version=None, is_approved=True).state == "approved"
        with pytest.raises(Denied):
            time_sheets.reopen(actor=person, time_sheet=sheet, version=None, reason="Mine")


def test_who_sent_a_week_in_for_somebody_does_not_answer_it(world, sheet):
    """Boris plans all of Mei's projects: he may write her hours and send them in, and then somebody else looks at them."""
    time_sheets.submit(actor=world.boris, time_sheet=sheet)
    assert sheet not in TimeSheet.objects.waiting_for(world.boris) and sheet in TimeSheet.objects.waiting_for(world.alma)
    for is_approved in (True, False):
        assert code(lambda said=is_approved: time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=said, reason="So")) == "week_sent_in_by_you"
    assert TimeSheet.objects.get(pk=sheet.pk).state == "submitted"
    time_sheets.withdraw(actor=world.boris, time_sheet=sheet)
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    assert sheet in TimeSheet.objects.waiting_for(world.boris)
    assert time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True).state == "approved"


def test_who_plans_only_a_part_of_the_week_does_not_answer_it(world, entry, sheet):
    assert sheet in TimeSheet.objects.visible_to(world.boris)
    other = make.project(actor=world.alma, name="Gate", key="GAT")
    make.spaces.grant(actor=world.alma, space=other.space, user=world.mei, role=Role.MEMBER)
    world.mei.refresh_from_db()
    time_entries.log(actor=world.mei, item=make.work_item(actor=world.alma, project=other), minutes=10, day=DAY)
    sent(world, sheet)
    assert sheet not in TimeSheet.objects.visible_to(world.boris)
    with pytest.raises(Hidden):
        time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    for stranger in (world.chen, world.dana):
        with pytest.raises(Hidden):
            time_sheets.decide(actor=stranger, time_sheet=sheet, version=None, is_approved=True)
        with pytest.raises(Hidden):
            time_sheets.open_week(actor=stranger, person=world.mei, week=WEEK - timedelta(days=7))
    assert not TimeSheet.objects.filter(week=WEEK - timedelta(days=7)).exists()
    assert time_sheets.decide(actor=world.alma, time_sheet=sheet, version=None, is_approved=True).state == "approved"


def test_the_rule_for_one_week_is_the_rule_of_the_list(world, sheet):
    other = make.project(actor=world.alma, name="Gate", key="GAT")
    planner = make.user(actor=world.admin, name="Pia", role=Role.PROJECT_MANAGER, space=other.space)
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=date(2020, 1, 1), manager=world.chen)
    for person in (world.admin, world.alma, world.boris, world.chen, world.mei, world.dana, planner):
        listed = TimeSheet.objects.decided_by(person).filter(pk=sheet.pk).exists()
        assert time_sheets.answers(person, world.mei, WEEK) == time_sheets.decides(person, sheet) == listed, person.name
    assert [time_sheets.decides(p, sheet) for p in (world.boris, world.chen, planner, world.mei)] == [True, True, False, False]


def test_the_manager_of_that_week_answers_and_hears_of_it(world, sheet):
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=date(2020, 1, 1), ends_on=WEEK + timedelta(days=2), manager=world.chen)
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=WEEK + timedelta(days=7), manager=world.dana)
    sent(world, sheet)
    assert list(Notification.objects.filter(user=world.chen).values_list("facts", flat=True)) == [{"week_submitted": str(WEEK)}]
    with pytest.raises(Hidden):
        time_sheets.decide(actor=world.dana, time_sheet=sheet, version=None, is_approved=True)
    assert code(lambda: time_sheets.decide(actor=world.chen, time_sheet=sheet, version=None, is_approved=False)) == "reason_needed"
    time_sheets.decide(actor=world.chen, time_sheet=sheet, version=None, is_approved=False, reason="Which berth?")
    assert Notification.objects.get(user=world.mei).facts == {"week_returned": str(WEEK)}


def test_of_two_answers_at_once_one_counts(world, sheet):
    sent(world, sheet)
    old = TimeSheet.objects.get(pk=sheet.pk)
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    with pytest.raises(Stale):
        time_sheets.withdraw(actor=world.mei, time_sheet=old)
    assert TimeLock.objects.exists()


def test_a_week_ahead_is_laid_out_and_not_sent_in(world):
    ahead = time_sheets.open_week(actor=world.mei, person=world.mei, week=clock.today() + timedelta(days=14))
    assert code(lambda: time_sheets.submit(actor=world.mei, time_sheet=ahead)) == "week_ahead"
    assert code(lambda: time_sheets.open_week(actor=world.mei, person=world.mei, week=date(1999, 1, 1))) == "week_unknown"


def test_rows_are_copied_without_their_hours(world, item, entry):
    done = make.work_item(actor=world.boris, project=world.project, title="Done", state="done")
    time_entries.log(actor=world.mei, item=done, minutes=5, day=DAY)
    kept = make.work_item(actor=world.boris, project=world.project, title="Kept")
    time_rows.add(actor=world.mei, person=world.mei, week=WEEK, items=[kept])
    this = WEEK + timedelta(days=7)
    assert time_rows.copy_last(actor=world.mei, person=world.mei, week=this) == 2
    assert time_rows.copy_last(actor=world.mei, person=world.mei, week=this) == 0
    sheet = TimeSheet.objects.get(person=world.mei, week=this)
    assert {row.item for row in sheet.rows.all()} == {item, kept}
    time_rows.remove(actor=world.mei, person=world.mei, week=this, item_id=kept.pk)
    assert {row.item for row in sheet.rows.all()} == {item}
    with pytest.raises(Hidden):
        time_rows.add(actor=world.dana, person=world.mei, week=this, items=[item])
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    assert code(lambda: time_rows.add(actor=world.mei, person=world.mei, week=this, items=[kept])) == "week_state"


def test_a_row_added_twice_at_once_is_there_once(world, item, sheet, monkeypatch):
    """The second does not see the row of the first: its look came before the other was written."""
    time_rows.add(actor=world.mei, person=world.mei, week=WEEK, items=[item, item])
    with monkeypatch.context() as patch:
        patch.setattr(time_rows.TimeSheetRow.objects, "filter", lambda **_of: time_rows.TimeSheetRow.objects.none())
        time_rows.add(actor=world.mei, person=world.mei, week=WEEK, items=[item])
    assert [row.item for row in sheet.rows.all()] == [item]


def test_a_reminder_comes_once_and_only_to_who_keeps_time(world, item):
    at = make_moment(WEEK + timedelta(days=7), 10)
    with clock.held_at(at):
        time_entries.log(actor=world.mei, item=item, minutes=60, day=DAY)
        time_entries.log(actor=world.chen, item=item, minutes=60, day=DAY)
        time_entries.log(actor=world.boris, item=item, minutes=60, day=WEEK - timedelta(days=2))
        time_sheets.submit(actor=world.chen, time_sheet=time_sheets.open_week(actor=world.chen, person=world.chen, week=WEEK))
        time_off.ask(actor=world.alma, person=world.boris, starts_on=WEEK, ends_on=WEEK + timedelta(days=4))
    with clock.held_at(make_moment(WEEK + timedelta(days=7), 5)):
        assert time_news.remind() == 0, "before nine on their Monday"
    with clock.held_at(at):
        assert time_news.remind() == 1
        assert time_news.remind() == 0
    row = Notification.objects.get(facts__has_key="week_missing")
    assert (row.user, row.facts) == (world.mei, {"week_missing": str(WEEK)})


def make_moment(day: date, hour: int):
    from datetime import UTC, datetime

    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_a_timer_becomes_an_entry(world, item):
    other = make.work_item(actor=world.boris, project=world.project, title="Other")
    with clock.held_at(make_moment(DAY, 9)):
        first = timers.start(actor=world.mei, item=item, note="Berth plan")
        assert timers.start(actor=world.mei, item=item) == first
    with clock.held_at(make_moment(DAY, 10) + timedelta(minutes=12)):
        second = timers.start(actor=world.mei, item=other)
    assert list(TimeEntry.objects.values_list("item", "minutes", "note", "day")) == [(item.pk, 72, "Berth plan", DAY)]
    for stranger in (world.boris, world.admin):
        with pytest.raises(Hidden):
            timers.stop(actor=stranger, timer=second)
    with clock.held_at(make_moment(DAY, 23)):
        assert code(lambda: timers.stop(actor=world.mei, timer=second)) == "timer_forgotten"
        timers.stop(actor=world.mei, timer=second, minutes=45)
    assert TimeEntry.objects.get(item=other).minutes == 45


def test_a_timer_over_midnight_is_two_entries_by_the_persons_clock(world, item):
    world.mei.time_zone = "Asia/Shanghai"
    world.mei.save()
    with clock.held_at(make_moment(DAY, 15) + timedelta(minutes=30)):
        timer = timers.start(actor=world.mei, item=item)
    with clock.held_at(make_moment(DAY + timedelta(days=1), 1)):
        timers.stop(actor=world.mei, timer=timer)
    assert list(TimeEntry.objects.order_by("day").values_list("day", "minutes")) == [(DAY, 30), (DAY + timedelta(days=1), 540)]


def test_a_timer_does_not_write_into_a_week_that_stands(world, item, sheet):
    with clock.held_at(make_moment(DAY, 9)):
        timer = timers.start(actor=world.mei, item=item)
    sent(world, sheet)
    with clock.held_at(make_moment(DAY, 10)):
        assert code(lambda: timers.stop(actor=world.mei, timer=timer)) == "time_locked"
        timers.discard(actor=world.mei, timer=timer)
    assert TimeEntry.objects.count() == 1


def test_a_cell_is_filled_grows_and_shrinks_from_its_newest_entry(world, item):
    def fill(minutes, seen=None):
        time_cells.fill(actor=world.mei, item=item, user=world.mei, day=DAY, minutes=minutes, seen=seen)
        return list(TimeEntry.objects.present().order_by("id").values_list("minutes", flat=True))

    assert fill(60, 0) == [60]
    time_entries.log(actor=world.mei, item=item, minutes=30, day=DAY, note="Later")
    assert fill(120) == [60, 60]
    assert fill(50) == [50]
    assert code(lambda: fill(10, seen=60)) == "time_cell_changed"
    assert fill(0, 50) == []
    assert code(lambda: fill(1441)) == "time_unreadable"
    with pytest.raises(Denied):
        time_cells.fill(actor=world.chen, item=item, user=world.mei, day=DAY, minutes=10)
