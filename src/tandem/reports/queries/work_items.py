"""The rows of every list of work items: few columns, two queries a page."""

from typing import Any

from tandem.work.models import Assignment, WorkItem

_DEFERRED = ("description", "grams", "plan", "fields")
SORTS = (
    "rank",
    "number",
    "title",
    "priority",
    "due_on",
    "updated_at",
    "state__rank",
    "estimate_points",
    "created_at",
)


def listed(user: Any) -> Any:
    """Present work items of the spaces that the user sees, with what a row shows."""
    rows = WorkItem.objects.visible_to(user).present()
    return rows.select_related("state", "type", "space").defer(*_DEFERRED)


def assignees(items: list[WorkItem]) -> dict[int, list[dict[str, Any]]]:
    """Item id → people, in one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Assignment.objects.filter(item__in=items).order_by(
        "id"
    )  # house: reads — the items came through visible_to
    for item_id, user_id, name in rows.values_list("item_id", "user_id", "user__name"):
        words = name.split()
        initials = (words[0][0] + words[-1][0]).upper() if len(words) > 1 else name[:2]
        found.setdefault(item_id, []).append({"id": user_id, "name": name, "initials": initials})
    return found


def expected_days(user: Any, space_id: int) -> float | None:
    """Days within which 85 % of the last 200 finished items of the space were done; None below eight of them."""
    rows = WorkItem.objects.visible_to(user).finished().filter(space=space_id, actual_start__isnull=False)
    spans = rows.order_by("-actual_finish").values_list("actual_start", "actual_finish")[:200]
    days = sorted((finish - start).total_seconds() / 86400 for start, finish in spans if finish and finish >= start)
    return max(1.0, days[int(0.85 * (len(days) - 1))]) if len(days) >= 8 else None
