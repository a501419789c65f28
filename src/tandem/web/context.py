"""What every page knows: navigation, look, language, the token of its live stream."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.functional import SimpleLazyObject, cached_property
from markupsafe import escape

from tandem.people.scoping import organisation_of
from tandem.web import live, navigation, scopes, templating
from tandem.web.collaboration import inbox


def shell(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    signed_in = user.is_authenticated
    return {
        "user": user,
        "speak": templating.speaker(),
        "csp_nonce": str(getattr(request, "csp_nonce", "")),
        "csrf_input": _Once(csrf_input_lazy(request)),
        "csrf_token": _Once(csrf_token_lazy(request)),
        "theme": getattr(user, "theme", "auto"),
        "density": getattr(user, "density", "compact"),
        "nav": navigation.sections(request) if signed_in else (),
        "new_items": navigation.new_items(user) if signed_in else (),
        "nav_links": navigation.links,
        "organisation": organisation_of(user) or "Tandem" if signed_in else "",
        "scope_name": SimpleLazyObject(lambda: scopes.name_of(request)) if signed_in else "",
        "scope_page": getattr(request.resolver_match, "url_name", ""),
        "page_token": SimpleLazyObject(lambda: live.token(topics_of(request), user.pk)) if signed_in else "",
        "messages": [Said(m) for m in get_messages(request)],
        "inbox_count": SimpleLazyObject(lambda: inbox.count(user)) if signed_in else 0,
    }


def topics_of(request: HttpRequest) -> list[str]:
    """Views name what they show in `request.live_topics`; everybody hears of their own jobs."""
    return [*getattr(request, "live_topics", []), f"user:{request.user.pk}"]


class _Once:
    """Markup that is made when the page first uses it, and is the same wherever the page uses it again."""

    def __init__(self, lazy: Any) -> None:
        self._lazy = lazy

    @cached_property
    def _text(self) -> str:
        return str(escape(self._lazy))

    def __str__(self) -> str:
        return self._text

    __html__ = __str__


class Said:
    """A message as a toast: its text, whether it is an error, the address that undoes it."""

    def __init__(self, message: Any) -> None:
        self.text, self.tags = str(message), message.tags
        extra = message.extra_tags or ""
        self.undo = extra.removeprefix("undo=") if extra.startswith("undo=") else ""

    def __str__(self) -> str:
        return self.text
