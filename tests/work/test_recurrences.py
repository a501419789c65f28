"""Recurring work: which dates a rule gives, one item for each, at most one after a standstill, and who answers for it."""

from datetime import UTC, date, datetime

import pytest

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Membership
from tandem.people.scoping import access_changed
from tandem.work.actions import item_templates, recurrences
from tandem.work.actions.recurrence_rules import checked, following
from tandem.work.models import ItemTemplate, Recurred, Recurrence, WorkItem
from tests import make

MONDAY = date(2026, 11, 16)


def at(day, hour=9):
    return clock.held_at(datetime(2026, 11, day, hour, tzinfo=UTC))


@pytest.fixture
def template(world):
    return item_templates.create(
        actor=world.mei, space=world.project.space, name="Weekly check", title="Check the cranes", labels=["yard"], priority=2, estimate_minutes=60,
        checklist="Oil\nRope",
    )  # fmt: skip


def recur(world, template, rule="FREQ=WEEKLY;BYDAY=MO", **values):
    return recurrences.create(actor=world.mei, template=template, rule=rule, **values)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_a_template_gives_an_item_all_it_says(world, template):
    item = item_templates.use(actor=world.mei, template=template)
    assert (item.title, item.labels, item.priority, item.estimate_minutes) == ("Check the cranes", ["yard"], 2, 60)
    assert [e.text for e in item.checklist.in_order()] == ["Oil", "Rope"]
    assert code(lambda: item_templates.create(actor=world.mei, space=world.project.space, name="Weekly check", title="x")) == "name_taken"
    assert code(lambda: item_templates.change(actor=world.mei, template=template, version=None, title=" ")) == "title_empty"


def test_one_item_for_each_date_however_often_the_job_runs(world, template):
    with at(16):
        row = recur(world, template, starts_on=MONDAY, due_after=3, assignee=world.boris)
        assert [recurrences.make_due() for _ in range(3)] == [1, 0, 0]
    item = WorkItem.objects.get()
    assert (item.due_on, list(item.assignees.all()), item.reporter) == (date(2026, 11, 19), [world.boris], world.mei)
    with at(17):
        assert recurrences.make_due() == 0
    with at(23):
        assert recurrences.make_due() == 1
    assert sorted(Recurred.objects.values_list("on", flat=True)) == [MONDAY, date(2026, 11, 23)]
    Recurrence.objects.filter(pk=row.pk).update(last_on=None)
    with at(23, 11):
        assert recurrences.make_due() == 0, "the date is done, whatever the row says"


def test_after_a_standstill_only_the_last_date_is_made_up_for(world, template):
    with at(2):
        recur(world, template, "FREQ=DAILY", starts_on=date(2026, 11, 2))
    with at(20):
        assert [recurrences.make_due(), recurrences.make_due()] == [1, 0]
    assert Recurred.objects.get().on == date(2026, 11, 20)


def test_a_first_day_in_the_past_is_not_made_up_for(world, template):
    with at(18):
        recur(world, template, starts_on=date(2026, 11, 2))
        assert recurrences.make_due() == 0


def test_pause_resume_and_end(world, template):
    with at(16):
        row = recur(world, template, starts_on=MONDAY)
        row = recurrences.pause(actor=world.mei, recurrence=row, version=1)
        assert recurrences.make_due() == 0
    with at(24):
        row = recurrences.resume(actor=world.boris, recurrence=row, version=None)
        assert recurrences.make_due() == 0 and row.owner == world.boris, "what fell into the pause stays undone"
        assert code(lambda: recurrences.resume(actor=world.boris, recurrence=row, version=None)) == "recurrence_state"
        row = recurrences.end(actor=world.mei, recurrence=row, version=None)
        assert code(lambda: recurrences.resume(actor=world.mei, recurrence=row, version=None)) == "recurrence_state"
    with at(30):
        assert recurrences.make_due() == 0


def test_a_rule_that_is_over_ends_by_itself(world, template):
    with at(16):
        row = recur(world, template, "FREQ=DAILY;COUNT=1", starts_on=MONDAY)
        assert recurrences.make_due() == 1
    row.refresh_from_db()
    assert row.state == "ended"


def test_who_lost_the_right_makes_nothing_and_the_page_can_say_so(world, template):
    with at(16):
        row = recur(world, template, starts_on=MONDAY)
        Membership.objects.filter(user=world.mei).delete()
        access_changed()
        assert recurrences.make_due() == 0
        row.refresh_from_db()
        assert (row.problem, row.state, WorkItem.objects.count()) == ("recurrence_owner", "active", 0)
        recurrences.resume(actor=world.boris, recurrence=recurrences.pause(actor=world.boris, recurrence=row, version=None), version=None)
        assert recurrences.make_due() == 1


def test_what_fails_for_an_unforeseen_reason_is_written_down_and_holds_up_no_other(world, template, monkeypatch):
    real = item_templates.use

    def fails_once(*, template, **values):
        if template.name == "Broken":
            raise ZeroDivisionError
        return real(template=template, **values)

    with at(16):
        broken = item_templates.create(actor=world.mei, space=world.project.space, name="Broken", title="Never")
        first, second = recur(world, broken, starts_on=MONDAY), recur(world, template, starts_on=MONDAY)
        with monkeypatch.context() as patched:
            patched.setattr(item_templates, "use", fails_once)
            assert recurrences.make_due() == 1
        assert [Recurrence.objects.get(pk=row.pk).problem for row in (first, second)] == ["recurrence_failed", ""]
        assert recurrences.make_due() == 1 and Recurrence.objects.get(pk=first.pk).problem == ""


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["11-19", "11-23", "11-26"]), ("freq=monthly;bymonthday=-1", ["11-30", "12-31", "2027-01-31"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=2TU", ["12-08", "2027-01-12", "2027-02-09"]), ("FREQ=DAILY;INTERVAL=10", ["11-26", "12-06", "12-16"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["11-30", "12-31", "2027-01-29"]),
    ],
)  # fmt: skip
def test_dates_of_rules(rule, dates):
    found = following(checked(rule, MONDAY), MONDAY, MONDAY, 3)
    assert [d.isoformat().removeprefix("2026-") for d in found] == dates


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=WEEKLY;BYHOUR=3", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=0", "FREQ=WEEKLY;BYDAY=9MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;UNTIL=99999999", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY\nDTSTART:20200101", "EXDATE:20200101", "FREQ=MONTHLY;BYMONTHDAY=99", "FREQ=YEARLY;BYMONTH=77", "x" * 5000,
    ],
)  # fmt: skip
def test_rules_that_cannot_be_read_never_come_true_or_never_end_are_refused(rule):
    assert code(lambda: checked(rule, MONDAY)) in ("rule_unreadable", "rule_never")


def test_who_may(world, template):
    row, reader = recur(world, template), make.user(actor=world.admin, name="Iris", role="stakeholder")
    for person, problem in ((reader, Denied), (world.dana, Hidden)):
        for act in (
            lambda p: item_templates.create(actor=p, space=world.project.space, name="x", title="x"),
            lambda p: item_templates.use(actor=p, template=template),
            lambda p: item_templates.change(actor=p, template=template, version=None, name="y"),
            lambda p: item_templates.remove(actor=p, template=template),
            lambda p: recurrences.create(actor=p, template=template, rule="FREQ=DAILY"),
            lambda p: recurrences.pause(actor=p, recurrence=row, version=None),
            lambda p: recurrences.end(actor=p, recurrence=row, version=None),
        ):
            with pytest.raises(problem):
                act(person)
    assert code(lambda: recur(world, template, assignee=world.dana)) == "person_outside"
    assert code(lambda: item_templates.remove(actor=world.mei, template=template)) == "in_use"
    assert ItemTemplate.objects.count() == 1


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=0"])
def test_days_that_may_never_come_are_refused(rule):
    assert code(lambda: checked(rule, MONDAY)) == "rule_unreadable"
