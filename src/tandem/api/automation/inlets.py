"""Addresses for what comes in, and the branches, commits and merge requests that came in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import NO_WRITE, ONCE, Key, Noun
from tandem.api.shapes import JsonObject, Problem, answer, body
from tandem.automation.actions import inlets
from tandem.automation.models import Development, Inlet
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.types import Id

router = Router(tags=["automation"])
developments = Router(tags=["automation"])

NOUN = Noun(
    path="inlets",
    model=Inlet,
    word="inlet",
    shows="id space_id owner_id name kind mapping revoked_at created_at",
    filters="space_id owner_id kind",
)
DEVELOPMENT = Noun(
    path="developments",
    model=Development,
    shows="id space_id item_id kind url title reference state author version created_at",
    filters="space_id item_id kind state",
)
_made = answer("InletMade", Inlet, NOUN.columns, {"token": str | None, "secret": str | None})
_takes = body("InletCreate", Inlet, "space name kind", mapping=(JsonObject, {}))

generic.reads(router, NOUN)
generic.reads(developments, DEVELOPMENT, history=False)


@router.post("/", response={201: _made, **NO_WRITE}, operation_id="inlets_create")
def create(request: HttpRequest, payload: _takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """Messages go to `/in/<token>/`; token and secret are in this answer only."""

    def work() -> Answer:
        values: Any = generic.resolve(request.auth, payload)
        row, token = inlets.create(actor=request.auth, **values)
        shown = NOUN.one(request.auth, row.pk)
        first = generic.dumps(shown | {"token": token, "secret": row.secret}).decode()
        return Answer(201, first, generic.dumps(shown | {"token": None, "secret": None}).decode())

    return generic.once(request, key, work)


@router.delete(
    "/{id}/", response={204: None, 401: Problem, 403: Problem, 404: Problem}, operation_id="inlets_remove"
)
def revoke(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """The address is worth nothing from now on."""
    inlets.revoke(actor=request.auth, inlet=NOUN.row(request.auth, id))
    return HttpResponse(status=204)
