"""What a forecast rests on, read with one query per table: scopes, items, links, calendars, promises."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import F, Q

from tandem.compute.flow.items import DONE
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.planning import flow_clocks
from tandem.planning.calendars import Calendars, day_of
from tandem.planning.models import ComputedDates
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release, Scope
from tandem.work.models import Link, State, WorkItem

FEATURE, RELEASE, PROJECT = "product.feature", "product.release", "portfolio.project"
HOLDING = ("FS", "blocks")
"""Links whose target cannot go on before the source is finished."""


@dataclass(frozen=True, slots=True)
class Item:
    """A work item as a forecast sees it. Parents are containers: only what has no parts below it is counted."""

    id: int
    space_id: int
    parent_id: int | None
    created: date
    started: date | None
    finished: date | None
    is_done: bool
    is_counted: bool
    wanted: date | None
    is_given_up: bool = False
    """Closed without a result: neither finished work nor open work, so it is not counted."""

    def is_open_on(self, day: date) -> bool:
        """As things stood at the end of that day."""
        if self.created > day:
            return False
        return not self.is_done or (self.finished is not None and self.finished > day)


@dataclass(eq=False)
class Subject:
    """A feature, a release or a project with the items that it consists of."""

    ref: Ref
    row: Any
    roots: dict[int, tuple[datetime, datetime] | None] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    given_up: int = 0
    root_of: dict[int, int] = field(default_factory=dict)
    promise: Promise | None = None

    @cached_property
    def is_active(self) -> bool:
        """The team works on it now, so that it takes a part of the throughput."""
        row = self.row
        if isinstance(row, Feature):
            open_ = row.state not in (Feature.State.SHIPPED, Feature.State.DECLINED)
            return open_ and (row.state == Feature.State.BUILDING or row.stands_in == Feature.Horizon.NOW)
        if isinstance(row, Release):
            return row.state == Release.State.PLANNED and any(item.started for item in self.open_items)
        return bool(row.state == Project.State.RUNNING)

    @property
    def is_over(self) -> bool:
        """Done or given up: nothing is left to forecast."""
        over = (Feature.State.SHIPPED, Feature.State.DECLINED, Release.State.RELEASED, Project.State.DONE)
        return self.row.state in (*over, "cancelled")

    @cached_property
    def open_items(self) -> list[Item]:
        return [item for item in self.items if not item.is_done]

    @cached_property
    def spaces(self) -> Counter[int]:
        """How many items each delivering space holds."""
        return Counter(item.space_id for item in self.items)

    def joined(self, item: Item) -> date:
        """Since when the item belongs here. What was scoped only when a promise was typed in afterwards, with the date
        on which it had been given, counts as having been there all the time."""
        linked = self.roots.get(self.root_of[item.id])
        if linked is None:
            return item.created
        added_at, written_at = linked
        promise = self.promise
        if (
            promise
            and abs((written_at - added_at).total_seconds()) < 86400
            and promise.created_at >= written_at
            and promise.given_on < written_at.date()
        ):
            return item.created
        return max(item.created, added_at.date())


class Reading:
    """The rows behind some subjects. `subjects` are those to forecast, `beside` the others in the same spaces."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.subjects = [_subject(row) for row in rows]
        self._read_scopes()
        self._read_items()
        self._fill()
        self._read_promises()
        self._read_projects()
        self.calendars = Calendars(self.space_ids, clock.today())

    @cached_property
    def active_items(self) -> set[int]:
        """What belongs to features and releases that are worked on now."""
        return {i.id for s in self.everything if s.ref.kind != PROJECT and s.is_active for i in s.items}

    @property
    def everything(self) -> Iterator[Subject]:
        yield from self.subjects
        yield from self.beside

    def as_of(self, subject: Subject) -> date:
        """Today, or the last day of an imported history when every delivering space has one."""
        ends = [self.ends.get(space_id) for space_id in subject.spaces or [subject.row.space_id]]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else clock.today()

    def home(self, subject: Subject) -> int:
        """The space whose calendar counts: where most of the work stands."""
        common = subject.spaces.most_common()
        return max(common, key=lambda pair: (pair[1], -pair[0]))[0] if common else subject.row.space_id

    def _read_scopes(self) -> None:
        """Scopes of the subjects and of all others that share a delivering space with them."""
        own = Q()
        features = [s.ref.id for s in self.subjects if s.ref.kind == FEATURE]
        releases = [s.ref.id for s in self.subjects if s.ref.kind == RELEASE]
        own = Q(feature__in=features) | Q(release__in=releases) | Q(feature__release__in=releases)
        spaces = set(Scope.objects.filter(own).values_list("item__space_id", flat=True).distinct())
        spaces |= {s.row.space_id for s in self.subjects if s.ref.kind == PROJECT}
        self.space_ids = frozenset(spaces)
        linked = Scope.objects.filter(item__space_id__in=spaces).select_related("feature", "release", "feature__release")
        known = {s.ref: s for s in self.subjects}
        beside: dict[Ref, Subject] = {}
        for scope in linked.order_by("id"):
            moments = (scope.added_at, scope.created_at)
            for row in (scope.feature, scope.release, scope.feature and scope.feature.release):
                if row is None:
                    continue
                ref = Ref(row._meta.label_lower, row.pk)
                subject = known.get(ref) or beside.setdefault(ref, _subject(row))
                earlier = subject.roots.get(scope.item_id)
                if earlier is None or moments < earlier:
                    subject.roots[scope.item_id] = moments
        self.beside = list(beside.values())

    def _read_items(self) -> None:
        rows = WorkItem.objects.in_spaces(self.space_ids).present().order_by("id").values_list(
            "id", "space_id", "parent_id", "created_at", "actual_start", "actual_finish", "state__category",
            "is_milestone", "is_summary", "planned_finish", "due_on", "state_id", "state__is_given_up", "is_given_up",
        )  # fmt: skip
        fetched = list(rows)
        parents = {row[2] for row in fetched}
        dates = _ByClock(self.space_ids)
        self.own_clocks = dates.spaces
        self.items: dict[int, Item] = {}
        self.children: dict[int, list[int]] = defaultdict(list)
        for id_, space, parent, created, started, finished, category, milestone, summary, planned, due, state, ends_so, is_so in fetched:
            begun, ended, is_done = dates.of(id_, state, started, finished, category == State.Category.DONE)
            over = ends_so or is_so
            ended = None if over else ended
            first = min(day for day in (day_of(created), begun, ended) if day)
            self.items[id_] = Item(
                id_, space, parent, first, begun, ended, is_done,
                id_ not in parents and not milestone and not summary and not over, due or day_of(planned), over and id_ not in parents,
            )  # fmt: skip
            if parent is not None:
                self.children[parent].append(id_)
        self.in_space: dict[int, list[Item]] = defaultdict(list)
        self.given_up: Counter[int] = Counter()
        for item in self.items.values():
            if item.is_counted:
                self.in_space[item.space_id].append(item)
            self.given_up[item.space_id] += item.is_given_up

    def _fill(self) -> None:
        for subject in self.everything:
            if subject.ref.kind == PROJECT:
                subject.items = self.in_space[subject.row.space_id]
                subject.root_of = {item.id: 0 for item in subject.items}
                subject.given_up = self.given_up[subject.row.space_id]
                continue
            over: set[int] = set()
            for root in sorted(subject.roots):
                for item in self.below(root):
                    if item.is_given_up:
                        over.add(item.id)
                    if item.is_counted and item.id not in subject.root_of:
                        subject.root_of[item.id] = root
                        subject.items.append(item)
            subject.given_up = len(over)

    def below(self, root: int) -> Iterator[Item]:
        """The item and everything under it."""
        waiting, seen = [root], set()
        while waiting:
            id_ = waiting.pop()
            if id_ in self.items and id_ not in seen:
                seen.add(id_)
                yield self.items[id_]
                waiting.extend(self.children.get(id_, ()))

    def _read_promises(self) -> None:
        """Of several receivers the earliest open date counts; without an open one the last that was kept."""
        by_ref = {s.ref: s for s in self.everything}
        features = [ref.id for ref in by_ref if ref.kind == FEATURE]
        releases = [ref.id for ref in by_ref if ref.kind == RELEASE]
        rows = Promise.objects.current().filter(Q(feature__in=features) | Q(release__in=releases))
        for promise in rows.order_by(F("kept_on").desc(nulls_first=True), "date", "id"):
            ref = Ref(FEATURE, promise.feature_id) if promise.feature_id else Ref(RELEASE, promise.release_id)
            by_ref[ref].promise = by_ref[ref].promise or promise

    def _read_projects(self) -> None:
        rows = Project.objects.in_spaces(self.space_ids)
        self.ends: dict[int, date | None] = dict(rows.values_list("space_id", "as_of"))

    def planned(self, items: list[Item]) -> tuple[date, date] | None:
        """From when to when the network of its project puts this work; None where it does not know all of it."""
        known = [self._computed[item.id] for item in items if item.id in self._computed]
        if not items or len(known) < len(items):
            return None
        return min(start for start, _finish in known), max(finish for _start, finish in known)

    @cached_property
    def _computed(self) -> dict[int, tuple[date, date]]:
        rows = ComputedDates.objects.in_spaces(self.space_ids).values_list("item_id", "start", "finish")
        return {item_id: (start.date(), finish.date()) for item_id, start, finish in rows}

    def predecessors(self) -> "Predecessors":
        return Predecessors(self)


class _ByClock:
    """When items were begun and finished: by the clock of their space where it names states, else as recorded on them."""

    def __init__(self, space_ids: Iterable[int]) -> None:
        clocks = flow_clocks.clocks_of(space_ids)
        self.spaces = frozenset(pk for pk, clock in clocks.items() if clock.is_own)
        self._kinds = flow_clocks.kinds_of(clocks)
        self._walks = flow_clocks.walks(clocks, self._kinds)

    def of(self, id_: int, state_id: int, started: datetime | None, finished: datetime | None, is_done: bool) -> tuple[date | None, date | None, bool]:
        if state_id not in self._kinds:
            return day_of(started), day_of(finished) if is_done else None, is_done
        is_over, walk = self._kinds[state_id] == DONE, self._walks.get(id_)
        if walk is None or not walk.is_known:  # its way was not recorded: its own dates are all that there is
            return day_of(started), day_of(finished) if is_done else None, is_over
        return day_of(walk.started), day_of(walk.finished) if is_over else None, is_over


class Predecessors:
    """Open items outside a scope that items inside it wait for, and when each will be there."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        rows = Link.objects.filter(kind__in=HOLDING, target__space_id__in=reading.space_ids)
        self.waits: dict[int, list[int]] = defaultdict(list)
        self.after: dict[int, list[int]] = defaultdict(list)
        outside = set()
        for source, target in rows.order_by("id").values_list("source_id", "target_id"):
            self.waits[target].append(source)
            self.after[source].append(target)
            if source not in reading.items:
                outside.add(source)
        self.foreign = {
            id_: (category == State.Category.DONE, due or day_of(planned))
            for id_, category, due, planned in WorkItem.objects.present().filter(id__in=outside)
            .values_list("id", "state__category", "due_on", "planned_finish")
        }  # fmt: skip
        computed = ComputedDates.objects.filter(item_id__in=self.after).values_list("item_id", "finish")
        self.computed = {item_id: day_of(finish) for item_id, finish in computed}
        self.holders: dict[int, list[Subject]] = defaultdict(list)
        for subject in reading.everything:
            if subject.ref.kind != PROJECT:
                for item in subject.items:
                    self.holders[item.id].append(subject)

    def of(self, subject: Subject) -> dict[int, set[int]]:
        """Open predecessor outside → the open items inside that wait for it, also through each other."""
        inside = {item.id for item in subject.items}
        still_open = {item.id for item in subject.open_items}
        covered = inside | {above for id_ in inside for above in self._above(id_)}
        found: dict[int, set[int]] = {}
        for target in sorted(covered & self.waits.keys()):
            for source in self.waits[target]:
                if source in covered or self.is_done(source):
                    continue
                waiting = self._behind(target, inside) & still_open
                if waiting:
                    found.setdefault(source, set()).update(waiting)
        return found

    def is_done(self, item_id: int) -> bool:
        if item_id in self.reading.items:
            return self.reading.items[item_id].is_done
        return self.foreign.get(item_id, (True, None))[0]

    def wanted(self, item_id: int) -> date | None:
        """When it was to be finished, as people said."""
        item = self.reading.items.get(item_id)
        return item.wanted if item else self.foreign.get(item_id, (True, None))[1]

    def _above(self, item_id: int) -> Iterator[int]:
        parent = self.reading.items[item_id].parent_id
        while parent in self.reading.items:
            yield parent
            parent = self.reading.items[parent].parent_id

    def _behind(self, target: int, inside: set[int]) -> set[int]:
        reached: set[int] = set()
        waiting = [target]
        while waiting:
            for item in self.reading.below(waiting.pop()):
                if item.id in reached:
                    continue
                reached.add(item.id)
                waiting.extend(after for after in self.after.get(item.id, ()) if after in inside)
        return reached


def _subject(row: Any) -> Subject:
    return Subject(Ref(row._meta.label_lower, row.pk), row)
