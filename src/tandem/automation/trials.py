"""A rule tried on what has happened: how often it would have run, and on which work items. Nothing is done."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tandem.automation import triggers
from tandem.automation.models import Rule
from tandem.automation.spaces import below
from tandem.history.models import Event
from tandem.kit import clock
from tandem.reports.queries import filter_language
from tandem.work.models import WorkItem

DAYS = 30
MOST = 5000
SHOWN = 20


@dataclass(frozen=True)
class Trial:
    """`seen` events set it off, `times` of them on items that the filter finds today. `is_cut`: more than `MOST` did, and
    only the newest are counted."""

    days: int
    seen: int
    times: int
    items: list[tuple[WorkItem, int]]
    count: int
    is_cut: bool


def tried(rule: Rule, user: Any) -> Trial:
    """Over the last 30 days, with the eyes of `user`."""
    is_cut, spaces = False, below(rule.space_id)
    if rule.trigger == Rule.Trigger.DUE:
        first, last = triggers.due_days(rule, clock.today(), DAYS)
        rows = (
            WorkItem.objects.visible_to(user)
            .open()
            .filter(space_id__among=spaces, due_on__gte=first, due_on__lte=last)
        )
        hits = Counter(rows.values_list("pk", flat=True)[:MOST])
    else:
        recent = Event.objects.visible_to(user).filter(space_id__among=spaces, occurred_at__gt=clock.now() - timedelta(days=DAYS))
        events = list(triggers.past(rule, recent).newest_first().only("id", "verb", "subject_kind", "subject_id")[: MOST + 1])
        is_cut = len(events) > MOST
        items = triggers.items_of(events[:MOST])
        hits = Counter(items.values())
    found = WorkItem.objects.visible_to(user).present().filter(space_id__among=spaces, pk__in=hits)
    found = found.filter(filter_language.condition(rule.condition, user))
    matched = sorted(found.select_related("state"), key=lambda item: (-hits[item.pk], item.pk))
    times = sum(hits[item.pk] for item in matched)
    return Trial(DAYS, hits.total(), times, [(i, hits[i.pk]) for i in matched[:SHOWN]], len(matched), is_cut)
