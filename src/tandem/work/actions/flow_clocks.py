"""The clock of a space's flow: between which states it runs, and which days it counts."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import FlowClock, State

_DO = Permission.EDIT_PLAN
CHANGEABLE = ("start", "stop", "counts_working_days")


def create(*, actor: Any, space: Space, start: State | None = None, stop: State | None = None, counts_working_days: bool = False) -> FlowClock:
    """One for a space; who finds that another has set it meanwhile is shown that one."""
    require(actor, _DO, space.pk)
    values = {"start": start, "stop": stop, "counts_working_days": counts_working_days}
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if there := FlowClock.objects.filter(space=space).select_related("start", "stop").first():
            raise Stale(there)
        _check(space.pk, start, stop)
        return writing.create(FlowClock, actor=actor, permission=_DO, verb="flow_clock.created", space=space, **values)


def change(*, actor: Any, clock: FlowClock, version: int | None, **values: Any) -> FlowClock:
    require(actor, _DO, clock.space_id)
    if set(values) - set(CHANGEABLE):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(CHANGEABLE))))
    _check(clock.space_id, values.get("start", clock.start), values.get("stop", clock.stop))
    return writing.change(clock, actor=actor, permission=_DO, verb="flow_clock.changed", version=version, **values)


def remove(*, actor: Any, clock: FlowClock) -> None:
    """By the categories again, in days of the clock."""
    writing.remove(clock, actor=actor, permission=_DO, verb="flow_clock.removed")


def leave(*, actor: Any, state: State, into: State | None) -> None:
    """A state is retired: the clock goes by the one that its items go to, where that is possible, else by the categories."""
    clock = FlowClock.objects.filter(space=state.space_id).select_related("start", "stop").first()
    if clock is None or state.pk not in (clock.start_id, clock.stop_id):
        return
    values = {name: into for name in ("start", "stop") if getattr(clock, f"{name}_id") == state.pk}
    try:
        _check(clock.space_id, values.get("start", clock.start), values.get("stop", clock.stop))
    except Refused:
        values = dict.fromkeys(values)
    writing.change(clock, actor=actor, permission=_DO, verb="flow_clock.changed", version=None, **values)


def _check(space_id: int, start: State | None, stop: State | None) -> None:
    for name, one in (("start", start), ("stop", stop)):
        if one is not None and one.space_id != space_id:
            raise Refused("other_space", field=name)
        if one is not None and one.retired_at:
            raise Refused("state_retired", field=name, name=one.name)
    if start is not None and start.is_done:
        raise Refused("clock_reversed", field="start")
    if stop is not None and stop.category == State.Category.TO_DO:
        raise Refused("clock_reversed", field="stop")
    if start is not None and stop is not None and (start.rank, start.pk) >= (stop.rank, stop.pk):
        raise Refused("clock_reversed", field="stop")
