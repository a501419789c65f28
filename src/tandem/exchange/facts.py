"""The facts of an import, counted in the database after it: over the rows that its file held, nothing else.

Definitions as in `exchange/formats/facts.py`; that module counts records, this one rows, and a test compares both.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Func, IntegerField, Max, Min, Q, Sum
from django.db.models.fields.json import KeyTransform

from tandem.collaboration.models import Attachment, Comment
from tandem.exchange.models import ExternalReference, Import, OutsideLink
from tandem.work.models import Link, WorkingCalendar, WorkItem


def facts(imported: Import, *, is_schedule: bool) -> dict[str, Any]:
    refs = ExternalReference.objects.filter(seen_in=imported)

    def ids(kind: str) -> Any:
        return refs.filter(kind=kind).values("subject_id")

    items = WorkItem.objects.filter(pk__in=ids("item"))
    links = _links(ids)
    found: dict[str, Any] = {
        "items": items.count(),
        "types": _by(items, "type__name"),
        "states": _by(items, "state__name"),
        "state_categories": _by(items, "state__category"),
        "users": refs.filter(kind="person").count(),
        "unassigned": _unassigned(items),
        "sprints": _by(items.exclude(sprints=None), "sprints__name"),
        "links": dict(links),
        "comments": Comment.objects.filter(pk__in=ids("comment")).count(),
        "attachments": Attachment.objects.filter(pk__in=ids("attachment")).count(),
        **_tree(items),
        "created_min": _written(refs, items, "created_at"),
        "created_max": _written(refs, items, "-created_at"),
    }
    if is_schedule:
        found |= _schedule(refs, items, links, ids)
    return found


def _by(rows: Any, field: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(field).annotate(n=Count("pk", distinct=True)).order_by("-n", field))


def _links(ids: Any) -> Counter[str]:
    """By the source's own name; links that lead out of the file stand in a table of their own."""
    found: Counter[str] = Counter()
    for model, kind in ((Link, "link"), (OutsideLink, "outside_link")):
        rows = model.objects.filter(pk__in=ids(kind)).order_by()
        for name, meaning, count in rows.values_list("source_name", "kind").annotate(n=Count("pk")):
            found[name or meaning] += count
    return found


def _tree(items: Any) -> dict[str, int]:
    above = dict(items.values_list("id", "parent_id"))
    depths: dict[int, int] = {}
    for start in above:
        way: list[int] = []
        here = start
        while here in above and here not in depths:
            way.append(here)
            here = above[here]
        depth = depths.get(here, 0)
        for at in reversed(way):
            depth += 1
            depths[at] = depth
    inside = sum(parent in above for parent in above.values() if parent is not None)
    return {"items_with_parent": inside, "hierarchy_depth": max(depths.values(), default=0)}


def _written(refs: Any, items: Any, order: str) -> str | None:
    """The first (or last) moment as its source wrote it: with an offset only where that has one."""
    dated = refs.filter(kind="item", data__created__isnull=False).exclude(data__created=None)
    item = items.filter(pk__in=dated.values("subject_id")).order_by(order, "id").values_list("id", flat=True).first()
    return dated.get(subject_id=item).data["created"] if item else None


def _unassigned(items: Any) -> int:
    """Material on a task of a plan is an assignment to a resource too, though nobody is assigned."""
    kinds = Q(plan__assignments__contains=[{"kind": "material"}]) | Q(plan__assignments__contains=[{"kind": "cost"}])
    return items.filter(assignments=None).exclude(pk__in=items.filter(kinds).values("pk")).count()


def _schedule(refs: Any, items: Any, links: Counter[str], ids: Any) -> dict[str, Any]:
    length = Func(
        KeyTransform("assignments", "plan"), function="jsonb_array_length", output_field=IntegerField()
    )
    counted = items.aggregate(
        start=Min("planned_start"), finish=Max("planned_finish"),
        summaries=Count("pk", filter=Q(is_summary=True)), milestones=Count("pk", filter=Q(is_milestone=True)),
    )  # fmt: skip
    with_people = items.filter(plan__has_key="assignments").annotate(size=length)
    planned = with_people.aggregate(total=Sum("size"))["total"] or 0
    with_lag = Link.objects.filter(pk__in=ids("link")).exclude(Q(lag_minutes=0) & (Q(lag_percent=None) | Q(lag_percent=0)))
    return {
        "tasks": items.count(),
        "summary_tasks": counted["summaries"],
        "milestones": counted["milestones"],
        "resources": refs.filter(kind="resource").count(),
        "assignments": planned,
        "links": sum(links.values()),
        "link_types": dict(links),
        "links_with_lag": with_lag.count(),
        "calendars": WorkingCalendar.objects.filter(pk__in=ids("calendar")).count(),
        "tasks_with_baseline": items.exclude(baseline_dates=None).distinct().count(),
        "start_min": _local(counted["start"]),
        "finish_max": _local(counted["finish"]),
    }


def _local(moment: datetime | None) -> str | None:
    """Dates of a plan have no zone in the source: they are shown as the wall clock there."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() if moment else None
