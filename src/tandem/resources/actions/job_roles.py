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
    require(actor, _DO, space.pk)
    values["name"] = names.free(JobRole.objects.filter(space=space), values["name"])
    return writing.create(JobRole, actor=actor, permission=_DO, verb="job_role.created", space=space, **values)


def change(*, actor: Any, job_role: JobRole, version: int | None, **values: Any) -> JobRole:
    require(actor, _DO, job_role.space_id)
    if "name" in values:
        values["name"] = names.free(JobRole.objects.filter(space=job_role.space_id).exclude(pk=job_role.pk), values["name"])
    return writing.change(job_role, actor=actor, permission=_DO, verb="job_role.changed", version=version, **values)


def remove(*, actor: Any, job_role: JobRole, version: int | None = None) -> None:
    """Not while somebody has it, or a rate was ever set for it."""
    require(actor, _DO, job_role.space_id)
    if job_role.holders.exists() or job_role.rates.exists():
        raise Refused("resource_in_use", name=job_role.name)
    writing.remove(job_role, actor=actor, permission=_DO, verb="job_role.removed", version=version)
