"""A risk is to be looked at again: its owner hears of it once for each day that was set."""

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.governance.models import Risk
from tandem.kit import clock
from tandem.kit.types import Ref


def remind() -> int:
    """May run as often as it likes. Returns how many were told."""
    rows = Risk.objects.due_review(clock.today()).exclude(owner=None).values_list("pk", "owner_id", "space_id", "review_on")
    return notifications.tell(
        News(owner, Notification.Kind.DUE, Ref(Risk._meta.label_lower, pk), space, f"risk_review:{pk}:{on}", facts={"review": on.isoformat()})
        for pk, owner, space, on in rows
    )
