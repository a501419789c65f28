"""Entries of the checklists of work items."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Reference, body
from tandem.work.actions import checklists
from tandem.work.models import ChecklistEntry

router = Router(tags=["work"])
_AFTER = Reference(ChecklistEntry, "after", is_needed=False)

NOUN = Noun(
    path="checklist-entries",
    model=ChecklistEntry,
    word="entry",
    shows="id space_id item_id text owner_id due_on is_done is_acceptance done_at done_by_id rank became_id removed_at version created_at",
    filters="space_id item_id owner_id is_done is_acceptance",
    listed=lambda rows: rows.present(),
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ChecklistEntryCreate", ChecklistEntry, "item text owner due_on is_acceptance"), checklists.create)
generic.changes(router, NOUN, body("ChecklistEntryChange", ChecklistEntry, "text owner due_on is_done is_acceptance", partial=True), checklists.change)
generic.removes(router, NOUN, checklists.remove)
generic.acts(router, NOUN, "moves", body("ChecklistEntryMove", ChecklistEntry, "", after_id=_AFTER), checklists.move)
generic.acts(router, NOUN, "restorations", Body, checklists.restore)


def _part(**values: object) -> ChecklistEntry:
    checklists.make_part(**values)  # type: ignore[arg-type]
    return values["entry"]  # type: ignore[return-value]


generic.acts(router, NOUN, "parts", Body, _part)
