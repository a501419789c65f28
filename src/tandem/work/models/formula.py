"""What a formula over the fields of an item may name, what kind of value it yields, and its value: plain functions.

The engine is that of scores (`compute.priority`), which knows numbers, texts and truths. Days are numbers to it; that nobody
multiplies two days, or takes a day for a number, is checked here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import NUMBER, TEXT, TRUTH, Formula, Type
from tandem.compute.priority import check as parsed
from tandem.compute.priority.check import Step
from tandem.compute.priority.evaluate import Gap, Value, evaluate
from tandem.kit.errors import Refused
from tandem.work.models.field import FieldDefinition
from tandem.work.models.workflow import State

K = FieldDefinition.Kind
Row = Mapping[str, Any]
"""An item as `values()` reads it: the columns of its sources, `fields`, `derived`, `type_id`."""
_WORDS = ("and", "or", "not")
FUNCTIONS = ("if", "min", "max", "sum", "default", "round", "clamp", "sqrt", "log")


@dataclass(frozen=True, slots=True)
class Source:
    """A name that formulas know: the kind of its values, the column or own field they come from."""

    kind: str
    column: str
    field: FieldDefinition | None = None

    @property
    def type(self) -> Type:
        return {K.TEXT: TEXT, K.CHECK: TRUTH}.get(K(self.kind), NUMBER)

    @property
    def is_day(self) -> bool:
        return self.kind == K.DATE

    def of(self, row: Row) -> Value | None:
        """As the engine takes it; None for nothing, also for what does not fit the kind."""
        value = row[self.column]
        if self.field is not None:
            value = value.get(self.field.key) if self.field.is_for(row["type_id"]) else None
        elif self.column == "state__category":
            return bool(value == State.Category.DONE)
        return _READ[K(self.kind)](value, self.column)


def _number(value: Any, column: str) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / 60 if column.endswith("_minutes") else float(value)


def _day(value: Any, column: str) -> float | None:
    if isinstance(value, datetime):  # the installation's day: the same for everybody who reads it
        value = timezone.localtime(value, timezone.get_default_timezone()).date()
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return float(value.toordinal()) if isinstance(value, date) else None


_READ: dict[K, Any] = {
    K.NUMBER: _number, K.DATE: _day, K.TEXT: lambda value, column: value if isinstance(value, str) and value else None,
    K.CHECK: lambda value, column: value if isinstance(value, bool) else None,
}  # fmt: skip
# name → Chinese name, kind, column
BUILT_IN: dict[str, tuple[str, K, str]] = {
    "points": ("点数", K.NUMBER, "estimate_points"), "hours": ("工时", K.NUMBER, "estimate_minutes"), "spent": ("已用工时", K.NUMBER, "logged_minutes"),
    "priority": ("优先级", K.NUMBER, "priority"), "progress": ("进度", K.NUMBER, "percent_complete"), "done": ("已完成", K.CHECK, "state__category"),
    "due": ("截止", K.DATE, "due_on"), "start": ("计划开始", K.DATE, "planned_start"), "finish": ("计划完成", K.DATE, "planned_finish"),
    "started": ("开始", K.DATE, "actual_start"), "finished": ("完成", K.DATE, "actual_finish"), "created": ("创建", K.DATE, "created_at"),
}  # fmt: skip
_TAKEN = {*BUILT_IN, *(chinese for chinese, _kind, _column in BUILT_IN.values()), *_WORDS}
_AS = {K.MONEY: K.NUMBER, K.CHOICE: K.TEXT}


def name_of(field: FieldDefinition) -> str:
    """As formulas call it: `points_field` where every item has `points`."""
    return f"{field.word}_field" if field.word in _TAKEN else field.word


def sources(fields: Iterable[FieldDefinition]) -> dict[str, Source]:
    """Every name that a formula of the space knows."""
    found: dict[str, Source] = {}
    for name, (chinese, kind, column) in BUILT_IN.items():
        found[name] = found[chinese] = Source(kind, column)
    for field in fields:
        kind = _AS.get(K(field.reads_as), K(field.reads_as))
        if kind in _READ and not field.is_several:
            found[name_of(field)] = Source(kind, field.store, field)
    return found


def checked(text: str, known: Mapping[str, Source]) -> tuple[Formula, str]:
    """The formula and the kind of its values. Refused with the place and what is allowed there."""
    try:
        formula = parsed(text, {name: source.type for name, source in known.items()})
    except Uncomputable as fault:
        raise refused(fault) from None
    degrees: list[int] = []
    for step in formula.steps:
        degrees.append(_degree(text, step, [degrees[part] for part in step.parts], known))
    if formula.type == NUMBER and degrees[-1] == 1:
        return formula, K.DATE
    if formula.type.kind == "number" and not formula.type.unit.is_plain:
        raise Refused("formula_unit", field="formula", unit=str(formula.type))
    return formula, {"text": K.TEXT, "truth": K.CHECK}.get(formula.type.kind, K.NUMBER)


def _degree(text: str, step: Step, parts: list[int], known: Mapping[str, Source]) -> int:
    """1 for a day, 0 for everything else: the distance of two days is a number, a day and a number are a day."""
    node, head = step.node, step.node.head
    if head in ("normalise", "normalize") and node.kind == "call":
        raise _at(text, step, "formula_one_item")
    if node.kind == "name":
        return int(known[head].is_day)
    if head in ("+", "-") and node.kind == "operator" and len(parts) == 2:
        degree = parts[0] + parts[1] if head == "+" else parts[0] - parts[1]
        if degree in (0, 1):
            return degree
    elif head == "if":
        if parts[1] == parts[2]:
            return parts[1]
    elif len(set(parts)) <= 1 and (not any(parts) or head in ("min", "max", "default", "clamp", "=", "!=", "<", "<=", ">", ">=")):
        return 0 if head in ("=", "!=", "<", "<=", ">", ">=") else max(parts, default=0)
    raise _at(text, step, "formula_days")


def _at(text: str, step: Step, code: str) -> Refused:
    start = step.node.start
    return Refused(code, field="formula", at=start + 1, found=text[start : step.node.end][:60])


def refused(fault: Uncomputable) -> Refused:
    """What is wrong with a formula, and where."""
    params = fault.params
    place = {"field": "formula", "at": int(params.get("offset", 0)) + 1, "found": str(params.get("found", ""))[:60]}
    allowed = params.get("allowed")
    listed = ", ".join(map(str, allowed)) if isinstance(allowed, tuple | list) else str(allowed or "")
    if fault.code == "unknown_name":
        return Refused("formula_name", **place, allowed=params.get("near") or listed)
    if fault.code == "unknown_function":
        return Refused("formula_function", **place, allowed=listed)
    if fault.code in ("units_differ", "unit_not_allowed", "unit_too_high"):
        return Refused("formula_units", **place)
    if fault.code in ("not_a_number", "not_a_truth", "kinds_differ", "wrong_number_of_parts"):
        return Refused(f"formula_{fault.code}", **place)
    return Refused("formula_unreadable", **place)


def values(formula: Formula, kind: str, known: Mapping[str, Source], rows: Sequence[Row]) -> list[Any | Gap]:
    """For each row the value as it is stored, or why there is none."""
    columns = {name: [known[name].of(row) for row in rows] for name in formula.columns}
    return [stored(one, kind) for one in evaluate(formula, columns, len(rows))[-1]]


def stored(value: Value, kind: str) -> Any | Gap:
    if isinstance(value, Gap | str | bool):
        return value
    if kind == K.DATE:
        day = round(value)
        return date.fromordinal(day).isoformat() if _FIRST <= day < _LAST else Gap("too_large")
    if abs(value) >= LARGEST:
        return Gap("too_large")
    number = float(f"{value:.12g}")  # 0.1 + 0.2 is 0.3
    return int(number) if number == int(number) else number


_FIRST, _LAST, LARGEST = date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal(), 10**15
