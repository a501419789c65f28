"""Scenarios: what they ask, what the solver answers, and why the rest is out."""

from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tandem.collaboration.actions.jobs import Cancelled
from tandem.collaboration.models import Job
from tandem.compute.selection import solvers
from tandem.compute.worker import Worker
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning import selection, solving, stale
from tandem.planning.actions import scenarios
from tandem.planning.models import Scenario, Solution
from tandem.portfolio.actions import portfolios, projects, proposals
from tandem.strategy.actions import objectives
from tandem.web import standing
from tandem.web.planning import scenario_words
from tests import make

pytestmark = pytest.mark.django_db


class Quick:
    """Progress without a job."""

    def __init__(self, stop_at: str = "") -> None:
        self.phases, self.stop_at = [], stop_at

    def step(self, phase, done, total):
        self.phases.append(phase)
        if phase == self.stop_at:
            raise Cancelled


@pytest.fixture(scope="module")
def worker():
    """One for all: its start costs more than any of these answers."""
    with Worker(preload=solvers.PRELOAD) as one:
        yield one


@pytest.fixture(autouse=True)
def short(monkeypatch, worker):
    """Small problems are proven at once: no limit of time is reached."""
    monkeypatch.setattr(solving, "Worker", lambda preload: nullcontext(worker))
    monkeypatch.setattr(solving, "_SECONDS", 60.0)
    monkeypatch.setattr(solving, "_POINTS", 3)
    monkeypatch.setattr(solving, "_FORCED", 1)


@pytest.fixture
def at(world):
    """A portfolio with three proposals of which two fit the budget."""
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    rows = {
        name: make.proposal(actor=world.alma, space=home, title=name, costs=[cost], benefits=[0, gain], effort={"Developer": [days]}, kind=kind)
        for name, cost, gain, days, kind in (("Crane", 100, 400, 30, "run"), ("Portal", 80, 300, 40, "grow"), ("Robots", 90, 200, 10, "transform"))
    }
    return SimpleNamespace(world=world, home=home, lead=world.alma, **{k.lower(): v for k, v in rows.items()})


def ask(at, **values):
    values = {"name": "Less money", "starts_on": date(2027, 2, 14), "quarters": 1, "budget": [200], **values}
    return scenarios.create(actor=at.lead, space=at.home, **values)


def solved(scenario, progress=None):
    solution = Solution.objects.create(space_id=scenario.space_id, scenario=scenario, inputs_hash="")
    solving.carry_out(solution, progress or Quick())
    solution.refresh_from_db()
    return solution


def test_the_best_set_within_the_budget_with_reasons_prices_and_a_frontier(at):
    solution = solved(ask(at))
    assert solution.state == "done"
    assert set(solution.starts) == {str(at.crane.pk), str(at.portal.pk)}
    out = solution.reasons[str(at.robots.pk)]
    assert out["forced"] == "found"
    assert out["displaced"]
    assert out["extra"] == [["budget", "", 0, 70]]
    assert [p["part"] for p in solution.frontier] == [0.5, 1.0, 1.5]
    assert [len(p["starts"]) for p in solution.frontier] == [1, 2, 3]
    assert solution.gap == 0


def test_the_first_quarter_begins_where_quarters_begin_and_short_rows_go_on(at):
    row = ask(at, quarters=3, budget=[100, 50], capacity={"Developer": [40]})
    assert (row.starts_on, row.budget, row.capacity) == (date(2027, 1, 1), [100, 50, 50], {"Developer": [40, 40, 40]})
    row = scenarios.change(actor=at.lead, scenario=row, version=None, quarters=2)
    assert (row.budget, row.capacity) == ([100, 50], {"Developer": [40, 40]})


def test_capacity_limits_a_role(at):
    solution = solved(ask(at, budget=[], capacity={"Developer": [40]}))
    assert set(solution.starts) == {str(at.crane.pk), str(at.robots.pk)}
    assert solution.reasons[str(at.portal.pk)]["causes"][0][:2] == ["capacity", "Developer"]
    assert solution.frontier == []


@pytest.mark.parametrize(("to", "is_in"), [("in", True), ("out", False)])
def test_a_lock_holds_whatever_the_solver_would_choose(at, to, is_in):
    row = scenarios.lock(actor=at.lead, scenario=ask(at), version=None, proposal=at.robots, to=to)
    solution = solved(row)
    assert (str(at.robots.pk) in solution.starts) is is_in
    assert scenarios.lock(actor=at.lead, scenario=row, version=None, proposal=at.robots, to="free").locks == {}


def test_what_requires_a_locked_out_one_is_out_too(at):
    proposals.tie(actor=at.lead, proposal=at.crane, other=at.robots, kind="requires")
    row = scenarios.lock(actor=at.lead, scenario=ask(at), version=None, proposal=at.robots, to="out")
    assert selection.read(row).removed == {str(at.robots.pk): ("locked_out", ""), str(at.crane.pk): ("requires_absent", "Robots")}
    assert set(solved(row).starts) == {str(at.portal.pk)}


def test_requires_and_excludes_are_kept(at):
    proposals.tie(actor=at.lead, proposal=at.crane, other=at.robots, kind="requires")
    assert set(solved(ask(at)).starts) == {str(at.crane.pk), str(at.robots.pk)}
    proposals.tie(actor=at.lead, proposal=at.crane, other=at.portal, kind="excludes")
    assert str(at.portal.pk) not in solved(ask(at, budget=[1000])).starts


def test_a_least_share_of_the_money(at):
    share = {"group": "kind:transform", "bound": "least", "percent": 40}
    assert str(at.robots.pk) in solved(ask(at, shares=[share])).starts


def test_what_cannot_be_met_says_which_rule_must_give(at):
    row = scenarios.lock(actor=at.lead, scenario=ask(at, budget=[50]), version=None, proposal=at.crane, to="in")
    solution = solved(row)
    assert solution.state == "impossible"
    assert solution.must_give
    unknown = solved(ask(at, shares=[{"group": "objective:9", "bound": "least", "percent": 10}]))
    assert (unknown.state, unknown.must_give) == ("impossible", [["share_least", "objective:9", None, 0]])


def test_strategic_fit_may_be_what_counts(at):
    goal = make.objective(actor=at.lead, space=at.home)
    objectives.contribute(actor=at.lead, objective=goal, subject=at.robots, weight=90)
    solution = solved(ask(at, aim="fit", budget=[100]))
    assert set(solution.starts) == {str(at.robots.pk)}
    assert selection.figures(selection.read(solution.scenario), solution.starts).objectives == {goal.pk: 1}


def test_a_new_scenario_has_the_search_compiled_before_it_is_asked(at):
    ask(at)
    ask(at, name="Another")
    assert ProcrastinateJob.objects.filter(task_name=stale.PREPARE, status="todo").count() == 1


def test_who_stops_it_keeps_what_was_found(at):
    row = ask(at)
    solution = Solution.objects.create(space_id=row.space_id, scenario=row, inputs_hash="")
    with pytest.raises(Cancelled):
        solving.carry_out(solution, Quick(stop_at="frontier"))
    solution.refresh_from_db()
    assert solution.state == "stopped"
    assert len(solution.starts) == 2


def test_the_question_has_one_hash_until_something_that_counts_changes(at):
    row = ask(at)
    before = selection.read(row).hash
    proposals.change(actor=at.lead, proposal=at.crane, version=None, description="Higher")
    assert selection.read(row).hash == before
    proposals.change(actor=at.lead, proposal=at.crane, version=None, costs=[110])
    assert selection.read(row).hash != before


def test_a_project_that_runs_is_in_with_what_is_left_of_it(at):
    project = make.project(actor=at.lead, parent=at.home, name="Crane", starts_on=date(2026, 10, 1))
    proposals.set_state(at.crane, actor=at.lead, version=None, state="project", reason="", project=project)
    proposals.change(actor=at.lead, proposal=at.portal, version=None, costs=[80, 20])
    type(at.crane).objects.filter(pk=at.crane.pk).update(costs=[100, 60])
    (offer,) = [o for o in selection.read(ask(at)).offers.values() if o.is_running]
    assert (offer.costs, offer.is_fixed) == ((60,), True)
    projects.change(actor=at.lead, project=project, version=None, state="done")
    assert str(at.crane.pk) not in selection.read(ask(at)).offers


def test_solving_twice_is_one_job_and_another_question_takes_its_place(at):
    row = ask(at)
    first = scenarios.solve(actor=at.lead, scenario=row)
    assert scenarios.solve(actor=at.lead, scenario=row) == first
    second = scenarios.lock_and_solve(actor=at.lead, scenario=row, version=row.version, proposal=at.robots, to="in")
    first.job.refresh_from_db()
    assert first.job.is_cancel_requested
    assert second.job.pk != first.job.pk


def test_nothing_to_choose_from(at):
    row = scenarios.create(actor=at.lead, space=at.world.root, name="Empty", starts_on=date(2027, 1, 1))
    with pytest.raises(Refused, match="no_candidates"):
        scenarios.solve(actor=at.lead, scenario=row)


def test_who_may_not_and_who_sees_nothing(at):
    row = ask(at)
    member = make.user(actor=at.world.admin, name="Noor", role=Role.MEMBER, space=at.home)
    for user, refusal in ((member, Denied), (at.world.dana, Hidden)):
        for act in (
            lambda who=user: scenarios.solve(actor=who, scenario=row),
            lambda who=user: scenarios.lock(actor=who, scenario=row, version=None, proposal=at.crane, to="in"),
            lambda who=user: scenarios.change(actor=who, scenario=row, version=None, name="Mine"),
            lambda who=user: scenarios.copy(actor=who, scenario=row),
        ):
            with pytest.raises(refusal):
                act()


def test_two_who_lock_at_once(at):
    row = ask(at)
    again = Scenario.objects.get(pk=row.pk)
    scenarios.lock(actor=at.lead, scenario=row, version=1, proposal=at.crane, to="in")
    with pytest.raises(Stale):
        scenarios.lock(actor=at.lead, scenario=again, version=1, proposal=at.robots, to="in")


@pytest.mark.parametrize(
    "values",
    [
        {"quarters": 0}, {"quarters": 17}, {"budget": [-1]}, {"budget": ["1"]}, {"capacity": {"": [1]}}, {"shares": "all"},
        {"shares": [{"group": "kind:none", "bound": "least", "percent": 1}]}, {"shares": [{"group": "kind:run", "bound": "least", "percent": 101}]},
        {"shares": [{"group": "objective:x", "bound": "most", "percent": 1}]}, {"shares": [{"group": "kind:run"}]},
    ],
)  # fmt: skip
def test_hostile_questions_are_refused(at, values):
    with pytest.raises(Refused):
        ask(at, **values)


def test_a_proposal_of_another_portfolio_cannot_be_locked(at):
    other = make.proposal(actor=at.lead, title="Elsewhere")
    with pytest.raises(Refused, match="other_space"):
        scenarios.lock(actor=at.lead, scenario=ask(at), version=None, proposal=other, to="in")


def test_the_page_says_why_and_its_marks_lead_somewhere(at, client):
    row = ask(at)
    solution = solved(row)
    client.force_login(at.lead)
    page = client.get(f"/scenarios/{row.pk}/").content.decode()
    assert "2 of 3 chosen" in page
    assert "No set is better: that is proven." in page
    assert f'href="/proposals/{at.robots.pk}/"' in page
    assert "It would fit beside the others with €70 more in Q1 2027." in page
    assert "?point=0#frontier" in page
    assert "1 of 3 chosen" in client.get(f"/scenarios/{row.pk}/?point=0").content.decode()
    assert client.get(f"/scenarios/{row.pk}/?point=99").status_code == 200
    other = scenarios.copy(actor=at.lead, scenario=row)
    Solution.objects.create(space=at.home, scenario=other, inputs_hash=solution.inputs_hash, state="done", value=1, starts={str(at.robots.pk): 0})
    page = client.get(f"/scenarios/compared/?with={row.pk}&with={other.pk}").content.decode()
    assert "Who loses what" in page
    assert "Less money, copy" in page


def test_what_room_in_a_share_brings_is_shown_where_it_was_tried(at):
    row = ask(at, aim="npv", shares=[{"group": "kind:run", "bound": "most", "percent": 40}])
    solution = solved(row)
    assert any(one["kind"] == "share_most" and one["gained"] is not None for one in solution.prices)
    view = SimpleNamespace(scenario=row, inputs=selection.read(row))
    tried = {"kind": "share_most", "name": "0", "period": None, "relaxed": 2.0, "step": 500, "gained": 40}
    assert scenario_words.price(view, tried)[1].startswith("it costs something; tried with 5 percentage points of room: ")
    assert scenario_words.price(view, {**tried, "gained": None})[1] == "it costs something"


def test_locks_and_shares_by_the_page(at, client):
    row = ask(at)
    client.force_login(at.lead)
    assert client.post(f"/scenarios/{row.pk}/locks/", {"to": f"in:{at.robots.pk}", "version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.locks == {str(at.robots.pk): "in"}
    assert row.solutions.count() == 1
    page = client.get(f"/scenarios/{row.pk}/").content.decode()
    assert "Stop and keep the best so far" in page
    Job.objects.update(state="running", phase="choosing", done=3, total=80)
    assert "Looking for the best set" in client.get(f"/scenarios/{row.pk}/").content.decode()
    client.post(f"/scenarios/{row.pk}/shares/", {"bound": "most", "percent": "60", "group": "kind:run", "version": row.version})
    row.refresh_from_db()
    assert row.shares == [{"group": "kind:run", "bound": "most", "percent": 60}]
    client.post(f"/scenarios/{row.pk}/shares/", {"gone": "0", "version": row.version})
    row.refresh_from_db()
    assert row.shares == []


def test_a_page_of_many_candidates_asks_no_more_of_the_database(at, client, django_assert_max_num_queries):
    row = ask(at)
    client.force_login(at.lead)
    client.get(f"/scenarios/{row.pk}/")
    standing.forget()
    with CaptureQueriesContext(connection) as few:
        client.get(f"/scenarios/{row.pk}/")
    for number in range(12):
        make.proposal(actor=at.lead, space=at.home, title=f"More {number}")
    with django_assert_max_num_queries(len(few)):
        assert client.get(f"/scenarios/{row.pk}/").status_code == 200


@pytest.mark.parametrize(("first", "last", "count"), [("2026-02-01", "2026-04-01", 1), ("2026-03-01", "2027-01-01", 4), ("2026-10-01", "2026-12-31", 0)])
def test_quarters_go_by_the_calendar(first, last, count):
    assert selection._quarters(date.fromisoformat(first), date.fromisoformat(last)) == count
