"""What a change request tells to whom: nothing of money, bookings and confidential places to who may not see them."""

from decimal import Decimal

import pytest

from tandem.governance.actions import change_requests, change_verdicts
from tandem.governance.models import ChangeRequest
from tandem.kit.errors import Refused
from tandem.reports.queries import change_requests as reads
from tandem.reports.queries import plan_scenarios as plan_reads
from tests import make

pytestmark = pytest.mark.django_db


def fresh(row):
    return ChangeRequest.objects.select_related("scenario", "space").get(pk=row.pk)


def lines(user, row):
    return plan_reads.changes(user, fresh(row).scenario)[0]


@pytest.fixture
def spent(world):
    """A budget of 1,000 of which 734.21 are committed."""
    make.budget(actor=world.alma, project=world.project, amount=Decimal(1000))
    make.cost_line(actor=world.alma, project=world.project, planned=Decimal(800), committed=Decimal("734.21"))


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize("values", [{"amount": "-265.80"}, {"amount": "-5000"}, {"amount": "-265.79"}, {"amount": "10", "currency": "USD"}])
def test_who_may_not_see_costs_learns_nothing_of_them_by_asking(world, values):
    """Whether it would be possible is told neither: a dozen tries would give the figure."""
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("budget", world.project.pk, values)])
    assert [one.problem for one in lines(world.mei, row)] == [None]
    theirs = {bool(one.problem and one.problem[1].get("committed")) for one in lines(world.boris, row)}
    assert theirs == {values["amount"] == "-265.80"}
    change = row.scenario.changes.get()
    change_requests.revise(actor=world.mei, change_request=row, change=change, version=None, amount="-900")


@pytest.mark.usefixtures("spent")
def test_who_judges_without_seeing_costs_is_told_that_it_cannot_be_done(world):
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("budget", world.project.pk, {"amount": "-900"})])
    assert [one.problem for one in lines(world.chen, row)] == [("plan_change_impossible", {})]
    own = make.change_request(actor=world.chen, space=world.project.space, changes=[("budget", world.project.pk, {"amount": "-900"})])
    assert [one.problem for one in lines(world.chen, own)] == [None]


@pytest.mark.usefixtures("spent")
def test_who_may_carry_it_out_is_told_the_rule_at_once(world):
    row = make.change_request(actor=world.alma, space=world.project.space, submitted=False)
    with pytest.raises(Refused, match="budget_below_committed") as told:
        change_requests.add(actor=world.alma, change_request=row, kind="budget", subject=world.project.pk, amount="-900")
    assert told.value.params["committed"] == "734.21"


@pytest.mark.usefixtures("spent")
def test_why_it_got_stuck_is_told_to_who_may_know_it(world, monkeypatch):
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("budget", world.project.pk, {"amount": "-100"})])

    def refuse(change, **_given):
        raise Refused("budget_below_committed", committed="734.21", currency="EUR")

    change_verdicts.decide(actor=world.chen, change_request=row, version=None, side="product", answer="yes")
    with monkeypatch.context() as patch:
        patch.setattr("tandem.planning.actions.plan_scenarios.plan_changes.carry_out", refuse)
        change_verdicts.decide(actor=world.alma, change_request=row, version=None, side="pmo", answer="yes")
    now = fresh(row)
    assert now.trouble == ["budget_below_committed", row.scenario.changes.get().pk], "the figure is not kept with the request"
    assert reads.trouble(now, lines(world.mei, row)) == ("plan_change_impossible", {})
    assert reads.trouble(now, lines(world.boris, row)) == ("budget_below_committed", {"committed": "734.21", "currency": "EUR"})
