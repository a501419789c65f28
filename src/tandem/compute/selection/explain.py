"""Why this choice: the price of each limit, why a candidate is out, what would let it in, what to relax."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import solvers
from tandem.compute.selection.arrays import PART, Arrays, Row, compiled_problem
from tandem.compute.selection.check import share_of
from tandem.compute.selection.problem import Problem, Share
from tandem.compute.selection.solve import Selection, select
from tandem.compute.worker import Worker

_MOVES = 2_000_000  # of each answer that needs the search again
_FORCED = {"infeasible": "impossible", "no_choice_found": "not_found"}


@dataclass(frozen=True, slots=True)
class Price:
    """What one more unit of a limit would bring, or giving up a rule (mandatory, exclusion, prerequisite; `name`: the
    candidate, the exclusion, the candidate that needs another). `relaxed`: by the linear relaxation, exact for parts of
    candidates. `gained`: really found by choosing again with `step` more units, ten-thousandths of a part, or without
    the rule (None: not tried)."""

    kind: str
    name: str
    period: int | None
    relaxed: float
    step: int = 0
    gained: int | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """Units that a limit lacks for a candidate beside all that is chosen (share_least, share_most: by how many
    ten-thousandths the part must give way). `number`: which of the problem's shares or limits it is."""

    kind: str
    name: str
    period: int | None
    units: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a candidate is out. `forced`: what came of forcing it in: found, impossible (proven), or not_found (the
    search found no choice with it, which proves nothing). `causes`, the heaviest first: codes prerequisite (who is missing), exclusion (who
    takes the place), never_fits (limit), capacity, budget, share or limit with the value that its use of it would
    cost at the relaxed prices; low_value when these prices come to more than it brings.

    `loss`: what the choice loses when it is forced in (None: it was not), `displaced` who then leaves, `moved` who
    starts at another time. `more_value`: with so much more value it is worth it. `start`/`extra`: the start at
    which it lacks least beside all that is chosen, and what it lacks there (empty: nothing); `start` None: no
    start goes together with what is chosen, whatever the limits. `cost_cut`: when only money is lacking, how much
    less it must cost."""

    candidate: str
    forced: str
    causes: tuple[tuple[str, str, int | None, int], ...]
    loss: int | None
    displaced: tuple[str, ...]
    moved: tuple[str, ...]
    more_value: int | None
    start: int | None
    extra: tuple[Extra, ...]
    cost_cut: int | None


def _relaxed(arrays: Arrays, worker: Worker | None) -> solvers.Relaxed:
    with ExitStack() as stack:
        own = worker or stack.enter_context(Worker(preload=solvers.PRELOAD))
        return own.run(solvers.relaxed, arrays)


def prices(
    problem: Problem, selection: Selection, *, resolve: int = 3, seed: int = 0, limits_only: bool = False,
    worker: Worker | None = None,
) -> tuple[Price, ...]:  # fmt: skip
    """Price of each limit that binds the relaxation and, unless `limits_only`, of each mandatory item, prerequisite
    and exclusion that costs anything, dearest first (price times limit); for the first `resolve` the selection is made
    again with a twentieth more of the limit (a part of a share: 0.05 of the whole), or without the rule."""
    arrays = compiled_problem(problem)
    relaxed = _relaxed(arrays, worker)
    found = [
        (Price(row.kind, row.name, row.period, float(relaxed.prices[place])), max(1, abs(row.cap)), row)
        for place, row in enumerate(arrays.limits) if relaxed.prices[place] > 1e-9
    ]  # fmt: skip
    rules = () if limits_only else relaxed.rules
    named: list[tuple[Price, int, Row | tuple[str, int]]] = [*found]
    named += [(Price(kind, _name(problem, kind, at), None, price), 1, (kind, at)) for kind, at, price in rules]
    named.sort(key=lambda one: -one[0].relaxed * one[1])
    tried = [_tried(problem, selection, price, rule, seed, worker) for price, _, rule in named[:resolve]]
    return (*tried, *(price for price, _, _ in named[resolve:]))


def _name(problem: Problem, kind: str, number: int) -> str:
    """Whom a rule that is no limit is about; of a prerequisite the candidate that needs another."""
    if kind == "mandatory":
        return problem.candidates[number].id
    return problem.exclusions[number].id if kind == "exclusion" else problem.prerequisites[number].candidate


def _tried(
    problem: Problem, selection: Selection, price: Price, rule: Row | tuple[str, int], seed: int, worker: Worker | None
) -> Price:  # fmt: skip
    """The price with what choosing again really gains."""
    if isinstance(rule, Row):
        step = _step(problem, rule)
        wider = widened(problem, (Extra(rule.kind, rule.name, rule.period, step, rule.number),)) if step else None
    else:
        step, wider = 1, without(problem, *rule)
    if wider is None:
        return price
    again = select(wider, moves=_MOVES, seed=seed, warm=selection.starts, worker=worker)
    return replace(price, step=step, gained=again.value - selection.value)


def _step(problem: Problem, row: Row) -> int:
    """A twentieth of a limit; of a part in ten-thousandths, as far as 0 to 1 leaves room."""
    if row.number is None or row.kind not in ("share_least", "share_most"):
        return max(1, abs(row.cap) // 20)
    share = problem.shares[row.number]
    room = (share.least_part or 0.0) if row.kind == "share_least" else 1 - (share.most_part or 0.0)
    return min(PART // 20, round(room * PART))


def without(problem: Problem, kind: str, number: int) -> Problem:
    """The problem without one rule that is no limit: mandatory, exclusion or prerequisite, by its number."""
    if kind == "mandatory":
        free = replace(problem.candidates[number], mandatory=False)
        return replace(problem, candidates=(*problem.candidates[:number], free, *problem.candidates[number + 1 :]))
    if kind == "exclusion":
        return replace(problem, exclusions=(*problem.exclusions[:number], *problem.exclusions[number + 1 :]))
    return replace(problem, prerequisites=(*problem.prerequisites[:number], *problem.prerequisites[number + 1 :]))


def widened(problem: Problem, extra: tuple[Extra, ...]) -> Problem:
    """The problem with wider limits. (With carry-over, money of a period also serves later ones.)"""
    capacity = {role: list(row) for role, row in problem.capacity.items()}
    budget = None if problem.budget is None else list(problem.budget)
    for one in extra:
        if one.kind == "capacity" and one.period is not None:
            capacity[one.name][one.period] += one.units
        elif one.kind == "budget" and one.period is not None and budget is not None:
            budget[one.period] += one.units
    rows = {role: tuple(row) for role, row in capacity.items()}
    shares, limits = list(problem.shares), list(problem.limits)
    for one in extra:
        if one.number is not None and one.kind.startswith("share"):
            shares[one.number] = _wider_share(shares[one.number], one)
        elif one.number is not None:
            limit = limits[one.number]
            name, sign = ("maximum", 1) if one.kind == "limit_max" else ("minimum", -1)
            limits[one.number] = replace(limit, **{name: getattr(limit, name) + sign * one.units})
    return replace(
        problem, capacity=rows, budget=None if budget is None else tuple(budget), shares=tuple(shares),
        limits=tuple(limits),
    )  # fmt: skip


def _wider_share(share: Share, extra: Extra) -> Share:
    name, sign = {
        "share_min": ("minimum", -1), "share_max": ("maximum", 1),
        "share_least": ("least_part", -1), "share_most": ("most_part", 1),
    }[extra.kind]  # fmt: skip
    old = getattr(share, name)
    part = name.endswith("part")
    new = (round(old * PART) + sign * extra.units) / PART if part else old + sign * extra.units
    return replace(share, **{name: new})


def why_not(
    problem: Problem, selection: Selection, candidate: str, *, seed: int = 0, moves: int = _MOVES,
    worker: Worker | None = None,
) -> WhyNot:  # fmt: skip
    """Why a candidate is not in a selection, found by forcing it in and choosing again (two million moves)."""
    if candidate not in problem.index or candidate in selection.starts:
        raise Uncomputable(
            "not_a_rejected_candidate", candidate=candidate, value=selection.starts.get(candidate)
        )
    arrays = compiled_problem(problem)
    relaxed = _relaxed(arrays, worker)
    forced = tuple(replace(one, mandatory=True) if one.id == candidate else one for one in problem.candidates)
    try:
        again = select(replace(problem, candidates=forced), moves=moves, seed=seed, worker=worker)
        forced_in = "found"
        loss: int | None = max(0, selection.value - again.value)
        displaced = tuple(sorted(set(selection.starts) - set(again.starts)))
        shifted = {n for n, s in selection.starts.items() if n in again.starts and again.starts[n] != s}
    except Uncomputable as fault:
        if fault.code not in _FORCED:
            raise
        forced_in, loss, displaced, shifted = _FORCED[fault.code], None, (), set()
    start, extra = _lacking(problem, arrays, selection.starts, candidate, relaxed.prices)
    only_money = bool(extra) and all(one.kind == "budget" for one in extra)
    cut = sum(one.units for one in extra) if only_money else None  # with carry-over each adds to those before
    causes = (*_ties(problem, selection.starts, candidate), *_costs(problem, arrays, candidate, relaxed))
    return WhyNot(
        candidate, forced_in, causes, loss, displaced, tuple(sorted(shifted)), loss, start, extra, cut
    )


def reasons(problem: Problem, selection: Selection, *, worker: Worker | None = None) -> dict[str, WhyNot]:
    """Why each candidate that is out is out, by one relaxation for all of them and without forcing any in (`forced` is
    not_tried, no loss is known). O(columns x limits)."""
    arrays = compiled_problem(problem)
    relaxed = _relaxed(arrays, worker)
    found = {}
    for one in problem.candidates:
        if one.id not in selection.starts:
            start, extra = _lacking(problem, arrays, selection.starts, one.id, relaxed.prices)
            only_money = bool(extra) and all(row.kind == "budget" for row in extra)
            causes = (*_ties(problem, selection.starts, one.id), *_costs(problem, arrays, one.id, relaxed))
            cut = sum(row.units for row in extra) if only_money else None
            found[one.id] = WhyNot(one.id, "not_tried", causes, None, (), (), None, start, extra, cut)
    return found


def _ties(
    problem: Problem, starts: Mapping[str, int], candidate: str
) -> list[tuple[str, str, int | None, int]]:
    missing = [
        ("prerequisite", link.needs, None, 0)
        for link in problem.prerequisites
        if link.candidate == candidate and link.needs not in starts
    ]
    taken = [
        ("exclusion", name, None, 0)
        for one in problem.exclusions
        if candidate in one.candidates
        for name in one.candidates
        if name != candidate and name in starts
    ]
    return [*missing, *taken]


def _costs(
    problem: Problem, arrays: Arrays, candidate: str, relaxed: solvers.Relaxed
) -> list[tuple[str, str, int | None, int]]:
    """What the best start of a candidate would use of each limit, at the relaxed prices."""
    i = problem.index[candidate]
    columns = range(arrays.first[i], arrays.first[i + 1])
    empty = np.zeros(len(arrays.cap), np.int64)
    # only these rows can do nothing but fill: a share that one alone exceeds may hold beside others
    alone = [
        [
            (r, units)
            for r, units in _over(arrays, c, empty)
            if arrays.limits[r].kind in ("capacity", "budget")
        ]
        for c in columns
    ]
    if all(alone):
        worst = min(alone, key=lambda over: sum(units for _, units in over))
        return [("never_fits", arrays.limits[r].name, arrays.limits[r].period, units) for r, units in worst]
    net = arrays.priced(relaxed.prices)
    c = max(columns, key=lambda c: (net[c], -c))
    sums: dict[tuple[str, str], float] = {}
    for k in range(arrays.ptr[c], arrays.ptr[c + 1]):
        row = arrays.limits[arrays.rows[k]]
        place = (row.kind.split("_")[0], row.name)
        sums[place] = sums.get(place, 0.0) + float(relaxed.prices[arrays.rows[k]] * arrays.coef[k])
    found: list[tuple[str, str, int | None, int]] = [
        (kind, name, None, round(cost)) for (kind, name), cost in sums.items() if round(cost) > 0
    ]
    found.sort(key=lambda cause: -cause[3])
    short = round(-net[c])
    return [("low_value", candidate, None, short), *found] if short > 0 else found


def _over(
    arrays: Arrays, column: int, load: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> list[tuple[int, int]]:
    found = []
    for k in range(arrays.ptr[column], arrays.ptr[column + 1]):
        r = int(arrays.rows[k])
        over = int(load[r] + arrays.coef[k] - arrays.cap[r])
        if over > 0 and arrays.coef[k] > 0:
            found.append((r, over))
    return found


def _lacking(
    problem: Problem, arrays: Arrays, starts: Mapping[str, int], candidate: str,
    price: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> tuple[int | None, tuple[Extra, ...]]:  # fmt: skip
    """The start that lacks least beside all that is chosen (at the relaxed prices, then in units), and what."""
    chosen = np.full(arrays.size, -1, np.int64)
    for name, period in starts.items():
        chosen[problem.index[name]] = period - arrays.begin[problem.index[name]]
    load, i = arrays.load(chosen), problem.index[candidate]
    best: tuple[float, int, int, list[tuple[int, int]]] | None = None
    for s in range(arrays.first[i + 1] - arrays.first[i]):
        if not _in_time(arrays, chosen, i, s):
            continue
        period = s + int(arrays.begin[i])
        raw = _over(arrays, int(arrays.first[i]) + s, load)
        over = _parts(problem, arrays, {**starts, candidate: period}, raw)
        if over is None:
            continue
        cost = sum(float(price[r]) * units for r, units in raw)
        key = (cost, sum(units for _, units in over), s, over)
        if best is None or key[:3] < best[:3]:
            best = key
    if best is None:
        return None, ()
    rows: list[tuple[Row, int]] = [(arrays.limits[r], units) for r, units in best[3]]
    if problem.carry_over:  # money added once serves all later periods
        added, kept = 0, []
        for row, units in sorted(rows, key=lambda one: (one[0].kind != "budget", one[0].period or 0)):
            if row.kind == "budget":
                units, added = units - added, max(added, units)
            if units > 0:
                kept.append((row, units))
        rows = kept
    extra = (Extra(row.kind, row.name, row.period, n, row.number) for row, n in rows)
    return best[2] + int(arrays.begin[i]), tuple(extra)


def _parts(
    problem: Problem, arrays: Arrays, starts: Mapping[str, int], over: list[tuple[int, int]]
) -> list[tuple[int, int]] | None:
    """What rows of parts exceed as ten-thousandths of the part. None: no part from 0 to 1 is wide enough."""
    found = []
    for r, units in over:
        row = arrays.limits[r]
        if row.number is not None and row.kind in ("share_least", "share_most"):
            share = problem.shares[row.number]
            whole = share_of(problem, share, starts)[1]
            if whole <= 0:
                return None
            units = -(-units // whole)
            least, most = round((share.least_part or 0) * PART), round((share.most_part or 0) * PART)
            if (units > least) if row.kind == "share_least" else (most + units > PART):
                return None
        found.append((r, units))
    return found


def _in_time(arrays: Arrays, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]", i: int, s: int) -> bool:
    ptr, other, kind, offset = arrays.links
    if (chosen[arrays.mates[arrays.group[i] : arrays.group[i + 1]]] >= 0).any():
        return False
    for k in range(ptr[i], ptr[i + 1]):
        t = chosen[other[k]]
        if kind[k] == 0 and (t < 0 or t + offset[k] > s):
            return False
        if kind[k] == 1 and t >= 0 and s + offset[k] > t:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule that must give way: kind (mandatory, prerequisite, exclusion, or that of a limit), who, when, and by
    how many units the plan found would exceed it."""

    kind: str
    name: str
    period: int | None
    units: int


def relaxations(
    problem: Problem, seconds: float = 20.0, *, worker: Worker | None = None
) -> tuple[Relaxation, ...]:
    """The smallest set of rules that must give way so that a choice exists (empty: one exists), by CP-SAT.

    Raises `Uncomputable("no_relaxation_found")` when the time does not suffice."""
    arrays = compiled_problem(problem)
    with ExitStack() as stack:
        own = worker or stack.enter_context(Worker(preload=solvers.PRELOAD))
        found = own.run(solvers.relaxing, arrays, seconds, seconds=seconds + 10)
    if found is None:
        raise Uncomputable("no_relaxation_found", candidate=None, value=seconds)
    named = []
    for kind, place, units in found:
        if kind == "row":
            row = arrays.limits[place]
            named.append(Relaxation(row.kind, row.name, row.period, units))
        else:
            named.append(Relaxation(kind, _name(problem, kind, place), None, units))
    return tuple(named)
