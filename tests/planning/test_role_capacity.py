"""The capacities of a scenario from the people there are: their time, less what is firmly booked for what goes on beside it."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.people.models import Role
from tandem.planning import selection
from tandem.planning.actions import scenarios
from tandem.portfolio.actions import portfolios
from tandem.reports.queries import role_capacity
from tandem.resources.actions import bookings, employments, job_roles, person_roles, time_off
from tandem.resources.models import PersonRole
from tandem.work.actions import calendars
from tests import make

pytestmark = pytest.mark.django_db

STARTS, ENDS = date(2027, 1, 1), date(2027, 6, 30)
FIRST, SECOND = 64, 65
"""Days from Monday to Friday in the first and second quarter of 2027."""


@pytest.fixture
def at(world):
    """A developer full time, one for three days a week; proposals that ask for developers and for a diver."""
    calendars.create(actor=world.alma, space=world.root, name="Harbour", is_default=True)
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    role = job_roles.create(actor=world.alma, space=world.root, name="developer")
    for person, percent in ((world.mei, 100), (world.boris, 60)):
        employments.create(actor=world.alma, space=world.root, person=person, starts_on=date(2025, 1, 1), percent=percent)
        person_roles.create(actor=world.alma, space=world.root, person=person, job_role=role, starts_on=date(2025, 1, 1))
    crane = make.proposal(actor=world.alma, space=home, title="Crane", costs=[100], effort={"Developer": [90, 30], "Diver": [5]})
    asked = scenarios.create(actor=world.alma, space=home, name="Next year", starts_on=STARTS, quarters=2, budget=[200], capacity={"Developer": [300]})
    running = make.project(actor=world.alma, parent=home, name="Gate", state="running")
    return SimpleNamespace(world=world, home=home, role=role, crane=crane, scenario=asked, gate=running)


def book(at, **values):
    values = {"subject": at.gate, "starts_on": STARTS, "ends_on": date(2027, 3, 31), "percent": Decimal(50), "is_hard": True} | values
    return bookings.create(actor=at.world.alma, **values)


def days(at, user=None):
    found = role_capacity.of(user or at.world.alma, at.scenario)
    return {row.role: row for row in found.rows}


def test_the_time_of_its_people_less_firm_bookings(at):
    row = days(at)["Developer"]
    assert row.role_ids == (at.role.pk,) and {name for _pk, name in row.people} == {at.world.mei.name, at.world.boris.name}
    assert row.have == pytest.approx((1.6 * FIRST, 1.6 * SECOND)) and row.booked == (0, 0)
    book(at, person=at.world.mei)
    book(at, person=at.world.boris, percent=Decimal(20), is_hard=False)
    row = days(at)["Developer"]
    assert row.booked == pytest.approx((FIRST / 2, 0)), "half of her time in the first quarter; what is not settled takes nothing"
    assert row.left == (70, 104) and row.wanted == (90, 30)


def test_time_off_leaving_and_another_role_make_it_less(at):
    time_off.ask(actor=at.world.alma, person=at.world.mei, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 8))
    assert days(at)["Developer"].have[0] == pytest.approx(1.6 * FIRST - 5)
    other = job_roles.create(actor=at.world.alma, space=at.world.root, name="Tester")
    held = PersonRole.objects.get(person=at.world.mei)
    person_roles.change(actor=at.world.alma, person_role=held, version=held.version, ends_on=date(2027, 3, 31))
    person_roles.create(actor=at.world.alma, space=at.world.root, person=at.world.mei, job_role=other, starts_on=date(2027, 4, 1))
    assert days(at)["Developer"].have[1] == pytest.approx(0.6 * SECOND), "from April on she tests"


def test_what_is_booked_for_the_role_without_a_name_counts_and_never_below_nothing(at):
    book(at, job_role=at.role, percent=Decimal(50))
    assert days(at)["Developer"].booked[0] == pytest.approx(FIRST / 2)
    book(at, job_role=at.role, percent=Decimal(900))
    assert days(at)["Developer"].left[0] == 0


def test_who_is_booked_twice_takes_nothing_from_the_others(at):
    book(at, person=at.world.mei, percent=Decimal(80))
    book(at, person=at.world.mei, percent=Decimal(80), override_reason="The berth cannot wait")
    assert days(at)["Developer"].left[0] == int(0.6 * FIRST)


def test_bookings_for_what_the_scenario_counts_itself_are_not_taken_off(at):
    book(at, person=at.world.mei, subject=at.crane)
    assert days(at)["Developer"].booked == (0, 0)


def test_what_is_booked_beyond_the_effort_of_a_role_and_quarter_is_taken_off(at):
    whole = {"starts_on": STARTS, "ends_on": ENDS, "percent": Decimal(100)}
    book(at, person=at.world.mei, subject=at.crane, **whole)
    assert days(at)["Developer"].booked == pytest.approx((0, SECOND - 30)), "its proposal counts 90 and 30 days of developers itself"
    other = job_roles.create(actor=at.world.alma, space=at.world.root, name="Diver")
    diver = make.user(actor=at.world.admin, name="Nemo", space=at.world.root, role=Role.MEMBER)
    person_roles.create(actor=at.world.alma, space=at.world.root, person=diver, job_role=other, starts_on=date(2025, 1, 1))
    book(at, person=diver, subject=at.crane, **whole)
    assert days(at)["Diver"].booked == pytest.approx((FIRST - 5, SECOND)), "the effort of one role frees nobody of another"
    book(at, job_role=at.role, subject=at.crane, percent=Decimal(100))
    assert days(at)["Developer"].booked == pytest.approx((2 * FIRST - 90, SECOND - 30)), "with a name or without"


def test_a_role_is_one_however_it_is_written(client, at):
    make.proposal(actor=at.world.alma, space=at.home, title="Quay", costs=[10], effort={"developer": [7]})
    rows = days(at)
    assert set(rows) == {"Developer", "Diver"} and rows["Developer"].wanted == (97, 30)
    problem = selection.problem(selection.read(at.scenario))
    assert {role for one in problem.candidates for role in one.demand} == {"Developer", "Diver"}, "one limit holds for all of them"
    scenarios.change(actor=at.world.alma, scenario=at.scenario, version=None, capacity={"Developer": [300], "developer ": [4], "DEVELOPER": [5]})
    client.force_login(at.world.alma)
    at.scenario.refresh_from_db()
    page = f"/scenarios/{at.scenario.pk}/capacities/"
    client.post(page, {"version": at.scenario.version, "role": ["Developer"], "name": ["Developer"], "days": ["102 104"]})
    at.scenario.refresh_from_db()
    assert at.scenario.capacity == {"Developer": [102, 104]}


def test_of_roles_without_a_name_only_what_is_booked_here_and_seen_counts(at):
    other = portfolios.create(actor=at.world.alma, parent=at.world.root, name="Ships").space
    book(at, job_role=at.role, subject=make.project(actor=at.world.alma, parent=other, name="Ferry", state="running"))
    assert days(at)["Developer"].booked == (0, 0), "another portfolio's demand is no demand here"
    secret = make.project(actor=at.world.alma, parent=at.home, name="Sale", state="running", is_confidential=True)
    book(at, job_role=at.role, subject=secret)
    assert days(at)["Developer"].booked == pytest.approx((FIRST / 2, 0))
    manager = make.user(actor=at.world.admin, name="Petra", space=at.home, role=Role.PORTFOLIO_MANAGER)
    assert days(at, manager)["Developer"].booked == (0, 0), "and nobody learns from it what is confidential"


def test_a_role_that_nobody_knows_is_said(at):
    row = days(at)["Diver"]
    assert (row.role_ids, row.people, row.left, row.wanted) == ((), (), (0, 0), (5, 0))


def test_bookings_of_confidential_projects_count_and_people_of_another_portfolio_do_not(at):
    other = portfolios.create(actor=at.world.alma, parent=at.world.root, name="Ships").space
    stranger = make.user(actor=at.world.admin, name="Nils", space=other, role=Role.MEMBER)
    person_roles.create(actor=at.world.alma, person=stranger, job_role=at.role, starts_on=date(2025, 1, 1))
    assert stranger.name in {name for _pk, name in days(at)["Developer"].people}, "nobody wrote down where he is kept"
    employments.create(actor=at.world.alma, space=other, person=stranger, starts_on=date(2025, 1, 1))
    assert stranger.name not in {name for _pk, name in days(at)["Developer"].people}
    manager = make.user(actor=at.world.admin, name="Petra", space=at.home, role=Role.PORTFOLIO_MANAGER)
    before = days(at, manager)["Developer"]
    secret = make.project(actor=at.world.alma, parent=other, name="Sale", state="running", is_confidential=True)
    book(at, person=at.world.mei, subject=secret)
    after = days(at, manager)["Developer"]
    assert [name for _pk, name in after.people] == [name for _pk, name in before.people]
    assert after.booked[0] == pytest.approx(before.booked[0] + FIRST / 2)


def test_money_that_is_spoken_for(at):
    make.cost_line(actor=at.world.alma, project=at.gate, month=date(2027, 5, 1), planned=Decimal(70), currency="EUR")
    assert role_capacity.of(at.world.alma, at.scenario).money == (0, 70)
    member = make.user(actor=at.world.admin, name="Olga", space=at.home, role=Role.MEMBER)
    assert role_capacity.of(member, at.scenario).money == (0, 0), "costs are not theirs to see"


def test_costs_without_a_rate_are_said_and_no_budget_is_taken_from_them(client, at):
    make.cost_line(actor=at.world.alma, project=at.gate, month=date(2027, 5, 1), planned=Decimal(70), currency="USD")
    found = role_capacity.of(at.world.alma, at.scenario)
    assert found.money == (0, 0) and found.unknown == ("USD",)
    client.force_login(at.world.alma)
    page = f"/scenarios/{at.scenario.pk}/capacities/"
    text = client.get(page).content.decode()
    assert "Left out for want of an exchange rate: USD." in text and 'name="whole"' not in text
    refused = client.post(page, {"version": at.scenario.version, "whole": "250"})
    assert refused.status_code == 422 and "no exchange rate is known" in refused.content.decode()
    at.scenario.refresh_from_db()
    assert at.scenario.budget == [200, 200]


@pytest.mark.parametrize(
    "given",
    [{"role": ["Developer"], "days": [" "]}, {"role": ["Developer"], "days": ["1 2 3"]}, {"whole": "-5"}, {"whole": "1 2 3"}, {"whole": ";"}],
)
def test_what_would_lift_a_limit_or_is_no_row_of_amounts_is_refused(client, at, given):
    client.force_login(at.world.alma)
    make.cost_line(actor=at.world.alma, project=at.gate, month=date(2027, 5, 1), planned=Decimal(70), currency="EUR")
    answer = client.post(f"/scenarios/{at.scenario.pk}/capacities/", {"version": at.scenario.version, "name": ["Developer"], **given})
    assert answer.status_code == 422
    at.scenario.refresh_from_db()
    assert at.scenario.capacity == {"Developer": [300, 300]} and at.scenario.budget == [200, 200]


def test_money_is_shown_where_nobody_asks_for_a_role_and_a_tick_taken_away_stays_away(client, at):
    client.force_login(at.world.alma)
    page = f"/scenarios/{at.scenario.pk}/capacities/"
    given = {"version": at.scenario.version, "name": ["Developer"], "days": ["1"], "whole": "a lot"}
    assert "checked" not in client.post(page, given).content.decode() and "checked" in client.get(page).content.decode()
    make.cost_line(actor=at.world.alma, project=at.gate, month=date(2027, 5, 1), planned=Decimal(70), currency="EUR")
    empty = scenarios.create(actor=at.world.alma, space=at.home, name="Nobody", starts_on=STARTS, quarters=2)
    type(at.crane).objects.filter(pk=at.crane.pk).update(effort={})
    assert 'name="whole"' in client.get(f"/scenarios/{empty.pk}/capacities/").content.decode()


def test_as_many_queries_for_thirty_people_as_for_three(at):
    def count():
        with CaptureQueriesContext(connection) as found:
            days(at)
        return len(found)

    def add(n):
        person = make.user(actor=at.world.admin, name=f"Dev {n}", space=at.world.root, role=Role.MEMBER)
        person_roles.create(actor=at.world.alma, space=at.world.root, person=person, job_role=at.role, starts_on=date(2025, 1, 1))
        book(at, person=person, percent=Decimal(10))

    add(0)
    before = count()
    for n in range(1, 30):
        add(n)
    assert count() <= before < 50 and len(days(at)["Developer"].people) == 32


def test_taken_over_on_the_page(client, at):
    book(at, person=at.world.mei)
    page = f"/scenarios/{at.scenario.pk}/capacities/"
    client.force_login(at.world.alma)
    text = client.get(page).content.decode()
    assert 'value="70 104"' in text and "limit now: 300 · 300" in text and "No job role has this name" in text
    assert f"role={at.role.pk}" in text, "a figure leads to the load of its people"
    version = at.scenario.version
    answer = client.post(page, {"version": version, "role": ["Developer"], "name": ["Developer"], "days": ["70 90"]})
    assert answer.status_code == 302
    at.scenario.refresh_from_db()
    assert at.scenario.capacity == {"Developer": [70, 90]}
    assert client.post(page, {"version": version, "role": ["Developer"], "name": ["Developer"], "days": ["1"]}).status_code == 409
    assert client.post(page, {"version": at.scenario.version, "name": ["Developer"], "days": ["1"]}).status_code == 422
    wrong = client.post(page, {"version": at.scenario.version, "role": ["Developer"], "name": ["Developer"], "days": ["a lot"]})
    assert wrong.status_code == 422 and 'value="a lot"' in wrong.content.decode() and "is no amount" in wrong.content.decode(), "nothing typed is lost"
    make.cost_line(actor=at.world.alma, project=at.gate, month=date(2027, 5, 1), planned=Decimal(70), currency="EUR")
    client.post(page, {"version": at.scenario.version, "whole": "250"})
    at.scenario.refresh_from_db()
    assert at.scenario.budget == [250, 180] and at.scenario.capacity == {"Developer": [70, 90]}


def test_who_may_not_change_the_portfolio_is_shown_nobodys_time(client, at):
    page = f"/scenarios/{at.scenario.pk}/capacities/"
    client.force_login(at.world.dana)
    assert client.get(page).status_code == 404
    client.force_login(make.user(actor=at.world.admin, name="Olga", space=at.home, role=Role.MEMBER))
    assert client.get(page).status_code == 403
