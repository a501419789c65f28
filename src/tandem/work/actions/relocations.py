"""A work item goes to another space. It gets a key there; the old one stays behind as its address, removed, with the
history that belongs to the old space. So nobody reads in one space what happened in the other."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tandem.collaboration.models import Attachment, Comment, Thanks, Watch
from tandem.history.models import Event
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.work.actions import blocks, clones, derived, fields, time_entries, time_locks, work_items
from tandem.work.models import Block, ChecklistEntry, Link, State, TimeEntry, WorkItem, WorkItemType

_DO = Permission.EDIT_WORK
_KIND = WorkItem._meta.label_lower
# what goes along besides what a copy begins with
_ALONG = (*clones.COPIED, "description_format", "spent_minutes", "expected_minutes", "percent_complete", "planned_start", "planned_finish", "constraint",
          "constraint_at", "deadline_at", "is_manual")  # fmt: skip

# what happens to a row of the history without changing what the item says
_COMINGS = ("work_item.created", "work_item.relocated", "work_item.restored", "work_item.removed", "work_item.cloned")


@dataclass(frozen=True)
class Mapping:
    """What stands there for what was here: by the type's and the state's id, and by the key of a field."""

    types: dict[int, WorkItemType] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def proposed(item: WorkItem, target: Space) -> tuple[WorkItemType | None, State | None]:
    """Type and state of the target that stand for those of the item: of the same name, else of the same level and category."""
    types = WorkItemType.objects.filter(space=target).active()
    kind = types.filter(name=item.type.name).first() or types.filter(level=item.type.level).first() or types.first()
    return kind, _stage(item, target, kind)


def _stage(item: WorkItem, target: Space, kind: WorkItemType | None) -> State | None:
    states = State.objects.filter(space=target).active().in_order()
    if kind is not None and kind.state_ids:
        states = states.filter(pk__in=kind.state_ids)
    return states.filter(name=item.state.name).first() or states.filter(category=item.state.category).first() or states.first()


def relocate(
    *, actor: Any, item: WorkItem, version: int | None, space: Space, type: WorkItemType | None = None, state: State | None = None,
    mapping: Mapping | None = None, run: UUID | None = None,
) -> WorkItem:  # fmt: skip
    """The item with its parts, checklist, comments, files and links; people who do not see the target are left out, the
    parent and the sprint too. In both spaces the actor may edit work."""
    known = mapping or Mapping()
    require(actor, _DO, space.pk)
    require(actor, _DO, item.space_id)
    if space.pk == item.space_id:
        raise Refused("same_space", field="space")
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    with transaction.atomic(), derived.together():
        plan = derived.hold(item.space_id)
        members = set(members_of(space.pk).values_list("user_id", flat=True))
        parts, moved = clones.parts_of(item), {item.pk: item}
        places = {item.pk: _place(item, space, known, type, state), **{part.pk: _place(part, space, known) for part in parts}}
        opened = {part.parent_id for part in parts if (stage := places[part.pk][1]) is not None and not stage.is_done}
        made: dict[int, WorkItem] = {}
        for row in (item, *parts):
            above = made[row.parent_id] if row.pk != item.pk else None
            made[row.pk] = _arrive(actor, row, space, places[row.pk], above, members, known, run, may_stay_away=row.pk not in opened)
            moved[row.pk] = row
        for arrived in made.values():
            arrived.refresh_from_db()
        for pk, old in reversed(moved.items()):
            moment = clock.now()
            old.write(expected=version if pk == item.pk else None, removed_at=moment, updated_at=moment, moved_to=made[pk])
            record("work_item.relocated", old, actor=actor, changes={"removed_at": [None, moment]}, run=run)
        derived.follow(plan, item.space_id, list(moved))
        derived.follow(derived.hold(space.pk), space.pk, [one.pk for one in made.values()])
    return made[item.pk]


def take_back(*, actor: Any, item: WorkItem, origin: WorkItem | None = None) -> WorkItem:
    """As if it had not been moved, while nobody has changed it at its new place and there is room where it was. Returns the
    item of before. What was taken back is done once more in the same way: the place that it had left takes it again."""
    require(actor, _DO, item.space_id)
    with transaction.atomic(), derived.together():
        came = WorkItem.objects.filter(moved_to=item, **({"pk": origin.pk} if origin else {})).order_by("-removed_at")
        old = came.select_for_update(of=("self",)).select_related("space").first()
        if old is None or item.removed_at:
            raise Refused("not_moved")
        require(actor, _DO, old.space_id)
        rows = [item, *clones.parts_of(item)]
        before: dict[int, WorkItem] = {}
        for row in rows:
            there = old if row.pk == item.pk else _origin(row, old)
            if there is None or _is_changed(row, there):
                raise Refused("moved_changed", key=item.key)
            before[row.pk] = there
        for row in rows:
            _carry(row, before[row.pk])
        for row in reversed(rows):
            _leave(actor, row)
        for row in rows:
            back = WorkItem.objects.select_related("space", "state", "type", "parent").get(pk=before[row.pk].pk)
            work_items.restore(actor=actor, item=back, version=None)
            blocks.come_back(actor=actor, item=back, made=row)
            blocks.end_finished(actor=actor, items=[back])
    old.refresh_from_db()
    return old


def _leave(actor: Any, item: WorkItem) -> None:
    """Where it went is only known once it is there: `restore` says it."""
    moment, plan = clock.now(), derived.hold(item.space_id)
    item.write(expected=None, removed_at=moment, updated_at=moment)
    derived.follow(plan, item.space_id, [item.pk])
    record("work_item.relocated", item, actor=actor, changes={"removed_at": [None, moment]})


def _origin(part: WorkItem, whole: WorkItem) -> WorkItem | None:
    """Where the part came from when the whole left: the parts go first."""
    came = WorkItem.objects.filter(moved_to=part, space=whole.space_id, removed_at__lte=whole.removed_at)
    return came.order_by("-removed_at").first()


def _is_changed(item: WorkItem, origin: WorkItem) -> bool:
    """Whether somebody did more to it since it left `origin` than to bring it here, to copy it, or to remove it and bring it back."""
    if item.version == 1:
        return False
    left = Event.objects.of(origin).filter(verb="work_item.relocated").order_by("-id").values_list("id", flat=True).first()
    return left is None or Event.objects.of(item).filter(id__gt=left).exclude(verb__in=_COMINGS).exists()


def _place(
    old: WorkItem, space: Space, mapping: Mapping, type: WorkItemType | None = None, state: State | None = None
) -> tuple[WorkItemType | None, State | None]:
    """Type and state there: those that were told, else mapped, else proposed."""
    kind, stage = proposed(old, space)
    kind = type or mapping.types.get(old.type_id) or kind
    stage = state or mapping.states.get(old.state_id) or stage
    if state is None and kind is not None and stage is not None and not kind.uses(stage.pk):
        stage = _stage(old, space, kind)  # one mapping serves all types: each stays in its own workflow
    return kind, stage


def _arrive(
    actor: Any, old: WorkItem, space: Space, place: tuple[WorkItemType | None, State | None], parent: WorkItem | None, members: set[int],
    mapping: Mapping, run: UUID | None, may_stay_away: bool,
) -> WorkItem:  # fmt: skip
    """`may_stay_away`: what was put away is so there, too, but for what has an open part there."""
    kind, stage = place
    people = [u for u in old.assignees.all() if u.pk in members]
    values = {name: getattr(old, name) for name in _ALONG}
    own = values["fields"] = _taken(actor, old, space, kind, mapping)
    values["actual_start"] = old.actual_start  # what has begun has begun, whatever it comes to
    if stage is not None and stage.category == old.state.category:
        values |= {name: getattr(old, name) for name in work_items.ACTUAL}
        values["archived_at"] = old.archived_at if may_stay_away else None
    made = work_items.create(
        actor=actor, space=space, title=old.title, type=kind, state=stage, parent=parent, assignees=people, stood=own, is_arrival=True, run=run, **values
    )
    WorkItem.objects.filter(pk=made.pk).update(created_at=old.created_at, reporter_id=old.reporter_id)
    _carry(old, made)
    blocks.end_finished(actor=actor, items=[made])
    ChecklistEntry.objects.filter(item=made).exclude(owner__in=members).update(owner=None)
    return made


def _taken(actor: Any, old: WorkItem, space: Space, type: WorkItemType | None, mapping: Mapping) -> dict[str, Any]:
    """The own values that the target takes; the others stay with the old item."""
    given = {mapping.fields.get(name, name): value for name, value in old.fields.items()}

    def kept(values: dict[str, Any]) -> dict[str, Any]:
        return fields.kept(actor=actor, space_id=space.pk, type_id=type.pk if type else 0, before={}, after=values)

    try:
        return kept(given)
    except Refused:
        found: dict[str, Any] = {}
    for name, value in given.items():
        with suppress(Refused):
            found |= kept({name: value})
    return found


def _carry(old: WorkItem, new: WorkItem) -> None:
    """What hangs on the one hangs on the other. A watch goes along if its person sees the place."""
    said = list(Comment.objects.filter(subject_kind=_KIND, subject_id=old.pk).values_list("pk", flat=True))
    Attachment.objects.filter(subject_kind=Comment._meta.label_lower, subject_id__in=said).update(space=new.space_id)
    for model in (Comment, Attachment, Thanks):
        model.objects.filter(subject_kind=_KIND, subject_id=old.pk).update(subject_id=new.pk, space=new.space_id)
    there = set(members_of(new.space_id).values_list("user_id", flat=True))
    already = Watch.objects.filter(subject_kind=_KIND, subject_id=new.pk).values("user")
    watches = Watch.objects.filter(subject_kind=_KIND, subject_id=old.pk, user__in=there).exclude(user__in=already)
    watches.update(subject_id=new.pk, space=new.space_id)
    ChecklistEntry.objects.filter(item=old).update(item=new, space=new.space_id)
    time_locks.check_items([old.pk])
    TimeEntry.objects.filter(item=old).update(item=new, space=new.space_id)
    for row in (old, new):
        time_entries.recount(row.pk)
    Block.objects.open().filter(item=old).update(item=new, space=new.space_id)
    Link.objects.filter(source=old).update(source=new, space=new.space_id, version=F("version") + 1)
    Link.objects.filter(target=old).update(target=new, version=F("version") + 1)

