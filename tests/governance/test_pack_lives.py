"""What becomes of a pack's roles, checklists and gates that people have used: in upgrades, on leaving, taken again, and at the same moment."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance.actions import (
    gate_verdicts,
    gates,
    method_parts,
    method_plan,
    method_uses,
    methods,
    pack_uses,
    packs,
    phase_moves,
)
from tandem.governance.models import Gate, GateCriterion, Method, MethodPart, MethodUse, PackUse
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.portfolio.actions import portfolios
from tandem.reports.queries import method_figures
from tandem.work.actions import checklists, relocations, time_entries, work_items
from tandem.work.models import ChecklistEntry, WorkItem
from tests import make
from tests.governance.test_pack_parts import TEXT, decide, standing

pytestmark = pytest.mark.django_db
PHASES = {
    "phases": [{"key": key, "name": key.upper(), "stage": stage, "days": 5} for key, stage in (("a", "concept"), ("b", "plan"), ("c", "build"), ("d", "launch"))],
    "gates": [{"key": "ga", "name": "GA", "phase": "a"}],
}


@pytest.fixture
def pack(world):
    return packs.create(actor=world.alma, space=world.root, text=TEXT)


@pytest.fixture
def use(world, pack):
    return pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)


def newer(world, pack, text):
    return packs.write(actor=world.alma, pack=pack, text=text)


def upgrade(world, to):
    return pack_uses.upgrade(actor=world.boris, pack_use=PackUse.objects.get(), version=None, pack_version=to)


def test_who_left_has_the_role_no_more(world, use):
    role = MethodPart.objects.get(kind="role")
    method_parts.give(actor=world.alma, method_part=role, version=None, person=world.mei)
    assert standing(use, "roles")["master"].state == "holds"
    User.objects.filter(pk=world.mei.pk).update(is_active=False)
    assert gates.reviewers(Gate.objects.get()) == []
    found = standing(use, "roles")["master"]
    assert (found.state, found.code, found.figures) == ("gap", "person_gone", {"person": "Mei Lin"})


def test_a_point_that_was_struck_out_is_open(world, use):
    one, two = ChecklistEntry.objects.order_by("id")
    checklists.change(actor=world.mei, entry=one, version=None, is_done=True)
    checklists.remove(actor=world.mei, entry=two)
    assert (standing(use, "checklists")["berth"].state, standing(use, "checklists")["berth"].figures) == ("gap", {"n": 1, "of": 2})
    own = checklists.create(actor=world.mei, item=one.item, text="Something else")
    checklists.change(actor=world.mei, entry=own, version=None, is_done=True)
    assert (standing(use, "checklists")["berth"].state, standing(use, "checklists")["berth"].figures) == ("gap", {"n": 2, "of": 3})


def test_a_gate_that_holds_the_project_is_decided_on_before_a_version_without_it(world, pack, use):
    decide(world.alma, Gate.objects.get(), "hold")
    with pytest.raises(Refused, match="pack_gate_held"):
        upgrade(world, newer(world, pack, TEXT.split("gates:")[0]))
    assert Gate.objects.in_force().count() == 1 and PackUse.objects.get().pack_version.number == 1


def test_a_point_that_is_called_otherwise_stands_once_and_a_ticked_one_stays(world, pack, use):
    upgrade(world, newer(world, pack, TEXT.replace("Depth is measured", "Depth is sounded")))
    assert standing(PackUse.objects.get(), "checklists")["berth"].figures == {"n": 0, "of": 2}
    checklists.change(actor=world.mei, entry=ChecklistEntry.objects.get(text="Depth is sounded"), version=None, is_done=True)
    upgrade(world, newer(world, pack, TEXT))
    assert standing(PackUse.objects.get(), "checklists")["berth"].figures == {"n": 1, "of": 3}


def test_a_point_with_a_mark_of_lists_comes_once(world, pack, use):
    text = TEXT.replace("  - Lights work", '  - "[ ] Lights work"')
    upgrade(world, newer(world, pack, text))
    upgrade(world, newer(world, pack, text.replace("Harbour master", "Port captain").replace("Depth is measured", "Depth is sounded")))
    assert ChecklistEntry.objects.present().filter(text="Lights work").count() == 1


@pytest.mark.parametrize("used", ["time", "point"])
def test_a_checklist_with_time_or_points_of_ones_own_stays(world, use, used):
    item = MethodPart.objects.get(kind="deliverable").item
    if used == "time":
        time_entries.log(actor=world.mei, item=item, minutes=60, day=clock.today())
    else:
        checklists.add(actor=world.mei, item=item, text="Our own point")
    assert pack_uses.remove(actor=world.boris, pack_use=use) == ["Berth"]
    assert WorkItem.objects.present().filter(pk=item.pk).exists()


def test_a_checklist_that_moved_elsewhere_is_left_there_and_made_anew(world, pack, use):
    other = make.project(actor=world.alma, name="Other", key="OTH")
    moved = relocations.relocate(actor=world.alma, item=MethodPart.objects.get(kind="deliverable").item, version=None, space=other.space)
    pack_uses.remove(actor=world.boris, pack_use=use)
    again = pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)
    assert standing(again, "checklists")["berth"].figures == {"n": 0, "of": 2}
    moved.refresh_from_db()
    assert moved.removed_at is None and MethodPart.objects.get(kind="deliverable").item.space_id == world.project.space_id


def test_a_checklist_whose_work_item_is_gone_is_brought_in_again(world, use):
    work_items.remove(actor=world.boris, item=MethodPart.objects.get(kind="deliverable").item, version=None)
    assert standing(use, "checklists")["berth"].code == "item_gone"
    pack_uses.complete(actor=world.boris, pack_use=PackUse.objects.get())
    assert standing(use, "checklists")["berth"].code == "points"


def test_a_gate_taken_again_is_due_ahead(world, pack, use):
    pack_uses.remove(actor=world.boris, pack_use=use)
    Gate.objects.update(due_on=clock.today() - timedelta(30))
    again = pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)
    gate = Gate.objects.get()
    assert standing(again, "gates")["berth"].code == "gate_open" and gate.item.planned_finish.date() == gate.due_on


def test_a_phase_that_only_a_packs_gate_ended_is_over(world):
    method = methods.create(actor=world.alma, space=world.root, name="Own", content=PHASES)
    methods.publish(actor=world.alma, method_version=method.versions.get(), version=None)
    project = make.project_of(actor=world.alma, method=method)
    one, two = (packs.create(actor=world.alma, space=world.root, text=TEXT.replace("launch", "plan").replace("Ports", name)) for name in ("One", "Two"))
    pack_uses.take(actor=world.alma, project=project, pack=one.key)
    for gate in Gate.objects.filter(project=project).order_by("rank", "id"):
        decide(world.alma, gate)
    for _pack in (None, pack_uses.take(actor=world.alma, project=project, pack=two.key)):
        phases, _gates, now = phase_moves.standing(MethodUse.objects.get(project=project))
        assert phases[now].key == "c"


def test_where_no_project_begins_no_method_is_taken(world, signed_in):
    here, there = (portfolios.create(actor=world.admin, parent=world.root, name=name) for name in ("A", "B"))
    own = packs.create(actor=world.admin, space=here.space, text=TEXT)
    sent = {"method": "hybrid", "name": "N", "home": there.space_id, "starts_on": "2027-01-04", "pack": own.key}
    assert signed_in(world.admin).post("/methods/new-project/", sent).status_code == 422
    assert not Method.objects.exists()


def test_as_many_queries_for_many_packs_of_one_project(world, signed_in):
    client, project = signed_in(world.alma), make.project_of(actor=world.alma, method=make.method(actor=world.alma), pack="retail")

    def take(names):
        for name in names:
            made = packs.create(actor=world.alma, space=world.root, text=TEXT.replace("Ports", name) + "kpis:\n- {key: overdue, name: Late}\n- {key: controls_met, name: Met}\n")
            pack_uses.take(actor=world.alma, project=project, pack=made.key)

    def count(path):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    take(["P0"])
    pack_uses.take(actor=world.alma, project=project, pack="healthcare")
    paths = [f"/project-gaps/{project.space.key}/", f"/project-methods/{project.space.key}/"]
    few = [count(path) for path in paths]
    take(["P1", "P2", "P3", "P4"])
    assert [count(path) for path in paths] == few


@pytest.mark.parametrize(("language", "name"), [("en", "Healthcare"), ("zh-hans", "医疗健康")])
def test_the_page_of_a_gate_names_the_pack_that_brought_it(world, signed_in, language, name):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    project = make.project_of(actor=world.alma, method=make.method(actor=world.alma), pack="healthcare")
    link = f'<a href="/project-gaps/{project.space.key}/">{name}</a>'
    for gate in Gate.objects.filter(project=project):
        for peek in ({}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "peek"}):
            assert (link in signed_in(world.alma).get(f"/gates/{gate.pk}/", **peek).content.decode()) == bool(gate.pack)


def test_an_index_without_costs_is_nothing_to_compute(world):
    for number in range(5):
        make.work_item(actor=world.boris, project=world.project, title=f"I{number}", estimate_minutes=60, planned_start=clock.now(), planned_finish=clock.now() + timedelta(5))
    found = method_figures.of_project(world.alma, world.project, ["cpi"])["cpi"]
    assert (found.value, found.found) == (None, 0)


def test_an_item_whose_parts_were_removed_is_counted(world):
    end = clock.now() - timedelta(5)
    for number in range(8):
        item = make.work_item(actor=world.boris, project=world.project, title=f"I{number}", state="done")
        if not number:
            work_items.remove(actor=world.boris, item=make.work_item(actor=world.boris, project=world.project, title="Part", parent=item, type=None), version=None)
        WorkItem.objects.filter(pk=item.pk).update(created_at=end - timedelta(3), actual_finish=end)
    assert method_figures.of_project(world.alma, world.project, ["lead_time"])["lead_time"].found == 8


def at_once(monkeypatch, owner, name, first, second):
    """The second begins while the first stands behind (of a plan) or before (of a verdict) `name`; what either was refused with."""
    there, plain, errors = threading.Event(), getattr(owner, name), []

    def slow(*given):
        if owner is gate_verdicts:
            there.set()
            threading.Event().wait(0.7)
            return plain(*given)
        plain(*given)
        there.set()
        threading.Event().wait(0.7)

    def run(call):
        try:
            call()
        except Exception as problem:
            errors.append(repr(problem))
        finally:
            connection.close()

    monkeypatch.setattr(owner, name, slow)
    threads = [threading.Thread(target=run, args=(call,)) for call in (first, second)]
    threads[0].start()
    assert there.wait(20)
    threads[1].start()
    for thread in threads:
        thread.join(30)
    return errors


@pytest.mark.django_db(transaction=True)
def test_a_judgement_while_a_pack_is_upgraded_ends_in_no_deadlock(world, pack, use, monkeypatch):
    upgrade(world, newer(world, pack, TEXT.replace("kind: checklists", "kind: judged")))
    third = newer(world, pack, TEXT.replace("kind: checklists", "kind: judged").replace("All is ticked", "All is well"))
    criterion = GateCriterion.objects.get()
    errors = at_once(monkeypatch, method_plan.Plan, "_criteria", lambda: upgrade(world, third), lambda: gates.judge(actor=world.mei, gate_criterion=criterion, version=None, is_met=True, evidence="Seen"))
    assert [one for one in errors if not one.startswith("Stale")] == []
    assert PackUse.objects.get().pack_version == third


@pytest.mark.django_db(transaction=True)
def test_a_verdict_while_the_method_is_upgraded_ends_in_no_deadlock(world, monkeypatch):
    method = make.method(actor=world.alma)
    project = make.project_of(actor=world.alma, method=method)
    gate, draft = Gate.objects.filter(project=project).order_by("rank").first(), methods.draft(actor=world.alma, method=method)
    draft.content["gates"][0]["criteria"][0]["text"] += " indeed"
    methods.change_draft(actor=world.alma, method_version=draft, version=None, content=draft.content)
    methods.publish(actor=world.alma, method_version=draft, version=None)
    held, digest = MethodUse.objects.current().get(project=project), gate_verdicts.content(gate)[1]
    errors = at_once(
        monkeypatch, gate_verdicts, "_count", lambda: gate_verdicts.give(actor=world.admin, gate=gate, version=None, verdict="hold", reason="So", digest=digest),
        lambda: method_uses.upgrade(actor=world.alma, method_use=held, version=None, method_version=methods.newest(method)),
    )  # fmt: skip
    assert errors == []
