"""What single entries of a Trello board mean: check lists, labels, custom fields, the age of an id."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tandem.exchange.formats.moments import parse_datetime
from tandem.exchange.formats.source import clean
from tandem.exchange.records import CheckItem, Checklist, Value

Json = dict[str, Any]
_TAKEN = {
    "id", "name", "desc", "closed", "idList", "idMembers", "idMembersVoted", "idLabels", "labels", "due",
    "dueComplete",
    "start", "dateLastActivity", "dateCompleted", "pos", "attachments", "customFieldItems", "idChecklists",
    "url",
    "checklists", "idShort", "shortLink", "shortUrl", "idBoard",
}  # fmt: skip
_WHY = {
    "email": "secret", "badges": "computed", "subscribed": "personal", "cover": "display",
    "idAttachmentCover": "display",
    "manualCoverAttachment": "display", "descData": "display", "checkItemStates": "computed",
    "limits": "display",
    "nodeId": "display", "dueReminder": "personal", "cardRole": "no_place",
}  # fmt: skip


def checklist(entry: Json) -> Checklist:
    items = (
        CheckItem(
            clean(item.get("name")), item.get("state") == "complete", parse_datetime(item.get("due") or ""),
            item.get("idMember"),
        )
        for item in by_pos(entry.get("checkItems") or ())
    )  # fmt: skip
    return Checklist(clean(entry.get("name")), tuple(items))


def left_out(card: Json) -> Iterator[tuple[str, str]]:
    """Name and reason of each entry of a card that no record holds."""
    for name, value in card.items():
        if name not in _TAKEN and value not in (None, "", [], {}, False):
            yield f"card.{name}", _WHY.get(name, "no_place")


def made_at(object_id: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(object_id[:8], 16), UTC)
    except (ValueError, OverflowError):
        return None


def label_name(label: Json) -> str:
    return clean(label.get("name")) or clean(label.get("color"))


def by_pos(rows: Any) -> list[Json]:
    return sorted(
        rows, key=lambda row: float(row.get("pos") or 0) if not isinstance(row.get("pos"), str) else 0.0
    )


def field_value(item: Json, definition: Json) -> Value:
    if choice := item.get("idValue"):
        for option in definition.get("options") or ():
            if option.get("id") == choice:
                return clean((option.get("value") or {}).get("text"))
        return str(choice)
    for kind, value in (item.get("value") or {}).items():
        if kind == "checked":
            return bool(value == "true")
        if kind == "number":
            return float(value)
        return clean(str(value))
    return ""
