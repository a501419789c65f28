"""What the worker does between a change and the inbox, done at once."""

from tandem.collaboration.actions import telling
from tandem.collaboration.models import Notification
from tandem.history.seal import seal_new_events


def tell() -> None:
    while seal_new_events():
        pass
    telling.tell_all()


def inbox(user) -> list[tuple[str, str]]:
    """(kind, why) of what is unread, oldest first."""
    return list(Notification.objects.visible_to(user).unread().order_by("id").values_list("kind", "why"))
