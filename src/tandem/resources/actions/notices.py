"""News about time off: who is to answer hears that it waits, who asked hears the answer."""

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.access import GRANTS, Permission
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.resources.models import Employment, TimeOff

_KIND = Notification.Kind


def waits(row: TimeOff) -> None:
    """To the manager on its first day; where there is none, to who manages resources where the person is kept."""
    terms = Employment.objects.during(row.starts_on, row.starts_on).filter(person=row.person_id).exclude(manager=None)
    to = set(terms.values_list("manager_id", flat=True))
    if not to:
        roles = [role for role, held in GRANTS.items() if Permission.MANAGE_RESOURCES in held]
        to = set(members_of(row.space_id).filter(role__in=roles).values_list("user_id", flat=True))
    _tell(row, to - {row.person_id}, _KIND.ASSIGNED)


def answered(row: TimeOff) -> None:
    """To the person, whoever asked for them."""
    _tell(row, {row.person_id} - {row.decided_by_id}, _KIND.STATE)


def _tell(row: TimeOff, to: set[int], kind: str) -> None:
    """A manager need not see the space in which the person is kept: the news then stands under one that they see."""
    if clock.is_replay():
        return
    news = []
    facts = {"time_off": row.state, "who": row.person.name, "first": row.starts_on.isoformat(), "last": row.ends_on.isoformat()}
    for user in User.objects.active().filter(pk__in=to):
        seen = user.visible_space_ids()
        if seen:
            space = row.space_id if row.space_id in seen else min(seen)
            news.append(News(user.pk, kind, Ref(TimeOff._meta.label_lower, row.pk), space, f"time_off:{row.pk}:{row.state}", facts=facts))
    notifications.tell(news)
