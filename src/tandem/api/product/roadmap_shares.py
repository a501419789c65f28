"""Links by which a roadmap is read without an account: made, listed, taken back."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import NO_WRITE, ONCE, Key, Noun
from tandem.api.shapes import Problem, answer, body
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit import clock
from tandem.kit.types import Id
from tandem.product.actions import roadmaps
from tandem.product.models import RoadmapShare

router = Router(tags=["product"])
_DAYS = 90

NOUN = Noun(
    path="roadmap-shares",
    model=RoadmapShare,
    word="row",
    shows="id space_id edition_id created_by_id expires_at revoked_at created_at",
    filters="space_id edition_id created_by_id",
)
_made = answer("RoadmapShareMade", RoadmapShare, NOUN.columns, {"token": str | None})
_takes = body("RoadmapShareCreate", RoadmapShare, "space edition expires_at")

generic.reads(router, NOUN)


@router.post("/", response={201: _made, **NO_WRITE}, operation_id="roadmap_shares_create")
def create(request: HttpRequest, payload: _takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """To the roadmap of a product or to one of its editions, read at `/shared/roadmap/<token>/`; the token is in this answer
    only. It works for ninety days unless you say until when; null: until it is taken back."""

    def work() -> Answer:
        values: Any = {"expires_at": clock.now() + timedelta(days=_DAYS)} | generic.resolve(request.auth, payload)
        row, token = roadmaps.share(actor=request.auth, **values)
        shown = NOUN.one(request.auth, row.pk)
        return Answer(201, generic.dumps(shown | {"token": token}).decode(), generic.dumps(shown | {"token": None}).decode())

    return generic.once(request, key, work)


@router.delete("/{id}/", response={204: None, 401: Problem, 403: Problem, 404: Problem}, operation_id="roadmap_shares_remove")
def revoke(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """The link works no more."""
    roadmaps.unshare(actor=request.auth, row=NOUN.row(request.auth, id))
    return HttpResponse(status=204)
