"""Addresses for what comes in: made, taken back, and what is done with what they take."""

import hashlib
import hmac
from typing import Any

from django.db import transaction

from tandem.automation import git_events
from tandem.automation.actions import developments
from tandem.automation.models import Inlet
from tandem.automation.spaces import below
from tandem.collaboration.actions import comments
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.kit.ids import digest, token
from tandem.kit.text import has_controls
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import work_items
from tandem.work.models import WorkItem

_DO = Permission.AUTOMATE
MOST = 20
A_MINUTE = 60
FIELDS = ("key", "title", "description", "labels")
USUAL = {name: name for name in FIELDS}
_STEPS = 8


def create(
    *,
    actor: Any,
    space: Space,
    name: str,
    kind: str = Inlet.Kind.RECORDS,
    mapping: dict[str, str] | None = None,
) -> tuple[Inlet, str]:
    """What comes in is done as whoever makes the address. The token in the address is returned once."""
    require(actor, _DO, space.pk)
    if kind not in Inlet.Kind.values:
        raise Refused("choice_unknown", field="kind")
    if not name.strip():
        raise Refused("title_empty", field="name")
    kept = _checked(mapping or {}) if kind == Inlet.Kind.RECORDS else {}
    secret = token()
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if Inlet.objects.filter(space=space, revoked_at=None).count() >= MOST:
            raise Refused("inlets_too_many", most=MOST)
        row = Inlet.objects.create(
            space=space, owner=actor, name=name.strip()[:100], kind=kind, mapping=kept, digest=digest(secret)
        )
        record("inlet.created", row, actor=actor, changes={"name": [None, row.name], "kind": [None, kind]})
    return row, secret


def revoke(*, actor: Any, inlet: Inlet) -> None:
    """The address is worth nothing from now on, whoever made it."""
    require(actor, _DO, inlet.space_id)
    if inlet.revoked_at:
        return
    with transaction.atomic():
        inlet.write(expected=None, revoked_at=clock.now())
        record("inlet.revoked", inlet, actor=actor)


def count(*, inlet: Inlet) -> None:
    """So many messages in a minute and no more."""
    with transaction.atomic():
        row = Inlet.objects.select_for_update().get(pk=inlet.pk)
        now = clock.now()
        is_same = row.used_at is not None and (now - row.used_at).total_seconds() < 60
        if is_same and row.used >= A_MINUTE:
            raise Refused("inlet_too_often", most=A_MINUTE)
        begun = row.used_at if is_same else now
        Inlet.objects.filter(pk=row.pk).update(used_at=begun, used=row.used + 1 if is_same else 1)


def is_signed(inlet: Inlet, body: bytes, signature: str, given: str) -> bool:
    """Whether the provider knows the secret: GitHub signs the body, GitLab sends it along."""
    if inlet.kind == Inlet.Kind.GITHUB:
        expected = "sha256=" + hmac.new(inlet.secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode())
    return hmac.compare_digest(inlet.secret.encode(), given.encode())


def take_event(*, actor: Any, inlet: Inlet, event: str, payload: Any) -> int:
    """What a Git provider tells; how many links are new or changed."""
    return developments.take(actor=actor, inlet=inlet, seen=git_events.read(inlet.kind, event, payload))


def take_record(*, actor: Any, inlet: Inlet, payload: Any) -> tuple[str, str]:
    """A comment where the key of a work item is given, else a new work item. Returns what was made, and the item's key."""
    require(actor, _DO, inlet.space_id)
    given = {name: _at(payload, inlet.mapping.get(name, name)) for name in FIELDS}
    key, title, words = (_text(given[name]) for name in ("key", "title", "description"))
    if any(map(has_controls, (key, title, words))):
        raise Refused("inlet_unreadable")
    if key:
        rows = (
            WorkItem.objects.visible_to(actor)
            .present()
            .filter(key=key.upper()[:24], space_id__in=below(inlet.space_id))
        )
        item = rows.select_related("space").first()
        if item is None:
            raise Refused("inlet_item_unknown")
        comments.add(actor=actor, subject=item, body=words or title)
        return "comment", item.key
    if not title.strip():
        raise Refused("inlet_title_missing", way=inlet.mapping.get("title", "title"))
    many = given["labels"] if isinstance(given["labels"], list) else [given["labels"]]
    labels = [one.strip()[:200] for one in map(_text, many[:20]) if one.strip() and not has_controls(one)]
    item = work_items.create(
        actor=actor, space=inlet.space, title=title[:1000], description=words[:50_000], labels=labels
    )
    return "work_item", item.key


def owner_may(inlet: Inlet) -> None:
    """An address whose owner may not manage automation here any more is none."""
    try:
        require(inlet.owner, _DO, inlet.space_id)
    except Denied:
        raise Hidden from None


def _checked(mapping: dict[str, str]) -> dict[str, str]:
    given = {name: way.strip() for name, way in mapping.items() if isinstance(way, str) and way.strip()}
    if set(given) - set(FIELDS) or any(len(way) > 200 for way in given.values()):
        raise Refused("mapping_unknown", fields=", ".join(FIELDS), field="mapping")
    return USUAL | given


def _at(payload: Any, way: str) -> Any:
    """`alerts.0.name`: into objects by name, into lists by number."""
    for name in way.split(".")[:_STEPS]:
        if isinstance(payload, dict):
            payload = payload.get(name)
        elif isinstance(payload, list) and name.isdecimal() and len(name) < 5 and int(name) < len(payload):
            payload = payload[int(name)]
        else:
            return None
    return payload


def _text(value: Any) -> str:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
