"""What the past says of estimates: of a type, a team, so many people; quarter by quarter; and of one item that is estimated now.

Figures of a group say something of those who worked there: they are told when three people or more did, to who plans every
project of it, and of one's own work. What stands on an item (its estimate, its time) everybody sees who sees the item."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from tandem.compute.forecasting.estimates import ENOUGH, Course, Learnt, back_test, bound, learn
from tandem.kit.errors import Refused
from tandem.people.access import Permission, spaces_where
from tandem.planning.estimate_history import ladder, said_of, team_of
from tandem.reports.queries import estimates
from tandem.reports.queries.estimates import Finished, Past
from tandem.work.models import WorkItem

PEOPLE = 3
"So many people share a figure that is told to all."
LIKES = 500
"Finished items among which likes of one are looked for."
FEW = 5
"Items from which a quarter has a point of its own."


@dataclass(frozen=True)
class Group:
    """`learnt` is None with too few items, or where `is_told` is not."""

    key: str
    name: str
    count: int
    is_told: bool
    learnt: Learnt | None
    quarters: tuple[tuple[date, int, float | None], ...] = ()


@dataclass(frozen=True)
class Figures:
    whole: Group
    types: list[Group]
    teams: list[Group]
    people: list[Group]
    course: Course | None


def figures(user: Any, found: Past, items: Sequence[Finished]) -> Figures:
    """Of the chosen `items`, each group judged for itself."""
    may = spaces_where(user, Permission.EDIT_PLAN)
    whole = _group(user, may, "", "", items)

    def split(key: Callable[[Finished], Any], name: Callable[[Any], str]) -> list[Group]:
        parts: dict[Any, list[Finished]] = defaultdict(list)
        for one in items:
            if (value := key(one)) is not None:
                parts[value].append(one)
        return [_group(user, may, str(value), name(value), part) for value, part in sorted(parts.items(), key=lambda pair: (-len(pair[1]), str(pair[0])))]

    people = split(lambda one: min(len(one.who), PEOPLE) or None, str)
    return Figures(
        whole, split(lambda one: one.type, str), split(lambda one: one.team, lambda pk: found.teams.get(pk, "")),
        sorted(people, key=lambda group: group.key), course(items) if whole.is_told else None,
    )  # fmt: skip


def course(items: Sequence[Finished]) -> Course | None:
    return back_test([one.case for one in items], lambda n: ladder(items[n].type, items[n].team, items[n].space_id))


def is_told(user: Any, may: Iterable[int], items: Iterable[Finished]) -> bool:
    rows = list(items)
    who = frozenset().union(*(one.who for one in rows))
    return len(who) >= PEOPLE or not who - {user.pk} or {one.space_id for one in rows} <= set(may)


def _group(user: Any, may: frozenset[int], key: str, name: str, items: Sequence[Finished]) -> Group:
    told = is_told(user, may, items)
    quarters: dict[date, list[Finished]] = defaultdict(list)
    for one in items:
        quarters[date(one.on.year, (one.on.month - 1) // 3 * 3 + 1, 1)].append(one)
    course_ = []
    for first, part in sorted(quarters.items()):
        shown = len(part) >= FEW and told and is_told(user, may, part)
        course_.append((first, len(part), _middle(part) if shown else None))
    return Group(key, name, len(items), told, learn(one.case for one in items) if told else None, tuple(course_))


def _middle(items: Sequence[Finished]) -> float:
    ratios = sorted(one.case.ratio for one in items)
    half = len(ratios) // 2
    return ratios[half] if len(ratios) % 2 else (ratios[half - 1] + ratios[half]) / 2


@dataclass(frozen=True)
class Hint:
    """What likes of an item took. `kind` says where they were found: team, project (its type there), all (of the project),
    type (everywhere); `middle` and `bound` are minutes, `learnt` the ratios; without an estimate, the hours of the likes
    themselves."""

    kind: str
    type: str
    team: int | None
    team_name: str
    space_name: str
    learnt: Learnt
    since: date
    estimate: int | None
    middle: int
    bound: int


@dataclass(frozen=True)
class TooFew:
    """The most that any class held; nothing is said from fewer than `needed`. `is_kept`: enough were there, of too few people."""

    found: int
    needed: int = ENOUGH
    is_kept: bool = False


def hint(user: Any, item: WorkItem, minutes: int | None = None) -> Hint | TooFew:
    """Of an item as it stands, with what people said of it (also when that was taken over since) or with `minutes` that
    somebody thinks of."""
    who = list(item.assignees.values_list("pk", flat=True))
    return hint_for(user, type_=item.type.name, space_id=item.space_id, who=who, minutes=minutes if minutes is not None else said_of(item), but=item.pk)


def hint_for(user: Any, *, type_: str, space_id: int, who: Iterable[int], minutes: int | None, but: int = 0) -> Hint | TooFew:
    found = estimates.past(user, narrowed=(Q(type__name=type_) | Q(space=space_id)) & ~Q(pk=but), most=LIKES)
    people, _names = estimates.teams_of_people(user)
    team = team_of(who, people)
    may, most, is_kept = spaces_where(user, Permission.EDIT_PLAN), 0, False
    for name in ladder(type_, team, space_id):
        rows = [one for one in found.items if name in ladder(one.type, one.team, one.space_id)]
        most = max(most, len(rows))
        learnt = learn(one.case for one in rows)
        if learnt is None:
            continue
        if not is_told(user, may, rows):
            is_kept = True
            continue
        middle, high = (learnt.middle * minutes, learnt.bound * minutes) if minutes else _taken(rows)
        kind = str(name[0])  # type: ignore[index]
        return Hint(kind, type_, team if kind == "team" else None, found.teams.get(team or 0, ""), found.spaces.get(space_id, ""), learnt, found.since, minutes or None, _rounded(middle), _rounded(high))
    return TooFew(most, is_kept=is_kept)


def _taken(rows: Sequence[Finished]) -> tuple[float, float]:
    taken = sorted(one.case.actual * 60 for one in rows)
    half = len(taken) // 2
    middle = taken[half] if len(taken) % 2 else (taken[half - 1] + taken[half]) / 2
    return middle, bound(taken) or taken[-1]


def _rounded(minutes: float) -> int:
    """Whole hours from four hours on, quarters below."""
    step = 60 if minutes >= 240 else 15
    return max(step, round(minutes / step) * step)


def narrowed(items: list[Finished], *, type_: str, team: int | None, people: int | None) -> list[Finished]:
    """Those of a type (by its name), a team, a number of people who worked on them (`PEOPLE`: so many or more)."""
    return [
        one for one in items
        if (not type_ or one.type == type_) and (team is None or one.team == team) and (people is None or min(len(one.who), PEOPLE) == people)
    ]  # fmt: skip


def offered(user: Any, item: WorkItem, *, is_bound: bool) -> dict[str, Any]:
    """The minutes that the hint offers, the median or the P80, and on what they rest; as the action wants them."""
    found = hint(user, item)
    if isinstance(found, TooFew):
        raise Refused("too_few_alike", needed=found.needed)
    return {"minutes": found.bound if is_bound else found.middle, "rests_on": _basis(found)}


def _basis(found: Hint) -> str:
    """What the history keeps: no word of a language, no name of a person."""
    return f"{found.learnt.middle:.2f}× / P80 {found.learnt.bound:.2f}× ({found.learnt.count})"
