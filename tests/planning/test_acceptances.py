"""The plan in force changes only through a person's yes, and a baseline is taken then."""

from datetime import UTC, date, datetime

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.planning import levelling
from tandem.planning.actions import acceptances
from tandem.planning.models import LevelledDates
from tandem.work.actions import work_items
from tandem.work.models import Baseline, BaselineDate, WorkItem
from tests import make

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def rows(world):
    found = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", estimate_minutes=960) for n in range(3)]
    for row in found:
        work_items.change(actor=world.boris, item=row, version=None, assignees=[world.mei])
    return found


def accept(world, plan, **values):
    return acceptances.accept(actor=values.pop("actor", world.boris), plan=plan.pk, project=world.project, name="September", **values)


def planned(row) -> tuple[datetime | None, datetime | None]:
    found = WorkItem.objects.get(pk=row.pk)
    return found.planned_start, found.planned_finish


def test_computing_changes_nothing_that_is_planned(world, rows):
    levelling.compute()
    assert [planned(row) for row in rows] == [(None, None)] * 3


def test_a_yes_writes_the_dates_and_takes_a_baseline(world, rows):
    plan = levelling.compute()
    assert accept(world, plan) == 3
    for row in rows:
        dates = LevelledDates.objects.get(item=row)
        assert planned(row) == (dates.start, dates.finish)
    baseline = Baseline.objects.get(space=world.project.space)
    assert (baseline.name, BaselineDate.objects.filter(baseline=baseline).count()) == ("September", 3)
    event = Event.objects.get(verb="project.plan_accepted")
    assert event.changes == {"rows": [None, 3], "plan": [None, plan.pk]}


def test_what_was_planned_before_is_kept_as_a_baseline_of_its_own(world, rows):
    start = datetime(2026, 9, 1, 8, tzinfo=UTC)
    work_items.change(actor=world.boris, item=rows[0], version=None, planned_start=start, planned_finish=start.replace(day=2))
    accept(world, levelling.compute())
    first, second = Baseline.objects.filter(space=world.project.space).order_by("number")
    assert [one.start for one in first.dates.all()] == [start]
    assert second.dates.count() == 3


def test_single_items_are_accepted_alone(world, rows):
    plan = levelling.compute()
    assert accept(world, plan, items=[rows[1].pk]) == 1
    assert planned(rows[0]) == (None, None)
    assert planned(rows[1]) != (None, None)


def test_a_plan_that_was_replaced_is_not_accepted(world, rows):
    old = levelling.compute()
    work_items.change(actor=world.boris, item=rows[0], version=None, estimate_minutes=4800)
    levelling.compute()
    with pytest.raises(Refused, match="levelled_plan_replaced"):
        accept(world, old)
    assert planned(rows[0]) == (None, None)


def test_an_item_that_somebody_changed_stops_the_whole(world, rows):
    plan = levelling.compute()
    seen = {row.pk: WorkItem.objects.get(pk=row.pk).version for row in rows}
    WorkItem.objects.filter(pk=rows[2].pk).update(version=seen[rows[2].pk] + 1)
    with pytest.raises(Stale):
        accept(world, plan, items=list(seen), versions=seen)
    assert [planned(row) for row in rows] == [(None, None)] * 3
    assert not Baseline.objects.exists()


def test_nobody_without_the_right_says_yes(world, rows):
    plan = levelling.compute()
    with pytest.raises(Denied):
        accept(world, plan, actor=world.mei)
    with pytest.raises(Hidden):
        accept(world, plan, actor=world.dana)


def test_items_of_another_project_are_not_carried_along(world, rows):
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    foreign = make.work_item(actor=world.alma, project=other, title="Foreign", estimate_minutes=480)
    plan = levelling.compute()
    with pytest.raises(Refused, match="levelled_item_unknown"):
        accept(world, plan, items=[foreign.pk])
    assert planned(foreign) == (None, None)


def test_accepting_again_says_that_nothing_moves(world, rows):
    accept(world, levelling.compute())
    with pytest.raises(Refused, match="levelled_nothing_moves"):
        accept(world, levelling.compute())


def test_accepted_dates_do_not_hold_the_next_plan_back(world, rows):
    """They are no constraint: when the first item goes, the others come forward."""
    accept(world, levelling.compute())
    first = min(rows, key=lambda row: planned(row))
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=first.pk), version=None, state=make.state_of(world.project, "done"))
    levelling.compute()
    starts = sorted(LevelledDates.objects.values_list("start", flat=True))
    assert starts[0].date() == date(2026, 9, 7)
