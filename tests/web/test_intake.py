"""The form without an account, and the page where it is decided."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tandem.collaboration.actions import attachments, comments
from tandem.kit.errors import Denied, Refused
from tandem.people.models import Role
from tandem.portfolio.actions import portfolios, proposals
from tandem.portfolio.models import Proposal
from tandem.resources.actions import bookings, job_roles
from tandem.strategy.actions import objectives
from tandem.web.portfolio import proposals as queue
from tandem.work.actions import intake
from tandem.work.models import IntakeForm, Submission, WorkItem, WorkItemType
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def form(world):
    return intake.create_form(actor=world.boris, space=world.project.space, title="Ask <us>", intro="Anything")


def test_anybody_with_the_link_sends_and_sees_nothing_of_the_project(world, form):
    client, here = Client(enforce_csrf_checks=True), reverse("intake_shared", kwargs={"token": form.token})
    page = client.get(here)
    text = page.content.decode()
    assert page.status_code == 200 and "Ask &lt;us&gt;" in text and "Portal" not in text and "POR" not in text and "Boris" not in text
    assert page.headers["X-Robots-Tag"] == "noindex" and "no-cache" in page.headers["Cache-Control"]
    assert client.post(here, {"title": "A crane"}).status_code == 403, "not from another site"
    sent = client.post(here, {"title": "A crane", "csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', text)[1]})
    assert sent.status_code == 302 and Submission.objects.get().title == "A crane"
    assert "Thank you" in client.get(sent.url).content.decode()


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(client, form):
    here = reverse("intake_shared", kwargs={"token": form.token})
    answer = client.post(here, {"title": "A crane", "email": "nobody", "description": "Big"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "no e-mail address" in text and 'value="A crane"' in text and ">Big<" in text


def test_programs_and_wrong_links_leave_nothing(world, client, form):
    here = reverse("intake_shared", kwargs={"token": form.token})
    assert client.post(here, {"title": "Buy", "website": "http://x.example"}).status_code == 302
    assert not Submission.objects.exists()
    for token in ("x", "x" * 3000, form.token[:-1]):
        assert client.get(f"/shared/form/{token}/").status_code == 404
    intake.revoke_form(actor=world.boris, form=form)
    assert client.get(here).status_code == 404 and client.post(here, {"title": "x"}).status_code == 404


def test_the_page_decides_and_undoes(world, form, signed_in):
    row = intake.submit(actor=None, form=form, title="<b>Crane</b>", description="Big", email="ida@example.org")
    client, here = signed_in(world.boris), reverse("intake", kwargs={"key": "POR"})
    text = client.get(here).content.decode()
    assert "&lt;b&gt;Crane" in text and "ida@example.org" in text and form.token in text
    verdicts = reverse("submission_verdicts", kwargs={"id": row.pk})
    answer = client.post(verdicts, {"do": "accept", "version": 1}, headers=JSON).json()
    assert WorkItem.objects.present().count() == 1
    assert client.post(verdicts, {"do": "accept", "version": 1}, headers=JSON).status_code in (409, 422), "not twice"
    assert client.post(answer["undo"], headers=JSON).status_code == 200 and not WorkItem.objects.present().exists()
    assert client.post(verdicts, {"do": "decline", "reason": "No room"}, headers=JSON).status_code == 200
    assert "No room" in client.get(here).content.decode()
    assert signed_in(world.dana).get(here).status_code == 404


def test_making_changing_and_taking_back(world, form, signed_in):
    client, here = signed_in(world.boris), reverse("intake_forms", kwargs={"key": "POR"})
    assert client.post(here, {"title": "Second"}, headers=JSON).status_code == 200
    assert client.post(here, {"do": "change", "form": form.pk, "version": 1, "title": "Ask"}, headers=JSON).status_code == 200
    assert client.post(here, {"do": "change", "form": form.pk, "version": 1, "title": "Late"}, headers=JSON).status_code == 409
    assert client.post(here, {"do": "revoke", "form": form.pk, "version": 2}, headers=JSON).status_code == 200
    assert signed_in(world.mei).post(here, {"title": "Mine"}).status_code == 403


def test_the_address_is_for_those_who_may_share(world, signed_in, form):
    here = reverse("intake", kwargs={"key": world.project.space.key})
    assert form.token in signed_in(world.boris).get(here).content.decode()
    seen = signed_in(world.mei).get(here).content.decode()
    assert "Ask &lt;us&gt;" in seen and form.token not in seen


def test_the_address_of_who_asked_is_no_text_of_the_item(world, form, signed_in):
    row = intake.submit(actor=None, form=form, title="A crane", description="Big", email="ida@example.org")
    item = intake.accept(actor=world.mei, submission=row, version=None)
    assert item.description == "Big"
    page = reverse("work_item", kwargs={"key": item.key})
    assert "mailto:ida@example.org" in signed_in(world.mei).get(page).content.decode()
    eve = make.user(actor=world.admin, name="Eve", role="stakeholder", space=world.project.space)
    assert "ida@" not in signed_in(eve).get(page).content.decode()


def test_what_is_sent_to_a_portfolio_becomes_a_draft_in_its_queue(world, signed_in):
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    form = intake.create_form(actor=world.alma, space=home, title="What should we do next year?")
    Client().post(reverse("intake_shared", kwargs={"token": form.token}), {"title": "Shore power", "description": "*Quiet* ships", "email": "ida@example.org"})
    client, here = signed_in(world.alma), reverse("proposal_intake", kwargs={"key": home.key})
    assert "1 waits" in client.get("/proposals/").content.decode(), "the queue says that something waits"
    assert "Shore power" in client.get(here).content.decode()
    row = Submission.objects.get()
    answer = client.post(reverse("submission_verdicts", kwargs={"id": row.pk}), {"do": "accept", "version": 1}, headers=JSON).json()
    made = Proposal.objects.get()
    assert (made.title, made.state, made.space, made.owner) == ("Shore power", "draft", home, world.alma) and made.description == r"\*Quiet\* ships"
    assert f"/proposals/{made.pk}/" in client.get(here).content.decode() and not WorkItem.objects.exists()
    assert client.post(answer["undo"], headers=JSON).status_code == 200 and not Proposal.objects.exists()
    row.refresh_from_db()
    made = intake.accept(actor=world.alma, submission=row, version=row.version)
    proposals.change(actor=world.alma, proposal=made, version=1, costs=[100])
    refused = client.post(answer["undo"], headers=JSON)
    assert refused.status_code == 422 and Proposal.objects.exists(), "somebody has written its case"


def _worked_on(world, home, made, how):
    other = make.proposal(actor=world.alma, space=home, title="Crane")
    if how == "tie":
        proposals.tie(actor=world.alma, proposal=other, other=made, kind="requires")
    elif how == "contribution":
        objectives.contribute(actor=world.alma, objective=make.objective(actor=world.alma, space=world.root), subject=made, weight=50)
    elif how == "comment":
        comments.add(actor=world.alma, subject=made, body="I asked the harbour master")
    elif how == "attachment":
        attachments.add(actor=world.alma, subject=made, name="offer.txt", chunks=[b"150 k"])
    else:
        role = job_roles.create(actor=world.alma, space=world.root, name="Diver")
        values = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 3, 31), "percent": 50}
        bookings.create(actor=world.alma, subject=made, job_role=role, **values)


@pytest.mark.parametrize("how", ["tie", "contribution", "comment", "attachment", "booking"])
def test_a_draft_that_somebody_has_gone_on_with_is_not_taken_back(world, how):
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    row = intake.submit(actor=None, form=intake.create_form(actor=world.alma, space=home, title="Ask"), title="Shore power")
    made = intake.accept(actor=world.alma, submission=row, version=1)
    _worked_on(world, home, made, how)
    with pytest.raises(Refused) as refused:
        intake.reopen(actor=world.alma, submission=row)
    assert refused.value.code == "accepted_changed" and Proposal.objects.filter(pk=made.pk).exists()
    assert Submission.objects.get().state == "accepted", "nothing was half taken back"


def test_where_something_waits_stands_first_however_many_portfolios_there_are(world, signed_in, monkeypatch):
    monkeypatch.setattr(queue, "MOST_INTAKES", 1)
    homes = [portfolios.create(actor=world.alma, parent=world.root, name=name).space for name in ("Aft", "Bow", "Yard", "Zone")]
    for home in homes[2:]:
        intake.submit(actor=None, form=intake.create_form(actor=world.alma, space=home, title="Ask"), title="Shore power")
    shown = [(name, count) for name, _page, count in queue._intakes(world.alma)]
    assert shown[:2] == [("Yard", 1), ("Zone", 1)] and len(shown) == 3 and shown[2][1] == 0


def test_a_place_that_has_no_queue_has_no_intake_beside_it(world, signed_in):
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    client = signed_in(world.alma)
    for name, space, code in (
        ("proposal_intake", home, 200), ("proposal_intake", world.product.space, 404), ("intake", world.project.space, 200), ("intake", world.product.space, 404),
    ):  # fmt: skip
        assert client.get(reverse(name, kwargs={"key": space.key})).status_code == code, (name, space)


def test_a_portfolio_is_asked_and_decided_only_by_who_may(world, signed_in):
    home = portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space
    olga = make.user(actor=world.admin, name="Olga", space=home, role=Role.STAKEHOLDER)
    here = reverse("intake_forms", kwargs={"key": home.key})
    assert signed_in(olga).post(here, {"title": "Mine"}).status_code == 403
    form = intake.create_form(actor=world.alma, space=home, title="Ask")
    row = intake.submit(actor=None, form=form, title="A crane")
    verdicts = reverse("submission_verdicts", kwargs={"id": row.pk})
    assert signed_in(olga).post(verdicts, {"do": "accept"}).status_code == 403
    assert signed_in(world.boris).post(verdicts, {"do": "accept"}).status_code == 404, "another place"
    assert "From outside" not in signed_in(olga).get("/proposals/").content.decode()
    with pytest.raises(Refused):
        intake.create_form(actor=world.alma, space=world.product.space, title="For a product")
    assert not Proposal.objects.exists()


@pytest.fixture
def yard(world):
    project = make.project(actor=world.alma, name="Yard", key="YAR")
    make.spaces.grant(actor=world.admin, space=project.space, user=world.boris, role=Role.PROJECT_MANAGER)
    world.boris.refresh_from_db()
    return project


def routed(world, yard, **values):
    bug = WorkItemType.objects.get(space=yard.space, name="Bug")
    routes = [{"answer": "The site", "space": world.project.space_id, "type": None}, {"answer": "A crane", "space": yard.space_id, "type": bug.pk}]
    given = {"title": "Ask us", "question": "What is it about?", "routes": routes, **values}
    return intake.create_form(actor=world.boris, space=world.project.space, **given)


def test_an_answer_leads_to_its_project_and_type_and_shows_nothing_of_it(world, yard, client, signed_in):
    form = routed(world, yard)
    here = reverse("intake_shared", kwargs={"token": form.token})
    text = client.get(here).content.decode()
    assert "What is it about?" in text and "A crane" in text and "Yard" not in text and "YAR" not in text and "Portal" not in text
    refused = client.post(here, {"title": "It squeaks", "answer": "The moon"})
    assert refused.status_code == 422 and "Choose one of the answers" in refused.content.decode()
    assert client.post(here, {"title": "It squeaks", "answer": "A crane"}).status_code == 302
    row = Submission.objects.get()
    assert (row.space, row.answer, row.type.name) == (yard.space, "A crane", "Bug")
    assert "It squeaks" not in signed_in(world.mei).get("/boards/POR/intake/").content.decode(), "it waits where the answer leads"
    page = signed_in(world.alma).get("/boards/YAR/intake/").content.decode()
    assert "It squeaks" in page and "A crane" in page
    made = intake.accept(actor=world.alma, submission=row, version=1)
    assert (made.space, made.type.name) == (yard.space, "Bug")
    client.post(here, {"title": "No price", "answer": "The site"})
    made = intake.accept(actor=world.mei, submission=Submission.objects.get(title="No price"), version=1)
    assert made.space == world.project.space


def test_answers_lead_only_where_one_may_share(world, yard, signed_in):
    def code(**values):
        with pytest.raises(Refused) as problem:
            routed(world, yard, **values)
        return problem.value.code

    one = {"answer": "A crane", "space": yard.space_id, "type": None}
    foreign = WorkItemType.objects.filter(space=world.project.space).first().pk
    assert code(question="") == "question_empty" and code(routes=[one, one]) == "routes_alike" and code(routes=[one] * 21) == "routes_too_many"
    assert code(routes=[{**one, "answer": " "}]) == "route_empty" and code(routes=[{**one, "type": foreign}]) == "other_space"
    assert code(routes=[{**one, "space": world.root.pk}]) == "reference_unknown"
    hidden = make.project(actor=world.alma, name="Secret", key="SEC")
    assert code(routes=[{**one, "space": hidden.space_id}]) == "reference_unknown", "what one does not see is not there"
    make.spaces.grant(actor=world.admin, space=hidden.space, user=world.boris, role=Role.MEMBER)
    world.boris.refresh_from_db()
    with pytest.raises(Denied):
        routed(world, yard, routes=[{**one, "space": hidden.space_id}])
    client, here = signed_in(world.boris), reverse("intake_forms", kwargs={"key": "POR"})
    given = {"do": "create", "title": "Ask", "question": "What?", "answer": ["A crane", ""], "project": ["SEC", ""], "kind": ["", ""]}
    answer = client.post(here, given, headers=JSON)
    assert answer.status_code == 422 and "no project that you may share" in answer.content.decode()
    answer = client.post(here, given | {"project": ["yar", ""], "kind": ["Boat", ""]}, headers=JSON)
    assert answer.status_code == 422 and "no type of" in answer.content.decode()
    assert client.post(here, given | {"project": ["yar", ""], "kind": ["bug", ""]}, headers=JSON).status_code == 200
    form = IntakeForm.objects.get()
    assert [(o["answer"], o["space"]) for o in form.routes] == [("A crane", yard.space_id)]
    assert "A crane → YAR · Bug" in client.get("/boards/POR/intake/").content.decode()
    mine = signed_in(world.mei).get("/boards/POR/intake/").content.decode()
    assert "a project that you cannot see" in mine and "YAR" not in mine
    client.post(here, {"do": "change", "form": form.pk, "version": form.version, "title": "Ask", "question": "What?", "answer": [""], "project": [""], "kind": [""]}, headers=JSON)
    assert IntakeForm.objects.get().routes == [] and IntakeForm.objects.get().question == ""


def test_routes_over_the_api_name_only_projects_that_one_sees(world, yard, signed_in):
    client = signed_in(world.boris)
    given = {"space_id": world.project.space_id, "title": "Ask us", "question": "What?", "routes": [{"answer": "A crane", "space_id": yard.space_id}]}
    made = client.post("/api/v1/intake-forms/", given, content_type="application/json")
    assert made.status_code == 201 and made.json()["routes"] == [{"answer": "A crane", "space_id": yard.space_id, "type_id": None}]
    shown = signed_in(world.mei).get(f"/api/v1/intake-forms/{made.json()['id']}/").json()
    assert shown["routes"] == [] and shown["token"] == ""
    told = {who: signed_in(who).get(f"/api/v1/intake-forms/{made.json()['id']}/history/").content.decode() for who in (world.boris, world.mei)}
    assert '"routes"' in told[world.boris] and '"routes"' not in told[world.mei], "nor does its history"
    changed = signed_in(world.boris).patch(
        f"/api/v1/intake-forms/{made.json()['id']}/", {"routes": []}, content_type="application/json", headers={"If-Match": f'"{made.json()["version"]}"'}
    )
    assert changed.json()["routes"] == [] and changed.json()["question"] == ""


def post_back(client, form, **values):
    """The form as its page renders it, with some values changed."""
    html = client.get("/boards/POR/intake/").content.decode()
    part = html[html.index('name="do" value="change"') :]
    part = part[: part.index("</form>")]
    given = {name: re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', part) for name in ("answer", "project", "kind", "kept", "question", "version", "title")}
    assert (given["project"][1] == "") == ('title="a project that you cannot see"' in part)
    assert len(given["answer"]) == len(given["project"]) == len(given["kind"]) == len(given["kept"])
    given |= {"do": "change", "form": form.pk, **values}
    return client.post("/boards/POR/intake/forms/", given, headers=JSON), given


def test_who_sees_not_every_target_saves_the_form_and_its_answers_lead_on(world, yard, signed_in):
    form = routed(world, yard)
    before = form.routes
    paula = make.user(actor=world.admin, name="Paula", role=Role.PROJECT_MANAGER, space=world.project.space)
    client = signed_in(paula)
    answer, given = post_back(client, form, title="Ask the yard")
    assert answer.status_code == 200, answer.content
    form.refresh_from_db()
    assert (form.title, form.routes) == ("Ask the yard", before) and "YAR" not in str(given)
    answer, _given = post_back(client, form, answer=["The site", "A big crane", "", "", ""])
    form.refresh_from_db()
    assert answer.status_code == 200 and form.routes == [before[0], {**before[1], "answer": "A big crane"}]
    bug = WorkItemType.objects.get(space=yard.space, name="Bug")
    WorkItemType.objects.filter(pk=bug.pk).update(retired_at=form.created_at)
    assert post_back(signed_in(world.boris), form, title="Once more")[0].status_code == 200, "what was retired meanwhile stays as it is"
    for forged in (["1", "1"], ["1", "7"]):
        refused, _given = post_back(client, form, answer=["A crane", "A boat"], project=["", ""], kind=["", ""], kept=forged)
        assert refused.status_code == 422, "each answer of before at most once"
    form.refresh_from_db()
    post_back(client, form, answer=["The site", "", "", "", ""])
    form.refresh_from_db()
    assert [one["answer"] for one in form.routes] == ["The site"], "an empty answer is taken away"


def test_over_the_api_what_leads_out_of_sight_is_shown_as_such_and_stays(world, yard, signed_in):
    form = routed(world, yard)
    before, here = form.routes, f"/api/v1/intake-forms/{form.pk}/"
    paula = make.user(actor=world.admin, name="Paula", role=Role.PROJECT_MANAGER, space=world.project.space)
    client = signed_in(paula)
    shown = client.get(here).json()
    assert shown["routes"][1] == {"answer": "A crane", "space_id": None, "type_id": None}

    def patch(routes):
        version = client.get(here).json()["version"]
        return client.patch(here, {"routes": routes}, content_type="application/json", headers={"If-Match": f'"{version}"'})

    answer = patch([*shown["routes"], {"answer": "The gate", "space_id": world.project.space_id, "type_id": None}])
    assert answer.status_code == 200, answer.content
    form.refresh_from_db()
    assert form.routes == [*before, {"answer": "The gate", "space": world.project.space_id, "type": None}]
    assert patch([{"answer": "A boat", "space_id": None}]).status_code == 422, "it never led anywhere"
    assert patch([{"answer": "A boat", "space_id": yard.space_id}]).status_code == 422
    assert patch([]).status_code == 200


def test_a_project_sees_which_forms_lead_to_it_and_takes_itself_out(world, yard, signed_in):
    form = routed(world, yard)
    row = intake.submit(actor=None, form=form, title="It squeaks", answer="A crane")
    home, here = "/boards/YAR/intake/", "/boards/YAR/intake/forms/"
    gina = make.user(actor=world.admin, name="Gina", role=Role.PROJECT_MANAGER, space=yard.space)
    member = make.user(actor=world.admin, name="Max", role=Role.MEMBER, space=yard.space)
    client, given = signed_in(gina), {"do": "leave", "form": form.pk}
    text = client.get(home).content.decode()
    assert "Forms of other projects that lead here" in text and "Ask us" in text and form.token not in text and "The site" not in text
    assert "lead here" not in signed_in(world.boris).get("/boards/POR/intake/").content.decode(), "its own form is no foreign one"
    assert signed_in(member).post(here, given, headers=JSON).status_code == 403 and "Take this project out" not in signed_in(member).get(home).content.decode()
    assert signed_in(world.mei).post(here, given, headers=JSON).status_code == 404
    assert signed_in(gina).post(here, given, headers=JSON).status_code == 200
    form.refresh_from_db()
    assert [one["answer"] for one in form.routes] == ["The site"] and form.question and form.version == 2
    assert Submission.objects.get().pk == row.pk
    assert signed_in(gina).post(here, given, headers=JSON).status_code == 422, "it leads here no more"
    with pytest.raises(Refused):
        intake.submit(actor=None, form=form, title="It squeaks again", answer="A crane")


def test_a_project_that_decides_nothing_closes_the_form_for_no_other(world, yard, signed_in, monkeypatch):
    monkeypatch.setattr(intake, "MOST_WAITING", 1)
    form = routed(world, yard)
    intake.submit(actor=None, form=form, title="It squeaks", answer="A crane")
    with pytest.raises(Refused) as problem:
        intake.submit(actor=None, form=form, title="It hangs", answer="A crane")
    assert problem.value.code == "form_busy"
    assert "0 wait" in signed_in(world.boris).get("/boards/POR/intake/").content.decode(), "as many as wait here"
    assert intake.submit(actor=None, form=form, title="No price", answer="The site").space == world.project.space
