"""What every page knows: navigation, look, language, the token of its live stream."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.functional import SimpleLazyObject

from tandem.people.models import Space
from tandem.web import live, navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    signed_in = user.is_authenticated
    return {
        "user": user,
        "csp_nonce": str(getattr(request, "csp_nonce", "")),
        "csrf_input": csrf_input_lazy(request),
        "csrf_token": csrf_token_lazy(request),
        "theme": getattr(user, "theme", "auto"),
        "density": getattr(user, "density", "compact"),
        "nav": navigation.sections(request) if signed_in else [],
        "new_items": navigation.new_items(user) if signed_in else [],
        "organisation": organisation_name() if signed_in else "",
        "page_token": SimpleLazyObject(lambda: live.token(topics_of(request))) if signed_in else "",
        "messages": [Said(m) for m in get_messages(request)],
        "inbox_url": "/",
        "inbox_count": SimpleLazyObject(lambda: running_jobs(user)),
    }


def topics_of(request: HttpRequest) -> list[str]:
    """Views name what they show in `request.live_topics`; everybody hears of their own jobs."""
    return [*getattr(request, "live_topics", []), f"user:{request.user.pk}"]


def organisation_name() -> str:
    root = Space.objects.root()  # house: reads — the organisation's name stands on every page of its members
    return root.name if root else "Tandem"


def running_jobs(user: Any) -> int:
    from tandem.collaboration.models import Job

    return Job.objects.visible_to(user).running().filter(owner=user).count()


class Said:
    """A message as a toast: its text, whether it is an error, the address that undoes it."""

    def __init__(self, message: Any) -> None:
        self.text, self.tags = str(message), message.tags
        extra = message.extra_tags or ""
        self.undo = extra.removeprefix("undo=") if extra.startswith("undo=") else ""

    def __str__(self) -> str:
        return self.text
