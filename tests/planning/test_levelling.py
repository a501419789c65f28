"""The plan of the whole organisation: people are not booked twice, links hold across projects, little moves after a change."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.kit import clock
from tandem.planning import levelling, open_work
from tandem.planning.models import LevelledDates, LevelledPlan
from tandem.portfolio.models import Project
from tandem.work.actions import work_items
from tests import make
from tests.planning.one_week import DAY, MONDAY, days, item, on

pytestmark = pytest.mark.usefixtures("monday")


def test_nobody_is_in_two_projects_at_once(world):
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    one = item(world, "One", 3, people=[world.mei])
    two = item(world, "Two", 2, project=other, people=[world.mei])
    plan = levelling.compute()
    first, second = sorted(LevelledDates.objects.filter(item__in=[one, two]).values_list("start", "finish"))
    assert first[1] <= second[0]
    assert second[1].date() == on(11)
    assert (plan.items, plan.broken, plan.assumed) == (2, 0, 0)


def test_links_hold_across_projects_and_containers(world):
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    epic = item(world, "Epic", 0)
    parts = [item(world, f"Part {n}", 1, parent=epic) for n in range(2)]
    after = item(world, "After", 1, project=other)
    make.link(actor=world.admin, source=epic, target=after)
    levelling.compute()
    assert days(after)[0] > max(days(part)[1] for part in parts) - timedelta(days=1)
    assert not LevelledDates.objects.filter(item=epic).exists()


def test_the_promised_goes_first(world):
    from tandem.product.models import Scope

    many = [item(world, f"Item {n}", 2, people=[world.mei]) for n in range(4)]
    feature = make.feature(actor=world.chen, product=world.product, title="Quay")
    Scope.objects.create(space=feature.space, feature=feature, item=many[3])
    make.promise(actor=world.chen, subject=feature, date=on(8))
    levelling.compute()
    assert days(many[3]) == (on(7), on(8))


def test_after_a_change_the_rest_stays_in_its_order(world):
    rows = [item(world, f"Item {n}", 2, people=[world.mei]) for n in range(5)]
    first = levelling.compute()
    before = [days(row) for row in rows]
    last = max(rows, key=days)
    work_items.change(actor=world.admin, item=last, version=None, estimate_minutes=3 * DAY)
    second = levelling.compute()
    assert second.pk != first.pk
    assert sum(a != days(row) for a, row in zip(before, rows, strict=True)) == 1
    assert levelling.compute().pk == second.pk


def test_what_is_finished_or_on_hold_has_no_date(world):
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    one, two = item(world, "One", 1), item(world, "Two", 1, project=other)
    levelling.compute()
    assert LevelledDates.objects.count() == 2
    work_items.change(actor=world.admin, item=one, version=None, state=make.state_of(world.project, "done"))
    Project.objects.filter(pk=other.pk).update(state=Project.State.ON_HOLD)
    levelling.compute()
    assert not LevelledDates.objects.filter(item__in=[one, two]).exists()


def test_a_circle_of_links_stops_nobody(world):
    rows = [item(world, f"Item {n}", 1) for n in range(3)]
    from tandem.work.models import Link

    for a, b in ((0, 1), (1, 2), (2, 0)):
        Link.objects.create(space=rows[a].space, source=rows[a], target=rows[b], kind="FS")
    plan = levelling.compute()
    assert plan.items == 3
    assert len(plan.dropped) == 1


def test_another_calendar_keeps_its_days_off(world):
    from tandem.work.actions import calendars
    from tandem.work.models import WorkingCalendar

    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    short = calendars.create(actor=world.admin, space=other.space, name="Three days", week={str(n): [[480, 720], [780, 1020]] for n in (1, 2, 3)} | {str(n): [] for n in (4, 5, 6, 7)}, is_default=True)
    assert WorkingCalendar.objects.get(pk=short.pk).is_default
    one = item(world, "One", 5)
    two = item(world, "Two", 5, project=other)
    levelling.compute()
    assert days(one) == (on(7), on(11))
    assert days(two) == (on(7), on(15))


def test_every_kept_plan_holds_against_the_independent_check(world):
    rows = [item(world, f"Item {n}", 1 + n % 3, people=[(world.mei, world.boris, world.chen)[n % 3]]) for n in range(12)]
    for a, b in zip(rows, rows[4:], strict=False):
        make.link(actor=world.admin, source=a, target=b)
    plan = levelling.compute()
    found = levelling.kept(plan.pk)
    assert ArrayChecker(found.inputs.arrays()).held(found.starts.astype("int32"), None, may_break=()) == 0
    searched = levelling.search(1.0, lambda: False, lambda phase, done, total: None)
    assert (searched.tardiness, searched.makespan) <= (plan.tardiness, plan.makespan)


def test_why_it_stands_there_ends_in_something_given(world):
    rows = [item(world, f"Item {n}", 2, people=[world.mei]) for n in range(3)]
    plan = levelling.compute()
    found = levelling.kept(plan.pk)
    last = max(rows, key=days)
    chain = found.chain(found.place[4 * last.pk])
    assert [step.causes[0].code for step in chain[:-1]] == ["capacity", "capacity"]
    assert chain[-1].causes[0].code == "time_zero"


def test_what_moved_since_yesterday_names_what_grew(world):
    rows = [item(world, f"Item {n}", 2, people=[world.mei]) for n in range(3)]
    levelling.compute()
    first, last = min(rows, key=days), max(rows, key=days)
    with clock.held_at(MONDAY + timedelta(days=1)):
        work_items.change(actor=world.admin, item=first, version=None, estimate_minutes=6 * DAY)
        plan = levelling.compute()
    assert plan.moved_since == on(7)
    moved = {move["item"]: move for move in plan.moves}
    assert moved[last.pk]["cause"] | {"slots": 0} == {"code": "length", "item": first.pk, "own": False, "slots": 0}
    assert moved[first.pk]["cause"]["own"] is True


def test_what_moved_because_nothing_was_done_says_so(world):
    rows = [item(world, f"Item {n}", 2, people=[world.mei]) for n in range(3)]
    levelling.compute()
    first, last = min(rows, key=days), max(rows, key=days)
    with clock.held_at(MONDAY + timedelta(days=1)):
        moved = {move["item"]: move for move in levelling.compute().moves}
    assert moved[last.pk]["days"] == 1
    assert moved[last.pk]["cause"] == {"code": "waited", "item": first.pk, "own": False}


def test_only_the_last_plan_of_a_day_keeps_what_it_rests_on(world):
    one = item(world, "One", 1)
    levelling.compute()
    work_items.change(actor=world.admin, item=one, version=None, estimate_minutes=2 * DAY)
    levelling.compute()
    assert LevelledPlan.objects.count() == 2
    assert LevelledPlan.objects.exclude(kept=None).count() == 1


def test_a_plan_takes_the_same_queries_for_many_items(world, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    item(world, "One", 1, people=[world.mei])
    with CaptureQueriesContext(connection) as few:
        levelling.compute()
    for n in range(25):
        item(world, f"Item {n}", 1, people=[world.mei])
    with CaptureQueriesContext(connection) as many:
        levelling.compute()
    assert len(many) <= len(few) + 3


def test_days_are_read_as_plans_say_them_wherever_the_server_stands(world, settings):
    """Rows keep the clock of the plan as UTC: half past eleven in the evening is still that day in Shanghai."""
    settings.TIME_ZONE = "Asia/Shanghai"
    late = datetime(2026, 9, 9, 23, 30, tzinfo=UTC)
    rows = {
        "fixed": item(world, "Fixed", 1, constraint="MSO", constraint_at=late, planned_start=late),
        "by hand": item(world, "By hand", 1, is_manual=True, planned_start=late, planned_finish=late),
        "not before": item(world, "Not before", 1, constraint="SNET", constraint_at=late),
        "by then": item(world, "By then", 1, constraint="FNLT", constraint_at=late, deadline_at=late + timedelta(days=3), due_on=on(11)),
        "due": item(world, "Due", 1, constraint="ASAP", constraint_at=late, deadline_at=late + timedelta(days=3), due_on=on(11)),
    }
    with timezone.override("Asia/Shanghai"):
        read = {one.id: one for one in open_work.read().items}
    found = {name: read[row.pk] for name, row in rows.items()}
    told = late.replace(tzinfo=None)
    assert {name: one.pinned for name, one in found.items()} == {"fixed": told, "by hand": told, "not before": None, "by then": None, "due": None}
    assert {name: one.release for name, one in found.items() if one.release} == {"not before": on(9)}
    assert {name: one.due for name, one in found.items() if one.due} == {"by then": on(9), "due": on(11)}
    assert (found["by hand"].planned_start, found["by hand"].planned_finish) == (on(9), on(9))


def test_an_empty_organisation_has_an_empty_plan(world):
    assert levelling.compute().items == 0
