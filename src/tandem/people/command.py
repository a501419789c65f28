"""`tandem user …` and `tandem token …`: for whoever may log in to the server itself."""

from typing import Any

from django.conf import settings

from tandem.kit.errors import Refused
from tandem.people.actions import bootstrap, users
from tandem.people.models import Membership, Role, Space, User


def add(email: str, *, name: str | None, admin: bool, language: str) -> str:
    """Add a person; returns the sentence with the link that sets the password."""
    name = name or email.split("@")[0]
    if Space.objects.root() is None:
        user = users.bootstrap(organisation="Tandem", name=name, email=email)
    else:
        user = users.add(
            actor=_administrator(), name=name, email=email, role=Role.ADMINISTRATOR if admin else Role.MEMBER
        )
    users.prefer(actor=user, language="zh-hans" if language == "zh" else "en")
    return f"{user.name} <{user.email}> was added. The password is set here (the link works once):\n{_link(user)}"


def people() -> list[str]:
    return [
        f"{u.email}\t{u.name}\t{'active' if u.is_active else 'disabled'}"
        for u in User.objects.filter(is_placeholder=False)
    ]


def password_link(email: str) -> str:
    return f"A new password is set here (the link works once):\n{_link(_person(email))}"


def disable(email: str) -> str:
    users.disable(actor=_administrator(but=email), user=_person(email))
    return f"{email} can no longer sign in."


def token(email: str, *, name: str, scope: str = "read") -> str:
    return users.create_token(actor=_person(email), name=name, scope=scope)[1]


def _person(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise Refused("person_unknown", email=email)
    return user


def _administrator(but: str = "") -> Any:
    """Whoever may log in to the server acts as an administrator of the organisation."""
    rows = Membership.objects.filter(role=Role.ADMINISTRATOR, space__parent=None, user__is_active=True)
    found = rows.exclude(user__email__iexact=but).select_related("user").first()
    if found is None:
        raise Refused("last_administrator")
    return found.user


def _link(user: User) -> str:
    return settings.ENV.origin + bootstrap.password_path(user)
