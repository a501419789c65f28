"""A project's plan as columns: small JSON, one query per table, no titles twice."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, Max, Sum
from django.utils import timezone

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import ComputedDates
from tandem.work.models import BaselineDate, Link, WorkingCalendar, WorkItem

_KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3, "blocks": 0}
# 100,000 bars are one plan; more is another page
LIMIT = 100_000
_FIELDS = (
    "id", "key", "title", "parent_id", "version", "is_summary", "is_milestone", "planned_start", "planned_finish",
    "actual_start", "actual_finish", "deadline_at", "percent_complete", "due_on", "state__category", "calendar_id", "created_at",
)  # fmt: skip


def stamp(user: Any, space: Space) -> str:
    """Changes whenever anything that the plan shows changes; the page's ETag."""
    items = (
        WorkItem.objects.visible_to(user)
        .filter(space=space)
        .aggregate(n=Count("id"), v=Sum("version"), t=Max("updated_at"))
    )
    links = Link.objects.visible_to(user).filter(space=space).aggregate(n=Count("id"), v=Sum("version"))
    run = ComputedDates.objects.visible_to(user).filter(space=space).aggregate(r=Max("run_id"))
    return f"{items['n']}-{items['v']}-{links['n']}-{links['v']}-{run['r']}-{clock.today()}"


def columns(user: Any, space: Space, editable: bool) -> dict[str, Any]:
    """The whole plan, parents before children, times in minutes since 1970."""
    rows = list(
        WorkItem.objects.visible_to(user)
        .present()
        .filter(space=space)
        .order_by("rank", "id")
        .values_list(*_FIELDS)[:LIMIT]
    )
    rows = _tree(rows)
    place = {r[0]: n for n, r in enumerate(rows)}
    computed = _computed(user, space)
    base = _baseline(user, space)
    calendars, calendar_place = _calendars(user, space)
    zone = timezone.get_current_timezone()

    def minute(value: datetime | None) -> int | None:
        if value is None:
            return None
        return _minutes(value.astimezone(zone))

    out: dict[str, list[Any]] = {name: [] for name in (
        "id", "key", "name", "parent", "kind", "version", "start", "finish", "base_start", "base_finish", "actual",
        "deadline", "percent", "slack", "critical", "status", "calendar", "fixed",
    )}  # fmt: skip
    for (
        id_,
        key,
        title,
        parent,
        version,
        is_summary,
        is_milestone,
        start,
        finish,
        began,
        ended,
        deadline,
        percent,
        _due,
        category,
        calendar,
        _made,
    ) in rows:
        c = computed.get(id_)
        shown_start, shown_finish = (c[0], c[1]) if c else (start or began, finish or ended)
        b = base.get(id_)
        out["id"].append(id_)
        out["key"].append(key)
        out["name"].append(title)
        out["parent"].append(place.get(parent, -1) if parent else -1)
        out["kind"].append(1 if is_summary else 2 if is_milestone else 0)
        out["version"].append(version)
        out["start"].append(minute(shown_start))
        out["finish"].append(minute(shown_finish or shown_start))
        out["base_start"].append(minute(b[0]) if b else minute(start) if c else None)
        out["base_finish"].append(minute(b[1]) if b else minute(finish) if c else None)
        out["actual"].append(minute(ended))
        out["deadline"].append(minute(deadline))
        out["percent"].append(100 if category == "done" and not percent else percent)
        out["slack"].append(round(c[2] / 480, 1) if c and c[2] is not None else None)
        out["critical"].append(1 if c and c[3] and category != "done" else 0)
        out["status"].append("done" if category == "done" else "none")
        out["calendar"].append(calendar_place.get(calendar, 0))
        out["fixed"].append(1 if is_summary or ended else 0)
    links = []
    found = (
        Link.objects.visible_to(user)
        .dependencies()
        .filter(space=space)
        .values_list("source_id", "target_id", "kind", "lag_minutes")
    )
    for source, target, kind, lag in found:
        if source in place and target in place:
            links.append([place[source], place[target], _KINDS[kind], lag])
    return {
        "unit": "minute",
        **out,
        "links": links,
        "calendars": calendars,
        "today": _minutes(clock.now().astimezone(zone)),
        "editable": editable,
    }


def _minutes(local: datetime) -> int:
    """Minutes since 1970 of the wall clock: a plan is read in the reader's local time."""
    return int(local.replace(tzinfo=UTC).timestamp() // 60)


def _tree(rows: list[Any]) -> list[Any]:
    """Depth first; rows whose parent is elsewhere stand at the top."""
    known = {r[0] for r in rows}
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row[3] if row[3] in known else None, []).append(row)
    found: list[Any] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        row = stack.pop()
        found.append(row)
        stack.extend(reversed(below.get(row[0], [])))
    return found


def _computed(user: Any, space: Space) -> dict[int, Any]:
    rows = ComputedDates.objects.visible_to(user).filter(space=space)
    return {
        r[0]: r[1:]
        for r in rows.values_list("item_id", "start", "finish", "total_slack_minutes", "is_critical")
    }


def _baseline(user: Any, space: Space) -> dict[int, Any]:
    """The newest baseline of the space."""
    rows = BaselineDate.objects.filter(baseline__space=space, baseline__space_id__in=user.visible_space_ids())
    found: dict[int, Any] = {}
    for item, start, finish in rows.order_by("baseline__number").values_list("item_id", "start", "finish"):
        found[item] = (start, finish)
    return found


def _calendars(user: Any, space: Space) -> tuple[list[dict[str, Any]], dict[int, int]]:
    rows = WorkingCalendar.objects.visible_to(user).filter(space=space).order_by("-is_default", "id")
    shown: list[dict[str, Any]] = [{"week": [1, 1, 1, 1, 1, 0, 0]}]
    place: dict[int, int] = {}
    for calendar in rows.prefetch_related("exceptions")[:250]:
        week = (
            [1 if calendar.week.get(str(d)) else 0 for d in range(1, 8)]
            if calendar.week
            else [1, 1, 1, 1, 1, 0, 0]
        )
        off = [
            _day(x.starts_on, n)
            for x in calendar.exceptions.all()
            if not x.hours
            for n in range(min(366, (x.ends_on - x.starts_on).days + 1))
        ]
        entry = {"name": calendar.name, "week": week, "off": off}
        if calendar.is_default:
            shown[0] = entry
            place[calendar.pk] = 0
        else:
            place[calendar.pk] = len(shown)
            shown.append(entry)
    return shown, place


def _day(first: Any, offset: int) -> int:
    return (first - date(1970, 1, 1)).days + offset
