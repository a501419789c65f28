"""Writing the pages of a space: each save is a version, and nobody overwrites what they have not seen."""

from typing import Any

from django.db import transaction

from tandem.collaboration import passages
from tandem.collaboration.models import Document, DocumentVersion, PassageComment
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space

_DO = Permission.EDIT_WORK
MOST_PAGES, DEEPEST = 1000, 8


def create(*, actor: Any, space: Space, title: str, body: str = "", parent: Document | None = None, note: str = "") -> Document:
    """At the end of its siblings. What it says is its first version."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        _in_turn(space.pk)
        # house: reads — counted for whoever may write here
        here = Document.objects.filter(space=space)
        if here.count() >= MOST_PAGES:
            raise Refused("documents_too_many", most=MOST_PAGES)
        _check_parent(space.pk, None, parent)
        last = here.filter(parent=parent).order_by("-rank").values_list("rank", flat=True).first()
        row = Document(
            space=space, title=title.strip(), body=_lines(body), parent=parent, rank=0 if last is None else last + 1, author=actor, edited_by=actor,
        )  # fmt: skip
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        _keep(row, actor, note)
        record("document.created", row, actor=actor, changes={"parent": [None, parent]} if parent else {}, text={"title": [None, row.title]})
    return row


def change(*, actor: Any, document: Document, version: int | None, note: str = "", **values: Any) -> Document:
    """Of title, text and place in the tree. A new text or title is a new version; whoever read an older one is told so (`Stale`)."""
    require(actor, _DO, document.space_id)
    if not values.keys() <= {"title", "body", "parent"}:
        raise Refused("field_unknown", fields=", ".join(sorted(values.keys() - {"title", "body", "parent"})))
    if "title" in values:
        values["title"] = values["title"].strip()
    if "body" in values:
        values["body"] = _lines(values["body"])
    with transaction.atomic():
        if "parent" in values:
            _in_turn(document.space_id)
        now = _held(document, version)
        if "parent" in values:
            _check_parent(now.space_id, now, values["parent"])
        differing = {name: value for name, value in values.items() if getattr(now, name) != value}
        if not differing:
            return now
        before = {name: getattr(now, name) for name in differing}
        for name, value in differing.items():
            setattr(now, name, value)
        now.full_clean(validate_unique=False, validate_constraints=False)
        shown: dict[str, Any] = {"parent": [before["parent"], now.parent]} if "parent" in differing else {}
        if differing.keys() & {"title", "body"}:
            differing |= {"edition": now.edition + 1, "edited_by": actor, "edited_at": clock.now()}
            shown["page_version"] = [now.edition, now.edition + 1]
        now.write(expected=None, **differing)
        if "edition" in differing:
            _keep(now, actor, note)
            _find_passages(now)
        text = {"title": [before["title"], now.title]} if "title" in differing else {}
        record("document.changed", now, actor=actor, changes=shown, text=text | ({"note": [None, note.strip()]} if note.strip() else {}))
    return now


def restore(*, actor: Any, document: Document, version: int | None, number: int) -> Document:
    """What an earlier version said is said again, as the newest one: nothing in between is lost."""
    found = DocumentVersion.objects.filter(document=document, number=number).first()
    if found is None:
        raise Refused("document_version_unknown", number=number)
    return change(actor=actor, document=document, version=version, title=found.title, body=found.body, note=f"← {number}")


def move(*, actor: Any, document: Document, version: int | None, is_up: bool) -> Document:
    """One place up or down among its siblings."""
    require(actor, _DO, document.space_id)
    with transaction.atomic():
        _in_turn(document.space_id)
        now = _held(document, version)
        siblings = list(Document.objects.filter(space=now.space_id, parent=now.parent_id).in_order())
        at = [row.pk for row in siblings].index(now.pk)
        to = at - 1 if is_up else at + 1
        if not 0 <= to < len(siblings):
            return now
        siblings[at], siblings[to] = siblings[to], siblings[at]
        for rank, row in enumerate(siblings):
            if row.pk == now.pk:
                now.write(expected=None, rank=float(rank))
            elif row.rank != rank:
                Document.objects.filter(pk=row.pk).update(rank=float(rank))
        record("document.moved", now, actor=actor, changes={"place": [at + 1, to + 1]})
    return now


def remove(*, actor: Any, document: Document, version: int | None = None) -> None:
    """With its versions and what was remarked; only when no page stands below it."""
    require(actor, _DO, document.space_id)
    with transaction.atomic():
        _in_turn(document.space_id)
        if Document.objects.filter(parent=document.pk).exists():
            raise Refused("document_has_pages")
        writing.remove(document, actor=actor, permission=_DO, verb="document.removed", version=version)


def _in_turn(space_id: int) -> None:
    """One after another in a space, so that counts and places are true. Always before a page is held: two who wait for each other end in an error."""
    Space.objects.select_for_update(no_key=True).get(pk=space_id)


def _held(document: Document, version: int | None) -> Document:
    now = Document.objects.select_for_update(of=("self",)).select_related("space", "parent").get(pk=document.pk)
    if version is not None and now.version != version:
        raise Stale(now)
    return now


def _keep(row: Document, actor: Any, note: str) -> None:
    DocumentVersion.objects.create(
        space_id=row.space_id, document=row, number=row.edition, title=row.title, body=row.body, note=note.strip()[:200], author=actor,
    )  # fmt: skip


def _lines(body: str) -> str:
    """As it is kept: one kind of line end, none of its last."""
    return body.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _check_parent(space_id: int, row: Document | None, parent: Document | None) -> None:
    """In the same space, not below itself, and not too deep."""
    if parent is None:
        return
    if parent.space_id != space_id:
        raise Refused("document_parent_elsewhere", field="parent")
    above = dict(Document.objects.filter(space=space_id).values_list("pk", "parent_id"))
    depth, at = 1, parent.pk
    while at is not None:
        if row is not None and at == row.pk:
            raise Refused("document_below_itself", field="parent")
        depth, at = depth + 1, above.get(at)
    if depth + _height(row, above) > DEEPEST:
        raise Refused("document_too_deep", field="parent", most=DEEPEST)


def _height(row: Document | None, above: dict[int, int | None]) -> int:
    """How many levels stand below the row."""
    if row is None:
        return 0
    below: dict[int | None, list[int]] = {}
    for pk, parent in above.items():
        below.setdefault(parent, []).append(pk)
    height, level = 0, below.get(row.pk, [])
    while level:
        height, level = height + 1, [one for pk in level for one in below.get(pk, [])]
    return height


def _find_passages(row: Document) -> None:
    """Which comments lost their words with this version, and which found them again."""
    for one in PassageComment.objects.filter(document=row, answers=None):
        lost = None if passages.holds(row.body, one.quote) else one.lost_in or row.edition
        if lost != one.lost_in:
            PassageComment.objects.filter(pk=one.pk).update(lost_in=lost)
