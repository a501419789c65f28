"""Allowed moves: every door keeps them, the refusal says what is missing, imports and taking back are exempt."""

import uuid

import pytest

from tandem.collaboration.words import refusal
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import blocks, bulk, fields, states, takeovers, transitions, undoing, work_items
from tandem.work.models import FieldDefinition, State, StateChange, Transition, WorkItem, WorkItemType
from tandem.work.models.transition import offered
from tests import make


@pytest.fixture
def at(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


def allow(world, before, after, **values):
    return transitions.create(actor=world.boris, space=world.project.space, from_state=before, to_state=after, **values)


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, **values)


def move(world, row, state, who=None):
    return work_items.move(actor=who or world.mei, item=row, version=None, state=state)


def refused(act, code):
    with pytest.raises(Refused) as problem:
        act()
    assert problem.value.code == code
    return refusal(code, problem.value.params)


def test_without_rules_every_move_is_allowed(world, at):
    assert move(world, item(world), at["Done"]).state == at["Done"]


def test_with_rules_only_those_moves_and_the_refusal_names_them(world, at):
    allow(world, at["To do"], at["In progress"])
    allow(world, at["In progress"], at["Done"])
    row = item(world)
    said = refused(lambda: move(world, row, at["Done"]), "move_not_allowed")
    assert "In progress" in said and "To do" in said
    refused(lambda: item(world, state="done"), "move_not_allowed")
    row = move(world, WorkItem.objects.get(pk=row.pk), at["In progress"])
    row = move(world, row, at["Done"])
    refused(lambda: move(world, WorkItem.objects.get(pk=row.pk), at["To do"]), "move_nowhere")
    allow(world, None, at["To do"])
    assert move(world, WorkItem.objects.get(pk=row.pk), at["To do"]).state == at["To do"]


def test_a_type_with_rules_of_its_own_follows_only_those(world, at):
    bug = WorkItemType.objects.get(space=world.project.space, name="Bug")
    allow(world, None, at["Done"], type=bug)
    refused(lambda: move(world, item(world, type=bug), at["In review"]), "move_not_allowed")
    assert move(world, item(world), at["In review"])
    rules = list(Transition.objects.all())
    assert offered(rules, bug.pk, at["To do"].pk, ["member"]) == {at["To do"].pk, at["Done"].pk}
    assert offered(rules, bug.pk + 1, at["To do"].pk, ["member"]) is None


def test_a_move_is_kept_for_roles(world, at):
    allow(world, None, at["Done"], roles=["project_manager"])
    row = item(world)
    assert "Project manager" in refused(lambda: move(world, row, at["Done"]), "move_needs_role")
    assert offered(Transition.objects.all(), row.type_id, row.state_id, ["member"]) == {row.state_id}
    assert move(world, WorkItem.objects.get(pk=row.pk), at["Done"], world.boris)


def test_a_move_asks_for_fields_and_takes_them_with_it(world, at):
    own = fields.create(actor=world.boris, space=world.project.space, name="Cause", kind="text")
    allow(world, None, at["Done"], required=["assignees", "due_on", f"field:{own.pk}"])
    row = item(world)
    said = refused(lambda: move(world, row, at["Done"]), "move_needs_fields")
    assert "Assignees" in said and "Due" in said and "Cause" in said
    row = WorkItem.objects.get(pk=row.pk)
    done = work_items.change(
        actor=world.mei, item=row, version=None, state=at["Done"], assignees=[world.mei], due_on="2027-01-01", fields={"Cause": "rain"}
    )
    assert done.is_done


def test_a_guarded_move_waits_for_predecessors_and_hides_what_is_hidden(world, at):
    allow(world, None, at["In progress"], is_guarded=True)
    first, row = item(world, title="First"), item(world)
    make.link(actor=world.boris, source=first, target=row, kind="blocks")
    assert first.key in refused(lambda: move(world, row, at["In progress"]), "move_waits")
    allow(world, None, at["Done"])
    move(world, first, at["Done"])
    assert move(world, WorkItem.objects.get(pk=row.pk), at["In progress"])
    assert refusal("move_waits", {"state": "A", "keys": ["POR-1", None]}).count("cannot see") == 1


def test_many_at_once_all_or_none(world, at):
    allow(world, at["To do"], at["In progress"])
    rows = [item(world), item(world)]
    move(world, rows[0], at["In progress"])
    again = [WorkItem.objects.get(pk=r.pk) for r in rows]
    refused(lambda: work_items.change_many(actor=world.mei, items=[(r, None) for r in reversed(again)], state=at["Done"]), "move_not_allowed")
    assert not StateChange.objects.filter(to_state=at["Done"]).exists()


def test_ones_own_move_is_taken_back_whatever_is_allowed(world, at):
    allow(world, at["To do"], at["In progress"])
    run = uuid.uuid4()
    row = work_items.change(actor=world.mei, item=item(world), version=None, run=run, state=at["In progress"])
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert WorkItem.objects.get(pk=row.pk).state == at["To do"]


def test_rules_are_set_by_who_plans_once_for_each_move(world, at):
    rule = allow(world, at["To do"], at["Done"])
    refused(lambda: allow(world, at["To do"], at["Done"]), "move_ruled")
    refused(lambda: allow(world, at["Done"], at["Done"]), "move_to_itself")
    refused(lambda: allow(world, None, at["Done"], roles=["king"]), "choice_unknown")
    refused(lambda: allow(world, None, at["Done"], required=["rank"]), "choice_unknown")
    refused(lambda: allow(world, None, at["Done"], required=["field:99999"]), "choice_unknown")
    changed = transitions.change(actor=world.boris, transition=rule, version=1, roles=["member"])
    with pytest.raises(Stale):
        transitions.change(actor=world.boris, transition=changed, version=1, is_guarded=True)
    for who, error in ((world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(error):
            transitions.remove(actor=who, transition=rule)
    transitions.remove(actor=world.boris, transition=rule)
    assert Event.objects.filter(verb="transition.removed").count() == 1


# ── states and types ──


def test_a_state_is_added_named_ordered_and_brought_back(world, at):
    space = world.project.space
    state = states.add(actor=world.boris, space=space, name="Blocked on us", category="in_progress")
    assert [s.name for s in State.objects.filter(space=space).in_order()] == ["To do", "In progress", "In review", "Blocked on us", "Done"]
    state = states.change(actor=world.boris, state=state, version=state.version, name="On us")
    refused(lambda: states.change(actor=world.boris, state=state, version=None, name="done"), "name_taken")
    states.move(actor=world.boris, state=state, to=1)
    assert State.objects.filter(space=space).in_order()[1] == state
    states.retire(actor=world.boris, state=State.objects.get(pk=state.pk))
    row = item(world)
    refused(lambda: move(world, row, State.objects.get(pk=state.pk)), "state_retired")
    states.restore(actor=world.boris, state=State.objects.get(pk=state.pk))
    assert move(world, WorkItem.objects.get(pk=row.pk), State.objects.get(pk=state.pk))


def test_a_retired_state_hands_its_items_on_with_their_history(world, at):
    allow(world, None, at["In review"])
    rows = [move(world, item(world), at["In review"]) for _n in range(3)]
    refused(lambda: states.retire(actor=world.boris, state=at["In review"]), "state_needs_heir")
    assert states.retire(actor=world.boris, state=at["In review"], into=at["Done"]) == 3
    row = WorkItem.objects.get(pk=rows[0].pk)
    assert row.state == at["Done"] and row.actual_finish and row.version == rows[0].version + 1
    assert StateChange.objects.filter(from_state=at["In review"], to_state=at["Done"]).count() == 3
    assert not Transition.objects.exists()
    assert Event.objects.filter(verb="work_item.moved").count() == 6


def test_a_category_stays_while_items_stand_there_and_the_ends_stay(world, at):
    item(world)
    refused(lambda: states.change(actor=world.boris, state=at["To do"], version=None, category="done"), "state_occupied")
    refused(lambda: states.change(actor=world.boris, state=at["Done"], version=None, category="to_do"), "state_last")
    refused(lambda: states.retire(actor=world.boris, state=at["Done"], into=at["To do"]), "state_last")
    assert states.change(actor=world.boris, state=at["In review"], version=None, category="done").is_done


def test_types_are_named_and_retired_but_one_stays(world):
    space = world.project.space
    made = states.add_type(actor=world.boris, space=space, name="Risk")
    refused(lambda: states.add_type(actor=world.boris, space=space, name="risk"), "name_taken")
    kept = item(world, type=made)
    made = states.retire_type(actor=world.boris, type=made)
    refused(lambda: item(world, type=made), "type_retired")
    assert work_items.change(actor=world.mei, item=kept, version=None, title="Still a risk").type == made
    for one in WorkItemType.objects.filter(space=space, level=2).active()[1:]:
        states.retire_type(actor=world.boris, type=one)
    refused(lambda: states.retire_type(actor=world.boris, type=WorkItemType.objects.filter(space=space, level=2).active().get()), "type_last")
    with pytest.raises(Denied):
        states.add_type(actor=world.mei, space=space, name="X")


def test_a_space_takes_over_what_it_lacks(world, at):
    space = world.project.space
    bug = WorkItemType.objects.get(space=space, name="Bug")
    own = fields.create(actor=world.boris, space=space, name="Cause", kind="choice", choices=["Rain"], types=[bug])
    states.add(actor=world.boris, space=space, name="Ready", category="to_do")
    allow(world, None, at["Done"], type=bug, required=[f"field:{own.pk}", "labels"])
    other = make.project(actor=world.alma, name="Other")
    took = takeovers.take_over(actor=world.alma, space=other.space, source=space)
    assert took == {"types": 0, "states": 1, "fields": 1, "moves": 1}
    theirs = FieldDefinition.objects.with_types().get(space=other.space)
    assert theirs.type_ids == [WorkItemType.objects.get(space=other.space, name="Bug").pk]
    assert Transition.objects.get(space=other.space).required == [f"field:{theirs.pk}", "labels"]
    assert takeovers.take_over(actor=world.alma, space=other.space, source=space) == {"types": 0, "states": 0, "fields": 0, "moves": 0}
    with pytest.raises(Hidden):
        takeovers.take_over(actor=world.dana, space=other.space, source=space)


def test_an_item_begins_behind_a_guarded_rule(world, at):
    allow(world, at["To do"], at["In progress"], is_guarded=True)
    assert item(world, state="in_progress").state == at["In progress"]


def test_retiring_into_a_done_state_ends_blocks_and_says_the_dates(world, at):
    row = item(world, state="in_progress")
    blocks.start(actor=world.boris, item=row, reason="No berth")
    states.retire(actor=world.boris, state=row.state, into=at["Done"])
    row.refresh_from_db()
    event = Event.objects.of(row).filter(verb="work_item.moved").get()
    assert row.blocks.get().ended_at is not None and event.changes["actual_finish"][1]
    retired = State.objects.get(pk=at["In progress"].pk)
    assert states.move(actor=world.boris, state=retired, to=0).rank == retired.rank


def test_what_a_rule_forbids_is_left_and_the_rest_of_a_run_taken_back(world):
    rows, run = [item(world), item(world)], uuid.uuid4()
    whole = item(world)
    work_items.change_many(actor=world.mei, items=[(rows[0], None)], run=run, parent=None, priority=1)
    work_items.change(actor=world.mei, item=rows[1], version=None, parent=whole)
    work_items.change(actor=world.mei, item=rows[1], version=None, run=run, parent=None)
    work_items.remove(actor=world.mei, item=whole, version=None)
    assert undoing.undo(actor=world.mei, run=run) == (1, 1)


def test_parts_go_before_their_whole_whichever_is_older(world):
    part, whole = item(world), item(world)
    part = work_items.change(actor=world.mei, item=part, version=None, parent=whole)
    steps = [bulk.Step(whole, None, None), bulk.Step(part, None, None)]
    assert bulk.apply(actor=world.mei, steps=steps, run=uuid.uuid4()) == 2


def test_moves_to_states_that_are_retired_here_are_not_taken_over(world, at):
    allow(world, at["To do"], at["In progress"])
    allow(world, at["To do"], at["Done"])
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    states.retire(actor=world.alma, state=State.objects.get(space=other.space, name="In progress"))
    found = takeovers.take_over(actor=world.alma, space=other.space, source=world.project.space)
    assert found["moves"] == 1
