"""Objectives, and what contributes to them."""

from typing import Any

from ninja import Router

from tandem.api import generic, subjects
from tandem.api.generic import Noun
from tandem.api.product.traces import add_trace
from tandem.api.shapes import body
from tandem.kit.types import Id
from tandem.reports.queries import key_results as reads
from tandem.strategy.actions import carrying, objectives
from tandem.strategy.models import Contribution, Objective

router = Router(tags=["strategy"])
_FIELDS = "title description parent owner state starts_on ends_on measure theme intended_share"

NOUN = Noun(
    path="objectives",
    model=Objective,
    word="objective",
    shows=(
        "id space_id title description parent_id owner_id state starts_on ends_on measure theme_id intended_share carried_from_id version created_at"
    ),
    filters="space_id parent_id owner_id state theme_id",
)
CONTRIBUTIONS = Noun(
    path="contributions",
    model=Contribution,
    shows="id space_id objective_id subject_kind subject_id weight version created_at",
)


def _contribute(
    *, actor: Any, objective: Objective, subject_kind: str, subject_id: int, weight: int = 100
) -> Contribution:
    subject = subjects.find(actor, subject_kind, subject_id)
    return objectives.contribute(actor=actor, objective=objective, subject=subject, weight=weight)


def _withdraw(*, actor: Any, row: Contribution) -> None:
    subject = subjects.find(actor, row.subject_kind, row.subject_id)
    objectives.withdraw(actor=actor, objective=row.objective, subject=subject)


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("ObjectiveCreate", Objective, f"space {_FIELDS}"),
    objectives.create,
)
generic.changes(
    router,
    NOUN,
    body("ObjectiveChange", Objective, _FIELDS, partial=True),
    objectives.change,
)
generic.removes(router, NOUN, objectives.remove)
generic.parts(
    router,
    NOUN,
    "contributions",
    CONTRIBUTIONS,
    lambda user, row: CONTRIBUTIONS.of(user).filter(objective=row),
)
generic.adds(
    router,
    NOUN,
    "contributions",
    body("ContributionCreate", Contribution, "weight", subject_kind=subjects.SubjectKind, subject_id=Id),
    _contribute,
    gives=CONTRIBUTIONS,
)



def _carry(*, actor: Any, objective: Objective, version: int, **days: Any) -> Objective:
    values = reads.computed_values(actor, objective)
    return carrying.carry_over(actor=actor, objective=objective, version=version, values=values, **days)


generic.acts(router, NOUN, "carry-overs", body("CarryOver", Objective, "starts_on ends_on"), _carry)

add_trace(router, NOUN, "objective")

contributions = Router(tags=["strategy"])
generic.reads(contributions, CONTRIBUTIONS, history=False)
generic.removes(contributions, CONTRIBUTIONS, _withdraw)
