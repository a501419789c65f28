"""PSPLIB and MPLIB: how far our plans are from the best known ones after 1, 10 and 60 seconds, and how many are proven.

One run for each instance and seed, its incumbents read on the way. The published runs of CP-SAT and CP Optimizer
(8 cores, 900 s; arXiv 2502.13483) stand beside, on the same instances; TaskJuggler's figure is quoted from our own
earlier measurement. Plain CP-SAT with two workers and the same seconds runs in the same run when at most
`WITH_REFERENCE` instances are asked for (--limit) or TANDEM_BENCH_REFERENCE=1. TANDEM_BENCH_CLOCK=processor reads
half the processor time instead of the wall clock (what two free cores would give, on a machine that others use
too), and leaves out the exact engine, whose process that clock does not see.
"""

import csv
import json
import os
import re
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.files import read
from tandem.compute.scheduling.levelling.race import Race

MARKS = {"j30": (1.0, 5.0), "j60": (1.0, 10.0), "j90": (1.0, 10.0), "j120": (1.0, 10.0, 60.0)}
OTHER_MARKS = (1.0, 10.0)
GOALS = {
    ("j120", 1.0): 1.5, ("j120", 10.0): 1.0, ("j120", 60.0): 0.7, ("j60", 10.0): 0.15, ("j30", 5.0): 0.0,
    ("mplib1_set3", 10.0): 0.0,
}  # fmt: skip
PROVEN = {"j60": 0.88, "j30": 1.0}
STRENGTHS = {"j30": 4, "j60": 4, "j90": 4, "j120": 5}
"""Values of the resource strength, which goes round fastest through the parameter groups of a set."""
WITH_REFERENCE, SAMPLE = 12, 36
Tell = Callable[[str], object]
Result = dict[str, Any]


def run(
    *, set_: str | None = None, limit: int | None = None, seeds: int = 3, seconds: float | None = None,
    files: Path, out: Path | None = None, tell: Tell = print,
) -> Table:  # fmt: skip
    """Medians over the seeds, means over the instances: 36 stratified ones unless `limit` says how many. `seconds`
    replaces the longest time and scales the others. `out` keeps each result as a JSON line to go on from."""
    name = set_ or "j120"
    known = best_known(files, name)
    marks = MARKS.get(name, OTHER_MARKS)
    marks = tuple(mark * (seconds or marks[-1]) / marks[-1] for mark in marks)
    chosen = sample(sorted(known), name, limit or SAMPLE)
    clock = halved if os.environ.get("TANDEM_BENCH_CLOCK") == "processor" else perf_counter
    beside = (limit or SAMPLE) <= WITH_REFERENCE or os.environ.get("TANDEM_BENCH_REFERENCE") == "1"
    kept = _kept(out)
    folder = files / "psplib" / name
    _compiled(folder / chosen[0])
    results: list[Result] = []
    for file in chosen:
        for seed in range(1, seeds + 1):
            for who in ("ours", "cp-sat") if beside and seed == 1 else ("ours",):
                key = {
                    "set": name,
                    "file": file,
                    "seed": seed,
                    "seconds": marks[-1],
                    "who": who,
                    "clock": clock.__name__,
                }
                one = kept.get(_key(key))
                if one is None:
                    make = _traced if who == "ours" else _referenced
                    one = key | {"trace": make(folder / file, seed, marks[-1], clock)}
                    _keep(out, one)
                results.append(one)
        tell(f"{file}: {results[-1]['trace'][-1][1]} (best known {known[file]['best']})")
    made = {
        "command": command("psplib", name), "instances": len(chosen), "seeds": seeds,
        "seconds": marks[-1], "clock": clock.__name__, "load": round(os.getloadavg()[0], 1), "cores": os.cpu_count(),
    }  # fmt: skip
    return Table("psplib", tuple(_rows(name, marks, results, known, chosen)), made)


def halved() -> float:
    """Seconds of two cores that are busy with nothing else."""
    return process_time() / 2


def best_known(files: Path, name: str) -> dict[str, Result]:
    """For each instance of the set that is there: best, cpm, and what the published 900 s runs reached."""
    found = {}
    with (files / "psplib" / "bks.csv").open() as table:
        for row in csv.DictReader(table):
            if row["set"] == name and (files / "psplib" / name / row["file"]).exists():
                values = {
                    key: int(float(row[key])) for key in ("bks", "cpsat900_obj", "cpo900_obj") if row[key]
                }
                cpm = int(row["cpm"]) if row["cpm"] else 0
                found[row["file"]] = values | {"best": min(values.values()), "cpm": cpm}
    if not found:
        raise Uncomputable("instances_missing", value=name, folder=str(files / "psplib"))
    return found


def sample(names: list[str], set_: str, count: int) -> list[str]:
    """`count` instances, stratified: groups sorted by resource strength, every so many of them, the block of other
    parameters turned from one strength to the next, replicates in turn. The same for everybody."""
    groups: dict[int, list[str]] = {}
    for name in names:
        numbers = re.findall(r"\d+", name.removeprefix(set_))
        groups.setdefault(int(numbers[0]) if set_ in STRENGTHS else len(groups), []).append(name)
    if count >= len(names):
        return names
    if set_ not in STRENGTHS or count > len(groups):
        return [names[k * len(names) // count] for k in range(count)]
    size = STRENGTHS[set_]

    def place(group: int) -> tuple[int, int]:
        block, strength = divmod(group - 1, size)
        return strength, (block + strength) % (len(groups) // size)

    order = sorted(groups, key=place)
    picked = [sorted(groups[order[k * len(order) // count]]) for k in range(count)]
    return [one[k % len(one)] for k, one in enumerate(picked)]


def _compiled(path: Path) -> None:
    """Compiles, or reads what is compiled: bounded by evaluations, so that no clock ends it before."""
    for _ in Race(read(path), None, 300, 1, perf_counter(), None).run("search", None):
        pass


def _traced(path: Path, seed: int, seconds: float, clock: Callable[[], float]) -> list[list[float]]:
    """[seconds, makespan, bound] of each incumbent of one run of ours."""
    problem = read(path)
    race = Race(problem, seconds, None, seed, clock(), None, clock)
    plans = race.run("auto" if clock is perf_counter else "search", None)
    return [[round(one.seconds, 4), one.makespan, one.bound or 0] for one in plans]


def _referenced(path: Path, seed: int, seconds: float, clock: Callable[[], float]) -> list[list[float]]:
    """The same of plain CP-SAT with two workers, in a process of its own."""
    from tandem.compute.bench.psplib_reference import plain_cp_sat
    from tandem.compute.scheduling.levelling.files import read_arrays
    from tandem.compute.worker import Worker

    with Worker() as worker:
        told: list[list[float]] = []
        last = worker.run(
            plain_cp_sat, read_arrays(path), seconds, seed, seconds=2 * seconds + 30, told=told.append
        )
        return [*told, last]


def _rows(
    name: str, marks: tuple[float, ...], results: list[Result], known: dict[str, Result], chosen: list[str]
) -> Iterable[Row]:
    full = MARKS.get(name, OTHER_MARKS)
    bests = [known[file] for file in chosen]
    published = {
        who: statistics.mean(_gap(one[column], one["best"]) for one in bests if column in one)
        for who, column in (("CP-SAT", "cpsat900_obj"), ("CP Optimizer", "cpo900_obj"))
    }
    quoted = ", ".join(f"{who} {value:.2f} %" for who, value in published.items())
    quoted += ", TaskJuggler 14.1 % (another ten)" if name == "j120" else ""
    for mark, nominal in zip(marks, full, strict=True):
        gaps, ends = _gaps("ours", mark, results, known, chosen)
        goal = GOALS.get((name, nominal))
        theirs = _gaps("cp-sat", mark, results, known, chosen)[0]
        figure = round(statistics.mean(gaps), 3)
        yield Row(
            f"{name}: mean gap to best known after {mark:g} s", figure, "%",
            goal=f"≤ {goal:g} %" if goal is not None else "", holds=None if goal is None else figure <= goal,
            reference=round(statistics.mean(theirs), 3) if theirs else None,
            source="plain CP-SAT, 2 workers, same run" if theirs else f"8 cores, 900 s, published: {quoted}",
            note=f"largest {max(gaps):.2f} %; {len(chosen)} instances, their deviation from the critical path "
            f"{_deviation(ends, bests)}",
        )  # fmt: skip
    share = statistics.mean(_proven(file, marks[-1], results) for file in chosen)
    wanted = PROVEN.get(name)
    yield Row(
        f"{name}: proven after {marks[-1]:g} s", round(100 * share, 1), "%",
        goal=f"≥ {100 * wanted:g} %" if wanted else "", holds=None if not wanted else share >= wanted,
        source=f"8 cores, 900 s, published: {quoted}",
    )  # fmt: skip


def _deviation(ends: list[float], bests: list[Result]) -> str:
    if not all(one["cpm"] for one in bests):
        return "unknown"
    ours = statistics.mean(_gap(end, one["cpm"]) for end, one in zip(ends, bests, strict=True))
    best = statistics.mean(_gap(one["best"], one["cpm"]) for one in bests)
    return f"{ours:.2f} % (best known {best:.2f} %)"


def _gaps(
    who: str, mark: float, results: list[Result], known: dict[str, Result], chosen: list[str]
) -> tuple[list[float], list[float]]:
    """Gap and length of each instance at a time, medians over the seeds; empty where `who` did not run."""
    gaps, ends = [], []
    for file in chosen:
        lengths = [_at(one["trace"], mark) for one in results if (one["file"], one["who"]) == (file, who)]
        if not lengths:
            return [], []
        ends.append(statistics.median(lengths))
        gaps.append(_gap(ends[-1], known[file]["best"]))
    return gaps, ends


def _at(trace: list[list[float]], mark: float) -> float:
    """The length of the last plan of that time; the first one there is when none was in time."""
    return next((length for moment, length, _ in reversed(trace) if moment <= mark and length), trace[0][1])


def _proven(file: str, mark: float, results: list[Result]) -> float:
    runs = [one["trace"][-1] for one in results if (one["file"], one["who"]) == (file, "ours")]
    return statistics.median(float(length <= bound) for _, length, bound in runs)


def _gap(length: float, best: float) -> float:
    return 100 * (length - best) / best


def _key(one: Result) -> tuple[Any, ...]:
    return tuple(one[name] for name in ("set", "file", "seed", "seconds", "who", "clock"))


def _kept(out: Path | None) -> dict[tuple[Any, ...], Result]:
    if out is None or not out.exists():
        return {}
    return {_key(one): one for one in map(json.loads, out.read_text().splitlines())}


def _keep(out: Path | None, one: Result) -> None:
    if out is not None:
        with out.open("a") as file:
            file.write(json.dumps(one) + "\n")
