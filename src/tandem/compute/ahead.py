"""The kernels compiled before anybody asks: each family on a tiny case, so that numba's cache holds what it needs.

    ahead.compiled_ahead(print)  # once for each version of the code: minutes with an empty cache
    ahead.is_compiled("likeness")  # whether that was done: whoever must not wait asks first
"""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np


def compiled_ahead(tell: Callable[[str], object] = lambda line: None) -> dict[str, float]:
    """Compile every family, those that a page asks first; wall seconds of each, empty when it was done before.

    `tell` hears a line for each. Where numba's cache lies (NUMBA_CACHE_DIR) each leaves a mark for this version of
    the code; without that variable nothing is kept, and all is done again."""
    taken = {}
    for name, compile_ in FAMILIES.items():
        if is_compiled(name):
            continue
        begun = perf_counter()
        compile_()
        taken[name] = perf_counter() - begun
        tell(f"{name}: {taken[name]:.1f} s")
        if (mark := _mark(name)) is not None:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
    return taken


def is_compiled(family: str) -> bool:
    """Whether the cache holds the kernels of this family for this version of the code."""
    mark = _mark(family)
    return mark is not None and mark.exists()


def _mark(family: str) -> Path | None:
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Path(folder) / f"compiled-{family}-{_version()}" if folder else None


@cache
def _version() -> str:
    """What numba itself goes by: the sources' times and sizes, and its own version."""
    room = Path(__file__).parent
    files = [(one.relative_to(room).as_posix(), one.stat()) for one in sorted(room.rglob("*.py"))]
    told = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in files]
    return hashlib.sha256(repr((version("numba"), told)).encode()).hexdigest()[:16]


def _likeness() -> None:
    from tandem.compute.likeness import Index, groups, pairs

    texts = [("a", "sign in fails on the phone"), ("b", "sign in failed on a phone"), ("c", "登录页面打不开")]
    index = Index(texts)
    index.add("d", "sign in fails")
    index.refresh()
    index.alike("sign in fails", at_least=0.1)
    pairs(texts, at_least=0.1)
    groups(texts, at_least=0.1)


def _selection() -> None:
    from tandem.compute.bench.selection import case
    from tandem.compute.selection import search
    from tandem.compute.selection.arrays import compiled_problem
    from tandem.compute.selection.solve import select

    problem = case(1, 60)  # fewer cannot fill the least shares of their groups
    select(problem, moves=2_000)
    search.dived(compiled_problem(problem))  # what a race with the clock shows first
    search.quick_prices(compiled_problem(problem))


def _levelling() -> None:
    from tandem.compute.scheduling.levelling.compile import arrays_of, compiled_problem
    from tandem.compute.scheduling.levelling.problem import Activity, Calendar, Link, Mode, Problem, Resource
    from tandem.compute.scheduling.levelling.solve import Budget, solve
    from tandem.compute.scheduling.levelling.steady import carried

    activities = tuple(Activity(str(i), (Mode(1 + i % 3, {"r": 1 + i % 2}),)) for i in range(8))
    links = tuple(Link(str(i), str(i + 2)) for i in range(4))
    for calendars in ((), (Calendar("week", (True, True, False)),)):
        resources = (Resource("r", 2, calendar="week" if calendars else None),)
        problem = Problem(activities, links, resources, calendars)
        for _ in solve(problem, Budget(evaluations=300), engine="search"):
            pass
        compiled_problem(problem).in_order(np.arange(len(activities), dtype=np.int32))  # as after an edit
        carried(arrays_of(problem), np.zeros(len(activities), np.int32), np.arange(len(activities)) == 1)


def _portfolio() -> None:
    from tandem.compute.bench.portfolio_case import made
    from tandem.compute.scheduling.levelling.edits import Duration, replan
    from tandem.compute.scheduling.levelling.portfolio import improve
    from tandem.compute.scheduling.levelling.portfolio_bound import prove

    arrays = made(1, projects=10, size=20, roles=4)
    for starts, late, makespan, _ in improve(arrays, evaluations=60):
        prove(arrays, upper=late + 1, makespan=makespan, rounds=8)
        replan(arrays, starts, Duration(3, 9))


def _dates() -> None:
    from datetime import datetime

    from tandem.compute.bench.cpm import case
    from tandem.compute.scheduling import critical_path, network, slack

    chain = (network.Activity("a", 500), network.Activity("b", 90))
    critical_path.schedule(network.Network(chain, (network.Link("a", "b"),)), datetime(2024, 1, 1, 8))
    given = case(1, 60, 120)
    plain = slack.Network(**given)
    plain.slack()
    plain.add_link(0, 59, 0, 1)
    plain.slack()
    slack.Network(**given, calendar=np.zeros(60, np.int32), working=np.arange(9999)[None, :] % 7 < 5).slack()


def _forecasting() -> None:
    from tandem.compute.bench.montecarlo import example
    from tandem.compute.forecasting.levelled_risk import simulate_levelled
    from tandem.compute.forecasting.network_risk import simulate

    network = example(40, 2)
    for sampling in ("random", "latin"):
        simulate(network, trials=64, sampling=sampling)
    simulate_levelled(network, trials=64)


FAMILIES = {
    "likeness": _likeness, "selection": _selection, "dates": _dates, "levelling": _levelling, "portfolio": _portfolio,
    "forecasting": _forecasting,
}  # fmt: skip
