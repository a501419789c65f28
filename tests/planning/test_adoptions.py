"""Adopting a scenario: one decision, all or nothing, and the way back while nothing stands on it."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning import selection
from tandem.planning.actions import adoptions, scenarios
from tandem.planning.models import Adoption, Solution
from tandem.portfolio.actions import benefit_measurements, benefits, portfolios, projects, proposals
from tandem.portfolio.models import Benefit, Project
from tandem.reports.queries import scenarios as reads
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(world):
    """A scenario whose answer has the crane from the second quarter on, and neither portal nor robots."""
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    crane, portal, robots = (make.proposal(actor=world.alma, space=home, title=t) for t in ("Crane", "Portal", "Robots"))
    goal = make.objective(actor=world.alma, space=home)
    objectives.contribute(actor=world.alma, objective=goal, subject=crane, weight=70)
    scenario = scenarios.create(actor=world.alma, space=home, name="Less", starts_on=date(2027, 1, 1), budget=[200_000])
    at = SimpleNamespace(world=world, lead=world.alma, home=home, crane=crane, portal=portal, robots=robots, goal=goal, scenario=scenario)
    answered(at, {str(crane.pk): 1})
    return at


def answered(at, starts, **values):
    values = {"state": "done", "value": 5, "starts": starts, "inputs_hash": selection.read(at.scenario).hash, **values}
    return Solution.objects.create(space=at.home, scenario=at.scenario, **values)


def adopt(at, **values):
    values = {"actor": at.lead, "scenario": at.scenario, "version": None, "reason": "The berth comes first", **values}
    made = adoptions.adopt(**values)
    for row in (at.crane, at.portal, at.robots, at.scenario):
        row.refresh_from_db()
    return made


@pytest.mark.parametrize(("others", "left"), [("on_hold", "on_hold"), ("declined", "declined"), ("keep", "submitted")])
def test_the_chosen_become_projects_and_the_rest_what_the_decision_says(at, others, left):
    made = adopt(at, others=others)
    project = at.crane.project
    assert (project.name, project.state, project.starts_on, project.space.parent) == ("Crane", "proposed", date(2027, 4, 1), at.home)
    assert (at.crane.state, at.portal.state, at.robots.state, at.scenario.state) == ("project", left, left, "adopted")
    assert list(Contribution.objects.of(project).values_list("objective_id", "weight")) == [(at.goal.pk, 70)]
    assert made.touched("project") == [project.pk]
    for row, verb in ((at.scenario, "scenario.adopted"), (at.crane, "proposal.moved"), (project, "project.created")):
        assert Event.objects.of(row).filter(verb=verb).count() == (2 if row is at.crane else 1)


def test_it_is_refused_once_the_question_has_changed(at):
    proposals.change(actor=at.lead, proposal=at.portal, version=None, costs=[1])
    with pytest.raises(Refused, match="scenario_stale"):
        adopt(at)
    assert not Project.objects.filter(name="Crane").exists()


@pytest.mark.parametrize(("values", "code"), [({"state": "searching"}, "unsolved"), ({"state": "impossible", "value": None}, "unsolved"), ({"starts": {}}, "set_empty")])
def test_there_must_be_an_answer(at, values, code):
    answered(at, **{"starts": {str(at.crane.pk): 0}, **values})
    with pytest.raises(Refused, match=code):
        adopt(at)


def test_a_point_of_the_frontier_is_adopted_as_well(at):
    answered(at, {str(at.crane.pk): 0}, frontier=[{"starts": {str(at.portal.pk): 0}}])
    adopt(at, point=0)
    assert (at.crane.state, at.portal.state) == ("on_hold", "project")


def test_a_running_project_that_is_left_out_is_held(at):
    adopt(at, others="keep")
    project = projects.change(actor=at.lead, project=at.crane.project, version=None, state="running")
    at.scenario = scenarios.create(actor=at.lead, space=at.home, name="Next", starts_on=date(2027, 4, 1))
    at.scenario = scenarios.lock(actor=at.lead, scenario=at.scenario, version=None, proposal=at.crane, to="out")
    answered(at, {str(at.portal.pk): 0})
    made = adopt(at)
    project.refresh_from_db()
    assert (project.state, at.crane.state, at.portal.state) == ("on_hold", "project", "project")
    adoptions.undo(actor=at.lead, adoption=made)
    project.refresh_from_db()
    assert project.state == "running"


def test_a_decision_needs_a_reason_and_is_made_once(at):
    with pytest.raises(Refused, match="verdict_reason_missing"):
        adopt(at, reason=" ")
    with pytest.raises(Stale):
        adopt(at, version=99)
    adopt(at)
    with pytest.raises(Refused, match="scenario_adopted"):
        adopt(at)
    with pytest.raises(Refused, match="scenario_adopted"):
        scenarios.change(actor=at.lead, scenario=at.scenario, version=None, name="Other")
    assert Adoption.objects.count() == 1


def test_what_was_decided_stays_whatever_becomes_of_the_proposals(at):
    adopt(at, others="keep")
    before = reads.view(at.lead, at.scenario)
    proposals.change(actor=at.lead, proposal=at.portal, version=None, title="Another gate", costs=[999_000], effort={"Crew": [7]})
    make.proposal(actor=at.lead, space=at.home, title="Later idea")
    Solution.objects.create(space=at.home, scenario=at.scenario, state="done", value=9, starts={str(at.robots.pk): 0}, inputs_hash="x")
    after = reads.view(at.lead, at.scenario)
    assert after.figures == before.figures and after.inputs.hash == before.inputs.hash
    assert [(r.offer, r.start) for r in after.rows] == [(r.offer, r.start) for r in before.rows]
    assert {r.offer.title for r in after.rows} == {"Crane", "Portal", "Robots"}


def test_what_is_kept_is_read_back_as_it_was(at):
    inputs = selection.read(at.scenario)
    said = json.loads(json.dumps(selection.kept(inputs)))
    assert selection.as_kept(at.scenario, said) == inputs


def test_it_is_taken_back_while_nothing_stands_on_it(at):
    made = adopt(at)
    project = at.crane.project
    adoptions.undo(actor=at.lead, adoption=made)
    for row in (at.crane, at.portal, at.scenario, project):
        row.refresh_from_db()
    assert (at.crane.state, at.crane.project, at.portal.state, at.portal.reason) == ("submitted", None, "submitted", "")
    assert (project.state, at.scenario.state) == ("cancelled", "open")
    assert not Contribution.objects.of(project).exists()
    with pytest.raises(Refused, match="adoption_undone"):
        adoptions.undo(actor=at.lead, adoption=made)
    adopt(at)


def test_work_or_a_change_stands_in_the_way_back(at):
    made = adopt(at)
    item = make.work_item(actor=at.lead, project=at.crane.project)
    with pytest.raises(Refused, match="adoption_built_on"):
        adoptions.undo(actor=at.lead, adoption=made)
    item.delete()
    proposals.move(actor=at.lead, proposal=at.portal, version=None, state="assessed")
    with pytest.raises(Refused, match="adoption_built_on"):
        adoptions.undo(actor=at.lead, adoption=made)


def test_who_may_not_and_who_sees_nothing(at):
    member = make.user(actor=at.world.admin, name="Noor", role=Role.MEMBER, space=at.home)
    for user, refusal in ((member, Denied), (at.world.dana, Hidden)):
        with pytest.raises(refusal):
            adopt(at, actor=user)
    made = adopt(at)
    for user, refusal in ((member, Denied), (at.world.dana, Hidden)):
        with pytest.raises(refusal):
            adoptions.undo(actor=user, adoption=made)


def test_the_page_decides_shows_the_decision_and_takes_it_back(at, client):
    client.force_login(at.lead)
    address = f"/scenarios/{at.scenario.pk}/"
    assert "Opens 1 project" in client.get(address).content.decode()
    sent = {"reason": "The <b>berth</b>", "others": "on_hold", "version": at.scenario.version}
    assert client.post(f"{address}adoptions/", sent).status_code == 302
    page = client.get(address).content.decode()
    assert "The &lt;b&gt;berth" in page
    assert "Take the decision back" in page
    (made,) = Adoption.objects.all()
    assert client.post(f"/adoptions/{made.pk}/reversals/", {"version": made.version}).status_code == 302
    assert "Opens 1 project" in client.get(address).content.decode()


def test_the_benefits_of_the_case_go_with_the_project_and_come_back(at):
    named = make.benefit(actor=at.lead, space=at.home, title="Faster berths", proposal=at.crane, starts_on=None)
    made = adopt(at)
    named.refresh_from_db()
    assert (named.space, named.starts_on, named.state) == (at.crane.project.space, date(2027, 4, 1), "planned")
    assert Benefit.objects.in_spaces([at.crane.project.space_id]).count() == 1
    adoptions.undo(actor=at.lead, adoption=made)
    named.refresh_from_db()
    assert (named.space, named.starts_on, named.proposal) == (at.home, None, at.crane)


@pytest.mark.parametrize("what", ["measured", "another-day"])
def test_what_was_done_to_a_carried_benefit_since_stops_the_way_back(at, what):
    named = make.benefit(actor=at.lead, space=at.home, title="Faster berths", proposal=at.crane, starts_on=None)
    benefit_measurements.take(actor=at.lead, benefit=named, on=date(2026, 1, 5), value=Decimal(1))
    made = adopt(at)
    named.refresh_from_db()
    if what == "measured":
        benefit_measurements.take(actor=at.lead, benefit=named, on=clock.today(), value=Decimal(5))
    else:
        benefits.change(actor=at.lead, benefit=named, version=None, starts_on=date(2027, 7, 1))
    with pytest.raises(Refused, match="adoption_built_on"):
        adoptions.undo(actor=at.lead, adoption=made)


def test_measured_before_the_decision_it_comes_back(at):
    named = make.benefit(actor=at.lead, space=at.home, title="Faster berths", proposal=at.crane, starts_on=None)
    benefit_measurements.take(actor=at.lead, benefit=named, on=date(2026, 1, 5), value=Decimal(1))
    adoptions.undo(actor=at.lead, adoption=adopt(at))
    named.refresh_from_db()
    assert (named.space, named.starts_on) == (at.home, None)


def test_a_case_without_named_benefits_becomes_one_until_it_is_measured(at):
    made = adopt(at)
    row = Benefit.objects.get(proposal=at.crane)
    assert (row.profile, row.starts_on, row.owner, row.currency) == (at.crane.benefits, date(2027, 4, 1), at.crane.owner, "EUR")
    benefit_measurements.take(actor=at.lead, benefit=row, on=clock.today(), value=Decimal(5))
    with pytest.raises(Refused, match="adoption_built_on"):
        adoptions.undo(actor=at.lead, adoption=made)
    row.measurements.all().delete()
    adoptions.undo(actor=at.lead, adoption=made)
    assert not Benefit.objects.filter(proposal=at.crane).exists()


def test_the_class_of_the_proposal_goes_with_the_project(at):
    at.crane.write(expected=None, kind="transform", horizon="long")
    Solution.objects.filter(scenario=at.scenario).update(inputs_hash=selection.read(at.scenario).hash)
    adopt(at)
    assert (at.crane.project.kind, at.crane.project.horizon) == ("transform", "long")
