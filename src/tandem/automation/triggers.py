"""Which events set which rules off, and for which work item."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tandem.automation.models import Rule
from tandem.automation.spaces import below
from tandem.collaboration.models import Comment
from tandem.history.models import Event
from tandem.history.models.event import EventQuerySet
from tandem.work.models import Block, State, WorkItem

T = Rule.Trigger
VERBS: dict[str, tuple[str, ...]] = {
    T.CREATED: ("work_item.created",), T.MOVED: ("work_item.moved",), T.CHANGED: ("work_item.changed", "work_item.moved", "work_item.estimate_taken"),
    T.BLOCKED: ("block.started", "block.reopened"), T.UNBLOCKED: ("block.ended",), T.COMMENTED: ("comment.added",),
    T.MERGED: ("development.merged",), T.DUE: (),
}  # fmt: skip
# fields whose change may set a rule off
FIELDS = (
    "title", "description", "type", "parent", "priority", "service_class", "labels", "due_on", "estimate_points", "estimate_minutes",
    "assignees", "percent_complete", "planned_start", "planned_finish", "deadline_at",
)  # fmt: skip
OWN = "own:"
_ITEM = WorkItem._meta.label_lower


def items_of(events: Iterable[Event]) -> dict[int, int]:
    """Event → the work item that it is about; at most two queries."""
    found, blocks, comments = {}, {}, {}
    for event in events:
        if event.subject_kind == _ITEM:
            found[event.pk] = event.subject_id
        elif event.verb.startswith("block."):
            blocks[event.pk] = event.subject_id
        elif event.verb == "comment.added":
            comments[event.pk] = event.subject_id
    homes = dict(Block.objects.filter(pk__in=blocks.values()).values_list("id", "item_id")) if blocks else {}
    rows = (
        Comment.objects.filter(pk__in=comments.values(), subject_kind=_ITEM)
        if comments
        else Comment.objects.none()
    )
    subjects = dict(rows.values_list("id", "subject_id"))
    found |= {event: homes[block] for event, block in blocks.items() if block in homes}
    return found | {event: subjects[comment] for event, comment in comments.items() if comment in subjects}


def past(rule: Rule, events: EventQuerySet) -> EventQuerySet:
    """Those of `events` that would have set the rule off: the same as `sets_off`, asked of the database, which reads no
    text for it."""
    found = events.filter(verb__in=VERBS[rule.trigger])
    if rule.trigger == T.MOVED and (state := rule.facts.get("state")) is not None:
        if isinstance(state, int):
            return found.filter(changes__state__1=state)
        states = State.objects.filter(category=state, space_id__among=below(rule.space_id))
        return found.filter(changes__state__1__in=list(states.values_list("pk", flat=True)))
    if rule.trigger == T.CHANGED:
        field = rule.facts.get("field", "")
        if own := own_key(field):
            return found.filter(Q(changes__fields__0__has_key=own) | Q(changes__fields__1__has_key=own))
        return found.filter(Q(changes__has_key=field) | Q(text__changes__has_key=field))
    return found


def own_key(field: str) -> str:
    """The key of a field of the team's own, which rules name `own:key`."""
    return field.removeprefix(OWN) if field.startswith(OWN) else ""


def categories_of(events: Iterable[Event]) -> dict[int, str]:
    """Of the states into which these events moved something, the category; at most one query."""
    ids = {new for event in events if event.verb in VERBS[T.MOVED] and isinstance(new := _new_state(event), int)}
    return dict(State.objects.filter(pk__in=ids).values_list("pk", "category")) if ids else {}


def _new_state(event: Event) -> Any:
    return event.changes.get("state", [None, None])[1]


def sets_off(rule: Rule, event: Event, categories: Mapping[int, str]) -> bool:
    if event.verb not in VERBS[rule.trigger]:
        return False
    if rule.trigger == T.MOVED:
        new = _new_state(event)
        return rule.facts.get("state") in (None, new, categories.get(new))
    if rule.trigger == T.CHANGED:
        text = getattr(event, "text", None)
        if own := own_key(rule.facts.get("field", "")):
            return any(own in side for side in event.changes.get("fields", ()) if isinstance(side, dict))
        return rule.facts.get("field") in {*event.changes, *(text.changes if text else ())}
    return True


def due_days(rule: Rule, today: date, back: int) -> tuple[date, date]:
    """The due dates that set the rule off on one of the last `back` days: a date has passed when its day is over."""
    last = today - timedelta(days=1 + int(rule.facts.get("days", 0)))
    return last - timedelta(days=back - 1), last


def mark_of_day(day: Any, item_id: int) -> str:
    return f"due:{day.isoformat()}:{item_id}"
