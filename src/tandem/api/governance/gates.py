"""Gates: how their criteria stand, what is judged, the verdicts, the money that they release."""

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import OPTIONAL, Body, Day, Exact, body, words
from tandem.governance.actions import gate_verdicts, gates
from tandem.governance.models import Gate, GateCriterion, GateRelease, GateVerdict
from tandem.kit.types import Id

router = Router(tags=["governance"])

NOUN = Noun(
    path="gates", model=Gate, word="gate",
    shows="id space_id project_id pack key name phase rank due_on item_id reviewers state passed_at is_left_out version created_at", filters="space_id project_id pack state is_left_out",
)  # fmt: skip
CRITERIA = Noun(
    path="gate-criteria", model=GateCriterion, word="gate_criterion",
    shows="id space_id gate_id key text kind limit rank is_met evidence link judged_by_id judged_at version created_at", filters="gate_id kind is_met",
)  # fmt: skip
VERDICTS = Noun(
    path="gate-verdicts", model=GateVerdict, word="gate_verdict",
    shows="id space_id gate_id number verdict reason conditions digest content state given_by_id seconded_by_id given_at version created_at", filters="space_id gate_id verdict state",
)  # fmt: skip
RELEASES = Noun(path="gate-releases", model=GateRelease, word="gate_release", shows="id space_id gate_id amount currency entry_id version created_at", filters="space_id gate_id")


class GateCondition(Body):
    """It becomes a work item of the project when the verdict counts."""

    title: words(300, 1)  # type: ignore[valid-type]
    owner_id: Id | None = None
    due_on: Day | None = None


class CriterionStanding(BaseModel):
    """`is_met` is null where nobody has judged, or there is nothing to compute it from; `code` and `figures` say what it rests on."""

    criterion_id: int
    text: str
    kind: str
    is_met: bool | None
    code: str
    figures: dict[str, Any]


class GateStanding(BaseModel):
    """`digest` names this content: a verdict says which one it was given on."""

    gate_id: int
    digest: str
    criteria: list[CriterionStanding]
    reviewer_ids: list[int]


def _give(*, actor: Any, gate: Gate, conditions: list[dict[str, Any]] | None = None, **values: Any) -> GateVerdict:
    wanted = [{"title": one["title"], "owner": one.get("owner_id"), "due_on": one.get("due_on")} for one in conditions or ()]
    return gate_verdicts.give(actor=actor, gate=gate, version=None, conditions=wanted, **values)


def _set_release(*, actor: Any, gate: Gate, version: int, amount: Decimal | None = None, currency: str = "") -> Gate:
    gates.set_release(actor=actor, gate=gate, version=version, amount=amount, currency=currency)
    return gate


generic.reads(router, NOUN)
generic.changes(router, NOUN, body("GateChange", Gate, "due_on", reason=words(500, 1)), gates.change)
generic.adds(
    router, NOUN, "verdicts",
    body("GateVerdictCreate", GateVerdict, "", verdict=generic.choice(GateVerdict.Verdict), reason=words(2000, 1), digest=words(64, 64),
         conditions=(Annotated[list[GateCondition], Field(max_length=20)], OPTIONAL)),
    _give, gives=VERDICTS,
)  # fmt: skip
generic.acts(router, NOUN, "releases", body("GateReleaseSet", GateRelease, "", amount=(Exact | None, None), currency=(words(3), "")), _set_release)


@router.get("/{id}/standing/", response={200: GateStanding, **NO}, operation_id="gates_standing_read", summary="gates: standing")
def standing(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """How each criterion stands now, and the name of this content."""
    user: Any = request.auth  # type: ignore[attr-defined]
    row = NOUN.row(user, id)
    found, digest = gate_verdicts.content(row)
    rows = [
        {"criterion_id": one.criterion.pk, "text": one.criterion.text, "kind": one.criterion.kind, "is_met": one.is_met, "code": one.code, "figures": one.figures} for one in found
    ]
    return generic.send({"gate_id": id, "digest": digest, "criteria": rows, "reviewer_ids": [one.pk for one in gates.reviewers(row)]})


criteria = Router(tags=["governance"])
generic.reads(criteria, CRITERIA, history=False)
generic.acts(criteria, CRITERIA, "judgements", body("GateJudgement", GateCriterion, "", is_met=bool, evidence=words(500, 1), link=(words(500), "")), gates.judge)
generic.acts(criteria, CRITERIA, "reversals", Body, gates.take_back)

verdicts = Router(tags=["governance"])
generic.reads(verdicts, VERDICTS, history=False)
generic.acts(verdicts, VERDICTS, "seconds", Body, gate_verdicts.second)
generic.acts(verdicts, VERDICTS, "withdrawals", Body, gate_verdicts.withdraw)

releases = Router(tags=["governance"])
generic.reads(releases, RELEASES, history=False)
