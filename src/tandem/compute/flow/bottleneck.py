"""Which queue grows, and whether that is more than chance: the step behind it holds up the others.

The test: per week, entries less exits of the state. If nothing but chance moves the queue, a week's net change is as
likely up as down; so the sum of the weeks is compared with all sums in which their signs are flipped (Fisher's
randomisation test, one-sided; no distribution is assumed). As many states are asked at once, p is adjusted by Holm 1979.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.flow.items import ACTIVE, DONE, DROPPED, WAITING
from tandem.compute.flow.journeys import DAY, Journeys
from tandem.compute.forecasting.history import NotEnough

NEEDED_WEEKS = 8
ALL_FLIPS = 14
FLIPS = 20_000
LEVEL = 0.05
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Queue:
    """One state: entries and exits in the window, items at its two ends, growth per week, p of the test and p
    adjusted for the number of states. `grows`: adjusted p below 5 %. `held_up_by`: the step that takes from it: the
    state itself when it is active, else the next one of the workflow."""

    state: str
    entered: int
    left: int
    at_first: int
    at_last: int
    per_week: float
    p: float
    adjusted_p: float
    grows: bool
    held_up_by: str | None


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """`state` names the queue that grows most surely (None: none grows beyond chance) and `held_up_by` its step.
    `test` is what was asked of each queue."""

    state: str | None
    held_up_by: str | None
    queues: tuple[Queue, ...]
    weeks: int
    test: str = "sign_flip_of_weekly_net_entries"


def bottleneck(found: Journeys, *, weeks: int = 12, seed: int = 0) -> Bottleneck | NotEnough:
    """Test all states between start and finish over the last `weeks` weeks; NotEnough with fewer than eight."""
    known = (found.now - int(found.arrived.min(initial=found.now))) // (7 * DAY)  # whole weeks only
    weeks = min(weeks, known)
    if weeks < NEEDED_WEEKS:
        return NotEnough(weeks, NEEDED_WEEKS)
    begin = found.now - weeks * 7 * DAY
    states = [k for k, state in enumerate(found.workflow.states) if state.category in (ACTIVE, WAITING)]
    nets = {k: _net(found, k, begin, weeks) for k in states}
    ps = [flipped(nets[k][0] - nets[k][1], seed) for k in states]
    adjusted = holm(ps)
    queues = []
    for k, p, fair in zip(states, ps, adjusted, strict=True):
        entered, left = (int(part.sum()) for part in nets[k])
        at_last = int(((found.visit_state == k) & found.visit_is_open).sum())
        queues.append(
            Queue(
                found.workflow.states[k].id, entered, left, at_last - entered + left, at_last,
                (entered - left) / weeks, p, fair, fair < LEVEL, _step(found, k),
            )
        )  # fmt: skip
    growing = sorted((q for q in queues if q.grows), key=lambda q: (q.p, -q.per_week))
    worst = growing[0] if growing else None
    return Bottleneck(
        worst.state if worst else None, worst.held_up_by if worst else None, tuple(queues), weeks
    )


def flipped(nets: Ints, seed: int = 0) -> float:
    """P(sum of the weeks with random signs >= the observed sum): exact up to 14 weeks, else from 20,000 draws."""
    weeks = nets[nets != 0]
    if not len(weeks):
        return 1.0
    if len(weeks) <= ALL_FLIPS:
        codes = np.arange(2 ** len(weeks))
        signs = 1 - 2 * ((codes[:, None] >> np.arange(len(weeks))) & 1)
        return float((signs @ weeks >= weeks.sum()).mean())
    raw = np.random.PCG64(seed).random_raw(FLIPS * len(weeks)).reshape(FLIPS, len(weeks))
    signs = 1 - 2 * (raw >> np.uint64(63)).astype(np.int64)
    return float(((signs @ weeks >= weeks.sum()).sum() + 1) / (FLIPS + 1))


def holm(ps: list[float]) -> list[float]:
    """Adjusted so that the chance of even one false alarm stays at the level."""
    order = sorted(range(len(ps)), key=lambda k: ps[k])
    adjusted, reached = [0.0] * len(ps), 0.0
    for place, k in enumerate(order):
        reached = max(reached, min(1.0, ps[k] * (len(ps) - place)))
        adjusted[k] = reached
    return adjusted


def _net(found: Journeys, state: int, begin: int, weeks: int) -> tuple[Ints, Ints]:
    """Entries and exits per week. Exits happen when the next visit begins; who is still there has not left."""
    here = found.visit_state == state
    entries = found.visit_begin[here]
    exits = found.visit_end[here & ~found.visit_is_open]
    return _weekly(entries, begin, weeks), _weekly(exits, begin, weeks)


def _weekly(at: Ints, begin: int, weeks: int) -> Ints:
    place = (at[(at > begin)] - begin - 1) // (7 * DAY)
    return np.bincount(place[place < weeks], minlength=weeks).astype(np.int64)


def _step(found: Journeys, place: int) -> str | None:
    states = found.workflow.states
    if states[place].category == ACTIVE:
        return states[place].id
    after = [state.id for state in states[place + 1 :] if state.category not in (DONE, DROPPED)]
    return after[0] if after else None
