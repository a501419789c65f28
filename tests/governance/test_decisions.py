"""Decisions: asked for, decided once with why, looked at again, decided otherwise in another's place; a change writes its own."""

from datetime import timedelta

import pytest

from tandem.collaboration.models import Notification
from tandem.governance.actions import change_requests, change_verdicts, decisions, reminders
from tandem.governance.models import Decision
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(world):
    return decisions.create(actor=world.mei, space=world.project.space, question="Which crane?", options=["Dutch", " German ", "Dutch"])


def decide(row, who, chosen="Dutch", why="It stands sooner", version=None, **more):
    return decisions.decide(actor=who, decision=row, version=version, chosen=chosen, why=why, **more)


def test_who_asks_decides_once_and_says_why(world, question):
    assert question.options == ["Dutch", "German"]
    with pytest.raises(Refused, match="reason_needed"):
        decide(question, world.mei, why=" ")
    with pytest.raises(Refused, match="decision_option"):
        decide(question, world.mei, chosen="Polish")
    made = decide(question, world.mei, effect="Berth 3 opens in May", revisit_on=clock.today() + timedelta(days=30))
    assert (made.state, made.chosen, made.decided_by, made.decided_on) == ("decided", "Dutch", world.mei, clock.today())
    for again in (lambda: decide(question, world.boris), lambda: decisions.change(actor=world.mei, decision=made, version=None, question="Other")):
        with pytest.raises(Refused, match="decision_made"):
            again()
    with pytest.raises(Refused, match="decision_made"):
        decisions.remove(actor=world.mei, decision=made)


def test_others_decide_only_where_they_plan(world, question):
    other = make.user(actor=world.admin, name="Ines", role="member", space=world.project.space)
    with pytest.raises(Denied):
        decide(question, other)
    with pytest.raises(Hidden):
        decide(question, world.dana)
    assert decide(question, world.boris).decided_by == world.boris


def test_of_two_who_decide_the_second_is_told(world, question):
    seen = question.version
    decisions.change(actor=world.mei, decision=Decision.objects.get(), version=None, criteria="Weeks")
    with pytest.raises(Stale):
        decide(question, world.boris, version=seen)


def test_it_is_looked_at_again_or_no_more(world, question):
    with pytest.raises(Refused, match="decision_open"):
        decisions.revisit(actor=world.mei, decision=question, version=None, next_on=None, note="So")
    row = decide(question, world.mei)
    with pytest.raises(Refused, match="review_past"):
        decisions.revisit(actor=world.mei, decision=row, version=None, next_on=clock.today(), note="So")
    Decision.objects.update(revisit_on=clock.today())
    assert Decision.objects.coming_due(clock.today()).get() == row
    decisions.revisit(actor=world.mei, decision=Decision.objects.get(), version=None, next_on=None, note="It stands")
    assert not Decision.objects.coming_due(clock.today()).exists()


def test_a_late_question_comes_due(world, question):
    decisions.change(actor=world.mei, decision=question, version=None, due_on=clock.today() - timedelta(days=1))
    assert Decision.objects.overdue(clock.today()).exists()
    decide(Decision.objects.get(), world.mei)
    assert not Decision.objects.coming_due(clock.today()).exists()


def test_decided_otherwise_another_takes_its_place(world, question):
    row = decide(question, world.mei)
    other = decisions.replace(actor=world.boris, decision=row, version=None, chosen="German", why="The Dutch one is sold")
    before = Decision.objects.get(pk=row.pk)
    assert (before.state, before.chosen, before.replaced_by, other.state) == ("replaced", "Dutch", other, "decided")
    with pytest.raises(Refused, match="decision_replaced"):
        decisions.replace(actor=world.boris, decision=before, version=None, chosen="Dutch", why="After all")
    assert Event.objects.filter(verb="decision.made").count() == 2


def test_options_are_two_or_none(world):
    for options in (["Only"], [str(n) for n in range(9)], ["x" * 301, "y"]):
        with pytest.raises(Refused, match="decision_options"):
            decisions.create(actor=world.mei, space=world.project.space, question="Which?", options=options)
    free = decisions.create(actor=world.mei, space=world.project.space, question="What now?")
    assert decide(free, world.mei, chosen="We wait").chosen == "We wait"


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_change_writes_its_decision(world, is_accepted):
    item = make.work_item(actor=world.admin, project=world.project)
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})])
    for who, side in ((world.chen, "product"), (world.boris, "pmo")):
        change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer="yes" if is_accepted or side == "product" else "no", reason="The berth waits")
    made = Decision.objects.get()
    assert (made.change_request, made.decided_by, made.state) == (row, world.boris, "decided")
    assert (made.chosen == row.title) == is_accepted
    assert "The berth waits" in made.why
    with pytest.raises(Refused, match="decision_of_change"):
        decisions.replace(actor=world.boris, decision=made, version=None, chosen=made.options[0], why="After all")


def test_who_is_to_decide_hears_of_it_once_on_its_day(world, question):
    decisions.change(actor=world.mei, decision=question, version=None, due_on=clock.today() - timedelta(days=1))
    assert (reminders.remind(), reminders.remind()) == (1, 0)
    assert Notification.objects.get().user == world.mei


def test_an_approval_that_is_due_is_told_to_who_has_not_spoken(world):
    item = make.work_item(actor=world.admin, project=world.project)
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})])
    row = change_requests.apply_first(actor=world.admin, change_request=row, version=None, reason="Fire")
    change_verdicts.decide(actor=world.boris, change_request=row, version=None, side="pmo", answer="yes")
    assert reminders.remind() == 0
    with clock.held_at(clock.now() + timedelta(days=6)):
        reminders.remind()
    told = set(Notification.objects.filter(mark__startswith="approval:").values_list("user_id", flat=True))
    assert {world.chen.pk, world.alma.pk} <= told
    assert not {world.boris.pk, world.mei.pk, world.admin.pk} & told
