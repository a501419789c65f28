"""`kill -9` of everything, during writes and imports: nothing acknowledged is lost, nothing is done by half or twice,
and the next start is clean."""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.proof import report
from tests.proof.running import Tandem, tandem, wait_until
from tests.proof.writers import Counter, Ledger, Writer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc")
KINDS = ("worker", "postmaster", "web", "supervisor", "web child")
SEED = 20_261_121
LONGEST_START = 120  # on a machine that is busy with other tests; the report says how long it really took
KEPT = "TANDEM_TEST_PROOF"
"Names a folder in which the full proof keeps its data and ledger: stopped, it goes on there."


def test_two_kills_lose_nothing(tmp_path):
    prove(tmp_path / "proof", ["postmaster", "web"], rows=150, stops_within=None, migrates=False, kinds=(Writer, Counter))


@pytest.mark.slow
def test_twenty_kills_lose_nothing(tmp_path):
    drawn = random.Random(SEED)
    order = [kind for _ in range(4) for kind in drawn.sample(KINDS, len(KINDS))]
    place = Path(os.environ.get(KEPT) or tmp_path / "proof")
    figures = prove(place, order, rows=800)
    command = f"`pytest -m slow tests/proof/test_kills.py`, seed {SEED}"
    report.keep(f"kill -9 of web, worker, postmaster, supervisor ({len(order)})", figures, command)


def prove(
    place: Path, order: list[str], *, rows: int, stops_within: int | None = 6, migrates: bool = True,
    kinds: Sequence[type[Writer]] = (Writer, Writer, Writer, Counter),
) -> str:  # fmt: skip
    """The kills of `order`, each while people write and an import runs; returns what was measured. Without `stops_within` it
    shares the machine with other tests: they take no more of it than they need, and nobody asks how long anything took."""
    place.mkdir(parents=True, exist_ok=True)
    with tandem(place) as one:
        ledger = Ledger(place / "ledger.jsonl")
        if not migrates:  # a bare start is tried in tests/config/test_cli.py
            one.skip_migrating()
        one.serve()
        if not ledger.given:
            ledger.note(given=one.inside("prepare"))
        stop = threading.Event()
        writers = [kind(one, f"w{n}r{ledger.runs}", ledger, stop, longest=0.06 if stops_within else 0.3) for n, kind in enumerate(kinds)]
        for writer in writers:
            writer.start()
        try:
            wait_until(lambda: len(ledger.acknowledged) > 2 * len(kinds), 240, "nobody could write")
            for number in range(len(ledger.kills), len(order)):
                _kill(one, number, order[number], ledger, rows, enough=2 * len(kinds))
            brought_back = wait_until(lambda: _come_to_their_end(one, ledger), 300, "an import did not come back", pause=1)
        finally:
            stop.set()
            for writer in writers:
                writer.join(timeout=120)
        _check_writes(one, ledger)
        _check_imports(one, ledger, rows)
        chain = _check_chain(one)
        ended = one.stop(20 if stops_within else 300)
        wrong = [found for found in json.loads(one.command("doctor", "--json")) if found["state"] == "wrong"]
        assert wrong == []
        assert stops_within is None or ended < stops_within, "seconds"
    figures = _sentence(ledger, rows, brought_back, chain, one, ended)
    print(f"\n{figures}")
    return figures


def _kill(one: Tandem, number: int, which: str, ledger: Ledger, rows: int, *, enough: int) -> None:
    drawn = random.Random(SEED * 1000 + number)
    name = f"import{number:02}"
    if name not in ledger.imports:
        file = _csv(ledger.path.with_name(f"{name}.csv"), rows)
        ledger.note(**{"import": name}, job=one.start_import(ledger.given["session"], file))
    wait_until(lambda: _state(one, ledger.imports[name]["job"]) != "waiting", 240, "nobody takes up the import", pause=0.02)
    time.sleep(drawn.uniform(0.0, 1.0))
    state, before = _state(one, ledger.imports[name]["job"]), len(ledger.acknowledged)
    wait_until(lambda: one.kill(which), 120, f"there was no {which} to kill")
    killed = time.monotonic()
    if which == "supervisor":
        assert one.serve() < LONGEST_START
    # more than one for each writer: the first may have been under way when the kill came
    wait_until(lambda: len(ledger.acknowledged) > before + enough, 180, f"no write after the kill of the {which}", pause=0.05)
    ledger.note(kill=which, number=number, during_import=state == "running", away=round(time.monotonic() - killed, 2))
    half = {name: count for name in ledger.imports if (count := _imported(one, name)) not in (0, rows)}
    assert half == {}, f"half an import after the kill of the {which}"


def _sentence(ledger: Ledger, rows: int, brought_back: float, chain: dict[str, int], one: Tandem, ended: float) -> str:
    kinds = sorted({kill["kill"] for kill in ledger.kills})
    longest = {kind: max(kill["away"] for kill in ledger.kills if kill["kill"] == kind) for kind in kinds}
    during = sum(kill["during_import"] for kill in ledger.kills)
    return (
        f"{len(ledger.kills)} kills, {during} of them in the middle of an import; longest until writes were acknowledged again: "
        f"{', '.join(f'{kind} {seconds:.1f} s' for kind, seconds in longest.items())}; "
        f"{len(ledger.acknowledged) + ledger.counted} writes acknowledged, 0 lost, 0 doubled ({ledger.repeated} sent again); "
        f"{len(ledger.imports)} imports of {rows} rows, 0 half, 0 doubled, the last one done {brought_back:.0f} s after the "
        f"last kill{_failed(ledger)}; {chain['events']} events sealed, chain verified; starts at most {max(one.starts):.1f} s; "
        f"orderly end {ended:.1f} s; doctor finds nothing wrong"
    )


def _failed(ledger: Ledger) -> str:
    return f" ({len(ledger.failed)} said that they failed, wrote nothing, and were started again)" if ledger.failed else ""


def _check_writes(one: Tandem, ledger: Ledger) -> None:
    assert ledger.refused == []
    stored = dict(one.rows("SELECT title, count(*) FROM work_workitem WHERE title LIKE 'w%%' GROUP BY title"))
    written = {title: number for title, number in ledger.acknowledged.items() if title != "count"}
    assert [title for title in written if title not in stored] == []
    assert [title for title, count in stored.items() if count != 1] == []
    assert set(stored) <= ledger.sent
    ids = dict(one.rows("SELECT title, id FROM work_workitem WHERE title LIKE 'w%%'"))
    assert written.items() <= ids.items()
    ((title, version),) = one.rows("SELECT title, version FROM work_workitem WHERE id = %s", ledger.counter)
    assert int(title.partition(":")[2]) >= ledger.counted
    events = "SELECT count(*) FROM history_event WHERE subject_kind = 'work.workitem' AND subject_id = %s AND verb = %s"
    assert one.rows(events, ledger.counter, "work_item.changed") == [(version - 1,)]
    uneven = (
        "SELECT i.id FROM work_workitem i LEFT JOIN history_event e ON e.subject_kind = 'work.workitem' "
        "AND e.subject_id = i.id AND e.verb = 'work_item.created' GROUP BY i.id HAVING count(e.id) <> 1"
    )
    assert one.rows(uneven) == []


def _check_imports(one: Tandem, ledger: Ledger, rows: int) -> None:
    assert {name: _imported(one, name) for name in ledger.imports} == dict.fromkeys(ledger.imports, rows)
    assert len(ledger.imports) == len(ledger.kills)


def _check_chain(one: Tandem) -> dict[str, int]:
    wait_until(lambda: one.rows("SELECT count(*) FROM history_unsealed") == [(0,)], 120, "events wait for their seal")
    chain = one.inside("verify")
    assert chain["faults"] == []
    assert chain["events"] == chain["seals"] + chain["unsealed"]
    return chain


def _imported(one: Tandem, name: str) -> int:
    return int(one.rows("SELECT count(*) FROM work_workitem WHERE title LIKE %s", f"{name} %")[0][0])


def _state(one: Tandem, job: int) -> str:
    return str(one.rows("SELECT state FROM collaboration_job WHERE id = %s", job)[0][0])


def _come_to_their_end(one: Tandem, ledger: Ledger) -> bool:
    """Whether every import is done. One that said that it failed has written nothing, and is started again as its owner
    would; the report counts these and says why."""
    names = {each["job"]: name for name, each in ledger.imports.items()}
    found = one.rows("SELECT id, state, error FROM collaboration_job WHERE id = ANY(%s)", list(names))
    for job, state, error in found:
        assert state != "cancelled"
        if state == "failed":
            assert _imported(one, names[job]) == 0
            again = one.start_import(ledger.given["session"], ledger.path.with_name(f"{names[job]}.csv"))
            ledger.note(failed=names[job], why=error)
            ledger.note(**{"import": names[job]}, job=again)
    return {state for _job, state, _error in found} == {"done"}


def _csv(path: Path, rows: int) -> Path:
    lines = [f"{n},{path.stem} step {n},Open" for n in range(1, rows + 1)]
    path.write_text("\n".join(["ID,Title,Status", *lines]) + "\n", encoding="utf-8")
    return path
