"""Sums of effort stand until effort is computed anew, and never for somebody who sees something else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.people.models import Space
from tandem.planning import alignment as computing
from tandem.portfolio.actions import programmes
from tandem.portfolio.models import Project
from tandem.reports.queries import alignment, kept_effort, strategy_map
from tandem.strategy.actions import objectives
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def served(world):
    """Ten finished items of a project, all of which serves an objective."""
    world.growth = make.objective(actor=world.alma, title="Growth", intended_share=40)
    objectives.contribute(actor=world.alma, objective=world.growth, subject=world.project, weight=100)
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(state=make.state_of(world.project, "done"))
    computing.compute_all()
    return world


def of(user):
    found = alignment.read(user, since=None)
    return found.whole.items, found.served, [(s.name, s.score) for s in found.scored]


def of_map(user):
    return sorted((a[0], b[0], c, amount) for a, b, c, amount in strategy_map.drawn(user, "items", (9, 9, 9), since=None, to_come=False).rows)


def test_what_was_asked_once_is_asked_again_only_after_a_computation(served):
    first = of(served.alma)
    with CaptureQueriesContext(connection) as asked:
        assert of(served.alma) == first
    assert sum("planning_effort" in one["sql"] for one in asked) == 1, "the version alone"
    assert (first[0], first[1]) == (10, 10)


def test_after_a_computation_nothing_old_is_said(served):
    before = of(served.alma), of_map(served.alma)
    objectives.contribute(actor=served.alma, objective=served.growth, subject=served.project, weight=30)
    assert (of(served.alma), of_map(served.alma)) == before, "computed by a job"
    computing.compute_all()
    assert of(served.alma)[1] == pytest.approx(3)
    assert sum(amount for kind, _b, _c, amount in of_map(served.alma) if kind == "nothing") == pytest.approx(7)


def test_what_goes_with_an_objective_goes_from_the_sums(served):
    assert of(served.alma)[0] == 10
    served.growth.contributions.all().delete()
    served.growth.delete()
    assert of(served.alma)[0] == 0


def test_another_name_of_a_project_and_another_place_of_it_are_there_at_once(served):
    before = of_map(served.alma)
    programme = programmes.create(actor=served.admin, name="Elsewhere", parent=served.root)
    Project.objects.filter(pk=served.project.pk).update(name="Renamed")
    Space.objects.filter(pk=served.project.space_id).update(parent=programme.space)
    drawn = strategy_map.drawn(served.alma, "items", (9, 9, 9), since=None, to_come=False)
    assert drawn.names["project", served.project.pk] == "Renamed"
    assert {row[1] for row in drawn.rows} == {("programme", programme.pk)} and "programme" not in {b for _a, b, _c, _n in before}


def test_nobody_gets_the_sums_of_somebody_else(served):
    assert of(served.alma)[0] == 10
    assert of(served.dana) == (0, 0, []) and of_map(served.dana) == []


def test_few_answers_are_kept(served):
    for n in range(kept_effort.MOST + 5):
        kept_effort.fetched("SELECT %s", [n])
    assert len(kept_effort._kept) == kept_effort.MOST
