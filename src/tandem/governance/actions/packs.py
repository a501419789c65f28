"""Industry packs of the organisation's own: written as a file, each time as a version that never changes."""

from typing import Any

from django.db import transaction

from tandem.governance import method_content, pack_files
from tandem.governance.actions.methods import above
from tandem.governance.models import Pack, PackUse, PackVersion
from tandem.governance.pack_content import SHAPE
from tandem.history.record import record
from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind

_DO = Permission.EDIT_PORTFOLIO
HOMES = (SpaceKind.ORGANISATION, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME)


def create(*, actor: Any, space: Space, text: str, note: str = "") -> Pack:
    """Of a text in YAML or JSON, with its first version."""
    require(actor, _DO, space.pk)
    if space.kind not in HOMES:
        raise Refused("pack_place", field="space_id")
    name, purpose, content = pack_files.read(text)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        _check_name(space.pk, name)
        row = writing.create(Pack, actor=actor, permission=_DO, verb="pack.created", space=space, name=name, description=purpose)
        _written(actor, row, 1, content, note)
    return row


def write(*, actor: Any, pack: Pack, text: str, note: str = "", version: int | None = None) -> PackVersion:
    """The next version, where it asks something else. Its name and what it is for are those of the text: where only these differ, the newest
    version stays the newest. Projects stay on theirs."""
    require(actor, _DO, pack.space_id)
    name, purpose, content = pack_files.read(text)
    with transaction.atomic():
        held = Pack.objects.select_for_update(of=("self",)).get(pk=pack.pk)
        if version is not None and held.version != version:
            raise Stale(held)
        last = newest(held)
        has_other_content = bool(differences(last, content))
        if not has_other_content and (held.name, held.description) == (name, purpose):
            raise Refused("method_same_as_before", field="text", number=last.number)
        _check_name(held.space_id, name, held.pk)
        writing.change(held, actor=actor, permission=_DO, verb="pack.changed", version=None, name=name, description=purpose)
        if not has_other_content:
            return last
        held.write(expected=None)
        return _written(actor, held, last.number + 1, content, note)


def remove(*, actor: Any, pack: Pack, version: int | None = None) -> None:
    """Only one that holds in no project."""
    require(actor, _DO, pack.space_id)
    with transaction.atomic():
        Pack.objects.select_for_update(of=("self",)).filter(pk=pack.pk).first()
        if PackUse.objects.filter(pack_version__pack=pack).exists():
            raise Refused("pack_in_use")
        writing.remove(pack, actor=actor, permission=_DO, verb="pack.removed", version=version)


def newest(pack: Pack) -> PackVersion:
    found = pack.versions.newest_first().first()
    assert found is not None
    return found  # type: ignore[no-any-return]


def differences(before: PackVersion, after: method_content.Content) -> list[method_content.Difference]:
    return method_content.compared(before.content, after, SHAPE)


def at_hand(space: Space) -> list[Pack]:
    """What a project of this place may take: written there or above."""
    return list(Pack.objects.filter(space__in=above(space)).order_by("name", "id"))


def _check_name(space: int, name: str, but: int | None = None) -> None:
    if Pack.objects.filter(space=space, name=name).exclude(pk=but).exists():
        raise Refused("pack_name_taken", field="text", name=name)


def _written(actor: Any, pack: Pack, number: int, content: method_content.Content, note: str) -> PackVersion:
    row = PackVersion.objects.create(space_id=pack.space_id, pack=pack, number=number, content=content, note=" ".join(note.split())[:500], by=actor)
    record("pack.written", pack, actor=actor, changes={"number": [None, number]})
    return row
