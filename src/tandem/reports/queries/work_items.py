"""The rows of every list and board of work items: few columns, few queries however many rows."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Q

from tandem.kit import clock
from tandem.reports.queries.work_item_lines import lines
from tandem.work.models import Assignment, Link, State, StateChange, WorkItem


def listed(user: Any) -> Any:
    """Present work items of the spaces that the user sees, with what a row shows."""
    return lines(WorkItem.objects.visible_to(user).present())


def shown(ids: Any) -> Any:
    """The lines of items that were chosen by their ids: what chose them is not asked again."""
    return lines(WorkItem.objects.filter(pk__in=ids))  # house: reads — the ids came through visible_to


def assignees(items: list[WorkItem]) -> dict[int, list[dict[str, Any]]]:
    """Item id → people, in one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    ids = {i.pk for i in items}
    rows = Assignment.objects.filter(item__among=ids).order_by("id")  # house: reads — the items came through visible_to
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


def on_board(user: Any, space_id: int, states: list[State], condition: Q, limits: dict[int, int]) -> dict[int, list[WorkItem]]:
    """State id → its first cards, one more than its limit when there are more; two queries however many columns."""
    rows = listed(user).filter(space=space_id)
    parts = [_column(rows.filter(condition), state)[: limits[state.pk] + 1] for state in states]
    if not parts:
        return {}
    ids = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    found: dict[int, list[WorkItem]] = {state.pk: [] for state in states}
    for item in rows.filter(pk__in=ids).order_by("rank", "id"):
        found[item.state_id].append(item)
    for state in states:
        if state.is_done:
            found[state.pk].sort(key=lambda i: (i.actual_finish is not None, i.actual_finish, -i.pk), reverse=True)
    return found


def _column(rows: Any, state: State) -> Any:
    """Backlog order; a done column shows what was finished last."""
    order = (F("actual_finish").desc(nulls_last=True), "id") if state.is_done else ("rank", "id")
    return rows.filter(state=state).order_by(*order).values_list("pk", flat=True)


def counts(user: Any, space_id: int, condition: Q) -> dict[int, int]:
    """State id → how many items of the space stand there."""
    rows = WorkItem.objects.visible_to(user).present().filter(condition, space=space_id)
    return dict(rows.order_by().values_list("state_id").annotate(n=Count("id")))


def entered(user: Any, items: list[WorkItem]) -> dict[int, Any]:
    """Item id → when it came into the state in which it stands."""
    rows = StateChange.objects.visible_to(user).filter(item__in=[i.pk for i in items], to_state=F("item__state"))
    return dict(rows.order_by().values_list("item_id").annotate(at=Max("at")))


def finished_by_week(user: Any, space_id: int, until: Any, weeks: int = 12) -> list[int]:
    """How many items were finished in each of the last weeks, oldest first."""
    start = until - timedelta(weeks=weeks)
    rows = WorkItem.objects.visible_to(user).finished().filter(space=space_id, actual_finish__gt=start, actual_finish__lte=until)
    found = [0] * weeks
    for moment in rows.values_list("actual_finish", flat=True)[:5000]:
        found[min(weeks - 1, (moment - start).days // 7)] += 1
    return found


def blockers(user: Any, items: list[WorkItem]) -> dict[int, list[tuple[int, str | None]]]:
    """Open item id → (id, key) of the open items that block it; the key is None when the reader may not see it."""
    rows = Link.objects.filter(  # house: reads — ends are masked below
        kind="blocks", target__in=[i.pk for i in items if not i.is_done], source__removed_at=None
    ).exclude(source__state__category=State.Category.DONE)
    seen = user.visible_space_ids()
    found: dict[int, list[tuple[int, str | None]]] = {}
    for target, source, key, space_id in rows.values_list("target_id", "source_id", "source__key", "source__space_id"):
        found.setdefault(target, []).append((source, key if space_id in seen else None))
    return found


def time_in_states(user: Any, item: WorkItem) -> list[dict[str, Any]]:
    """Each state that the item stood in, in the order it first came there, with the days it stood there."""
    rows = StateChange.objects.visible_to(user).filter(item=item).select_related("to_state").order_by("at", "id")
    rows = rows.only("at", "to_state__name", "to_state__category")
    passages = list(rows[:500])
    found: dict[int, dict[str, Any]] = {}
    for place, passage in enumerate(passages):
        is_last = place == len(passages) - 1
        end = clock.now() if is_last else passages[place + 1].at
        line = found.setdefault(passage.to_state_id, {"state": passage.to_state, "days": 0.0, "times": 0, "is_now": False})
        line["times"] += 1
        line["is_now"] = is_last
        if not (is_last and passage.to_state.is_done):
            line["days"] += (end - passage.at).total_seconds() / 86400
    return list(found.values())
