"""What must hold before a release goes out."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.product.actions import release_checks
from tandem.product.models import ReleaseCheck

router = Router(tags=["product"])

NOUN = Noun(
    path="release-checks",
    model=ReleaseCheck,
    word="release_check",
    shows="id space_id release_id name owner_id state reason decided_by_id decided_at rank version created_at",
    filters="space_id release_id owner_id state",
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ReleaseCheckCreate", ReleaseCheck, "release name owner"), release_checks.create)
generic.changes(router, NOUN, body("ReleaseCheckChange", ReleaseCheck, "name owner", partial=True), release_checks.change)
generic.removes(router, NOUN, release_checks.remove)
generic.acts(
    router, NOUN, "verdicts", body("ReleaseCheckVerdict", ReleaseCheck, "reason", state=generic.choice(ReleaseCheck.State)), release_checks.decide
)
