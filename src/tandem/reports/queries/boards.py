"""What a board shows: columns and their halves, the cards in each, limits with their counts, and what holds cards up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from tandem.reports.queries.work_items import listed
from tandem.work.models import Block, Column, Link, State, WipLimit, WipOverride, WorkItem, WorkItemType
from tandem.work.models.wip_limit import standing, titles


@dataclass
class Half:
    """One stack of cards. `key` is the state into which a card comes that is put here; a column whose half no state is
    mapped to has nothing to put into it."""

    states: list[State]
    is_waiting: bool = False

    @property
    def key(self) -> int:
        return self.states[0].pk if self.states else 0

    @property
    def is_done(self) -> bool:
        return bool(self.states) and all(s.is_done for s in self.states)

    @property
    def is_begun(self) -> bool:
        return any(s.category == State.Category.IN_PROGRESS for s in self.states)


@dataclass
class Stack:
    """A column of the board: one half, or doing and done beside each other."""

    title: str
    halves: list[Half]
    column: Column | None = None

    @property
    def states(self) -> list[State]:
        return [s for half in self.halves for s in half.states]


@dataclass
class Standing:
    """A limit, what it limits in words, and how many items stand there."""

    limit: WipLimit
    title: str
    count: int
    overrides: list[WipOverride] = field(default_factory=list)

    @property
    def over(self) -> int:
        return max(0, self.count - self.limit.most)

    @property
    def under(self) -> int:
        """By how many less than its lower limit stand there."""
        return max(0, (self.limit.least or 0) - self.count)

    @property
    def tone(self) -> str:
        return "over" if self.over else "full" if self.count == self.limit.most else "under" if self.under else ""

    @property
    def is_whole_column(self) -> bool:
        return bool(self.limit.column_id and not self.limit.lane and not self.limit.person_id)


def stacks(user: Any, space_id: int) -> list[Stack]:
    """The columns in order; states that stand in none are columns of their own, behind the others. A retired state is
    there as long as an item stands in it: one that came in at the moment it was retired is not lost."""
    items = WorkItem.objects.present().filter(state=OuterRef("pk"))  # house: reads — of states of the asker's spaces
    rows = State.objects.visible_to(user).filter(Q(retired_at=None) | Exists(items), space=space_id)
    states = list(rows.in_order())
    found = []
    for column in Column.objects.visible_to(user).filter(space=space_id).in_order():
        own = [s for s in states if s.column_id == column.pk]
        halves = [Half([s for s in own if not (column.is_split and s.is_waiting)])]
        if column.is_split:
            halves.append(Half([s for s in own if s.is_waiting], is_waiting=True))
        found.append(Stack(column.name, halves, column))
    return found + [Stack(s.name, [Half([s])]) for s in states if s.column_id is None]


def landing(found: list[Stack], state: State, kind: WorkItemType) -> State:
    """Where a card of this type comes that is put where `state` stands: that state, or the first beside it that its type
    uses; where there is none the action says so."""
    if kind.uses(state.pk):
        return state
    beside = next((half.states for stack in found for half in stack.halves if state in half.states), [])
    return next((one for one in beside if kind.uses(one.pk)), state)


def cards(
    user: Any, space_id: int, halves: list[Half], condition: Q, most: dict[int, int], first: int = 0, *, with_fields: bool = False
) -> dict[int, list[Any]]:  # fmt: skip
    """Half → its cards from `first` on, as many as `most` says; two queries however many halves."""
    rows = listed(user, with_fields=with_fields).filter(space=space_id)
    asked = [half for half in halves if half.states]
    if not asked:
        return {}
    parts = [_stacked(rows.filter(condition), half)[first : first + most[half.key]] for half in asked]
    ids = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    where = {state.pk: half for half in asked for state in half.states}
    found: dict[int, list[Any]] = {half.key: [] for half in asked}
    for item in rows.filter(pk__in=ids).order_by("rank", "id"):
        found[where[item.state_id].key].append(item)
    for half in asked:
        if half.is_done:
            found[half.key].sort(key=lambda i: (i.actual_finish is not None, i.actual_finish, -i.pk), reverse=True)
    return found


def _stacked(rows: Any, half: Half) -> Any:
    """Backlog order; what is done begins with what was finished last."""
    order = (F("actual_finish").desc(nulls_last=True), "id") if half.is_done else ("rank", "id")
    return rows.filter(state__in=[s.pk for s in half.states]).order_by(*order).values_list("pk", flat=True)


def counts(user: Any, space_id: int, condition: Q) -> dict[int, int]:
    """State id → how many items of the space stand there."""
    rows = WorkItem.objects.visible_to(user).present().filter(condition, space=space_id)
    return dict(rows.order_by().values_list("state_id").annotate(n=Count("id")))


def limits(user: Any, space_id: int) -> list[Standing]:
    """The limits of a space with their counts, whatever the board is narrowed to; over one, who let what in and why."""
    rows = list(WipLimit.objects.visible_to(user).filter(space=space_id).select_related("column", "person").in_order())
    if not rows:
        return []
    count, title = standing(rows, WorkItem.objects.visible_to(user).filter(space=space_id)), titles(rows)
    found = [Standing(one, title[one.pk], count[one.pk]) for one in rows]
    over = {one.limit.pk: one for one in found if one.over}
    if over:
        let_in = WipOverride.objects.visible_to(user).filter(limit__in=over).select_related("item__state", "by")
        for row in let_in.order_by("-id")[:100]:
            one = over[row.limit_id]
            if _still_in(row.item, one.limit) and row.item_id not in {o.item_id for o in one.overrides}:
                one.overrides.append(row)
    return found


def _still_in(item: WorkItem, limit: WipLimit) -> bool:
    if item.removed_at or item.archived_at:
        return False
    return item.state.column_id == limit.column_id if limit.column_id else item.state.category == State.Category.IN_PROGRESS


@dataclass
class Hold:
    """An open item holds up another. `item` is None when the reader may not see it; `days` is what the hold has cost:
    since the link was drawn, but not before work on the held item began."""

    held_id: int
    held_key: str
    item_id: int
    key: str | None
    title: str
    space_id: int
    space: str
    days: float | None


def holds(user: Any, now: datetime, *, items: Iterable[Any] = (), space_id: int | None = None) -> list[Hold]:
    """What holds these items up, or with `space_id` all open items of that space."""
    rows = Link.objects.filter(kind="blocks", source__removed_at=None, target__removed_at=None)  # house: reads — ends are masked below
    rows = rows.exclude(source__state__category=State.Category.DONE).exclude(target__state__category=State.Category.DONE)
    if space_id is not None:
        rows = rows.filter(target__space=space_id)[:2000]
    else:
        rows = rows.filter(target__in=[i.pk for i in items if not i.is_done])
    seen, found = user.visible_space_ids(), []
    for target, target_key, begun, source, key, title, home, name, drawn in rows.values_list(
        "target_id", "target__key", "target__actual_start", "source_id", "source__key", "source__title", "source__space_id",
        "source__space__name", "created_at",
    ):  # fmt: skip
        days = max(0.0, (now - max(begun, drawn)).total_seconds() / 86400) if begun else None
        is_seen = home in seen
        found.append(Hold(target, target_key, source, key if is_seen else None, title if is_seen else "", home, name if is_seen else "", days))
    return found


def blocks(user: Any, items: list[Any]) -> dict[int, Block]:
    """Item id → what people said blocks it now."""
    rows = Block.objects.visible_to(user).open().filter(item__in=[i.pk for i in items])
    return {row.item_id: row for row in rows}


def blocked(user: Any, space_id: int, found: list[Hold], now: datetime) -> tuple[int, float]:
    """How many items of the space are blocked now, and for how many days in all: what people said counts, else the
    longest of the holds."""
    days: dict[int, float] = {}
    for hold in found:
        days[hold.held_id] = max(days.get(hold.held_id, 0.0), hold.days or 0.0)
    rows = Block.objects.visible_to(user).open().filter(space=space_id, item__removed_at=None)
    for item_id, since in rows.values_list("item_id", "since"):
        days[item_id] = max(0.0, (now - since).total_seconds() / 86400)
    return len(days), sum(days.values())
