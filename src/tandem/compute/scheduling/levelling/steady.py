"""The plan that stands, carried over to what changed: what no rule forces stays where it is.

    after = carried(arrays, wanted, changed)
    after.starts, after.finishes, after.tardiness, after.moved

What changed is placed anew together with what its people do after it, in the order of the plan that stands, so that nothing
falls behind the end of somebody's work; all else moves only where a rule forces it. `improve` may search on from there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.decode import Decoder, default_modes
from tandem.compute.scheduling.levelling.plan import Objective
from tandem.compute.scheduling.levelling.steady_kernel import PUSHED

Bools = npt.NDArray[np.bool_]
MOST_MOVED = 0.03
"""Share of all activities up to which the plan with the least tardiness is taken; beyond it the one that moves least."""
LONG_QUEUE = 500
"""Activities that may be placed anew with what changed: beyond, the resource is a role of many, and no queue of somebody."""
ROUNDS = 2
_NEVER = np.int64(1) << np.int64(60)


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """A plan of the arrays: starts and finishes (n), by how much it breaks rules, weighted tardiness, makespan, and how many
    do not start where they were wanted."""

    starts: Ints
    finishes: Ints
    broken: int
    tardiness: int
    makespan: int
    moved: int
    tried: int = 1


def carried(arrays: Arrays, wanted: Ints, changed: Bools, gone: Ints | None = None) -> Carried:
    """`wanted` (n): starts in the plan that stands, of what is new where it should come. `changed` (n): new or not what it was.
    `gone` (K): the slot from which somebody's work is gone, so that what follows may close up; -1 for none.

    Of a few repairs, and the whole list in the old order, the best that moves little (`MOST_MOVED`)."""
    decoder, wanted = Decoder(arrays), np.maximum(np.asarray(wanted, np.int32), 0)
    order, found = decoder.listed(wanted.astype(np.int64)), list[Carried]()
    for starts, finishes, measured in _repairs(arrays, decoder, order, wanted, changed, gone):
        broken, tardiness, makespan = measured
        found.append(Carried(starts, finishes, broken, tardiness, makespan, int((starts != wanted).sum())))
    quiet = [one for one in found if one.moved <= MOST_MOVED * arrays.n]
    if quiet:
        best = min(quiet, key=lambda one: (one.broken, one.tardiness, one.makespan, one.moved))
    else:
        best = min(found, key=lambda one: (one.broken, one.moved))
    return Carried(best.starts, best.finishes, best.broken, best.tardiness, best.makespan, best.moved, len(found))


def _repairs(
    arrays: Arrays, decoder: Decoder, order: Ints, wanted: Ints, changed: Bools, gone: Ints | None
) -> Iterator[tuple[Ints, Ints, tuple[int, int, int]]]:
    """Starts, finishes and what they are worth: what changed and what its people do after it (what changed alone, where
    that is nobody's queue), then also that of those who were pushed, at last everything."""
    modes, held = default_modes(arrays), arrays.held
    loose = changed | _after(arrays, held, wanted, changed, gone)
    if loose.sum() > max(MOST_MOVED * arrays.n, LONG_QUEUE):
        made, _state = decoder.steadied(order, modes, wanted, changed)
        yield made.starts, made.finishes, _worth(made.objective)
    aside, _state = decoder.steadied(order, modes, wanted, loose, False)
    yield aside.starts, aside.finishes, _worth(aside.objective)
    for _round in range(ROUNDS):
        made, state = decoder.steadied(order, modes, wanted, loose)
        yield made.starts, made.finishes, _worth(made.objective)
        pushed = state == PUSHED
        more = loose | pushed | _after(arrays, held, wanted, pushed, None)
        if (more == loose).all():
            break
        loose = more
    whole = decoder.serial(order, modes)
    yield whole.starts, whole.finishes, _worth(whole.objective)


def _worth(objective: Objective) -> tuple[int, int, int]:
    return objective.broken, objective.tardiness, objective.makespan


def _after(arrays: Arrays, held: tuple[npt.NDArray[np.int64], ...], wanted: Ints, of: Bools, gone: Ints | None) -> Bools:
    """What those who do `of` (n) do from then on. `held`: activities, and the resources that they hold."""
    holder, resource = held
    since = np.full(arrays.demand.shape[1], _NEVER, np.int64)
    if gone is not None:
        since[gone >= 0] = gone[gone >= 0]
    mine = of[holder]
    np.minimum.at(since, resource[mine], wanted[holder[mine]].astype(np.int64))
    found = np.zeros(arrays.n, np.bool_)
    found[holder[wanted[holder] >= since[resource]]] = True
    return found
