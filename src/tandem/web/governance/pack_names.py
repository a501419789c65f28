"""What industry packs are called, by the keys under which a project has them: also of one that it has left."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

from tandem.governance.models import Pack
from tandem.governance.packs import packs


def of(user: Any, keys: Iterable[str]) -> dict[str, str]:
    """Of those that come along, and of the organisation's own as far as the reader sees them; one query at most."""
    wanted, language = {key for key in keys if key}, get_language() or "en"
    found = {key: one.name(language) for key, one in packs().items() if key in wanted}
    if own := [int(number) for key in wanted if (number := key.removeprefix("own-")).isdecimal()]:
        found |= {one.key: one.name for one in Pack.objects.visible_to(user).filter(pk__in=own)}
    return found
