"""Accounts: made by an administrator or an import, never with a default password."""

from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.ids import digest, token
from tandem.people.access import Permission, require
from tandem.people.models import ApiToken, Membership, Role, Space, SpaceKind, User


def bootstrap(*, organisation: str, name: str, email: str, password: str | None = None) -> User:
    """The first administrator and the organisation's space. Refused once there is an organisation."""
    with transaction.atomic():
        if Space.objects.filter(parent=None).exists():
            raise Refused("already_set_up")
        space = Space.objects.create(kind=SpaceKind.ORGANISATION, name=organisation, key="ORG")
        user = _make(email=email, name=name, password=password)
        Membership.objects.create(space=space, user=user, role=Role.ADMINISTRATOR)
        record("space.created", space, actor=user, changes={"name": [None, organisation]})
        record("user.created", user, actor=user, text={"name": [None, name], "email": [None, email]})
    return user


def add(*, actor: Any, name: str, email: str, password: str | None = None, role: str | None = None) -> User:
    """A person with an account; without a password they set one through a link."""
    root = Space.objects.get(parent=None)
    require(actor, Permission.MANAGE_PEOPLE, root.pk)
    if User.objects.filter(email__iexact=email).exists():
        raise Refused("email_taken", field="email", email=email)
    with transaction.atomic():
        user = _make(email=email, name=name, password=password)
        if role:
            Membership.objects.create(space=root, user=user, role=role)
        record("user.created", user, actor=actor, text={"name": [None, name], "email": [None, email]})
    return user


def placeholder(*, actor: Any, name: str, email: str = "") -> User:
    """Somebody an import names who has no account: cannot sign in until an administrator invites them."""
    address = email or f"{token()[:16].lower()}@placeholder.invalid"
    with transaction.atomic():
        user = User(email=address, is_placeholder=True)
        user.set_name(name)
        user.set_unusable_password()
        user.save()
        record("user.created", user, actor=actor, text={"name": [None, name]})
    return user


def placeholders(*, actor: Any, people: list[tuple[str, str]]) -> list[User]:
    """Many at once: (name, e-mail or ""), in the same order. They cannot sign in until they are invited."""
    rows = []
    for name, email in people:
        user = User(email=email or f"{token()[:16].lower()}@placeholder.invalid", is_placeholder=True)
        user.set_name(name)
        user.set_unusable_password()
        rows.append(user)
    with transaction.atomic():
        User.objects.bulk_create(rows, batch_size=1000)
        record_many("user.created", [(u, {}, {"name": [None, u.name]}) for u in rows], actor=actor)
    return rows


def prefer(*, actor: User, **preferences: str | bool) -> User:
    """One's own language, theme, density, shortcuts."""
    allowed = {"language", "time_zone", "theme", "density", "has_shortcuts"}
    values = {k: v for k, v in preferences.items() if k in allowed}
    User.objects.filter(pk=actor.pk).update(**values)
    for field, value in values.items():
        setattr(actor, field, value)
    return actor


def set_password(*, actor: Any, user: User, password: str) -> None:
    """A new password ends every session and token of the person."""
    root = Space.objects.get(parent=None)
    if actor.pk != user.pk:
        require(actor, Permission.MANAGE_PEOPLE, root.pk)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _end_sessions(user)
        record("user.changed", user, actor=actor, changes={"password": [None, None]})


def disable(*, actor: Any, user: User) -> None:
    """The account stays for its history; sessions and tokens end at once."""
    root = Space.objects.get(parent=None)
    require(actor, Permission.MANAGE_PEOPLE, root.pk)
    if user.pk == actor.pk:
        raise Refused("not_oneself")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False, access_version=user.access_version + 1)
        user.is_active = False
        _end_sessions(user)
        record("user.disabled", user, actor=actor)


def create_token(*, actor: User, name: str, scope: str) -> tuple[ApiToken, str]:
    """A token of one's own; its secret is returned once and stored only as a digest."""
    secret = f"tdm_{token()}"
    with transaction.atomic():
        row = ApiToken.objects.create(user=actor, name=name, scope=scope, digest=digest(secret))
        record("token.created", row, actor=actor, changes={"scope": [None, scope]})
    return row, secret


def revoke_token(*, actor: User, row: ApiToken) -> None:
    with transaction.atomic():
        ApiToken.objects.filter(pk=row.pk, user=actor).update(revoked_at=clock.now())
        record("token.revoked", row, actor=actor)


def _make(*, email: str, name: str, password: str | None) -> User:
    user = User(email=email.lower())
    user.set_name(name)
    user.set_password(password) if password else user.set_unusable_password()
    user.save()
    return user


def _end_sessions(user: User) -> None:
    from allauth.usersessions.models import UserSession

    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    ApiToken.objects.filter(user=user, revoked_at=None).delete()


def look(*, actor: User) -> None:
    """Remember when the person last saw their home page. Their own reading: no event, no version."""
    User.objects.filter(pk=actor.pk).update(last_looked_at=clock.now())
