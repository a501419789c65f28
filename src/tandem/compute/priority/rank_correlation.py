"""How well one order foretells another: Spearman's rank correlation with its range."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

NEEDED = 8
"""Pairs from which on a correlation is said at all."""
_Z = 1.959963984540054  # 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Agreement:
    """`rho` between −1 and 1; none for too few pairs (`too_few`) or where one side is all the same (`all_equal`).
    `low` and `high`: between them it lies in 95 of 100 such samples."""

    n: int
    rho: float | None = None
    low: float | None = None
    high: float | None = None
    why_none: str = ""


def agreement(xs: Sequence[float], ys: Sequence[float], *, needed: int = NEEDED) -> Agreement:
    """Spearman's rho: the correlation of the ranks, equal values sharing their mean rank. The range is Fisher's
    transformation with the variance of Bonett and Wright (2000), (1 + rho²/2) / (n − 3). For the very same order the
    transformation knows no end: there the range is that of the next order, with two neighbours changed, up to 1. Raises
    ValueError for sides of unequal length."""
    if len(xs) != len(ys):
        raise ValueError("two orders of the same things have the same length")
    n = len(xs)
    if n < max(needed, 4):
        return Agreement(n, why_none="too_few")
    rho = _correlation(ranks(xs), ranks(ys))
    if rho is None:
        return Agreement(n, why_none="all_equal")
    if abs(rho) > 1 - 1e-12:
        low, _high = _range(1 - 12 / (n * (n * n - 1)), n)
        return Agreement(n, 1.0, low, 1.0) if rho > 0 else Agreement(n, -1.0, -1.0, -low)
    return Agreement(n, rho, *_range(rho, n))


def _range(rho: float, n: int) -> tuple[float, float]:
    middle, width = atanh(rho), _Z * sqrt((1 + rho * rho / 2) / (n - 3))
    return tanh(middle - width), tanh(middle + width)


def ranks(values: Sequence[float]) -> list[float]:
    """From 1, the smallest first; equal values share the mean of their places."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    found = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in range(first, last + 1):
            found[order[place]] = (first + last) / 2 + 1
        first = last + 1
    return found


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    n = len(xs)
    mx, my = sum(xs) / n, sum(ys) / n
    across = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    spread = sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys)
    return across / sqrt(spread) if spread else None
