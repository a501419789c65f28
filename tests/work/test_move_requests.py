"""Moves that others approve: asked for, decided, checked anew, withdrawn, lapsed; never by the one who asked."""

import pytest

from tandem.collaboration.models import Watch
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces, users
from tandem.work.actions import bulk, move_requests, move_verdicts, states, transitions, undoing, work_items
from tandem.work.models import MoveRequest, State, StateChange, WorkItem
from tests import make
from tests.collaboration import told


@pytest.fixture
def at(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


@pytest.fixture
def rule(world, at):
    transitions.create(actor=world.boris, space=world.project.space, to_state=at["In progress"])
    transitions.create(actor=world.boris, space=world.project.space, to_state=at["To do"])
    return transitions.create(
        actor=world.boris, space=world.project.space, to_state=at["Done"], approvals=1, approver_roles=["project_manager"], required=["due_on"]
    )


@pytest.fixture
def item(world):
    return make.work_item(actor=world.mei, project=world.project, due_on="2027-02-12")


def ask(world, item, at, who=None):
    row = work_items.change(actor=who or world.mei, item=WorkItem.objects.get(pk=item.pk), version=None, state=at["Done"])
    return row.awaiting


def now(item):
    return WorkItem.objects.select_related("state").get(pk=item.pk)


def say(who, request, is_yes=True, **more):
    return move_verdicts.decide(actor=who, request=request, version=None, is_yes=is_yes, **more)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_the_item_waits_and_goes_on_with_the_yes_of_another(world, at, rule, item):
    row = work_items.move(actor=world.mei, item=item, version=1, state=at["Done"], to_top=True)
    request = row.awaiting
    assert (now(item).state, now(item).version, row.state) == (at["To do"], 1, at["To do"])
    assert ask(world, item, at) == request, "asked twice is once"
    assert code(lambda: say(world.mei, request)) == "move_own"
    with pytest.raises(Denied):
        say(world.chen, request)
    with pytest.raises(Hidden):
        say(world.dana, request)
    say(world.boris, request, item_version=1)
    assert now(item).state == at["Done"] and now(item).actual_finish
    passage = StateChange.objects.filter(item=item).latest("id")
    assert (passage.by, passage.to_state) == (world.mei, at["Done"])
    verbs = list(Event.objects.of(item).order_by("id").values_list("verb", flat=True))
    assert verbs == ["work_item.created", "work_item.move_asked", "work_item.move_approved", "work_item.moved"]
    assert code(lambda: say(world.boris, request)) == "move_decided"


def test_what_waits_for_its_end_was_not_closed_without_a_result(world, at, rule, item):
    row = work_items.change(actor=world.mei, item=now(item), version=None, state=at["Done"], is_given_up=True, title="Both")
    assert row.awaiting and (now(item).state, now(item).title, now(item).is_given_up) == (at["To do"], "Both", False)
    say(world.boris, row.awaiting)
    assert now(item).state == at["Done"]
    row = work_items.change(actor=world.mei, item=now(item), version=None, is_given_up=True)
    assert now(item).is_given_up


def test_what_the_move_asks_for_is_asked_for_at_once(world, at, rule):
    row = make.work_item(actor=world.mei, project=world.project)
    assert code(lambda: ask(world, row, at)) == "move_needs_fields"
    assert not MoveRequest.objects.exists()
    row = work_items.change(actor=world.mei, item=row, version=1, state=at["Done"], due_on="2027-02-12", title="Both")
    assert row.awaiting and (now(row).title, now(row).state.name) == ("Both", "To do"), "the rest of the change is written"
    assert code(lambda: make.work_item(actor=world.mei, project=world.project, state="done", due_on="2027-02-12")) == "move_needs_approval"


def test_a_no_needs_a_reason_and_ends_it(world, at, rule, item):
    request = ask(world, item, at)
    assert code(lambda: say(world.boris, request, False)) == "reason_needed"
    say(world.boris, request, False, reason="The crane is missing")
    assert now(item).state == at["To do"] and MoveRequest.objects.get().state == "rejected"
    assert Event.objects.filter(verb="work_item.move_rejected").get().text.changes["reason"][1] == "The crane is missing"
    assert ask(world, item, at) != request, "it may be asked again"


def test_two_have_to_say_yes_and_withdrawn_rights_do_not_count(world, at, rule, item):
    transitions.change(actor=world.boris, transition=rule, version=1, approvals=2, approvers=[world.chen.pk])
    request = ask(world, item, at)
    say(world.chen, request)
    assert now(item).state == at["To do"] and code(lambda: say(world.chen, MoveRequest.objects.get())) == "move_judged_already"
    spaces.revoke(actor=world.alma, space=world.project.space, user=world.chen)
    say(world.boris, MoveRequest.objects.get())
    assert now(item).state == at["To do"], "who left does not count"
    assert code(lambda: ask(world, make.work_item(actor=world.mei, project=world.project, due_on="2027-02-12"), at)) == "move_without_approvers"


def test_rules_are_asked_anew_when_it_is_approved(world, at, rule, item):
    request = ask(world, item, at)
    work_items.change(actor=world.mei, item=now(item), version=None, due_on=None)
    with pytest.raises(Stale):
        say(world.boris, request, item_version=1)
    assert code(lambda: say(world.boris, request)) == "move_needs_fields"
    assert MoveRequest.objects.get().state == "waiting", "nothing of it is written"
    work_items.change(actor=world.mei, item=now(item), version=None, due_on="2027-02-12")
    users.disable(actor=world.admin, user=world.mei)
    assert code(lambda: say(world.boris, MoveRequest.objects.get())) == "move_asker_gone"
    say(world.boris, MoveRequest.objects.get(), False, reason="Gone")


def test_it_lapses_with_what_it_rests_on(world, at, rule, item):
    ask(world, item, at)
    work_items.move(actor=world.mei, item=now(item), version=None, state=at["In progress"])
    assert MoveRequest.objects.get().state == "lapsed"
    ask(world, item, at)
    transitions.change(actor=world.boris, transition=rule, version=1, approvals=0)
    assert MoveRequest.objects.latest("id").state == "lapsed"
    rule.refresh_from_db()
    transitions.change(actor=world.boris, transition=rule, version=None, approvals=1)
    ask(world, item, at)
    rule.refresh_from_db()
    transitions.remove(actor=world.boris, transition=rule)
    assert MoveRequest.objects.latest("id").state == "lapsed"
    assert not MoveRequest.objects.waiting().exists()


def test_it_is_withdrawn_by_who_asked_or_leads(world, at, rule, item):
    request = ask(world, item, at)
    with pytest.raises(Denied):
        move_verdicts.withdraw(actor=world.chen, request=request, version=None)
    assert code(lambda: work_items.change(actor=world.mei, item=now(item), version=None, state=at["Done"]) and move_requests.ask(actor=world.mei, item=now(item), to_state=at["In progress"], rule=rule)) == "move_asked_already"
    move_verdicts.withdraw(actor=world.mei, request=request, version=1)
    assert MoveRequest.objects.get().state == "withdrawn"
    assert code(lambda: move_verdicts.withdraw(actor=world.mei, request=request, version=None)) == "move_decided"


def test_a_state_that_is_retired_and_a_removed_item_wait_for_nobody(world, at, rule, item):
    request = ask(world, item, at)
    work_items.remove(actor=world.mei, item=now(item), version=None)
    assert not MoveRequest.objects.waiting().exists()
    assert code(lambda: say(world.boris, request)) == "item_removed"
    work_items.restore(actor=world.mei, item=now(item), version=None)
    states.add(actor=world.boris, space=world.project.space, name="Shipped", category="done")
    states.retire(actor=world.boris, state=at["Done"], version=None)
    assert MoveRequest.objects.get().state == "lapsed"


def test_in_bulk_each_one_waits_and_undo_leaves_them(world, at, rule, item):
    import uuid

    run = uuid.uuid4()
    bulk.apply(actor=world.mei, steps=[bulk.Step(now(item), None, {"state": at["Done"]})], run=run)
    assert MoveRequest.objects.waiting().count() == 1 and undoing.undo(actor=world.mei, run=run) == (0, 0)


def test_approvers_are_named_and_see_the_project(world, at):
    def create(**values):
        return transitions.create(actor=world.boris, space=world.project.space, to_state=at["Done"], **values)

    assert code(lambda: create(approvals=1)) == "approvers_missing"
    assert code(lambda: create(approvals=2, approvers=[world.chen.pk])) == "approvers_missing"
    assert code(lambda: create(approvals=1, approvers=[world.dana.pk])) == "reference_unknown"
    assert code(lambda: create(approvals=10, approver_roles=["member"])) == "number_unreadable"
    assert code(lambda: create(approvals=1, approver_roles=["king"])) == "choice_unknown"


def test_the_approvers_and_then_the_one_who_asked_hear_of_it(world, at, rule, item):
    told.tell()
    request = ask(world, item, at)
    told.tell()
    assert ("assigned", "assigned") in told.inbox(world.boris) and not Watch.objects.of(world.boris).filter(subject_id=item.pk).exists()
    assert told.inbox(world.mei) == []
    say(world.boris, request, False, reason="No berth")
    told.tell()
    assert ("assigned", "assigned") in told.inbox(world.mei)


def test_before_many_are_moved_it_says_which_wait_for_an_approval(world, item, rule, at):
    [found] = bulk.rehearse(actor=world.mei, steps=[bulk.Step(again := now(item), again.version, {"state": at["Done"]})])
    assert found.is_change and found.awaited == "Done" and not MoveRequest.objects.exists()
