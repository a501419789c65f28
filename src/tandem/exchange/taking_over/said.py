"""What a source said of an item the last time, so that only what changed there is written and people's edits stay."""

import hashlib
from typing import Any

from tandem.exchange.records import ItemRecord
from tandem.history.record import plain
from tandem.work.models import State, WorkItem

_FIELD = "fields."  # before the name of a custom field: each is a value of its own
_EMPTY: tuple[Any, ...] = (None, "", [], (), {})


def said_of(record: ItemRecord, values: dict[str, Any]) -> dict[str, str]:
    """A short mark of each value that is not empty: enough to see whether it is another one next time."""
    said = {name: value for name, value in values.items() if name not in ("fields", "updated_at")}
    said |= {_FIELD + name: value for name, value in values["fields"].items()}
    said |= {
        "is_given_up": values["is_given_up"] or None,
        "removed_at": "archived" if values["removed_at"] else None,
        "rank": values["rank"] if record.rank is not None else None,  # else it is only the place in the file
        "parent": record.parent_source_id, "assignees": record.assignees, "sprints": record.sprints,
        "reporter": record.reporter or record.creator,
    }  # fmt: skip
    return {name: _mark(value) for name, value in said.items() if plain(value) not in _EMPTY}


def _mark(value: Any) -> str:
    return hashlib.blake2b(repr(plain(value)).encode("utf-8", "replace"), digest_size=6).hexdigest()


class News:
    """What the source says otherwise than before. All of it, when nobody noted what it said before."""

    def __init__(self, before: dict[str, str] | None, now: dict[str, str]) -> None:
        self.before, self.now = before, now

    def has(self, name: str) -> bool:
        return self.before is None or self.before.get(name) != self.now.get(name)

    def written(self, item: WorkItem, values: dict[str, Any]) -> dict[str, Any]:
        """The values to write over those of the item, with what follows from its state."""
        found = {name: value for name, value in values.items() if name not in ("fields", "updated_at") and self.has(name)}
        fields = self._fields(item.fields, values["fields"])
        if fields != item.fields:
            found["fields"] = fields
        if not values["removed_at"] and not item.fields.get("Archived"):
            found.pop("removed_at", None)  # whoever removed it here has decided that
        self._date(item, values, found)
        if "plan" in found:
            found["plan"] |= {"assignments": item.plan.get("assignments", [])}
        said = values.get("updated_at")
        found["updated_at"] = max(said, item.updated_at) if said and item.updated_at else item.updated_at or said
        return found

    def _fields(self, here: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
        gone = {name.removeprefix(_FIELD) for name in self.before or () if name.startswith(_FIELD)} - set(there)
        news = {name: value for name, value in there.items() if self.has(_FIELD + name)}
        return {name: value for name, value in here.items() if name not in gone} | news

    @staticmethod
    def _date(item: WorkItem, values: dict[str, Any], found: dict[str, Any]) -> None:
        """Actual dates go with the state: a finish belongs to what is done here, and a beginning stays."""
        state = found.get("state", item.state)
        if state != item.state:
            found["actual_finish"] = values["actual_finish"]
            found["actual_start"] = values["actual_start"]
            if item.state.category != State.Category.DONE:  # else it stays what was said of it here, unless the source says otherwise now
                found["is_given_up"] = values["is_given_up"]
        elif state.category != State.Category.DONE or not values["actual_finish"]:
            found.pop("actual_finish", None)
        if state.category != State.Category.DONE:
            found["is_given_up"] = False
        if "actual_start" in found:
            found["actual_start"] = found["actual_start"] or item.actual_start
