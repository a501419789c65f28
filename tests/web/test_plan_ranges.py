"""The page and the API of the range of a plan: told with what it rests on, naming nothing that one may not see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.planning import plan_ranges
from tandem.planning.models import PlanRange
from tandem.product.actions import features
from tests import make
from tests.planning import histories
from tests.planning.test_plan_ranges import learnt, task

RATIOS = [0.5, 0.7, 0.9, 1.0, 1.0, 1.2, 1.5, 2.0, 3.0]


@pytest.fixture
def quay(world):
    with histories.today():
        learnt(world, RATIOS)
        project = make.project(actor=world.alma, name="Quay seven", key="QUA")
        first, second = task(world, project, 20, title="Set the piles"), task(world, project, 9, title="Lay the deck")
        make.link(actor=world.alma, source=first, target=second)
        plan_ranges.compute(project.space)
        yield project


def test_the_page_says_when_and_what_moves_it(world, quay, signed_in):
    page = signed_in(world.alma).get("/plan/ranges/QUA/").content.decode()
    found = PlanRange.objects.get(space=quay.space)
    assert "QUA-1 Set the piles" in page and "/work-items/QUA-1/" in page
    assert "In half of the trials everything is done by" in page and "as 9 finished items of the type" in page and "0.50× to 3.00×" in page
    assert found.detail["drivers"][0]["days"] > 0 and page.index("Set the piles") < page.index("Lay the deck"), "what moves it most stands first"


def test_where_there_is_none_the_page_says_why(world, signed_in):
    with histories.today():
        project = make.project(actor=world.alma, name="New quay", key="NEW")
        client = signed_in(world.alma)
        assert "Not computed yet" in client.get("/plan/ranges/NEW/").content.decode()
        task(world, project, 4)
        plan_ranges.compute(project.space)
        page = client.get("/plan/ranges/NEW/").content.decode()
    assert "0 finished items with an estimate and logged time, 8 needed" in page
    assert client.get("/plan/ranges/SHI/").status_code == 404, "a product has no range"


def test_what_one_may_not_see_has_no_name(world, signed_in):
    with histories.today():
        rows = histories.steady(actor=world.boris, project=world.project, weeks=30, left=20)
        feature = make.feature(actor=world.chen, product=world.product, state="building", title="Bulk booking")
        features.add_scope(actor=world.chen, subject=feature, items=rows[-20:], added_at=histories.at(histories.TODAY - timedelta(days=90)))
        plan_ranges.compute(world.project.space)
    assert "Bulk booking" in signed_in(world.chen).get("/plan/ranges/POR/").content.decode()
    page = signed_in(world.mei).get("/plan/ranges/POR/").content.decode()
    assert "Bulk booking" not in page and "a feature that you cannot see" in page
    assert signed_in(world.dana).get("/plan/ranges/POR/").status_code == 404


def test_the_api_gives_the_same_and_asks_anew(world, quay, signed_in):
    found = signed_in(world.alma).get(f"/api/v1/spaces/{quay.space_id}/plan-range/").json()
    row = PlanRange.objects.get(space=quay.space)
    assert (found["p80"], found["items"], found["drivers"][0]["title"]) == (row.p80.isoformat(), 2, "QUA-1 Set the piles")
    assert found["rests_on"][0].startswith("2 tasks are reckoned from their estimates")
    asked = signed_in(world.alma).post(f"/api/v1/spaces/{quay.space_id}/plan-ranges/", {}, content_type="application/json")
    assert asked.status_code == 201 and asked.json()["kind"] == "planning.range"
    assert signed_in(world.dana).get(f"/api/v1/spaces/{quay.space_id}/plan-range/").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_few(world, quay, signed_in):
    def queries() -> int:
        client = signed_in(world.alma)
        client.get("/plan/ranges/QUA/")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/plan/ranges/QUA/").status_code == 200
        return len(seen)

    few = queries()
    for _ in range(12):
        task(world, quay, 3)
    plan_ranges.compute(quay.space)
    assert queries() == few
