"""What finished work says of an estimate: the ratio of actual to estimated effort, its median and the bound under which the
next one stays with a given certainty; and whether that bound would have held in the past.

The bound is the order statistic of rank ⌈share · (n + 1)⌉: for cases that are alike and come in any order the next one stays
under it with at least that chance, whatever the distribution (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World;
Lei et al. 2018, split conformal prediction). The idea of asking past cases instead of the plan: Flyvbjerg, reference class
forecasting (2006); Kahneman and Tversky, the outside view (1979)."""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, exp, fsum, lgamma, log
from statistics import median

ENOUGH = 8
"""Cases from which anything is said: fewer give no bound for 80 % that is not simply the worst of them."""
SHARE = 0.8


@dataclass(frozen=True)
class Case:
    """A finished item: hours said before it began and hours that it took; `began` and `ended` are days (any ordinal)."""

    estimate: float
    actual: float
    began: int
    ended: int

    @property
    def ratio(self) -> float:
        return self.actual / self.estimate


@dataclass(frozen=True)
class Learnt:
    """`middle` and `bound` are ratios of actual to estimate, `total` the ratio of their sums: the bias by hours. `least` and
    `most` are the ends."""

    count: int
    middle: float
    bound: float
    total: float
    least: float
    most: float


@dataclass(frozen=True)
class Course:
    """Walking forward through the past: for each case, in the order of its beginning, whether it stayed under the bound that
    was known on that day. `chance` is how likely so few (or fewer) would stay under it if the bound is right."""

    held: tuple[bool, ...]

    @property
    def share(self) -> float:
        return sum(self.held) / len(self.held)

    @property
    def chance(self) -> float:
        n, k = len(self.held), sum(self.held)
        return fsum(
            exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(SHARE) + (n - i) * log(1 - SHARE))
            for i in range(k + 1)
        )


def bound(ratios: Sequence[float], share: float = SHARE) -> float | None:
    """Of sorted ratios; None when they are too few for such a bound."""
    rank = ceil(share * (len(ratios) + 1) - 1e-9)
    return ratios[rank - 1] if rank <= len(ratios) else None


def learn(cases: Iterable[Case], enough: int = ENOUGH) -> Learnt | None:
    """None: too few to say anything. Every estimate and every actual is above nothing."""
    rows = list(cases)
    ratios = sorted(one.ratio for one in rows)
    high = bound(ratios)
    if len(rows) < enough or high is None:
        return None
    total = sum(one.actual for one in rows) / sum(one.estimate for one in rows)
    return Learnt(len(rows), median(ratios), high, total, ratios[0], ratios[-1])


def back_test(
    cases: Sequence[Case], ladder: Callable[[int], Sequence[Hashable]], enough: int = ENOUGH
) -> Course | None:
    """For each case only what had ended before it began is known. `ladder(n)` names the classes of case n, the nearest first:
    the first that held `enough` finished cases gives the bound, as it would have been offered. None: fewer than `enough` cases
    could be judged."""
    waiting: list[tuple[int, int]] = []
    known: dict[Hashable, list[float]] = defaultdict(list)
    held: list[bool] = []
    for n in sorted(range(len(cases)), key=lambda n: (cases[n].began, cases[n].ended)):
        while waiting and waiting[0][0] < cases[n].began:
            _ended, before = heappop(waiting)
            for name in ladder(before):
                insort(known[name], cases[before].ratio)
        high = next(
            (
                found
                for name in ladder(n)
                if len(known[name]) >= enough and (found := bound(known[name])) is not None
            ),
            None,
        )
        if high is not None:
            held.append(cases[n].ratio <= high * (1 + 1e-12))
        heappush(waiting, (cases[n].ended, n))
    return Course(tuple(held)) if len(held) >= enough else None
