"""Sending what waits in the outbox: at least once each, tried again for some hours, and written down."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from tandem.automation import payloads
from tandem.automation.models import Delivery, Hook
from tandem.automation.receivers import Receivers
from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.history.models import Event
from tandem.history.record import canonical, record
from tandem.kit import clock, jobs, outgoing
from tandem.kit.types import Ref

JOB = "automation.deliver"
PAUSES = (10, 60, 300, 1800, 7200)
"Seconds before each further try."
MOST_FAILURES = 20
"Messages in a row that were given up: then the webhook is switched off."
_LOOK, _BUSY = 1800, 15
receivers = Receivers()
SECONDS = outgoing.SECONDS
KEPT = timedelta(days=30)
HELD = timedelta(days=3)
"So long a message waits for a webhook that was switched off by its failures to be switched on again."
_STATE, _WHY = Delivery.State, Delivery.Why


def queue(
    hook: Hook,
    *,
    mark: str,
    event: Event | None = None,
    facts: dict[str, Any] | None = None,
    replay_of: Delivery | None = None,
) -> Delivery:
    """Into the outbox, in the running transaction."""
    row = Delivery.objects.create(
        space_id=hook.space_id, hook=hook, mark=mark, event=event, facts=facts or {}, replay_of=replay_of
    )
    _again(row.pk, 0)
    return row


def queue_many(rows: list[Delivery]) -> None:
    """What waits there already is not queued again."""
    there = Delivery.objects.filter(hook_id__in={r.hook_id for r in rows}, mark__in={r.mark for r in rows})
    known = set(there.values_list("hook_id", "mark"))
    new = [row for row in rows if (row.hook_id, row.mark) not in known]
    for row in Delivery.objects.bulk_create(new, batch_size=1000):
        _again(row.pk, 0)


def deliver(delivery_id: int) -> None:
    """One try. Nothing is locked while the receiver thinks."""
    row = (
        Delivery.objects.waiting().select_related("hook__owner", "hook__space").filter(pk=delivery_id).first()
    )
    if row is None:
        return
    if not row.hook.is_on and not row.mark.startswith("test:"):
        if row.hook.off_because and row.created_at > clock.now() - HELD:
            _again(row.pk, _LOOK)
        else:
            _drop(row, _WHY.OFF)
        return
    payload = payloads.of(row)
    if payload is None:
        _drop(row, _WHY.UNSEEN)
        return
    body = canonical(payload).encode()
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: while the receiver thinks, nothing is asked of the database
    try:
        to = outgoing.target(row.hook.address)
        with receivers.place(f"{to.host}:{to.port}") as is_free:
            if is_free:
                answer = outgoing.post(
                    row.hook.address, body, _headers(row, body), allowed=settings.OUTGOING_NETWORKS, own=_own_names(), seconds=SECONDS
                )
        if not is_free:
            _again(row.pk, _BUSY + row.pk % _BUSY)  # no try: the receiver has not had it
            return
    except (outgoing.Unreachable, outgoing.BadAddress):
        _settle(row, None, None, _WHY.UNREACHABLE)
        return
    why = "" if 200 <= answer.code < 300 else _WHY.REDIRECTED if 300 <= answer.code < 400 else _WHY.REFUSED
    _settle(row, answer.code, answer.milliseconds, why)


def _own_names() -> list[str]:
    """Under which this service is reached: it tells itself nothing."""
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host.strip("*.")]
    return [*hosts, urlsplit(settings.ORIGIN).hostname or "localhost"]


def signature(secret: str, moment: int, body: bytes) -> str:
    """What the receiver computes as well: over the moment and the bytes, so that neither can be exchanged."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def _headers(row: Delivery, body: bytes) -> dict[str, str]:
    moment = int(clock.now().timestamp())
    return {
        "Content-Type": "application/json", "User-Agent": "Tandem-Webhook/1", "Tandem-Delivery": str(row.pk),
        "Tandem-Signature": f"t={moment},v1={signature(row.hook.secret, moment, body)}",
    }  # fmt: skip


def _drop(row: Delivery, why: str) -> None:
    Delivery.objects.waiting().filter(pk=row.pk).update(state=_STATE.DROPPED, why=why, ended_at=clock.now())


def _settle(row: Delivery, code: int | None, milliseconds: int | None, why: str) -> None:
    """Writes down what came of it; a failure is tried again, too many switch the webhook off."""
    tries = [
        *row.tries,
        {"at": clock.now().isoformat(), "code": code, "milliseconds": milliseconds, "why": why},
    ]
    is_trial = row.mark.startswith("test:")
    is_last = bool(why) and (is_trial or len(tries) > len(PAUSES))
    state = _STATE.FAILED if is_last else _STATE.WAITING if why else _STATE.DELIVERED
    with transaction.atomic():
        hook = Hook.objects.select_for_update().select_related("owner").filter(pk=row.hook_id).first()
        if hook is None:
            return
        Delivery.objects.waiting().filter(pk=row.pk).update(
            tries=tries, code=code, milliseconds=milliseconds, why=why, state=state,
            ended_at=None if state == _STATE.WAITING else clock.now(),
        )  # fmt: skip
        if state == _STATE.WAITING:
            _again(row.pk, PAUSES[len(tries) - 1])
        elif not is_trial:
            _count(hook, bool(why))


def _again(pk: int, seconds: int) -> None:
    jobs.enqueue(JOB, lock=f"delivery:{pk}", in_seconds=seconds, lane=jobs.SHORT, delivery_id=pk)


def _count(hook: Hook, failed: bool) -> None:
    """The state of an address is no change that somebody made: only its end is an event."""
    failures = hook.failures + 1 if failed else 0
    if failures == hook.failures:
        return
    if failures < MOST_FAILURES or not hook.is_on:
        Hook.objects.filter(pk=hook.pk).update(failures=failures)
        return
    hook.write(expected=None, is_on=False, failures=failures, off_because=Hook.Off.FAILURES)
    event = record("hook.switched_off", hook, actor=None, changes={"is_on": [True, False]})
    about = Ref(Hook._meta.label_lower, hook.pk)
    facts = {"switched_off": hook.name}
    notifications.tell(
        [News(hook.owner_id, Notification.Kind.JOB, about, hook.space_id, f"event:{event.pk}", facts=facts)]
    )


def forget_old() -> int:
    """The log of what has ended is kept for a month."""
    return Delivery.objects.filter(ended_at__lt=clock.now() - KEPT).delete()[0]
