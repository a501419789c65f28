"""Industry packs: controls with their standards, evidence read from records or given, gaps of a project."""

import re
from datetime import timedelta

import pytest

from tandem.governance import gaps
from tandem.governance.actions import method_parts, pack_uses, risk_suggestions
from tandem.governance.models import ControlWord, MethodPart, PackUse, Risk
from tandem.governance.packs import EVIDENCE, packs
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.strategy.actions import charters
from tandem.work.actions import baselines, checklists, transitions
from tandem.work.models import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def use(world):
    return pack_uses.take(actor=world.boris, project=world.project, pack="healthcare")


def state(use, key):
    return next(one for one in gaps.standing([use]) if one.control.key == key)


def test_every_pack_stands_in_both_languages_and_names_standards_only_by_name_and_clause():
    assert set(packs()) == {"software", "finance", "healthcare", "retail"}
    for pack in packs().values():
        assert all(pack.names) and all(pack.purposes) and pack.risks and pack.kpis
        for one in pack.controls:
            assert one.evidence in EVIDENCE and all(one.names) and all(one.asks) and one.standards, one.key
            assert all(len(standard) < 60 and re.search(r"\d", standard) for standard in one.standards), one.key
        for entry in pack.risks:
            assert entry.area in Risk.Area.values and all((*entry.title, *entry.cause, *entry.event, *entry.effect)), entry.key


def test_a_project_of_the_healthcare_pack_begins_with_gaps(world):
    method = make.method(actor=world.alma)
    project = make.project_of(actor=world.alma, method=method, pack="healthcare")
    found = gaps.standing(list(PackUse.objects.filter(project=project)))
    assert len(found) == len(packs()["healthcare"].controls)
    assert {one.state for one in found} == {"gap"}
    with pytest.raises(Refused, match="choice_unknown"):
        make.project_of(actor=world.alma, method=method, name="Other", pack="magic")


def test_evidence_is_read_from_records(world, use):
    space, boris = world.project.space, world.boris
    assert {one.control.key for one in gaps.standing([use]) if one.state == "holds"} == set()
    charter = charters.draft(actor=boris, space=space, goal="Berths", scope_in="Portal", measures="Fewer calls")
    charters.sign(actor=boris, charter=charter, version=None, side="pmo")
    charters.sign(actor=world.chen, charter=charter, version=None, side="product")
    risk = make.risk(actor=boris, space=space, owner=boris, response="mitigate", review_on=clock.today() + timedelta(days=9))
    item = make.work_item(actor=boris, project=world.project, planned_start=clock.now(), planned_finish=clock.now(), state="done")
    entry = checklists.create(actor=boris, item=item, text="It holds", is_acceptance=True)
    baselines.take(actor=boris, space=space, name="First")
    done = State.objects.get(space=space, category="done")
    transitions.create(actor=boris, space=space, to_state=done, approvals=1, approver_roles=["product_manager"])
    assert {one.control.key for one in gaps.standing([use]) if one.state == "holds"} == {"charter", "risks", "baseline", "change"}
    checklists.change(actor=boris, entry=entry, version=None, is_done=True)
    assert state(use, "acceptance").state == "holds"
    Risk.objects.filter(pk=risk.pk).update(review_on=clock.today() - timedelta(days=1))
    assert (state(use, "risks").state, state(use, "risks").figures) == ("gap", {"n": 0, "of": 1})


def test_roles_and_gates_are_read_from_the_method(world):
    project = make.project_of(actor=world.alma, method=make.method(actor=world.alma), pack="healthcare")
    use = PackUse.objects.get(project=project)
    for part in MethodPart.objects.filter(project=project, kind="role"):
        method_parts.give(actor=world.alma, method_part=part, version=None, person=world.alma)
    assert state(use, "roles").state == "holds"
    project.gates.filter(key="mandate").update(state="passed", passed_at=clock.now())
    assert state(use, "gates").state == "holds"


def test_what_is_judged_needs_evidence_and_what_is_computed_is_not_judged(world, use):
    with pytest.raises(Refused, match="evidence_missing"):
        pack_uses.say(actor=world.mei, pack_use=use, control="records", state="met", evidence=" ")
    with pytest.raises(Refused, match="criterion_computed"):
        pack_uses.say(actor=world.mei, pack_use=use, control="charter", state="met", evidence="I say so")
    with pytest.raises(Refused, match="link_malformed"):
        pack_uses.say(actor=world.mei, pack_use=use, control="records", state="met", evidence="See", link="javascript:alert(1)")
    with pytest.raises(Refused, match="choice_unknown"):
        pack_uses.say(actor=world.mei, pack_use=use, control="magic", state="met", evidence="See")
    assert not ControlWord.objects.exists()
    pack_uses.say(actor=world.mei, pack_use=use, control="records", state="met", evidence="Tested with six roles")
    assert (state(use, "records").state, state(use, "records").word.said_by) == ("holds", world.mei)
    with pytest.raises(Stale):
        pack_uses.say(actor=world.mei, pack_use=use, control="classified", state="met", evidence="B", version=use.version + 9)
    with pytest.raises(Refused, match="pack_spoken_of"):
        pack_uses.remove(actor=world.boris, pack_use=use)
    pack_uses.say(actor=world.mei, pack_use=use, control="records", state="")
    assert state(use, "records").state == "gap"
    assert Event.objects.filter(verb="control.said").count() == 2


def test_that_it_does_not_apply_is_said_by_who_may_change_the_plan(world, use):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    for user, error in ((world.dana, Hidden), (auditor, Denied), (world.mei, Denied)):
        with pytest.raises(error):
            pack_uses.say(actor=user, pack_use=use, control="charter", state="not_applicable", evidence="Small")
    pack_uses.say(actor=world.boris, pack_use=use, control="charter", state="not_applicable", evidence="A part of another project")
    assert state(use, "charter").state == "not_applicable"
    with pytest.raises(Denied):
        pack_uses.say(actor=world.mei, pack_use=use, control="charter", state="")
    for user, error in ((world.dana, Hidden), (world.mei, Denied)):
        with pytest.raises(error):
            pack_uses.take(actor=user, project=world.project, pack="retail")


def test_risks_of_the_pack_are_suggested_and_taken(world, use):
    found = {one.origin for one in risk_suggestions.suggested(world.boris, world.project.space, "en")}
    assert "catalogue:healthcare-validation" in found and "catalogue:retail-season" not in found
    row = risk_suggestions.accept(actor=world.boris, space=world.project.space, origin="catalogue:healthcare-validation", language="zh-hans")
    assert row.title == "验证发现未规定的内容"


def test_a_pack_is_taken_once_and_left_while_nothing_was_said(world, use):
    assert pack_uses.take(actor=world.boris, project=world.project, pack="healthcare") == use
    pack_uses.remove(actor=world.boris, pack_use=use, version=use.version)
    assert not PackUse.objects.exists()
    assert list(Event.objects.filter(verb__startswith="project.").exclude(verb="project.created").order_by("id").values_list("verb", flat=True)) == ["project.takes_pack", "project.leaves_pack"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_gaps_and_takes_evidence(world, signed_in, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client, path = signed_in(world.boris), f"/project-gaps/{world.project.space.key}/"
    assert client.get(path).status_code == 200
    client.post(f"{path}packs/", {"pack": "healthcare"})
    use = PackUse.objects.get()
    text = client.get(path).content.decode()
    assert "HIPAA 164.312(a)(1)" in text and packs()["healthcare"].name(language) in text
    assert client.post(f"/pack-uses/{use.pk}/words/", {"control": "records", "state": "met", "evidence": "<i>Six roles</i>", "version": use.version}).status_code == 302
    assert "&lt;i&gt;Six roles&lt;/i&gt;" in client.get(path).content.decode()
