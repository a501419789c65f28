"""From events to news: what each event is about, who begins to watch because of it, and who hears of it why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q

from tandem.collaboration import mentions
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification, Watch
from tandem.collaboration.models.watch import BY_SPACE, NOUNS, SPACE
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.types import Ref

_KIND, _WHY = Notification.Kind, Watch.Why
FRESH = timedelta(days=3)
"What happened earlier is no news: it came with an import or a replay, or the worker was away for long."
MOST_OF_A_RUN = 50
"An import or a change of more rows at once is told by its own end, not row by row."
_GIVEN = ("assignees", "owner", "manager")
_ASKED = ("approvers", "asker", "voters", "for_whom", "delegate", "lent_to")
"They hear of it, and watch nothing because of it."
_UNWATCHED = ("governance.delegation",)
"Who is named in it hears of it, and nobody watches it."
_OF_OTHERS = ("collaboration.comment", "collaboration.attachment", "collaboration.passagecomment", "product.promise")
_REMARKS = ("comment.added", "passage_comment.added")
_PROMISES = ("promise.given", "promise.revised", "promise.kept", "promise.withdrawn", "feedback.date_moved")


class Read:
    """A batch of events with what is needed to understand them: a few queries, however many events."""

    def __init__(self, events: list[Event]) -> None:
        self.rows = {kind: self._rows(kind, events) for kind in _OF_OTHERS}
        self.told = [(event, about) for event in events if (about := self._about(event))]

    @staticmethod
    def _rows(kind: str, events: list[Event]) -> dict[int, Any]:
        ids = {event.subject_id for event in events if event.subject_kind == kind}
        return apps.get_model(kind)._default_manager.in_bulk(ids) if ids else {}

    def _about(self, event: Event) -> Ref | None:
        """The record whose watchers hear of it; None for what nobody watches."""
        if event.verb in ("comment.reacted", "work_item.archived", "issue.computed", "issue.escalated"):
            return None  # seen where it stands, told to nobody
        if event.subject_kind in self.rows:
            row = self.rows[event.subject_kind].get(event.subject_id)
            about = row.about if row else None
            return about if about and about.kind in NOUNS else None
        return Ref(event.subject_kind, event.subject_id) if event.subject_kind in (*NOUNS, *_UNWATCHED) else None


def named_in(event: Event) -> list[int]:
    """Whom the words of the event name that its earlier words did not."""
    text = getattr(event, "text", None)
    found: dict[int, None] = {}
    for before, after in [*event.changes.values(), *(text.changes.values() if text else ())]:
        if isinstance(after, str):
            old = set(mentions.ids_in(before)) if isinstance(before, str) else set()
            found.update(dict.fromkeys(pk for pk in mentions.ids_in(after) if pk not in old))
    return list(found)


def given_to(event: Event) -> list[int]:
    """Who has the record since this event and had it not before."""
    return _new_in(event, _GIVEN)


def _new_in(event: Event, names: Iterable[str]) -> list[int]:
    found = set()
    for name in names:
        if name in event.changes:
            before, after = (set(_ids(value)) for value in event.changes[name])
            found |= after - before
    return sorted(found)


def _ids(value: Any) -> list[int]:
    given = value if isinstance(value, list) else [value]
    return [v for v in given if isinstance(v, int) and not isinstance(v, bool)]


def begun(read: Read) -> list[Watch]:
    """The watches that these events begin by themselves."""
    found = []
    for event, about in read.told:
        for user_id, why in _beginning(read, event):
            found.append(Watch(
                user_id=user_id, space_id=event.space_id, subject_kind=about.kind, subject_id=about.id, why=why,
                created_at=event.recorded_at,
            ))  # fmt: skip
    return found


def _beginning(read: Read, event: Event) -> Iterator[tuple[int, str]]:
    if event.verb in _REMARKS:
        yield read.rows[event.subject_kind][event.subject_id].author_id, _WHY.COMMENTED
    elif event.verb == "promise.given" and event.actor_id:
        yield event.actor_id, _WHY.PROMISED
    elif event.verb.endswith(".created") and event.actor_id and event.run is None:
        yield event.actor_id, _WHY.REPORTED
    for user_id in given_to(event):
        yield user_id, _WHY.ASSIGNED
    for user_id in named_in(event):
        yield user_id, _WHY.MENTIONED


def news_of(read: Read) -> list[News]:
    """Per person and event the one reason that concerns them most; nobody is told of what they did themselves."""
    fresh = [(event, about) for event, about in read.told if event.occurred_at > clock.now() - FRESH]
    large = large_runs((event for event, _about in fresh), MOST_OF_A_RUN)
    found = [
        News(user_id, _KIND.ASSIGNED, about, event.space_id, f"run:{event.run}", _WHY.ASSIGNED, event.pk, event.occurred_at)
        for user_id, (event, about) in _given_in(event_of for event_of in fresh if event_of[0].run in large).items()
    ]
    fresh = [(event, about) for event, about in fresh if event.run not in large]
    watchers = watchers_of([(about, event.space_id) for event, about in fresh])
    for event, about in fresh:
        heard: dict[int, tuple[str, str]] = {}
        for user_id, why, since in watchers[about]:
            if since <= event.recorded_at:
                heard[user_id] = (_kind_of(event), why)
        heard |= dict.fromkeys(_new_in(event, (*_GIVEN, *_ASKED)), (_KIND.ASSIGNED, _WHY.ASSIGNED))
        heard |= dict.fromkeys(named_in(event), (_KIND.MENTIONED, _WHY.MENTIONED))
        heard.pop(event.actor_id, None)
        found += [
            News(user_id, kind, about, event.space_id, f"event:{event.pk}", why, event.pk, event.occurred_at)
            for user_id, (kind, why) in heard.items()
        ]
    return found


def _given_in(events: Iterable[tuple[Event, Any]]) -> dict[int, tuple[Event, Any]]:
    """Of a large run each person hears once that something was given to them: by its first record."""
    found: dict[int, tuple[Event, Any]] = {}
    for event, about in events:
        for user_id in given_to(event):
            if user_id != event.actor_id:
                found.setdefault(user_id, (event, about))
    return found


def _kind_of(event: Event) -> str:
    if event.verb in _REMARKS:
        return _KIND.COMMENT
    if event.verb in _PROMISES:
        return _KIND.PROMISE
    if event.verb == "budget.warned":
        return _KIND.STATE
    return _KIND.STATE if "state" in event.changes and not event.verb.endswith(".created") else _KIND.CHANGE


def large_runs(events: Iterable[Event], most: int) -> set[Any]:
    """The runs of these events that wrote more than `most` of them."""
    runs = {event.run for event in events if event.run}
    return {
        run
        for run in runs
        if len(Event.objects.filter(run=run).values_list("pk")[: most + 1]) > most
    }


def watchers_of(records: Iterable[tuple[Ref, int | None]]) -> dict[Ref, list[tuple[int, str, datetime]]]:
    """Who watches each record, by itself or with its space, why and since when; one query. Whoever left the record is not
    brought back by its space."""
    homes = dict(records)
    wanted: dict[str, set[int]] = defaultdict(set)
    for about, space_id in homes.items():
        wanted[about.kind].add(about.id)
        if space_id:
            wanted[SPACE].add(space_id)
    match = Q(pk=None)
    for kind, ids in wanted.items():
        match |= Q(subject_kind=kind, subject_id__in=ids)
    columns = ("subject_kind", "subject_id", "user_id", "why", "created_at", "left_at")
    found: dict[Ref, dict[int, tuple[int, str, datetime]]] = defaultdict(dict)
    left: dict[Ref, set[int]] = defaultdict(set)
    for kind, pk, user_id, why, since, left_at in (
        Watch.objects.filter(match).values_list(*columns) if homes else ()
    ):
        if left_at is None:
            found[Ref(kind, pk)][user_id] = (user_id, why, since)
        else:
            left[Ref(kind, pk)].add(user_id)
    told = {}
    for about, space_id in homes.items():
        by_space = {
            user: (user, BY_SPACE, since) for user, _why, since in found[Ref(SPACE, space_id or 0)].values()
        }
        told[about] = [one for user, one in (by_space | found[about]).items() if user not in left[about]]
    return told
