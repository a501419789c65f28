"""Reading the roadmap for a person: the same few queries for three rows or three hundred."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import F, Func, JSONField

from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.models import Space
from tandem.planning.models import Forecast
from tandem.planning.status import status_of
from tandem.portfolio.models.project import LONG_AGO
from tandem.product.models import Feature, Product, Promise, Release
from tandem.product.models.window import implied_by, window_of
from tandem.reports.queries.roadmap_rows import FEATURE, RELEASE, Roadmap, Row, Said, in_time
from tandem.strategy.models import Contribution, Objective
from tandem.work.models import WorkItem

_MANY = 500
_brief = Func(F("detail"), template="(%(expressions)s - '{bins,backtest,digest}'::text[])", output_field=JSONField())


def read(
    user: Any, *, space_id: int | None = None, product_id: int | None = None, team_id: int | None = None, whole: bool = True,
    within: Collection[int] | None = None,
) -> Roadmap:  # fmt: skip
    """What the user may see of it; `space_id` narrows to one product's space, `within` to several. Nine queries, or six for the rows alone,
    without the objectives and products by which the page groups them."""
    products = list(Product.objects.visible_to(user).order_by("name")) if whole else []
    features = Feature.objects.visible_to(user).on_roadmap()
    releases = Release.objects.visible_to(user).exclude(state=Release.State.CANCELLED)
    narrow = {"space_id": space_id, "product_id": product_id, "team_id": team_id}
    chosen: dict[str, Any] = {name: value for name, value in narrow.items() if value is not None}
    if within is not None:
        chosen["space_id__in"] = within
    rows = [*_features(features.filter(**chosen)), *_releases(releases.filter(**chosen))]
    by_ref = {row.ref: row for row in rows}
    _add_promises(user, by_ref)
    _add_forecasts(user, by_ref)
    objectives = _add_objectives(user, by_ref) if whole else []
    computed = [row.forecast for row in rows if row.forecast]
    today = _today(computed)
    for row in rows:
        row.today = _ended(row.forecast) or today
        row.status = _status(row)
    _name_items(user, rows)
    return Roadmap(rows, objectives, products, today, max((f.created_at for f in computed), default=None))


def one(user: Any, ref: Ref, promises: Iterable[Promise] | None = None, row: Feature | None = None) -> Row | None:
    """One row as the roadmap shows it, without the objectives that it serves; None when the user may not see it. `promises`: all
    that were given of it, and `row`, the feature itself, where the page has read them for this user."""
    model: Any = Feature if ref.kind == FEATURE else Release
    chosen: Any = model.objects.visible_to(user).filter(pk=ref.id) if row is None else [row]
    found = next(iter(_features(chosen) if model is Feature else _releases(chosen)), None)
    if found is None:
        return None
    _add_promises(user, {ref: found}, promises)
    _add_forecasts(user, {ref: found}, is_whole=True)
    found.today = _ended(found.forecast) or clock.today()
    found.status = _status(found)
    _name_items(user, [found])
    return found


def of_release(user: Any, release: Release) -> list[Row]:
    """The features of a release as the roadmap shows them, in time."""
    return in_time(some(user, Feature.objects.visible_to(user).on_roadmap().filter(release=release)))


def some(user: Any, features: Any, releases: Any = (), *, today: date | None = None) -> list[Row]:
    """These features and releases, which the user sees, as the roadmap shows them from its `today`. Four queries and one for each
    kind."""
    by_ref = {row.ref: row for row in [*_features(features), *(_releases(releases) if releases != () else ())]}
    if by_ref:
        _add_promises(user, by_ref)
        _add_forecasts(user, by_ref)
        for row in by_ref.values():
            row.today = _ended(row.forecast) or today or clock.today()
            row.status = _status(row)
        _name_items(user, list(by_ref.values()))
    return list(by_ref.values())


def above(space: Space) -> set[int]:
    """The space and those above it, as far as everybody who sees the space also belongs to them: up to the first
    confidential one."""
    found, at = {space.pk}, space
    while at.parent_id is not None and not at.is_confidential:
        at = at.parent
        found.add(at.pk)
    return found


_NAMES = ("product__name", "product_id", "space_id", "team__name", "owner__name", "state", "planned_from", "planned_precision")


_FEATURE = ("pk", "title", "horizon", "shipped_on", "planned_to", "release__name", *_NAMES)


def _of(row: Feature) -> tuple[Any, ...]:
    """As the database would say it, of a feature that was read with what it refers to."""
    return tuple(getattr(getattr(row, first, None), last, None) if last else getattr(row, first) for first, _, last in (n.partition("__") for n in _FEATURE))


def _features(rows: Any) -> list[Row]:
    """Names instead of objects: a roadmap of hundreds would make five objects per row. Without a horizon set by hand it
    stands where its window says."""
    today, found = clock.today(), []
    read = [_of(row) for row in rows] if isinstance(rows, list) else rows.values_list(*_FEATURE)
    for pk, title, horizon, shipped_on, planned_to, release, *names in read:
        product, product_id, space_id, team, owner, state, planned_from, precision = names
        done = (shipped_on or today) if state == Feature.State.SHIPPED else None
        window = window_of(planned_from, planned_to, precision)
        by_hand = "" if horizon == Feature.Horizon.WINDOW else horizon
        found.append(Row(
            Ref(FEATURE, pk), title, product, product_id, space_id, by_hand or implied_by(window, today), team or "", owner or "", done,
            today, release or "", state=state, window=window, by_hand=by_hand,
        ))  # fmt: skip
    return found


def _releases(rows: Any) -> list[Row]:
    """A release stands in the horizon of its window: this quarter is now, the next is next."""
    today, found = clock.today(), []
    for pk, name, planned_on, released_on, *names in rows.values_list("pk", "name", "planned_on", "released_on", *_NAMES):
        product, product_id, space_id, team, owner, state, planned_from, precision = names
        done = (released_on or today) if state == Release.State.RELEASED else None
        window = window_of(planned_from, planned_on, precision)
        found.append(Row(
            Ref(RELEASE, pk), name, product, product_id, space_id, implied_by(window, today), team or "", owner or "", done, today,
            state=state, window=window,
        ))  # fmt: skip
    return found


def _ids(by_ref: Iterable[Ref], kind: str) -> list[int]:
    return [ref.id for ref in by_ref if ref.kind == kind]


_SAID = (
    "feature_id", "release_id", "replaced_by_id", "pk", "version", "date", "to_whom", "given_on", "given_by__name", "reason", "confidence", "kept_on",
)  # fmt: skip


def _told(user: Any, by_ref: dict[Ref, Row]) -> Any:
    promises = Promise.objects.visible_to(user).filter(withdrawn_on=None).order_by("given_on", "id")
    if len(by_ref) <= _MANY:  # naming thousands costs more than passing over a few that are not shown
        promises = promises.filter(feature_id__in=_ids(by_ref, FEATURE)) | promises.filter(release_id__in=_ids(by_ref, RELEASE))
    return promises.values_list(*_SAID)


def _add_promises(user: Any, by_ref: dict[Ref, Row], read: Iterable[Promise] | None = None) -> None:
    """To several receivers: the earliest open date counts. The ones that it replaced are its history."""
    if read is not None:
        ordered = sorted((p for p in read if p.withdrawn_on is None), key=lambda p: (p.given_on, p.pk))
        found = [tuple(p.given_by.name if name == "given_by__name" else getattr(p, name) for name in _SAID) for p in ordered]
    else:
        found = _told(user, by_ref)
    replaced_by: dict[int, Said] = {}
    current: dict[Ref, list[Said]] = defaultdict(list)
    for feature_id, release_id, next_id, pk, version, day, to_whom, given_on, given_by, reason, confidence, kept_on in found:
        closed = "revised" if next_id else "kept" if kept_on else ""
        said = Said(pk, version, day, to_whom, given_on, given_by, reason, confidence, closed, kept_on)
        if next_id:
            replaced_by[next_id] = said
        else:
            current[Ref(FEATURE, feature_id) if feature_id else Ref(RELEASE, release_id)].append(said)
    for ref, chain in current.items():
        row = by_ref.get(ref)
        if row is None:
            continue
        chain.sort(key=lambda s: (s.kept_on is not None, s.date, s.id))
        row.said, row.others = chain[0], chain[1:]
        at = row.said
        while (earlier := replaced_by.get(at.id)) is not None:
            row.before.append(earlier)
            at = earlier


def _add_forecasts(user: Any, by_ref: dict[Ref, Row], *, is_whole: bool = False) -> None:
    """What only the peek of one row shows (the trials, the past accuracy) is half of a forecast: a list leaves it out."""
    current = Forecast.objects.visible_to(user).filter(is_current=True, subject_kind__in=(FEATURE, RELEASE))
    if len(by_ref) <= _MANY:
        current = current.filter(subject_id__in={ref.id for ref in by_ref})
    if not is_whole:
        current = current.defer("detail").annotate(brief=_brief)
    for forecast in current:
        row = by_ref.get(Ref(forecast.subject_kind, forecast.subject_id))
        if row:
            row.forecast = forecast
            if not is_whole:
                forecast.detail = forecast.brief


def _add_objectives(user: Any, by_ref: dict[Ref, Row]) -> list[Objective]:
    """A release serves what its features serve."""
    objectives = list(Objective.objects.visible_to(user).select_related("owner", "space").order_by("starts_on", "id"))
    kinds = Contribution.objects.visible_to(user).filter(subject_kind__in=(FEATURE, RELEASE))
    weights: dict[Ref, dict[int, int]] = defaultdict(dict)
    for kind, id_, objective, weight in kinds.values_list(
        "subject_kind", "subject_id", "objective_id", "weight"
    ):
        weights[Ref(kind, id_)][objective] = weight
    inside: dict[tuple[str, int], list[Ref]] = defaultdict(list)
    for ref, row in by_ref.items():
        if row.release:
            inside[row.release, row.product_id].append(ref)
    for ref, row in by_ref.items():
        served = weights.get(ref)
        if not served and ref.kind == RELEASE:
            served = _of_features(inside[row.title, row.product_id], weights)
        row.objectives = sorted((served or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return objectives


def _of_features(inside: Iterable[Ref], weights: dict[Ref, dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = defaultdict(int)
    for ref in inside:
        for objective, weight in weights.get(ref, {}).items():
            total[objective] += weight
    return total


def _name_items(user: Any, rows: list[Row]) -> None:
    """Predecessors and the features that end last by name, where the user may see them."""
    wanted = {c["item"] for row in rows for c in row.causes if "item" in c}
    parts = {c["feature"] for row in rows for c in row.causes if "feature" in c}
    items = dict(WorkItem.objects.visible_to(user).filter(id__in=wanted).values_list("id", "title"))
    titles = dict(Feature.objects.visible_to(user).filter(id__in=parts).values_list("id", "title")) if parts else {}
    for row in rows:
        row.items, row.features = items, titles

def _today(forecasts: list[Forecast]) -> date:
    """The day from which the page looks: today, but when every history ended long ago the last day of them."""
    newest = max(forecasts, key=lambda f: f.as_of, default=None)
    return _ended(newest) or clock.today()


def _ended(forecast: Forecast | None) -> date | None:
    """The last day of a history that ended long ago: that row is read as of it, whatever else stands on the page."""
    return forecast.as_of if forecast and clock.today() - forecast.as_of > LONG_AGO else None


def _status(row: Row) -> str:
    forecast = row.forecast
    p50, p80 = (forecast.p50, forecast.p80) if forecast else (None, None)
    kept = row.said.kept_on if row.said else None
    return status_of(
        row.said.date if row.said else None, p50, p80, today=row.today, done_on=row.done_on or kept, planned=row.plan_finish
    )
