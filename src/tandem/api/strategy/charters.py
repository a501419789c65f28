"""Charters: versions, and the signatures of two sides."""

from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.kit.types import Id
from tandem.strategy.actions import charters
from tandem.strategy.models import Charter

router = Router(tags=["strategy"])
NOUN = Noun(
    path="charters",
    model=Charter,
    word="charter",
    shows=(
        "id space_id number goal scope_in scope_out measures key_result_ids kpi_ids assumptions written_by_id "
        "pmo_signed_by_id pmo_signed_at product_signed_by_id product_signed_at version created_at"
    ),
    filters="space_id number",
    narrows={"is_signed": (bool, lambda rows, yes: rows.signed() if yes else rows.open())},
)
Ids = Annotated[list[Id], Field(max_length=100)]
_TEXTS = "goal scope_in scope_out measures assumptions"
Side = Literal["pmo", "product"]
_MEASURES: dict[str, Any] = {"key_result_ids": (Ids, generic.OPTIONAL), "kpi_ids": (Ids, generic.OPTIONAL)}

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("CharterCreate", Charter, f"space {_TEXTS}", **_MEASURES), charters.draft)
generic.changes(router, NOUN, body("CharterChange", Charter, _TEXTS, partial=True, **_MEASURES), charters.change)
generic.removes(router, NOUN, charters.remove)
generic.acts(router, NOUN, "signatures", body("CharterSignature", Charter, "", side=Side), charters.sign)
generic.acts(router, NOUN, "signature-withdrawals", body("CharterSignatureWithdrawal", Charter, "", side=Side), charters.unsign)
