"""KPIs that Tandem measures itself: from enough data or not at all, with the eyes of who asked for it."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from tandem.compute.forecasting.history import NotEnough
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.planning import alignment
from tandem.product.actions import promises
from tandem.reports import jobs
from tandem.reports.queries import own_kpis, sprint_figures, work_items
from tandem.strategy.actions import kpis, measurements, objectives
from tandem.strategy.models import Measurement
from tandem.work.actions import sprints, states
from tandem.work.models import WorkItem
from tests import make

DAY = timedelta(days=1)


def own(world, what, unit="percent", actor=None, space=None):
    return make.kpi(actor=actor or world.alma, name=what, space=space, unit=unit, computed_from=what)


def finished(world, count, days=2):
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(count)]
    for n, row in enumerate(rows):
        end = clock.now() - 20 * DAY
        WorkItem.objects.filter(pk=row.pk).update(
            state=make.state_of(world.project, "done"), actual_finish=end, actual_start=end - (days if n else 9) * DAY
        )
    alignment.compute_all()


def told(world, count, kept):
    feature, day = make.feature(actor=world.chen, product=world.product), clock.today() - 9 * DAY
    for n in range(count):
        row = promises.give(actor=world.chen, subject=feature, to_whom="x", date=day, given_on=day - DAY)
        if n < kept:
            promises.keep(actor=world.chen, promise=row, version=None, kept_on=day)


def test_from_too_little_nothing_is_measured(world):
    for what, unit in (("promises", "percent"), ("aligned", "percent"), ("cycle_time", "number"), ("throughput", "number")):
        own(world, what, unit)
    told(world, 4, 4)
    finished(world, 7)
    jobs.measure_kpis(0)
    assert not Measurement.objects.exists()


def test_each_figure_is_measured_once_a_day(world):
    rows = {what: own(world, what, unit) for what, unit in (("promises", "percent"), ("aligned", "percent"), ("cycle_time", "number"), ("throughput", "number"))}
    told(world, 5, 4)
    objective = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=objective, subject=world.project, weight=75)
    finished(world, 12)
    jobs.measure_kpis(0)
    jobs.measure_kpis(0)
    found = {what: Measurement.objects.get(kpi=row).value for what, row in rows.items()}
    assert found == {"promises": D(80), "aligned": D(75), "cycle_time": D(2), "throughput": D(1)}
    assert {m.way for m in Measurement.objects.all()} == {"own"} and {m.taken_by for m in Measurement.objects.all()} == {world.alma}


def test_what_was_closed_without_a_result_is_in_no_figure(world):
    rows = {what: own(world, what, "number") for what in ("cycle_time", "throughput")}
    finished(world, 12)
    slow = [make.work_item(actor=world.boris, project=world.project, title=f"Never made {n}") for n in range(12)]
    other = states.add(actor=world.boris, space=world.project.space, name="Cancelled", category="done", is_given_up=True)
    end = clock.now() - 20 * DAY
    for n, row in enumerate(slow):
        how = {"state": other} if n % 2 else {"state": make.state_of(world.project, "done"), "is_given_up": True}
        WorkItem.objects.filter(pk=row.pk).update(actual_finish=end, actual_start=end - 90 * DAY, **how)
    assert own_kpis.figure(rows["cycle_time"]) == own_kpis.Figure(D(2), 12, 8)
    assert own_kpis.figure(rows["throughput"]) == own_kpis.Figure(D(1), 12, 8)
    space = world.project.space_id
    assert work_items.expected_days(world.boris, space) == 2
    assert sum(work_items.finished_by_week(world.boris, space, clock.now())) == 12


def test_the_board_counts_as_the_flow_page_does_parts_and_not_their_whole(world):
    finished(world, 12)
    whole = make.work_item(actor=world.boris, project=world.project, title="All of it", state="done")
    WorkItem.objects.filter(pk=whole.pk).update(actual_start=clock.now() - 400 * DAY)
    WorkItem.objects.filter(title__startswith="Item ").update(parent=whole)
    assert work_items.expected_days(world.boris, world.project.space_id) == 2
    assert sum(work_items.finished_by_week(world.boris, world.project.space_id, clock.now())) == 12


def test_the_chance_of_a_sprint_does_not_rest_on_it_either(world):
    held = [make.work_item(actor=world.boris, project=world.project, title=f"Held {n}") for n in range(4)]
    sprint = make.sprint(actor=world.mei, project=world.project, items=held)
    finished(world, 12)
    WorkItem.objects.filter(space=world.project.space_id).update(created_at=clock.now() - 60 * DAY)
    sprints.start(actor=world.mei, sprint=sprint, version=sprint.version)
    sprint.refresh_from_db()
    assert sprint_figures.figures(world.mei, sprint, False).basis[0] == 12
    ids = WorkItem.objects.filter(title__startswith="Item ").values_list("pk", flat=True)[:5]
    WorkItem.objects.filter(pk__in=list(ids)).update(is_given_up=True)
    found = sprint_figures.figures(world.mei, sprint, False)
    assert found.basis[0] == 7 and isinstance(found.chance, NotEnough)


def test_it_counts_what_the_person_sees_and_stops_with_the_right(world):
    make.spaces.grant(actor=world.admin, space=world.root, user=world.chen, role="executive")
    world.chen.refresh_from_db()
    kpi = own(world, "throughput", "number", actor=world.chen)
    finished(world, 12)
    assert own_kpis.figure(kpi).value == D(1)
    make.spaces.revoke(actor=world.admin, space=world.root, user=world.chen)
    jobs.measure_kpis(0)
    assert not Measurement.objects.exists()


def test_it_is_not_measured_by_hand_and_keeps_its_unit(world):
    kpi = own(world, "promises")
    with pytest.raises(Refused, match="kpi_measured_by_tandem"):
        measurements.take(actor=world.alma, kpi=kpi, on=clock.today(), value=D(99))
    with pytest.raises(Refused, match="unit_of_own_figure"):
        own(world, "cycle_time", "percent")
    kpis.change(actor=world.alma, kpi=kpi, version=None, computed_from="")
    assert kpi.measured_as is None
    measurements.take(actor=world.alma, kpi=kpi, on=clock.today(), value=D(99))
