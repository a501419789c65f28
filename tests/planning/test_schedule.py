"""Computed dates of a project: from its network into rows of their own, never over what people planned."""

from datetime import UTC, date, datetime

from tandem.history.models import Event
from tandem.planning import schedule
from tandem.planning.models import ComputedDates, Run
from tandem.portfolio.models import Project
from tandem.work.actions import links, work_items
from tandem.work.models import Link, WorkItem
from tests import make

DAY = 480


def plan(world):
    """Two days of work, then three, from Monday 7 September 2026; an idle task beside them."""
    Project.objects.filter(pk=world.project.pk).update(starts_on=date(2026, 9, 7))
    one, two, idle = (
        make.work_item(actor=world.boris, project=world.project, title=t, duration_minutes=d * DAY)
        for t, d in (("One", 2), ("Two", 3), ("Idle", 1))
    )
    make.link(actor=world.boris, source=one, target=two)
    return one, two, idle


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def test_links_and_calendars_decide_the_dates(world):
    one, two, idle = plan(world)
    run = schedule.compute(world.project.space)
    assert run.state == Run.State.DONE
    assert (one.computed.start, one.computed.finish) == (at(7, 8), at(8, 17))
    assert (two.computed.start, two.computed.finish) == (at(9, 8), at(11, 17))
    assert two.computed.is_critical
    assert idle.computed.total_slack_minutes == 4 * DAY


def test_what_people_planned_is_not_overwritten(world):
    one, *_ = plan(world)
    work_items.change(actor=world.boris, item=one, version=None, planned_start=at(21, 8), planned_finish=at(22, 17))
    schedule.compute(world.project.space)
    one.refresh_from_db()
    assert one.planned_start == at(21, 8)
    assert one.computed.start == at(7, 8)


def test_only_changed_rows_are_written_and_nothing_when_nothing_changed(world):
    one, two, idle = plan(world)
    first = schedule.compute(world.project.space)
    assert schedule.compute(world.project.space).pk == first.pk
    work_items.change(actor=world.boris, item=two, version=None, duration_minutes=4 * DAY)
    second = schedule.compute(world.project.space)
    assert second.pk != first.pk
    written = {c.item_id: c.run_id for c in ComputedDates.objects.all()}
    assert written == {one.pk: first.pk, two.pk: second.pk, idle.pk: second.pk}
    assert Event.objects.filter(verb="run.finished").count() == 2


def test_a_circle_is_refused_with_its_path_and_the_old_dates_stay(world):
    one, two, _ = plan(world)
    schedule.compute(world.project.space)
    links.create_many(
        actor=world.boris, space=world.project.space,
        links=[Link(space=world.project.space, source=two, target=one, kind="FS")],
    )  # fmt: skip
    run = schedule.compute(world.project.space)
    assert run.state == Run.State.REFUSED
    assert run.problem["code"] == "cycle"
    assert {str(one.pk), str(two.pk)} <= set(run.problem["path"])
    assert ComputedDates.objects.count() == 3


def test_a_removed_item_loses_its_dates(world):
    _, _, idle = plan(world)
    schedule.compute(world.project.space)
    work_items.remove(actor=world.boris, item=idle, version=None)
    schedule.compute(world.project.space)
    assert not ComputedDates.objects.filter(item=idle).exists()


def test_a_backlog_without_a_plan_has_no_schedule(world):
    make.work_item(actor=world.boris, project=world.project)
    assert schedule.compute(world.project.space) is None
    assert not ComputedDates.objects.exists()


def test_a_missed_deadline_stands_on_the_run(world):
    _, two, _ = plan(world)
    WorkItem.objects.filter(pk=two.pk).update(deadline_at=at(10, 17))
    run = schedule.compute(world.project.space)
    assert run.problem["conflicts"] == [{"item": two.pk, "rule": "deadline", "minutes": DAY, "other": None}]


def test_a_predecessor_in_another_project_bounds_the_start(world):
    one, *_ = plan(world)
    other = make.project(actor=world.alma, name="Customs", key="CUS")
    before = make.work_item(
        actor=world.alma, project=other, title="API", planned_start=at(14, 8), planned_finish=at(15, 17)
    )
    make.link(actor=world.alma, source=before, target=one)
    schedule.compute(world.project.space)
    assert one.computed.start == at(16, 8)
