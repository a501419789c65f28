"""Who is asking: a bearer token (read, or read and write), or the browser's session with its CSRF check."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from tandem.kit.errors import Denied
from tandem.kit.ids import digest
from tandem.people.models import ApiToken

SAFE = ("GET", "HEAD", "OPTIONS")


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The token's owner. A token that may only read is refused before anything is looked at, one for calendars whatever it asks."""
        # house: reads — the digest of the secret is what proves who asks
        found = ApiToken.objects.usable().select_related("user").filter(digest=digest(token.strip())).first()
        if found is None:
            return None
        if found.scope == ApiToken.Scope.CALENDAR or (found.scope != ApiToken.Scope.WRITE and request.method not in SAFE):
            raise Denied("token_scope")
        request.user = found.user
        request.token = found  # type: ignore[attr-defined]
        return found.user


class Session(APIKeyCookie):
    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Any:
        """A wrong token is never made good by a cookie that came along."""
        return None if "Authorization" in request.headers else super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        return user if user.is_authenticated and user.is_active else None
