"""Entries that read alike, or one alone, as a person decided: one idea that answers them all, or one entry for them all."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.actions import features, feedback_links, feedback_merges
from tandem.product.models import Feature, Feedback, Product

_DO = Permission.EDIT_PRODUCT
MOST = 500


def accept(*, actor: Any, product: Product, entries: Sequence[Feedback], title: str) -> Feature:
    """An idea with a link to each entry, proved by its title; the idea's words are the person's own."""
    require(actor, _DO, product.space_id)
    _check(product, entries, least=1)
    if not title.strip():
        raise Refused("title_empty", field="title")
    with transaction.atomic():
        feature = features.create(actor=actor, product=product, title=title.strip()[:300])
        for entry in entries:
            feedback_links.link(actor=actor, feedback=entry, feature=feature)
    return feature


def unite(*, actor: Any, product: Product, entries: Sequence[Feedback], into: Feedback) -> Feedback:
    """All others go into one entry of the group."""
    require(actor, _DO, product.space_id)
    _check(product, [*entries, into])
    with transaction.atomic():
        for entry in entries:
            if entry.pk != into.pk:
                feedback_merges.merge(actor=actor, feedback=entry, version=None, into=into)
    into.refresh_from_db()
    return into


def _check(product: Product, entries: Sequence[Feedback], *, least: int = 2) -> None:
    if len({entry.pk for entry in entries}) < least:
        raise Refused("group_too_small")
    if len(entries) > MOST:
        raise Refused("group_too_large", most=MOST)
    if any(entry.product_id != product.pk for entry in entries):
        raise Refused("other_product")
