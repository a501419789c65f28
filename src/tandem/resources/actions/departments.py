"""Departments: a tree without circles."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.resources.actions import names
from tandem.resources.models import Department

_DO = Permission.MANAGE_RESOURCES


def create(*, actor: Any, space: Space, **values: Any) -> Department:
    """Parts of one department have different names; a part stands in the space of the whole."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        _check(space.pk, None, values)
        return writing.create(Department, actor=actor, permission=_DO, verb="department.created", space=space, **values)


def change(*, actor: Any, department: Department, version: int | None, **values: Any) -> Department:
    require(actor, _DO, department.space_id)
    with transaction.atomic():
        _check(department.space_id, department, values)
        return writing.change(department, actor=actor, permission=_DO, verb="department.changed", version=version, **values)


def remove(*, actor: Any, department: Department, version: int | None = None) -> None:
    """Not while it has parts or people."""
    require(actor, _DO, department.space_id)
    if department.children.exists():
        raise Refused("has_parts")
    if department.employments.exists():
        raise Refused("resource_in_use", name=department.name)
    writing.remove(department, actor=actor, permission=_DO, verb="department.removed", version=version)


def _check(space_id: int, row: Department | None, values: dict[str, Any]) -> None:
    """The whole tree of the space is locked, so that two moves cannot close a circle between them."""
    parents = dict(Department.objects.filter(space=space_id).select_for_update().order_by("pk").values_list("pk", "parent_id"))
    parent = values.get("parent", row and row.parent)
    if parent is not None and parent.pk not in parents:
        raise Refused("other_space", field="parent")
    at = parent.pk if parent else None
    while at is not None:
        if row is not None and at == row.pk:
            raise Refused("own_ancestor", field="parent")
        at = parents[at]
    rows = Department.objects.filter(space=space_id, parent=parent).exclude(pk=row.pk if row else None)
    values["name"] = names.free(rows, values.get("name", row and row.name))
