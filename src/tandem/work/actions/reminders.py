"""Telling people of their own work that is due tomorrow, today, or since yesterday: each day of an item once."""

from datetime import date, timedelta

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.collaboration.models.notification_rules import local_time
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.work.models import Assignment, State, WorkItem

_AROUND = timedelta(days=2)
"What has been overdue for longer was told when it became so; an old backlog is no news."


def remind() -> int:
    """By the day of each person's own time zone. May run as often as it likes."""
    today = clock.today()
    rows = (
        Assignment.objects.filter(
            item__removed_at=None,
            item__due_on__gte=today - _AROUND,
            item__due_on__lte=today + _AROUND,
            user__is_active=True,
        )
        .exclude(item__state__category=State.Category.DONE)
        .select_related("item", "user")
        .only("item__due_on", "item__space_id", "user__time_zone")
    )
    return notifications.tell(
        news for row in rows if (news := _news(row.item, row.user_id, local_time(row.user).date()))
    )


def _news(item: WorkItem, user_id: int, today: date) -> News | None:
    due = item.due_on
    if due is None or due > today + timedelta(days=1):
        return None
    what = "overdue" if due < today else "due"
    about = Ref(WorkItem._meta.label_lower, item.pk)
    mark = f"{what}:{item.pk}:{due}"
    return News(
        user_id, Notification.Kind.DUE, about, item.space_id, mark, "assigned", facts={what: str(due)}
    )
