"""MoSCoW: must, should, could, won't, as an order and as a check against what there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from tandem.compute.errors import Uncomputable

CLASSES = ("must", "should", "could", "wont")
MUST_SHARE, COULD_SHARE = 0.6, 0.2
SLACK = 1e-9
"""DSDM Agile Project Framework, MoSCoW Prioritisation: typically no more than 60 % of the effort is Must, and
about 20 % is Could, the contingency."""
_SPELLINGS = {"won't": "wont", "wonthave": "wont", "wouldlike": "wont", "musthave": "must",
              "shouldhave": "should", "couldhave": "could", "m": "must", "s": "should", "c": "could", "w": "wont",
              "won’t": "wont"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    item: str
    kind: str
    effort: float | None = None


@dataclass(frozen=True, slots=True)
class Moscow:
    """`order`: items by class, in the order given within it. `shares`: of the effort without won't.

    `fits`: the running total up to and with each class is within capacity. `warnings`: must_above_share,
    could_below_share (against DSDM), must_above_capacity. `missing` items have no effort and count in none."""

    order: tuple[str, ...]
    effort: tuple[tuple[str, float], ...]
    shares: tuple[tuple[str, float], ...]
    fits: tuple[tuple[str, bool], ...]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]


def kind_of(word: str) -> str:
    """The class that a word names ("Must have", "W"). Raises Uncomputable("unknown_class")."""
    plain = word.strip().casefold().replace(" ", "").replace("-", "").replace("_", "")
    found = _SPELLINGS.get(plain, plain)
    found = "wont" if found.startswith(("won't", "won’t", "wont")) else found
    if found not in CLASSES:
        raise Uncomputable("unknown_class", value=word, allowed=CLASSES)
    return found


def moscow(wishes: Sequence[Wish], capacity: float | None = None) -> Moscow:
    """Order and check wishes; `capacity` in the unit of their effort. Limits that are met but for rounding hold.

    Raises Uncomputable: `unknown_class`, `effort_below_zero` (item), `capacity_below_zero`."""
    if capacity is not None and not 0 <= capacity < float("inf"):
        raise Uncomputable("capacity_below_zero", value=capacity)
    kinds = [kind_of(one.kind) for one in wishes]
    for one in wishes:
        if one.effort is not None and not 0 <= one.effort < float("inf"):
            raise Uncomputable("effort_below_zero", item=one.item, value=one.effort)
    order = [one.item for name in CLASSES for one, kind in zip(wishes, kinds, strict=True) if kind == name]
    effort = {name: fsum(one.effort or 0.0 for one, kind in zip(wishes, kinds, strict=True) if kind == name)
              for name in CLASSES}  # fmt: skip
    planned = fsum(effort[name] for name in CLASSES[:3])
    shares = {name: effort[name] / planned if planned else 0.0 for name in CLASSES[:3]}
    fits = []
    for at, name in enumerate(CLASSES[:3]):
        if capacity is not None:
            running = fsum(effort[one] for one in CLASSES[: at + 1])
            fits.append((name, running <= capacity * (1 + SLACK)))
    warnings = [
        code for code, holds in (
            ("must_above_share", shares["must"] > MUST_SHARE + SLACK),
            ("could_below_share", planned > 0 and shares["could"] < COULD_SHARE - SLACK),
            ("must_above_capacity", capacity is not None and effort["must"] > capacity * (1 + SLACK)),
        ) if holds
    ]  # fmt: skip
    missing = tuple(
        one.item for one, kind in zip(wishes, kinds, strict=True) if one.effort is None and kind != "wont"
    )
    return Moscow(
        tuple(order), tuple(effort.items()), tuple(shares.items()), tuple(fits), missing, tuple(warnings)
    )
