"""What a version of a method brought: the same three figures of the work done under it and under the one before, where there is enough of it.

The same for everybody who reads it: of confidential projects nothing is counted."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tandem.governance.models import Gate, MethodUse, MethodVersion
from tandem.people.scoping import open_below
from tandem.work.models import State, StateChange, WorkItem

NEEDED_ITEMS, NEEDED_GATES = 20, 5
MOST = 20_000
"So many finished items are read for a version at most, the newest."


@dataclass(frozen=True, slots=True)
class Side:
    """Of one version. Lead time: median of days from being written down to done; predictable: share of gates passed by their day;
    reopened: share of finished items that went back from done. None where there is too little: the counts say how much there is."""

    version: MethodVersion
    projects: int
    items: int
    gates: int
    lead_days: float | None
    predictable: float | None
    reopened: float | None


def sides(version: MethodVersion) -> tuple[Side | None, Side]:
    """The version before it and it."""
    before = version.method.versions.published().filter(number__lt=version.number).newest_first().first()
    return (_side(before) if before is not None else None), _side(version)


def _side(version: MethodVersion) -> Side:
    uses = list(MethodUse.objects.in_spaces(open_below(None)).filter(method_version=version).values_list("project_id", "space_id", "began_at", "ended_at"))
    times: list[timedelta] = []
    ids: list[int] = []
    for _project, space, began, ended in uses:
        rows = WorkItem.objects.made().filter(_within("actual_finish", began, ended), space=space, created_at__gte=began, is_summary=False, is_milestone=False)
        for pk, created, finish in rows.order_by("-actual_finish").values_list("pk", "created_at", "actual_finish")[: max(MOST - len(ids), 0)]:
            ids.append(pk)
            times.append(finish - created)
    back: set[int] = set()
    passed = late = 0
    zone = timezone.get_default_timezone()  # the same figure for everybody
    for project, space, began, ended in uses:
        returns = StateChange.objects.filter(_within("at", began, ended), item__in=ids, item__space=space, from_state__category=State.Category.DONE)
        back.update(returns.exclude(to_state__category=State.Category.DONE).values_list("item_id", flat=True))
        gates = Gate.objects.filter(_within("passed_at", began, ended), project=project)
        days = [(timezone.localdate(at, zone), due) for at, due in gates.values_list("passed_at", "due_on")]
        passed += len(days)
        late += sum(1 for day, due in days if day > due)
    enough = len(ids) >= NEEDED_ITEMS
    return Side(
        version, len(uses), len(ids), passed,
        round(median(one.total_seconds() for one in times) / 86_400, 1) if enough else None,
        round((passed - late) / passed, 3) if passed >= NEEDED_GATES else None,
        round(len(back) / len(ids), 3) if enough else None,
    )  # fmt: skip


def _within(field: str, began: Any, ended: Any) -> Q:
    return Q(**{f"{field}__gte": began}) & (Q(**{f"{field}__lt": ended}) if ended else Q())
