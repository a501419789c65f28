"""Webhooks that go out, and what was sent to them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import IF_MATCH, NO_WRITE, ONCE, Key, Noun, Values
from tandem.api.nouns import held
from tandem.api.shapes import Body, answer, body
from tandem.automation.actions import hooks
from tandem.automation.models import Delivery, Hook
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.history.models import Event
from tandem.kit.outgoing import target
from tandem.kit.types import Id
from tandem.people.access import Permission, spaces_where

router = Router(tags=["automation"])
deliveries = Router(tags=["automation"])


def _mask(user: Any, rows: list[Values]) -> None:
    """What stands behind the host may be a secret: it is for those who may change it."""
    allowed = spaces_where(user, Permission.AUTOMATE)
    for row in rows:
        if row["space_id"] not in allowed:
            to = target(row["address"])
            row["address"] = f"{to.scheme}://{to.host}/…"


def _mask_events(user: Any, rows: list[Values]) -> None:
    """An event of a space that the reader may not see is not named."""
    seen = Event.objects.visible_to(user).filter(pk__in={row["event_id"] for row in rows if row["event_id"]})
    known = set(seen.values_list("pk", flat=True))
    for row in rows:
        if row["event_id"] and row["event_id"] not in known:
            row["event_id"], row["mark"] = None, ""


NOUN = Noun(
    path="webhooks",
    model=Hook,
    word="hook",
    shows="id space_id owner_id name address about is_on failures off_because version created_at",
    filters="space_id owner_id is_on",
    masks=_mask,
)
DELIVERY = Noun(
    path="deliveries",
    model=Delivery,
    word="delivery",
    shows="id space_id hook_id event_id mark state code milliseconds why tries ended_at replay_of_id created_at",
    filters="space_id hook_id state",
    masks=_mask_events,
)
_made = answer("HookMade", Hook, NOUN.columns, {"secret": str | None})
_takes = body("WebhookCreate", Hook, "space name address about")

generic.reads(router, NOUN)
generic.changes(
    router, NOUN, body("WebhookChange", Hook, "name address about is_on", partial=True), hooks.change
)
generic.removes(router, NOUN, hooks.remove)
generic.adds(router, NOUN, "trials", Body, hooks.test, gives=DELIVERY)
generic.reads(deliveries, DELIVERY, history=False)
generic.adds(deliveries, DELIVERY, "replays", Body, hooks.replay)


def _with_secret(asker: Any, hook: Hook) -> Answer:
    shown = NOUN.one(asker, hook.pk)
    first, again = (generic.dumps(shown | {"secret": secret}).decode() for secret in (hook.secret, None))
    return Answer(201, first, again)


@router.post("/", response={201: _made, **NO_WRITE}, operation_id="webhooks_create")
def create(request: HttpRequest, payload: _takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """The secret is in this answer only: sent again with the same Idempotency-Key, it comes without."""

    def work() -> Answer:
        return _with_secret(
            request.auth, hooks.create(actor=request.auth, **generic.resolve(request.auth, payload))
        )

    return generic.once(request, key, work, location=request.path)


@router.post("/{id}/secrets/", response={201: _made, **NO_WRITE}, operation_id="webhooks_secrets_create")
def renew(
    request: HttpRequest, id: Path[Id], payload: Body, if_match: str | None = IF_MATCH, key: Key | None = ONCE
) -> HttpResponse:  # type: ignore[valid-type]
    """A new secret; messages are signed with it from now on."""

    def work() -> Answer:
        with held(request.auth, NOUN, id, if_match, {}) as row:
            hooks.renew_secret(actor=request.auth, hook=row, version=row.version)
        return _with_secret(request.auth, row)

    return generic.once(request, key, work)
