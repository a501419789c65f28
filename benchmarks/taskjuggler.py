"""The levelled plan beside TaskJuggler's: `python -m benchmarks.taskjuggler --data FOLDER`, on the data of `benchmarks.levelled`.

The same work for both: the first projects of the portfolio up to a number of items, with their links, due dates, promises and people,
each of whom works eight hours of every working day; nothing has begun. TaskJuggler may break work off and go on with it later, which
Tandem does not. Not handed over are lags, days before which something may not begin, and people of an item after the first: Tandem keeps to
them, TaskJuggler need not. Links from end to end and from start to end are handed over as from end to start. It is run as it comes, and with the due dates as priorities; the better plan of the two counts. Sizes grow until it
does not finish within the minutes given. Needs `tj3` (Debian: the package tj3)."""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import dataset, levelled, report

SIZES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
DAY, OPENS = 8, 9
"""Hours of a working day, and the hour at which it begins."""
_ROOM = 3
"""So many times the length of Tandem's plan are open to TaskJuggler's."""


def main() -> int:
    options = _options()
    if not shutil.which("tj3"):
        print("Skipped: there is no tj3 here (Debian: apt-get install tj3).", file=sys.stderr)
        return 2
    dataset.connect(options.data)
    levelled.filled(options)
    whole, rows = _whole(), []
    load = report.load()
    for size in SIZES:
        rows.append(_row(_part(whole, size), options.minutes))
        print(json.dumps(rows[-1]), file=sys.stderr)
        if rows[-1]["taskjuggler"] is None:
            break
    version = subprocess.run(["tj3", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    found = {"day": str(date.today()), "machine": report.machine(), "load before": load, "load after": report.load(), "version": version, "minutes": options.minutes, "rows": rows}
    text = markdown(found)
    print(text)
    if not options.dry:
        (levelled.HERE / "results" / "taskjuggler.json").write_text(json.dumps(found, indent=1) + "\n")
        (levelled.HERE / "results" / "taskjuggler.md").write_text(text)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.taskjuggler", description=__doc__)
    parser.add_argument("--data", default=".tandem-levelled", help="data directory; its database is filled when it is empty")
    for name, value in (("items", 20_000), ("projects", 200), ("people", 300)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--minutes", type=float, default=15.0, help="that TaskJuggler may take for one plan")
    parser.add_argument("--dry", action="store_true", help="write no results")
    return parser.parse_args()


def _whole() -> Any:
    """All open work as arrays, everybody all of every day and nothing begun."""
    from tandem.kit import clock
    from tandem.planning import open_work, plan_problem
    from tandem.planning.plan_inputs import BEGUN

    made = plan_problem.make(open_work.read(), clock.today()).inputs
    free = np.full(made.n, -1, np.int64)
    return replace(made, fixed=free, calendar=free, masks=np.zeros((0, 0), np.uint8), flags=made.flags & ~BEGUN)


def _part(whole: Any, size: int) -> Any:
    """The first projects that hold so many items, or the first items of the first one; with what hangs on them alone. Each person has
    as much to do as in the whole: of fewer items fewer people do them."""
    from tandem.planning.plan_inputs import ITEM

    items = np.flatnonzero(whole.code % 4 == ITEM)
    inside = np.isin(whole.space, whole.space[items[:size]])
    if inside[items].sum() > size:
        inside[items[size:]] = False
    # a promise or a container stays where all that it waits for does
    for at in np.flatnonzero(whole.code % 4 != ITEM):
        of = whole.tail[whole.head == at]
        inside[at] = bool(inside[of].all()) if len(of) else bool(inside[whole.head[whole.tail == at]].any())
    keep, at = np.flatnonzero(inside), np.cumsum(inside) - 1
    links = inside[whole.tail] & inside[whole.head]
    needs = np.repeat(inside, np.diff(whole.need_ptr))
    people = max(len(whole.resource) * size // len(items), 2)
    columns = {name: getattr(whole, name)[keep] for name in ("code", "space", "slots", "release", "due", "weight", "fixed", "flags", "calendar")}
    projects = np.isin(whole.project, columns["space"])
    return replace(
        whole, **columns, need_ptr=np.append(0, np.cumsum(np.diff(whole.need_ptr)[keep])), need_of=whole.need_of[needs] % people,
        need_units=whole.need_units[needs], resource=whole.resource[:people], capacity=whole.capacity[:people],
        tail=at[whole.tail[links]], head=at[whole.head[links]], kind=whole.kind[links], lag=whole.lag[links],
        project=whole.project[projects], project_due=whole.project_due[projects], project_weight=whole.project_weight[projects],
    )  # fmt: skip


def _row(part: Any, minutes: float) -> dict[str, Any]:
    from tandem.planning import plan_solver
    from tandem.planning.plan_inputs import ITEM

    plan_solver.first(part, None)  # compiled
    began = time.perf_counter()
    ours = plan_solver.first(part, None)
    seconds = time.perf_counter() - began
    finishes = np.asarray(ours.starts) + part.slots
    assert tardiness(part, finishes) == ours.tardiness, "both are judged by the same rule"
    row = {
        "items": int((part.code % 4 == ITEM).sum()), "links": len(part.tail), "people": len(part.resource), "seconds": round(seconds, 3), "tardiness": ours.tardiness,
        "days": -(-int(finishes.max()) // DAY), "rule": _best_rule(part), "taskjuggler": None,
    }  # fmt: skip
    plans = []
    for by_due in (False, True):
        began = time.perf_counter()
        theirs = taskjuggler(part, row["days"] * _ROOM + 20, by_due, minutes * 60)
        if theirs is not None:
            _check(part, *theirs)
            plans.append({"seconds": round(time.perf_counter() - began, 1), "tardiness": tardiness(part, theirs[1]), "days": -(-int(theirs[1].max()) // DAY), "by due": by_due})
    if plans:
        row["taskjuggler"] = min(plans, key=lambda one: (one["tardiness"], one["days"]))
    return row


def _best_rule(part: Any) -> dict[str, Any] | None:
    from tandem.compute.errors import Uncomputable
    from tandem.compute.scheduling.levelling import portfolio
    from tandem.planning import plan_solver

    arrays, found = part.arrays(), []
    for name, key in portfolio.starting_keys(portfolio.prepared(arrays)).items():
        try:
            plan = plan_solver.decoded(arrays, key)
        except Uncomputable:
            continue
        found.append({"name": name, "tardiness": plan.tardiness, "days": -(-plan.makespan // DAY)})
    return min(found, key=lambda one: one["tardiness"]) if found else None


def tardiness(part: Any, finishes: Any) -> int:
    """Slots too late times weight: of everything that is due, and of each project's end."""
    late = np.maximum(finishes - part.due, 0)[part.due >= 0]
    total = int((late * part.weight[part.due >= 0]).sum())
    for space, due, weight in zip(part.project, part.project_due, part.project_weight, strict=True):
        if due >= 0:
            total += int(weight) * max(int(finishes[part.space == space].max()) - int(due), 0)
    return total


def taskjuggler(part: Any, days: int, by_due: bool, seconds: float) -> tuple[Any, Any] | None:
    """Starts and finishes (n) in slots; None where it takes longer. Raises where it refuses the plan."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plan.tjp").write_text("\n".join(_written(part, days, by_due)), encoding="utf-8")
        try:
            done = subprocess.run(["tj3", "--silent", "--no-color", "plan.tjp"], cwd=folder, timeout=seconds, capture_output=True, text=True, check=False)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:] or done.stdout[-2000:])
        with open(Path(folder, "out.csv"), encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file, delimiter=";"))
    starts, finishes = np.zeros(part.n, np.int64), np.zeros(part.n, np.int64)
    for one in read:
        at = int(one["Id"].removeprefix("a"))
        starts[at], finishes[at] = _slot(one["Start"], part.day_one), _slot(one["End"], part.day_one)
    return starts, finishes


def _written(part: Any, days: int, by_due: bool) -> list[str]:
    priority = _priorities(part) if by_due else np.full(part.n, 500)
    before: dict[int, list[str]] = {}
    for tail, head, kind in zip(part.tail, part.head, part.kind, strict=True):
        before.setdefault(int(head), []).append(f"a{tail}" + (" { onstart }" if kind == 1 else ""))
    lines = [
        f'project plan "Portfolio" {part.day_one}-00:00 +{days * 7 // 5 + 14}d {{ timezone "UTC" timingresolution 60min dailyworkinghours {DAY} '
        f"workinghours mon - fri {OPENS}:00 - {OPENS + DAY}:00 workinghours sat, sun off }}",
        *(f'resource r{k} "r{k}"' for k in range(len(part.resource))),
    ]
    for at in range(part.n):
        held = part.need_of[part.need_ptr[at] : part.need_ptr[at + 1]]
        length = f"effort {part.slots[at]}h allocate r{held[0]}" if len(held) and part.slots[at] else f"length {part.slots[at]}h" if part.slots[at] else "milestone"
        after = f"depends {', '.join(before[at])}" if at in before else f"start {part.day_one}-0{OPENS}:00"
        lines.append(f'task a{at} "a{at}" {{ {length} {after} priority {priority[at]} }}')
    return [*lines, 'taskreport out "out" { formats csv columns id, start, end timeformat "%Y-%m-%d-%H:%M" }']


def _priorities(part: Any) -> Any:
    """1,000 for what is due first, its own date or that of its project, down to 1."""
    due = np.where(part.due >= 0, part.due, np.iinfo(np.int64).max)
    for space, on in zip(part.project, part.project_due, strict=True):
        if on >= 0:
            due[part.space == space] = np.minimum(due[part.space == space], on)
    order = np.unique(due, return_inverse=True)[1]
    return 1000 - order * 999 // max(int(order.max()), 1)


def _slot(text: str, first: date) -> int:
    """The working hour since the first day: of an end, the one after the last that is worked."""
    moment = datetime.strptime(text, "%Y-%m-%d-%H:%M")
    return int(np.busday_count(first, moment.date())) * DAY + min(max(moment.hour - OPENS, 0), DAY)


def _check(part: Any, starts: Any, finishes: Any) -> None:
    """TaskJuggler kept to the links, and nobody got away with less work than there is."""
    heads, tails = starts[part.head], np.where(part.kind == 1, starts[part.tail], finishes[part.tail])
    assert (heads >= tails).all(), "a link is broken"
    assert (finishes - starts >= part.slots).all(), "work was left out"


def markdown(found: dict[str, Any]) -> str:
    lines = [
        "# The levelled plan beside TaskJuggler's", "",
        f"{found['day']} · {found['machine']} · TaskJuggler {found['version']}, at most {found['minutes']:g} minutes a plan · load {found['load before']} → {found['load after']}", "",
        "Everybody works eight hours of every working day, nothing has begun, links and due dates as in the portfolio. Weighted tardiness: working hours too late times weight, of what is due and of the ends of projects. TaskJuggler may break work off, Tandem does not.", "",
        "| items | links | people | Tandem: seconds | weighted tardiness | days | best single rule | weighted tardiness | TaskJuggler: seconds | weighted tardiness | days | priorities |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in found["rows"]:
        rule, theirs = row["rule"], row["taskjuggler"]
        ours = f"| {row['items']:,} | {row['links']:,} | {row['people']} | {row['seconds']:g} | {row['tardiness']:,} | {row['days']} | {rule['name'] if rule else '–'} | {format(rule['tardiness'], ',') if rule else '–'} |"
        lines.append(ours + (f" {theirs['seconds']:g} | {theirs['tardiness']:,} | {theirs['days']} | {'due dates' if theirs['by due'] else 'none'} |" if theirs else " not finished | – | – | – |"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
