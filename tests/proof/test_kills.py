"""`kill -9` of everything, during writes and imports: nothing acknowledged is lost, nothing is done by half or twice,
and the next start is clean."""

import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.proof import report
from tests.proof.running import Tandem, tandem, wait_until
from tests.proof.writers import Counter, Writer, Written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc")
KINDS = ("worker", "postmaster", "web", "supervisor", "web child")
SEED = 20_261_121
LONGEST_START = 30  # on a machine that is busy with other tests; the report says how long it really took


@dataclass
class Kills:
    """What a run did and measured."""

    done: list[str] = field(default_factory=list)
    away: dict[str, list[float]] = field(default_factory=dict)
    halves: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        longest = ", ".join(f"{kind} {max(found):.1f} s" for kind, found in sorted(self.away.items()))
        return f"{len(self.done)} kills; longest until writes were acknowledged again: {longest}"


def test_five_kills_lose_nothing(tmp_path):
    prove(tmp_path, kills=5, imports=2, rows=600, command="")


@pytest.mark.slow
def test_forty_kills_lose_nothing(tmp_path):
    prove(tmp_path, kills=40, imports=6, rows=3000, command="`pytest -m slow tests/proof/test_kills.py`")


def prove(place: Path, *, kills: int, imports: int, rows: int, command: str) -> None:
    files = [_csv(place / f"{name}.csv", rows) for name in ("alder", "birch", "cedar", "dogwood", "elder", "fir")[:imports]]
    with tandem() as one:
        one.serve()
        given = one.inside("prepare")
        written, stop = Written(), threading.Event()
        kinds = [Writer, Writer, Writer, Counter]
        writers = [kind(one, given["token"], given["space"], f"w{n}", written, stop) for n, kind in enumerate(kinds)]
        started = one.inside("start_imports", *map(str, files))
        for writer in writers:
            writer.start()
        kept = Kills()
        try:
            wait_until(lambda: len(written.acknowledged) > 10, 30, "nobody could write")
            _kill_again_and_again(one, kills, written, files, rows, kept)
            brought_back = wait_until(lambda: _jobs(one, started) == {"done"}, 300, "an import did not come back", pause=1)
        finally:
            stop.set()
            for writer in writers:
                writer.join(timeout=30)
        _check_writes(one, written)
        _check_imports(one, files, rows, kept)
        chain = _check_chain(one)
        ended = one.stop()
        wrong = [found for found in json.loads(one.command("doctor", "--json")) if found["state"] == "wrong"]
        assert wrong == []
        assert ended < 6
        figures = (
            f"{kept.sentence()}; {len(written.acknowledged)} writes acknowledged, 0 lost, 0 doubled "
            f"({written.repeated} sent again); {imports} imports of {rows} rows, 0 half, 0 doubled, the last one done "
            f"{brought_back:.0f} s after the last kill; {chain['events']} events sealed, chain verified; "
            f"starts at most {max(one.starts):.1f} s; orderly end {ended:.1f} s"
        )
        print(f"\n{figures}")
        if command:
            report.keep(f"kill -9 of web, worker, postmaster, supervisor ({kills})", figures, f"{command}, seed {SEED}")


def _kill_again_and_again(one: Tandem, kills: int, written: Written, files: list[Path], rows: int, kept: Kills) -> None:
    drawn = random.Random(SEED)
    order = [kind for _ in range(-(-kills // len(KINDS))) for kind in drawn.sample(KINDS, len(KINDS))][:kills]
    for which in order:
        time.sleep(drawn.uniform(0.3, 2.5))
        before = len(written.acknowledged)
        wait_until(lambda which=which: one.kill(which), 30, f"there was no {which} to kill")
        killed = time.monotonic()
        if which == "supervisor":
            assert one.serve() < LONGEST_START
        # two more: the first may have been under way when the kill came
        wait_until(lambda before=before: len(written.acknowledged) > before + 8, 60, f"no write after the kill of the {which}", pause=0.05)
        kept.done.append(which)
        kept.away.setdefault(which, []).append(time.monotonic() - killed)
        for file in files:
            count = _imported(one, file)
            if count not in (0, rows):
                kept.halves.append(f"{file.stem}: {count} of {rows} after the kill of the {which}")


def _check_writes(one: Tandem, written: Written) -> None:
    assert written.refused == []
    stored = dict(one.rows("SELECT title, count(*) FROM work_workitem WHERE title LIKE 'w%%' GROUP BY title"))
    lost = [title for title in written.acknowledged if title not in stored and title != "count"]
    assert lost == []
    assert [title for title, count in stored.items() if count != 1] == []
    assert set(stored) <= written.sent
    ids = dict(one.rows("SELECT title, id FROM work_workitem WHERE title LIKE 'w%%'"))
    assert {t: i for t, i in written.acknowledged.items() if t != "count"}.items() <= ids.items()
    ((title, version),) = one.rows("SELECT title, version FROM work_workitem WHERE id = %s", written.counter)
    assert int(title.partition(":")[2]) >= written.counted
    events = "SELECT count(*) FROM history_event WHERE subject_kind = 'work.workitem' AND subject_id = %s AND verb = %s"
    assert one.rows(events, written.counter, "work_item.changed") == [(version - 1,)]
    uneven = (
        "SELECT i.id FROM work_workitem i LEFT JOIN history_event e ON e.subject_kind = 'work.workitem' "
        "AND e.subject_id = i.id AND e.verb = 'work_item.created' GROUP BY i.id HAVING count(e.id) <> 1"
    )
    assert one.rows(uneven) == []


def _check_imports(one: Tandem, files: list[Path], rows: int, kept: Kills) -> None:
    assert kept.halves == []
    assert {file.stem: _imported(one, file) for file in files} == {file.stem: rows for file in files}


def _check_chain(one: Tandem) -> dict[str, int]:
    wait_until(lambda: one.rows("SELECT count(*) FROM history_unsealed") == [(0,)], 10, "events wait for their seal")
    chain = one.inside("verify")
    assert chain["faults"] == []
    assert chain["events"] == chain["seals"]
    return chain


def _imported(one: Tandem, file: Path) -> int:
    return int(one.rows("SELECT count(*) FROM work_workitem WHERE title LIKE %s", f"{file.stem} %")[0][0])


def _jobs(one: Tandem, started: list[dict[str, int]]) -> set[str]:
    ids = [each["job"] for each in started]
    found = one.rows("SELECT state, error FROM collaboration_job WHERE id = ANY(%s)", ids)
    assert not [error for state, error in found if state in ("failed", "cancelled")], found
    return {state for state, _error in found}


def _csv(path: Path, rows: int) -> Path:
    lines = [f"{n},{path.stem} step {n},Open,2024-03-{n % 28 + 1:02}" for n in range(1, rows + 1)]
    path.write_text("\n".join(["ID,Title,Status,Created", *lines]) + "\n", encoding="utf-8")
    return path
