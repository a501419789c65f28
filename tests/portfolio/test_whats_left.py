"""What is left of a reported cost by quarter, and projects that ask to go on with it."""

from datetime import date
from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Membership, Role, Space
from tandem.people.scoping import access_changed
from tandem.planning import selection
from tandem.planning.actions import scenarios
from tandem.portfolio.actions import continuing, portfolios, proposals
from tandem.portfolio.models import Project, Proposal
from tandem.portfolio.whats_left import left
from tandem.reports.queries import outcomes
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution
from tandem.web.portfolio import continuing as words
from tests import make

FIRST = date(2026, 10, 1)
REPORT = date(2026, 9, 1)


@pytest.mark.parametrize(("spent", "start", "finish", "costs"), [
    pytest.param(None, date(2026, 10, 1), date(2027, 10, 1), [92, 90, 91, 92], id="a year of it"),
    pytest.param(None, date(2025, 10, 1), date(2027, 10, 1), [46, 45, 45, 46], id="half is over"),
    pytest.param(D(265), date(2025, 10, 1), date(2027, 1, 1), [75], id="what was spent is known"),
    pytest.param(D(0), date(2027, 1, 1), date(2027, 7, 1), [0, 181, 184], id="nothing was spent, and it begins later"),
    pytest.param(D(65), date(2025, 10, 1), date(2026, 10, 2), [10], id="nearly all of the rest is spent before"),
    pytest.param(D(400), date(2025, 10, 1), date(2027, 1, 1), [], id="more was spent than it costs"),
    pytest.param(None, date(2027, 1, 1), date(2027, 7, 1), [0, 181, 184], id="it begins later"),
    pytest.param(None, date(2025, 1, 1), date(2026, 10, 1), [], id="it is over"),
    pytest.param(None, date(2027, 9, 1), date(2027, 1, 1), [], id="it ends before it begins"),
])  # fmt: skip
def test_the_rest_is_spread_by_days(spent, start, finish, costs):
    assert left(budget=D(365), spent=spent, on=REPORT, start=start, finish=finish, first=FIRST) == costs


def test_what_is_spent_between_the_report_and_the_first_quarter_is_not_asked_for():
    case = {"budget": D(100), "spent": D(20), "start": date(2025, 1, 1), "finish": date(2026, 12, 31), "first": FIRST}
    assert left(on=date(2026, 1, 1), **case) == [20]
    assert left(on=date(2027, 3, 1), **case) == [80], "reported after its planned finish: the rest falls on its last day"


def test_nothing_is_lost_or_gained_by_rounding_and_by_what_lies_far_ahead():
    whole = left(budget=D(1_000_003), spent=D(0), on=FIRST, start=FIRST, finish=date(2090, 5, 5), first=FIRST)
    assert (len(whole), sum(whole)) == (40, 1_000_003)


@pytest.fixture
def home(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Major works", currency="USD").space


def reported(world, home, name="Sewer", *, finish=date(2027, 10, 1), start=FIRST, cost=365):
    project = make.project(actor=world.alma, name=name, parent=home)
    make.project_report(actor=world.alma, project=project, on=date(2026, 9, 1), planned_start=start, planned_finish=finish, budget=D(cost), currency="USD")
    return project


def propose(world, home, projects, **values):
    return continuing.propose(**{"actor": world.alma, "space": home, "projects": projects, "first": date(2026, 11, 5), **values})


def test_a_running_project_becomes_a_candidate_with_what_is_left(world, home):
    sewer, over, bare = reported(world, home), reported(world, home, "Pier", finish=date(2026, 9, 30), start=date(2025, 1, 1)), make.project(actor=world.alma, name="Bare", parent=home)
    goal, other = (make.objective(actor=world.alma, space=home, title=title) for title in ("Dry streets", "Clean water"))
    objectives.contribute(actor=world.alma, objective=other, subject=sewer, weight=30)
    done = propose(world, home, [sewer, over, bare], objective=goal, weight=60)
    assert (done.made, done.over, done.unknown, sum(done)) == (1, 1, 1, 3)
    row = Proposal.objects.get()
    assert (row.title, row.state, row.project, row.costs, row.not_before) == ("Sewer", "project", sewer, [92, 90, 91, 92], FIRST)
    assert dict(Contribution.objects.of(row).values_list("objective__title", "weight")) == {"Dry streets": 60, "Clean water": 30}
    assert Event.objects.of(row).filter(verb="proposal.created").count() == 1


def test_said_again_the_case_is_renewed_and_nothing_is_doubled(world, home):
    sewer = reported(world, home)
    propose(world, home, [sewer])
    make.project_report(actor=world.alma, project=sewer, on=date(2026, 9, 2), planned_start=FIRST, planned_finish=date(2027, 10, 1), budget=D(730), currency="USD")
    done = propose(world, home, [sewer])
    assert (done.renewed, sum(done)) == (1, 1)
    assert Proposal.objects.get().costs == [184, 180, 182, 184]
    done = propose(world, home, [sewer])
    assert (done.same, sum(done)) == (1, 1)
    assert Event.objects.filter(verb="proposal.changed").count() == 1, "the same again is no change"


def test_the_case_on_which_a_project_was_decided_stays(world, home):
    sewer = reported(world, home)
    case = make.proposal(actor=world.alma, space=home, title="Sewer", costs=[9_000], benefits=[], effort={})
    proposals.set_state(case, actor=world.alma, version=None, state="project", reason="", project=sewer)
    goal = make.objective(actor=world.alma, space=home, title="Dry streets")
    done = propose(world, home, [sewer], objective=goal)
    assert (done.decided, sum(done)) == (1, 1)
    same = Proposal.objects.get()
    assert (same.costs, same.not_before, same.version) == ([9_000], None, case.version)
    assert not Contribution.objects.of(same).exists()
    assert "the case of 1 was decided and stays" in words.said(done)


def test_what_asks_to_go_on_is_no_case_whose_outcome_is_judged(world, home):
    propose(world, home, [reported(world, home)])
    assert outcomes.of_proposals(world.alma, home).without == 0


def test_where_it_asks_is_not_told_to_who_may_not_know(world, home):
    one, other = reported(world, home), reported(world, home, "Pier")
    for number, project in enumerate((one, other)):
        place = portfolios.create(actor=world.alma, parent=world.root, name=f"Place {number}", currency="USD").space
        make.proposal(actor=world.alma, space=place, title="Case").write(expected=None, state="project", project=project)
        if project == other:
            Space.objects.filter(pk=place.pk).update(is_confidential=True)
            Membership.objects.filter(space=place).delete()
            access_changed()
    done = propose(world, home, [one, other])
    assert (done.elsewhere, done.unknown, sum(done)) == (1, 1, 2)


def test_a_project_that_begins_later_is_delayed_once(world, home):
    sewer = reported(world, home, start=date(2027, 4, 1))
    Project.objects.filter(pk=sewer.pk).update(starts_on=date(2027, 4, 12))
    propose(world, home, [sewer])
    row = Proposal.objects.get()
    assert (row.costs, sum(row.costs), row.not_before) == ([170, 195], 365, date(2027, 4, 1))
    scenario = scenarios.create(actor=world.alma, space=home, name="All", starts_on=FIRST, budget=[500])
    (offer,) = selection.read(scenario).offers.values()
    assert (offer.costs, offer.earliest) == ((170, 195), 2)


def test_other_money_is_not_added_up(world, home):
    project = reported(world, home)
    elsewhere = portfolios.create(actor=world.alma, parent=world.root, name="In euros").space
    with pytest.raises(Refused, match="currency_differs"):
        propose(world, elsewhere, [project])
    assert not Proposal.objects.exists()


def test_what_stopped_does_not_ask(world, home):
    project = reported(world, home)
    Project.objects.filter(pk=project.pk).update(state="on_hold")
    assert propose(world, home, [project]).made == 0


def test_who_may_not_and_who_sees_nothing(world, home):
    project = reported(world, home)
    member = make.user(actor=world.admin, name="Noor", role=Role.MEMBER, space=home)
    for person, refusal in ((member, Denied), (world.dana, Hidden)):
        with pytest.raises(refusal):
            propose(world, home, [project], actor=person)
    with pytest.raises(Refused):
        propose(world, project.space, [project])
    with pytest.raises(Refused):
        propose(world, home, [project], kind="golden")


def test_a_scenario_chooses_among_what_runs_only_where_it_may_hold_it(world, home):
    sewer, pier = reported(world, home), reported(world, home, "Pier", cost=730)
    propose(world, home, [sewer, pier])
    fresh = make.proposal(actor=world.alma, space=home, title="New", costs=[100], benefits=[500], effort={})
    scenario = scenarios.create(actor=world.alma, space=home, name="Less", starts_on=FIRST, budget=[200])
    fixed = {o.title: (o.is_fixed, o.is_running, o.costs) for o in selection.read(scenario).offers.values()}
    assert fixed == {"Sewer": (True, True, (92, 90, 91, 92)), "Pier": (True, True, (184, 180, 182, 184)), "New": (False, False, (100,))}
    scenario = scenarios.change(actor=world.alma, scenario=scenario, version=None, may_hold=True)
    assert not any(o.is_fixed for o in selection.read(scenario).offers.values())
    assert scenarios.copy(actor=world.alma, scenario=scenario).may_hold
    later = scenarios.create(actor=world.alma, space=home, name="Later", starts_on=date(2027, 4, 1), budget=[200])
    assert selection.read(later).offers[str(Proposal.objects.get(title="Sewer").pk)].costs == (91, 92), "what is over is not asked for again"
    assert proposals.MOVES[Proposal.State.PROJECT] == {}
    assert fresh.project is None
