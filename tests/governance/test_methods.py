"""Methods: data that is checked, versions that never change, projects begun from them, tailored, upgraded and compared with what happened."""

import copy
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tandem.governance import conformance, method_content, method_effects
from tandem.governance.actions import gate_verdicts, method_parts, method_uses, methods
from tandem.governance.models import Gate, GateCriterion, Method, MethodPart, MethodUse, MethodVersion
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people import scoping
from tandem.people.models import Role, Space
from tandem.work.actions import checklists, work_items
from tandem.work.models import ChecklistEntry, Link, State, StateChange, WorkItem
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def method(world):
    return make.method(actor=world.alma)


@pytest.fixture
def project(world, method):
    return make.project_of(actor=world.alma, method=method, starts_on=clock.today() - timedelta(days=3), owner=world.boris)


def part(project, kind, key):
    return MethodPart.objects.get(project=project, kind=kind, key=key)


def use_of(project):
    return MethodUse.objects.current().select_related("project", "method_version").get(project=project)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_method_of_ours_holds_in_both_languages(language):
    known = method_content.shipped(language)
    assert set(known) == {"predictive", "scrum", "kanban", "hybrid", "lean-discovery"}
    for one in known.values():
        assert one.content["phases"] and one.content["gates"] and one.content["roles"] and one.content["deliverables"], one.key
        assert sum(gate["money"] for gate in one.content["gates"]) == 100, one.key
    other = method_content.shipped("en")["predictive"].content
    assert [row["key"] for row in known["predictive"].content["phases"]] == [row["key"] for row in other["phases"]]


@pytest.mark.parametrize(("spoil", "code"), [
    (lambda c: c.update(sprints=[]), "method_malformed"),
    (lambda c: c["phases"][0].update(key="Über"), "method_malformed"),
    (lambda c: c["phases"][0].update(days=-1), "method_malformed"),
    (lambda c: c["phases"][0].update(days=True), "method_malformed"),
    (lambda c: c["deliverables"][0].update(checklist=[""]), "method_malformed"),
    (lambda c: c["gates"][0]["criteria"][0].update(kind="magic"), "method_malformed"),
    (lambda c: c["gates"][0].update(colour="red"), "method_malformed"),
    (lambda c: c["phases"].append(dict(c["phases"][0])), "method_key_twice"),
    (lambda c: c["deliverables"][0].update(phase="nowhere"), "method_phase_unknown"),
    (lambda c: c["gates"][0].update(reviewers=["nobody"]), "method_role_unknown"),
    (lambda c: c["gates"][0].update(money=90), "method_money"),
    (lambda c: c["gates"][0].update(phase="plan"), "method_two_gates"),
    (lambda c: c["states"].pop(), "method_states"),
    (lambda c: c.update(phases=[], gates=[], deliverables=[]), "method_without_phase"),
])  # fmt: skip
def test_what_cannot_be_a_method_is_refused_with_the_place(spoil, code):
    content = copy.deepcopy(method_content.shipped("en")["predictive"].content)
    spoil(content)
    with pytest.raises(Refused, match=code):
        method_content.checked(content)


def test_a_method_of_ours_is_taken_once(world, method):
    again = make.method(actor=world.alma, space=world.project.space.parent)
    assert again == method
    assert Event.objects.filter(verb="method_version.published").count() == 1
    with pytest.raises(Denied):
        methods.take(actor=world.boris, space=world.project.space, key="scrum")
    with pytest.raises(Hidden):
        methods.take(actor=world.dana, space=world.root, key="scrum")


def test_a_published_version_never_changes_not_even_in_the_database(world, method):
    row = methods.newest(method)
    with pytest.raises(Refused, match="method_version_stands"):
        methods.change_draft(actor=world.alma, method_version=row, version=None, note="Oh")
    with pytest.raises(DatabaseError, match="is published"), transaction.atomic():
        MethodVersion.objects.filter(pk=row.pk).update(content={})


def test_the_next_version_says_something_else(world, method):
    nxt = methods.draft(actor=world.alma, method=method)
    assert methods.draft(actor=world.alma, method=method) == nxt
    with pytest.raises(Refused, match="method_same_as_before"):
        methods.publish(actor=world.alma, method_version=nxt, version=None)
    content = copy.deepcopy(nxt.content)
    content["phases"][0]["days"] = 12
    methods.change_draft(actor=world.alma, method_version=nxt, version=nxt.version, content=content, note="Two days more")
    with pytest.raises(Stale):
        methods.change_draft(actor=world.alma, method_version=nxt, version=1, note="Late")
    methods.publish(actor=world.alma, method_version=nxt, version=nxt.version)
    assert methods.newest(method) == nxt
    with pytest.raises(Hidden):  # he sees it, but not the place where it is kept
        methods.draft(actor=world.boris, method=method)


def test_a_copy_is_ones_own(world, method):
    mine = methods.create(actor=world.alma, space=world.root, name="Ours", source=method)
    assert mine.origin == "predictive"
    assert methods.newest(mine).published_at is None
    with pytest.raises(Refused, match="method_name_taken"):
        methods.create(actor=world.alma, space=world.root, name="Ours")
    with pytest.raises(Refused, match="method_unpublished"):
        make.project_of(actor=world.alma, method=mine)
    methods.remove(actor=world.alma, method=mine)
    assert not Method.objects.filter(name="Ours").exists()


def test_a_project_begins_with_all_that_its_method_says(world, project, method):
    content = methods.newest(method).content
    assert list(State.objects.filter(space=project.space).in_order().values_list("name", flat=True)) == [row["name"] for row in content["states"]]
    gates = list(project.gates.all())
    assert [gate.key for gate in gates] == ["mandate", "plan", "release", "closure"]
    assert all(gate.item.is_milestone and timezone.localdate(gate.item.planned_finish) == gate.due_on for gate in gates)
    assert gates[0].due_on < gates[1].due_on < gates[2].due_on
    assert all(gate.due_on.weekday() < 5 for gate in gates)
    charter = part(project, "deliverable", "charter").item
    assert charter.parent == part(project, "phase", "initiate").item
    assert ChecklistEntry.objects.filter(item=charter).count() == 3
    assert Link.objects.filter(source=charter, target=gates[0].item, kind="FS").exists()
    assert Link.objects.filter(source=gates[0].item, target=part(project, "deliverable", "scope").item, kind="FS").exists()
    assert GateCriterion.objects.filter(gate=gates[0]).count() == 3
    assert Event.objects.filter(verb="project.follows_method", subject_id=project.pk).count() == 1
    with pytest.raises(Refused, match="method_in_use"):
        methods.remove(actor=world.alma, method=method)
    with pytest.raises(Refused, match="method_followed_already"):
        method_uses.take_up(actor=world.alma, project=project, method_version=methods.newest(method), starts_on=clock.today())


def test_a_project_that_runs_takes_a_method_up_and_keeps_its_states(world, method):
    before = set(State.objects.filter(space=world.project.space).values_list("name", flat=True))
    method_uses.take_up(actor=world.boris, project=world.project, method_version=methods.newest(method), starts_on=clock.today())
    assert set(State.objects.filter(space=world.project.space).values_list("name", flat=True)) == before
    assert world.project.gates.count() == 4


def test_strangers_and_readers_change_nothing(world, project, method):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    for user, error in ((world.dana, Hidden), (auditor, Denied)):
        for do in (
            lambda: method_uses.take_up(actor=user, project=project, method_version=methods.newest(method), starts_on=clock.today()),
            lambda: method_parts.tailor(actor=user, method_part=part(project, "gate", "plan"), version=None, reason="No", is_left_out=True),
            lambda: method_parts.give(actor=user, method_part=part(project, "role", "sponsor"), version=None, person=world.alma),
        ):
            with pytest.raises(error):
                do()


def test_a_method_of_one_portfolio_is_not_followed_in_another(world):
    far = make.project(actor=world.alma, name="Far")
    theirs = methods.take(actor=world.alma, space=far.space, key="scrum")
    with pytest.raises(Refused, match="method_of_elsewhere"):
        make.project_of(actor=world.alma, method=theirs)


def test_tailoring_is_on_record_with_its_reason(world, project):
    row = part(project, "gate", "plan")
    with pytest.raises(Refused, match="tailoring_reason_missing"):
        method_parts.tailor(actor=world.alma, method_part=row, version=None, reason=" ", is_left_out=True)
    method_parts.tailor(actor=world.alma, method_part=row, version=row.version, reason="Planned with the last one", is_left_out=True)
    assert not Gate.objects.in_force().filter(project=project, key="plan").exists()
    event = Event.objects.get(verb="method_part.tailored")
    assert (event.changes["is_left_out"], event.changes["reason"]) == ([False, True], [None, "Planned with the last one"])
    named = part(project, "deliverable", "charter")
    method_parts.tailor(actor=world.alma, method_part=named, version=None, reason="So it is called here", name="Mandate")
    assert WorkItem.objects.get(pk=named.item_id).title == "Mandate"
    found = conformance.of(use_of(project))
    assert {one.key for one in found.tailored} == {"plan", "charter"}


def newer(world, method, change):
    nxt = methods.draft(actor=world.alma, method=method)
    content = copy.deepcopy(nxt.content)
    change(content)
    methods.change_draft(actor=world.alma, method_version=nxt, version=None, content=content)
    return methods.publish(actor=world.alma, method_version=nxt, version=None)


def test_an_upgrade_makes_every_difference_in_one_step(world, project, method):
    def changed(content):
        content["deliverables"] = [row for row in content["deliverables"] if row["key"] != "stakeholders"]
        content["deliverables"].append({"key": "privacy", "name": "Privacy assessment", "phase": "plan", "checklist": ["Purpose is named"]})
        content["deliverables"][0]["checklist"].append("Read by operations")
        content["gates"][1]["name"] = "G2 Baseline"
        content["gates"][1]["criteria"].append({"key": "budget", "kind": "budget", "text": "The budget is kept", "limit": 100})
        content["phases"].append({"key": "watch", "name": "Watch", "stage": "close", "days": 20})
        content["states"].insert(1, {"name": "Ready", "category": "to_do"})

    first = use_of(project)
    nxt = newer(world, method, changed)
    found = {(one.section, one.key): one.what for one in method_uses.differences(first.method_version, nxt)}
    assert found == {
        ("states", "Ready"): "added", ("phases", "watch"): "added", ("deliverables", "charter"): "changed", ("deliverables", "privacy"): "added",
        ("gates", "plan"): "changed", ("deliverables", "stakeholders"): "removed",
    }  # fmt: skip
    method_uses.upgrade(actor=world.alma, method_use=first, version=first.version, method_version=nxt)
    assert use_of(project).method_version == nxt
    assert part(project, "deliverable", "stakeholders").ended_at is not None
    assert part(project, "deliverable", "stakeholders").item.removed_at is None
    assert part(project, "deliverable", "privacy").item.parent == part(project, "phase", "plan").item
    assert ChecklistEntry.objects.filter(item=part(project, "deliverable", "charter").item).count() == 4
    gate = Gate.objects.get(project=project, key="plan")
    assert (gate.name, gate.item.title, gate.criteria.filter(key="budget").count()) == ("G2 Baseline", "G2 Baseline", 1)
    assert State.objects.filter(space=project.space, name="Ready").exists()
    with pytest.raises(Refused, match="method_no_newer"):
        method_uses.upgrade(actor=world.alma, method_use=use_of(project), version=None, method_version=nxt)


def test_an_upgrade_leaves_what_was_tailored_and_writes_all_or_nothing(world, project, method, monkeypatch):
    row = part(project, "deliverable", "charter")
    method_parts.tailor(actor=world.alma, method_part=row, version=None, reason="So it is called here", name="Mandate")

    def changed(content):
        content["deliverables"][0]["name"] = "Project charter"
        content["kpis"].append({"key": "nps", "name": "Recommendation", "unit": "points"})

    nxt, events = newer(world, method, changed), Event.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(MethodPart.objects, "create", lambda **values: (_ for _ in ()).throw(RuntimeError("gone")))
        with pytest.raises(RuntimeError):
            method_uses.upgrade(actor=world.alma, method_use=use_of(project), version=None, method_version=nxt)
    assert (use_of(project).method_version.number, Event.objects.count()) == (1, events)
    method_uses.upgrade(actor=world.alma, method_use=use_of(project), version=None, method_version=nxt)
    assert part(project, "deliverable", "charter").name == "Mandate"


def finish(world, project, key, *, tick=True):
    item = WorkItem.objects.get(pk=part(project, "deliverable", key).item_id)
    work_items.change(actor=world.alma, item=item, version=None, state=make.state_of(project, "done"))
    for entry in ChecklistEntry.objects.filter(item=item) if tick else ():
        checklists.change(actor=world.alma, entry=entry, version=None, is_done=True)


def test_conformance_is_computed_from_what_happened_with_reasons(world, project):
    """The second deliverable of the phase is not there and the gate is passed a day late all the same."""
    found = conformance.of(use_of(project))
    assert {one.code for one in found.checks} == {"role"} and found.percent == 0
    finish(world, project, "charter", tick=False)
    Gate.objects.filter(project=project, key="mandate").update(state="passed", passed_at=clock.now(), due_on=clock.today() - timedelta(days=1))
    method_parts.give(actor=world.alma, method_part=part(project, "role", "sponsor"), version=None, person=world.alma)
    found = conformance.of(use_of(project))
    told = {(one.code, one.name): one.holds for one in found.checks if one.code != "role" or one.holds}
    assert told == {
        ("gate_in_time", "G1 Mandate"): False, ("deliverable", "Charter"): True, ("checklist", "Charter"): False,
        ("deliverable", "Register of stakeholders"): False, ("checklist", "Register of stakeholders"): False, ("role", "Sponsor"): True,
    }  # fmt: skip
    late = next(one for one in found.breaches if one.code == "gate_in_time")
    assert late.figures["days"] == 1
    assert found.percent == round(100 * 2 / 9)


def test_work_of_a_phase_before_its_gate_is_seen(world, project):
    item = WorkItem.objects.get(pk=part(project, "deliverable", "scope").item_id)
    work_items.change(actor=world.alma, item=item, version=None, state=make.state_of(project, "in_progress"))
    found = conformance.of(use_of(project))
    assert [(one.name, one.figures["gate"]) for one in found.breaches if one.code == "began_early"] == [("Work breakdown", "G1 Mandate")]


def test_a_report_that_does_not_come_is_seen(world, method):
    late = make.project_of(actor=world.alma, method=method, name="Late", starts_on=clock.today() - timedelta(days=30))
    assert [one.figures["every"] for one in conformance.of(use_of(late)).breaches if one.code == "report"] == [14]
    make.project_report(actor=world.alma, project=late, on=clock.today() - timedelta(days=2))
    assert [one.holds for one in conformance.of(use_of(late)).checks if one.code == "report"] == [True]


def test_conformance_of_many_takes_no_more_queries(world, method):
    def counted(count):
        for number in range(count):
            make.project_of(actor=world.alma, method=method, name=f"P{count}{number}")
        uses = list(MethodUse.objects.current().select_related("project", "method_version"))
        with CaptureQueriesContext(connection) as seen:
            conformance.of_uses(uses)
        return len(seen)

    assert counted(1) == counted(3)


def test_the_effect_of_a_version_needs_enough(world, project, method):
    before, now = method_effects.sides(methods.newest(method))
    assert before is None
    assert (now.projects, now.items, now.lead_days, now.predictable) == (1, 0, None, None)
    for number in range(method_effects.NEEDED_ITEMS):
        item = make.work_item(actor=world.alma, project=project, title=f"Item {number}")
        work_items.change(actor=world.alma, item=item, version=None, state=make.state_of(project, "done"))
    WorkItem.objects.filter(space=project.space, title__startswith="Item").update(actual_finish=clock.now() + timedelta(days=4))
    work_items.change(actor=world.alma, item=WorkItem.objects.get(title="Item 3"), version=None, state=make.state_of(project, "to_do"))
    work_items.change(actor=world.alma, item=WorkItem.objects.get(title="Item 3"), version=None, state=make.state_of(project, "done"))
    _before, now = method_effects.sides(methods.newest(method))
    assert (now.items, now.lead_days, now.reopened) == (20, 4.0, 0.05)
    MethodUse.objects.filter(project=project).update(ended_at=clock.now() + timedelta(days=9))
    StateChange.objects.filter(item__title="Item 3").update(at=clock.now() + timedelta(days=10))
    _before, now = method_effects.sides(methods.newest(method))
    assert (now.items, now.reopened) == (20, 0.0), "what comes back after the project left the version is none of its doing"


def test_work_that_was_removed_did_not_begin_early(world, project):
    item = WorkItem.objects.get(pk=part(project, "deliverable", "scope").item_id)
    work_items.change(actor=world.alma, item=item, version=None, state=make.state_of(project, "in_progress"))
    WorkItem.objects.filter(pk=item.pk).update(removed_at=clock.now())
    assert not [one for one in conformance.of(use_of(project)).breaches if one.code == "began_early"]


def test_the_effect_of_a_version_tells_nothing_of_confidential_projects(world, project, method):
    Space.objects.filter(pk=project.space_id).update(is_confidential=True)
    scoping.access_changed()
    _before, now = method_effects.sides(methods.newest(method))
    assert (now.projects, now.items, now.gates) == (0, 0, 0)


def test_a_gate_that_is_decided_is_not_left_out_any_more(world, project):
    gate = Gate.objects.get(project=project, key="mandate")
    gate_verdicts.give(actor=world.alma, gate=gate, version=None, verdict="recycle", reason="Thin", digest=gate_verdicts.content(gate)[1], conditions=[{"title": "Ask"}])
    with pytest.raises(Refused, match="gate_decided"):
        method_parts.tailor(actor=world.alma, method_part=part(project, "gate", "mandate"), version=None, reason="Away", is_left_out=True)
