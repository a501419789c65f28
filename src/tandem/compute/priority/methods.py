"""The field's known scores as formulas: RICE, WSJF, ICE, value against effort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tandem.compute.errors import Uncomputable


@dataclass(frozen=True, slots=True)
class Method:
    """`formula` over `columns`, in the words of `source`."""

    name: str
    formula: str
    columns: tuple[str, ...]
    source: str


METHODS = {
    one.name: one
    for one in (
        Method(
            "rice", "reach * impact * confidence / effort", ("reach", "impact", "confidence", "effort"),
            "S. McBride, RICE: Simple prioritization for product managers, Intercom 2016",
        ),
        Method(
            "wsjf", "(business_value + time_criticality + risk_reduction) / job_size",
            ("business_value", "time_criticality", "risk_reduction", "job_size"),
            "SAFe, Weighted Shortest Job First; after D. Reinertsen, Principles of Product Development Flow, 2009",
        ),
        Method(
            "ice", "impact * confidence * ease", ("impact", "confidence", "ease"),
            "S. Ellis, M. Brown, Hacking Growth, 2017",
        ),
        Method("value-effort", "value / effort", ("value", "effort"), "value/effort matrix"),
    )
}  # fmt: skip
QUADRANTS = ("quick_win", "big_bet", "fill_in", "money_pit")


def method(name: str) -> Method:
    """Raises Uncomputable("unknown_method") with the names there are."""
    if name not in METHODS:
        raise Uncomputable("unknown_method", method=name, allowed=tuple(METHODS))
    return METHODS[name]


def quadrants(value: Sequence[float | None], effort: Sequence[float | None]) -> tuple[str | None, ...]:
    """The field of the value/effort matrix for each item, split at the medians of what is known.

    An item on the line counts as high in value and low in effort; None where a number is missing."""
    known = [(v, e) for v, e in zip(value, effort, strict=True) if v is not None and e is not None]
    if not known:
        return (None,) * len(value)
    much, long = median(v for v, _ in known), median(e for _, e in known)
    return tuple(
        None if v is None or e is None else QUADRANTS[2 * (v < much) + (e > long)]
        for v, e in zip(value, effort, strict=True)
    )


def renamed(formula: str, known: Sequence[str], wanted: Sequence[str]) -> Mapping[str, str]:
    """Which given column stands for which wanted name: same letters, whatever case, blanks and hyphens."""
    plain = {_letters(name): name for name in reversed(known)}
    return {name: plain[_letters(name)] for name in wanted if _letters(name) in plain}


def _letters(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())
