"""Events as sentences: who, when, what, from what to what."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tandem.history.models import Event
from tandem.history.verbs import VERBS


def lines(events: Any) -> list[dict[str, Any]]:
    """One dict per event for the history list; personal text that was erased says so."""
    rows: Iterable[Event] = events.select_related("actor", "text")
    found = []
    for event in rows:
        text = getattr(event, "text", None)
        changes = {**event.changes, **(text.changes if text else {})}
        found.append(
            {
                "who": event.actor.name if event.actor else _("Tandem"),
                "when": event.occurred_at,
                "verb": VERBS.get(event.verb, event.verb),
                "changes": [
                    {"field": field_name(f), "before": shown(b), "after": shown(a)}
                    for f, (b, a) in changes.items()
                ][:8],
                "erased": bool(event.text_digest) and text is None,
            }
        )
    return found


def field_name(name: str) -> str:
    known = {
        "title": _("title"), "description": _("description"), "state": _("state"), "assignees": _("assignees"),
        "parent": _("parent"), "type": _("type"), "priority": _("priority"), "labels": _("labels"), "due_on": _("due"),
        "name": _("name"), "date": _("promised date"), "reason": _("reason"), "to_whom": _("to whom"), "body": _("comment"),
    }  # fmt: skip
    return str(known.get(name, name.replace("_", " ")))


def shown(value: Any) -> str:
    if value in (None, "", []):
        return "–"
    text = ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
