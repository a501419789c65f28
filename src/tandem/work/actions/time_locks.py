"""Weeks whose time stands: no entry of them is written, changed, removed or carried to another project, by any door."""

from collections.abc import Iterable
from datetime import date

from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.work.models import TimeEntry, TimeLock
from tandem.work.models.time_lock import monday


def hold(user_id: int) -> None:
    """Who writes somebody's time and who locks it come one after the other."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user_id)


def close(user_id: int, week: date) -> None:
    """From now on. The person is held by the caller."""
    TimeLock.objects.get_or_create(user_id=user_id, week=monday(week))


def open_again(user_id: int, week: date) -> None:
    TimeLock.objects.filter(user_id=user_id, week=monday(week)).delete()


def is_closed(user_id: int, day: date) -> bool:
    return TimeLock.objects.filter(user_id=user_id, week=monday(day)).exists()


def check(user: User, *days: date) -> None:
    """Refused when one of the days lies in a week that stands. Holds the person, so that nobody closes it meanwhile."""
    hold(user.pk)
    closed = TimeLock.objects.filter(user=user, week__in={monday(day) for day in days}).values_list("week", flat=True).first()
    if closed is not None:
        raise Refused("time_locked", field="day", name=user.name, week=closed.isoformat())


def check_items(item_ids: Iterable[int]) -> None:
    """Refused when time of a week that stands is on one of the items."""
    rows = TimeEntry.objects.present().filter(item__in=list(item_ids)).order_by("user_id").values_list("user_id", "day").distinct()
    weeks = {(user, monday(day)) for user, day in rows}
    for user in sorted({user for user, _week in weeks}):
        hold(user)
    locks = set(TimeLock.objects.filter(user__in={user for user, _week in weeks}).values_list("user_id", "week")) & weeks
    if locks:
        user_id, week = min(locks, key=lambda one: one[1])
        raise Refused("time_locked", name=User.objects.get(pk=user_id).name, week=week.isoformat())
