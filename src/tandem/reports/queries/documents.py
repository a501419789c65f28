"""The pages of a space as a tree, and all of them as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tandem.collaboration.models import Document, DocumentVersion, PassageComment


@dataclass(frozen=True, slots=True)
class Leaf:
    row: Any
    depth: int


def tree(user: Any, space_id: int) -> list[Leaf]:
    """Each page below its own, in their order, without what they say: one query."""
    rows = Document.objects.visible_to(user).filter(space=space_id).select_related("edited_by").in_order()
    below: dict[int | None, list[Any]] = {}
    found = list(rows.defer("body", "author"))
    known = {row.pk for row in found}
    for row in found:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    leaves: list[Leaf] = []
    waiting = [Leaf(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        leaf = waiting.pop()
        leaves.append(leaf)
        waiting += [Leaf(row, leaf.depth + 1) for row in reversed(below.get(leaf.row.pk, []))]
    return leaves


def files(user: Any, space_id: int) -> Iterator[tuple[str, str]]:
    """Path and Markdown of every page; pages below one lie in its folder. One query, a few pages in memory at a time."""
    folders: dict[int, str] = {}
    names: dict[int, str] = {}
    taken: set[str] = set()
    for leaf in tree(user, space_id):
        base = f"{folders.get(leaf.row.parent_id or 0, '')}{_file(leaf.row.title)}"
        name, n = base, 2
        while name.casefold() in taken:
            name, n = f"{base} {n}", n + 1
        taken.add(name.casefold())
        folders[leaf.row.pk] = f"{name}/"
        names[leaf.row.pk] = name
    rows = Document.objects.visible_to(user).filter(space=space_id).order_by("id").values_list("pk", "title", "body")
    for pk, title, body in rows.iterator(chunk_size=20):
        if pk in names:
            yield f"{names[pk]}.md", markdown(title, body)


def count(user: Any, space_id: int, most: int) -> int:
    """How many pages there are, counted up to so many."""
    return len(Document.objects.visible_to(user).filter(space=space_id).order_by().values_list("pk")[:most])


def markdown(title: str, body: str) -> str:
    return f"# {title}\n\n{body}\n" if body else f"# {title}\n"


def _file(title: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_()&," else "-" for c in title)
    return " ".join(kept.split())[:80].strip(" -") or "page"


def version(user: Any, document: Document, number: int | None) -> DocumentVersion | None:
    return DocumentVersion.objects.visible_to(user).filter(document=document, number=number or 0).select_related("author").first()


def versions(user: Any, document: Document, most: int = 200) -> list[DocumentVersion]:
    """The newest first, without what they say."""
    return list(DocumentVersion.objects.visible_to(user).filter(document=document).select_related("author").defer("body")[:most])


@dataclass(frozen=True, slots=True)
class Remark:
    row: Any
    answers: list[Any]


def remarks(user: Any, document: Document) -> list[Remark]:
    """Open ones first, each with its answers; one query."""
    rows = list(PassageComment.objects.visible_to(user).filter(document=document).select_related("author", "settled_by"))
    answers: dict[int, list[Any]] = {}
    for row in rows:
        if row.answers_id:
            answers.setdefault(row.answers_id, []).append(row)
    first = [Remark(row, answers.get(row.pk, [])) for row in rows if not row.answers_id]
    return sorted(first, key=lambda one: one.row.settled_at is not None)
