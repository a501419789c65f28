"""The plain writes that most nouns share: require → check → change → record → return."""

from typing import Any, TypeVar

from django.db import models, transaction

from tandem.history.record import record
from tandem.people.access import Permission, require
from tandem.people.scoping import Scoped

S = TypeVar("S", bound=Scoped)


def create(
    model: type[S],
    *,
    actor: Any,
    permission: Permission,
    verb: str,
    personal: tuple[str, ...] = (),
    **values: Any,
) -> S:
    """A new row in `values['space']`. Fields named in `personal` are recorded as erasable text."""
    space = values["space"]
    require(actor, permission, space.pk)
    with transaction.atomic():
        row = model(**values)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        shown = {
            f: [None, v]
            for f, v in values.items()
            if f not in personal and f != "space" and v not in ("", None)
        }
        text = {f: [None, values[f]] for f in personal if values.get(f)}
        record(verb, row, actor=actor, changes=shown, text=text)
    return row


def change(
    row: S,
    *,
    actor: Any,
    permission: Permission,
    verb: str,
    version: int | None,
    personal: tuple[str, ...] = (),
    **values: Any,
) -> S:
    """Write what differs; nothing differs, nothing is recorded. Raises `Stale` when the version is old."""
    require(actor, permission, row.space_id)
    before = {f: getattr(row, f) for f in values}
    differing = {f: v for f, v in values.items() if before[f] != v}
    if not differing:
        return row
    with transaction.atomic():
        for field, value in differing.items():
            setattr(row, field, value)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.write(expected=version, **differing)
        shown = {f: [before[f], v] for f, v in differing.items() if f not in personal}
        text = {f: [before[f], v] for f, v in differing.items() if f in personal}
        record(verb, row, actor=actor, changes=shown, text=text)
    return row


def remove(
    row: models.Model, *, actor: Any, permission: Permission, verb: str, version: int | None = None
) -> None:
    """Delete the row; its history stays."""
    require(actor, permission, row.space_id)  # type: ignore[attr-defined]
    with transaction.atomic():
        if version is not None and isinstance(row, Scoped):
            row.write(expected=version)
        record(verb, row, actor=actor, text={"row": [str(row), None]})
        row.delete()
