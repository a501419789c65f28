"""One's own inbox: the list, being done with something, seeing it later; and the rules by which it fills."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, StrictBool

from tandem.api import generic
from tandem.api.generic import IF_MATCH, Noun, choice
from tandem.api.nouns import expected
from tandem.api.shapes import OPTIONAL, Body, Moment, Problem
from tandem.collaboration.actions import notifications
from tandem.collaboration.models import Notification, NotificationRules
from tandem.collaboration.models.notification_rules import Way, rules_of

router = Router(tags=["collaboration"])
rules = Router(tags=["collaboration"])

NOUN = Noun(
    path="notifications",
    model=Notification,
    shows="id space_id kind subject_kind subject_id event_id why facts happened_at done_at snoozed_until",
    filters="space_id kind subject_kind subject_id",
    narrows={"box": (Literal["unread", "later", "done"], lambda rows, box: getattr(rows, box)())},
)


class Snooze(Body):
    until: Moment


class Rules(BaseModel):
    """By which way each kind of news comes, and when letters do."""

    ways: dict[str, str]
    has_mail: bool
    quiet_from: int
    quiet_until: int
    digest_hour: int
    digest_days: list[int]
    version: int


class RulesChange(Body):
    ways: dict[choice(Notification.Kind), choice(Way)] = OPTIONAL  # type: ignore[valid-type]
    has_mail: StrictBool = OPTIONAL
    quiet_from: int = OPTIONAL
    quiet_until: int = OPTIONAL
    digest_hour: int = OPTIONAL
    digest_days: list[int] = OPTIONAL


def _finish(*, actor: Any, row: Notification) -> Notification:
    notifications.finish(actor=actor, ids=[row.pk])
    return row


def _snooze(*, actor: Any, row: Notification, until: Any) -> Notification:
    notifications.snooze(actor=actor, ids=[row.pk], until=until)
    return row


def _reopen(*, actor: Any, row: Notification) -> Notification:
    notifications.reopen(actor=actor, ids=[row.pk], is_awake=True)
    return row


generic.reads(router, NOUN, history=False)
generic.adds(router, NOUN, "completions", Body, _finish)
generic.adds(router, NOUN, "snoozes", Snooze, _snooze)
generic.adds(router, NOUN, "returns", Body, _reopen)


def _shown(row: NotificationRules) -> HttpResponse:
    columns = ("has_mail", "quiet_from", "quiet_until", "digest_hour", "digest_days", "version")
    ways = {kind: row.way(kind) for kind in Notification.Kind.values}
    return generic.send({"ways": ways, **{name: getattr(row, name) for name in columns}})


@rules.get("/", response={200: Rules, 401: Problem}, operation_id="notification_rules_read")
def read(request: HttpRequest) -> HttpResponse:
    """One's own rules; whoever chose nothing has the usual ones."""
    return _shown(rules_of(request.auth))  # type: ignore[attr-defined]


@rules.patch("/", response={200: Rules, **generic.NO_WRITE}, operation_id="notification_rules_change")
def change(request: HttpRequest, payload: RulesChange, if_match: str | None = IF_MATCH) -> HttpResponse:
    """What was sent changes, the rest stays; `ways` may name some of the kinds. They are one's own, so If-Match is asked
    for only by whoever sends it."""
    values = payload.model_dump(exclude_unset=True)
    version = expected(if_match) if if_match else None
    return _shown(notifications.keep_rules(actor=request.auth, version=version, **values))  # type: ignore[attr-defined]
