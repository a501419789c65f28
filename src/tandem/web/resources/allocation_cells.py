"""Texts of the allocation grid's cells as bookings: names, shares, hours and days as people and Excel write them."""

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import pgettext

from tandem.kit.errors import Refused
from tandem.kit.text import fold
from tandem.people.models import Team, User
from tandem.reports.queries import allocation
from tandem.reports.queries.allocation import FULL_DAY, Span
from tandem.resources.actions import allocations
from tandem.resources.models import Booking, JobRole
from tandem.web.resources.bookings import subject as _subject
from tandem.web.resources.bookings import subjects
from tandem.work.actions.sheets import Problem

UNITS = ("percent", "hours", "days")
KIND = {"people": "person", "roles": "job_role", "teams": "team"}
_EMPTY = {"", "-", "–", "—", "0"}
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,4})?")


class Given(NamedTuple):
    """A row as it was sent."""

    place: int
    id: int | None
    version: int | None
    cells: dict[str, str]


class Frame(NamedTuple):
    """What the grid shows: of whom, in which weeks or months, counted in what."""

    by: str
    periods: list[Span]
    unit: str

    @property
    def kind(self) -> str:
        return KIND[self.by]

    def days(self) -> Span:
        return self.periods[0][0], self.periods[-1][1]


def whose(user: Any, by: str) -> Any:
    """Who can stand in the first column."""
    if by == "people":
        return User.objects.visible_to(user).active()
    return (JobRole if by == "roles" else Team).objects.visible_to(user)


def firm(is_hard: bool) -> str:
    return pgettext("booking", "firm") if is_hard else pgettext("booking", "soft")


class Cells:
    """Reads the rows of one block; `problems` holds what cannot be read, cell by cell."""

    def __init__(self, user: Any, frame: Frame, given: list[Given]) -> None:
        self.user, self.frame, self.given = user, frame, given
        self.problems: list[Problem] = []
        ids = [one.id for one in given if one.id is not None]
        self._rows = {row.pk: row for row in Booking.objects.visible_to(user).filter(pk__in=ids).select_related("person", "job_role", "team")}
        self._subjects = self._known_subjects()
        self._whose: dict[str, list[Any]] = defaultdict(list)
        if any(one.id is None for one in given):
            for row in whose(user, frame.by)[:5000]:
                self._whose[fold(str(row))].append(row)
        self._spans = {first.isoformat(): (first, last) for first, last in frame.periods}
        self._time: dict[int, allocation.Group] = {}

    def _known_subjects(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        if any(one.id is None for one in self.given):
            for _label, choices in subjects(self.user):
                for value, text in choices:
                    found[fold(text)].append(value)
        return found

    def lines(self) -> list[allocations.Line]:
        found = []
        for one in self.given:
            try:
                found.append(self._line(one))
            except Refused as problem:
                self.problems.append(Problem(one.place, problem.code, problem.field or "", problem.params))
        if self.frame.by == "people" and self.frame.unit != "percent" and not self.problems:
            self._time = allocation.of(self.user, "person", sorted({line.who["person"].pk for line in found}), self.frame.periods)
        return [self._counted(line) for line in found]

    def _line(self, one: Given) -> allocations.Line:
        row = self._rows.get(one.id) if one.id is not None else None
        if one.id is not None and row is None:
            raise Refused("row_gone")
        said = fold(one.cells.get("state", "")).strip()
        hard = {fold(firm(True)): True, fold(firm(False)): False, "firm": True, "soft": False, "": None}
        if said not in hard:
            raise Refused("choice_unknown", field="state")
        cells = {}
        for name, text in one.cells.items():
            if name in self._spans:
                cells[self._spans[name]] = _number(text, name)
        if row is not None:
            subject = _subject(self.user, f"{row.subject_kind}:{row.subject_id}")
            return allocations.Line(one.place, allocations.whom(row), subject, row.is_hard, cells, self.frame.days(), hard[said], one.version)
        person = self._named(self._whose, one.cells.get("who", ""), "who")
        subject = _subject(self.user, self._named(self._subjects, one.cells.get("subject", ""), "subject"))
        return allocations.Line(one.place, {self.frame.kind: person}, subject, bool(hard[said]), cells, self.frame.days())

    @staticmethod
    def _named(known: dict[str, list[Any]], text: str, field: str) -> Any:
        found = known.get(fold(" ".join(text.split())), [])
        if not found:
            raise Refused("name_unknown_here" if text.strip() else "field_missing_here", field=field, name=text.strip()[:100])
        if len(found) > 1:
            raise Refused("name_of_several", field=field, name=text.strip()[:100])
        return found[0]

    def _counted(self, line: allocations.Line) -> allocations.Line:
        """Hours and days as a share of the time that they have then."""
        if self.frame.unit == "percent":
            return line
        for span, value in list(line.cells.items()):
            hours = value * (Decimal(str(FULL_DAY)) if self.frame.unit == "days" else 1)
            time = self._time_in(line, span)
            if hours and not time:
                self.problems.append(Problem(line.place, "no_time_then", span[0].isoformat()))
                continue
            line.cells[span] = (100 * hours / time).quantize(Decimal("0.01")) if hours else Decimal(0)
        return line

    def _time_in(self, line: allocations.Line, span: Span) -> Decimal:
        if self.frame.by != "people":
            days = sum((span[0].toordinal() + n - 1) % 7 < 5 for n in range((span[1] - span[0]).days + 1))
            return Decimal(str(days * FULL_DAY))
        group = self._time.get(line.who["person"].pk)
        return Decimal(str(round(float(group.time[self.frame.periods.index(span)]), 4))) if group else Decimal(0)


def _number(text: str, name: str) -> Decimal:
    plain = text.strip().removesuffix("%").strip().lower().removesuffix("h").strip()
    if plain in _EMPTY:
        return Decimal(0)
    if not _NUMBER.fullmatch(plain):
        raise Refused("number_unreadable", field=name)
    return Decimal(plain.replace(",", "."))


def shown(value: float) -> str:
    """A number as it is typed: nothing for nothing, one digit behind the point at most."""
    return f"{round(value, 1):g}" if value >= 0.05 else ""


def counted(line: allocation.Line, unit: str) -> list[str]:
    values = line.percent if unit == "percent" else line.hours / (FULL_DAY if unit == "days" else 1)
    return [shown(float(value)) for value in values]
