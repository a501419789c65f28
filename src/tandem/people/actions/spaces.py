"""Opening spaces and giving access to them."""

from typing import Any

from django.db import connection, transaction

from tandem.history.record import record, record_many
from tandem.kit.errors import Denied, Refused
from tandem.kit.ids import KEY, key_from
from tandem.people.access import GRANTS, Permission, may_give, require
from tandem.people.models import Membership, Role, Space, User
from tandem.people.scoping import access_changed, roles_of


def open_space(
    *, actor: Any, parent: Space, kind: str, name: str, key: str = "", is_confidential: bool = False
) -> Space:
    """A space under `parent`. The opener of a confidential space keeps a way in: the role held above."""
    require(actor, Permission.EDIT_PORTFOLIO if kind != "product" else Permission.EDIT_PRODUCT, parent.pk)
    key = key.upper()
    if key and not KEY.match(key):
        raise Refused("key_malformed", field="key", key=key)
    with transaction.atomic():
        if key and not _reserve(key):
            raise Refused("key_taken", field="key", key=key)
        key = key or _free_key(name)
        space = Space.objects.create(
            parent=parent, kind=kind, name=name, key=key, is_confidential=is_confidential
        )
        record("space.created", space, actor=actor, changes={"name": [None, name], "kind": [None, kind]})
        if is_confidential:
            role = max(sorted(roles_of(actor)[parent.pk]), key=lambda held: len(GRANTS[held]))
            _give(space, actor, role)
            record("membership.granted", space, actor=actor, changes={f"user:{actor.pk}": [None, role]})
        access_changed()
    return space


def open_many(*, actor: Any, parent: Space, kind: str, names: list[str]) -> list[Space]:
    """What an import opens at once: a space for each name, with a key made from it."""
    require(actor, Permission.EDIT_PORTFOLIO if kind != "product" else Permission.EDIT_PRODUCT, parent.pk)
    with transaction.atomic():
        taken = set(Space.objects.values_list("key", flat=True))
        made = []
        for name in names:
            while not _reserve(key := key_from(name, taken)):
                taken.add(key)
            taken.add(key)
            made.append(Space(parent=parent, kind=kind, name=name, key=key))
        Space.objects.bulk_create(made, batch_size=500)
        record_many(
            "space.created", [(one, {"name": [None, one.name], "kind": [None, kind]}, {}) for one in made], actor=actor
        )
        access_changed()
    return made


def grant(*, actor: Any, space: Space, user: User, role: str) -> Membership:
    """Give `user` the role in `space` and below; replaces the role held there."""
    require(actor, Permission.MANAGE_ACCESS, space.pk)
    _insist(actor, role, space)
    with transaction.atomic():
        if space.parent_id is None and role != Role.ADMINISTRATOR:
            keep_an_administrator(but=user)
        held = Membership.objects.select_for_update().filter(space=space, user=user).first()
        if held:
            _insist(actor, held.role, space)
        membership = _give(space, user, role)
        record(
            "membership.granted", space, actor=actor, changes={f"user:{user.pk}": [held and held.role, role]}
        )
        access_changed(user)
    return membership


def revoke(*, actor: Any, space: Space, user: User) -> None:
    """Take the role away. The last administrator of the organisation stays."""
    require(actor, Permission.MANAGE_ACCESS, space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        held = Membership.objects.select_for_update().filter(space=space, user=user).first()
        if held is None:
            return
        _insist(actor, held.role, space)
        if held.role == Role.ADMINISTRATOR and space.parent_id is None:
            keep_an_administrator(but=user)
        held.delete()
        record("membership.revoked", space, actor=actor, changes={f"user:{user.pk}": [held.role, None]})
        access_changed(user)


def _insist(actor: Any, role: str, space: Space) -> None:
    """A role is given, changed and taken away only by who holds everything that it holds."""
    if not may_give(actor, role, space.pk):
        raise Denied(Permission.MANAGE_ACCESS)


def _free_key(name: str) -> str:
    """A key that nobody has, nor another transaction is about to take: an import holds its own for minutes."""
    taken = set(Space.objects.values_list("key", flat=True))
    while not _reserve(key := key_from(name, taken)):
        taken.add(key)
    return key


def _reserve(key: str) -> bool:
    """Held to the end of the transaction; False when somebody has it or is taking it. Nobody waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 2))", [f"space key {key}"])
        is_ours = bool(cursor.fetchone()[0])
    return is_ours and not Space.objects.filter(key=key).exists()


def keep_an_administrator(*, but: User) -> None:
    """Refuses when nobody would rule without `but`. Holds the organisation's row to the end of the
    transaction: two who take each other's role away do it one after the other."""
    root = Space.objects.select_for_update(no_key=True).get(parent=None)
    ruling = Membership.objects.filter(space=root, role=Role.ADMINISTRATOR, user__is_active=True)
    if ruling.filter(user=but).exists() and not ruling.exclude(user=but).exists():
        raise Refused("last_administrator")


def _give(space: Space, user: User, role: str) -> Membership:
    return Membership.objects.update_or_create(space=space, user=user, defaults={"role": role})[0]
