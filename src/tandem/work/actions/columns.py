"""The columns of a board, and which states stand in them."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Hidden, Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import wip_limits
from tandem.work.models import Column, State, WipLimit

_DO = Permission.EDIT_PLAN
MOST_COLUMNS = 40


def lay_out(*, actor: Any, space: Space) -> list[Column]:
    """A column for each state that stands in none: how a board without columns begins to have them."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        _hold(space.pk)
        loose = list(State.objects.filter(space=space, column=None).active().in_order()[:MOST_COLUMNS])
        taken = dict(Column.objects.filter(space=space).values_list("name", "pk"))
        made = []
        for state in loose:
            if state.name in taken:
                continue
            made.append(create(actor=actor, space=space, name=state.name))
            place(actor=actor, state=state, column=made[-1], version=None)
    return made


def create(*, actor: Any, space: Space, name: str, policy: str = "", is_split: bool = False) -> Column:
    """Behind the others. A name stands once."""
    require(actor, _DO, space.pk)
    name = _named(name)
    with transaction.atomic():
        _hold(space.pk)
        there = list(Column.objects.filter(space=space))
        if any(one.name == name for one in there):
            raise Refused("name_taken", field="name", name=name)
        if len(there) >= MOST_COLUMNS:
            raise Refused("columns_too_many", most=MOST_COLUMNS)
        return writing.create(
            Column, actor=actor, permission=_DO, verb="column.created",
            space=space, name=name, policy=policy, is_split=is_split, rank=max((c.rank for c in there), default=-1) + 1,
        )  # fmt: skip


def change(*, actor: Any, column: Column, version: int | None, **values: Any) -> Column:
    """Name, policy, split. Without its split, the states of the done half stand with the others."""
    if set(values) - {"name", "policy", "is_split"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"name", "policy", "is_split"})))
    require(actor, _DO, column.space_id)
    with transaction.atomic():
        _hold(column.space_id)
        if "name" in values:
            values["name"] = _named(values["name"])
            if Column.objects.filter(space=column.space_id, name=values["name"]).exclude(pk=column.pk).exists():
                raise Refused("name_taken", field="name", name=values["name"])
        return writing.change(
            column, actor=actor, permission=_DO, verb="column.changed", version=version, **values
        )


def move(*, actor: Any, column: Column, to: int) -> Column:
    """To the place `to` among the columns of its board, the first being 0."""
    require(actor, _DO, column.space_id)
    with transaction.atomic():
        _hold(column.space_id)
        rows = list(Column.objects.filter(space=column.space_id).in_order())
        before = [one.pk for one in rows]
        if column.pk not in before:
            raise Hidden
        rest = [one for one in rows if one.pk != column.pk]
        rest.insert(max(0, min(to, len(rest))), column)
        if [one.pk for one in rest] == before:
            return column
        for place_, one in enumerate(rest):
            one.rank = place_
        Column.objects.bulk_update(rest, ["rank"])
        record(
            "column.changed",
            column,
            actor=actor,
            changes={"rank": [before.index(column.pk), rest.index(column)]},
        )
    return column


def place(
    *, actor: Any, state: State, column: Column | None, version: int | None, is_waiting: bool = False
) -> State:
    """The state stands in this column, in its done half when it waits there; in none, it is a column of its own."""
    require(actor, _DO, state.space_id)
    if column is not None and column.space_id != state.space_id:
        raise Refused("other_space", field="column")
    with transaction.atomic():
        _hold(state.space_id)
        if column is not None and not Column.objects.filter(pk=column.pk).exists():
            raise Hidden
        is_waiting = bool(is_waiting and column is not None and column.is_split)
        return writing.change(
            state,
            actor=actor,
            permission=_DO,
            verb="state.changed",
            version=version,
            column=column,
            is_waiting=is_waiting,
        )


def remove(*, actor: Any, column: Column, version: int | None = None) -> None:
    """Its states become columns of their own; its limits go with it."""
    require(actor, _DO, column.space_id)
    with transaction.atomic():
        _hold(column.space_id)
        for limit in WipLimit.objects.filter(column=column):
            wip_limits.remove(actor=actor, limit=limit)
        for state in State.objects.filter(column=column):
            place(actor=actor, state=state, column=None, version=None)
        writing.remove(column, actor=actor, permission=_DO, verb="column.removed", version=version)


def _hold(space_id: int) -> None:
    """Of two who lay out the same board at the same moment, the second sees what the first did."""
    Space.objects.select_for_update(no_key=True).get(pk=space_id)


def _named(name: str) -> str:
    if not name.strip():
        raise Refused("title_empty", field="name")
    return name.strip()[:100]
