"""A clock of one's own: which states start and stop it, working days alone, who may set it, and that each door says so."""

import numpy as np
import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.reports.queries import flow, flow_figures
from tandem.work.actions import calendars, flow_clocks, states, work_items
from tandem.work.models import FlowClock, State, StateChange, WorkItem, WorkItemType
from tests import make
from tests.reports.test_flow import NOW, at, history


@pytest.fixture(autouse=True)
def today():
    with clock.held_at(NOW):
        yield


@pytest.fixture
def by(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


def walked(world, by, *ways):
    """Items that passed through the states named, each on its day."""
    kind = WorkItemType.objects.get(space=world.project.space, name="Story")
    rows, changes = [], []
    for number, way in enumerate(ways):
        names = list(way)
        row = WorkItem(title=f"Item {number}", type=kind, state=by[names[-1]], created_at=at(way[names[0]]), rank=number)
        row.actual_finish = at(way["Done"]) if "Done" in way else None
        rows.append(row)
        before = None
        for name in names:
            changes.append(StateChange(item=row, from_state=before, to_state=by[name], at=at(way[name]), by=world.boris))
            before = by[name]
    return work_items.create_many(actor=world.boris, space=world.project.space, items=rows, assignments=[], changes=changes)


def figures(world, user=None):
    return flow_figures.figures(flow.read(user or world.boris, world.project.space_id, now=NOW))


def put(world, **values):
    if there := FlowClock.objects.filter(space=world.project.space).first():
        usual = {"start": None, "stop": None, "counts_working_days": False}
        return flow_clocks.change(actor=world.boris, clock=there, version=there.version, **(usual | values))
    return flow_clocks.create(actor=world.boris, space=world.project.space, **values)


def test_it_runs_between_the_states_that_are_named(world, by):
    walked(world, by, *({"To do": n, "In progress": n + 1, "In review": n + 4, "Done": n + 9} for n in range(10)))
    assert {round(one.days) for one in figures(world).finished} == {8}
    put(world, start=by["In review"])
    assert {round(one.days) for one in figures(world).finished} == {5}
    put(world, stop=by["In review"])
    found = figures(world)
    assert {round(one.days) for one in found.finished} == {3}
    assert found.finished[0].on.date() == at(4).date(), "finished when the clock stops"
    put(world, start=by["To do"])
    assert {round(one.days) for one in figures(world).finished} == {9}
    flow_clocks.remove(actor=world.boris, clock=FlowClock.objects.get())
    assert {round(one.days) for one in figures(world).finished} == {8}


def test_a_skipped_start_counts_from_the_first_state_behind_it(world, by):
    walked(world, by, {"To do": 0, "In review": 3, "Done": 5})
    put(world, start=by["In progress"])
    assert [one.days for one in figures(world).finished] == [2.0]


def test_working_days_are_those_of_an_independent_count(world, by):
    ways = [(n, n + 3 + n % 5) for n in range(40)]
    walked(world, by, *({"To do": a, "In progress": a, "Done": b} for a, b in ways))
    put(world, counts_working_days=True)
    expected = sorted(int(np.busday_count(at(a).date(), at(b).date())) for a, b in ways)
    assert sorted(round(one.days, 6) for one in figures(world).finished) == expected


def test_days_off_of_the_calendar_count_nothing(world, by):
    row = calendars.create(actor=world.boris, space=world.project.space, name="Harbour", is_default=True)
    calendars.except_days(actor=world.boris, calendar=row, name="Fair", starts_on=at(1).date(), ends_on=at(2).date(), hours=[])
    walked(world, by, {"To do": 0, "In progress": 0, "Done": 4})
    put(world, counts_working_days=True)
    assert [one.days for one in figures(world).finished] == [pytest.approx(2.0)]


def test_items_whose_way_is_not_known_are_left_out_and_counted(world, by):
    rows = history(world, (0, 3, 9), (0, 1, 2))
    StateChange.objects.filter(item=rows[0]).exclude(to_state__category="done").delete()
    put(world, start=by["In progress"])
    reading = flow.read(world.boris, world.project.space_id, now=NOW)
    assert len(reading.lines) == 1 and reading.undated == 1


def test_who_may_and_what_makes_no_clock(world, by):
    with pytest.raises(Denied):
        flow_clocks.create(actor=world.mei, space=world.project.space)
    with pytest.raises(Hidden):
        flow_clocks.create(actor=world.dana, space=world.project.space)
    other = State.objects.filter(space=make.project(actor=world.alma, name="Yard", key="YAR").space).first()
    for values, code in (
        ({"start": by["Done"]}, "clock_reversed"), ({"stop": by["To do"]}, "clock_reversed"), ({"start": other}, "other_space"),
        ({"start": by["In review"], "stop": by["In progress"]}, "clock_reversed"), ({"start": by["In review"], "stop": by["In review"]}, "clock_reversed"),
    ):  # fmt: skip
        with pytest.raises(Refused) as problem:
            put(world, **values)
        assert problem.value.code == code
    row = put(world, start=by["In progress"])
    with pytest.raises(Stale):  # another who saw no clock yet
        flow_clocks.create(actor=world.boris, space=world.project.space, start=by["In review"])
    flow_clocks.change(actor=world.boris, clock=FlowClock.objects.get(pk=row.pk), version=row.version, counts_working_days=True)
    with pytest.raises(Stale):
        flow_clocks.change(actor=world.boris, clock=FlowClock.objects.get(pk=row.pk), version=row.version, counts_working_days=False)


def test_a_retired_state_hands_the_clock_on(world, by):
    put(world, start=by["In progress"], stop=by["In review"])
    states.retire(actor=world.boris, state=by["In progress"], into=by["In review"])
    row = FlowClock.objects.get()
    assert (row.start, row.stop) == (None, by["In review"])


def test_the_page_sets_it_and_every_time_says_it(world, by, signed_in):
    walked(world, by, *({"To do": n, "In progress": n + 1, "In review": n + 4, "Done": n + 9} for n in range(10)))
    client = signed_in(world.boris)
    settings, page = reverse("board_settings", kwargs={"key": "POR"}), reverse("flow", kwargs={"key": "POR"})
    assert "Clock: from in progress to done, days of the clock." in client.get(page).content.decode()
    given = {"do": "set_clock", "start": by["In review"].pk, "stop": "", "counts_working_days": "1"}
    assert client.post(settings, given, headers={"Accept": "application/json"}).status_code == 200
    assert signed_in(world.mei).post(settings, given, headers={"Accept": "application/json"}).status_code == 403
    found = signed_in(world.mei).get(page).content.decode()
    assert found.count("from “In review” to done, working days") >= 5 and "weekends and days off count nothing" in found
    assert "<b>In review</b>" in signed_in(world.mei).get(settings).content.decode()
    head = signed_in(world.mei).get(reverse("flow_export", kwargs={"key": "POR"})).content.decode().splitlines()[0]
    assert "Working days in progress" in head
