"""Who watches what; beginning and ceasing to watch, each for oneself."""

from typing import Any, Literal

from ninja import Router

from tandem.api import generic, subjects
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.collaboration.actions import watches
from tandem.collaboration.models import Watch
from tandem.collaboration.models.watch import SPACE
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.models import Space

router = Router(tags=["collaboration"])
Kind = Literal[(*subjects.SUBJECTS, SPACE)]  # type: ignore[valid-type]

NOUN = Noun(
    path="watches",
    model=Watch,
    word="watch",
    shows="id space_id user_id subject_kind subject_id why created_at",
    filters="space_id user_id subject_kind subject_id",
    listed=lambda rows: rows.kept(),
)


def _watch(*, actor: Any, subject_kind: str, subject_id: int) -> Watch:
    if subject_kind != SPACE:
        return watches.watch(actor=actor, subject=subjects.find(actor, subject_kind, subject_id))
    space = Space.objects.visible_to(actor).filter(pk=subject_id).first()
    if space is None:
        raise Refused("reference_unknown", field="subject_id")
    return watches.watch(actor=actor, subject=space)


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("WatchCreate", Watch, "", subject_kind=Kind, subject_id=Id), _watch)
generic.removes(router, NOUN, watches.remove)
