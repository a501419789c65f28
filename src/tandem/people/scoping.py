"""Which rows a person sees. Every query of a door goes through `visible_to`."""

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple, Self

from django.db import connection, models, transaction

from tandem.kit import clock
from tandem.kit.errors import Hidden, Stale


class _Known(NamedTuple):
    """What is kept of a person until their `access_version` changes: one look-up per version, not per request."""

    version: int
    roles: dict[int, frozenset[str]]
    spaces: frozenset[int]
    organisation: str
    reached: frozenset[int]
    where: dict[frozenset[str], frozenset[int]]


_changing: set[int] = set()
_cache: dict[int, _Known] = {}
# what a transaction that changed access has read since its last change, by thread: what waits for its commit, the savepoints around that
# change, and the people
_here: dict[int, tuple[list[Any], tuple[Any, ...], dict[int, _Known]]] = {}
_MOST_KNOWN = 5000


def roles_of(user: Any) -> dict[int, frozenset[str]]:
    """Space id → roles there, inherited down the tree, not into confidential spaces."""
    return _known(user).roles


def spaces_of(user: Any) -> frozenset[int]:
    """The spaces in which the person has a role: one object per version, so that its hash is made once."""
    return _known(user).spaces


def spaces_reaching(user: Any) -> frozenset[int]:
    """The spaces that the person sees and those above them: what is kept there for everything below, such as the roles and
    skills of the organisation, is known to whoever works below."""
    return _known(user).reached if user.is_active else frozenset()


def spaces_with(user: Any, roles: frozenset[str]) -> frozenset[int]:
    """The spaces in which the person has one of the roles."""
    known = _known(user)
    if roles not in known.where:
        known.where[roles] = frozenset(space for space, own in known.roles.items() if not own.isdisjoint(roles))
    return known.where[roles]


def spaces_and_with(user: Any, roles: frozenset[str]) -> tuple[frozenset[int], frozenset[int]]:
    """What the person sees, and where they have one of the roles: of one reading."""
    known = _known(user)
    return known.spaces, frozenset(space for space, own in known.roles.items() if not own.isdisjoint(roles))


def organisation_of(user: Any) -> str:
    """The organisation's name, which stands on every page of its members. It has no action that changes it; one that
    comes calls `access_changed`."""
    return _known(user).organisation


def _known(user: Any) -> _Known:
    if _access_changed_here():
        read = _read_here()
        if user.pk not in read:
            read[user.pk] = _read(user)
        return read[user.pk]
    known = _cache.get(user.pk)
    if known and known.version == user.access_version:
        return known
    known = _read(user)
    if len(_cache) > _MOST_KNOWN:
        _cache.clear()
    _cache[user.pk] = known
    return known


def access_changed(user: Any | None = None) -> None:
    """Called by the action that changed memberships or spaces: everybody (or `user`) is read anew.

    Until the transaction commits nothing is remembered beyond the savepoint of the change, so that a rollback leaves no phantom rights behind.
    """
    from tandem.people.models import User

    rows = User.objects.filter(pk=user.pk) if user else User.objects.all()
    rows.update(access_version=models.F("access_version") + 1)
    _cache.clear()
    _changing.add(threading.get_ident())
    transaction.on_commit(lambda: _changing.discard(threading.get_ident()))
    _here[threading.get_ident()] = (connection.run_on_commit, tuple(connection.savepoint_ids), {})


def _access_changed_here() -> bool:
    me = threading.get_ident()
    if me in _changing and not connection.in_atomic_block:
        _changing.discard(me)
    if me not in _changing:
        _here.pop(me, None)
    return me in _changing


def _read_here() -> dict[int, _Known]:
    """Left with the savepoint in which access was changed last: nobody says whether that was kept or taken back. Django begins a new list
    of what waits for the commit whenever anything was rolled back, and for each transaction: names of savepoints come again, the list does not."""
    me, waiting, now = threading.get_ident(), connection.run_on_commit, tuple(connection.savepoint_ids)
    of, around, read = _here.get(me, (waiting, now, {}))
    if of is not waiting or now[: len(around)] != around:
        around, read = now, {}
    _here[me] = (waiting, around, read)
    return read


def _read(user: Any) -> _Known:
    return _read_all([user])[user.pk]


def know_all(users: Iterable[Any]) -> None:
    """Who of them is not known is read together: two queries for all, where each would take two when asked about alone."""
    if _access_changed_here():
        read = _read_here()
        if new := [user for user in users if user.pk not in read]:
            read.update(_read_all(new))
        return
    missing = [user for user in users if (known := _cache.get(user.pk)) is None or known.version != user.access_version]
    if missing:
        found = _read_all(missing)
        if len(_cache) + len(found) > _MOST_KNOWN:
            _cache.clear()
        _cache.update(found)


def spaces_seen_by(people: Iterable[int]) -> dict[int, frozenset[int]]:
    """Of those of these people who have an account, what each may see: one query, and two more where somebody is not known yet."""
    from tandem.people.models import User

    users = list(User.objects.active().filter(is_placeholder=False, pk__in=set(people)).only("is_active", "access_version"))
    know_all(users)
    return {user.pk: user.visible_space_ids() for user in users}


def _read_all(users: list[Any]) -> dict[int, _Known]:
    """Whoever has the same memberships sees the same: that is worked out once."""
    from tandem.people.models import Membership, Space

    given: dict[int, set[tuple[int, str]]] = {user.pk: set() for user in users}
    for user_id, space_id, role in Membership.objects.filter(user__in=given).values_list("user_id", "space_id", "role"):
        given[user_id].add((space_id, role))
    rows = list(Space.objects.values_list("id", "parent_id", "is_confidential", "name"))
    tree = {space_id: (parent, confidential) for space_id, parent, confidential, _name in rows}
    root = next((name for _id, parent, _confidential, name in rows if parent is None), "")
    alike: dict[frozenset[tuple[int, str]], _Known] = {}
    found: dict[int, _Known] = {}
    for user in users:
        own = frozenset(given[user.pk])
        if own not in alike:
            alike[own] = _worked_out(own, tree, root)
        found[user.pk] = alike[own]._replace(version=user.access_version)
    return found


def _worked_out(memberships: frozenset[tuple[int, str]], tree: dict[int, tuple[int | None, bool]], root: str) -> _Known:
    given: dict[int, set[str]] = {}
    for space_id, role in memberships:
        given.setdefault(space_id, set()).add(role)
    found: dict[int, frozenset[str]] = {}

    def of(space_id: int) -> frozenset[str]:
        if space_id not in found:
            parent, confidential = tree[space_id]
            inherited = frozenset() if confidential or parent is None else of(parent)
            found[space_id] = inherited | frozenset(given.get(space_id, ()))
        return found[space_id]

    roles = {space_id: of(space_id) for space_id in tree if of(space_id)}
    reached: set[int] = set()
    for space_id in roles:
        at: int | None = space_id
        while at is not None and at not in reached:
            reached.add(at)
            at = tree[at][0]
    return _Known(0, roles, frozenset(roles), root, frozenset(reached), {})


def members_of(space_id: int) -> models.QuerySet[Any]:
    """The memberships by which somebody sees the space: its own and those above it, up to where one is confidential."""
    from tandem.people.models import Membership, Space

    above = {pk: (parent, confidential) for pk, parent, confidential in Space.objects.values_list("id", "parent_id", "is_confidential")}
    chain, at = [space_id], above.get(space_id, (None, False))
    while at[0] is not None and not at[1]:
        chain.append(at[0])
        at = above[at[0]]
    return Membership.objects.filter(space_id__in=chain, user__is_active=True, user__is_placeholder=False)


def open_below(space_id: int | None) -> frozenset[int]:
    """The space (None: the organisation's whole tree) and what below it is open to whoever sees it: confidential spaces are left out
    with all that they hold, so that no figure above tells of it."""
    from tandem.people.models import Space

    below: dict[int | None, list[int]] = {}
    for pk, parent, is_confidential in Space.objects.values_list("id", "parent_id", "is_confidential"):
        if not is_confidential:
            below.setdefault(parent, []).append(pk)
    found, waiting = set[int](), list(below.get(None, ())) if space_id is None else [space_id]
    while waiting:
        pk = waiting.pop()
        found.add(pk)
        waiting.extend(below.get(pk, ()))
    return frozenset(found)


def forget_roles() -> None:
    """Tests and restores start from an empty cache."""
    _cache.clear()
    _changing.clear()
    _here.clear()


class Ids:
    """Ids of spaces in one piece. A collection Django walks through whenever a query is made, in search of rows of the wrong kind."""

    __slots__ = ("array",)

    def __init__(self, ids: Iterable[int]) -> None:
        self.array = "{" + ",".join(map(str, sorted(ids))) + "}"


ids_of = lru_cache(maxsize=1000)(Ids)
"""Of a frozenset: made once for everybody who sees the same."""


@models.BigAutoField.register_lookup
@models.ForeignKey.register_lookup
class Among(models.Lookup):  # type: ignore[type-arg]
    """`IN` for the spaces of a person: one parameter, however many they are. Every query of a page carries them, and
    each as a parameter of its own costs more than all else in making the query."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        ids = self.rhs if isinstance(self.rhs, Ids) else ids_of(frozenset(self.rhs))
        return f"{left} = ANY(%s::bigint[])", [*params, ids.array]


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(space_id__among=ids_of(user.visible_space_ids()))

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

    def is_seen_by(self, user: Any) -> bool:
        """Whether `visible_to` would leave it, without asking the database."""
        return self.space_id in user.visible_space_ids()

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


class HandedDownQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(space_id__among=ids_of(spaces_reaching(user)))


class HandedDown(Scoped):
    """A row that holds in its space and everything below, and is seen by whoever sees anything of it."""

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_seen_by(self, user: Any) -> bool:
        return self.space_id in spaces_reaching(user)
