"""Customers and segments: who they are and how much their word counts."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.product.models import Customer, Segment

_DO = Permission.EDIT_PRODUCT


def create(*, actor: Any, space: Space, name: str, **values: Any) -> Customer:
    """One name once in a space; the segment is one that the space knows."""
    _refuse(Customer, space.pk, name, None)
    _refuse_foreign(space.pk, values.get("segment"))
    return writing.create(
        Customer, actor=actor, permission=_DO, verb="customer.created", space=space, name=name.strip(), personal=("name", "note"), **values
    )


def change(*, actor: Any, customer: Customer, version: int | None, **values: Any) -> Customer:
    require(actor, _DO, customer.space_id)
    if "name" in values:
        _refuse(Customer, customer.space_id, values["name"], customer.pk)
    _refuse_foreign(customer.space_id, values.get("segment"))
    return writing.change(
        customer, actor=actor, permission=_DO, verb="customer.changed", version=version, personal=("name", "note"), **values
    )


def remove(*, actor: Any, customer: Customer, version: int | None = None) -> None:
    """What they said stays, without their name."""
    writing.remove(customer, actor=actor, permission=_DO, verb="customer.removed", version=version)


def create_segment(*, actor: Any, space: Space, name: str, **values: Any) -> Segment:
    _refuse(Segment, space.pk, name, None)
    return writing.create(Segment, actor=actor, permission=_DO, verb="segment.created", space=space, name=name.strip(), **values)


def change_segment(*, actor: Any, segment: Segment, version: int | None, **values: Any) -> Segment:
    """Another weight counts at once, for all customers of the segment who have none of their own."""
    require(actor, _DO, segment.space_id)
    if "name" in values:
        _refuse(Segment, segment.space_id, values["name"], segment.pk)
    return writing.change(segment, actor=actor, permission=_DO, verb="segment.changed", version=version, **values)


def remove_segment(*, actor: Any, segment: Segment, version: int | None = None) -> None:
    """Not while customers belong to it."""
    require(actor, _DO, segment.space_id)
    if count := segment.customers.count():
        raise Refused("segment_in_use", count=count)
    writing.remove(segment, actor=actor, permission=_DO, verb="segment.removed", version=version)


def _refuse(model: type[Customer] | type[Segment], space_id: int, name: str, own: int | None) -> None:
    if not name.strip():
        raise Refused("title_empty", field="name")
    if model.objects.filter(space_id=space_id, name=name.strip()).exclude(pk=own).exists():
        raise Refused("name_taken", field="name", name=name.strip())


def _refuse_foreign(space_id: int, segment: Segment | None) -> None:
    if segment is not None and segment.space_id != space_id:
        raise Refused("other_space", field="segment_id")
