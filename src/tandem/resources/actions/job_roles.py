"""Job roles: the words in which work asks for people before it knows their names."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.resources.actions import names
from tandem.resources.models import JobRole

_DO = Permission.MANAGE_RESOURCES


def create(*, actor: Any, space: Space, **values: Any) -> JobRole:
    """One of a name in a space."""
    return names.create(JobRole, "job_role.created", actor=actor, space=space, **values)


def change(*, actor: Any, job_role: JobRole, version: int | None, **values: Any) -> JobRole:
    return names.change(job_role, "job_role.changed", actor=actor, version=version, **values)


def remove(*, actor: Any, job_role: JobRole, version: int | None = None) -> None:
    """Not while somebody has it, it is booked, or a rate was ever set for it."""
    require(actor, _DO, job_role.space_id)
    if job_role.holders.exists() or job_role.rates.exists() or job_role.bookings.exists():
        raise Refused("resource_in_use", name=job_role.name)
    writing.remove(job_role, actor=actor, permission=_DO, verb="job_role.removed", version=version)
