"""Joining, leaving, and how much somebody works: one term after the other."""

from typing import Any

from django.db import transaction

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require, spaces_where
from tandem.people.models import Membership, Space, User
from tandem.resources.actions import periods
from tandem.resources.models import Employment

_DO = Permission.MANAGE_RESOURCES
_GIVES = {"manager", "starts_on", "ends_on"}
"""What a term says of who answers for the person, and when."""


def require_kept(actor: Any, person: User) -> None:
    """Where their last term is; of somebody without one, where all their memberships lie. Only who manages resources in the
    whole organisation takes on anybody else."""
    last = Employment.objects.filter(person=person).order_by("-starts_on").first()
    managed = spaces_where(actor, _DO)
    if last is not None:
        is_theirs = last.space_id in managed
    else:
        spaces = set(Membership.objects.filter(user=person).values_list("space_id", flat=True))
        is_theirs = spaces <= managed and (bool(spaces) or person.is_placeholder)
    if not is_theirs and not may(actor, _DO, Space.objects.values_list("pk", flat=True).get(parent=None)):
        raise Refused("kept_elsewhere", field="person", name=person.name)


def create(*, actor: Any, space: Space, person: User, **values: Any) -> Employment:
    """Terms of one person never overlap, whatever the space; nobody reports to themselves. By who manages resources where the
    person is kept so far: the manager whom a term names learns why somebody is away."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        periods.hold(person)
        require_kept(actor, person)
        _check(None, person, values)
        return writing.create(Employment, actor=actor, permission=_DO, verb="employment.created", space=space, person=person, **values)


def change(*, actor: Any, employment: Employment, version: int | None, **values: Any) -> Employment:
    """To work less from a day on is a new term: end this one the day before."""
    require(actor, _DO, employment.space_id)
    with transaction.atomic():
        periods.hold(employment.person)
        if any(values[name] != getattr(employment, name) for name in _GIVES & values.keys()):
            require_kept(actor, employment.person)
        _check(employment, employment.person, values)
        if "manager" in values and values["manager"] != employment.manager:
            values["manager_since"] = clock.now()
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
