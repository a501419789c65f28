"""What terms of a person must not do: overlap, or end before they begin. Checked while the person is locked."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from tandem.kit.errors import Refused
from tandem.people.models import User


def hold(person: User) -> None:
    """Two writers about one person come one after the other."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)


def in_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused("period_reversed", field="ends_on")


def alone(rows: QuerySet[Any], starts_on: date, ends_on: date | None, code: str) -> None:
    """Refused with `code` when one of the rows has a day in common with the term."""
    other = rows.during(starts_on, ends_on or date.max).order_by("starts_on").first()  # type: ignore[attr-defined]
    if other is not None:
        raise Refused(code, field="starts_on", starts_on=other.starts_on, ends_on=other.ends_on or "…")
