"""Pages of methods and gates: what each shows, to whom, and what one can do there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance import method_content
from tandem.governance.actions import gate_verdicts, gates, method_parts, method_uses, methods
from tandem.governance.models import Gate, GateVerdict, Method, MethodPart, MethodUse
from tandem.kit import clock
from tandem.people.models import Role
from tandem.portfolio.models import Project
from tandem.web.governance import method_lines
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def project(world):
    method = make.method(actor=world.alma)
    return make.project_of(actor=world.alma, method=method, name="Quay", owner=world.boris, starts_on=clock.today() - timedelta(days=30))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client, key = signed_in(world.alma), world.project.space.key
    for path in ("/phases/", "/gates/", "/methods/", "/methods/new/", "/methods/new-project/", f"/project-methods/{key}/"):
        read(client, path)
    client.post("/methods/takings/", {"in": world.root.key, "key": "hybrid"})
    method = Method.objects.get()
    assert f"/project-methods/{key}/beginnings/" in read(client, f"/project-methods/{key}/")
    client.post(f"/project-methods/{key}/beginnings/", {"method": method.pk, "starts_on": (clock.today() - timedelta(days=40)).isoformat()})
    gate = Gate.objects.get(key="worth")
    give = {"verdict": "recycle", "reason": "Thin", "digest": gate_verdicts.content(gate)[1], "version": gate.version, "condition_title": ["Ask", "", ""], "condition_owner": ["", "", ""], "condition_due": ["2027-02-01", "", ""]}
    assert client.post(f"/gates/{gate.pk}/verdicts/", give).status_code == 302
    part = MethodPart.objects.get(project=world.project, kind="deliverable", key="need")
    client.post(f"/method-parts/{part.pk}/changes/", {"do": "leave", "reason": "Known", "version": part.version})
    draft = methods.draft(actor=world.alma, method=method)
    methods.change_draft(actor=world.alma, method_version=draft, version=None, content={**draft.content, "reports": []})
    methods.publish(actor=world.alma, method_version=draft, version=None)
    methods.draft(actor=world.alma, method=method)
    for path in (f"/methods/{method.pk}/", f"/methods/{method.pk}/?version=1", f"/methods/{method.pk}/edit/", f"/method-versions/{method.versions.first().pk}/", f"/gates/{gate.pk}/", f"/gates/{gate.pk}/?peek=1",
                 f"/gates/{gate.pk}/edit/", "/gates/", f"/gates/?in={key}&state=open", "/gates/?which=overdue", f"/project-methods/{key}/", "/phases/", f"/phases/?in={key}"):  # fmt: skip
        read(client, path)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_gate_of_a_project_with_money_stands(world, signed_in, project, language):
    """Also with what was said of the budget when a verdict was given."""
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    make.budget(actor=world.alma, project=project, amount="1000")
    client = signed_in(world.alma)
    for gate in project.gates.select_related("project", "space").order_by("rank"):
        read(client, f"/gates/{gate.pk}/")
        gate_verdicts.give(actor=world.alma, gate=gate, version=None, verdict="go", reason="So", digest=gate_verdicts.content(gate)[1])
        read(client, f"/gates/{gate.pk}/")
    assert GateVerdict.objects.filter(content__contains=[{"code": "within"}]).exists()


def test_a_project_begins_from_one_form(world, signed_in):
    client = signed_in(world.alma)
    sent = {"method": "scrum", "name": "Berth app", "home": world.root.pk, "starts_on": "2027-02-01", "owner": world.boris.pk}
    assert client.post("/methods/new-project/", {**sent, "name": ""}).status_code == 422
    answer = client.post("/methods/new-project/", sent)
    project = Project.objects.get(name="Berth app")
    assert answer.url == f"/project-methods/{project.space.key}/"
    assert (project.gates.count(), project.owner) == (2, world.boris)
    assert "Product goal" in read(client, answer.url)
    again = client.post("/methods/new-project/", {**sent, "method": Method.objects.get().pk, "name": "Second"})
    assert again.status_code == 302 and Method.objects.count() == 1


def test_the_verdict_page_says_what_it_is_given_on(world, signed_in, project):
    gate = project.gates.get(key="mandate")
    alma, boris = signed_in(world.alma), signed_in(world.boris)
    text = read(alma, f"/gates/{gate.pk}/")
    digest = gate_verdicts.content(gate)[1]
    assert digest in text and "0 of 3 criteria hold" in text
    assert alma.post(f"/gate-criteria/{gate.criteria.get(key='benefit').pk}/judgements/", {"is_met": "yes", "evidence": "<b>The case</b>", "version": 1}).status_code == 302
    stale = alma.post(f"/gates/{gate.pk}/verdicts/", {"verdict": "go", "reason": "So", "digest": digest})
    assert stale.status_code == 422 and not GateVerdict.objects.exists()
    text = read(alma, f"/gates/{gate.pk}/")
    assert "1 of 3 criteria hold" in text and "&lt;b&gt;The case&lt;/b&gt;" in text
    assert boris.get(f"/gates/{gate.pk}/").status_code == 404, "he manages it, but is not in its space"


def test_money_of_a_gate_is_shown_to_who_may_see_costs(world, signed_in, project):
    gate = project.gates.get(key="mandate")
    make.spaces.grant(actor=world.admin, space=project.space, user=world.mei, role=Role.MEMBER)
    alma = signed_in(world.alma)
    assert alma.post(f"/gates/{gate.pk}/releases/", {"amount": "12,500.50", "currency": "EUR"}).status_code == 302
    assert alma.post(f"/gates/{gate.pk}/releases/", {"amount": "much", "currency": "EUR"}).status_code == 422
    assert "12,500.50" in read(alma, f"/gates/{gate.pk}/")
    world.mei.refresh_from_db()
    assert "12,500" not in read(signed_in(world.mei), f"/gates/{gate.pk}/")


def test_the_board_shows_where_each_project_stands(world, signed_in, project):
    client = signed_in(world.alma)
    text = read(client, "/phases/")
    assert "Initiate" in text and "1 gate is overdue" in text and "1 live project follows none" in text
    gate = project.gates.get(key="mandate")
    gate_verdicts.give(actor=world.alma, gate=gate, version=None, verdict="go", reason="Worth it", digest=gate_verdicts.content(gate)[1])
    assert "1 of 4 gates" in read(client, "/phases/")
    assert "Quay" not in read(signed_in(world.boris), "/phases/")


def test_lists_take_no_more_queries_for_more_rows(world, signed_in, project):
    client = signed_in(world.alma)

    def counted(path):
        read(client, path)
        with CaptureQueriesContext(connection) as seen:
            read(client, path)
        return len(seen)

    paths = ("/phases/", "/gates/", "/methods/", f"/methods/{Method.objects.get().pk}/")
    before = [counted(path) for path in paths]
    for number in range(3):
        make.project_of(actor=world.alma, method=Method.objects.get(), name=f"Pier {number}")
    methods.create(actor=world.alma, space=world.root, name="Ours")
    assert [counted(path) for path in paths] <= [count + 1 for count in before]


def test_lines_of_a_method_lead_back_to_the_same(world):
    for language in ("en", "zh-hans"):
        for one in method_content.shipped(language).values():
            assert method_content.checked(method_lines.read(method_lines.written(one.content))) == one.content, one.key


def test_a_draft_that_cannot_be_read_stays_as_it_was_typed(world, signed_in):
    client = signed_in(world.alma)
    method = methods.create(actor=world.alma, space=world.root, name="Ours")
    draft = method.versions.get()
    answer = client.post(f"/method-versions/{draft.pk}/", {"phases": "work | Work | build | soon", "version": draft.version})
    assert answer.status_code == 422 and "work | Work | build | soon" in answer.content.decode()
    sent = {"phases": "work | Work | build | 15", "gates": "end | End | work | 100 | lead", "criteria": "end | ok | judged | 0 | It works", "roles": "lead | Lead", "version": draft.version}
    assert client.post(f"/method-versions/{draft.pk}/", sent).status_code == 302
    assert client.post(f"/method-versions/{draft.pk}/", sent | {"note": "Late"}).status_code == 422, "the version is an old one"
    draft.refresh_from_db()
    assert draft.content["gates"][0]["criteria"][0]["text"] == "It works"
    client.post(f"/method-versions/{draft.pk}/publications/", {"version": draft.version})
    draft.refresh_from_db()
    assert draft.published_at is not None


def test_an_upgrade_from_the_page(world, signed_in, project):
    client, method = signed_in(world.alma), Method.objects.get()
    draft = methods.draft(actor=world.alma, method=method)
    content = {**draft.content, "deliverables": [*draft.content["deliverables"], {"key": "privacy", "name": "Privacy assessment", "phase": "build", "checklist": []}]}
    methods.change_draft(actor=world.alma, method_version=draft, version=None, content=content)
    methods.publish(actor=world.alma, method_version=draft, version=None)
    path = f"/project-methods/{project.space.key}/"
    assert "Privacy assessment" in read(client, path) and not WorkItem.objects.filter(title="Privacy assessment").exists()
    use = MethodUse.objects.current().get()
    assert client.post(f"/method-uses/{use.pk}/upgrades/", {"to": draft.pk, "version": use.version}).status_code == 302
    assert WorkItem.objects.filter(title="Privacy assessment").exists()
    assert client.post(f"/method-uses/{use.pk}/upgrades/", {"to": draft.pk, "version": use.version}).status_code == 422


def test_a_second_is_asked_for_and_given(world, signed_in, project):
    gate = project.gates.get(key="mandate")
    other = make.user(actor=world.admin, name="Nadia", role=Role.PMO_LEAD)
    for key, person in (("sponsor", world.alma), ("pmo", other)):
        method_parts.give(actor=world.alma, method_part=MethodPart.objects.get(project=project, key=key), version=None, person=person)
    alma, nadia = signed_in(world.alma), signed_in(other)
    assert "another reviewer seconds it" in read(alma, f"/gates/{gate.pk}/")
    alma.post(f"/gates/{gate.pk}/verdicts/", {"verdict": "go", "reason": "Worth it", "digest": gate_verdicts.content(gate)[1]})
    row = GateVerdict.objects.get()
    assert "Second it" not in read(alma, f"/gates/{gate.pk}/")
    assert "Second it" in read(nadia, f"/gates/{gate.pk}/")
    assert alma.post(f"/gate-verdicts/{row.pk}/seconds/", {"version": row.version}).status_code == 422
    assert nadia.post(f"/gate-verdicts/{row.pk}/seconds/", {"version": row.version}).status_code == 302
    gate.refresh_from_db()
    assert gate.state == "passed"


def test_releases_and_uses_are_not_used_by_mistake(world, project):
    """What the pages rest on: a released gate keeps its money, a project follows one version at a time."""
    gate = project.gates.get(key="mandate")
    gates.set_release(actor=world.alma, gate=gate, amount=Decimal(10), currency="EUR")
    gates.set_release(actor=world.alma, gate=Gate.objects.get(pk=gate.pk), amount=None)
    assert not hasattr(Gate.objects.get(pk=gate.pk), "release")
    assert MethodUse.objects.current().filter(project=project).count() == 1
    assert method_uses.differences(MethodUse.objects.get().method_version, MethodUse.objects.get().method_version) == []
