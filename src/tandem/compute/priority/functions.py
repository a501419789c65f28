"""The functions that a formula may call: how many parts each takes, and the type of its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from tandem.compute.priority.units import PLAIN, Unit


@dataclass(frozen=True, slots=True)
class Type:
    """What a part of a formula is: a number of some unit, a truth or a text."""

    kind: str
    unit: Unit = PLAIN

    def __str__(self) -> str:
        return str(self.unit) if self.kind == "number" else self.kind


NUMBER, TRUTH, TEXT = Type("number"), Type("truth"), Type("text")
MODES = ("minmax", "rank")


class Mismatch(Exception):
    """Part `place` of a call or operator does not fit: `code` and what was met and wanted."""

    def __init__(self, code: str, place: int, **params: object) -> None:
        super().__init__(code)
        self.code, self.place, self.params = code, place, params


def alike(types: list[Type]) -> Type:
    """All of one unit."""
    for place, one in enumerate(types):
        numeric(one, place)
        if one.unit != types[0].unit:
            raise Mismatch("units_differ", place, left=str(types[0]), right=str(one))
    return types[0]


def numeric(one: Type, place: int) -> None:
    if one.kind != "number":
        raise Mismatch("not_a_number", place, given=one.kind, allowed=("number",))


def plain(types: list[Type]) -> Type:
    """All without a unit."""
    for place, one in enumerate(types):
        numeric(one, place)
        if not one.unit.is_plain:
            raise Mismatch("unit_not_allowed", place, given=str(one), allowed=("a number without unit",))
    return NUMBER


def _if(types: list[Type]) -> Type:
    if types[0] != TRUTH:
        raise Mismatch("not_a_truth", 0, given=str(types[0]), allowed=("a comparison",))
    if types[1].kind != types[2].kind or types[1].kind == "truth":
        raise Mismatch("kinds_differ", 2, left=str(types[1]), right=str(types[2]))
    if types[1].unit != types[2].unit:
        raise Mismatch("units_differ", 2, left=str(types[1]), right=str(types[2]))
    return types[1]


def _root(types: list[Type]) -> Type:
    numeric(types[0], 0)
    return Type("number", types[0].unit.root())


def _round(types: list[Type]) -> Type:
    numeric(types[0], 0)
    plain([NUMBER, *types[1:]])
    return types[0]


def _normal(types: list[Type]) -> Type:
    numeric(types[0], 0)
    return NUMBER


@dataclass(frozen=True, slots=True)
class Function:
    fewest: int
    most: int
    type_of: Callable[[list[Type]], Type]


FUNCTIONS: dict[str, Function] = {
    "min": Function(1, 50, alike),
    "max": Function(1, 50, alike),
    "sum": Function(1, 50, alike),
    "clamp": Function(3, 3, alike),
    "default": Function(2, 2, alike),
    "if": Function(3, 3, _if),
    "log": Function(1, 2, plain),
    "sqrt": Function(1, 1, _root),
    "round": Function(1, 2, _round),
    "normalise": Function(1, 2, _normal),
}
"""`normalise` takes `minmax` (default) or `rank` as a second word."""
SPELLINGS = {"normalize": "normalise"}
