"""A file of a stranger is read in a process of its own with limited memory: one that was built to exhaust its reader
ends that process, is refused with the reason, and nobody else feels it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tandem.compute.worker import Stopped, Tell, Worker
from tandem.exchange import formats
from tandem.exchange.formats.source import Question, ReadOptions, Source, Unreadable
from tandem.exchange.records import Note, NotTaken, Record, SourceInfo

MEMORY = 1 << 30  # bytes
SECONDS = 900  # for the first look, which reads the whole file; afterwards the reader waits for the writer
_BATCH = 200


@dataclass(frozen=True, slots=True)
class _Opened:
    info: SourceInfo
    system: str
    questions: list[Question]
    notes: list[Note]
    columns: list[dict[str, Any]]


class Apart(Source):
    """What `open_source` gives, from another process. Use it in a `with`: its end is the end of the process."""

    def __init__(
        self, paths: Sequence[Path], wanted: str = "auto", options: ReadOptions | None = None, memory: int = MEMORY
    ) -> None:
        self._task = ([str(path) for path in paths], wanted, options)
        self._memory, self._worker = memory, Worker(memory=memory)
        try:
            with _as_unreadable(self._memory):
                self._opened = self._worker.run(_open, *self._task, seconds=SECONDS)
        except BaseException:
            self._worker.close()
            raise
        super().__init__(paths[0], self._opened.info.format, options or ReadOptions())
        self.system, self.questions, self.notes = self._opened.system, self._opened.questions, self._opened.notes
        self._left_out: list[NotTaken] = []

    def __enter__(self) -> "Apart":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.close()

    @property
    def info(self) -> SourceInfo:
        return self._opened.info

    @property
    def columns(self) -> list[dict[str, Any]]:
        return self._opened.columns

    @property
    def not_taken(self) -> list[NotTaken]:
        return self._left_out

    def _read(self) -> Iterator[Record]:
        with _as_unreadable(self._memory):
            batches = self._worker.stream(_tell_records, *self._task)
            while True:
                try:
                    batch = next(batches)
                except StopIteration as end:
                    self._left_out, self.notes = end.value
                    return
                yield from batch


@contextmanager
def _as_unreadable(memory: int) -> Iterator[None]:
    try:
        yield
    except Stopped as stopped:
        match stopped.code:
            case "out_of_memory":
                raise Unreadable("too_much_memory", limit=memory >> 20) from stopped
            case "timed_out":
                raise Unreadable("too_much_time", limit=SECONDS // 60) from stopped
            case _:
                raise Unreadable("reader_died", reason=str(stopped.params.get("detail", ""))[-120:]) from stopped


# -- in the process ----------------------------------------------------------------------------------------

_open_now: Source | None = None  # the process reads one file: first the look, then mostly its records


def _open(tell: Tell, paths: list[str], wanted: str, options: ReadOptions | None) -> _Opened:
    global _open_now
    source = _open_now = formats.open_source(paths, wanted, options)
    return _Opened(source.info, source.system, source.questions, source.notes, source.columns)


def _tell_records(
    tell: Tell, paths: list[str], wanted: str, options: ReadOptions | None
) -> tuple[list[NotTaken], list[Note]]:
    source = _open_now or formats.open_source(paths, wanted, options)
    batch: list[Record] = []
    for record in source.records():
        batch.append(record)
        if len(batch) == _BATCH:
            tell(batch)
            batch = []
    tell(batch)
    return source.not_taken, source.notes
