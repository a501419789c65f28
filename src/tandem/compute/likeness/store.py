"""The features of many texts in a row, growing at the end, with their weights and the lists by feature."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.likeness.text import classes, codes

SHARES = (0.5, 0.35, 0.15)
"""How much words, letters and order count (docs/reference/computed-plan/likeness.md says how they were found)."""
AT_ONCE = 5_000
Array = npt.NDArray[Any]


class Row:
    """An array that grows at its end; room doubles, so that adding one costs nothing to speak of."""

    def __init__(self, kind: Any) -> None:
        self.room: Array = np.zeros(16, kind)
        self.size = 0

    def append(self, values: Array) -> None:
        wanted = self.size + len(values)
        if wanted > len(self.room):
            larger = np.zeros(max(wanted, 2 * len(self.room) if self.size else wanted), self.room.dtype)
            larger[: self.size] = self.room[: self.size]
            self.room = larger
        self.room[self.size : wanted] = values
        self.size = wanted

    def all(self) -> Array:
        return self.room[: self.size]


def features(texts: Sequence[str]) -> tuple[Array, Array, Array]:
    """Distinct features of plain texts: (ids ascending per text, how often each, where each text begins)."""
    from tandem.compute.likeness import kernel

    row, begins = codes(texts)
    room = 4 * len(row) + len(texts) + 1
    ids, counts = np.empty(room, np.int32), np.ones(room, np.int32)
    starts = np.empty(len(texts) + 1, np.int64)
    if not len(texts):
        return ids[:0], counts[:0], np.zeros(1, np.int64)
    used = kernel.features(row, begins, classes(), ids, counts, starts)
    return ids[:used].copy(), counts[:used].copy(), starts


class Store:
    """Texts as vectors of length 1. `indexed`: so many stand in the lists by feature, the rest came later."""

    def __init__(self) -> None:
        self.ids, self.counts = Row(np.int32), Row(np.int32)
        self.weights, self.starts, self.alive = Row(np.float32), Row(np.int64), Row(np.bool_)
        self.starts.append(np.zeros(1, np.int64))
        from tandem.compute.likeness.kernel import SIZE

        self.indexed = self.living = 0
        self.often, self.begins = np.zeros(SIZE, np.int32), np.zeros(SIZE + 1, np.int32)
        self.texts, self.heavy = np.zeros(0, np.int32), np.zeros(0, np.float32)
        self.letters: Array = np.zeros(1, np.float32)

    def __len__(self) -> int:
        return self.alive.size

    def add(self, texts: Sequence[str]) -> None:
        """Put plain texts behind the others, in parts, since reading them takes room."""
        for first in range(0, len(texts), AT_ONCE):
            self._add(texts[first : first + AT_ONCE])

    def _add(self, texts: Sequence[str]) -> None:
        ids, counts, starts = features(texts)
        self.starts.append(starts[1:] + self.ids.size)
        self.ids.append(ids)
        self.counts.append(counts)
        self.weights.append(self.weighed(ids, counts, starts)[0])
        self.alive.append(np.ones(len(texts), np.bool_))

    def weighed(self, ids: Array, counts: Array, starts: Array) -> tuple[Array, Array]:
        """(weights, length of each text's letters)."""
        from tandem.compute.likeness import kernel

        out, letters = np.empty(len(ids), np.float32), np.empty(len(starts) - 1, np.float32)
        total = float(max(self.living, 1))
        kernel.weigh(ids, counts, starts, self.often, total, np.array(SHARES), out, letters)
        return out, letters

    def refresh(self) -> None:
        """Count anew how rare every feature is, weigh every text, and put all living ones into the lists."""
        from tandem.compute.likeness import kernel

        ids, starts, alive = self.ids.all(), self.starts.all(), self.alive.all()
        self.often = kernel.frequencies(ids, starts, alive)
        self.living = int(alive.sum())
        weights, letters = self.weighed(ids, self.counts.all(), starts)
        self.weights = Row(np.float32)
        self.weights.append(weights)
        self.letters = np.append(letters, letters.max(initial=0.0)).astype(np.float32)
        self.begins, free, self.texts = kernel.invert(self.often)
        self.heavy = np.empty(len(self.texts), np.float32)
        kernel.fill(ids, weights, starts, alive, free, self.texts, self.heavy)
        self.indexed = len(self)
