"""Formulas over the inputs of features: what they may name, whether they can be read, and their values. Plain functions.

The engine is `compute.priority`; this file knows how inputs are written and words its refusals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import METHODS, Formula, Type, scored, unit
from tandem.compute.priority.evaluate import Gap, evaluate
from tandem.kit.errors import Refused
from tandem.work.models.formula import refused

MOST_INPUTS, LARGEST = 20, 1e12
_NAME = re.compile(r"[^\W\d]\w{0,39}\Z")
_WORDS = ("and", "or", "not")
_LINE = re.compile(
    r"(?P<name>[^\s\[\]:：]+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*(?:(?P<least>-?\d+(?:\.\d+)?)\s*\.\.\s*(?P<most>-?\d+(?:\.\d+)?))?\s*(?:[:：]\s*(?P<help>.*))?\Z"
)


@dataclass(frozen=True, slots=True)
class Input:
    """A number that somebody says of each feature, in `unit`, between `least` and `most` where they are given."""

    name: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    help: str = ""

    @property
    def line(self) -> str:
        """As it is written in the form."""
        parts = [self.name, f"[{self.unit}]" if self.unit else ""]
        if self.least is not None and self.most is not None:
            parts.append(f"{self.least:g}..{self.most:g}")
        return " ".join(p for p in parts if p) + (f": {self.help}" if self.help else "")


READY: dict[str, tuple[Input, ...]] = {
    "rice": (
        Input("reach", "count", 0, 1e9), Input("impact", "", 0.25, 3), Input("confidence", "%", 0, 100), Input("effort", "person-day", 0, 1e6),
    ),
    "wsjf": tuple(Input(name, "point", 1, 20) for name in METHODS["wsjf"].columns),
    "ice": tuple(Input(name, "", 1, 10) for name in METHODS["ice"].columns),
    "value-effort": (Input("value", "", 1, 10), Input("effort", "person-day", 0, 1e6)),
}  # fmt: skip


def read_lines(text: str) -> list[dict[str, Any]]:
    """Inputs as the form writes them, one in each line: `effort [person-day] 0..100: work until it ships`."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            match = _LINE.match(line.strip())
            if match is None:
                raise Refused("inputs_unreadable", field="inputs", line=number, found=line.strip()[:60])
            found.append({name: value for name, value in match.groupdict(default="").items() if value})
    return found


def settled(given: Any) -> list[Input]:
    """Inputs of any door, checked. Refused: too many, a name twice or unreadable, an unknown unit, a reversed range."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given) or not given:
        raise Refused("inputs_missing", field="inputs")
    if len(given) > MOST_INPUTS:
        raise Refused("inputs_too_many", field="inputs", most=MOST_INPUTS)
    found = [_one(row) for row in given]
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Refused("input_twice", field="inputs", name=twice)
    return found


def _one(row: dict[str, Any]) -> Input:
    name, word = str(row.get("name") or ""), str(row.get("unit") or "").strip()
    if not _NAME.match(name) or name in _WORDS:
        raise Refused("input_name", field="inputs", name=name[:40])
    try:
        if word:
            unit(word)
    except Uncomputable:
        raise Refused("input_unit", field="inputs", name=name, unit=word[:30]) from None
    least, most = (_bound(row.get(key), name) for key in ("least", "most"))
    if least is not None and most is not None and least >= most:
        raise Refused("input_range_reversed", field="inputs", name=name)
    return Input(name, word, least, most, str(row.get("help") or "").strip()[:200])


def _bound(value: Any, name: str) -> float | None:
    return None if value in (None, "") else number(value, name)


def number(value: Any, name: str) -> float:
    """A finite number, however a door sends it."""
    try:
        found = float(str(value).replace("−", "-").replace("%", "").strip()) if not isinstance(value, bool) else LARGEST * 2
    except ValueError:
        found = LARGEST * 2
    if not abs(found) <= LARGEST:
        raise Refused("input_not_a_number", field=name, name=name)
    return found


def as_json(inputs: Sequence[Input]) -> list[dict[str, Any]]:
    return [{key: value for key, value in asdict(one).items() if value not in (None, "")} for one in inputs]


def stored(inputs: Any) -> list[Input]:
    """Inputs of a model as they were stored."""
    return [Input(**one) for one in inputs]


def checked(text: str, inputs: Sequence[Input]) -> Formula:
    """The formula, which yields a number. Refused with the place of the fault and what is allowed there."""
    if not text.strip():
        raise Refused("formula_empty", field="formula")
    try:
        formula = scored(text, {one.name: _type(one) for one in inputs})
    except Uncomputable as fault:
        if fault.code in ("units_differ", "unit_not_allowed", "unit_too_high"):
            at, found = int(fault.params.get("offset", 0)) + 1, str(fault.params.get("found", ""))[:60]  # type: ignore[call-overload]
            raise Refused("score_units", field="formula", at=at, found=found) from None
        raise refused(fault) from None
    for step in formula.steps:
        if step.node.kind == "call" and step.node.head in ("normalise", "normalize"):
            raise Refused("score_compares", field="formula", at=step.node.start + 1)
    if not formula.columns:
        raise Refused("score_constant", field="formula")
    return formula


def _type(one: Input) -> Type:
    return Type("number", unit(one.unit)[0]) if one.unit else Type("number")


Values = Mapping[str, Mapping[str, Any]]
"""Inputs of a feature as they are stored: name → {"value": …}."""


def columns_of(formula: Formula, inputs: Sequence[Input], rows: Sequence[Values]) -> dict[str, list[float | None]]:
    """What the engine takes: the values in their base unit, None where nobody said one."""
    factors = {one.name: unit(one.unit)[1] if one.unit else 1.0 for one in inputs}
    return {name: [_said(row, name, factors[name]) for row in rows] for name in formula.columns}


def _said(row: Values, name: str, factor: float) -> float | None:
    value = row.get(name, {}).get("value")
    return None if value is None else float(value) * factor


def computed(formula: Formula, inputs: Sequence[Input], rows: Sequence[Values]) -> list[float | Gap]:
    """For each row its score, or why there is none."""
    found = evaluate(formula, columns_of(formula, inputs, rows), len(rows))[-1]
    return [float(f"{one:.12g}") if isinstance(one, float) else one for one in found]  # type: ignore[misc]
