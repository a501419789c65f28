"""The people of the access matrix: every role as a teammate, as a stranger and at the head, with all credentials."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction
from django.test import Client

from tandem.collaboration.models import (
    Attachment,
    Comment,
    Feed,
    Job,
    Notification,
    PassageComment,
    SavedView,
    Watch,
)
from tandem.exchange.models import Import
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import ApiToken, Role, User
from tandem.work.models import Timer
from tests import drawn
from tests.areas import Area

ROLES = [*Role.values, ""]
_bare = Client(raise_request_exception=False)  # of whoever comes with a token alone
OWNED = ("passage-comments", "comments", "attachments", "saved-views", "jobs", "tokens", "watches", "notifications", "timers")


@dataclass
class Person:
    """A role in a relation to the rows of `area`; `own` is the same area with the rows that this person wrote."""

    role: str
    relation: str
    user: User | None
    area: Area
    own: Any
    session: Client
    tokens: dict[str, str]

    def client(self, credential: str) -> tuple[Client, dict[str, str]]:
        if credential == "session":
            return self.session, {}
        _bare.cookies.clear()
        return _bare, {"Authorization": f"Bearer {self.tokens[credential]}"}


def assemble(admin: User, ours: Area, theirs: Area) -> list[Person]:
    """Teammates have their role in our area, strangers in theirs, heads at the root; one person has none at all."""
    homes = {"teammate": ours.space, "stranger": theirs.space, "head": ours.root}
    people = [
        _person(admin, role, relation, home, ours) for role in Role.values for relation, home in homes.items()
    ]
    people.append(_person(admin, "", "stranger", None, ours))
    people.append(Person("", "anonymous", None, ours, ours, Client(raise_request_exception=False), {}))
    scoping.forget_roles()
    return people


def _person(admin: User, role: str, relation: str, home: Any, area: Area) -> Person:
    name = f"{role or 'nobody'}-{relation}"
    user = users.add(actor=admin, name=name, email=f"{name}@example.org")
    if home is not None:
        spaces.grant(actor=admin, space=home, user=user, role=role)
    user.refresh_from_db()
    secrets = {"reader": "read", "writer": "write"}
    tokens = {
        name: users.create_token(actor=user, name=name, scope=scope)[1] for name, scope in secrets.items()
    }
    session = Client(raise_request_exception=False)
    session.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Person(role, relation, user, area, _own(user, area), session, tokens)


def _own(user: User, area: Area) -> Any:
    """The area as its rows would be had this person written them."""
    space = area.project.space
    shared = {"subject_kind": "work.workitem", "subject_id": area.item.pk}
    mine = replace(
        area,
        comment=Comment.objects.create(space=space, author=user, body="Mine.", **shared),
        passage_comment=PassageComment.objects.create(space=space, document=area.document, author=user, quote="on Tuesdays", body="Mine"),
        attachment=Attachment.objects.create(
            space=space, author=user, name="mine.csv", stored_as=area.attachment.stored_as, **shared
        ),
        timer=Timer.objects.create(space=space, user=user, item=area.item),
        view=SavedView.objects.create(
            space=space, owner=user, name="Mine", page="work-items", audience="team"
        ),
        feed=Feed.objects.create(space=space, owner=user, name="Mine", digest=f"{user.pk}-{space.pk}"),
        imported=Import.objects.create(space=space, file_name="mine.json", owner=user),
        job=Job.objects.create(space=space, owner=user, kind="nothing", title="Mine"),
        watch=Watch.objects.create(space=space, user=user, **shared),
        notification=Notification.objects.create(space=space, user=user, kind="comment", mark="mine", **shared),
    )
    return SimpleNamespace(**{**vars(mine), "token": ApiToken.objects.filter(user=user).first()})


def is_asked(person: Person, relation: str, policy: Any, name: str, share: int, lets_in: Callable[[str, str], bool]) -> bool:
    """Whether a matrix tries the session of this person. On each route nobody at all, and in the relation in which roles count
    (and as an owner) one role that is let in and one that is refused: on each route other ones. Where no role is refused it is
    the person without one. Strangers are asked on every other route, those of the whole organisation on one in four. A `share`
    of 1 asks everybody."""
    if share == 1 or relation == "anonymous":
        return True
    counts = where_roles_count(policy)
    if not person.role:
        return drawn.falls(6, name) or all(lets_in(role, counts) for role in Role.values)
    if relation not in ("owner", counts):
        return is_drawn(share, person.role, name, relation) and drawn.falls(4 if relation == "head" else 2, name, relation)
    alike = [role for role in Role.values if lets_in(role, relation) == lets_in(person.role, relation)]
    return is_drawn(share, person.role, name, relation, among=alike)


def where_roles_count(policy: Any) -> str:
    return "head" if policy.at_root else "teammate"


def is_drawn(share: int, role: str, *words: str, among: list[str] = ROLES) -> bool:
    """The same ones each time, and one at least."""
    return (drawn.number(*words) + among.index(role)) % min(share, len(among)) == 0


def attempt(call: Any) -> tuple[Any, int]:
    """The answer of `call`, and how many rows it wrote anywhere, even if it took them back; all of it is undone."""
    with transaction.atomic():
        before = _written()
        answer = call()
        count = _written() - before
        transaction.set_rollback(True)
    if count:
        scoping.forget_roles()
    return answer, count


# what the view pg_stat_xact_user_tables adds up, without its joins: it is asked twice for each cell of the matrices
_TABLES = "SELECT array_agg(oid)::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_WRITTEN = """SELECT sum(pg_stat_get_xact_tuples_inserted(one) + pg_stat_get_xact_tuples_updated(one)
    + pg_stat_get_xact_tuples_deleted(one)) FROM unnest(%s::oid[]) AS one"""


@functools.cache
def _tables() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return str(cursor.fetchone()[0])


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [_tables()])
        return int(cursor.fetchone()[0])
