"""Lent voices: they count as their owner's, once, for one side, while they are lent, and never for who wrote the change."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tandem.collaboration import news
from tandem.governance import lent_voices, sides
from tandem.governance.actions import approval_rules, change_requests, change_verdicts, delegations
from tandem.governance.models import ChangeRequest, Decision, Delegation, Verdict
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces, users
from tandem.people.models import Role, User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.reports.queries import change_requests as reads
from tandem.resources.actions import time_off
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def place(world):
    """Una leads the PMO elsewhere and only sees the project; Boris speaks for the PMO side there, Chen for the product side."""
    world.una = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER, space=world.project.space)
    world.item = make.work_item(actor=world.admin, project=world.project, priority=3)
    return world


def asked(world, actor=None, **values):
    row = make.change_request(actor=actor or world.mei, space=world.project.space, changes=[("item", world.item.pk, {"priority": 1})], computed=False, **values)
    digest = plan_scenarios.digest(list(row.scenario.changes.order_by("id")))
    PlanScenario.objects.filter(pk=row.scenario_id).update(outcome={}, computed_of=digest)
    return row


def lend(world, giver, delegate, **values):
    today = clock.today()
    given = {"space": world.project.space, "starts_on": today, "ends_on": today + WEEK} | values
    return delegations.create(actor=giver, delegate=delegate, **given)


def say(row, who, side, answer="yes", for_whom=None, reason="So"):
    return change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason=reason, for_whom=for_whom)


def state(row):
    return ChangeRequest.objects.get(pk=row.pk).state


def again(user):
    return User.objects.get(pk=user.pk)


def test_a_lent_voice_counts_as_its_owners_and_says_both_names(place):
    lend(place, place.boris, place.una)
    row = asked(place)
    said = say(row, place.una, "pmo", for_whom=place.boris)
    assert (said.by, said.for_whom, said.voice_of) == (place.una, place.boris, place.boris)
    say(row, place.chen, "product")
    assert state(row) == "applied" and WorkItem.objects.get(pk=place.item.pk).priority == 1
    told = Event.objects.filter(verb="change_request.judged").order_by("id").first()
    assert told.changes["for_whom"] == [None, place.boris.pk]
    assert [one.user_id for one in news.news_of(news.Read([told])) if one.user_id == place.boris.pk] == [place.boris.pk], "whose voice it was hears of it"
    assert place.una.pk not in [one.user_id for one in news.news_of(news.Read([told]))]
    assert told.actor_id == place.una.pk and "for_whom" in told.changes
    done = Event.objects.get(verb="work_item.changed", subject_id=place.item.pk)
    assert done.actor_id == place.boris.pk, "carried out with the right of whose voice it was"


def test_without_a_delegation_nobody_speaks_in_anothers_place(place):
    row = asked(place)
    with pytest.raises(Refused, match="change_not_lent"):
        say(row, place.una, "pmo", for_whom=place.boris)
    with pytest.raises(Denied):
        say(row, place.una, "pmo")


@pytest.mark.parametrize(("first", "last"), [(1, 7), (-7, -1)])
def test_it_holds_in_its_days_only(place, first, last):
    today = clock.today()
    one = lend(place, place.boris, place.una)
    Delegation.objects.filter(pk=one.pk).update(starts_on=today + timedelta(days=first), ends_on=today + timedelta(days=last))
    with pytest.raises(Refused, match="change_not_lent"):
        say(asked(place), place.una, "pmo", for_whom=place.boris)


def test_only_while_away_follows_approved_time_off(place):
    lend(place, place.boris, place.una, is_away_only=True)
    row = asked(place)
    off = time_off.ask(actor=place.boris, person=place.boris, kind="holiday", starts_on=clock.today(), ends_on=clock.today())
    with pytest.raises(Refused, match="change_not_lent"):
        say(row, place.una, "pmo", for_whom=place.boris)
    time_off.decide(actor=place.admin, time_off=off, version=None, is_approved=True)
    say(row, place.una, "pmo", for_whom=place.boris)


def test_kinds_and_places_bound_it(place):
    lend(place, place.boris, place.una, kinds=["money"])
    with pytest.raises(Refused, match="change_not_lent"):
        say(asked(place), place.una, "pmo", for_whom=place.boris)
    lend(place, place.boris, place.una, kinds=["dates"])
    say(asked(place), place.una, "pmo", for_whom=place.boris)
    other = make.project(actor=place.alma, name="Yard", key="YAR")
    spaces.grant(actor=place.admin, space=other.space, user=again(place.boris), role=Role.PROJECT_MANAGER)
    spaces.grant(actor=place.admin, space=other.space, user=again(place.una), role=Role.STAKEHOLDER)
    place.item = make.work_item(actor=place.admin, project=other, priority=3)
    row = make.change_request(actor=place.alma, space=other.space, changes=[("item", place.item.pk, {"priority": 1})], computed=False)
    PlanScenario.objects.filter(pk=row.scenario_id).update(outcome={}, computed_of=plan_scenarios.digest(list(row.scenario.changes.all())))
    with pytest.raises(Refused, match="change_not_lent"):
        say(row, again(place.una), "pmo", for_whom=again(place.boris))


def test_who_wrote_it_neither_takes_a_voice_nor_lends_one(place):
    lend(place, place.boris, place.mei)
    with pytest.raises(Refused, match="change_is_own"):
        say(asked(place), place.mei, "pmo", for_whom=place.boris)
    lend(place, place.boris, place.una)
    with pytest.raises(Refused, match="change_is_theirs"):
        say(asked(place, actor=place.boris), place.una, "pmo", for_whom=place.boris)


def test_a_person_speaks_once_for_themself_or_for_somebody_else(place):
    lend(place, place.boris, place.alma)
    row = asked(place)
    say(row, place.alma, "product")
    with pytest.raises(Refused, match="change_spoken"):
        say(row, place.alma, "pmo", for_whom=place.boris)
    assert state(row) == "submitted"


def test_two_voices_are_not_filled_by_one_person(place):
    approval_rules.create(actor=place.admin, space=place.root, product_voices=0, pmo_voices=2)
    lend(place, place.boris, place.alma)
    row = asked(place)
    say(row, place.alma, "pmo")
    with pytest.raises(Refused, match="change_spoken"):
        say(row, place.alma, "pmo", for_whom=place.boris)
    assert state(row) == "submitted"
    say(row, place.boris, "pmo")
    assert state(row) == "applied"


def test_a_voice_is_heard_once_whoever_says_it(place):
    approval_rules.create(actor=place.admin, space=place.root, product_voices=0, pmo_voices=2)
    lend(place, place.boris, place.una)
    lend(place, place.boris, place.alma)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    for who, giver in ((place.boris, None), (place.alma, place.boris)):
        with pytest.raises(Refused, match="change_voice_spoken"):
            say(row, who, "pmo", for_whom=giver)
    with pytest.raises(IntegrityError), transaction.atomic():
        first = Verdict.objects.get()
        Verdict.objects.create(
            space=first.space, request=row, round=first.round, side="pmo", voice=2, answer="yes", by=place.alma, for_whom=place.boris, delegation=first.delegation,
            digest="", asked_at=clock.now(),
        )  # fmt: skip


def test_nobody_speaks_for_both_sides_in_others_places(place):
    lend(place, place.boris, place.una)
    lend(place, place.chen, place.una)
    row = asked(place)
    say(row, place.una, "pmo", "revise", for_whom=place.boris)
    change_requests.submit(actor=place.mei, change_request=row, version=None)
    with pytest.raises(Refused, match="change_lent_both"):
        say(row, place.una, "product", for_whom=place.chen)
    say(row, place.una, "pmo", for_whom=place.boris)


def test_a_lent_voice_is_not_lent_on(place):
    lend(place, place.boris, place.una)
    with pytest.raises(Denied):
        lend(place, place.una, place.mei)
    lend(place, place.boris, place.alma)
    lend(place, place.alma, place.mei)
    with pytest.raises(Refused, match="change_not_lent"):
        say(asked(place, actor=place.admin), place.mei, "pmo", for_whom=place.boris)


def test_taken_back_before_the_other_side_has_spoken_it_counts_no_more(place):
    one = lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    delegations.withdraw(actor=place.boris, delegation=one, version=one.version)
    say(row, place.chen, "product")
    assert state(row) == "submitted"
    say(row, place.alma, "pmo")
    assert state(row) == "applied"
    with pytest.raises(Refused, match="delegation_gone"):
        delegations.withdraw(actor=place.boris, delegation=one, version=None)


@pytest.mark.parametrize("gone", ["boris", "una"])
def test_an_account_that_is_closed_takes_the_voice_along(place, gone):
    lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    users.disable(actor=place.admin, user=getattr(place, gone))
    say(row, place.chen, "product")
    assert state(row) == "submitted"
    other = asked(place)
    with pytest.raises((Refused, Hidden)):
        say(other, again(place.una), "pmo", for_whom=again(place.boris))


def test_a_voice_taken_back_is_its_owners_again(place):
    one = lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris, reason="Una's reason")
    assert reads.waiting_for(again(place.boris), 5) == []
    delegations.withdraw(actor=place.boris, delegation=one, version=None)
    assert [found.pk for found in reads.waiting_for(again(place.boris), 5)] == [row.pk]
    say(row, place.boris, "pmo", "no", reason="Not like this")
    assert state(row) == "rejected"
    assert [one.voided_at is None for one in Verdict.objects.order_by("id")] == [False, True]
    assert "Una" not in Decision.objects.get(change_request=row).why


def test_a_voice_taken_back_is_lent_to_another_and_counts_once(place):
    approval_rules.create(actor=place.admin, space=place.root, product_voices=0, pmo_voices=2)
    one = lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    delegations.withdraw(actor=place.boris, delegation=one, version=None)
    lend(place, place.boris, place.una)
    lend(place, place.boris, place.chen)
    say(row, again(place.chen), "pmo", for_whom=again(place.boris))
    assert state(row) == "submitted", "one voice, however often it is lent"
    for who, giver in ((place.una, place.boris), (place.boris, None)):
        with pytest.raises(Refused, match="change_voice_spoken"):
            say(row, again(who), "pmo", for_whom=giver and again(giver))
    say(row, again(place.alma), "pmo")
    assert state(row) == "applied"


def test_whose_delegate_lost_the_account_speaks_for_themself_and_it_stays_so(place):
    lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    users.disable(actor=place.admin, user=place.una)
    assert [found.pk for found in reads.waiting_for(again(place.boris), 5)] == [row.pk]
    say(row, again(place.boris), "pmo")
    users.enable(actor=place.admin, user=again(place.una))
    assert [one.voice_of.pk for one in sides.standing(list(row.verdicts.all()), ChangeRequest.objects.get(), list(row.scenario.changes.all()))["pmo"]] == [place.boris.pk]
    say(row, place.chen, "product")
    assert state(row) == "applied"


@pytest.mark.parametrize("answer", ["yes", "no", "revise"])
def test_a_voice_that_is_taken_back_at_the_same_moment_says_nothing(place, monkeypatch, answer):
    """Found as lent, taken back by its owner before it is used."""
    one = lend(place, place.boris, place.una)
    row, find = asked(place), lent_voices.found

    def slow(*given):
        found = find(*given)
        delegations.withdraw(actor=place.boris, delegation=one, version=None)
        return found

    monkeypatch.setattr(lent_voices, "found", slow)
    with pytest.raises(Refused, match="change_not_lent"):
        say(row, place.una, "pmo", answer, for_whom=place.boris)
    assert state(row) == "submitted" and not Verdict.objects.exists()


def test_a_role_that_is_taken_takes_the_voice_along(place):
    lend(place, place.boris, place.una)
    row = asked(place)
    say(row, place.una, "pmo", for_whom=place.boris)
    spaces.revoke(actor=place.admin, space=place.project.space, user=again(place.boris))
    say(row, place.chen, "product")
    assert state(row) == "submitted"


def test_only_ones_own_voice_to_somebody_who_sees_the_place(place):
    today = clock.today()
    for delegate, code in ((place.boris, "delegate_self"), (place.dana, "delegate_elsewhere")):
        with pytest.raises((Refused, Hidden), match=None if delegate is place.dana else code):
            lend(place, place.boris, delegate)
    with pytest.raises(Refused, match="delegation_over"):
        lend(place, place.boris, place.una, ends_on=today - WEEK, starts_on=today - 2 * WEEK)
    with pytest.raises(Refused, match="delegation_long"):
        lend(place, place.boris, place.una, ends_on=today + timedelta(days=500))
    with pytest.raises(Refused, match="approval_rule_kinds"):
        lend(place, place.boris, place.una, kinds=["weather"])
    users.disable(actor=place.admin, user=place.una)
    with pytest.raises(Refused, match="delegate_elsewhere"):
        lend(place, place.boris, again(place.una))
    for stranger in (place.dana, place.mei):
        with pytest.raises((Denied, Hidden)):
            lend(place, stranger, place.alma)


def test_who_lent_it_or_manages_access_takes_it_back(place):
    one = lend(place, place.boris, place.una)
    for other in (place.una, place.mei):
        with pytest.raises(Denied):
            delegations.withdraw(actor=other, delegation=one, version=None)
    with pytest.raises(Stale):
        delegations.withdraw(actor=place.boris, delegation=one, version=one.version + 1)
    delegations.withdraw(actor=place.alma, delegation=one, version=one.version)
    assert list(Event.objects.filter(verb__startswith="delegation.").order_by("id").values_list("verb", flat=True)) == ["delegation.made", "delegation.withdrawn"]


def test_who_may_speak_in_whose_place_is_told_and_finds_it_waiting(place):
    lend(place, place.boris, place.una)
    row = asked(place)
    row = ChangeRequest.objects.select_related("space", "scenario").get(pk=row.pk)
    assert [(side, one.delegate.name) for side, one in lent_voices.takers(row, list(row.scenario.changes.all()))] == [("pmo", "Una")]
    assert [one.pk for one in reads.waiting_for(place.una, 5)] == [row.pk]
    say(row, place.boris, "pmo")
    assert reads.waiting_for(again(place.una), 5) == []
    assert place.una.pk in Event.objects.get(verb="change_request.submitted", subject_id=row.pk).changes["approvers"][1]


def test_of_what_was_lent_elsewhere_only_that_place_is_looked_at(place, monkeypatch):
    """What is visible in other places pushes nothing out of what waits for the person."""
    other = make.project(actor=place.alma, name="Yard", key="YAR")
    for who, role in ((place.boris, Role.PROJECT_MANAGER), (place.una, Role.STAKEHOLDER)):
        spaces.grant(actor=place.admin, space=other.space, user=again(who), role=role)
    item, place.item = place.item, make.work_item(actor=place.admin, project=other, priority=3)
    first = make.change_request(actor=place.alma, space=other.space, changes=[("item", place.item.pk, {"priority": 1})], computed=False)
    PlanScenario.objects.filter(pk=first.scenario_id).update(outcome={}, computed_of=plan_scenarios.digest(list(first.scenario.changes.all())))
    place.item = item
    lend(place, place.boris, place.una)
    row = asked(place)
    monkeypatch.setattr(reads, "MOST_LOOKED_AT", 1)
    assert [one.pk for one in reads.waiting_for(again(place.una), 5)] == [row.pk]
