"""Items that move through the states of a workflow: what flow is measured from, as checked, frozen data.

Moments are wall-clock, without a zone. Words of the Kanban Guide: work is *started* when it first enters a state
that is active or waiting, *finished* when it enters a state that is done for the last time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tandem.compute.errors import Uncomputable

BACKLOG, ACTIVE, WAITING, DONE, DROPPED = "backlog", "active", "waiting", "done", "dropped"
CATEGORIES = (BACKLOG, ACTIVE, WAITING, DONE, DROPPED)


@dataclass(frozen=True, slots=True)
class State:
    """`category`: backlog (not started), active (somebody works on it), waiting (nobody does: a queue), done, or
    dropped (left without being finished)."""

    id: str
    category: str

    def __post_init__(self) -> None:
        if self.category not in CATEGORIES:
            raise Uncomputable("state_category", state=self.id, value=self.category)


@dataclass(frozen=True, slots=True)
class Workflow:
    """States in the order in which work goes through them. Raises `Uncomputable` state_twice, no_done_state."""

    states: tuple[State, ...]

    def __post_init__(self) -> None:
        names = [state.id for state in self.states]
        for name in names:
            if names.count(name) > 1:
                raise Uncomputable("state_twice", state=name, value=names.count(name))
        if not any(state.category == DONE for state in self.states):
            raise Uncomputable("no_done_state", value=tuple(names))

    @property
    def index(self) -> dict[str, int]:
        """Place of each state."""
        return {state.id: place for place, state in enumerate(self.states)}


@dataclass(frozen=True, slots=True)
class Move:
    """The item entered `state` at this moment."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Block:
    """The item could not go on from `first` to `last` (None: it still cannot)."""

    first: datetime
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlowItem:
    """`moves`: oldest first; the first one is its arrival. Raises `Uncomputable` with item and value: no_moves,
    moves_out_of_order, moment_with_zone, block_reversed."""

    id: str
    moves: tuple[Move, ...]
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        if not self.moves:
            raise Uncomputable("no_moves", item=self.id, value=0)
        for move in self.moves:
            if move.at.tzinfo is not None:
                raise Uncomputable("moment_with_zone", item=self.id, value=move.at)
        for before, after in zip(self.moves, self.moves[1:], strict=False):
            if after.at < before.at:
                raise Uncomputable("moves_out_of_order", item=self.id, value=(before.at, after.at))
        for block in self.blocks:
            for moment in (block.first, block.last):
                if moment is not None and moment.tzinfo is not None:
                    raise Uncomputable("moment_with_zone", item=self.id, value=moment)
            if block.last is not None and block.last < block.first:
                raise Uncomputable("block_reversed", item=self.id, value=(block.first, block.last))


#: for tables that know only when work began and ended
TWO_STEPS = Workflow((State("open", ACTIVE), State("closed", DONE)))


def from_dates(rows: Iterable[tuple[str, date, date | None]]) -> tuple[FlowItem, ...]:
    """Items of `TWO_STEPS` from (id, first day, last day or None): days count whole, so that what begins and ends on
    one day took one day. Raises `Uncomputable` moves_out_of_order."""
    found = []
    for name, first, last in rows:
        moves = [Move(datetime.combine(first, time()), "open")]
        if last is not None:
            moves.append(Move(datetime.combine(last, time()) + timedelta(days=1), "closed"))
        found.append(FlowItem(name, tuple(moves)))
    return tuple(found)
