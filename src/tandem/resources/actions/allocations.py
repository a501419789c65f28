"""Cells of the allocation grid: how much of somebody is booked for what in a week, written as one block through the bookings."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import models, transaction

from tandem.history.record import within
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Space, User
from tandem.resources.actions import bookings, periods
from tandem.resources.models import Booking
from tandem.work.actions.sheets import Problem, RowsRefused

MOST = 150
"""Lines of one block."""
_DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Line:
    """What is booked of one person, job role or team (`who`) for one subject, firmly or softly. `cells` maps the first and last
    day of a week or month to per cent, 0 for nothing; `to_hard` makes what touches `shown` firm or soft. `seen` is the
    state that the writer saw: None for a line that they begin."""

    place: int
    who: dict[str, Any]
    subject: models.Model
    is_hard: bool
    cells: dict[Span, Decimal] = field(default_factory=dict)
    shown: Span = (date.min, date.max)
    to_hard: bool | None = None
    seen: int | None = None


def state_of(rows: Sequence[Booking]) -> int:
    """A number that is another one as soon as any of the bookings is."""
    return crc32(",".join(f"{row.pk}:{row.version}" for row in sorted(rows, key=lambda row: row.pk)).encode()) or 1


def write(*, actor: Any, lines: Sequence[Line], run: UUID, override_reason: str = "") -> None:
    """Every cell or none. What lessens is written before what adds, so that a block may move people from one thing to another;
    each rule of bookings holds, and what it refuses is told with its cell. `booking_runs.undo` takes the run back."""
    if len(lines) > MOST:
        raise Refused("rows_too_many", most=MOST)
    problems = list(_twice(lines))
    with transaction.atomic(), within(run):
        for person in sorted({line.who["person"].pk: line.who["person"] for line in lines if line.who.get("person")}.values(), key=lambda one: one.pk):
            periods.hold(person)
        # of roles and teams nobody is held: who else writes lines of the same place waits
        places = {line.subject.space_id for line in lines if not line.who.get("person")}  # type: ignore[attr-defined]
        list(Space.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk").values_list("pk"))
        steps = [_Steps(actor, line, override_reason) for line in lines]
        for do in (_Steps.check, _Steps.lessen, _Steps.switch, _Steps.add):
            for step in steps:
                problems += step.tried(do)
        if problems:
            raise RowsRefused(sorted(problems, key=lambda p: p.place))


def _twice(lines: Sequence[Line]) -> Iterator[Problem]:
    met: dict[tuple[Any, ...], int] = {}
    for line in lines:
        key = (*sorted((name, one.pk) for name, one in line.who.items() if one), line.subject._meta.label_lower, line.subject.pk, line.is_hard)
        if key in met:
            yield Problem(line.place, "line_twice", "subject", {"row": met[key]})
        met.setdefault(key, line.place)


class _Steps:
    """One line on its way: what stands there, what of it goes, and what comes."""

    def __init__(self, actor: Any, line: Line, reason: str) -> None:
        self.actor, self.line, self.reason = actor, line, reason
        self.rows: list[Booking] = []
        self.is_out = False

    def tried(self, do: Callable[["_Steps"], None]) -> list[Problem]:
        """What stands against it; a line that was refused once is tried no further."""
        if self.is_out:
            return []
        try:
            with transaction.atomic():
                do(self)
        except (Stale, Hidden):
            found = Problem(self.line.place, "stale")
        except Denied:
            found = Problem(self.line.place, "booking_not_yours")
        except Refused as problem:
            found = Problem(self.line.place, problem.code, self._field(problem), problem.params)
        else:
            return []
        self.is_out = True
        return [found]

    def _field(self, problem: Refused) -> str:
        """The cell that is at fault; where it is the line, the line."""
        day = problem.params.get("day")
        cells = sorted(span for span, percent in self.line.cells.items() if percent)
        inside = [span for span in cells if day is not None and span[0] <= day <= span[1]] or (cells if problem.field in ("percent", "override_reason") else [])
        return inside[0][0].isoformat() if inside else problem.field or ""

    def check(self) -> None:
        line = self.line
        self.rows = list(of_line(Booking.objects.visible_to(self.actor), line.who, line.subject, line.is_hard).during(*line.shown).order_by("starts_on", "pk"))
        # a line that is begun was empty for whoever begins it
        if state_of(self.rows) != line.seen if line.seen is not None else self.rows:
            raise Stale(self.rows[0] if self.rows else None)

    def lessen(self) -> None:
        """Days of written cells are taken out of what stands there; what is left of it stays as it was."""
        kept: list[Booking] = []
        for row in self.rows:
            parts = _left((row.starts_on, row.ends_on), sorted(self.line.cells))
            if parts == [(row.starts_on, row.ends_on)]:
                kept.append(row)
                continue
            if not parts:
                bookings.remove(actor=self.actor, booking=row)
                continue
            for first, last in parts[1:]:
                copy = {name: getattr(row, name) for name in ("person", "job_role", "team", "percent", "is_hard", "note", "override_reason")}
                kept.append(row.__class__(starts_on=first, ends_on=last, **copy))
            bookings.change(actor=self.actor, booking=row, version=None, starts_on=parts[0][0], ends_on=parts[0][1])
            kept.append(row)
        self.rows = kept

    def switch(self) -> None:
        """Pieces that were cut off are written; the line becomes firm or soft."""
        for n, row in enumerate(self.rows):
            if row.pk is None:
                values = {name: getattr(row, name) for name in ("person", "job_role", "team", "starts_on", "ends_on", "percent", "is_hard", "note", "override_reason")}
                self.rows[n] = row = bookings.create(actor=self.actor, subject=self.line.subject, **values)
            if self.line.to_hard is not None and row.is_hard != self.line.to_hard:
                reason = {"override_reason": self.reason} if self.reason else {}
                bookings.change(actor=self.actor, booking=row, version=None, is_hard=self.line.to_hard, **reason)

    def add(self) -> None:
        for first, last, percent in _joined(self.line.cells):
            is_hard = self.line.is_hard if self.line.to_hard is None else self.line.to_hard
            before = next((row for row in self.rows if row.ends_on == first - _DAY and row.percent == percent and row.is_hard == is_hard and not row.override_reason), None)
            if before is not None and (last - before.starts_on).days < bookings.LONGEST and not self.reason:
                bookings.change(actor=self.actor, booking=before, version=None, ends_on=last)
                continue
            made = bookings.create(
                actor=self.actor, subject=self.line.subject, starts_on=first, ends_on=last, percent=percent, is_hard=is_hard, override_reason=self.reason, **self.line.who
            )
            self.rows.append(made)


def of_line(rows: Any, who: dict[str, Any], subject: models.Model, is_hard: bool) -> Any:
    """The bookings of one line; of a job role or team those without a name."""
    whose = {"person": None, "job_role": None, "team": None, **who}
    if whose["person"] is not None:
        del whose["job_role"]
    return rows.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk, is_hard=is_hard, **whose)


def _left(span: Span, cells: list[Span]) -> list[Span]:
    """What of the days is in none of the cells."""
    found, at = [], span[0]
    for first, last in cells:
        if last < at or first > span[1]:
            continue
        if first > at:
            found.append((at, first - _DAY))
        at = last + _DAY
    return found + ([(at, span[1])] if at <= span[1] else [])


def _joined(cells: dict[Span, Decimal]) -> list[tuple[date, date, Decimal]]:
    """Cells of the same share that follow each other as one."""
    found: list[tuple[date, date, Decimal]] = []
    for (first, last), percent in sorted(cells.items()):
        if not percent:
            continue
        if found and found[-1][2] == percent and found[-1][1] == first - _DAY and (last - found[-1][0]).days < bookings.LONGEST:
            found[-1] = (found[-1][0], last, percent)
        else:
            found.append((first, last, percent))
    return found


def lines_of(rows: Sequence[Booking]) -> dict[tuple[Any, ...], list[Booking]]:
    """Bookings by line: whom, for what, firm or not."""
    found: dict[tuple[Any, ...], list[Booking]] = defaultdict(list)
    for row in rows:
        whom = ("person", row.person_id) if row.person_id else ("job_role", row.job_role_id) if row.job_role_id else ("team", row.team_id)
        found[(*whom, row.subject_kind, row.subject_id, row.is_hard)].append(row)
    return found


def whom(row: Booking) -> dict[str, Any]:
    """Of whom a booking is, as a line names them."""
    person: User | None = row.person
    return {"person": person} if person else {"job_role": row.job_role} if row.job_role_id else {"team": row.team}
