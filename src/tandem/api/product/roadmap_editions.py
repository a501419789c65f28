"""Editions of the roadmap, and their rows as the audience is told them."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import Noun, send
from tandem.api.shapes import body
from tandem.kit.dates import Span
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.product.actions import roadmap_editions
from tandem.product.models import RoadmapEdition
from tandem.reports.queries import roadmap_editions as reads
from tandem.reports.queries import roadmap_filter

router = Router(tags=["product"])
_FIELDS = "name description query precision language shows_promise shows_forecast shows_slip shows_owner shows_effort owner"

NOUN = Noun(
    path="roadmap-editions",
    model=RoadmapEdition,
    word="roadmap_edition",
    shows=(
        "id space_id name description query precision language shows_promise shows_forecast shows_slip shows_owner shows_effort"
        " owner_id version created_at"
    ),
    filters="space_id owner_id precision language",
)


class Told(BaseModel):
    """From the first to the last day, to be read as exactly as `precision` says."""

    first: date
    last: date
    precision: str


class ToldRow(BaseModel):
    """What the edition does not show is null or empty. `slip` is counted in units of `slip_unit`."""

    id: int
    kind: str
    title: str
    product: str
    horizon: str
    is_done: bool
    window: Told | None
    actual: Told | None
    promise: Told | None
    forecast: Told | None
    slip: int | None
    slip_unit: str
    owner: str
    items_left: int | None


class ToldRows(BaseModel):
    items: list[ToldRow]


def _rows(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    found = reads.rows(request.auth, NOUN.row(request.auth, id))
    return send({"items": [{name: _plain(getattr(one, name)) for name in ToldRow.model_fields} for one in found]})


def _plain(value: Any) -> Any:
    return {"first": value.first, "last": value.last, "precision": value.unit} if isinstance(value, Span) else value


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    try:
        roadmap_filter.checked(values.get("query", ""))
    except Refused as problem:
        raise Refused(problem.code, field="query", **problem.params) from None
    return values


def _create(*, actor: Any, **values: Any) -> RoadmapEdition:
    return roadmap_editions.create(actor=actor, **_checked(values))


def _change(*, actor: Any, **values: Any) -> RoadmapEdition:
    return roadmap_editions.change(actor=actor, **_checked(values))


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("RoadmapEditionCreate", RoadmapEdition, f"space {_FIELDS}"), _create)
generic.changes(router, NOUN, body("RoadmapEditionChange", RoadmapEdition, _FIELDS, partial=True), _change)
generic.removes(router, NOUN, roadmap_editions.remove)
router.add_api_operation(
    "/{id}/rows/", ["GET"], _rows, response={200: ToldRows, **generic.NO}, operation_id="roadmap_editions_rows_list",
    summary="roadmap-editions: rows as the audience is told them",
)  # fmt: skip
