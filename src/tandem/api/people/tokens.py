"""One's own API tokens. The secret is shown once; a token cannot make another one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import NO_WRITE, ONCE, Key, Noun
from tandem.api.shapes import Problem, answer, body
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.errors import Denied
from tandem.kit.types import Id
from tandem.people.actions import users
from tandem.people.models import ApiToken

router = Router(tags=["people"])
_SHOWS = "id name scope created_at expires_at revoked_at"
NOUN = Noun(path="tokens", model=ApiToken, shows=_SHOWS, filters="scope")
_made = answer("ApiTokenMade", ApiToken, _SHOWS.split(), {"secret": str | None})
_takes = body("ApiTokenCreate", ApiToken, "name scope")

generic.reads(router, NOUN, history=False)


def _by_session(request: HttpRequest) -> None:
    if hasattr(request, "token"):
        raise Denied("session")


@router.post("/", response={201: _made, **NO_WRITE}, operation_id="tokens_create")
def create(request: HttpRequest, payload: _takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """Sent again with the same Idempotency-Key, the answer comes without the secret: it is kept nowhere."""
    _by_session(request)

    def work() -> Answer:
        values: Any = {"scope": "read", **payload.model_dump(exclude_unset=True)}
        row, secret = users.create_token(actor=request.auth, **values)
        shown = NOUN.one(request.auth, row.pk)
        return Answer(
            201,
            generic.dumps(shown | {"secret": secret}).decode(),
            generic.dumps(shown | {"secret": None}).decode(),
        )

    return generic.once(request, key, work)


@router.delete(
    "/{id}/", response={204: None, 401: Problem, 403: Problem, 404: Problem}, operation_id="tokens_remove"
)
def revoke(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """Requests with the token are refused from now on."""
    _by_session(request)
    users.revoke_token(actor=request.auth, row=NOUN.row(request.auth, id))
    return HttpResponse(status=204)
