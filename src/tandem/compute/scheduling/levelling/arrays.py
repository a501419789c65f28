"""The levelling problem as arrays: what the kernels read. Times are slots of one integer axis, from 0.

`problem.py` builds them from dataclasses; readers of benchmark files may build them at once."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]


def _none() -> Ints:
    return np.zeros(0, np.int32)


def _no_table() -> Ints:
    return np.zeros((0, 0), np.int32)


@dataclass(frozen=True, eq=False)
class Arrays:
    """n activities, M modes of them all, K resources, L links, P projects, C calendars.

    - mode_ptr (n+1): the modes of activity i are mode_ptr[i]:mode_ptr[i+1]; duration (M), demand (M, K).
    - capacity (K, H): units per slot; the last slot's holds for ever after.
    - tail, head, kind, lag, max_lag (L): links; kind 0 FS, 1 SS, 2 FF, 3 SF; max_lag -1: none.
    - A mode of an activity is counted from 0 within the activity, everywhere: its row is mode_ptr[i] + mode.
    - project (n), -1 none; release (n): earliest start; due (n): -1 none; weight (n): of a slot of tardiness;
      hard (n, bool): its due date must hold.
    - project_due, project_weight (P): due date of the last finish of a project, -1 none; project_hard (P, bool): it
      must hold.
    - fixed (n): start that is given (pinned, started, finished), else -1; fixed_mode (n), else -1. What has
      begun has the slots from its start to its finish as duration, no calendar and no demand: what it still
      takes is gone from `capacity` already, and no link leads to it any more.
    - in_force (n): start in the plan in force, else -1.
    - calendar (M): row of `working`, -1 for a mode that works in every slot;
      working (C, H): bool, the last slot's holds for ever after.
    - stock (B), consumption (M, B): units for the whole plan, and what a mode uses up of them; (0) and (0, 0)
      where there is none.
    - priority (n): larger goes first among equals; (0) where nobody has one.
    """

    mode_ptr: Ints
    duration: Ints
    demand: Ints
    capacity: Ints
    tail: Ints
    head: Ints
    kind: Ints
    lag: Ints
    max_lag: Ints
    project: Ints
    release: Ints
    due: Ints
    weight: Ints
    hard: npt.NDArray[np.bool_]
    project_due: Ints
    project_weight: Ints
    project_hard: npt.NDArray[np.bool_]
    fixed: Ints
    fixed_mode: Ints
    in_force: Ints
    calendar: Ints
    working: npt.NDArray[np.bool_]
    stock: Ints = field(default_factory=_none)
    consumption: Ints = field(default_factory=_no_table)
    priority: Ints = field(default_factory=_none)

    @property
    def n(self) -> int:
        return len(self.mode_ptr) - 1

    @cached_property
    def held(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Modes and the resources of which they hold some, in the order of the modes: of a plan of many people most cells of
        `demand` are empty, and whoever walks through it asks for those that are not."""
        mode, resource = np.nonzero(self.demand)
        return mode, resource

    @property
    def is_plain(self) -> bool:
        """One mode each, all links finish-to-start without lag, capacity constant, no calendars, nothing given:
        the classical problem, for which the kernels are fastest."""
        return bool(
            len(self.duration) == self.n
            and (self.kind == 0).all()
            and (self.lag == 0).all()
            and (self.max_lag == -1).all()
            and self.capacity.shape[1] == 1
            and (self.calendar == -1).all()
            and (self.fixed == -1).all()
        )
