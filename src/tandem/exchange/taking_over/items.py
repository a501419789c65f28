"""Items in batches: new ones made, changed ones written, the rest left alone."""

import re
from typing import Any

from tandem.exchange.models import ExternalReference
from tandem.exchange.records import ItemRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
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
        self.parents: dict[int, int] = {}  # ours, to find circles
        self.scopes: dict[str, list[int]] = {}  # "version:…" and the like → our ids, for the offers
        # keys are the source's own when the new space bears the source's key
        self.own_key = re.compile(rf"{re.escape(key_of)}-(\d{{1,9}})") if key_of else None

    def take(self, records: list[ItemRecord]) -> None:
        taking = self.taking
        refs = taking.ledger.known("item", [r.source_id for r in records])
        present = WorkItem.objects.select_related("state", "type").in_bulk([ref.subject_id for ref in refs.values()])
        fresh: list[Fresh] = []
        kept: list[ExternalReference] = []
        changed: list[tuple[ItemRecord, WorkItem, ExternalReference, dict[str, Any], str]] = []
        for record in records:
            self.position += 1
            mark, ref = digest(record, str(taking.zone)), refs.get(record.source_id)
            values = values_of(taking, record, self.position)
            item = present.get(ref.subject_id) if ref else None
            if ref is None:
                fresh.append((record, WorkItem(**values), mark))
            elif item is None or ref.digest == mark:
                taking.items[record.source_id] = ref.subject_id
                kept.append(ref)
            else:
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
        imports.put_in_sprints(actor=taking.actor, space=taking.space, items=[], pairs=through)
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
        return {"key": record.key, "created": created}

    def _people(self, record: ItemRecord) -> list[User]:
        found = {u.pk: u for key in record.assignees if (u := self.taking.people.get(key))}
        return list(found.values())

    def _rewrite(self, changed: list[tuple[ItemRecord, WorkItem, ExternalReference, dict[str, Any], str]]) -> None:
        taking = self.taking
        if not changed:
            return
        ids = [item.pk for _, item, *_ in changed]
        passages, assignments, pairs = [], [], []
        for record, item, _, values, _ in changed:
            values["reporter"] = taking.people.get(record.reporter or record.creator or "")
            values["fields"] |= _source_key(taking, record, item.key)
            if record.parent_source_id:
                self.later[item.pk] = record.parent_source_id
            elif item.parent_id:
                values["parent"] = None
            if not (record.is_archived or item.fields.get("Archived")):
                values.pop("removed_at")  # whoever removed it here has decided that
            if values["actual_finish"] is None and values["state"] == item.state:
                values["actual_finish"] = item.actual_finish
            values["actual_start"] = values["actual_start"] or item.actual_start
            if values["state"] != item.state:
                at = values.get("updated_at") or clock.now()
                passages.append(StateChange(item=item, from_state=item.state, to_state=values["state"], at=at))
            if record.plan is not None:
                values["plan"] |= {"assignments": item.plan.get("assignments", [])}
            else:
                assignments += [Assignment(item=item, user=user) for user in self._people(record)]
            pairs += [(item.pk, taking.sprints[s].pk) for s in dict.fromkeys(record.sprints) if s in taking.sprints]
        actor, space = taking.actor, taking.space
        imports.rewrite_items(actor=actor, space=space, rows=[(i, v) for _, i, _, v, _ in changed], run=taking.run)
        without_plan = [item.pk for record, item, *_ in changed if record.plan is None]
        imports.assign_anew(actor=actor, space=space, items=without_plan, assignments=assignments)
        imports.put_in_sprints(actor=actor, space=space, items=ids, pairs=pairs)
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
            rows = WorkItem.objects.in_bulk(list(part))
            parents = WorkItem.objects.in_bulk(list(set(part.values())))
            imports.rewrite_items(
                actor=taking.actor, space=taking.space, run=taking.run,
                rows=[(rows[c], {"parent": parents[p], "updated_at": rows[c].updated_at}) for c, p in part.items()],
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
