"""Personas, competitors and research notes of a product."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.models import Competitor, Persona, Product, ResearchNote

_DO = Permission.EDIT_PRODUCT
Row = Persona | Competitor | ResearchNote


def create_persona(*, actor: Any, product: Product, **values: Any) -> Persona:
    return _create(Persona, "persona.created", actor, product, values)


def change_persona(*, actor: Any, persona: Persona, version: int | None, **values: Any) -> Persona:
    return writing.change(persona, actor=actor, permission=_DO, verb="persona.changed", version=version, **values)


def remove_persona(*, actor: Any, persona: Persona, version: int | None = None) -> None:
    writing.remove(persona, actor=actor, permission=_DO, verb="persona.removed", version=version)


def create_competitor(*, actor: Any, product: Product, **values: Any) -> Competitor:
    return _create(Competitor, "competitor.created", actor, product, values)


def change_competitor(*, actor: Any, competitor: Competitor, version: int | None, **values: Any) -> Competitor:
    return writing.change(competitor, actor=actor, permission=_DO, verb="competitor.changed", version=version, **values)


def remove_competitor(*, actor: Any, competitor: Competitor, version: int | None = None) -> None:
    writing.remove(competitor, actor=actor, permission=_DO, verb="competitor.removed", version=version)


def create_note(*, actor: Any, product: Product, **values: Any) -> ResearchNote:
    _refuse_foreign(product.pk, values)
    return _create(ResearchNote, "research_note.created", actor, product, values)


def change_note(*, actor: Any, research_note: ResearchNote, version: int | None, **values: Any) -> ResearchNote:
    _refuse_foreign(research_note.product_id, values)
    return writing.change(research_note, actor=actor, permission=_DO, verb="research_note.changed", version=version, **values)


def remove_note(*, actor: Any, research_note: ResearchNote, version: int | None = None) -> None:
    writing.remove(research_note, actor=actor, permission=_DO, verb="research_note.removed", version=version)


def _create(model: Any, verb: str, actor: Any, product: Product, values: dict[str, Any]) -> Any:
    require(actor, _DO, product.space_id)
    return writing.create(model, actor=actor, permission=_DO, verb=verb, space=product.space, product=product, **values)


def _refuse_foreign(product_id: int, values: dict[str, Any]) -> None:
    feature = values.get("feature")
    if feature is not None and feature.product_id != product_id:
        raise Refused("other_product", field="feature")
