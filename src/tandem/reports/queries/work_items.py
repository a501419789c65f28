"""The rows of every list and board of work items: few columns, few queries however many rows."""

import math
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef

from tandem.compute.flow.expectation import WINDOW
from tandem.kit import clock
from tandem.reports.queries.work_item_lines import lines
from tandem.work.models import Assignment, State, StateChange, WorkItem
from tandem.work.models.work_item import GIVEN_UP


def listed(user: Any, *, with_fields: bool = False) -> Any:
    """Present work items of the spaces that the user sees, with what a row shows."""
    return lines(WorkItem.objects.visible_to(user).present(), with_fields=with_fields)


def shown(ids: Any, *, with_fields: bool = False, without: Collection[str] = ()) -> Any:
    """The lines of items that were chosen by their ids: what chose them is not asked again."""
    return lines(WorkItem.objects.filter(pk__in=ids), with_fields=with_fields, without=without)  # house: reads — the ids came through visible_to


def assignees(items: list[WorkItem]) -> dict[int, list[dict[str, Any]]]:
    """Item id → people, in one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    ids = {i.pk for i in items}
    rows = Assignment.objects.filter(item__among=ids).order_by("id")  # house: reads — the items came through visible_to
    for item_id, user_id, name, share in rows.values_list("item_id", "user_id", "user__name", "share"):
        words = name.split()
        initials = (words[0][0] + words[-1][0]).upper() if len(words) > 1 else name[:2]
        found.setdefault(item_id, []).append({"id": user_id, "name": name, "initials": initials, "share": share})
    return found


def counted(user: Any, space_id: int) -> Any:
    """What speed is reckoned from once it is finished: not what was given up; items that have parts are left out, as on the
    flow page: their parts are counted."""
    parts = WorkItem.objects.filter(parent=OuterRef("pk"), removed_at=None)  # house: reads — of items of the asker's spaces
    rows = WorkItem.objects.visible_to(user).present().exclude(GIVEN_UP)
    return rows.filter(~Exists(parts), space=space_id, is_summary=False, is_milestone=False)


def expected_days(user: Any, space_id: int) -> float | None:
    """Days within which 85 % of the last 100 finished items of the space were done; None below eight of them."""
    rows = counted(user, space_id).finished().filter(actual_start__isnull=False)
    spans = rows.order_by("-actual_finish").values_list("actual_start", "actual_finish")[:WINDOW]
    days = sorted((finish - start).total_seconds() / 86400 for start, finish in spans if finish and finish >= start)
    return max(1.0, days[math.ceil(0.85 * len(days) - 1e-9) - 1]) if len(days) >= 8 else None


def entered(user: Any, items: list[WorkItem]) -> dict[int, Any]:
    """Item id → when it came into the state in which it stands."""
    rows = StateChange.objects.visible_to(user).filter(item__in=[i.pk for i in items], to_state=F("item__state"))
    return dict(rows.order_by().values_list("item_id").annotate(at=Max("at")))


def finished_by_week(user: Any, space_id: int, until: Any, weeks: int = 12) -> list[int]:
    """How many items were finished in each of the last weeks, oldest first."""
    start = until - timedelta(weeks=weeks)
    rows = counted(user, space_id).finished().filter(actual_finish__gt=start, actual_finish__lte=until)
    found = [0] * weeks
    for moment in rows.values_list("actual_finish", flat=True)[:5000]:
        found[min(weeks - 1, (moment - start).days // 7)] += 1
    return found


def time_in_states(user: Any, item: WorkItem, states: list[State]) -> list[dict[str, Any]]:
    """Each state that the item stood in, in the order it first came there, with the days it stood there. `states` are
    those of its space, which the page has read."""
    rows = StateChange.objects.visible_to(user).filter(item=item).order_by("at", "id")
    passages = list(rows.values_list("to_state_id", "at")[:500])
    known = {state.pk: state for state in states}
    if missing := {pk for pk, _at in passages} - known.keys():
        known |= State.objects.visible_to(user).in_bulk(missing)
    ends = [at for _pk, at in passages[1:]] + [clock.now()]
    found: dict[int, dict[str, Any]] = {}
    for place, ((pk, at), end) in enumerate(zip(passages, ends, strict=True)):
        if (state := known.get(pk)) is None:
            continue
        is_last = place == len(passages) - 1
        line = found.setdefault(pk, {"state": state, "days": 0.0, "times": 0, "is_now": False})
        line["times"] += 1
        line["is_now"] = is_last
        if not (is_last and state.is_done):
            line["days"] += (end - at).total_seconds() / 86400
    return list(found.values())
