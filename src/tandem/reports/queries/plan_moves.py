"""What moved since an earlier day's plan, as a reader sees it: names only of what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.people.models import Space, User
from tandem.planning.models import LevelledPlan
from tandem.reports.queries.scope import below
from tandem.work.models import WorkItem


@dataclass(frozen=True, slots=True)
class Shown:
    """`about` is the item that made it move, empty for one that the reader may not see."""

    item: WorkItem
    before: date
    after: date
    cause: dict[str, Any]
    about: str
    about_id: int | None
    other: str
    people: tuple[str, str]
    who: str

    @property
    def days(self) -> int:
        return (self.after - self.before).days


def shown(user: Any, plan: LevelledPlan, space: Space | None = None) -> list[Shown]:
    inside = below(user, space.pk) if space else user.visible_space_ids()
    moves = [one for one in plan.moves if one["space"] in inside]
    wanted = {one["item"] for one in moves} | {pk for one in moves for pk in (one["cause"].get("item"), one["cause"].get("other")) if pk}
    items = {one.pk: one for one in WorkItem.objects.visible_to(user).filter(pk__in=wanted).select_related("space")}
    people = _people(moves)
    found = []
    for one in moves:
        item, cause = items.get(one["item"]), one["cause"]
        if item is None:
            continue
        about, other = items.get(cause.get("item")), items.get(cause.get("other"))
        found.append(Shown(
            item, date.fromisoformat(one["before"]), date.fromisoformat(one["after"]), cause, str(about) if about else "", about.pk if about else None,
            str(other) if other else "", (_names(people, cause.get("gone", ())), _names(people, cause.get("come", ()))), _names(people, cause.get("who", ())),
        ))  # fmt: skip
    return found


def _people(moves: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Colleagues are seen by everybody."""
    wanted = {pk for one in moves for side in ("gone", "come", "who") for pk in one["cause"].get(side, ())}
    # house: reads — names of colleagues, whom everybody may see
    return dict(User.objects.filter(pk__in=wanted).values_list("id", "name")) if wanted else {}


def _names(people: dict[int, str], ids: Iterable[int]) -> str:
    return ", ".join(people[pk] for pk in ids if pk in people)
