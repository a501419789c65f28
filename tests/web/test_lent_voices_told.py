"""Of lent voices: who is told of them, whom the history of a request names, and what the API says of a verdict."""

import logging
from datetime import timedelta

import pytest

from tandem.collaboration.models import Notification
from tandem.governance.actions import change_impacts, change_verdicts, delegations
from tandem.governance.jobs import compute_change
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.people.models import Role, User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.work.actions import baselines
from tests import make
from tests.collaboration.told import inbox, tell

NOTHING = {"projects": [], "promises": [], "load": [], "tardiness": [0, 0], "refused": [], "plan": None}


@pytest.fixture
def row(world):
    world.una = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER, space=world.project.space)
    item = make.work_item(actor=world.admin, project=world.project, priority=3)
    made = make.change_request(
        actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})], computed=False
    )
    digest = plan_scenarios.digest(list(made.scenario.changes.all()))
    PlanScenario.objects.filter(pk=made.scenario_id).update(outcome=NOTHING, computed_of=digest)
    tell()
    return made


def lend(world):
    return delegations.create(
        actor=world.boris, delegate=world.una, space=world.project.space, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=3)
    )  # fmt: skip


def say(row, who, side, for_whom=None):
    change_verdicts.decide(
        actor=User.objects.get(pk=who.pk), change_request=row, version=None, side=side, answer="yes", for_whom=for_whom
    )


@pytest.mark.parametrize(
    ("language", "lent", "back"),
    [
        ("en", "Boris Orlov lent you their voice for verdicts on changes", "Boris Orlov took back the voice that was lent to you"),
        ("zh-hans", "Boris Orlov 把变更裁决的票委托给了您", "Boris Orlov 收回了委托给您的票"),
    ],
)
def test_who_is_lent_a_voice_is_told_and_again_when_it_is_taken_back(world, row, signed_in, language, lent, back):
    before = inbox(world.boris)
    one = lend(world)
    tell()
    assert inbox(world.una) == [("assigned", "assigned")]
    assert inbox(world.boris) == before, "nobody is told of what they did themselves"
    User.objects.filter(pk=world.una.pk).update(language=language)
    page = signed_in(world.una).get("/inbox/").content.decode()
    assert lent in page and f"/delegations/{one.pk}/" in page and "Una" in page
    delegations.withdraw(actor=world.boris, delegation=one, version=None)
    tell()
    assert back in signed_in(world.una).get("/inbox/").content.decode()
    assert inbox(world.dana) == []


@pytest.mark.parametrize(
    ("language", "back"),
    [("en", "Alma Berg took back the voice that you had lent to Una"), ("zh-hans", "Alma Berg 收回了您委托给 Una 的票")],
)
def test_who_lent_it_is_told_when_somebody_else_takes_it_back(world, row, signed_in, language, back):
    one = lend(world)
    User.objects.filter(pk=world.boris.pk).update(language=language)
    delegations.withdraw(actor=world.alma, delegation=one, version=None)
    tell()
    page = signed_in(world.boris).get("/inbox/").content.decode()
    assert back in page and f"/delegations/{one.pk}/" in page, [(n.kind, n.facts) for n in Notification.objects.filter(user=world.boris)]
    assert ("assigned", "assigned") in inbox(world.una) and back not in signed_in(world.una).get("/inbox/").content.decode()


def test_the_history_and_the_api_name_who_spoke_and_in_whose_place(world, row, signed_in):
    lend(world)
    say(row, world.una, "pmo", world.boris)
    tell()
    client = signed_in(world.chen)
    page = client.get(f"/changes/{row.pk}/").content.decode()
    assert "Una" in page and "in the place of" in page and "Boris Orlov" in page.split("in the place of")[1][:200]
    assert "Una said a verdict in your place" in signed_in(world.boris).get("/inbox/").content.decode()
    events = client.get(f"/api/v1/change-requests/{row.pk}/history/").json()["items"]
    judged = next(one for one in events if one["verb"] == "change_request.judged")
    assert (judged["actor_id"], judged["changes"]["for_whom"]) == (world.una.pk, [None, world.boris.pk])
    assert client.get("/api/v1/change-verdicts/").json()["items"][0]["voided_at"] is None


def test_a_verdict_that_gave_way_says_when(world, row, signed_in):
    one = lend(world)
    say(row, world.una, "pmo", world.boris)
    delegations.withdraw(actor=world.boris, delegation=one, version=None)
    say(row, world.boris, "pmo")
    told = {found["by_id"]: found for found in signed_in(world.chen).get("/api/v1/change-verdicts/").json()["items"]}
    assert told[world.una.pk]["voided_at"] is not None and told[world.boris.pk]["voided_at"] is None


def test_a_baseline_that_names_a_request_leads_to_it_for_who_sees_it(world, row, signed_in):
    name, link = f"Change request {row.pk}", f'<a href="/changes/{row.pk}/" data-peek>Change request {row.pk}</a>'
    make.work_item(
        actor=world.admin, project=world.project, planned_start=clock.now(), planned_finish=clock.now() + timedelta(days=2)
    )
    baselines.take(actor=world.alma, space=world.project.space, name=name)
    for path in (f"/plans/{world.project.space.key}/", f"/plan/baselines/?first={name}"):
        page = signed_in(world.alma).get(path).content.decode()
        assert link in page, path
        assert f"<option>{name}<" in page or f"<option selected>{name}<" in page or "plans" in path
    ChangeRequest.objects.filter(pk=row.pk).update(space=world.root)
    page = signed_in(world.boris).get(f"/plans/{world.project.space.key}/").content.decode()
    assert name in page and link not in page


def test_what_fails_in_computing_an_effect_is_logged_without_what_people_wrote(world, row, monkeypatch, caplog):
    secret = "Dismissal of Mr. Kowalski"

    def broken(_request):
        raise KeyError(secret)

    job = change_impacts.ask(actor=world.mei, change_request=row)
    monkeypatch.setattr(change_impacts, "compute", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="KeyError at ") as told:
        compute_change(request_id=row.pk, job_id=job.pk)
    logging.getLogger("procrastinate").error("Job failed", exc_info=told.value)
    job.refresh_from_db()
    assert job.state == "failed" and "KeyError" in job.error
    said = caplog.text + job.error
    assert secret not in said and "test_lent_voices_told.py" in said, "where it broke is told"
