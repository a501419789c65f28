"""By which clock a space measures its flow: in which state work begins, in which it is finished, and which days count.

One answer for the flow page, the ages of cards and the forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from tandem.compute.flow.items import ACTIVE, BACKLOG, DONE, WAITING
from tandem.work.models import FlowClock, State, StateChange


@dataclass(frozen=True, slots=True)
class Clock:
    """Between which states the cycle time runs (None: by the categories), and whether only working days count."""

    start: State | None = None
    stop: State | None = None
    in_working_days: bool = False

    @property
    def is_own(self) -> bool:
        return self.start is not None or self.stop is not None

    def kind(self, state: State, queues: frozenset[int] = frozenset()) -> str:
        """Here a state gets its meaning for flow."""
        place = (state.rank, state.pk)
        if state.is_done or (self.stop is not None and place >= (self.stop.rank, self.stop.pk) and state.category != State.Category.TO_DO):
            return DONE
        if self.start is not None and place < (self.start.rank, self.start.pk):
            return BACKLOG
        if state.category == State.Category.TO_DO:  # behind the start nobody works on it yet, and the clock runs
            return WAITING if self.start is not None else BACKLOG
        return WAITING if state.pk in queues else ACTIVE


class Walk(NamedTuple):
    """When an item was begun and finished by the clock of its space. `is_known`: its way was recorded."""

    started: datetime | None
    finished: datetime | None
    is_known: bool


def clocks_of(space_ids: Iterable[int]) -> dict[int, Clock]:
    """Of the spaces that have set one."""
    rows = FlowClock.objects.in_spaces(space_ids).select_related("start", "stop")
    return {row.space_id: Clock(row.start, row.stop, row.counts_working_days) for row in rows}


def kinds_of(clocks: dict[int, Clock]) -> dict[int, str]:
    """State id → its meaning, in the spaces whose clock names states."""
    own = {pk: clock for pk, clock in clocks.items() if clock.is_own}
    return {state.pk: own[state.space_id].kind(state) for state in State.objects.in_spaces(own)} if own else {}


def walks(clocks: dict[int, Clock], kinds: dict[int, str]) -> dict[int, Walk]:
    """Item id → its way, in the spaces whose clock names states: begun with the first move into a state in which the clock
    runs, finished when its last unbroken stay in finished states began (as `tandem.compute.flow.journeys` has it)."""
    own = [pk for pk, clock in clocks.items() if clock.is_own]
    if not own:
        return {}
    rows = StateChange.objects.in_spaces(own).filter(item__space=F("space"), item__removed_at=None).order_by("item_id", "at", "id")
    moves: dict[int, list[tuple[datetime, str]]] = {}
    for item_id, at, state_id in rows.values_list("item_id", "at", "to_state_id").iterator():
        if state_id in kinds:
            moves.setdefault(item_id, []).append((at, kinds[state_id]))
    return {item_id: _walk(passed) for item_id, passed in moves.items()}


def _walk(moves: list[tuple[datetime, str]]) -> Walk:
    started = next((at for at, kind in moves if kind in (ACTIVE, WAITING)), None)
    finished = None
    for at, kind in reversed(moves):
        if kind != DONE:
            break
        finished = at
    return Walk(started, finished, len(moves) > 1)
