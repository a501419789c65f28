"""The letter that a rule writes: a text with places for what is known of the work item. Plain text; whatever stands in it is
escaped where it is shown."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.reports.queries.own_fields import OwnFields
from tandem.work.models import FieldDefinition, WorkItem

LONGEST = 2000
PLACES = ("key", "title", "state", "priority", "assignees", "reporter", "due", "project", "link", "rule")
OWN = "own."
_PLACE = re.compile(r"\{([^{}]*)\}")


def check(text: str, spaces: Iterable[int], n: int) -> None:
    """Every place can be filled: of the item itself, or of a field that one of these spaces has."""
    asked = [one.strip() for one in _PLACE.findall(text)]
    words = {one.removeprefix(OWN) for one in asked if one.startswith(OWN)}
    known = set(FieldDefinition.objects.active().filter(space__in=spaces, word__in=words).values_list("word", flat=True)) if words else set()
    for one in asked:
        if one not in PLACES and not (one.startswith(OWN) and one.removeprefix(OWN) in known):
            raise Refused("placeholder_unknown", field="steps", n=n, name=one[:60])


def written(text: str, item: WorkItem, *, reader: User, owner: Any, rule: str) -> str:
    """In the reader's language, with what the rule's owner sees of the item; what is empty is a dash."""
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        filled = _Places(item, owner, rule)
        return _PLACE.sub(lambda found: filled.get(found[1].strip()) or "–", text.strip())


class _Places:
    def __init__(self, item: WorkItem, owner: Any, rule: str) -> None:
        self.item, self.owner, self.rule = item, owner, rule

    def get(self, place: str) -> str:
        item = self.item
        if place.startswith(OWN):
            own = OwnFields.of(self.owner, [item.space_id]).meet([item])
            field = own.by_word(item, place.removeprefix(OWN))
            return own.shown(field, item) if field else ""
        match place:
            case "key" | "title":
                return str(getattr(item, place))
            case "state" | "reporter":
                return str(getattr(item, place) or "")
            case "priority":
                return str(item.get_priority_display() or "")
            case "assignees":
                return ", ".join(item.assignees.order_by("name").values_list("name", flat=True))
            case "due":
                return item.due_on.isoformat() if item.due_on else ""
            case "project":
                return item.space.name
            case "link":
                return str(settings.ORIGIN).rstrip("/") + reverse("work_item", kwargs={"key": item.key})
        return self.rule
