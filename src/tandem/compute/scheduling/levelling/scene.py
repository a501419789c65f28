"""A plan and one activity in it: when could it start if some rule were lifted and all else stayed where it is?"""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling import decode_kernel
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Link, Problem
from tandem.compute.scheduling.levelling.stretch import finishes_of, worked
from tandem.compute.scheduling.levelling.tables import tables_of
from tandem.compute.scheduling.network import LinkType

FROM_FINISH = (LinkType.FS, LinkType.FF)
TO_FINISH = (LinkType.FF, LinkType.SF)


class Scene:
    """A plan of a problem, read once and asked about many of its activities."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan, self.arrays = problem, plan, arrays_of(problem)
        arrays = self.arrays
        longest = int(arrays.duration.max(initial=0)) + arrays.capacity.shape[1]
        self.size = int(plan.finishes.max(initial=0)) + longest + 8
        if len(arrays.working):  # work of one mode stretches over what is not worked
            self.size += arrays.working.shape[1] - int(arrays.working.sum(axis=1).min())
        self.free = np.empty((len(arrays.capacity), self.size), np.int32)
        decode_kernel.settle(
            tables_of(arrays), plan.starts, plan.modes, np.empty(arrays.n, np.int32), self.free
        )
        self.kinds = [one.id for one in problem.resources if one.is_renewable]
        self.incoming: dict[str, list[Link]] = {}
        self.limiting: dict[str, list[Link]] = {}
        for link in problem.links:
            self.incoming.setdefault(link.successor, []).append(link)
            if link.max_lag is not None:
                self.limiting.setdefault(link.predecessor, []).append(link)

    def row(self, i: int) -> int:
        """Row of the mode in which an activity is planned."""
        return int(self.arrays.mode_ptr[i] + self.plan.modes[i])

    def demand(self, i: int) -> npt.NDArray[np.int32]:
        """Units of each renewable resource, shape (K,)."""
        units: npt.NDArray[np.int32] = self.arrays.demand[self.row(i)]
        return units

    def works(self, i: int) -> npt.NDArray[np.bool_]:
        """Slots in which an activity can be worked on."""
        return worked(self.arrays, int(self.arrays.calendar[self.row(i)]), self.size)

    def ends(self, i: int) -> npt.NDArray[np.int64]:
        """Finish from each start."""
        m = self.row(i)
        slots, row = int(self.arrays.duration[m]), int(self.arrays.calendar[m])
        return np.arange(self.size) if slots == 0 else finishes_of(self.arrays, row, slots, self.size)

    def short(self, i: int, lifted: int = -1) -> npt.NDArray[np.bool_]:
        """Resources (K) and slots in which an activity does not fit beside all others; none of one `lifted`."""
        m = self.row(i)
        need = self.arrays.demand[m][:, None]
        own = np.zeros(self.size, np.bool_)
        own[self.plan.starts[i] : self.plan.finishes[i]] = True
        free = self.free + need * (own & self.works(i))
        missing: npt.NDArray[np.bool_] = (free < need) & (need > 0)
        if lifted >= 0:
            missing[lifted] = False
        return missing

    def first_fit(self, i: int, at: int, *, lifted: int = -1, calendar: bool = True) -> int:
        """First start from `at` on with which an activity fits; the size of the scene when there is none.
        `lifted`: a resource without limit; without `calendar` it is worked in every slot."""
        slots = int(self.arrays.duration[self.row(i)])
        if slots == 0:
            return at
        works = self.works(i) if calendar else np.ones(self.size, np.bool_)
        ends = self.ends(i) if calendar else np.arange(self.size) + slots
        bad = np.concatenate(([0], np.cumsum(self.short(i, lifted).any(axis=0) & works)))
        fits = works & (ends <= self.size)
        fits &= bad[np.minimum(ends, self.size)] == bad[: self.size]
        found = np.flatnonzero(fits[at:])
        return at + int(found[0]) if len(found) else self.size

    def opens(self, i: int, at: int) -> int:
        """First slot from `at` on in which an activity can be worked on."""
        if not self.arrays.duration[self.row(i)]:
            return at
        found = np.flatnonzero(self.works(i)[at:])
        return at + int(found[0]) if len(found) else self.size

    def allowed(self, link: Link, *, most: bool) -> int:
        """First start that a link allows its successor; with `most`, that its maximal lag allows its predecessor."""
        own, other = (link.predecessor, link.successor) if most else (link.successor, link.predecessor)
        here, there = self.problem.index[own], self.problem.index[other]
        own_finish = link.type in (FROM_FINISH if most else TO_FINISH)
        other_finish = link.type in (TO_FINISH if most else FROM_FINISH)
        moment = int((self.plan.finishes if other_finish else self.plan.starts)[there])
        moment += -int(link.max_lag or 0) if most else link.lag
        if not own_finish:
            return max(moment, 0)
        return int(np.searchsorted(self.ends(here), moment))

    def held_by(self, resource: int, slot: int, without: int) -> list[int]:
        """Activities that hold a resource in a slot, those that finish last first."""
        plan, rows = self.plan, self.arrays.mode_ptr[:-1] + self.plan.modes
        at_work = (plan.starts <= slot) & (plan.finishes > slot) & (self.arrays.demand[rows, resource] > 0)
        at_work[without] = False
        found = [i for i in np.flatnonzero(at_work).tolist() if self.works(i)[slot]]
        return sorted(
            found, key=lambda i: (-int(plan.finishes[i]), -int(self.arrays.demand[rows[i], resource]), i)
        )
