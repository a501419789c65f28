"""What is scheduled: activities, links and calendars as checked, frozen data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.calendar import WorkingCalendar


class Constraint(IntEnum):
    """When an activity wants to be done. The numbers are those of MSPDI."""

    ASAP = 0
    ALAP = 1
    MSO = 2
    MFO = 3
    SNET = 4
    SNLT = 5
    FNET = 6
    FNLT = 7

    @property
    def needs_date(self) -> bool:
        return self > Constraint.ALAP


class LinkType(IntEnum):
    """Which end of the predecessor bounds which end of the successor."""

    FS = 0
    SS = 1
    FF = 2
    SF = 3


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of work inside an activity, usually one person's assignment.

    `minutes` of working time on `calendars` (all of them at once; none means the activity's own), breaks
    included, beginning `delay` working minutes after the activity may start. The activity starts with its
    first span and finishes with its last.
    """

    minutes: float
    calendars: tuple[str, ...] = ()
    delay: float = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """A thing with a start and a finish. Durations are working minutes, `elapsed` ones run around the clock.

    A summary is an activity that others name as `parent`: its duration is not read, its dates are rolled up,
    its links and SNET constraint bind everything below it. `spans` replaces `duration` where people with own
    calendars do the work. Moments are wall-clock (no zone).
    """

    id: str
    duration: float = 0
    calendar: str | None = None
    constraint: Constraint = Constraint.ASAP
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    percent_complete: float = 0
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    resume: datetime | None = None
    is_manual: bool = False
    manual_start: datetime | None = None
    manual_finish: datetime | None = None
    parent: str | None = None
    is_milestone: bool = False
    is_active: bool = True
    elapsed: bool = False
    leveling_delay: float = 0
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.duration < 0 or any(span.minutes < 0 for span in self.spans):
            self._refuse("duration_negative", self.duration)
        if not 0 <= self.percent_complete <= 100:
            self._refuse("percent_complete", self.percent_complete)
        if self.constraint.needs_date and self.constraint_date is None:
            self._refuse("constraint_without_date", self.constraint.name)
        if self.actual_finish and self.actual_start and self.actual_finish < self.actual_start:
            self._refuse("actual_finish_before_start", (self.actual_start, self.actual_finish))
        if (
            self.is_manual
            and self.manual_start
            and self.manual_finish
            and self.manual_finish < self.manual_start
        ):
            self._refuse("manual_finish_before_start", (self.manual_start, self.manual_finish))

    def _refuse(self, rule: str, value: object) -> None:
        raise Uncomputable(rule, activity=self.id, value=value)


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency. `lag` is working minutes, or percent of the predecessor's duration; negative is a lead.

    Working lag runs on the successor's calendar (the project's when it has none), elapsed lag around the
    clock.
    """

    predecessor: str
    successor: str
    type: LinkType = LinkType.FS
    lag: float = 0
    lag_is_percent: bool = False
    lag_is_elapsed: bool = False


@dataclass(frozen=True, eq=False)
class Network:
    """A plan that can be scheduled. Checked when it is made; a cycle is found when it is scheduled.

    Raises `Uncomputable` with the activity, the rule and the value: activity_twice, parent_unknown,
    parent_cycle, calendar_unknown, link_unknown, link_to_itself, link_to_own_summary.
    """

    activities: tuple[Activity, ...]
    links: tuple[Link, ...] = ()
    calendars: Mapping[str, WorkingCalendar] = field(
        default_factory=lambda: {"standard": WorkingCalendar("standard")}
    )
    calendar: str = "standard"
    index: Mapping[str, int] = field(init=False, repr=False)
    summaries: Mapping[str, None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index: dict[str, int] = {}
        for place, activity in enumerate(self.activities):
            if activity.id in index:
                raise Uncomputable("activity_twice", activity=activity.id, value=place)
            index[activity.id] = place
        object.__setattr__(self, "index", index)
        parents = (a.parent for a in self.activities if a.parent is not None)
        object.__setattr__(self, "summaries", dict.fromkeys(parents))
        self._check_calendars()
        self._check_parents()
        self._check_links()

    def ancestors(self, activity: str) -> list[str]:
        """Summaries above an activity, the nearest first."""
        found: list[str] = []
        above = self.activities[self.index[activity]].parent
        while above is not None:
            if above == activity or above in found:
                raise Uncomputable(
                    "parent_cycle", activity=activity, path=[activity, *found, above], value=above
                )
            found.append(above)
            above = self.activities[self.index[above]].parent
        return found

    def _check_calendars(self) -> None:
        if self.calendar not in self.calendars:
            raise Uncomputable("calendar_unknown", activity=None, value=self.calendar)
        for activity in self.activities:
            if activity.calendar is not None and activity.calendar not in self.calendars:
                raise Uncomputable("calendar_unknown", activity=activity.id, value=activity.calendar)
            for span in activity.spans:
                for name in span.calendars:
                    if name not in self.calendars:
                        raise Uncomputable("calendar_unknown", activity=activity.id, value=name)

    def _check_parents(self) -> None:
        for activity in self.activities:
            if activity.parent is not None and activity.parent not in self.index:
                raise Uncomputable("parent_unknown", activity=activity.id, value=activity.parent)
        for summary in self.summaries:
            self.ancestors(summary)

    def _check_links(self) -> None:
        for link in self.links:
            for end, name in ((link.successor, link.predecessor), (link.predecessor, link.successor)):
                if name not in self.index:
                    raise Uncomputable("link_unknown", activity=end, value=name)
            if link.predecessor == link.successor:
                raise Uncomputable("link_to_itself", activity=link.successor, value=link.type.name)
            for inner, outer in ((link.predecessor, link.successor), (link.successor, link.predecessor)):
                if outer in self.summaries and outer in self.ancestors(inner):
                    raise Uncomputable("link_to_own_summary", activity=inner, value=outer)


def find_cycle(edges: Iterable[tuple[str, str]]) -> list[str] | None:
    """A closed path in (predecessor, successor) pairs, first id repeated at the end; None when there is none.

    Depth first without recursion, O(nodes + edges); also used to refuse a link before it is written.
    """
    after: dict[str, list[str]] = {}
    for predecessor, successor in edges:
        after.setdefault(predecessor, []).append(successor)
    finished: set[str] = set()
    for root in after:
        if root in finished:
            continue
        path, on_path = [root], {root}
        stack = [iter(after.get(root, ()))]
        while stack:
            for successor in stack[-1]:
                if successor in on_path:
                    return [*path[path.index(successor) :], successor]
                if successor not in finished:
                    path.append(successor)
                    on_path.add(successor)
                    stack.append(iter(after.get(successor, ())))
                    break
            else:
                stack.pop()
                on_path.discard(path[-1])
                finished.add(path.pop())
    return None
