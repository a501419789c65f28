"""How long verdicts and decisions wait: what was answered lately, and what waits now, by side, person and kind of change."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from tandem.governance import sides
from tandem.governance.models import ApprovalRule, ChangeRequest, Decision, Side, Verdict
from tandem.kit import clock
from tandem.planning.models import PlanChange
from tandem.reports.queries import change_requests

LATELY = timedelta(days=180)
MOST = 400
DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Wait:
    """One answer, or one that is missing: `kind` of record and its number, title, days, and to which groups it counts."""

    kind: str
    id: int
    title: str
    days: float
    is_over: bool
    side: str = ""
    person: str = ""
    touches: frozenset[str] = frozenset()


@dataclass(slots=True)
class Group:
    name: str
    waits: list[Wait] = field(default_factory=list)

    @property
    def median(self) -> float | None:
        """Of the answers that were given."""
        given = [one.days for one in self.waits if one.is_over]
        return median(given) if given else None

    @property
    def open(self) -> int:
        return sum(not one.is_over for one in self.waits)


def read(user: Any) -> list[Wait]:
    since = clock.now() - LATELY
    said = list(Verdict.objects.visible_to(user).filter(created_at__gte=since).select_related("by", "request").order_by("-id")[:MOST])
    waiting = list(ChangeRequest.objects.visible_to(user).waiting().select_related("space", "scenario", "author").order_by("asked_at", "id")[:MOST])
    change_requests.look_up(waiting)
    touched = _touched({one.request.scenario_id for one in said} | {row.scenario_id for row in waiting})
    found = [
        Wait("change", one.request_id, one.request.title, _days(one.asked_at, one.created_at), True, one.side, one.by.name, touched[one.request.scenario_id]) for one in said
    ]
    now = clock.now()
    for row in waiting:
        missing = [one.side for one in row.voices if one.is_missing]  # type: ignore[attr-defined]
        found += [Wait("change", row.pk, row.title, _days(row.asked_at or now, now), False, side, "", touched[row.scenario_id]) for side in missing]
    return [*found, *_decisions(user, since)]


def _decisions(user: Any, since: datetime) -> Iterable[Wait]:
    """From the question to the answer. What a change request decided is told by its verdicts."""
    rows = Decision.objects.visible_to(user).filter(change_request=None, replaces=None).select_related("owner", "decided_by").order_by("-id")
    for row in rows.exclude(state__in=(Decision.State.DECIDED, Decision.State.REPLACED), decided_on__lt=since.date())[:MOST]:
        who = row.owner if row.is_open else row.decided_by
        until = clock.now() if row.is_open or row.decided_on is None else _midday(row.decided_on)
        yield Wait(DECISION, row.pk, row.question, _days(row.created_at, until), not row.is_open, DECISION, who.name if who else "")


def by_side(waits: Iterable[Wait]) -> list[Group]:
    return _grouped(waits, lambda one: [one.side], {**{side: str(Side(side).label) for side in Side.values}, DECISION: ""})


def by_person(waits: Iterable[Wait]) -> list[Group]:
    """Who answered, and who owns what waits; a verdict that nobody has said yet is nobody's."""
    found = _grouped(waits, lambda one: [one.person] if one.person else [], {})
    return sorted(found, key=lambda one: (-one.open, -(one.median or 0), one.name))


def by_kind(waits: Iterable[Wait]) -> list[Group]:
    return _grouped(waits, lambda one: one.touches, {kind: str(ApprovalRule.Kind(kind).label) for kind in ApprovalRule.Kind.values})


def _grouped(waits: Iterable[Wait], keys: Any, names: dict[str, str]) -> list[Group]:
    found: dict[str, Group] = {}
    for one in waits:
        for key in keys(one):
            found.setdefault(key, Group(names.get(key, key))).waits.append(one)
    order = list(names)
    return [group for _key, group in sorted(found.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))]


def _touched(scenarios: set[int]) -> dict[int, frozenset[str]]:
    rows: dict[int, list[PlanChange]] = defaultdict(list)
    # house: reads — of which kinds a change is, of requests that the reader sees; nothing of it is shown
    for change in PlanChange.objects.filter(scenario__in=scenarios):
        rows[change.scenario_id].append(change)
    return defaultdict(frozenset, {pk: frozenset(sides.kinds_of(changes)) for pk, changes in rows.items()})


def _days(first: datetime, last: datetime) -> float:
    return max(0.0, (last - first).total_seconds() / 86400)


def _midday(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
