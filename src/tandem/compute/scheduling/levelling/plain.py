"""The classical problem in the words of its kernels: activities renumbered, demands packed into 64-bit words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.plain_kernel import Net, Room

WORD = 64


def lane_bits(arrays: Arrays) -> int:
    """Bits of a lane when every resource has one in a word."""
    return WORD // max(1, len(arrays.capacity))


def packs(arrays: Arrays) -> bool:
    """Whether the plain kernels can hold it: a plain problem without dates and stocks, capacities that fit."""
    dated = (arrays.due >= 0).any() or (arrays.project_due >= 0).any()
    if not arrays.n or dated or len(arrays.stock) or not arrays.is_plain or lane_bits(arrays) < 2:
        return False
    top = int(arrays.capacity.max(initial=0))
    return top < 1 << (lane_bits(arrays) - 1) and not (arrays.demand > arrays.capacity[:, 0]).any()


@dataclass(frozen=True, eq=False, slots=True)
class Packed:
    """`number` (n): the activity of the arrays that stands at each place, predecessors first; `net` in that order."""

    number: npt.NDArray[np.int64]
    net: Net
    slots: int

    def room(self) -> Room:
        """Where one thread works."""
        n = len(self.number)
        return Room(
            free=np.full(self.slots, self.net.capacity, np.int64),
            count=np.zeros(self.slots + 2, np.int32),
            order=np.zeros(n, np.int32),
            mirror=np.zeros(n, np.int32),
            position=np.zeros(n, np.int32),
            seen=np.zeros(n, np.bool_),
        )

    def starts(self, packed: Ints) -> Ints:
        """Starts in the order of the arrays."""
        out = np.empty(len(self.number), np.int32)
        out[self.number] = packed
        return out


def packed(arrays: Arrays) -> Packed:
    """The packed form of a problem that `packs`. All links of a plain problem lead from finish to start."""
    n = arrays.n
    number = _predecessors_first(arrays)
    place = np.empty(n, np.int64)
    place[number] = np.arange(n)
    links = np.unique(place[arrays.tail] * n + place[arrays.head])
    tail, head = links // n, links % n
    duration = arrays.duration[number]
    into, away = np.lexsort((tail, head)), np.arange(len(links))
    out_ptr, in_ptr = _pointers(tail, n), _pointers(head, n)
    bits = lane_bits(arrays)
    net = Net(
        duration=duration,
        demand=_words(arrays.demand[number], bits),
        capacity=_words(arrays.capacity[:, :1].T, bits)[0],
        guard=_words(np.full((1, max(1, arrays.demand.shape[1])), 1 << (bits - 1), np.uint64), bits)[0],
        in_ptr=in_ptr,
        in_tail=tail[into].astype(np.int32),
        out_ptr=out_ptr,
        out_head=head[away].astype(np.int32),
        release=arrays.release[number],
        none=np.zeros(n, np.int32),
        tail=_tails(duration, out_ptr, head),
    )
    return Packed(number, net, int(duration.sum() + arrays.release.max(initial=0)) + 2)


def _predecessors_first(arrays: Arrays) -> npt.NDArray[np.int64]:
    """Activities so that each stands after its predecessors, else in the order of the arrays."""
    from tandem.compute.scheduling.levelling import parallel_kernel
    from tandem.compute.scheduling.levelling.tables import tables_of

    order = np.empty(arrays.n, np.int32)
    parallel_kernel.by_key(tables_of(arrays), np.zeros(arrays.n, np.int64), order)
    return order.astype(np.int64)


def _pointers(ends: npt.NDArray[np.int64], n: int) -> Ints:
    return np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=n)))).astype(np.int32)


def _words(rows: npt.NDArray[np.integer], bits: int) -> npt.NDArray[np.int64]:
    """Each row of small numbers in one word, the first lowest."""
    shift = np.arange(rows.shape[1], dtype=np.uint64) * np.uint64(bits)
    words: npt.NDArray[np.uint64] = (rows.astype(np.uint64) << shift).sum(axis=1, dtype=np.uint64)
    return words.view(np.int64)


def _tails(duration: Ints, out_ptr: Ints, head: npt.NDArray[np.int64]) -> Ints:
    tail = np.zeros(len(duration), np.int32)
    for i in range(len(duration) - 1, -1, -1):
        after = tail[head[out_ptr[i] : out_ptr[i + 1]]]
        tail[i] = duration[i] + after.max(initial=0)
    return tail
