"""Units of measure in formulas: days, persons, person-days, money with a currency, points, percent and counts."""

import re
from dataclasses import dataclass
from fractions import Fraction

from tandem.compute.errors import Uncomputable

HIGHEST = 12
"""Largest exponent that a unit may reach."""
NAMES = ("day", "person", "person-day", "point", "percent", "count", "a currency such as EUR")
WORD = r"person-days?|persons?|days?|points?|counts?|percent|%|[A-Z]{3}(?![A-Za-z0-9_])"
_WHOLE = re.compile(rf"(?:{WORD})(?:/(?:{WORD}))?\Z")


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of base units (`day`, `person`, `point`, currency codes), sorted by name.

    Percent and counts are of dimension one, as in the SI: a percent is scaled when it is read."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    @property
    def is_plain(self) -> bool:
        return not self.powers

    def __mul__(self, other: "Unit") -> "Unit":
        return self._joined(other, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return self._joined(other, -1)

    def root(self) -> "Unit":
        return Unit(tuple((base, power / 2) for base, power in self.powers))

    def _joined(self, other: "Unit", sign: int) -> "Unit":
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, Fraction(0)) + sign * power
        return Unit(tuple(sorted((base, power) for base, power in powers.items() if power)))

    @property
    def is_extreme(self) -> bool:
        return any(abs(power) > HIGHEST for _, power in self.powers)

    def __str__(self) -> str:
        over = [_powered(base, power) for base, power in self.powers if power > 0]
        under = [_powered(base, -power) for base, power in self.powers if power < 0]
        if sorted(over) == ["day", "person"]:
            over = ["person-day"]
        if sorted(under) == ["day", "person"]:
            under = ["person-day"]
        if not over and not under:
            return "number"
        return ("·".join(over) or "1") + ("/" + "/".join(under) if under else "")


PLAIN = Unit()


def unit(text: str) -> tuple[Unit, float]:
    """The unit that a word names and the factor to its base ("%" is 0.01 of a plain number).

    Accepts one word or a quotient of two ("EUR/person-day"). Raises Uncomputable("unknown_unit")."""
    if not _WHOLE.match(text):
        raise Uncomputable("unknown_unit", unit=text, allowed=NAMES)
    over, _, under = text.partition("/")
    found, factor = _one(over)
    if under:
        below, divisor = _one(under)
        return found / below, factor / divisor
    return found, factor


def _one(word: str) -> tuple[Unit, float]:
    if word in ("%", "percent"):
        return PLAIN, 0.01
    if word.startswith("count"):
        return PLAIN, 1.0
    if word.startswith("person-day"):
        return Unit((("day", Fraction(1)), ("person", Fraction(1)))), 1.0
    base = word if word.isupper() else word.removesuffix("s")
    return Unit(((base, Fraction(1)),)), 1.0


def _powered(base: str, power: Fraction) -> str:
    return base if power == 1 else f"{base}^{power}"
