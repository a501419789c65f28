"""Following the chain of sealed events: each is read once, in its order, after its commit. Nothing of this lies on the
way of a change, and nothing is lost when the worker is away."""

from collections.abc import Callable
from typing import Any

from django.db import models, transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from tandem.collaboration import news
from tandem.collaboration.actions import notifications
from tandem.collaboration.models import Told, Watch
from tandem.history.models import Event, Seal

BATCH = 1000


def tell_new_events() -> int:
    """The next batch: its watches, its notifications and the place in the chain stand or fall together. Returns how many
    events were read; none while another worker is at it."""
    return follow(Told, _tell)


def _tell(events: list[Event]) -> None:
    read = news.Read(events)
    _begin(news.begun(read))
    notifications.tell(news.news_of(read))


def follow(places: type[models.Model], do: Callable[[list[Event]], None]) -> int:
    """`do` with the next batch of sealed events, in one transaction with the step of the place, which is the one row of
    `places`. Returns how many; none while another worker is at it."""
    rows = places._default_manager
    place_now = Coalesce(Subquery(rows.filter(pk=1).values("sequence")), 0)
    if not Seal.objects.filter(sequence__gt=place_now).exists():
        return 0  # asked about once a second
    with transaction.atomic():
        rows.get_or_create(pk=1)
        place: Any = rows.select_for_update(skip_locked=True).filter(pk=1).first()
        if place is None:
            return 0
        seals = dict(
            Seal.objects.filter(sequence__gt=place.sequence)
            .order_by("sequence")
            .values_list("event_id", "sequence")[:BATCH]
        )
        if not seals:
            return 0
        events = Event.objects.filter(pk__in=seals).select_related("text")
        do(sorted(events, key=lambda event: seals[event.pk]))
        rows.filter(pk=1).update(sequence=max(seals.values()))
    return len(seals)


def tell_all(is_over: Callable[[], bool] = lambda: False) -> int:
    """Batch after batch, until the end of the chain."""
    total = 0
    while count := tell_new_events():
        total += count
        if is_over():
            break
    return total


def _begin(watches: list[Watch]) -> None:
    """Of people with an account who see the space; a watch that exists, also one that was left, stays as it is."""
    seen = notifications.spaces_seen_by({watch.user_id for watch in watches})
    rows = [watch for watch in watches if watch.space_id in seen.get(watch.user_id, ())]
    Watch.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
