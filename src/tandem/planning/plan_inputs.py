"""The arrays that a levelled plan is computed from, as they were solved and as they are kept with the plan."""

import io
import zipfile
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.planning.plan_axis import SLOTS

Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint8]
ITEM, BEGIN, END, PROMISE = 0, 1, 2, 3
"""What an activity stands for: a work item; that a container may begin, that it is complete; a promise."""
BEGUN, ASSUMED, PINNED, MILESTONE = 1, 2, 4, 8
PERSON, POOL = 0, 1
"""A resource is a person, or what a project's people do of the work that nobody is named for; a pool below nothing is a piece of equipment."""


@dataclass(eq=False)
class PlanInputs:
    """n activities: code (4 × number + kind), space, slots, release, due (-1), weight, fixed start (-1), flags, calendar row (-1:
    works in every slot of the axis). need_ptr (n+1), need_of, need_units: what each holds. resource: 2 × number + kind;
    capacity (K, days or 1). Links tail, head, kind, lag. project: space, due (-1), weight. masks (C, days), one bit a slot: when
    a row of calendars, and those who work by it, have time."""

    first: int
    code: Ints
    space: Ints
    slots: Ints
    release: Ints
    due: Ints
    weight: Ints
    fixed: Ints
    flags: Ints
    calendar: Ints
    need_ptr: Ints
    need_of: Ints
    need_units: Ints
    resource: Ints
    capacity: Ints
    tail: Ints
    head: Ints
    kind: Ints
    lag: Ints
    project: Ints
    project_due: Ints
    project_weight: Ints
    masks: Masks
    ordinals: Ints

    @property
    def n(self) -> int:
        return len(self.code)

    @property
    def day_one(self) -> date:
        return date.fromordinal(int(self.first))

    def arrays(self) -> Arrays:
        """As the kernels read it."""

        def small(column: Ints) -> npt.NDArray[np.int32]:
            return np.ascontiguousarray(column, np.int32)

        n = self.n
        demand = np.zeros((n, len(self.resource)), np.int32)
        demand[np.repeat(np.arange(n), np.diff(self.need_ptr)), self.need_of] = self.need_units
        capacity = self.capacity if self.capacity.shape[1] == 1 else np.repeat(self.capacity, SLOTS, axis=1)
        nothing = np.full(n, -1, np.int32)
        return Arrays(
            mode_ptr=np.arange(n + 1, dtype=np.int32), duration=small(self.slots), demand=demand, capacity=small(capacity),
            tail=small(self.tail), head=small(self.head), kind=small(self.kind), lag=small(self.lag), max_lag=np.full(len(self.tail), -1, np.int32),
            project=small(places(self.space, self.project)), release=small(self.release), due=small(self.due),
            weight=small(self.weight), hard=np.zeros(n, np.bool_), project_due=small(self.project_due), project_weight=small(self.project_weight),
            project_hard=np.zeros(len(self.project), np.bool_), fixed=small(self.fixed), fixed_mode=nothing, in_force=nothing,
            calendar=small(self.calendar), working=self._working(),
        )  # fmt: skip

    def _working(self) -> npt.NDArray[np.bool_]:
        """Slots that each row works; behind the last day all, as the kernels count."""
        if not (self.calendar >= 0).any():
            return np.zeros((0, 0), np.bool_)
        return np.hstack((slots_of(self.masks), np.ones((len(self.masks), SLOTS), np.bool_)))


def equipment_of(code: int) -> int | None:
    """The number of the equipment that a resource is; None for people."""
    return -(code // 2) if code % 2 == POOL and code < 0 else None


def places(of: Ints, among: Ints) -> Ints:
    """Where each value stands among others that are all different, -1 for nowhere."""
    if not len(among):
        return np.full(len(of), -1, np.int64)
    order = np.argsort(among)
    at = order[np.minimum(np.searchsorted(among, of, sorter=order), len(among) - 1)]
    found: Ints = np.where(among[at] == of, at, -1)
    return found


def slots_of(masks: Masks) -> npt.NDArray[np.bool_]:
    """Days (…, days) as slots (…, days × 8)."""
    found: npt.NDArray[np.bool_] = np.unpackbits(np.ascontiguousarray(masks, np.uint8), axis=-1, bitorder="little").astype(np.bool_)
    return found


def packed(inputs: PlanInputs, starts: Ints, finishes: Ints) -> bytes:
    """Everything that the plan rests on and what came out, small enough to stand in a row."""
    columns = {f.name: np.asarray(getattr(inputs, f.name)) for f in fields(inputs)} | {"starts": starts, "finishes": finishes}
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:  # as savez_compressed, in a third of its time
        for name, column in columns.items():
            with file.open(f"{name}.npy", "w") as one:
                np.lib.format.write_array(one, column, allow_pickle=False)
    return found.getvalue()


def unpacked(kept: bytes | memoryview) -> tuple[PlanInputs, Ints, Ints]:
    with np.load(io.BytesIO(bytes(kept)), allow_pickle=False) as found:
        columns = {f.name: found[f.name] for f in fields(PlanInputs) if f.name in found.files}
        if "masks" not in columns:  # kept before people's own time was part of a plan
            columns["masks"] = (found["working"] * 255).astype(np.uint8)
        columns["first"] = int(columns["first"])
        return PlanInputs(**columns), found["starts"], found["finishes"]
