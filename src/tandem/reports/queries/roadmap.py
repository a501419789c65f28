"""The roadmap: what was promised, what is forecast, and why they differ. The same few queries for three rows or three
hundred."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tandem.kit import clock
from tandem.kit.types import Json, Ref
from tandem.planning.models import Forecast
from tandem.planning.status import DONE, NONE, OFF, ON, RISK, WORST_FIRST, status_of
from tandem.product.models import Feature, Product, Promise, Release
from tandem.strategy.models import Contribution, Objective
from tandem.work.models import WorkItem

FEATURE, RELEASE = "product.feature", "product.release"
LONG_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Said:
    """A promise as it stands on record; `closed` says what became of it."""

    id: int
    version: int
    date: date
    to_whom: str
    given_on: date
    given_by: str
    reason: str
    confidence: int | None
    closed: str
    kept_on: date | None


@dataclass
class Row:
    """A feature or a release. `said` is the promise that counts now, `before` the ones that it replaced, newest first."""

    ref: Ref
    title: str
    product: str
    product_id: int
    space_id: int
    horizon: str
    team: str
    owner: str
    done_on: date | None
    today: date
    release: str = ""
    objectives: list[tuple[int, int]] = field(default_factory=list)
    said: Said | None = None
    before: list[Said] = field(default_factory=list)
    others: list[Said] = field(default_factory=list)
    forecast: Forecast | None = None
    status: str = NONE
    items: dict[int, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "release" if self.ref.kind == RELEASE else "feature"

    @property
    def p80(self) -> date | None:
        return self.forecast.p80 if self.forecast and not self.done_on else None

    @property
    def slip_days(self) -> int | None:
        """Days between the promise and what happened, is forecast, or at least today."""
        if self.said is None:
            return None
        end = self.done_on or self.p80 or (self.today if self.said.date < self.today else None)
        return (end - self.said.date).days if end else None

    @property
    def slip(self) -> Json:
        found: Json = (self.forecast.detail.get("slip") or {}) if self.forecast and not self.done_on else {}
        return found if self.said and found.get("promise") == self.said.id else {}

    @property
    def slip_given(self) -> date | None:
        """The P80 of the day when the promise was given."""
        given = self.slip.get("given")
        return date.fromisoformat(given) if given else None

    @property
    def causes(self) -> list[Json]:
        """All of them, in the order of the waterfall."""
        return self.slip.get("causes", [])

    @property
    def largest(self) -> list[Json]:
        """The three that cost most days."""
        costly = [cause for cause in self.causes if cause["days"] > 0]
        return sorted(costly, key=lambda cause: -cause["days"])[:3]

    @property
    def ends(self) -> date | None:
        """Where the row stands in time: what happened, is promised, or is forecast."""
        return (
            self.done_on
            or (self.said.date if self.said else None)
            or (self.forecast.p50 if self.forecast else None)
        )

    @property
    def first_promised(self) -> date | None:
        first = self.before[-1] if self.before else self.said
        return first.date if first else None


@dataclass
class Group:
    name: str
    note: str
    rows: list[Row]
    id: int | None = None


@dataclass
class Roadmap:
    rows: list[Row]
    objectives: list[Objective]
    products: list[Product]
    today: date
    computed_at: datetime | None

    def counts(self) -> dict[str, int]:
        """Promised rows by status."""
        found = dict.fromkeys(WORST_FIRST, 0)
        for row in self.rows:
            if row.said:
                found[row.status] += 1
        return found

    def grouped(self, by: str, words: dict[str, str], *, by_slip: bool = False) -> list[Group]:
        """By objective, product or team; rows without one come last, under `words[by]`."""
        ordered = _by_slip if by_slip else _in_time
        if by == "objective":
            names = {o.pk: (o.title, o.measure) for o in self.objectives}
            found: dict[Any, list[Row]] = {o.pk: [] for o in self.objectives}
            for row in self.rows:
                served = [pk for pk, _weight in row.objectives if pk in names]
                found.setdefault(served[0] if served else None, []).append(row)
            return [
                Group(names[pk][0] if pk else words[by], names[pk][1] if pk else "", ordered(rows), pk)
                for pk, rows in found.items() if rows
            ]  # fmt: skip
        value: Callable[[Row], str] = (lambda r: r.product) if by == "product" else (lambda r: r.team)
        named: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            named[value(row)].append(row)
        order = sorted(named, key=lambda name: (not name, name))
        return [Group(name or words[by], "", ordered(named[name])) for name in order]

    def crowding(self) -> dict[str, float | None]:
        """Demand ÷ capacity in per cent per month (`2026-11`); None where nobody has shown a pace."""
        demand: dict[str, float] = defaultdict(float)
        capacity: dict[str, dict[str, float]] = {}
        for row in self.rows:
            load = (row.forecast.detail.get("load") if row.forecast and not row.done_on else None) or {}
            for month, items in load.get("demand", {}).items():
                demand[month] += items
            capacity.update(load.get("capacity", {}))
        total: dict[str, float] = defaultdict(float)
        for months in capacity.values():
            for month, items in months.items():
                total[month] += items
        self.demand, self.capacity = dict(demand), dict(total)
        return {
            m: round(demand[m] / total[m] * 100, 1) if total[m] else None
            for m in sorted(demand.keys() | total.keys())
        }


def read(
    user: Any, *, space_id: int | None = None, product_id: int | None = None, team_id: int | None = None
) -> Roadmap:
    """What the user may see of it; `space_id` narrows to one product's space. Nine queries."""
    products = list(Product.objects.visible_to(user).order_by("name"))
    features = (
        Feature.objects.visible_to(user).on_roadmap().select_related("product", "team", "owner", "release")
    )
    releases = (
        Release.objects.visible_to(user)
        .exclude(state=Release.State.CANCELLED)
        .select_related("product", "team", "owner")
    )
    narrow = {"space_id": space_id, "product_id": product_id, "team_id": team_id}
    chosen = {name: value for name, value in narrow.items() if value is not None}
    rows = [*map(_feature, features.filter(**chosen)), *map(_release, releases.filter(**chosen))]
    by_ref = {row.ref: row for row in rows}
    _add_promises(user, by_ref)
    _add_forecasts(user, by_ref)
    objectives = _add_objectives(user, by_ref)
    computed = [row.forecast for row in rows if row.forecast]
    today = _today(computed)
    for row in rows:
        row.today = today
        row.status = _status(row)
    _name_items(user, rows)
    return Roadmap(rows, objectives, products, today, max((f.created_at for f in computed), default=None))


def one(user: Any, ref: Ref) -> Row | None:
    """One row as the roadmap shows it; None when the user may not see it."""
    model: Any = Feature if ref.kind == FEATURE else Release
    related = ["product", "team", "owner", *(["release"] if model is Feature else [])]
    row = model.objects.visible_to(user).select_related(*related).filter(pk=ref.id).first()
    if row is None:
        return None
    found = _feature(row) if model is Feature else _release(row)
    _add_promises(user, {ref: found})
    _add_forecasts(user, {ref: found})
    _add_objectives(user, {ref: found})
    found.today = _today([found.forecast] if found.forecast else [])
    found.status = _status(found)
    _name_items(user, [found])
    return found


def _feature(row: Feature) -> Row:
    done = (row.shipped_on or clock.today()) if row.state == Feature.State.SHIPPED else None
    return Row(
        Ref(FEATURE, row.pk), row.title, row.product.name, row.product_id, row.space_id, row.horizon,
        row.team.name if row.team else "", row.owner.name if row.owner else "", done, clock.today(),
        row.release.name if row.release else "",
    )  # fmt: skip


def _release(row: Release) -> Row:
    """A release stands in the horizon of its date: this quarter is now, the next is next."""
    done = (row.released_on or clock.today()) if row.state == Release.State.RELEASED else None
    days = (row.planned_on - clock.today()).days if row.planned_on else 999
    horizon = (
        Feature.Horizon.NOW if days <= 92 else Feature.Horizon.NEXT if days <= 184 else Feature.Horizon.LATER
    )
    return Row(
        Ref(RELEASE, row.pk), row.name, row.product.name, row.product_id, row.space_id, horizon,
        row.team.name if row.team else "", row.owner.name if row.owner else "", done, clock.today(),
    )  # fmt: skip


def _ids(by_ref: Iterable[Ref], kind: str) -> list[int]:
    return [ref.id for ref in by_ref if ref.kind == kind]


def _add_promises(user: Any, by_ref: dict[Ref, Row]) -> None:
    """To several receivers: the earliest open date counts. The ones that it replaced are its history."""
    promises = (
        Promise.objects.visible_to(user)
        .filter(withdrawn_on=None)
        .select_related("given_by")
        .order_by("given_on", "id")
    )
    features = promises.filter(feature_id__in=_ids(by_ref, FEATURE))
    found = features | promises.filter(release_id__in=_ids(by_ref, RELEASE))
    replaced_by: dict[int, Said] = {}
    current: dict[Ref, list[Said]] = defaultdict(list)
    for p in found:
        ref = Ref(FEATURE, p.feature_id) if p.feature_id else Ref(RELEASE, p.release_id)
        closed = "revised" if p.replaced_by_id else "kept" if p.kept_on else ""
        said = Said(
            p.pk,
            p.version,
            p.date,
            p.to_whom,
            p.given_on,
            p.given_by.name,
            p.reason,
            p.confidence,
            closed,
            p.kept_on,
        )
        if p.replaced_by_id:
            replaced_by[p.replaced_by_id] = said
        else:
            current[ref].append(said)
    for ref, chain in current.items():
        row = by_ref[ref]
        chain.sort(key=lambda s: (s.kept_on is not None, s.date, s.id))
        row.said, row.others = chain[0], chain[1:]
        at = row.said
        while (earlier := replaced_by.get(at.id)) is not None:
            row.before.append(earlier)
            at = earlier


def _add_forecasts(user: Any, by_ref: dict[Ref, Row]) -> None:
    current = Forecast.objects.visible_to(user).filter(is_current=True, subject_kind__in=(FEATURE, RELEASE))
    if len(by_ref) == 1:
        (ref,) = by_ref
        current = current.filter(subject_kind=ref.kind, subject_id=ref.id)
    for forecast in current:
        row = by_ref.get(Ref(forecast.subject_kind, forecast.subject_id))
        if row:
            row.forecast = forecast


def _add_objectives(user: Any, by_ref: dict[Ref, Row]) -> list[Objective]:
    """A release serves what its features serve."""
    objectives = list(Objective.objects.visible_to(user).select_related("owner").order_by("starts_on", "id"))
    kinds = Contribution.objects.visible_to(user).filter(subject_kind__in=(FEATURE, RELEASE))
    weights: dict[Ref, dict[int, int]] = defaultdict(dict)
    for kind, id_, objective, weight in kinds.values_list(
        "subject_kind", "subject_id", "objective_id", "weight"
    ):
        weights[Ref(kind, id_)][objective] = weight
    for ref, row in by_ref.items():
        served = weights.get(ref)
        if not served and ref.kind == RELEASE:
            served = _of_features(row, by_ref, weights)
        row.objectives = sorted((served or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return objectives


def _of_features(release: Row, by_ref: dict[Ref, Row], weights: dict[Ref, dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = defaultdict(int)
    for ref, row in by_ref.items():
        if row.release == release.title and row.product_id == release.product_id:
            for objective, weight in weights.get(ref, {}).items():
                total[objective] += weight
    return total


def _name_items(user: Any, rows: list[Row]) -> None:
    """Predecessors by name, where the user may see them."""
    wanted = {c["item"] for row in rows for c in row.causes if "item" in c}
    visible = WorkItem.objects.visible_to(user).filter(id__in=wanted).values_list("id", "title")
    names = dict(visible)
    for row in rows:
        row.items = names


def _today(forecasts: list[Forecast]) -> date:
    """The day from which the page looks: today, but for a history that ended long ago its last day."""
    newest = max((f.as_of for f in forecasts), default=clock.today())
    return newest if clock.today() - newest > LONG_AGO else clock.today()


def _status(row: Row) -> str:
    forecast = row.forecast
    p50, p80 = (forecast.p50, forecast.p80) if forecast else (None, None)
    kept = row.said.kept_on if row.said else None
    return status_of(
        row.said.date if row.said else None, p50, p80, today=row.today, done_on=row.done_on or kept
    )


def _in_time(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (r.ends is None, r.ends or date.max, r.title))


def _by_slip(rows: list[Row]) -> list[Row]:
    """The worst first; what has no slip comes last."""
    return sorted(rows, key=lambda r: (r.slip_days is None or r.done_on is not None, -(r.slip_days or 0), r.title))


__all__ = ["DONE", "NONE", "OFF", "ON", "RISK", "Group", "Roadmap", "Row", "Said", "one", "read"]
