"""Putting the features of a product into an order, with the reason; one event each, and the way back."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tandem.history.models import Event
from tandem.history.record import record_many
from tandem.kit.errors import Hidden, Refused
from tandem.people.access import Permission, require
from tandem.product.models import Feature, Product

_DO = Permission.EDIT_PRODUCT
MOST = 5000
_STEP = 1024.0


def adopt(*, actor: Any, product: Product, features: Sequence[Feature], reason: str, run: uuid.UUID | None = None) -> uuid.UUID:
    """These features take, in this order, the places that they hold together; all others stay where they are. The run
    that is returned takes it back."""
    require(actor, _DO, product.space_id)
    run = run or uuid.uuid4()
    ids = [feature.pk for feature in features]
    if not reason.strip():
        raise Refused("reason_missing", field="reason")
    if len(reason) > 500:
        raise Refused("out_of_range", field="reason")
    if len(set(ids)) != len(ids) or not 2 <= len(ids) <= MOST:
        raise Refused("ranking_unreadable")
    with transaction.atomic():
        rows = {f.pk: f for f in Feature.objects.select_for_update(no_key=True).filter(product=product, pk__in=ids).order_by("pk")}
        if len(rows) != len(ids):
            raise Refused("other_product")
        places = sorted(row.rank for row in rows.values())
        if len(set(places)) != len(places):  # places that are held twice are no places
            places = [places[0] + at * _STEP for at in range(len(places))]
        moved = [(rows[pk], rows[pk].rank, rank) for pk, rank in zip(ids, places, strict=True) if rows[pk].rank != rank]
        _write(actor, moved, "feature.ranked", {"reason": [None, reason.strip()]}, run)
    return run


def undo(*, actor: Any, run: uuid.UUID) -> int:
    """Takes back what one has ranked oneself; not when a feature has been moved again since."""
    with transaction.atomic():
        events = list(Event.objects.visible_to(actor).filter(run=run, verb="feature.ranked", actor=actor).order_by("pk"))
        if not events:
            raise Hidden
        rows = {f.pk: f for f in Feature.objects.select_for_update(no_key=True).filter(pk__in=[e.subject_id for e in events]).order_by("pk")}
        for space_id in {row.space_id for row in rows.values()}:
            require(actor, _DO, space_id)
        moved = []
        for event in events:
            before, after = event.changes["rank"]
            row = rows.get(event.subject_id)
            if row is None or row.rank != after:
                raise Refused("ranked_meanwhile")
            moved.append((row, after, before))
        _write(actor, moved, "feature.ranked_back", {}, run)
    return len(moved)


def has_moved(*, actor: Any, run: uuid.UUID) -> bool:
    """Whether a ranking changed anything: who stood right already has nothing to take back."""
    return Event.objects.visible_to(actor).filter(run=run, verb="feature.ranked").exists()


def _write(actor: Any, moved: list[tuple[Feature, float, float]], verb: str, more: dict[str, Any], run: uuid.UUID) -> None:
    for row, _before, after in moved:
        row.rank, row.version = after, row.version + 1
    Feature.objects.bulk_update([row for row, _before, _after in moved], ["rank", "version"], batch_size=1000)
    if moved:
        record_many(verb, [(row, {"rank": [before, after], **more}, {}) for row, before, after in moved], actor=actor, run=run)
