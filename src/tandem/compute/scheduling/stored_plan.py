"""A plan as a scheduling program stored it, and the rules that make a network of it: which calendar, which
spans.

A reader of MSPDI (or of anything else that keeps tasks, assignments and computed dates) fills these
dataclasses; `docs/reference/ms-project-dates.md` gives field for field what comes from where. Minutes are
working minutes, moments wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tandem.compute.scheduling.axis import Axis
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.compute.scheduling.network import Activity, Constraint, Link, Network, Span

CONTOUR_AVERAGE = {0: 1.0, 1: 0.6, 2: 0.6, 3: 0.5, 4: 0.5, 5: 0.5, 6: 0.6, 7: 0.7}
"""Mean load of MS Project's work contours: flat, back, front, two peaks, early, late peak, bell, turtle."""


Break = tuple[datetime, datetime]
"""From the end of work to its next beginning, inside a task: MS Project calls it a split."""


@dataclass(frozen=True, slots=True)
class StoredAssignment:
    """Somebody on a task. Only people (`is_work`) decide dates; material and cost do not.

    `breaks` are this person's; without any, those of the task hold.
    """

    calendar: str | None = None
    work: float = 0
    units: float = 1
    delay: float = 0
    contour: int = 0
    is_work: bool = True
    breaks: tuple[Break, ...] = ()
    resource: str = ""
    start: datetime | None = None
    finish: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredResource:
    """Somebody, or a group, with as many units as there are at once (1 is one person)."""

    id: str
    name: str = ""
    max_units: float = 1
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task with the dates that the other program computed for it."""

    id: str
    start: datetime
    finish: datetime
    name: str = ""
    duration: float = 0
    elapsed: bool = False
    parent: str | None = None
    calendar: str | None = None
    ignores_resource_calendars: bool = False
    constraint: Constraint = Constraint.ASAP
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    percent_complete: float = 0
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    stop: datetime | None = None
    resume: datetime | None = None
    leveling_delay: float = 0
    is_milestone: bool = False
    is_manual: bool = False
    is_active: bool = True
    is_external: bool = False
    assignments: tuple[StoredAssignment, ...] = ()
    breaks: tuple[Break, ...] = ()
    priority: int = 500

    @property
    def is_automatic(self) -> bool:
        """Its dates follow from rules; a manual or foreign task just has them."""
        return not (self.is_manual or self.is_external)


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A whole stored plan. `finish` is used when it was scheduled backwards."""

    start: datetime
    finish: datetime
    tasks: tuple[StoredTask, ...]
    links: tuple[Link, ...] = ()
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)
    calendar: str = "standard"
    from_start: bool = True
    resources: Mapping[str, StoredResource] = field(default_factory=dict)


def network_of(plan: StoredPlan) -> Network:
    """The network whose computed dates should be the stored ones."""
    calendars = dict(plan.calendars)
    calendars.setdefault(plan.calendar, WorkingCalendar(plan.calendar))
    parents = {task.parent for task in plan.tasks}
    made = tuple(
        _activity(plan, task, calendars) if task.id not in parents else _summary(task) for task in plan.tasks
    )
    return Network(made, plan.links, calendars, plan.calendar)


def _summary(task: StoredTask) -> Activity:
    return Activity(
        task.id, duration=task.duration, calendar=task.calendar, parent=task.parent, deadline=task.deadline,
        constraint=task.constraint, constraint_date=task.constraint_date, is_active=task.is_active,
        leveling_delay=0, percent_complete=task.percent_complete,
    )  # fmt: skip


def _activity(plan: StoredPlan, task: StoredTask, calendars: Mapping[str, WorkingCalendar]) -> Activity:
    own = not task.is_automatic
    begun = task.actual_start is not None
    moved = begun and task.stop is not None and task.resume is not None and task.resume > task.stop
    spans = () if own or task.elapsed else _spans(plan, task, calendars)
    # Breaks are part of the spans already: a resume date would move the remaining work a second time.
    has_break = any(span.minutes > task.duration for span in spans)
    return Activity(
        task.id,
        duration=task.duration,
        elapsed=task.elapsed,
        calendar=task.calendar,
        parent=task.parent,
        constraint=task.constraint,
        constraint_date=task.constraint_date,
        deadline=task.deadline,
        percent_complete=task.percent_complete,
        actual_start=task.actual_start,
        actual_finish=task.actual_finish,
        resume=task.resume if moved and not has_break else None,
        is_manual=own,
        manual_start=task.start if own else None,
        manual_finish=task.finish if own else None,
        is_milestone=task.is_milestone,
        is_active=task.is_active,
        leveling_delay=task.leveling_delay,
        spans=spans,
    )


def _spans(plan: StoredPlan, task: StoredTask, calendars: Mapping[str, WorkingCalendar]) -> tuple[Span, ...]:
    """One span when everybody works by one calendar at once, else one per person."""
    people = [one for one in task.assignments if one.is_work] or [StoredAssignment()]
    if task.duration == 0:
        return ()
    sets = [calendars_of(plan, task, one) for one in people]
    rests = [
        _resting(one.breaks or task.breaks, [calendars[name] for name in names])
        for one, names in zip(people, sets, strict=True)
    ]
    if len(set(sets)) == 1 and len(set(rests)) == 1 and not any(one.delay for one in people):
        return (Span(task.duration + rests[0], sets[0]),)
    return tuple(
        Span(length_of(one, task.duration) + rest, names, one.delay)
        for one, names, rest in zip(people, sets, rests, strict=True)
    )


def calendars_of(plan: StoredPlan, task: StoredTask, one: StoredAssignment) -> tuple[str, ...]:
    """Task calendar and person's both hold; without the first, the second replaces the project's."""
    if one.calendar is None or (task.calendar is not None and task.ignores_resource_calendars):
        return (task.calendar or plan.calendar,)
    return (one.calendar,) if task.calendar is None else (task.calendar, one.calendar)


def length_of(one: StoredAssignment, duration: float) -> float:
    if one.work <= 0 or one.units <= 0 or one.contour not in CONTOUR_AVERAGE:
        return duration
    return one.work / one.units / CONTOUR_AVERAGE[one.contour]


def _resting(breaks: tuple[Break, ...], calendars: list[WorkingCalendar]) -> float:
    """Working minutes that fall into breaks."""
    if not breaks:
        return 0.0
    first, last = min(start for start, _ in breaks).date(), max(finish for _, finish in breaks).date()
    axis = _joint(calendars, first - timedelta(days=1), last + timedelta(days=1))
    return sum(axis.between(start, finish) for start, finish in breaks)


def _joint(calendars: list[WorkingCalendar], first: date, last: date) -> Axis:
    axis = calendars[0].axis(first, last)
    for calendar in calendars[1:]:
        axis = axis.meet(calendar.axis(first, last))
    return axis
