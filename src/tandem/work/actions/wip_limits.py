"""How much may be begun at once: who says so, and the rule that every move keeps.

Imports and replays (`imports`, `replays`, `work_items.create_many`) are exempt: they write down what has happened.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.work.models import Column, ServiceClass, WipLimit, WipOverride, WorkItem, WorkItemType
from tandem.work.models.wip_limit import standing, titles

_DO = Permission.EDIT_PLAN
MOST_LIMITS = 100
# a change of one of these may bring an item under a limit
RULED = frozenset(
    {"state", "assignees", "priority", "type", "parent", "labels", "service_class", "removed_at"}
)


def create(
    *,
    actor: Any,
    space: Space,
    most: int,
    column: Column | None = None,
    lane: str = "",
    person: User | None = None,
    stops: bool = False,
    least: int | None = None,
) -> WipLimit:
    """One limit for each place. More than it allows may stand there already: nothing is thrown out, nothing more comes in."""
    require(actor, _DO, space.pk)
    _check(space.pk, most, column, lane)
    _check_least(least, most)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        rows = WipLimit.objects.filter(space=space)
        if rows.filter(column=column, lane=lane, person=person).exists():
            raise Refused("limit_exists", field="most")
        if rows.count() >= MOST_LIMITS:
            raise Refused("limits_too_many", most=MOST_LIMITS)
        return writing.create(
            WipLimit, actor=actor, permission=_DO, verb="wip_limit.created",
            space=space, most=most, column=column, lane=lane, person=person, stops=stops, least=least,
        )  # fmt: skip


def change(*, actor: Any, limit: WipLimit, version: int | None, **values: Any) -> WipLimit:
    """`most`, `least` and `stops`; what it limits stays what it is."""
    if unknown := set(values) - {"most", "least", "stops"}:
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    if values.get("most", limit.most) < 1:
        raise Refused("limit_too_small", field="most")
    _check_least(values.get("least", limit.least), values.get("most", limit.most))
    return writing.change(
        limit, actor=actor, permission=_DO, verb="wip_limit.changed", version=version, **values
    )


def remove(*, actor: Any, limit: WipLimit, version: int | None = None) -> None:
    writing.remove(limit, actor=actor, permission=_DO, verb="wip_limit.removed", version=version)


def _check_least(least: int | None, most: int) -> None:
    if least is not None and not 1 <= least <= most:
        raise Refused("least_too_much", field="least", most=most)


def _check(space_id: int, most: int, column: Column | None, lane: str) -> None:
    if most < 1:
        raise Refused("limit_too_small", field="most")
    if column is not None and column.space_id != space_id:
        raise Refused("other_space", field="column")
    kind, colon, value = lane.partition(":")
    number = whole_number(value)
    known = {
        "": not colon,
        "class": value in ServiceClass.values,
        "priority": not value or number in WorkItem.Priority.values,
        "type": number is not None and WorkItemType.objects.filter(pk=number, space=space_id).exists(),
        "parent": not value
        or (number is not None and WorkItem.objects.filter(pk=number, space=space_id).exists()),
        "label": 0 < len(value) <= 200,
    }
    if not known.get(kind, False):
        raise Refused("choice_unknown", field="lane")


# ── the rule ──


def hold(space_id: int) -> list[WipLimit]:
    """The stopping limits of the space, locked until the transaction ends: of two who pull at the same moment the second
    counts what the first has pulled."""
    rows = WipLimit.objects.filter(space=space_id).stopping().select_for_update(no_key=True, of=("self",))
    return list(rows.select_related("column", "person").order_by("pk"))


def counting(limits: list[WipLimit], item: WorkItem) -> set[int]:
    """Which of them count the item as it stands in the database."""
    return {pk for pk, n in standing(limits, WorkItem.objects.filter(pk=item.pk)).items() if n}


def keep(
    *, actor: Any, item: WorkItem, limits: list[WipLimit], before: Collection[int], reason: str = ""
) -> list[str]:
    """The item was written: no limit that it newly falls under is crossed, or `reason` says why it is.

    Returns the names of those that were. Raises `Refused("wip_limit_reached")` otherwise.
    """
    entered = [one for one in limits if one.pk in counting(limits, item) - set(before)] if limits else []
    counts = standing(entered, WorkItem.objects.filter(space=item.space_id))
    crossed = [one for one in entered if counts[one.pk] > one.most]
    if not crossed:
        return []
    names, reason = titles(crossed), reason.strip()[:500]
    first = crossed[0]
    if not reason:
        raise Refused(
            "wip_limit_reached",
            field="state",
            limit=names[first.pk],
            most=first.most,
            count=counts[first.pk] - 1,
        )
    WipOverride.objects.bulk_create(
        WipOverride(
            space_id=item.space_id, limit=one, item=item, reason=reason, count=counts[one.pk], by=actor
        )
        for one in crossed
    )
    return [f"{names[one.pk]} {counts[one.pk]}/{one.most}" for one in crossed]
