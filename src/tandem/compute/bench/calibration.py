"""Did the P80 hold? The throughput forecast made again on every past day of real histories, and what came of it.

Two questions at each past moment, from what was known then: *when* are so many done (as many as a horizon usually
brings), and *how much* is done by the end of the horizon. Histories with dates go by working days; those of Scrum boards
go by sprints, whose velocity is what the board delivered. Cases of one history overlap, so every history counts the same
in the mean, and the interval over histories is the honest one.
"""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.history import NEEDED, History, history_of
from tandem.compute.forecasting.throughput import at_least, look_back, percentile, reached
from tandem.compute.scheduling.calendar import WorkingCalendar

GOAL = (0.75, 0.85)
LEAST_CASES = 5  # as the product's own back-test
LEAST_SPRINTS = 12
TRIALS = 2_000


@dataclass(frozen=True, slots=True)
class Steps:
    """How a history is looked back on, in its own steps (working days or sprints)."""

    unit: str
    horizon: int
    window: int
    step: int


DAYS = Steps("working day", 20, 60, 5)
SPRINTS = Steps("sprint", 3, 12, 1)


@dataclass(frozen=True, slots=True)
class Held:
    """Shares of the past cases of one history in which the stated percentile held; None below five cases."""

    name: str
    steps: Steps
    length: int
    cases: int
    when_p50: float | None
    when_p80: float | None
    amounts: int
    amount_p80: float | None


def run(*, files: Path, limit: int | None, tell: Callable[[str], Any], set_: str | None = None, **_: Any) -> Table:
    """`limit` bounds the number of histories in `files`. Raises `Uncomputable` unknown_set: there is none."""
    if set_ is not None:
        raise Uncomputable("unknown_set", value=set_, allowed=())
    found: list[Held] = []
    for name, history, steps in histories(files):
        if limit is not None and len(found) >= limit:
            break
        found.append(judge(name, history, steps))
        tell(f"{name}: {found[-1].cases} cases")
    judged = [one for one in found if one.when_p80 is not None and one.amount_p80 is not None]
    rows = [
        _summary("when: P80 held, mean of the histories", [one.when_p80 for one in judged if one.when_p80 is not None]),
        _summary("how much: P80 held, mean of the histories", [one.amount_p80 for one in judged if one.amount_p80 is not None]),
        *(_summary(f"when, by {s.unit}", [one.when_p80 for one in judged if one.steps is s and one.when_p80 is not None]) for s in (DAYS, SPRINTS)),
        *(_summary(f"how much, by {s.unit}", [one.amount_p80 for one in judged if one.steps is s and one.amount_p80 is not None]) for s in (DAYS, SPRINTS)),
        *(_line(one) for one in found),
    ]
    return Table("calibration", tuple(rows), {
        "command": command("calibration"), "trials": TRIALS, "histories": len(found), "judged": len(judged),
    })  # fmt: skip


def judge(name: str, history: History, steps: Steps) -> Held:
    """Each question as often as the history allows. A case of *when* counts only where its P80 lies within the history, so
    that a miss is as visible as a hit."""
    when = [(percentile(p.ordered, 0.5), percentile(p.ordered, 0.8), p) for p in _looked(history, steps)]
    cases = [(p50, p80, p.actual) for p50, p80, p in when if p80 <= p.waited]
    amounts = list(_amounts(history, steps))

    def share(hits: list[bool]) -> float | None:
        return sum(hits) / len(hits) if len(hits) >= LEAST_CASES else None

    return Held(
        name, steps, len(history.days), len(cases), share([a is not None and a <= p50 for p50, _p80, a in cases]),
        share([a is not None and a <= p80 for _p50, p80, a in cases]), len(amounts), share([actual >= stated for stated, actual in amounts]),
    )  # fmt: skip


def _looked(history: History, steps: Steps) -> Iterator[Any]:
    return look_back(history, horizon=steps.horizon, window=steps.window, step=steps.step, trials=TRIALS)


def _amounts(history: History, steps: Steps) -> Iterator[tuple[int, int]]:
    """(at least so many with 80 %, what came) for each past moment."""
    for at in range(min(steps.window, len(history.days)) // 2, len(history.days) - steps.horizon + 1, steps.step):
        known = history.part(max(0, at - steps.window), at)
        if known.items >= NEEDED:
            ordered = np.sort(reached(known, steps.horizon, trials=TRIALS))
            yield at_least(ordered, 0.8), sum(history.finished[at : at + steps.horizon])


def _summary(work: str, shares: list[float]) -> Row:
    if not shares:
        return Row(work, None, "%", goal="75–85", note="no history is long enough")
    values = np.array(shares)
    mean, spread = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    inside = int(((values >= GOAL[0]) & (values <= GOAL[1])).sum())
    return Row(
        work, mean * 100, "%", goal="75–85", holds=GOAL[0] <= mean <= GOAL[1],
        note=f"{len(values)} histories, ± {1.96 * spread * 100:.1f}; {inside} of them between 75 and 85, lowest {values.min():.0%}, highest {values.max():.0%}",
    )  # fmt: skip


def _line(one: Held) -> Row:
    if one.when_p80 is None or one.amount_p80 is None:
        return Row(one.name, None, "%", note=f"{one.length} {one.steps.unit}s: too short, {one.cases} cases")
    note = f"{one.length} {one.steps.unit}s, {one.cases} cases; P50 held in {one.when_p50:.0%}; how much: {one.amount_p80:.0%} of {one.amounts}"
    return Row(one.name, one.when_p80 * 100, "%", note=note)


def histories(files: Path) -> Iterator[tuple[str, History, Steps]]:
    """Every history with dates of its finished items, and every board with the velocity of its sprints."""
    for name, days in [*_tables(files), *_trackers(files), *_boards(files)]:
        if len(days) >= NEEDED:
            yield name, history_of(days, WorkingCalendar("office"), min(days), max(days)), DAYS
    for name, velocity in _velocities(files):
        made_up = tuple(date(2000, 1, 1) + timedelta(days=n) for n in range(len(velocity)))
        yield name, History(made_up, tuple(velocity)), SPRINTS


def _tables(files: Path) -> Iterator[tuple[str, list[date]]]:
    for path in sorted((files / "flow").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as table:
            found: dict[str, list[date]] = defaultdict(list)
            for row in csv.DictReader(table):
                if row["finished_date"]:
                    found[row["project"]].append(date.fromisoformat(row["finished_date"]))
        for project, days in sorted(found.items()):
            yield f"flow/{path.stem}/{project}", days


def _trackers(files: Path) -> Iterator[tuple[str, list[date]]]:
    """Issues as GitHub gives them: the day on which each was closed."""
    for path in sorted((files / "github").glob("*issues-2*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as text:
            issues = json.load(text)
        yield f"github/{path.name.split('-issues')[0]}", [date.fromisoformat(i["closedAt"][:10]) for i in issues if i.get("closedAt")]


def _boards(files: Path) -> Iterator[tuple[str, list[date]]]:
    """Trello: the last time that a card came into a list whose name says that it is done."""
    for path in sorted((files / "trello").glob("*.json")):
        last: dict[str, date] = {}
        for action in sorted(json.loads(path.read_text(encoding="utf-8"))["actions"], key=lambda a: a["date"]):
            after = action["data"].get("listAfter")
            if after and after["name"].strip().lower() in ("done", "complete", "completed"):
                last[action["data"]["card"]["id"]] = date.fromisoformat(action["date"][:10])
        yield f"trello/{path.stem}", list(last.values())


def _velocities(files: Path) -> Iterator[tuple[str, list[int]]]:
    """Points that a board delivered per sprint: what stood in the sprint plus the difference to it, a sum that is the same
    at all four moments of the data. A sprint on several boards counts on the smallest that is long enough; one without points is left out."""
    for path in sorted((files / "jira-agile").glob("sprints-*-iteration-0.csv")):
        with path.open(newline="", encoding="cp1252", errors="replace") as table:
            rows = [row for row in csv.DictReader(table) if None not in row]  # a bare comma in a name shifts the row
        with_points = [(row, *velocity) for row in rows if any(velocity := _velocity(row))]
        size = Counter(row["boardid"] for row, _stood, _done in with_points)
        taken: set[str] = set()
        boards: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, _stood, done in sorted(with_points, key=lambda found: (size[found[0]["boardid"]], found[0]["boardid"])):
            if size[row["boardid"]] >= LEAST_SPRINTS and row["sprintid"] not in taken:
                taken.add(row["sprintid"])
                boards[row["boardid"]].append((int(row["sprintid"]), max(0, round(done))))
        source = path.name.split("-")[1]
        for board, sprints in sorted(boards.items(), key=lambda pair: int(pair[0])):
            if len(sprints) >= LEAST_SPRINTS:
                yield f"jira-agile/{source}/board {board}", [points for _id, points in sorted(sprints)]


def _velocity(row: dict[str, str]) -> tuple[float, float]:
    """Points that stood in the sprint, and those that were delivered."""
    stood = sum(float(row[name] or 0) for name in ("vel_todo", "vel_inprogress", "vel_done"))
    return stood, stood + float(row["vel_diff"] or 0)
