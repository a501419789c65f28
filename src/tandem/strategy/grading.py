"""How far a KPI can be relied on: six questions, each with its answer and what it rests on. Plain functions."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

GRADES = "ABCD"
LATE, LEAST_FOR_GAPS, LEAST_FOR_OUTLIERS, LEAST_FOR_MOVING = 1.5, 4, 8, 5
FAR = 3.5
"""Of the modified z-score: Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993."""


@dataclass(frozen=True)
class Answer:
    """`is_good` is None where too little is known to say. `count` of `of` is what the answer rests on; `days` are those
    it names."""

    code: str
    is_good: bool | None
    count: int = 0
    of: int = 0
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Grade:
    """A with nothing against it, a letter less for each question that fails; `letter` is empty before the first value."""

    answers: tuple[Answer, ...]

    @property
    def failing(self) -> list[Answer]:
        return [a for a in self.answers if a.is_good is False]

    @property
    def open(self) -> list[Answer]:
        return [a for a in self.answers if a.is_good is None]

    @property
    def letter(self) -> str:
        is_measured = next(a for a in self.answers if a.code == "stale").is_good is not None
        return GRADES[min(len(self.failing), 3)] if is_measured else ""


def grade(
    points: Sequence[tuple[date, float]], *, cadence_days: int, today: date, has_owner: bool, uses: int
) -> Grade:
    """`points` are the measurements, oldest first."""
    return Grade((
        _stale(points, cadence_days, today), _gaps(points, cadence_days), _outliers(points), _moving(points),
        Answer("owner", has_owner), Answer("used", uses > 0, uses),
    ))  # fmt: skip


def _stale(points: Sequence[tuple[date, float]], cadence: int, today: date) -> Answer:
    """The last value is older than one and a half times its cadence."""
    if not points:
        return Answer("stale", None)
    age = (today - points[-1][0]).days
    return Answer("stale", age <= LATE * cadence, age, cadence, (points[-1][0],))


def _gaps(points: Sequence[tuple[date, float]], cadence: int) -> Answer:
    """More than one in ten of the steps between values is longer than one and a half times the cadence."""
    steps = [(a[0], (b[0] - a[0]).days) for a, b in itertools.pairwise(points)]
    if len(points) < LEAST_FOR_GAPS:
        return Answer("gaps", None, len(points), LEAST_FOR_GAPS)
    long = [day for day, step in steps if step > LATE * cadence]
    return Answer("gaps", len(long) <= 0.1 * len(steps), len(long), len(steps), tuple(long))


def _outliers(points: Sequence[tuple[date, float]]) -> Answer:
    """A value far from the two before it and from the two after it, measured by how far values usually lie from the
    nearer of them: where the level moves for good, it is near to one side."""
    if len(points) < LEAST_FOR_OUTLIERS:
        return Answer("outliers", None, len(points), LEAST_FOR_OUTLIERS)
    values = [value for _day, value in points]
    away = [
        min(abs(v - median(side)) for side in (values[max(0, n - 2) : n], values[n + 1 : n + 3]) if side)
        for n, v in enumerate(values)
    ]
    usual = median(away) or sum(away) / len(away)
    far = [points[n][0] for n, distance in enumerate(away) if usual and 0.6745 * distance / usual > FAR]
    return Answer("outliers", not far, len(far), len(points), tuple(far))


def _moving(points: Sequence[tuple[date, float]]) -> Answer:
    """The last values are all the same: nothing could be learned from them."""
    if len(points) < LEAST_FOR_MOVING:
        return Answer("moving", None, len(points), LEAST_FOR_MOVING)
    last = [value for _day, value in points[-12:]]
    return Answer("moving", len(set(last)) > 1, len(last), len(last))
