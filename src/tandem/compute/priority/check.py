"""A formula is checked before it meets a number: names, kinds and units, each fault at its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.functions import (
    FUNCTIONS,
    MODES,
    NUMBER,
    SPELLINGS,
    TEXT,
    TRUTH,
    Mismatch,
    Type,
    alike,
    numeric,
)
from tandem.compute.priority.syntax import LARGEST, Node, parse, refuse

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One node in the order of computing; `parts` are the places of its parts in that order."""

    node: Node
    parts: tuple[int, ...]
    type: Type
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula: its text, its steps (the last one is the answer), and the names it uses."""

    source: str
    steps: tuple[Step, ...]
    columns: tuple[str, ...]
    weights: tuple[tuple[str, float], ...]

    @property
    def type(self) -> Type:
        return self.steps[-1].type

    def text(self, place: int) -> str:
        node = self.steps[place].node
        return self.source[node.start : node.end]


def check(source: str, columns: Mapping[str, Type], weights: Mapping[str, float] | None = None) -> Formula:
    """Parse and type a formula over `columns` (name → type) and named `weights` (plain numbers).

    Raises Uncomputable(code, offset, line, column, found, …): `unknown_name`, `unknown_function`,
    `units_differ`, `not_a_number`, `wrong_number_of_parts` … with what is allowed there."""
    weights = dict(weights or {})
    for name, value in weights.items():
        if name in columns:
            raise Uncomputable("name_twice", name=name)
        if not abs(value) <= LARGEST:
            raise Uncomputable("number_too_large", weight=name, value=value, allowed=LARGEST)
    tree = parse(source)
    steps: list[Step] = []
    places: dict[int, int] = {}
    for node in _inner_first(tree):
        mode, parts = _mode(source, node)
        inner = tuple(places[id(part)] for part in parts)
        kind = _typed(source, node, [steps[at].type for at in inner], columns, weights)
        if kind.unit.is_extreme:
            raise refuse("unit_too_high", source, node.start, node.end, given=str(kind))
        places[id(node)] = len(steps)
        steps.append(Step(node, inner, kind, mode))
    used = {step.node.head for step in steps if step.node.kind == "name"}
    return Formula(
        source, tuple(steps), tuple(sorted(used - set(weights))),
        tuple((name, value) for name, value in weights.items() if name in used),
    )  # fmt: skip


def scored(source: str, columns: Mapping[str, Type], weights: Mapping[str, float] | None = None) -> Formula:
    """As `check`, and the answer must be a number."""
    formula = check(source, columns, weights)
    if formula.type.kind != "number":
        raise refuse("not_a_number", source, 0, len(source), given=str(formula.type), allowed=("number",))
    return formula


def names(source: str) -> tuple[str, ...]:
    """The columns and weights that a formula names, before anything is known about them."""
    found = set()
    for node in _inner_first(parse(source)):
        if node.kind == "name":
            found.add(node.head)
    return tuple(sorted(found))


def _inner_first(tree: Node) -> list[Node]:
    """Parts before wholes, without recursion: long sums lean to one side."""
    order, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(node.parts if not _has_mode(node) else node.parts[:1])
    return order[::-1]


def _has_mode(node: Node) -> bool:
    return node.kind == "call" and SPELLINGS.get(node.head, node.head) == "normalise" and len(node.parts) == 2


def _mode(source: str, node: Node) -> tuple[str, tuple[Node, ...]]:
    """The word after the comma of `normalise(x, rank)`, which is no name."""
    if not _has_mode(node):
        return "", node.parts
    word = node.parts[1]
    if word.kind != "name" or word.head not in MODES:
        raise refuse("unknown_mode", source, word.start, word.end, allowed=MODES)
    return word.head, node.parts[:1]


def _typed(
    source: str, node: Node, parts: list[Type], columns: Mapping[str, Type], weights: Mapping[str, float]
) -> Type:
    if node.kind == "number":
        return Type("number", node.unit) if node.unit else NUMBER
    if node.kind == "text":
        return TEXT
    if node.kind == "name":
        return _named(source, node, columns, weights)
    try:
        return _called(source, node, parts) if node.kind == "call" else _operated(node.head, parts)
    except Mismatch as fault:
        at = node.parts[min(fault.place, len(node.parts) - 1)]
        raise refuse(fault.code, source, at.start, at.end, operator=node.head, **fault.params) from None


def _named(source: str, node: Node, columns: Mapping[str, Type], weights: Mapping[str, float]) -> Type:
    if node.head in weights:
        return NUMBER
    if node.head in columns:
        return columns[node.head]
    allowed = [*columns, *weights]
    near = get_close_matches(node.head, allowed, n=1)
    raise refuse(
        "unknown_name", source, node.start, node.end,
        allowed=tuple(allowed[:SHOWN]), near=near[0] if near else None,
    )  # fmt: skip


def _called(source: str, node: Node, parts: list[Type]) -> Type:
    function = FUNCTIONS.get(SPELLINGS.get(node.head, node.head))
    if function is None:
        end = node.start + len(node.head)
        raise refuse("unknown_function", source, node.start, end, allowed=tuple(FUNCTIONS))
    if not function.fewest <= len(node.parts) <= function.most:
        raise refuse(
            "wrong_number_of_parts", source, node.start, node.end, function=node.head,
            given=len(node.parts), allowed=(function.fewest, function.most),
        )  # fmt: skip
    return function.type_of(parts)


def _operated(sign: str, parts: list[Type]) -> Type:
    if sign in ("and", "or", "not"):
        for place, one in enumerate(parts):
            if one != TRUTH:
                raise Mismatch("not_a_truth", place, given=str(one), allowed=("a comparison",))
        return TRUTH
    if sign in ("=", "!=") and all(one == TEXT for one in parts):
        return TRUTH
    if sign in ("=", "!=", "<", "<=", ">", ">="):
        alike(parts)
        return TRUTH
    if sign in ("+", "-"):
        return alike(parts)
    for place, one in enumerate(parts):
        numeric(one, place)
    left, right = parts[0].unit, parts[1].unit
    return Type("number", left * right if sign == "*" else left / right)
