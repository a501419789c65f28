"""From what people said to what it serves, and back: the chain of one record, in columns with links between them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from tandem.kit.types import Ref
from tandem.planning.alignment import Serving, serving, serving_of
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feature, FeedbackLink, Release, Scope
from tandem.reports.queries import roadmap, scope_sums
from tandem.reports.queries.roadmap_rows import FEATURE, RELEASE
from tandem.reports.queries.scope_sums import Sum
from tandem.strategy.models import Objective
from tandem.work.models import State, WorkItem

FEEDBACK, FEATURES, ITEMS, RELEASES, OBJECTIVES = COLUMNS = ("feedback", "features", "items", "releases", "objectives")
KINDS = {"feedback": FEEDBACK, "feature": FEATURES, "work-item": ITEMS, "release": RELEASES, "objective": OBJECTIVES}
SHOWN = {FEEDBACK: 8, FEATURES: 10, ITEMS: 10, RELEASES: 6, OBJECTIVES: 6}
GAP, MORE, UNSEEN = "gap", "more", "unseen"
Key = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A record in its column; or, with a code instead of a number, what stands for several: a gap in the chain, more than
    are shown, what the reader may not see. `row` is the record as its queries read it."""

    key: Key
    row: Any = None
    count: int = 1
    weight: int | None = None
    sums: Sum | None = None


@dataclass
class Trace:
    centre: Key
    columns: dict[str, list[Mark]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    edges: list[tuple[Key, Key]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    built: Sum = field(default_factory=Sum)
    """Of the work items that are shown and of all below them, each once."""

    def mark(self, key: Key) -> Mark | None:
        return next((m for m in self.columns[key[0]] if m.key == key), None)


@dataclass(slots=True)
class _Path:
    """What hangs together by one feature, by the scope of a release itself, or by nothing but the record that was asked for.
    None: that the chain has a gap there."""

    feature: int | None
    release: int | None
    said: set[int] = field(default_factory=set)
    items: set[int] = field(default_factory=set)
    objectives: dict[int, int] = field(default_factory=dict)


def trace(user: Any, kind: str, row: Any) -> Trace:
    """A fixed number of queries, however much hangs on the record. `kind` is one of `KINDS`."""
    return _Reading(user, KINDS[kind], row).drawn()


class _Reading:
    def __init__(self, user: Any, column: str, row: Any) -> None:
        self.user, self.column, self.row = user, column, row
        self.way = scope_sums.above(user, row.pk) if column == ITEMS else []
        root = families.root_of(row).pk if column == FEEDBACK else 0
        self.family = families.members([root])[root] if root else []
        chosen, self.direct = self._begin()
        features = Feature.objects.visible_to(user).filter(pk__in=chosen).order_by("rank", "id")
        self.of_feature = dict(features.values_list("pk", "release_id"))
        self.shown = list(self.of_feature)[: SHOWN[FEATURES]]
        if column != OBJECTIVES:
            spaces = {row.space_id} if column == ITEMS else ()
            self.known = serving_of(features=self.shown, releases=self.direct, items=self.way, spaces=spaces)
        self.links = self._links()
        self.paths = self._paths()

    def _begin(self) -> tuple[set[int], set[int]]:
        """The features that the record hangs together with, and the releases that do without a feature."""
        user, row = self.user, self.row
        if self.column == FEATURES:
            return {row.pk}, set()
        if self.column == FEEDBACK:
            links = FeedbackLink.objects.visible_to(user).filter(feedback__in=self.family)
            return set(links.values_list("feature_id", flat=True)), set()
        if self.column == ITEMS:
            scopes = list(Scope.objects.visible_to(user).filter(item__in=self.way).values_list("feature_id", "release_id"))
            return {f for f, _r in scopes if f}, {r for _f, r in scopes if r}
        if self.column == RELEASES:
            return set(Feature.objects.visible_to(user).on_roadmap().filter(release=row).values_list("pk", flat=True)), {row.pk}
        return self._serving_objective()

    def _serving_objective(self) -> tuple[set[int], set[int]]:
        """Those that serve it or a part of it; a release by itself only where it says so. Whoever may inherit it is asked,
        so all that is said is read."""
        self.known: Serving = serving()
        parents = dict(Objective.objects.visible_to(self.user).values_list("pk", "parent_id"))
        self.parts = {self.row.pk}
        while more := {pk for pk, parent in parents.items() if parent in self.parts} - self.parts:
            self.parts |= more
        rows = Feature.objects.visible_to(self.user).on_roadmap().values_list("pk", flat=True)
        said = {pk for (kind, pk), pairs in self.known.said.items() if kind == RELEASE and {o for o, _weight in pairs} & self.parts}
        return {pk for pk in rows if {p.objective for p in self.known.of_feature(pk)} & self.parts}, said

    def _links(self) -> dict[int, list[FeedbackLink]]:
        """Feature → the feedback that asks for it, the most wanted first."""
        links = FeedbackLink.objects.visible_to(self.user).filter(feature__in=self.shown)
        if self.column == FEEDBACK:
            return {pk: [] for pk in self.shown}
        found: dict[int, list[FeedbackLink]] = defaultdict(list)
        for link in links.select_related("feedback__customer__segment", "feedback__giver").order_by("-feedback__votes", "-feedback_id"):
            found[link.feature_id].append(link)
        return found

    def _paths(self) -> list[_Path]:
        releases = {r for pk in self.shown if (r := self.of_feature[pk])} | self.direct
        own = Q(feature__in=self.shown) | Q(release__in=self.direct)
        items: dict[Ref, set[int]] = defaultdict(set)
        for feature, release, item in Scope.objects.visible_to(self.user).filter(own, item__removed_at=None).values_list("feature_id", "release_id", "item_id"):
            items[Ref(FEATURE, feature) if feature else Ref(RELEASE, release)].add(item)
        self.seen_releases = Release.objects.visible_to(self.user).filter(pk__in=releases)
        only = {self.row.pk} if self.column == ITEMS else None
        found = [
            _Path(pk, self.of_feature[pk], self._said(pk), only or items[Ref(FEATURE, pk)], self._served(_shares(self.known.of_feature(pk))))
            for pk in self.shown
        ]
        for pk in sorted(self.direct):
            rest = (only or items[Ref(RELEASE, pk)]) - {item for path in found for item in path.items if path.release == pk}
            if rest or not any(path.release == pk for path in found):
                found.append(_Path(None, pk, items=rest, objectives=self._served(_shares(self.known.of_release(pk)) if pk in self.known.releases else {})))
        return found or [self._alone()]

    def _said(self, feature: int) -> set[int]:
        return {self.row.pk} if self.column == FEEDBACK else {link.feedback_id for link in self.links.get(feature, ())}

    def _served(self, served: dict[int, int]) -> dict[int, int]:
        """Asked from an item, what it serves by itself counts first; asked from an objective, its parts stand for it."""
        if self.column == ITEMS:
            return self._of_item() or served or _shares(self.known.of_space(self.row.space_id))
        if self.column == OBJECTIVES:
            return {self.row.pk: sum(share for pk, share in served.items() if pk in self.parts)}
        return served

    def _of_item(self) -> dict[int, int]:
        """What the item, or the nearest above it that says so, serves by itself."""
        return next((_shares(said) for pk in self.way if (said := self.known.of_item(pk))), {})

    def _alone(self) -> _Path:
        """Of a record that hangs together with no feature and no release."""
        path = _Path(None, None)
        if self.column == ITEMS:
            path.items = {self.row.pk}
            path.objectives = self._of_item() or _shares(self.known.of_space(self.row.space_id))
        elif self.column == FEEDBACK:
            path.said = {self.row.pk}
        elif self.column == OBJECTIVES:
            path.objectives = {self.row.pk: 0}
        return path

    def drawn(self) -> Trace:
        self.found = Trace((self.column, self.row.pk))
        rows = roadmap.some(self.user, Feature.objects.visible_to(self.user).filter(pk__in=self.shown), self.seen_releases.order_by("planned_on", "id"))
        self.by_ref = {row.ref: row for row in rows}
        self._place(FEEDBACK, self._feedback(), [path.said for path in self.paths])
        self._place_features()
        self._place(ITEMS, self._items(), [path.items for path in self.paths])
        self._place_releases()
        self._place(OBJECTIVES, self._objective_rows(), [set(path.objectives) for path in self.paths])
        self._join()
        return self.found

    def _feedback(self) -> dict[int, Any]:
        rows = {self.row.pk: self.row} if self.column == FEEDBACK else {}
        for links in self.links.values():
            rows |= {link.feedback_id: link.feedback for link in links}
        return dict(sorted(rows.items(), key=lambda pair: (pair[0] != self._centre(FEEDBACK), -pair[1].votes, -pair[0])))

    def _items(self) -> dict[int, Any]:
        wanted = {pk for path in self.paths for pk in path.items}
        is_last = Case(When(state__category=State.Category.DONE, then=Value(1)), default=Value(0), output_field=IntegerField())
        rows = WorkItem.objects.visible_to(self.user).present().filter(pk__in=wanted).select_related("state", "type")
        return {row.pk: row for row in rows.order_by(is_last, "rank", "id")}

    def _objective_rows(self) -> dict[int, Any]:
        rows = Objective.objects.visible_to(self.user).filter(pk__in={pk for path in self.paths for pk in path.objectives}).select_related("owner")
        return {row.pk: row for row in rows.order_by("ends_on", "id")}

    def _place(self, column: str, rows: dict[int, Any], groups: list[set[int]]) -> None:
        """Of the rows as many as are shown; what is wanted and not seen, and a gap where a path has nothing."""
        shown = list(rows)[: SHOWN[column]]
        sums: dict[int, Sum] = {}
        if column == ITEMS:
            tree = scope_sums.Tree(self.user, set(shown))
            sums, self.found.built = {pk: tree.sum([pk]) for pk in shown}, tree.sum(shown)
        weights = self.paths[0].objectives if column == OBJECTIVES and len(self.paths) == 1 else {}
        marks = [Mark((column, pk), rows[pk], weight=weights.get(pk), sums=sums.get(pk)) for pk in shown]
        self._finish(column, marks, len(rows), {pk for group in groups for pk in group} - set(rows), sum(not group for group in groups))

    def _place_features(self) -> None:
        marks = [Mark((FEATURES, pk), self.by_ref[Ref(FEATURE, pk)]) for pk in self.shown]
        self._finish(FEATURES, marks, len(self.of_feature), set(), sum(path.feature is None for path in self.paths))

    def _place_releases(self) -> None:
        rows = {ref.id: row for ref, row in self.by_ref.items() if ref.kind == RELEASE}
        wanted = {path.release for path in self.paths if path.release}
        marks = [Mark((RELEASES, pk), row) for pk, row in list(rows.items())[: SHOWN[RELEASES]]]
        self._finish(RELEASES, marks, len(rows), wanted - set(rows), sum(path.release is None for path in self.paths))

    def _finish(self, column: str, marks: list[Mark], total: int, unseen: Iterable[int], gaps: int) -> None:
        marks = list(marks)
        if total > len(marks):
            marks.append(Mark((column, MORE), count=total - len(marks)))
        if count := len(set(unseen)):
            marks.append(Mark((column, UNSEEN), count=count))
        if gaps and column != self.column:
            marks.append(Mark((column, GAP), count=gaps))
        self.found.columns[column], self.found.totals[column] = marks, total

    def _centre(self, column: str) -> int | None:
        return self.row.pk if column == self.column else None

    def _join(self) -> None:
        """Each path as lines from column to column, each line once."""
        lines: dict[tuple[Key, Key], None] = {}
        for path in self.paths:
            ends: tuple[Iterable[int | None], ...] = (path.said, {path.feature}, path.items, {path.release}, path.objectives)
            steps = [self._keys(column, [pk for pk in group if pk]) for column, group in zip(COLUMNS, ends, strict=True)]
            for left, right in pairwise(steps):
                lines.update(((a, b), None) for a in left for b in right)
        self.found.edges = list(lines)

    def _keys(self, column: str, wanted: Iterable[int]) -> list[Key]:
        """The marks that stand for these records."""
        marks = {m.key for m in self.found.columns[column]}
        keys: dict[Key, None] = {}
        for pk in wanted:
            at = next((key for key in ((column, pk), (column, UNSEEN if (column, MORE) not in marks else MORE)) if key in marks), None)
            if at:
                keys[at] = None
        return list(keys) or ([(column, GAP)] if (column, GAP) in marks else [])


def _shares(parts: Iterable[Any]) -> dict[int, int]:
    """Objective → its share in per cent."""
    found: dict[int, float] = defaultdict(float)
    for part in parts:
        if part.objective is not None:
            found[part.objective] += part.share * 100
    return {pk: round(share) for pk, share in found.items()}
