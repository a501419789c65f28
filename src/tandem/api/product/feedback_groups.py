"""Feedback that reads alike: the groups of a product, and taking one up as an idea or as one entry."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import Noun, send
from tandem.api.product import features
from tandem.api.product.feedback import NOUN as FEEDBACK
from tandem.api.shapes import Body, Ids, Reference, body
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.product.actions import feedback_groups
from tandem.product.models import Feature, Feedback, Product
from tandem.reports.queries import feedback_alike as reads


class GroupsAsked(Body):
    at_least: float = Field(reads.GROUP_FROM, ge=0.2, le=1, description="How alike two texts must read to stand in one group.")
    most: int = Field(30, ge=1, le=100)


class FeedbackGroup(BaseModel):
    """`centre_id` reads most like all others; `cohesion` is the mean likeness to it, from 0 to 1."""

    centre_id: int
    feedback_ids: list[int]
    votes: int
    cohesion: float


class FeedbackGroups(BaseModel):
    """Among the newest `read` of `total` entries that no feature answers yet."""

    items: list[FeedbackGroup]
    read: int
    total: int


def add_routes(router: Router, noun: Noun) -> None:
    """To the routes of products."""

    def listed(request: HttpRequest, id: Path[Id], asked: Query[GroupsAsked]) -> HttpResponse:
        generic.refuse_unknown(request, asked)
        product = noun.row(request.auth, id)  # type: ignore[attr-defined]
        found = reads.groups(request.auth, product, at_least=asked.at_least, most=asked.most)  # type: ignore[attr-defined]
        items = [
            {"centre_id": one.centre.pk, "feedback_ids": [row.pk for row in one.members], "votes": one.votes, "cohesion": round(one.cohesion, 3)}
            for one in found.found
        ]
        return send({"items": items, "read": found.read, "total": found.total})

    router.add_api_operation(
        "/{id}/feedback-groups/", ["GET"], listed, response={200: FeedbackGroups, **generic.NO},
        operation_id="products_feedback_groups_list", summary="products: feedback that reads alike",
    )  # fmt: skip
    generic.adds(router, noun, "group-ideas", body("FeedbackGroupIdea", Feature, "title", feedback_ids=Ids), _accept, gives=features.NOUN)
    into = Reference(Feedback, "into")
    generic.adds(router, noun, "group-unions", body("FeedbackGroupUnion", Feature, "", feedback_ids=Ids, into_id=into), _unite, gives=FEEDBACK)


def _entries(actor: Any, ids: list[int]) -> list[Feedback]:
    rows = list(Feedback.objects.visible_to(actor).filter(pk__in=ids).order_by("id"))
    if len(rows) != len(set(ids)):
        raise Refused("reference_unknown", field="feedback_ids")
    return rows


def _accept(*, actor: Any, product: Product, title: str, feedback_ids: list[int]) -> Feature:
    return feedback_groups.accept(actor=actor, product=product, entries=_entries(actor, feedback_ids), title=title)


def _unite(*, actor: Any, product: Product, into: Feedback, feedback_ids: list[int]) -> Feedback:
    return feedback_groups.unite(actor=actor, product=product, entries=_entries(actor, feedback_ids), into=into)
