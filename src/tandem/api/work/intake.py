"""Forms for people without an account, and what they sent. Filling one in needs no API: its address is a page."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun, Values
from tandem.api.shapes import Body, Reference, body, words
from tandem.people.access import Permission, may
from tandem.work.actions import intake
from tandem.work.models import IntakeForm, Submission, WorkItemType

router = Router(tags=["work"])
submissions = Router(tags=["work"])


def _masks(name: str, permission: Permission) -> Any:
    """Only those with the right read the token, or the sender's e-mail."""

    def masks(user: Any, rows: list[Values]) -> None:
        for row in rows:
            if not may(user, permission, row["space_id"]):
                row[name] = ""

    return masks


NOUN = Noun(
    path="intake-forms",
    model=IntakeForm,
    word="form",
    shows="id space_id title intro type_id token created_by_id revoked_at version created_at",
    filters="space_id",
    masks=_masks("token", Permission.SHARE),
)
generic.reads(router, NOUN)
_TYPE = Reference(WorkItemType, "type", is_needed=False)
generic.creates(router, NOUN, body("IntakeFormCreate", IntakeForm, "space title intro", type_id=_TYPE), intake.create_form)
generic.changes(router, NOUN, body("IntakeFormChange", IntakeForm, "title intro type", partial=True), intake.change_form)
generic.acts(router, NOUN, "revocations", Body, intake.revoke_form)

SENT = Noun(
    path="submissions",
    model=Submission,
    word="submission",
    shows="id space_id form_id title description email state reason decided_by_id decided_at item_id proposal_id version created_at",
    filters="space_id form_id state",
    masks=_masks("email", Permission.EDIT_WORK),
)
generic.reads(submissions, SENT, history=False)


def _accept(**values: Any) -> Submission:
    intake.accept(**values)
    return values["submission"]  # type: ignore[no-any-return]


generic.acts(submissions, SENT, "acceptances", body("SubmissionAcceptance", Submission, "", type_id=_TYPE, title=(words(1000), generic.OPTIONAL)), _accept)
generic.acts(submissions, SENT, "refusals", body("SubmissionRefusal", Submission, "", reason=(words(500, 1), ...)), intake.decline)
generic.acts(submissions, SENT, "reopenings", Body, intake.reopen)
