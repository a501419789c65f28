"""Making and changing teams."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, Team, User

_DO = Permission.EDIT_PORTFOLIO


def create(*, actor: Any, space: Space, name: str, members: Iterable[User] = ()) -> Team:
    require(actor, _DO, space.pk)
    with transaction.atomic():
        team = Team(space=space, name=name)
        team.full_clean(validate_unique=False, validate_constraints=False)
        team.save(force_insert=True)
        team.members.set(people := sorted({u.pk for u in members}))
        changes = {"name": [None, name]} | ({"members": [[], people]} if people else {})
        record("team.created", team, actor=actor, changes=changes)
    return team


def change(
    *, actor: Any, team: Team, version: int | None, members: Iterable[User] | None = None, **values: Any
) -> Team:
    """Name and members together, or neither."""
    with transaction.atomic():
        seen = team.version
        team = writing.change(
            team, actor=actor, permission=_DO, verb="team.changed", version=version, **values
        )
        after = None if members is None else sorted({u.pk for u in members})
        if after is not None and after != _members(team):
            require(actor, _DO, team.space_id)
            if team.version == seen:  # the name stays: the members alone are what two writers may change
                team.write(expected=version)
            before = _members(team)
            team.members.set(after)
            record("team.changed", team, actor=actor, changes={"members": [before, after]})
    return team


def _members(team: Team) -> list[int]:
    return sorted(team.members.values_list("pk", flat=True))


def remove(*, actor: Any, team: Team, version: int | None = None) -> None:
    writing.remove(team, actor=actor, permission=_DO, verb="team.removed", version=version)
