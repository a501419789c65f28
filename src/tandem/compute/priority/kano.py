"""Kano: what delights, what is expected, from paired answers (how if it is there, how if it is not)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from tandem.compute.errors import Uncomputable

ANSWERS = ("like", "expect", "neutral", "live_with", "dislike")
CATEGORIES = ("must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable")
_LETTERS = dict(zip("MOAIRQ", CATEGORIES, strict=True))
_TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
"""Rows: the functional answer, columns: the dysfunctional one (Kano 1984; Berger et al. 1993)."""


@dataclass(frozen=True, slots=True)
class KanoResult:
    """One feature. `counts` per category; `category` the most frequent, ties by M > O > A > I (Berger).

    `better` = (A+O)/(A+O+M+I), `worse` = -(O+M)/(A+O+M+I), None without such answers. `strength` is the lead
    of the first category over the second as a share (Lee & Newcomb 1997); `is_clear` by Fong's test at 90 %:
    the lead is above 1.65 sqrt((a+b)(2n-a-b)/(2n))."""

    feature: str
    answers: int
    counts: tuple[tuple[str, int], ...]
    category: str
    better: float | None
    worse: float | None
    strength: float
    is_clear: bool


def category(functional: str, dysfunctional: str) -> str:
    """The category of one pair of answers. Raises Uncomputable("unknown_answer")."""
    places = []
    for side, answer in (("functional", functional), ("dysfunctional", dysfunctional)):
        if answer not in ANSWERS:
            raise Uncomputable("unknown_answer", question=side, answer=answer, allowed=ANSWERS)
        places.append(ANSWERS.index(answer))
    return _LETTERS[_TABLE[places[0]][places[1]]]


def kano(answers: Mapping[str, Sequence[tuple[str, str]]]) -> tuple[KanoResult, ...]:
    """Each feature's category from its (functional, dysfunctional) answers, in the order given."""
    return tuple(_result(feature, pairs) for feature, pairs in answers.items())


def _result(feature: str, pairs: Sequence[tuple[str, str]]) -> KanoResult:
    if not pairs:
        raise Uncomputable("no_answers", feature=feature)
    found = Counter(category(*pair) for pair in pairs)
    counts = tuple((name, found[name]) for name in CATEGORIES)
    first, second = sorted(counts, key=lambda one: -one[1])[:2]
    n, a, b = len(pairs), first[1], second[1]
    attractive, wanted = found["attractive"], found["one_dimensional"]
    must, rest = found["must_be"], found["indifferent"]
    base = attractive + wanted + must + rest
    return KanoResult(
        feature, n, counts, first[0],
        (attractive + wanted) / base if base else None,
        -(wanted + must) / base if base else None,
        (a - b) / n,
        a - b > 1.65 * sqrt((a + b) * (2 * n - a - b) / (2 * n)),
    )  # fmt: skip
