"""Reading a project for its flow: what counts, from when, and what holds it up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people import scoping
from tandem.reports.queries import flow, flow_figures
from tandem.work.actions import links, work_items
from tandem.work.models import Link, State, StateChange, WorkItem, WorkItemType
from tests import make

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
START = datetime(2026, 8, 3, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def history(world, *ways, parent=None):
    """Items that passed through to_do, in_progress, done on the given days; a shorter way is not finished."""
    states = [make.state_of(world.project, c) for c in ("to_do", "in_progress", "done")]
    kind = WorkItemType.objects.get(space=world.project.space, name="Story")
    rows, changes = [], []
    for number, way in enumerate(ways):
        item = WorkItem(
            title=f"Item {number}", type=kind, state=states[len(way) - 1], created_at=at(way[0]), rank=number, parent=parent,
            actual_start=at(way[1]) if len(way) > 1 else None, actual_finish=at(way[2]) if len(way) > 2 else None,
        )
        rows.append(item)
        before = None
        for state, day in zip(states, way, strict=False):
            changes.append(StateChange(item=item, from_state=before, to_state=state, at=at(day), by=world.boris))
            before = state
    return work_items.create_many(actor=world.boris, space=world.project.space, items=rows, assignments=[], changes=changes)


def read(world, user=None, **asked):
    return flow.read(user or world.boris, world.project.space_id, now=NOW, **asked)


def test_times_are_those_of_the_moves(world):
    history(world, *((n, n + 1, n + 1 + n % 4 + 1) for n in range(12)))
    found = flow_figures.figures(read(world))
    assert sorted(one.days for one in found.finished) == pytest.approx(sorted(1 + n % 4 for n in range(12)))
    assert [one.on for one in found.finished] == sorted(one.on for one in found.finished)
    assert found.times.cycle.items == 12
    assert found.times.lead.least == 2
    assert sum(week.finished for week in found.weeks) == 12


def test_what_was_over_before_the_period_is_not_read(world):
    history(world, (0, 1, 2), (0, 1, 50), (0, 1), (0,))
    found = read(world, since=at(40))
    assert sorted(line.title for line in found.lines.values()) == ["Item 1", "Item 2", "Item 3"]


def test_containers_count_only_when_a_type_is_asked_for(world):
    above = make.work_item(actor=world.boris, project=world.project, title="Whole")
    history(world, (0, 1, 2), parent=above)
    assert [line.title for line in read(world).lines.values()] == ["Item 0"]
    assert len(read(world, text="type:story").lines) == 1 + (above.type.name == "Story")
    assert read(world, text="type:story").has_parents


def test_a_way_that_was_not_recorded_is_read_from_the_dates(world):
    rows = history(world, (0, 3, 9))
    StateChange.objects.filter(item=rows[0]).exclude(to_state__category=State.Category.DONE).delete()
    found = flow_figures.figures(read(world))
    assert [(one.days, one.lead) for one in found.finished] == [(6.0, 9.0)]


def test_a_finished_item_without_a_day_is_left_out_and_counted(world):
    rows = history(world, (0, 1, 2), (0, 1, 3))
    WorkItem.objects.filter(pk=rows[0].pk).update(actual_finish=None)
    found = read(world)
    assert (len(found.lines), found.undated) == (1, 1)


def test_a_link_blocks_from_its_day_until_the_blocker_is_finished(world):
    blocker, held = history(world, (0, 1, 10), (0, 2))
    link = links.create(actor=world.boris, source=blocker, target=held, kind="blocks")
    Link.objects.filter(pk=link.pk).update(created_at=at(4))
    found = flow_figures.figures(read(world))
    assert [(one.cause, one.items, one.still, one.days, one.unknown) for one in found.clusters] == [
        (f"{blocker.key} {blocker.title}", 1, 0, pytest.approx(6.0), 0)
    ]
    assert not any(one.is_held for one in found.in_progress)


def test_a_link_younger_than_what_it_explains_has_no_days(world):
    blocker, held = history(world, (0, 1, 10), (0, 2, 12))
    links.create(actor=world.boris, source=blocker, target=held, kind="blocks")
    found = flow_figures.figures(read(world))
    assert [(one.items, one.days, one.unknown) for one in found.clusters] == [(1, 0, 1)]


def test_a_blocker_that_one_may_not_see_has_no_name(world):
    other = make.project(actor=world.alma, name="Secret")
    secret = make.work_item(actor=world.alma, project=other, title="Hidden work")
    (held,) = history(world, (0, 2))
    with clock.held_at(at(4)):
        links.create(actor=world.alma, source=secret, target=held, kind="blocks")
    cluster = flow_figures.figures(read(world, world.mei)).clusters[0]
    assert (cluster.cause, cluster.key, cluster.still) == (None, "", 1)


def test_marked_queues_lower_the_flow_efficiency(world):
    history(world, *((n, n + 1, n + 4) for n in range(10)))
    state = make.state_of(world.project, "in_progress")
    assert flow_figures.figures(read(world)).times.efficiency == 1
    assert flow_figures.figures(read(world, queues=[state.pk])).times.efficiency == 0
    assert not read(world, queues=[10**12, make.state_of(world.project, "done").pk]).queues


def test_nothing_at_all_is_no_figure(world):
    assert flow_figures.figures(read(world)) is None
    assert flow_figures.items(read(world)) == []


def test_a_stranger_reads_nothing(world):
    history(world, (0, 1, 2))
    found = read(world, world.dana)
    assert not found.lines and not found.states and flow_figures.figures(found) is None


def test_reading_asks_as_often_for_many_as_for_few(world):
    history(world, *((n, n + 1, n + 2) for n in range(5)))

    def asked():
        scoping.forget_roles()  # the rows' own transaction is over as far as the reading knows
        with CaptureQueriesContext(connection) as queries:
            flow_figures.figures(read(world))
        return len(queries)

    asked()
    few = asked()
    history(world, *((n % 50, n % 50 + 1, n % 50 + 2) for n in range(100)))
    assert asked() == few <= 8
