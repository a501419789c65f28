"""States and types of a space above, followed by the projects below: what changes there is seen here, and moves no item."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Refused
from tandem.portfolio.actions import portfolios
from tandem.work.actions import shared_workflows, states, type_workflows, work_items, workflows
from tandem.work.models import State, WorkItem, WorkItemType
from tests import make

C = State.Category


@pytest.fixture
def above(world):
    """A portfolio that says how its projects work."""
    space = portfolios.create(actor=world.alma, parent=world.root, name="Digital").space
    for name, category in (("Open", C.TO_DO), ("Doing", C.IN_PROGRESS), ("Closed", C.DONE)):
        states.add(actor=world.alma, space=space, name=name, category=category)
    states.add_type(actor=world.alma, space=space, name="Task")
    states.add_type(actor=world.alma, space=space, name="Defect")
    return space


@pytest.fixture
def project(world, above):
    return make.project(actor=world.alma, name="Inside", key="INS", parent=above)


def names(space, model=State):
    rows = model.objects.filter(space=space).active()
    return list(rows.order_by("rank", "id").values_list("name", flat=True))


def state(space, name):
    return State.objects.get(space=space, name=name)


def refused(act, code):
    with pytest.raises(Refused) as problem:
        act()
    assert problem.value.code == code


def test_a_new_project_works_as_the_space_above_says(world, above, project):
    assert names(project.space) == ["Open", "Doing", "Closed"] and names(project.space, WorkItemType) == ["Task", "Defect"]
    assert shared_workflows.source_of(project.space_id) == above
    assert make.work_item(actor=world.alma, project=project).state.name == "Open"
    assert names(world.project.space)[0] == "To do", "outside of the portfolio nothing changes"


def test_a_change_above_is_seen_below(world, above, project):
    states.change(actor=world.alma, state=state(above, "Doing"), version=None, name="Building")
    states.add(actor=world.alma, space=above, name="Testing", category=C.IN_PROGRESS)
    kind = WorkItemType.objects.get(space=above, name="Defect")
    states.change_type(actor=world.alma, type=kind, version=None, name="Bug")
    assert names(project.space) == ["Open", "Building", "Testing", "Closed"] and names(project.space, WorkItemType) == ["Task", "Bug"]
    states.move(actor=world.alma, state=state(above, "Testing"), to=1)
    assert names(project.space) == ["Open", "Testing", "Building", "Closed"]
    type_workflows.choose(actor=world.alma, type=kind, version=None, uses=[state(above, "Building"), state(above, "Closed")], start=state(above, "Building"))
    mine = WorkItemType.objects.get(space=project.space, name="Bug")
    assert mine.start.space_id == project.space_id and mine.state_ids == [state(project.space, "Building").pk, state(project.space, "Closed").pk]
    assert Event.objects.filter(verb="state.changed", space=project.space).exists()


def test_what_follows_is_changed_above_alone(world, above, project):
    one, kind = state(project.space, "Doing"), WorkItemType.objects.get(space=project.space, name="Task")
    refused(lambda: states.change(actor=world.alma, state=one, version=None, name="Mine"), "workflow_follows")
    refused(lambda: states.retire(actor=world.alma, state=one), "workflow_follows")
    refused(lambda: states.move(actor=world.alma, state=one, to=0), "workflow_follows")
    refused(lambda: states.change_type(actor=world.alma, type=kind, version=None, name="Mine"), "workflow_follows")
    refused(lambda: states.retire_type(actor=world.alma, type=kind), "workflow_follows")
    refused(lambda: type_workflows.choose(actor=world.alma, type=kind, version=None, uses=[]), "workflow_follows")
    states.add(actor=world.alma, space=project.space, name="Own", category=C.IN_PROGRESS)
    assert names(project.space) == ["Open", "Doing", "Own", "Closed"]
    manager = make.user(actor=world.admin, name="Pia", role="project_manager", space=project.space)
    with pytest.raises(Denied):
        states.change(actor=make.user(actor=world.admin, name="Vera", role="stakeholder", space=above), state=state(above, "Doing"), version=None, name="X")
    shared_workflows.leave(actor=manager, space=project.space)


def test_a_retirement_above_moves_nobody_below(world, above, project):
    empty = make.project(actor=world.alma, name="Empty", key="EMP", parent=above)
    row = make.work_item(actor=world.alma, project=project)
    work_items.move(actor=world.alma, item=row, version=None, state=state(project.space, "Doing"))
    states.retire(actor=world.alma, state=state(above, "Doing"))
    row.refresh_from_db()
    mine = state(project.space, "Doing")
    assert row.state == mine and mine.origin is None and mine.retired_at is None
    assert names(empty.space) == ["Open", "Closed"]
    states.restore(actor=world.alma, state=state(above, "Doing"))
    assert names(empty.space) == ["Open", "Doing", "Closed"]
    states.retire_type(actor=world.alma, type=WorkItemType.objects.get(space=above, name="Defect"))
    assert names(empty.space, WorkItemType) == ["Task"]


def test_the_category_stays_while_items_stand_there_below(world, above, project):
    row = make.work_item(actor=world.alma, project=project)
    work_items.move(actor=world.alma, item=row, version=None, state=state(project.space, "Doing"))
    refused(lambda: states.change(actor=world.alma, state=state(above, "Doing"), version=None, category="to_do"), "state_occupied")


def test_a_workflow_above_keeps_the_states_where_items_stand(world, above, project):
    kind, mine = WorkItemType.objects.get(space=above, name="Task"), WorkItemType.objects.get(space=project.space, name="Task")
    row = make.work_item(actor=world.alma, project=project, type=mine)
    type_workflows.choose(actor=world.alma, type=kind, version=None, uses=[state(above, "Doing"), state(above, "Closed")], start=state(above, "Doing"))
    mine.refresh_from_db()
    row.refresh_from_db()
    assert row.state.name == "Open" and row.state_id in mine.state_ids and mine.start.name == "Doing"


def test_a_project_leaves_with_a_copy_and_comes_back(world, above, project):
    shared_workflows.leave(actor=world.alma, space=project.space)
    states.change(actor=world.alma, state=state(above, "Doing"), version=None, name="Building")
    states.add(actor=world.alma, space=above, name="Testing", category=C.IN_PROGRESS)
    assert names(project.space) == ["Open", "Doing", "Closed"]
    states.change(actor=world.alma, state=state(project.space, "Doing"), version=None, name="Mine")
    fit = shared_workflows.fit(project.space_id, above)
    assert set(fit.added) == {"Building", "Testing"} and fit.own == ["Mine"] and "Open" in fit.joined
    shared_workflows.follow(actor=world.alma, space=project.space, source=above)
    assert names(project.space) == ["Open", "Building", "Testing", "Mine", "Closed"]
    refused(lambda: shared_workflows.follow(actor=world.alma, space=project.space, source=above), "workflow_followed")


def test_one_follows_only_what_stands_above(world, above):
    refused(lambda: shared_workflows.follow(actor=world.alma, space=world.project.space, source=above), "reference_unknown")
    with pytest.raises(Denied):
        shared_workflows.follow(actor=world.mei, space=world.project.space, source=world.root)


def test_of_one_name_and_another_meaning_it_stays_the_projects_own(world, above, project):
    shared_workflows.leave(actor=world.alma, space=project.space)
    states.add(actor=world.alma, space=project.space, name="Review", category=C.IN_PROGRESS)
    states.add(actor=world.alma, space=above, name="review", category=C.DONE)
    shared_workflows.follow(actor=world.alma, space=project.space, source=above)
    assert state(project.space, "Review").origin is None and state(project.space, "Review").category == C.IN_PROGRESS
    states.change(actor=world.alma, state=state(above, "Doing"), version=None, name="Reviewing")
    states.add(actor=world.alma, space=project.space, name="Building", category=C.IN_PROGRESS)
    states.change(actor=world.alma, state=state(above, "Reviewing"), version=None, name="Building")
    assert State.objects.get(space=project.space, origin=state(above, "Building")).name == "Reviewing"


def test_an_import_takes_back_what_was_retired_above(world, above, project):
    states.retire(actor=world.alma, state=state(above, "Doing"))
    workflows.ensure_states(actor=world.alma, space=project.space, states=[("Doing", C.IN_PROGRESS)])
    mine = state(project.space, "Doing")
    assert mine.retired_at is None and mine.origin is None
    assert WorkItem.objects.filter(state=mine).count() == 0
