"""What a product builds that nobody asked for, and what is asked of it that nobody builds."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Sum

from tandem.planning.alignment import ITEM, serving_of
from tandem.portfolio.models import Project
from tandem.product.models import Customer, Feature, Feedback, FeedbackLink, Product, Promise, Scope
from tandem.reports.queries.scope_sums import Sum as Sums
from tandem.reports.queries.scope_sums import sums
from tandem.strategy.models import Contribution, Objective
from tandem.work.models import WorkItem

SHOWN = 20
_UNCOVERED = """
WITH RECURSIVE covered(id) AS (
    SELECT unnest(%(roots)s::bigint[])
  UNION
    SELECT part.id FROM work_workitem part JOIN covered ON part.parent_id = covered.id WHERE part.removed_at IS NULL
)
SELECT item.space_id, item.id FROM work_workitem item JOIN work_state state ON state.id = item.state_id
WHERE item.space_id = ANY(%(spaces)s) AND item.removed_at IS NULL AND state.category <> 'done' AND NOT item.is_milestone AND NOT item.is_summary
    AND NOT EXISTS (SELECT 1 FROM covered WHERE covered.id = item.id)
    AND NOT EXISTS (SELECT 1 FROM work_workitem part WHERE part.parent_id = item.id AND part.removed_at IS NULL)
ORDER BY item.space_id, item.rank, item.id
"""


class Idle(NamedTuple):
    """A feature that is more than an idea, or has work items, and that no feedback asks for, that is not promised and serves
    no open objective."""

    feature: Feature
    sum: Sums


class Loose(NamedTuple):
    """A project with open work items that belong to no feature or release and serve nothing."""

    project: Project
    count: int
    items: list[WorkItem]


class Waiting(NamedTuple):
    """A feature that feedback asks for and that has no work items. `weight`: of distinct customers that the reader sees."""

    feature: Feature
    entries: int
    votes: int
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Gaps:
    """Each list holds the first of `…_count`. `open_features`: what was looked at. `is_empty`: there was nothing to look at, no
    open feature, no work for it and no feedback."""

    idle: list[Idle]
    idle_count: int
    open_features: int
    loose: list[Loose]
    loose_count: int
    waiting: list[Waiting]
    waiting_count: int
    unlinked: list[Feedback]
    unlinked_count: int
    unlinked_votes: int
    is_empty: bool


def read(user: Any, product: Product) -> Gaps:
    """Of a product that the user sees, and of what else the user sees. A fixed number of queries, however much there is."""
    features = list(
        Feature.objects.visible_to(user).filter(product=product).exclude(state__in=(Feature.State.SHIPPED, Feature.State.DECLINED)).order_by("rank", "id")
    )
    scopes = list(
        Scope.objects.visible_to(user).filter(Q(feature__product=product) | Q(release__product=product), item__removed_at=None)
        .values_list("feature_id", "item_id", "item__space_id")
    )  # fmt: skip
    spaces = {space for _f, _i, space in scopes}
    known = serving_of(features=[f.pk for f in features], spaces=spaces, only_open=True)
    asked = set(FeedbackLink.objects.visible_to(user).filter(feature__product=product).values_list("feature_id", flat=True))
    promised = set(
        Promise.objects.visible_to(user).current().filter(Q(feature__product=product) | Q(release__product=product)).values_list("feature_id", "release_id")
    )
    built = {feature for feature, _item, _space in scopes}
    in_features, in_releases = {f for f, _r in promised if f}, {r for _f, r in promised if r}
    idle = [
        f for f in features
        if (f.state != Feature.State.IDEA or f.pk in built) and f.pk not in asked | in_features and f.release_id not in in_releases and all(p.objective is None for p in known.of_feature(f.pk))
    ]  # fmt: skip
    loose, loose_count = _loose(user, known, spaces)
    waiting = [f for f in features if f.pk in asked - built]
    unlinked = _unlinked(user, product)
    counted = unlinked.aggregate(n=Count("pk"), votes=Sum("votes"))
    return Gaps(
        _idle(user, idle, scopes), len(idle), len(features), loose, loose_count, _waiting(user, waiting), len(waiting),
        list(unlinked.select_related("customer", "giver").order_by("-votes", "-id")[:SHOWN]), counted["n"], counted["votes"] or 0,
        not (features or scopes or Feedback.objects.visible_to(user).filter(product=product).exists()),
    )  # fmt: skip


def _idle(user: Any, rows: list[Feature], scopes: list[tuple[int | None, int, int]]) -> list[Idle]:
    """The most work first."""
    roots: dict[int, list[int]] = {row.pk: [] for row in rows}
    for feature, item, _space in scopes:
        if feature in roots:
            roots[feature].append(item)
    shown = sorted(rows, key=lambda row: -len(roots[row.pk]))[:SHOWN]
    found = sums(user, {row.pk: roots[row.pk] for row in shown})
    return sorted((Idle(row, found[row.pk]) for row in shown), key=lambda one: -one.sum.open)


def _loose(user: Any, known: Any, spaces: set[int]) -> tuple[list[Loose], int]:
    """Projects that deliver for the product and say themselves what they serve are left out: all their work serves that."""
    silent = [space for space in spaces & user.visible_space_ids() if all(p.objective is None for p in known.of_space(space))]
    if not silent:
        return [], 0
    roots = set(Scope.objects.visible_to(user).filter(item__space__in=silent).values_list("item_id", flat=True))
    serving = Contribution.objects.visible_to(user).filter(subject_kind=ITEM, space__in=silent, objective__state=Objective.State.OPEN)
    roots |= set(serving.values_list("subject_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_UNCOVERED, {"roots": list(roots), "spaces": silent})
        rows = cursor.fetchall()
    by_space: dict[int, list[int]] = {}
    for space, pk in rows:
        by_space.setdefault(space, []).append(pk)
    wanted = [pk for ids in by_space.values() for pk in ids[:5]]
    items = {row.pk: row for row in WorkItem.objects.visible_to(user).filter(pk__in=wanted).select_related("state")}
    projects = {p.space_id: p for p in Project.objects.visible_to(user).filter(space__in=list(by_space)).select_related("space")}
    found = [Loose(projects[space], len(ids), [items[pk] for pk in ids[:5] if pk in items]) for space, ids in by_space.items() if space in projects]
    return sorted(found, key=lambda one: -one.count)[:SHOWN], len(rows)


def _waiting(user: Any, rows: list[Feature]) -> list[Waiting]:
    """The most votes first; the weight is added up for those that are shown."""
    links = FeedbackLink.objects.visible_to(user).filter(feature__in=[row.pk for row in rows]).order_by()
    counted = {pk: (n, votes or 0) for pk, n, votes in links.values_list("feature_id").annotate(n=Count("id"), votes=Sum("feedback__votes"))}
    shown = sorted(rows, key=lambda row: (-counted[row.pk][1], -counted[row.pk][0]))[:SHOWN]
    named = links.filter(feature__in=[row.pk for row in shown]).exclude(feedback__customer=None).values_list("feature_id", "feedback__customer_id").distinct()
    pairs = list(named)
    weights = {c.pk: c.counts_as for c in Customer.objects.visible_to(user).filter(pk__in={c for _f, c in pairs}).select_related("segment")}
    return [Waiting(row, *counted[row.pk], sum((weights.get(c, Decimal(0)) for f, c in pairs if f == row.pk), Decimal(0))) for row in shown]


def _unlinked(user: Any, product: Product) -> Any:
    """Feedback that no feature answers, nor what was merged into it; neither declined nor said to be shipped."""
    links = FeedbackLink.objects.visible_to(user)
    rows = Feedback.objects.visible_to(user).standing().filter(product=product, is_waiting=False)
    rows = rows.exclude(state__in=(Feedback.State.DECLINED, Feedback.State.SHIPPED))
    return rows.exclude(Exists(links.filter(feedback=OuterRef("pk")))).exclude(Exists(links.filter(feedback__merged_into=OuterRef("pk"))))
