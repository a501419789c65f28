"""Thanks for a record of any noun."""

from typing import Any

from ninja import Router

from tandem.api import generic, subjects
from tandem.api.generic import Noun
from tandem.api.shapes import Reference, body
from tandem.collaboration.actions import thanks
from tandem.collaboration.models import Thanks
from tandem.kit.types import Id
from tandem.people.models import User

router = Router(tags=["collaboration"])

NOUN = Noun(
    path="thanks", model=Thanks, word="thanks", shows="id space_id sender_id receiver_id subject_kind subject_id words version created_at",
    filters="space_id sender_id receiver_id subject_kind subject_id",
)  # fmt: skip


def _give(*, actor: Any, subject_kind: str, subject_id: int, receiver: User, words: str) -> Thanks:
    return thanks.give(actor=actor, subject=subjects.find(actor, subject_kind, subject_id), receiver=receiver, words=words)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ThanksCreate", Thanks, "words", subject_kind=subjects.SubjectKind, subject_id=Id, receiver_id=Reference(User, "receiver", is_needed=True)), _give)
generic.removes(router, NOUN, thanks.take_back)
