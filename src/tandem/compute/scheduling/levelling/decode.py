"""Plans from lists: the decoder of the whole model, with calendars, all link types, modes, pins, varying capacity.

    decoder = Decoder(arrays)
    decoded = decoder.serial(decoder.listed(keys), modes)   # or decoder.parallel(keys, modes)
    decoded.starts, decoded.finishes, decoded.objective

Kernels that search by themselves call `decode_kernel.serial(tables, order, modes, starts, finishes, free)` and
`measure_kernel.measure(tables, starts, finishes, modes, free, out)` with `decoder.tables` and a workspace `free`
(K, H) from `decoder.workspace()`; both are without side effects but for the arrays that they fill.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import decode_kernel, measure_kernel, parallel_kernel, steady_kernel
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.plan import Objective
from tandem.compute.scheduling.levelling.rules import rule_keys
from tandem.compute.scheduling.levelling.tables import tables_of

Keys = npt.NDArray[np.int64]
MOST_SLOTS = 1 << 27
"""Cells of a workspace, beyond which a plan is refused."""


@dataclass(frozen=True, eq=False, slots=True)
class Decoded:
    """A plan of the kernels: starts, finishes, modes (n), its objective, and how it was made."""

    starts: Ints
    finishes: Ints
    modes: Ints
    objective: Objective
    engine: str


class Decoder:
    """Decodes lists and keys into plans of one problem; it owns the workspace, so one for each thread."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.tables = tables_of(arrays)
        self.evaluations = 0
        self._slots = self._guess()
        self._free: Ints = self.workspace()

    def workspace(self) -> Ints:
        """Room for what is left of capacity, shape (K, H); plan_too_long when there is none that large."""
        if self._slots * max(1, len(self.arrays.capacity)) > MOST_SLOTS:
            raise Uncomputable("plan_too_long", value=self._slots)
        return np.empty((len(self.arrays.capacity), self._slots), np.int32)

    def listed(self, keys: Keys) -> Ints:
        """All activities, predecessors first, else by key (the smallest first), shape (n,)."""
        order = np.empty(self.arrays.n, np.int32)
        if self.arrays.n:
            parallel_kernel.by_key(self.tables, np.asarray(keys, np.int64), order)
        return order

    def in_order(self, wanted: Ints) -> Ints:
        """The list next to `wanted` (each activity once) that has predecessors first."""
        order = np.empty(self.arrays.n, np.int32)
        decode_kernel.in_order(self.tables, np.asarray(wanted, np.int32), order)
        return order

    def serial(self, order: Ints, modes: Ints) -> Decoded:
        """Each activity of a precedence-feasible list at its earliest feasible start."""
        return self._decoded("serial", decode_kernel.serial, order, modes)

    def parallel(self, keys: Keys, modes: Ints) -> Decoded:
        """Time by time, what fits, the smallest key first."""
        return self._decoded("parallel", parallel_kernel.parallel, np.asarray(keys, np.int64), modes)

    def steadied(self, order: Ints, modes: Ints, wanted: Ints, loose: npt.NDArray[np.bool_], holds: bool = True) -> tuple[Decoded, Ints]:
        """Each activity of the list where it is wanted, unless it is loose or a rule moves it; and what became of each (n)."""
        n = self.arrays.n
        modes, wanted = np.array(modes, np.int32), np.array(wanted, np.int32)
        starts, finishes, state = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32)
        while n and steady_kernel.steadied(self.tables, order, modes, wanted, loose, holds, starts, finishes, self._free, state) < 0:
            self._grow()
        self.evaluations += 1
        return Decoded(starts, finishes, modes, self._objective(starts, finishes, modes), "steady"), state

    def measured(self, starts: Ints, modes: Ints) -> Decoded:
        """What given starts are worth."""
        starts, finishes = np.array(starts, np.int32), np.empty(self.arrays.n, np.int32)
        modes = np.array(modes, np.int32)  # a copy: kernels would compile again for what cannot be written to
        while decode_kernel.settle(self.tables, starts, modes, finishes, self._free) < 0:
            self._grow()
        return Decoded(starts, finishes, modes, self._objective(starts, finishes, modes), "given")

    def rules(self, modes: Ints | None = None) -> Iterator[Decoded]:
        """Plans of the priority rules, serial and parallel, in the order of `rules.RULES`."""
        modes = default_modes(self.arrays) if modes is None else modes
        for name, keys in rule_keys(self.arrays, self.tables, modes).items():
            for made in (self.serial(self.listed(keys), modes), self.parallel(keys, modes)):
                yield replace(made, engine=f"{made.engine} {name}")

    def _decoded(
        self, engine: str, kernel: object, given: npt.NDArray[np.int32] | Keys, modes: Ints
    ) -> Decoded:
        n = self.arrays.n
        modes = np.array(modes, np.int32)
        starts, finishes = np.zeros(n, np.int32), np.zeros(n, np.int32)
        while n and kernel(self.tables, given, modes, starts, finishes, self._free) < 0:  # type: ignore[operator]
            self._grow()
        self.evaluations += 1
        taken = np.where(self.arrays.fixed_mode >= 0, self.arrays.fixed_mode, modes).astype(np.int32)
        return Decoded(starts, finishes, taken, self._objective(starts, finishes, modes), engine)

    def _objective(self, starts: Ints, finishes: Ints, modes: Ints) -> Objective:
        out = np.zeros(5, np.int64)
        if self.arrays.n:
            measure_kernel.measure(self.tables, starts, finishes, modes, self._free, out)
        return Objective(*out.tolist())

    def _guess(self) -> int:
        """Slots that most plans need: all that is given, the work over the capacity, some air."""
        arrays = self.arrays
        latest: int = max(
            arrays.capacity.shape[1], int(arrays.release.max(initial=0)), int(arrays.fixed.max(initial=0))
        )
        return latest + 2 * int(arrays.duration.max(initial=0)) + 64

    def _grow(self) -> None:
        self._slots *= 2
        self._free = self.workspace()


def default_modes(arrays: Arrays) -> Ints:
    """The shortest mode of each activity, then, while a stock is overdrawn, the change that costs the fewest slots
    for each unit that it saves (greedy); shape (n,)."""
    ptr = arrays.mode_ptr
    if len(arrays.duration) == arrays.n:
        return np.zeros(arrays.n, np.int32)
    owner = np.repeat(np.arange(arrays.n), np.diff(ptr))
    impossible = (arrays.demand > arrays.capacity.max(axis=1)).any(axis=1)
    best = np.lexsort((np.arange(len(owner)), arrays.duration, impossible, owner))[ptr[:-1]].astype(np.int64)
    free = arrays.fixed_mode < 0
    best = np.where(free, best, ptr[:-1] + np.maximum(arrays.fixed_mode, 0))
    for _ in range(2 * len(owner) if len(arrays.stock) else 0):
        excess = np.maximum(arrays.consumption[best].sum(axis=0) - arrays.stock, 0)
        if not excess.any():
            break
        saved = np.minimum(arrays.consumption[best][owner] - arrays.consumption, excess).sum(axis=1)
        cost = np.maximum(arrays.duration - arrays.duration[best][owner], 0) + 1
        gain = np.where((saved > 0) & free[owner] & ~impossible, saved / cost, 0)
        if not gain.any():
            break
        row = int(gain.argmax())
        best[owner[row]] = row
    return (best - ptr[:-1]).astype(np.int32)
