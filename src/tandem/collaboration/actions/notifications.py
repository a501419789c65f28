"""What one does with one's own inbox, and news that no event tells. An inbox is its reader's alone: nothing of it goes
into the history."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from tandem.collaboration.models import Notification, NotificationRules
from tandem.collaboration.models.notification_rules import Way
from tandem.history.seal import CHANNEL
from tandem.kit import clock, jobs
from tandem.kit.errors import Refused, Stale
from tandem.kit.types import Json, Ref
from tandem.people import scoping

MOST = 1000
LETTER = "web.letter"


@dataclass
class News:
    """One thing to tell one person. `mark` names it: the same mark is told once. `mail`: a letter of this kind, for
    whoever wants letters, whatever they chose for news of this kind."""

    user_id: int
    kind: str
    about: Ref
    space_id: int
    mark: str
    why: str = ""
    event_id: int | None = None
    happened_at: datetime | None = None
    facts: Json = field(default_factory=dict)
    mail: str = ""


def tell(news: Iterable[News]) -> int:
    """Write what each person wants to hear, may see and was not told before; letters that go at once are queued. Returns
    how many are new."""
    given = list(news)
    if not given:
        return 0
    ids = {one.user_id for one in given}
    seen = spaces_seen_by(ids)
    rules = NotificationRules.objects.in_bulk(ids)
    rows = []
    known = set(
        Notification.objects.filter(user_id__in=ids, mark__in={one.mark for one in given}).values_list(
            "user_id", "mark"
        )
    )
    for one in given:
        if (one.user_id, one.mark) in known:
            continue
        own = rules.get(one.user_id) or NotificationRules(user_id=one.user_id)
        if own.way(one.kind) == Way.NOTHING or one.space_id not in seen.get(one.user_id, ()):
            continue
        rows.append(Notification(
            user_id=one.user_id, kind=one.kind, subject_kind=one.about.kind, subject_id=one.about.id, space_id=one.space_id,
            mark=one.mark, why=one.why, event_id=one.event_id, happened_at=one.happened_at or clock.now(), facts=one.facts,
            mail=one.mail if one.mail and own.has_mail else own.mail(one.kind),
        ))  # fmt: skip
    with transaction.atomic():
        Notification.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        ring({row.user_id for row in rows})
        for user_id in sorted({row.user_id for row in rows if row.mail == Notification.Mail.AT_ONCE}):
            jobs.enqueue(LETTER, once=f"letter:{user_id}", lane=jobs.SHORT, user_id=user_id)
    return len(rows)


def spaces_seen_by(ids: set[int]) -> dict[int, frozenset[int]]:
    """Of those of these people who have an account, what each may see."""
    return scoping.spaces_seen_by(ids)


def ring(user_ids: Iterable[int]) -> None:
    """The open pages of these people fetch their inbox again, after the commit."""
    topics = [f"user:{pk}" for pk in sorted(set(user_ids))]
    with connection.cursor() as cursor:
        for start in range(0, len(topics), 200):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(topics[start : start + 200])])


def finish(*, actor: Any, ids: Iterable[int] | None = None, up_to: int | None = None) -> list[int]:
    """Done with these; or with all that were there when the page was made, up to the number of the newest."""
    rows = _own(actor, ids).filter(done_at=None)
    if ids is None:
        rows = rows.unread().filter(pk__lte=up_to or 0)
    return _write(actor, rows, done_at=clock.now())


def snooze(*, actor: Any, ids: Iterable[int], until: datetime) -> list[int]:
    """Out of sight until then."""
    if until <= clock.now():
        raise Refused("snooze_past", field="until")
    return _write(actor, _own(actor, ids), snoozed_until=until, done_at=None)


def reopen(*, actor: Any, ids: Iterable[int], is_awake: bool = False) -> list[int]:
    """Not done with them after all: back to where they were, or (`is_awake`) to the unread ones."""
    return _write(actor, _own(actor, ids), done_at=None, **({"snoozed_until": None} if is_awake else {}))


def keep_rules(*, actor: Any, version: int | None = None, **values: Any) -> NotificationRules:
    """How the person wants to hear, from now on. Their own look on things: no event."""
    for name in ("quiet_from", "quiet_until", "digest_hour"):
        if not 0 <= values.get(name, 0) <= 23:
            raise Refused("hour_unknown", field=name)
    if not set(values.get("digest_days", ())) <= set(range(7)):
        raise Refused("choice_unknown", field="digest_days")
    ways = values.get("ways", {})
    if not set(ways) <= set(Notification.Kind.values) or not set(ways.values()) <= set(Way.values):
        raise Refused("choice_unknown", field="ways")
    with transaction.atomic():
        NotificationRules.objects.get_or_create(user=actor)
        row = NotificationRules.objects.select_for_update().get(user=actor)
        if version is not None and row.version != version:
            raise Stale(row)
        if "ways" in values:
            values["ways"] = {**row.ways, **ways}
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    return row


def _own(actor: Any, ids: Iterable[int] | None) -> Any:
    rows = Notification.objects.visible_to(actor)
    return rows if ids is None else rows.filter(pk__in=list(ids)[:MOST])


def _write(actor: Any, rows: models.QuerySet[Any], **values: Any) -> list[int]:
    """Their numbers, so that the change can be taken back."""
    with transaction.atomic():
        ids = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
        if ids:
            Notification.objects.filter(pk__in=ids).update(version=models.F("version") + 1, **values)
            ring([actor.pk])
    return ids
