"""What follows from fields, written in the transaction of what it follows from: formulas of an item, roll-ups of those above it.

Stored, not computed when read: tables of 100,000 items sort and filter by it as by every other field. It is nobody's change, so it makes no
event and no version; whoever writes items another way than `work_items` calls `follow` behind it."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from tandem.kit import jobs
from tandem.work.models import FieldDefinition, WorkItem
from tandem.work.models.derivation import Plan, derived, plan_of

AT_ONCE, _CHUNK = 1000, 500
"""As many items are computed in the request that defines a field; more of them by a job."""


@dataclass
class _Noted:
    plan: Plan | None
    items: set[int] = field(default_factory=set)


_together: ContextVar[dict[int, _Noted] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Of many writes in one transaction what follows is computed once, at the end."""
    if _together.get() is not None:
        yield
        return
    noted: dict[int, _Noted] = {}
    token = _together.set(noted)
    try:
        yield
    finally:
        _together.reset(token)
    for one in noted.values():
        _settle(one.plan, one.items)


def hold(space_id: int) -> Plan | None:
    """Before items of the space are written. Where something rolls up, they are written one transaction after the other:
    of two that change parts of one item the second counts what the first has written."""
    noted = _together.get()
    if noted is not None and space_id in noted:
        return noted[space_id].plan
    plan = plan_of(FieldDefinition.objects.filter(space=space_id).active().with_types())
    if plan is not None and plan.rollups:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"derived/{space_id}"])
    if noted is not None:
        noted[space_id] = _Noted(plan)
    return plan


def follow(plan: Plan | None, space_id: int, items: Iterable[int | None]) -> None:
    """These items were written, or stand above one that came, went or was moved away. `plan` is what `hold` gave."""
    if plan is None:
        return
    noted, ids = _together.get(), {pk for pk in items if pk is not None}
    if noted is not None:
        noted.setdefault(space_id, _Noted(plan)).items |= ids
    else:
        _settle(plan, ids)


def written(space_id: int, items: Collection[int | None]) -> None:
    """`hold` and `follow` at once, for whoever has written already."""
    with transaction.atomic():
        follow(hold(space_id), space_id, items)


def settle(space_id: int) -> int:
    """Every item of the space anew. Returns how many."""
    with transaction.atomic():
        plan = hold(space_id)
        if plan is None:
            return WorkItem.objects.filter(space=space_id).exclude(derived={}).update(derived={})
        above = dict(WorkItem.objects.filter(space=space_id).values_list("id", "parent_id"))
        _by_depth(plan, above, set(above), is_every=True)
    return len(above)


def settle_later(spaces: Collection[int]) -> None:
    """A definition has changed: a few items at once, many by jobs."""
    if WorkItem.objects.in_spaces(spaces).count() <= AT_ONCE:
        for space_id in spaces:
            settle(space_id)
        return
    for space_id in spaces:
        jobs.enqueue("work.derive", once=f"derive/{space_id}", lock=f"derive/{space_id}", space_id=space_id)


def _settle(plan: Plan | None, ids: set[int]) -> None:
    if plan is None or not ids:
        return
    if plan.rollups:
        _by_depth(plan, _ancestors(ids), ids)
    else:
        _write(plan, ids)


def _ancestors(ids: set[int]) -> dict[int, int | None]:
    """These items and all above them, each with its parent: a query for each level, of which there are few."""
    found: dict[int, int | None] = {}
    waiting = ids
    while waiting:
        found |= dict(WorkItem.objects.filter(pk__in=waiting).values_list("id", "parent_id"))
        waiting = {parent for pk in waiting if (parent := found.get(pk)) and parent not in found}
    return found


def _by_depth(plan: Plan, above: dict[int, int | None], ids: set[int], *, is_every: bool = False) -> None:
    """Deepest first. What stands above one of `ids` is computed, and on from there as long as something changes."""
    levels: dict[int, set[int]] = {}
    depth: dict[int, int] = {}

    def deep(pk: int) -> int:
        chain: list[int] = []
        while pk not in depth and pk in above and len(chain) <= len(above):
            chain.append(pk)
            pk = above[pk] or 0
        at = depth.get(pk, -1)
        for one in reversed(chain):
            at = depth[one] = at + 1
        return at

    due = {pk for pk in ids if pk in above}
    due |= {parent for pk in due if (parent := above[pk]) and parent in above}
    for pk in due:
        levels.setdefault(deep(pk), set()).add(pk)
    for level in range(max(levels, default=-1), -1, -1):
        changed = _write(plan, levels.get(level, set()))
        if not is_every:
            levels.setdefault(level - 1, set()).update(p for pk in changed if (p := above[pk]) and p in above)


def _write(plan: Plan, ids: Collection[int]) -> list[int]:
    """Computes and writes these; those that have changed."""
    changed, columns, waiting = [], plan.columns, sorted(ids)
    for begin in range(0, len(waiting), _CHUNK):
        rows = list(WorkItem.objects.filter(pk__in=waiting[begin : begin + _CHUNK]).values(*columns))
        parts: dict[int, list[dict[str, Any]]] = {}
        if plan.rollups:
            below = WorkItem.objects.present().filter(parent__in=[row["id"] for row in rows]).order_by()
            for part in below.values(*columns):
                parts.setdefault(part["parent_id"], []).append(part)
        fresh = [WorkItem(pk=row["id"], derived=value) for row, value in zip(rows, derived(plan, rows, parts), strict=True) if value != row["derived"]]
        if len(fresh) == 1:
            WorkItem.objects.filter(pk=fresh[0].pk).update(derived=fresh[0].derived)
        else:
            WorkItem.objects.bulk_update(fresh, ["derived"])
        changed += [one.pk for one in fresh]
    return changed
