"""People named in a text: `@[Boris Orlov](user:12)` is kept, shown as a link with the name of today."""

import re
from collections.abc import Iterable

from tandem.kit.errors import Refused
from tandem.people.models import User

_MENTION = re.compile(r"@\[((?:[^\[\]\\\n]|\\.){1,200})\]\(user:(\d{1,18})\)")
_SPECIAL = re.compile(r"([\[\]\\])")
MOST = 50


def ids_in(text: str) -> list[int]:
    """The people whom a text names, each once, in their order."""
    return list(dict.fromkeys(int(found[2]) for found in _MENTION.finditer(text)))


def names_of(texts: Iterable[str]) -> dict[int, str]:
    """The names of today of all whom these texts name; no query when there is none."""
    ids = {pk for text in texts for pk in ids_in(text)}
    return dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def renamed(text: str, names: dict[int, str]) -> str:
    def link(found: re.Match[str]) -> str:
        name = names.get(int(found[2]))
        return found[0] if name is None else "@[" + _SPECIAL.sub(r"\\\1", name) + f"](user:{found[2]})"

    return _MENTION.sub(link, text) if names else text


def check(space_id: int, text: str, before: str = "") -> None:
    """Whoever is newly named must see what names them: nobody is told of what they may not read."""
    new = set(ids_in(text)) - set(ids_in(before))
    if not new:
        return
    if len(new) > MOST:
        raise Refused("mentions_too_many", field="body", most=MOST)
    people = User.objects.in_bulk(new)
    if len(people) < len(new):
        raise Refused("mention_unknown", field="body")
    unseeing = sorted(person.name for person in people.values() if space_id not in person.visible_space_ids())
    if unseeing:
        raise Refused("mention_unseen", field="body", who=", ".join(unseeing))
