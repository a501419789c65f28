"""Creating, changing, moving and removing work items, one or many."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from tandem.collaboration import mentions
from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.work.actions import (
    blocks,
    derived,
    fields,
    move_requests,
    ranks,
    transitions,
    type_states,
    whereabouts,
    wip_limits,
)
from tandem.work.models import Assignment, MoveRequest, State, StateChange, WorkItem, WorkItemType
from tandem.work.models.derivation import Plan

_DO = Permission.EDIT_WORK
# Personal text: recorded so that it can be erased.
PERSONAL = ("title", "description")
# What people may set through a door; the rest follows from rules.
EDITABLE = (
    "title", "description", "type", "parent", "priority", "service_class", "labels", "fields", "due_on", "estimate_points",
    "estimate_minutes", "spent_minutes", "expected_minutes", "planned_start", "planned_finish", "duration_minutes",
    "percent_complete", "is_milestone", "is_manual", "constraint", "constraint_at", "deadline_at", "calendar",
)  # fmt: skip
RANK_STEP = ranks.STEP
# what follows from the state; of `is_given_up` only that open work is not
ACTUAL = ("actual_start", "actual_finish", "is_given_up")
_FOLLOWING = (*ACTUAL, "archived_at")
# what needs no look-up when an item is written: search terms, and rows that were just read (the database insists on them as well)
_SOUND = ("grams", "space", "type", "state", "parent", "reporter", "calendar")


def create(
    *,
    actor: Any,
    space: Space,
    title: str,
    type: WorkItemType | None = None,
    state: State | None = None,
    assignees: Iterable[User] = (),
    override_reason: str = "",
    run: uuid.UUID | None = None,
    stood: dict[str, Any] | None = None,
    is_arrival: bool = False,
    **values: Any,
) -> WorkItem:
    """A work item at the end of the backlog, in the first state unless told otherwise; within the limits there. `stood` are
    own values that are copied; what comes from elsewhere (`is_arrival`) came to its state there."""
    require(actor, _DO, space.pk)
    if not title.strip():
        raise Refused("title_empty", field="title")
    with transaction.atomic():
        plan = derived.hold(space.pk)
        type = type or type_states.usual(space.pk, state)
        first = type_states.first_of(space.pk, type)
        state = state or first
        if state is None or type is None:
            raise Refused("no_workflow", space=space.name)
        _check_home(space.pk, state=state, type=type, **values)
        type_states.check_state(type, state)
        mentions.check(space.pk, values.get("description") or "")
        if values.get("fields"):
            values["fields"] = fields.kept(actor=actor, space_id=space.pk, type_id=type.pk, before=stood or {}, after=values["fields"])
        number = take_numbers(space, 1)
        last = WorkItem.objects.filter(space=space).aggregate(last=Max("rank"))["last"] or 0.0
        item = WorkItem(
            space=space, number=number, key=f"{space.key}-{number}", title=title.strip(), type=type, state=state, reporter=actor,
            rank=last + ranks.STEP, updated_at=clock.now(), **values,
        )  # fmt: skip
        _follow_state(item, state, clock.now())
        item.set_grams()
        item.full_clean(validate_unique=False, validate_constraints=False, exclude=_SOUND)
        people = list(assignees)
        if first is not None and not is_arrival:  # who begins further on passes there from the first state
            transitions.enter(actor=actor, item=item, from_state=first, people=people)
        item.save(force_insert=True)
        Assignment.objects.bulk_create([Assignment(item=item, user=u) for u in people])
        StateChange.objects.create(space=space, item=item, from_state=None, to_state=state, by=actor)
        changes, text = first_words(item, [u.pk for u in people])
        limits = wip_limits.hold(space.pk)
        _let_in(actor, item, limits, (), override_reason, changes, text)
        derived.follow(plan, space.pk, [item.pk])
        record("work_item.created", item, actor=actor, changes=changes, text=text, run=run)
    return item


def first_words(item: WorkItem, people: list[int], *, personal: tuple[str, ...] = PERSONAL) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the item began with, for its first event: ids and values other than the usual; erasable texts."""
    shown: dict[str, Any] = {"state": [None, item.state_id]}
    for name in (*EDITABLE, *_FOLLOWING):
        column: Any = WorkItem._meta.get_field(name)
        value = getattr(item, column.attname)
        if name not in PERSONAL and value not in (None, "") and value != column.get_default():
            shown[name] = [None, value]
    if people:
        shown["assignees"] = [[], sorted(people)]
    return shown, {f: [None, getattr(item, f)] for f in personal if getattr(item, f)}


def change(
    *,
    actor: Any,
    item: WorkItem,
    version: int | None,
    run: uuid.UUID | None = None,
    override_reason: str = "",
    dates: dict[str, Any] | None = None,
    is_taken_back: bool = False,
    is_approved: bool = False,
    **values: Any,
) -> WorkItem:
    """Write the fields that differ. `state` and `assignees` may stand among them. `run` marks a bulk change.

    A limit that stops is kept (`wip_limits.keep`), unless `override_reason` says why not. A move is one of those that are
    allowed (`transitions.keep`), unless it takes one's own back; `dates` are the actual dates that this brings back.
    A move that others approve is asked for instead (`move_requests.ask`): the item stays where it is, and `awaiting` says
    what it waits for."""
    require(actor, _DO, item.space_id)
    unknown = set(values) - set(EDITABLE) - {"state", "assignees", "rank", "is_given_up"}
    if unknown:
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    people = values.pop("assignees", None)
    if "fields" in values and not is_taken_back:
        values["fields"] = fields.changed(actor, item, values)
    differing = {f: v for f, v in values.items() if getattr(item, f) != v}
    if "title" in differing and not differing["title"].strip():
        raise Refused("title_empty", field="title")
    if values.get("is_given_up") and not differing.get("state", item.state).is_done:
        raise Refused("given_up_is_over", field="is_given_up")
    with transaction.atomic():
        before_people = sorted(item.assignments.values_list("user_id", flat=True)) if people is not None else []
        after_people = sorted({u.pk for u in people}) if people is not None else []
        if not differing and before_people == after_people:
            return item
        plan = derived.hold(item.space_id)
        _check_home(item.space_id, item=item, **differing)
        if not is_taken_back:
            type_states.check(item, differing)
        if not (is_taken_back or is_approved) and _asked_first(actor, item, version, differing, people) and before_people == after_people:
            return item
        is_ruled = before_people != after_people or wip_limits.RULED & differing.keys()
        limits = wip_limits.hold(item.space_id) if is_ruled else []
        inside = wip_limits.counting(limits, item)
        before = {f: getattr(item, f) for f in differing}
        mentions.check(item.space_id, differing.get("description") or "", before.get("description") or "")
        for field, value in differing.items():
            setattr(item, field, value)
        if "state" in differing:
            _pass_on(actor, item, differing, before, people, dates, is_taken_back)
        item.set_grams()
        item.full_clean(validate_unique=False, validate_constraints=False, exclude=_SOUND)
        extra = {"grams": item.grams} if "title" in differing else {}
        item.write(expected=version, updated_at=clock.now(), **extra, **differing)
        _write_around(actor, item, before, before_people, after_people, run, plan, is_taken_back=is_taken_back)
        changes, text = _said(before, differing, before_people, after_people)
        _let_in(actor, item, limits, inside, override_reason, changes, text)
        verb = "work_item.moved" if "state" in before else "work_item.changed"
        record(verb, item, actor=actor, changes=changes, text=text, run=run)
    return item


def _said(
    before: dict[str, Any], differing: dict[str, Any], people_before: list[int], people_after: list[int]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the event of a change says: values, and erasable texts."""
    changes = {f: [before.get(f), v] for f, v in differing.items() if f in before and f not in PERSONAL}
    if "fields" in changes:
        changes["fields"] = fields.difference(*changes["fields"])
    if people_before != people_after:
        changes["assignees"] = [people_before, people_after]
    return changes, {f: [before[f], differing[f]] for f in PERSONAL if f in before}


def _asked_first(actor: Any, item: WorkItem, version: int | None, differing: dict[str, Any], people: Any) -> bool:
    """A move that others approve is asked for; the rest of the change is written, but for the place on the board and how the
    work ended. Whether nothing of it is left."""
    if "state" not in differing or "type" in differing:
        return False
    item.awaiting = transitions.asked_for(actor=actor, item=item, version=version, values=differing, people=people)
    if item.awaiting is not None:
        for name in ("state", "rank") if item.state.is_done else ("state", "rank", "is_given_up"):
            differing.pop(name, None)
    return not differing


def _pass_on(
    actor: Any, item: WorkItem, differing: dict[str, Any], before: dict[str, Any], people: Any, dates: dict[str, Any] | None, is_taken_back: bool
) -> None:
    """The move is allowed, and brings its dates along; what waited for another one waits no more."""
    if not is_taken_back:
        keep = transitions.enter if "type" in before else transitions.keep  # into another workflow it comes as a new item does
        keep(actor=actor, item=item, from_state=before["state"], people=people)
    stood = {f: getattr(item, f) for f in _FOLLOWING}
    followed = _follow_state(item, differing["state"], clock.now(), dates)
    move_requests.lapse(actor=actor, requests=MoveRequest.objects.waiting().filter(item=item))
    differing |= followed
    before |= {f: stood[f] for f in followed}


def _write_around(
    actor: Any,
    item: WorkItem,
    before: dict[str, Any],
    people_before: list[int],
    people_after: list[int],
    run: uuid.UUID | None,
    plan: Plan | None,
    is_taken_back: bool = False,
) -> None:
    """What a change brings with it: assignments, the passage from state to state, the end of what blocked a finished item,
    what is computed from it."""
    if before:
        derived.follow(plan, item.space_id, [item.pk, getattr(before.get("parent"), "pk", None)])
    if people_before != people_after:
        item.assignments.exclude(user_id__in=people_after).delete()
        new = [Assignment(item=item, user_id=u) for u in people_after if u not in people_before]
        Assignment.objects.bulk_create(new)
    if "state" in before and not (is_taken_back and transitions.passage_taken_back(item, before["state"])):
        StateChange.objects.create(
            space_id=item.space_id, item=item, from_state=before["state"], to_state=item.state, by=actor
        )
    if "state" in before and item.state.is_done:
        blocks.end_with(actor=actor, item=item, run=run)


def _let_in(
    actor: Any,
    item: WorkItem,
    limits: list[Any],
    inside: Collection[int],
    reason: str,
    changes: dict[str, Any],
    text: dict[str, Any],
) -> None:
    """Limits are kept, or the event says which was crossed and why."""
    crossed = wip_limits.keep(actor=actor, item=item, limits=limits, before=inside, reason=reason)
    if crossed:
        changes["over_limit"] = [None, crossed]
        text["override_reason"] = [None, reason.strip()[:500]]


def move(
    *,
    actor: Any,
    item: WorkItem,
    version: int | None,
    state: State,
    after: WorkItem | None = None,
    to_top: bool = False,
    run: uuid.UUID | None = None,
    **more: Any,
) -> WorkItem:
    """Into `state`, behind the card `after`, or to the top of the column; `more` fields change with it."""
    values: dict[str, Any] = {"state": state, **more}
    require(actor, _DO, item.space_id)
    with transaction.atomic():
        if after is not None or to_top:
            values["rank"] = ranks.behind(item.space_id, after, item)
        rule = move_requests.rule_of(actor=actor, item=item, from_id=item.state_id, to_id=state.pk) if state.pk != item.state_id else None
        if rule is not None and rule.approvals:  # the card goes back to where it was: only the move is asked for
            values = {"state": state}
        return change(actor=actor, item=item, version=version, run=run, **values)


def change_many(
    *, actor: Any, items: list[tuple[WorkItem, int | None]], run: uuid.UUID | None = None, **values: Any
) -> list[WorkItem]:
    """The same change to many, all or none. `run` lets `undo` find it again."""
    with transaction.atomic(), derived.together():
        return [change(actor=actor, item=item, version=version, run=run, **values) for item, version in items]


def remove(*, actor: Any, item: WorkItem, version: int | None, run: uuid.UUID | None = None) -> None:
    """Out of every list, but kept: `restore` brings it back. An item with present parts stays."""
    require(actor, _DO, item.space_id)
    with transaction.atomic():
        if item.children.filter(removed_at=None).exists():
            raise Refused("has_parts")
        if item.removed_at is not None:
            return
        moment, plan = clock.now(), derived.hold(item.space_id)
        item.write(expected=version, removed_at=moment, updated_at=moment)
        derived.follow(plan, item.space_id, [item.pk])
        record("work_item.removed", item, actor=actor, changes={"removed_at": [None, moment]}, run=run)


def restore(*, actor: Any, item: WorkItem, version: int | None) -> None:
    """Back to where it stood, if there is room, and if what it is a part of is there. What went to another space stands once."""
    require(actor, _DO, item.space_id)
    with transaction.atomic():
        plan, limits = derived.hold(item.space_id), wip_limits.hold(item.space_id)
        now, became = whereabouts.alone(actor=actor, item=item)
        if (removed_at := now.removed_at) is None:
            return
        _check_home(item.space_id, item=item, parent=item.parent)
        inside = wip_limits.counting(limits, item)
        item.write(expected=version, removed_at=None, moved_to=None, updated_at=clock.now())
        if became is not None:  # the last place that it had leads here from now on
            WorkItem.objects.filter(pk=became.pk).update(moved_to=item)
        derived.follow(plan, item.space_id, [item.pk])
        wip_limits.keep(actor=actor, item=item, limits=limits, before=inside)
        record("work_item.restored", item, actor=actor, changes={"removed_at": [removed_at, None]})


def create_many(
    *,
    actor: Any,
    space: Space,
    items: list[WorkItem],
    assignments: list[Assignment],
    changes: list[StateChange],
    is_numbered: bool = False,
    run: UUID | None = None,
) -> list[WorkItem]:
    """Prepared rows of an import or a simulation, in one go; an event per item. Rows come with state and type of
    the space; search terms and, unless they bring their own, numbers and keys are given here."""
    require(actor, _DO, space.pk)
    if not items:
        return []
    with transaction.atomic():
        first = 0 if is_numbered else take_numbers(space, len(items))
        for number, item in enumerate(items, first):
            item.space = space
            if not is_numbered:
                item.number = number
            item.key = item.key or f"{space.key}-{item.number}"
            item.updated_at = item.updated_at or clock.now()
            item.set_grams()
        plan = derived.hold(space.pk)
        WorkItem.objects.bulk_create(items, batch_size=1000)
        derived.follow(plan, space.pk, [item.pk for item in items])
        Assignment.objects.bulk_create(assignments, batch_size=2000)
        type_states.widen(actor=actor, items=items)
        for passage in changes:
            passage.space = space
        StateChange.objects.bulk_create(changes, batch_size=2000)
        people: dict[int, list[int]] = {}
        for row in assignments:
            people.setdefault(row.item_id, []).append(row.user_id)
        # without descriptions, which would be kept twice: a change of one records the text that it replaces
        rows = [(i, *first_words(i, people.get(i.pk, []), personal=("title",))) for i in items]
        record_many("work_item.created", rows, actor=actor, run=run)
    return items


def take_numbers(space: Space, count: int) -> int:
    """The first of `count` numbers that nobody else gets; holds the space's row until the transaction ends."""
    locked = Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    Space.objects.filter(pk=space.pk).update(next_number=F("next_number") + count)
    return locked.next_number


def _follow_state(item: WorkItem, state: State, moment: Any, dates: dict[str, Any] | None = None) -> dict[str, Any]:
    """Actual dates follow the state's category: first work starts, done finishes, leaving done reopens, what is open was not
    closed without a result, and is not put away: open work that nobody sees is lost. `dates` stand above that."""
    wanted = {f: getattr(item, f) for f in _FOLLOWING}
    if state.category != State.Category.TO_DO and wanted["actual_start"] is None:
        wanted["actual_start"] = moment
    wanted["actual_finish"] = (wanted["actual_finish"] or moment) if state.is_done else None
    wanted["is_given_up"] = wanted["is_given_up"] and state.is_done
    wanted["archived_at"] = wanted["archived_at"] if state.is_done else None
    wanted |= dates or {}
    followed = {f: v for f, v in wanted.items() if v != getattr(item, f)}
    for field, value in followed.items():
        setattr(item, field, value)
    return followed


def _check_home(space_id: int, item: WorkItem | None = None, **values: Any) -> None:
    """States and types come from the item's own space; a parent is no descendant of the item."""
    for field in ("state", "type"):
        row = values.get(field)
        if row is not None and row.space_id != space_id:
            raise Refused("other_space", field=field)
        if row is not None and row.retired_at:
            raise Refused(f"{field}_retired", field=field, name=row.name)
    above, steps = values.get("parent"), 0
    if above is not None and above.space_id != space_id:
        raise Refused("other_space", field="parent")
    if above is not None and above.removed_at is not None:
        raise Refused("item_removed", field="parent", key=above.key)
    while above is not None and steps < 100:
        if item is not None and above.pk == item.pk:
            raise Refused("own_ancestor", field="parent")
        above, steps = above.parent, steps + 1
