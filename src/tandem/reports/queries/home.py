"""What waits for one person, and what slipped since they last looked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tandem.history.models import Event
from tandem.kit import clock
from tandem.planning.models import Forecast
from tandem.planning.status import status_of
from tandem.product.models import Promise
from tandem.work.models import Link, State, WorkItem

WITHIN = timedelta(days=14)


@dataclass
class Slip:
    promise: Promise
    p50: date | None
    p80: date | None
    before: date | None
    status: str

    @property
    def days(self) -> int | None:
        return (self.p80 - self.promise.date).days if self.p80 else None

    @property
    def moved(self) -> int | None:
        """Days by which P80 moved since the person last looked."""
        return (self.p80 - self.before).days if self.p80 and self.before else None


def mine(user: Any) -> list[WorkItem]:
    """Open work of the person: overdue and due soon first, then what is in progress."""
    rows = (
        WorkItem.objects.visible_to(user)
        .open()
        .assigned_to(user)
        .select_related("state", "space")
        .defer("description", "grams")
    )
    return list(rows.order_by("due_on", "-state__category", "rank", "id")[:12])


def blocked(user: Any) -> list[tuple[WorkItem, WorkItem | None]]:
    """The person's open items that wait for another; one out of sight is None."""
    rows = Link.objects.filter(
        kind="blocks", target__assignments__user=user, source__removed_at=None, target__removed_at=None
    )  # house: reads — masked below
    rows = rows.exclude(source__state__category=State.Category.DONE).exclude(
        target__state__category=State.Category.DONE
    )
    seen = user.visible_space_ids()
    found = rows.select_related("source__state", "target__state")[:8]
    return [
        (k.target, k.source if k.source.space_id in seen else None)
        for k in found
        if k.target.space_id in seen
    ]


def slips(user: Any, since: datetime | None) -> list[Slip]:
    """Open promises that the forecast does not keep, the worst first; with what the forecast said before `since`."""
    promises = list(Promise.objects.visible_to(user).open().select_related("feature", "release")[:500])
    kinds = {
        "product.feature": [p.feature_id for p in promises if p.feature_id],
        "product.release": [p.release_id for p in promises if p.release_id],
    }
    now: dict[tuple[str, int], Forecast] = {}
    before: dict[tuple[str, int], date | None] = {}
    for kind, ids in kinds.items():
        rows = Forecast.objects.visible_to(user).filter(subject_kind=kind, subject_id__in=ids)
        now |= {(kind, f.subject_id): f for f in rows.filter(is_current=True).defer("detail")}
        if since:
            old = rows.filter(created_at__lt=since).order_by("id").values_list("subject_id", "p80")
            before |= {(kind, subject): p80 for subject, p80 in old}
    found = []
    for promise in promises:
        key = (
            ("product.feature", promise.feature_id)
            if promise.feature_id
            else ("product.release", promise.release_id)
        )
        forecast = now.get(key)
        p50, p80 = (forecast.p50, forecast.p80) if forecast else (None, None)
        status = status_of(promise.date, p50, p80, today=clock.today())
        if status in ("off", "risk"):
            found.append(Slip(promise, p50, p80, before.get(key), status))
    return sorted(found, key=lambda s: (s.status != "off", -(s.days or 0)))


def changes(user: Any, since: datetime | None) -> Any:
    """What others did to the person's items since they last looked."""
    floor = since or clock.now() - WITHIN
    items = WorkItem.objects.visible_to(user).assigned_to(user).values("id")
    rows = Event.objects.visible_to(user).filter(
        subject_kind="work.workitem", subject_id__in=items, occurred_at__gt=floor
    )
    return rows.exclude(actor=user).newest_first()[:12]
