"""Rules on fields of a team's own, letters in words of one's own, and rules that hold for the spaces below."""

import pytest

from tandem.automation import trials
from tandem.automation.models import Rule, RuleRun
from tandem.collaboration.actions import comments, letters
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.actions import spaces
from tandem.people.models import Space
from tandem.people.scoping import access_changed
from tandem.web import letters as letter_pages
from tandem.work.actions import fields, transitions, work_items
from tandem.work.models import MoveRequest, State
from tests import make
from tests.automation.receiver import follow
from tests.automation.test_rules import again, rule_of, run_all


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.mei, project=world.project, title="Sand the hull")
    follow()
    return made


def _own_field(world, **values):
    return fields.create(actor=world.boris, space=world.project.space, **{"name": "Customer", "kind": "text"} | values)


def test_a_field_of_their_own_sets_it_off_and_is_set(world, item):
    _own_field(world)
    _own_field(world, name="Cost", kind="number")
    rule_of(world, "changed", [{"do": "own", "field": "Cost", "value": 40}], facts={"field": "own:Customer"}, condition="customer:acme")
    work_items.change(actor=world.mei, item=again(item), version=None, fields={"Cost": 1})
    run_all()
    assert not RuleRun.objects.exists()
    work_items.change(actor=world.mei, item=again(item), version=None, fields={"Cost": 1, "Customer": "Acme"})
    run_all()
    assert RuleRun.objects.get().outcome == "done" and again(item).fields == {"Cost": 40, "Customer": "Acme"}
    assert trials.tried(Rule.objects.get(), world.boris).seen == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"steps": [{"do": "own", "field": "Nothing", "value": 1}]}, "step_unknown"), ({"steps": [{"do": "own", "field": "Cost", "value": "much"}]}, "field_not_number"),
        ({"steps": [{"do": "own", "field": "Cost"}]}, "step_unknown"), ({"steps": [{"do": "own", "field": ["Cost"], "value": 1}]}, "step_unknown"),
        ({"trigger": "changed", "facts": {"field": "own:Nothing"}}, "trigger_incomplete"),
        ({"steps": [{"do": "letter", "to": "reporter", "text": "{secret}"}]}, "placeholder_unknown"),
        ({"steps": [{"do": "letter", "to": "reporter", "text": "{own.nothing}"}]}, "placeholder_unknown"),
        ({"steps": [{"do": "letter", "to": "reporter", "text": "{title.__class__}"}]}, "placeholder_unknown"),
        ({"steps": [{"do": "letter", "to": "nobody", "text": "Hello"}]}, "step_unknown"), ({"steps": [{"do": "letter", "to": "reporter", "text": "x" * 2001}]}, "step_unknown"),
    ],
)  # fmt: skip
def test_own_fields_and_places_are_checked_when_a_rule_is_kept(world, values, code):
    _own_field(world, name="Cost", kind="number")
    with pytest.raises(Refused) as refused:
        rule_of(world, **values)
    assert refused.value.code == code


def test_a_letter_of_their_own_words_goes_to_who_may_see_the_item(world, mailoutbox):
    _own_field(world)
    text = "Dear {reporter}, {key} “{title}” is {state}, for {own.customer}, due {due}: {link}"
    rule_of(world, "created", [{"do": "letter", "to": "reporter", "text": text}, {"do": "letter", "to": world.mei.pk, "text": "Look"}])
    item = make.work_item(actor=world.mei, project=world.project, title="<b>Hull</b> {key}", fields={"Customer": "Acme & Co"})
    run_all()
    told = Notification.objects.filter(user=world.mei).order_by("id")
    assert [one.mail for one in told] == ["at_once", "at_once"]
    wrote = told[0].facts["letter"]
    assert wrote.startswith(f"Dear Mei Lin, {item.key} “<b>Hull</b> {{key}}” is ") and "for Acme & Co, due –: http" in wrote
    with clock.held_at(clock.now().replace(hour=12)):
        letter_pages.send_at_once(world.mei.pk)
    (letter,) = mailoutbox
    html = letter.alternatives[0][0]
    assert "Acme &amp; Co" in html and "<b>Hull" not in html and "&lt;b&gt;Hull" in html and wrote in letter.body


def test_no_letter_to_who_may_not_see_it_or_wants_none(world, item):
    rule = rule_of(world, "commented", [{"do": "letter", "to": world.mei.pk, "text": "Look"}])
    letters.stop(user=world.mei)
    comments.add(actor=world.boris, subject=item, body="Now?")
    run_all()
    assert Notification.objects.get(facts__rule=rule.name).mail == "", "the inbox has it, no letter goes"
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
    comments.add(actor=world.boris, subject=item, body="And now?")
    run_all()
    assert Notification.objects.filter(facts__rule=rule.name).count() == 1


def test_a_rule_above_holds_for_the_spaces_below_with_its_owners_rights(world, item):
    other = make.project(actor=world.alma, name="Yard")
    hers = make.work_item(actor=world.alma, project=other)
    follow()
    rule = rule_of(world, "moved", [{"do": "label", "label": "told"}, {"do": "move", "state": "done"}], actor=world.alma, space=world.root, facts={"state": "in_progress"})
    for one, who in ((item, world.mei), (hers, world.alma)):
        project = world.project if one == item else other
        work_items.move(actor=who, item=again(one), version=None, state=make.state_of(project, "in_progress"))
    run_all()
    assert [(again(one).labels, again(one).state.category) for one in (item, hers)] == [(["told"], "done")] * 2
    assert {*RuleRun.objects.values_list("space_id", "outcome")} == {(world.project.space_id, "done"), (other.space_id, "done")}
    assert RuleRun.objects.visible_to(world.boris).count() == 1, "of what happened elsewhere nobody reads here"
    assert trials.tried(rule, world.alma).seen == 2 and trials.tried(rule, world.boris).seen == 1


def test_a_rule_above_does_nothing_where_its_owner_sees_nothing(world, item):
    rule = rule_of(world, "commented", [{"do": "priority", "to": 1}], actor=world.alma, space=world.root)
    Space.objects.filter(pk=world.project.space_id).update(is_confidential=True)
    access_changed()
    comments.add(actor=world.mei, subject=item, body="Now?")
    run_all()
    assert RuleRun.objects.get(rule=rule).outcome == "unmatched" and again(item).priority is None


def test_a_move_that_others_approve_is_told_as_asked_for(world, item):
    states = {s.name: s for s in State.objects.filter(space=world.project.space)}
    transitions.create(actor=world.boris, space=world.project.space, to_state=states["Done"], approvals=1, approvers=[world.chen.pk])
    rule_of(world, "changed", [{"do": "move", "state": states["Done"].pk}, {"do": "priority", "to": 1}], facts={"field": "title"})
    work_items.change(actor=world.mei, item=again(item), version=None, title="Sand and paint the hull")
    run_all()
    now = again(item)
    assert RuleRun.objects.get().outcome == "asked" and now.state == item.state and now.priority == 1
    assert MoveRequest.objects.waiting().get().item == item
