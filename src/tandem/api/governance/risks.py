"""Risks, what they touch, what they come to by scope. Expected values are computed by the action, never sent."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Day, Reference, body, words
from tandem.governance.actions import risk_settings, risk_ties, risks
from tandem.governance.models import Risk, RiskReserve, RiskRun, RiskTie
from tandem.kit.errors import Refused
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.work.models import WorkItem

router = Router(tags=["governance"])
_FIELDS = (
    "title kind area cause event effect probability currency near_from near_until trigger owner review_on response response_plan response_cost"
    " residual_probability is_responded"
)
_Days = Annotated[list[Annotated[float, Field(ge=0, le=5000)]], Field(max_length=3)]
_Money = Annotated[list[Annotated[int, Field(ge=0, le=10**11)]], Field(max_length=3)]
_POINTS = {"days": (_Days, OPTIONAL), "money": (_Money, OPTIONAL), "residual_days": (_Days, OPTIONAL), "residual_money": (_Money, OPTIONAL)}

NOUN = Noun(
    path="risks",
    model=Risk,
    word="risk",
    shows=(
        "id space_id title kind area cause event effect probability days money currency near_from near_until trigger owner_id response response_plan"
        " response_cost residual_probability residual_days residual_money is_responded state reason ended_on review_on expected_days expected_money version created_at"
    ),
    filters="space_id owner_id state kind area response",
)
TIES = Noun(path="risk-ties", model=RiskTie, word="risk_tie", shows="id space_id risk_id kind item_id feature_id project_id version created_at", filters="risk_id item_id")
RUNS = Noun(
    path="risk-runs", model=RiskRun, word="risk_run",
    shows="id space_id kind as_of made_at inputs_hash seed trials risks left_out figures created_at", filters="space_id kind",
)  # fmt: skip
RESERVES = Noun(
    path="risk-reserves", model=RiskReserve, word="risk_reserve", shows="id space_id money days currency note set_by_id created_at", filters="space_id"
)


def _tie(*, actor: Any, risk: Risk, kind: str = RiskTie.Kind.TOUCHES, item: WorkItem | None = None, feature: Feature | None = None, project: Project | None = None) -> RiskTie:
    named = [one for one in (item, feature, project) if one is not None]
    if len(named) != 1:
        raise Refused("choice_unknown", field="item_id")
    return risk_ties.add(actor=actor, risk=risk, subject=named[0], kind=kind)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("RiskCreate", Risk, f"space {_FIELDS}", **_POINTS), risks.create)
generic.changes(router, NOUN, body("RiskChange", Risk, _FIELDS, partial=True, **_POINTS), risks.change)
generic.removes(router, NOUN, risks.remove)
generic.acts(router, NOUN, "moves", body("RiskMove", Risk, "", state=generic.choice(Risk.State), reason=(words(500), "")), risks.move)
generic.acts(router, NOUN, "reviews", body("RiskReview", Risk, "", next_on=Day, note=(words(500), "")), risks.review)
generic.parts(router, NOUN, "ties", TIES, lambda user, row: TIES.of(user).filter(risk=row))
generic.adds(
    router, NOUN, "ties",
    body("RiskTieCreate", RiskTie, "", kind=(generic.choice(RiskTie.Kind), RiskTie.Kind.TOUCHES.value), item_id=Reference(WorkItem, "item", is_needed=False),
         feature_id=Reference(Feature, "feature", is_needed=False), project_id=Reference(Project, "project", is_needed=False)),
    _tie, gives=TIES,
)  # fmt: skip

ties = Router(tags=["governance"])
generic.reads(ties, TIES, history=False)
generic.removes(ties, TIES, risk_ties.remove)

runs = Router(tags=["governance"])
generic.reads(runs, RUNS, history=False)

reserves = Router(tags=["governance"])
generic.reads(reserves, RESERVES, history=False)
generic.creates(reserves, RESERVES, body("RiskReserveCreate", RiskReserve, "space money days note"), risk_settings.set_reserve)
