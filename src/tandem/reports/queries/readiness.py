"""Can a release go out? What is done, what holds it up, and which records say so."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from tandem.product.models import Feature, Release, ReleaseCheck, Scope
from tandem.reports.queries import roadmap
from tandem.reports.queries.roadmap_rows import Row
from tandem.reports.queries.scope_sums import Sum, Tree
from tandem.work.models import Block, ChecklistEntry, WorkItem

READY, NOT_READY, NOT_KNOWN, EMPTY, RELEASED, CANCELLED = "ready", "not_ready", "not_known", "empty", "released", "cancelled"
HOLDS, WARNS, FINE, NOTHING = "holds", "warns", "fine", "nothing"
SCOPE, UNSCOPED, ACCEPTANCE, BLOCKS, CHECKS, PLAN, PROMISE, NOTES, UNSEEN = (
    "scope", "unscoped", "acceptance", "blocks", "checks", "plan", "promise", "notes", "unseen",
)  # fmt: skip
SHOWN = 10


@dataclass(slots=True)
class Reason:
    """One thing that was looked at: `left` of `total` are not as they should be; `records` are the first of those.
    `holds`: it holds the release up. `warns`: it does not, but somebody should know. `nothing`: there is nothing to look at."""

    code: str
    state: str
    left: int = 0
    total: int = 0
    records: list[Any] = field(default_factory=list)
    days: int | None = None


@dataclass(slots=True)
class Part:
    """A feature of the release with what lies under it."""

    feature: Feature
    sum: Sum
    has_scope: bool


@dataclass(slots=True)
class Readiness:
    release: Release
    row: Row | None
    verdict: str
    reasons: list[Reason]
    parts: list[Part]
    checks: list[ReleaseCheck]
    sum: Sum
    spaces: set[int]

    def of(self, code: str) -> Reason | None:
        return next((r for r in self.reasons if r.code == code), None)

    @property
    def holding(self) -> list[Reason]:
        return [r for r in self.reasons if r.state == HOLDS]


def read(user: Any, release: Release) -> Readiness:
    """Of a release that the user sees; a fixed number of queries, however much is in it."""
    features = list(Feature.objects.visible_to(user).on_roadmap().filter(release=release).order_by("rank", "id"))
    scopes: dict[int | None, set[int]] = defaultdict(set)
    own = Q(feature__in=features) | Q(release=release)
    for feature, item in Scope.objects.visible_to(user).filter(own, item__removed_at=None).values_list("feature_id", "item_id"):
        scopes[feature].add(item)
    roots = {item for items in scopes.values() for item in items}
    tree = Tree(user, roots)
    parts = [Part(f, tree.sum(scopes[f.pk]), bool(scopes[f.pk])) for f in features]
    total = tree.sum(roots)
    checks = list(ReleaseCheck.objects.visible_to(user).filter(release=release).select_related("owner", "decided_by").in_order())
    row = next(iter(roadmap.some(user, Feature.objects.none(), Release.objects.visible_to(user).filter(pk=release.pk))), None)
    reasons = [
        *_work(user, parts, total, tree, scopes[None]), _checks(checks), *_dates(release, row, total), _notes(parts),
        *([Reason(UNSEEN, WARNS, unseen, len(roots))] if (unseen := len(roots) - len(tree.under)) else []),
    ]  # fmt: skip
    return Readiness(release, row, _verdict(release, reasons, bool(features or roots or checks)), reasons, parts, checks, total, {release.space_id} | tree.spaces)


def _verdict(release: Release, reasons: list[Reason], has_anything: bool) -> str:
    if release.state != Release.State.PLANNED:
        return RELEASED if release.state == Release.State.RELEASED else CANCELLED
    if not has_anything:
        return EMPTY
    if any(r.state == HOLDS for r in reasons):
        return NOT_READY
    return NOT_KNOWN if any(r.code == UNSEEN for r in reasons) else READY


def _work(user: Any, parts: list[Part], total: Sum, tree: Tree, direct: set[int]) -> list[Reason]:
    """Its scope, features without any, acceptance checks and blocks."""
    ids = set(tree.known)
    late = sorted((p for p in parts if p.sum.open), key=lambda p: -p.sum.open)
    loose = [pk for pk in direct if pk in tree.under]
    items = WorkItem.objects.visible_to(user).open().filter(pk__in=loose).order_by("rank", "id").select_related("state")
    bare = [p.feature for p in parts if not p.has_scope and p.feature.state != Feature.State.SHIPPED]
    unproved = ChecklistEntry.objects.visible_to(user).open().acceptance().filter(item__in=ids).select_related("item", "owner").order_by("item_id", "rank")
    standing = {pk for pk, facts in tree.known.items() if facts[-1] and not facts[1]}
    blocks = Block.objects.visible_to(user).open().filter(item__in=standing).select_related("item").order_by("since")
    found = [Reason(SCOPE, _held(total.open, total.items), total.open, total.items, [*late[:SHOWN], *items[:SHOWN]])]
    if bare:
        found.append(Reason(UNSCOPED, HOLDS, len(bare), len(parts), bare[:SHOWN]))
    found.append(Reason(ACCEPTANCE, _held(total.unproved, total.checks), total.unproved, total.checks, list(unproved[:SHOWN]) if total.unproved else []))
    if total.blocked:
        found.append(Reason(BLOCKS, HOLDS, total.blocked, total.items, list(blocks[:SHOWN])))
    return found


def _held(left: int, total: int) -> str:
    return HOLDS if left else FINE if total else NOTHING


def _checks(rows: list[ReleaseCheck]) -> Reason:
    still = [row for row in rows if row.state == ReleaseCheck.State.OPEN]
    return Reason(CHECKS, _held(len(still), len(rows)), len(still), len(rows), still[:SHOWN])


def _dates(release: Release, row: Row | None, total: Sum) -> list[Reason]:
    """The forecast beside the planned day and the promise, while something is still to be done."""
    if row is None or release.state != Release.State.PLANNED or not total.open:
        return []
    ends: date | None = row.p80 or row.plan_finish
    found = []
    if release.planned_on:
        days = (ends - release.planned_on).days if ends else None
        state = NOTHING if days is None else WARNS if days > 0 else FINE
        found.append(Reason(PLAN, state, days=days))
    if row.said and not row.said.kept_on:
        days = (ends - row.said.date).days if ends else None
        found.append(Reason(PROMISE, NOTHING if days is None else WARNS if days > 0 else FINE, days=days, records=[row.said]))
    return found


def _notes(parts: list[Part]) -> Reason:
    """Features that say nothing in one of the two languages yet."""
    missing = [p.feature for p in parts if not (p.feature.note_en and p.feature.note_zh)]
    return Reason(NOTES, WARNS if missing else FINE if parts else NOTHING, len(missing), len(parts), missing[:SHOWN])

