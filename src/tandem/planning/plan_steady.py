"""Between two plans: where what stands should stay, and what of it is not as it was."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_inputs import BEGUN, PINNED, Ints, Masks, PlanInputs, places
from tandem.planning.plan_why import KeptPlan

Bools = npt.NDArray[np.bool_]
_NEVER = np.int64(1) << np.int64(40)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """`wanted` (n): the start that an activity had, on the new axis; of what is new the one of its neighbour in rank. `changed`
    (n). `gone` (K): from which slot work of a resource is no longer there, -1 for none."""

    wanted: Ints
    changed: Bools
    gone: Ints


def between(before: KeptPlan, now: PlanInputs, said: Mapping[int, int] | None = None) -> Difference:
    """`said`: of work that somebody decided to put elsewhere, by its code, the slot in which it is to begin."""
    old, moved = before.inputs, _Moved(before.inputs.ordinals, now.ordinals)
    there = places(now.code, old.code)
    known = there >= 0
    at = there[known]
    starts, finishes = moved.slots(before.starts), moved.slots(before.finishes)
    wanted = _wanted(starts, now, there)
    changed = ~known
    changed[known] |= now.slots[known] != old.slots[at]
    changed[known] |= (now.flags[known] & (BEGUN | PINNED)) != (old.flags[at] & (BEGUN | PINNED))
    changed[known] |= np.maximum(now.release[known], 0) != np.maximum(moved.slots(old.release)[at], 0)
    changed[known] |= _pins(now, now.fixed)[known] != _pins(old, np.maximum(moved.slots(old.fixed), 0))[at]
    changed[known] |= _needs(now)[known] != _needs(old)[at]
    changed[known] |= _links(now)[known] != _links(old)[at]
    changed[known] |= starts[at] < 0
    changed[known] |= _since(old, now, at, known) < finishes[at]
    for k, code in enumerate(now.code.tolist()) if said else ():
        if code in said and wanted[k] != said[code]:
            wanted[k], changed[k] = said[code], True
    return Difference(wanted, changed, _gone(before, now, changed, starts))


class _Moved:
    """Slots of the days of one axis as those of another; what lies before it is negative."""

    def __init__(self, old: Ints, new: Ints) -> None:
        self.old, self.new = old, new

    def slots(self, values: Ints) -> Ints:
        last = len(self.old) - 1
        day = np.minimum(values // SLOTS, last)
        ordinal = self.old[np.maximum(day, 0)]
        place = np.searchsorted(self.new, ordinal)
        is_there = self.new[np.minimum(place, len(self.new) - 1)] == ordinal
        found: Ints = place * SLOTS + np.where(is_there, values - day * SLOTS, 0)
        return np.where(ordinal < self.new[0], -1, found)


def _wanted(starts: Ints, now: PlanInputs, there: Ints) -> Ints:
    wanted = np.zeros(now.n, np.int64)
    last, space = 0, 0
    rows = zip(there.tolist(), now.space.tolist(), now.release.tolist(), strict=True)
    for k, (place, here, release) in enumerate(rows):
        last = int(starts[place]) if place >= 0 else last if here == space else release
        wanted[k], space = last, here
    return np.maximum(wanted, 0)


def _pins(inputs: PlanInputs, fixed: Ints) -> Ints:
    """What a person set; what has begun is where its people are free."""
    pins: Ints = np.where((inputs.flags & PINNED) > 0, fixed, -1)
    return pins


def _needs(inputs: PlanInputs) -> Ints:
    """A number for who does each activity, with how much of their time (n)."""
    holder = np.repeat(np.arange(inputs.n), np.diff(inputs.need_ptr))
    return _summed(holder, inputs.resource[inputs.need_of] * 64 + inputs.need_units, inputs.n)


def _links(inputs: PlanInputs) -> Ints:
    """A number for what each activity waits for (n)."""
    return _summed(inputs.head, (inputs.code[inputs.tail] * 4 + inputs.kind) * 8191 + inputs.lag, inputs.n)


def _summed(of: Ints, values: Ints, n: int) -> Ints:
    """The sum of the mixed values of each: the same whatever their order."""
    mixed = (values.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    found = np.zeros(n, np.uint64)
    np.add.at(found, of, mixed * np.uint64(0xBF58476D1CE4E5B9))
    return found.view(np.int64)


def _since(old: PlanInputs, now: PlanInputs, at: Ints, known: Bools) -> Ints:
    """Of what was there before: the first slot from which its people or its calendar have other time than they had."""
    _days, mine, theirs = np.intersect1d(now.ordinals, old.ordinals, return_indices=True)
    first, second = _rows(old)[:, theirs], _rows(now)[:, mine]
    pairs = old.calendar[at] * (len(second) + 1) + now.calendar[known]
    found = np.full(len(pairs), _NEVER)
    for pair in np.unique(pairs).tolist():
        a, b = divmod(pair + 1, len(second) + 1)
        apart = np.flatnonzero(first[a] != second[b - 1])
        if len(apart):
            found[pairs == pair] = int(mine[apart[0]]) * SLOTS
    return found


def _rows(inputs: PlanInputs) -> Masks:
    days = len(inputs.ordinals)
    masks = inputs.masks if inputs.masks.shape[1] == days else np.zeros((0, days), np.uint8)
    return np.vstack((masks, np.full((1, days), 255, np.uint8)))


def _gone(before: KeptPlan, now: PlanInputs, changed: Bools, starts: Ints) -> Ints:
    """Whose queues may close up: what was taken from them, or is no longer open, stood there from then on."""
    old = before.inputs
    at, row = places(old.code, now.code), places(old.resource, now.resource)
    is_gone = (at < 0) | changed[at]
    holder = np.repeat(np.arange(old.n), np.diff(old.need_ptr))
    rows = row[old.need_of]
    mine = is_gone[holder] & (rows >= 0)
    found = np.full(len(now.resource), _NEVER)
    np.minimum.at(found, rows[mine], np.maximum(starts[holder[mine]], 0))
    return np.where(found == _NEVER, -1, found)
