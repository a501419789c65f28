"""What a product builds that nobody asked for, and what is asked of it that nobody builds."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO
from tandem.api.product.products import NOUN
from tandem.kit.types import Id
from tandem.reports.queries import gaps as reads

router = Router(tags=["product"])


class IdleFeature(BaseModel):
    feature_id: int
    title: str
    open_items: int


class LooseItems(BaseModel):
    project_id: int
    items: int
    first_item_ids: list[int]


class WaitingFeature(BaseModel):
    feature_id: int
    title: str
    entries: int
    votes: int
    weight: Decimal


class UnlinkedFeedback(BaseModel):
    feedback_id: int
    title: str
    votes: int


class ProductGaps(BaseModel):
    """Each list holds the first of its count. `idle`, `loose`: built and not asked for; `waiting`, `unlinked`: asked for and
    not built."""

    product_id: int
    open_features: int
    idle_count: int
    idle: list[IdleFeature]
    loose_count: int
    loose: list[LooseItems]
    waiting_count: int
    waiting: list[WaitingFeature]
    unlinked_count: int
    unlinked_votes: int
    unlinked: list[UnlinkedFeedback]


@router.get("/{id}/gaps/", response={200: ProductGaps, **NO}, operation_id="products_gaps_read", summary="products: gaps")
def gaps(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """Scope that nobody asked for, and what was asked for that nobody builds."""
    user: Any = request.auth  # type: ignore[attr-defined]
    found = reads.read(user, NOUN.row(user, id))
    return generic.send(ProductGaps(
        product_id=id, open_features=found.open_features, idle_count=found.idle_count, loose_count=found.loose_count,
        idle=[IdleFeature(feature_id=one.feature.pk, title=one.feature.title, open_items=one.sum.open) for one in found.idle],
        loose=[LooseItems(project_id=one.project.pk, items=one.count, first_item_ids=[i.pk for i in one.items]) for one in found.loose],
        waiting_count=found.waiting_count, unlinked_count=found.unlinked_count, unlinked_votes=found.unlinked_votes,
        waiting=[WaitingFeature(feature_id=w.feature.pk, title=w.feature.title, entries=w.entries, votes=w.votes, weight=w.weight) for w in found.waiting],
        unlinked=[UnlinkedFeedback(feedback_id=f.pk, title=f.title, votes=f.votes) for f in found.unlinked],
    ).model_dump())  # fmt: skip
