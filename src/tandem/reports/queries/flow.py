"""How the work items of a project moved, read for `tandem.compute.flow`: states, moves, blocks, the clock; seven queries.

Only what was open at some time in the period is read, so that a long past costs nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tandem.compute.flow.items import WAITING, FlowItem, Move, Workflow
from tandem.compute.flow.items import Block as FlowBlock
from tandem.compute.flow.items import State as FlowState
from tandem.compute.flow.journeys import Journeys, journeys
from tandem.kit import clock
from tandem.planning.calendars import Calendars, whole_days
from tandem.planning.flow_clocks import Clock
from tandem.reports.queries import filter_language
from tandem.work.models import Block, FlowClock, Link, State, StateChange, WorkItem

MOST = 10_000
BY_CATEGORY = Clock()
_FIELDS = ("id", "key", "title", "type__name", "state_id", "state__category", "created_at", "actual_start", "actual_finish", "is_given_up", "state__is_given_up")


@dataclass(frozen=True, slots=True)
class Line:
    """A work item as a mark of a picture names it."""

    id: int
    key: str
    title: str
    type: str


@dataclass(frozen=True, slots=True)
class Held:
    """An item could not go on from `first` to `last` (None: it still cannot), because of `cause`: what it is called
    (None: an item that the reader may not see) and its key. `first` None: since when is not known."""

    item_id: int
    first: datetime | None
    last: datetime | None
    cause: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What moved in a space between `since` (None: from the beginning) and `now`.

    - queues: states of *in progress* in which nobody works; undated: finished items without a day, which are left out, as those
      are that were closed without a result (given_up).
    - is_cut: there were more than `MOST` items, the latest are read; has_parents: containers count too.
    """

    space_id: int
    now: datetime
    since: datetime | None
    states: tuple[State, ...]
    queues: frozenset[int]
    lines: dict[str, Line]
    found: Journeys | None
    held: tuple[Held, ...]
    undated: int
    is_cut: bool
    has_parents: bool
    clock: Clock = BY_CATEGORY
    given_up: int = 0

    def state(self, id: str) -> State:
        return next(state for state in self.states if str(state.pk) == id)


def now_of(project: Any) -> datetime:
    """A history that was imported and ended long ago is read as of its end."""
    if project.as_of is None:
        return clock.now()
    return datetime.combine(project.as_of + timedelta(days=1), time(), tzinfo=UTC)


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def read(
    user: Any, space_id: int, *, now: datetime, since: datetime | None = None, text: str = "", queues: Iterable[int] | None = None
) -> Reading:
    """`text` is a filter; containers (items with parts below them) count only when it asks for a type. Raises `Refused`
    for a filter that cannot be read. `found` is None in a project without a state of the category *done*."""
    has_parents = any(term.field == "type" for term in filter_language.terms(text))
    states = tuple(State.objects.visible_to(user).filter(space=space_id).select_related("column").in_order())
    halves = [s.pk for s in states if s.is_waiting and s.column and s.column.is_split]
    waiting = frozenset(s.pk for s in states if s.category == State.Category.IN_PROGRESS) & frozenset(halves if queues is None else queues)
    asked = _asked(user, space_id, since, filter_language.condition(text, user), has_parents)
    whole = list(asked.order_by("-id").values(*_FIELDS).distinct()[: MOST + 1])
    rows = [row for row in whole if not (row["is_given_up"] or row["state__is_given_up"])]
    dated = [row for row in rows[:MOST] if not _is_undated(row)]
    moves = _moves(user, space_id, [row["id"] for row in dated], {s.pk for s in states})
    clock = clock_of(user, space_id) or BY_CATEGORY
    dated = _dated(dated, moves, clock)
    waiting |= {s.pk for s in states if s.category == State.Category.TO_DO and clock.kind(s, waiting) == WAITING}
    held = _held(user, dated, now)
    blocks: dict[int, list[FlowBlock]] = defaultdict(list)
    for one in held:
        if one.first is not None:
            blocks[one.item_id].append(FlowBlock(_wall(one.first), _wall(one.last) if one.last else None))
    read_as = _Dates(states)
    items = [FlowItem(str(row["id"]), read_as.moves(row, moves.get(row["id"], [])), tuple(blocks.get(row["id"], ()))) for row in dated]
    is_whole = any(s.category == State.Category.DONE for s in states)
    calendar = _calendar(space_id, clock, now)
    return Reading(
        space_id, now, since, states, waiting,
        {str(row["id"]): Line(row["id"], row["key"], row["title"], row["type__name"]) for row in dated},
        journeys(items, _workflow(states, waiting, clock), now=_wall(now), calendar=calendar) if is_whole else None,
        held, len(rows[:MOST]) - len(dated), len(whole) > MOST, has_parents, clock, len(whole) - len(rows),
    )  # fmt: skip


def _workflow(states: Iterable[State], queues: frozenset[int], clock: Clock) -> Workflow:
    return Workflow(tuple(FlowState(str(s.pk), clock.kind(s, queues)) for s in states))


def clock_of(user: Any, space_id: int) -> Clock | None:
    """None where the space has set none."""
    row = FlowClock.objects.visible_to(user).filter(space=space_id).select_related("start", "stop").first()
    return None if row is None else Clock(row.start, row.stop, row.counts_working_days)


class Ways:
    """The ways of single items, read as `read` does it, without what held them up."""

    def __init__(self, user: Any, space_id: int, clock: Clock, now: datetime) -> None:
        self._user, self._space_id, self._now, self.clock = user, space_id, now, clock
        self.states = tuple(State.objects.visible_to(user).filter(space=space_id).select_related("column").in_order())
        self._calendar = _calendar(space_id, clock, now)

    def days_until(self, day: date) -> int:
        """From today to that day, in the days that the clock counts; negative when it has passed."""
        today = self._now.date()
        if self._calendar is None:
            return (day - today).days
        one = timedelta(days=1)
        ahead: int = self._calendar.count_working_days(today + one, day) if day > today else -self._calendar.count_working_days(day, today - one) if day < today else 0
        return ahead

    def of(self, ids: list[int]) -> Journeys | None:
        """None for nothing, and in a project without a state of the category *done*."""
        rows = list(WorkItem.objects.visible_to(self._user).present().filter(pk__in=ids, space=self._space_id).values(*_FIELDS)) if ids else []
        if not rows or not any(s.is_done for s in self.states):
            return None
        moves = _moves(self._user, self._space_id, [row["id"] for row in rows], {s.pk for s in self.states})
        dated, read_as = _dated(rows, moves, self.clock), _Dates(self.states)
        items = [FlowItem(str(row["id"]), read_as.moves(row, moves.get(row["id"], []))) for row in dated]
        return journeys(items, _workflow(self.states, frozenset(), self.clock), now=_wall(self._now), calendar=self._calendar) if items else None


def _calendar(space_id: int, clock: Clock, now: datetime) -> Any:
    return whole_days(Calendars([space_id], now.date()).of_space(space_id)) if clock.in_working_days else None


def _dated(rows: Iterable[dict[str, Any]], moves: dict[int, list[Move]], clock: Clock) -> list[dict[str, Any]]:
    """Those whose way is known well enough."""
    dated = [row for row in rows if not _is_undated(row)]
    if clock.is_own:  # by dates alone nobody knows when such an item passed these states
        dated = [row for row in dated if row["state__category"] == State.Category.TO_DO or len(moves.get(row["id"], [])) > 1]
    return dated


def _asked(user: Any, space_id: int, since: datetime | None, condition: Q, has_parents: bool) -> Any:
    """Present items that were open at some time since then."""
    rows = WorkItem.objects.visible_to(user).present().filter(condition, space=space_id, is_milestone=False)
    if not has_parents:
        parts = WorkItem.objects.visible_to(user).present().filter(parent=OuterRef("pk"))
        rows = rows.filter(~Exists(parts), is_summary=False)
    if since is not None:
        rows = rows.exclude(state__category=State.Category.DONE, actual_finish__lt=since)
    return rows


def _is_undated(row: dict[str, Any]) -> bool:
    return bool(row["state__category"] == State.Category.DONE and row["actual_finish"] is None)


def _moves(user: Any, space_id: int, ids: list[int], known: set[int]) -> dict[int, list[Move]]:
    rows = StateChange.objects.visible_to(user).filter(item__in=ids, space=space_id).order_by("item_id", "at", "id")
    found: dict[int, list[Move]] = defaultdict(list)
    for item_id, at, state in rows.values_list("item_id", "at", "to_state_id").iterator():
        if state in known:
            found[item_id].append(Move(_wall(at), str(state)))
    return found


class _Dates:
    """Items whose way was not recorded (imports that know only where an item stands) are read from their dates."""

    def __init__(self, states: Iterable[State]) -> None:
        self.first = {category: next((str(s.pk) for s in states if s.category == category), None) for category in State.Category}

    def moves(self, row: dict[str, Any], recorded: list[Move]) -> tuple[Move, ...]:
        """At least two recorded moves, or one into a state of *to do*, are a way of their own."""
        category = State.Category(row["state__category"])
        if len(recorded) > 1 or (recorded and category == State.Category.TO_DO):
            return tuple(recorded)
        state = str(row["state_id"])
        created, started, finished = (_wall(row[name]) if row[name] else None for name in ("created_at", "actual_start", "actual_finish"))
        assert created is not None
        end = finished if category == State.Category.DONE else None
        if category == State.Category.TO_DO:
            return (Move(created, state),)
        begun = started or (end is None and recorded and recorded[0].at) or None
        last = end or max(created, begun or created)
        found = [Move(min(created, begun or created, last), self.first[State.Category.TO_DO] or state)]
        if end and begun and self.first[State.Category.IN_PROGRESS]:
            found.append(Move(min(begun, end), self.first[State.Category.IN_PROGRESS] or state))
        return (*found, Move(last, state))


def _held(user: Any, rows: list[dict[str, Any]], now: datetime) -> tuple[Held, ...]:
    """What held items up: blocks with a clock of their own, named by their kind, and the items that block them by a link,
    from the day of the link until the blocker is finished."""
    ids = [row["id"] for row in rows]
    links = Link.objects.filter(  # house: reads — ends are masked below
        kind=Link.Kind.BLOCKS, target__in=ids, source__removed_at=None
    ).order_by("id")
    fields = ("target_id", "created_at", "source__key", "source__title", "source__space_id", "source__state__category", "source__actual_finish")
    seen = user.visible_space_ids()
    said = Block.objects.visible_to(user).filter(item__in=ids, since__lte=now).order_by("id")
    found = [
        Held(item, since, ended, str(Block.Kind(kind).label), "")
        for item, since, ended, kind in said.values_list("item_id", "since", "ended_at", "kind")
    ]
    for target, made, key, title, space_id, category, finished in links.values_list(*fields):
        is_done = category == State.Category.DONE
        last = finished if is_done else None
        # a link that came in with a file says when the file was read, not when the work was held up
        first = made if made <= now and not (is_done and (last is None or last < made)) else None
        is_seen = space_id in seen
        found.append(Held(target, first, last, f"{key} {title}" if is_seen else None, key if is_seen else ""))
    return tuple(found)


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
