"""Thanks that the reader sees, with the records that they are for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models

from tandem.collaboration.models import Thanks
from tandem.kit import clock
from tandem.kit.types import Ref

MOST = 50
FRESH = timedelta(days=14)


@dataclass(frozen=True)
class Told:
    row: Thanks
    record: str


def on(user: Any, subject: models.Model, most: int = MOST) -> list[Thanks]:
    return list(Thanks.objects.visible_to(user).on(subject).select_related("sender", "receiver")[:most])


def of_person(user: Any, person_id: int, most: int = 10) -> list[Told]:
    return _told(user, Thanks.objects.visible_to(user).filter(receiver=person_id)[:most])


def of_people(user: Any, people: Iterable[int], most: int = 10) -> list[Told]:
    """What came to a team in the last thirteen weeks."""
    since = clock.today() - timedelta(weeks=13)
    return _told(user, Thanks.objects.visible_to(user).since(since).filter(receiver__in=list(people))[:most])


def fresh(user: Any, most: int = 4) -> list[Told]:
    """What came to oneself of late."""
    return _told(user, lately(user)[:most])


def lately(user: Any) -> Any:
    return Thanks.objects.visible_to(user).to(user).since(clock.today() - FRESH)


def page(user: Any, before: int | None) -> tuple[list[Told], int | None]:
    rows = Thanks.objects.visible_to(user)
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.select_related("sender", "receiver")[: MOST + 1])
    return _named(user, found[:MOST]), found[MOST - 1].pk if len(found) > MOST else None


def _told(user: Any, rows: Any) -> list[Told]:
    return _named(user, list(rows.select_related("sender", "receiver")))


def _named(user: Any, rows: list[Thanks]) -> list[Told]:
    """One query for each kind of record; what is for a record that the reader does not see is left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.subject_kind].add(row.subject_id)
    names: dict[Ref, str] = {}
    for kind, ids in wanted.items():
        seen = apps.get_model(kind)._default_manager.visible_to(user).filter(pk__in=ids)  # type: ignore[attr-defined]
        seen = seen.only("key", "title") if kind == "work.workitem" else seen.select_related("series") if kind == "governance.meeting" else seen
        names |= {Ref(kind, one.pk): str(one) for one in seen}
    return [Told(row, names[row.about]) for row in rows if row.about in names]
