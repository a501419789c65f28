"""In which order work is placed first: by the latest start with which every promise, milestone and due date behind it is kept."""

import numpy as np

from tandem.compute.scheduling.kernel import topological
from tandem.compute.scheduling.levelling.portfolio_net import csr
from tandem.planning.plan_inputs import Ints, PlanInputs

FAR, _MOST_WEIGHT = 10**7, 64


def latest_starts(inputs: PlanInputs) -> Ints:
    """Keys (n): the latest start of each activity without capacities, of equal ones first what weighs more; what no date
    stands behind comes last, in its own order."""
    tail, head = inputs.tail.astype(np.int32), inputs.head.astype(np.int32)
    pointer, by_tail = csr(tail, inputs.n)
    order = topological(tail, head, pointer, by_tail, inputs.n)
    place = {space: k for k, space in enumerate(inputs.project.tolist())}
    ends = [int(inputs.project_due[place[space]]) if space in place else -1 for space in inputs.space.tolist()]
    due, slots = inputs.due.tolist(), inputs.slots.tolist()
    latest = [min(d if d >= 0 else FAR, e if e >= 0 else FAR) - s for d, e, s in zip(due, ends, slots, strict=True)]
    own = inputs.weight.tolist()
    weigh = [own[k] if due[k] >= 0 and (ends[k] < 0 or due[k] <= ends[k]) else 0 for k in range(inputs.n)]
    heads, kinds, lags = head[by_tail].tolist(), inputs.kind[by_tail].tolist(), inputs.lag[by_tail].tolist()
    first = pointer.tolist()
    for at in reversed(order.tolist()):
        for k in range(first[at], first[at + 1]):
            other, kind = heads[k], kinds[k]
            bound = latest[other] + (slots[other] if kind >= 2 else 0) - lags[k] - (slots[at] if kind in (0, 2) else 0)
            if (bound, -weigh[other]) < (latest[at], -weigh[at]):
                latest[at], weigh[at] = bound, weigh[other]
    return np.array(latest, np.int64) * _MOST_WEIGHT - np.minimum(np.array(weigh, np.int64), _MOST_WEIGHT - 1)
