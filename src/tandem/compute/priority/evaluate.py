"""Formulas meet numbers: every step over all items at once, with what is missing or impossible per item."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.check import Formula, Step
from tandem.compute.priority.functions import SPELLINGS

COSTLIEST = 50_000_000
"""Most steps times items that one evaluation may take."""
LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class Gap:
    """Why an item has no value here: `missing` names its empty columns, or `code` what is impossible at `offset`.

    Codes: missing, division_by_zero, logarithm_of_nothing, root_of_negative, limits_crossed, too_large."""

    code: str
    missing: tuple[str, ...] = ()
    offset: int = 0


Value = float | bool | str | Gap
Column = Sequence[Value]
Tweak = Mapping[int, Callable[[float], float]]
"""Step → change of its value, for asking what would happen."""


def evaluate(
    formula: Formula, items: Mapping[str, Sequence[Value | None]], count: int, tweak: Tweak | None = None
) -> list[Column]:
    """The value of each step for each of `count` items: `[step][item]`; None in a column is missing.

    Raises Uncomputable("too_costly") beyond COSTLIEST; a fault in an item is that item's Gap."""
    if len(formula.steps) * count > COSTLIEST:
        raise Uncomputable("too_costly", steps=len(formula.steps), items=count, allowed=COSTLIEST)
    weights = dict(formula.weights)
    done: list[Column] = []
    for at, step in enumerate(formula.steps):
        node = step.node
        if node.kind in ("number", "text"):
            column: Column = [node.value if node.kind == "number" else node.head] * count
        elif node.kind == "name" and node.head in weights:
            column = [weights[node.head]] * count
        elif node.kind == "name":
            gap = Gap("missing", (node.head,), node.start)
            column = [gap if value is None else value for value in items[node.head]]
        else:
            column = _computed(step, [done[part] for part in step.parts], count)
        if tweak and at in tweak:
            column = [tweak[at](value) if isinstance(value, float) else value for value in column]
        done.append(column)
    return done


def _computed(step: Step, parts: list[Column], count: int) -> Column:
    head = SPELLINGS.get(step.node.head, step.node.head)
    if head == "normalise":
        return (_by_rank if step.mode == "rank" else _by_range)(parts[0])
    if head == "default":
        return [b if isinstance(a, Gap) and a.code == "missing" else a for a, b in zip(*parts, strict=True)]
    if head == "if":
        return [c if isinstance(c, Gap) else a if c else b for c, a, b in zip(*parts, strict=True)]
    if head in ("and", "or"):
        return [_decided(head, a, b) for a, b in zip(*parts, strict=True)]
    function = _UNARY[head] if step.node.kind == "operator" and len(parts) == 1 else _FUNCTIONS[head]
    offset = step.node.start
    column: list[Value] = []
    for values in zip(*parts, strict=True):
        gap = _joined(values)
        column.append(gap if gap else _tried(function, values, offset))
    return column


def _tried(function: Callable[..., Value], values: tuple[Value, ...], offset: int) -> Value:
    try:
        answer = function(*values)
    except _Impossible as fault:
        return Gap(fault.code, (), offset)
    if isinstance(answer, float) and not abs(answer) <= LARGEST:
        return Gap("too_large", (), offset)
    return answer


def _joined(values: tuple[Value, ...]) -> Gap | None:
    """What is impossible comes before what is missing: filling in would not help."""
    gaps = [value for value in values if isinstance(value, Gap)]
    if not gaps:
        return None
    worse = [gap for gap in gaps if gap.code != "missing"]
    if worse:
        return worse[0]
    names = tuple(sorted({name for gap in gaps for name in gap.missing}))
    return Gap("missing", names, gaps[0].offset)


def _decided(head: str, a: Value, b: Value) -> Value:
    """`and` with a falsehood, `or` with a truth, are decided whatever the other part is."""
    settling = head == "or"
    if a is settling or b is settling:
        return settling
    return _joined((a, b)) or not settling


def _by_range(column: Column) -> Column:
    """(x - min) / (max - min) over the items that have a value; 0.5 where all are equal."""
    known = [value for value in column if isinstance(value, float)]
    if not known:
        return list(column)
    low, high = min(known), max(known)
    if low == high:
        return [0.5 if isinstance(value, float) else value for value in column]
    return [(v - low) / (high - low) if isinstance(v, float) else v for v in column]


def _by_rank(column: Column) -> Column:
    """Mean rank from the lowest (0) to the highest (1) over the items that have a value; 0.5 for a lone one."""
    known = sorted(value for value in column if isinstance(value, float))
    if len(known) < 2:
        return [0.5 if isinstance(value, float) else value for value in column]
    place: dict[float, float] = {}
    at = 0
    while at < len(known):
        end = at
        while end < len(known) and known[end] == known[at]:
            end += 1
        place[known[at]] = (at + end - 1) / 2 / (len(known) - 1)
        at = end
    return [place[value] if isinstance(value, float) else value for value in column]


class _Impossible(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _divided(a: float, b: float) -> float:
    if b == 0:
        raise _Impossible("division_by_zero")
    return a / b


def _log(a: float, base: float | None = None) -> float:
    if a <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise _Impossible("logarithm_of_nothing")
    return math.log(a) if base is None else math.log(a, base)


def _sqrt(a: float) -> float:
    if a < 0:
        raise _Impossible("root_of_negative")
    return math.sqrt(a)


def _clamp(a: float, low: float, high: float) -> float:
    if low > high:
        raise _Impossible("limits_crossed")
    return min(max(a, low), high)


def _round(a: float, digits: float = 0.0) -> float:
    """Half away from zero, as people round; at most 12 digits."""
    scale = 10.0 ** int(max(-12.0, min(digits, 12.0)))
    return math.copysign(math.floor(abs(a) * scale + 0.5) / scale, a)


_UNARY: dict[str, Callable[..., Value]] = {"-": lambda a: -a, "not": lambda a: not a}
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": _divided,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "min": lambda *a: min(a), "max": lambda *a: max(a), "sum": lambda *a: math.fsum(a),
    "log": _log, "sqrt": _sqrt, "clamp": _clamp, "round": _round,
}  # fmt: skip
