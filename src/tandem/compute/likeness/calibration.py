"""Which threshold is right for these texts: measured on copies of them that are disturbed on purpose, by a seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.likeness.index import Index

KINDS = ("typing", "order", "words", "form")
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
_FILLERS = {
    "en": ("please", "the", "really", "can we have", "it would be nice:"),
    "zh": ("请", "希望", "一下", "的", "能不能"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """At this threshold: `recall` of the disturbed copies that find their source; `precision`, the share of what
    is found that is the source. True likes among the texts themselves count as wrong, so precision is a lower
    bound."""

    at_least: float
    precision: float
    recall: float
    found: int

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`at_least` is the lowest threshold with the precision asked for, None when none has it."""

    at_least: float | None
    points: tuple[Point, ...]
    copies: int
    seed: int


def calibrate(
    texts: Sequence[tuple[str, str]], *, precision: float = 0.95, sample: int = 500, seed: int = 0,
    kinds: Sequence[str] = KINDS,
) -> Calibration:  # fmt: skip
    """Disturb `sample` texts in each of `kinds` and look for their sources at every threshold.

    Raises Uncomputable("too_few_texts") below 20. The same seed gives the same copies."""
    if len(texts) < 20:
        raise Uncomputable("too_few_texts", texts=len(texts), allowed=20)
    index, chance = Index(texts), np.random.default_rng(seed)
    rows = chance.permutation(len(texts))[:sample]
    right = np.zeros(len(THRESHOLDS), np.int64)
    found = np.zeros(len(THRESHOLDS), np.int64)
    copies = 0
    for row in rows:
        key, text = texts[int(row)]
        for kind in kinds:
            copies += 1
            for one in index.alike(disturbed(text, kind, chance), at_least=THRESHOLDS[0], most=100):
                passed = np.array(THRESHOLDS) <= one.score + 1e-9
                found += passed
                right += passed & (one.key == key)
    points = tuple(
        Point(t, float(r / f) if f else 1.0, float(r / copies), int(f))
        for t, r, f in zip(THRESHOLDS, right, found, strict=True)
    )
    best = next((point.at_least for point in points if point.precision >= precision), None)
    return Calibration(best, points, copies, seed)


def disturbed(text: str, kind: str, chance: np.random.Generator) -> str:
    """A copy as another person might have written it.

    `typing`: one slip in about 25 characters (left out, doubled, swapped). `order`: the text turned round at a
    blank or comma, or in the middle. `words`: a fifth of the words left out and a filler put in. `form`: capitals,
    full-width characters and an exclamation mark. Ideographs are words of one character. Raises Uncomputable("unknown_kind")."""
    if kind == "typing":
        return _slips(text, chance)
    if kind == "form":
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text.upper()) + "！"
    pieces = _pieces(text)
    if len(pieces) < 2:
        return text
    if kind == "order":
        at = 1 + int(chance.integers(len(pieces) - 1))
        return _glued(pieces[at:] + pieces[:at])
    if kind != "words":
        raise Uncomputable("unknown_kind", kind=kind, allowed=KINDS)
    kept = [one for one in pieces if chance.random() > 0.2] or pieces
    fillers = _FILLERS["zh" if any(one > "\u3400" for one in text) else "en"]
    kept.insert(int(chance.integers(len(kept) + 1)), fillers[int(chance.integers(len(fillers)))])
    return _glued(kept)


def _slips(text: str, chance: np.random.Generator) -> str:
    letters = list(text)
    for _ in range(max(1, len(text) // 25)):
        if len(letters) < 3:
            break
        at, kind = int(chance.integers(len(letters) - 1)), int(chance.integers(3))
        if kind == 0:
            del letters[at]
        elif kind == 1:
            letters.insert(at, letters[at])
        else:
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def _pieces(text: str) -> list[str]:
    """Words; of a run with ideographs every character but those of Latin words."""
    found: list[str] = []
    for run in text.split():
        word = ""
        for one in run:
            if one > "\u2e7f":
                found += [word] if word else []
                found.append(one)
                word = ""
            else:
                word += one
        found += [word] if word else []
    return found


def _glued(pieces: list[str]) -> str:
    text = ""
    for one in pieces:
        text += one if not text or (text[-1] > "\u2e7f" and one[:1] > "\u2e7f") else " " + one
    return text
