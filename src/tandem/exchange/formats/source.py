"""What every reader is: a Source that answers what it is, what must be asked, and then yields records."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tandem.exchange.formats.reasons import UNREADABLE
from tandem.exchange.records import Note, NotTaken, Record, SourceInfo

if TYPE_CHECKING:
    from tandem.exchange.formats.columns import Mapping as ColumnMapping
    from tandem.exchange.formats.report_columns import ReportMapping

DateOrder = Literal["dmy", "mdy", "ymd"]


class Unreadable(Exception):
    """A file that cannot be read: a code, the place in the file, and what is needed to word the reason."""

    def __init__(self, code: str, where: str = "", **params: str | int) -> None:
        self.code, self.where, self.params = code, where, params
        super().__init__(code)

    def __reduce__(self) -> tuple[Any, ...]:  # it may come from another process
        return _unreadable, (self.code, self.where, self.params)

    def __str__(self) -> str:
        text = UNREADABLE.get(self.code, self.code) % self.params
        return f"{text} ({self.where})" if self.where else text


def _unreadable(code: str, where: str, params: dict[str, str | int]) -> Unreadable:
    return Unreadable(code, where, **params)


@dataclass(frozen=True, slots=True)
class AmbiguousDates:
    """Numeric dates that fit more than one order: to be answered with `ReadOptions.date_order`."""

    column: str
    examples: tuple[str, ...]
    choices: tuple[DateOrder, ...] = ("dmy", "mdy")
    code: str = "date_order"


@dataclass(frozen=True, slots=True)
class MappingNeeded:
    """A table in which no column is recognisably the title: to be answered with `ReadOptions.mapping`."""

    headers: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    suggestion: Mapping[str, str]
    code: str = "mapping"


@dataclass(frozen=True, slots=True)
class AsOfNeeded:
    """Reports without their day: to be answered with `ReadOptions.as_of`."""

    code: str = "as_of"


Question = AmbiguousDates | MappingNeeded | AsOfNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """The answers that a person has given. `timezone` is used by the writer; readers never add one."""

    date_order: DateOrder | None = None
    timezone: str | None = None
    mapping: "ColumnMapping | None" = None
    reports: "ReportMapping | None" = None  # the columns of a table of project reports
    as_of: date | None = None
    money_unit: str = ""
    currency: str = ""
    holds_reports: bool = False  # a table that goes into a portfolio is one of project reports
    categories: Mapping[str, str] = field(default_factory=dict)  # state name → to_do, in_progress, done


@contextmanager
def as_refusal() -> Iterator[None]:
    """A value of a kind that no real export has (text for a number, a list for an object) refuses the file."""
    try:
        yield
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        raise Unreadable("malformed", reason=f"{type(error).__name__}: {error}"[:120]) from error


class Tally:
    """Counts what is not taken over, by name and reason, with the first place where it was met."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, what: str, why: str, where: str = "", count: int = 1) -> None:
        seen, first = self._rows.get((what, why), (0, where))
        self._rows[what, why] = (seen + count, first)

    def rows(self) -> list[NotTaken]:
        return [NotTaken(what, n, why, where) for (what, why), (n, where) in sorted(self._rows.items()) if n]


class Source(ABC):
    """One export. `info` and `questions` are known at once, `not_taken` when `records()` has run to its
    end.
    """

    system = ""

    def __init__(self, path: Path, format_name: str, options: ReadOptions) -> None:
        self.path, self.format, self.options = path, format_name, options
        self.questions: list[Question] = []
        self.notes: list[Note] = []
        self._tally = Tally()

    @property
    @abstractmethod
    def info(self) -> SourceInfo: ...

    @abstractmethod
    def _read(self) -> Iterator[Record]: ...

    def records(self) -> Iterator[Record]:
        """Stream the records; may be called again. Refuses while a question is open."""
        if self.questions:
            raise Unreadable("question_open", question=self.questions[0].code)
        self._tally = Tally()
        return self._guarded()

    def _guarded(self) -> Iterator[Record]:
        with as_refusal():
            yield from self._read()

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Of a table: its columns with what they were taken for, and a few values of each."""
        return []

    @property
    def not_taken(self) -> list[NotTaken]:
        return self._tally.rows()

    def note(self, code: str, **params: str | int) -> None:
        note = Note(code, params)
        if note not in self.notes:
            self.notes.append(note)


def digest(*parts: str) -> str:
    """A short stable id for what has none in the source."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def clean(text: str | None) -> str:
    """Text that a database accepts: no NUL, no lone surrogates; edges trimmed."""
    if not text:
        return ""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.strip()


def number(text: str) -> float | None:
    """A number written with a point or a comma, None when it is not one."""
    raw = text.strip().replace("\u00a0", "").replace(" ", "")
    if raw.count(",") == 1 and "." not in raw:
        raw = raw.replace(",", ".")
    try:
        found = float(raw.replace(",", ""))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None
