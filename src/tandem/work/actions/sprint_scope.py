"""What stands in which sprint. An item is in at most one open sprint; in closed ones it stays, as their record."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from tandem.history.models import Event
from tandem.history.record import record, within
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.work.actions import ranks
from tandem.work.models import Sprint, SprintChange, WorkItem

_DO = Permission.EDIT_WORK
_STANDS = WorkItem.sprints.through


def put(
    *,
    actor: Any,
    items: list[tuple[WorkItem, int | None]],
    sprint: Sprint | None,
    after: WorkItem | None = None,
    to_top: bool = False,
    run: uuid.UUID | None = None,
) -> list[WorkItem]:
    """Items with the version known of them into an open sprint, or back to the backlog (None). `after` and `to_top`
    also rank them, one behind the other. Every one that comes or goes is a change of scope on record."""
    for item, _version in items:
        require(actor, _DO, item.space_id)
        if sprint is not None and sprint.space_id != item.space_id:
            raise Refused("other_space", field="sprint")
        if item.removed_at is not None:
            raise Refused("item_removed", key=item.key)
    with transaction.atomic():
        _refuse_closed(sprint)
        stands = _standing(item.pk for item, _ in items)
        for item, version in items:
            values = {"rank": ranks.behind(item.space_id, after, item)} if after is not None or to_top else {}
            _move(actor, item, version, stands.get(item.pk, {}), sprint, values, run)
            if values:
                after, to_top = item, False
    return [item for item, _ in items]


def carry_over(*, actor: Any, items: list[WorkItem], origin: Sprint, target: Sprint) -> None:
    """What `origin` could not finish goes on in `target`, and stays in `origin` as well. Called by `sprints.close`."""
    require(actor, _DO, origin.space_id)
    stands = _standing(i.pk for i in items)
    for item in items:
        _move(actor, item, None, stands.get(item.pk, {}), target, {}, None, origin=origin)


def take_back(*, actor: Any, sprint: Sprint, closed_at: datetime | None) -> None:
    """What was handed on when it was closed, at `closed_at`, leaves where it was handed to; what somebody has moved since
    stays where they put it. Called by `sprints.reopen`."""
    require(actor, _DO, sprint.space_id)
    items = held(sprint)
    stands = _standing(i.pk for i in items)
    since: dict[int, list[SprintChange]] = {}
    if closed_at is not None:  # nobody knows when an imported sprint was closed
        for passage in SprintChange.objects.filter(item__in=items, at__gte=closed_at).order_by("at", "id"):
            since.setdefault(passage.item_id, []).append(passage)
    for item in items:
        elsewhere = {pk for pk, s in stands[item.pk].items() if s.is_open and pk != sprint.pk}
        passages = since.get(item.pk, [])
        handed = passages[:1] if passages and passages[0].carried_from_id == sprint.pk else []
        is_moved = len(passages) > len(handed) or (elsewhere and not handed)
        if is_moved:
            _leave(actor, item, stands[item.pk], {sprint.pk})
        elif elsewhere:
            _move(actor, item, None, stands[item.pk], sprint, {}, None)


def empty(*, actor: Any, sprint: Sprint) -> None:
    """Everything leaves it, what was removed too, so that it comes back to the backlog. Called by `sprints.remove`."""
    require(actor, _DO, sprint.space_id)
    items = held(sprint)
    stands = _standing(i.pk for i in items)
    for item in items:
        _leave(actor, item, stands[item.pk], {sprint.pk})


def held(sprint: Sprint) -> list[WorkItem]:
    """What stands in it, removed items too, locked: nobody moves it meanwhile. Without a join, out of which a card would
    drop that is being moved."""
    ids = _STANDS.objects.filter(sprint_id=sprint.pk).values_list("workitem_id", flat=True)
    return list(WorkItem.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(no_key=True))


def undo(*, actor: Any, run: uuid.UUID, again: uuid.UUID | None = None) -> tuple[int, int]:
    """Take one's own move back. Returns (taken back, left alone because somebody moved them since). `again` is the run
    of what is done here: taking that one back does the move once more."""
    kind = WorkItem._meta.label_lower
    events = Event.objects.filter(run=run, actor=actor, subject_kind=kind, verb="work_item.changed").order_by(
        "-id"
    )
    back = left = 0
    with transaction.atomic(), within(again or uuid.uuid4()):
        for event in events:
            item = WorkItem.objects.visible_to(actor).present().filter(pk=event.subject_id).first()
            if item is not None and _undone(actor, item, event.changes):
                back += 1
            else:
                left += 1
    return back, left


def _undone(actor: Any, item: WorkItem, changes: dict[str, list[Any]]) -> bool:
    if not changes or set(changes) - {"sprints", "rank"}:
        return False
    stands = _standing([item.pk]).get(item.pk, {})
    was, became = changes.get("sprints", [sorted(stands), sorted(stands)])
    if sorted(stands) != became:
        return False
    if item.rank != changes.get("rank", [item.rank, item.rank])[1]:
        return False
    old = [s for s in Sprint.objects.filter(pk__in=was, space=item.space_id) if s.is_open]
    if len([pk for pk in was if pk not in became]) > len(old):
        return False  # it was closed or removed meanwhile
    require(actor, _DO, item.space_id)
    values = {"rank": changes["rank"][0]} if "rank" in changes else {}
    _refuse_closed(old[0] if old else None)
    _move(actor, item, None, stands, old[0] if old else None, values, None)
    return True


def _refuse_closed(sprint: Sprint | None) -> None:
    if sprint is None:
        return
    now = Sprint.objects.select_for_update(no_key=True).filter(pk=sprint.pk).first()
    if now is None or not now.is_open:
        raise Refused("sprint_closed", field="sprint", name=sprint.name)


def _standing(ids: Iterable[int]) -> dict[int, dict[int, Sprint]]:
    """Item id → the sprints in which it stands, closed ones too."""
    rows = list(_STANDS.objects.filter(workitem_id__in=list(ids)).values_list("workitem_id", "sprint_id"))
    sprints = Sprint.objects.in_bulk({s for _, s in rows})
    found: dict[int, dict[int, Sprint]] = {}
    for item, sprint in rows:
        found.setdefault(item, {})[sprint] = sprints[sprint]
    return found


def _move(
    actor: Any,
    item: WorkItem,
    version: int | None,
    stands: dict[int, Sprint],
    sprint: Sprint | None,
    values: dict[str, Any],
    run: uuid.UUID | None,
    origin: Sprint | None = None,
) -> None:
    leaving = [s for pk, s in stands.items() if s.is_open and (sprint is None or pk != sprint.pk)]
    entering = [sprint] if sprint is not None and sprint.pk not in stands else []
    changes: dict[str, Any] = {f: [getattr(item, f), v] for f, v in values.items() if getattr(item, f) != v}
    if not (leaving or entering or changes):
        return
    item.write(expected=version, updated_at=clock.now(), **values)
    if leaving or entering:
        after = sorted({*stands, *(s.pk for s in entering)} - {s.pk for s in leaving})
        changes["sprints"] = [sorted(stands), after]
        _STANDS.objects.filter(workitem_id=item.pk, sprint_id__in=[s.pk for s in leaving]).delete()
        _STANDS.objects.bulk_create(_STANDS(workitem_id=item.pk, sprint_id=s.pk) for s in entering)
        gone = [SprintChange.of(item, s, is_added=False, by=actor) for s in leaving]
        come = [SprintChange.of(item, s, is_added=True, by=actor, carried_from=origin) for s in entering]
        SprintChange.objects.bulk_create([*gone, *come])
    record("work_item.changed", item, actor=actor, changes=changes, run=run)


def _leave(actor: Any, item: WorkItem, stands: dict[int, Sprint], gone: set[int]) -> None:
    item.write(expected=None, updated_at=clock.now())
    _STANDS.objects.filter(workitem_id=item.pk, sprint_id__in=gone).delete()
    SprintChange.objects.bulk_create(
        SprintChange.of(item, s, is_added=False, by=actor) for pk, s in stands.items() if pk in gone
    )
    after = sorted(set(stands) - gone)
    record("work_item.changed", item, actor=actor, changes={"sprints": [sorted(stands), after]})
