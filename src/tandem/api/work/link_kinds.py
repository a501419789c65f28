"""Kinds of links that a team names itself."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, body, words
from tandem.work.actions import link_kinds
from tandem.work.models import LinkKind

router = Router(tags=["work"])

NOUN = Noun(
    path="link-kinds",
    model=LinkKind,
    word="link_kind",
    shows="id space_id name inverse origin_id retired_at version created_at",
    filters="space_id name",
    narrows={"retired": (bool, lambda rows, is_retired: rows.filter(retired_at__isnull=not is_retired))},
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("LinkKindCreate", LinkKind, "space name", inverse=(words(100), generic.OPTIONAL)), link_kinds.create)
generic.changes(router, NOUN, body("LinkKindChange", LinkKind, "name inverse", partial=True), link_kinds.change)
generic.acts(router, NOUN, "retirements", Body, link_kinds.retire)
generic.acts(router, NOUN, "restorations", Body, link_kinds.restore)
