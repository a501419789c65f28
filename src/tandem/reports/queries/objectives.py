"""Objectives with what serves them: features, promises under those, and the forecast beside."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tandem.kit import clock
from tandem.planning.models import Forecast
from tandem.planning.status import status_of
from tandem.product.models import Feature, Promise
from tandem.strategy.models import Contribution, Objective


@dataclass
class Serving:
    """A feature that serves an objective, with its nearest promise and its forecast."""

    feature: Feature
    weight: int
    promise: date | None = None
    p50: date | None = None
    p80: date | None = None
    state: str = "none"


@dataclass
class Branch:
    objective: Objective
    depth: int
    serving: list[Serving] = field(default_factory=list)
    parts: int = 0


def tree(user: Any) -> list[Branch]:
    """Depth first; an objective whose parent is not visible stands at the top. Five queries."""
    rows = list(Objective.objects.visible_to(user).select_related("owner").order_by("starts_on", "id"))
    known = {o.pk for o in rows}
    below: dict[int | None, list[Objective]] = {}
    for objective in rows:
        below.setdefault(objective.parent_id if objective.parent_id in known else None, []).append(objective)
    serving = served_by(user, list(known))
    found: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for objective in below.get(parent, []):
            parts = len(below.get(objective.pk, []))
            found.append(Branch(objective, depth, serving.get(objective.pk, []), parts))
            walk(objective.pk, depth + 1)

    walk(None, 0)
    return found


def served_by(user: Any, objective_ids: list[int]) -> dict[int, list[Serving]]:
    kind = Feature._meta.label_lower
    rows = Contribution.objects.visible_to(user).filter(objective_id__in=objective_ids, subject_kind=kind)
    pairs = list(rows.values_list("objective_id", "subject_id", "weight"))
    ids = {subject for _o, subject, _w in pairs}
    features = {f.pk: f for f in Feature.objects.visible_to(user).filter(pk__in=ids)}
    promised: dict[int, date] = {}
    for feature_id, day in (
        Promise.objects.visible_to(user)
        .current()
        .filter(feature_id__in=ids)
        .values_list("feature_id", "date")
    ):
        promised[feature_id] = min(day, promised.get(feature_id, day))
    forecasts = Forecast.objects.visible_to(user).filter(
        subject_kind=kind, subject_id__in=ids, is_current=True
    )
    ranges = {f.subject_id: f for f in forecasts}
    found: dict[int, list[Serving]] = {}
    for objective_id, feature_id, weight in pairs:
        if feature := features.get(feature_id):
            line = Serving(feature, weight, promised.get(feature_id))
            if forecast := ranges.get(feature_id):
                line.p50, line.p80 = forecast.p50, forecast.p80
            done_on = feature.shipped_on if feature.state == Feature.State.SHIPPED else None
            line.state = status_of(line.promise, line.p50, line.p80, today=clock.today(), done_on=done_on)
            found.setdefault(objective_id, []).append(line)
    return found
