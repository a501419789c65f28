"""In whose place somebody may say a verdict on a day: delegations that stand, of the space of a request or above it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tandem.governance import sides
from tandem.governance.models import ChangeRequest, Delegation, Side
from tandem.kit import clock
from tandem.people.models import Space, User
from tandem.people.scoping import know_all
from tandem.planning.models import PlanChange
from tandem.resources.models import TimeOff


class Lent:
    """The delegations of a day, read once for many requests."""

    def __init__(self, on: date | None = None) -> None:
        day = on or clock.today()
        rows = list(Delegation.objects.on(day).select_related("giver", "delegate").order_by("id"))
        self.parents = dict(Space.objects.values_list("id", "parent_id")) if rows else {}
        away = set(TimeOff.objects.approved().during(day, day).filter(person__in={one.giver_id for one in rows if one.is_away_only}).values_list("person_id", flat=True))
        self.rows = [one for one in rows if not one.is_away_only or one.giver_id in away]
        know_all({person for one in self.rows for person in (one.giver, one.delegate)})

    def below(self, user: Any) -> set[int]:
        """The spaces in which somebody's voice is lent to this person."""
        tops = {one.space_id for one in self.rows if one.delegate_id == user.pk}
        found, more = set(tops), tops
        while more:
            more = {pk for pk, parent in self.parents.items() if parent in more} - found
            found |= more
        return found

    def on(self, request: ChangeRequest, changes: list[PlanChange]) -> list[Delegation]:
        """Those that hold for this content there. The side and the places are asked of the giver."""
        above, at = set[int](), request.space_id
        while at is not None and at not in above:
            above.add(at)
            at = self.parents.get(at)
        kinds = sides.kinds_of(changes)
        return [one for one in self.rows if one.space_id in above and (not one.kinds or kinds <= set(one.kinds))]


def usable(one: Delegation, request: ChangeRequest, side: str, changes: Iterable[PlanChange]) -> bool:
    """Whether the voice is the giver's to say, and the delegate has an account and sees the request."""
    return one.delegate.is_active and request.is_seen_by(one.delegate) and sides.may_speak(one.giver, request, side, changes)


def found(user: Any, giver: User, request: ChangeRequest, side: str, changes: list[PlanChange]) -> Delegation | None:
    """By which delegation the person may say what the giver could say to this content today."""
    rows = Lent().on(request, changes)
    return next((one for one in rows if (one.delegate_id, one.giver_id) == (user.pk, giver.pk) and usable(one, request, side, changes)), None)


def takers(request: ChangeRequest, changes: list[PlanChange], lent: Lent | None = None) -> list[tuple[str, Delegation]]:
    """(side, delegation) of everybody who could speak in the place of somebody now; who wrote any of it neither lends nor takes a voice."""
    wrote = sides.wrote(request, changes)
    rows = [one for one in (lent or Lent()).on(request, changes) if not {one.giver_id, one.delegate_id} & wrote]
    return [(side, one) for side in Side.values for one in rows if usable(one, request, side, changes)]

