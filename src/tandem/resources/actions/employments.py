"""Joining, leaving, and how much somebody works: one term after the other."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.resources.actions import periods
from tandem.resources.models import Employment

_DO = Permission.MANAGE_RESOURCES


def create(*, actor: Any, space: Space, person: User, **values: Any) -> Employment:
    """Terms of one person never overlap, whatever the space; nobody reports to themselves."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        periods.hold(person)
        _check(None, person, values)
        return writing.create(Employment, actor=actor, permission=_DO, verb="employment.created", space=space, person=person, **values)


def change(*, actor: Any, employment: Employment, version: int | None, **values: Any) -> Employment:
    """To work less from a day on is a new term: end this one the day before."""
    require(actor, _DO, employment.space_id)
    with transaction.atomic():
        periods.hold(employment.person)
        _check(employment, employment.person, values)
        return writing.change(employment, actor=actor, permission=_DO, verb="employment.changed", version=version, **values)


def remove(*, actor: Any, employment: Employment, version: int | None = None) -> None:
    """A term that never was. Who leaves gets a last day instead."""
    writing.remove(employment, actor=actor, permission=_DO, verb="employment.removed", version=version)


def _check(row: Employment | None, person: User, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    periods.in_order(one("starts_on"), one("ends_on"))
    rows = Employment.objects.filter(person=person).exclude(pk=row.pk if row else None)
    periods.alone(rows, one("starts_on"), one("ends_on"), "employed_already")
    if one("manager") is not None and one("manager").pk == person.pk:
        raise Refused("own_manager", field="manager")
