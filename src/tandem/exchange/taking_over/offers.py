"""Releases and features made of the source's versions, epics and labels, when a person asked for it. Promises never."""

from typing import Any

from django.db.models import Count, Q

from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.items import Items
from tandem.exchange.taking_over.ledger import Entry
from tandem.people.models import Space
from tandem.product.actions import features, products, releases
from tandem.product.models import Feature, Product, Release
from tandem.work.models import State, WorkItem

_MOST = 300


def list_offers(taking: Taking, items: Items) -> dict[str, Any]:
    """What could be made of this file: names with the number of their items."""
    by_name: dict[str, list[dict[str, Any]]] = {"versions": [], "labels": [], "epics": []}
    for key, ids in items.scopes.items():
        kind, _, name = key.partition(":")
        if kind != "epic":
            by_name[kind + "s"].append({"name": name, "items": len(ids)})
    for name, count in _epics(taking, items):
        by_name["epics"].append({"name": name, "items": count})
    counts = {kind: len(rows) for kind, rows in by_name.items()}
    for rows in by_name.values():
        rows.sort(key=lambda row: (-row["items"], row["name"]))
        del rows[_MOST:]
    return {**by_name, "counts": counts}


def _epic_rows(taking: Taking) -> Any:
    wanted = list(taking.items.values())
    above = WorkItem.objects.filter(space=taking.space, pk__in=wanted, type__level__gte=3)
    return above.annotate(parts=Count("children", filter=Q(children__removed_at=None)))


def _epics(taking: Taking, items: Items) -> list[tuple[str, int]]:
    if taking.info.is_schedule:  # the summary tasks of a plan are its phases, not what users get
        rows = _epic_rows(taking).filter(parent=None)
    else:
        rows = _epic_rows(taking)
    found = [(title, parts) for title, parts in rows.values_list("title", "parts")]
    return found + [(key[5:], len(ids)) for key, ids in items.scopes.items() if key.startswith("epic:")]


def take_offers(taking: Taking, items: Items, chosen: dict[str, Any]) -> dict[str, int]:
    """`chosen`: {"releases": true, "features": "epics" | "labels" | "", "names": [...] , "product": id or none}."""
    made = {"releases": 0, "features": 0}
    source = chosen.get("features") or ""
    if not (chosen.get("releases") or source):
        return made
    product = _product(taking, chosen.get("product"))
    names = set(chosen.get("names") or ())
    if chosen.get("releases"):
        for key, ids in items.scopes.items():
            if key.startswith("version:"):
                made["releases"] += _release(taking, product, key[8:], ids)
    if source == "labels":
        for key, ids in items.scopes.items():
            if key.startswith("label:") and (not names or key[6:] in names):
                made["features"] += _feature(taking, product, key, key[6:], ids)
    elif source == "epics":
        rows = _epic_rows(taking).filter(parent=None) if taking.info.is_schedule else _epic_rows(taking)
        for pk, title in rows.values_list("id", "title"):
            if not names or title in names:
                made["features"] += _feature(taking, product, f"item:{pk}", title, [pk])
        for key, ids in items.scopes.items():
            if key.startswith("epic:") and (not names or key[5:] in names):
                made["features"] += _feature(taking, product, key, key[5:], ids)
    return made


def _product(taking: Taking, product_id: int | None) -> Product:
    """The chosen one, the one of an earlier import, else a new one beside the project with its name."""
    refs = taking.ledger.known("product", ["product"])
    if product_id or refs:
        wanted = product_id or refs["product"].subject_id
        found = Product.objects.visible_to(taking.actor).filter(pk=wanted).first()
        if found is not None:
            return found
    parent = Space.objects.get(pk=taking.space.parent_id)
    product = products.create(actor=taking.actor, parent=parent, name=taking.space.name)
    if not refs:
        taking.ledger.add("product", [Entry("product", product)], counted=False)
    return product


def product_of(taking: Taking) -> int | None:
    """The product that holds the features and releases of this source."""
    return taking.ledger.subject_of("product", "product")


def _release(taking: Taking, product: Product, name: str, ids: list[int]) -> int:
    release = Release.objects.filter(product=product, name=name[:200]).first()
    is_new = release is None
    if release is None:
        day = taking.versions.get(name)
        values: dict[str, Any] = {"state": Release.State.RELEASED, "released_on": day} if day else {}
        release = releases.create(actor=taking.actor, product=product, name=name[:200], **values)
    _add_scope(taking, release, ids)
    return int(is_new)


def _feature(taking: Taking, product: Product, key: str, title: str, ids: list[int]) -> int:
    refs = taking.ledger.known("feature", [key])
    feature = Feature.objects.filter(pk=refs[key].subject_id).first() if refs else None
    is_new = feature is None
    if feature is None:
        feature = features.create(actor=taking.actor, product=product, title=title[:300], **_feature_state(ids))
        if not refs:
            taking.ledger.add("feature", [Entry(key, feature)], counted=False)
    _add_scope(taking, feature, ids)
    return int(is_new)


def _feature_state(ids: list[int]) -> dict[str, Any]:
    """Shipped when all its work is done, being built when some has begun."""
    rows = WorkItem.objects.filter(Q(pk__in=ids) | Q(parent_id__in=ids), removed_at=None)
    done, total = rows.filter(state__category=State.Category.DONE).count(), rows.count()
    begun = rows.exclude(state__category=State.Category.TO_DO).exists()
    if total and done == total:
        last = rows.exclude(actual_finish=None).order_by("-actual_finish").values_list("actual_finish", flat=True).first()
        return {"state": Feature.State.SHIPPED, "shipped_on": last.date() if last else None}
    if begun:
        return {"state": Feature.State.BUILDING, "horizon": Feature.Horizon.NOW}
    return {"state": Feature.State.PLANNED, "horizon": Feature.Horizon.NEXT}


def _add_scope(taking: Taking, subject: Feature | Release, ids: list[int]) -> None:
    rows = list(WorkItem.objects.filter(pk__in=ids))
    features.add_scope(actor=taking.actor, subject=subject, items=rows, since_creation=True)
