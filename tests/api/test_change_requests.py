"""Change requests over the API: raised, filled, judged of a version, sent twice; sums only for who may see them."""

import json

import pytest

from tandem.governance.actions import change_impacts
from tandem.governance.models import ChangeRequest, Verdict
from tandem.work.models import WorkItem
from tests import make
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/change-requests/"


def read(answer, status=200):
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.admin, project=world.project, title="Berth", estimate_minutes=960, assignees=[world.mei])


def test_from_an_idea_to_the_plan(world, item):
    mei, boris, chen = Caller(world.mei), Caller(world.boris), Caller(world.chen)
    made = read(mei("POST", ROOT, {"space_id": world.project.space_id, "title": "The berth takes longer", "reason": "Rock below it"}), 201)
    url = f"{ROOT}{made['id']}/"
    content = read(mei("POST", url + "contents/", {"kind": "item", "subject": item.pk, "values": {"expected_minutes": 4800}}), 201)
    made = read(mei("GET", url))  # what is written down makes a version: nobody hands in what they have not seen
    made = read(mei("POST", url + "revisions/", {"change_id": content["id"], "values": {"expected_minutes": 2400}}, If_Match=f'"{made["version"]}"'), 201)
    made = read(mei("POST", url + "submissions/", {}, If_Match=f'"{made["version"]}"'), 201)
    effect = read(boris("GET", url + "effect/"))
    assert (effect["is_current"], effect["sides"]) == (False, [{"side": "product", "needed": 1, "counted": 0}, {"side": "pmo", "needed": 1, "counted": 0}])
    yes = {"side": "pmo", "answer": "yes"}
    refused = read(boris("POST", url + "verdicts/", yes, If_Match=f'"{made["version"]}"'), 422)
    assert refused["code"] == "plan_scenario_not_computed"
    change_impacts.compute(ChangeRequest.objects.select_related("scenario").get())
    effect = read(boris("GET", url + "effect/"))
    assert effect["is_current"]
    assert effect["kinds"] == ["scope"]
    assert effect["plan"]["projects"][0]["space_id"] == world.project.space_id
    assert boris("POST", url + "verdicts/", yes, If_Match=f'"{made["version"]}"').status_code == 412, "the picture came after what was read"
    made = read(boris("GET", url))
    first = boris("POST", url + "verdicts/", yes, If_Match=f'"{made["version"]}"', Idempotency_Key="once")
    again = boris("POST", url + "verdicts/", yes, If_Match=f'"{made["version"]}"', Idempotency_Key="once")
    assert read(first, 201) == read(again, 201)
    assert Verdict.objects.count() == 1
    read(chen("POST", url + "verdicts/", {"side": "product", "answer": "yes"}, If_Match=f'"{made["version"]}"'), 412)
    assert [row["id"] for row in read(chen("GET", ROOT + "?waits_for_me=true"))["items"]] == [made["id"]]
    done = read(chen("POST", url + "verdicts/", {"side": "product", "answer": "yes"}, If_Match=f'"{read(first, 201)["version"]}"'), 201)
    assert done["state"] == "applied"
    assert WorkItem.objects.get(pk=item.pk).remaining_minutes == 2400
    assert read(chen("GET", ROOT + "?waits_for_me=true"))["items"] == []
    assert [row["answer"] for row in read(chen("GET", f"/api/v1/change-verdicts/?request_id={made['id']}"))["items"]] == ["yes", "yes"]


def test_sums_are_told_to_who_may_see_costs_and_the_amount_to_who_judges(world):
    row = make.change_request(actor=world.alma, space=world.project.space, changes=[("cost", world.project.pk, {"title": "Piles", "month": "2026-10-01", "planned": "77123"})])
    effect = f"{ROOT}{row.pk}/effect/"
    assert read(Caller(world.boris)("GET", effect))["money"] == [["cost", world.project.pk, "EUR", "0.00", "77123.00"]]
    for who in (world.chen, world.mei):
        assert read(Caller(who)("GET", effect))["money"] == []
    contents = f"/api/v1/plan-changes/?scenario_id={row.scenario_id}"
    told = [len(read(Caller(who)("GET", contents))["items"]) for who in (world.boris, world.chen, world.mei)]
    assert told == [1, 1, 0]
    history = json.dumps([read(Caller(world.mei)("GET", f"{path}{pk}/history/")) for path, pk in ((ROOT, row.pk), ("/api/v1/plan-scenarios/", row.scenario_id))])
    assert "77123" not in history


def test_what_is_not_seen_is_an_unknown_number(world, item):
    secret = make.project(actor=world.alma, name="Secret", key="SEC")
    hidden = make.work_item(actor=world.alma, project=secret, title="Hidden")
    row = make.change_request(actor=world.mei, space=world.project.space, submitted=False)
    assert Caller(world.mei)("POST", f"{ROOT}{row.pk}/contents/", {"kind": "drop", "subject": hidden.pk}).status_code == 404
    body = {"space_id": secret.space_id, "title": "Mine", "reason": "So"}
    assert Caller(world.mei)("POST", ROOT, body).status_code == 422
    taken = Caller(world.boris)("POST", ROOT, {"space_id": world.project.space_id, "title": "Mine", "reason": "So", "scenario_id": row.scenario_id})
    assert read(taken, 422)["code"] == "plan_scenario_asked"


def test_a_verdict_in_somebodys_place(world, item):
    from tandem.kit import clock
    from tandem.people.models import Role

    una = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER, space=world.project.space)
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})])
    lent = {"space_id": world.project.space_id, "delegate_id": una.pk, "starts_on": clock.today().isoformat(), "ends_on": clock.today().isoformat()}
    read(Caller(una)("POST", "/api/v1/delegations/", lent | {"delegate_id": world.boris.pk}), 403)
    made = read(Caller(world.boris)("POST", "/api/v1/delegations/", lent), 201)
    assert (made["giver_id"], made["delegate_id"], made["withdrawn_at"]) == (world.boris.pk, una.pk, None)
    effect = read(Caller(una)("GET", f"{ROOT}{row.pk}/effect/"))
    assert effect["lent"] == [{"side": "pmo", "delegation_id": made["id"], "delegate_id": una.pk, "giver_id": world.boris.pk}] and effect["is_old"] is False
    assert [one["id"] for one in read(Caller(una)("GET", f"{ROOT}?waits_for_me=true"))["items"]] == [row.pk]
    said = {"side": "pmo", "answer": "yes", "for_whom_id": world.boris.pk}
    read(Caller(una)("POST", f"{ROOT}{row.pk}/verdicts/", said, If_Match=f'"{effect["version"]}"'), 201)
    verdict = read(Caller(world.chen)("GET", f"/api/v1/change-verdicts/?request_id={row.pk}"))["items"][0]
    assert (verdict["by_id"], verdict["for_whom_id"]) == (una.pk, world.boris.pk)
    taken = read(Caller(world.boris)("POST", f"/api/v1/delegations/{made['id']}/withdrawals/", {}, If_Match=f'"{made["version"]}"'), 201)
    assert taken["withdrawn_at"]
