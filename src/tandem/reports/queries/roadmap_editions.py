"""The roadmap as an audience is told it. What an edition does not show never leaves this file: neither as a field, nor as
the order of rows, nor as a date finer than it is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.kit import clock
from tandem.kit.dates import Span, units_between
from tandem.kit.errors import Refused
from tandem.product.models import RoadmapEdition
from tandem.product.models.roadmap_edition import told_below
from tandem.product.models.window import HORIZONS, implied_by
from tandem.reports.queries import roadmap
from tandem.reports.queries.roadmap_filter import matching
from tandem.reports.queries.roadmap_rows import Row

__all__ = ["Told", "by_horizon", "rows"]


@dataclass(frozen=True)
class Told:
    """A row as the audience reads it. `slip` is counted in `slip_unit`, the unit of the coarser of its two dates."""

    id: int
    kind: str
    title: str
    product: str
    horizon: str
    is_done: bool
    window: Span | None
    actual: Span | None
    promise: Span | None = None
    forecast: Span | None = None
    slip: int | None = None
    slip_unit: str = ""
    owner: str = ""
    items_left: int | None = None

    @property
    def ends(self) -> date | None:
        """Where it stands in time, as far as it is told."""
        span = self.actual or self.promise or self.window or self.forecast
        return span.last if span else None


def rows(user: Any, edition: RoadmapEdition) -> list[Told]:
    """What the user may see of it, without anything confidential; in the order of what is told. A filter that cannot be
    read leaves nothing, rather than everything."""
    spaces = told_below(edition.space_id)
    found = roadmap.read(user, within=spaces, whole=False) if spaces else None
    try:
        chosen = matching(found.rows, edition.query) if found else []
    except Refused:
        chosen = []
    told = [_told(row, edition) for row in chosen]
    return sorted(told, key=lambda one: (one.ends is None, one.ends or date.max, one.product, one.title))


def by_horizon(told: Iterable[Told]) -> list[tuple[str, Any, list[Told]]]:
    """The same rows as now, next and later."""
    told = list(told)
    return [(value, label, [one for one in told if one.horizon == value]) for value, label in HORIZONS]


def _told(row: Row, edition: RoadmapEdition) -> Told:
    unit = edition.precision
    window = row.window.told(unit) if row.window else None
    actual = Span(row.done_on, row.done_on, "day").told(unit) if row.done_on else None
    promise = Span(row.said.date, row.said.date, "day").told(unit) if row.said and edition.shows_promise else None
    forecast = _forecast(row, unit) if edition.shows_forecast else None
    slip = _slip(promise, actual or forecast) if edition.shows_slip else (None, "")
    return Told(
        row.ref.id, row.kind, row.title, row.product, row.by_hand or implied_by(window, clock.today()), row.done_on is not None,
        window, actual, promise, forecast, *slip,
        owner=row.owner if edition.shows_owner else "",
        items_left=row.forecast.remaining if edition.shows_effort and row.forecast and not row.done_on else None,
    )  # fmt: skip


def _forecast(row: Row, unit: str) -> Span | None:
    """From the P50 to the P80; where only a plan is known, its end."""
    if row.actual:
        return None
    if row.forecast and row.forecast.p50 and row.forecast.p80:
        return Span(row.forecast.p50, row.forecast.p80, "day").told(unit)
    return Span(row.plan_finish, row.plan_finish, "day").told(unit) if row.plan_finish else None


def _slip(promise: Span | None, end: Span | None) -> tuple[int | None, str]:
    if promise is None or end is None:
        return None, ""
    return units_between(promise.last, end.last, promise.unit), promise.unit


