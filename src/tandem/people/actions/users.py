"""Accounts: made by an administrator or an import, never with a default password."""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.kit.ids import digest, token
from tandem.people.access import Permission, require
from tandem.people.actions import bootstrap as links
from tandem.people.actions.spaces import keep_an_administrator
from tandem.people.models import ApiToken, Membership, Role, Space, SpaceKind, User
from tandem.people.scoping import access_changed

_NOWHERE = "@placeholder.invalid"


def bootstrap(*, organisation: str, name: str, email: str, password: str | None = None) -> User:
    """The first administrator and the organisation's space. Refused once there is an organisation."""
    with transaction.atomic():
        if Space.objects.filter(parent=None).exists():
            raise Refused("already_set_up")
        space = Space.objects.create(kind=SpaceKind.ORGANISATION, name=organisation, key="ORG")
        user = _make(email=email, name=name, password=password)
        record("space.created", space, actor=user, changes={"name": [None, organisation]})
        record("user.created", user, actor=user, text={"name": [None, name], "email": [None, email]})
        _first_role(user, space, user, Role.ADMINISTRATOR)
    return user


def add(*, actor: Any, name: str, email: str, password: str | None = None, role: str | None = None) -> User:
    """A person with an account; without a password they set one through a link. Whom an import named under
    this address is invited instead."""
    root = Space.objects.get(parent=None)
    require(actor, Permission.MANAGE_PEOPLE, root.pk)
    named = User.objects.filter(email__iexact=email, is_placeholder=True).first()
    if named and not password:
        invite(actor=actor, user=named, email=email, role=role)
        return named
    _refuse_taken(email)
    with transaction.atomic():
        user = _make(email=email, name=name, password=password)
        record("user.created", user, actor=actor, text={"name": [None, name], "email": [None, email]})
        if role:
            _first_role(actor, root, user, role)
    return user


def placeholder(*, actor: Any, name: str, email: str = "") -> User:
    """Somebody an import names who has no account: cannot sign in until an administrator invites them."""
    address = email or f"{token()[:16].lower()}{_NOWHERE}"
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
        user = User(email=email or f"{token()[:16].lower()}{_NOWHERE}", is_placeholder=True)
        user.set_name(name)
        user.set_unusable_password()
        rows.append(user)
    with transaction.atomic():
        User.objects.bulk_create(rows, batch_size=1000)
        record_many("user.created", [(u, {}, {"name": [None, u.name]}) for u in rows], actor=actor)
    return rows


def has_no_address(user: User) -> bool:
    """A placeholder of whom only a name is known."""
    return user.is_placeholder and user.email.endswith(_NOWHERE)


def prefer(*, actor: User, **preferences: str | bool) -> User:
    """One's own language, time zone, theme, density, shortcuts. The time zone says when a person works, so that another one is told."""
    allowed = {"language", "time_zone", "theme", "density", "has_shortcuts"}
    values = {k: v for k, v in preferences.items() if k in allowed}
    with transaction.atomic():
        if "time_zone" in values:
            before = User.objects.select_for_update(no_key=True).values_list("time_zone", flat=True).get(pk=actor.pk)
            if before != values["time_zone"]:
                record("user.zone_changed", actor, actor=actor, text={"time_zone": [before, values["time_zone"]]})
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


def change(*, actor: Any, user: User, version: int | None, name: str, email: str) -> None:
    """Name and address; an address belongs to one account."""
    _require_people(actor)
    email = email.strip().lower()
    after = {"name": name.strip(), "email": email}
    differing = {f: [getattr(user, f), v] for f, v in after.items() if getattr(user, f) != v}
    if not differing:
        return
    if "email" in differing:
        _refuse_taken(email, but=user)
    with transaction.atomic():
        user.set_name(after["name"])
        _write(user, version, name=user.name, pinyin=user.pinyin, email=email)
        record("user.changed", user, actor=actor, text=differing)


def invite(*, actor: Any, user: User, email: str, role: str | None = None) -> None:
    """Somebody an import named gets an account under their real address; what names them stays theirs."""
    _require_people(actor)
    email = email.strip().lower()
    if not user.is_placeholder:
        raise Refused("has_account", name=user.name)
    _refuse_taken(email, but=user)
    root = Space.objects.get(parent=None)
    with transaction.atomic():
        before = user.email
        _write(user, None, email=email, is_placeholder=False, is_active=True)
        record("user.invited", user, actor=actor, text={"email": [before, email]})
        if role and not Membership.objects.filter(space=root, user=user).exists():
            _first_role(actor, root, user, role)
            access_changed(user)


def make_link(*, actor: Any, user: User) -> str:
    """The path of the page on which the person sets their password; shown once, handed over by hand."""
    _require_people(actor)
    if user.is_placeholder or not user.is_active:
        raise Refused("no_account", name=user.name)
    with transaction.atomic():
        record("user.link_made", user, actor=actor)
    return links.password_path(user)


def enable(*, actor: Any, user: User) -> None:
    """A disabled account may sign in again, with the roles it had."""
    _require_people(actor)
    if user.is_active:
        return
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True, access_version=F("access_version") + 1)
        user.is_active = True
        record("user.enabled", user, actor=actor)


def disable(*, actor: Any, user: User) -> None:
    """The account stays for its history; sessions and tokens end at once."""
    _require_people(actor)
    if user.pk == actor.pk:
        raise Refused("not_oneself")
    with transaction.atomic():
        keep_an_administrator(but=user)
        # counted up in the database: a number read before another change of rights would set it back
        User.objects.filter(pk=user.pk).update(is_active=False, access_version=F("access_version") + 1)
        user.is_active = False
        _end_sessions(user)
        record("user.disabled", user, actor=actor)


def create_token(*, actor: User, name: str, scope: str, days: int = 0) -> tuple[ApiToken, str]:
    """A token of one's own, for `days` or (0) without end; its secret is returned once, stored as a digest."""
    secret = f"tdm_{token()}"
    ends = clock.now() + timedelta(days=days) if days else None
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=actor, name=name, scope=scope, digest=digest(secret), expires_at=ends
        )
        record("token.created", row, actor=actor, changes={"scope": [None, scope]})
    return row, secret


def revoke_token(*, actor: User, row: ApiToken) -> None:
    with transaction.atomic():
        ApiToken.objects.filter(pk=row.pk, user=actor).update(revoked_at=clock.now())
        record("token.revoked", row, actor=actor)


def _require_people(actor: Any) -> None:
    require(actor, Permission.MANAGE_PEOPLE, Space.objects.get(parent=None).pk)


def _first_role(actor: Any, root: Space, user: User, role: str) -> None:
    """The role that comes with the account, on record like every other."""
    Membership.objects.create(space=root, user=user, role=role)
    record("membership.granted", root, actor=actor, changes={f"user:{user.pk}": [None, role]})


def _refuse_taken(email: str, *, but: User | None = None) -> None:
    if User.objects.filter(email__iexact=email).exclude(pk=but and but.pk).exists():
        raise Refused("email_taken", field="email", email=email)


def _write(user: User, expected: int | None, **values: Any) -> None:
    rows = User.objects.filter(pk=user.pk, version=user.version if expected is None else expected)
    if not rows.update(version=F("version") + 1, **values):
        raise Stale(User.objects.get(pk=user.pk))
    for field, value in values.items():
        setattr(user, field, value)


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
