"""Critical path of 100,000 activities and 200,000 links: passes, an edit with the cached graph, beside pure Python."""

import statistics
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from tandem.compute.bench.table import Row, Table, command
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.slack import Network

ACTIVITIES, LINKS = 100_000, 200_000


def case(seed: int, n: int = ACTIVITIES, links: int = LINKS) -> dict[str, Any]:
    """A random network: links mostly to near successors, 80 % FS, 10 % SS, 7 % FF, 3 % SF, lags from -2 to 5."""
    chance = np.random.default_rng(seed)
    tail = chance.integers(0, n - 1, links)
    head = np.minimum(n - 1, tail + chance.geometric(min(1.0, 20 / n**0.75), links))
    kind = chance.choice(4, links, p=[0.8, 0.1, 0.07, 0.03])
    lag = chance.integers(-2, 6, links)
    lag = np.where(kind == 0, np.maximum(lag, 0), lag)
    return {"duration": chance.integers(1, 30, n), "tail": tail, "head": head, "kind": kind, "lag": lag}


def pure(
    duration: list[int], links: list[list[tuple[int, int]]]
) -> tuple[list[int], list[int], list[int], int]:
    """The reference: both passes, total and free slack in plain Python; `links` (head, gap) by tail, heads higher."""
    n = len(duration)
    early = [0] * n
    for v in range(n):
        at = early[v]
        for w, gap in links[v]:
            if at + gap > early[w]:
                early[w] = at + gap
    end = max(a + b for a, b in zip(early, duration, strict=True))
    late, free = [end - one for one in duration], [0] * n
    for v in range(n - 1, -1, -1):
        last = late[v]
        room = last - early[v]
        for w, gap in links[v]:
            last = min(last, late[w] - gap)
            room = min(room, early[w] - gap - early[v])
        late[v], free[v] = last, room
    return early, late, free, end


def run(
    *, set_: str | None = None, limit: int | None = None, seeds: int = 3, seconds: float | None = None,
    files: Path | None = None, out: Path | None = None, tell: Callable[[str], object] = print,
) -> Table:  # fmt: skip
    """Medians over the seeds, each of `limit` repetitions (9), processor time of one thread (neighbours on the
    machine do not count); the reference works on lists that lie ready. There are no sets: raises `Uncomputable` unknown_set for any."""
    if set_ is not None:
        raise Uncomputable("unknown_set", value=set_, allowed=())
    rows = [_seed(seed, limit or 9, tell) for seed in range(1, seeds + 1)]
    kernel, edit, plain, calendars, build = (statistics.median(column) for column in zip(*rows, strict=True))
    note = f"processor time, {ACTIVITIES:,} activities, {LINKS:,} links of all kinds, median of {seeds} seeds"
    return Table(
        "cpm",
        (
            Row("both passes, total and free slack", kernel, "ms", "≤ 5 ms", kernel <= 5, plain, "pure Python, same run", note),
            Row("the same after an edit, graph cached", edit, "ms", "≤ 60 ms", edit <= 60, plain, "pure Python, same run",
                "durations, lags, links added and taken away in turn"),
            Row("both passes with four calendars", calendars, "ms", note="all links and lags, slack in working slots"),
            Row("graph built from links", build, "ms", note="sorting once"),
        ),
        {"command": command("cpm"), "seeds": seeds, "repetitions": limit or 9},
    )  # fmt: skip


def _seed(seed: int, times: int, tell: Callable[[str], object]) -> tuple[float, ...]:
    given = case(seed)
    build, network = _timed(lambda: Network(**given), 3)
    kernel, slack = _timed(network.slack, times)
    links: list[list[tuple[int, int]]] = [[] for _ in given["duration"]]
    gap = given["lag"] + np.choose(
        given["kind"],
        [
            given["duration"][given["tail"]],
            0 * given["lag"],
            given["duration"][given["tail"]] - given["duration"][given["head"]],
            -given["duration"][given["head"]],
        ],
    )
    for a, b, g in zip(given["tail"].tolist(), given["head"].tolist(), gap.tolist(), strict=True):
        links[a].append((b, g))
    duration = given["duration"].tolist()
    plain, reference = _timed(lambda: pure(duration, links), 3)
    if (
        reference[3] != slack.finish
        or reference[1] != slack.late_start.tolist()
        or reference[2] != slack.free.tolist()
    ):
        raise AssertionError("the passes disagree with the reference")
    chance = np.random.default_rng(seed)
    edits = [_timed(lambda at=at: _edit(network, chance, at), 1)[0] for at in range(4 * times)]  # type: ignore[misc]
    works = np.arange(7 * 52)[None, :] % 7 < np.array([5, 6, 4, 7])[:, None]
    calendar = (np.arange(ACTIVITIES) % 4).astype(np.int32)
    calendared = Network(**given, calendar=calendar, working=np.tile(works, (1, 200)))
    calendars, _ = _timed(calendared.slack, times)
    tell(f"seed {seed}: {kernel:.1f} ms, edit {max(edits):.1f} ms at most, pure Python {plain:.0f} ms")
    return kernel, statistics.median(edits), plain, calendars, build


def _edit(network: Network, chance: np.random.Generator, at: int) -> Any:
    v, link = int(chance.integers(0, ACTIVITIES - 30)), int(chance.integers(0, LINKS))
    if at % 4 == 0:
        network.set_duration(v, int(chance.integers(1, 30)))
    elif at % 4 == 1:
        network.set_lag(link, int(chance.integers(0, 6)))
    elif at % 4 == 2:
        network.add_link(v, v + int(chance.integers(1, 30)), int(chance.integers(0, 4)), 1)
    else:
        network.remove_link(link)
    return network.slack()


def _timed(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Median milliseconds of processor time (after a first run, unless it is run once), and the last result."""
    answer = work() if times > 1 else None
    taken = []
    for _ in range(times):
        begin = process_time()
        answer = work()
        taken.append((process_time() - begin) * 1e3)
    return statistics.median(taken), answer
