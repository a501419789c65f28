"""What a risk comes to: its three points read and checked, its expected value, its step on the matrix. Plain functions."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tandem.kit.errors import Refused

MOST_DAYS, MOST_MONEY = 5_000, 10**11
LOW, MEDIUM, HIGH = "low", "medium", "high"
UNKNOWN = "unknown"
"Its money is in a currency of which no rate is known, and its days alone do not make it high."


def points(values: Any, field: str, *, is_money: bool = False, is_rest: bool = False) -> list[float] | list[int]:
    """Nothing, one value that stands for all three, or at least, most likely and at most in this order. `is_rest`: of what is
    left after a response nothing at all is said as three times 0; unsaid, it stays as it was."""
    most = MOST_MONEY if is_money else MOST_DAYS
    if not isinstance(values, list | tuple) or len(values) not in (0, 1, 3):
        raise Refused("three_points", field=field)
    if any(isinstance(one, bool) or not isinstance(one, int | float | Decimal) or not 0 <= one <= most for one in values):
        raise Refused("three_points_bounds", field=field, most=most)
    found = [round(one) if is_money else round(float(one), 1) for one in values]
    if found != sorted(found):
        raise Refused("three_points_order", field=field)
    if not any(found) and not is_rest:
        return []
    return found * 3 if len(found) == 1 else found


def mean(three: Sequence[float]) -> float:
    """PERT: (low + 4 × most likely + high) / 6, the mean of the distribution with which it is simulated."""
    return (three[0] + 4 * three[1] + three[2]) / 6 if three else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a risk counts today: after a response that was carried out, what is left of it."""

    probability: int
    days: tuple[float, ...]
    money: tuple[float, ...]

    def expected(self, sign: int) -> tuple[float, float]:
        share = sign * self.probability / 100
        return round(share * mean(self.days), 2), round(share * mean(self.money), 2)


def standing(risk: Any) -> Standing:
    """`is_responded` without a residual of a kind leaves that as it was."""
    rest = after_response(risk) if risk.is_responded else None
    return rest or Standing(risk.probability, tuple(risk.days), tuple(risk.money))


def after_response(risk: Any) -> Standing | None:
    """What should be left, as far as somebody said: of days or money of which nobody said, all."""
    if risk.residual_probability is None:
        return None
    return Standing(risk.residual_probability, tuple(risk.residual_days or risk.days), tuple(risk.residual_money or risk.money))


@dataclass(frozen=True, slots=True)
class Scale:
    """Four borders make five steps; `rate` says what one unit of a currency is in that of the scale, None where nobody knows."""

    probabilities: tuple[float, ...]
    days: tuple[float, ...]
    money: tuple[float, ...]
    currency: str
    medium_from: int
    high_from: int
    silence: dict[str, int]

    def likely(self, probability: int) -> int:
        return bisect_right(self.probabilities, probability) + 1

    def large(self, days: float, money: float) -> int:
        """The larger of the two steps: what costs little and delays much is large."""
        return max(bisect_right(self.days, days), bisect_right(self.money, money)) + 1

    def grade(self, score: int) -> str:
        return HIGH if score >= self.high_from else MEDIUM if score >= self.medium_from else LOW


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a risk stands on the matrix."""

    likely: int
    large: int
    grade: str

    @property
    def score(self) -> int:
        return self.likely * self.large


def cell(scale: Scale, now: Standing, rate: float | None) -> Cell:
    money = mean(now.money) * rate if rate is not None else 0.0
    likely, large = scale.likely(now.probability), scale.large(mean(now.days), money)
    grade = scale.grade(likely * large)
    return Cell(likely, large, UNKNOWN if rate is None and any(now.money) and grade != HIGH else grade)
