"""Telling people of their weeks of time: one waits for an answer, one came back, one was not sent in."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.collaboration.models.notification_rules import local_time
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.models import User
from tandem.resources.models import Employment, TimeOff, TimeSheet
from tandem.work.models import TimeEntry
from tandem.work.models.time_lock import monday

_AGO = timedelta(weeks=4)
"Who logged nothing for so long keeps no time here."
_HOUR = 9
"Of the person's Monday: before it nobody is reminded."


def submitted(sheet: TimeSheet) -> None:
    """To the managers named in the terms of that week."""
    managers = Employment.objects.during(sheet.week, sheet.ends_on).filter(person=sheet.person_id, manager__is_active=True)
    _tell(User.objects.filter(pk__in=managers.values("manager")), sheet, "submitted")


def returned(sheet: TimeSheet) -> None:
    _tell([sheet.person], sheet, "returned")


def _tell(people: Iterable[User], sheet: TimeSheet, what: str) -> None:
    about = Ref(TimeSheet._meta.label_lower, sheet.pk)
    found = []
    for person in people:
        seen = person.visible_space_ids()
        space = sheet.space_id if sheet.space_id in seen else min(seen, default=sheet.space_id)
        mark = f"time_sheet:{what}:{sheet.pk}:{sheet.version}"
        found.append(News(person.pk, Notification.Kind.ASSIGNED, about, space, mark, facts={f"week_{what}": str(sheet.week)}))
    notifications.tell(found)


def remind() -> int:
    """Who keeps time here and has not sent in last week hears of it once, from nine o'clock of their own Monday on. Who was
    away all week does not. May run as often as it likes."""
    today = clock.today()
    since = today - timedelta(days=8) - _AGO
    rows = TimeEntry.objects.present().filter(day__gte=since, day__lte=today, user__is_active=True, user__is_placeholder=False)
    spaces = dict(rows.order_by().values_list("user_id").annotate(Max("space_id")))
    people = list(User.objects.filter(pk__in=spaces))
    weeks = {person.pk: week for person in people if (week := _week_to_remind(person)) is not None}
    done = set(TimeSheet.objects.filter(person__in=weeks, week__in=set(weeks.values()), state__in=TimeSheet.STANDING).values_list("person_id", "week"))
    away = _away(weeks)
    return notifications.tell(
        News(pk, Notification.Kind.DUE, Ref(User._meta.label_lower, pk), spaces[pk], f"time_sheet:missing:{week}", facts={"week_missing": str(week)})
        for pk, week in weeks.items()
        if (pk, week) not in done and pk not in away
    )


def _week_to_remind(person: Any) -> date | None:
    now = local_time(person)
    if now.weekday() == 0 and now.hour < _HOUR:
        return None
    return monday(now.date()) - timedelta(days=7)


def _away(weeks: dict[int, date]) -> set[int]:
    """Whose approved time off covers Monday to Friday of their week."""
    rows = TimeOff.objects.approved().filter(person__in=weeks).values_list("person_id", "starts_on", "ends_on")
    return {pk for pk, first, last in rows if first <= weeks[pk] and last >= weeks[pk] + timedelta(days=4)}
