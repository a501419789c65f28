"""Near-duplicates in pairs and in groups: each member reads like the group's centre, so nothing is chained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.likeness.index import SAME
from tandem.compute.likeness.store import Store
from tandem.compute.likeness.text import plain

MOST_PAIRS = 20_000_000
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pair:
    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that read alike. `centre` is the one most like the others; `scores` are the members' likeness to it,
    `cohesion` the lowest of them."""

    centre: str
    members: tuple[str, ...]
    scores: tuple[float, ...]
    cohesion: float


def pairs(texts: Sequence[tuple[str, str]], *, at_least: float = SAME) -> tuple[Pair, ...]:
    """All pairs of (key, text) with at least that cosine, the most alike first. Exact, no sampling.

    Texts equal after normalising are pairs of score 1. Raises Uncomputable: `threshold`, `key_twice`,
    `too_many_pairs` (raise the threshold; `groups` bears more equal texts)."""
    keys, same, unlike = _distinct(texts)
    number = sum(len(row) * (len(row) - 1) // 2 for row in same)
    left, right, scores = _joined(unlike, at_least)
    sizes = np.array([len(row) for row in same], np.int64)
    number += int((sizes[left] * sizes[right]).sum())
    if number > MOST_PAIRS:
        raise Uncomputable("too_many_pairs", pairs=number, allowed=MOST_PAIRS)
    found = [(1.0, a, b) for row in same for i, a in enumerate(row) for b in row[i + 1 :]]
    found += [
        (round(min(float(s), 1.0), 6), min(a, b), max(a, b))
        for x, y, s in zip(left.tolist(), right.tolist(), scores.tolist(), strict=True) for a in same[x] for b in same[y]
    ]  # fmt: skip
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    return tuple(Pair(keys[a], keys[b], score) for score, a, b in found)


def groups(texts: Sequence[tuple[str, str]], *, at_least: float = SAME) -> tuple[Group, ...]:
    """Groups of two and more, the largest first; every text is in one group at most.

    In every connected component of the pairs the text with the most likeness around it becomes a centre and takes
    its neighbours; what is left over forms further groups. So each member has `at_least` with its centre, while
    a chain a~b~c~d of ever different texts falls apart (star clustering: Aslam, Pelekhov, Rus 2004)."""
    keys, same, unlike = _distinct(texts)
    left, right, scores = _joined(unlike, at_least)
    near: dict[int, dict[int, float]] = {}
    for x, y, s in zip(left.tolist(), right.tolist(), scores.tolist(), strict=True):
        near.setdefault(x, {})[y] = near.setdefault(y, {})[x] = round(min(s, 1.0), 6)
    around = {at: sum(score * len(same[to]) for to, score in row.items()) for at, row in near.items()}
    taken, found = set(), []
    for centre in sorted(range(len(same)), key=lambda at: (-around.get(at, 0.0) - len(same[at]), at)):
        if centre in taken:
            continue
        star = {centre: 1.0} | {to: s for to, s in near.get(centre, {}).items() if to not in taken}
        if sum(len(same[at]) for at in star) < 2:
            continue
        taken |= set(star)
        members = sorted((-score, row) for at, score in star.items() for row in same[at])
        found.append(Group(
            keys[same[centre][0]], tuple(keys[row] for _, row in members), tuple(-s for s, _ in members),
            min(star.values()),
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: -len(one.members)))


def _distinct(texts: Sequence[tuple[str, str]]) -> tuple[list[str], list[list[int]], list[str]]:
    """(keys, rows with equal text, that text): blanks and case apart, so that thousands of "good app" cost one."""
    keys = [key for key, _ in texts]
    if len(set(keys)) < len(keys):
        seen: set[str] = set()
        raise Uncomputable("key_twice", key=next(k for k in keys if k in seen or seen.add(k)))  # type: ignore[func-returns-value]
    by_text: dict[str, list[int]] = {}
    for row, (_, text) in enumerate(texts):
        by_text.setdefault(" ".join(plain(text).split()), []).append(row)
    by_text.pop("", None)
    return keys, list(by_text.values()), list(by_text)


def _joined(texts: list[str], at_least: float) -> tuple[Array, Array, Array]:
    """(text, earlier text, cosine) of all pairs, by parts whose room grows when one is full."""
    from tandem.compute.likeness import kernel

    if not 0.1 <= at_least <= 1:
        raise Uncomputable("threshold", given=at_least, allowed=(0.1, 1.0))
    store = Store()
    store.add(texts)
    store.refresh()
    asked, sums = np.zeros(kernel.SIZE, np.float32), np.zeros(len(texts), np.float32)
    found = np.empty(len(texts), np.int32)
    room, at, total = max(1 << 16, len(texts)), 0, 0
    left, right, scores = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.float32)
    parts: list[tuple[Array, Array, Array]] = []
    while at < len(texts):
        count, at = kernel.join(
            store.ids.all(), store.weights.all(), store.starts.all(), store.begins, store.texts, store.heavy,
            store.letters, at_least - 1e-6, at, len(texts), asked, sums, found, left, right, scores,
        )  # fmt: skip
        parts.append((left[:count].copy(), right[:count].copy(), scores[:count].copy()))
        total += count
        if total > MOST_PAIRS:
            raise Uncomputable("too_many_pairs", pairs=total, allowed=MOST_PAIRS)
    if not parts:
        return left[:0], right[:0], scores[:0]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]
