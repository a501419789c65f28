"""What the page of a work item, its peek and the table show alike: links in words, people to choose from."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import pgettext

from tandem.kit import clock
from tandem.reports.queries.linked import words
from tandem.work.models import Block, Link, ServiceClass, WorkItem


def kinds(own: Iterable[dict[str, Any]] = ()) -> list[tuple[str, str]]:
    """What can be drawn from an item's page, the usual ones first; `own` are those of its project."""
    said = words()
    order = ("blocks:in", "blocks", "FS:in", "FS", "SS:in", "SS", "FF:in", "FF", "SF:in", "SF", "relates", "duplicates", "duplicates:in")
    found = [(name, said[name]) for name in order]
    for kind in own:
        found.append((f"own-{kind['id']}", kind["name"]))
        if kind["inverse"].casefold() != kind["name"].casefold():
            found.append((f"own-{kind['id']}:in", kind["inverse"]))
    return found


def link_groups(links: list[Link], item: WorkItem, seen: frozenset[int]) -> list[dict[str, Any]]:
    """The links of an item, grouped by what they say; an end that the reader cannot see is not named."""
    said, found = words(), {}
    for link in links:
        outward = link.source_id == item.pk
        other = link.target if outward else link.source
        title = _title(link, outward, said)
        group = found.setdefault(title, {"title": title, "rows": []})
        group["rows"].append({"link": link, "other": other if other.space_id in seen else None, "lag": lag(link)})
    return list(found.values())


def _title(link: Link, outward: bool, said: dict[str, str]) -> str:
    if link.own_kind is not None:
        return link.own_kind.name if outward else link.own_kind.inverse
    return said[link.kind if outward else f"{link.kind}:in"]


def lag(link: Link) -> str:
    """`+2 d`, `−50 %`; nothing when there is none."""
    if link.lag_percent:
        return f"{'+' if link.lag_percent > 0 else '−'}{abs(link.lag_percent):g} %"
    if not link.lag_minutes:
        return ""
    days = abs(link.lag_minutes) / (1440 if link.is_lag_elapsed else 480)
    return pgettext("lag of a link", "%(n)s d") % {"n": f"{'+' if link.lag_minutes > 0 else '−'}{days:.3g}"}


def blocked(user: Any, item: WorkItem) -> dict[str, Any]:
    """What blocks the item and what did, newest first, with the days of each and of all."""
    rows = list(Block.objects.visible_to(user).filter(item=item).select_related("by")[:50]) if item.has_blocks else []  # type: ignore[attr-defined]
    now = clock.now()
    found = [{"row": row, "days": row.lasted(now), "is_open": row.ended_at is None} for row in rows]
    return {
        "blocks": found, "blocked_days": sum(row["days"] for row in found), "classes": [(v, str(t)) for v, t in ServiceClass.choices],
        "block_kinds": [(v, str(t)) for v, t in Block.Kind.choices],
    }  # fmt: skip
