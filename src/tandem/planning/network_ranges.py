"""When a plan ends, as a range: features from what the team really finished, tasks from how far estimates were off, in one network.

Whoever knows of risks names them with the items that they hit (`item:12`), or with the project whose end they put off (`space:3`); they
come in as events of the same trials; a feature or a container of items is named alike (`feature:7`, `item:4`)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tandem.compute.forecasting.estimates import ENOUGH
from tandem.compute.forecasting.risk_network import Group, RiskEvent, RiskNetwork, UncertainActivity
from tandem.compute.forecasting.three_point import Estimate, fixed, lognormal
from tandem.compute.scheduling.network import Link, LinkType, find_cycle
from tandem.kit import clock
from tandem.people.models import Team
from tandem.people.scoping import open_below
from tandem.planning import network_ends
from tandem.planning.estimate_history import Line, finished, ladder, team_of
from tandem.planning.range_work import Counted, RangeWork, Task
from tandem.work.models import WorkItem

SAME_PROJECT, SAME_TEAM = 0.3, 0.9
"""How much lengths vary together: tasks of one project as is usual where nobody knows it (GAO Cost Estimating and Assessment Guide), what one
team's throughput feeds almost wholly."""
YEARS, MOST = 2, 2000
MOST_DROPPED = 50
_GRAIN = 8
"Tasks are told apart by eighths of a day: the same lengths are drawn from the same table."

Source = Callable[[frozenset[int]], Sequence[RiskEvent]]
sources: list[Source] = []
"Who knows of risks adds a function: from the projects (their numbers) to the events."


@dataclass(frozen=True, slots=True)
class Learnt:
    """How many times their estimate finished items took, of one class: P10, P50 and P90, from so many by so many people."""

    kind: str
    name: str
    count: int
    people: int
    low: float
    middle: float
    high: float


@dataclass(slots=True)
class Built:
    """`node_of`: open item → its activity. `used`: class → tasks that are drawn from it. `closed`: links left out as they closed a circle.
    `offset`: working days of the network that lie before today."""

    network: RiskNetwork
    node_of: dict[int, str]
    used: dict[Learnt, int] = field(default_factory=dict)
    assumed: int = 0
    closed: int = 0
    unplaced: int = 0
    offset: float = 0.0


class TooLittle(Exception):
    """Nothing can be said: `detail` is a code with its figures."""

    def __init__(self, **detail: object) -> None:
        super().__init__(detail["code"])
        self.detail = detail


class Past:
    """The ratios of finished items, by classes from near to far, as the page of estimates has them. `on`: of those finished before that day."""

    def __init__(self, spaces: Iterable[int], on: date | None = None) -> None:
        self.teams: dict[int, list[int]] = defaultdict(list)
        for pk, person in Team.objects.order_by("pk").values_list("pk", "members"):
            if person:
                self.teams[person].append(pk)
        rows = WorkItem.objects.in_spaces(sorted({*spaces, *open_below(None)})).made()
        if on is not None:
            rows = rows.filter(actual_finish__date__lt=on)
        self.lines = finished(rows, (on or clock.today()) - timedelta(days=366 * YEARS), MOST).items
        self._by: dict[Hashable, list[Line]] = defaultdict(list)
        for line in self.lines:
            for name in ladder(line.type, team_of(line.who, self.teams), line.space_id):
                self._by[name].append(line)
        self._known: dict[Hashable, Learnt | None] = {}

    def of(self, task: Task) -> Learnt | None:
        """The nearest class with enough items."""
        for name in (*ladder(task.type, team_of(task.who, self.teams), task.space_id), ("every", "", 0)):
            if name not in self._known:
                self._known[name] = _learnt(name, self._by[name] if name != ("every", "", 0) else self.lines)
            if (found := self._known[name]) is not None:
                return found
        return None


def _learnt(name: Hashable, lines: Sequence[Line]) -> Learnt | None:
    if len(lines) < ENOUGH:
        return None
    ratios = sorted(line.case.ratio for line in lines)
    low, middle, high = (_at(ratios, share) for share in (0.1, 0.5, 0.9))
    kind, type_, _where = name  # type: ignore[misc]
    return Learnt(kind, type_, len(lines), len(frozenset().union(*(line.who for line in lines))), low, middle, high)


def _at(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest, as of n values the k-th stands for k / (n + 1)."""
    at = min(max(share * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def build(work: RangeWork, past: Past, risks: Sequence[RiskEvent] = (), *, is_bold: bool = False) -> Built:
    """The network of the work, with the risks on the activities that hold the items they name. Raises `TooLittle`: no_work,
    not_enough (too few finished items to say how far estimates are off), unsized (of most tasks nobody said how long they take).
    `is_bold`: of these two neither; lengths of which nothing can be learnt are taken as they were said."""
    if not work.tasks:
        raise TooLittle(code="no_work")
    links, closed = _without_circles(work, network_ends.ended(work, risks))
    node_of = _nodes(work)
    activities, used, assumed = _activities(work, past, is_bold=is_bold)
    ends = network_ends.ends(work, node_of, risks)
    sooner = network_ends.Sooner(ends, risks, activities, links)
    network_ends.tie(work, ends, activities, links)
    known = {one.id for one in activities}
    activities += [UncertainActivity(name, fixed(0.0)) for name in sorted({end for link in links for end in (link.predecessor, link.successor)} - known)]
    groups = [Group(name, SAME_TEAM if name.startswith("team:") else SAME_PROJECT) for name in sorted({name for one in activities for name in one.groups})]
    names = {f"item:{pk}": node for pk, node in node_of.items()} | {node: node for node in node_of.values()} | {end: network_ends.node(end) for end in ends}
    placed, unplaced = network_ends.placed(risks, names, sooner)
    return Built(RiskNetwork(tuple(activities), tuple(links), placed, tuple(groups)), node_of, used, assumed, closed, unplaced, sooner.offset)


def _nodes(work: RangeWork) -> dict[int, str]:
    found = {pk: f"item:{pk}" for pk in work.tasks}
    for one in work.counted:
        found.update(dict.fromkeys(one.items, one.node))
    return found


def _activities(work: RangeWork, past: Past, *, is_bold: bool) -> tuple[list[UncertainActivity], dict[Learnt, int], int]:
    inside = {item for one in work.counted for item in one.items}
    own = [task for pk, task in sorted(work.tasks.items()) if pk not in inside]
    said = sorted(task.days for task in own if task.days is not None and not task.is_milestone)
    sized, needing = len(said), sum(not task.is_milestone for task in own)
    if needing and sized * 2 < needing and not is_bold:
        raise TooLittle(code="unsized", unsized=needing - sized, tasks=needing)
    usual = said[sized // 2] if said else 0.0
    used: dict[Learnt, int] = defaultdict(int)
    found = [_counted(work, one) for one in work.counted]
    for task in own:
        length = fixed(0.0)
        days = usual if task.days is None else task.days
        if not task.is_milestone and days > 0:
            learnt = past.of(task)
            if learnt is None and not is_bold:
                raise TooLittle(code="not_enough", found=len(past.lines), needed=ENOUGH)
            if learnt is not None:
                used[learnt] += 1
            length = fixed(days) if learnt is None else _drawn(max(round(days * _GRAIN), 1) / _GRAIN, learnt)
        found.append(UncertainActivity(f"item:{task.id}", length, earliest=float(task.earliest), groups=() if length.is_certain else (f"tasks:{task.space_id}",)))
    return found, dict(used), needing - sized


def _drawn(days: float, learnt: Learnt) -> Estimate:
    return _between(days * learnt.low, days * learnt.middle, days * learnt.high)


def _between(low: float, middle: float, high: float) -> Estimate:
    return lognormal(low, middle, high) if low < middle < high else fixed(middle) if low >= high else Estimate("triangular", low, middle, high)


def _counted(work: RangeWork, one: Counted) -> UncertainActivity:
    """Its P10, P50 and P90 are those of the throughput's own trials. It begins with the first of its items that may begin."""
    ordered = one.answer.distribution
    days = [_share(ordered, share) for share in (0.1, 0.5, 0.9)]
    begins = min((work.tasks[pk].earliest for pk in one.items if pk in work.tasks), default=0)
    return UncertainActivity(one.node, _between(*days), earliest=float(begins), groups=(f"team:{one.team}",))


def _share(distribution: Sequence[tuple[int, int]], share: float) -> float:
    """Between the days, so that a few coarse ones still make a range."""
    total, reached, before = sum(count for _day, count in distribution), 0, 0
    for day, count in distribution:
        if reached + count >= share * total:
            return before + (day - before) * (share * total - reached) / count
        reached, before = reached + count, day
    return float(before)


def _without_circles(work: RangeWork, ended: frozenset[int]) -> tuple[list[Link], int]:
    """Where a circle leads through what is counted together, that is taken apart into its items; of a circle of items the link that closes
    it is left out."""
    while True:
        links = _links(work, ended)
        path = find_cycle((link.predecessor, link.successor) for link in links)
        if path is None:
            return links, 0
        gone = [one for one in work.counted if one.node in path]
        if not gone:
            break
        out = {one.node for one in gone}
        work.counted = [one for one in work.counted if one.node not in out]
    closed = 0
    while path is not None and closed < MOST_DROPPED:
        links = [link for link in links if (link.predecessor, link.successor) != (path[-2], path[-1])]
        closed += 1
        path = find_cycle((link.predecessor, link.successor) for link in links)
    return links, closed


def _links(work: RangeWork, ended: frozenset[int]) -> list[Link]:
    """Between activities. A container begins and ends with what it holds: two activities without length stand for that."""
    node_of = _nodes(work)
    share = {one.node: (one, _behind(work, one)) for one in work.counted}
    found: set[Link] = set()
    for arrow in work.arrows:
        source, target = _end_of(work, arrow.source, node_of, "after" if arrow.type in (LinkType.FS, LinkType.FF) else "before", found, ended), _end_of(
            work, arrow.target, node_of, "before" if arrow.type in (LinkType.FS, LinkType.SS) else "after", found, ended
        )  # fmt: skip
        if source is None or target is None or source == target:
            continue
        if target in share and arrow.type == LinkType.FS:
            one, behind = share[target]
            rest = (one.answer.p50 or 0) * len(behind.get(arrow.target, ())) / len(one.items)
            found.add(Link(source, target, LinkType.FF, arrow.lag + rest))
        elif arrow.part is not None and source not in share:
            found.add(Link(source, target, arrow.type, 100 * arrow.part, lag_is_percent=True))
        else:
            found.add(Link(source, target, arrow.type, arrow.lag))
    return sorted(found, key=lambda link: (link.predecessor, link.successor, link.type, link.lag))


def _behind(work: RangeWork, one: Counted) -> dict[int, set[int]]:
    """Of what is counted together: item → those that wait for it, itself among them, also through each other."""
    after: dict[int, list[int]] = defaultdict(list)
    for arrow in work.arrows:
        if arrow.source in one.items and arrow.target in one.items:
            after[arrow.source].append(arrow.target)
    found: dict[int, set[int]] = {}
    for arrow in work.arrows:
        if arrow.target in one.items and arrow.target not in found:
            reached, waiting = set[int](), [arrow.target]
            while waiting:
                item = waiting.pop()
                if item not in reached:
                    reached.add(item)
                    waiting.extend(after[item])
            found[arrow.target] = reached
    return found


def _end_of(work: RangeWork, item: int, node_of: dict[int, str], side: str, found: set[Link], ended: frozenset[int]) -> str | None:
    """The activity of an item; of a container that of its beginning or end, or of the one item that it holds unless its end is hit by itself."""
    if item in node_of:
        return node_of[item]
    inside = sorted({node_of[pk] for pk in work.below.get(item, ()) if pk in node_of})
    if not inside:
        return None
    if len(inside) == 1 and (side == "before" or item not in ended):
        return inside[0]
    name = f"{side}:{item}"
    found.update(Link(one, name) if side == "after" else Link(name, one) for one in inside)
    return name
