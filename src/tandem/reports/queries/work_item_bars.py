"""The spans of work items as columns for the timeline's island: by project, in whole days, each saying whether it may be moved and why not."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.planning.calendars import day_of
from tandem.reports.queries.work_item_spans import Span
from tandem.work.models import Link, State, WorkItem

_EPOCH = date(1970, 1, 1)
_PLANNED, _ACTUAL = 1, 2
_TASK, _SUMMARY, _MILESTONE = 0, 1, 2
_FREE, _FIXED, _BEGUN = 0, 1, 2
_KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3, "blocks": 0}
_NAMES = ("id", "key", "name", "parent", "kind", "version", "start", "finish", "origin", "deadline", "fixed", "status", "percent", "state", "note")


def columns(user: Any, found: list[Span], editable: set[int]) -> dict[str, Any]:
    """A heading for each project (its id below zero), its items beneath it; days since 1970, a finish is the day after."""
    ids = [span.item.pk for span in found]
    kinds, before, links = _kinds(user, ids), _before(user, ids), _links(user, ids)
    states: dict[str, int] = {}
    rows: list[tuple[Any, ...]] = []
    place: dict[int, int] = {}
    heads: dict[int, int] = {}
    for span in found:
        space = span.item.space
        if space.pk not in heads:
            heads[space.pk] = len(rows)
            rows.append((-space.pk, space.key, space.name, -1, _SUMMARY, 0, None, None, _PLANNED, None, _FIXED, "none", 0, None, ""))
        place[span.item.pk] = len(rows)
        rows.append(_row(span, heads[space.pk], kinds, before, editable, states))
    return {
        "unit": "day", **{name: [row[n] for row in rows] for n, name in enumerate(_NAMES)}, "states": list(states),
        "links": [[place[a], place[b], _KINDS[kind], 0] for a, b, kind in links if a in place and b in place],
        "today": _day(clock.today()), "editable": bool(editable & set(heads)),
    }  # fmt: skip


def rows(user: Any, found: list[Span], editable: set[int]) -> dict[str, Any]:
    """The same items as a patch of what the island already shows."""
    ids = [span.item.pk for span in found]
    kinds, before, states = _kinds(user, ids), _before(user, ids), dict[str, int]()
    made = [_row(span, -1, kinds, before, editable, states) for span in found]
    return {name: [row[n] for row in made] for n, name in enumerate(_NAMES) if name not in ("parent", "state")}


def _row(span: Span, parent: int, kinds: dict[int, int], before: dict[int, str], editable: set[int], states: dict[str, int]) -> tuple[Any, ...]:
    item, kind = span.item, kinds.get(span.item.pk, _TASK)
    finish = None if span.finish is None else _day(span.finish) + (0 if kind == _MILESTONE else 1)
    start = _day(span.start) if span.start else None
    if start is None and finish is not None:
        start = finish - (0 if kind == _MILESTONE else 1)
    elif finish is None and start is not None and not item.actual_start:
        finish = start + (0 if kind == _MILESTONE else 1)
    fixed, why = _fixed(item, kind, before, editable)
    return (
        item.pk, item.key, item.title, parent, kind, item.version, start, finish, _ACTUAL if item.actual_start else _PLANNED,
        _day(item.due_on) if item.due_on else None, fixed, "done" if item.is_done else "none",
        100 if item.state.category == State.Category.DONE else item.percent_complete, states.setdefault(item.state.name, len(states)), why,
    )  # fmt: skip


def _fixed(item: Any, kind: int, before: dict[int, str], editable: set[int]) -> tuple[int, str]:
    """Whether its bar may be moved here, and why not."""
    if item.space_id not in editable:
        return _FIXED, _("You may look at it, not change it.")
    if item.is_done or item.actual_finish:
        return _FIXED, _("It is finished: its days are what happened.")
    if kind == _SUMMARY:
        return _FIXED, _("It reaches over its parts: move those.")
    if item.pk in before:
        return _FIXED, _("Its days follow from its links: it waits for %(what)s. Change the link or the plan.") % {"what": before[item.pk]}
    return (_BEGUN, _("It has begun: only its finish can be moved.")) if item.actual_start else (_FREE, "")


def _kinds(user: Any, ids: list[int]) -> dict[int, int]:
    """What is more than a plain bar: what has parts, and milestones."""
    parts = WorkItem.objects.visible_to(user).present().filter(parent=OuterRef("pk"))
    found = WorkItem.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "is_milestone", "is_summary", Exists(parts))
    return {pk: _SUMMARY if is_summary or has_parts else _MILESTONE if is_milestone else _TASK for pk, is_milestone, is_summary, has_parts in found}


def _before(user: Any, ids: list[int]) -> dict[int, str]:
    """Item → the key of what it waits for; open links of a plan also where the other end cannot be seen."""
    seen = user.visible_space_ids()
    rows = Link.objects.visible_to(user).dependencies().filter(target__in=ids, source__removed_at=None)
    return {
        target: key if space in seen else _("an item that you cannot see")
        for target, key, space in rows.order_by("-id").values_list("target_id", "source__key", "source__space_id")
    }


def _links(user: Any, ids: list[int]) -> list[tuple[int, int, str]]:
    rows = Link.objects.visible_to(user).dependencies().filter(source__in=ids, target__in=ids)
    return list(rows.values_list("source_id", "target_id", "kind"))


def _day(day: date | datetime) -> int:
    plain = day_of(day) if isinstance(day, datetime) else day
    assert plain is not None
    return (plain - _EPOCH).days
