"""How far a key result is, how it stands against the straight line, and what that makes of its objective. Plain functions:
nothing is typed in, and nothing is said from too little."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

ON, RISK, OFF, DONE, NONE = "on", "risk", "off", "done", "none"
RISK_BEHIND, OFF_BEHIND = 0.10, 0.25
"""Shares of the whole way behind the straight line from which a key result is at risk, and off track."""
_WORST_FIRST = (OFF, RISK, NONE, ON, DONE)


def share_of_way(start: Decimal, target: Decimal, value: Decimal) -> float:
    """0 at the start, 1 at the target, less or more beyond them; either may be the larger one."""
    return float((value - start) / (target - start))


def expected(starts_on: date, ends_on: date, on: date) -> float:
    """Where the straight line from the start to the target stands on a day."""
    share = (on - starts_on).days / max((ends_on - starts_on).days, 1)
    return min(max(share, 0.0), 1.0)


def against_line(progress: float, line: float) -> str:
    """The state that the distance to the straight line gives."""
    if progress >= 1:
        return DONE
    behind = line - progress
    return OFF if behind > OFF_BEHIND else RISK if behind > RISK_BEHIND else ON


@dataclass
class Standing:
    """How a key result stands. `said` and `said_on` are people's last word, `line` is what its figures say.

    `progress` is None where no value is known; `line` is none also where it can only be yes or no: that has no halfway.
    """

    title: str
    weight: int = 100
    value: Decimal | None = None
    value_on: date | None = None
    progress: float | None = None
    expected: float | None = None
    line: str = NONE
    said: str = ""
    said_on: date | None = None
    due_on: date | None = None
    is_late: bool = False
    score: float | None = None

    @property
    def behind(self) -> int:
        """Points of the whole way behind the straight line."""
        return round(100 * (self.expected - self.progress)) if self.expected is not None and self.progress is not None else 0

    @property
    def is_doubted(self) -> bool:
        """Said to be on track, while the figures say that it is not."""
        return self.said == ON and not self.is_late and self.line in (RISK, OFF)

    @property
    def confidence(self) -> str:
        """The last word if it is fresh, but never better than at risk where the figures say otherwise; without a fresh
        word what the figures say; else nothing."""
        if self.score is not None or self.line == DONE:
            return DONE
        if self.said and not self.is_late:
            return RISK if self.is_doubted else self.said
        return self.line


def next_due(last: date | None, starts_on: date, cadence_days: int) -> date:
    return (last or starts_on) + timedelta(days=cadence_days)


@dataclass
class Judgement:
    """What the key results make of an objective. `progress` is their mean by weight, over those whose value is known."""

    standings: Sequence[Standing] = field(default_factory=list)

    @property
    def known(self) -> list[Standing]:
        return [s for s in self.standings if s.progress is not None]

    @property
    def progress(self) -> float | None:
        return _mean((min(max(s.progress or 0.0, 0.0), 1.0), s.weight) for s in self.known)

    @property
    def score(self) -> float | None:
        """The mean of the scores by weight, when all have one."""
        if not self.standings or any(s.score is None for s in self.standings):
            return None
        return _mean((s.score or 0.0, s.weight) for s in self.standings)

    @property
    def confidence(self) -> str:
        """That of the weakest: an objective is reached when all of its key results are."""
        return worst(s.confidence for s in self.standings)

    @property
    def late(self) -> list[Standing]:
        return [s for s in self.standings if s.is_late]

    @property
    def weakest(self) -> list[Standing]:
        """Whose state the objective has."""
        state = self.confidence
        return [s for s in self.standings if s.confidence == state]


def worst(states: Iterable[str]) -> str:
    return min(states, key=_WORST_FIRST.index, default=NONE)


def _mean(pairs: Iterable[tuple[float, int]]) -> float | None:
    rows = list(pairs)
    total = sum(weight for _value, weight in rows)
    return sum(value * weight for value, weight in rows) / total if total else None
