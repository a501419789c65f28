"""Making and changing teams."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.models import Space, Team, User

_DO = Permission.EDIT_PORTFOLIO


def create(*, actor: Any, space: Space, name: str, members: Iterable[User] = ()) -> Team:
    with transaction.atomic():
        team = writing.create(Team, actor=actor, permission=_DO, verb="team.created", space=space, name=name)
        team.members.set(members)
    return team


def change(
    *, actor: Any, team: Team, version: int | None, members: Iterable[User] | None = None, **values: Any
) -> Team:
    """Name and members together, or neither."""
    with transaction.atomic():
        team = writing.change(
            team, actor=actor, permission=_DO, verb="team.changed", version=version, **values
        )
        if members is not None:
            before = sorted(team.members.values_list("pk", flat=True))
            after = sorted(u.pk for u in members)
            if before != after:
                writing.require(actor, _DO, team.space_id)
                team.members.set(after)
                record("team.changed", team, actor=actor, changes={"members": [before, after]})
    return team


def remove(*, actor: Any, team: Team, version: int | None = None) -> None:
    writing.remove(team, actor=actor, permission=_DO, verb="team.removed", version=version)
