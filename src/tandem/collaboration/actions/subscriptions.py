"""Letters from saved views: who wants which, when."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from tandem.collaboration.models import SavedView, Subscription
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.models import User

_DO = Permission.VIEW
MOST = 30


def create(*, actor: Any, view: SavedView, weekdays: Collection[int], hour: int) -> Subscription:
    """For oneself, of a view that one sees. Asked again, it is the same with other days."""
    if not SavedView.objects.visible_to(actor).filter(pk=view.pk).exists():
        raise Hidden
    days = _checked(weekdays, hour)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        mine = Subscription.objects.filter(user=actor)
        if there := mine.filter(view=view).first():
            return change(actor=actor, subscription=there, version=None, weekdays=days, hour=hour)
        if mine.count() >= MOST:
            raise Refused("subscriptions_too_many", most=MOST)
        return writing.create(
            Subscription, actor=actor, permission=_DO, verb="subscription.created", space=view.space, user=actor, view=view, weekdays=days, hour=hour
        )  # fmt: skip


def change(*, actor: Any, subscription: Subscription, version: int | None, **values: Any) -> Subscription:
    _check_mine(actor, subscription)
    if set(values) - {"weekdays", "hour"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"weekdays", "hour"})))
    values["weekdays"] = _checked(values.get("weekdays", subscription.weekdays), values.get("hour", subscription.hour))
    return writing.change(subscription, actor=actor, permission=_DO, verb="subscription.changed", version=version, **values)


def remove(*, actor: Any, subscription: Subscription) -> None:
    """Also of a view that one does not see any more."""
    _check_mine(actor, subscription)
    if subscription.space_id not in actor.visible_space_ids():
        subscription.delete()  # its space hears nothing of somebody who has left it
        return
    writing.remove(subscription, actor=actor, permission=_DO, verb="subscription.removed")


def due(user: User, here: Any) -> list[Subscription]:
    """Of the views that the person still sees."""
    rows = Subscription.objects.filter(user=user, view__in=SavedView.objects.visible_to(user)).select_related("view")
    return [one for one in rows if one.is_due(here)]


def _check_mine(actor: Any, subscription: Subscription) -> None:
    if subscription.user_id != actor.pk:
        raise Denied(_DO)


def _checked(weekdays: Collection[int], hour: int) -> list[int]:
    days = sorted(set(weekdays))
    if not days or not set(days) <= set(range(7)):
        raise Refused("choice_unknown", field="weekdays")
    if not 0 <= hour <= 23:
        raise Refused("choice_unknown", field="hour")
    return days
