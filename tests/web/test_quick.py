"""The typed line on board, backlog and palette: shown before it is saved, then saved as it was shown."""

from urllib.parse import parse_qs, urlencode, urlparse

from django.urls import reverse

from tandem.people.actions import spaces
from tandem.work.actions import fields, states
from tandem.work.models import WorkItem
from tests import make


def test_the_board_shows_what_it_understood_and_makes_just_that(world, signed_in):
    sprint = make.sprint(actor=world.boris, project=world.project, name="Sprint 7", begins=3)
    client, here = signed_in(world.mei), reverse("work_items_quick", kwargs={"key": "POR"})
    text = "Login fails !high @boris ^next sprint #auth 3d"
    shown = client.get(here, {"text": text}).json()
    assert shown["title"] == "Login fails" and [c["text"] for c in shown["chips"]][1:4] == ["Boris Orlov", "Sprint 7", "auth"]
    assert not WorkItem.objects.exists()
    state = make.state_of(world.project, "in_progress")
    answer = client.post(here, {"text": text, "state": state.pk})
    item = WorkItem.objects.get()
    assert answer.status_code == 201 and answer.json()["title"] == "Login fails"
    assert (item.priority, item.labels, item.state, list(item.sprints.all()), list(item.assignees.all())) == (2, ["auth"], state, [sprint], [world.boris])


def test_a_line_without_a_title_or_without_the_right_makes_nothing(world, signed_in):
    here = reverse("work_items_quick", kwargs={"key": "POR"})
    assert signed_in(world.mei).post(here, {"text": "!high"}).status_code == 422
    assert signed_in(world.dana).get(here, {"text": "x"}).status_code == 404
    reader = make.user(actor=world.admin, name="Iris", role="stakeholder")
    assert signed_in(reader).post(here, {"text": "x"}).status_code == 403
    assert not WorkItem.objects.exists()


def test_the_backlog_reads_the_line_too(world, signed_in):
    sprint = make.sprint(actor=world.boris, project=world.project, begins=3)
    client, here = signed_in(world.mei), reverse("backlog_items", kwargs={"key": "POR"})
    assert client.post(here, {"title": "Fit it !low", "section": sprint.pk}).status_code == 201
    assert client.post(here, {"title": "Fit that ^Sprint 1", "section": ""}).status_code == 201
    rows = WorkItem.objects.order_by("id")
    assert [(i.title, i.priority, list(i.sprints.all())) for i in rows] == [("Fit it", 4, [sprint]), ("Fit that", None, [sprint])]


def test_the_palette_offers_the_line_and_the_form_comes_filled_in(world, signed_in):
    make.work_item(actor=world.mei, project=world.project)
    client = signed_in(world.mei)
    groups = client.get(reverse("palette"), {"q": "Login fails !high @boris"}).json()["groups"]
    offer = next(i for g in groups for i in g["items"] if "Login fails" in i["label"])
    assert "Boris Orlov" in offer["hint"]
    assert parse_qs(urlparse(offer["url"]).query)["text"] == ["Login fails !high @boris"]
    form = client.get(offer["url"]).content.decode()
    assert 'value="Login fails"' in form
    sprint = make.sprint(actor=world.boris, project=world.project, name="Sprint 7", begins=3)
    address = reverse("work_items_new") + "?" + urlencode({"space": world.project.space_id, "text": "Mend it 3d ^next sprint"})
    form = client.get(address).content.decode()
    assert "estimate 3d" in form and "Sprint 7" in form
    client.post(address, {"home": world.project.space_id, "title": "Mend it", "line": "Mend it 3d ^next sprint"})
    item = WorkItem.objects.get(title="Mend it")
    assert item.estimate_minutes == 1440 and list(item.sprints.all()) == [sprint]
    assert not [i for g in client.get(reverse("palette"), {"q": "Login fails"}).json()["groups"] for i in g["items"] if "Login fails" in i["label"]]


def test_another_project_brings_its_own_types_and_fields(world, signed_in):
    yard = make.project(actor=world.alma, name="Yard", key="YAR").space
    spaces.grant(actor=world.admin, space=yard, user=world.boris, role="project_manager")
    world.boris.refresh_from_db()
    states.add_type(actor=world.boris, space=yard, name="Lifting")
    fields.create(actor=world.boris, space=yard, name="Crane", kind="text")
    client, here = signed_in(world.boris), reverse("work_items_new")
    first = client.get(f"{here}?space={world.project.space_id}").content.decode()
    assert "Lifting" not in first and "Crane" not in first and 'hx-include="#new-fields"' in first
    text = client.get(here, {"home": yard.pk, "priority": "2", "labels": "<b>sea", "due_on": "2027-02-12", "assignees": [world.boris.pk, "x"]}).content.decode()
    assert "Lifting" in text and "Crane" in text and 'value="2027-02-12"' in text and "&lt;b&gt;sea" in text and "<b>sea" not in text
    assert client.get(here, {"home": "999999", "priority": "x", "type": "x"}).status_code == 200
