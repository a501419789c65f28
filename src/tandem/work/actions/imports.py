"""Bulk writes of what another system wrote: rows that changed there, histories, links, sprints, calendars, baselines.

They follow the ordinary rules but take hundreds of rows a statement. Whoever may import may call them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import blocks, derived, type_states
from tandem.work.actions.work_items import PERSONAL
from tandem.work.models import (
    Assignment,
    Baseline,
    BaselineDate,
    CalendarException,
    Link,
    Sprint,
    SprintChange,
    State,
    StateChange,
    WorkingCalendar,
    WorkItem,
)

_DO = Permission.IMPORT
_BATCH = 500
Stands = tuple[int, int]  # an item and a sprint in which it stands


def reserve_numbers(*, actor: Any, space: Space, highest: int) -> None:
    """Items that bring their own numbers: the next number lies behind them."""
    require(actor, _DO, space.pk)
    Space.objects.filter(pk=space.pk).update(next_number=Greatest(F("next_number"), highest + 1))


def hold_items(*, actor: Any, space: Space, ids: Iterable[int]) -> dict[int, WorkItem]:
    """Items of the space as they are now, held to the end of the transaction: nobody writes them meanwhile."""
    require(actor, _DO, space.pk)
    derived.hold(space.pk)
    rows = WorkItem.objects.filter(space=space).select_related("state", "type").order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True).in_bulk(list(ids))


def rewrite_items(
    *,
    actor: Any,
    space: Space,
    rows: list[tuple[WorkItem, dict[str, Any]]],
    people: dict[int, list[Assignment]] | None = None,
    run: UUID | None = None,
) -> list[WorkItem]:
    """Write the values that differ, an event per item that changed; returns those. `rows` are held by the caller.

    `people`: these and no others are assigned to the item with that id.
    """
    require(actor, _DO, space.pk)
    people = people or {}
    changed: list[WorkItem] = []
    events = []
    fields: set[str] = set()
    above_before: dict[int, int | None] = {}
    assigned = _assigned(people)
    for item, values in rows:
        before = {f: getattr(item, f) for f in values}
        differing = {f: v for f, v in values.items() if before[f] != v}
        were, are = assigned.get(item.pk, []), sorted({row.user_id for row in people.get(item.pk, [])})
        reassigned = {"assignees": [were, are]} if item.pk in people and were != are else {}
        if not differing and not reassigned:
            continue
        above_before[item.pk] = item.parent_id
        for field, value in differing.items():
            setattr(item, field, value)
        if "title" in differing:
            item.set_grams()
            fields.add("grams")
        item.version += 1
        item.updated_at = values.get("updated_at") or clock.now()
        fields |= set(differing)
        shown = {f: [before[f], v] for f, v in differing.items() if f not in PERSONAL} | reassigned
        text = {f: [before[f], v] for f, v in differing.items() if f in PERSONAL}
        changed.append(item)
        events.append((item, shown, text))
    with transaction.atomic():
        if people:  # also when only their shares differ
            Assignment.objects.filter(item__space=space, item_id__in=list(people)).delete()
            Assignment.objects.bulk_create([row for rows_ in people.values() for row in rows_], batch_size=2000)
        if changed:
            WorkItem.objects.bulk_update(
                changed, sorted(fields | {"version", "updated_at"}), batch_size=_BATCH
            )
            type_states.widen(actor=actor, items=changed)
            derived.written(space.pk, [pk for item in changed for pk in (item.pk, above_before[item.pk])])
            record_many("work_item.changed", events, actor=actor, run=run)
            blocks.end_finished(actor=actor, items=changed)
    return changed


def _assigned(people: Iterable[int]) -> dict[int, list[int]]:
    """Who is assigned to these items now."""
    found: dict[int, list[int]] = {}
    pairs = Assignment.objects.filter(item_id__in=list(people)).order_by("user_id")
    for item, user in pairs.values_list("item_id", "user_id"):
        found.setdefault(item, []).append(user)
    return found


def add_state_changes(*, actor: Any, space: Space, changes: list[StateChange]) -> None:
    """Passages as the source dates them; they are history themselves and get no event."""
    require(actor, _DO, space.pk)
    for passage in changes:
        passage.space = space
    StateChange.objects.bulk_create(changes, batch_size=2000)


def date_from_history(*, actor: Any, space: Space, items: list[int]) -> None:
    """Actual dates of items whose source has none: first work starts, the last passage to done finishes."""
    require(actor, _DO, space.pk)
    passages = StateChange.objects.filter(item=OuterRef("pk"))
    begun = passages.exclude(to_state__category=State.Category.TO_DO).order_by("at").values("at")[:1]
    done = State.Category.DONE
    ended = (
        passages.filter(to_state__category=done)
        .exclude(from_state__category=done)
        .order_by("-at")
        .values("at")[:1]
    )
    rows = WorkItem.objects.filter(space=space, pk__in=items)
    rows.filter(actual_start=None).update(actual_start=Subquery(begun))
    rows.filter(state__category=done).update(actual_finish=Coalesce(F("actual_finish"), Subquery(ended)))
    # a finish before the start comes of a history that is cut off
    rows.filter(actual_finish__lt=F("actual_start")).update(actual_start=F("actual_finish"))
    derived.written(space.pk, items)


def add_sprints(*, actor: Any, space: Space, sprints: list[Sprint]) -> list[Sprint]:
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Sprint.objects.bulk_create(sprints)
        record_many("sprint.created", [(s, {"name": [None, s.name]}, {}) for s in sprints], actor=actor)
    return sprints


def rewrite_sprint(*, actor: Any, sprint: Sprint, values: dict[str, Any]) -> None:
    require(actor, _DO, sprint.space_id)
    with transaction.atomic():
        changes = {f: [getattr(sprint, f), v] for f, v in values.items() if getattr(sprint, f) != v}
        sprint.write(expected=None, **values)
        record("sprint.changed", sprint, actor=actor, changes=changes)


def put_in_sprints(
    *, actor: Any, space: Space, items: list[int], pairs: list[tuple[int, int]], run: UUID | None = None
) -> None:
    """`pairs` of item and sprint replace the sprints of `items`. When each of them came or went the source does not say:
    the history of scope says so too."""
    require(actor, _DO, space.pk)
    through = WorkItem.sprints.through
    with transaction.atomic():
        rows = WorkItem.objects.filter(space=space).only("pk", "space_id", "version", "estimate_points")
        held = rows.order_by("pk").select_for_update(no_key=True).in_bulk({*items, *(i for i, _ in pairs)})
        sprints = Sprint.objects.filter(space=space)
        stood = set(through.objects.filter(workitem_id__in=list(held)).values_list("workitem_id", "sprint_id"))
        known = sprints.in_bulk({s for _, s in stood | set(pairs)})
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in stood]
        replaced = set(items)
        gone = {pair for pair in stood if pair[0] in replaced} - set(pairs)
        through.objects.filter(workitem_id__in={i for i, _ in gone}, sprint_id__in={s for _, s in gone}).delete()
        through.objects.bulk_create(
            [through(workitem_id=i, sprint_id=s) for i, s in pairs], batch_size=2000, ignore_conflicts=True
        )
        changes = [(i, s, True) for i, s in fresh] + [(i, s, False) for i, s in sorted(gone)]
        SprintChange.objects.bulk_create(
            [SprintChange.of(held[i], known[s], is_added=a, by=actor, is_dated=False) for i, s, a in changes],
            batch_size=2000,
        )
        _record_sprints(actor, [held[i] for i in dict.fromkeys(i for i, _, _ in changes)], stood, set(fresh), gone, run)


def _record_sprints(
    actor: Any, items: list[WorkItem], stood: set[Stands], fresh: set[Stands], gone: set[Stands], run: UUID | None
) -> None:
    """An event for each item that came or went, and its next version."""
    before: dict[int, set[int]] = {}
    after: dict[int, set[int]] = {}
    for found, pairs in ((before, stood), (after, (stood | fresh) - gone)):
        for item, sprint in pairs:
            found.setdefault(item, set()).add(sprint)
    for item in items:
        item.version += 1
    WorkItem.objects.bulk_update(items, ["version"], batch_size=_BATCH)
    rows = [(i, {"sprints": [sorted(before.get(i.pk, ())), sorted(after.get(i.pk, ()))]}, {}) for i in items]
    record_many("work_item.changed", rows, actor=actor, run=run)


def rewrite_links(*, actor: Any, space: Space, rows: list[tuple[Link, dict[str, Any]]]) -> None:
    """Another lag for links that are here already."""
    require(actor, _DO, space.pk)
    if not rows:
        return
    events = []
    for link, values in rows:
        events.append(
            (link, {f: [getattr(link, f), v] for f, v in values.items() if getattr(link, f) != v}, {})
        )
        for field, value in values.items():
            setattr(link, field, value)
        link.version += 1
    with transaction.atomic():
        fields = sorted({f for _, values in rows for f in values} | {"version"})
        Link.objects.bulk_update([link for link, _ in rows], fields, batch_size=_BATCH)
        record_many("link.changed", events, actor=actor)


def set_calendar(
    *, actor: Any, space: Space, calendar: WorkingCalendar, exceptions: list[CalendarException], is_new: bool
) -> WorkingCalendar:
    """A calendar with all its exceptions; those it had before are replaced."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        if is_new:
            calendar.space = space
            calendar.save(force_insert=True)
        else:
            calendar.write(expected=None, name=calendar.name, week=calendar.week, base=calendar.base)
            calendar.exceptions.all().delete()
        for exception in exceptions:
            exception.calendar = calendar
        CalendarException.objects.bulk_create(exceptions, batch_size=1000)
        verb = "calendar.created" if is_new else "calendar.changed"
        record(
            verb,
            calendar,
            actor=actor,
            changes={"name": [None, calendar.name], "exceptions": [None, len(exceptions)]},
        )
    return calendar


def make_default(*, actor: Any, calendar: WorkingCalendar) -> None:
    """The calendar of the space, unless it has one already."""
    require(actor, _DO, calendar.space_id)
    if not WorkingCalendar.objects.filter(space_id=calendar.space_id, is_default=True).exists():
        calendar.write(expected=None, is_default=True)


def set_baselines(*, actor: Any, space: Space, number: int, name: str, dates: list[BaselineDate]) -> Baseline:
    """The baseline with the source's number; dates of the same items are replaced."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        baseline, is_new = Baseline.objects.get_or_create(space=space, number=number, defaults={"name": name})
        for row in dates:
            row.baseline = baseline
        BaselineDate.objects.filter(baseline=baseline, item_id__in=[row.item_id for row in dates]).delete()
        BaselineDate.objects.bulk_create(dates, batch_size=2000)
        if is_new:
            record("baseline.taken", baseline, actor=actor, changes={"name": [None, name]})
    return baseline
