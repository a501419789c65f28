"""An import into a product: the records of any reader become its feedback. The same run for the preview and the import."""

from collections.abc import Iterator
from typing import Any

from tandem.exchange import records as R
from tandem.exchange.formats.source import Source
from tandem.exchange.models import ExternalReference
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.feedback import BATCH, KIND, Entries
from tandem.exchange.taking_over.ledger import Entry
from tandem.exchange.taking_over.target import highest
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.people.models import Space, SpaceKind
from tandem.product.actions import products
from tandem.product.models import Product

FEEDBACK = "feedback"


def is_wanted(options: Any) -> bool:
    """A product is given, or a new one asked for."""
    return options.kind == FEEDBACK or (options.into is not None and options.into.kind == SpaceKind.PRODUCT)


def find_product(source: Source, system: str, projects: list[R.ProjectRecord], *, actor: Any, options: Any) -> tuple[Product, bool]:
    """The one that was named, the one that had this source before, else a new one."""
    if options.into is not None:
        found = Product.objects.visible_to(actor).filter(space=options.into).first()
        if found is None:
            raise Refused("import_into_product", field="into", space=options.into.name)
        return found, False
    ids = [project.source_id[:200] for project in projects]
    refs = ExternalReference.objects.visible_to(actor).filter(system=system, kind="project", source_id__in=ids, subject_kind="people.space")
    for space_id in refs.order_by("-id").values_list("space_id", flat=True):
        found = Product.objects.visible_to(actor).filter(space=space_id).first()
        if found is not None and may(actor, Permission.IMPORT, found.space_id):
            return found, False
    name = (options.name or source.info.name or source.path.stem)[:200]
    return products.create(actor=actor, parent=options.parent or product_parent(actor), name=name), True


def product_parent(actor: Any) -> Space:
    """The highest space in which the person may both import and open products."""
    return highest(actor, Permission.EDIT_PRODUCT)


def take(taking: Taking, product: Product, is_new: bool, source: Source, projects: list[R.ProjectRecord], rest: Iterator[R.Record], expected: int) -> dict[str, Any]:
    """Everything in; returns the report."""
    _know_again(taking, product, projects)
    categories: dict[str, str] = {}
    states: list[R.StateRecord] = []
    entries = Entries(taking, product, categories)
    links: list[R.LinkRecord] = []
    batch: list[R.ItemRecord] = []
    seen = 0
    for record in rest:
        match record:
            case R.StateRecord():
                states.append(record)
                categories[record.name] = record.category
            case R.ItemRecord():
                batch.append(record)
                seen += 1
            case R.LinkRecord():
                links.append(record)
            case R.CommentRecord():
                taking.tally.add("comment", "counted", record.item)
            case R.AttachmentRecord() | R.AssignmentRecord() | R.StateChangeRecord():
                taking.tally.add(type(record).__name__.removesuffix("Record").lower(), "no_place")
        if len(batch) >= BATCH:
            entries.take(batch)
            batch = []
            taking.step("items", seen, expected)
    entries.take(batch)
    taking.step("links", 0, 0)
    entries.merge(links)
    return _report(taking, product, is_new, source, entries, states, seen)


def _know_again(taking: Taking, product: Product, projects: list[R.ProjectRecord]) -> None:
    refs = taking.ledger.known("project", [p.source_id for p in projects])
    taking.ledger.keep("project", list(refs.values()), counted=False)
    new = [Entry(p.source_id, product.space, data={"name": p.name}) for p in projects if p.source_id not in refs]
    taking.ledger.add("project", new, counted=False)


def _report(taking: Taking, product: Product, is_new: bool, source: Source, entries: Entries, states: list[R.StateRecord], seen: int) -> dict[str, Any]:
    from tandem.exchange.wording import why

    ledger, space = taking.ledger, product.space
    counts = {"created": ledger.created[KIND], "updated": ledger.updated[KIND], "unchanged": ledger.unchanged[KIND]}
    lost = taking.not_taken(source.not_taken)
    return {
        "kind": FEEDBACK, "system": taking.info.system, "format": taking.info.format, "name": taking.info.name, "product": product.pk,
        "into": {"id": space.pk, "key": space.key, "name": space.name, "is_new": is_new},
        "facts": {
            "items": seen, "votes": entries.counts["votes"], "comments": entries.counts["comments"], "merged": entries.counts["merged"],
            "customers": len(entries.customers), "states": dict(entries.states),
            "created_min": entries.first.isoformat() if entries.first else None, "created_max": entries.last.isoformat() if entries.last else None,
        },
        **counts, "rows": {KIND: counts}, "left_behind": ledger.left_behind(KIND), "made": {},
        "not_taken_over": [{"what": r.what, "count": r.count, "why": why(r.why), "code": r.why, "where": r.where} for r in lost],
        "notes": [{"code": n.code, "params": dict(n.params)} for n in source.notes],
        "states": [{"name": s.name, "category": s.category, "is_guessed": s.is_guessed} for s in states],
        "offers": {}, "as_of": None, "timezone": str(taking.zone), "timezone_known": taking.info.timezone_known, "finished": None, "is_schedule": False,
    }  # fmt: skip
