"""What the history says of scenarios and proposals: amounts, shares and locks in words, not as they are stored."""

from datetime import date

import pytest

from tandem.history.models import Event
from tandem.planning.actions import scenarios
from tandem.portfolio.actions import portfolios, proposals
from tandem.web import histories
from tests import make


@pytest.fixture
def home(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space


def said(user, row):
    events = histories.lines(Event.objects.visible_to(user).of(row).newest_first(), user)
    return {change["name"]: (change["before"], change["after"]) for event in reversed(events) for change in event["changes"]}


def test_capacity_budget_shares_and_locks_of_a_scenario_are_said_in_words(world, home):
    crane = make.proposal(actor=world.alma, space=home, title="Crane")
    goal = make.objective(actor=world.alma, space=home, title="Growth")
    row = scenarios.create(actor=world.alma, space=home, name="Less", starts_on=date(2027, 1, 1), budget=[200_000], capacity={"Crew": [10, 20, 20, 30]})
    shares = [{"group": "kind:run", "bound": "least", "percent": 20}, {"group": f"objective:{goal.pk}", "bound": "most", "percent": 50}]
    row = scenarios.change(actor=world.alma, scenario=row, version=None, shares=shares, capacity={"Crew": [5]})
    scenarios.lock(actor=world.alma, scenario=row, version=None, proposal=crane, to="out")
    words = said(world.alma, row)
    assert words["budget"][1] == "200,000 in each of 4 quarters"
    assert words["capacity"] == ("Crew: 10 · 20 · 20 · 30 days", "Crew: 5 days in each of 4 quarters")
    assert words["shares"][1].endswith("at most 50 % for “Growth”") and "at least 20 % for" in words["shares"][1] and "kind:" not in words["shares"][1]
    assert words["locks"] == ("–", "Crane is out")


def test_effort_and_costs_of_a_proposal_are_said_in_words(world, home):
    row = make.proposal(actor=world.alma, space=home, title="Crane")
    proposals.change(actor=world.alma, proposal=row, version=None, effort={"Crew": [7], "Lead": [1, 2]}, costs=[999_000])
    words = said(world.alma, row)
    assert words["effort"][1] == "Crew: 7 days, Lead: 1 · 2 days"
    assert words["costs"][1] == "999,000"


def test_a_locked_proposal_that_one_does_not_see_is_not_named(world, home):
    crane = make.proposal(actor=world.alma, space=home, title="Crane")
    row = scenarios.create(actor=world.alma, space=home, name="Less", starts_on=date(2027, 1, 1))
    scenarios.lock(actor=world.alma, scenario=row, version=None, proposal=crane, to="in")
    events = histories.lines(Event.objects.of(row).newest_first(), world.dana)
    assert "Crane" not in str([event["changes"] for event in events])
