"""The check where there are only arrays: every rule held against starts and modes, by NumPy alone.

`check` reads the model and is asked by whoever has one. Edits, portfolios and proofs have the arrays: here their plans are
held against every rule of these, without a kernel of what made them.
"""

from collections.abc import Collection
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.check import COUNTED
from tandem.compute.scheduling.levelling.stretch import stretched, worked

Longs: TypeAlias = npt.NDArray[np.int64]


class ArrayChecker:
    """The check of one problem's arrays, to be asked about many plans."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._holder, self._held = arrays.held
        self._units = arrays.demand[self._holder, self._held].astype(np.int64)
        self._owner = np.repeat(np.arange(arrays.n), np.diff(arrays.mode_ptr))[self._holder]

    def breaches(self, starts: Ints, modes: Ints | None = None) -> dict[str, int]:
        """By how much each rule is broken, in slots, unit-slots or units, of starts (n) and modes (n; None: the first
        of each). Codes as in `check`; empty for a valid plan."""
        return {rule: value for rule, value in self._amounts(starts, modes).items() if value}

    def _amounts(self, starts: Ints, modes: Ints | None) -> dict[str, int]:
        arrays, at = self.arrays, starts.astype(np.int64)
        chosen = np.zeros(arrays.n, np.int64) if modes is None else modes.astype(np.int64)
        wrong = (chosen < 0) | (chosen >= np.diff(arrays.mode_ptr))
        wrong |= (arrays.fixed_mode >= 0) & (chosen != arrays.fixed_mode)
        if wrong.any() or (at < 0).any():
            return {"mode": int(wrong.sum()), "start_negative": int(-np.minimum(at, 0).sum())}
        rows = arrays.mode_ptr[:-1] + chosen
        finish, idle = self._finishes(at, rows)
        given = arrays.fixed >= 0
        return {
            "pin": int(np.abs(at - arrays.fixed)[given].sum()),
            "start_idle": int((idle & ~given).sum()),
            "release": int(np.maximum(arrays.release - at, 0).sum()),
            **self._deadlines(finish),
            **self._links(at, finish),
            "capacity": self._above(at, finish, rows),
            "stock": self._overdrawn(rows),
        }

    def held(self, starts: Ints, modes: Ints | None = None, *, may_break: Collection[str] = COUNTED) -> int:
        """By how much hard rules are broken (`Objective.broken`).

        Raises plan_invalid (rule, value) for a rule that this plan may not break."""
        found = self.breaches(starts, modes)
        for rule, value in found.items():
            if rule not in may_break:
                raise Uncomputable("plan_invalid", rule=rule, value=value)
        return sum(found.values())

    def _finishes(self, starts: Longs, rows: Longs) -> tuple[Longs, npt.NDArray[np.bool_]]:
        """Finish of each activity, and whether it starts in a slot that it does not work."""
        slots, calendar = self.arrays.duration[rows].astype(np.int64), self.arrays.calendar[rows].astype(np.int64)
        return stretched(self.arrays, starts, slots, calendar)

    def _deadlines(self, finish: Longs) -> dict[str, int]:
        arrays = self.arrays
        late = np.maximum(finish - arrays.due, 0)[arrays.hard & (arrays.due >= 0)].sum()
        last = np.full(len(arrays.project_due) + 1, -1, np.int64)
        np.maximum.at(last, arrays.project, finish)  # who belongs to none (-1) falls into the last place
        over = np.maximum(last[:-1] - arrays.project_due, 0)[arrays.project_hard]
        return {"deadline": int(late), "project_deadline": int(over.sum())}

    def _links(self, starts: Longs, finish: Longs) -> dict[str, int]:
        arrays = self.arrays
        begin = np.where(np.isin(arrays.kind, (0, 2)), finish[arrays.tail], starts[arrays.tail])
        apart = np.where(arrays.kind <= 1, starts[arrays.head], finish[arrays.head]) - begin
        above = np.maximum(apart - arrays.max_lag, 0)[arrays.max_lag >= 0]
        return {"link": int(np.maximum(arrays.lag - apart, 0).sum()), "max_lag": int(above.sum())}

    def _overdrawn(self, rows: Longs) -> int:
        """Units above the stocks."""
        if not len(self.arrays.stock):
            return 0
        return int(np.maximum(self.arrays.consumption[rows].sum(axis=0) - self.arrays.stock, 0).sum())

    def _above(self, starts: Longs, finish: Longs, rows: Longs) -> int:
        """Unit-slots above the capacities; who waits for a worked slot holds nothing."""
        arrays, kinds = self.arrays, len(self.arrays.capacity)
        mine = rows[self._owner] == self._holder
        who, units, held = self._owner[mine], self._units[mine], self._held[mine]
        size = int(finish.max(initial=0)) + 1
        used = np.zeros((kinds, size), np.int64)
        calendar = arrays.calendar[rows[who]]
        order = np.argsort(calendar, kind="stable")
        for some in np.split(order, np.flatnonzero(np.diff(calendar[order])) + 1) if len(order) else ():
            holds, place = np.unique(held[some], return_inverse=True)
            total, at = len(holds) * (size + 1), place * (size + 1)
            change = np.bincount(at + starts[who[some]], units[some], total)
            change -= np.bincount(at + finish[who[some]], units[some], total)
            running = np.cumsum(change.reshape(len(holds), size + 1), axis=1)[:, :-1].astype(np.int64)
            used[holds] += running * worked(arrays, int(calendar[some[0]]), size)
        known = arrays.capacity[:, :size]
        used[:, : known.shape[1]] -= known
        used[:, known.shape[1] :] -= arrays.capacity[:, -1:]
        return int(np.maximum(used, 0).sum())
