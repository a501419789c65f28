"""What a change request keeps: who wrote any part of it, its words where its readers are, every voice, and what was done."""

import pytest

from tandem.governance import sides
from tandem.governance.actions import approval_rules, change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest, Decision
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.actions import spaces
from tandem.people.models import Role, User
from tandem.planning.models import PlanChange
from tandem.work.models import Baseline
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    return make.work_item(actor=world.admin, project=world.project, estimate_minutes=960, assignees=[world.mei])


@pytest.fixture
def request_(world, item):
    return make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})])


def say(row, who, side, answer="yes", reason=""):
    return change_verdicts.decide(actor=User.objects.get(pk=who.pk), change_request=row, version=None, side=side, answer=answer, reason=reason)


def fresh(row):
    return ChangeRequest.objects.select_related("scenario", "space").get(pk=row.pk)


def content(row):
    return PlanChange.objects.select_related("scenario").get(scenario=row.scenario_id)


def test_whoever_wrote_a_part_does_not_judge_it_when_another_stands_by_it_later(world, item, request_):
    change_requests.revise(actor=world.boris, change_request=request_, change=content(request_), version=None, priority=2)
    change_requests.revise(actor=world.mei, change_request=request_, change=content(request_), version=None)
    assert content(request_).by == world.boris, "to look at it again writes nothing"
    change_requests.revise(actor=world.mei, change_request=request_, change=content(request_), version=None, priority=2)
    change_impacts.compute(fresh(request_))
    with pytest.raises(Refused, match="change_is_own"):
        say(request_, world.boris, "pmo")
    assert not ChangeRequest.objects.unspoken_by(world.boris).exists()
    assert ChangeRequest.objects.unspoken_by(world.alma).exists()


def test_whoever_took_a_part_out_or_wrote_the_words_does_not_judge_it(world, item):
    other = make.work_item(actor=world.admin, project=world.project, title="Second")
    row = make.change_request(actor=world.mei, space=world.project.space, submitted=False, changes=[("item", item.pk, {"priority": 1}), ("drop", other.pk, {})])
    change_requests.change(actor=world.chen, change_request=row, version=None, title="Another name")
    change_requests.drop(actor=world.boris, change_request=row, change=fresh(row).scenario.changes.get(kind="drop"))
    change_requests.submit(actor=world.mei, change_request=row, version=None)
    change_impacts.compute(fresh(row))
    for who, side in ((world.chen, "product"), (world.boris, "pmo")):
        with pytest.raises(Refused, match="change_is_own"):
            say(row, who, side)


def test_words_of_a_confidential_place_are_not_written_into_others(world, item):
    secret = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    promise = make.promise(actor=world.chen, subject=make.feature(actor=world.chen, product=world.product))
    row = make.change_request(
        actor=world.alma, space=secret.space, title="Sell the harbour", changes=[("item", item.pk, {"priority": 1}), ("promise", promise.pk, {"date": "2030-01-02"})]
    )
    petra = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
    spaces.grant(actor=world.alma, space=secret.space, user=petra, role=Role.PMO_LEAD)
    spaces.grant(actor=world.alma, space=secret.space, user=world.admin, role=Role.PMO_LEAD)
    say(row, petra, "pmo")
    say(row, world.admin, "product")
    assert fresh(row).state == "applied"
    assert Baseline.objects.get(space=world.project.space).name == f"Change request {row.pk}"
    revised = type(promise).objects.open().get(replaces=promise.pk)
    assert "harbour" not in revised.reason and str(row.pk) in revised.reason


def test_a_no_to_what_was_done_first_says_what_stands(world, item, request_, signed_in):
    change_requests.apply_first(actor=world.admin, change_request=request_, version=None, reason="Fire")
    sent = {"side": "product", "answer": "no", "reason": "It was no fire", "version": fresh(request_).version}
    page = signed_in(world.chen).post(f"/changes/{request_.pk}/verdicts/", sent, follow=True).content.decode()
    assert fresh(request_).state == "rejected"
    assert "nothing of it is carried out" not in page
    assert "was carried out already and stays" in page
    assert Decision.objects.get(change_request=request_).chosen == "Carried out first, not approved afterwards"


def test_when_all_voices_count_again_one_more_yes_carries_it_out(world, item, request_):
    say(request_, world.chen, "product")
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.chen)
    say(request_, world.boris, "pmo")
    spaces.grant(actor=world.admin, space=world.project.space, user=world.chen, role=Role.PRODUCT_MANAGER)
    assert fresh(request_).state == "submitted"
    say(request_, world.alma, "product")
    assert fresh(request_).state == "applied"


def test_when_the_table_asks_for_less_one_more_yes_carries_it_out(world, item, request_):
    line = approval_rules.create(actor=world.admin, space=world.root, pmo_voices=3)
    petra = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
    for who, side in ((world.chen, "product"), (world.boris, "pmo"), (world.alma, "pmo")):
        say(request_, who, side)
    approval_rules.change(actor=world.admin, approval_rule=line, version=None, pmo_voices=2)
    say(request_, petra, "product")
    assert fresh(request_).state == "applied"


def test_money_is_not_sent_to_a_place_that_the_writer_does_not_see(world):
    make.budget(actor=world.alma, project=world.project)
    yard, hidden = (make.project(actor=world.alma, name=name, key=key) for name, key in (("Yard", "YAR"), ("Secret", "SEC")))
    spaces.grant(actor=world.admin, space=yard.space, user=world.mei, role=Role.MEMBER)
    mei = User.objects.get(pk=world.mei.pk)
    row = make.change_request(actor=mei, space=world.project.space, submitted=False, changes=[("transfer", world.project.pk, {"amount": "10", "to": yard.pk})])
    for to in (hidden.pk, 10**9):
        with pytest.raises(Hidden):
            change_requests.revise(actor=mei, change_request=row, change=content(row), version=None, amount="10", to=to)
    spaces.revoke(actor=world.admin, space=world.project.space, user=mei)
    with pytest.raises((Hidden, Denied)):
        change_requests.drop(actor=User.objects.get(pk=mei.pk), change_request=row, change=content(row))


def test_what_is_out_of_sight_is_neither_rewritten_nor_taken_out(world, item):
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    theirs = make.work_item(actor=world.alma, project=yard)
    spaces.grant(actor=world.admin, space=yard.space, user=world.mei, role=Role.MEMBER)
    row = make.change_request(actor=User.objects.get(pk=world.mei.pk), space=world.project.space, submitted=False, changes=[("item", theirs.pk, {"priority": 1})])
    spaces.revoke(actor=world.admin, space=yard.space, user=world.mei)
    mei = User.objects.get(pk=world.mei.pk)
    for values in ({}, {"priority": 2}):
        with pytest.raises(Hidden):
            change_requests.revise(actor=mei, change_request=row, change=content(row), version=None, **values)
    with pytest.raises(Hidden):
        change_requests.drop(actor=mei, change_request=row, change=content(row))


def test_before_anything_is_computed_a_line_of_few_days_does_not_fit(world, item):
    approval_rules.create(actor=world.admin, space=world.root, days_most=2, product_voices=0)
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})], computed=False)
    assert sides.needed(fresh(row), [content(row)]).voices == {"product": 1, "pmo": 1}
    change_impacts.compute(fresh(row))
    assert sides.needed(fresh(row), [content(row)]).voices == {"product": 0, "pmo": 1}
