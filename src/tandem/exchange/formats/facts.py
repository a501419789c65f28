"""The facts of a stream of records: counted here for the preview, counted in the database by the writer,
same meaning.

Definitions (shared with the writer and with the independent count of the tests):

- items: item records. types, states: items by the source's own name. state_categories: items by to_do,
  in_progress, done.
- users: distinct people whom the source names as a member of the board, lead, assignee, reporter, creator,
  watcher, or author of a comment, attachment or state change that is taken over. Resources of a plan are not
  users.
- unassigned: items without an assignee; in a plan, tasks without an assignment to a resource.
- sprints: sprint name → items that are or were in it, once per item. Sprints without items are absent.
- links: the source's own name of the link type (FS, SS, FF, SF in a plan) → links. A link counts once,
  although a source may write it at both ends; links whose other end is not in the file count too.
- comments, attachments: those on items that are taken over.
- items_with_parent: items whose parent is also in the file. hierarchy_depth: items on the longest way from a
  root to a leaf; a flat list has 1, no items have 0.
- created_min, created_max: ISO 8601, as in the source: an offset only where the source has one.

Of a plan also: tasks (not the project summary with UID 0, not empty rows), summary_tasks, milestones (by the
flags of the source), resources (not UID 0, not empty rows), assignments (also those without a resource),
links (a number here), link_types, links_with_lag (lag other than zero), calendars (all in the file, with
those of resources), tasks_with_baseline (at least one stored baseline value), start_min, finish_max (stored
dates of the tasks).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tandem.exchange.records import (
    AssignmentRecord,
    AttachmentRecord,
    CalendarRecord,
    CommentRecord,
    ItemRecord,
    LinkRecord,
    Moment,
    PersonRecord,
    Record,
    ResourceRecord,
    SourceInfo,
    SprintRecord,
    StateRecord,
)


class _Count:
    def __init__(self) -> None:
        self.n: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.sprints: Counter[str] = Counter()
        self.links: Counter[str] = Counter()
        self.categories: dict[str, str] = {}
        self.sprint_names: dict[str, str] = {}
        self.parents: dict[str, str | None] = {}
        self.assigned: set[str] = set()
        self.created: list[Moment] = []  # smallest and largest so far
        self.starts: list[Moment] = []
        self.finishes: list[Moment] = []

    def add(self, record: Record) -> None:
        match record:
            case ItemRecord():
                self.item(record)
            case StateRecord():
                self.categories[record.name] = record.category
            case SprintRecord():
                self.sprint_names[record.source_id] = record.name
            case LinkRecord():
                self.links[record.name or record.kind] += 1
                self.n["links_with_lag"] += bool(record.lag_minutes or record.lag_percent)
            case AssignmentRecord():
                self.n["assignments"] += 1
                if record.resource is not None:
                    self.assigned.add(record.task)
            case PersonRecord() | CommentRecord() | AttachmentRecord() | ResourceRecord() | CalendarRecord():
                self.n[type(record).__name__] += 1
            case _:
                pass

    def item(self, item: ItemRecord) -> None:
        self.n["items"] += 1
        self.types[item.type] += 1
        self.states[item.state] += 1
        self.sprints.update(set(item.sprints))
        self.parents[item.source_id] = item.parent_source_id
        if item.assignees:
            self.assigned.add(item.source_id)
        _stretch(self.created, item.created)
        if item.plan:
            _stretch(self.starts, item.start)
            _stretch(self.finishes, item.finish)
            self.n["summary_tasks"] += item.plan.is_summary
            self.n["milestones"] += item.plan.is_milestone
            self.n["tasks_with_baseline"] += bool(item.plan.baselines)

    def depth(self) -> int:
        depths: dict[str, int] = {}
        for item in self.parents:
            way: list[str] = []
            here: str | None = item
            while here is not None and here in self.parents and here not in depths and here not in way:
                way.append(here)
                here = self.parents[here]
            below = depths.get(here, 0) if here is not None else 0
            for at in reversed(way):
                below += 1
                depths[at] = below
        return max(depths.values(), default=0)


def facts(records: Iterable[Record], info: SourceInfo) -> dict[str, Any]:
    count = _Count()
    for record in records:
        count.add(record)
    categories: Counter[str] = Counter()
    for state, number in count.states.items():
        categories[count.categories.get(state, "to_do")] += number
    found: dict[str, Any] = {
        "items": count.n["items"],
        "types": dict(count.types),
        "states": dict(count.states),
        "state_categories": dict(categories),
        "users": count.n["PersonRecord"],
        "unassigned": sum(item not in count.assigned for item in count.parents),
        "sprints": {count.sprint_names.get(key, key): number for key, number in count.sprints.items()},
        "links": dict(count.links),
        "comments": count.n["CommentRecord"],
        "attachments": count.n["AttachmentRecord"],
        "items_with_parent": sum(parent in count.parents for parent in count.parents.values()),
        "hierarchy_depth": count.depth(),
        "created_min": _iso(count.created[:1]),
        "created_max": _iso(count.created[1:]),
    }
    if info.is_schedule:
        found |= {
            "tasks": count.n["items"],
            "summary_tasks": count.n["summary_tasks"],
            "milestones": count.n["milestones"],
            "resources": count.n["ResourceRecord"],
            "assignments": count.n["assignments"],
            "links": sum(count.links.values()),
            "link_types": dict(count.links),
            "links_with_lag": count.n["links_with_lag"],
            "calendars": count.n["CalendarRecord"],
            "tasks_with_baseline": count.n["tasks_with_baseline"],
            "start_min": _iso(count.starts[:1]),
            "finish_max": _iso(count.finishes[1:]),
        }
    return found


def _stretch(ends: list[Moment], value: Moment | None) -> None:
    """Keep the smallest and the largest moment."""
    if value is None:
        return
    if not ends:
        ends.extend((value, value))
    elif _order(value) < _order(ends[0]):
        ends[0] = value
    elif _order(value) > _order(ends[1]):
        ends[1] = value


def _order(value: Moment) -> float:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day).toordinal() * 86400.0
    offset = value.utcoffset()
    seconds = value.toordinal() * 86400.0 + value.hour * 3600 + value.minute * 60 + value.second
    return seconds - (offset.total_seconds() if offset else 0.0)


def _iso(values: list[Moment]) -> str | None:
    return values[0].isoformat() if values else None
