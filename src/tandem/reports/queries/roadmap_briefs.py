"""How every feature of the roadmap stands, and until when: little of each, for pages that count thousands and show a few."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform as Text

from tandem.kit import clock
from tandem.planning.models import Forecast
from tandem.planning.status import status_of
from tandem.portfolio.models.project import LONG_AGO
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries.roadmap_rows import FEATURE, RELEASE

Key = tuple[str, int]
_NOT_PROMISED: tuple[date | None, date | None] = None, None
_NO_FORECAST: tuple[date | None, date | None, date | None, date | None] = None, None, None, None


class Brief(NamedTuple):
    """A feature: the same status and end as its row of the roadmap says."""

    id: int
    title: str
    status: str
    ends: date | None


class Briefs(NamedTuple):
    """`today` is the day from which the roadmap looks, `last` the last date that its picture should reach."""

    features: list[Brief]
    today: date
    last: date


def read(user: Any) -> Briefs:
    """Of what the user sees; four queries."""
    now, rows = clock.today(), _rows(user)
    promised, forecasts = _promised(user), _forecasts(user)
    newest = max((found[2] for kind, pk, *_ in rows if (found := forecasts.get((kind, pk))) and found[2]), default=now)
    today = newest if now - newest > LONG_AGO else now
    briefs, last = [], today
    for kind, pk, title, is_done, done_on, first, end in rows:
        told, kept_on = promised.get((kind, pk), _NOT_PROMISED)
        p50, p80, as_of, plan = forecasts.get((kind, pk), _NO_FORECAST)
        actual, window = ((done_on or now) if is_done else kept_on), end or first
        if actual:
            plan = None
        else:
            last = max(last, told or last, p80 or last, plan or last, window or last)
        if kind == FEATURE:
            seen_on = as_of if as_of and now - as_of > LONG_AGO else today
            status = status_of(told, p50, p80, today=seen_on, done_on=actual, planned=plan)
            briefs.append(Brief(pk, title, status, actual or told or p50 or plan or window))
    return Briefs(briefs, today, last)


def _rows(user: Any) -> list[tuple[str, int, str, bool, date | None, date | None, date | None]]:
    features = Feature.objects.visible_to(user).on_roadmap()
    releases = Release.objects.visible_to(user).exclude(state=Release.State.CANCELLED)
    shipped, released = Feature.State.SHIPPED, Release.State.RELEASED
    return [
        (FEATURE, pk, title, state == shipped, *dates)
        for pk, title, state, *dates in features.values_list("pk", "title", "state", "shipped_on", "planned_from", "planned_to")
    ] + [
        (RELEASE, pk, name, state == released, *dates)
        for pk, name, state, *dates in releases.values_list("pk", "name", "state", "released_on", "planned_from", "planned_on")
    ]  # fmt: skip


def _promised(user: Any) -> dict[Key, tuple[date, date | None]]:
    """To several receivers: the earliest open date counts, as in the roadmap."""
    rows = Promise.objects.visible_to(user).filter(withdrawn_on=None, replaced_by=None).order_by("pk")
    found: dict[Key, tuple[date, date | None]] = {}
    for feature, release, day, kept_on in rows.values_list("feature_id", "release_id", "date", "kept_on"):
        key = (FEATURE, feature) if feature else (RELEASE, release)
        known = found.get(key)
        if known is None or (kept_on is not None, day) < (known[1] is not None, known[0]):
            found[key] = (day, kept_on)
    return found


def _forecasts(user: Any) -> dict[Key, tuple[Any, ...]]:
    rows = Forecast.objects.visible_to(user).filter(is_current=True, subject_kind__in=(FEATURE, RELEASE))
    said = rows.annotate(plan=Text("finish", Text("plan", F("detail")))).values_list("subject_kind", "subject_id", "p50", "p80", "as_of", "plan")
    return {(kind, pk): (p50, p80, as_of, date.fromisoformat(plan) if plan else None) for kind, pk, p50, p80, as_of, plan in said}
