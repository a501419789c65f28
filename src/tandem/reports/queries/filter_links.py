"""Links in the filter language: `linked:causes`, `linked:blocked_by`, `linked:POR-12`, `linked:none`."""

import re
from typing import Any

from django.db.models import Q

from tandem.reports.queries.filter_words import LINKS
from tandem.work.models import Link, LinkKind, WorkItem

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}-\d+", re.ASCII)
_MOST = 200


def matching(value: str, user: Any) -> Q | None:
    """Items with a link of that name, or to the item with that key; None when nothing is called so. A name of an own kind
    is read in its direction: `causes` finds what causes, `is caused by` what is caused."""
    if known := LINKS.get(value.casefold()):
        kind, end = known
        return _at(Link.objects.filter(kind=kind), end)  # house: reads — narrows items that visible_to has chosen
    kinds = list(LinkKind.objects.visible_to(user).called(value)[:_MOST])
    if kinds:
        rows = Link.objects.visible_to(user)
        found = Q(pk__in=[])
        for one in kinds:
            outward, inward = value.casefold() == one.name.casefold(), value.casefold() == one.inverse.casefold()
            found |= _at(rows.filter(own_kind=one), "" if outward and inward else "out" if outward else "in")
        return found
    if not _KEY.fullmatch(value):
        return None
    there = WorkItem.objects.visible_to(user).filter(key__in=(value, value.upper())).values("pk")
    rows = Link.objects  # house: reads — narrows items that visible_to has chosen
    return Q(pk__in=rows.filter(source__in=there).values("target_id")) | Q(pk__in=rows.filter(target__in=there).values("source_id"))


def none() -> Q:
    return ~_at(Link.objects.all(), "")  # house: reads — narrows items that visible_to has chosen


def names(user: Any, seen: frozenset[int]) -> list[str]:
    """What the kinds of these spaces are called, in both directions."""
    rows = LinkKind.objects.visible_to(user).active().filter(space_id__among=seen).order_by("name", "inverse").values_list("name", "inverse").distinct()[:_MOST]
    return list(dict.fromkeys(name for pair in rows for name in pair))


def allowed(user: Any) -> str:
    return ", ".join([*(word for word in LINKS if word.isascii()), *names(user, user.visible_space_ids())[:10], "POR-12", "none"])


def _at(rows: Any, end: str) -> Q:
    """Items at that end of one of these links; at either end without a word. What was removed is no other end."""
    outward = Q(pk__in=rows.filter(target__removed_at=None).values("source_id"))
    inward = Q(pk__in=rows.filter(source__removed_at=None).values("target_id"))
    return {"out": outward, "in": inward}.get(end, outward | inward)
