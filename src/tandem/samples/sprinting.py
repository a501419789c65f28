"""Two teams work in sprints of two weeks. What was in them follows from what they did: what a team had begun or finished
within two weeks it had planned or taken in on the way, and always a little more than it could finish."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tandem.history.record import Past
from tandem.samples.backlog import BUG, EPIC
from tandem.samples.placing import Place
from tandem.samples.records import DOING, DONE, Item, Project
from tandem.samples.words import Pair, say
from tandem.work.actions.replays import Stay, replay_sprints
from tandem.work.models import Sprint, SprintMember, WorkItem

PROJECTS = ("PORT", "PRC")
FORTNIGHT = timedelta(days=14)
_NAME: Pair = ("Sprint {n}", "迭代 {n}")
_GOAL: Pair = ("{feature}: the next part can be shown", "{feature}：完成下一部分并可演示")
_SHOWN: Pair = ("Shown to two shippers; both want to see the next part.", "已向两位货主演示，双方都希望看到下一部分。")
_TOO_MUCH = 2
"""Items that are planned and not begun."""


@dataclass
class Box:
    """A fortnight, from Monday to Friday of the week after; `held` and `came` are items with their moments."""

    first: date
    held: dict[int, Item] = field(default_factory=dict)
    came: dict[int, datetime] = field(default_factory=dict)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=11)

    @property
    def planned(self) -> datetime:
        return datetime.combine(self.first, time(7), UTC)

    @property
    def started(self) -> datetime:
        return datetime.combine(self.first, time(8), UTC)

    @property
    def closed(self) -> datetime:
        return datetime.combine(self.last, time(15), UTC)


def boxes(items: list[Item], as_of: date) -> list[Box]:
    """From the first item that was begun to `as_of`; the last one has not begun yet."""
    work = [i for i in items if i.kind != EPIC]
    begun = [i.started_at for i in work if i.started_at]
    if not begun:
        return []
    day = min(begun).date()
    day += timedelta(days=-day.weekday() % 7)
    found: list[Box] = []
    while day < as_of:
        found.append(_filled(Box(day), work, found[-1] if found else None, as_of))
        day += FORTNIGHT
    if found:
        found.append(_next(Box(day), work, found[-1], as_of))
    return found


def _filled(box: Box, work: list[Item], before: Box | None, as_of: date) -> Box:
    end = min(box.closed, datetime.combine(as_of, time(), UTC))
    rest = [i for i in before.held.values() if _is_open(i, before.closed)] if before else []
    for item in rest:
        box.held[item.id], box.came[item.id] = item, before.closed if before else box.planned
    for item in work:
        started = item.started_at
        if item.id in box.held or started is None or started > end or not _is_open(item, box.started):
            continue
        late = item.created_at >= box.planned or (started > box.started and (item.priority == 1 or item.kind == BUG))
        box.held[item.id] = item
        box.came[item.id] = max(started - timedelta(minutes=20), item.created_at) if late else box.planned
    _overplan(box, work, _TOO_MUCH)
    return box


def _next(box: Box, work: list[Item], before: Box, as_of: date) -> Box:
    """What comes next in the backlog, and what was left when the one before is over already."""
    if before.last < as_of:
        rest = [i for i in before.held.values() if _is_open(i, before.closed) and i.is_open]
        box.held, box.came = {i.id: i for i in rest}, {i.id: before.closed for i in rest}
    taken = set(before.held)
    left = [i for i in work if i.is_open and i.id not in taken and i.state < DOING]
    for item in sorted(left, key=lambda i: (i.priority or 3, i.id))[:6]:
        box.held[item.id], box.came[item.id] = item, before.started + timedelta(days=2)
    return box


def _overplan(box: Box, work: list[Item], count: int) -> None:
    waiting = [i for i in work if i.id not in box.held and i.created_at < box.planned and _is_open(i, box.started)]
    for item in sorted(waiting, key=lambda i: (i.priority or 3, i.id))[:count]:
        box.held[item.id], box.came[item.id] = item, box.planned


def _is_open(item: Item, at: datetime) -> bool:
    if item.removed_at and item.removed_at <= at:
        return False
    state = next((p.state for p in reversed(item.passages) if p.at <= at), None)
    return state is not None and state != DONE


class Sprinting:
    def __init__(self, place: Place, rows: dict[int, WorkItem]) -> None:
        self.place, self.rows = place, rows

    def run(self) -> list[Past]:
        return [past for code in PROJECTS for past in self._project(self.place.world.projects[code])]

    def _project(self, project: Project) -> list[Past]:
        found = boxes(self.place.world.items_of(project.code), self.place.world.as_of)
        if not found:
            return []
        manager = self.place.users[project.manager]
        sprints = [self._sprint(n, box, project, is_last=n == len(found)) for n, box in enumerate(found, 1)]
        people = [p.code for p in self.place.world.people.values() if p.team == project.team]
        members = [SprintMember(sprint=s, user=self.place.users[p]) for s in sprints for p in people]
        stays = [
            Stay(self.rows[i], sprint, box.came[i], sprints[n - 1] if n and i in found[n - 1].held and box.came[i] < box.planned else None)
            for n, (sprint, box) in enumerate(zip(sprints, found, strict=True)) for i in box.held
        ]  # fmt: skip
        space = self.place.projects[project.code].space
        return replay_sprints(actor=manager, space=space, sprints=sprints, members=members, stays=stays)

    def _sprint(self, number: int, box: Box, project: Project, *, is_last: bool) -> Sprint:
        language = self.place.language
        sprint = Sprint(
            space=self.place.projects[project.code].space, name=say(_NAME, language, n=str(number)), goal=self._goal(box),
            starts_at=datetime.combine(box.first, time(), UTC), ends_at=datetime.combine(box.last, time(), UTC),
            created_at=min([box.planned, *box.came.values()]) - timedelta(minutes=10),
        )  # fmt: skip
        if is_last:
            return sprint
        sprint.state, sprint.started_at = Sprint.State.ACTIVE, box.started
        if box.closed.date() < self.place.world.as_of:
            done = sum(not _is_open(i, box.closed) for i in box.held.values())
            sprint.state, sprint.closed_at = Sprint.State.CLOSED, box.closed
            sprint.is_goal_met = done >= 0.6 * len(box.held)
            sprint.review = say(_SHOWN, language) if sprint.is_goal_met else ""
        return sprint

    def _goal(self, box: Box) -> str:
        features = [i.feature for i in box.held.values() if i.feature is not None]
        if not features:
            return ""
        most = max(sorted(set(features)), key=features.count)
        return say(_GOAL, self.place.language, feature=self.place.world.features[most].title)
