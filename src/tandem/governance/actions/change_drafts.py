"""A change request that begins with its content: what a way out of a conflict would do, or another day for a promise."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from tandem.governance.actions import change_requests
from tandem.governance.models import ChangeRequest
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Space
from tandem.planning.models import LevelledDates, PlanChange, PlanConflict
from tandem.product.models import Feature, Promise
from tandem.work.models import WorkItem

Content = tuple[str, int, dict[str, Any]]
MOST = 100
_K = PlanChange.Kind


def create(
    *, actor: Any, space: Space, conflict: PlanConflict | None = None, way: int | None = None, promise: Promise | None = None, on: date | None = None, **values: Any
) -> ChangeRequest:
    """As any request; what the way out or the day would change is written down with it, as far as a rule lets it stand there. Whoever raises
    it looks through it before it is handed in."""
    with transaction.atomic():
        row = change_requests.create(actor=actor, space=space, conflict=conflict, promise=promise, **values)
        found = of_way(actor, conflict, way) if conflict is not None and way is not None else []
        if promise is not None and on is not None:
            found.append((_K.PROMISE, promise.pk, {"date": on.isoformat()}))
        for kind, subject, given in found[:MOST]:
            try:
                with transaction.atomic():
                    change_requests.add(actor=actor, change_request=row, kind=kind, subject=subject, **given)
            except (Refused, Denied, Hidden):
                continue
    return ChangeRequest.objects.get(pk=row.pk)


def of_way(actor: Any, conflict: PlanConflict, number: int) -> list[Content]:
    """What the way decides, and what it lets wait: somebody else does the work, the work is dropped, or items begin no earlier than the way has them.
    What comes earlier by that is the business of the plan."""
    if not 0 <= number < len(conflict.ways or ()):
        raise Refused("ways_outdated")
    way = conflict.ways[number]
    items = [int(pk) for pk in way.get("items", ())]
    if day := way["until"] if way["code"] == "window" or (way["code"] == "shift" and not way["item"]) else None:
        return _told_anew(conflict, day)
    found: list[Content] = []
    if way["code"] == "drop":
        return [(_K.DROP, pk, {}) for pk in items]
    if way["code"] == "hand_over":
        gone, to = way.get("gone"), way.get("to")
        for item in WorkItem.objects.visible_to(actor).open().filter(pk__in=items).prefetch_related("assignments").order_by("pk"):
            people = {one.user_id for one in item.assignments.all()} - {gone} | {to}
            found.append((_K.ITEM, item.pk, {"assignees": sorted(people)}))
        return found
    moved = {int(pk): datetime.fromisoformat(first) for pk, (first, _last) in way["dates"].items()}
    # house: reads — where the plan has items that the way names; each is written down only if the person sees it
    stands = dict(LevelledDates.objects.filter(item_id__in=moved).values_list("item_id", "start"))
    waiting = [(pk, first) for pk, first in moved.items() if pk in stands and first.date() > stands[pk].date()]
    return [(_K.ITEM, pk, {"starts_on": first.date().isoformat()}) for pk, first in sorted(waiting, key=lambda row: (-(row[1] - stands[row[0]]).days, row[0]))]


def _told_anew(conflict: PlanConflict, day: str) -> list[Content]:
    """The day that is told moves to the one that the plan has: of a window of the roadmap, or of a promise."""
    pk = conflict.subject_id
    if conflict.kind == PlanConflict.Kind.PROMISE:
        return [(_K.PROMISE, pk, {"date": day})]
    if conflict.kind != PlanConflict.Kind.DRIFT:
        return []
    is_feature = conflict.subject_kind == Feature._meta.label_lower
    return [(_K.FEATURE, pk, {"planned_to": day}) if is_feature else (_K.RELEASE, pk, {"planned_on": day})]
