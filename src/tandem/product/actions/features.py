"""Putting features on the roadmap and giving them scope."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_answers, windows
from tandem.product.models import Feature, Product, Release, Scope
from tandem.work.models import WorkItem

_DO = Permission.EDIT_PRODUCT


def create(*, actor: Any, product: Product, title: str, **values: Any) -> Feature:
    """At the end of the product's ranking."""
    _refuse_foreign(product.pk, values.get("release"))
    values = windows.settled(values)
    last = Feature.objects.filter(product=product).aggregate(last=Max("rank"))["last"] or 0.0
    values.setdefault("rank", last + 1024.0)
    return writing.create(
        Feature,
        actor=actor,
        permission=_DO,
        verb="feature.created",
        space=product.space,
        product=product,
        title=title,
        **values,
    )


def change(*, actor: Any, feature: Feature, version: int | None, **values: Any) -> Feature:
    """Shipping a feature dates it. The feedback that asked for it follows."""
    _refuse_foreign(feature.product_id, values.get("release"))
    values = windows.settled(values, feature)
    if values.get("state") == Feature.State.SHIPPED and feature.shipped_on is None:
        values.setdefault("shipped_on", clock.today())
    with transaction.atomic():
        row = writing.change(feature, actor=actor, permission=_DO, verb="feature.changed", version=version, **values)
        if {"state", "release"} & values.keys():
            feedback_answers.follow_features(actor=actor, features=[row])
    return row


def remove(*, actor: Any, feature: Feature, version: int | None = None) -> None:
    writing.remove(feature, actor=actor, permission=_DO, verb="feature.removed", version=version)


def _refuse_foreign(product_id: int, release: Release | None) -> None:
    """A feature comes with a release of its own product: another product's may be none of its readers' business."""
    if release is not None and release.product_id != product_id:
        raise Refused("other_product", field="release")


def add_scope(
    *,
    actor: Any,
    subject: Feature | Release,
    items: list[WorkItem],
    added_at: Any = None,
    since_creation: bool = False,
) -> list[Scope]:
    """These work items, with everything under them, belong to the feature or release; each must be seen by the actor.

    `since_creation`: an import knows no better day than the one on which the item was made.
    """
    require(actor, _DO, subject.space_id)
    field = subject._meta.model_name or ""
    with transaction.atomic():
        # two who add at once do so one after the other: the second finds what the first has added
        type(subject)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
        present = set(Scope.objects.of(subject).values_list("item_id", flat=True))
        rows = []
        for item in items:
            require(actor, Permission.VIEW, item.space_id)
            if item.pk not in present:
                present.add(item.pk)
                since = item.created_at if since_creation else added_at or clock.now()
                rows.append(Scope(space_id=subject.space_id, item=item, added_at=since, **{field: subject}))
        Scope.objects.bulk_create(rows)
        if rows:
            record("scope.added", subject, actor=actor, changes={"items": [None, [r.item_id for r in rows]]})
    return rows


def remove_scope(*, actor: Any, subject: Feature | Release, items: list[WorkItem]) -> None:
    require(actor, _DO, subject.space_id)
    with transaction.atomic():
        gone = Scope.objects.of(subject).filter(item__in=items)
        ids = list(gone.values_list("item_id", flat=True))
        gone.delete()
        if ids:
            record("scope.removed", subject, actor=actor, changes={"items": [ids, None]})
