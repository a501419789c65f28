"""From sealed events to what is to be done about them: messages into the outbox, and rules that are to be looked at.
All of it stands in one transaction with the place in the chain, so that nothing is missed or queued twice."""

from collections.abc import Callable

from tandem.automation.actions import deliveries, running
from tandem.automation.models import Delivery, Followed, Hook
from tandem.automation.spaces import ways_up
from tandem.collaboration import news
from tandem.collaboration.actions import telling
from tandem.history.models import Event
from tandem.kit import clock

MOST_OF_A_RUN = 500
"An import of more rows at once is not sent or ruled on row by row."


def follow_all(is_over: Callable[[], bool] = lambda: False) -> int:
    """Batch after batch, until the end of the chain."""
    total = 0
    while count := telling.follow(Followed, _take):
        total += count
        if is_over():
            break
    return total


def _take(events: list[Event]) -> None:
    fresh = [event for event in events if event.space_id and event.occurred_at > clock.now() - news.FRESH]
    large = news.large_runs(fresh, MOST_OF_A_RUN)
    fresh = [event for event in fresh if event.run not in large]
    if fresh:
        _send(fresh)
        running.queue(fresh)


def _send(events: list[Event]) -> None:
    """To the webhooks of the event's space and of those above it, if their owner sees it."""
    hooks = list(Hook.objects.on().select_related("owner"))
    if not hooks:
        return
    above = ways_up()
    seen = {hook.owner_id: hook.owner.visible_space_ids() for hook in hooks}
    deliveries.queue_many([
        Delivery(space_id=hook.space_id, hook=hook, event=event, mark=f"event:{event.pk}")
        for event in events
        for hook in hooks
        if event.verb.partition(".")[0] in hook.about
        and hook.space_id in above.get(event.space_id or 0, ())
        and event.space_id in seen[hook.owner_id]
        and event.recorded_at >= hook.created_at
    ])  # fmt: skip
