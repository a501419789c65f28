"""How key results stand for a reader: their values from check-ins, KPIs and the work done, and what was said last."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from tandem.kit import clock
from tandem.strategy import progress
from tandem.strategy.models import CheckIn, KeyResult, Measurement, Objective, Unit
from tandem.strategy.progress import Judgement, Standing

Point = tuple[date, Decimal]
Step = tuple[date, Decimal, CheckIn | None]


@dataclass(frozen=True)
class Share:
    """Work that serves an objective: `finished` holds the day of each item that is done."""

    total: int
    finished: tuple[date, ...]

    @property
    def value(self) -> Decimal:
        return round(Decimal(100 * len(self.finished)) / self.total, 1)

    def on(self, day: date) -> Decimal:
        """How much of the work of today was done by then."""
        return round(Decimal(100 * sum(d <= day for d in self.finished)) / self.total, 1)


def standings(user: Any, key_results: Sequence[KeyResult]) -> dict[int, Standing]:
    """By number. At most three queries, however many they are."""
    last = _last_said(user, key_results)
    kpi = _last_measured(user, key_results)
    works = shares(user, {k.objective_id for k in key_results if k.source == KeyResult.Source.WORK})
    found = {}
    for one in key_results:
        said = last.get(one.pk)
        point: Point | None = None
        if one.source == KeyResult.Source.KPI:
            point = kpi.get(one.pk)
        elif one.source == KeyResult.Source.WORK:
            share = works.get(one.objective_id)
            point = (min(clock.today(), one.ends_on), share.value) if share else None
        elif said and said.value is not None:
            point = (said.on, said.value)
        found[one.pk] = standing_of(one, point, said)
    return found


def standing_of(one: KeyResult, point: Point | None, said: CheckIn | None) -> Standing:
    today = clock.today()
    begun = max(one.starts_on, one.created_at.date())  # nobody could check in before it was there
    due = progress.next_due(said.on if said else None, begun, one.cadence_days)
    found = Standing(
        one.title, one.weight, said=said.confidence if said else "", said_on=said.on if said else None, due_on=due,
        is_late=one.is_asked and today > due, score=float(one.score) if one.score is not None else None,
    )  # fmt: skip
    if point is not None:
        found.value_on, found.value = point
        found.progress = progress.share_of_way(one.start_value, one.target_value, point[1])
        if one.unit != Unit.YES_NO:
            found.expected = progress.expected(one.starts_on, one.ends_on, point[0])
            found.line = progress.against_line(found.progress, found.expected)
        elif found.progress >= 1:
            found.line = progress.DONE
    return found


def of_objectives(user: Any, objectives: Iterable[Objective]) -> tuple[dict[int, list[KeyResult]], dict[int, Standing]]:
    """The key results below each objective, and how each stands."""
    ids = [o.pk for o in objectives]
    rows = list(KeyResult.objects.visible_to(user).filter(objective_id__in=ids).select_related("owner", "objective").order_by("id"))
    grouped: dict[int, list[KeyResult]] = defaultdict(list)
    for row in rows:
        grouped[row.objective_id].append(row)
    return grouped, standings(user, rows)


def judged(key_results: Iterable[KeyResult], known: dict[int, Standing]) -> Judgement:
    return Judgement([known[k.pk] for k in key_results])


def computed_values(user: Any, objective: Objective) -> dict[int, Decimal]:
    """The values that are not said but computed, of the key results of an objective: where they go on from."""
    rows = [k for k in KeyResult.objects.visible_to(user).open().filter(objective=objective).select_related("objective") if k.is_computed]
    return {pk: found.value for pk, found in standings(user, rows).items() if found.value is not None}


def courses(user: Any, key_results: Sequence[KeyResult]) -> dict[int, list[Step]]:
    """The values of each over time, oldest first, with the check-in that said it or the KPI that was measured. At most
    three queries."""
    found: dict[int, list[Step]] = {k.pk: [] for k in key_results}
    by_hand = [k.pk for k in key_results if k.source == KeyResult.Source.HAND]
    said = CheckIn.objects.visible_to(user).filter(key_result__in=by_hand).select_related("by").order_by("on")
    for one in said if by_hand else ():
        if one.value is not None:
            found[one.key_result_id].append((one.on, one.value, one))
    measured = [k for k in key_results if k.source == KeyResult.Source.KPI]
    if measured:
        taken = Measurement.objects.visible_to(user).filter(
            kpi__in={k.kpi_id for k in measured}, on__gte=min(k.starts_on for k in measured)
        )
        for kpi, on, value in taken.order_by("on").values_list("kpi_id", "on", "value"):
            for k in measured:
                if k.kpi_id == kpi and k.starts_on <= on <= k.ends_on:
                    found[k.pk].append((on, value, None))
    by_work = [k for k in key_results if k.source == KeyResult.Source.WORK]
    works = shares(user, {k.objective_id for k in by_work})
    for k in by_work:
        if share := works.get(k.objective_id):
            found[k.pk] = _course_of_work(k, share)
    return found


def _course_of_work(one: KeyResult, share: Share) -> list[Step]:
    last = min(clock.today(), one.ends_on)
    days = sorted({one.starts_on, last, *(d for d in share.finished if one.starts_on <= d <= last)})
    return [(day, share.on(day), None) for day in days if day <= last]


def _last_said(user: Any, key_results: Sequence[KeyResult]) -> dict[int, CheckIn]:
    rows = CheckIn.objects.visible_to(user).filter(key_result__in=[k.pk for k in key_results]).select_related("by")
    return {c.key_result_id: c for c in rows.order_by("key_result_id", "-on").distinct("key_result_id")}


def _last_measured(user: Any, key_results: Sequence[KeyResult]) -> dict[int, Point]:
    """The last measurement of the KPI within the period of the key result."""
    ids = [k.pk for k in key_results if k.source == KeyResult.Source.KPI]
    if not ids:
        return {}
    taken = Measurement.objects.visible_to(user).filter(
        kpi=OuterRef("kpi"), on__range=(OuterRef("starts_on"), OuterRef("ends_on"))
    )
    newest = taken.order_by("-on")
    rows = KeyResult.objects.visible_to(user).filter(pk__in=ids).annotate(
        last_on=Subquery(newest.values("on")[:1]), last_value=Subquery(newest.values("value")[:1])
    )  # fmt: skip
    return {pk: (on, value) for pk, on, value in rows.values_list("pk", "last_on", "last_value") if on}


_SHARES = """
    WITH RECURSIVE linked (objective_id, item_id) AS (
        SELECT c.objective_id, s.item_id FROM strategy_contribution c JOIN product_scope s ON s.feature_id = c.subject_id
        WHERE c.subject_kind = 'product.feature' AND c.objective_id = ANY(%(ids)s) AND c.space_id = ANY(%(seen)s)
        UNION
        SELECT c.objective_id, c.subject_id FROM strategy_contribution c
        WHERE c.subject_kind = 'work.workitem' AND c.objective_id = ANY(%(ids)s) AND c.space_id = ANY(%(seen)s)
        UNION
        SELECT l.objective_id, w.id FROM linked l JOIN work_workitem w ON w.parent_id = l.item_id
    )
    SELECT l.objective_id, count(*),
           array_agg(coalesce(w.actual_finish, w.created_at)::date) FILTER (WHERE t.category = 'done')
    FROM linked l JOIN work_workitem w ON w.id = l.item_id JOIN work_state t ON t.id = w.state_id
    WHERE w.removed_at IS NULL AND NOT t.is_given_up AND NOT w.is_given_up AND w.space_id = ANY(%(seen)s)
      AND NOT EXISTS (SELECT FROM work_workitem p WHERE p.parent_id = w.id AND p.removed_at IS NULL)
    GROUP BY l.objective_id
"""


def shares(user: Any, objectives: Iterable[int]) -> dict[int, Share]:
    """The work items without parts that serve each objective, but for those closed without a result, by its features or by themselves, as far as the reader
    sees them. Objectives without any are left out: of nothing no share is done."""
    ids = list(objectives)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, {"ids": ids, "seen": list(user.visible_space_ids())})
        return {pk: Share(total, tuple(sorted(finished or ()))) for pk, total, finished in cursor.fetchall()}
