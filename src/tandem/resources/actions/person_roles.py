"""Who has which job role, and which one mainly."""

from typing import Any

from django.db import transaction

from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.resources.actions import periods
from tandem.resources.models import JobRole, PersonRole

_DO = Permission.MANAGE_RESOURCES


def create(*, actor: Any, person: User, job_role: JobRole, space: Space | None = None, **values: Any) -> PersonRole:
    """The same role once at a time, and one main role at a time; kept where the role is, unless another space is named."""
    space = space or job_role.space
    require(actor, _DO, space.pk)
    with transaction.atomic():
        periods.hold(person)
        _check(None, person, job_role, values)
        return writing.create(
            PersonRole, actor=actor, permission=_DO, verb="person_role.created", space=space, person=person, job_role=job_role, **values
        )


def change(*, actor: Any, person_role: PersonRole, version: int | None, **values: Any) -> PersonRole:
    require(actor, _DO, person_role.space_id)
    with transaction.atomic():
        periods.hold(person_role.person)
        _check(person_role, person_role.person, person_role.job_role, values)
        return writing.change(person_role, actor=actor, permission=_DO, verb="person_role.changed", version=version, **values)


def remove(*, actor: Any, person_role: PersonRole, version: int | None = None) -> None:
    """A role that somebody never had. Who no longer has it gets a last day instead."""
    writing.remove(person_role, actor=actor, permission=_DO, verb="person_role.removed", version=version)


def _check(row: PersonRole | None, person: User, job_role: JobRole, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    starts_on, ends_on = one("starts_on"), one("ends_on")
    periods.in_order(starts_on, ends_on)
    rows = PersonRole.objects.filter(person=person).exclude(pk=row.pk if row else None)
    periods.alone(rows.filter(job_role=job_role), starts_on, ends_on, "role_held_already")
    is_primary = values.get("is_primary", row.is_primary if row else True)
    if is_primary:
        periods.alone(rows.filter(is_primary=True), starts_on, ends_on, "main_role_already")
