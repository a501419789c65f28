"""A type with a workflow of its own: every door keeps it, a change of type asks for the state, nothing is moved silently."""

import uuid

import pytest

from tandem.automation.actions import steps
from tandem.collaboration.words import refusal
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import (
    bulk,
    relocations,
    states,
    takeovers,
    transitions,
    type_workflows,
    undoing,
    work_items,
)
from tandem.work.models import MoveRequest, State, StateChange, Transition, WorkItem, WorkItemType
from tests import make


@pytest.fixture
def at(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


@pytest.fixture
def bug(world):
    return WorkItemType.objects.get(space=world.project.space, name="Bug")


def choose(world, type, uses, start, who=None, version=None, **into):
    heirs = into.pop("heirs", {})
    return type_workflows.choose(actor=who or world.boris, type=type, version=version, uses=uses, start=start, into=heirs)


def short(world, at, bug):
    """Bugs pass from “In progress” to “Done”, and nowhere else."""
    choose(world, bug, [at["Done"], at["In progress"]], at["In progress"])
    bug.refresh_from_db()
    return bug


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, **values)


def refused(act, code):
    with pytest.raises(Refused) as problem:
        act()
    assert problem.value.code == code
    return refusal(code, problem.value.params)


def test_a_new_item_begins_where_its_type_begins(world, at, bug):
    short(world, at, bug)
    row = work_items.create(actor=world.mei, space=world.project.space, title="Crash", type=bug)
    assert row.state == at["In progress"] and row.actual_start is not None
    assert bug.state_ids == [at["In progress"].pk, at["Done"].pk]
    said = refused(lambda: work_items.create(actor=world.mei, space=world.project.space, title="No", type=bug, state=at["To do"]), "state_not_of_type")
    assert "Done" in said and "“To do”" in said
    assert item(world).state == at["To do"]


def test_no_move_leads_out_of_it(world, at, bug):
    short(world, at, bug)
    row = work_items.create(actor=world.mei, space=world.project.space, title="Crash", type=bug)
    refused(lambda: work_items.move(actor=world.mei, item=row, version=None, state=at["In review"]), "state_not_of_type")
    asked = [bulk.Step(row, None, {"state": at["In review"]})]
    assert [o.code for o in bulk.rehearse(actor=world.mei, steps=asked)] == ["state_not_of_type"]
    row = WorkItem.objects.get(pk=row.pk)
    assert work_items.move(actor=world.mei, item=row, version=None, state=at["Done"]).state == at["Done"]


def test_another_type_asks_for_the_state_and_takes_it_with_it(world, at, bug):
    short(world, at, bug)
    row = item(world)
    said = refused(lambda: work_items.change(actor=world.mei, item=row, version=row.version, type=bug), "type_needs_state")
    assert "In progress, Done" in said
    row = WorkItem.objects.get(pk=row.pk)
    run = uuid.uuid4()
    work_items.change(actor=world.mei, item=row, version=row.version, run=run, type=bug, state=at["In progress"])
    assert row.state == at["In progress"] and StateChange.objects.filter(item=row).count() == 2
    undoing.undo(actor=world.mei, run=run)
    row = WorkItem.objects.get(pk=row.pk)
    assert (row.type.name, row.state.name) == ("Story", "To do")


def test_another_type_with_the_same_state_keeps_it(world, at, bug):
    short(world, at, bug)
    row = item(world, state="in_progress")
    assert work_items.change(actor=world.mei, item=row, version=row.version, type=bug).state == at["In progress"]


def test_entering_a_workflow_further_on_keeps_its_rules(world, at, bug):
    short(world, at, bug)
    transitions.create(
        actor=world.boris, space=world.project.space, from_state=at["In progress"], to_state=at["Done"], type=bug, approvals=1, approver_roles=["project_manager"]
    )  # fmt: skip
    row = item(world)
    said = refused(lambda: work_items.change(actor=world.mei, item=row, version=None, type=bug, state=at["Done"]), "move_needs_approval")
    assert "In progress" in said
    row = WorkItem.objects.get(pk=row.pk)
    work_items.change(actor=world.mei, item=row, version=None, type=bug, state=at["In progress"])
    work_items.move(actor=world.mei, item=row, version=None, state=at["Done"])
    assert row.state == at["In progress"] and MoveRequest.objects.waiting().filter(item=row).exists()


def test_items_that_stand_elsewhere_are_carried_only_when_told_where(world, at, bug):
    row = item(world, type=bug, state="to_do")
    said = refused(lambda: short(world, at, bug), "type_states_occupied")
    assert "To do" in said and "1" in said
    bug.refresh_from_db()
    assert bug.state_ids == []
    count = choose(world, bug, [at["In progress"], at["Done"]], at["In progress"], heirs={at["To do"].pk: at["In progress"]})
    row.refresh_from_db()
    assert count == 1 and row.state == at["In progress"] and row.actual_start is not None
    assert Event.objects.filter(verb="type.changed", subject_id=bug.pk).count() == 1
    assert Event.objects.filter(verb="work_item.moved", subject_id=row.pk).count() == 1
    choose(world, bug, [], None)
    bug.refresh_from_db()
    assert (bug.state_ids, bug.start) == ([], None)


def test_a_workflow_begins_and_ends(world, at, bug):
    refused(lambda: choose(world, bug, [at["To do"], at["In progress"]], at["To do"]), "type_states_last")
    refused(lambda: choose(world, bug, [at["To do"], at["Done"]], None), "type_states_last")
    refused(lambda: choose(world, bug, [at["To do"], at["Done"]], at["Done"]), "type_states_last")
    refused(lambda: choose(world, bug, [at["To do"], at["Done"]], at["In progress"]), "type_states_last")
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    there = list(State.objects.filter(space=other.space))
    refused(lambda: choose(world, bug, there, there[0]), "other_space")


def test_who_may_and_with_which_version(world, at, bug):
    with pytest.raises(Denied):
        choose(world, bug, [], None, who=world.mei)
    with pytest.raises(Hidden):
        choose(world, bug, [], None, who=world.dana)
    old = bug.version
    short(world, at, bug)
    with pytest.raises(Stale):
        choose(world, bug, [], None, version=old)


def test_rules_stay_inside_the_workflow(world, at, bug):
    inside = transitions.create(actor=world.boris, space=world.project.space, from_state=at["In progress"], to_state=at["Done"], type=bug)
    transitions.create(actor=world.boris, space=world.project.space, from_state=None, to_state=at["In review"], type=bug)
    short(world, at, bug)
    assert list(Transition.objects.filter(type=bug)) == [inside]
    refused(lambda: transitions.create(actor=world.boris, space=world.project.space, from_state=None, to_state=at["In review"], type=bug), "state_not_of_type")


def test_a_state_that_is_retired_leaves_the_workflow(world, at, bug):
    short(world, at, bug)
    refused(lambda: states.retire(actor=world.boris, state=at["In progress"]), "state_of_type")
    row = item(world, type=bug, state="in_progress")
    states.retire(actor=world.boris, state=at["In progress"], into=at["In review"])
    bug.refresh_from_db()
    row.refresh_from_db()
    assert bug.state_ids == [at["In review"].pk, at["Done"].pk] and bug.start == at["In review"] == row.state


def test_an_import_widens_it(world, at, bug):
    short(world, at, bug)
    row = WorkItem(title="Old", type=bug, state=at["In review"], space=world.project.space, rank=1)
    work_items.create_many(actor=world.boris, space=world.project.space, items=[row], assignments=[], changes=[])
    bug.refresh_from_db()
    assert bug.state_ids == [at["In progress"].pk, at["In review"].pk, at["Done"].pk]
    assert Event.objects.filter(verb="type.changed", subject_id=bug.pk).count() == 2


def test_moved_here_it_comes_into_a_state_of_its_type(world, at, bug):
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    there = {s.name: s for s in State.objects.filter(space=yard.space)}
    kind = WorkItemType.objects.get(space=yard.space, name="Bug")
    choose(world, kind, [there["In progress"], there["Done"]], there["In progress"], who=world.alma)
    row = make.work_item(actor=world.alma, project=world.project, type=bug)
    assert relocations.proposed(row, yard.space)[1] == there["In progress"]
    assert relocations.relocate(actor=world.alma, item=row, version=None, space=yard.space).state == there["In progress"]


def test_taken_over_with_a_type_that_comes(world, at, bug):
    made = states.add_type(actor=world.boris, space=world.project.space, name="Incident")
    choose(world, made, [at["In progress"], at["Done"]], at["In progress"])
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    takeovers.take_over(actor=world.alma, space=yard.space, source=world.project.space)
    came = WorkItemType.objects.get(space=yard.space, name="Incident")
    assert came.start.name == "In progress" and came.start.space_id == yard.space_id and len(came.state_ids) == 2


def test_a_rule_moves_into_the_first_state_of_the_category_that_the_type_uses(world, at, bug):
    choose(world, bug, [at["In review"], at["Done"]], at["In review"])
    bug.refresh_from_db()
    row = work_items.create(actor=world.mei, space=world.project.space, title="Crash", type=bug, state=at["Done"])
    assert steps._to_state(row, "in_progress") == {"state": at["In review"]}
