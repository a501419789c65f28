"""Industry packs in a project: its gaps against their controls, and what is said of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.governance.figures import FigureValue, figures
from tandem.api.shapes import Body, Reference, body, words
from tandem.governance import gaps, pack_content, pack_files
from tandem.governance.actions import pack_uses
from tandem.governance.actions import packs as own_packs
from tandem.governance.models import ControlWord, Pack, PackUse, PackVersion
from tandem.governance.packs import packs
from tandem.kit.types import Id

router = Router(tags=["governance"])
NOUN = Noun(path="pack-uses", model=PackUse, word="pack_use", shows="id space_id project_id pack pack_version_id by_id version created_at", filters="space_id project_id pack")


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


class PackPart(BaseModel):
    """`section`: roles, checklists or gates; `state`: holds, gap or not_applicable; `code` and `figures` say how it stands. `part_id` is the
    method part that the project has of it, with its gate or work item; null while it has none."""

    section: str
    key: str
    name: str
    state: str
    code: str
    figures: dict[str, Any]
    part_id: int | None
    gate_id: int | None
    item_id: int | None


class Gaps(BaseModel):
    pack_use_id: int
    gaps: int
    controls: list[ControlStanding]
    parts: list[PackPart]
    figures: list[FigureValue]
    by_hand: list[str]


def _say(*, actor: Any, pack_use: PackUse, version: int, **values: Any) -> PackUse:
    pack_uses.say(actor=actor, pack_use=pack_use, version=version, **values)
    return pack_use


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("PackUseCreate", PackUse, "project pack"), pack_uses.take)
generic.removes(router, NOUN, pack_uses.remove)
generic.acts(router, NOUN, "completions", Body, pack_uses.complete)
generic.acts(router, NOUN, "upgrades", body("PackUpgrade", PackUse, "", pack_version_id=Reference(PackVersion, "pack_version")), pack_uses.upgrade)
generic.acts(
    router, NOUN, "words",
    body("ControlSaid", PackUse, "", control=words(40, 1), state=(generic.choice(ControlWord.State) | None, None), evidence=(words(500), ""), link=(words(500), "")),
    lambda *, actor, pack_use, version, state=None, **values: _say(actor=actor, pack_use=pack_use, version=version, state=state or "", **values),
)  # fmt: skip


@router.get("/{id}/gaps/", response={200: Gaps, **NO}, operation_id="pack_uses_gaps_read", summary="pack uses: gaps")
def read_gaps(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """How each control, role, checklist and gate of the pack stands in the project, in your language."""
    user: Any = request.auth  # type: ignore[attr-defined]
    uses = [NOUN.row(user, id)]
    found, parts = gaps.standing(uses), gaps.parts(uses, user.language)
    pack = pack_content.of_use(uses[0])
    named = zip((key for key, _pair in pack.kpis), pack.figures(user.language), strict=True) if pack else ()
    rows = [
        {"control": one.control.key, "name": one.control.said(user.language)[0], "asks": one.control.said(user.language)[1], "standards": list(one.control.standards), "state": one.state,
         "code": one.code, "figures": one.figures, "evidence": one.word.evidence if one.word else "", "link": one.word.link if one.word else ""}
        for one in found
    ]  # fmt: skip
    told = [
        {"section": one.section, "key": one.key, "name": one.name, "state": one.state, "code": one.code, "figures": one.figures, "part_id": one.part.pk if one.part else None,
         "gate_id": one.gate.pk if one.gate else None, "item_id": one.part.item_id if one.part else None}
        for one in parts
    ]  # fmt: skip
    return generic.send({"pack_use_id": id, "gaps": sum(one.state == gaps.GAP for one in (*found, *parts)), "controls": rows, "parts": told, **figures(user, uses[0].project, named)})


class PackDifference(BaseModel):
    section: str
    key: str
    what: str
    was: dict[str, Any] | None
    now: dict[str, Any] | None


class PackDifferences(BaseModel):
    """`newest_id`: the version to which the project can be brought; null for a pack that comes along."""

    newest_id: int | None
    items: list[PackDifference]


@router.get("/{id}/differences/", response={200: PackDifferences, **NO}, operation_id="pack_uses_differences_read", summary="pack uses: differences")
def read_differences(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """What the newest version of the pack has that this project's version has not."""
    user: Any = request.auth  # type: ignore[attr-defined]
    version = NOUN.row(user, id).pack_version
    newest = own_packs.newest(version.pack) if version else None
    found = own_packs.differences(version, newest.content) if version and newest else []
    items = [{"section": one.section, "key": one.key, "what": one.what, "was": one.was, "now": one.now} for one in found]
    return generic.send({"newest_id": newest.pk if newest else None, "items": items})


PACKS = Noun(path="packs", model=Pack, word="pack", shows="id space_id name description version created_at", filters="space_id")
VERSIONS = Noun(path="pack-versions", model=PackVersion, word="pack_version", shows="id space_id pack_id number content note by_id version created_at", filters="pack_id number")
_text = words(pack_files.LONGEST, 1)

own = Router(tags=["governance"])
generic.reads(own, PACKS)
generic.creates(own, PACKS, body("PackCreate", Pack, "space", text=_text, note=(words(500), "")), own_packs.create)
generic.removes(own, PACKS, own_packs.remove)
generic.adds(own, PACKS, "versions", body("PackVersionCreate", Pack, "", text=_text, note=(words(500), "")), own_packs.write, gives=VERSIONS)

versions = Router(tags=["governance"])
generic.reads(versions, VERSIONS, history=False)


class ShippedPack(BaseModel):
    """`content` is what one writes to begin a pack of one's own with it."""

    key: str
    name: str
    purpose: str
    content: dict[str, Any]


class ShippedPacks(BaseModel):
    items: list[ShippedPack]


shipped = Router(tags=["governance"])


@shipped.get("/", response={200: ShippedPacks}, operation_id="shipped_packs_list", summary="shipped packs: list")
def shipped_packs(request: HttpRequest) -> HttpResponse:
    """The industry packs that come with Tandem, in your language."""
    user: Any = request.auth  # type: ignore[attr-defined]
    found = {key: pack_content.shipped(key, user.language) or {} for key in packs()}
    return generic.send({"items": [{"key": key, "name": said.pop("name"), "purpose": said.pop("purpose"), "content": said} for key, said in found.items()]})
