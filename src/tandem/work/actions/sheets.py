"""Rows of a spreadsheet: changes and new items that came in one block, checked together and written together."""

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.models import Space
from tandem.work.actions import derived, work_items
from tandem.work.models import WorkItem

MOST = 1000
"""Rows of one block."""


@dataclasses.dataclass(frozen=True)
class Row:
    """`values` for an item as the writer saw it at `version`, or for a new one of `space`. `place` is the row's number."""

    place: int
    values: dict[str, Any]
    item: WorkItem | None = None
    version: int | None = None
    space: Space | None = None


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a row was not taken: a code of the refusals, the field if it is one's fault, and the item if it is newer."""

    place: int
    code: str
    field: str = ""
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    current: WorkItem | None = None


class RowsRefused(Refused):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("rows_refused", n=len({p.place for p in problems}))
        self.problems = list(problems)


def write(*, actor: Any, rows: Sequence[Row], run: UUID, override_reason: str = "") -> dict[int, WorkItem]:
    """Every row or none. What a rule refuses is told for all rows at once; a row that somebody changed since the writer
    saw it is refused, not overwritten. Place → the item as it is now; `undoing.undo` takes the run back."""
    if len(rows) > MOST:
        raise Refused("rows_too_many", most=MOST)
    problems: list[Problem] = []
    written: dict[int, WorkItem] = {}
    with transaction.atomic(), derived.together():
        # items in one order, so that two blocks wait for each other instead of locking each other out
        for row in sorted(rows, key=lambda r: (r.item is None, r.item.pk if r.item else r.place)):
            try:
                written[row.place] = _write(actor, row, run, override_reason)
            except Stale as problem:
                problems.append(Problem(row.place, "stale", current=problem.current))
            except Refused as problem:
                problems.append(Problem(row.place, problem.code, problem.field or "", problem.params))
            except Denied:
                problems.append(Problem(row.place, "row_not_yours"))
            except ValidationError as problem:
                problems.extend(_invalid(row.place, problem))
        if problems:
            raise RowsRefused(sorted(problems, key=lambda p: p.place))
    return written


def _write(actor: Any, row: Row, run: UUID, reason: str) -> WorkItem:
    if row.item is not None:
        if row.item.removed_at is not None:
            raise Stale(row.item)
        return work_items.change(
            actor=actor, item=row.item, version=row.version, run=run, override_reason=reason, **row.values
        )
    if row.space is None:
        raise Refused("row_without_project", field="project")
    values = {"title": "", **row.values}
    return work_items.create(actor=actor, space=row.space, run=run, override_reason=reason, **values)


def _invalid(place: int, problem: ValidationError) -> list[Problem]:
    told = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
    return [Problem(place, "row_invalid", name, {"why": " ".join(said)}) for name, said in told.items()]
