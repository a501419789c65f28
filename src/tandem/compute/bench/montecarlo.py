"""Monte Carlo over a network of 1,000 activities: trials per second, beside NumPy on the same network."""

import json
from collections.abc import Callable
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.history import History
from tandem.compute.forecasting.levelled_risk import simulate_levelled
from tandem.compute.forecasting.network_risk import simulate
from tandem.compute.forecasting.risk_network import Impact, RiskEvent, RiskNetwork, UncertainActivity
from tandem.compute.forecasting.three_point import fixed, triangular
from tandem.compute.forecasting.throughput import when
from tandem.compute.scheduling.network import Link

ACTIVITIES, RISKS, ROLES = 1_000, 50, 10
PLAIN, LEVELLED, REFERENCE, LARGE = 200_000, 4_000, 10_000, 10_000
SPREAD_RUNS, SPREAD_TRIALS = 40, 2_048
Tell = Callable[[str], object]


def run(
    *,
    set_: str | None = None,
    limit: int | None = None,
    seeds: int = 3,
    seconds: float | None = None,
    files: Path | None = None,
    out: Path | None = None,
    tell: Tell = print,
) -> Table:
    """Each figure is the median over `seeds` (or `limit`) runs. `seconds` cuts the number of trials to about as
    long a run. `set_` picks one of plain, levelled, large, sampling, throughput; `files` is not read.
    `out` gives back only what was measured with the same limit, seeds and seconds. Raises `Uncomputable`
    unknown_set."""
    repeats = limit or seeds
    share = min(1.0, seconds / 2) if seconds else 1.0
    works: dict[str, Callable[[], list[Row]]] = {
        "plain": lambda: _plain(repeats, share),
        "levelled": lambda: _levelled(repeats, share),
        "large": lambda: _large(repeats if share == 1 else 1),
        "sampling": lambda: _sampling(max(8, int(SPREAD_RUNS * share))),
        "throughput": lambda: _throughput(repeats),
    }
    if set_ is not None and set_ not in works:
        raise Uncomputable("unknown_set", value=set_, allowed=tuple(works))
    asked = {"limit": limit, "seeds": seeds, "seconds": seconds}
    known = _read(out, asked)
    rows: list[Row] = []
    for name, work in works.items():
        if set_ not in (None, name):
            continue
        if name not in known:
            tell(f"{name} …")
            known[name] = work()
            _keep(out, {"work": name, **asked}, known[name])
        rows += known[name]
    made = {
        "command": command("montecarlo", set_),
        "cores": cpu_count(),
        "load": [round(x, 1) for x in getloadavg()],
        "repeats": repeats,
        "share": share,
    }
    return Table("montecarlo", tuple(rows), made)


def example(activities: int = ACTIVITIES, risks: int = RISKS, seed: int = 3) -> RiskNetwork:
    """Two links from each activity to later ones near by, triangular durations, risks that lengthen ten each and
    cost; two of ten roles with a capacity of four for each activity."""
    draw = np.random.Generator(np.random.PCG64(seed))
    ends = {
        (i, min(activities - 1, i + 1 + int(step)))
        for i in range(activities - 1)
        for step in draw.geometric(0.03, 2)
    }
    modes = draw.uniform(5, 20, activities)
    made = tuple(
        UncertainActivity(
            f"a{i}", triangular(mode * 0.7, mode, mode * 2.2), cost_per_unit=1.0,
            demand=tuple((f"r{k}", int(draw.integers(1, 3))) for k in draw.choice(ROLES, 2, replace=False)),
        )
        for i, mode in enumerate(modes)
    )  # fmt: skip
    events = tuple(
        RiskEvent(
            f"risk{k}", float(draw.uniform(0.05, 0.4)),
            tuple(
                Impact(f"a{i}", triangular(1.1, 1.3, 1.8), fixed(10), is_factor=True)
                for i in draw.choice(activities, 10, replace=False)
            ),
        )
        for k in range(risks)
    )  # fmt: skip
    links = tuple(Link(f"a{i}", f"a{j}") for i, j in sorted(ends))
    return RiskNetwork(made, links, events, capacities={f"r{k}": 4 for k in range(ROLES)})


def numpy_trials(network: RiskNetwork, trials: int, seed: int) -> npt.NDArray[np.float64]:
    """The reference: vectorised over 1,000 trials at a time, activity after activity; no risks, no criticality."""
    index = {activity.id: i for i, activity in enumerate(network.activities)}
    before: list[list[int]] = [[] for _ in index]
    for link in network.links:
        before[index[link.successor]].append(index[link.predecessor])
    low, mode, high = (
        np.array([getattr(a.duration, end) for a in network.activities]) for end in ("low", "mid", "high")
    )
    draw = np.random.Generator(np.random.PCG64(seed))
    found = []
    for _ in range(0, trials, 1_000):
        durations = draw.triangular(low, mode, high, size=(1_000, len(index))).T.copy()
        finishes = np.zeros_like(durations)
        for i, ahead in enumerate(before):
            finishes[i] = durations[i] + (finishes[ahead].max(axis=0) if ahead else 0)
        found.append(finishes.max(axis=0))
    return np.concatenate(found)


def _timed(work: Callable[[int], Any], trials: int, repeats: int) -> tuple[float, float]:
    """Trials per second by the wall clock, and per second of processor time of one core; medians."""
    walls, cores = [], []
    for seed in range(1, repeats + 1):
        wall, core = perf_counter(), process_time()
        work(seed)
        walls.append(trials / (perf_counter() - wall))
        cores.append(trials / (process_time() - core))
    return median(walls), median(cores)


def _plain(repeats: int, share: float) -> list[Row]:
    network, trials = example(), max(6_400, int(PLAIN * share) // 64 * 64)
    few = max(1_000, int(REFERENCE * share) // 1_000 * 1_000)
    simulate(network, trials=64)
    theirs, their_core = _timed(lambda seed: numpy_trials(network, few, seed), few, repeats)
    ours, our_core = _timed(lambda seed: simulate(network, trials=trials, seed=seed), trials, repeats)
    work = f"{ACTIVITIES:,} activities, {RISKS} risks, criticality and tornado"
    cores = cpu_count() or 1
    return [
        Row(
            work, ours, "trials/s", "≥ 200,000, ratio ≥ 5", ours >= 200_000 and ours >= 5 * theirs, theirs,
            "NumPy without risks, same run", f"{trials:,} trials, wall clock, {cores} cores",
        ),
        Row(
            "the same by processor time", our_core * cores, "trials/s", "≥ 200,000, ratio ≥ 5",
            our_core * cores >= 200_000 and our_core * cores >= 5 * their_core, their_core,
            "NumPy, one core (it uses one)", f"{cores} × trials per second of one core: what a quiet machine does",
        ),
    ]  # fmt: skip


def _levelled(repeats: int, share: float) -> list[Row]:
    network, trials = example(), max(256, int(LEVELLED * share) // 64 * 64)
    simulate_levelled(network, trials=64)
    ours, core = _timed(lambda seed: simulate_levelled(network, trials=trials, seed=seed), trials, repeats)
    cores = cpu_count() or 1
    work = f"the same, levelled in each trial ({ROLES} roles)"
    note = f"{trials:,} trials, capacities bind"
    return [
        Row(work, ours, "trials/s", "≥ 2,000", ours >= 2_000, None, "none does it", f"{note}, wall clock"),
        Row(
            "the same by processor time",
            core * cores,
            "trials/s",
            "≥ 2,000",
            core * cores >= 2_000,
            note=note,
        ),
    ]


def _large(repeats: int) -> list[Row]:
    """All 10,000 trials always: making the arrays is a part of the time that fewer trials would not shrink."""
    network = example(20_000)
    simulate(network, trials=64)
    ours, core = _timed(lambda seed: simulate(network, trials=LARGE, seed=seed), LARGE, repeats)
    seconds = LARGE / ours
    note = f"wall clock with the arrays' making; {LARGE / core:.2g} s of one core"
    return [Row("20,000 activities, 10,000 trials", seconds, "s", "≤ 3", seconds <= 3, note=note)]


def _sampling(runs: int) -> list[Row]:
    """How much less the P80 of 2,048 trials moves from seed to seed with Latin hypercube sampling."""
    network = example(100, 5)
    spread = {}
    for sampling in ("random", "latin"):
        found = [
            simulate(network, trials=SPREAD_TRIALS, seed=seed, sampling=sampling).end.percentiles
            for seed in range(runs)
        ]
        spread[sampling] = [float(np.var([one[k].value for one in found])) for k in range(2)]
    ratios = [spread["random"][k] / spread["latin"][k] for k in range(2)]
    note = f"P50 {ratios[0]:.2g}; {runs} seeds, 100 activities, 5 risks"
    return [Row("random trials for one Latin trial, same variance of P80", ratios[1], "trials", note=note)]


def _throughput(repeats: int) -> list[Row]:
    counts = tuple(int(x) for x in np.random.Generator(np.random.PCG64(1)).poisson(1.4, 60))
    history = History(tuple(np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]").tolist()), counts)
    ours, core = _timed(lambda seed: when(history, 200, trials=100_000, seed=seed), 100_000, repeats)
    return [
        Row("throughput forecast, 200 items", ours, "trials/s", note=f"{core:,.0f} per second of one core")
    ]


def _read(out: Path | None, asked: dict[str, Any]) -> dict[str, list[Row]]:
    if out is None or not out.exists():
        return {}
    lines = [json.loads(line) for line in out.read_text().splitlines() if line.strip()]
    return {
        line["work"]: [Row(**row) for row in line["rows"]]
        for line in lines
        if asked == {name: line.get(name, "not told") for name in asked}
    }


def _keep(out: Path | None, key: dict[str, Any], rows: list[Row]) -> None:
    if out is not None:
        fields = Row.__dataclass_fields__
        with out.open("a") as file:
            kept = [{field: getattr(row, field) for field in fields} for row in rows]
            file.write(json.dumps({**key, "rows": kept}) + "\n")
