"""A network plan lived through: planned, begun, late in places, replanned once, and as far as it is today."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tandem.samples.days import Workdays, plan_moment
from tandem.samples.records import DOING, DONE, TO_DO, Item, Organisation, Passage, Project, Tie
from tandem.samples.words import Language, plans, say

PHASE, TASK, MILESTONE = range(3)


@dataclass
class Node:
    """A task of the plan; offsets are working days from the project's start."""

    key: str
    title: str
    days: int
    phase: int
    after: list[tuple[str, str, int]] = field(default_factory=list)
    planned: tuple[int, int] = (0, 0)
    replanned: tuple[int, int] = (0, 0)
    took: int = 0
    late: int = 0
    actual: tuple[int, int] = (0, 0)


def nodes_of(plan: plans.Plan, language: Language) -> tuple[list[str], dict[str, Node]]:
    """Phase names and tasks in an order in which every task comes after what it waits for."""
    phases: list[str] = []
    nodes: dict[str, Node] = {}
    for phase in plan.phases:
        local = {step.id for step in phase.steps}
        for number, site in enumerate(phase.sites or (("", ""),), 1):
            suffix = f".{number}" if phase.sites else ""
            name = say(site, language)
            phases.append(_capital(say(phase.title, language, site=name)))
            for step in phase.steps:
                node = Node(step.id + suffix, _capital(say(step.title, language, site=name)), step.days, len(phases) - 1)
                for text in step.after:
                    link = _link(text, local, suffix, number)
                    if link:
                        node.after.append(link)
                nodes[node.key] = node
    ordered: dict[str, Node] = {}
    while len(ordered) < len(nodes):
        for key, node in nodes.items():
            if key not in ordered and all(source in ordered for source, _, _ in node.after):
                ordered[key] = node
    return phases, ordered


def _link(text: str, local: set[str], suffix: str, number: int) -> tuple[str, str, int] | None:
    """`sort:SS+8` → (source, kind, lag). `prev.x` is x of the site before, nothing for the first."""
    cut = min((at for at in (text.find("+"), text.find("-")) if at > 0), default=len(text))
    name, lag = text[:cut], int(text[cut:] or 0)
    name, _, kind = name.partition(":")
    if name.startswith("prev."):
        return None if number == 1 else (f"{name[5:]}.{number - 1}", kind or "FS", lag)
    return (name + suffix if name in local else name), kind or "FS", lag


def pass_forward(nodes: dict[str, Node], dates: Callable[[Node], tuple[int, int]], days: Callable[[Node], int], node: Node) -> tuple[int, int]:
    """Earliest (start, finish) of one node, given those of what it waits for. Finish is the offset after its last day."""
    start, length = 0, days(node)
    for source, kind, lag in node.after:
        begun, ended = dates(nodes[source])
        earliest = {"FS": ended + lag, "SS": begun + lag, "FF": ended + lag - length}[kind]
        start = max(start, earliest)
    return start, start + length


class NetworkProject:
    def __init__(self, world: Organisation, project: Project, people: list[str], rng: random.Random) -> None:
        self.world, self.project, self.people, self.rng = world, project, people, rng
        language: Language = "zh" if world.language == "zh" else "en"
        self.plan = plans.PLANS[project.plan]
        self.phases, self.nodes = nodes_of(self.plan, language)
        for node in self.nodes.values():
            node.planned = pass_forward(self.nodes, lambda n: n.planned, lambda n: n.days, node)
            node.late = rng.choice((0, 0, 0, 0, 1, 2, 3))
            node.took = max(1, round(node.days * rng.lognormvariate(0.06, 0.25))) if node.days else 0
        self.length = max(n.planned[1] for n in self.nodes.values())

    def live(self, calendar: Workdays) -> None:
        """Dates the start so that the plan's share of time has passed, and lets it happen until today."""
        self.calendar = calendar
        self.today = calendar.number(self.world.as_of)
        self.origin = max(0, self.today - round(self.length * self.plan.share_gone))
        self.project.starts_on = calendar.days[self.origin]
        for node in self.nodes.values():
            start, _ = pass_forward(self.nodes, lambda n: n.actual, lambda n: n.took, node)
            start += node.late if node.days else 0
            node.actual = (start, start + node.took)
        self._replan()
        self._write()

    def planned_end(self, again: bool = False) -> date:
        return self._day(max((n.replanned if again else n.planned)[1] for n in self.nodes.values()) - 1)

    def _replan(self) -> None:
        """Two thirds on the way to today the manager puts what is known into the plan and plans the rest anew."""
        seen = round((self.today - self.origin) * 0.66)
        self.project.replanned_on = self._day(seen)
        for node in self.nodes.values():
            if node.actual[0] < seen:
                length = node.took if node.actual[1] <= seen else max(node.days, seen - node.actual[0] + 1)
                node.replanned = (node.actual[0], node.actual[0] + length) if node.days else node.actual
            else:
                start, _ = pass_forward(self.nodes, lambda n: n.replanned, lambda n: n.days, node)
                start = max(start, seen)
                node.replanned = (start, start + node.days)

    def _write(self) -> None:
        first = len(self.world.items)
        began = self._day(0)
        made_at = plan_moment(self.calendar.days[max(0, self.origin - 10)], 7)
        for name in self.phases:
            item = self._item(PHASE, name, made_at, None)
            item.is_summary = True
        places: dict[str, int] = {}
        for node in self.nodes.values():
            item = self._item(TASK if node.days else MILESTONE, node.title, made_at, first + node.phase)
            places[node.key] = item.id
            item.days, item.is_milestone = node.days, not node.days
            item.planned, item.replanned = self._span(node.planned), self._span(node.replanned)
            item.assignee = self.rng.choice(self.people)
            self._happen(item, node)
            for source, kind, lag in node.after:
                self.world.ties.append(Tie(places[source], item.id, kind, made_at, lag))
        for number in range(len(self.phases)):
            self._sum_up(self.world.items[first + number])
        self.project.starts_on = began

    def _item(self, kind: int, title: str, at: object, parent: int | None) -> Item:
        item = Item(len(self.world.items), self.project.code, kind, title, at, self.project.manager, parent)  # type: ignore[arg-type]
        item.passages.append(Passage(item.created_at, TO_DO, item.by))
        self.world.items.append(item)
        return item

    def _happen(self, item: Item, node: Node) -> None:
        start, end = node.actual[0] + self.origin, node.actual[1] + self.origin
        began, ended = self._span(node.actual)
        if node.days and start < self.today:
            item.passages.append(Passage(began, DOING, item.assignee))
            item.percent = min(95, round(100 * (self.today - start) / node.took / 5) * 5)
        if end <= self.today and (node.days or ended.date() < self.world.as_of):
            item.passages.append(Passage(ended, DONE, item.assignee))
            item.percent = 100

    def _sum_up(self, phase: Item) -> None:
        parts = [i for i in self.world.items[phase.id :] if i.parent == phase.id]
        starts = [i.started_at for i in parts if i.started_at]
        phase.planned = _hull([p.planned for p in parts if p.planned])
        phase.replanned = _hull([p.replanned for p in parts if p.replanned])
        work = sum(p.days or 0 for p in parts)
        phase.days = work
        phase.percent = round(sum((p.days or 0) * p.percent for p in parts) / work) if work else 0
        phase.assignee = self.project.manager
        if starts:
            phase.passages.append(Passage(min(starts), DOING, self.project.manager))
        if starts and not any(p.is_open for p in parts):
            phase.passages.append(Passage(max(p.finished_at or p.created_at for p in parts), DONE, self.project.manager))

    def _span(self, offsets: tuple[int, int]):  # type: ignore[no-untyped-def]
        """A task runs from the morning of its first to the evening of its last day; a milestone is an evening."""
        start, end = offsets
        last = plan_moment(self._day(max(0, end - 1)), 17)
        return (last, last) if start == end else (plan_moment(self._day(start), 8), last)

    def _day(self, offset: int) -> date:
        return self.calendar.days[min(len(self.calendar.days) - 1, self.origin + max(0, offset))]


def _hull(spans):  # type: ignore[no-untyped-def]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
