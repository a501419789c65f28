"""Outgoing webhooks: made, changed, switched, tried, and sent again."""

from typing import Any
from uuid import uuid4

from django.db import transaction

from tandem.automation.actions import deliveries
from tandem.automation.models import Delivery, Hook
from tandem.history.record import record
from tandem.kit import ids, outgoing
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space

_DO = Permission.AUTOMATE
MOST = 20
"In one space."


def create(*, actor: Any, space: Space, name: str, address: str, about: list[str]) -> Hook:
    """Whoever manages automation in a space may have its events sent out, as far as they see them."""
    require(actor, _DO, space.pk)
    _check(address=address, about=about)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if Hook.objects.filter(space=space).count() >= MOST:
            raise Refused("hooks_too_many", most=MOST)
        hook = Hook(space=space, owner=actor, name=name.strip(), address=address, about=sorted(set(about)))
        hook.full_clean(validate_unique=False, validate_constraints=False)
        hook.save(force_insert=True)
        # the address may hold a secret: the history, which everybody in the space reads, knows its host
        changes = {"name": [None, hook.name], "host": [None, hook.host], "about": [None, hook.about]}
        record("hook.created", hook, actor=actor, changes=changes)
    return hook


def change(*, actor: Any, hook: Hook, version: int | None, **values: Any) -> Hook:
    """Whoever changes it takes it over: it never shows one person's view to an address that another chose."""
    require(actor, _DO, hook.space_id)
    _check(**values)
    if "about" in values:
        values["about"] = sorted(set(values["about"]))
    if values.get("is_on") and not hook.is_on:
        values |= {"failures": 0, "off_because": ""}
    differing = {f: v for f, v in values.items() if getattr(hook, f) != v}
    if not differing:
        return hook
    before = {f: getattr(hook, f) for f in differing} | {"host": hook.host, "owner": hook.owner_id}
    with transaction.atomic():
        for field, value in {**differing, "owner": actor}.items():
            setattr(hook, field, value)
        hook.full_clean(validate_unique=False, validate_constraints=False)
        hook.write(expected=version, owner=actor, **differing)
        shown = {
            f: [before[f], v] for f, v in differing.items() if f not in ("address", "failures", "off_because")
        }
        if "address" in differing:
            shown["host"] = [before["host"], hook.host]
        if before["owner"] != actor.pk:
            shown["owner"] = [before["owner"], actor.pk]
        record("hook.changed", hook, actor=actor, changes=shown)
    return hook


def renew_secret(*, actor: Any, hook: Hook, version: int | None) -> Hook:
    """From now on messages are signed with another secret; the old one is worth nothing at once."""
    require(actor, _DO, hook.space_id)
    with transaction.atomic():
        hook.write(expected=version, nonce=ids.token())
        record("hook.secret_renewed", hook, actor=actor)
    return hook


def remove(*, actor: Any, hook: Hook, version: int | None = None) -> None:
    """With everything that was to be sent to it."""
    require(actor, _DO, hook.space_id)
    with transaction.atomic():
        if version is not None:
            hook.write(expected=version)
        record("hook.removed", hook, actor=actor, changes={"name": [hook.name, None]})
        hook.delete()


def test(*, actor: Any, hook: Hook) -> Delivery:
    """A message that says that it is a trial, also while the webhook is off."""
    require(actor, _DO, hook.space_id)
    with transaction.atomic():
        row = deliveries.queue(hook, mark=f"test:{uuid4()}")
        record("hook.tested", hook, actor=actor)
    return row


def replay(*, actor: Any, delivery: Delivery) -> Delivery:
    """The same once more, made anew from its event: with what the owner may see now."""
    require(actor, _DO, delivery.space_id)
    if delivery.state == Delivery.State.WAITING:
        raise Refused("delivery_waits")
    if not delivery.hook.is_on:
        raise Refused("hook_off", name=delivery.hook.name)
    with transaction.atomic():
        row = deliveries.queue(
            delivery.hook,
            mark=f"replay:{uuid4()}",
            event=delivery.event,
            facts=delivery.facts,
            replay_of=delivery,
        )
        record("hook.replayed", delivery.hook, actor=actor, changes={"delivery": [None, delivery.pk]})
    return row


def _check(address: str | None = None, about: list[str] | None = None, **_rest: Any) -> None:
    if address is not None:
        try:
            outgoing.target(address)
        except outgoing.BadAddress:
            raise Refused("address_unusable", field="address") from None
    if about is not None and (not about or not set(about) <= set(Hook.About.values)):
        raise Refused("about_unknown", field="about")
