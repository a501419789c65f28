"""What a plan scenario does to planned benefits in money: to the cent, only where somebody planned it, only to who sees it."""

from datetime import date
from decimal import Decimal

import pytest

from tandem.planning import levelling, plan_branches
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.product.models import Scope
from tandem.reports.queries import plan_scenarios as reads
from tandem.reports.queries import plan_value
from tests import make
from tests.planning.one_week import item

JANUARY = date(2027, 1, 1)

pytestmark = pytest.mark.usefixtures("monday")


@pytest.mark.parametrize(
    ("profile", "days", "expected"),
    [
        ([9000, 9100], 10, "-1000.00"),  # 10 of the 91 days of the second quarter
        ([9000, 9100], 91, "-9100.00"),
        ([9000, 9100], 92, "-9200.00"),  # and one of the 90 days of the first
        ([9000, 9100], 1000, "-18100.00"),  # no more than there is
        ([9000, 9100], -7, "700.00"),
        ([0, 0], 30, "0.00"),
        ([1000], 1, "-11.11"),
    ],
)
def test_a_plan_by_quarter_that_comes_later_loses_its_last_days(profile, days, expected):
    assert plan_value.change(profile, JANUARY, days) == Decimal(expected)


@pytest.fixture
def later(world):
    """A branch in which five more days of work come first: the project and the promised feature end a week later."""
    row = item(world, "Quay", 5, people=[world.mei])
    feature = make.feature(actor=world.chen, product=world.product, title="Quays")
    Scope.objects.create(space=feature.space, feature=feature, item=row)
    make.promise(actor=world.chen, subject=feature, date=date(2026, 9, 14))
    levelling.compute()
    branch = plan_scenarios.create(actor=world.boris, space=world.project.space, name="More of it")
    plan_scenarios.add(actor=world.boris, scenario=branch, kind="item", subject=row.pk, expected_minutes=4800)
    return row, feature, branch


def picture(user, branch):
    branch = PlanScenario.objects.get(pk=branch.pk)
    plan_branches.compute(branch)
    return reads.picture(user, PlanScenario.objects.get(pk=branch.pk))


def test_benefits_of_the_project_and_of_the_promised_feature_come_later(world, later):
    _row, feature, branch = later
    of_project = make.benefit(actor=world.admin, space=world.project.space, title="Fuel", profile=[9000, 9100], starts_on=JANUARY)
    of_feature = make.benefit(actor=world.admin, space=world.product.space, title="Calls", profile=[0, 18200], starts_on=JANUARY)
    type(feature).objects.filter(pk=feature.pk).update(benefit=of_feature)
    shown = picture(world.admin, branch)
    assert [(line.benefit.title, line.days, line.change) for line in shown.value] == [("Calls", 7, Decimal("-1400.00")), ("Fuel", 7, Decimal("-700.00"))]
    assert shown.values == {of_project.currency: Decimal("-2100.00")}


def test_what_nobody_planned_in_money_is_not_shown(world, later):
    *_rest, branch = later
    make.benefit(actor=world.admin, space=world.project.space, title="Trust", kind="measure", baseline=Decimal(1), target=Decimal(2), target_on=JANUARY)
    without_day = make.benefit(actor=world.admin, space=world.project.space, title="Undated", profile=[9000])
    begun = make.benefit(actor=world.admin, space=world.project.space, title="Begun", profile=[9000], starts_on=JANUARY)
    type(without_day).objects.filter(pk=without_day.pk).update(starts_on=None)
    type(begun).objects.filter(pk=begun.pk).update(state="realising")
    shown = picture(world.admin, branch)
    assert shown.projects, "it does end later"
    assert (shown.value, shown.values) == ([], {})


def test_a_benefit_out_of_sight_is_not_told(world, later):
    *_rest, branch = later
    secret = make.project(actor=world.admin, name="Board", key="BRD", is_confidential=True)
    kept = make.benefit(actor=world.admin, space=secret.space, title="Sale", profile=[9000], starts_on=JANUARY)
    feature = later[1]
    type(feature).objects.filter(pk=feature.pk).update(benefit=kept)
    assert [line.benefit.title for line in picture(world.admin, branch).value] == ["Sale"]
    assert picture(world.boris, branch).value == []
