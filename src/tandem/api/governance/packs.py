"""Industry packs in a project: its gaps against their controls, and what is said of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import body, words
from tandem.governance import gaps
from tandem.governance.actions import pack_uses
from tandem.governance.models import ControlWord, PackUse
from tandem.governance.packs import packs
from tandem.kit.types import Id

router = Router(tags=["governance"])
NOUN = Noun(path="pack-uses", model=PackUse, word="pack_use", shows="id space_id project_id pack by_id version created_at", filters="space_id project_id pack")


class ControlStanding(BaseModel):
    """`state`: holds, gap or not_applicable; `code` and `figures` say what it rests on, `evidence` what somebody said."""

    control: str
    name: str
    asks: str
    standards: list[str]
    state: str
    code: str
    figures: dict[str, Any]
    evidence: str
    link: str


class Gaps(BaseModel):
    pack_use_id: int
    gaps: int
    controls: list[ControlStanding]


def _say(*, actor: Any, pack_use: PackUse, version: int, **values: Any) -> PackUse:
    pack_uses.say(actor=actor, pack_use=pack_use, version=version, **values)
    return pack_use


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("PackUseCreate", PackUse, "project pack"), pack_uses.take)
generic.removes(router, NOUN, pack_uses.remove)
generic.acts(
    router, NOUN, "words",
    body("ControlSaid", PackUse, "", control=words(40, 1), state=(generic.choice(ControlWord.State) | None, None), evidence=(words(500), ""), link=(words(500), "")),
    lambda *, actor, pack_use, version, state=None, **values: _say(actor=actor, pack_use=pack_use, version=version, state=state or "", **values),
)  # fmt: skip


@router.get("/{id}/gaps/", response={200: Gaps, **NO}, operation_id="pack_uses_gaps_read", summary="pack uses: gaps")
def read_gaps(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """How each control of the pack stands in the project, in your language."""
    user: Any = request.auth  # type: ignore[attr-defined]
    found = gaps.standing([NOUN.row(user, id)])
    rows = [
        {"control": one.control.key, "name": one.control.said(user.language)[0], "asks": one.control.said(user.language)[1], "standards": list(one.control.standards), "state": one.state,
         "code": one.code, "figures": one.figures, "evidence": one.word.evidence if one.word else "", "link": one.word.link if one.word else ""}
        for one in found
    ]  # fmt: skip
    return generic.send({"pack_use_id": id, "gaps": sum(one.state == gaps.GAP for one in found), "controls": rows})


class ShippedPack(BaseModel):
    key: str
    name: str
    purpose: str


class ShippedPacks(BaseModel):
    items: list[ShippedPack]


shipped = Router(tags=["governance"])


@shipped.get("/", response={200: ShippedPacks}, operation_id="shipped_packs_list", summary="shipped packs: list")
def shipped_packs(request: HttpRequest) -> HttpResponse:
    """The industry packs that come with Tandem, in your language."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return generic.send({"items": [{"key": one.key, "name": one.name(user.language), "purpose": one.purpose(user.language)} for one in packs().values()]})
