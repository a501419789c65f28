"""What hangs on items: comments, addresses of files, passages from state to state."""

from typing import Any

from tandem.collaboration.actions import attachments, comments
from tandem.collaboration.models import Attachment, Comment
from tandem.exchange.records import AttachmentRecord, CommentRecord, StateChangeRecord
from tandem.exchange.taking_over.basics import state_of
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.exchange.taking_over.people import nobody
from tandem.exchange.taking_over.texts import markdown
from tandem.kit import clock
from tandem.work.actions import imports
from tandem.work.models import State, StateChange, WorkItem

ITEM = WorkItem._meta.label_lower


def take_comments(taking: Taking, records: list[CommentRecord]) -> None:
    refs = taking.ledger.known("comment", [r.source_id for r in records])
    present = Comment.objects.in_bulk([ref.subject_id for ref in refs.values()])
    fresh, kept, changed, rewritten = [], [], [], []
    for record in _of_items(taking, records, "comment"):
        ref, mark = refs.get(record.source_id), digest(record)
        taking.happened(taking.moment(record.created))
        if ref is None:
            fresh.append((record, _comment(taking, record), mark))
        elif ref.digest == mark or ref.subject_id not in present:
            kept.append(ref)
        else:
            rewritten.append((present[ref.subject_id], _body(record)))
            changed.append((ref, mark, {}))
    comments.create_many(actor=taking.actor, space=taking.space, comments=[c for _, c, _ in fresh], run=taking.run)
    comments.rewrite_many(actor=taking.actor, space=taking.space, rows=rewritten, run=taking.run)
    taking.ledger.add("comment", [Entry(r.source_id, c, mark) for r, c, mark in fresh])
    taking.ledger.keep("comment", kept)
    taking.ledger.update("comment", changed)


def _comment(taking: Taking, record: CommentRecord) -> Comment:
    author = taking.people.get(record.author or "") or nobody(taking)
    return Comment(
        subject_kind=ITEM, subject_id=taking.items[record.item], author=author, body=_body(record),
        created_at=taking.moment(record.created) or clock.now(),
    )  # fmt: skip


def _body(record: CommentRecord) -> str:
    return markdown(record.body, record.format)


def take_attachments(taking: Taking, records: list[AttachmentRecord]) -> None:
    refs = taking.ledger.known("attachment", [r.source_id for r in records])
    fresh, kept = [], []
    for record in _of_items(taking, records, "attachment"):
        ref = refs.get(record.source_id)
        if ref is not None:
            kept.append(ref)
            continue
        url = record.url if len(record.url) <= 2000 else ""
        row = Attachment(
            subject_kind=ITEM, subject_id=taking.items[record.item], name=record.name[:400] or "?", url=url,
            mime=record.mime[:200], size=record.bytes, author=taking.people.get(record.author or ""),
            created_at=taking.moment(record.created) or clock.now(),
        )  # fmt: skip
        fresh.append((record, row))
    attachments.link_many(actor=taking.actor, space=taking.space, attachments=[a for _, a in fresh], run=taking.run)
    taking.ledger.add("attachment", [Entry(r.source_id, a) for r, a in fresh])
    taking.ledger.keep("attachment", kept)


def _of_items(taking: Taking, records: list[Any], what: str) -> list[Any]:
    """Those whose item is in the file; the others are named."""
    found = {}
    for record in records:
        if record.item not in taking.items:
            taking.tally.add(what, "dangling", record.source_id)
        elif record.source_id in found:
            taking.tally.add(what, "duplicate", record.source_id)
        else:
            found[record.source_id] = record
    return list(found.values())


class Passages:
    """State history. An item whose source has none gets the one passage that is sure, or none: dates are never guessed."""

    def __init__(self, taking: Taking) -> None:
        self.taking = taking
        self.first: dict[int, tuple[Any, int | None]] = {}  # item → earliest passage, and the state before it

    def take(self, records: list[StateChangeRecord]) -> None:
        taking = self.taking
        refs = taking.ledger.known("state_change", [r.source_id for r in records])
        fresh = []
        for record in _of_items(taking, records, "state change"):
            item, at = taking.items[record.item], taking.moment(record.at)
            before = state_of(taking, record.from_state) if record.from_state else None
            taking.happened(at)
            if item not in self.first or at < self.first[item][0]:
                self.first[item] = (at, before.pk if before else None)
            if record.source_id not in refs:
                by = taking.people.get(record.by or "")
                to = state_of(taking, record.to_state)
                fresh.append((record, StateChange(item_id=item, from_state=before, to_state=to, at=at, by=by)))
        imports.add_state_changes(actor=taking.actor, space=taking.space, changes=[c for _, c in fresh])
        taking.ledger.add("state_change", [Entry(r.source_id, c) for r, c in fresh])
        taking.ledger.keep("state_change", list(refs.values()))

    def settle(self) -> None:
        """Beginnings, and actual dates that follow from the history."""
        taking = self.taking
        ids = sorted(taking.fresh)
        for start in range(0, len(ids), 1000):
            rows = WorkItem.objects.filter(pk__in=ids[start : start + 1000])
            begun = [
                passage
                for row in rows.values_list("id", "state_id", "state__category", "created_at", "actual_start", "actual_finish")
                if (passage := self._beginning(*row)) is not None
            ]
            imports.add_state_changes(actor=taking.actor, space=taking.space, changes=begun)
        touched = sorted(self.first)
        for start in range(0, len(touched), 5000):
            imports.date_from_history(actor=taking.actor, space=taking.space, items=touched[start : start + 5000])

    def _beginning(self, item: int, state: int, category: str, created: Any, started: Any, finished: Any) -> StateChange | None:
        if item in self.first:
            at, before = self.first[item]
            return None if before is None else StateChange(item_id=item, to_state_id=before, at=min(created, at))
        at = {State.Category.DONE: finished, State.Category.IN_PROGRESS: started}.get(State.Category(category), created)
        return None if at is None else StateChange(item_id=item, to_state_id=state, at=at)
