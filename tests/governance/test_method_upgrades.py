"""Upgrades of a method in a project that is under way: what is over stays, what is open asks what the newer version asks."""

from datetime import timedelta

import pytest

from tandem.governance import conformance
from tandem.governance.actions import gate_verdicts, method_parts, method_uses
from tandem.governance.models import Gate, GateVerdict, MethodPart
from tandem.history.models import Event
from tandem.kit import clock
from tandem.people.models import Role
from tests import make
from tests.governance.test_methods import newer, part, use_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def method(world):
    return make.method(actor=world.alma)


@pytest.fixture
def project(world, method):
    return make.project_of(actor=world.alma, method=method, starts_on=clock.today() - timedelta(days=3), owner=world.boris)


def upgrade(world, project, method, change):
    return method_uses.upgrade(actor=world.alma, method_use=use_of(project), version=None, method_version=newer(world, method, change))


def gate_of(project, key):
    return Gate.objects.select_related("project", "space").get(project=project, key=key)


def decide(world, gate, verdict="go", actor=None):
    digest = gate_verdicts.content(gate)[1]
    return gate_verdicts.give(actor=actor or world.alma, gate=gate, version=None, verdict=verdict, reason="So", digest=digest)


def more(content):
    content["deliverables"].append({"key": "privacy", "name": "Privacy assessment", "phase": "initiate", "checklist": []})


def test_nothing_is_made_in_a_phase_that_is_over(world, project, method):
    decide(world, gate_of(project, "mandate"))
    upgrade(world, project, method, more)
    assert not MethodPart.objects.filter(project=project, key="privacy").exists()
    event = Event.objects.get(verb="project.upgraded_method", subject_id=project.pk)
    assert event.changes["not_made"] == [None, "Privacy assessment"]
    assert "Privacy assessment" not in {one.name for one in conformance.of(use_of(project)).checks}


def test_no_gate_comes_up_before_one_that_was_passed(world, method):
    """The first phase had no gate; the second one's is passed; then the method asks for one at the first."""
    newer(world, method, lambda content: content["gates"].pop(0))
    project = make.project_of(actor=world.alma, method=method, name="Late gate", owner=world.boris)
    decide(world, gate_of(project, "plan"))
    gate = {"key": "mandate", "name": "G1", "phase": "initiate", "money": 0, "reviewers": [], "criteria": []}
    upgrade(world, project, method, lambda content: content["gates"].insert(0, gate))
    assert not Gate.objects.filter(project=project, key="mandate").exists()
    assert decide(world, gate_of(project, "release")).state == "given"


def test_conformance_does_not_ask_for_what_came_after_the_gate(world, project):
    decide(world, gate_of(project, "mandate"))
    MethodPart.objects.create(space=project.space, project=project, kind="deliverable", key="late", name="Late", phase="initiate")
    assert "Late" not in {one.name for one in conformance.of(use_of(project)).checks}


def test_a_gate_that_comes_back_asks_what_the_newest_version_asks(world, project, method):
    kept = []
    upgrade(world, project, method, lambda content: kept.append(content["gates"].pop(1)))
    assert gate_of(project, "plan").is_left_out
    back = {**kept[0], "name": "G2 Baseline", "reviewers": ["pmo"], "criteria": [{"key": "range", "kind": "judged", "text": "The range is agreed", "limit": 0}]}
    upgrade(world, project, method, lambda content: content["gates"].insert(1, back))
    gate = gate_of(project, "plan")
    assert (gate.is_left_out, gate.name, gate.reviewers, [one.key for one in gate.criteria.all()]) == (False, "G2 Baseline", ["pmo"], ["range"])


def test_a_deliverable_goes_along_into_another_phase(world, project, method):
    upgrade(world, project, method, lambda content: next(row for row in content["deliverables"] if row["key"] == "stakeholders").update(phase="plan"))
    assert part(project, "deliverable", "stakeholders").phase == "plan"


def test_a_gate_keeps_its_own_history_and_a_form_opened_before_does_not_fit(world, project, method):
    def told(steps):
        gate = gate_of(project, "plan")
        before, seen = gate.version, Event.objects.filter(verb="gate.changed", subject_id=gate.pk).count()
        steps()
        gate.refresh_from_db()
        assert gate.version > before
        assert Event.objects.filter(verb="gate.changed", subject_id=gate.pk).count() > seen

    for leaves in (True, False):
        told(lambda leaves=leaves: method_parts.tailor(actor=world.alma, method_part=part(project, "gate", "plan"), version=None, reason="So", is_left_out=leaves))
    told(lambda: method_parts.tailor(actor=world.alma, method_part=part(project, "gate", "plan"), version=None, reason="So", name="Baseline"))
    told(lambda: upgrade(world, project, method, lambda content: content["gates"].pop(0)))
    told(lambda: upgrade(world, project, method, lambda content: content["gates"].pop(0)))


def test_a_verdict_that_waits_is_taken_back_with_its_gate(world, project, method):
    make.spaces.grant(actor=world.admin, space=project.space, user=world.boris, role=Role.PROJECT_MANAGER)
    world.boris.refresh_from_db()
    method_parts.give(actor=world.alma, method_part=part(project, "role", "sponsor"), version=None, person=world.boris)
    row = decide(world, gate_of(project, "mandate"), actor=world.boris)
    assert row.state == "waiting"
    upgrade(world, project, method, lambda content: content["gates"].pop(0))
    assert GateVerdict.objects.get(pk=row.pk).state == "withdrawn"
