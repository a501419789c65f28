"""States and types that are defined once, in a space above, and followed by the projects below.

Each project has rows of its own with an `origin`: its items, board and history speak of them and of nothing else. What changes
above is seen below, but never moves an item there: a state in which items stand stays, as the project's own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from tandem.history.record import record, record_many
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import inheritance, shared_moves, type_states
from tandem.work.models import State, Transition, WorkItem, WorkItemType

_DO = Permission.EDIT_PLAN
_WHAT: dict[type[Any], tuple[str, ...]] = {State: ("name", "category", "is_given_up"), WorkItemType: ("name", "level")}


@dataclass
class Fit:
    """What becomes of a project that follows: of each kind the names that join, that are added, and that stay its own."""

    joined: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)


def source_of(space_id: int) -> Space | None:
    """The space above whose states and types are followed here."""
    for model in _WHAT:
        row = model.objects.filter(space=space_id, origin__isnull=False).select_related("origin__space").first()
        if row is not None:
            found: Space = row.origin.space
            return found
    return None


def nearest(space_id: int) -> Space | None:
    """The space above with a workflow that can be worked in: one begins, one ends, and there is a usual type."""
    for pk in inheritance.above(space_id):
        there = set(State.objects.filter(space=pk).active().values_list("category", flat=True))
        is_whole = {State.Category.TO_DO, State.Category.DONE} <= there
        if is_whole and WorkItemType.objects.filter(space=pk, level=2).active().exists():
            return Space.objects.get(pk=pk)
    return None


def fit(space_id: int, source: Space) -> Fit:
    found = Fit()
    for model in _WHAT:
        here = _by_name(model, space_id)
        for row in model.objects.filter(space=source).active():
            mine = here.pop(row.name.casefold(), None)
            (found.added if mine is None else found.joined if _joins(mine, row) else found.own).append(row.name)
        found.own += [row.name for row in here.values() if row.retired_at is None]
    return found


def follow(*, actor: Any, space: Space, source: Space) -> None:
    """States and types of the same name join, missing ones come, others stay the project's own; no item moves. From now on a
    change above is a change here."""
    require(actor, _DO, space.pk)
    if source.pk not in inheritance.above(space.pk) or not State.objects.filter(space=source).active().exists():
        raise Refused("reference_unknown", field="source")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if source_of(space.pk) is not None:
            raise Refused("workflow_followed")
        for model in _WHAT:
            for row in model.objects.filter(space=source).active().order_by("rank", "id"):
                _take(row, space.pk)
        _order(source.pk, [space.pk])
        for kind in WorkItemType.objects.filter(space=source).active():
            _pass_way(kind, list(WorkItemType.objects.filter(space=space, origin=kind)))
        record("workflow.changed", space, actor=actor, changes={"follows": [None, source.pk]})
        shared_moves.begin(actor, space, source)


def leave(*, actor: Any, space: Space) -> None:
    """Everything stays as it is, as the project's own; later changes above are not seen here."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        source = source_of(space.pk)
        if source is None:
            return
        for model in _WHAT:
            model.objects.filter(space=space, origin__isnull=False).update(origin=None)
        Transition.objects.filter(space=space, origin__isnull=False).update(origin=None)
        record("workflow.changed", space, actor=actor, changes={"follows": [source.pk, None]})


def check_own(row: State | WorkItemType) -> None:
    if row.origin_id is not None:
        raise Refused("workflow_follows", name=row.name)


# ── what changes above ──


def spread(row: State | WorkItemType) -> None:
    """A new one comes to those that follow."""
    spaces = followers(row.space_id)
    for space_id in spaces:
        _take(row, space_id)
    if isinstance(row, State):
        _order(row.space_id, spaces)


def pass_on(*, actor: Any, row: State | WorkItemType) -> None:
    """A change, to those that follow; a name that a project has given to something else stays what it was there."""
    model, fields = type(row), _WHAT[type(row)]
    rows = list(model.objects.select_for_update(no_key=True, of=("self",)).filter(origin=row))
    taken = set(model.objects.filter(space__in=[one.space_id for one in rows], name__iexact=row.name).exclude(origin=row).values_list("space_id", flat=True))
    told = []
    for one in rows:
        before = {name: getattr(one, name) for name in fields}
        after = {name: getattr(row, name) for name in fields if not (name == "name" and one.space_id in taken)}
        if changes := {name: [before[name], value] for name, value in after.items() if before[name] != value}:
            for name, value in after.items():
                setattr(one, name, value)
            one.version += 1
            told.append((one, changes, {}))
    model.objects.bulk_update([one for one, _changes, _text in told], [*fields, "version"], batch_size=500)
    record_many("state.changed" if model is State else "type.changed", told, actor=actor)


def pass_way(kind: WorkItemType) -> None:
    """The workflow of a type, to those that follow it."""
    _pass_way(kind, list(WorkItemType.objects.filter(origin=kind)))


def pass_order(space_id: int) -> None:
    _order(space_id, followers(space_id))


def followers(space_id: int) -> list[int]:
    """The projects that follow what is defined in this space."""
    found: set[int] = set()
    for model in _WHAT:
        found |= set(model.objects.filter(origin__space=space_id).values_list("space_id", flat=True))
    return sorted(found)


def occupied(state: State) -> int:
    """How many items stand there and in the states that follow it."""
    return WorkItem.objects.filter(state__origin=state).count() + WorkItem.objects.filter(state=state).count()


def _by_name(model: Any, space_id: int) -> dict[str, Any]:
    return {row.name.casefold(): row for row in model.objects.filter(space=space_id)}


def _joins(mine: Any, row: Any) -> bool:
    """A state of another category means something else; a type takes the level from above."""
    return isinstance(row, WorkItemType) or mine.category == row.category


def _take(row: Any, space_id: int) -> None:
    model, fields = type(row), _WHAT[type(row)]
    here = _by_name(model, space_id)
    mine = here.get(row.name.casefold())
    if mine is None:
        rank = max((one.rank for one in here.values()), default=-1) + 1
        model.objects.create(space_id=space_id, origin=row, rank=rank, **{name: getattr(row, name) for name in fields})
    elif mine.origin_id is None and _joins(mine, row):
        mine.write(expected=None, origin=row, retired_at=None, **{name: getattr(row, name) for name in fields})


def _order(source_id: int, spaces: Iterable[int]) -> None:
    """The states that follow stand in the order of above, by category; the project's own behind them in theirs."""
    places = {pk: place for place, pk in enumerate(State.objects.filter(space=source_id).in_order().values_list("pk", flat=True))}
    categories = list(State.Category.values)
    for space_id in spaces:
        rows = list(State.objects.filter(space=space_id).in_order())
        own = {one.pk: place for place, one in enumerate(rows)}
        rows.sort(key=lambda s: (categories.index(s.category), s.origin_id is None, places.get(s.origin_id or 0, 0), own[s.pk]))
        for place, one in enumerate(rows):
            one.rank = place
        State.objects.bulk_update(rows, ["rank"])


def _pass_way(kind: WorkItemType, rows: list[WorkItemType]) -> None:
    for one in rows:
        here = dict(State.objects.filter(space=one.space_id, origin__isnull=False).active().values_list("origin_id", "pk"))
        ids = {here[pk] for pk in kind.state_ids if pk in here}
        start = here.get(kind.start_id or 0)
        if kind.state_ids and start is None:  # its beginning means something else here
            continue
        if ids:  # nobody's item is moved by a change above
            ids |= set(WorkItem.objects.filter(type=one).values_list("state_id", flat=True))
        one.write(expected=None, state_ids=type_states.in_order(one.space_id, ids), start_id=start)
