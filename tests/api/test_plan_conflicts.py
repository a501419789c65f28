"""Conflicts of the plan through the API: nothing of what one may not see, a proposal only in the version that was looked at."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from tandem.kit import clock
from tandem.planning import levelling
from tandem.planning.models import PlanConflict, PlanDraft
from tandem.product.models import Scope
from tandem.reports.queries import plan_chain
from tandem.work.actions import work_items
from tests import make

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


@pytest.fixture
def crossed(world):
    """A promise of the product whose work lies in a project that Mei sees and in one that she does not."""
    with clock.held_at(MONDAY):
        secret = make.project(actor=world.alma, name="Secret quay", key="SEC")
        rows = [make.work_item(actor=world.admin, project=project, title="Crane", estimate_minutes=4800) for project in (world.project, secret)]
        for row in rows:
            work_items.change(actor=world.admin, item=row, version=None, assignees=[world.mei])
        feature = make.feature(actor=world.chen, product=world.product, title="Cranes")
        for row in rows:
            Scope.objects.create(space=feature.space, feature=feature, item=row)
        make.promise(actor=world.chen, subject=feature, date=date(2026, 9, 9))
        levelling.compute()
        yield secret, rows


def asked(user, path, method="get", data=None, **headers):
    client = Client()
    client.force_login(user)
    return getattr(client, method)(f"/api/v1/{path}", data=data, content_type="application/json", headers=headers) if method == "post" else client.get(f"/api/v1/{path}")


def test_a_conflict_names_only_what_the_reader_sees(world, crossed):
    secret, _rows = crossed
    found = PlanConflict.objects.get(kind="promise")
    mine = asked(world.chen, f"plan-conflicts/{found.pk}/").json()
    all_of_it = asked(world.admin, f"plan-conflicts/{found.pk}/").json()
    assert all_of_it["unseen"] == 0 and secret.space_id in all_of_it["detail"]["spaces"] and all_of_it["detail"]["item"]
    assert secret.space_id not in mine["detail"]["spaces"] and mine["unseen"] >= 1 and mine["title"]
    assert asked(world.dana, f"plan-conflicts/{found.pk}/").status_code == 404
    assert asked(world.dana, "plan-conflicts/").json()["items"] == []


def test_a_way_out_says_its_effect_without_the_name_of_what_is_hidden(world, crossed):
    secret, rows = crossed
    found = PlanConflict.objects.get(kind="promise")
    aims = [make.objective(actor=world.admin, title="Aim", space=world.product.space), make.objective(actor=world.admin, title="Hidden aim", space=secret.space)]
    way = {
        "code": "swap", "item": rows[1].pk, "other": None, "other_space": secret.space_id, "user": None, "slots": 0, "units": 0, "extra": [], "until": None, "capacity": 0,
        "later": [{"space": secret.space_id, "slots": 12, "late": 4}], "dates": {},
        "objectives": [{"objective": aim.pk, "days": 3, "moved": 1, "loses": 0} for aim in aims],
    }  # fmt: skip
    found.write(expected=None, ways=[way])
    told = asked(world.chen, f"plan-conflicts/{found.pk}/ways/").json()["ways"][0]
    assert "Secret" not in str(told) and told["unseen"] == 1 and told["later"] == [] and told["item_id"] is None
    assert (told["objectives"], told["unseen_objectives"]) == ([{"objective_id": aims[0].pk, "title": "Aim", "days": 3, "moved": 1, "loses": 0}], 1)
    told = asked(world.admin, f"plan-conflicts/{found.pk}/ways/").json()["ways"][0]
    assert told["later"] == [{"what": "Secret quay", "days": 1.5, "days_late": 0.5}] and told["sentence"] == "Do it before Secret quay"


def test_a_proposal_asks_for_the_version_that_was_looked_at(world, crossed):
    found = PlanConflict.objects.get(kind="promise")
    path = f"plan-conflicts/{found.pk}/proposals/"
    assert asked(world.admin, path, "post", {"way": 0}).status_code == 428
    assert asked(world.admin, path, "post", {"way": 0}, **{"If-Match": '"99"'}).status_code == 412
    assert not PlanDraft.objects.exists()


def test_the_plan_is_the_readers_own(world, crossed):
    plan = asked(world.mei, "portfolio-plan/").json()
    assert [row["key"] for row in plan["rows"]] == ["POR"] and plan["rows"][0]["computed_finish"] >= "2026-09-18"
    assert asked(world.mei, "portfolio-plan/?colour=red").status_code == 422
    assert asked(world.dana, "portfolio-plan/").json()["rows"] == []
    assert asked(world.mei, "portfolio-plan/searches/", "post", {}).status_code in (403, 404)


def test_why_an_item_stands_there_is_told_without_what_is_hidden(world, crossed, monkeypatch):
    monkeypatch.setattr(plan_chain, "can_explain", lambda: True)
    secret, (mine, hidden) = crossed
    work_items.change(actor=world.admin, item=hidden, version=None, priority=1)
    work_items.change(actor=world.admin, item=hidden, version=None, state=make.state_of(secret, "in_progress"))
    levelling.compute()
    told = asked(world.mei, f"portfolio-plan/items/{mine.pk}/").json()
    first, then = told["steps"][0], told["steps"][1]
    assert first["item_key"] == mine.key and told["plan_id"] and told["start"] > "2026-09-07"
    assert first["causes"][0]["code"] == "capacity" and first["causes"][0]["days_earlier"] > 0 and first["causes"][0]["item_id"] is None
    assert then["item_key"] == then["title"] == "" and "Secret" not in str(told) and hidden.key not in str(told)
    seen = asked(world.admin, f"portfolio-plan/items/{mine.pk}/").json()
    assert seen["steps"][0]["causes"][0]["item_key"] == seen["steps"][1]["item_key"] == hidden.key
    assert asked(world.mei, f"portfolio-plan/items/{hidden.pk}/").status_code == 404


def test_what_moved_is_told_without_what_is_hidden(world, crossed):
    secret, (mine, hidden) = crossed
    assert asked(world.mei, "portfolio-plan/moves/").json() == {"plan_id": asked(world.mei, "portfolio-plan/").json()["plan_id"], "since": None, "moves": []}
    with clock.held_at(MONDAY + timedelta(days=1)):
        for row in (mine, hidden):
            work_items.change(actor=world.admin, item=row, version=None, estimate_minutes=9600)
        levelling.compute()
    told = asked(world.mei, "portfolio-plan/moves/").json()
    assert told["since"] == "2026-09-07" and [move["item_key"] for move in told["moves"]] == [mine.key]
    assert told["moves"][0]["days"] > 0 and told["moves"][0]["sentence"] and hidden.key not in str(told)
    assert {move["item_key"] for move in asked(world.admin, "portfolio-plan/moves/").json()["moves"]} == {mine.key, hidden.key}
    assert asked(world.mei, f"portfolio-plan/moves/?space_id={secret.space_id}").status_code == 404
