"""People. E-mail addresses are shown to oneself and to whoever manages people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun, Values
from tandem.api.shapes import Body, body, words
from tandem.people.access import emails_shown
from tandem.people.actions import users
from tandem.people.models import User

router = Router(tags=["people"])


def _mask(asker: Any, rows: list[Values]) -> None:
    is_shown = emails_shown(asker)
    for row in rows:
        if not is_shown(row["id"]):
            row["email"] = None


NOUN = Noun(
    path="users",
    model=User,
    shows="id name email is_active is_placeholder date_joined version",
    filters="is_active is_placeholder",
    narrows={"q": (words(100, 1), lambda rows, text: rows.matching(text))},
    masks=_mask,
)


@router.get("/me/", response={200: generic.shape_of(NOUN), 401: generic.Problem}, operation_id="users_me")
def me(request: HttpRequest) -> HttpResponse:
    """Who is asking."""
    return generic.send(NOUN.one(request.auth, request.auth.pk))


def _disable(*, actor: Any, row: User) -> User:
    users.disable(actor=actor, user=row)
    return row


generic.reads(router, NOUN, history=False)
generic.creates(
    router,
    NOUN,
    body("UserCreate", User, "name email"),
    users.add,
)
generic.adds(router, NOUN, "disablements", Body, _disable)
