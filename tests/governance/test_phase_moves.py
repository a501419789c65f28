"""A project goes on to another phase where no gate stands between; a gate is never gone round."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance import phases
from tandem.governance.actions import gate_verdicts, method_parts, method_uses, methods, phase_moves
from tandem.governance.models import Gate, MethodPart, MethodUse
from tandem.governance.phases import Phase
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio.actions import projects
from tandem.reports.queries import gates as reads
from tandem.work.actions import transitions, undoing, wip_limits, work_items
from tandem.work.models import WipOverride
from tests import make

pytestmark = pytest.mark.django_db

PHASES = [{"key": key, "name": key.title(), "stage": stage, "days": 5} for key, stage in (("dream", "concept"), ("draw", "plan"), ("dig", "build"), ("pour", "build"), ("open", "launch"))]
GATES = [{"key": "worth", "name": "Worth it", "phase": "draw", "money": 0, "reviewers": [], "criteria": []}]


@pytest.fixture
def use(world):
    """Five phases, one gate: behind the second."""
    method = methods.create(actor=world.alma, space=world.root, name="House way", content={"phases": PHASES, "gates": GATES})
    methods.publish(actor=world.alma, method_version=method.versions.get(), version=None)
    project = make.project_of(actor=world.alma, method=method, name="Quay", owner=world.boris)
    make.spaces.grant(actor=world.alma, space=project.space, user=world.chen, role=Role.MEMBER)
    return MethodUse.objects.select_related("project", "method_version").get(project=project)


def go(actor, use, phase, version=None, **more):
    return phase_moves.move(actor=actor, method_use=use, version=version, phase=phase, **more)


def now(use):
    found, _gates, at = phase_moves.standing(use)
    return found[at].key


def passes(world, use):
    gate = Gate.objects.select_related("project", "space").get(project=use.project_id)
    gate_verdicts.give(actor=world.alma, gate=gate, version=None, verdict="go", reason="So", digest=gate_verdicts.content(gate)[1])


def test_between_gates_it_goes_on_and_back_with_its_work_items(world, use):
    assert now(use) == "dream"
    go(world.alma, use, "draw")
    part = MethodPart.objects.select_related("item__state").get(project=use.project_id, kind="phase", key="dream")
    assert (now(use), part.item.is_done) == ("draw", True)
    event = Event.objects.filter(verb="project.moved_phase").get()
    assert event.changes == {"phase": ["Dream", "Draw"]} and event.subject_id == use.project_id
    go(world.alma, use, "dream")
    part.item.refresh_from_db()
    assert (now(use), part.item.is_done) == ("dream", False)


def test_a_gate_that_is_not_passed_is_not_gone_round_nor_gone_back_behind(world, use):
    with pytest.raises(Refused, match="phase_behind_gate") as said:
        go(world.alma, use, "dig")
    gate = Gate.objects.get(project=use.project_id)
    assert said.value.params["gate"] == gate.pk and now(use) == "dream"
    assert not Event.objects.filter(verb="project.moved_phase").exists()
    go(world.alma, use, "draw")
    passes(world, use)
    assert now(use) == "dig"
    go(world.alma, use, "open")
    assert now(use) == "open"
    go(world.alma, use, "dig")
    with pytest.raises(Refused, match="phase_gate_passed"):
        go(world.alma, use, "draw")
    assert now(use) == "dig"


def test_a_gate_that_came_later_further_back_throws_nobody_back():
    order = [Phase(key, key, key, None, False) for key in "abcd"]
    state = Gate.State

    def stands(*gates):
        return order[phases.at(order, [Gate(phase=phase, state=state) for phase, state in gates])].key

    assert stands(("b", state.PASSED), ("c", state.OPEN)) == "c"
    assert stands(("a", state.OPEN), ("b", state.PASSED), ("c", state.OPEN)) == "c", "a pack's, taken up late"
    assert stands(("b", state.PASSED), ("b", state.OPEN)) == "b", "two gates of one phase: both hold"
    assert stands(("a", state.OPEN), ("b", state.OPEN)) == "a"


def test_a_phase_that_was_finished_before_its_turn_is_open_again_when_the_project_comes_into_it(world, use):
    passes(world, use)
    part = MethodPart.objects.select_related("item__state", "item__type").get(project=use.project_id, kind="phase", key="pour")
    work_items.change(actor=world.alma, item=part.item, version=None, state=make.state_of(use.project, "done"))
    run = uuid.uuid4()
    go(world.alma, use, "pour", run=run)
    assert now(use) == "pour", "where its card was put, not one further"
    assert undoing.undo(actor=world.alma, run=run) == (2, 0)
    assert now(use) == "dig" and phase_moves.standing(use)[0][3].is_over


def test_one_that_waits_at_its_gate_stays_finished(world, use):
    part = MethodPart.objects.select_related("item__state", "item__type").get(project=use.project_id, kind="phase", key="draw")
    work_items.change(actor=world.alma, item=part.item, version=None, state=make.state_of(use.project, "done"))
    go(world.alma, use, "draw")
    assert now(use) == "draw" and phase_moves.standing(use)[0][1].is_over


def test_of_two_gates_of_a_phase_the_one_that_is_passed_lets_nobody_back(world, use):
    passes(world, use)
    gate = Gate.objects.get(project=use.project_id)
    Gate.objects.create(space_id=gate.space_id, project=use.project, pack="health", key="safe", name="Safe", phase="draw", rank=9, due_on=gate.due_on)
    assert now(use) == "draw", "both hold"
    with pytest.raises(Refused, match="phase_gate_passed"):
        go(world.alma, use, "dream")
    assert not Event.objects.filter(verb="project.moved_phase").exists()


def test_over_a_limit_of_the_board_it_goes_with_a_reason(world, signed_in, use):
    passes(world, use)
    go(world.alma, use, "open")
    wip_limits.create(actor=world.alma, space=use.project.space, most=1, stops=True)
    make.work_item(actor=world.alma, project=use.project, state="in_progress")
    use.refresh_from_db()
    answer = patch(signed_in(world.alma), use, state="build", version=use.version)
    assert (answer.status_code, answer.json()["code"]) == (422, "wip_limit_reached")
    answer = patch(signed_in(world.alma), use, state="build", version=use.version, override_reason="The frost comes early")
    assert answer.status_code == 200 and now(use) == "pour"
    assert WipOverride.objects.filter(space=use.project.space).values_list("reason", flat=True).distinct().get() == "The frost comes early"


def test_a_gate_that_is_left_out_stands_in_nobodys_way(world, use):
    part = MethodPart.objects.get(project=use.project_id, kind="gate")
    method_parts.tailor(actor=world.alma, method_part=part, version=None, reason="Small", is_left_out=True)
    go(world.alma, use, "pour")
    assert now(use) == "pour"


def test_a_gate_on_hold_stands_in_the_way_too(world, use):
    gate = Gate.objects.select_related("project", "space").get(project=use.project_id)
    gate_verdicts.give(actor=world.alma, gate=gate, version=None, verdict="hold", reason="So", digest=gate_verdicts.content(gate)[1])
    with pytest.raises(Refused, match="phase_behind_gate"):
        go(world.alma, use, "pour")


def test_who_may_not_and_what_is_not_there(world, use):
    for person, said in ((world.dana, Hidden), (world.chen, Denied)):
        with pytest.raises(said):
            go(person, use, "draw")
    with pytest.raises(Refused, match="phase_unknown"):
        go(world.alma, use, "initiate")  # of another method
    method_parts.tailor(actor=world.alma, method_part=MethodPart.objects.get(project=use.project_id, key="draw"), version=None, reason="Small", is_left_out=True)
    with pytest.raises(Refused, match="phase_left_out"):
        go(world.alma, use, "draw")
    projects.change(actor=world.alma, project=use.project, version=None, state="cancelled")
    with pytest.raises(Refused, match="phase_project_over"):
        go(world.alma, use, "dream")


def test_of_two_who_saw_the_same_one_counts(world, use):
    seen = use.version
    go(world.alma, use, "draw", seen)
    other = MethodUse.objects.select_related("project", "method_version").get(pk=use.pk)
    with pytest.raises(Stale):
        go(world.alma, other, "dream", seen)
    assert now(use) == "draw"


def test_undo_takes_the_move_back(world, use):
    passes(world, use)
    run = uuid.uuid4()
    go(world.alma, use, "open", run=run)
    assert undoing.undo(actor=world.alma, run=run) == (2, 0)
    assert now(use) == "dig"


def test_a_move_that_others_approve_or_whose_item_is_gone_is_refused(world, use):
    passes(world, use)
    part = MethodPart.objects.select_related("item__state", "item__space").get(project=use.project_id, key="dig")
    done = make.state_of(use.project, "done")
    transitions.create(actor=world.alma, space=part.item.space, to_state=done, from_state=part.item.state, approvals=1, approvers=[world.admin.pk])
    with pytest.raises(Refused, match="phase_needs_approval"):
        go(world.alma, use, "open")
    use.refresh_from_db()
    assert now(use) == "dig"
    MethodPart.objects.filter(pk=part.pk).update(item=None)
    with pytest.raises(Refused, match="phase_item_gone"):
        go(world.alma, use, "open")


def patch(client, use, **values):
    return client.patch(f"/method-uses/{use.pk}/phases/", json.dumps(values), "application/json")


def test_the_board_moves_by_stage_and_opens_the_gate_in_the_way(world, signed_in, use):
    client = signed_in(world.alma)
    page = client.get("/phases/").content.decode()
    assert f'data-card="{use.pk}"' in page and 'data-to="concept plan build launch"' in page
    gate = Gate.objects.get(project=use.project_id)
    answer = patch(client, use, state="build", version=use.version)
    assert (answer.status_code, answer.json()["code"], answer.json()["peek"]) == (422, "phase_behind_gate", f"/gates/{gate.pk}/")
    assert "Worth it" in answer.json()["message"]
    answer = patch(client, use, state="plan", version=use.version)
    assert answer.status_code == 200 and now(use) == "draw"
    assert patch(client, use, state="concept", version=use.version).status_code == 409
    assert patch(client, use, state="close", version=answer.json()["version"]).json()["code"] == "stage_without_phase"
    assert patch(client, use, state="nowhere", version=answer.json()["version"]).status_code == 422
    assert client.patch(f"/method-uses/{use.pk}/phases/", "[]", "application/json").status_code == 400
    assert client.post(answer.json()["undo"], headers={"Accept": "application/json"}).status_code == 200
    assert now(use) == "dream"


def test_who_may_not_move_sees_no_handle(world, signed_in, use):
    assert "patch=" not in signed_in(world.chen).get("/phases/").content.decode()
    for person, code in ((world.dana, 404), (world.chen, 403)):
        assert patch(signed_in(person), use, state="plan", version=use.version).status_code == code
    assert now(use) == "dream"


def test_the_page_counts_those_too_that_do_not_fit_on_it(world, signed_in, use, monkeypatch):
    for number in range(2):
        method_uses.start_project(actor=world.alma, parent=world.root, method_version=use.method_version, name=f"Berth {number}", starts_on=clock.today())
    monkeypatch.setattr(reads, "MOST", 2)
    page = signed_in(world.alma).get("/phases/").content.decode()
    assert "<b>3 projects follow a method</b>" in page and "There are more than fit here" in page
    assert page.count("data-card=") == 2


def test_the_board_asks_as_often_for_many(world, signed_in, use):
    client = signed_in(world.alma)

    def asked():
        reads.board(world.alma, None)  # what is kept of the tree of spaces is read anew
        with CaptureQueriesContext(connection) as found:
            reads.board(world.alma, None)
        return len(found)

    client.get("/phases/")
    few = asked()
    for number in range(4):
        method_uses.start_project(actor=world.alma, parent=world.root, method_version=use.method_version, name=f"Berth {number}", starts_on=clock.today())
    assert asked() == few
