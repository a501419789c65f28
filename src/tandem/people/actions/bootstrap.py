"""Links that let somebody in once: to set up the organisation, to set a password."""

from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from tandem.kit.errors import Hidden
from tandem.people.models import Space, User

_SALT = "tandem.welcome"
_DAY = 24 * 3600


def invitation(origin: str) -> str:
    """The address that makes the first administrator; empty once there is an organisation."""
    if Space.objects.filter(parent=None).exists():
        return ""
    key = signing.dumps("first administrator", salt=_SALT)
    return origin.rstrip("/") + reverse("welcome", kwargs={"key": key})


def check_invitation(key: str) -> None:
    """Raises `Hidden` for a wrong or old key, and once somebody has used one."""
    try:
        signing.loads(key, salt=_SALT, max_age=7 * _DAY)
    except signing.BadSignature:
        raise Hidden from None
    if Space.objects.filter(parent=None).exists():
        raise Hidden


def password_path(user: User) -> str:
    """The page that sets a person's password. It works once: the password is part of the token."""
    key = urlsafe_base64_encode(str(user.pk).encode())
    return reverse("set_password", kwargs={"key": key, "token": default_token_generator.make_token(user)})


def person_for(key: str, token: str) -> User:
    """Whose password the link sets; `Hidden` when it was used, is old or was never ours."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(key).decode()), is_active=True).first()
    except (ValueError, UnicodeDecodeError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise Hidden
    return user
