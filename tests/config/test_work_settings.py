"""`tandem work settings`: what a project sets, from a terminal, over the same API: columns to webhooks, with errors in words."""

import json
from importlib import import_module

import pytest

from tandem.automation.models import Hook, Rule
from tandem.collaboration.models import SavedView
from tandem.people.actions import users
from tandem.work.actions import sprints
from tandem.work.models import (
    Column,
    FieldDefinition,
    IntakeForm,
    ItemTemplate,
    Recurrence,
    Retrospective,
    State,
    Transition,
    WipLimit,
)
from tests import make
from tests.config.test_work_commands import home, run  # noqa: F401 — fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def settings(run, live_server, world):  # noqa: F811
    """Boris, who plans the project POR. The API is read first: the terminal waits for it no longer than for any answer."""
    import_module("tandem.config.api_urls")
    _, secret = users.create_token(actor=world.boris, name="terminal", scope="write")
    run("login", live_server.url, given=f"{secret}\n")
    run("use", "por")

    def call(*arguments, **more):
        return run("settings", *arguments, **more)

    return call


def test_columns_and_limits(settings, world):
    settings("add", "columns", "name=Build")
    settings("change", "states", "In progress", "column=Build")
    settings("change", "columns", "buil", "is_split=yes", "policy=Two have looked")
    column = Column.objects.get(name="Build")
    assert (column.is_split, column.policy, State.objects.get(name="In progress").column) == (True, "Two have looked", column)
    made = json.loads(settings("add", "limits", "most=3", "column=Build", "stops=yes", "person=mei", "--json"))
    limit = WipLimit.objects.get(pk=made["id"])
    assert (limit.most, limit.column, limit.person, limit.stops) == (3, column, world.mei, True)
    assert "Build" in settings("list", "limits") and "Mei Lin" in settings("list", "limits")
    settings("change", "limits", made["id"], "most=4")
    assert "Taken away" in settings("remove", "limits", made["id"]) and not WipLimit.objects.exists()
    assert settings("list", "limits") == "Nothing is set here.\n"


def test_fields_and_workflow(settings, world):
    settings("add", "fields", "name=Berth", "kind=choice", "choices=North, South", "is_on_cards=yes")
    field = FieldDefinition.objects.get(name="Berth")
    assert (field.choices, field.is_on_cards) == (["North", "South"], True)
    settings("do", "fields", "Berth", "retire")
    assert FieldDefinition.objects.get(name="Berth").retired_at is not None
    settings("add", "states", "name=At sea", "category=in_progress")
    make.work_item(actor=world.boris, project=world.project, title="Crane", state="in_progress")
    settings("add", "transitions", "from=To do", "to=At sea", "roles=member,project_manager", "approvals=1", "approvers=boris")
    rule = Transition.objects.get()
    assert (rule.to_state.name, set(rule.roles), rule.approvals, rule.approvers) == ("At sea", {"member", "project_manager"}, 1, [world.boris.pk])
    assert "At sea" in settings("list", "transitions")
    settings("do", "states", "In progress", "retire", "into=At sea")
    assert State.objects.get(name="In progress").retired_at is not None
    settings("add", "types", "name=Voyage", "level=3")
    settings("do", "types", "Voyage", "workflow", "states=To do,At sea,Done", "start=To do")
    assert "Voyage" in settings("list", "types")


def test_templates_recurrences_forms_and_views(settings, world):
    settings("add", "templates", "name=Weekly", "title=Check the crane", "priority=2", "labels=quay", "checklist=Hook\\nRope")
    assert ItemTemplate.objects.get().checklist == "Hook\nRope"
    settings("add", "recurrences", "template=Weekly", "rule=FREQ=WEEKLY;BYDAY=MO", "assignee=me", "due_after=2")
    row = Recurrence.objects.get()
    assert (row.rule, row.assignee, row.due_after) == ("FREQ=WEEKLY;BYDAY=MO", world.boris, 2)
    settings("do", "recurrences", row.pk, "pause")
    assert Recurrence.objects.get().state == "paused"
    settings("add", "forms", "title=Ask the berth", "intro=Anything")
    settings("do", "forms", "Ask", "revoke")
    assert IntakeForm.objects.get().revoked_at is not None
    settings("add", "views", "name=Mine", "query=layout=board&q=assignee:me", "audience=team")
    assert SavedView.objects.get().page == f"work_items:{world.project.space_id}"
    settings("change", "views", "Mine", "name=Ours")
    settings("remove", "views", "Ours")
    assert not SavedView.objects.exists()


def test_retrospective_rules_and_webhooks(settings, world, tmp_path):
    sprint = make.sprint(actor=world.boris, project=world.project, items=[make.work_item(actor=world.boris, project=world.project, title="Crane")])
    sprints.start(actor=world.boris, sprint=sprint, version=None)
    settings("add", "retrospectives", "sprint=Sprint 1", "format=four_ls")
    one = Retrospective.objects.get().pk
    settings("do", "retrospectives", one, "write", "column=liked", "text=The new crane")
    note = Retrospective.objects.get().notes.get()
    assert "The new crane" in settings("do", "retrospectives", one, "notes")
    settings("do", "retrospectives", one, "show")
    settings("do", "retrospectives", one, "vote", f"note_id={note.pk}", "is_for=yes")
    assert note.votes.get().user == world.boris
    settings("do", "retrospectives", one, "agree", "title=Order a second crane")
    assert "Order a second crane" in settings("do", "retrospectives", one, "actions")
    settings("do", "retrospectives", one, "close")
    assert Retrospective.objects.get().state == "closed"
    rule = {"name": "Urgent at once", "trigger": "created", "steps": [{"do": "priority", "to": 1}]}
    (tmp_path / "rule.json").write_text(json.dumps(rule))
    settings("add", "rules", "--from", tmp_path / "rule.json", "condition=label:sea")
    made = Rule.objects.get()
    assert (made.owner, made.condition, made.steps) == (world.boris, "label:sea", rule["steps"])
    assert '"seen"' in settings("do", "rules", "Urgent", "try", "--json")
    settings("change", "rules", "Urgent", "is_on=no", 'steps:=[{"do": "priority", "to": 2}]')
    assert (Rule.objects.get().is_on, Rule.objects.get().steps[0]["to"]) == (False, 2)
    said = settings("add", "webhooks", "name=Chat", "address=https://chat.example.org/x", "about=work_item,comment")
    assert "secret: " in said and set(Hook.objects.get().about) == {"work_item", "comment"}
    assert "secret: " not in settings("show", "webhooks", "Chat")
    settings("remove", "webhooks", "Chat")
    assert not Hook.objects.exists()


def test_what_goes_wrong_is_said(settings, world):
    assert "columns" in settings("list", "nonsense", code=2)
    assert "There are" in settings("show", "states", "Nowhere", code=1)
    assert "say yes or no" in settings("add", "columns", "name=X", "is_split=maybe", code=2)
    assert "write a number" in settings("add", "limits", "most=many", code=2)
    assert "holds no JSON" in settings("add", "rules", "steps:=[", code=2)
    assert "is no field=value" in settings("add", "columns", "Build", code=2)
    assert "What can" in settings("remove", "states", "Done", code=2)
    assert "steps of states" in settings("do", "states", "Done", "fly", code=2)
    assert "colour" in settings("add", "columns", "name=X", "colour=red", code=1)
    assert "1" in settings("add", "limits", "most=0", code=1)
    assert json.loads(settings("kinds", "--json"))[0]["kind"] == "columns" and "webhooks" in settings("kinds")


def test_who_may_not_plan_is_refused(run, live_server, world):  # noqa: F811
    _, secret = users.create_token(actor=world.mei, name="terminal", scope="write")
    run("login", live_server.url, given=f"{secret}\n")
    run("settings", "add", "columns", "name=Build", "--in", "POR", code=1)
    assert not Column.objects.exists() and "To do" in run("settings", "list", "states", "--in", "POR")
