"""The levelling problem as a model of CP-SAT (Laborie, Rogerie, Shaw and Vilim's intervals; Aggoun and Beldiceanu's
cumulative). Built only inside a worker process: the solver is heavy and must be killable.

Every rule of the problem is in it: modes, calendars, capacity over time, stocks, links with minimal and maximal
lags, releases, hard deadlines, what is given. Rules named in `loose` may be broken, each at the price of a literal:
that is how the smallest set of rules to relax is found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.stretch import finishes_of, worked

Rule = tuple[str, int]
"""pin, deadline, release: an activity; project_deadline: a project; max_lag: a link; capacity: a resource; stock: a stock."""


def roomy(arrays: Arrays) -> int:
    """A horizon within which a best plan ends: all work one after the other, after all that is known to change. Where
    there are calendars, as far as they are spelt out (`compile.horizon`): beyond, free slots would count as worked."""
    if len(arrays.working):
        return int(arrays.working.shape[1]) - 1
    worst = np.maximum.reduceat(arrays.duration, arrays.mode_ptr[:-1]) if arrays.n else np.zeros(0)
    latest = max(
        arrays.capacity.shape[1] if len(arrays.capacity) else 0,
        int(arrays.release.max(initial=0)),
        int(arrays.fixed.max(initial=0)),
    )
    return latest + int(worst.sum()) + int(np.maximum(arrays.lag, 0).sum()) + 1


@dataclass(slots=True)
class Model:
    """What was built: `cp` with starts and finishes (n), a literal for each mode (M), and the objective's parts."""

    cp: Any
    arrays: Arrays
    horizon: int
    floor: int = 0
    start: list[Any] = field(default_factory=list)
    finish: list[Any] = field(default_factory=list)
    chosen: list[Any] = field(default_factory=list)
    span: list[Any] = field(default_factory=list)
    makespan: Any = None
    tardiness: Any = None
    broken: dict[Rule, Any] = field(default_factory=dict)
    excess: dict[Rule, Any] = field(default_factory=dict)


def build(
    arrays: Arrays, horizon: int, *, latest: int | None = None, loose: Iterable[Rule] = (), floor: int = 0
) -> Model:
    """The model of a problem whose plans end within `horizon` slots (`latest`: the makespan is at most that).
    Nothing whose release may be broken starts before `floor`."""
    from ortools.sat.python import cp_model

    model = Model(cp_model.CpModel(), arrays, horizon, floor)
    model.broken = {rule: model.cp.new_bool_var(f"{rule[0]} {rule[1]}") for rule in loose}
    for i in range(arrays.n):
        _activity(model, i)
    for link in range(len(arrays.tail)):
        _link(model, link)
    for resource in range(len(arrays.capacity)):
        _capacity(model, resource)
    for stock in range(len(arrays.stock)):
        used = sum(int(arrays.consumption[m, stock]) * model.chosen[m] for m in range(len(arrays.duration)))
        extra = _excess(model, ("stock", stock), int(arrays.consumption[:, stock].sum()))
        model.cp.add(used <= int(arrays.stock[stock]) + extra)
    _project_deadlines(model)
    _objective(model, horizon if latest is None else latest)
    return model


def _unless(model: Model, rule: Rule, constraint: Any) -> None:
    """The constraint holds, unless its rule is broken."""
    if rule in model.broken:
        constraint.only_enforce_if(~model.broken[rule])


def _activity(model: Model, i: int) -> None:
    arrays, cp, size = model.arrays, model.cp, model.horizon
    fixed, given = int(arrays.fixed[i]), int(arrays.fixed_mode[i])
    rows = range(int(arrays.mode_ptr[i]), int(arrays.mode_ptr[i + 1]))
    rigid = fixed >= 0 and ("pin", i) not in model.broken
    start = cp.new_int_var(fixed if rigid else 0, fixed if rigid else size, f"s{i}")
    only = len(rows) == 1 or given >= 0
    literals = [
        cp.new_constant(int(k == max(given, 0))) if only else cp.new_bool_var("") for k in range(len(rows))
    ]
    if not only:
        cp.add_exactly_one(literals)
    model.start.append(start)
    model.chosen += literals
    plain = only and arrays.calendar[rows[max(given, 0)]] < 0
    finish = start + int(arrays.duration[rows[max(given, 0)]]) if plain else cp.new_int_var(0, size, f"e{i}")
    model.finish.append(finish)
    cp.add(finish <= size)
    for m, literal in zip(rows, literals, strict=True):
        model.span.append(_mode(model, i, m, literal, finish, always=only, rigid=rigid))
    if fixed >= 0 and not rigid:
        _unless(model, ("pin", i), cp.add(start == fixed))
    if arrays.release[i] > 0:
        _unless(model, ("release", i), cp.add(start >= int(arrays.release[i])))
        if ("release", i) in model.broken:
            cp.add(start >= min(model.floor, int(arrays.release[i])))
    if arrays.hard[i] and arrays.due[i] >= 0:
        _unless(model, ("deadline", i), cp.add(finish <= int(arrays.due[i])))


def _mode(model: Model, i: int, m: int, literal: Any, finish: Any, *, always: bool, rigid: bool) -> Any:
    """The interval of an activity in one of its modes; None in a mode that is out of the question."""
    arrays, cp, size, start = model.arrays, model.cp, model.horizon, model.start[i]
    slots, row = int(arrays.duration[m]), int(arrays.calendar[m])
    if always and m - arrays.mode_ptr[i] != max(int(arrays.fixed_mode[i]), 0):
        return None
    if row < 0 or slots == 0:
        if always and row < 0:
            return cp.new_fixed_size_interval_var(start, slots, "")
        cp.add(finish == start + slots).only_enforce_if(literal)
        return cp.new_optional_fixed_size_interval_var(start, slots, literal, "")
    ends = finishes_of(arrays, row, slots, size)
    opens = worked(arrays, row, size) & (ends <= size)
    if not rigid:  # only what a person has pinned may begin in a slot that is not worked
        free = [int(arrays.fixed[i])] if arrays.fixed[i] >= 0 else []
        domain = _slots(sorted({*np.flatnonzero(opens).tolist(), *free}))
        cp.add_linear_expression_in_domain(start, domain).only_enforce_if(literal)
    own = finish if always else cp.new_int_var(0, size + 1, "")
    cp.add_element(start, [*ends.tolist(), size + 1], own)
    if not always:
        cp.add(finish == own).only_enforce_if(literal)
    longest = int((ends - np.arange(size))[ends <= size].max(initial=slots))
    stretch = cp.new_int_var(slots, max(slots, longest), "")
    return cp.new_optional_interval_var(start, stretch, own, literal, "")


def _slots(values: list[int]) -> Any:
    from ortools.sat.python import cp_model

    return cp_model.Domain.from_values(values)


def _link(model: Model, link: int) -> None:
    arrays, cp = model.arrays, model.cp
    kind, lag, most = int(arrays.kind[link]), int(arrays.lag[link]), int(arrays.max_lag[link])
    begin = (model.finish if kind in (0, 2) else model.start)[int(arrays.tail[link])]
    end = (model.start if kind <= 1 else model.finish)[int(arrays.head[link])]
    cp.add(end >= begin + lag)
    if most >= 0:
        _unless(model, ("max_lag", link), cp.add(end <= begin + most))


def _capacity(model: Model, resource: int) -> None:
    """Who holds a resource holds it only in slots that its calendar works. So each set of calendars that work
    together in some slots bounds those who follow one of them, in just these slots."""
    arrays, size = model.arrays, model.horizon
    users = [
        m for m in np.flatnonzero(arrays.demand[:, resource]).tolist()
        if arrays.duration[m] > 0 and model.span[m] is not None
    ]  # fmt: skip
    if not users:
        return
    known = arrays.capacity[resource].astype(np.int64)
    units = np.concatenate([known[:size], np.full(max(0, size - len(known)), known[-1])])
    calendars = sorted({int(arrays.calendar[m]) for m in users})
    works = np.array([worked(arrays, row, size) for row in calendars])
    for pattern in np.unique(works, axis=1).T:
        here = (works == pattern[:, None]).all(axis=0)
        mine = [m for m in users if pattern[calendars.index(int(arrays.calendar[m]))]]
        if mine:
            _bounded(model, resource, mine, np.where(here, units, -1), single=len(calendars) == 1)


def _bounded(
    model: Model, resource: int, users: list[int], units: npt.NDArray[np.int64], *, single: bool
) -> None:
    """One cumulative: at most units[t] of a resource in slot t, any number where that is -1. Those of a single
    calendar who all stretch over a free slot also work after it, so there the largest capacity is no new rule."""
    arrays, cp = model.arrays, model.cp
    demand = [int(arrays.demand[m, resource]) for m in users]
    top = int(units.max()) if single else max(sum(demand), int(units.max()))
    spans = [model.span[m] for m in users]
    edges = np.flatnonzero(np.diff(units, prepend=units[0] - 1))
    for begin, end in zip(edges.tolist(), [*edges[1:].tolist(), len(units)], strict=True):
        if 0 <= units[begin] < top:
            spans.append(cp.new_fixed_size_interval_var(begin, end - begin, ""))
            demand.append(top - int(units[begin]))
    most = top + _excess(model, ("capacity", resource), int(arrays.demand[:, resource].sum()))
    cp.add_cumulative(spans, demand, most)


def _excess(model: Model, rule: Rule, most: int) -> Any:
    """Units above a capacity, 0 unless its rule may be broken."""
    if rule not in model.broken:
        return 0
    if rule not in model.excess:
        model.excess[rule] = model.cp.new_int_var(0, most, "")
        model.cp.add(model.excess[rule] == 0).only_enforce_if(~model.broken[rule])
    return model.excess[rule]


def _project_deadlines(model: Model) -> None:
    arrays = model.arrays
    for p in np.flatnonzero(arrays.project_hard).tolist():
        for i in np.flatnonzero(arrays.project == p).tolist():
            kept = model.cp.add(model.finish[i] <= int(arrays.project_due[p]))
            _unless(model, ("project_deadline", p), kept)


def _objective(model: Model, latest: int) -> None:
    arrays, cp = model.arrays, model.cp
    model.makespan = cp.new_int_var(0, latest, "makespan")
    leaves = set(range(arrays.n)) - set(arrays.tail[(arrays.kind == 0) & (arrays.lag >= 0)].tolist())
    for i in leaves:
        cp.add(model.makespan >= model.finish[i])
    late = [([i], int(arrays.due[i]), int(arrays.weight[i])) for i in _soft(arrays)]
    soft = (arrays.project_due >= 0) & ~arrays.project_hard & (arrays.project_weight > 0)
    for p in np.flatnonzero(soft).tolist():
        members = np.flatnonzero(arrays.project == p).tolist()
        if members:
            late.append((members, int(arrays.project_due[p]), int(arrays.project_weight[p])))
    terms = []
    for members, due, weight in late:
        slots = cp.new_int_var(0, model.horizon, "")
        for i in members:
            if i in leaves or len(members) == 1 or not _followed(arrays, i):
                cp.add(slots >= model.finish[i] - due)
        terms.append(weight * slots)
    model.tardiness = sum(terms) if terms else None


def _soft(arrays: Arrays) -> list[int]:
    """Activities whose deadline costs something."""
    return np.flatnonzero((arrays.due >= 0) & ~arrays.hard & (arrays.weight > 0)).tolist()


def _followed(arrays: Arrays, i: int) -> bool:
    """Whether another activity of the same project ends after activity i in any plan."""
    after = arrays.head[(arrays.tail == i) & (arrays.kind == 0) & (arrays.lag >= 0)]
    return bool((arrays.project[after] == arrays.project[i]).any())
