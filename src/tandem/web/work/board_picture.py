"""What stands on a board: columns with their limits, lanes, cards with their age and what blocks them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import short_day
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import approvals, checklists, set_here
from tandem.reports.queries import boards as stacks_of
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.boards import Half, Hold, Stack, Standing
from tandem.reports.queries.card_ages import CardAges, RecordedAges
from tandem.reports.queries.moves import Moves
from tandem.reports.queries.own_fields import OwnFields
from tandem.web.work import board_lanes, board_layouts, filtering, own_fields
from tandem.work.models import Block, FieldDefinition, ServiceClass, WorkItem

CARDS, MOST_CARDS = 60, 5000
_CLASSES = dict(ServiceClass.choices)

def drawn(
    request: HttpRequest, space: Space, condition: Q, lanes: str, now: datetime, *, with_cards: bool = True
) -> dict[str, Any]:
    user: Any = request.user
    stacks = stacks_of.stacks(user, space.pk)
    halves = [half for stack in stacks for half in stack.halves]
    most = {half.key: shown_of(request, half) for half in halves}
    extra = CardExtra.of(user, space, halves, lanes)
    found = stacks_of.cards(user, space.pk, halves, condition, most, with_fields=extra.has_fields) if with_cards else {}
    counts, limits = stacks_of.counts(user, space.pk, condition), stacks_of.limits(user, space.pk)
    holds, ages = stacks_of.holds(user, now, space_id=space.pk), CardAges(user, space.pk, now, has_clock=getattr(space, "has_clock", True))
    cards = cards_of(user, [i for rows in found.values() for i in rows], now, holds, ages, extra)
    rows = board_lanes.rows_of(user, halves, found, cards, lanes, extra)
    if lanes and with_cards and sum(map(len, found.values())) < sum(counts.values()):
        every = WorkItem.objects.visible_to(user).present().filter(condition, space=space.pk)
        board_lanes.count(user, every, rows, lanes, extra)
    _limit_lanes(rows, limits, lanes)
    return {
        "columns": [_column(request, space, stack, found, counts, most, limits) for stack in stacks],
        "rows": rows, "counts": counts, "limits": limits, "stacks": stacks, "halves": halves, "holds": holds, "ages": ages,
        "is_split": any(len(stack.halves) > 1 for stack in stacks),
    }  # fmt: skip


def shown_of(request: HttpRequest, half: Half) -> int:
    """`more=HALF:240` in the address shows more of a long column."""
    for part in request.GET.getlist("more"):
        key, _colon, number = part.partition(":")
        if key == str(half.key):
            return max(CARDS, min(MOST_CARDS, whole_number(number, 5) or 0))
    return CARDS


def _column(
    request: HttpRequest, space: Space, stack: Stack, found: dict[int, list[Any]], counts: dict[int, int], most: dict[int, int],
    limits: list[Standing],
) -> dict[str, Any]:  # fmt: skip
    halves = []
    for half in stack.halves:
        count = sum(counts.get(s.pk, 0) for s in half.states)
        name = (_("done, waits") if half.is_waiting else _("doing")) if len(stack.halves) > 1 else ""
        halves.append({
            "half": half, "key": half.key, "count": count, "name": name, "title": f"{stack.title} {name}".strip(),
            **more_of(request, space, half, count - len(found.get(half.key, [])), most[half.key]),
        })  # fmt: skip
    own = [one for one in limits if stack.column and one.limit.column_id == stack.column.pk]
    whole = next((one for one in own if one.is_whole_column), None)
    return {
        "stack": stack, "halves": halves, "count": sum(h["count"] for h in halves), "half_keys": " ".join(str(h["key"]) for h in halves),
        "limit": shown_limit(whole) if whole else None, "policy": stack.column.policy if stack.column else "",
    }  # fmt: skip


def more_of(request: HttpRequest, space: Space, half: Half, rest: int, shown: int) -> dict[str, Any]:
    """The way to what is not shown yet: the next cards, and past the most that a board shows, the table."""
    if rest <= 0:
        return {"rest": 0, "more": "", "more_url": "", "is_here": False}
    if shown < MOST_CARDS:
        kept = [p for p in request.GET.getlist("more") if p.partition(":")[0] != str(half.key)]
        text = ngettext("Show %(n)s more", "Show %(n)s more", min(rest, shown)) % {"n": min(rest, shown)}
        url = filtering.changed(request, more=[*kept, f"{half.key}:{shown * 2}"], half="", first="")
        return {"rest": rest, "more": text, "more_url": url, "is_here": True}
    names = ",".join(f'"{s.name}"' for s in half.states)
    table = f"{reverse('work_items')}?{urlencode({'space': space.pk, 'q': f'state:{names}'})}"
    return {"rest": rest, "more": _("Show all in the table"), "more_url": table, "is_here": False}


def shown_limit(one: Standing) -> dict[str, Any]:
    """How a limit speaks: “7/5, 2 too many”."""
    word = ""
    if one.over:
        word = ngettext("%(n)s too many", "%(n)s too many", one.over) % {"n": one.over}
    elif one.tone == "full":
        word = _("full")
    elif one.under:
        word = ngettext("%(n)s too few", "%(n)s too few", one.under) % {"n": one.under}
    return {
        "least": one.limit.least, "count": one.count, "most": one.limit.most, "tone": one.tone, "word": word, "title": one.title, "stops": one.limit.stops,
        "overrides": one.overrides, "pk": one.limit.pk,
    }  # fmt: skip


class CardExtra:
    """What a project's own settings add to its cards: fields that stand on them, and the halves they may be moved to."""

    def __init__(
        self, fields: list[FieldDefinition], moves: Moves, halves: list[Half], lane: FieldDefinition | None = None, *, has_approvals: bool = False,
        face: "board_layouts.Face | None" = None,
    ) -> None:  # fmt: skip
        self.has_approvals, self.face = has_approvals, face or board_layouts.Face()
        self._own, self._moves, self._halves, self.lane = OwnFields(fields), moves, halves, lane
        self._beside = OwnFields([lane] if lane else [])
        self.has_fields = bool(fields or lane)

    @classmethod
    def of(cls, user: Any, space: Space, halves: list[Half], lanes: str = "") -> "CardExtra":
        """`space` came with `set_here.beside`; `lanes` may name the field by which the lanes are."""
        there = [f for f in set_here.fields_of(space) if f.retired_at is None]
        face = board_layouts.face_of(user, space, lanes)
        fields, lane = face.fields(there), next((f for f in there if lanes and own_fields.lane_code(f) == lanes), None)
        rules = set_here.rules_of(space)
        moves = Moves(user, rules, set_here.own_workflows_of(space))
        return cls(fields, moves, halves, lane, has_approvals=any(rule.approvals for rule in rules), face=face)

    def meet(self, items: list[Any]) -> None:
        self.face.meet(items)
        if self.has_fields:
            self._own.meet(items)
            self._beside.meet(items)

    def lane_of(self, item: Any) -> tuple[str, str]:
        """The lane of an item by a field of the team's own: of several values the first."""
        field: Any = self.lane
        value, said = own_fields.first_of(field, item, self._beside)
        return f"field:{field.pk}:{value}", said or _("No %(name)s") % {"name": field.name}

    def values(self, item: Any) -> list[dict[str, str]]:
        shown = own_fields.of_item(item, self._own) if self.has_fields else []
        return [*self.face.values(item), *({"label": one.label, "shown": one.shown} for one in shown if one.shown)]

    def ways(self, item: Any) -> str | None:
        """The keys of the halves, blanks between; None when it may go everywhere."""
        ways = self._moves.ways(item)
        if ways is None:
            return None
        here = {half.key for half in self._halves if item.state_id in {s.pk for s in half.states}}
        return " ".join(str(half.key) for half in self._halves if self._landing(item, half) in ways or half.key in here)

    def _landing(self, item: Any, half: Half) -> int:
        """The state into which a card of this type comes there."""
        return next((s.pk for s in half.states if self._moves.uses(item.type_id, s.pk)), half.key)


def cards_of(
    user: Any, items: list[Any], now: datetime, holds: list[Hold], ages: CardAges | RecordedAges, extra: Any
) -> dict[int, dict[str, Any]]:
    """`extra`: a `CardExtra`, or what knows the same of items of several projects."""
    people, said, checks = reads.assignees(items), stacks_of.blocks(user, items), checklists.counts(user, items)
    held: dict[int, list[Hold]] = {}
    for hold in holds:
        held.setdefault(hold.held_id, []).append(hold)
    since = reads.entered(user, [i for i in items if not i.is_done])
    waits = approvals.on_cards(user, items) if extra.has_approvals else {}
    extra.meet(items)
    ages.meet(items)
    has = extra.face.has
    return {
        i.pk: {
            "item": i,
            "people": people.get(i.pk, []) if has("assignees") else [],
            "first": next(iter(people.get(i.pk, [])), None),  # whose lane it stands in, shown or not
            "labels": i.labels if has("labels") else [],
            "age": _age(i, since.get(i.pk), ages, now) if has("age") else None,
            "blocked": _blocked(said.get(i.pk), held.get(i.pk, []), now),
            "block": said.get(i.pk),
            "checks": checks.get(i.pk) if has("checklist") else None,
            "urgent": i.get_priority_display() if i.priority == WorkItem.Priority.URGENT else "",
            "cls": {"name": i.service_class, "word": _class_word(i)} if i.service_class != ServiceClass.STANDARD and has("class") else None,
            "own": extra.values(i),
            "to": extra.ways(i),
            "waits": waits.get(i.pk, ""),
        }
        for i in items
    }


def _class_word(item: Any) -> str:
    if item.service_class == ServiceClass.FIXED_DATE and item.due_on:
        return _("due %(day)s") % {"day": short_day(item.due_on)}
    return str(_CLASSES[item.service_class])


def _blocked(block: Block | None, held: list[Hold], now: datetime) -> str:
    """What people said, with its clock; else the items that hold it up, and the time that this has cost."""
    if block:
        return _("%(n)s d, %(reason)s") % {"n": int(block.lasted(now)), "reason": block.reason}
    if not held:
        return ""
    names = [hold.key or _("an item that you cannot see") for hold in held]
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    text = _("blocked by %(key)s") % {"key": ", ".join(names[:2]) + more}
    days = [hold.days for hold in held if hold.days is not None]
    return f"{ngettext('%(n)s d', '%(n)s d', int(max(days))) % {'n': int(max(days))}}, {text}" if days else text


def _age(item: Any, since: Any, ages: CardAges | RecordedAges, now: datetime) -> dict[str, Any] | None:
    """In progress: days since work began, by the clock of the project, against the time within which 85 % of the finished
    items were done. Before: how long it waits in this column. Done, or past the end of the clock: the day."""
    if item.is_done:
        return {"text": short_day(item.actual_finish)} if item.actual_finish else None
    if left := ages.left(item):
        return {"text": _("clock stopped %(day)s") % {"day": short_day(left)}}
    aged = ages.of(item)
    if aged is None:
        days = max(0, (now - (since or item.created_at)).days)
        return {"text": ngettext("waits %(n)s d", "waits %(n)s d", days) % {"n": days}}
    text = ngettext("%(n)s d", "%(n)s d", aged) % {"n": aged}
    if not ages.expected:
        return {"text": text}
    share = aged / ages.expected * 100
    return {"text": text, "percent": share, "tone": "late" if share > 100 else "warn" if share >= 70 else ""}


def _limit_lanes(rows: list[board_lanes.Lane], limits: list[Standing], kind: str) -> None:
    """A limit of a lane speaks in its head, one of a cell in the cell. A person's limit is that of the lane of the person."""
    by_value = {lane.value: lane for lane in rows}
    for one in limits:
        limit = one.limit
        value = f"assignee:{limit.person_id}" if kind == "assignee" and limit.person_id and not limit.lane else limit.lane
        lane = by_value.get(value) if value and kind and not (limit.person_id and limit.lane) else None
        if lane and limit.column_id:
            lane.limits[limit.column_id] = shown_limit(one)
        elif lane:
            lane.limit = shown_limit(one)
