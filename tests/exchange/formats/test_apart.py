"""A stranger's file is read in a process of its own: the same records, and what exhausts a reader ends only that."""

import os
import signal
from pathlib import Path

import pytest

from tandem.exchange.formats import Unreadable, open_source
from tandem.exchange.formats.apart import Apart

REAL = Path(os.environ.get("TANDEM_TEST_FILES", "../shared/data"))
SMALL = ["jira-agile", "trello", "msproject"]


@pytest.fixture
def table(tmp_path):
    def of(rows: int, width: int = 10) -> Path:
        path = tmp_path / "work.csv"
        lines = (f"{'Mole ' * width}{n},Open,bad date {n}" for n in range(rows))
        path.write_text("\n".join(["Title,Status,Due", *lines]))
        return path

    return of


def running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_records_are_those_of_a_reader_in_this_process(table):
    path = table(950)  # more than one batch, the last one not full
    here = open_source(path)
    records = list(here.records())
    with Apart([path]) as there:
        assert (there.info, there.format, there.system, there.columns) == (here.info, here.format, here.system, here.columns)
        assert list(there.records()) == records
        assert there.not_taken == here.not_taken != []
        assert there.notes == here.notes
        assert list(there.records()) == records, "it can be read again"


@pytest.mark.parametrize("folder", SMALL)
def test_real_files_are_read_apart_as_here(folder):
    files = [path for path in sorted((REAL / folder).rglob("*")) if path.suffix in (".csv", ".json", ".xml") and path.stat().st_size < 2_000_000]
    read = 0
    for path in files:
        try:
            here = open_source(path)
        except Unreadable as refused:
            with pytest.raises(Unreadable) as caught, Apart([path]):
                pass
            assert str(caught.value) == str(refused)
            continue
        with Apart([path]) as there:
            assert there.questions == here.questions
            if not here.questions:
                assert list(there.records()) == list(here.records())
                assert there.not_taken == here.not_taken
        read += 1
        if read == 3:
            return
    if not read:
        pytest.skip(f"no files in {folder}")


def test_a_file_that_takes_too_much_memory_is_refused_and_we_live(table):
    with pytest.raises(Unreadable) as caught, Apart([table(20_000, 40)], memory=24 << 20) as source:
        list(source.records())
    assert caught.value.code == "too_much_memory"
    assert "24 MB" in str(caught.value)


def test_a_refusal_keeps_its_place_and_its_words(tmp_path):
    path = tmp_path / "plan.xml"
    path.write_text("<Project><Tasks>")
    with pytest.raises(Unreadable) as here:
        open_source(path)
    with pytest.raises(Unreadable) as there:
        Apart([path])
    assert (there.value.code, there.value.where, there.value.params) == (here.value.code, here.value.where, here.value.params)


def test_a_reader_that_dies_is_a_refusal_not_a_crash(table):
    with Apart([table(50_000)]) as source:
        stream = source.records()
        next(stream)
        os.kill(source._worker._process.pid, signal.SIGTERM)
        with pytest.raises(Unreadable) as caught:
            list(stream)
    assert caught.value.code == "reader_died"


def test_who_stops_in_the_middle_leaves_no_process_behind(table):
    with Apart([table(50_000)]) as source:
        pid = source._worker._process.pid
        stream = source.records()
        next(stream)
        assert running(pid)
    assert not running(pid)
