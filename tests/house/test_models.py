"""Every row belongs to a space, or says why not; and the migrations tell the same story as the models."""

import pytest
from django.apps import apps
from django.core.management import call_command

from tandem.people.scoping import Scoped

OURS = (
    "history",
    "people",
    "collaboration",
    "strategy",
    "portfolio",
    "work",
    "product",
    "resources",
    "planning",
    "governance",
    "exchange",
    "automation",
)

# model → why it is not Scoped
UNSCOPED = {
    "history.Event": "carries its space itself; may belong to none (a person's account)",
    "history.EventText": "stands and falls with its event",
    "history.Unsealed": "names an event that waits for its seal, nothing else",
    "history.Seal": "chains all events, whatever their space",
    "people.User": "colleagues are seen by everybody",
    "people.Space": "is the space",
    "people.Membership": "stands and falls with its space",
    "governance.MeetingAttendee": "stands and falls with its series",
    "governance.MeetingPresence": "stands and falls with its meeting",
    "governance.MeetingAbsence": "stands and falls with its meeting",
    "people.ApiToken": "belongs to its owner alone",
    "collaboration.IdempotentRequest": "belongs to its sender alone, for a day",
    "collaboration.NotificationRules": "belongs to its person alone",
    "collaboration.Reaction": "stands and falls with its comment",
    "collaboration.PulseBox": "stands and falls with its open round; names no answer of anybody",
    "collaboration.PulseTurnout": "marks of who has answered an open round, without names; read by its own person's mark alone",
    "collaboration.Told": "a place in the chain of seals, nothing else",
    "automation.Followed": "a place in the chain of seals, nothing else",
    "work.Assignment": "stands and falls with its work item",
    "work.MoveVerdict": "stands and falls with its request",
    "work.CalendarException": "stands and falls with its calendar",
    "work.BaselineDate": "stands and falls with its baseline",
    "work.TimeLock": "names a person and a week that stands, nothing else",
    "resources.TimeSheetRow": "stands and falls with its time sheet",
    "resources.TimeSheetStep": "stands and falls with its time sheet",
    "resources.InvoiceRow": "stands and falls with its run",
    "work.StateChange": "never edited; carries its space itself",
    "work.SprintMember": "stands and falls with its sprint",
    "work.SprintChange": "never edited; carries its space itself",
    "work.RetrospectiveNote": "stands and falls with its retrospective",
    "work.RetrospectiveVote": "stands and falls with its note",
    "work.RetrospectiveAction": "stands and falls with its retrospective",
    "work.Recurred": "stands and falls with its recurrence",
    "planning.Effort": "computed anew each time; carries its space itself",
    "planning.EffortStamp": "says when effort changed last, nothing else",
    "planning.ComputedDates": "never edited; carries its space itself",
    "planning.LevelledDates": "never edited; carries its space itself",
}


def _models():
    return [m for app in OURS for m in apps.get_app_config(app).get_models() if not m._meta.auto_created]


def test_every_model_is_scoped_or_listed_with_its_reason():
    found = {m._meta.label for m in _models() if not issubclass(m, Scoped)}
    assert found == set(UNSCOPED)


def test_what_carries_a_space_can_be_asked_for_by_person():
    for model in _models():
        if (
            any(f.name == "space" for f in model._meta.concrete_fields)
            and model._meta.label != "people.Membership"
        ):
            assert hasattr(model.objects.all(), "visible_to"), model._meta.label


@pytest.mark.django_db
def test_the_migrations_match_the_models():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_are_named_after_what_they_do():
    from tests.house.source import HOUSE

    auto = [f.name for f in HOUSE.glob("*/migrations/0*.py") if "_auto_" in f.name or "_alter_" in f.name]
    assert not auto
