"""Templates of work items, and the rules by which they recur."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Day, Reference, body, words
from tandem.people.models import User
from tandem.work.actions import item_templates, recurrences
from tandem.work.models import ItemTemplate, Recurrence, WorkItemType

router = Router(tags=["work"])
recurring = Router(tags=["work"])
_FIELDS = " ".join(name for name in item_templates.FIELDS if name != "type")
_TYPE = Reference(WorkItemType, "type", is_needed=False)

NOUN = Noun(
    path="item-templates",
    model=ItemTemplate,
    word="template",
    shows="id space_id name title description type_id priority labels estimate_points estimate_minutes checklist version created_at",
    filters="space_id",
)
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ItemTemplateCreate", ItemTemplate, f"space {_FIELDS}", type_id=_TYPE), item_templates.create)
generic.changes(router, NOUN, body("ItemTemplateChange", ItemTemplate, f"{_FIELDS} type", partial=True), item_templates.change)
generic.removes(router, NOUN, item_templates.remove)

RULE = Noun(
    path="recurrences",
    model=Recurrence,
    word="recurrence",
    shows="id space_id template_id rule starts_on due_after assignee_id state owner_id last_on problem version created_at",
    filters="space_id template_id state",
)
generic.reads(recurring, RULE)
_ASSIGNEE = Reference(User, "assignee", is_needed=False)
_BODY = body("RecurrenceCreate", Recurrence, "template due_after", rule=(words(200, 1), ...), starts_on=(Day, generic.OPTIONAL), assignee_id=_ASSIGNEE)
generic.creates(recurring, RULE, _BODY, recurrences.create)
for _part, _do in (("pauses", recurrences.pause), ("resumptions", recurrences.resume), ("endings", recurrences.end)):
    generic.acts(recurring, RULE, _part, Body, _do)
