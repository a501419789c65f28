"""Texts that can be asked what is like them, and that come and go one by one."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.likeness.store import Row, Store, features
from tandem.compute.likeness.text import plain, words

MOST_TEXTS, NEWEST, SHOWN = 2_000_000, 2_000, 6
ALIKE, SAME = 0.5, 0.8
"""Default thresholds: worth showing, and near-duplicate."""


@dataclass(frozen=True, slots=True)
class Alike:
    """`key` reads like what was asked: cosine `score` from 0 to 1, and the words that both have."""

    key: str
    score: float
    shared: tuple[str, ...]


class Index:
    """Texts by key, held in memory. Not for several threads at once.

    How much a word weighs comes from how rare it is among the texts at the last `refresh` (which comes by itself
    after NEWEST changes); a word unseen then counts as rarest."""

    def __init__(self, texts: Iterable[tuple[str, str]] = ()) -> None:
        self.keys: list[str] = []
        self.texts: list[str] = []
        self._place: dict[str, int] = {}
        self._changes = 0
        self.store = Store()
        self._room()
        self.extend(texts)
        if self._changes:
            self.refresh()

    def __len__(self) -> int:
        return len(self._place)

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def add(self, key: str, text: str) -> None:
        """Add one text. Raises Uncomputable: `key_twice`, `too_many_texts`."""
        self.extend([(key, text)])

    def extend(self, texts: Iterable[tuple[str, str]]) -> None:
        """Add many at once. Raises Uncomputable: `key_twice`, `too_many_texts`; then none is added."""
        pairs = list(texts)
        seen: set[str] = set()
        for key, _ in pairs:
            if key in self._place or key in seen:
                raise Uncomputable("key_twice", key=key)
            seen.add(key)
        if len(self.keys) + len(pairs) > MOST_TEXTS:
            raise Uncomputable("too_many_texts", texts=len(self.keys) + len(pairs), allowed=MOST_TEXTS)
        read = [plain(text) for _, text in pairs]
        self.store.add(read)
        for key, _ in pairs:
            self._place[key] = len(self.keys)
            self.keys.append(key)
        self.texts += read
        self._changed(len(pairs))

    def remove(self, key: str) -> None:
        """Forget one text. Raises Uncomputable("unknown_key")."""
        if key not in self._place:
            raise Uncomputable("unknown_key", key=key)
        self.store.alive.all()[self._place.pop(key)] = False
        self._changed(1)

    def refresh(self) -> None:
        """Weigh words by the texts that are there now, and let go of removed ones."""
        if len(self._place) < len(self.keys):
            kept = [(key, self.texts[at]) for key, at in self._place.items()]
            self.keys, self.texts = [key for key, _ in kept], [text for _, text in kept]
            self._place = {key: at for at, key in enumerate(self.keys)}
            self.store = Store()
            self.store.add(self.texts)
        self.store.refresh()
        self._changes = 0
        self._room()

    def alike(
        self, text: str, *, at_least: float = ALIKE, most: int = 10, but: str | None = None
    ) -> tuple[Alike, ...]:
        """The most alike living texts, the best first, `but` left out; equal scores in the order of keys.

        Raises Uncomputable("threshold") unless 0.1 <= at_least <= 1."""
        from tandem.compute.likeness import kernel

        if not 0.1 <= at_least <= 1:
            raise Uncomputable("threshold", given=at_least, allowed=(0.1, 1.0))
        read, store = plain(text), self.store
        ids, counts, starts = features([read])
        if not len(ids):
            return ()
        count = kernel.search(
            ids, store.weighed(ids, counts, starts)[0], store.ids.all(), store.weights.all(), store.starts.all(),
            store.alive.all(), store.begins, store.texts, store.heavy, store.letters, store.indexed,
            at_least - 1e-6, self._asked, self._sums.room, self._found.room, self._scores.room,
        )  # fmt: skip
        found = zip(self._found.room[:count].tolist(), self._scores.room[:count].tolist(), strict=True)
        best = sorted((-round(score, 6), self.keys[at], at) for at, score in found if self.keys[at] != but)[
            :most
        ]
        return tuple(Alike(key, min(-score, 1.0), shared(read, self.texts[at])) for score, key, at in best)

    def _changed(self, number: int) -> None:
        self._changes += number
        if self._changes > NEWEST:
            self.refresh()
        else:
            self._grow()

    def _room(self) -> None:
        from tandem.compute.likeness.kernel import SIZE

        self._asked = np.zeros(SIZE, np.float32)
        self._sums, self._found, self._scores = Row(np.float32), Row(np.int32), Row(np.float32)
        self._grow()

    def _grow(self) -> None:
        new = len(self.keys) - self._sums.size
        for row in (self._sums, self._found, self._scores):
            row.append(np.zeros(new, row.room.dtype))


def shared(one: str, other: str) -> tuple[str, ...]:
    """Words of both plain texts, the longest first: what a reader recognises."""
    both = set(words(one)) & set(words(other))
    return tuple(sorted(both, key=lambda word: (-len(word), word))[:SHOWN])
