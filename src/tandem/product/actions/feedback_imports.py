"""Feedback that comes in by the hundred: the rules of `feedback`, in a few statements, with one event per row."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tandem.history.record import Past, record_past
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.actions import feedback, feedback_families
from tandem.product.models import Feedback, FeedbackLink, Product

_DO = Permission.EDIT_PRODUCT
BATCH = 1000


def add(*, actor: Any, product: Product, rows: Sequence[dict[str, Any]], occurred_at: Sequence[datetime], run: uuid.UUID) -> list[Feedback]:
    """New entries in the order given, each with the moment at which it was said."""
    require(actor, _DO, product.space_id)
    made = [Feedback(space=product.space, product=product, votes=values.get("outside_votes", 0), **values) for values in rows]
    with transaction.atomic():
        Feedback.objects.bulk_create(made, batch_size=BATCH)
        record_past(
            [
                Past("feedback.created", row, actor, at, {"product": [None, product.pk], "origin": [None, row.source]}, {"title": [None, row.title]})
                for row, at in zip(made, occurred_at, strict=True)
            ],
            run=run,
        )
    return made


def rewrite(*, actor: Any, product: Product, rows: Sequence[tuple[Feedback, dict[str, Any]]], run: uuid.UUID) -> dict[int, list[str]]:
    """What the source says now. What was decided here stays: a state that follows features or was said by hand since, a
    text that a link quotes. Returns the fields that were kept, by entry."""
    require(actor, _DO, product.space_id)
    kept: dict[int, list[str]] = {}
    with transaction.atomic():
        ids = [row.pk for row, _values in rows]
        held = {row.pk: row for row in Feedback.objects.select_for_update(of=("self",)).filter(pk__in=ids, product=product).order_by("id")}
        quotes: dict[int, list[str]] = {}
        for pk, quote in FeedbackLink.objects.filter(feedback__in=ids).values_list("feedback_id", "quote"):
            quotes.setdefault(pk, []).append(quote)
        changed = []
        for given, values in rows:
            row = held.get(given.pk)
            if row is None:
                continue
            words = feedback_families.words(values.get("title", row.title), values.get("text", row.text))
            kept[row.pk] = [name for name in ("title", "text") if any(q not in words for q in quotes.get(row.pk, ())) and name in values]
            if "state" in values and (row.pk in quotes or row.merged_into_id):
                kept[row.pk].append("state")
            differing = {n: v for n, v in values.items() if n not in kept[row.pk] and getattr(row, n) != v}
            if differing:
                changed.append((row, {n: [getattr(row, n), v] for n, v in differing.items()}))
                for name, value in differing.items():
                    setattr(row, name, value)
        fields = sorted({name for _row, changes in changed for name in changes})
        if changed:
            Feedback.objects.bulk_update([row for row, _changes in changed], fields, batch_size=500)
            Feedback.objects.filter(pk__in=[row.pk for row, _changes in changed]).update(version=F("version") + 1)
            feedback.record_many_changes(changed, actor=actor, run=run)
            _recount([row for row, changes in changed if "outside_votes" in changes])
    return {pk: names for pk, names in kept.items() if names}


def merge(*, actor: Any, product: Product, pairs: Sequence[tuple[int, int]], run: uuid.UUID) -> int:
    """(entry, the one that it repeats) as their source says; none twice, none in a circle, none that stands apart by
    somebody's word here. Returns how many were merged."""
    require(actor, _DO, product.space_id)
    with transaction.atomic():
        wanted = {pk for pair in pairs for pk in pair}
        rows = {row.pk: row for row in Feedback.objects.select_for_update(of=("self",)).filter(pk__in=wanted, product=product).order_by("id")}
        parents = {pk: row.merged_into_id for pk, row in rows.items()}
        done = []
        for pk, into in pairs:
            if pk not in rows or into not in rows or parents[pk] is not None:
                continue
            top: int | None = into
            while top is not None and top != pk:
                top = parents.get(top)
            if top is None:
                parents[pk] = into
                done.append(rows[pk])
                rows[pk].merged_into_id = into
        Feedback.objects.bulk_update(done, ["merged_into"], batch_size=500)
        Feedback.objects.filter(pk__in=[row.pk for row in done]).update(version=F("version") + 1)
        feedback.record_merges(done, actor=actor, run=run)
        _recount([rows[pk] for pk, into in parents.items() if into is None])
    return len(done)


def checked_email(given: str) -> str | None:
    """The address, or None where it is none: a table is not refused for one cell."""
    try:
        return feedback.address(given)
    except Refused:
        return None


def _recount(rows: Sequence[Feedback]) -> None:
    for root in feedback_families.roots(row.pk for row in rows):
        feedback_families.recount(Feedback.objects.get(pk=root))
