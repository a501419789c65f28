"""The problem as arrays: one column for each candidate and start, one row for each limit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.selection.problem import Candidate, Of, Problem

Whole = npt.NDArray[np.int64]
PART = 10_000  # parts of the whole are read to a ten-thousandth


@dataclass(frozen=True, slots=True)
class Row:
    """A limit: load ≤ cap. `kind`: capacity (name: role), budget, share_min, share_max, share_least,
    share_most, limit_min, limit_max (name: share or measure; `number`: which of the shares or limits it is, as one
    measure may have several). Minima are kept with turned signs."""

    kind: str
    name: str
    period: int | None
    cap: int
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Arrays:
    """Columns `first[i] … first[i+1]` are the starts of candidate i from `begin[i]` on; entries of column c are
    `ptr[c] … ptr[c+1]` in `rows` and `coef`, negative coefficients first. `pairs` are (needs, dependant,
    offset between column numbers); `links`, `group`, `mates` the same by candidate, as the search reads them."""

    first: Whole
    begin: Whole
    item: Whole
    value: npt.NDArray[np.float64]
    ptr: Whole
    rows: Whole
    coef: Whole
    cap: Whole
    limits: tuple[Row, ...]
    must: npt.NDArray[np.bool_]
    pairs: Whole
    exclusions: tuple[tuple[int, ...], ...]
    links: tuple[Whole, Whole, Whole, Whole]
    group: Whole
    mates: Whole

    @property
    def size(self) -> int:
        return len(self.first) - 1

    def load(self, start: Whole) -> Whole:
        """Loads of the rows when candidate i starts in its column `start[i]` (−1: not chosen)."""
        columns = (self.first[:-1] + start)[start >= 0]
        load = np.zeros(len(self.cap), np.int64)
        for c in columns:
            np.add.at(
                load, self.rows[self.ptr[c] : self.ptr[c + 1]], self.coef[self.ptr[c] : self.ptr[c + 1]]
            )
        return load

    def worth(self, start: Whole) -> float:
        return float(self.value[(self.first[:-1] + start)[start >= 0]].sum())

    def priced(self, prices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Value of each column less its loads at the given prices of the rows."""
        if not len(self.rows):
            return self.value.copy()
        sums = np.concatenate([[0.0], np.cumsum(prices[self.rows] * self.coef)])
        return np.asarray(self.value - (sums[self.ptr[1:]] - sums[self.ptr[:-1]]))


def compiled_problem(problem: Problem) -> Arrays:
    """Arrays of a checked problem. O(columns · entries), plain Python once for each candidate."""
    limits = list(_limits(problem))
    place = {_key(row): number for number, row in enumerate(limits)}
    first, value, ptr, item = [0], [], [0], []
    rows: list[Any] = []
    coef: list[Any] = []
    for number, candidate in enumerate(problem.candidates):
        at, units = _moving(problem, candidate, place)
        for start in problem.window(candidate):
            fixed = sorted(_fixed(problem, candidate, start, place), key=lambda entry: entry[1] > 0)
            if problem.budget is not None and problem.carry_over:
                fixed += _spent(problem, candidate, start, place)
            rows += [entry[0] for entry in fixed]
            coef += [entry[1] for entry in fixed]
            rows += [row + start for row in at]
            coef += units
            ptr.append(len(rows))
            value.append(candidate.worth(start))
            item.append(number)
        first.append(len(value))
    begin = np.array([candidate.earliest for candidate in problem.candidates], np.int64)
    pairs = np.array(
        [
            (
                a := problem.index[link.needs],
                b := problem.index[link.candidate],
                problem.offset(link) + begin[a] - begin[b],
            )
            for link in problem.prerequisites
        ],
        np.int64,
    ).reshape(-1, 3)
    exclusions = tuple(tuple(problem.index[name] for name in one.candidates) for one in problem.exclusions)
    size = len(problem.candidates)
    return Arrays(
        np.array(first, np.int64), begin, np.array(item, np.int64), np.array(value, np.float64),
        np.array(ptr, np.int64), np.array(rows, np.int64), np.array(coef, np.int64),
        np.array([row.cap for row in limits], np.int64), tuple(limits),
        np.array([candidate.mandatory for candidate in problem.candidates], np.bool_), pairs, exclusions,
        _links(pairs, size), *_mates(exclusions, size),
    )  # fmt: skip


def _limits(problem: Problem) -> Iterator[Row]:
    for role, capacity in problem.capacity.items():
        for period, cap in enumerate(capacity):
            yield Row("capacity", role, period, cap)
    spent = 0
    for period, cap in enumerate(problem.budget or ()):
        spent = spent + cap if problem.carry_over else cap
        yield Row("budget", "", period, spent)
    for number, share in enumerate(problem.shares):
        if share.minimum is not None:
            yield Row("share_min", share.id, None, -share.minimum, number)
        if share.maximum is not None:
            yield Row("share_max", share.id, None, share.maximum, number)
        if share.least_part is not None:
            yield Row("share_least", share.id, None, 0, number)
        if share.most_part is not None:
            yield Row("share_most", share.id, None, 0, number)
    for number, limit in enumerate(problem.limits):
        if limit.minimum is not None:
            yield Row("limit_min", limit.measure, None, -limit.minimum, number)
        if limit.maximum is not None:
            yield Row("limit_max", limit.measure, None, limit.maximum, number)


def amount(of: Of, candidate: Candidate, start: int) -> int:
    """What a chosen candidate adds to a sum that shares are taken of."""
    if of == Of.COUNT:
        return 1
    return candidate.money if of == Of.MONEY else candidate.worth(start)


Places = dict[tuple[str, str | int, int | None], int]


def _key(row: Row) -> tuple[str, str | int, int | None]:
    return row.kind, row.name if row.number is None else row.number, row.period


def _moving(problem: Problem, candidate: Candidate, place: Places) -> tuple[list[int], list[int]]:
    """Entries of a start in period 0; for a later start the rows move along by as many (periods lie together)."""
    table = [
        (place["capacity", role, 0], row)
        for role, row in candidate.demand.items()
        if role in problem.capacity
    ]
    if problem.budget is not None and not problem.carry_over:
        table.append((place["budget", "", 0], candidate.cost))
    found = [(base + running, units) for base, row in table for running, units in enumerate(row) if units]
    return [row for row, _ in found], [units for _, units in found]


def _spent(problem: Problem, candidate: Candidate, start: int, place: Places) -> list[tuple[int, int]]:
    """With carry-over: all that is spent up to each period."""
    spent, found = 0, []
    for period in range(start, problem.periods):
        running = period - start
        spent += candidate.cost[running] if running < len(candidate.cost) else 0
        if spent:
            found.append((place["budget", "", period], spent))
    return found


def _fixed(problem: Problem, candidate: Candidate, start: int, place: Places) -> Iterator[tuple[int, int]]:
    for number, share in enumerate(problem.shares):
        units, inside = amount(share.of, candidate, start), share.group in candidate.groups
        for kind, sign, part in (
            ("share_min", -1, None), ("share_max", 1, None),
            ("share_least", -1, share.least_part), ("share_most", 1, share.most_part),
        ):  # fmt: skip
            if (kind, number, None) in place:
                each = inside if part is None else PART * inside - round(part * PART)
                if each * units:
                    yield place[kind, number, None], sign * each * units
    for number, limit in enumerate(problem.limits):
        for kind, sign in (("limit_min", -1), ("limit_max", 1)):
            units = candidate.measures.get(limit.measure, 0)
            if units and (kind, number, None) in place:
                yield place[kind, number, None], sign * units


def _links(pairs: Whole, size: int) -> tuple[Whole, Whole, Whole, Whole]:
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(size)]
    for needs, dependant, offset in pairs.tolist():
        found[dependant].append((needs, 0, offset))
        found[needs].append((dependant, 1, offset))
    flat = np.array([entry for entries in found for entry in entries], np.int64).reshape(-1, 3)
    ptr = np.cumsum([0] + [len(entries) for entries in found])
    return ptr, flat[:, 0].copy(), flat[:, 1].copy(), flat[:, 2].copy()


def _mates(exclusions: tuple[tuple[int, ...], ...], size: int) -> tuple[Whole, Whole]:
    found: list[set[int]] = [set() for _ in range(size)]
    for members in exclusions:
        for one in members:
            found[one] |= set(members) - {one}
    ptr = np.cumsum([0] + [len(one) for one in found])
    return ptr, np.array([mate for one in found for mate in sorted(one)], np.int64)
