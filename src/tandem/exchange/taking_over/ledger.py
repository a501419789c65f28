"""What of a source is here already: one external reference per row, and how many were made, changed or left."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from tandem.exchange.models import ExternalReference, Import
from tandem.people.models import Space

_MAX_ID = 200


def digest(*parts: Any) -> str:
    return hashlib.sha256("\x1f".join(map(repr, parts)).encode("utf-8", "replace")).hexdigest()


def fitting(source_id: str) -> str:
    """The id as the table holds it: over-long ones by their digest."""
    return source_id if len(source_id) <= _MAX_ID else "#" + hashlib.sha256(source_id.encode()).hexdigest()


@dataclass(slots=True)
class Entry:
    source_id: str
    subject: models.Model
    digest: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """All look-ups and writes are by batch. Counts are kept by kind."""

    def __init__(self, space: Space, system: str, imported: Import) -> None:
        self.space, self.system, self.imported = space, system, imported
        self.created: Counter[str] = Counter()
        self.updated: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.is_first = not self._rows().exists()

    def _rows(self) -> Any:
        return ExternalReference.objects.filter(space=self.space, system=self.system)

    def known(self, kind: str, source_ids: Iterable[str]) -> dict[str, ExternalReference]:
        """References by source id, as given; nothing is asked when the space has none of this system."""
        if self.is_first:
            return {}
        asked = {fitting(source_id): source_id for source_id in source_ids}
        rows = self._rows().filter(kind=kind, source_id__in=list(asked))
        return {asked[row.source_id]: row for row in rows}

    def of_tasks(self, kind: str, tasks: Iterable[str]) -> dict[str, ExternalReference]:
        """What hangs on tasks, by source id."""
        return {} if self.is_first else {row.source_id: row for row in self._rows().filter(kind=kind, data__task__in=list(tasks))}

    def all_of(self, kind: str) -> list[ExternalReference]:
        """All of a kind that earlier imports held."""
        return list(self._rows().filter(kind=kind).order_by("id"))

    def drop(self, rows: list[ExternalReference]) -> None:
        """What the source no longer has."""
        ExternalReference.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def subject_of(self, kind: str, source_id: str) -> int | None:
        """The row here of one that is there; also what this very import has made."""
        return self._rows().filter(kind=kind, source_id=source_id).values_list("subject_id", flat=True).first()

    def add(self, kind: str, entries: list[Entry], *, counted: bool = True) -> None:
        """Rows that this import has made (or has found to be the same as an existing one)."""
        ExternalReference.objects.bulk_create(
            [
                ExternalReference(
                    space=self.space, system=self.system, kind=kind, source_id=fitting(entry.source_id),
                    subject_kind=entry.subject._meta.label_lower, subject_id=entry.subject.pk,
                    digest=entry.digest, data=entry.data, seen_in=self.imported,
                )
                for entry in entries
            ],
            batch_size=1000,
        )  # fmt: skip
        if counted:
            self.created[kind] += len(entries)

    def update(self, kind: str, rows: list[tuple[ExternalReference, str, dict[str, Any]]], *, counted: bool = True) -> None:
        """Rows that the source has changed: their new digests and data."""
        for row, new_digest, data in rows:
            row.digest, row.data, row.seen_in = new_digest, data, self.imported
        ExternalReference.objects.bulk_update([row for row, _, _ in rows], ["digest", "data", "seen_in"], batch_size=500)
        if counted:
            self.updated[kind] += len(rows)

    def keep(self, kind: str, rows: list[ExternalReference], *, counted: bool = True) -> None:
        """Rows that are as they were."""
        if rows:
            ExternalReference.objects.filter(pk__in=[row.pk for row in rows]).update(seen_in=self.imported)
        if counted:
            self.unchanged[kind] += len(rows)

    def left_behind(self, kind: str) -> int:
        """Rows of an earlier import that this file no longer has."""
        return 0 if self.is_first else self._rows().filter(kind=kind).exclude(seen_in=self.imported).count()
