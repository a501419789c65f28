"""Looking back on a sprint. Whoever works in the project takes part; what somebody has written is theirs until shown.

Events say that somebody wrote or voted, not what or for what: the history must not tell what the page keeps back.
"""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, require
from tandem.work.actions import work_items
from tandem.work.models import (
    Retrospective,
    RetrospectiveAction,
    RetrospectiveNote,
    RetrospectiveVote,
    Sprint,
    WorkItem,
)

_DO = Permission.EDIT_WORK
_S = Retrospective.State
MOST_NOTES = 100
"""Of one person in one retrospective."""


def open_one(*, actor: Any, sprint: Sprint, format: str) -> Retrospective:
    """One for a sprint that has begun."""
    require(actor, _DO, sprint.space_id)
    if format not in Retrospective.Format.values:
        raise Refused("choice_unknown", field="format")
    with transaction.atomic():
        now = Sprint.objects.select_for_update(no_key=True).get(pk=sprint.pk)
        if now.state == Sprint.State.FUTURE:
            raise Refused("sprint_not_running", name=now.name)
        if Retrospective.objects.filter(sprint=sprint).exists():
            raise Refused("retrospective_exists")
        made = Retrospective.objects.create(space_id=sprint.space_id, sprint=sprint, format=format)
        record("retrospective.opened", made, actor=actor, changes={"sprint": [None, sprint], "format": [None, format]})
    return made


def write(*, actor: Any, retrospective: Retrospective, column: str, text: str) -> RetrospectiveNote:
    """A note that only its writer sees until all are shown."""
    text = text.strip()
    with transaction.atomic():
        now = _held(actor, retrospective, _S.WRITING)
        if column not in dict(now.columns):
            raise Refused("choice_unknown", field="column")
        if not text or len(text) > 1000:
            raise Refused("note_length", field="text", most=1000)
        if now.notes.filter(author=actor).count() >= MOST_NOTES:
            raise Refused("notes_too_many", most=MOST_NOTES)
        note = RetrospectiveNote.objects.create(retrospective=now, column=column, text=text, author=actor)
        record("retrospective.noted", now, actor=actor)
    return note


def withdraw(*, actor: Any, note: RetrospectiveNote) -> None:
    """One's own note, before it is shown."""
    with transaction.atomic():
        now = _held(actor, note.retrospective, _S.WRITING)
        if note.author_id != actor.pk:
            raise Denied(_DO)
        note.delete()
        record("retrospective.note_withdrawn", now, actor=actor)


def show(*, actor: Any, retrospective: Retrospective, version: int | None) -> Retrospective:
    """Everybody sees every note, without names; nothing is written any more."""
    return _step(actor, retrospective, version, _S.WRITING, _S.SHOWN, verb="retrospective.shown")


def close(*, actor: Any, retrospective: Retrospective, version: int | None) -> Retrospective:
    return _step(actor, retrospective, version, _S.SHOWN, _S.CLOSED, verb="retrospective.closed")


def group(*, actor: Any, note: RetrospectiveNote, into: RetrospectiveNote | None) -> None:
    """It says the same as another; what was grouped with it goes along, votes too. None takes it out again."""
    with transaction.atomic():
        now = _held(actor, note.retrospective, _S.SHOWN)
        note = now.notes.get(pk=note.pk)  # as it is now: somebody else may have grouped it meanwhile
        into = now.notes.select_related("group").filter(pk=into.pk).first() if into else None
        head = (into.group or into) if into else None
        if head is not None and (head.retrospective_id != now.pk or head.pk == note.pk):
            raise Refused("choice_unknown", field="into")
        RetrospectiveNote.objects.filter(pk=note.pk).update(group=head)
        if head is not None:
            RetrospectiveNote.objects.filter(group=note).update(group=head)
            for vote in note.votes.all():
                RetrospectiveVote.objects.get_or_create(note=head, user_id=vote.user_id)
            note.votes.all().delete()
        record("retrospective.grouped", now, actor=actor)


def vote(*, actor: Any, note: RetrospectiveNote, is_for: bool) -> None:
    """Three votes a person, at most one for a note; they can be taken back."""
    with transaction.atomic():
        now = _held(actor, note.retrospective, _S.SHOWN)
        note = now.notes.get(pk=note.pk)
        if note.group_id is not None:
            raise Refused("choice_unknown", field="note")
        given = RetrospectiveVote.objects.filter(note__retrospective=now, user=actor)
        mine = given.filter(note=note)
        if mine.exists() == is_for:
            return
        if is_for:
            if given.count() >= RetrospectiveVote.MOST:
                raise Refused("votes_spent", most=RetrospectiveVote.MOST)
            RetrospectiveVote.objects.create(note=note, user=actor)
        else:
            mine.delete()
        record("retrospective.voted", now, actor=actor)


def agree(*, actor: Any, retrospective: Retrospective, title: str) -> WorkItem:
    """What is done about it is a work item; the next retrospective asks what became of it."""
    with transaction.atomic():
        now = _held(actor, retrospective, _S.SHOWN)
        item = work_items.create(actor=actor, space=now.space, title=title)
        RetrospectiveAction.objects.create(retrospective=now, item=item)
        record("retrospective.agreed", now, actor=actor, changes={"items": [None, [item.pk]]})
    return item


def _held(actor: Any, retrospective: Retrospective, state: str) -> Retrospective:
    """The row as it is now, held to the end; refused in another state."""
    require(actor, _DO, retrospective.space_id)
    now = Retrospective.objects.select_for_update(no_key=True).get(pk=retrospective.pk)
    if now.state != state:
        raise Refused("retrospective_state", state=str(now.get_state_display()))
    return now


def _step(
    actor: Any, retrospective: Retrospective, version: int | None, before: str, after: str, verb: str
) -> Retrospective:
    with transaction.atomic():
        _held(actor, retrospective, before)
        retrospective.write(expected=version, state=after)
        record(verb, retrospective, actor=actor, changes={"state": [before, after]})
    return retrospective
