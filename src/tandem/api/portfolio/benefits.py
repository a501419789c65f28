"""Benefits and what was measured of them. The share that came true is computed where it is shown, never sent."""

from typing import Any

from django.db.models import BooleanField, CharField, FloatField, Value
from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.nouns import Values
from tandem.api.portfolio.proposals import Row
from tandem.api.shapes import OPTIONAL, body, words
from tandem.portfolio.actions import benefit_measurements, benefits
from tandem.portfolio.models import Benefit, BenefitMeasurement
from tandem.reports.queries import benefits as reads

router = Router(tags=["portfolio"])
_FIELDS = "title description owner kind currency unit_name direction baseline target target_on starts_on cadence_days kpi objective"
_PROFILE = {"profile": (Row, OPTIONAL)}


def _compute(user: Any, found: list[Values]) -> None:
    """What was measured against what was planned: two queries for a page of benefits."""
    rows = {row.pk: row for row in Benefit.objects.visible_to(user).select_related("kpi").filter(pk__in=[one["id"] for one in found])}
    reads.look_up(user, list(rows.values()))
    for one in found:
        made = rows[one["id"]].realised
        one |= {"realised_share": made.share, "share_of_plan": made.to_plan, "computed_state": made.state, "is_overdue": made.is_overdue}


NOUN = Noun(
    path="benefits",
    model=Benefit,
    word="benefit",
    shows=(
        "id space_id title description kind state reason owner_id currency unit_name direction baseline target target_on profile"
        " starts_on cadence_days kpi_id objective_id proposal_id version created_at"
    ),
    computes={
        "realised_share": (float | None, lambda user: Value(None, FloatField())),
        "share_of_plan": (float | None, lambda user: Value(None, FloatField())),
        "computed_state": (str, lambda user: Value("", CharField())),
        "is_overdue": (bool, lambda user: Value(False, BooleanField())),
    },
    filters="space_id owner_id state kind proposal_id kpi_id objective_id",
    masks=_compute,
)
MEASUREMENTS = Noun(
    path="benefit-measurements",
    model=BenefitMeasurement,
    word="benefit_measurement",
    shows="id space_id benefit_id on value note way taken_by_id version created_at",
    filters="benefit_id",
)


def _take(*, actor: Any, benefit: Benefit, **values: Any) -> BenefitMeasurement:
    return benefit_measurements.take(actor=actor, benefit=benefit, way=BenefitMeasurement.Way.API, **values)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BenefitCreate", Benefit, f"space proposal {_FIELDS}", **_PROFILE), benefits.create)
generic.changes(router, NOUN, body("BenefitChange", Benefit, _FIELDS, partial=True, **_PROFILE), benefits.change)
generic.removes(router, NOUN, benefits.remove)
generic.acts(
    router, NOUN, "moves", body("BenefitMove", Benefit, "", state=generic.choice(Benefit.State), reason=(words(500), "")), benefits.move
)
generic.parts(
    router, NOUN, "measurements", MEASUREMENTS, lambda user, row: MEASUREMENTS.of(user).filter(benefit=row)
)
generic.adds(
    router, NOUN, "measurements", body("BenefitMeasurementCreate", BenefitMeasurement, "on value note"), _take, gives=MEASUREMENTS
)

measured = Router(tags=["portfolio"])
generic.reads(measured, MEASUREMENTS, history=False)
generic.removes(measured, MEASUREMENTS, benefit_measurements.remove)
