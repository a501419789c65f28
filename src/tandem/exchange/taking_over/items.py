"""Items in batches: new ones made, of changed ones what the source changed, the rest left alone."""

import re
from typing import Any

from tandem.exchange.models import ExternalReference
from tandem.exchange.records import ItemRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.exchange.taking_over.said import News, said_of
from tandem.exchange.taking_over.values import values_of
from tandem.kit import clock
from tandem.people.models import User
from tandem.work.actions import imports, work_items
from tandem.work.models import Assignment, StateChange, WorkItem

Fresh = tuple[ItemRecord, WorkItem, str]  # what the source says, the row to be, the digest


class Items:
    """Parents that come later in the file, and sprints, wait until `settle`."""

    def __init__(self, taking: Taking, key_of: str) -> None:
        self.taking = taking
        self.position = 0
        self.later: dict[int, str] = {}  # our id → source id of the parent
        self.said: dict[str, dict[str, str]] = {}  # of this batch: source id → marks of what the source says
        self.parents: dict[int, int] = {}  # ours, to find circles
        self.scopes: dict[str, list[int]] = {}  # "version:…" and the like → our ids, for the offers
        # keys are the source's own when the new space bears the source's key
        self.own_key = re.compile(rf"{re.escape(key_of)}-(\d{{1,9}})") if key_of else None

    def take(self, records: list[ItemRecord]) -> None:
        taking = self.taking
        refs = taking.ledger.known("item", [r.source_id for r in records])
        marks = {r.source_id: digest(r, str(taking.zone)) for r in records}
        differing = [ref.subject_id for key, ref in refs.items() if ref.digest != marks[key]]
        held = imports.hold_items(actor=taking.actor, space=taking.space, ids=differing)
        self.said = {}
        fresh: list[Fresh] = []
        kept: list[ExternalReference] = []
        changed: list[tuple[ItemRecord, WorkItem, ExternalReference, dict[str, Any], str]] = []
        for record in records:
            self.position += 1
            mark, ref = marks[record.source_id], refs.get(record.source_id)
            values = values_of(taking, record, self.position)
            item = held.get(ref.subject_id) if ref else None
            if ref is None:
                self.said[record.source_id] = said_of(record, values)
                fresh.append((record, WorkItem(**values), mark))
            elif item is None or ref.digest == mark:
                taking.items[record.source_id] = ref.subject_id
                kept.append(ref)
            else:
                self.said[record.source_id] = said_of(record, values)
                taking.items[record.source_id] = item.pk
                changed.append((record, item, ref, values, mark))
        self._create(fresh)
        self._rewrite(changed)
        taking.ledger.keep("item", kept)
        for record in records:
            self._remember(record, taking.items[record.source_id])

    def _create(self, fresh: list[Fresh]) -> None:
        """Numbers in the order of the file; then parents before their parts, generation by generation."""
        if not fresh:
            return
        taking = self.taking
        self._number(fresh)
        for generation in self._generations(fresh):
            assignments: list[Assignment] = []
            for record, item, _ in generation:
                item.reporter = taking.people.get(record.reporter or record.creator or "")
                item.parent_id = taking.items.get(record.parent_source_id or "")
                assignments += [Assignment(item=item, user=user) for user in self._people(record)]
            work_items.create_many(
                actor=taking.actor, space=taking.space, items=[item for _, item, _ in generation],
                assignments=assignments, changes=[], is_numbered=True, run=taking.run,
            )  # fmt: skip
            for record, item, _ in generation:
                taking.items[record.source_id] = item.pk
                taking.fresh.add(item.pk)
                if record.parent_source_id and item.parent_id is None:
                    self.later[item.pk] = record.parent_source_id
        through = [
            (item.pk, taking.sprints[s].pk)
            for record, item, _ in fresh for s in dict.fromkeys(record.sprints) if s in taking.sprints
        ]  # fmt: skip
        imports.put_in_sprints(actor=taking.actor, space=taking.space, items=[], pairs=through, run=taking.run)
        taking.ledger.add("item", [Entry(r.source_id, item, mark, self._data(r)) for r, item, mark in fresh])

    @staticmethod
    def _generations(fresh: list[Fresh]) -> list[list[Fresh]]:
        """Whoever is in a circle, or deeper than twenty generations, comes last and gets the parent later."""
        inside = {record.source_id for record, _, _ in fresh}
        waiting, found = fresh, []
        while waiting and len(found) < 20:
            ready = [row for row in waiting if row[0].parent_source_id not in inside]
            if not ready:
                break
            inside -= {record.source_id for record, _, _ in ready}
            done = {record.source_id for record, _, _ in ready}
            waiting = [row for row in waiting if row[0].source_id not in done]
            found.append(ready)
        return [*found, waiting] if waiting else found

    def _number(self, fresh: list[Fresh]) -> None:
        """The keys that people know from the source stay, when all of them fit into the space."""
        actor, space = self.taking.actor, self.taking.space
        found = [self.own_key.fullmatch(record.key) if self.own_key else None for record, _, _ in fresh]
        if all(found):
            numbers = [int(match[1]) for match in found if match]
            imports.reserve_numbers(actor=actor, space=space, highest=max(numbers))
        else:
            self.own_key = None
            first = work_items.take_numbers(space, len(fresh))
            numbers = list(range(first, first + len(fresh)))
        for (record, item, _), number in zip(fresh, numbers, strict=True):
            item.number = number
            item.fields |= _source_key(self.taking, record, f"{space.key}-{number}")

    def _data(self, record: ItemRecord) -> dict[str, Any]:
        created = record.created.isoformat() if record.created else None
        return {"key": record.key, "created": created, "said": self.said[record.source_id]}

    def _people(self, record: ItemRecord) -> list[User]:
        found = {u.pk: u for key in record.assignees if (u := self.taking.people.get(key))}
        return list(found.values())

    def _rewrite(self, changed: list[tuple[ItemRecord, WorkItem, ExternalReference, dict[str, Any], str]]) -> None:
        taking = self.taking
        if not changed:
            return
        passages, rows, pairs, sprinted = [], [], [], []
        people: dict[int, list[Assignment]] = {}
        for record, item, ref, values, _ in changed:
            news = News(ref.data.get("said"), self.said[record.source_id])
            written = news.written(item, values)
            if "fields" in written:
                written["fields"] |= _source_key(taking, record, item.key)
            if news.has("reporter"):
                written["reporter"] = taking.people.get(record.reporter or record.creator or "")
            if news.has("parent") and record.parent_source_id:
                self.later[item.pk] = record.parent_source_id
            elif news.has("parent") and item.parent_id:
                written["parent"] = None
            if written.get("state", item.state) != item.state:
                at = values.get("updated_at") or clock.now()
                passages.append(StateChange(item=item, from_state=item.state, to_state=written["state"], at=at))
            if record.plan is None and news.has("assignees"):
                people[item.pk] = [Assignment(item=item, user=user) for user in self._people(record)]
            if news.has("sprints"):
                sprinted.append(item.pk)
                pairs += [(item.pk, taking.sprints[s].pk) for s in dict.fromkeys(record.sprints) if s in taking.sprints]
            rows.append((item, written))
        actor, space = taking.actor, taking.space
        imports.rewrite_items(actor=actor, space=space, rows=rows, people=people, run=taking.run)
        imports.put_in_sprints(actor=actor, space=space, items=sprinted, pairs=pairs, run=taking.run)
        if not has_history(taking):
            imports.add_state_changes(actor=actor, space=space, changes=passages)
        taking.ledger.update("item", [(ref, mark, self._data(record)) for record, _, ref, _, mark in changed])

    def _remember(self, record: ItemRecord, item_id: int) -> None:
        for version in record.versions:
            self.scopes.setdefault(f"version:{version}", []).append(item_id)
        for label in record.labels:
            self.scopes.setdefault(f"label:{label}", []).append(item_id)
        if record.epic and not record.parent_source_id:
            self.scopes.setdefault(f"epic:{record.epic}", []).append(item_id)

    def settle(self) -> None:
        """Parents, now that all items are here. A circle of parents is cut where it closes, and named."""
        taking = self.taking
        if not self.later:
            return
        known = dict(WorkItem.objects.filter(space=taking.space).exclude(parent=None).values_list("id", "parent_id"))
        source = {pk: key for key, pk in taking.items.items()}
        wanted: dict[int, int] = {}
        for child, key in self.later.items():
            parent = taking.items.get(key)
            if parent is None:
                taking.tally.add(key, "dangling", source.get(child, ""))
            elif self._closes(child, parent, _Both(wanted, known)):
                taking.tally.add(f"{source.get(child)} → {key}", "parent_cycle", source.get(child, ""))
            else:
                wanted[child] = parent
        moves = {c: p for c, p in wanted.items() if known.get(c) != p}
        for start in range(0, len(moves), 1000):
            part = dict(list(moves.items())[start : start + 1000])
            rows = imports.hold_items(actor=taking.actor, space=taking.space, ids=part)
            parents = WorkItem.objects.in_bulk(list(set(part.values())))
            imports.rewrite_items(
                actor=taking.actor, space=taking.space, run=taking.run,
                rows=[(rows[c], {"parent": parents[p], "updated_at": rows[c].updated_at}) for c, p in part.items() if c in rows],
            )  # fmt: skip

    @staticmethod
    def _closes(child: int, parent: int, above: Any) -> bool:
        here: int | None = parent
        for _ in range(1000):
            if here is None:
                return False
            if here == child:
                return True
            here = above.get(here)
        return True


def _source_key(taking: Taking, record: ItemRecord, key: str) -> dict[str, str]:
    """The key by which people know an item there, when it has another one here."""
    return {"Key": record.key} if taking.info.system == "jira" and record.key not in ("", key) else {}


def has_history(taking: Taking) -> bool:
    """Whether the source itself tells when items passed from state to state."""
    return taking.info.system == "trello"


class _Both:
    def __init__(self, first: dict[int, int], second: dict[int, int]) -> None:
        self.first, self.second = first, second

    def get(self, key: int) -> int | None:
        found = self.first.get(key)
        return self.second.get(key) if found is None else found
