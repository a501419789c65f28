"""What a way out does to objectives: when the last of the open work that serves each is done, before and after."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from tandem.planning import levelling, open_work, plan_trials, plan_ways, staff_ways
from tandem.planning.actions.plan_conflicts import STAFFED
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_inputs import ITEM
from tandem.planning.plan_why import KeptPlan
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Scope
from tandem.strategy.models import Contribution, Objective
from tandem.work.models import WorkItem

MOST = 12
_FEATURE, _RELEASE, _PROJECT, _ITEM = "product.feature", "product.release", "portfolio.project", WorkItem._meta.label_lower
Subject = tuple[str, int]


def computed(conflict: PlanConflict) -> tuple[int | None, list[dict[str, Any]]]:
    """The plan that was asked and the ways out with their effect on others, objectives among them, the gentlest first."""
    plan_id, ways = staff_ways.compute(conflict) if conflict.kind in STAFFED else plan_ways.compute(conflict)
    if conflict.kind == PlanConflict.Kind.LEAVER:
        ways = sorted([*ways, *plan_ways.compute(conflict)[1]], key=staff_ways.price_of)[: staff_ways.SHOWN]
    plan = levelling.kept(plan_id) if plan_id and ways else None
    if plan is not None:
        tell(ways, plan, open_work.read())
    return plan_id, ways


def tell(ways: list[dict[str, Any]], plan: KeptPlan, work: OpenWork) -> None:
    """Adds to each way `objectives`: number, calendar days later (negative: earlier), how much of what serves it moves, how much loses work."""
    serves = serving(work)
    before = ends(plan)
    for way in ways:
        moved = {int(pk): datetime.fromisoformat(span[1]).date() for pk, span in way["dates"].items()}
        out = set(way.get("items", ())) if way["code"] == "drop" else set()
        effects = (_effect(objective, subjects, before, moved, out) for objective, subjects in serves.items())
        found = [one for one in effects if one is not None]
        way["objectives"] = sorted(found, key=lambda one: (-one["days"], -one["moved"], one["objective"]))[:MOST]


def ends(plan: KeptPlan) -> dict[int, date]:
    """The day on which each item ends by a plan."""
    rows = zip(plan.inputs.code.tolist(), plan.finishes.tolist(), strict=True)
    return {code // 4: plan_trials.day_of(plan.inputs.ordinals, end) for code, end in rows if code % 4 == ITEM}


def serving(work: OpenWork) -> dict[int, dict[Subject, set[int]]]:
    """Open objective → what serves it (features, releases, projects, items) → the open items of each."""
    rows = list(Contribution.objects.filter(objective__state=Objective.State.OPEN, subject_kind__in=(_FEATURE, _RELEASE, _PROJECT, _ITEM)).values_list("objective_id", "subject_kind", "subject_id"))
    items = _items_of({(kind, pk) for _objective, kind, pk in rows}, work)
    found: dict[int, dict[Subject, set[int]]] = defaultdict(dict)
    for objective, kind, pk in rows:
        if items.get((kind, pk)):
            found[objective][kind, pk] = items[kind, pk]
    return found


def _items_of(subjects: set[Subject], work: OpenWork) -> dict[Subject, set[int]]:
    here = {item.id for item in work.items}
    found: dict[Subject, set[int]] = defaultdict(set)

    def open_of(item: int) -> Iterable[int]:
        return work.below.get(item, [item] if item in here else [])

    by_kind = {kind: {pk for of, pk in subjects if of == kind} for kind in (_FEATURE, _RELEASE, _PROJECT, _ITEM)}
    in_scope = Q(feature__in=by_kind[_FEATURE]) | Q(release__in=by_kind[_RELEASE]) | Q(feature__release__in=by_kind[_RELEASE])
    gone = Q(feature__state__in=(Feature.State.SHIPPED, Feature.State.DECLINED))
    for feature, release, through, item in Scope.objects.filter(in_scope).exclude(gone).values_list("feature_id", "release_id", "feature__release_id", "item_id"):
        for key in ((_FEATURE, feature), (_RELEASE, release or through)):
            if key in subjects:
                found[key].update(open_of(item))
    homes = dict(Project.objects.filter(pk__in=by_kind[_PROJECT]).values_list("space_id", "id"))
    for row in work.items:
        if row.space_id in homes:
            found[_PROJECT, homes[row.space_id]].add(row.id)
    for pk in by_kind[_ITEM]:
        found[_ITEM, pk].update(open_of(pk))
    return found


def _effect(objective: int, subjects: dict[Subject, set[int]], before: dict[int, date], moved: dict[int, date], out: set[int]) -> dict[str, Any] | None:
    """None where nothing of it moves."""
    was, now, moves, loses = [], [], 0, 0
    for items in subjects.values():
        known = [pk for pk in items if pk in before]
        then = [moved.get(pk, before[pk]) for pk in known if pk not in out]
        if not known:
            continue
        was.append(max(before[pk] for pk in known))
        loses += len(then) < len(known)
        if then:
            now.append(max(then))
            moves += now[-1] != was[-1]
    if not (moves or loses):
        return None
    return {"objective": objective, "days": (max(now) - max(was)).days if now else 0, "moved": moves, "loses": loses}
