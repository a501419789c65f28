"""What follows from what in a space: its roll-ups and formulas, in the order in which they are computed. Plain functions."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.compute.priority import Formula
from tandem.compute.priority.evaluate import Gap
from tandem.kit.errors import Refused
from tandem.work.models.field import BASIS, GAPS, FieldDefinition
from tandem.work.models.formula import Row, Source, checked, sources, stored, values

K, How = FieldDefinition.Kind, FieldDefinition.How
# what a row is read with, whatever is computed
ALWAYS = ("id", "parent_id", "type_id", "fields", "derived")


@dataclass(frozen=True, slots=True)
class Expression:
    field: FieldDefinition
    formula: Formula
    kind: str


@dataclass(frozen=True)
class Plan:
    """Of one space. A formula that cannot be read any more yields nothing."""

    known: dict[str, Source]
    rollups: list[tuple[FieldDefinition, Source | None]]
    expressions: list[Expression]

    @property
    def columns(self) -> list[str]:
        used = [self.known[name] for one in self.expressions for name in one.formula.columns]
        used += [source for _field, source in self.rollups if source]
        return list(dict.fromkeys((*ALWAYS, *(source.column for source in used))))


def plan_of(fields: Iterable[FieldDefinition]) -> Plan | None:
    """None when nothing is computed. The fields came `with_types`."""
    fields = list(fields)
    if not any(one.is_computed for one in fields):
        return None
    known = sources(fields)
    rollups = [(one, known.get(one.summed)) for one in fields if one.kind == K.ROLLUP]
    return Plan(known, [(one, source) for one, source in rollups if source or not one.summed], _ordered(fields, known))


def _ordered(fields: Sequence[FieldDefinition], known: dict[str, Source]) -> list[Expression]:
    """Each behind those that it names."""
    waiting: list[Expression] = []
    for field in fields:
        if field.kind == K.FORMULA:
            try:
                waiting.append(Expression(field, *checked(field.formula, known)))
            except Refused:
                continue
    found: list[Expression] = []
    while ready := [one for one in waiting if not _uses(one, known) & {w.field.pk for w in waiting}]:
        found += ready
        waiting = [one for one in waiting if one not in ready]
    return found


def _uses(one: Expression, known: dict[str, Source]) -> set[int]:
    return {source.field.pk for name in one.formula.columns if (source := known[name]).field is not None}


def derived(plan: Plan, rows: Sequence[Row], parts: dict[int, list[Row]]) -> list[dict[str, Any]]:
    """What the `derived` of each row becomes. `parts` are the rows right below, whose own is up to date."""
    fresh: list[dict[str, Any]] = [dict(row) | {"derived": {}} for row in rows]
    for field, source in plan.rollups:
        for row in fresh:
            _roll(field, source, row, parts.get(row["id"], ()))
    for one in plan.expressions:
        its = [row for row in fresh if one.field.is_for(row["type_id"])]
        for row, value in zip(its, values(one.formula, one.kind, plan.known, its), strict=True):
            _put(row["derived"], one.field.key, value)
    return [row["derived"] for row in fresh]


def _put(into: dict[str, Any], key: str, value: Any | Gap) -> None:
    if isinstance(value, Gap):
        into.setdefault(GAPS, {})[key] = [value.code, *value.missing]
    else:
        into[key] = value


def _roll(field: FieldDefinition, source: Source | None, row: dict[str, Any], below: Sequence[Row]) -> None:
    """An item without parts has no roll-up. What it rests on is kept for every type, for those above to go on with."""
    if not below:
        return
    found, held, items = [], 0, 0
    for part in below:
        value = source.of(part) if source else True
        items += 1
        if value is not None and value is not False:
            held += 1
            found.append(float(value) if isinstance(value, int | float) else 1.0)
        if field.is_deep and (more := part["derived"].get(BASIS, {}).get(field.key)):
            held, items = held + more[0], items + more[1]
            found += [more[2]] if more[0] else []
    total = _JOINED.get(How(field.how), math.fsum)(found) if found else 0.0
    row["derived"].setdefault(BASIS, {})[field.key] = [held, items, total]
    if field.is_for(row["type_id"]):
        _put(row["derived"], field.key, _told(field, held, total))


_JOINED = {How.LEAST: min, How.MOST: max}


def _told(field: FieldDefinition, held: int, total: float) -> Any | Gap:
    if field.how == How.COUNT:
        return held
    if not held:
        return Gap("nothing_below")
    return stored(total / held if field.how == How.AVERAGE else total, field.result)
