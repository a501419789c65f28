"""Allowed moves of a space above hold in the projects that follow its states, in their own words, and follow later changes."""

import pytest
from django.urls import reverse

from tandem.history.models import Event
from tandem.kit.errors import Denied
from tandem.people.models import Role
from tandem.work.actions import fields, shared_moves, shared_workflows, states, transitions, work_items
from tandem.work.models import FieldDefinition, MoveRequest, Transition, WorkItem
from tests import make
from tests.work.test_shared_workflows import C, above, project, refused, state  # noqa: F401


def allow(world, space, to, start=None, **values):
    first = state(space, start) if start else None
    return transitions.create(actor=world.alma, space=space, from_state=first, to_state=state(space, to), **values)


def ways(space):
    rows = Transition.objects.filter(space=space).order_by("pk")
    return [shared_moves.words(rule) for rule in rows]


def fresh(rule):
    return Transition.objects.get(pk=rule.pk)


def test_a_move_above_holds_below_in_the_words_of_the_project(world, above, project):  # noqa: F811
    region = fields.create(actor=world.alma, space=above, name="Region", kind="text")
    rule = allow(world, above, "Doing", "Open", required=["assignees", f"field:{region.pk}"], roles=["member"])
    mine = Transition.objects.get(space=project.space)
    here = FieldDefinition.objects.get(space=project.space, origin=region)
    assert (mine.origin, mine.from_state, mine.to_state) == (rule, state(project.space, "Open"), state(project.space, "Doing"))
    assert mine.required == ["assignees", f"field:{here.pk}"] and mine.roles == ["member"]
    transitions.change(actor=world.alma, transition=fresh(rule), version=rule.version, required=[], roles=[])
    assert Transition.objects.get(space=project.space).required == []
    item = make.work_item(actor=world.alma, project=project)
    refused(lambda: work_items.move(actor=world.alma, item=item, version=None, state=state(project.space, "Closed")), "move_not_allowed")
    allow(world, above, "Closed")
    work_items.move(actor=world.alma, item=item, version=None, state=state(project.space, "Closed"))
    transitions.remove(actor=world.alma, transition=fresh(rule))
    assert ways(project.space) == ["* → Closed"]
    assert Event.objects.filter(verb="workflow.changed", space=project.space, changes__has_key="moves").count() == 4
    later = make.project(actor=world.alma, name="Later", parent=above)
    assert ways(later.space) == ["* → Closed"] and not ways(world.project.space)


def test_what_follows_is_changed_above_alone_until_a_copy_is_taken(world, above, project):  # noqa: F811
    rule = allow(world, above, "Doing")
    mine = Transition.objects.get(space=project.space)
    refused(lambda: transitions.change(actor=world.alma, transition=mine, version=None, roles=["member"]), "moves_follow")
    refused(lambda: transitions.remove(actor=world.alma, transition=mine), "moves_follow")
    refused(lambda: allow(world, project.space, "Closed"), "moves_follow")
    with pytest.raises(Denied):
        shared_moves.own(actor=make.user(actor=world.admin, name="Vera", role="member", space=project.space), space=project.space)
    manager = make.user(actor=world.admin, name="Pia", role=Role.PROJECT_MANAGER, space=project.space)
    shared_moves.own(actor=manager, space=project.space)
    transitions.remove(actor=world.alma, transition=fresh(rule))
    assert ways(project.space) == ["* → Doing"], "later changes above are not seen"
    allow(world, above, "Closed")
    assert ways(project.space) == ["* → Doing"]
    shared_moves.follow(actor=manager, space=project.space)
    assert ways(project.space) == ["* → Closed"]
    shared_workflows.leave(actor=manager, space=project.space)
    assert Transition.objects.get(space=project.space).origin is None


def test_without_moves_of_its_own_those_above_hold(world, above, project):  # noqa: F811
    own = allow(world, project.space, "Doing")
    allow(world, above, "Closed")
    assert ways(project.space) == ["* → Doing"], "two sets of rules mixed would be neither"
    transitions.remove(actor=world.alma, transition=own)
    assert ways(project.space) == ["* → Closed"]


def test_items_in_states_of_the_project_alone_are_not_locked_in(world, above, project):  # noqa: F811
    states.add(actor=world.alma, space=project.space, name="Own", category=C.IN_PROGRESS)
    item = make.work_item(actor=world.alma, project=project)
    item = work_items.move(actor=world.alma, item=item, version=None, state=state(project.space, "Own"))
    allow(world, above, "Closed", "Doing")
    assert not ways(project.space)
    allow(world, project.space, "Closed")
    refused(lambda: shared_moves.follow(actor=world.alma, space=project.space), "moves_states_own")
    work_items.move(actor=world.alma, item=WorkItem.objects.get(pk=item.pk), version=None, state=state(project.space, "Closed"))
    shared_moves.follow(actor=world.alma, space=project.space)
    assert ways(project.space) == ["Doing → Closed"]


def test_a_state_retired_above_under_items_leaves_them_their_way_out(world, above, project):  # noqa: F811
    states.add(actor=world.alma, space=above, name="Testing", category=C.IN_PROGRESS)
    item = make.work_item(actor=world.alma, project=project)
    item = work_items.move(actor=world.alma, item=item, version=None, state=state(project.space, "Testing"))
    allow(world, above, "Testing", "Open")
    allow(world, above, "Closed", "Testing")
    states.retire(actor=world.alma, state=state(above, "Testing"))
    assert ways(above) == [] and ways(project.space) == ["Open → Testing", "Testing → Closed"]
    assert not Transition.objects.filter(space=project.space, origin__isnull=False).exists()
    work_items.move(actor=world.alma, item=WorkItem.objects.get(pk=item.pk), version=None, state=state(project.space, "Closed"))


def test_approval_from_above_lapses_with_its_move(world, above, project):  # noqa: F811
    rule = allow(world, above, "Doing", approvals=1, approver_roles=["project_manager"])
    make.user(actor=world.admin, name="Pia", role=Role.PROJECT_MANAGER, space=project.space)
    item = make.work_item(actor=world.alma, project=project)
    work_items.move(actor=world.alma, item=item, version=None, state=state(project.space, "Doing"))
    assert MoveRequest.objects.waiting().count() == 1
    transitions.remove(actor=world.alma, transition=fresh(rule))
    assert not MoveRequest.objects.waiting().exists()


def test_the_page_says_where_they_come_from(world, signed_in, above, project):  # noqa: F811
    allow(world, above, "Doing")
    page, json = reverse("workflow_settings", kwargs={"key": "INS"}), {"Accept": "application/json"}
    manager = make.user(actor=world.admin, name="Pia", role=Role.PROJECT_MANAGER, space=project.space)
    client = signed_in(manager)
    shown = client.get(page).content.decode()
    assert "Allowed moves are defined in a space that you cannot see" in shown and "Digital" not in shown and "Allow a move" not in shown
    assert "Allowed moves are defined in" in signed_in(world.alma).get(page).content.decode()
    assert client.post(page, {"do": "remove_rule", "rule": Transition.objects.get(space=project.space).pk}, headers=json).status_code == 422
    assert client.post(page, {"do": "own_moves"}, headers=json).status_code == 200
    assert "Allow a move" in client.get(page).content.decode()
    assert signed_in(world.alma).post(page, {"do": "follow_moves"}, headers=json).status_code == 200
    assert source_name(project) == "Digital"
    assert "Allow a move" in signed_in(world.alma).get(reverse("workflow_settings", kwargs={"key": above.key})).content.decode()


def source_name(one):
    return shared_moves.source_of(one.space_id).name


def test_what_moves_asked_for_stays_on_record_when_they_are_replaced(world, above, project):  # noqa: F811
    own = allow(world, project.space, "Doing", "Open", required=["assignees"], roles=["member"], is_guarded=True)
    rule = allow(world, above, "Closed", approvals=1, approver_roles=["project_manager"])
    shared_moves.follow(actor=world.alma, space=project.space)
    said = Event.objects.filter(verb="workflow.changed", space=project.space, changes__has_key="conditions").latest("pk").changes
    before, after = said["conditions"]
    assert said["moves"] == [["Open → Doing"], ["* → Closed"]]
    assert before == [{
        "from": own.from_state_id, "to": own.to_state_id, "type": None, "roles": ["member"], "required": ["assignees"], "is_guarded": True,
        "approvals": 0, "approver_roles": [], "approvers": [],
    }]  # fmt: skip
    assert (after[0]["approvals"], after[0]["approver_roles"]) == (1, ["project_manager"])
    transitions.change(actor=world.alma, transition=fresh(rule), version=rule.version, approvals=2)
    before, after = Event.objects.filter(verb="workflow.changed", space=project.space, changes__has_key="conditions").latest("pk").changes["conditions"]
    assert (before[0]["approvals"], after[0]["approvals"]) == (1, 2)
    transitions.remove(actor=world.alma, transition=fresh(rule))
    before, after = Event.objects.filter(verb="workflow.changed", space=project.space, changes__has_key="conditions").latest("pk").changes["conditions"]
    assert before[0]["approvals"] == 2 and after == []
