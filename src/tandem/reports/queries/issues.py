"""Issues as a reader sees them: when the next people are told, who was told, what they hold up."""

from datetime import date
from typing import Any

from tandem.governance import scales
from tandem.governance.actions import escalations
from tandem.governance.models import Issue, IssueEscalation, IssueItem


def look_up(rows: list[Any]) -> None:
    """Sets `told_steps` and `next_step_at` (None where nobody is left to be told) on each: five queries, however many rows."""
    near = {row.space_id for row in rows if row.is_open}
    tree = escalations.tree(near) if near else None
    known = scales.scales_for({row.space_id for row in rows})
    # house: reads — of issues that the asker sees
    steps = {(pk, since): level for pk, since, level in IssueEscalation.objects.filter(issue__in=rows).order_by("level").values_list("issue_id", "since", "level")}
    for row in rows:
        row.told_steps = steps.get((row.pk, row.progress_at), 0)
        is_left = tree is not None and row.is_open and row.told_steps < len(escalations.chain(row.space_id, *tree))
        row.next_step_at = escalations.next_step(row, known[row.space_id].silence, row.told_steps) if is_left else None


def blocked(user: Any, issue: Issue) -> list[tuple[IssueItem, Any]]:
    rows = IssueItem.objects.visible_to(user).filter(issue=issue).select_related("item__state", "block")
    return [(row, row.item if row.item.is_seen_by(user) else None) for row in rows]


def due(user: Any, on: date, most: int) -> list[Issue]:
    """Open issues of the person that are due by this day, or without one."""
    rows = Issue.objects.visible_to(user).open().owned_by(user).select_related("space")
    return list(rows.filter(due_on__lte=on).order_by("due_on", "id")[:most])
