"""Pages of automation: rules as sentences in both languages, tried before they are kept; secrets shown once."""

import pytest

from tandem.api.automation.hooks import DELIVERY
from tandem.automation.actions import hooks, rules
from tandem.automation.models import Delivery, Hook, Rule
from tandem.history.models import Event
from tandem.people.scoping import access_changed
from tandem.work.actions import fields
from tests import make


@pytest.fixture
def page(world):
    return f"/automation/{world.project.space.key}/"


def _form(**values):
    return {"name": "Urgent", "trigger": "created", "do_1": "priority", "priority_1": "1"} | values


def test_the_secret_of_a_new_webhook_is_shown_once(world, signed_in, page):
    client = signed_in(world.boris)
    given = {"name": "Chat", "address": "https://chat.example.org/zz9secret", "about": ["comment"]}
    answer = client.post(f"{page}webhooks/new/", given, follow=True)
    hook = Hook.objects.get()
    assert hook.secret in answer.content.decode()
    here = f"/webhooks/{hook.pk}/"
    assert hook.secret not in client.get(here).content.decode()
    seen = signed_in(world.mei).get(here).content.decode()
    assert "chat.example.org" in seen and "zz9secret" not in seen
    assert "zz9secret" not in signed_in(world.mei).get(page).content.decode()
    assert client.post(f"{page}webhooks/new/", given | {"address": "file:///etc"}).status_code == 422


def test_a_rule_is_written_tried_and_read(world, signed_in, page):
    client = signed_in(world.boris)
    make.work_item(actor=world.mei, project=world.project, title="Sand the hull")
    done = make.state_of(world.project, "done")
    tried = client.post(f"{page}rules/new/", _form(do="try")).content.decode()
    assert "Sand the hull" in tried and not Rule.objects.exists()
    client.post(
        f"{page}rules/new/",
        _form(
            condition="priority:none",
            do_2="move",
            state_2=str(done.pk),
            do_3="assign",
            to_3=str(world.mei.pk),
            do_4="due",
            days_4="",
        ),
    )
    rule = Rule.objects.get()
    assert rule.steps == [
        {"do": "priority", "to": 1},
        {"do": "move", "state": done.pk},
        {"do": "assign", "to": world.mei.pk},
        {"do": "due", "days": None},
    ]
    shown = client.get(f"/rules/{rule.pk}/?try=1").content.decode()
    assert "When a work item is created and the filter “priority:none” finds it" in shown
    assert "give it to Mei Lin" in shown and f"move it to “{done.name}”" in shown
    edit = client.get(f"/rules/{rule.pk}/edit/").content.decode()
    assert 'value="priority:none"' in edit
    stale = client.post(f"/rules/{rule.pk}/edit/", _form(version=rule.version + 1))
    assert stale.status_code == 409
    assert client.post(f"{page}rules/new/", _form(condition="nonsense:x")).status_code == 422


def test_each_rule_costs_no_query_of_its_own(world, signed_in, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(world.boris)

    def add(count):
        for n in range(count):
            rules.create(
                actor=world.boris,
                space=world.project.space,
                name=f"R{n}",
                trigger="created",
                steps=[{"do": "notify", "to": world.mei.pk}],
            )
            hooks.create(
                actor=world.boris,
                space=world.project.space,
                name=f"H{n}",
                address="https://a.example.org/",
                about=["comment"],
            )

    add(1)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(page)
    add(8)
    with django_assert_num_queries(len(few)):
        client.get(page)


def test_a_new_address_is_shown_once_and_taken_back(world, signed_in, page):
    client = signed_in(world.boris)
    shown = client.post(f"{page}incoming/new/", {"name": "Alerts", "kind": "github"}).content.decode()
    assert "/in/" in shown
    assert "Alerts" in client.get(page).content.decode() and "/in/" not in client.get(
        page
    ).content.decode().replace("incoming/new", "")
    from tandem.automation.models import Inlet

    client.post(f"/incoming/{Inlet.objects.get().pk}/removals/")
    assert "Alerts" not in client.get(page).content.decode()


def test_an_event_that_the_reader_may_not_see_is_not_named(world, signed_in):
    given = {"name": "Chat", "address": "https://chat.example.org/", "about": ["work_item"]}
    hook = hooks.create(actor=world.alma, space=world.root, **given)
    make.work_item(actor=world.boris, project=world.project)
    event = Event.objects.filter(verb="work_item.created").latest("id")
    Delivery.objects.create(space=world.root, hook=hook, event=event, mark=f"event:{event.pk}")
    make.spaces.grant(actor=world.admin, space=world.root, user=world.dana, role="stakeholder")
    world.project.space.__class__.objects.filter(pk=world.project.space.pk).update(is_confidential=True)
    access_changed()
    for person, names in ((world.boris, True), (world.dana, False)):
        person = type(person).objects.get(pk=person.pk)
        page = signed_in(person).get(f"/webhooks/{hook.pk}/")
        if page.status_code == 200:
            assert ("work_item.created" in page.content.decode()) is names
        rows = DELIVERY.shown(person, DELIVERY.of(person))
        assert [row["event_id"] for row in rows] in ([event.pk] if names else [None], [])
    assert rows and rows[0]["mark"] == ""


def test_own_fields_and_letters_are_written_in_the_form_and_read_in_the_sentence(world, signed_in, page):
    fields.create(actor=world.boris, space=world.project.space, name="Cost", kind="number")
    client = signed_in(world.boris)
    given = _form(
        trigger="changed", field="own:Cost", do_1="own", own_1="Cost", value_1="12", do_2="letter", to_2="assignees", letter_2="{key} costs {own.cost}",
        do_3="move", state_3="done",
    )  # fmt: skip
    client.post(f"{page}rules/new/", given)
    rule = Rule.objects.get()
    assert rule.facts == {"field": "own:Cost"} and rule.steps == [
        {"do": "own", "field": "Cost", "value": "12"},
        {"do": "letter", "to": "assignees", "text": "{key} costs {own.cost}"},
        {"do": "move", "state": "done"},
    ]
    shown = client.get(f"/rules/{rule.pk}/").content.decode()
    assert "the field “Cost” of a work item changes" in shown and "set “Cost” to “12”" in shown and "{key} costs {own.cost}" in shown
    assert "move it to the first state of “Done”" in shown
    edit = client.get(f"/rules/{rule.pk}/edit/").content.decode()
    assert "{key} costs {own.cost}</textarea>" in edit and '<option value="own:Cost" selected>' in edit
    refused = client.post(f"{page}rules/new/", given | {"letter_2": "<script>{nothing}"})
    assert refused.status_code == 422 and "<script>{" not in refused.content.decode()


def test_rules_from_above_are_listed_as_such_and_unseen_ones_are_counted(world, signed_in, page):
    rules.create(actor=world.alma, space=world.root, name="Everywhere", trigger="created", steps=[{"do": "priority", "to": 3}])
    shown = signed_in(world.alma).get(page).content.decode()
    assert "Everywhere" in shown and f"from {world.root.name} above" in shown
    listed = signed_in(world.alma).get(f"/api/v1/rules/?holds_in={world.project.space_id}").json()["items"]
    assert [one["name"] for one in listed] == ["Everywhere"]
    below = signed_in(world.boris).get(page).content.decode()
    sees = world.root.pk in world.boris.visible_space_ids()
    assert ("Everywhere" in below) == sees and ("1 more rule holds here" in below) != sees
    assert signed_in(world.dana).get(page).status_code == 404
