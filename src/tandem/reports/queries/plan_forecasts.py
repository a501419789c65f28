"""What the plan shows beside its own dates: promises and forecasts of the features, of the whole project, and the load."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import Forecast
from tandem.planning.status import DONE, NONE, status_of
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release, Scope

Minutes = Callable[[Any], int | None]
_EPOCH = date(1970, 1, 1)
WEEKS = 60


@dataclass
class Subject:
    """A feature or a release with the rows that are done for it. Its id is negative: no work item has that."""

    id: int
    name: str
    url: str
    roots: list[int] = field(default_factory=list)
    promise: date | None = None
    p50: date | None = None
    p80: date | None = None
    p95: date | None = None
    is_done: bool = False

    @property
    def status(self) -> str:
        if self.is_done:
            return DONE
        return status_of(self.promise, self.p50, self.p80, today=clock.today()) if self.promise else NONE


def features(user: Any, space: Space) -> list[Subject]:
    """The features and releases for which this space works, as far as the reader sees them. Four queries."""
    rows = Scope.objects.visible_to(user).filter(item__space=space).select_related("feature", "release").order_by("id")
    found: dict[tuple[str, int], Subject] = {}
    taken: set[int] = set()
    for scope in rows:
        row = scope.feature or scope.release
        if row is None or scope.item_id in taken:
            continue
        taken.add(scope.item_id)
        kind = row._meta.label_lower
        number = -(2 * row.pk + (0 if scope.feature_id else 1))
        name, folder = (row.title, "features") if scope.feature_id else (str(row), "releases")
        subject = found.setdefault((kind, row.pk), Subject(number, name, f"/{folder}/{row.pk}/"))
        subject.roots.append(scope.item_id)
        subject.is_done = row.state in (Feature.State.SHIPPED, Release.State.RELEASED)
    if found:
        _fill(user, found)
    return list(found.values())


def _fill(user: Any, found: dict[tuple[str, int], Subject]) -> None:
    ids = [pk for _kind, pk in found]
    kinds = {kind for kind, _pk in found}
    current = Forecast.objects.visible_to(user).filter(subject_kind__in=kinds, subject_id__in=ids, is_current=True)
    known = current.values_list("subject_kind", "subject_id", "p50", "p80", "p95", "detail__is_all_done")
    for kind, pk, p50, p80, p95, is_done in known:
        subject = found.get((kind, pk))
        if subject and is_done:
            subject.is_done = True
        elif subject:
            subject.p50, subject.p80, subject.p95 = p50, p80, p95
    promised = Promise.objects.visible_to(user).open().order_by("-date", "-id")
    for feature, release, day in promised.values_list("feature_id", "release_id", "date"):
        subject = found.get(("product.feature", feature) if feature else ("product.release", release))
        if subject:
            subject.promise = day


def of_rows(subjects: list[Subject], rows: list[Subject | None], minutes: Minutes) -> dict[str, list[Any]]:
    """The columns of promise and forecast: at the end of the day that is named."""
    if not subjects:
        return {}
    found: dict[str, list[Any]] = {}
    for name in ("promise", "p50", "p80", "p95"):
        found[name] = [_end(getattr(s, name), minutes) if s else None for s in rows]
    return {**found, "url": [s.url if s else "" for s in rows]}


def all_done(forecast: Forecast | None, minutes: Minutes) -> dict[str, int | None] | None:
    """When everything in the project will be done, from the pace of its own history."""
    if forecast is None or forecast.p50 is None or forecast.p80 is None or forecast.detail.get("is_all_done"):
        return None
    return {name: _end(getattr(forecast, name), minutes) for name in ("p50", "p80", "p95")}


def load(forecast: Forecast | None, finishes: list[date]) -> dict[str, Any] | None:
    """Open items that the plan wants finished in each week, against the pace. What is overdue weighs on this week."""
    pace = float((forecast.detail if forecast else {}).get("per_week") or 0)
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    weeks = Counter(min(max((day - monday).days // 7, 0), WEEKS) for day in finishes)
    if not pace or not weeks:
        return None
    values = [weeks.get(n, 0) for n in range(max(weeks) + 1)]
    return {"from": (monday - _EPOCH).days, "step": 7, "values": values, "capacity": round(pace, 2)}


def of_project(user: Any, space: Space) -> Forecast | None:
    project = Project.objects.visible_to(user).filter(space=space).first()
    return Forecast.objects.visible_to(user).of(project).filter(is_current=True).first() if project else None


def _end(day: date | None, minutes: Minutes) -> int | None:
    """At five in the afternoon: on the day itself, and where a bar that ends that day ends."""
    at = minutes(day)
    return None if at is None else at + 1020
