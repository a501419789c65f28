"""Finished work put away: out of lists, boards, search and counts, and back. It stays finished: what it was counts."""

from typing import Any
from uuid import UUID

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.work.actions import wip_limits
from tandem.work.models import State, WorkItem

_DO = Permission.EDIT_WORK


def archive(*, actor: Any, item: WorkItem, version: int | None, run: UUID | None = None) -> WorkItem:
    """Only what is done, with its parts done too: open work that nobody sees is lost. Archived twice is once."""
    require(actor, _DO, item.space_id)
    if item.archived_at is not None:
        return item
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    with transaction.atomic():
        check(item, item.state)
        _write(actor, item, version, clock.now(), "work_item.archived", run)
    return item


def check(item: WorkItem, state: State) -> None:
    """Whether it may be put away in this state. Called in the transaction that does so."""
    WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    if not state.is_done:
        raise Refused("archive_open", key=item.key)
    if WorkItem.objects.open().filter(parent=item).exists():
        raise Refused("archive_parts", key=item.key)


def unarchive(*, actor: Any, item: WorkItem, version: int | None, run: UUID | None = None) -> WorkItem:
    """Back where it stood, if there is room."""
    require(actor, _DO, item.space_id)
    if item.archived_at is None:
        return item
    with transaction.atomic():
        limits = wip_limits.hold(item.space_id)
        inside = wip_limits.counting(limits, item)
        _write(actor, item, version, None, "work_item.unarchived", run)
        wip_limits.keep(actor=actor, item=item, limits=limits, before=inside)
    return item


def _write(actor: Any, item: WorkItem, version: int | None, moment: Any, verb: str, run: UUID | None) -> None:
    before = item.archived_at
    item.write(expected=version, archived_at=moment, updated_at=clock.now())
    record(verb, item, actor=actor, changes={"archived_at": [before, moment]}, run=run)
