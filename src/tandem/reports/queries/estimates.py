"""Finished items with what was estimated before they began and what they took: the past from which estimates learn.

What an item took is the time logged on it. Where none is logged there is only its cycle time, which holds waiting and nights
and is no effort: such items are counted and left out. The estimate is the one that stood at the end of the day on which work
began; what came later knew the answer. An estimate that was itself taken over from this history counts as what it was before."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.compute.forecasting.estimates import Case
from tandem.kit import clock
from tandem.people.models import Space, Team
from tandem.planning import estimate_history
from tandem.planning.estimate_history import team_of
from tandem.work.models import WorkItem

MOST = 2000
"Items, the last that were finished."
YEARS = 2


@dataclass(frozen=True)
class Finished:
    """`who`: the people who logged time on it; where its time came with an import, those to whom it was given. `team`: where
    most of them belong."""

    id: int
    key: str
    title: str
    space_id: int
    type: str
    team: int | None
    who: frozenset[int]
    on: date
    case: Case


@dataclass
class Past:
    """`unlogged`: finished with an estimate and without time; `unsaid`: with no estimate of one's own when work began."""

    since: date
    items: list[Finished] = field(default_factory=list)
    unlogged: int = 0
    unsaid: int = 0
    is_cut: bool = False
    teams: dict[int, str] = field(default_factory=dict)
    spaces: dict[int, str] = field(default_factory=dict)


def past(user: Any, *, narrowed: Q | None = None, since: date | None = None, most: int = MOST) -> Past:
    """At most seven queries. `narrowed`: only such items, of those that the asker sees."""
    found = Past(since or clock.today() - timedelta(days=366 * YEARS))
    rows = WorkItem.objects.visible_to(user).made().filter(narrowed or Q())
    lines = estimate_history.finished(rows, found.since, most)
    found.is_cut, found.unlogged, found.unsaid = lines.is_cut, lines.unlogged, lines.unsaid
    if not lines.items and not lines.unsaid:
        return found
    teams, found.teams = teams_of_people(user)
    found.spaces = dict(Space.objects.visible_to(user).filter(pk__in={line.space_id for line in lines.items}).values_list("pk", "name"))
    found.items = [Finished(one.id, one.key, one.title, one.space_id, one.type, team_of(one.who, teams), one.who, one.on, one.case) for one in lines.items]
    return found


def teams_of_people(user: Any) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Person → the teams that the asker sees; team → its name."""
    found: dict[int, list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    for pk, name, person in Team.objects.visible_to(user).order_by("pk").values_list("pk", "name", "members"):
        names[pk] = name
        if person:
            found[person].append(pk)
    return found, names
