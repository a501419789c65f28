"""The tree of a portfolio: sums of what stands below, only of what the reader sees, in few queries."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.people.models import Role
from tandem.portfolio.actions import portfolios, programmes, project_reports
from tandem.portfolio.actions.project_reports import Reported
from tandem.reports.queries import portfolio_tree as reads
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "/portfolio-tree/"


def report(world, project, on, finish, budget, **values):
    values = {"on": on, "planned_finish": finish, "budget": Decimal(budget), "currency": "EUR", "phase": "Build"} | values
    project_reports.take_many(actor=world.alma, rows=[Reported(project, values)], source="Board")


@pytest.fixture
def home(world):
    """A portfolio with a programme of two projects and one project beside it."""
    portfolio = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027")
    programme = programmes.create(actor=world.alma, parent=portfolio.space, name="Harbour")
    for name, parent in (("Crane", programme.space), ("Gate", programme.space), ("Shore power", portfolio.space)):
        made = make.project(actor=world.alma, parent=parent, name=name, state="running")
        late = 300 if name == "Crane" else 0
        report(world, made, date(2026, 1, 1), date(2027, 1, 1), 1_000_000)
        report(world, made, date(2026, 6, 1), date.fromordinal(date(2027, 1, 1).toordinal() + late), 1_000_000, said="on")
        for n in range(4):
            make.work_item(actor=world.alma, project=made, title=f"Step {n}", state="done" if n < 3 else "")
    return portfolio


def test_sums_go_up_and_the_worst_comes_first(world, home):
    tree = reads.read(world.alma, home.space)
    assert [(one.name, one.depth) for one in tree.nodes] == [("Harbour", 0), ("Crane", 1), ("Gate", 1), ("Shore power", 0)]
    harbour, crane, gate, _power = tree.nodes
    assert (harbour.projects, harbour.items, harbour.done, dict(harbour.cost)) == (2, 8, 6, {"EUR": 2_000_000})
    assert (crane.computed, gate.computed, harbour.computed) == ("off", "on", "off") and dict(harbour.states) == {"off": 1, "on": 1}
    assert (crane.phase, crane.health.apart) == ("Build", 2), "who says on track while the figures say off is two steps better"
    assert (tree.whole.projects, tree.whole.share) == (3, 0.75)


def test_budgets_and_what_is_expected_are_for_who_may_see_costs(world, home):
    crane = next(one for one in reads.read(world.alma, home.space).nodes if one.name == "Crane").record
    make.budget(actor=world.alma, project=crane, amount="500")
    make.cost_line(actor=world.alma, project=crane, planned=Decimal(700))
    tree = reads.read(world.alma, home.space)
    assert tree.priced and (tree.whole.budget, tree.whole.outlook) == (500, 700)
    member = make.user(actor=world.admin, name="Olga", space=home.space, role=Role.MEMBER)
    theirs = reads.read(member, home.space)
    assert not theirs.priced and (theirs.whole.budget, theirs.whole.outlook) == (0, 0) and theirs.whole.projects == 3


def test_what_has_no_budget_puts_no_place_over_its_budget(world, home):
    crane, gate = (next(one.record for one in reads.read(world.alma, home.space).nodes if one.name == name) for name in ("Crane", "Gate"))
    make.budget(actor=world.alma, project=crane, amount="500")
    make.cost_line(actor=world.alma, project=crane, planned=Decimal(400))
    make.cost_line(actor=world.alma, project=gate, planned=Decimal(300))
    over = {one.name: (one.outlook, one.is_over) for one in reads.read(world.alma, home.space).nodes}
    assert over["Harbour"] == (700, False) and over["Gate"] == (300, False) and over["Crane"] == (400, False)
    make.cost_line(actor=world.alma, project=crane, planned=Decimal(200))
    tree = reads.read(world.alma, home.space)
    assert {one.name for one in tree.nodes if one.is_over} == {"Harbour", "Crane"} and tree.whole.is_over


def test_a_project_is_no_place_of_its_own(client, world, home):
    crane = next(one.record for one in reads.read(world.alma, home.space).nodes if one.name == "Crane")
    client.force_login(world.alma)
    assert client.get(PAGE, {"in": crane.space.key}).status_code == 404
    assert reads.read(world.alma, crane.space).nodes == []


def test_a_phase_may_be_named_like_a_state(client, world, home):
    made = make.project(actor=world.alma, parent=home.space, name="Quay", state="running")
    report(world, made, date(2026, 7, 1), date(2027, 1, 1), 10, phase="state:of the art")
    client.force_login(world.alma)
    assert "<b>state:of the art</b>" in client.get(PAGE, {"in": home.space.key, "by": "phase"}).content.decode()


def test_the_page_by_place_phase_and_health(client, world, home):
    client.force_login(world.alma)
    text = client.get(PAGE, {"in": home.space.key}).content.decode()
    assert "Of 3 that can be graded 1 are off track, 0 at risk, 2 on track." in text and "better than computed" in text
    assert "Harbour" in text and f"/money/?in={home.space.key}" not in text, "nothing was costed"
    by_phase = client.get(PAGE, {"in": home.space.key, "by": "phase"}).content.decode()
    assert "<b>Build</b>" in by_phase and by_phase.count("<tr data-row") == 4
    by_health = client.get(PAGE, {"in": home.space.key, "by": "health"}).content.decode()
    assert "<b>Off track</b>" in by_health and "<b>On track</b>" in by_health
    assert PAGE in client.get(f"/portfolios/{home.pk}/").content.decode(), "the page of the portfolio leads to it"


def test_what_one_does_not_see_is_in_no_row_and_no_sum(client, world, home):
    make.project(actor=world.alma, parent=home.space, name="Sale of the yard", state="running", is_confidential=True)
    member = make.user(actor=world.admin, name="Olga", space=home.space, role=Role.MEMBER)
    client.force_login(member)
    text = client.get(PAGE, {"in": home.space.key}).content.decode()
    assert "Shore power" in text and "Sale of the yard" not in text and "3 projects" in text
    client.force_login(world.dana)
    assert client.get(PAGE, {"in": home.space.key}).status_code == 404
    assert "Crane" not in client.get(PAGE).content.decode()


def test_as_many_queries_for_thirty_projects_as_for_three(world, home):
    def count():
        with CaptureQueriesContext(connection) as found:
            reads.read(world.alma, home.space)
        return len(found)

    before = count()
    for n in range(27):
        made = make.project(actor=world.alma, parent=home.space, name=f"Line {n}", state="running")
        report(world, made, date(2026, 1, 1), date(2027, 1, 1), 10)
    assert count() <= before < 70
