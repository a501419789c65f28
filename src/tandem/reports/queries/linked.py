"""What the links of items say in words: for a column of a list and for files."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tandem.work.models import Link

MOST = 20
"""Links of one item that a cell names."""


def words() -> dict[str, str]:
    """Kind and direction as the item's own page says them; `in` is the other end's view."""
    return {
        "blocks": _("Blocks"), "blocks:in": _("Blocked by"),
        "FS:in": _("Starts after the finish of"), "FS": _("Must finish before the start of"),
        "SS:in": _("Starts with the start of"), "SS": _("Must start before the start of"),
        "FF:in": _("Finishes with the finish of"), "FF": _("Must finish before the finish of"),
        "SF:in": _("Finishes with the start of"), "SF": _("Must start before the finish of"),
        "relates": _("Relates to"), "relates:in": _("Relates to"),
        "duplicates": _("Duplicates"), "duplicates:in": _("Duplicated by"),
    }  # fmt: skip


def of(user: Any, ids: Iterable[int]) -> dict[int, str]:
    """Item → “Blocks POR-3, POR-4; Relates to POR-9”: one query however many items. What was removed is no other end; one that the
    reader cannot see is said without its key."""
    wanted = frozenset(ids)
    if not wanted:
        return {}
    seen, said = user.visible_space_ids(), words()
    # house: reads — the items came through visible_to; the other end is named only where it is seen
    rows = Link.objects.filter(Q(source_id__among=wanted) | Q(target_id__among=wanted), source__removed_at=None, target__removed_at=None)
    names = ("kind", "own_kind__name", "own_kind__inverse", "source_id", "source__key", "source__space_id", "target_id", "target__key", "target__space_id")
    found: dict[int, dict[str, list[str]]] = {}
    for kind, name, inverse, source, source_key, source_space, target, target_key, target_space in rows.order_by("kind", "id").values_list(*names):
        for here, title, key, space in (
            (source, name or said.get(kind, kind), target_key, target_space), (target, inverse or said.get(f"{kind}:in", kind), source_key, source_space),
        ):  # fmt: skip
            if here in wanted:
                found.setdefault(here, {}).setdefault(title, []).append(key if space in seen else _("an item that you cannot see"))
    return {pk: "; ".join(f"{title} {_keys(keys)}" for title, keys in groups.items()) for pk, groups in found.items()}


def _keys(keys: list[str]) -> str:
    return ", ".join(keys[:MOST]) + (f" +{len(keys) - MOST}" if len(keys) > MOST else "")
