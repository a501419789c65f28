"""Where only the number of a change request is written, for others see the place as well: a link for whoever sees the request."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from markupsafe import Markup

from tandem.governance.models import ChangeRequest

_WRITTEN = re.compile(r"(?:Change request|变更请求) (\d{1,18})")
"""As `change_requests.Told` writes it, in the language of whoever had the last word."""


def linked(user: Any, texts: Iterable[str]) -> Callable[[str], Any]:
    """Of such a text a link, of any other the text itself; one query for all of them."""
    wanted = {int(found[1]) for text in texts if (found := _WRITTEN.fullmatch(text or ""))}
    seen = set(ChangeRequest.objects.visible_to(user).filter(pk__in=wanted).values_list("id", flat=True)) if wanted else set()

    def shown(text: str) -> Any:
        found = _WRITTEN.fullmatch(text or "")
        if found is None or int(found[1]) not in seen:
            return text
        return Markup('<a href="{}" data-peek>{}</a>').format(reverse("change_requests_detail", kwargs={"id": int(found[1])}), text)

    return shown
