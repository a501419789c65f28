"""Names of a catalogue, such as job roles and skills: there is one of each in a space, however it is written."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import HandedDown

R = TypeVar("R", bound=HandedDown)
_DO = Permission.MANAGE_RESOURCES


def create(model: type[R], verb: str, *, actor: Any, space: Space, **values: Any) -> R:
    """By who manages resources there."""
    require(actor, _DO, space.pk)
    values["name"] = free(model.objects.filter(space=space), values["name"])
    return writing.create(model, actor=actor, permission=_DO, verb=verb, space=space, **values)


def change(row: R, verb: str, *, actor: Any, version: int | None, **values: Any) -> R:
    require(actor, _DO, row.space_id)
    if "name" in values:
        values["name"] = free(type(row).objects.filter(space=row.space_id).exclude(pk=row.pk), values["name"])
    return writing.change(row, actor=actor, permission=_DO, verb=verb, version=version, **values)


def free(rows: QuerySet[Any], name: str) -> str:
    """The name without needless blanks; refused when one of the rows has it."""
    plain = " ".join(name.split())
    if not plain:
        raise Refused("title_empty", field="name")
    if rows.filter(name__iexact=plain).exists():
        raise Refused("name_taken", field="name", name=plain)
    return plain
