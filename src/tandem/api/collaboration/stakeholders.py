"""Stakeholders of a space, and what each was told."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Day, body, words
from tandem.collaboration.actions import stakeholders
from tandem.collaboration.models import Stakeholder, StakeholderNote

router = Router(tags=["collaboration"])
notes = Router(tags=["collaboration"])
_FIELDS = "name person part expects interest influence stance owner every_days way"

NOUN = Noun(
    path="stakeholders", model=Stakeholder, word="stakeholder",
    shows="id space_id name person_id part expects interest influence stance owner_id every_days way told_on next_on version created_at", filters="space_id owner_id stance",
)  # fmt: skip
NOTES = Noun(path="stakeholder-notes", model=StakeholderNote, shows="id space_id stakeholder_id on what is_from_them author_id created_at", filters="space_id stakeholder_id author_id")
_TOLD: dict[str, Any] = {"what": words(5000, 1), "on": (Day | None, OPTIONAL), "is_from_them": (bool, False)}

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("StakeholderCreate", Stakeholder, f"space {_FIELDS}"), stakeholders.create)
generic.changes(router, NOUN, body("StakeholderChange", Stakeholder, _FIELDS, partial=True), stakeholders.change)
generic.removes(router, NOUN, stakeholders.remove)
generic.parts(router, NOUN, "notes", NOTES, lambda user, row: NOTES.of(user).filter(stakeholder=row))
generic.adds(router, NOUN, "notes", body("StakeholderNoteCreate", StakeholderNote, "", **_TOLD), stakeholders.tell, gives=NOTES)

generic.reads(notes, NOTES, history=False)
