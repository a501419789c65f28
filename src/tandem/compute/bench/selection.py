"""Selection: 500 and 5,000 candidates, 12 periods, 8 roles, beside HiGHS and CP-SAT plain on the same model."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.selection import search, solvers
from tandem.compute.selection.arrays import compiled_problem
from tandem.compute.selection.frontier import by_budget
from tandem.compute.selection.problem import Candidate, Exclusion, Prerequisite, Problem
from tandem.compute.selection.solve import Selection, solve
from tandem.compute.worker import Worker

SETS = ("5000", "500", "frontier")


def case(seed: int, size: int, periods: int = 12, roles: int = 8) -> Problem:
    """A random portfolio: one to six periods, one to three roles each, values spread log-normally around the cost,
    0.5–3 % less for each period of delay; capacity for 35 % of the demand, money for 30 % of the cost."""
    chance = np.random.default_rng(seed)
    length = chance.integers(1, 7, size)
    who = [chance.choice(roles, chance.integers(1, 4), replace=False) for _ in range(size)]
    work = [chance.integers(1, 21, (len(some), n)) for some, n in zip(who, length, strict=True)]
    cost = [rows.sum(0) + chance.integers(0, 15, rows.shape[1]) for rows in work]
    value = np.array([money.sum() * chance.lognormal(0, 0.5) for money in cost])
    late = chance.uniform(0.97, 0.995, size)
    asked = np.zeros(roles)
    for some, rows in zip(who, work, strict=True):
        asked[some] += rows.sum(1)
    capacity = (asked / periods * 0.35).round()
    money = round(sum(float(row.sum()) for row in cost) / periods * 0.30)
    needs = [(int(a), int(b)) for a, b in chance.integers(0, size, (size // 5, 2)) if a < b]
    apart = [chance.choice(size, 3, replace=False) for _ in range(size // 20)]
    drawn = chance.choice(size, max(1, size // 50), replace=False)
    must = {int(i) for i in drawn if not any(i in three for three in apart) and all(b != i for _, b in needs)}
    candidates = tuple(
        Candidate(
            f"c{i}",
            duration=int(length[i]),
            cost=tuple(cost[i].tolist()),
            demand={f"r{r}": tuple(row.tolist()) for r, row in zip(who[i], work[i], strict=True)},
            values=tuple(round(value[i] * late[i] ** t * 10) for t in range(periods - int(length[i]) + 1)),
            mandatory=i in must,
        )
        for i in range(size)
    )
    return Problem(
        periods,
        candidates,
        (money,) * periods,
        capacity={f"r{r}": (int(capacity[r]),) * periods for r in range(roles)},
        prerequisites=tuple(Prerequisite(f"c{b}", f"c{a}") for a, b in needs),
        exclusions=tuple(
            Exclusion(f"x{k}", tuple(f"c{i}" for i in three.tolist())) for k, three in enumerate(apart)
        ),
    )


def run(
    *, set_: str | None = None, limit: int | None = None, seeds: int = 3, seconds: float | None = None,
    files: Path | None = None, out: Path | None = None, tell: Callable[[str], object] = print,
) -> Table:  # fmt: skip
    """`set_`: 500, 5000 or frontier (default all); `limit`: points of the frontier (20); `seconds`: of the
    references (30 and 60). Wall time from the checked problem; the worker process stands ready, as it does in
    the running program. Results in `out` are not computed again. Raises `Uncomputable` unknown_set."""
    if set_ is not None and set_ not in SETS:
        raise Uncomputable("unknown_set", value=set_, allowed=SETS)
    known = _known(out)
    _warm()
    rows: list[Row] = []
    for name in (set_,) if set_ else SETS:
        found = []
        for seed in range(1, seeds + 1):
            key = f"{name}/{seed}/{seconds}/{limit}"  # another question is not answered by what is kept
            if key not in known:
                known[key] = (
                    _frontier(seed, limit or 20) if name == "frontier" else _one(seed, int(name), seconds)
                )
                tell(f"{key}: {json.dumps(known[key])}")
                if out is not None:
                    with out.open("a") as file:
                        file.write(json.dumps({"key": key, **known[key]}) + "\n")
            found.append(known[key])
        rows += _rows(name, {key: _median(found, key) for key in found[0]}, seeds)
    return Table("selection", tuple(rows), {"command": command("selection", set_), "seeds": seeds})


def _known(out: Path | None) -> dict[str, dict[str, Any]]:
    if out is None or not out.exists():
        return {}
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return {line.pop("key"): line for line in lines}


def _median(found: list[dict[str, Any]], key: str) -> float | None:
    values = [one[key] for one in found]
    return None if None in values else statistics.median(values)


def _warm() -> None:
    """Compiled code is read from the cache before the clock starts."""
    arrays = compiled_problem(small := case(1, 30))
    begin = search.rounded(arrays, (quick := search.quick_prices(arrays, 5)).part)
    if begin is not None:
        search.anneal(arrays, quick, 1000, 1, begin)
    assert small.periods


def _one(seed: int, size: int, seconds: float | None) -> dict[str, Any]:
    """Our run of 30 s (20 s) read at its marks, then the references on the same model and machine."""
    problem = case(seed, size)
    last, goal = (20.0, 0.001) if size > 1000 else (30.0, 0.01)
    with Worker(preload=solvers.PRELOAD) as worker:
        worker.run(_ready)
        steps = list(solve(problem, seconds=last, seed=seed, worker=worker))
        arrays = compiled_problem(problem)
        found: dict[str, Any] = _marks(steps, goal)
        for engine in ("highs", "cpsat"):
            begun = perf_counter()
            try:
                value, bound = worker.run(
                    solvers.plain, arrays, engine, seconds or 2 * last, goal, seconds=4 * last + 60
                )
            except Uncomputable:  # out of memory or dead: no answer
                value, bound = None, None
            found[engine] = 100 * (bound - value) / value if value and bound is not None else None
            found[f"{engine} seconds"] = perf_counter() - begun
    return found


def _ready(tell: Callable[[Any], object]) -> None:
    """Returns when the worker has read its modules."""


def _marks(steps: list[Selection], goal: float) -> dict[str, Any]:
    end = steps[-1]
    bound = end.bound or 0
    early = [one.value for one in steps if one.seconds <= 2.0]
    proven = [one.seconds for one in steps if one.bound is not None and (one.gap or 0.0) <= goal]
    return {
        "2 s": 100 * (bound - max(early)) / max(early) if early else 100.0,
        "gap": 100 * (end.gap or 0.0),
        "seconds": min(proven) if proven else None,
    }


def _frontier(seed: int, points: int) -> dict[str, Any]:
    begun = perf_counter()
    found = by_budget(case(seed, 500), points, seconds=58.0, seed=seed)
    gaps = [100.0 if one.gap is None else 100 * one.gap for one in found]
    return {"worst": max(gaps), "mean": statistics.mean(gaps), "seconds": perf_counter() - begun}


def _rows(name: str, found: dict[str, float | None], seeds: int) -> list[Row]:
    note = f"median of {seeds} seeds"

    def row(
        work: str, key: str, unit: str, most: float, reference: float | None = None, source: str = ""
    ) -> Row:
        figure = found[key]
        holds = figure is not None and figure <= most
        return Row(work, figure, unit, f"≤ {most:g} {unit}", holds, reference, source, note)

    if name == "frontier":
        return [
            row("frontier of 500, worst point", "worst", "%", 1.5),
            row("frontier of 500, time", "seconds", "s", 60),
        ]
    first, last = ("20 s", 0.1) if int(name) > 1000 else ("30 s", 1.0)
    rows = [row(f"{int(name):,} candidates, choice after 2 s", "2 s", "%", 1.0)] if int(name) > 1000 else []
    for engine, title in (("highs", "HiGHS"), ("cpsat", "CP-SAT")):
        took = found[f"{engine} seconds"]
        source = f"{title} plain, {took:.0f} s, same run" if took is not None else title
        rows.append(
            row(f"{int(name):,} candidates, proven in {first}", "gap", "%", last, found[engine], source)
        )
    return rows
