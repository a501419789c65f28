"""Gates: criteria that are computed or judged, and verdicts that nobody gives on stale content, nor the project's manager alone."""

import itertools
from datetime import timedelta
from decimal import Decimal as D

import pytest

from tandem.governance import criteria
from tandem.governance.actions import gate_verdicts, gates, method_parts, method_uses, methods
from tandem.governance.models import Gate, GateCriterion, GateRelease, GateVerdict, MethodPart
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio.models import Budget, BudgetEntry, Project
from tandem.product.actions import features
from tandem.strategy.actions import charters
from tandem.work.actions import checklists, work_items
from tandem.work.models import ChecklistEntry, WorkItem
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(world):
    """The first gate of a project that Boris manages."""
    method = make.method(actor=world.alma)
    method_uses.take_up(actor=world.alma, project=world.project, method_version=methods.newest(method), starts_on=clock.today())
    return world.project.gates.select_related("project", "space").get(key="mandate")


def part(gate, kind, key):
    return MethodPart.objects.get(project=gate.project_id, kind=kind, key=key)


def role(world, gate, key, person):
    method_parts.give(actor=world.alma, method_part=part(gate, "role", key), version=None, person=person)


def give(actor, gate, verdict="go", reason="It is worth it", **values):
    values.setdefault("digest", gate_verdicts.content(gate)[1])
    return gate_verdicts.give(actor=actor, gate=gate, version=None, verdict=verdict, reason=reason, **values)


def stands(gate, key):
    return next(one for one in criteria.standing(gate) if one.criterion.key == key)


def criterion(gate, key, kind, limit=0):
    return GateCriterion.objects.create(space_id=gate.space_id, gate=gate, key=key, text=key, kind=kind, limit=limit, rank=50)


def test_deliverables_and_checklists_count_what_is_there(world, gate):
    criterion(gate, "ticks", "checklists")
    assert (stands(gate, "deliverables").is_met, stands(gate, "deliverables").figures) == (False, {"n": 0, "of": 2})
    assert stands(gate, "ticks").figures == {"n": 0, "of": 5}
    for key in ("charter", "stakeholders"):
        item = WorkItem.objects.get(pk=part(gate, "deliverable", key).item_id)
        work_items.change(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "done"))
    for entry in ChecklistEntry.objects.filter(item__space=gate.space_id, item__parent=part(gate, "phase", "initiate").item):
        checklists.change(actor=world.boris, entry=entry, version=None, is_done=True)
    assert stands(gate, "deliverables").is_met and stands(gate, "ticks").is_met
    method_parts.tailor(actor=world.boris, method_part=part(gate, "deliverable", "charter"), version=None, reason="Small", is_left_out=True)
    assert stands(gate, "deliverables").figures == {"n": 1, "of": 1}


def test_risks_issues_charter_promises_and_budget_are_computed(world, gate):
    for key, kind, limit in (("high", "risks", 0), ("severe", "issues", 0), ("told", "promises", 0), ("money", "budget", 50)):
        criterion(gate, key, kind, limit)
    assert [stands(gate, key).is_met for key in ("high", "severe", "told", "money", "charter")] == [True, True, None, None, False]
    make.risk(actor=world.boris, space=gate.space, probability=90, days=[30, 40, 60])
    make.issue(actor=world.boris, space=gate.space, severity="critical")
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.chen, subject=feature, items=[make.work_item(actor=world.boris, project=world.project)])
    make.promise(actor=world.chen, subject=feature, date=clock.today() - timedelta(days=1), given_on=clock.today() - timedelta(days=30))
    make.budget(actor=world.alma, project=world.project, amount="1000")
    make.cost_line(actor=world.alma, project=world.project, committed=D("700"))
    charter = charters.draft(actor=world.boris, space=gate.space, goal="Berths", scope_in="Portal", scope_out="App", measures="Fewer calls")
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    charters.sign(actor=world.chen, charter=charter, version=None, side="product")
    assert [stands(gate, key).is_met for key in ("high", "severe", "told", "money", "charter")] == [False, False, False, False, True]
    assert stands(gate, "told").figures == {"n": 1, "of": 1}
    assert stands(gate, "money").figures == {"limit": 50}, "how much it is stays with who may see costs"


def test_a_criterion_is_judged_with_evidence_by_who_may_work_there(world, gate):
    one, computed = gate.criteria.get(key="benefit"), gate.criteria.get(key="charter")
    with pytest.raises(Refused, match="evidence_missing"):
        gates.judge(actor=world.mei, gate_criterion=one, version=None, is_met=True, evidence=" ")
    with pytest.raises(Refused, match="criterion_computed"):
        gates.judge(actor=world.mei, gate_criterion=computed, version=None, is_met=True, evidence="I say so")
    with pytest.raises(Hidden):
        gates.judge(actor=world.dana, gate_criterion=one, version=None, is_met=True, evidence="Mine")
    for bad in ("javascript:alert(1)", "//evil.example", "ftp://x.example", "nonsense"):
        with pytest.raises(Refused, match="link_malformed"):
            gates.judge(actor=world.mei, gate_criterion=one, version=None, is_met=True, evidence="See", link=bad)
    gates.judge(actor=world.mei, gate_criterion=one, version=one.version, is_met=True, evidence="The case of March", link="/proposals/1/")
    assert (stands(gate, "benefit").is_met, one.judged_by) == (True, world.mei)
    gates.take_back(actor=world.mei, gate_criterion=one, version=None)
    assert stands(gate, "benefit").is_met is None
    assert Event.objects.filter(verb="gate.judged").count() == 2


def test_what_is_judged_looks_at_the_gate_as_it_is_now(world, gate):
    """The gate was open when the person opened its page, and was passed since."""
    one = gate.criteria.select_related("gate").get(key="benefit")
    assert one.gate.is_open
    give(world.alma, gate)
    with pytest.raises(Refused, match="gate_decided"):
        gates.judge(actor=world.mei, gate_criterion=one, version=None, is_met=False, evidence="Too dear")
    with pytest.raises(Refused, match="gate_decided"):
        gates.take_back(actor=world.mei, gate_criterion=one, version=None)
    assert GateCriterion.objects.get(pk=one.pk).is_met is None


def test_without_a_reviewing_role_the_portfolio_decides(world, gate):
    for user, error in ((world.boris, Denied), (world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(error):
            give(user, gate)
    row = give(world.alma, gate)
    gate.refresh_from_db()
    assert (row.state, gate.state, row.seconded_by) == ("given", "passed", None)
    assert gate.item.__class__.objects.get(pk=gate.item_id).is_done
    assert Event.objects.filter(verb="gate_verdict.given").count() == 1


def test_the_manager_never_decides_alone(world, gate):
    role(world, gate, "sponsor", world.boris)
    row = give(world.boris, gate)
    gate.refresh_from_db()
    assert (row.state, gate.state) == ("waiting", "open")
    for user, error in ((world.boris, "second_by_another"),):
        with pytest.raises(Refused, match=error):
            gate_verdicts.second(actor=user, gate_verdict=row, version=None)
    with pytest.raises(Denied):  # whoever reviews was named
        gate_verdicts.second(actor=world.alma, gate_verdict=row, version=None)
    role(world, gate, "pmo", world.alma)
    gate_verdicts.second(actor=world.alma, gate_verdict=row, version=row.version)
    gate.refresh_from_db()
    assert (row.state, row.seconded_by, gate.state) == ("given", world.alma, "passed")


def test_two_who_manage_do_not_decide_between_them(world, gate):
    second = make.user(actor=world.admin, name="Nadia", role=Role.PROJECT_MANAGER, space=gate.space)
    role(world, gate, "sponsor", world.boris)
    role(world, gate, "pmo", second)
    row = give(world.boris, gate)
    with pytest.raises(Refused, match="managers_alone"):
        gate_verdicts.second(actor=second, gate_verdict=row, version=None)


def test_several_reviewers_need_two(world, gate):
    lead = make.user(actor=world.admin, name="Nadia", role=Role.PORTFOLIO_MANAGER)
    role(world, gate, "sponsor", lead)
    role(world, gate, "pmo", world.alma)
    row = give(lead, gate)
    assert row.state == "waiting"
    with pytest.raises(Refused, match="verdict_waits"):
        give(world.alma, gate, "hold")
    gate_verdicts.withdraw(actor=world.alma, gate_verdict=row, version=None)
    assert give(world.alma, gate, "hold").number == 2


CHANGES = [
    lambda world, gate: gates.judge(actor=world.mei, gate_criterion=gate.criteria.get(key="benefit"), version=None, is_met=False, evidence="Too dear"),
    lambda world, gate: gates.change(actor=world.boris, gate=Gate.objects.get(pk=gate.pk), version=None, due_on=gate.due_on + timedelta(days=7), reason="Fog"),
    lambda world, gate: gates.set_release(actor=world.alma, gate=gate, amount=D("5000"), currency="EUR"),
    lambda world, gate: work_items.change(
        actor=world.boris, item=part(gate, "deliverable", "charter").item, version=None, state=make.state_of(world.project, "done")
    ),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_stale_content_is_not_decided_on(world, gate, change):
    seen = gate_verdicts.content(gate)[1]
    change(world, gate)
    with pytest.raises(Refused, match="gate_content_stale"):
        give(world.alma, gate, digest=seen)
    assert not GateVerdict.objects.exists()
    give(world.alma, gate, digest=gate_verdicts.content(Gate.objects.get(pk=gate.pk))[1])


@pytest.mark.parametrize("change", CHANGES)
def test_nor_is_it_seconded(world, gate, change):
    role(world, gate, "sponsor", world.boris)
    role(world, gate, "pmo", world.alma)
    row = give(world.boris, gate)
    change(world, gate)
    with pytest.raises(Refused, match="gate_content_stale"):
        gate_verdicts.second(actor=world.alma, gate_verdict=row, version=None)
    row.refresh_from_db()
    assert (row.state, row.seconded_by) == ("waiting", None)


def test_recycle_makes_its_conditions_work_and_comes_back(world, gate):
    with pytest.raises(Refused, match="recycle_without_conditions"):
        give(world.alma, gate, "recycle")
    conditions = [{"title": "Ask three shippers", "owner": world.mei.pk, "due_on": "2027-01-08"}, {"title": "Price the crane"}]
    before = Event.objects.count()
    row = give(world.alma, gate, "recycle", "The benefit is not proven", conditions=conditions)
    gate.refresh_from_db()
    items = [WorkItem.objects.get(pk=one["item"]) for one in row.conditions]
    assert [item.title for item in items] == ["Ask three shippers", "Price the crane"]
    assert list(items[0].assignees.all()) == [world.mei] and items[0].due_on.isoformat() == "2027-01-08"
    assert (gate.state, gate.passed_at) == ("open", None)
    assert Event.objects.count() == before + 3, "one for each item, one for the verdict"
    assert give(world.alma, gate).number == 2


def test_conditions_are_checked_before_anything_is_written(world, gate):
    for bad, code in (
        ([{"title": " "}], "title_empty"), ([{"title": "x", "due_on": "soon"}], "day_unreadable"), ([{"title": "x", "owner": world.dana.pk}], "person_outside"),
        ([{"title": "x"}] * 21, "conditions_too_many"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            give(world.alma, gate, conditions=bad)
    assert not GateVerdict.objects.exists()


def test_hold_and_kill_hold_and_end_the_project(world, gate):
    give(world.alma, gate, "hold", "No people before May")
    assert Project.objects.get(pk=gate.project_id).state == "on_hold"
    give(world.alma, gate, "go", "They are back")
    assert Project.objects.get(pk=gate.project_id).state == "running"
    nxt = world.project.gates.select_related("project", "space").get(key="plan")
    give(world.alma, nxt, "kill", "The law has changed")
    assert (Project.objects.get(pk=gate.project_id).state, Gate.objects.get(pk=nxt.pk).state) == ("cancelled", "killed")
    with pytest.raises(Refused, match="gate_decided"):
        give(world.alma, nxt)
    after = world.project.gates.select_related("project", "space").get(key="release")
    for do in (lambda: give(world.alma, after), lambda: gates.set_release(actor=world.alma, gate=after, amount=D("5000"), currency="EUR")):
        with pytest.raises(Refused, match="gate_project_over"):
            do()
    Project.objects.filter(pk=gate.project_id).update(state="running")
    with pytest.raises(Refused, match="gate_before_open"):
        give(world.alma, after)
    assert (Gate.objects.get(pk=after.pk).state, Budget.objects.count()) == ("open", 0)


def test_money_is_released_with_go_once_and_by_who_may(world, gate):
    for user in (world.boris, world.mei):
        with pytest.raises(Denied):
            gates.set_release(actor=user, gate=gate, amount=D("5000"), currency="EUR")
    gates.set_release(actor=world.alma, gate=gate, amount=D("5000.50"), currency="EUR")
    assert not GateRelease.objects.visible_to(world.mei).exists()
    assert "5000" not in str(list(Event.objects.values_list("changes", flat=True)))
    give(world.alma, gate)
    release = GateRelease.objects.get()
    assert (Budget.objects.get(project=gate.project_id).amount, release.entry.note) == (D("5000.50"), "G1 Mandate")
    assert BudgetEntry.objects.count() == 1


def test_a_reviewer_who_may_not_release_money_decides_nothing(world, gate):
    role(world, gate, "sponsor", world.mei)
    gates.set_release(actor=world.alma, gate=gate, amount=D("5000"), currency="EUR")
    with pytest.raises(Denied):
        give(world.mei, gate)
    gate.refresh_from_db()
    assert (gate.state, GateVerdict.objects.count(), Budget.objects.count()) == ("open", 0, 0)


def test_gates_come_in_order_and_lost_updates_do_not_happen(world, gate):
    later = world.project.gates.select_related("project", "space").get(key="plan")
    with pytest.raises(Refused, match="gate_before_open"):
        give(world.alma, later)
    with pytest.raises(Stale):
        gate_verdicts.give(actor=world.alma, gate=gate, version=gate.version + 7, verdict="go", reason="So", digest=gate_verdicts.content(gate)[1])
    with pytest.raises(Refused, match="gate_day_reason_missing"):
        gates.change(actor=world.boris, gate=gate, version=None, due_on=gate.due_on + timedelta(days=1))


def test_whoever_lost_the_right_or_left_seconds_nothing(world, gate):
    role(world, gate, "sponsor", world.boris)
    role(world, gate, "pmo", world.alma)
    row = give(world.boris, gate)
    world.alma.is_active = False
    world.alma.save(update_fields=["is_active"])
    with pytest.raises(Hidden):
        gate_verdicts.second(actor=world.alma, gate_verdict=row, version=None)


def test_a_verdict_of_who_reviews_no_more_is_not_seconded(world, gate):
    role(world, gate, "sponsor", world.boris)
    role(world, gate, "pmo", world.alma)
    row = give(world.boris, gate)
    role(world, gate, "sponsor", None)
    with pytest.raises(Refused, match="giver_reviews_no_more"):
        gate_verdicts.second(actor=world.alma, gate_verdict=row, version=None)


def test_who_does_not_see_the_project_any_more_is_not_waited_for(world, gate):
    nadia = make.user(actor=world.admin, name="Nadia", role=Role.PORTFOLIO_MANAGER)
    role(world, gate, "sponsor", nadia)
    role(world, gate, "pmo", world.alma)
    make.spaces.revoke(actor=world.admin, space=world.root, user=nadia)
    assert gate_verdicts.reviewing(gate) == {world.alma.pk}
    assert give(world.alma, gate).state == "given"


def test_no_order_of_steps_lets_a_manager_pass_a_gate_alone(world, gate):
    """Every order of the steps that Boris can take, however he mixes them: the gate never passes by his hand alone."""
    role(world, gate, "sponsor", world.boris)

    def step(name):
        now = Gate.objects.select_related("project", "space").get(pk=gate.pk)
        row = GateVerdict.objects.filter(gate=now, state="waiting").first()
        if name == "give":
            give(world.boris, now)
        elif name == "second" and row:
            gate_verdicts.second(actor=world.boris, gate_verdict=row, version=None)
        elif name == "withdraw" and row:
            gate_verdicts.withdraw(actor=world.boris, gate_verdict=row, version=None)
        elif name == "role":
            method_parts.give(actor=world.boris, method_part=part(gate, "role", "pmo"), version=None, person=world.boris)
        elif name == "hand":  # to somebody who does as asked, and from then on does it
            method_parts.give(actor=world.boris, method_part=part(gate, "role", "sponsor"), version=None, person=world.mei)
        elif name == "friend":
            give(world.mei, now)
        elif name == "leave":
            method_parts.tailor(actor=world.boris, method_part=part(gate, "gate", "mandate"), version=None, reason="No need", is_left_out=True)

    for order in itertools.product(("give", "second", "withdraw", "role", "hand", "friend", "leave"), repeat=3):
        for name in order:
            try:
                step(name)
            except (Refused, Denied):
                continue
            now = Gate.objects.get(pk=gate.pk)
            assert (now.state, now.is_left_out) == ("open", False), order


def test_who_manages_by_a_role_above_does_not_decide_alone(world, gate):
    """Nadia is project manager of everything: not the owner, and not named as manager in the method."""
    nadia = make.user(actor=world.admin, name="Nadia", role=Role.PROJECT_MANAGER)
    for key in ("sponsor", "pmo"):
        with pytest.raises(Denied):
            method_parts.give(actor=nadia, method_part=part(gate, "role", key), version=None, person=nadia)
    role(world, gate, "sponsor", nadia)
    assert (give(nadia, gate).state, Gate.objects.get(pk=gate.pk).state) == ("waiting", "open")
