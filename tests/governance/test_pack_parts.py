"""Roles, checklists and gates of an industry pack in a project: beside those of its method, told among the gaps, changed and left with the pack."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance import conformance, gaps, pack_content
from tandem.governance.actions import (
    gate_verdicts,
    gates,
    method_parts,
    method_uses,
    methods,
    pack_uses,
    packs,
)
from tandem.governance.models import Gate, GateVerdict, MethodPart, MethodUse, PackUse
from tandem.governance.packs import packs as shipped
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import checklists
from tandem.work.models import ChecklistEntry, WorkItem
from tests import make
from tests.governance.test_own_packs import refusal

pytestmark = pytest.mark.django_db

TEXT = """
name: Ports
controls:
- {key: access, name: Rights, evidence: judged}
roles:
- {key: master, name: Harbour master, duty: Says yes}
checklists:
- key: berth
  name: Berth
  stage: launch
  points:
  - Lights work
  - Depth is measured
gates:
- key: berth
  name: Berth is ready
  stage: launch
  reviewers: [master]
  criteria:
  - key: ticked
    text: All is ticked
    kind: checklists
"""


@pytest.fixture
def pack(world):
    return packs.create(actor=world.alma, space=world.root, text=TEXT)


@pytest.fixture
def use(world, pack):
    return pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)


@pytest.fixture
def quay(world):
    """A project that follows a method and was begun with the healthcare pack."""
    return make.project_of(actor=world.alma, method=make.method(actor=world.alma), pack="healthcare")


def standing(use, section):
    return {one.key: one for one in gaps.parts([use], "en") if one.section == section}


def decide(user, gate, verdict="go"):
    return gate_verdicts.give(actor=user, gate=gate, version=None, verdict=verdict, reason="Seen", digest=gate_verdicts.content(gate)[1])


def test_packs_that_come_along_have_roles_gates_and_checklists_in_both_languages():
    for pack in shipped().values():
        english, chinese = pack.joining
        for section in pack_content.JOINING:
            assert len(english[section]) == len(chinese[section]) >= 2, (pack.key, section)
        assert not re.search(r"[\u4e00-\u9fff]", str(english)) and not re.search(r"[A-Za-z]{4}", " ".join(row["name"] for rows in chinese.values() for row in rows))


def test_they_stand_beside_those_of_the_method(world, quay):
    use = PackUse.objects.get(project=quay)
    own = Gate.objects.filter(project=quay, pack="").order_by("rank")
    added = {gate.key: gate for gate in Gate.objects.filter(project=quay, pack="healthcare")}
    assert set(added) == {"_healthcare-design-review", "_healthcare-validation", "_healthcare-release"}
    phases = {part.key: part for part in MethodPart.objects.filter(project=quay, kind="phase")}
    for gate in added.values():
        phase = phases[gate.phase]
        assert gate.item.is_milestone and gate.item.parent_id == phase.item_id and gate.item.planned_finish == phase.item.planned_finish
        assert gate.reviewers and all(MethodPart.objects.filter(project=quay, kind="role", key=key).exists() for key in gate.reviewers)
        same = own.filter(phase=gate.phase).first()
        assert same is None or same.rank == gate.rank, "neither waits for the other"
    part = MethodPart.objects.get(project=quay, key="_healthcare-validation", kind="deliverable")
    assert ChecklistEntry.objects.filter(item=part.item).count() == 4
    assert {one.name for one in standing(use, "roles").values()} >= {"Clinical safety officer"}
    assert {one.code for one in gaps.parts([use], "en")} == {"no_person", "points", "gate_open"}
    assert all(not part.pack for part in conformance.of(MethodUse.objects.get(project=quay)).tailored)


def test_the_gate_is_reviewed_by_whoever_has_the_role(world, use):
    gate, role = Gate.objects.get(project=world.project, pack=use.pack), MethodPart.objects.get(project=world.project, kind="role", pack=use.pack)
    assert (gate.due_on > clock.today(), gate.phase, gate.name) == (True, "launch", "Berth is ready")
    with pytest.raises(Denied):
        method_parts.give(actor=world.boris, method_part=role, version=None, person=world.boris)
    method_parts.give(actor=world.alma, method_part=role, version=None, person=world.chen)
    with pytest.raises(Denied):
        decide(world.alma, gate)
    assert gate_verdicts.content(gate)[0][0].figures == {"n": 0, "of": 2}
    for entry in ChecklistEntry.objects.filter(item__space=world.project.space):
        checklists.change(actor=world.boris, entry=entry, version=None, is_done=True)
    decide(world.chen, gate)
    assert {(one.section, one.state, one.code) for one in gaps.parts([use], "en")} == {("roles", "holds", "role"), ("checklists", "holds", "points"), ("gates", "holds", "gate_passed")}


def test_a_gate_called_as_one_of_the_method_stands_beside_it(world, quay):
    own = Gate.objects.filter(project=quay, pack="").order_by("rank").first()
    pack = packs.create(actor=world.alma, space=world.root, text=TEXT.replace("Berth is ready", own.name).replace("key: berth\n  name: " + own.name, f"key: {own.key}\n  name: {own.name}"))
    pack_uses.take(actor=world.alma, project=quay, pack=pack.key)
    twins = Gate.objects.filter(project=quay, name=own.name)
    assert {gate.pack for gate in twins} == {"", pack.key} and len({gate.key for gate in twins}) == 2
    decide(world.alma, own)
    assert [gate.state for gate in twins.order_by("pack")] == ["passed", "open"]


def test_a_method_taken_up_later_gives_them_their_place(world, use):
    method_uses.take_up(actor=world.alma, project=world.project, method_version=methods.newest(make.method(actor=world.alma)), starts_on=clock.today())
    gate = Gate.objects.get(project=world.project, pack=use.pack)
    known = list(MethodPart.objects.filter(project=world.project, kind="phase").values_list("key", flat=True))
    assert gate.phase in known and MethodPart.objects.get(project=world.project, kind="deliverable", pack=use.pack).phase == gate.phase
    assert gate.rank == sum(known.index(one.phase) < known.index(gate.phase) for one in Gate.objects.filter(project=world.project, pack=""))


def test_a_newer_version_changes_them_along(world, pack, use):
    second = packs.write(actor=world.alma, pack=pack, text=TEXT.replace("- Depth is measured", "- Depth is measured\n  - Ropes are new").replace("Harbour master", "Port captain") + "- {key: late, name: Late look, stage: close}\n")
    assert [(one.section, one.what) for one in packs.differences(use.pack_version, second.content)] == [("roles", "changed"), ("checklists", "changed"), ("gates", "added")]
    pack_uses.upgrade(actor=world.boris, pack_use=use, version=use.version, pack_version=second)
    assert ChecklistEntry.objects.filter(item__space=world.project.space).count() == 3
    assert Gate.objects.filter(project=world.project, pack=pack.key).count() == 2 and MethodPart.objects.get(project=world.project, kind="role").name == "Port captain"
    third = packs.write(actor=world.alma, pack=pack, text=TEXT.split("checklists:")[0])
    pack_uses.upgrade(actor=world.boris, pack_use=PackUse.objects.get(), version=None, pack_version=third)
    assert not Gate.objects.in_force().filter(pack=pack.key).exists()
    assert not WorkItem.objects.present().filter(space=world.project.space, title__in=("Berth", "Berth is ready", "Late look")).exists(), "nobody had begun"
    assert [one.section for one in gaps.parts([PackUse.objects.get()], "en")] == ["roles"]


def test_left_untouched_nothing_of_it_stays_and_taken_again_it_is_there_again(world, pack, use):
    assert pack_uses.remove(actor=world.boris, pack_use=use) == []
    assert not Gate.objects.in_force().exists() and not MethodPart.objects.kept().exists() and not WorkItem.objects.present().filter(title__startswith="Berth").exists()
    again = pack_uses.take(actor=world.boris, project=world.project, pack=pack.key)
    assert {one.code for one in gaps.parts([again], "en")} == {"no_person", "points", "gate_open"}
    assert WorkItem.objects.present().filter(title__startswith="Berth").count() == 2 and Gate.objects.in_force().count() == 1


def test_what_was_reviewed_or_begun_stays_and_is_named(world, use):
    gate = Gate.objects.get(project=world.project, pack=use.pack)
    decide(world.alma, gate)
    entry = ChecklistEntry.objects.filter(item__space=world.project.space).first()
    checklists.change(actor=world.boris, entry=entry, version=None, is_done=True)
    with pytest.raises(Denied):
        pack_uses.remove(actor=world.boris, pack_use=use)
    assert pack_uses.remove(actor=world.alma, pack_use=use) == ["Berth", "Berth is ready"]
    gate.refresh_from_db()
    assert (gate.state, gate.is_left_out) == ("passed", False) and WorkItem.objects.present().filter(title="Berth").exists()
    assert Event.objects.get(verb="project.leaves_pack").changes["stays"] == ["Berth, Berth is ready", None]


def test_a_verdict_that_waits_is_taken_back_and_a_gate_that_holds_is_decided_on_first(world, use):
    gate, role = Gate.objects.get(project=world.project, pack=use.pack), MethodPart.objects.get(project=world.project, kind="role")
    method_parts.give(actor=world.alma, method_part=role, version=None, person=world.boris)
    assert decide(world.boris, gate).state == "waiting"
    pack_uses.remove(actor=world.alma, pack_use=use)
    assert GateVerdict.objects.get().state == "withdrawn"
    again = pack_uses.take(actor=world.boris, project=world.project, pack=use.pack)
    method_parts.give(actor=world.alma, method_part=MethodPart.objects.get(pk=role.pk), version=None, person=None)
    decide(world.alma, Gate.objects.get(pk=gate.pk), "hold")
    with pytest.raises(Refused, match="pack_gate_held"):
        pack_uses.remove(actor=world.alma, pack_use=again)


def test_what_a_project_lacks_is_brought_in(world, use):
    gates.change(actor=world.boris, gate=Gate.objects.get(), version=None, due_on=clock.today(), reason="Soon")
    MethodPart.objects.filter(kind="role").delete()
    assert standing(use, "roles")["master"].code == "not_made"
    with pytest.raises(Stale):
        pack_uses.complete(actor=world.boris, pack_use=use, version=use.version + 3)
    for user, error in ((world.dana, Hidden), (world.mei, Denied)):
        with pytest.raises(error):
            pack_uses.complete(actor=user, pack_use=use)
    pack_uses.complete(actor=world.boris, pack_use=PackUse.objects.get(pk=use.pk))
    assert standing(use, "roles")["master"].code == "no_person" and Gate.objects.get().due_on == clock.today(), "what was there stays as it is"


def test_left_out_with_a_reason_is_no_gap(world, use):
    part = MethodPart.objects.get(kind="gate")
    with pytest.raises(Denied):
        method_parts.tailor(actor=world.boris, method_part=part, version=None, reason="Not here", is_left_out=True)
    method_parts.tailor(actor=world.alma, method_part=part, version=None, reason="No berth here", is_left_out=True)
    found = standing(use, "gates")["berth"]
    assert (found.state, found.code, found.figures) == ("not_applicable", "left_out", {"reason": "No berth here"})


@pytest.mark.parametrize(("was", "now", "line", "said"), [
    ("stage: launch\n  points", "stage: soon\n  points", 10, "checklists 1 stage: expected: build, close, concept, launch, plan"),
    ("kind: checklists", "kind: magic", 22, "gates 1 criteria 1 kind: expected: "),
    ("kind: checklists", "kind: checklists\n    zeal: 1", 23, "“zeal” is not a field; expected: key, text, kind, limit"),
    ("kind: checklists", "kind: checklists\n    limit: 2000", 23, "from 0 to 1000"),
    ("  criteria:\n  - key: ticked\n    text: All is ticked\n    kind: checklists", "  criteria: all", 19, "a list with at most 60"),
    ("[master]", "[mistress]", 18, "names the role “mistress”"),
    ("  points:\n  - Lights work\n  - Depth is measured", "  points: []", 11, "a list of texts"),
    ("key: master", "key: m" + "a" * 30, 6, "at most 30"),
])  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(was, now, line, said):
    assert was in TEXT
    found = refusal(TEXT.replace(was, now, 1))
    assert found[0] == line and said in found[1], found


def test_a_thousand_points_are_refused():
    points = "\n".join(f"  - Point {number}" for number in range(1000))
    found = refusal(TEXT.replace("  - Lights work\n  - Depth is measured", points))
    assert found[0] == 11 and "at most 60" in found[1], found
    lists = "\n".join(f"- {{key: c{n}, name: C, stage: plan, points: [{', '.join('p' for _ in range(50))}]}}" for n in range(20))
    found = refusal(TEXT.replace("checklists:\n", f"checklists:\n{lists}\n"))
    assert found[0] == 12 and "at most 200 points" in found[1], found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_show_them_and_take_a_person(world, signed_in, quay, language):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client, use = signed_in(world.alma), PackUse.objects.get(project=quay)
    path = f"/project-gaps/{quay.space.key}/"
    said = client.get(path).content.decode()
    role = MethodPart.objects.get(project=quay, key="_healthcare-clinical-safety")
    for name in ({"en": "Clinical safety officer", "zh-hans": "临床安全负责人"}[language], {"en": "Release to patients", "zh-hans": "面向患者放行"}[language]):
        assert name in said
    method = client.get(f"/project-methods/{quay.space.key}/").content.decode()
    assert method.count(shipped()["healthcare"].name(language)) >= 9
    client.post(f"/method-parts/{role.pk}/changes/", {"do": "give", "from": "gaps", "person": world.alma.pk, "version": role.version})
    role.refresh_from_db()
    assert role.person == world.alma
    sent = client.post(f"/pack-uses/{use.pk}/words/", {"do": "leave", "version": use.version}, follow=True)
    assert sent.status_code == 200 and not PackUse.objects.exists()



def test_as_many_queries_for_many_as_for_few(world, signed_in):
    """The list of packs, one of them with the projects in which it holds, and a project with several."""
    client = signed_in(world.alma)

    def counts(pack):
        found = {}
        for path in ("/packs/", f"/packs/{pack.pk}/", f"/project-gaps/{world.project.space.key}/", f"/project-methods/{quay.space.key}/"):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found[path] = len(queries)
        return found

    quay = make.project_of(actor=world.alma, method=make.method(actor=world.alma), pack="retail")
    first = packs.create(actor=world.alma, space=world.root, text=TEXT)
    pack_uses.take(actor=world.alma, project=world.project, pack=first.key)
    few = counts(first)
    points = "\n".join(f"  - Point {number}" for number in range(20))
    more = "".join(f"- {{key: r{n}, name: Role {n}}}\n" for n in range(10))
    packs.write(actor=world.alma, pack=first, text=TEXT.replace("  - Lights work", points).replace("checklists:\n", f"{more}checklists:\n", 1))
    for number in range(8):
        packs.create(actor=world.alma, space=world.root, text=TEXT.replace("Ports", f"Ports {number}"))
        pack_uses.take(actor=world.alma, project=make.project(actor=world.alma, name=f"Pier {number}", key=f"P{number}"), pack=first.key)
    many = counts(first)
    assert {path: (few[path], n) for path, n in many.items() if n > few[path] or n > 30} == {}
