"""What the alignment page shows, over the API: by objective and by theme."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.planning import alignment as computing
from tandem.planning.models import Effort
from tandem.strategy.actions import objectives, themes
from tandem.work.models import WorkItem
from tests import make
from tests.api.conftest import Caller


@pytest.fixture
def themed(world):
    """Ten finished items of a project, seven tenths of which serve an objective with a theme."""
    world.trust = themes.create(actor=world.alma, space=world.root, name="Trust")
    world.growth = make.objective(actor=world.alma, title="Growth", intended_share=40, theme=world.trust)
    objectives.contribute(actor=world.alma, objective=world.growth, subject=world.project, weight=70)
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(state=make.state_of(world.project, "done"), actual_finish=clock.now())
    make.project_report(actor=world.alma, project=world.project, budget=1000, currency="EUR")
    computing.compute_all()
    return world


def test_work_and_money_by_theme(themed):
    found = Caller(themed.alma)("GET", "/api/v1/alignment/").json()
    (one,) = found["themes"]
    assert one == {
        "theme_id": themed.trust.pk, "share": 0.7, "intended": 0.4, "amount": 7.0, "state": "much", "money": 700.0, "money_share": 0.7, "money_state": "much",
    }  # fmt: skip
    assert found["currency"] == "EUR" and found["score"] == 0.7


def test_of_a_part_no_theme_is_judged_and_of_a_product_no_money_told(themed):
    Effort.objects.update(product=themed.product)
    of_space = Caller(themed.alma)("GET", f"/api/v1/alignment/?space_id={themed.project.space_id}").json()
    of_product = Caller(themed.alma)("GET", f"/api/v1/alignment/?product_id={themed.product.pk}").json()
    one = {"theme_id": themed.trust.pk, "share": 0.7, "intended": None, "amount": 7.0, "state": "unknown", "money_state": "unknown"}
    assert of_space["themes"] == [{**one, "money": 700.0, "money_share": 0.7}] and of_space["currency"] == "EUR"
    assert of_product["themes"] == [{**one, "money": None, "money_share": None}] and of_product["currency"] == ""


def test_whether_effort_changed_is_asked_once(themed):
    with CaptureQueriesContext(connection) as asked:
        Caller(themed.alma)("GET", "/api/v1/alignment/")
    assert sum("planning_effortstamp" in one["sql"] for one in asked) == 1


def test_a_stranger_gets_no_theme(themed):
    found = Caller(themed.dana)("GET", "/api/v1/alignment/").json()
    assert found["themes"] == [] and found["amount"] == 0
