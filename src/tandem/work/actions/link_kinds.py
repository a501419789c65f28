"""The kinds of links of a team's own: who defines them, and how projects follow those of a space above."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import inheritance
from tandem.work.models import LinkKind

_DO = Permission.EDIT_PLAN
MOST_KINDS = 40
CHANGEABLE = ("name", "inverse")
# what every project has: a kind of the same name that orders nothing would mislead
_USUAL = {
    "blocks", "blocked by", "is blocked by", "relates", "relates to", "duplicates", "duplicated by", "is duplicated by",
    "阻塞", "被阻塞", "相关", "关联", "重复", "被重复",
    "blocked_by", "duplicated_by", "none", "无",  # words of the filter
}  # fmt: skip


def create(*, actor: Any, space: Space, name: str, inverse: str = "") -> LinkKind:
    """It holds in the space and in the projects below. Without a second name it reads the same in both directions."""
    require(actor, _DO, space.pk)
    name, inverse = _named(name), _named(inverse or name)
    with transaction.atomic():
        there = _held(space.pk)
        _check(there, name, inverse)
        above = LinkKind.objects.filter(space__in=inheritance.above(space.pk), origin=None).active()
        if clash := _alike(above, name, inverse):
            raise Refused("link_kind_above", field="name", name=clash[0].name)
        kind = writing.create(LinkKind, actor=actor, permission=_DO, verb="link_kind.created", space=space, name=name, inverse=inverse)
        _spread(kind)
    return kind


def change(*, actor: Any, link_kind: LinkKind, version: int | None, **values: Any) -> LinkKind:
    """Its names; the links that have it read by the new ones. Those that follow it below follow."""
    require(actor, _DO, link_kind.space_id)
    _check_own(link_kind)
    if set(values) - set(CHANGEABLE):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(CHANGEABLE))))
    name = _named(values.get("name", link_kind.name))
    inverse = _named(values.get("inverse", link_kind.inverse) or name)
    with transaction.atomic():
        _check([one for one in _held(link_kind.space_id) if one.pk != link_kind.pk], name, inverse)
        link_kind = writing.change(link_kind, actor=actor, permission=_DO, verb="link_kind.changed", version=version, name=name, inverse=inverse)
        for one in LinkKind.objects.filter(origin=link_kind).select_for_update(no_key=True):
            if not _alike([other for other in LinkKind.objects.filter(space=one.space_id) if other.pk != one.pk], name, inverse):
                before = {"name": one.name, "inverse": one.inverse}
                one.write(expected=None, name=name, inverse=inverse)
                changes = {f: [was, getattr(one, f)] for f, was in before.items() if was != getattr(one, f)}
                record("link_kind.changed", one, actor=actor, changes=changes)
    return link_kind


def retire(*, actor: Any, link_kind: LinkKind, version: int | None = None) -> LinkKind:
    """Offered no more; the links that have it keep it. One that follows a kind above is hidden here alone."""
    require(actor, _DO, link_kind.space_id)
    with transaction.atomic():
        moment = link_kind.retired_at or clock.now()
        link_kind = writing.change(link_kind, actor=actor, permission=_DO, verb="link_kind.retired", version=version, retired_at=moment)
        inheritance.follow_out(LinkKind.objects.filter(origin=link_kind, retired_at=None), moment, "link_kind.retired", actor)
    return link_kind


def restore(*, actor: Any, link_kind: LinkKind, version: int | None = None) -> LinkKind:
    require(actor, _DO, link_kind.space_id)
    if link_kind.origin is not None and link_kind.origin.retired_at is not None:
        raise Refused("link_kind_retired_above", name=link_kind.name)
    with transaction.atomic():
        stood = link_kind.retired_at
        link_kind = writing.change(link_kind, actor=actor, permission=_DO, verb="link_kind.restored", version=version, retired_at=None)
        inheritance.follow_out(LinkKind.objects.filter(origin=link_kind, retired_at=stood), None, "link_kind.restored", actor)
    return link_kind


def inherit(space: Space) -> None:
    """A new project has the kinds of the spaces above it, the nearest first."""
    ranked = {pk: place for place, pk in enumerate(inheritance.above(space.pk))}
    rows = LinkKind.objects.filter(space_id__in=ranked, origin=None).active().in_order()
    there: list[LinkKind] = []
    for one in sorted(rows, key=lambda kind: ranked[kind.space_id]):
        _put(one, space.pk, there)


def is_anything_above(parent: Space) -> bool:
    return LinkKind.objects.filter(space_id__in=[parent.pk, *inheritance.above(parent.pk)], origin=None).active().exists()


def brought(*, actor: Any, space: Space, names: Iterable[tuple[str, str]]) -> dict[str, LinkKind]:
    """The kinds that an import needs, by the small letters of their first name; what is missing is defined here, as long as
    there is room: an import may bring more kinds than anybody reads."""
    require(actor, Permission.IMPORT, space.pk)
    with transaction.atomic():
        there = _held(space.pk)
        found: dict[str, LinkKind] = {}
        for said, back in names:
            name, inverse = _short(said), _short(back or said)
            if not name or {name.casefold(), inverse.casefold()} & _USUAL:
                continue
            known = _alike(there, name, inverse)
            if not known and len(there) < MOST_KINDS:
                kind = writing.create(LinkKind, actor=actor, permission=Permission.IMPORT, verb="link_kind.created", space=space, name=name, inverse=inverse)
                there.append(kind)
                known = [kind]
            if not known or (known[0].retired_at and known[0].origin and known[0].origin.retired_at):
                continue
            if known[0].retired_at is not None:
                known[0].write(expected=None, retired_at=None)
                record("link_kind.restored", known[0], actor=actor, changes={})
            found[said.casefold()] = known[0]
    return found


def _held(space_id: int) -> list[LinkKind]:
    """The kinds of a space, retired ones too; who defines another one at the same moment waits."""
    Space.objects.select_for_update(no_key=True).get(pk=space_id)
    return list(LinkKind.objects.filter(space=space_id))


def _check(there: list[LinkKind], name: str, inverse: str) -> None:
    if clash := next((one for one in (name, inverse) if one.casefold() in _USUAL), ""):
        raise Refused("link_kind_usual", field="name", name=clash)
    if clash_row := _alike(there, name, inverse):
        raise Refused("name_taken", field="name", name=clash_row[0].name)
    if len(there) >= MOST_KINDS:
        raise Refused("link_kinds_too_many", most=MOST_KINDS)


def _alike(there: Iterable[LinkKind], name: str, inverse: str) -> list[LinkKind]:
    """Those that one of the two names would be mistaken for."""
    wanted = {name.casefold(), inverse.casefold()}
    return [one for one in there if wanted & {one.name.casefold(), one.inverse.casefold()}]


def _check_own(kind: LinkKind) -> None:
    if kind.origin_id is not None:
        raise Refused("link_kind_follows", name=kind.name)


def _spread(kind: LinkKind) -> None:
    below = inheritance.projects_below(kind.space_id)
    there: dict[int, list[LinkKind]] = {}
    for one in LinkKind.objects.filter(space_id__in=below):
        there.setdefault(one.space_id, []).append(one)
    for space_id in below:
        _put(kind, space_id, there.setdefault(space_id, []))


def _put(kind: LinkKind, space_id: int, there: list[LinkKind]) -> None:
    """One of the same two names follows from now on; one that only half agrees stays the project's own."""
    alike = _alike(there, kind.name, kind.inverse)
    if not alike:
        there.append(LinkKind.objects.create(space_id=space_id, origin=kind, name=kind.name, inverse=kind.inverse))
    elif len(alike) == 1 and alike[0].origin_id is None:
        one = alike[0]
        if (one.name.casefold(), one.inverse.casefold()) == (kind.name.casefold(), kind.inverse.casefold()):
            one.write(expected=None, origin=kind, name=kind.name, inverse=kind.inverse)


def _short(name: str) -> str:
    return " ".join(name.split())[:100]


def _named(name: str) -> str:
    name = _short(name)
    if not name:
        raise Refused("title_empty", field="name")
    if not any(c.isalpha() for c in name):
        raise Refused("field_name_plain", field="name")
    return name
