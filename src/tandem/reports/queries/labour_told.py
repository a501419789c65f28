"""Which sums of labour may be told to somebody who may not see the rates that are in them.

A sum over a month of a project is an equation: known hours times unknown rates. Three people and three months with different hours
are three equations, and whoever writes them down solves them. So the sums are taken in the order of their months, over all projects
whose costs the asker may see, whatever page asks; one is told only while no rate follows from all that were told, alone or between two
people. It counts as the same unknown what a job role costs, whoever holds it, and what somebody costs, in whatever month and place:
that supposes less than is unknown, and so never too little."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

ENOUGH = 3
"So many rates out of sight are in every sum that is told, and in everything that follows from several of them."
_MOST_OF_ONE = 0.7
"No rate is so large a part of any of them that the others hardly matter."
_ALIKE = 1 - 1e-4
"No two rates follow from each other, not even within a percent or so."
_NOTHING = 1e-9


@dataclass(frozen=True)
class Cell:
    """A month of a project: the hours at each rate that is out of sight. `is_settled`: it is over and all of it approved."""

    key: Hashable
    hours: Mapping[Hashable, float]
    is_settled: bool


def told(cells: Iterable[Cell]) -> set[Hashable]:
    """The cells in the order in which they became known. One that is not settled yet keeps its place: that it is approved later does
    not take from what was told meanwhile."""
    rows = list(cells)
    places = {unknown: n for n, unknown in enumerate(dict.fromkeys(unknown for cell in rows for unknown in cell.hours))}
    basis = np.zeros((0, len(places)))
    pivots: list[int] = []
    found: set[Hashable] = set()
    for cell in rows:
        row = np.zeros(len(places))
        for unknown, hours in cell.hours.items():
            row[places[unknown]] = hours
        if not _is_hidden(row[None, :]):
            continue
        row /= np.abs(row).max()
        rest = row - row[pivots] @ basis if pivots else row.copy()
        rest[np.abs(rest) < _NOTHING] = 0.0
        if rest.any():
            pivot = int(np.abs(rest).argmax())
            rest /= rest[pivot]
            grown = np.vstack([basis - np.outer(basis[:, pivot], rest), rest])
            grown[np.abs(grown) < _NOTHING] = 0.0
            if not _is_hidden(grown) or _is_alike(np.delete(grown, [*pivots, pivot], axis=1), np.append(basis[:, pivot] != 0, True)):
                continue
            basis, pivots = grown, [*pivots, pivot]
        if cell.is_settled:
            found.add(cell.key)
    return found


def _is_hidden(rows: np.ndarray) -> bool:
    """Reduced rows: a rate follows from them exactly when one of them holds it alone."""
    size = np.abs(rows)
    return bool(((size > _NOTHING).sum(axis=1) >= ENOUGH).all() and (size.max(axis=1) <= _MOST_OF_ONE * size.sum(axis=1)).all())


def _is_alike(free: np.ndarray, changed: np.ndarray) -> bool:
    """The difference of two reduced rows holds only the two rates for which they were reduced, exactly when what is left of the rows is
    parallel. Every row that is hidden leaves two rates at least. Asked of the rows that changed, against all."""
    unit = free / np.linalg.norm(free, axis=1, keepdims=True)
    near = np.abs(unit[changed] @ unit.T)
    near[np.arange(len(near)), np.flatnonzero(changed)] = 0.0
    return bool((near > _ALIKE).any())
