"""A promise that was safe and is not any more: whoever watches its feature or release hears of it."""

from typing import Any

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.collaboration.news import watchers_of
from tandem.kit.types import Ref
from tandem.planning.models import Forecast
from tandem.planning.status import NONE, OFF, ON, RISK, status_of
from tandem.product.models import Promise

_WORSE = {(ON, RISK), (ON, OFF), (RISK, OFF), (NONE, OFF)}


def tell(stored: list[Forecast], promises: dict[Ref, Promise | None]) -> None:
    """Forecasts that were just stored, against those that they replace: one line for each step to the worse."""
    open_ = {
        ref: promise for ref, promise in promises.items() if promise is not None and promise.kept_on is None
    }
    fresh = {
        Ref(f.subject_kind, f.subject_id): f for f in stored if Ref(f.subject_kind, f.subject_id) in open_
    }
    before = _before(fresh)
    facts = {ref: _facts(open_[ref], before.get(ref), now) for ref, now in fresh.items()}
    worse = {ref: told for ref, told in facts.items() if told}
    watchers = watchers_of((ref, fresh[ref].space_id) for ref in worse)
    notifications.tell(
        News(
            user_id,
            Notification.Kind.PROMISE,
            ref,
            fresh[ref].space_id,
            f"slip:{fresh[ref].pk}",
            why,
            facts=told,
        )
        for ref, told in worse.items()
        for user_id, why, _since in watchers[ref]
    )


def _facts(promise: Promise, was: Forecast | None, now: Forecast) -> dict[str, Any]:
    if was is None or now.p80 is None:
        return {}
    old = status_of(promise.date, was.p50, was.p80, today=was.as_of)
    new = status_of(promise.date, now.p50, now.p80, today=now.as_of)
    if (old, new) not in _WORSE:
        return {}
    return {
        "slip": new,
        "date": str(promise.date),
        "to": promise.to_whom,
        "p80": str(now.p80),
        "before": str(was.p80) if was.p80 else "",
    }


def _before(fresh: dict[Ref, Forecast]) -> dict[Ref, Forecast]:
    if not fresh:
        return {}
    rows = Forecast.objects.filter(
        is_current=False,
        subject_kind__in={ref.kind for ref in fresh},
        subject_id__in=[ref.id for ref in fresh],
    )
    newest = rows.order_by("subject_kind", "subject_id", "-id").distinct("subject_kind", "subject_id")
    return {Ref(row.subject_kind, row.subject_id): row for row in newest}
