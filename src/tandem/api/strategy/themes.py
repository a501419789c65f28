"""Strategic themes."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.strategy.actions import themes
from tandem.strategy.models import Theme

router = Router(tags=["strategy"])
NOUN = Noun(path="themes", model=Theme, word="theme", shows="id space_id name description version created_at", filters="space_id")

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ThemeCreate", Theme, "space name description"), themes.create)
generic.changes(router, NOUN, body("ThemeChange", Theme, "name description", partial=True), themes.change)
generic.removes(router, NOUN, themes.remove)
