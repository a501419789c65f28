"""The neutral records of an import: what every format reader yields and what the one writer applies.

Order of a stream: project, people, states, types, sprints, versions, labels, calendars, resources; then
items, each followed by its comments, attachments and links; assignments and state changes may come at any
later place. An item may name a parent, and a link an item, that comes later: a writer needs one pass for
rows and a second for references.

Names are the source's own. Moments are as in the source: aware where it gives an offset, naive where it
gives none. `source_id` is stable between two exports of the same source, so that a second import updates
instead of doubling.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tandem.exchange.report_records import ReportRecord

Category = Literal["to_do", "in_progress", "done"]
BodyFormat = Literal["plain", "markdown", "html", "jira-wiki"]
Moment = datetime | date
Value = str | int | float | bool | datetime | date | tuple[str, ...]
Interval = tuple[int, int]  # minutes of the day, (480, 720) is 08:00 to 12:00; 1440 is midnight at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What is known about a file before it is read: shown in the preview, kept with the import."""

    system: str  # "jira", "trello", "ms-project", "table"
    name: str
    format: str  # the name that `detect` gave
    is_schedule: bool = False
    timezone_known: bool = False
    date_order: str | None = None  # "dmy", "mdy", "ymd" where the file has numeric dates
    encoding: str | None = None
    notes: tuple["Note", ...] = ()
    plan: "PlanAsks | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsks:
    """What only who knows the plan may be able to say, where nothing here answers it."""

    source_id: str
    workers: tuple[tuple[str, str, str], ...] = ()  # number, name and address of each resource that works
    has_costs: bool = False
    currency: str = ""  # as the plan says it: a code or a sign


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know (a guess that was made, a trap that was met):
    a code and its parameters.
    """

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """Of a schedule: what its dates were computed with. Naive, local to the plan."""

    start: datetime | None = None
    finish: datetime | None = None
    schedule_from_start: bool = True
    calendar: str | None = None
    minutes_per_day: int = 480
    minutes_per_week: int = 2400
    days_per_month: int = 20
    default_start: int = 480
    default_finish: int = 1020
    honor_constraints: bool = True
    status_date: datetime | None = None
    current_date: datetime | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    source_id: str
    key: str = ""
    name: str = ""
    description: str = ""
    lead: str | None = None
    settings: PlanSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    source_id: str
    name: str
    email: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRecord:
    name: str
    level: int = 0  # 1 above ordinary work (epic), 0 ordinary, -1 below (sub-task)
    is_milestone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRecord:
    name: str
    category: Category
    rank: int
    wip: int | None = None
    is_guessed: bool = False  # the category was read off the name, not given by the source
    is_archived: bool = False
    is_given_up: bool = False  # work that ends there was not made: cancelled, declined, a duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintRecord:
    source_id: str
    name: str
    state: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    name: str
    released: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRecord:
    name: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A span of days (both ends belong to it) with other working times; no interval means a day off."""

    first: date
    last: date
    intervals: tuple[Interval, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRecord:
    source_id: str
    name: str
    base: str | None = None
    weekdays: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)  # Monday is 0; a missing day inherits
    exceptions: tuple[CalendarException, ...] = ()
    is_base: bool = True  # False: belongs to one resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    source_id: str
    name: str
    kind: Literal["work", "material", "cost"] = "work"
    max_units: float = 1.0
    calendar: str | None = None
    email: str = ""
    group: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRecord:
    """Work of a task; `resource` is None where the plan has work that nobody has been given."""

    source_id: str
    task: str
    resource: str | None
    units: float = 1.0
    work_minutes: float = 0.0
    actual_work_minutes: float = 0.0
    start: datetime | None = None
    finish: datetime | None = None
    delay_minutes: float = 0.0
    leveling_delay_minutes: float = 0.0
    contour: int = 0
    percent_complete: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord:
    """What something costs beside work and material: a cost resource on a task, or what a task costs in itself.

    `task` is None for the whole plan, `resource` for a fixed cost. To the cent, in the plan's currency."""

    source_id: str
    task: str | None
    resource: str | None
    title: str
    planned: Decimal
    actual: Decimal | None = None  # None where nothing came yet
    day: date | None = None  # on which it counts
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class CheckItem:
    title: str
    is_done: bool = False
    due: datetime | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    name: str
    items: tuple[CheckItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One stored picture of a task; a plan may have stored only part of it. Cost in hundredths of the currency."""

    start: datetime | None = None
    finish: datetime | None = None
    duration_minutes: float | None = None
    work_minutes: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFields:
    """What a scheduling tool knows of a task. Durations are working minutes,
    elapsed ones where the flag says so.
    """

    row: int = 0
    outline_level: int = 1
    wbs: str = ""
    duration_minutes: float | None = None
    is_elapsed: bool = False
    is_estimated: bool = False
    remaining_minutes: float | None = None
    work_minutes: float | None = None
    percent_complete: float = 0.0
    percent_work_complete: float = 0.0
    physical_percent_complete: float = 0.0
    is_milestone: bool = False
    is_summary: bool = False
    is_manual: bool = False
    is_active: bool = True
    is_external: bool = False
    is_critical: bool = False
    constraint_type: str = "ASAP"  # ASAP ALAP MSO MFO SNET SNLT FNET FNLT
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    stop: datetime | None = None
    resume: datetime | None = None
    calendar: str | None = None
    ignores_resource_calendar: bool = False
    task_type: Literal["units", "duration", "work"] = "units"
    is_effort_driven: bool = False
    priority: int = 500
    leveling_delay_minutes: float = 0.0
    leveling_delay_is_elapsed: bool = True
    gaps: tuple[tuple[datetime, datetime], ...] = ()  # splits: spans within the task without work
    total_slack_minutes: float | None = None
    free_slack_minutes: float | None = None
    baselines: Mapping[int, Baseline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    source_id: str
    key: str = ""
    project: str = ""
    title: str = ""
    description: str = ""
    description_format: BodyFormat = "plain"
    type: str = ""
    state: str = ""
    priority: str = ""
    resolution: str = ""
    parent_source_id: str | None = None  # in this source
    parent_outside: str = ""  # key of a parent that the source names but does not contain
    epic: str = ""  # key or title of the epic, also where it is the parent
    assignees: tuple[str, ...] = ()
    reporter: str | None = None
    creator: str | None = None
    watchers: tuple[str, ...] = ()
    created: Moment | None = None
    updated: Moment | None = None
    resolved: Moment | None = None
    start: Moment | None = None
    finish: Moment | None = None
    due: Moment | None = None
    estimate_points: float | None = None
    estimate_minutes: float | None = None
    remaining_minutes: float | None = None
    spent_minutes: float | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()  # to be released in
    sprints: tuple[str, ...] = ()  # source ids, oldest first
    checklists: tuple[Checklist, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)  # custom fields and whatever has no column of its own
    rank: str | float | None = None  # sorts items as in the source
    is_archived: bool = False
    url: str = ""
    plan: PlanFields | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A typed edge, once. `kind` is the meaning, `name` the source's own word.

    FS SS FF SF: from the predecessor to the successor. blocks, duplicates, causes, depends, relates:
    `source` does that to `target` (A depends on B waits for B). One end may lie outside the file: then it
    holds the key named there.
    """

    source: str
    target: str
    kind: Literal["FS", "SS", "FF", "SF", "blocks", "depends", "duplicates", "causes", "relates"]
    name: str = ""
    # how the source reads the link from either end ("causes", "is caused by"), where it says so
    outward: str = ""
    inward: str = ""
    lag_minutes: float = 0.0
    lag_is_elapsed: bool = False
    lag_percent: float | None = None
    outside_end: Literal["", "source", "target"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRecord:
    source_id: str
    item: str
    author: str | None
    created: Moment | None
    body: str
    format: BodyFormat = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRecord:
    """A file that the source names; its bytes are not in the export, only where they lie."""

    source_id: str
    item: str
    name: str
    url: str = ""
    bytes: int | None = None
    mime: str = ""
    created: Moment | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChangeRecord:
    source_id: str
    item: str
    from_state: str | None
    to_state: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """What was in the file and is not in the records: the source's own name of it, how often, a reason code, where."""

    what: str
    count: int
    why: str
    where: str = ""


Record = (
    ProjectRecord
    | PersonRecord
    | TypeRecord
    | StateRecord
    | SprintRecord
    | VersionRecord
    | LabelRecord
    | CalendarRecord
    | ResourceRecord
    | ItemRecord
    | AssignmentRecord
    | CostRecord
    | LinkRecord
    | CommentRecord
    | AttachmentRecord
    | StateChangeRecord
    | ReportRecord
)
