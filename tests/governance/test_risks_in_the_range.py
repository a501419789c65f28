"""Open risks of the register strike in the trials of the range in which a plan ends."""

import pytest

from tandem.governance import threats
from tandem.governance.actions import risk_runs, risk_ties, risks
from tandem.governance.models import Risk
from tandem.kit import clock
from tandem.planning import plan_ranges
from tandem.work.models import WorkItem
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY
from tests.planning.test_plan_ranges import learnt, task, weekdays_after

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def quay(world):
    """Two tasks in a row, of ten days together, whose like took as long as was estimated; and one of three days beside them."""
    project = make.project(actor=world.alma, name="Quay seven", key="QUA")
    learnt(world, [1.0] * 9)
    first, second = task(world, project, 4), task(world, project, 6)
    make.link(actor=world.alma, source=first, target=second)
    task(world, project, 3, title="Paint the fence")
    return project


def sure(world, project, days, **values):
    return make.risk(actor=world.alma, space=project.space, probability=99, days=[days], money=[], **values)


def test_a_risk_to_the_project_puts_its_end_off(world, quay):
    assert plan_ranges.compute(quay.space).p80 == weekdays_after(TODAY, 10)
    sure(world, quay, 8)
    found = plan_ranges.compute(quay.space)
    assert found.p50 == found.p80 == weekdays_after(TODAY, 18)
    assert (found.detail["risks"], found.detail["unplaced"]) == (1, 0)


def test_a_risk_to_an_item_beside_the_longest_path_takes_its_slack_first(world, quay):
    risk = sure(world, quay, 5)
    risk_ties.add(actor=world.alma, risk=risk, subject=WorkItem.objects.get(space=quay.space, title="Paint the fence"))
    assert plan_ranges.compute(quay.space).p80 == weekdays_after(TODAY, 10), "3 + 5 days are less than ten"


def test_a_chance_takes_days_away_and_what_is_closed_strikes_no_more(world, quay):
    threat, _chance = sure(world, quay, 8), sure(world, quay, 3, kind=Risk.Kind.CHANCE)
    assert plan_ranges.compute(quay.space).p50 == weekdays_after(TODAY, 15)
    risks.end(actor=world.alma, risk=threat, version=None, state=Risk.State.CLOSED, reason="The crane came.")
    assert plan_ranges.compute(quay.space).detail["risks"] == 1


def test_a_chance_alone_brings_the_end_of_the_project_forward(world, quay):
    sure(world, quay, 3, kind=Risk.Kind.CHANCE)
    assert plan_ranges.compute(quay.space).p50 == weekdays_after(TODAY, 7)


def test_an_item_that_went_to_another_project_is_followed_there(world, quay):
    item, gone_to = WorkItem.objects.get(space=quay.space, title="Paint the fence"), task(world, world.project, 3, title="Paint the fence")
    risk_ties.add(actor=world.alma, risk=sure(world, quay, 5), subject=item)
    WorkItem.objects.filter(pk=item.pk).update(moved_to=gone_to, removed_at=clock.now())
    (event,) = threats.events(frozenset({quay.pk, world.project.pk}))
    assert [impact.activity for impact in event.impacts] == [f"item:{gone_to.pk}"]


def test_risks_of_other_projects_stay_out(world, quay):
    make.risk(actor=world.alma, space=world.project.space, probability=99, days=[50])
    assert plan_ranges.compute(quay.space).detail["risks"] == 0



def test_what_the_end_would_be_without_a_risk_is_that_of_the_same_range(world, quay):
    sure(world, quay, 5)
    make.risk(actor=world.alma, space=quay.space, probability=40, days=[2, 4, 9], money=[])
    figures = next(run.figures for run in risk_runs.compute(quay.space) if run.kind == "network")
    found = plan_ranges.compute(quay.space)
    assert (figures["with"]["p50_on"], figures["with"]["p80_on"]) == (str(found.p50), str(found.p80))
    assert (figures["without"]["p80"], figures["learnt"]) == (10, 3)
