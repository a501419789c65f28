"""200 projects, 20,000 activities, 40 roles: first plan, plans after 10 and 60 seconds, proven bound, edits."""

import json
import statistics
from collections.abc import Callable
from os import cpu_count, getloadavg
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from tandem.compute.bench.portfolio_case import made, rules, tardiness
from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.edits import (
    Capacity,
    Due,
    Duration,
    Edit,
    Link,
    Pin,
    Priority,
    replan,
)
from tandem.compute.scheduling.levelling.portfolio import improve, planned
from tandem.compute.scheduling.levelling.portfolio_bound import prove

READ_AT, EDITS, STABLE = (0.3, 10.0, 60.0), 200, 0.95
Tell = Callable[[str], object]
Clock = Callable[[], float]


def run(
    *, set_: str | None = None, limit: int | None = None, seeds: int = 3, seconds: float | None = None,
    files: Path | None = None, out: Path | None = None, tell: Tell = print,
) -> Table:  # fmt: skip
    """One run of `seconds` (60) for each seed, incumbents read at 0.3, 10 and 60 s; then a bound, then `limit` (200)
    edits. Medians over the seeds. `out` keeps each seed's result; `files` is not read. With `set_` "processor" a
    second is two seconds of processor time, as two free cores would give: for machines that others use too. Raises `Uncomputable` unknown_set."""
    if set_ not in (None, "processor"):
        raise Uncomputable("unknown_set", value=set_, allowed=("processor",))
    length, count = seconds or 60.0, limit or EDITS
    known = [json.loads(line) for line in out.read_text().splitlines()] if out and out.exists() else []
    clock = halved if set_ == "processor" else perf_counter
    done = {(one["seed"], one["seconds"], one["edits"], one["clock"]): one for one in known}
    _warm()
    results = []
    for seed in range(1, seeds + 1):
        one = done.get((seed, length, count, clock.__name__)) or _seed(seed, length, count, clock, tell)
        if out and one not in known:
            with out.open("a") as file:
                file.write(json.dumps(one) + "\n")
        results.append(one)
    load, cores = round(getloadavg()[0], 1), cpu_count()
    made_ = {
        "command": command("portfolio", set_),
        "seeds": seeds,
        "seconds": length,
        "load": load,
        "cores": cores,
        "clock": clock.__name__,
    }
    return Table("portfolio", tuple(_rows(results, length)), made_)


def halved() -> float:
    """Seconds of two cores that are busy with nothing else."""
    return process_time() / 2


def _rows(results: list[dict[str, Any]], length: float) -> list[Row]:
    def middle(name: str) -> float:
        return float(statistics.median(one[name] for one in results))

    rule, best = middle("rule"), middle("best_rule")
    shared = results[0]["clock"] == halved.__name__  # what one thread does counts by its whole processor time
    first, edit = (
        (middle("first_processor"), middle("edit_processor"))
        if shared
        else (middle("first"), middle("edit_p95"))
    )
    rows = [
        Row("first levelled plan, from arrays", first, "s", "≤ 0.3 s", first <= 0.3,
            note="processor time {:.2f} s; the best of nine rules".format(middle("first_processor"))),
        Row("weighted tardiness of the first plan", middle("at 0.3"), "", reference=rule, source="best single rule, same run",
            note="seven rules of list schedulers: FIFO, latest finish, due dates, slack, weights; all are in the run's log"),
    ]  # fmt: skip
    for at, share in ((10.0, 0.30), (60.0, 0.45)):
        if at <= length:
            figure = middle(f"at {at:g}")
            lower = statistics.median(one[f"at {at:g}"] / one["rule"] for one in results) - 1
            against = statistics.median(one[f"at {at:g}"] / one["best_rule"] for one in results) - 1
            rows.append(
                Row(f"weighted tardiness after {at:g} s", figure, "", f"−{share:.0%}", -lower >= share, rule,
                    "best single rule, same run", f"{lower:+.1%}; {against:+.1%} against the best of nine ({best:,.0f})")
            )  # fmt: skip
    gap = statistics.median(1 - one["bound"] / max(one[f"at {length:g}"], 1) for one in results)
    return [
        *rows,
        Row("proven bound of the weighted tardiness", middle("bound"), "", reference=middle(f"at {length:g}"),
            source="plan of the same run", note=f"gap {gap:.0%} of the plan; the unconstrained bound is {middle('free'):,.0f}"),
        Row("after one edit, p95", edit * 1e3, "ms", "≤ 150 ms", edit <= 0.15,
            note=f"p95 of processor time {middle('edit_processor') * 1e3:.0f} ms, of the clock {middle('edit_p95') * 1e3:.0f} ms; {sum(one.get('refused', 0) for one in results)} edits refused, as pins left no place"),
        Row("starts unchanged after one edit (of all, least)", middle("edit_kept") * 100, "%", "≥ 95 %", middle("edit_kept") >= STABLE),
        Row("invalid plans", float(sum(one["invalid"] for one in results)), "", "0", not any(one["invalid"] for one in results),
            note=f"{sum(one['checked'] for one in results):,} plans checked"),
    ]  # fmt: skip


def _warm() -> None:
    """All kernels compiled before anything is timed."""
    small = made(1, projects=10, size=20, roles=4)
    for starts, late, makespan, _ in improve(small, evaluations=60):
        prove(small, upper=late + 1, makespan=makespan, rounds=8)
        replan(small, starts, Duration(3, 9))


def _seed(seed: int, seconds: float, edits: int, clock: Clock, tell: Tell) -> dict[str, Any]:
    arrays = made(seed)
    values = {name: tardiness(arrays, planned(arrays, key)) for name, key in rules(arrays).items()}
    rule = min(values.values())
    tell(f"seed {seed}: rules {values}")
    found: dict[str, Any] = {
        "seed": seed,
        "seconds": seconds,
        "edits": edits,
        "clock": clock.__name__,
        "rule": rule,
    }
    invalid = checked = 0
    begun, used = clock(), process_time()
    read = {f"at {at:g}": 0 for at in {*READ_AT, seconds} if at <= seconds}
    for number, (starts, late, makespan, evaluations) in enumerate(
        improve(arrays, seconds=seconds, seed=seed, clock=clock)
    ):
        now = clock() - begun
        if number == 0:
            found |= {
                "first": now,
                "first_processor": process_time() - used,
                "best_rule": min(late, *values.values()),
            }
        for at in read:
            if now <= float(at[3:]) + (0.05 if number else 1.0) or number == 0:
                read[at] = late
        wrong = ArrayChecker(arrays).breaches(starts)
        invalid, checked = invalid + (bool(wrong) or late != tardiness(arrays, starts)), checked + 1
        found |= {"makespan": makespan, "evaluations": evaluations}
    found |= read
    tell(f"seed {seed}: {read}, {evaluations} lists, {process_time() - used:.0f} s of processor time")
    found["free"] = prove(arrays, upper=late, makespan=makespan, rounds=0)
    found["bound"] = prove(arrays, upper=late, makespan=makespan, seconds=seconds, clock=clock)
    found |= _edited(arrays, starts, seed, edits)
    found["invalid"], found["checked"] = invalid + found["invalid"], checked + edits
    tell(f"seed {seed}: {found}")
    return found


def _edited(arrays: Arrays, starts: Ints, seed: int, count: int) -> dict[str, Any]:
    """A random script of edits, each on the plan of the one before."""
    chance, taken, processor, kept, invalid, refused = np.random.default_rng(seed), [], [], [], 0, 0
    for number in range(count):
        edit = random_edit(chance, arrays, starts, number)
        begun, used = perf_counter(), process_time()
        try:
            after = replan(arrays, starts, edit)
        except Uncomputable as fault:  # what is pinned may leave no place: the plan stays as it is
            if fault.code != "no_place":
                raise
            refused += 1
            continue
        taken.append(perf_counter() - begun)
        processor.append(process_time() - used)
        kept.append(1 - len(after.moved) / arrays.n)
        wrong = ArrayChecker(after.arrays).breaches(after.starts)
        invalid += bool(wrong) or after.tardiness != tardiness(after.arrays, after.starts)
        arrays, starts = after.arrays, after.starts
    return {
        "edit_p95": float(np.percentile(taken, 95)), "edit_median": float(np.median(taken)),
        "edit_processor": float(np.percentile(processor, 95)), "edit_kept": min(kept), "invalid": invalid,
        "refused": refused,
    }  # fmt: skip


def random_edit(chance: np.random.Generator, arrays: Arrays, starts: Ints, number: int) -> Edit:
    """Durations, links of all kinds, capacity over 20 slots, priorities, due dates and pins in turn. A pin holds an
    activity where it is, or up to nine slots later as far as pinned successors let it."""
    activity = int(chance.integers(arrays.n))
    while arrays.fixed[activity] >= 0:
        activity = int(chance.integers(arrays.n))
    project = int(arrays.project[activity])
    match number % 6:
        case 0:
            return Duration(activity, max(1, int(arrays.duration[activity] + chance.integers(-3, 8))))
        case 1:
            members = np.flatnonzero((arrays.project == project) & (arrays.fixed < 0))
            tail, head = sorted(chance.choice(members, 2, replace=False).tolist())
            return Link(int(tail), int(head), int(chance.integers(4)), int(chance.integers(4)))
        case 2:
            begin, resource = int(chance.integers(500)), int(chance.integers(len(arrays.capacity)))
            return Capacity(resource, begin, begin + 20, max(6, int(arrays.capacity[resource, 0]) - 3))
        case 3:
            return Priority(project, int(chance.integers(1, 11)))
        case 4:
            return Due(project, max(1, int(arrays.project_due[project] + chance.integers(-30, 31))))
    last = not bool((arrays.tail == activity).any())
    return Pin(activity, int(starts[activity] + (chance.integers(10) if last else 0)))
