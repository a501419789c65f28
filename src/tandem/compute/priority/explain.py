"""What a score is made of: addends that add up to it, factors that multiply to it, down to the last column."""

import math
from dataclasses import dataclass

from tandem.compute.priority.check import Formula
from tandem.compute.priority.evaluate import Column, Gap

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the formula with its value for one item.

    `role` addend: `effect` is what it adds to (or takes from) the whole it belongs to. `role` factor: `effect`
    is how many times it multiplies the score against the typical item (its own value over the geometric mean of
    all scored items; None where one is not positive). Effects of the factors multiply to score / typical score.
    """

    text: str
    role: str
    value: float
    effect: float | None
    parts: tuple["Term", ...] = ()


def terms_of(
    formula: Formula, values: list[Column], item: int, typical: dict[int, float | None]
) -> tuple[Term, ...]:
    """The terms of one scored item, largest structure first."""
    return _parts(formula, values, item, typical, len(formula.steps) - 1, 0)


def typical_values(formula: Formula, values: list[Column]) -> dict[int, float | None]:
    """Geometric mean of every factor over the items that have a score; None where one is not positive."""
    scores = values[-1]
    scored = [at for at, score in enumerate(scores) if not isinstance(score, Gap)]
    found: dict[int, float | None] = {}
    for place in sorted({part for part, _ in _all_factors(formula, len(formula.steps) - 1)}):
        column = [values[place][at] for at in scored]
        if column and all(isinstance(one, float) and one > 0 for one in column):
            found[place] = math.exp(math.fsum(math.log(float(one)) for one in column) / len(column))  # type: ignore[arg-type]
        else:
            found[place] = None
    return found


def addends(formula: Formula, place: int) -> list[tuple[int, int]]:
    """(step, sign) of a sum's addends; the step itself where it is no sum."""
    found: list[tuple[int, int]] = []
    waiting = [(place, 1)]
    while waiting:
        at, sign = waiting.pop()
        step = formula.steps[at]
        head, binary = step.node.head, len(step.parts) == 2
        if step.node.kind == "operator" and head in ("+", "-") and binary:
            waiting += [(step.parts[1], sign if head == "+" else -sign), (step.parts[0], sign)]
        elif step.node.kind == "operator" and head == "-":
            waiting.append((step.parts[0], -sign))
        elif step.node.kind == "call" and head == "sum":
            waiting += [(part, sign) for part in reversed(step.parts)]
        else:
            found.append((at, sign))
    return found


def factors(formula: Formula, place: int) -> list[tuple[int, int]]:
    """(step, 1 or -1) of a product's factors and divisors; the step itself where it is no product."""
    found: list[tuple[int, int]] = []
    waiting = [(place, 1)]
    while waiting:
        at, power = waiting.pop()
        step = formula.steps[at]
        head = step.node.head
        if step.node.kind == "operator" and head in ("*", "/"):
            waiting += [(step.parts[1], power if head == "*" else -power), (step.parts[0], power)]
        else:
            found.append((at, power))
    return found


def _all_factors(formula: Formula, place: int) -> list[tuple[int, int]]:
    found, waiting = [], [(place, 0)]
    while waiting:
        at, depth = waiting.pop()
        if depth > DEEPEST:
            continue
        sums, product = addends(formula, at), factors(formula, at)
        if len(sums) > 1:
            waiting += [(part, depth + 1) for part, _ in sums]
        elif len(product) > 1:
            found += product
            waiting += [(part, depth + 1) for part, _ in product]
    return found


def _parts(
    formula: Formula,
    values: list[Column],
    item: int,
    typical: dict[int, float | None],
    place: int,
    depth: int,
) -> tuple[Term, ...]:
    sums, product = addends(formula, place), factors(formula, place)
    role, inner = ("addend", sums) if len(sums) > 1 else ("factor", product)
    if depth > DEEPEST or len(inner) < 2:
        return ()
    found = []
    for at, sign in inner:
        value = values[at][item]
        if not isinstance(value, float):
            continue
        usual = typical.get(at)
        if role == "addend":
            effect: float | None = sign * value
        else:
            effect = (value / usual) ** sign if usual and value > 0 else None
        below = _parts(formula, values, item, typical, at, depth + 1)
        found.append(Term(formula.text(at), role, value, effect, below))
    return tuple(found)
