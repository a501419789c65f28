"""Which rows a person sees. Every query of a door goes through `visible_to`."""

import threading
from collections.abc import Iterable
from typing import Any, Self

from django.db import connection, models, transaction

from tandem.kit import clock
from tandem.kit.errors import Hidden, Stale

_changing: set[int] = set()
_cache: dict[int, tuple[int, dict[int, frozenset[str]]]] = {}


def roles_of(user: Any) -> dict[int, frozenset[str]]:
    """Space id → roles there, inherited down the tree, not into confidential spaces.

    Kept per person until the person's `access_version` changes: one look-up per version, not per request.
    """
    if _access_changed_here():
        return _read_roles(user)
    known = _cache.get(user.pk)
    if known and known[0] == user.access_version:
        return known[1]
    roles = _read_roles(user)
    if len(_cache) > 5000:
        _cache.clear()
    _cache[user.pk] = (user.access_version, roles)
    return roles


def access_changed(user: Any | None = None) -> None:
    """Called by the action that changed memberships or spaces: everybody (or `user`) is read anew.

    Until the transaction commits nothing is remembered, so that a rollback leaves no phantom rights behind.
    """
    from tandem.people.models import User

    rows = User.objects.filter(pk=user.pk) if user else User.objects.all()
    rows.update(access_version=models.F("access_version") + 1)
    _cache.clear()
    _changing.add(threading.get_ident())
    transaction.on_commit(lambda: _changing.discard(threading.get_ident()))


def _access_changed_here() -> bool:
    me = threading.get_ident()
    if me in _changing and not connection.in_atomic_block:
        _changing.discard(me)
    return me in _changing


def _read_roles(user: Any) -> dict[int, frozenset[str]]:
    from tandem.people.models import Membership, Space

    given: dict[int, set[str]] = {}
    for space_id, role in Membership.objects.filter(user=user).values_list("space_id", "role"):
        given.setdefault(space_id, set()).add(role)
    tree = {s: (p, c) for s, p, c in Space.objects.values_list("id", "parent_id", "is_confidential")}
    found: dict[int, frozenset[str]] = {}

    def of(space_id: int) -> frozenset[str]:
        if space_id not in found:
            parent, confidential = tree[space_id]
            inherited = frozenset() if confidential or parent is None else of(parent)
            found[space_id] = inherited | frozenset(given.get(space_id, ()))
        return found[space_id]

    return {space_id: of(space_id) for space_id in tree if of(space_id)}


def forget_roles() -> None:
    """Tests and restores start from an empty cache."""
    _cache.clear()
    _changing.clear()


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(space_id__in=user.visible_space_ids())

    def in_spaces(self, space_ids: Iterable[int]) -> Self:
        return self.filter(space_id__in=list(space_ids))


class Scoped(models.Model):
    """A row that belongs to a space, and that two writers cannot overwrite unseen."""

    space = models.ForeignKey("people.Space", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def write(self, *, expected: int | None, **values: Any) -> None:
        """Write `values` if the row still has the version `expected` (None: the version this object was read with).

        Raises `Stale` with the current row when somebody was faster, `Hidden` when it is gone.
        """
        rows = type(self)._default_manager.filter(
            pk=self.pk, version=self.version if expected is None else expected
        )
        if not rows.update(version=models.F("version") + 1, **values):
            current = type(self)._default_manager.filter(pk=self.pk).first()
            if current is None:
                raise Hidden
            raise Stale(current)
        for field, value in values.items():
            setattr(self, field, value)
        self.version = (self.version if expected is None else expected) + 1
