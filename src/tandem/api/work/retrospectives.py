"""Retrospectives of sprints: notes that are their writer's until all are shown, groups, votes, and what was agreed. For those who work there."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import OPTIONAL, Body, Reference, body, words
from tandem.api.work import work_items
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.access import Permission, require
from tandem.work.actions import retrospectives
from tandem.work.models import Retrospective, RetrospectiveNote, RetrospectiveVote, Sprint, WorkItem

router = Router(tags=["work"])
_DO = Permission.EDIT_WORK

NOUN = Noun(
    path="retrospectives",
    model=Retrospective,
    word="retrospective",
    shows="id space_id sprint_id format state version created_at",
    filters="space_id sprint_id state",
)


def _note(actor: Any, retrospective: Retrospective, number: int | None, **narrower: Any) -> RetrospectiveNote | None:
    require(actor, _DO, retrospective.space_id)
    if number is None:
        return None
    found = retrospective.notes.filter(pk=number, **narrower).first()
    if found is None:
        raise Refused("reference_unknown", field="note_id")
    return found


def _write(*, actor: Any, retrospective: Retrospective, column: str, text: str) -> Retrospective:
    retrospectives.write(actor=actor, retrospective=retrospective, column=column, text=text)
    return retrospective


def _withdraw(*, actor: Any, retrospective: Retrospective, note_id: int) -> Retrospective:
    """What others wrote is not there for one until all is shown."""
    note = _note(actor, retrospective, note_id, author=actor)
    retrospectives.withdraw(actor=actor, note=note)  # type: ignore[arg-type]
    return retrospective


def _group(*, actor: Any, retrospective: Retrospective, note_id: int, into_id: int | None = None) -> Retrospective:
    note, into = _note(actor, retrospective, note_id), _note(actor, retrospective, into_id)
    retrospectives.group(actor=actor, note=note, into=into)  # type: ignore[arg-type]
    return retrospective


def _vote(*, actor: Any, retrospective: Retrospective, note_id: int, is_for: bool = True) -> Retrospective:
    retrospectives.vote(actor=actor, note=_note(actor, retrospective, note_id), is_for=is_for)  # type: ignore[arg-type]
    return retrospective


class Note(BaseModel):
    """Without its writer; `is_mine` and `is_voted` are of whoever asks. `group_id`: it says the same as that note, where the votes are."""

    id: int
    column: str
    text: str
    group_id: int | None
    is_mine: bool
    votes: int
    is_voted: bool


class Notes(BaseModel):
    """`hidden`: how many others wrote that nobody else sees yet."""

    items: list[Note]
    hidden: int
    next: int | None


def _notes(request: HttpRequest, id: Path[Id], window: Query[generic.Window]) -> HttpResponse:
    """While all are writing, one's own notes; then everybody's."""
    generic.refuse_unknown(request, window)
    user: Any = request.auth
    row = NOUN.row(user, id)
    require(user, _DO, row.space_id)
    is_writing = row.state == Retrospective.State.WRITING
    rows = row.notes.filter(author=user) if is_writing else row.notes.all()
    found = list(rows.filter(pk__gt=window.after if isinstance(window.after, int) else 0).annotate(count=Count("votes")).order_by("pk")[: window.limit + 1])
    mine = set(RetrospectiveVote.objects.filter(note__retrospective=row, user=user).values_list("note_id", flat=True))  # house: reads — seen before
    shown = [
        Note(id=n.pk, column=n.column, text=n.text, group_id=n.group_id, is_mine=n.author_id == user.pk, votes=n.count, is_voted=n.pk in mine)
        for n in found[: window.limit]
    ]
    hidden = row.notes.exclude(author=user).count() if is_writing else 0
    return generic.send(Notes(items=shown, hidden=hidden, next=shown[-1].id if len(found) > window.limit else None).model_dump())


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("RetrospectiveCreate", Retrospective, "sprint format", sprint_id=Reference(Sprint, "sprint")), retrospectives.open_one)
generic.acts(router, NOUN, "showings", Body, retrospectives.show)
generic.acts(router, NOUN, "closings", Body, retrospectives.close)
router.add_api_operation(
    "/{id}/notes/", ["GET"], _notes, response={200: Notes, **NO}, operation_id="retrospectives_notes_list", summary="retrospectives: notes",
)  # fmt: skip
_NOTE = {"note_id": (Id, ...)}
generic.adds(router, NOUN, "notes", body("RetrospectiveNoteCreate", RetrospectiveNote, "column text"), _write)
generic.adds(router, NOUN, "note-withdrawals", body("RetrospectiveNoteWithdrawal", Retrospective, "", **_NOTE), _withdraw)
generic.adds(router, NOUN, "groups", body("RetrospectiveGroup", Retrospective, "", into_id=(Id | None, OPTIONAL), **_NOTE), _group)
generic.adds(router, NOUN, "votes", body("RetrospectiveVoteCreate", Retrospective, "", is_for=(bool, OPTIONAL), **_NOTE), _vote)
generic.parts(
    router, NOUN, "actions", work_items.NOUN,
    lambda user, row: WorkItem.objects.visible_to(user).present().filter(pk__in=row.actions.values("item_id")),
)
generic.adds(router, NOUN, "actions", body("RetrospectiveActionCreate", Retrospective, "", title=(words(1000, 1), ...)), retrospectives.agree, gives=work_items.NOUN)
