"""A levelled plan as it leaves the room, and what it is judged by."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tandem.compute.scheduling.levelling.arrays import Ints


class Objective(NamedTuple):
    """What a plan is judged by, the first first, all to be small, all integers.

    - `broken`: by how much hard rules are broken (0: none): slots after hard deadlines, after a maximal lag or
      before the minimal one of something given, unit-slots above a capacity, units above a stock.
    - `tardiness`: slots after deadlines of activities and projects times their weights.
    - `makespan`: last finish. `moves`: activities that start elsewhere than in the plan in force.
    - `load`: sum over resources and slots of the squared units in use, which a level load makes small
      (Burgess and Killebrew 1962).
    """

    broken: int
    tardiness: int
    makespan: int
    moves: int
    load: int


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """Starts, finishes and modes of a problem's activities, in its order, shape (n,).

    `bound` is a proven lower bound of what `engine` minimised (tardiness when there are deadlines, else the
    makespan), `gap` the distance to it, 0 when the plan is proven best, both None without a proof. `seconds` is
    how long it took, `evaluations` how many plans were built, `seed` what the chances came from.
    """

    ids: tuple[str, ...]
    starts: Ints
    finishes: Ints
    modes: Ints
    objective: Objective
    bound: int | None = None
    gap: float | None = None
    seconds: float = 0.0
    evaluations: int = 1
    seed: int = 0
    engine: str = "rules"

    def __post_init__(self) -> None:
        for name in ("starts", "finishes", "modes"):
            column = np.array(getattr(self, name), np.int32)
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits of SHA-256 over starts and modes: the same plan has the same anywhere."""
        told = b"".join(column.astype("<i4").tobytes() for column in (self.starts, self.modes))
        return hashlib.sha256(told).hexdigest()[:16]

    @property
    def makespan(self) -> int:
        return self.objective.makespan

    @property
    def is_feasible(self) -> bool:
        """No hard rule is broken."""
        return self.objective.broken == 0
