"""Linking work items with what Git providers tell of them."""

from typing import Any

from django.db import transaction

from tandem.automation.git_events import Seen
from tandem.automation.models import Development, Inlet
from tandem.automation.spaces import below
from tandem.history.record import record
from tandem.people.access import Permission, require, spaces_where
from tandem.work.models import WorkItem

_S = Development.State


def take(*, actor: Any, inlet: Inlet, seen: list[Seen]) -> int:
    """As the owner of the address: items that they may edit, in its space and below. Told again, nothing changes twice.
    Returns how many links are new or changed."""
    require(actor, Permission.AUTOMATE, inlet.space_id)
    spaces = below(inlet.space_id) & spaces_where(actor, Permission.EDIT_WORK)
    keys = {key for one in seen for key in one.keys}
    rows = WorkItem.objects.visible_to(actor).present().filter(key__in=keys, space_id__in=spaces)
    with transaction.atomic():
        items = {item.key: item for item in rows.select_for_update(no_key=True, of=("self",)).order_by("pk")}
        return sum(_link(actor, items[key], one) for one in seen for key in one.keys if key in items)


def _link(actor: Any, item: WorkItem, one: Seen) -> bool:
    values = {"title": one.title[:300] or one.reference, "state": one.state, "author": one.author[:200]}
    row = Development.objects.filter(item=item, url=one.url).first()
    if row is None:
        row = Development.objects.create(
            space_id=item.space_id,
            item=item,
            url=one.url,
            kind=one.kind,
            reference=one.reference[:200],
            **values,
        )
        text = {"development": [None, f"{row.reference} {row.title}"]}
        record("development.linked", item, actor=actor, text=text)
        if row.state == _S.MERGED:
            _merged(actor, item, row)
        return True
    before = row.state
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    if before == _S.MERGED:
        values["state"] = _S.MERGED  # messages may come in another order: what is merged stays so
    row.write(expected=None, **values)
    if row.state == _S.MERGED and before != _S.MERGED:
        _merged(actor, item, row)
    elif row.state != before:
        changes = {"reference": [None, row.reference], "development_state": [before, row.state]}
        record("development.changed", item, actor=actor, changes=changes)
    return True


def _merged(actor: Any, item: WorkItem, row: Development) -> None:
    record("development.merged", item, actor=actor, changes={"reference": [None, row.reference]})
