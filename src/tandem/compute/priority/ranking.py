"""Items in the order of a formula, each with what its score is made of, and how firm that order is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.check import Formula
from tandem.compute.priority.evaluate import Gap, Value, evaluate
from tandem.compute.priority.explain import Term, terms_of, typical_values
from tandem.compute.priority.sensitivity import Sensitivity, sensitivity


@dataclass(frozen=True, slots=True)
class Ranked:
    """One item: its rank (equal scores share the better one) and score, or why it has none.

    `missing` names the empty columns; `problem` is "missing" or what was impossible (`division_by_zero` …) in
    the part `where` of the formula."""

    item: str
    rank: int | None
    score: float | None
    terms: tuple[Term, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scored items from the best on, then those without a score in the order given. `unit` is the score's."""

    formula: str
    unit: str
    rows: tuple[Ranked, ...]
    sensitivity: Sensitivity | None = None


def rank(
    formula: Formula,
    items: Sequence[str],
    columns: Mapping[str, Sequence[Value | None]],
    *,
    ascending: bool = False,
    top: int = 10,
    swing: float = 0.2,
    draws: int = 200,
    seed: int = 0,
) -> Ranking:
    """Rank `items` by a checked formula over `columns` (name → one float, text or None per item).

    `swing` is how far each weight varies in the sensitivity of the `top` places (0: not asked for).
    Raises Uncomputable: `items_not_unique`, `wrong_length`, `wrong_kind`, `too_costly`."""
    _validated(formula, items, columns)
    values = evaluate(formula, columns, len(items))
    scores = values[-1]
    usual = typical_values(formula, values)
    sign = 1 if ascending else -1
    known = [(sign * score, at) for at, score in enumerate(scores) if isinstance(score, float)]
    rows, last = [], (0, float("nan"))
    for place, (key, at) in enumerate(sorted(known), start=1):
        last = last if key == last[1] else (place, key)
        rows.append(Ranked(items[at], last[0], sign * key, terms_of(formula, values, at, usual)))
    for at, gap in enumerate(scores):
        if isinstance(gap, Gap):
            rows.append(Ranked(items[at], None, None, (), gap.missing, gap.code, _where(formula, gap)))
    firm = sensitivity(
        formula, columns, items, ascending=ascending, top=top, swing=swing, draws=draws, seed=seed
    )
    return Ranking(formula.source, str(formula.type), tuple(rows), firm if swing else None)


def _where(formula: Formula, gap: Gap) -> str:
    at = max(
        (i for i, s in enumerate(formula.steps) if s.node.start == gap.offset), default=len(formula.steps) - 1
    )
    if gap.code == "missing":
        return ", ".join(gap.missing)
    return formula.text(at)


def _validated(formula: Formula, items: Sequence[str], columns: Mapping[str, Sequence[Value | None]]) -> None:
    if len(set(items)) != len(items):
        twice = next(one for at, one in enumerate(items) if one in items[:at])
        raise Uncomputable("items_not_unique", item=twice)
    kinds = {step.node.head: step.type.kind for step in formula.steps if step.node.kind == "name"}
    for name in formula.columns:
        column = columns[name]
        if len(column) != len(items):
            raise Uncomputable("wrong_length", column=name, given=len(column), items=len(items))
        wanted = {"number": float, "text": str, "truth": bool}[kinds[name]]
        for at, value in enumerate(column):
            fits = value is None or (type(value) is wanted and value == value and value not in _ENDLESS)
            if not fits:
                raise Uncomputable(
                    "wrong_kind", column=name, item=items[at], value=value, allowed=kinds[name]
                )


_ENDLESS = (float("inf"), float("-inf"))
