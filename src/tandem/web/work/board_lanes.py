"""The lanes of a board: in which a card stands, how many stand there, and what a lane means for a card that is put into it."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.people.scoping import ids_of
from tandem.web import doors
from tandem.web.work import own_fields
from tandem.work.models import Assignment, FieldDefinition, ServiceClass, WorkItem, WorkItemType

LANES = {
    "assignee": lazy("Assignee"), "class": lazy("Class of service"), "parent": lazy("Part of"), "priority": lazy("Priority"),
    "type": lazy("Type"), "label": lazy("Label"), "query": lazy("Filters of the board"),
}  # fmt: skip
WIDE = {"project": lazy("Project")} | {name: LANES[name] for name in ("assignee", "class", "priority", "label")}
"""Of a board over several projects: what means the same in each of them."""
_CLASSES = dict(ServiceClass.choices)
_CHECKS = {"true": "yes", "false": "no"}
_SHIFT = Decimal(10) ** 25


@dataclass
class Lane:
    """A row of cells; `value` is what a card takes on when it is put here. `cells` by the key of the half."""

    value: str
    title: str
    cells: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)
    count: int | str = 0
    limit: dict[str, Any] | None = None
    limits: dict[int, dict[str, Any]] = field(default_factory=dict)  # of its cells, by column


def rows_of(user: Any, halves: list[Any], found: dict[Any, list[Any]], cards: dict[int, dict[str, Any]], kind: str, extra: Any = None) -> list[Lane]:
    """The lanes of the cards that are shown; `extra` (a `CardExtra`) knows lanes by own fields and by filters."""
    parents = parents_of(user, [i for rows in found.values() for i in rows]) if kind == "parent" else {}
    lanes: dict[str, Lane] = {} if kind else {"": Lane("", "")}
    for half in halves:
        for item in found.get(half.key, []):
            value, title = lane_of(item, cards[item.pk], kind, parents, extra)
            lane = lanes.setdefault(value, Lane(value, title))
            lane.cells.setdefault(half.key, []).append(cards[item.pk])
            lane.count = int(lane.count) + 1
    return in_order(list(lanes.values()), halves, kind, extra)


def in_order(lanes: list[Lane], halves: list[Any], kind: str, extra: Any = None) -> list[Lane]:
    if not lanes:
        return [Lane("", "")]
    # what nobody has taken, or belongs nowhere, stands last; before that the lanes in which nothing is open
    still, own = {half.key for half in halves if not half.is_done}, extra.lane if extra else None
    return sorted(
        lanes,
        key=lambda lane: (lane.value.endswith(":"), not still & lane.cells.keys(), _place(kind, lane, own), lane.value),
    )


def count(user: Any, found: Any, lanes: list[Lane], kind: str, extra: Any = None) -> None:
    """Long columns show their first cards; a lane counts the others too, in one query over all that were `found`."""
    own = extra.lane if extra else None
    rows = found.order_by().annotate(in_lane=_value(user, kind, own, extra)).values_list("in_lane").annotate(n=Count("pk", distinct=True))
    counts: dict[str, int] = {}
    for value, n in rows:
        said = "" if value is None else str(value)
        if own is not None:
            said = f"{own.pk}:{_CHECKS.get(said, said) if own.kind == FieldDefinition.Kind.CHECK else said}"
        name = f"{'field' if own is not None else kind}:{said}"
        counts[name] = counts.get(name, 0) + n
    for lane in lanes:
        lane.count = counts.get(lane.value, lane.count)


def _value(user: Any, kind: str, own: FieldDefinition | None, extra: Any) -> Any:
    """In which lane an item stands, as the database says it: `lane_of` of an item."""
    if own is not None:
        there: Any = KeyTransform(own.key, "fields")
        value: Any = Coalesce(KeyTextTransform(0, there), KeyTextTransform(own.key, "fields"), output_field=CharField())
        types = list(own.type_ids)  # type: ignore[attr-defined]
        return Case(When(type__in=types, then=value), default=Value(""), output_field=CharField()) if types else value
    if kind == "query":
        rows = WorkItem.objects.visible_to(user)
        whens = [When(pk__in=rows.filter(one).values("pk"), then=Value(str(n))) for n, one in enumerate(extra.face.conditions) if one is not None]
        return Case(*whens, default=Value(""), output_field=CharField())
    if kind == "assignee":
        first = Assignment.objects.filter(item=OuterRef("pk")).order_by("id")  # house: reads — of items that visible_to has chosen
        return Subquery(first.values("user_id")[:1])
    if kind == "parent":
        seen = Q(parent__space_id__among=ids_of(user.visible_space_ids()))
        return Case(When(seen, then=F("parent_id")), default=None)
    if kind == "label":
        return Coalesce(F("labels__0"), Value(""))
    return F({"class": "service_class", "priority": "priority", "type": "type_id", "project": "space_id"}[kind])


def _place(kind: str, lane: Lane, field: FieldDefinition | None) -> str:
    """Priorities, classes and choices have an order of their own; the rest stands by name."""
    if field is not None and lane.title in field.choices:
        return f"{field.choices.index(lane.title):04}"
    if field is not None and field.kind in (FieldDefinition.Kind.NUMBER, FieldDefinition.Kind.MONEY):
        return _in_order_of_size(lane.value.rpartition(":")[2])
    if field is not None and field.kind == FieldDefinition.Kind.DATE:
        return lane.value.rpartition(":")[2]
    if kind == "query":
        return f"{whole_number(lane.value.partition(':')[2]) or 0:04}"
    if kind == "class":
        return str(list(ServiceClass.values).index(lane.value.partition(":")[2]))
    return "" if kind == "priority" else lane.title


def _in_order_of_size(said: str) -> str:
    """Texts that stand in the order of the numbers, the negative ones first."""
    try:
        return f"{Decimal(said) + _SHIFT:050.6f}"
    except InvalidOperation:
        return ""


def lane_of(item: Any, card: dict[str, Any], kind: str, parents: dict[int, str], extra: Any = None) -> tuple[str, str]:
    if extra is not None and extra.lane is not None:
        return extra.lane_of(item)
    if kind == "query":
        return extra.face.lane_of(item)
    if kind == "assignee":
        who = card["first"]
        return (f"assignee:{who['id']}", who["name"]) if who else ("assignee:", _("Nobody"))
    if kind == "parent":
        named = parents.get(item.parent_id or 0)
        return (f"parent:{item.parent_id}", named) if named else ("parent:", _("Everything else"))
    if kind == "priority":
        return f"priority:{item.priority or ''}", str(item.get_priority_display() or _("No priority"))
    if kind == "class":
        return f"class:{item.service_class}", str(_CLASSES[item.service_class])
    if kind == "type":
        return f"type:{item.type_id}", item.type.name
    if kind == "project":
        return f"project:{item.space_id}", item.space.name
    if kind == "label":
        return (f"label:{item.labels[0]}", item.labels[0]) if item.labels else ("label:", _("No label"))
    return "", ""


def parents_of(user: Any, items: list[Any]) -> dict[int, str]:
    rows = WorkItem.objects.visible_to(user).filter(pk__in={i.parent_id for i in items if i.parent_id})
    return dict(rows.values_list("pk", "title"))


def put(request: HttpRequest, item: WorkItem, lane: str) -> dict[str, Any]:
    """What a lane means for the card that is put into it: `assignee:7`, `parent:12`, `priority:`, `class:expedite`."""
    kind, _colon, value = lane.partition(":")
    number = whole_number(value)
    if kind == "assignee":
        now = list(item.assignments.order_by("id").values_list("user_id", flat=True))
        if (number is None and not now) or (now and now[0] == number):
            return {}
        return {"assignees": [doors.find(User.objects, request.user, pk=number)] if number else []}
    if kind == "parent":
        return {"parent": doors.find(WorkItem.objects, request.user, pk=number, space=item.space_id) if number else None}
    if kind == "priority" and (number is None or number in WorkItem.Priority.values):
        return {"priority": number}
    if kind == "class" and value in ServiceClass.values:
        return {"service_class": value}
    if kind == "type" and number:
        return {"type": doors.find(WorkItemType.objects, request.user, pk=number, space=item.space_id)}
    if kind == "field" and (field := own_fields.lane_field(request.user, item, value.partition(":")[0])):
        return own_fields.in_lane(field, item, value.partition(":")[2])
    if kind == "project" and number != item.space_id:
        raise Refused("lane_of_another_project", key=item.key)
    if kind == "label":
        # the lane of a card is its first label: another lane takes its place, no label takes all away
        rest = [one for one in item.labels[1:] if one != value]
        return {"labels": [value[:200], *rest] if value else []} if item.labels[:1] != [value] else {}
    return {}


