"""Key results, what is said of them, and how they stand."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import Noun, send
from tandem.api.shapes import OPTIONAL, Day, Exact, body, words
from tandem.kit.types import Id
from tandem.reports.queries import key_results as reads
from tandem.strategy.actions import check_ins, key_results
from tandem.strategy.models import CheckIn, KeyResult

router = Router(tags=["strategy"])
_FIELDS = "title unit unit_name start_value target_value source kpi owner cadence_days weight"

NOUN = Noun(
    path="key-results",
    model=KeyResult,
    word="key_result",
    shows=(
        "id space_id objective_id title unit unit_name start_value target_value source kpi_id owner_id starts_on ends_on"
        " cadence_days weight carried_from_id score learned scored_on version created_at"
    ),
    filters="space_id objective_id owner_id kpi_id source",
)
CHECK_INS = Noun(
    path="check-ins",
    model=CheckIn,
    shows="id space_id key_result_id on value confidence comment by_id version created_at",
    filters="key_result_id by_id confidence",
)


class Standing(BaseModel):
    """Computed, never typed. `progress` and `expected` are shares of the way from the start to the target; null where
    nothing is known. `line` is what the figures say, `said` the last word, `confidence` what both make together."""

    id: int
    value: str | None
    value_on: date | None
    progress: float | None
    expected: float | None
    line: str
    said: str
    said_on: date | None
    confidence: str
    due_on: date | None
    is_late: bool


def _standing(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    row = NOUN.row(request.auth, id)
    found = reads.standings(request.auth, [row])[row.pk]
    shown = {name: getattr(found, name) for name in Standing.model_fields if name != "id"}
    return send({"id": row.pk, **shown, "value": None if found.value is None else f"{found.value:f}"})


def _reopen(*, actor: Any, key_result: KeyResult, version: int) -> KeyResult:
    return key_results.reopen(actor=actor, key_result=key_result, version=version)


_optional_days = dict.fromkeys(("starts_on", "ends_on"), (Day | None, OPTIONAL))
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("KeyResultCreate", KeyResult, f"objective {_FIELDS}", **_optional_days), key_results.create)
generic.changes(
    router, NOUN, body("KeyResultChange", KeyResult, f"{_FIELDS} starts_on ends_on", partial=True), key_results.change
)
generic.removes(router, NOUN, key_results.remove)
generic.parts(
    router, NOUN, "check-ins", CHECK_INS, lambda user, row: CHECK_INS.of(user).filter(key_result=row)
)
generic.adds(
    router, NOUN, "check-ins", body("CheckInCreate", CheckIn, "on value confidence comment"), check_ins.make, gives=CHECK_INS
)
generic.acts(
    router, NOUN, "scores", body("KeyResultScore", KeyResult, "", score=Exact, learned=words(10_000, 1)), key_results.score
)
generic.acts(router, NOUN, "reopenings", body("KeyResultReopening", KeyResult, ""), _reopen)
router.add_api_operation(
    "/{id}/standing/", ["GET"], _standing, response={200: Standing, **generic.NO},
    operation_id="key_results_standing_read", summary="key results: standing",
)  # fmt: skip

said = Router(tags=["strategy"])
generic.reads(said, CHECK_INS, history=False)
