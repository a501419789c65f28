"""Personas, competitors and research notes."""

from collections.abc import Callable
from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.product.actions import discovery
from tandem.product.models import Competitor, Persona, ResearchNote


def _routes(path: str, model: Any, word: str, fields: str, shown: str, filters: str, acts: tuple[Callable[..., Any], ...]) -> Router:
    router, (create, change, remove) = Router(tags=["product"]), acts
    noun = Noun(path=path, model=model, word=word, shows=f"id space_id product_id {shown} version created_at", filters=f"space_id product_id {filters}")
    generic.reads(router, noun)
    generic.creates(router, noun, body(f"{model.__name__}Create", model, f"product {fields}"), create)
    generic.changes(router, noun, body(f"{model.__name__}Change", model, fields, partial=True), change)
    generic.removes(router, noun, remove)
    return router


_P, _C = "name role goals pains description", "name website strengths weaknesses description looked_on"
_N, _SHOWN = "title kind on source body feature owner", "title kind on source body feature_id owner_id"
personas = _routes("personas", Persona, "persona", _P, _P, "", (discovery.create_persona, discovery.change_persona, discovery.remove_persona))
competitors = _routes(
    "competitors", Competitor, "competitor", _C, _C, "", (discovery.create_competitor, discovery.change_competitor, discovery.remove_competitor)
)
research_notes = _routes(
    "research-notes", ResearchNote, "research_note", _N, _SHOWN, "feature_id owner_id kind",
    (discovery.create_note, discovery.change_note, discovery.remove_note),
)  # fmt: skip
