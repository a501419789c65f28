"""Forms for people without an account, and what they sent. Filling one in needs no API: its address is a page."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun, Values
from tandem.api.shapes import Body, Reference, body, words
from tandem.kit.types import Id
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


def _masks_of_form(user: Any, rows: list[Values]) -> None:
    """Where answers lead is told to those who may share, as the address is; of a project out of their sight only the answer."""
    _masks("token", Permission.SHARE)(user, rows)
    seen = user.visible_space_ids()
    for row in rows:
        told = row["routes"] if may(user, Permission.SHARE, row["space_id"]) else []
        row["routes"] = [{"answer": one["answer"], **_place(one, one["space"] in seen)} for one in told]


def _place(route: dict[str, Any], is_seen: bool) -> dict[str, Any]:
    return {"space_id": route["space"], "type_id": route["type"]} if is_seen else {"space_id": None, "type_id": None}


class Route(Body):
    """An answer, the project to which it leads (null: as before, where the form has this answer; so those are told that lead out of
    one's sight), and the type that comes of it there (null: the usual one)."""

    answer: words(200, 1)  # type: ignore[valid-type]
    space_id: Id | None
    type_id: Id | None = None


def _with_routes(do: Any) -> Any:
    def run(**values: Any) -> IntakeForm:
        if "routes" in values:
            values["routes"] = [{"answer": one["answer"], "space": one["space_id"], "type": one.get("type_id")} for one in values["routes"]]
        return do(**values)  # type: ignore[no-any-return]

    return run


NOUN = Noun(
    path="intake-forms",
    model=IntakeForm,
    word="form",
    shows="id space_id title intro type_id question routes token created_by_id revoked_at version created_at",
    filters="space_id",
    masks=_masks_of_form,
)
generic.reads(router, NOUN)
_ROUTES = {"routes": (Annotated[list[Route], Field(max_length=20)], generic.OPTIONAL)}
_TYPE = Reference(WorkItemType, "type", is_needed=False)
generic.creates(router, NOUN, body("IntakeFormCreate", IntakeForm, "space title intro question", type_id=_TYPE, **_ROUTES), _with_routes(intake.create_form))
generic.changes(router, NOUN, body("IntakeFormChange", IntakeForm, "title intro type question", partial=True, **_ROUTES), _with_routes(intake.change_form))
generic.acts(router, NOUN, "revocations", Body, intake.revoke_form)

SENT = Noun(
    path="submissions",
    model=Submission,
    word="submission",
    shows="id space_id form_id title description email answer type_id state reason decided_by_id decided_at item_id proposal_id version created_at",
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
